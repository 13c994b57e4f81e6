"""Decides what a question asks, from its sorted pieces; or says why it asks for something else.

It is strict: every piece must have its place. Two properties must be joined by "and" or the like, a comparative needs
something to compare, and what is left over makes the question one that this expert does not answer.
"""

from __future__ import annotations

import re
from dataclasses import replace

from nescio_experts.chemistry.atoms import amount_of, isotope_of
from nescio_experts.chemistry.beside import beside, hop, of_the_most
from nescio_experts.chemistry.choices import check_name, check_state, choose_member, main_state, order
from nescio_experts.chemistry.conditions import conditioned, worded
from nescio_experts.chemistry.found import Scan, is_ordinal, whole_number
from nescio_experts.chemistry.limits import between, check_value, compare_with_bound
from nescio_experts.chemistry.pieces import Pieces, loose, rank_and_top, sort_pieces, unexplained
from nescio_experts.chemistry.properties import PROPERTIES
from nescio_experts.chemistry.question import Ask, Misfit, Operation
from nescio_experts.chemistry.sets import SET_PROPERTIES, in_set
from nescio_experts.chemistry.table import Table
from nescio_experts.chemistry.times import another_time

_OPEN = frozenset("which what who when where why how whose whom name list".split())
"""Words of questions that yes or no does not answer."""
_DISCOVERY = frozenset({"discoverers", "discovery_year", "discovery_location"})
_WHEN_OR_WHERE = frozenset("when where why year years country".split())
_EARLIEST = 1600
"""Years before it are none of which the table knows discoveries."""
_DEFINED = re.compile(
    r"(?i)\W*(?:(?:so|and|but|tell me|define)\W+)*(?:what(?:['’]?s| is)|define) an? (?:\w+ ){0,3}?\w+\W*$"
)
"""A question for what a word means ("What is a noble gas?")."""
_CHOSEN_FROM = frozenset("which who whose it them these those they following list options one ones two of".split())
"""Words by which a most extreme one is chosen from some that were named elsewhere; else all elements are meant."""
_JOINED = frozenset({"check_symbol", "check_value", "neighbour", "beside"})
"""Operations whose two pieces need nothing that joins them."""


def interpret(scan: Scan, table: Table, guess: str | None = None) -> Ask | Misfit:
    """What the question asks.

    Args:
        scan: Its pieces.
        table: The elements.
        guess: A property to assume where no phrase names one.
    """
    pieces = sort_pieces(scan, table, guess)
    ask = _ask(pieces, table)
    if isinstance(ask, Ask):
        ask = conditioned(ask, pieces)
        ask = worded(ask, pieces) if isinstance(ask, Ask) else ask
    scan.claims.claim(pieces.used, "used")
    left = unexplained(scan)
    if left.unexplained:
        known = bool(scan.named or scan.isotopes)
        return Misfit("unexplained" if known else "unknown", left.unexplained)
    if isinstance(ask, Ask) and (time := another_time(ask, scan)):
        return Misfit("time", (time,))
    if (
        isinstance(ask, Ask)
        and not (ask.operation in _JOINED or ask.inner)
        and (joined := loose(scan, ask)) is not None
    ):
        return joined
    return ask


def _ask(pieces: Pieces, table: Table) -> Ask | Misfit:
    for rule in _RULES:
        found = rule(pieces, table)
        if found is not None:
            return found
    return _lookup(pieces, table)


def _superlative(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    if not pieces.superlatives:
        return None
    hit = pieces.superlatives[0]
    direction = 1 if hit.id[1] == "+" else -1
    properties = [p for p in pieces.properties if p not in {"series", "name"}] if pieces.sets else pieces.properties
    if len(pieces.superlatives) > 1 or pieces.comparatives or len(properties) != 1 or of_the_most(pieces, hit):
        return Misfit("shape")
    prop = properties[0]
    if prop == "oxidation_states" and len(pieces.elements) == 1:
        if {"most", "least", "best"} & set(pieces.scan.reading.folded()):
            return Misfit("shape")
        return Ask("lookup", (prop,), tuple(pieces.elements), direction=direction, operations=1)
    if prop == "heavy":
        prop = "atomic_weight"
    if prop in {"group", "period"}:
        # "Which period has the most elements?" counts its elements.
        return Misfit("shape")
    if prop not in PROPERTIES or not (PROPERTIES[prop].numeric or prop == "oxidation_states"):
        return Misfit("shape")
    rank, top = rank_and_top(pieces, hit)
    common = Ask("extreme", (prop,), direction=direction, rank=rank, top=top, nth=pieces.nth, operations=1)
    return _extreme_of(common, pieces)


def _extreme_of(common: Ask, pieces: Pieces) -> Ask | Misfit:
    """The most extreme of the elements named, or of a set; or whether one element is that."""
    if len(pieces.elements) >= 2:
        if common.rank > 1 or common.top > 1:
            return Misfit("shape")
        return replace(common, operation="choose", elements=tuple(pieces.elements))
    if len(pieces.elements) == 1:
        if not pieces.yes_no:
            return Misfit("shape")
        return replace(common, operation="check_extreme", elements=tuple(pieces.elements), sets=tuple(pieces.sets))
    words = set(pieces.scan.reading.folded())
    if not (pieces.sets or pieces.scan.sets or {"atom", "atoms"} & words) and words & _CHOSEN_FROM:
        return Misfit("no_element")
    return replace(common, sets=tuple(pieces.sets))


def _comparative(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    if not pieces.comparatives:
        return None
    properties = [p for p in pieces.properties if p != "name"]
    # "More titanium or more copper" compares once.
    if (
        len({hit.id for hit in pieces.comparatives}) > 1
        or (len(pieces.comparatives) > 1 and pieces.scan.numbers)
        or len(properties) != 1
    ):
        return Misfit("no_property" if not properties else "shape")
    direction = 1 if pieces.comparatives[0].id[1] == "+" else -1
    prop = properties[0]
    if prop != "heavy" and not PROPERTIES[prop].numeric:
        return Misfit("shape")
    ask = Ask("choose", (prop,), tuple(pieces.elements), direction=direction, nth=pieces.nth, operations=1)
    if len(pieces.elements) >= 2:
        return _compare_elements(ask, pieces)
    return compare_with_bound(ask, pieces)


def _compare_elements(ask: Ask, pieces: Pieces) -> Ask:
    if "ratio" in pieces.ops:
        return replace(ask, operation="ratio")
    if "difference" in pieces.ops:
        return replace(ask, operation="difference")
    first, second = (n.indexes[-1] for n in pieces.scan.named[:2])
    either = re.search(r"\bor\b", pieces.scan.between(first, second))
    return replace(ask, operation="check_order" if pieces.yes_no and not either else "choose")


def _two_values(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """Differences and ratios without a comparative: of two elements, or of two temperatures of one."""
    operation: Operation | None = None
    if "ratio" in pieces.ops:
        operation = "ratio"
    elif "difference" in pieces.ops and _says_difference(pieces.scan):
        operation = "difference"
    if operation is None:
        return None
    if len(pieces.elements) == 2 and len(pieces.properties) == 1:
        if not PROPERTIES[pieces.properties[0]].numeric:
            return Misfit("shape")
        return Ask(operation, tuple(pieces.properties), tuple(pieces.elements), nth=pieces.nth, operations=1)
    temperatures = len(pieces.properties) == 2 and all(PROPERTIES[p].kind == "temperature" for p in pieces.properties)
    if len(pieces.elements) == 1 and temperatures and operation == "difference":
        return Ask("range", tuple(pieces.properties), tuple(pieces.elements), operations=1)
    return Misfit("shape")


def _says_difference(scan: Scan) -> bool:
    plain = {"how", "by", "much", "many", "more", "degrees", "kelvin", "celsius"}
    return any({scan.reading.words[i].folded for i in h.indexes} - plain for h in scan.of("o:difference"))


def _aggregate(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    wanted = {"mean", "sum", "median"} & pieces.ops
    counts = wanted == {"sum"} and not pieces.properties
    if not wanted or counts or (len(pieces.elements) < 2 and not pieces.scan.sets):
        return None
    if len(pieces.properties) != 1 or not PROPERTIES[pieces.properties[0]].numeric:
        return Misfit("shape")
    operation: Operation = "mean" if "mean" in wanted else "median" if "median" in wanted else "sum"
    return Ask(
        operation,
        tuple(pieces.properties),
        tuple(pieces.elements),
        sets=tuple(pieces.sets),
        nth=pieces.nth,
        operations=1,
    )


def _membership(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """Whether one element belongs to a set ("Is mercury liquid?") or has a value ("Is its atomic number 26?")."""
    kinds = {SET_PROPERTIES[name.partition(":")[0]] for name in pieces.sets}
    other = set(pieces.properties) - kinds - {"name", "phase", "series", "group", "period", "block"}
    other -= _DISCOVERY if kinds & _DISCOVERY else set()
    asked = bool(pieces.properties) and set(pieces.properties) <= kinds
    offered = len(pieces.sets) > 1 and (asked or _either(pieces.scan))
    if len(pieces.elements) != 1 or not (pieces.yes_no or (offered and not other) or _bare_check(pieces)):
        return None
    elements = tuple(pieces.elements)
    if pieces.properties and set(pieces.properties) <= _DISCOVERY and pieces.scan.numbers and not pieces.sets:
        return check_value(pieces, PROPERTIES["discovery_year"])
    if len(pieces.properties) == 1 and pieces.properties[0] in PROPERTIES and not pieces.sets:
        return check_value(pieces, PROPERTIES[pieces.properties[0]])
    if offered:
        return Misfit("shape") if len(kinds) > 1 or other else Ask("lookup", tuple(kinds), elements, operations=1)
    if pieces.sets and not other:
        return Ask("check_set", elements=elements, sets=tuple(pieces.sets), operations=1)
    return None


def _bare_check(pieces: Pieces) -> bool:
    """Whether a text is no more than an element and a set with a question mark ("radium: radioactive?")."""
    asks = pieces.scan.reading.text.rstrip().endswith("?") and not _OPEN & set(pieces.scan.reading.folded())
    return asks and len(pieces.sets) == 1 and not pieces.properties


def _either(scan: Scan) -> bool:
    """Whether two sets are offered as alternatives ("a metal or a metalloid")."""
    if scan.of("x:else") or scan.of("x:options"):
        return True
    ends = sorted(scan.sets, key=lambda hit: hit.indexes)
    return bool(re.search(r"\bor\b", scan.between(ends[0].indexes[-1], ends[-1].indexes[0])))


def _same(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """The members of one's group ("the same group as oxygen"), and whether two have the same of something."""
    prop = pieces.properties[0] if len(pieces.properties) == 1 else ""
    if "same" not in pieces.ops and not (prop in {"group", "period"} and _members_of_its(pieces)):
        return None
    if len(pieces.elements) == 2 and pieces.yes_no and prop in PROPERTIES:
        return Ask("check_same", (prop,), tuple(pieces.elements), operations=1)
    if len(pieces.elements) != 1 or prop not in {"group", "period", "block", "series"}:
        return Misfit("shape")
    value = getattr(table.elements[pieces.elements[0]], prop)
    if value is None:
        return Misfit("shape")
    return Ask("list", sets=(f"{prop}:{value}", *pieces.sets), operations=1)


def _members_of_its(pieces: Pieces) -> bool:
    """Whether the members of an element's own group are asked for ("members of gold's group")."""
    words = pieces.scan.reading.folded()
    return bool({"members", "elements", "metals"} & set(words)) and "s" in words and not {"which", "what"} & set(words)


def _sets(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """Counts and lists of a set, and a property of each of its members."""
    if pieces.elements or not pieces.scan.sets:
        return None
    _count_named(pieces)
    sets = tuple(pieces.sets)
    properties = [p for p in pieces.properties if p not in {"name", "phase", "series", "discoverers"}]
    if _DISCOVERY & {*pieces.properties, *(SET_PROPERTIES[name.partition(":")[0]] for name in sets)}:
        return _discovered(pieces, sets, table)
    if {"count", "sum"} & pieces.ops and not properties:
        return Ask("count", sets=sets, operations=1)
    if not sets:
        return Misfit("no_element")
    if not properties and _DEFINED.match(pieces.scan.reading.text):
        return Misfit("shape")
    if not properties:
        # "Are all halogens gases?" is about the set, not about who belongs to it.
        return Misfit("shape") if pieces.yes_no else Ask("list", sets=sets, operations=1)
    if properties == ["isotope_abundance"]:
        # "What percentage of elements are gases?" asks for a share of the elements, not of isotopes.
        return Misfit("shape")
    if properties == ["atomic_radius"] and {"size", "sizes"} & set(pieces.scan.reading.folded()):
        # The size of a period may be the number of its elements as well as that of their atoms.
        return Misfit("shape")
    if len(properties) == 1 and properties[0] in PROPERTIES:
        ranked = 1 if "rank" in pieces.ops else 0
        return Ask("list", tuple(properties), sets=sets, direction=ranked, nth=pieces.nth, operations=1)
    return Misfit("shape")


def _count_named(pieces: Pieces) -> None:
    """Explain a number that only says how many members there are ("which two elements are liquid")."""
    words, claimed = pieces.scan.reading.words, pieces.scan.claims.by
    for hit in pieces.scan.sets:
        before = hit.indexes[0] - 1
        word = words[before].folded if before >= 0 and before not in claimed else ""
        if whole_number(word) and not is_ordinal(word):
            pieces.used.add(before)


def _discovered(pieces: Pieces, sets: tuple[str, ...], table: Table) -> Ask | Misfit:
    """The elements of a set that were discovered in a year, or by somebody, somewhere, in some years."""
    operation: Operation = "count" if "count" in pieces.ops else "filter"
    if _DISCOVERY & {SET_PROPERTIES[name.partition(":")[0]] for name in sets} and not pieces.scan.numbers:
        asked = set(pieces.properties) <= _DISCOVERY and not _WHEN_OR_WHERE & set(pieces.scan.reading.folded())
        listed: Operation = "count" if operation == "count" else "list"
        return Ask(listed, sets=sets, operations=1) if asked and not pieces.yes_no else Misfit("shape")
    measured = pieces.value()
    latest = max(element.number_of("discovery_year") or 0.0 for element in table.elements.values())
    if measured is None or not _EARLIEST < measured[0] <= latest:
        return Misfit("shape")
    return Ask(operation, ("discovery_year",), sets=sets, value=measured[0], operations=1)


def _neighbour(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    step = 1 if "next" in pieces.ops else -1 if "previous" in pieces.ops else 0
    if step == 0 or len(pieces.elements) != 1:
        return None
    if len(pieces.scan.of("o:next") + pieces.scan.of("o:previous")) > 1 or pieces.sets:
        return Misfit("shape")
    inner = Ask("neighbour", elements=tuple(pieces.elements), direction=step, operations=1)
    if pieces.properties in ([], ["atomic_number"], ["name"]):
        return inner
    if len(pieces.properties) > 1 or pieces.properties[0] not in PROPERTIES or pieces.yes_no:
        return Misfit("shape")
    return Ask("lookup", tuple(pieces.properties), inner=inner, operations=2)


def _lookup(pieces: Pieces, table: Table) -> Ask | Misfit:
    if not pieces.elements:
        return Misfit("no_element")
    members = "members" in pieces.scan.reading.folded() and {"group", "period"} & set(pieces.properties)
    if ("rank" in pieces.ops and len(pieces.elements) == 1) or members:
        return Misfit("shape")
    properties = pieces.properties or (["name"] if _points_at(pieces.scan) else [])
    if not properties:
        return Misfit("no_property")
    if "count" in pieces.ops and pieces.scan.sets:
        # "How many elements start with B?" is about elements, not about boron.
        return Misfit("shape")
    if properties in (["symbol"], ["symbol", "name"]) and all(n.how == "symbol" for n in pieces.scan.named):
        properties = ["name"]
    if properties == ["atomic_number"] and all(n.how == "number" for n in pieces.scan.named):
        properties = ["name"]
    for name in pieces.sets:
        # "Liquid nitrogen boils at …" is fine; the density of liquid iron is another than that of iron.
        wording = name.startswith("phase:") and all(PROPERTIES[p].kind == "temperature" for p in properties)
        wording = wording or (name == "phase:gas" and properties == ["ionization_energy"])
        if not wording and not all(in_set(table, z, name) for z in pieces.elements):
            return Misfit("shape", tuple(pieces.sets))
    direction = 1 if "compare" in pieces.ops and len(pieces.elements) > 1 else 0
    return Ask("lookup", tuple(properties), tuple(pieces.elements), direction=direction, nth=pieces.nth)


def _points_at(scan: Scan) -> bool:
    """Whether an element is asked for by its symbol or number alone ("Which element is number 74?")."""
    return (
        bool(scan.named)
        and all(n.how in {"symbol", "number"} for n in scan.named)
        and bool(scan.sets or len(scan.reading) > 1)
    )


_RULES = (
    amount_of,
    isotope_of,
    check_name,
    order,
    choose_member,
    check_state,
    main_state,
    beside,
    between,
    hop,
    _superlative,
    _comparative,
    _two_values,
    _aggregate,
    _same,
    _membership,
    _sets,
    _neighbour,
)
"""In this order; the first that recognises its pieces decides."""
