"""Rules of `interpret` for elements that are put in order, chosen by a set, or checked in a detail."""

from __future__ import annotations

from nescio_experts.chemistry.pieces import Pieces
from nescio_experts.chemistry.properties import PROPERTIES
from nescio_experts.chemistry.question import Ask, Misfit
from nescio_experts.chemistry.table import Table

_UNTOLD = frozenset("stable preferred favoured favored favourite favorite rarest rare unusual least".split())
"""Words that single oxidation states out by what the table does not tell."""
_USUAL = "main common commonest usual typical principal normal usually typically commonly normally mostly most only"
_MAIN = frozenset(_USUAL.split()) | _UNTOLD
"""Words that single oxidation states out: the table tells the main ones, not which of several is the most common."""


def order(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """Elements that are to be put in order ("rank gold, iron and lead by density, highest first")."""
    if not {"rank", "ascending", "descending"} & pieces.ops or len(pieces.elements) < 2:
        return None
    properties = ["atomic_weight" if p == "heavy" else p for p in pieces.properties]
    if len(properties) != 1 or not PROPERTIES[properties[0]].numeric or pieces.comparatives or pieces.sets:
        return Misfit("shape")
    extremes = sorted(pieces.superlatives, key=lambda hit: hit.indexes)
    words, claimed = pieces.scan.reading.words, pieces.scan.claims.by
    for hit in extremes:
        after = hit.indexes[-1] + 1
        if after < len(words) and words[after].folded == "first" and after not in claimed:
            pieces.used.add(after)
    falling = extremes[0].id[1] == "+" if extremes else "ascending" not in pieces.ops
    return Ask("order", tuple(properties), tuple(pieces.elements), direction=1 if falling else -1, operations=1)


def choose_member(pieces: Pieces, table: Table) -> Ask | None:
    """Which of the elements named belong to a set ("which is radioactive: bismuth or radon?")."""
    if pieces.yes_no and len(pieces.sets) == 1 and len(pieces.elements) > 1 and _all_are(pieces):
        return Ask("check_set", elements=tuple(pieces.elements), sets=tuple(pieces.sets), operations=1)
    either = {"which", "what", "who"} & set(pieces.scan.reading.folded())
    plain = not (pieces.properties or pieces.comparatives or pieces.superlatives or pieces.ops or pieces.yes_no)
    if not either or not plain or len(pieces.elements) < 2 or len(pieces.sets) != 1:
        return None
    return Ask("choose_member", elements=tuple(pieces.elements), sets=tuple(pieces.sets), operations=1)


def main_state(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """The main oxidation states, or the one that is called the usual or most common one, if there is but one."""
    words = set(pieces.scan.reading.folded())
    if pieces.properties != ["oxidation_states"] or len(pieces.elements) != 1 or pieces.yes_no or not words & _MAIN:
        return None
    if words & _UNTOLD or pieces.sets or pieces.scan.numbers:
        return Misfit("shape")
    several = bool(words & {"states", "numbers", "valencies", "valences"})
    return Ask("lookup" if several else "main_state", ("oxidation_states",), tuple(pieces.elements))


def _all_are(pieces: Pieces) -> bool:
    """Whether nothing is asked but whether all that are named belong to a set ("are sodium and potassium metals?")."""
    other = pieces.properties or pieces.comparatives or pieces.superlatives or pieces.ops or pieces.scan.numbers
    return not other and not {"or", "either", "both", "neither", "any"} & set(pieces.scan.reading.folded())


def check_state(pieces: Pieces, table: Table) -> Ask | None:
    """Whether an element has an oxidation state ("Can sulfur have oxidation state +6?")."""
    if not pieces.yes_no or pieces.properties != ["oxidation_states"] or len(pieces.elements) != 1:
        return None
    if pieces.superlatives or pieces.comparatives or pieces.sets or _MAIN & set(pieces.scan.reading.folded()):
        return None
    measured = pieces.value()
    if measured is None or measured[1] or not measured[0].is_integer():
        return None
    return Ask("check_state", ("oxidation_states",), tuple(pieces.elements), value=measured[0], operations=1)


def check_name(pieces: Pieces, table: Table) -> Ask | None:
    """Whether a symbol or a number is an element's ("Is Fe the symbol of iron?", "Does carbon have 6 protons?")."""
    named = pieces.scan.named
    if not pieces.yes_no or len(named) != 2 or pieces.sets or pieces.comparatives or pieces.superlatives:
        return None
    by_name = [n.number for n in named if n.how in {"name", "corrected"}]
    by_symbol = [n.number for n in named if n.how == "symbol"]
    by_number = [n.number for n in named if n.how == "number"]
    if pieces.properties in ([], ["name"], ["symbol"]) and len(by_name) == 1 and len(by_symbol) == 1:
        return Ask("check_symbol", ("symbol",), (by_name[0], by_symbol[0]), operations=1)
    if not pieces.properties and len(by_number) == 1 and len(by_name + by_symbol) == 1:
        value = float(by_number[0])
        return Ask("check_value", ("atomic_number",), tuple(by_name + by_symbol), value=value, operations=1)
    return None
