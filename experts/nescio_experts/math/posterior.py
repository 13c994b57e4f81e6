"""P(right) of each value, given all that was drawn so far; and the evidence that the calibrator is given. Pure.

A conditional logit over the groups of a vote and "none of them" (McFadden, Conditional logit analysis of qualitative
choice behavior, 1974, eq. 12): p_g = exp(w·x_g) / (exp(w·x_0) + Σ_h exp(w·x_h)). It chooses the value and says when
enough has been drawn. The p that a user sees is the calibrator's, which is given this one as evidence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nescio_experts.math.values import Value
from nescio_experts.math.vote import Ballot, Group, Vote, known
from nescio_experts.math.working import plain

ENOUGH = 0.85
HOPELESS = 0.15
"""From the one P(right) upwards, and from the other downwards, no more is drawn."""

_BOUND = 8.0
"""Log-odds beyond which evidence says no more."""

_WEIGHTS: Mapping[str, float] = {
    "none": 6.068,
    "none_size": -0.635,
    "none_vague": 0.562,
    "none_unknown": 6.098,
    "program": 0.523,
    "solution": 0.77,
    "solutions": 1.756,
    "both_ways": 3.57,
    "program_logprob": 15.19,
    "words_logprob": 25.983,
    "numbers_used": 3.393,
    "sane": 3.315,
}
"""Fitted by ``benchmarks/posterior.py``; those of "none" speak for none of the groups."""

_FREE = {"0", "1", "2", "10", "12", "24", "60", "7", "100", "1000", "365"}
"""Constants that may be brought along without having been invented."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_VAGUE = re.compile(
    r"\b(?:some|several|a few|various|certain|any|unknown|at (?:least|most)"
    r"|an? (?:unknown |certain )?(?:number|amount))\b",
    re.IGNORECASE,
)
"""How a question speaks of an amount that it does not give."""
_COUNT = re.compile(r"\bhow many\b", re.IGNORECASE)
_DAY = re.compile(r"\b(?:what|which) (?:date|day)\b|\bday of the week\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judged:
    """The likeliest group of a vote, or None where there is none.

    Attributes:
        group: The group.
        p: P(its value is right).
        second: P(right) of the next group, 0 without one.
        both_asked: Whether a program and a solution in words were drawn.
    """

    group: Group | None
    p: float
    second: float
    both_asked: bool

    @property
    def decided(self) -> bool:
        """Whether no more is to be drawn; that nothing is right is believed only once both ways were tried."""
        return self.p >= ENOUGH or (self.both_asked and self.p + self.second <= HOPELESS)


def judge(vote: Vote, question: str, weights: Mapping[str, float] = _WEIGHTS) -> Judged:
    """The group of `vote` that is likeliest right."""
    both_asked = len({ballot.way for ballot in vote.ballots}) == 2
    if not vote.groups:
        return Judged(None, 0.0, 0.0, both_asked)
    scores = [_score(figures(group, vote, question), weights) for group in vote.groups]
    none = _score(figures_of_none(vote, question), weights)
    top = max([none, *scores])
    parts = [math.exp(score - top) for score in scores]
    whole = math.exp(none - top) + math.fsum(parts)
    (best, group), *rest = sorted(zip(parts, vote.groups, strict=True), key=lambda one: -one[0])
    return Judged(group, best / whole, rest[0][0] / whole if rest else 0.0, both_asked)


def figures(group: Group, vote: Vote, question: str) -> dict[str, float]:
    """What speaks for `group`."""
    ways = {ballot.way for ballot in group.ballots}
    return {
        "program": float("program" in ways),
        "solution": float(group.of("words", greedy=True)),
        "solutions": float(group.of("words", greedy=False)),
        "both_ways": float(group.both_ways),
        "program_logprob": group.logprob("program") if "program" in ways else 0.0,
        "words_logprob": group.logprob("words") if "words" in ways else 0.0,
        "numbers_used": _share(_numbers(question), _numbers(_told(group.shown))),
        "sane": float(is_sane(group.value, question)),
    }


def figures_of_none(vote: Vote, question: str) -> dict[str, float]:
    """What speaks for none of the values being right."""
    ballots = max(1, len(vote.ballots))
    return {
        "none": 1.0,
        "none_size": math.log1p(len(_numbers(question))),
        "none_vague": float(_VAGUE.search(question) is not None),
        "none_unknown": vote.unknown / ballots,
    }


def evidence(judged: Judged, vote: Vote, question: str) -> dict[str, float]:
    """The calibrator's features for the value that was chosen; the names are in the card."""
    group, ballots = judged.group, max(1, len(vote.ballots))
    assert group is not None
    told = figures(group, vote, question)
    worked = [ballot for ballot in group.ballots if ballot.way == "words"]
    invented = [number for number in _numbers(_told(group.shown)) if number not in _FREE]
    return {
        "rule": 0.0,
        "posterior": _log_odds(judged.p),
        "lead": _log_odds(judged.p) - _log_odds(judged.second),
        "share": len(group.ballots) / ballots,
        "both_ways": told["both_ways"],
        "unknown": vote.unknown / ballots,
        "logprob": max(known(ballot.logprob) for ballot in group.ballots),
        "numbers_used": told["numbers_used"],
        "numbers_given": _share(invented, _numbers(question)),
        "sane": told["sane"],
        "slips": sum(ballot.slips > 0 for ballot in worked) / max(1, len(worked)),
        "size": math.log1p(len(_numbers(question))),
        "words": math.log1p(len(question.split())),
    }


def evidence_of_rule(question: str) -> dict[str, float]:
    """Evidence for a value whose program a rule wrote: exact, so everything speaks for it."""
    won = dict.fromkeys(("rule", "share", "both_ways", "numbers_used", "numbers_given", "sane"), 1.0)
    none = dict.fromkeys(("unknown", "logprob", "slips"), 0.0)
    sizes = {"size": math.log1p(len(_numbers(question))), "words": math.log1p(len(question.split()))}
    return won | none | {"posterior": _BOUND, "lead": 2 * _BOUND} | sizes


def is_sane(value: Value, question: str) -> bool:
    """Whether the sort of value fits what was asked: a count is a whole number, a day is no fraction."""
    if value.kind == "text":
        return False
    if value.kind == "number" and value.number is not None:
        if _COUNT.search(question):
            return value.number >= 0
        return not _DAY.search(question)
    return True


def _score(told: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return math.fsum(weights.get(name, 0.0) * value for name, value in told.items())


def _log_odds(p: float) -> float:
    if p <= 0.0 or p >= 1.0:
        return math.copysign(_BOUND, p - 0.5)
    return min(_BOUND, max(-_BOUND, math.log(p / (1.0 - p))))


def _told(ballot: Ballot) -> str:
    """The numbers and signs of a ballot, without comments and names."""
    if ballot.way == "words":
        return plain(ballot.text).replace(",", "")
    return re.sub(r"#.*|[A-Za-z_]\w*", " ", ballot.text)


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text.replace(",", ""))


def _share(needed: Sequence[str], present: Sequence[str]) -> float:
    """Share of the numbers `needed` that are among those `present`; 1 where none is needed."""
    have = {float(number) for number in present}
    wanted = [float(number) for number in needed]
    hit = sum(number in have or number / 100 in have for number in wanted)
    return hit / len(wanted) if wanted else 1.0
