"""What a caller wishes of the text that is shown: where it ends, and which wishes were not followed. Pure.

Experts always work as they were calibrated, and p is the chance that the whole text is right. So `stop` and
`max_tokens` apply to the text that was decided upon, alike for an expert that generates and one that looks up, and
never leave half a value: what they cut is cut between words, and no number loses its unit.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Literal

from nescio.graph import spoken
from nescio.types import Abstained, Decision

CHARACTERS_A_TOKEN = 4
"""How `max_tokens` counts, since most experts have no tokens: the usual rule of thumb for English."""

_UNBROKEN = re.compile(
    r"""
    [-−+±~≈$€£¥]? \d+ (?: [.,:/^×·\u00a0\u202f-]\d+ | [ ]\d{3}(?!\d) )*            # a number: -1,234.5  10 000  3/4
    (?: [ \u00a0\u202f]? (?: [%°‰]\w* | [^\W\d_]+[²³]? (?:/[^\W\d_]+[²³]?)* ) )?   # its unit: 5 °C  60 km/h  2 million
    | \w+ (?: [-'’.]\w+ )*                                                         # a word
    """,
    re.VERBOSE,
)
"""A number with its sign and unit, or a word: what is shown whole or not at all."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller asked for beside an answer.

    Attributes:
        max_tokens: The longest text to show, `CHARACTERS_A_TOKEN` characters a token; None for any length.
        stop: The text ends before the first of these.
        cutting: The names of those two as the client wrote them, where it did.
        unheeded: The names of what it sent and nescio never follows.
    """

    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    cutting: tuple[str, ...] = ()
    unheeded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """The text that is shown, why it ends where it does, and the wishes that had no effect on it."""

    text: str
    finish_reason: Literal["stop", "length"]
    ignored: tuple[str, ...]


def shown(decision: Decision, wishes: Wishes) -> Shown:
    """What is shown of `decision`. An abstention is given whole: cut, it would no longer say why."""
    text = spoken(decision)
    if isinstance(decision, Abstained):
        return Shown(text, "stop", tuple(sorted({*wishes.cutting, *wishes.unheeded})))
    stopped = before_stop(text, wishes.stop)
    kept = stopped if wishes.max_tokens is None else within(stopped, CHARACTERS_A_TOKEN * wishes.max_tokens)
    reason: Literal["stop", "length"] = "stop" if len(kept) == len(stopped) else "length"
    return Shown(kept, reason, tuple(sorted(wishes.unheeded)))


def before_stop(text: str, stop: Iterable[str]) -> str:
    """`text` up to the first of the sequences `stop` at which it may end."""
    inside = _inside(text)
    return text[: min((_first(text, one, inside) for one in stop), default=len(text))]


def within(text: str, characters: int) -> str:
    """The beginning of `text` with at most so many characters, ending where it may."""
    if len(text) <= characters:
        return text
    inside = _inside(text)
    end = characters
    while end in inside:
        end -= 1
    return text[:end].rstrip()


def _first(text: str, one: str, inside: Container[int]) -> int:
    """Where `one` stands first in `text` and may end it; the end of `text` where it does not."""
    place = text.find(one)
    while place in inside:
        place = text.find(one, place + 1)
    return len(text) if place < 0 else place


def _inside(text: str) -> set[int]:
    """The places at which `text` may not end."""
    return {place for match in _UNBROKEN.finditer(text) for place in range(match.start() + 1, match.end())}
