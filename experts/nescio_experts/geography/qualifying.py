"""Lets names that stand together say one thing: "Paris, Texas", "Lyon in France", "Ghana plus Togo"."""

from __future__ import annotations

import re
from itertools import pairwise

from nescio_experts.geography.cities import City
from nescio_experts.geography.signs import Mark, Place, Signs


def qualify(signs: Signs) -> None:
    """Narrow cities down by the place named beside them, and read a plus between two places."""
    _qualify(signs)
    _added(signs)


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
        if other is not None and other.codes and not _chosen(signs, other):
            kept = tuple(city for city in place.cities if city.country in other.codes)
            if not kept and other.codes == ("GE",):
                kept = tuple(city for city in place.cities if (city.country, city.region) == ("US", "GA"))
            if kept:
                signs.places[i] = _narrow(place, kept)
                signs.places[signs.places.index(other)] = _as_qualifier(other)


def _chosen(signs: Signs, other: Place) -> bool:
    """Whether the place is one of two to choose from: "in the US or Canada"."""
    following = [place for place in signs.places if place.start >= other.end and place.codes]
    gap = signs.between(other.end, following[0].start) if following else ""
    return re.fullmatch(r"\s*,?\s*or\s+(?:in\s+)?(?:the\s+)?", gap) is not None


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
