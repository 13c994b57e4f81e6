"""Rules of `interpret` for values that are limits: bounds, ranges, and values to check."""

from __future__ import annotations

import re
from dataclasses import replace

from nescio_experts.chemistry.pieces import Pieces
from nescio_experts.chemistry.properties import PROPERTIES, ROOM_TEMPERATURE, Property
from nescio_experts.chemistry.question import Ask, Bound, Misfit
from nescio_experts.chemistry.table import Table
from nescio_experts.chemistry.units import to_base

_LIMITS = {"before": -1, "by": -1, "past": 1, "beyond": 1, "after": 1}
"""Words that make a value a limit to stay below, or to exceed ("boils before it reaches 1000 °C")."""
_CHANGES = frozenset("melt melts melted boil boils boiled freeze freezes vaporize vaporise evaporate".split())
"""Verbs with which a value may be the temperature that something has as well as the one at which it changes."""
_ENDS = re.compile(r"^[^.?!]*?(?:\band\b|\bto\b|-|–)[^.?!]*$")


def between(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """Elements of a set whose value lies between two ("density between 7 and 8 g/cm³"), or whether one's does."""
    numbers, words = pieces.scan.numbers, set(pieces.scan.reading.folded())
    if len(numbers) != 2 or not {"between", "from", "range"} & words or pieces.superlatives:
        return None
    properties = ["atomic_weight" if p == "heavy" else p for p in pieces.properties]
    if len(properties) != 1 or properties[0] not in PROPERTIES or not PROPERTIES[properties[0]].numeric:
        return None
    prop = PROPERTIES[properties[0]]
    gap = pieces.scan.between(numbers[0].index, numbers[1].index)
    after = [h.id[2:] for h in pieces.scan.of("u:") if h.indexes[0] == numbers[1].index + 1]
    ends = [to_base(n.value, after[0] if after else "", prop.unit, prop.kind) for n in numbers]
    if None in ends or not _ENDS.match(gap) or len(pieces.elements) > 1:
        return Misfit("shape")
    low, high = sorted(end for end in ends if end is not None)
    pieces.used.update({numbers[0].index, numbers[1].index})
    pieces.used.update(i for i, w in enumerate(pieces.scan.reading.words) if w.folded in {"between", "from", "range"})
    ask = Ask("filter", (prop.id,), bound=Bound(1, low), ceiling=high, direction=1, operations=1)
    if pieces.elements:
        return replace(ask, operation="check_bound", elements=tuple(pieces.elements)) if pieces.yes_no else None
    if not pieces.scan.sets:
        return Misfit("no_element")
    return replace(ask, sets=tuple(pieces.sets))


def _room(pieces: Pieces) -> tuple[float, str] | None:
    """Room temperature, where something is compared with it ("melts above room temperature")."""
    ends = {hit.indexes[-1] for hit in pieces.comparatives} | {hit.indexes[-1] for hit in pieces.scan.of("o:than")}
    compared = any(hit.indexes[0] - 1 in ends for hit in pieces.scan.of("x:room"))
    return (ROOM_TEMPERATURE, "K") if compared and not pieces.scan.numbers else None


def compare_with_bound(ask: Ask, pieces: Pieces) -> Ask | Misfit:
    """`ask` as a check of one element, or a choice from a set, by the bound or the element that is compared with."""
    measured = pieces.value() or _room(pieces)
    wants_set = bool(pieces.scan.sets)
    if measured is not None:
        prop = "atomic_weight" if ask.properties[0] == "heavy" else ask.properties[0]
        value = to_base(measured[0], measured[1], PROPERTIES[prop].unit, PROPERTIES[prop].kind)
        if value is None:
            return Misfit("shape")
        ask = replace(ask, properties=(prop,), bound=Bound(ask.direction, value))
        if len(ask.elements) == 1:
            return replace(ask, operation="check_bound")
        if not wants_set:
            return Misfit("no_element")
    elif len(ask.elements) != 1 or not wants_set:
        return Misfit("shape")
    return replace(ask, operation="count" if "count" in pieces.ops else "filter", sets=tuple(pieces.sets))


def check_value(pieces: Pieces, prop: Property) -> Ask | Misfit | None:
    """Whether the one element has the value given, or one on the right side of it."""
    measured = pieces.value() if prop.numeric else None
    if measured is None:
        return None
    value = to_base(measured[0], measured[1], prop.unit, prop.kind)
    if value is None:
        return Misfit("shape")
    elements = tuple(pieces.elements)
    said = [i for i, word in enumerate(pieces.scan.reading.words) if word.folded in _LIMITS]
    limits = {_LIMITS[pieces.scan.reading.words[i].folded] for i in said}
    pieces.used.update(said)
    if limits and (prop.kind == "temperature" or prop.id == "discovery_year"):
        by = prop.id == "discovery_year" and any(pieces.scan.reading.words[i].folded == "by" for i in said)
        bound = Bound(limits.pop(), value + by)
        return Misfit("shape") if limits else Ask("check_bound", (prop.id,), elements, bound=bound, operations=1)
    reached = -1 if _CHANGES & set(pieces.scan.reading.folded()) else 0
    return Ask("check_value", (prop.id,), elements, value=value, direction=reached, nth=pieces.nth, operations=1)
