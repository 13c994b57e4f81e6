"""Groups the values that programs printed and solutions boxed, and says what speaks for each. Pure.

What is right is not known here: `nescio_experts.math.posterior` weighs the groups, and the calibrator learns what each
figure is worth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nescio_experts.math.values import Value

Way = Literal["program", "words"]

POOR = -2.0
"""A log-probability that counts for one that is not known."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One program or one solution in words, and what came of it.

    Attributes:
        way: Which of the two.
        text: The program, or the solution.
        outcome: The sandbox's word for how the program ended; ``worked`` of a solution.
        value: What it printed or boxed, or None.
        stdout: All that a program printed.
        message: What went wrong.
        logprob: Mean natural-log probability of its tokens, NaN if the server gave none.
        tokens: Tokens that the model spent on it.
        greedy: Whether it is the model's most likely one.
        heeds: Whether it takes account of what the wording asks; one that does not cannot win.
        slips: Calculations of a solution that do not hold.
    """

    way: Way
    text: str
    outcome: str
    value: Value | None
    stdout: str = ""
    message: str = ""
    logprob: float = math.nan
    tokens: int = 0
    greedy: bool = False
    heeds: bool = True
    slips: int = 0

    @property
    def counts(self) -> bool:
        """Whether it has a say in what the answer is."""
        return self.value is not None and self.value.kind != "unknown" and self.heeds


@dataclass(frozen=True, slots=True)
class Group:
    """Ballots of one value, the greedy and likeliest first."""

    ballots: tuple[Ballot, ...]

    def of(self, way: Way, *, greedy: bool) -> int:
        """How many ballots came this way, drawn so."""
        return sum(ballot.way == way and ballot.greedy == greedy for ballot in self.ballots)

    @property
    def both_ways(self) -> bool:
        """Whether a program and a solution in words came to the value."""
        return len({ballot.way for ballot in self.ballots}) == 2

    @property
    def shown(self) -> Ballot:
        """The ballot whose value is said: a program's where there is one, since it is computed."""
        return next((ballot for ballot in self.ballots if ballot.way == "program"), self.ballots[0])

    @property
    def value(self) -> Value:
        """Its value."""
        value = self.shown.value
        assert value is not None
        return value

    def logprob(self, way: Way) -> float:
        """The best log-probability of a ballot that came this way; poor where none did."""
        return max((known(ballot.logprob) for ballot in self.ballots if ballot.way == way), default=POOR)


@dataclass(frozen=True, slots=True)
class Vote:
    """All ballots, and the groups of those that count, largest first. Unknowns are in no group."""

    ballots: tuple[Ballot, ...]
    groups: tuple[Group, ...]

    @property
    def unknown(self) -> int:
        """Ballots that say the question cannot be answered."""
        return sum(ballot.value is not None and ballot.value.kind == "unknown" for ballot in self.ballots)

    @property
    def passing_over(self) -> int:
        """Ballots that gave a value and do not take account of the wording."""
        return sum(ballot.value is not None and not ballot.heeds for ballot in self.ballots)


def count(ballots: Sequence[Ballot]) -> Vote:
    """The groups of `ballots` by value."""
    groups: dict[str, list[Ballot]] = {}
    for ballot in sorted(ballots, key=lambda ballot: (not ballot.greedy, -known(ballot.logprob))):
        if ballot.counts and ballot.value is not None:
            groups.setdefault(ballot.value.key, []).append(ballot)
    ranked = sorted((Group(tuple(group)) for group in groups.values()), key=lambda group: -len(group.ballots))
    return Vote(tuple(ballots), tuple(ranked))


def known(logprob: float) -> float:
    """A log-probability that is finite and bounded: missing ones count as poor."""
    return max(-5.0, logprob) if math.isfinite(logprob) else POOR
