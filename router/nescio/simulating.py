"""What another policy would have made of the questions in the outcome log. Pure: it decides anew, and asks nobody.

The decision is `nescio.graph.gate` and `nescio.decide.after_answer`, as for a live question. What an expert returned is
taken from the log; where another policy would ask somebody who was not asked, what follows is not known, and is said to
be so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from nescio.decide import Policy, after_answer
from nescio.graph import MONOLITH, Parts, gate
from nescio.store import LoggedRow
from nescio.types import Abstained, Answer, Answered, Evidence, Query, Reason, Route

Status = Literal["answered", "abstained", "unknown"]

_EXPERTS_OWN = frozenset(
    {
        Reason.DISAGREEMENT,
        Reason.UNANSWERABLE,
        Reason.DECLINED,
        Reason.TOOL_FAILED,
        Reason.EXPERT_UNAVAILABLE,
        Reason.BUDGET,
    }
)
"""Reasons that come from an expert that was asked, with an attempt or without."""

_OF_THE_GATE = frozenset({Reason.LOW_ANSWER_CONFIDENCE, Reason.UNCALIBRATED})
"""Reasons for which an answer that was there is withheld."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One logged question under a policy.

    Attributes:
        row: As it was decided then.
        status: ``unknown`` where somebody would be asked who was not.
        reason: Why it is abstained; None where it is not.
        asked: Whether the expert that was asked then is asked.
    """

    row: LoggedRow
    status: Status
    reason: str | None
    asked: bool

    @property
    def changed(self) -> bool:
        """Whether it is another decision, or another reason, than the one in the log."""
        return (self.status, self.reason) != (self.row.decision, self.row.reason)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a policy makes of all questions.

    Attributes:
        rows: Questions.
        answered: Of these, answered.
        unknown: Of these, not known.
        graded: Questions whose answer was graded.
        right: Graded right, and answered.
        wrong: Graded wrong, and answered: hallucinations.
        tokens: Spent on what is asked, as far as it is known.
        seconds: Likewise.
    """

    rows: int
    answered: int
    unknown: int
    graded: int
    right: int
    wrong: int
    tokens: int
    seconds: float

    @property
    def coverage(self) -> float:
        """Answered / rows; NaN without rows."""
        return self.answered / self.rows if self.rows else math.nan

    @property
    def hallucination_rate(self) -> float:
        """Wrong / graded; NaN without grades."""
        return self.wrong / self.graded if self.graded else math.nan


@dataclass(frozen=True, slots=True)
class Transition:
    """Questions that all go from one decision to the same other one; reasons are None where it is answered."""

    before: str
    after: str
    count: int
    right: int
    wrong: int


def replay(parts: Parts, policy: Policy, rows: Iterable[LoggedRow]) -> tuple[Replayed, ...]:
    """Decide `rows` anew under `policy`.

    Args:
        parts: Router, calibrations and the policy in force, which tells what an old row's request had asked for.
        policy: In place of the one in force.
        rows: From the outcome log.
    """
    other = replace(parts, policy=policy)
    return tuple(_replayed(other, parts.policy, row) for row in rows)


def as_logged(rows: Iterable[LoggedRow]) -> tuple[Replayed, ...]:
    """`rows` as they were decided."""
    return tuple(Replayed(row, row.decision, row.reason, _was_asked(row)) for row in rows)


def figures(replayed: Sequence[Replayed]) -> Figures:
    """What they come to."""
    answered = [one.row for one in replayed if one.status == "answered"]
    asked = [one.row for one in replayed if one.asked]
    return Figures(
        rows=len(replayed),
        answered=len(answered),
        unknown=sum(one.status == "unknown" for one in replayed),
        graded=sum(one.row.grade is not None for one in replayed),
        right=sum(row.grade == "right" for row in answered),
        wrong=sum(row.grade == "wrong" for row in answered),
        tokens=sum(row.tokens for row in asked),
        seconds=round(math.fsum(row.latency_s for row in asked), 3),
    )


def transitions(replayed: Sequence[Replayed]) -> tuple[Transition, ...]:
    """The changes, the most frequent first."""
    changed = [one for one in replayed if one.changed]
    kinds = Counter((one.row.reason or one.row.decision, one.reason or one.status) for one in changed)
    found = []
    for (before, after), count in kinds.most_common():
        grades = Counter(
            one.row.grade
            for one in changed
            if (one.row.reason or one.row.decision, one.reason or one.status) == (before, after)
        )
        found.append(Transition(before, after, count, grades["right"], grades["wrong"]))
    return tuple(found)


def _replayed(parts: Parts, in_force: Policy, row: LoggedRow) -> Replayed:
    query = _query(row, in_force)
    if not row.candidates and not query.monolith:
        # Nothing was routed: no policy could have made a difference.
        return Replayed(row, row.decision, row.reason, _was_asked(row))
    before, demand = gate(parts, query, Route(query.text, row.candidates, row.scope))
    if isinstance(before, Abstained):
        return Replayed(row, "abstained", str(before.reason), asked=False)
    if before.expert != row.expert or not _was_asked(row):
        return Replayed(row, "unknown", None, asked=False)
    calibrated = row.calibration != "none"
    decision = after_answer(_reply(row), p=row.p, demand=demand, policy=parts.policy, calibrated=calibrated)
    if isinstance(decision, Answered):
        return Replayed(row, "answered", None, asked=True)
    return Replayed(row, "abstained", str(decision.reason), asked=True)


def _query(row: LoggedRow, in_force: Policy) -> Query:
    """What was asked. A row that does not tell its wishes had the target in force, or named its own."""
    wished: dict[str, Any] = dict(row.wished or {})
    if row.wished is None:
        default = max(in_force.targets.get(row.expert or "", in_force.target), in_force.minimum_target)
        named = not math.isclose(row.confidence_target, default)
        pinned = bool(row.candidates) and row.expert not in (None, row.candidates[0].expert)
        wished = {
            "confidence_target": row.confidence_target if named else None,
            "expert": row.expert if pinned and row.expert != MONOLITH else None,
            "monolith": row.expert == MONOLITH,
        }
    return Query(id=row.id, messages=(), text=row.query or "", **wished)


def _was_asked(row: LoggedRow) -> bool:
    return row.decision == "answered" or row.generated or row.reason in _EXPERTS_OWN


def _reply(row: LoggedRow) -> Answer | Abstained:
    """What the expert returned then, as far as decisions go."""
    expert = row.expert or ""
    answer = Answer(row.answer or "", expert, "", Evidence(row.features))
    if row.reason is None or row.reason in _OF_THE_GATE:
        return answer
    return Abstained(Reason(row.reason), "", row.p, expert, answer if row.generated else None)
