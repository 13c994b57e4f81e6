"""Numbers in a question, as digits or words: "ten million", "1.5 million", "50m", "half a million", "third".

It says where a number stands; whether it is a threshold, a year or a rank is for `grammar` to tell.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from nescio_experts.grounded import Reading

_SMALL: Final = {
    word: value
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        ).split()
    )
}
_TENS: Final = {
    word: 10 * (place + 2) for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_SCALES: Final = {
    "hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "millions": 1e6, "k": 1e3, "m": 1e6, "mn": 1e6,
    "mil": 1e6, "mio": 1e6, "bn": 1e9, "grand": 1e3,
}  # fmt: skip
_ORDINALS: Final = {
    word: rank
    for rank, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(),
        start=1,
    )
}
_AFTER_A = frozenset({"million", "billion", "hundred", "thousand"})
_GLUED = re.compile(r"(\d+(?:\.\d+)?)(k|m|mn|bn|million|billion|thousand)")
_RANK = re.compile(r"(\d+)(st|nd|rd|th)")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number at the words `start` up to `end`; `rank` if it is an ordinal, `scaled` if it has a word like million."""

    value: float
    start: int
    end: int
    rank: bool = False
    scaled: bool = False

    @property
    def indexes(self) -> range:
        """Indexes of its words."""
        return range(self.start, self.end)


def numerals(reading: Reading, taken: Container[int] = frozenset()) -> tuple[Numeral, ...]:
    """Every number among the words that are not `taken`, left to right."""
    found: list[Numeral] = []
    at = 0
    while at < len(reading):
        numeral = None if at in taken else _at(reading, at, taken)
        if numeral is not None:
            found.append(numeral)
        at = at + 1 if numeral is None else numeral.end
    return tuple(found)


def _at(reading: Reading, at: int, taken: Container[int]) -> Numeral | None:
    words = reading.folded()
    rank = _RANK.fullmatch(words[at])
    if rank or words[at] in _ORDINALS:
        return Numeral(int(rank[1]) if rank else _ORDINALS[words[at]], at, at + 1, rank=True)
    if words[at : at + 2] == ("half", "a") and words[at + 2 : at + 3] in (("million",), ("billion",)):
        return Numeral(_SCALES[words[at + 2]] / 2, at, at + 3, scaled=True)
    return _cardinal(words, at, taken)


def _cardinal(words: tuple[str, ...], at: int, taken: Container[int]) -> Numeral | None:
    count = _Count()
    end = at
    while end < len(words) and end not in taken and _add(count, words, at, end):
        end += 1
    if not count.seen or words[at:end] == ("one",):
        return None
    return Numeral(count.total + count.part, at, end, scaled=count.scaled)


@dataclass(slots=True)
class _Count:
    """A number being read: thousands and more in `total`, what is below them in `part`."""

    total: float = 0.0
    part: float = 0.0
    scaled: bool = False
    seen: bool = False


def _add(count: _Count, words: tuple[str, ...], first: int, at: int) -> bool:
    """Read the word `at` into `count`; False if the number ends before it."""
    word = words[at]
    value = _value(word)
    if value is not None:
        if count.seen and count.part % 100 and not (20 <= count.part % 100 < 100 and value < 10):
            return False
        count.part += value
    elif word in _SCALES and (count.seen or (word in _AFTER_A and _after_a(words, first))):
        count.part = (count.part or 1.0) * _SCALES[word]
        count.scaled = True
        if _SCALES[word] >= 1e3:
            count.total, count.part = count.total + count.part, 0.0
    elif glued := _GLUED.fullmatch(word):
        count.total += float(glued[1]) * _SCALES[glued[2]]
        count.scaled = True
    else:
        return (
            word == "and"
            and count.scaled
            and count.part > 0
            and at + 1 < len(words)
            and _value(words[at + 1]) is not None
        )
    count.seen = True
    return True


def _after_a(words: tuple[str, ...], at: int) -> bool:
    return at > 0 and words[at - 1] in {"a", "one", "per", "than", "over"}


def _value(word: str) -> float | None:
    if word in _SMALL:
        return float(_SMALL[word])
    if word in _TENS:
        return float(_TENS[word])
    try:
        return float(word) if word[0].isdigit() else None
    except ValueError:
        return None
