"""Words that ask nothing elsewhere, but change the question where they stand: "the planned capital of Egypt".

`fillers` lets a question speak of homework and friends. Beside what is asked, or between it and the place, such a word
may be what the question is really about ("the phone number of the government of Peru"), so there only `WITHIN` count.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from nescio_experts.geography.fillers import EXTRA_FILLERS, WITHIN
from nescio_experts.geography.plans import Doubt
from nescio_experts.geography.scoping import COORDINATED, limit_of
from nescio_experts.geography.signs import Signs, asks, clauses

_QUIET: Final = frozenset({"polite", "q:is", "q:both", "q:whatabout", "neg"})
"""Meanings that may stand anywhere in a clause without belonging to what it asks."""


def stray(signs: Signs) -> Doubt | None:
    """A doubt about a word, a name or a number that would be passed over, or None."""
    return _word(signs) or _place(signs) or _number(signs)


def _word(signs: Signs) -> Doubt | None:
    explained = _explained(signs)
    words = signs.reading.words
    for start, end in _cores(signs):
        for at in range(start, end):
            word = words[at].folded
            if at not in explained and word in EXTRA_FILLERS and word not in WITHIN:
                return Doubt(f'I could not tell what "{words[at].text}" means here.')
    return None


def _explained(signs: Signs) -> set[int]:
    found = {i for number in signs.numbers for i in number.indexes}
    for start, end in _names(signs):
        found |= set(range(start, end))
    for mark in signs.marks:
        found |= {i for i in range(mark.start, mark.end) if signs.reading.words[i].folded in mark.text.split()}
    return found


def _cores(signs: Signs) -> list[tuple[int, int]]:
    """The words from the first to the last that mean something, and one on either side, in each clause that asks."""
    text, words = signs.reading.text, signs.reading.words
    found = []
    for low, high in clauses(text):
        inside = [i for i, word in enumerate(words) if low <= word.start < high]
        marks = [mark for mark in signs.marks if mark.id not in _QUIET and mark.start in inside]
        if not any(asks(mark.id) for mark in marks):
            continue
        held = [(mark.start, mark.end) for mark in marks]
        held += [(start, end) for start, end in _names(signs) if start in inside]
        start, end = min(start for start, _ in held), max(end for _, end in held)
        found.append((max(inside[0], _owner(signs, start) - 1), min(inside[-1] + 1, end + 1)))
    return found


def _owner(signs: Signs, start: int) -> int:
    """Where the words begin whose object is what stands at `start`: "first letter of the" before "capital"."""
    words = signs.reading.folded()
    at = start
    while at > 0 and words[at - 1] in {"of", "in", "the", "its", "their"}:
        at -= 1
    return at if {"of", "in"} & set(words[at:start]) else start


def _names(signs: Signs) -> list[tuple[int, int]]:
    places = [(place.start, place.end) for place in signs.places]
    return places + [(name.start, name.end) for name in signs.named]


def _place(signs: Signs) -> Doubt | None:
    """Of two places side by side, one that says whose or what kind: "the Turkish population of Germany"."""
    if signs.yes_no or signs.has("p:neighbours", "cmp:between"):
        return None
    places = [place for place in signs.places if not place.qualifier]
    for one, other in pairwise(places):
        if one.codes == other.codes and one.cities == other.cities:
            continue
        gap = signs.between(one.end, other.start)
        if one.adjective == other.adjective:
            related = COORDINATED.search(gap) is not None or signs.has("cmp:more", "cmp:less", "diff", "ratio")
        else:
            related = COORDINATED.match(gap) is not None
        if not related:
            return Doubt(f"I could not tell what {one.surface} and {other.surface} have to do with each other here.")
    return None


def _number(signs: Signs) -> Doubt | None:
    """A number that limits nothing the tables hold: "people over 65", "the most people over 100"."""
    small = [n for n in signs.numbers if not n.rank and not n.scaled and n.value < 150]
    bounded = signs.has("cmp:more", "cmp:less", "cmp:between")
    people = signs.has("p:population", "n:people", "dim:population")
    if small and bounded and people and not isinstance(limit_of(signs), Doubt):
        if signs.has("cmp:between") and any(n.scaled for n in signs.numbers):
            return None
        after = [m for m in signs.marks if 0 <= m.start - small[0].end <= 3]
        if not any(m.id.startswith(("u:", "p:", "n:")) for m in after):
            return Doubt(f"I could not tell what the number {small[0].value:g} is about.")
    return None
