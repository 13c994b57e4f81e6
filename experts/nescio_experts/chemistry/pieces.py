"""Sorts the pieces of a scan into properties, elements, comparisons and the rest, and checks how they are joined.

Of two phrases that say the same thing in two words, the weaker goes; what stays is what `interpret` reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from nescio_experts.chemistry.found import Scan, is_ordinal, whole_number
from nescio_experts.chemistry.properties import PROPERTIES
from nescio_experts.chemistry.question import Ask, Misfit
from nescio_experts.chemistry.scan import CHEMISTRY_FILLERS
from nescio_experts.chemistry.table import Table
from nescio_experts.grounded import Coverage, Hit

_COORDINATORS = re.compile(
    r"\band\b|&|,|;|\?|\.|/|\bplus\b|\balso\b|\bor\b|\btogether with\b|\balong with\b|\bthen\b|:|\n"
    r"|\bin addition to\b|\bfollowed by\b|\bcombined with\b|\(| - "
)
_JOINERS = re.compile(
    r"\band\b|&|,|;|\?|/|\bor\b|\bthan\b|\bto\b|\bfrom\b|\bversus\b|\bvs\b|\bwith\b|\bagainst\b|\bdoes\b|\bthat of\b|\("
    r"|\bplus\b|\bminus\b|\bof\b|\bas\b|\bover\b|\bexceed"
)
_YES_NO = frozenset("is are was were does do did has have can could should isn doesn aren didn would will".split())
_NOT_YES_NO = frozenset("you i we anyone anybody someone somebody there u me".split())
_LEADING = frozenset("so ok okay hey hi hello and but please well um hmm quick question tell me now also".split())
_TAGGED = re.compile(
    r"(?i)^(?!\W*(?:what|which|who|how|when|where|why)\b).*,\s*(?:right|correct|true|yes|is(?:n['’]t| that| it)"
    r" (?:it|right|true|correct|so)|does(?:n['’]t) it|am i right)\s*\?\s*$"
)
"""A statement that is turned into a question by its end ("…, right?")."""
_WEAK = {
    "name": frozenset(PROPERTIES),
    "finding": frozenset(PROPERTIES),
    "discovery": frozenset({"discoverers", "discovery_year", "discovery_location"}),
    "isotopes": frozenset({"most_abundant_isotope", "half_life", "isotope_abundance", "stable_isotope_count", "spin"}),
    "radioactive": frozenset({"isotopes", "stable_isotope_count", "half_life", "oxidation_states"}),
    "series": frozenset({"group", "period", "goldschmidt_class"}),
    "phase": frozenset({"melting_point", "boiling_point"}),
    "group": frozenset({"series"}),
    "place": frozenset({"atomic_number", "group", "period", "block"}),
    "atomic_weight": frozenset(
        {"molar_mass", "density", "heavy", "abundance", "abundance_crust", "abundance_sea", "isotope_abundance"}
    ),
    "heavy": frozenset({"density", "molar_mass"}),
    "abundance": frozenset({"abundance_crust", "abundance_sea", "most_abundant_isotope"}),
}
"""Property → properties beside which it is only part of the wording."""


@dataclass(slots=True)
class Pieces:
    """The pieces of one scan, sorted, and what the reading has used of them."""

    scan: Scan
    properties: list[str]
    elements: list[int]
    sets: list[str]
    comparatives: list[Hit]
    superlatives: list[Hit]
    ops: frozenset[str]
    units: tuple[str, ...]
    yes_no: bool
    nth: int = 1
    used: set[int] = field(default_factory=set)

    def value(self) -> tuple[float, str] | None:
        """The one number left over and the unit behind it, if there is exactly one."""
        left = [n for n in self.scan.numbers if n.index not in self.used]
        if len(left) != 1:
            return None
        after = [h.id[2:] for h in self.scan.of("u:") if h.indexes[0] == left[0].index + 1]
        self.used.add(left[0].index)
        return left[0].value, after[0] if after else ""


def unexplained(scan: Scan) -> Coverage:
    """The words that no piece explains."""
    return scan.claims.coverage(CHEMISTRY_FILLERS)


def sort_pieces(scan: Scan, table: Table, guess: str | None) -> Pieces:
    """The pieces of `scan`; `guess` is the property to assume where no phrase names one."""
    used: set[int] = set()
    properties = _properties(scan, used)
    if not properties and scan.of("u:g/cm³") + scan.of("u:kg/m³"):
        properties = ["density"]
    properties = properties or ["atomic_weight"] * bool(scan.of("u:u")) or ["molar_mass"] * bool(scan.of("u:g/mol"))
    if not properties and guess is not None:
        properties = [guess]
    elements = list(dict.fromkeys(n.number for n in scan.named))
    most = {hit.indexes for hit in scan.of("s+") + scan.of("s-")}
    pieces = Pieces(
        scan=scan,
        properties=properties,
        elements=elements,
        sets=_sets_of(scan),
        comparatives=[hit for hit in scan.of("c+") + scan.of("c-") if hit.indexes not in most],
        superlatives=_superlatives(scan),
        ops=frozenset(hit.id[2:] for hit in scan.of("o:")),
        units=tuple(dict.fromkeys(hit.id[2:] for hit in scan.of("u:") if hit.id != "u:°")),
        yes_no=_is_yes_no(scan),
        used=used,
    )
    for hit in (*pieces.comparatives, *pieces.superlatives):
        implied = hit.id[3:]
        if implied and implied not in pieces.properties:
            pieces.properties.append(implied)
    if not pieces.properties and _sized(pieces):
        pieces.properties = ["atomic_radius"]
    if {"atom", "atoms"} & set(scan.reading.folded()):
        pieces.properties = ["atomic_weight" if p == "heavy" else p for p in pieces.properties]
    pieces.properties = _resolve(_drop_weak(pieces.properties), elements, table)
    _rank_ionization(pieces)
    _counted(pieces)
    return pieces


def _superlatives(scan: Scan) -> list[Hit]:
    """The superlatives, without a "top" that only says how many of the most extreme are wanted ("top 3 densest")."""
    found = scan.of("s+") + scan.of("s-")
    numbers = {n.index for n in scan.numbers}
    bare = [h for h in found if scan.reading.folded(h.indexes[0], h.indexes[-1] + 1) == ("top",)]
    counting = [h for h in bare if h.indexes[-1] + 1 in numbers]
    return [h for h in found if h not in counting] if len(found) == 2 else found


def _sized(pieces: Pieces) -> bool:
    """Whether atoms are compared by a word of size alone ("which atom is larger")."""
    words = pieces.scan.reading.words
    compared = [words[i].folded for hit in (*pieces.comparatives, *pieces.superlatives) for i in hit.indexes]
    return bool({"atom", "atoms"} & set(pieces.scan.reading.folded()) and _SIZES & set(compared))


_SIZES = frozenset("bigger larger smaller biggest largest smallest tiniest".split())
_ROLES = {
    "discoverers": frozenset("who whom whose scientist scientists chemist chemists person people man woman".split()),
    "discovery_year": frozenset("when year date dates ago".split()),
    "discovery_location": frozenset("where country place location nation city".split()),
}
"""What is asked of a discovery → the words that ask for it."""


def _properties(scan: Scan, used: set[int]) -> list[str]:
    """The properties that phrases name; of a discovery, those that question words ask for."""
    properties = list(dict.fromkeys(hit.id[2:] for hit in scan.of("p:")))
    about_discovery = {"discovery", "finding", *_ROLES} & set(properties)
    if not about_discovery:
        return properties
    asked = {role: _free(scan, words) for role, words in _ROLES.items()}
    if about_discovery == {"finding"}:
        # "Where is lithium found?" asks for ores, not for a discovery.
        asked["discovery_location"] = ()
    for role, indexes in asked.items():
        if indexes and role not in properties:
            properties.append(role)
        used.update(indexes)
    return [p for p in properties if p != "finding"]


def by_role(prop: str, scan: Scan) -> str:
    """`prop`; of a discovery, what the question word asks for ("who first spotted gallium" asks for no year)."""
    asked = [role for role, words in _ROLES.items() if words & set(scan.reading.folded())]
    return asked[0] if prop in _ROLES and len(asked) == 1 else prop


def _free(scan: Scan, words: frozenset[str]) -> tuple[int, ...]:
    return tuple(i for i, w in enumerate(scan.reading.words) if w.folded in words and i not in scan.claims.by)


def _sets_of(scan: Scan) -> list[str]:
    sets = [hit.id[2:] for hit in scan.sets if hit.id != "g:all"]
    noble = "series:Noble gases" in sets
    return [name for name in sets if not (noble and name == "phase:gas")]


def _drop_weak(properties: Sequence[str]) -> list[str]:
    kept = [p for p in properties if not _WEAK.get(p, frozenset()) & (set(properties) - {p})]
    if "name" in properties and "symbol" in properties:
        kept = [p for p in kept if p != "name"]
    return kept


def _resolve(properties: Sequence[str], elements: Sequence[int], table: Table) -> list[str]:
    resolved: list[str] = []
    for prop in properties:
        if prop == "liquefy":
            gas = bool(elements) and table.elements[elements[0]].phase_at(298.15) == "gas"
            resolved.append("boiling_point" if gas else "melting_point")
        elif prop == "place":
            resolved += _place(elements, table)
        elif prop == "discovery":
            resolved += ["discoverers", "discovery_year"]
        elif prop == "abundance" and elements:
            resolved.append("abundance_crust")
        else:
            resolved.append(prop)
    return list(dict.fromkeys(resolved))


def _place(elements: Sequence[int], table: Table) -> list[str]:
    in_group = all(table.elements[z].group is not None for z in elements)
    return ["atomic_number", "group", "period"] if in_group else ["atomic_number", "period", "block"]


def _is_yes_no(scan: Scan) -> bool:
    if scan.of("o:true") or _TAGGED.search(scan.reading.text):
        return True
    words = scan.reading.words
    starts = [i for i in range(len(words)) if i == 0 or re.search(r"[,:;.!?]", scan.between(i - 1, i))]
    return any(_asks(scan.reading.folded(start)) for start in starts)


def _asks(clause: Sequence[str]) -> bool:
    """Whether a clause begins as a question does that yes or no answers."""
    first = next((i for i, word in enumerate(clause) if word not in _LEADING), len(clause))
    return len(clause) > first + 1 and clause[first] in _YES_NO and clause[first + 1] not in _NOT_YES_NO


def _rank_ionization(pieces: Pieces) -> None:
    """Which ionisation energy is asked for: "second ionisation energy", or "the first" anywhere."""
    words, claimed = pieces.scan.reading.words, pieces.scan.claims.by
    for hit in pieces.scan.of("p:ionization_energy"):
        pieces.used.update(i for i, w in enumerate(words) if w.folded in {"first", "1st"} and i not in claimed)
        before = hit.indexes[0] - 1
        rank = whole_number(words[before].folded) if before >= 0 and before not in claimed else None
        if rank is not None and is_ordinal(words[before].folded):
            pieces.nth = rank
            pieces.used.add(before)


def _counted(pieces: Pieces) -> None:
    """Explain a number that says how many elements were named ("which of the two", "these three metals")."""
    scan = pieces.scan
    if len(pieces.elements) < 2:
        return
    for i, word in enumerate(scan.reading.words):
        counts = whole_number(word.folded) == len(pieces.elements) and not is_ordinal(word.folded)
        if i not in scan.claims.by and counts and (word.folded.isalpha() or i + 1 in scan.claims.by):
            pieces.used.add(i)


def loose(scan: Scan, ask: Ask) -> Misfit | None:
    """A misfit if two properties, or two elements, stand side by side without anything that joins them.

    Symbols that are compared or put in order need nothing ("rank Li Na K by density").
    """
    hits = [h for h in scan.of("p:") if h.id[2:] not in _WEAK]
    for first, second in pairwise(hits):
        if first.id == second.id or first.indexes == second.indexes:
            continue
        apart = second.indexes[0] > first.indexes[-1]
        between = scan.between(first.indexes[-1] if apart else first.indexes[0], second.indexes[0 if apart else -1])
        if not _COORDINATORS.search(between):
            return Misfit("shape")
    for one, other in pairwise(scan.named):
        if one.number == other.number or one.indexes == other.indexes:
            continue
        if ask.operation in {"order", "choose"} and one.how == other.how == "symbol":
            continue
        compared = any(
            one.indexes[-1] < hit.indexes[0] < other.indexes[0] for hit in scan.hits if hit.id.startswith(("c+", "c-"))
        )
        if not compared and not _JOINERS.search(scan.between(one.indexes[-1], other.indexes[0])):
            return Misfit("shape")
    return None


def rank_and_top(pieces: Pieces, hit: Hit) -> tuple[int, int]:
    """The rank ("second highest") and the number of elements ("three densest", "top 5") that are wanted."""
    words, claimed = pieces.scan.reading.words, pieces.scan.claims.by
    for place in (hit.indexes[0] - 1, hit.indexes[-1] + 1):
        number = whole_number(words[place].folded) if 0 <= place < len(words) and place not in claimed else None
        if number is None or words[place].folded in {"one", "first"}:
            continue
        pieces.used.add(place)
        return (number, 1) if is_ordinal(words[place].folded) else (1, number)
    return 1, 1
