"""Reads a question into signs: finds the names, phrases and numbers in it, and accounts for every word.

Cities come after all other names, because thousands of them are called like a word. Nothing here looks a fact up.
"""

from __future__ import annotations

import re
from typing import Final

from nescio_experts.geography.asking import wants_yes_or_no
from nescio_experts.geography.atlas import atlas
from nescio_experts.geography.cities import Cities, cities
from nescio_experts.geography.epithets import merge_epithets
from nescio_experts.geography.fillers import EXTRA_FILLERS
from nescio_experts.geography.lexicon import phrasebook
from nescio_experts.geography.misspelling import Respelt, misspelt, respell
from nescio_experts.geography.numerals import numerals
from nescio_experts.geography.qualifying import qualify
from nescio_experts.geography.signs import Mark, Named, Place, Signs
from nescio_experts.geography.vocabulary import vocabulary, weak
from nescio_experts.grounded import Claims, Mention, Reading, fold

_BIG: Final = 100_000
"""From this size on a city may be named in lower case."""
_LONG_OTHER: Final = 5
"""In lower case, a shorter word is no other name of a city ("rest" for Rasht)."""
_LONGEST_CITY: Final = 5
_MOST_FIXED: Final = 3
"""Most misspellings that are undone in one question."""
_ACRONYM: Final = 4
"""Up to so many letters, a name in capitals is an acronym ("UN") and no city."""
_LONG: Final = 7
"""A name of so many letters is no English word that a city happens to be called by."""
_TLD = re.compile(r"(?<![\w.])\.([a-z]{2})(?![\w])", re.IGNORECASE)
_PHONE = re.compile(r"\+\s?(\d[\d\s-]*\d|\d)")
_LOWER_US = re.compile(
    r"\b(the|in) us\b"
    r"(?=\s*(?:[?.,!]|$|and\b|or\b|have|has|is\b|border|use|share|bigger|larger|smaller|more|less|vs|'s))"
)


def read(text: str) -> Signs:
    """The signs in `text`, after undoing misspellings."""
    fixed: list[tuple[str, Respelt]] = []
    text = respell(_LOWER_US.sub(r"\1 USA", text))
    while True:
        signs = _read_once(text)
        found = misspelt(signs) if len(fixed) < _MOST_FIXED else None
        if found is None:
            signs.corrected = tuple((typed, respelt.text) for typed, respelt in fixed if respelt.name)
            signs.sure = all(respelt.sure for _, respelt in fixed)
            return signs
        fixed.append((signs.reading.surface(found.start, found.end), found))
        words = signs.reading.words
        text = signs.reading.text[: words[found.start].start] + found.text
        text += signs.reading.text[words[found.end - 1].end :]


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
    signs.yes_no = wants_yes_or_no(reading)
    for mention in mentions:
        if _name(signs, mention):
            claims.claim(mention.indexes, "name")
    _iso_codes(signs, claims)
    signs.numbers = list(numerals(reading, claims.by.keys()))
    for number in signs.numbers:
        claims.claim(number.indexes, "number")
    _short_cities(signs, claims, atlas_of_cities)
    signs.places.sort(key=lambda place: place.start)
    merge_epithets(signs, claims)
    qualify(signs)
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


def _iso_codes(signs: Signs, claims: Claims) -> None:
    """Codes such as "CH" and "CHE", written in capitals beside a word for codes."""
    if not signs.has("p:iso", "p:iso2", "p:iso3", "q:code"):
        return
    known = {code for country in atlas().countries.values() for code in (country.code, country.iso3)}
    for at, word in enumerate(signs.reading.words):
        if at not in claims.by and word.text in known and not signs.reading.text.isupper():
            signs.named.append(Named("iso", word.text.lower(), at, at + 1, word.text))
            claims.claim((at,), "iso")


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
    if signs.has("n:country", "n:countries", "q:where") or "or" in (*before, *after):
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
        if not upper and len(word.folded) < _LONG_OTHER:
            named = tuple(city for city in named if fold(city.name) == word.folded)
        if named:
            signs.places.append(Place((), named, at, at + 1, word.text))
            claims.claim((at,), "city")
