"""Finds the pieces of a question: elements, isotopes, sets, numbers and phrases, each with the words it explains.

It says what is there, not what is asked; `interpret` does that.
"""

from __future__ import annotations

import re
from functools import cache

from nescio_experts.chemistry.amounts import find_amount
from nescio_experts.chemistry.asides import set_aside
from nescio_experts.chemistry.courtesy import COURTESIES, FILLER_WORDS
from nescio_experts.chemistry.discoveries import Discoveries
from nescio_experts.chemistry.found import ORDINALS, Named, Number, Scan, covered, line_of
from nescio_experts.chemistry.frames import FRAMES
from nescio_experts.chemistry.lexicon import PROPERTY_PHRASES
from nescio_experts.chemistry.operators import COMPARATIVES, CONDITIONS, LACKING, OPERATIONS, SETS, UNITS
from nescio_experts.chemistry.ranges import exists, families, named_ranges, numbered_ranges
from nescio_experts.chemistry.rewrites import rewrite
from nescio_experts.chemistry.spelling import ALIASES, LOWER_SYMBOLS, NO_TYPOS
from nescio_experts.chemistry.symbols import is_ion, is_symbol_here
from nescio_experts.chemistry.table import Table
from nescio_experts.grounded import FILLERS, Claims, Gazetteer, Hit, Phrasebook, Reading

CHEMISTRY_FILLERS = (FILLERS | FILLER_WORDS) - {"same", "without", "another", "else", "happens", "happening"}
_ROMAN = {r: n for n, r in enumerate("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii".split(), 1)}
_NUMBERED = re.compile(
    r"(?<!\S)(?<!mass )(?<!nucleon )(?:(?:atomic|element|proton|periodic|ordinal|serial|order) (?:number|no|num)"
    r"(?: of| is| equals| equal to)?"
    r"|z|z equals|z is|elem|elements? (?:number|no|num|numbers)|elements?|number|no"
    r"|(?:position|place|spot|slot|entry|box|square|cell|location)(?: number| no| num)?) (\d{1,3})(?: and (\d{1,3}))?"
    r"(?: (?:in|on|of) the periodic table)?(?!\S)"
)
_MASS_NUMBER = re.compile(r"(?<!\S)(?:mass|nucleon) number(?: of| is| equals| equal to)? (\d{1,3})(?!\S)")
_PROTONS = re.compile(
    r"(?<!\S)(?:(?:exactly )?(\d{1,3}) (?:protons|electrons)|(\d{1,3})(?:st|nd|rd|th) element"
    r"|(\d{1,3}) (?:is|equals) (?:the|an) (?:atomic|proton|ordinal) number"
    r"|(\d{1,3}) (?:in|on) the periodic table"
    r"|(\d{1,3})(?:st|nd|rd|th) (?:(?:place|position|spot|entry|slot) )?(?:in|of|on) the periodic table)(?!\S)"
)
_GROUP = re.compile(r"(?<!\S)(?:group|column|groups) (?:number )?(\d{1,2}|[ivx]+)(?!\S)")
_PERIOD = re.compile(r"(?<!\S)(?:period|row) (?:number )?(\d|[ivx]+)(?!\S)")
_NTH_SET = re.compile(
    r"(?<!\S)(first|second|third|fourth|fifth|sixth|seventh|\d{1,2}(?:st|nd|rd|th)) (period|row|group|column)(?!\S)"
)
_BLOCK = re.compile(r"(?<!\S)(?:([spdf]) block|block ([spdf]))(?!\S)")
_HYDROGENS = (
    (re.compile(r"(?<!\S)protium(?!\S)"), 1),
    (re.compile(r"(?<!\S)(?:deuterium|(?<!how )heavy hydrogen)(?!\S)"), 2),
    (re.compile(r"(?<!\S)(?:tritium|super ?heavy hydrogen)(?!\S)"), 3),
)
"""The isotopes of hydrogen that have names of their own, and their mass numbers."""
_GLUED = re.compile(r"^(?:([A-Z][a-z]?)(\d{1,3})|(\d{1,3})([A-Z][a-z]?))$")


class Scanner:
    """Finds the pieces; built once from the table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._symbols = {e.symbol: z for z, e in table.elements.items()}
        names = [(e.name, str(z)) for z, e in table.elements.items()]
        names += [(alias, str(self._symbols[symbol])) for alias, symbol in ALIASES.items()]
        names += [(symbol.lower(), str(self._symbols[symbol])) for symbol in LOWER_SYMBOLS]
        cased = [(symbol, str(z)) for symbol, z in self._symbols.items()]
        cased += [(symbol.upper(), str(z)) for symbol, z in self._symbols.items() if symbol in LOWER_SYMBOLS]
        self._book = _phrasebook()
        self._discoveries = Discoveries(table)
        never = (*NO_TYPOS, *self._book.vocabulary, *CHEMISTRY_FILLERS, *self._discoveries.words)
        self.gazetteer = Gazetteer(names, cased=cased, never=never)
        self.names = tuple(name for name, _ in names if name.isalpha() and len(name) > 2)
        self.words = self._book.vocabulary

    def scan(self, text: str) -> Scan:
        """The pieces of `text`."""
        reading = Reading.of(rewrite(text))
        respelled, spelling = 0, 1.0
        if fixes := self._misspelled(reading):
            spelling = min(_likeness(reading.words[i].folded, fix) for i, fix in fixes.items())
            reading, respelled = respell(reading, fixes), len(fixes)
        scan = Scan(Claims(reading), respelled=respelled, spelling=spelling)
        self._isotopes(scan)
        self._numbered(scan)
        self._named(scan)
        self._of_mass(scan)
        self._phrases(scan)
        self._discoveries.find(scan)
        self._numbers(scan)
        set_aside(scan)
        self._corrected(scan)
        named_ranges(scan, self._table)
        scan.named.sort(key=lambda n: n.indexes)
        return scan

    # -- isotopes -----------------------------------------------------------------------------------------------

    def _isotopes(self, scan: Scan) -> None:
        line, starts = line_of(scan.reading)
        for pattern, mass in _HYDROGENS:
            for match in pattern.finditer(line):
                self._add_isotope(scan, 1, mass, covered(match, starts))
        for mention in self.gazetteer.find(scan.reading):
            after = mention.end
            if after >= len(scan.reading) or scan.between(after - 1, after).strip() not in {"", "-"}:
                continue
            if mention.surface in self._symbols and not is_symbol_here(scan.reading, mention.start):
                continue
            number = _whole(scan.reading.words[after].folded)
            if number is not None:
                self._add_isotope(scan, int(mention.entities[0]), number, (*mention.indexes, after))
        for i, word in enumerate(scan.reading.words):
            glued = _GLUED.match(word.text)
            symbol, digits = (glued[1] or glued[4], glued[2] or glued[3]) if glued else ("", "")
            z = self._symbols.get(symbol, 0)
            if z > 1 and int(digits) >= 1.5 * z:
                self._add_isotope(scan, z, int(digits), (i,))

    def _of_mass(self, scan: Scan) -> None:
        """An isotope that is given by an element and a mass number apart ("copper with mass number 63")."""
        line, starts = line_of(scan.reading)
        given = _MASS_NUMBER.search(line)
        if given is None or len(scan.named) != 1 or scan.isotopes:
            return
        self._add_isotope(scan, scan.named[0].number, int(given[1]), covered(given, starts))
        scan.named = [] if scan.isotopes else scan.named

    def _add_isotope(self, scan: Scan, z: int, mass: int, indexes: tuple[int, ...]) -> None:
        if z <= mass <= 3 * z + 4 and scan.claims.free(indexes):
            scan.isotopes.append((z, mass))
            scan.claims.claim(indexes, "isotope")

    # -- elements by number, and numbered sets --------------------------------------------------------------------

    def _numbered(self, scan: Scan) -> None:
        line, starts = line_of(scan.reading)
        self._amounts_and_ranges(scan, line, starts)
        for pattern in (_NUMBERED, _PROTONS):
            for match in pattern.finditer(line):
                indexes = covered(match, starts)
                numbers = [int(group) for group in match.groups() if group]
                if re.search(r"(?<![^\W_])-\d", scan.between(indexes[0], indexes[-1]) + str(numbers[0])):
                    continue
                if scan.claims.free(indexes) and all(n in self._table.elements for n in numbers):
                    scan.named.extend(Named(n, indexes, "number") for n in numbers)
                    scan.claims.claim(indexes, "element")
        for kind, pattern in (("group", _GROUP), ("period", _PERIOD), ("block", _BLOCK)):
            for match in pattern.finditer(line):
                _add_set(scan, kind, next(g for g in match.groups() if g), covered(match, starts))
        for name, group, match in families(line):
            if self.gazetteer.entities(name):
                _add_set(scan, "group", str(group), covered(match, starts))
        for match in _NTH_SET.finditer(line):
            kind = "period" if match[2] in {"period", "row"} else "group"
            _add_set(scan, kind, match[1], covered(match, starts))

    @staticmethod
    def _amounts_and_ranges(scan: Scan, line: str, starts: list[int]) -> None:
        if (found := find_amount(line)) is not None:
            scan.amount = found[0]
            scan.claims.claim(tuple(i for match in found[1] for i in covered(match, starts)), "amount")
        for meaning, match in numbered_ranges(line):
            indexes = covered(match, starts)
            if scan.claims.free(indexes):
                scan.hits += [Hit("x:unclear", indexes)] if not exists(meaning) else []
                (scan.sets if meaning.startswith("g:") else scan.hits).append(Hit(meaning, indexes))
                scan.claims.claim(indexes, "set")

    # -- elements by name and symbol --------------------------------------------------------------------------------

    def _named(self, scan: Scan) -> None:
        reading = scan.reading
        for mention in self.gazetteer.find(reading, scan.claims.by):
            z = int(mention.entities[0])
            symbol = mention.surface in self._symbols
            if symbol and (is_ion(reading, mention.start) or not is_symbol_here(reading, mention.start)):
                continue
            if mention.surface == "lead" and _is_verb(reading, mention.end):
                continue
            how = "symbol" if symbol or len(mention.surface) <= 2 else "name"
            scan.named.append(Named(z, tuple(mention.indexes), how))
            scan.claims.claim(mention.indexes, "element")
        for i in range(1, len(reading)):
            number = None if i in scan.claims.by else self._after_symbol(reading, i)
            if number is not None:
                scan.named.append(Named(number, (i,), "symbol"))
                scan.claims.claim((i,), "element")

    def _after_symbol(self, reading: Reading, i: int) -> int | None:
        """The element whose symbol word `i` is in any case, where the text announces one ("the symbol au")."""
        word, before = reading.words[i], reading.folded(max(0, i - 2), i)
        announced = "symbol" in before and before[-1] in {"symbol", "is", "of", "for"}
        ordinary = word.text.islower() and word.folded in CHEMISTRY_FILLERS and before[-1] != "symbol"
        if not announced or ordinary or word.folded in {"of", "for", "is"}:
            return None
        return self._symbols.get(word.text.capitalize())

    def _corrected(self, scan: Scan) -> None:
        for i, word in enumerate(scan.reading.words):
            if i in scan.claims.by or word.folded in CHEMISTRY_FILLERS:
                continue
            found = self.gazetteer.correct(scan.reading, i, i + 1)
            if found is not None:
                z = int(found.mention.entities[0])
                scan.named.append(Named(z, (i,), "corrected", found.similarity))
                scan.claims.claim((i,), "element")
                scan.read.append((word.text, found.name))

    # -- phrases and numbers ------------------------------------------------------------------------------------------

    def _phrases(self, scan: Scan) -> None:
        for hit in self._book.find(scan.reading, scan.claims.by):
            (scan.sets if hit.id.startswith("g:") else scan.hits).append(hit)
        scan.hits = [self._announcing(scan, hit) for hit in scan.hits]
        for hit in (*scan.sets, *scan.hits):
            scan.claims.claim(hit.indexes, hit.id)

    @staticmethod
    def _announcing(scan: Scan, hit: Hit) -> Hit:
        """`hit`, or a condition if it only announces a symbol ("the density of the element with symbol Mo")."""
        symbols = {i for n in scan.named if n.how == "symbol" for i in n.indexes}
        others = any(h.id.startswith("p:") and h.id not in {"p:symbol", "p:name"} for h in scan.hits)
        if hit.id == "p:symbol" and others and hit.indexes[-1] + 1 in symbols:
            return Hit("x:symbol", hit.indexes)
        return hit

    def _numbers(self, scan: Scan) -> None:
        for i, word in enumerate(scan.reading.words):
            if i not in scan.claims.by and re.fullmatch(r"\d+(\.\d+)?", word.folded):
                before = scan.reading.text[max(0, word.start - 2) : word.start]
                negative = before.endswith("-") and not before[:1].isalnum()
                minus = i > 0 and scan.reading.words[i - 1].folded in {"minus", "negative"}
                scan.numbers.append(Number(-float(word.folded) if negative or minus else float(word.folded), i))

    # -- spelling ---------------------------------------------------------------------------------------------------

    def _misspelled(self, reading: Reading) -> dict[int, str]:
        """Word index → the phrase word that it misspells by one edit, if it can be no other."""
        fixes = {}
        for i, word in enumerate(reading.words):
            known = any(word.folded in words for words in (self._book.vocabulary, CHEMISTRY_FILLERS, NO_TYPOS))
            known = known or word.folded in self._discoveries.words
            if not known and not self.gazetteer.entities(word.folded) and len(word.folded) >= 5:
                fix = _nearest(word.folded)
                if fix is not None and self.gazetteer.correct(reading, i, i + 1) is None:
                    fixes[i] = fix
        return fixes


@cache
def _phrasebook() -> Phrasebook:
    properties = {f"p:{key}": (*patterns, *FRAMES.get(key, ())) for key, patterns in PROPERTY_PHRASES.items()}
    return Phrasebook(
        {**properties, **COMPARATIVES, **OPERATIONS, **SETS, **UNITS, **CONDITIONS, **LACKING, **COURTESIES}
    )


def _likeness(typed: str, meant: str) -> float:
    from rapidfuzz.distance import OSA

    return OSA.normalized_similarity(typed, meant)


def _nearest(typed: str) -> str | None:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    words = [w for w in _phrasebook().vocabulary if len(w) >= 6 and w[0] == typed[0]]
    near = [w for w, distance, _ in process.extract(typed, words, scorer=OSA.distance, score_cutoff=1, limit=3)]
    return near[0] if len(near) == 1 or (near and len({stem(w) for w in near}) == 1) else None


def stem(word: str) -> str:
    """`word` without its ending, to tell whether two words are forms of one."""
    return re.sub(r"(ing|ed|es|s|d)$", "", word)


def _is_verb(reading: Reading, end: int) -> bool:
    """Whether the "lead" before word `end` is a verb ("may lead to melting") and no metal ("hot for lead to melt")."""
    if reading.folded(end, end + 2) == ("the", "way") or reading.folded(end, end + 1) in {("me",), ("us",)}:
        return True
    before = reading.folded(max(0, end - 2), end - 1)
    return reading.folded(end, end + 1) == ("to",) and before not in {("of",), ("for",), ("heat",), ("get",)}


def respell(reading: Reading, fixes: dict[int, str]) -> Reading:
    """`reading` with the words at these indexes replaced."""
    text, at = "", 0
    for i, fix in sorted(fixes.items()):
        word = reading.words[i]
        text, at = text + reading.text[at : word.start] + fix, word.end
    return Reading.of(text + reading.text[at:])


def _add_set(scan: Scan, kind: str, value: str, indexes: tuple[int, ...]) -> None:
    if value in ORDINALS:
        value = str(ORDINALS.index(value) + 1)
    value = re.sub(r"(?<=\d)(st|nd|rd|th)$", "", value)
    if kind != "block":
        value = str(_ROMAN.get(value, value))
    if scan.claims.free(indexes) and (kind == "block" or value.isdigit()):
        scan.hits += [] if exists(f"g:{kind}:{value}") else [Hit("x:unclear", indexes)]
        scan.sets.append(Hit(f"g:{kind}:{value}", indexes))
        scan.claims.claim(indexes, "set")


def _whole(word: str) -> int | None:
    return int(word) if word.isdigit() and word.isascii() and len(word) <= 3 else None
