"""Reads a question into signs: the places, groups, currencies and languages it names, and the phrases with a meaning.

It accounts for every word. What the signs ask together is for `grammar` to tell; nothing here looks a fact up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from nescio_experts.geography.cities import Cities, City, cities
from nescio_experts.geography.fillers import EXTRA_FILLERS
from nescio_experts.geography.lexicon import phrasebook, spelling
from nescio_experts.geography.numerals import Numeral, numerals
from nescio_experts.geography.vocabulary import country_names, vocabulary, weak
from nescio_experts.grounded import Claims, Coverage, Mention, Reading

_BIG: Final = 100_000
"""From this size on a city may be named in lower case."""
_LONGEST_CITY: Final = 5
_ACRONYM: Final = 4
"""Up to so many letters, a name in capitals is an acronym ("UN") and no city."""
_LONG: Final = 7
"""A name of so many letters is no English word that a city happens to be called by."""
_CLAUSE = re.compile(r"[,;.?!:()]+|\s[-–—]+\s")
_TLD = re.compile(r"(?<![\w.])\.([a-z]{2})(?![\w])", re.IGNORECASE)
_PHONE = re.compile(r"\+\s?(\d[\d\s-]*\d|\d)")
_LOWER_US = re.compile(r"\b(the|in) us\b(?=\s*(?:[?.,!]|$|and\b|or\b|have|has|is\b|border|use|share|'s))")
_POLITE = re.compile(
    r"^\W*(?:(?:hey|hi|hello|please|ok|okay|so|well|and|but|um|quick question|question)\b[\s,:!.-]*)*"
    r"(?:(?:do|would|does) (?:you|u|anyone|anybody|someone) (?:happen to |also |by chance |perhaps )?"
    r"(?:know|remember|recall|mind|have|tell)\b|(?:can|could|would|will) (?:you|u|someone|anyone|anybody)\b[^?]*?\b"
    r"(?:tell|say|give|name|list|explain|help|find|look|remind|let|provide|identify|check|confirm|clarify|show)\b|"
    r"is (?:there )?(?:any|some)(?:one|body) who)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A country or city that the question names.

    Attributes:
        codes: Country codes that the name may stand for; empty for a city.
        cities: Cities that the name may stand for, largest first; empty for a country.
        adjective: Whether it is a demonym ("Peruvian").
        qualifier: Whether it only says which city is meant ("Paris, Texas").
    """

    codes: tuple[str, ...]
    cities: tuple[City, ...]
    start: int
    end: int
    surface: str
    adjective: bool = False
    qualifier: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase with meaning `id`, from word `start` up to `end`."""

    id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name that is neither country nor city: group, currency, language, code, or a false friend."""

    kind: str
    value: str
    start: int
    end: int
    surface: str


@dataclass(slots=True)
class Signs:
    """Everything found in a question."""

    reading: Reading
    places: list[Place] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    numbers: list[Numeral] = field(default_factory=list)
    coverage: Coverage = field(default_factory=lambda: Coverage(0, ()))
    unexplained: tuple[int, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    yes_no: bool = False

    def has(self, *ids: str) -> bool:
        """Whether any of these meanings occurs."""
        return any(mark.id in ids for mark in self.marks)

    def first(self, *ids: str) -> Mark | None:
        """The first mark with one of these meanings."""
        return next((mark for mark in self.marks if mark.id in ids), None)

    def values(self, kind: str) -> tuple[str, ...]:
        """Values of the names of a kind, in order, each once."""
        return tuple(dict.fromkeys(name.value for name in self.named if name.kind == kind))

    @property
    def countries(self) -> list[Place]:
        """Countries that are asked about, not mere qualifiers; each name once."""
        found: dict[tuple[str, ...], Place] = {}
        for place in self.places:
            if place.codes and not place.qualifier:
                found.setdefault(place.codes, place)
        return list(found.values())

    @property
    def towns(self) -> list[Place]:
        """Cities that are asked about."""
        return [place for place in self.places if place.cities]

    @property
    def props(self) -> list[str]:
        """Properties asked for, in order, each once."""
        found = list(dict.fromkeys(mark.id[2:] for mark in self.marks if mark.id.startswith("p:")))
        code = self.first("p:iso")
        closer = [mark for mark in self.marks if mark.id in {"p:phone", "p:tld", "p:currency_code"}]
        # The "code of the country" is the one named more closely, "ISO code for its currency" the currency's.
        beside = code is not None and any(
            m.start == code.end and not self.between(code.end, m.start).strip() for m in closer
        )
        if code is not None and closer and (beside or not code.text.startswith("iso")):
            found.remove("iso")
        return found

    def between(self, start: int, end: int) -> str:
        """The text after word `start` - 1 and before word `end`, lower case."""
        words = self.reading.words
        stop = words[end].start if end < len(words) else len(self.reading.text)
        return self.reading.text[words[start - 1].end if start > 0 else 0 : stop].lower()


def read(text: str) -> Signs:
    """The signs in `text`, after undoing misspellings that can hardly be anything else."""
    fixed: list[tuple[str, str]] = []
    text = _LOWER_US.sub(r"\1 USA", text)
    while True:
        signs = _read_once(text)
        correction = _correction(signs) if len(fixed) < 3 else None
        if correction is None:
            signs.corrected = tuple(pair for pair in fixed if spelling().entities(pair[1]) == ())
            return signs
        start, end, name = correction
        surface = signs.reading.surface(start, end)
        fixed.append((surface, name))
        words = signs.reading.words
        text = signs.reading.text[: words[start].start] + name + signs.reading.text[words[end - 1].end :]


def _correction(signs: Signs) -> tuple[int, int, str] | None:
    for at in signs.unexplained:
        found = spelling().correct(signs.reading, at, at + 1)
        if found is not None:
            return at, at + 1, found.name
    for start, end in runs(signs.unexplained):
        found = country_names().correct(signs.reading, start, end)
        if found is None or len(found.mention.entities) != 1:
            continue
        if slipped(" ".join(signs.reading.folded(start, end)), found.name):
            return start, end, found.name.title()
    return None


def slipped(typed: str, name: str) -> bool:
    """Whether `typed` is `name` after a slip of the finger: two letters swapped, one left out, or one doubled.

    A letter that is another one ("Romonia") or added ("Canadia") may as well be an invented name.
    """
    if len(typed) == len(name):
        return sorted(typed) == sorted(name)
    if len(typed) < len(name):
        return True
    at = next((i for i, (one, other) in enumerate(zip(typed, name, strict=False)) if one != other), len(name))
    return at > 0 and typed[at] == typed[at - 1]


def runs(indexes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Stretches of consecutive indexes, as half-open ranges."""
    found: list[tuple[int, int]] = []
    for at in indexes:
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found


def clauses(text: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a text between commas, dashes and the like, as half-open ranges of characters."""
    edges = [0, *(match.start() for match in _CLAUSE.finditer(text)), len(text) + 1]
    return tuple(pairwise(edges))


def asks(meaning: str) -> bool:
    """Whether a phrase of this meaning asks for something, so that every word of its clause matters."""
    return meaning.startswith(("p:", "sup:", "cmp:", "q:howmany", "q:where", "diff", "ratio", "agg:"))


def _read_once(text: str) -> Signs:
    reading = Reading.of(text)
    signs = Signs(reading)
    claims = Claims(reading)
    _codes(signs, claims)
    atlas_of_cities = cities()
    mentions = vocabulary().find(reading, claims.by.keys())
    for place in _long_cities(reading, mentions, atlas_of_cities):
        signs.places.append(place)
        claims.claim(range(place.start, place.end), "city")
    mentions = tuple(mention for mention in mentions if claims.free(mention.indexes))
    taken = {i for mention in mentions for i in mention.indexes} | set(claims.by)
    _phrases(signs, claims, taken)
    signs.yes_no = _is_yes_no(signs)
    for mention in mentions:
        if _name(signs, mention):
            claims.claim(mention.indexes, "name")
    signs.numbers = list(numerals(reading, claims.by.keys()))
    for number in signs.numbers:
        claims.claim(number.indexes, "number")
    _short_cities(signs, claims, atlas_of_cities)
    signs.places.sort(key=lambda place: place.start)
    _qualify(signs)
    _added(signs)
    signs.coverage = claims.coverage(EXTRA_FILLERS)
    signs.unexplained = tuple(
        i for i, word in enumerate(reading.words) if i not in claims.by and word.folded not in EXTRA_FILLERS
    )
    return signs


def _codes(signs: Signs, claims: Claims) -> None:
    """Domains (".pe") and telephone prefixes ("+51")."""
    for kind, pattern in (("tld", _TLD), ("phone", _PHONE)):
        for match in pattern.finditer(signs.reading.text):
            inside = [i for i, w in enumerate(signs.reading.words) if match.start() <= w.start < match.end()]
            if inside:
                value = re.sub(r"[\s-]+", "", match[1]).lower()
                signs.named.append(Named(kind, value, inside[0], inside[-1] + 1, match[0]))
                claims.claim(inside, kind)


def _long_cities(reading: Reading, mentions: tuple[Mention, ...], known: Cities) -> list[Place]:
    """Cities of several words, which may contain other names: "Mexico City", "Salt Lake City"."""
    folded = reading.folded()
    found: list[Place] = []
    at = 0
    while at < len(folded) - 1:
        place = None
        for size in range(min(_LONGEST_CITY, len(folded) - at), 1, -1):
            place = place or _long_city(reading, at, at + size, mentions, known)
        if place is not None:
            found.append(place)
        at = at + 1 if place is None else place.end
    return found


def _long_city(reading: Reading, start: int, end: int, mentions: tuple[Mention, ...], known: Cities) -> Place | None:
    named = known.named(" ".join(reading.folded(start, end)))
    if not named or any(m.start <= start and end <= m.end for m in mentions):
        return None
    if any(m.start < end and start < m.end and not (start <= m.start and m.end <= end) for m in mentions):
        return None
    written = reading.surface(start, end)
    if written.islower():
        named = tuple(city for city in named if city.population >= _BIG)
        if all(word in EXTRA_FILLERS for word in reading.folded(start, end)):
            return None
    elif not (reading.words[start].text[0].isupper() and _capital_end(reading, end - 1)):
        return None
    return Place((), named, start, end, written) if named else None


def _capital_end(reading: Reading, at: int) -> bool:
    """Whether a name may end with word `at`: a capital letter, or what follows an apostrophe ("Nuku'alofa")."""
    word = reading.words[at]
    return word.text[0].isupper() or (word.start > 0 and not reading.text[word.start - 1].isspace())


def _phrases(signs: Signs, claims: Claims, taken: set[int]) -> None:
    seen: set[tuple[str, tuple[int, ...]]] = set()
    for hit in phrasebook().find(signs.reading, taken):
        claims.claim(hit.indexes, hit.id)
        start, end = hit.indexes[0], hit.indexes[-1] + 1
        text = " ".join(signs.reading.words[i].folded for i in hit.indexes)
        for meaning in [hit.id] if hit.id.startswith("no:") else hit.id.split():
            if (meaning, hit.indexes) not in seen:
                seen.add((meaning, hit.indexes))
                signs.marks.append(Mark(meaning, start, end, text))


_OPENERS = frozenset(
    {"is", "are", "does", "do", "has", "have", "isn", "doesn", "aren", "don", "was", "am", "can", "will"}
)
_TAGS = re.compile(
    r"(?:,|\?|–|-|\.)\s*(?:right|correct|true|yes|no|is that (?:right|correct|true)|isn'?t it|doesn'?t it|"
    r"true or false)\s*[?.]*\s*$",
    re.I,
)
_WHETHER = re.compile(
    r"^\W*(?:is it (?:true|correct|right|so|the case)|true or false|whether)\b|\b(?:if|whether) (?!any|you)", re.I
)
_WH = re.compile(r"\b(?:what|which|how|who|where|whose|name|list|tell me the|whats)\b", re.I)


def _is_yes_no(signs: Signs) -> bool:
    text = signs.reading.text.strip()
    rest = _POLITE.sub("", text, count=1)
    if rest != text and re.search(r"\b(?:confirm|check|verify)\b", text, re.I) and re.match(r"\s*that\b", rest):
        return True
    if rest != text:
        return bool(re.search(r"\b(?:if|whether)\b", rest, re.I)) and not _WH.search(rest)
    if _TAGS.search(text) or re.match(r"\W*(?:is it (?:true|correct|so)|true or false)", text, re.I):
        return True
    clauses = [part for part in re.split(r"[.!;:]\s+|,\s+", text) if part.strip()]
    words = Reading.of(clauses[-1]).folded() if clauses else ()
    first = signs.reading.folded()[:1]
    if _WHETHER.search(text) and not _WH.search(text):
        return True
    opened = (words[:1] and words[0] in _OPENERS) or (first and first[0] in _OPENERS)
    return bool(opened) and not _WH.search(text)


def _name(signs: Signs, mention: Mention) -> bool:
    """Sort a mention by what it stands for here; False if it turns out to be no name."""
    kinds: dict[str, list[str]] = {}
    for entity in mention.entities:
        kind, _, value = entity.partition(":")
        kinds.setdefault(kind, []).append(value)
    where = (mention.start, mention.end, mention.surface)
    if "l" in kinds and "c" not in kinds and ("d" not in kinds or _language_meant(signs, mention)):
        signs.named.append(Named("language", kinds["l"][0], *where))
    elif "c" in kinds or "d" in kinds:
        codes = tuple(dict.fromkeys((*kinds.get("c", ()), *kinds.get("d", ()))))
        signs.places.append(Place(codes, (), *where, adjective="c" not in kinds))
    elif "k" in kinds:
        if weak(mention.surface) and not signs.has("p:currency", "v:use", "p:currency_code"):
            return False
        signs.named.append(Named("currency", kinds["k"][-1], *where))
    else:
        kind = {"g": "group", "s": "state"}.get(next(iter(kinds)), next(iter(kinds)))
        signs.named.append(Named(kind, next(iter(kinds.values()))[0], *where))
    return True


def _language_meant(signs: Signs, mention: Mention) -> bool:
    """Whether "Spanish" is the language here and not what is of Spain."""
    if not signs.has("p:languages", "p:official", "q:official") or signs.has("p:currency"):
        return False
    after = signs.reading.folded(mention.end, mention.end + 1)
    if after and after[0] in {"speaking", "speaker", "speakers", "language", "spoken", "speech"}:
        return signs.has("n:country", "n:countries", "q:where") or after[0] != "language" or signs.yes_no
    before = signs.reading.folded(max(0, mention.start - 1), mention.start)
    if before and before[0] in {
        "speak",
        "speaks",
        "speaking",
        "talk",
        "in",
        "understand",
        "use",
        "uses",
        "have",
        "has",
    }:
        return True
    if signs.has("n:country", "n:countries", "q:where"):
        return True
    return signs.yes_no and before != ("the",)


def _short_cities(signs: Signs, claims: Claims, known: Cities) -> None:
    """Cities of one word, among the words that nothing else explains."""
    reading = signs.reading
    lower = reading.text == reading.text.lower()
    shouting = all(word.text[0].isupper() for word in reading.words)
    for at, word in enumerate(reading.words):
        acronym = word.text.isupper() and len(word.text) <= _ACRONYM and not reading.text.isupper()
        if at in claims.by or len(word.folded) < 2 or acronym:
            continue
        upper = word.text[0].isupper()
        if word.folded in EXTRA_FILLERS and not (upper and at > 0 and not shouting and word.text != "I"):
            continue
        named = known.named(word.folded)
        clear = lower and len(word.folded) >= _LONG and word.folded not in EXTRA_FILLERS
        if not upper or lower or word.folded in EXTRA_FILLERS:
            named = tuple(city for city in named if city.population >= _BIG or city in known.capitals.values() or clear)
        if named:
            signs.places.append(Place((), named, at, at + 1, word.text))
            claims.claim((at,), "city")


def _qualify(signs: Signs) -> None:
    """Let "Paris, Texas" and "Lyon in France" say which city is meant."""
    for i, place in enumerate(signs.places):
        if not place.cities:
            continue
        state = next((n for n in signs.named if n.kind == "state" and _follows(signs, place, n.start)), None)
        if state is not None:
            kept = tuple(c for c in place.cities if c.country == "US" and c.region == state.value)
            signs.named.remove(state)
            signs.places[i] = _narrow(place, kept)
            continue
        other = signs.places[i + 1] if i + 1 < len(signs.places) else None
        if other is None or not other.codes or not _follows(signs, place, other.start):
            other = signs.places[i - 1] if i > 0 and _leads(signs, signs.places[i - 1], place) else None
        if other is not None and other.codes:
            kept = tuple(city for city in place.cities if city.country in other.codes)
            if not kept and other.codes == ("GE",):
                kept = tuple(city for city in place.cities if (city.country, city.region) == ("US", "GA"))
            if kept:
                signs.places[i] = _narrow(place, kept)
                signs.places[signs.places.index(other)] = _as_qualifier(other)


def _added(signs: Signs) -> None:
    """Let "Ghana plus Togo" and "Ghana + Togo" ask for a sum, where "plus" compares elsewhere ("10 million plus")."""
    for one, other in pairwise(signs.places):
        gap = signs.between(one.end, other.start)
        if not re.fullmatch(r"\s*(?:plus|\+)\s*(?:the\s+|that of\s+)*", gap):
            continue
        inside = range(one.end, other.start)
        signs.marks = [m for m in signs.marks if not (m.id == "cmp:more" and m.start in inside)]
        signs.marks.append(Mark("agg:sum", one.end, min(one.end + 1, other.start), "plus"))
    signs.marks.sort(key=lambda mark: mark.start)


def _follows(signs: Signs, place: Place, start: int) -> bool:
    if not 0 <= start - place.end <= 2:
        return False
    gap = signs.between(place.end, start)
    return re.fullmatch(r"\s*(?:[,(]|in|of|,\s*in|\(in)?\s*(?:the\s+|state of\s+)?", gap) is not None


def _leads(signs: Signs, other: Place, place: Place) -> bool:
    """Whether `other` is an adjective before the city: "the Japanese city of Osaka", "Peruvian capital Lima"."""
    if not other.adjective or not 0 <= place.start - other.end <= 3:
        return False
    gap = signs.reading.folded(other.end, place.start)
    return all(word in {"city", "town", "capital", "of", "metropolis", "port", "called", "named"} for word in gap)


def _narrow(place: Place, kept: tuple[City, ...]) -> Place:
    return Place((), kept, place.start, place.end, place.surface)


def _as_qualifier(place: Place) -> Place:
    return Place(place.codes, (), place.start, place.end, place.surface, place.adjective, qualifier=True)
