"""Rules of `interpret` for questions in two steps or by place: neighbours in the table, and facts of an element that is
itself to be found ("the boiling point of the lightest halogen").
"""

from __future__ import annotations

import re

from nescio_experts.chemistry.found import is_ordinal
from nescio_experts.chemistry.pieces import Pieces, rank_and_top
from nescio_experts.chemistry.properties import PROPERTIES
from nescio_experts.chemistry.question import Ask, Misfit, Side
from nescio_experts.chemistry.table import Table
from nescio_experts.grounded import Hit

_NEAR = r"(?:(?:directly|immediately|just|right|straight|exactly|one (?:place|row|spot|box|cell|position)) )*"
_SIDE = re.compile(
    rf"(?:^|(?<= )){_NEAR}(?:(above|over|on top of)|(below|under|underneath|beneath)"
    r"|(?:(?:to|on) (?:the |its )?)?(?:immediate )?(left|right)(?: hand)?(?: side| neighbou?r)? (?:of|to))"
    r" (?:the element )?$"
)
_ELEMENT_BEFORE = re.compile(
    r"\b(?:element|neighbou?r|metal|one)(?: (?:that|which))?(?: (?:is|comes|sits|stands|lies))?(?: located| found)? $"
)
_SIDES: tuple[Side, ...] = ("above", "below", "left", "right")
_PLACED = frozenset({"group", "period", "place", "name", "symbol", "series", "atomic_number"})
"""Properties that belong to the wording of a question for a neighbour."""
_BY = re.compile(r"\b(?:by|in terms of|in|according|for|on|with regard to|as)\b")


def beside(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """The neighbour of an element in the table ("What comes below chlorine?"), or a fact of that neighbour."""
    found = _side(pieces)
    if found is None or len(pieces.elements) != 1:
        return None
    side, words, of_element = found
    other = {*pieces.properties} - {"name", "series"}
    placed = other <= _PLACED - {"symbol", "atomic_number"} or "place" in {h.id[2:] for h in pieces.scan.of("p:")}
    if other and not placed and not of_element:
        return None
    group = table.elements[pieces.elements[0]].group
    elsewhere = set(pieces.sets) - ({f"group:{group}"} if side in {"above", "below"} else set())
    if pieces.superlatives or elsewhere or pieces.yes_no or len(pieces.comparatives) > 1 or pieces.scan.numbers:
        return Misfit("shape")
    pieces.used.update(words)
    inner = Ask("beside", elements=tuple(pieces.elements), side=side, operations=1)
    if not other or (placed and not _of_it(pieces, words)):
        return inner
    if not other <= set(PROPERTIES):
        return Misfit("shape")
    return Ask("lookup", tuple(p for p in pieces.properties if p in other), inner=inner, operations=2)


def _of_it(pieces: Pieces, side: range) -> bool:
    """Whether something is asked "of the element" on that side, rather than on which side it is."""
    return re.search(r"\bof (?:the|an) \w+ $", " ".join((*pieces.scan.reading.folded(0, side.start), ""))) is not None


def _side(pieces: Pieces) -> tuple[Side, range, bool] | None:
    """The side of the one element that is named, the words that say so, and whether "the element" stands before."""
    named = pieces.scan.named
    if len(named) != 1:
        return None
    first = named[0].indexes[0]
    before = " ".join(pieces.scan.reading.folded(0, first)) + " "
    match = _SIDE.search(before)
    if match is None:
        return None
    said = (match[1] and "above") or (match[2] and "below") or match[3]
    side = next(one for one in _SIDES if one == said)
    start = before[: match.start()].count(" ")
    return side, range(start, first), _ELEMENT_BEFORE.search(before[: match.start()]) is not None


def hop(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """A fact of the most extreme element of a set."""
    plain = not (pieces.elements or pieces.comparatives or pieces.scan.numbers or pieces.yes_no)
    if not plain or len(pieces.superlatives) != 1 or not _has_set(pieces):
        return None
    hit = pieces.superlatives[0]
    rank, top = rank_and_top(pieces, hit)
    outer, inner = _split(pieces, hit)
    if len(outer) != 1 or len(inner) != 1 or outer == inner or not {*outer, *inner} <= set(PROPERTIES):
        return None
    if not PROPERTIES[inner[0]].numeric or top > 1:
        return None
    direction = 1 if hit.id[1] == "+" else -1
    first = Ask("extreme", (inner[0],), sets=tuple(pieces.sets), direction=direction, rank=rank, operations=1)
    return Ask("lookup", (outer[0],), inner=first, operations=2)


def of_the_most(pieces: Pieces, hit: Hit) -> bool:
    """Whether a property is asked "of the" most extreme: it is then not by it that the element is the most extreme."""
    for prop in pieces.scan.of("p:"):
        last = prop.indexes[-1]
        between = set(pieces.scan.reading.folded(last + 1, hit.indexes[0]))
        if prop.id == "p:name":
            continue
        joined = "of" in between and all(word in {"of", "the"} or is_ordinal(word) for word in between)
        if joined and prop.id[2:] != hit.id[3:] and last < hit.indexes[0]:
            return True
    return False


def _has_set(pieces: Pieces) -> bool:
    return bool(pieces.scan.sets or {"element", "elements"} & set(pieces.scan.reading.folded()))


def _split(pieces: Pieces, hit: Hit) -> tuple[list[str], list[str]]:
    """What is asked of the element, and by what it is the most extreme."""
    scan = pieces.scan
    first = hit.indexes[0] - 1
    first -= first >= 0 and is_ordinal(scan.reading.words[first].folded)
    if scan.reading.folded(max(0, first), first + 1) not in {("the",), ("s",)} and hit.id[3:]:
        return [], []
    implied = "atomic_weight" if hit.id[3:] == "heavy" else hit.id[3:]
    others = [h for h in scan.of("p:") if h.indexes != hit.indexes and h.id not in {"p:name", "p:series", "p:finding"}]
    before = list(dict.fromkeys(h.id[2:] for h in others if h.indexes[0] < hit.indexes[0]))
    after = list(dict.fromkeys(h.id[2:] for h in others if h.indexes[0] > hit.indexes[-1]))
    if not implied:
        return (before, after) if _of(pieces, hit) else ([], [])
    if implied in {"abundance"} or implied in before + after:
        return [], []
    if before:
        return (before, [implied]) if not after and _of(pieces, hit) else ([], [])
    apart = after and _BY.search(scan.between(hit.indexes[-1], next(h for h in others).indexes[0]))
    return ([], []) if apart else (after, [implied])


def _of(pieces: Pieces, hit: Hit) -> bool:
    """Whether "of the" or the like leads from what is asked to the superlative."""
    words = pieces.scan.reading.folded(max(0, hit.indexes[0] - 6), hit.indexes[0])
    return bool({"of", "for", "does", "did", "is", "was", "s", "has", "discovered", "to", "with"} & set(words))
