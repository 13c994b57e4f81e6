"""What was found in a question: elements, isotopes, sets, numbers and phrases, each with the words it explains.

`scan` fills it, `ranges`, `asides` and `discoveries` refine it, `pieces` sorts it. It finds nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from nescio_experts.chemistry.amounts import Amount
from nescio_experts.grounded import Claims, Hit, Reading

ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_COUNTS = "one two three four five six seven eight nine ten".split()


@dataclass(frozen=True, slots=True)
class Named:
    """An element that the question points at, and how: "name", "symbol", "number" or "corrected"."""

    number: int
    indexes: tuple[int, ...]
    how: str
    similarity: float = 1.0


@dataclass(frozen=True, slots=True)
class Number:
    """A number that nothing else explained, at word `index`."""

    value: float
    index: int


@dataclass(slots=True)
class Scan:
    """Everything found in one question.

    Attributes:
        claims: Which words were explained.
        named: Elements, in order.
        isotopes: Pairs (atomic number, mass number), in order.
        sets: Sets of elements ("group:17", "series:Halogens") with their words.
        hits: Phrases of all other kinds, in order.
        numbers: Numbers left over.
        amount: An amount of substance, or a mass, to convert.
        respelled: Corrected words of phrases.
        spelling: Similarity of the worst of them to the word that was read.
        read: What was corrected: as typed, and as it was read.
    """

    claims: Claims
    named: list[Named] = field(default_factory=list)
    isotopes: list[tuple[int, int]] = field(default_factory=list)
    sets: list[Hit] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    amount: Amount | None = None
    respelled: int = 0
    spelling: float = 1.0
    read: list[tuple[str, str]] = field(default_factory=list)

    @property
    def reading(self) -> Reading:
        """The words."""
        return self.claims.reading

    def of(self, kind: str) -> list[Hit]:
        """Hits whose meaning starts with `kind`, e.g. "p:"."""
        return [hit for hit in self.hits if hit.id.startswith(kind)]

    def between(self, first: int, second: int) -> str:
        """The text between two words."""
        words = self.reading.words
        return self.reading.text[words[first].end : words[second].start].casefold()


def whole_number(word: str) -> int | None:
    """The number that `word` counts or ranks ("three", "3", "third", "3rd"), or None."""
    for words in (ORDINALS, _COUNTS):
        if word in words:
            return words.index(word) + 1
    match = re.fullmatch(r"(\d{1,3})(st|nd|rd|th)?", word)
    return int(match[1]) if match else None


def is_ordinal(word: str) -> bool:
    """Whether `word` ranks rather than counts."""
    return word in ORDINALS or re.fullmatch(r"\d{1,3}(st|nd|rd|th)", word) is not None


def line_of(reading: Reading) -> tuple[str, list[int]]:
    """The folded words joined by blanks, and where each starts in that line."""
    starts, at = [], 0
    for word in reading.folded():
        starts.append(at)
        at += len(word) + 1
    return " ".join(reading.folded()), starts


def covered(match: re.Match[str], starts: Iterable[int]) -> tuple[int, ...]:
    """The words that `match` covers, by where each starts in the line."""
    return tuple(i for i, start in enumerate(starts) if match.start() <= start < match.end())
