"""Groups the values that several programs printed, and turns the vote into evidence. Pure.

What is right is not known here; the calibrator learns what each figure is worth.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nescio_experts.math.rules import Written
from nescio_experts.math.values import Value

_FREE = {"0", "1", "2", "10", "12", "24", "60", "7", "100", "1000", "365"}
"""Constants that a program may bring along without having invented them."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_COUNT = re.compile(r"\bhow many\b", re.IGNORECASE)
_DAY = re.compile(r"\b(?:what|which) (?:date|day)\b|\bday of the week\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ballot:
    """One program and what came of it.

    Attributes:
        code: The program.
        outcome: The sandbox's word for how it ended.
        value: What it printed, or None.
        stdout: All that it printed.
        message: What went wrong.
        logprob: Mean natural-log probability of the program's tokens, NaN if the server gave none.
        tokens: Tokens that the model spent on it.
        greedy: Whether it is the model's most likely program.
        heeds: Whether it takes account of what the wording asks; one that does not cannot win.
    """

    code: str
    outcome: str
    value: Value | None
    stdout: str = ""
    message: str = ""
    logprob: float = math.nan
    tokens: int = 0
    greedy: bool = False
    heeds: bool = True


@dataclass(frozen=True, slots=True)
class Vote:
    """The result: the winner, those who agree with it, and the ballots in all. Unknowns cannot win."""

    winner: Ballot | None
    agreeing: tuple[Ballot, ...]
    unknown: int
    ballots: tuple[Ballot, ...]
    second: int

    @property
    def passing_over(self) -> int:
        """Programs that gave a value and do not take account of the wording."""
        return sum(ballot.value is not None and not ballot.heeds for ballot in self.ballots)

    @property
    def share(self) -> float:
        """Agreeing programs among all that were written."""
        return len(self.agreeing) / len(self.ballots) if self.ballots else 0.0

    @property
    def margin(self) -> float:
        """The lead over the next value, among all programs."""
        return (len(self.agreeing) - self.second) / len(self.ballots) if self.ballots else 0.0


def count(ballots: Sequence[Ballot]) -> Vote:
    """The vote over `ballots`: most programs win; of equals the one with the greedy or likeliest program."""
    groups: dict[str, list[Ballot]] = {}
    for ballot in ballots:
        if ballot.value is not None and ballot.value.kind != "unknown" and ballot.heeds:
            groups.setdefault(ballot.value.key, []).append(ballot)
    unknown = sum(ballot.value is not None and ballot.value.kind == "unknown" for ballot in ballots)
    ranked = sorted(groups.values(), key=_rank, reverse=True)
    agreeing = tuple(ranked[0]) if ranked else ()
    winner = max(agreeing, key=lambda ballot: (ballot.greedy, _known(ballot.logprob))) if agreeing else None
    return Vote(winner, agreeing, unknown, tuple(ballots), len(ranked[1]) if len(ranked) > 1 else 0)


def features(vote: Vote, question: str) -> dict[str, float]:
    """Evidence for the model's winning value; the names are in the card."""
    winner = vote.winner
    code = winner.code if winner else ""
    total = max(1, len(vote.ballots))
    greedy = next((ballot for ballot in vote.ballots if ballot.greedy), None)
    asked = _NUMBER.findall(question.replace(",", ""))
    return {
        "rule": 0.0,
        "share": vote.share,
        "margin": vote.margin,
        "greedy_agrees": float(greedy is not None and greedy in vote.agreeing),
        "ran": sum(ballot.value is not None for ballot in vote.ballots) / total,
        "unknown": vote.unknown / total,
        "greedy_logprob": _known(greedy.logprob) if greedy else -2.0,
        "logprob": max((_known(ballot.logprob) for ballot in vote.agreeing), default=-2.0),
        "numbers_used": _share(asked, _NUMBER.findall(code)),
        "numbers_given": _share(_constants(code), asked),
        "sane": float(winner is not None and winner.value is not None and is_sane(winner.value, question)),
        "size": math.log1p(len(asked)),
        "words": math.log1p(len(question.split())),
    }


def rule_features(question: str) -> dict[str, float]:
    """Evidence for a value whose program a rule wrote: exact, so every vote counts as won."""
    asked = _NUMBER.findall(question.replace(",", ""))
    won = dict.fromkeys(
        ("rule", "share", "margin", "greedy_agrees", "ran", "numbers_used", "numbers_given", "sane"), 1.0
    )
    none = dict.fromkeys(("unknown", "greedy_logprob", "logprob"), 0.0)
    return won | none | {"size": math.log1p(len(asked)), "words": math.log1p(len(question.split()))}


def is_sane(value: Value, question: str) -> bool:
    """Whether the sort of value fits what was asked: a count is a whole number, a day is no fraction."""
    if value.kind == "text":
        return False
    if value.kind == "number" and value.number is not None:
        if _COUNT.search(question):
            return value.number >= 0
        return not _DAY.search(question)
    return True


def rule_ballot(written: Written, outcome: str, value: Value | None, stdout: str, message: str) -> Ballot:
    """The ballot of a rule's program."""
    return Ballot(written.source, outcome, value, stdout, message, logprob=0.0, greedy=True)


def _rank(group: Sequence[Ballot]) -> tuple[int, bool, float]:
    return len(group), any(ballot.greedy for ballot in group), max(_known(ballot.logprob) for ballot in group)


def _known(logprob: float) -> float:
    """A log-probability that is finite: missing ones count as poor."""
    return max(-5.0, logprob) if math.isfinite(logprob) else -2.0


def _constants(code: str) -> list[str]:
    without_comments = re.sub(r"#.*|[A-Za-z_]\w*", " ", code)
    return [number for number in _NUMBER.findall(without_comments) if number not in _FREE]


def _share(needed: Sequence[str], present: Sequence[str]) -> float:
    """Share of the numbers `needed` that are among those `present`; 1 where none is needed."""
    have = {float(number) for number in present}
    wanted = [float(number) for number in needed]
    hit = sum(number in have or number / 100 in have for number in wanted)
    return hit / len(wanted) if wanted else 1.0
