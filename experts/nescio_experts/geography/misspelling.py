"""Undoes misspellings: those that can hardly be anything else, and those that may as well be an invented name.

The second kind is read too, and said to be doubtful; how often such a reading is right is for the calibration to tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nescio_experts.geography.lexicon import respellings, spelling
from nescio_experts.geography.signs import Signs, runs
from nescio_experts.geography.vocabulary import country_names

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Respelt:
    """What the words `start` up to `end` were meant to be; `name` if a country, `sure` if nothing else can be meant."""

    start: int
    end: int
    text: str
    name: bool
    sure: bool


def respell(text: str) -> str:
    """`text` with common misspellings of ordinary words put right ("wich", "meny")."""
    return _WORD.sub(lambda word: respellings().get(word[0].lower(), word[0]), text)


def misspelt(signs: Signs) -> Respelt | None:
    """The first unexplained words that are one slip away from a word or from one country's name."""
    for at in signs.unexplained:
        found = spelling().correct(signs.reading, at, at + 1)
        if found is not None:
            return Respelt(at, at + 1, found.name, name=False, sure=True)
    for start, end in runs(signs.unexplained):
        found = country_names().correct(signs.reading, start, end)
        if found is not None and len(found.mention.entities) == 1:
            sure = slipped(" ".join(signs.reading.folded(start, end)), found.name)
            return Respelt(start, end, found.name.title(), name=True, sure=sure)
    return None


def slipped(typed: str, name: str) -> bool:
    """Whether `typed` is `name` after a slip of the finger: two letters swapped, one left out, or one doubled.

    A letter that is another one ("Romonia") or added ("Canadia") may as well be an invented name.
    """
    if len(typed) == len(name):
        return sorted(typed) == sorted(name)
    if len(typed) < len(name):
        return True
    at = next((i for i, (one, other) in enumerate(zip(typed, name, strict=False)) if one != other), len(name))
    return at > 0 and typed[at] == typed[at - 1]
