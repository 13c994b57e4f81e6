"""What an arm's samples are worth at a confidence target: right 1, abstained 0, wrong −t/(1−t). No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from nescio.metrics import score_at_target
from nescio_eval.arms import Arm, Sample


def s_at(arm: Arm, rows: Sequence[Sample], target: float) -> float | None:
    """S_t of an arm at any t: what it would have scored, had it been asked at `target`.

    A row with p, and reason null or ``low_answer_confidence``, counts its answer's grade iff p > t; every other row
    stays as it is. An arm that never looks at t keeps its outcomes; a prompted one exists at its own t alone.
    """
    if arm.own_target is not None and arm.own_target != target:
        return None
    return score_at_target([_outcome_at(arm, row, target) for row in rows], target)


def _outcome_at(arm: Arm, row: Sample, target: float) -> str:
    movable = arm.looks_at_target and row.p is not None and row.reason in (None, "low_answer_confidence")
    if not movable or row.p is None:
        return row.outcome
    if not row.p > target:
        return "abstained"
    return row.outcome if row.decision == "answered" else row.withheld_outcome or "abstained"


def value_at(arm: Arm, row: Sample, target: float) -> float:
    """One row's points at `target`: 1, 0 or −t/(1−t)."""
    outcome = _outcome_at(arm, row, target)
    return {"correct": 1.0, "incorrect": -target / (1.0 - target)}.get(outcome, 0.0)
