"""From grades to figures: samples and metrics of a run. Never calls a model; the same input, the same output.

Intervals are 95 %: a bootstrap over clusters, but Wilson's where a share is 0 or 1, since a bootstrap cannot see past
the edge.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nescio.errors import DataError
from nescio.intervals import bootstrap_interval, wilson
from nescio.metrics import (
    abstention_rate,
    accuracy,
    aurc,
    auroc,
    brier,
    count,
    coverage,
    ece,
    hallucination_rate,
    selective_risk,
)
from nescio_eval.arms import Arm, Graded, Sample, arms_of, samples_of
from nescio_eval.freezing import write_frozen
from nescio_eval.gate import FOLDER as GATE
from nescio_eval.gate import attach_gate, load_gate
from nescio_eval.grades import graded_run
from nescio_eval.pairs import compare
from nescio_eval.points import s_at, value_at
from nescio_eval.records import null_nan, write_lines, write_text
from nescio_eval.run import read_manifest

TARGETS = (0.5, 0.75, 0.9)
RESAMPLES = 2000
SEED = 20_250_904
"""Of every bootstrap, so that scoring twice gives the same intervals."""
UNGRADED_LIMIT = 0.01
SAMPLES, METRICS = "samples.jsonl", "metrics.json"
_ANEW = "nescio eval score derives it anew"
NARROWER = {"without chemistry and geography": ("chemistry", "geography")}
"""Subsets reported beside the whole: the mix without the domains whose data the experts are built on."""

_RATES: Mapping[str, Callable[[Sequence[str]], float]] = {
    "hallucination_rate": hallucination_rate,
    "abstention_rate": abstention_rate,
    "accuracy": accuracy,
    "coverage": coverage,
    "selective_risk": selective_risk,
}


def score(folder: Path, *, target: float | None = None, gate: Path | None = None) -> dict[str, Any]:
    """Derive grades, samples and metrics of the run in `folder`, write them, and return the metrics.

    Args:
        folder: The run.
        target: Confidence target of the gated arms; None for the run's own. The gate before the answer stays as it
            was recorded at the run's own target.
        gate: Folder of the monolith's calibrator, copied into the run; None for the one that is there, if any.

    Raises:
        DataError: The folder holds no run, or a record is broken.
    """
    manifest = read_manifest(folder)
    if gate is not None:
        attach_gate(folder, gate)
    own_gate = load_gate(folder)
    force = float(manifest["plan"]["target"]) if target is None else target
    if not 0.0 <= force < 1.0:
        raise DataError(f"the confidence target {force} is not in [0, 1)", hint="for example 0.75")
    graded = graded_run(folder)
    arms = arms_of(manifest["systems"], monolith_gate=own_gate is not None)
    samples = samples_of(graded, arms, force, own_gate)
    write_lines(folder / SAMPLES, (asdict(sample) for sample in samples))
    metrics = metrics_of(samples, arms, force)
    metrics["missing"] = _missing(graded, manifest["systems"])
    write_text(folder / METRICS, json.dumps(metrics, indent=1, sort_keys=True, allow_nan=False) + "\n")
    return metrics


def read_metrics(folder: Path) -> dict[str, Any]:
    """The metrics that `score` wrote for the run in `folder`; scored now, if it was not.

    Raises:
        DataError: The folder holds no run, or its metrics are broken.
    """
    path = folder / METRICS
    if not path.is_file():
        return score(folder)
    try:
        metrics: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        whole = metrics.keys() >= {"confidence_target", "questions", "valid", "arms", "pairs"}
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(f"{path} cannot be read: {error}", hint=_ANEW) from error
    if not whole:
        raise DataError(f"{path} holds no metrics", hint=_ANEW)
    return metrics


def metrics_of(samples: Sequence[Sample], arms: Iterable[Arm], target: float) -> dict[str, Any]:
    """All figures of a run, from its samples alone; NaN is null."""
    by_arm: dict[str, list[Sample]] = {}
    for sample in samples:
        by_arm.setdefault(sample.arm, []).append(sample)
    listed = [arm for arm in arms if arm.name in by_arm]
    found = {arm.name: arm_metrics(arm, by_arm[arm.name], intervals=True) for arm in listed}
    for arm in listed:
        found[arm.name]["by_domain"] = {
            domain: arm_metrics(arm, [s for s in by_arm[arm.name] if s.domain == domain], intervals=False)
            for domain in sorted({s.domain for s in by_arm[arm.name]})
        }
        found[arm.name]["subsets"] = {
            label: arm_metrics(arm, [s for s in by_arm[arm.name] if s.domain not in left_out], intervals=True)
            for label, left_out in NARROWER.items()
        }
    spoilt = {s.id for s in samples if s.outcome == "ungraded"}
    asked = {s.id for s in samples}
    metrics = {
        "confidence_target": target,
        "questions": len(asked),
        "ungraded": len(spoilt),
        "valid": len(spoilt) <= UNGRADED_LIMIT * max(1, len(asked)),
        "arms": found,
        "pairs": compare(by_arm, {arm.name: arm for arm in listed}, resamples=RESAMPLES, seed=SEED),
    }
    cleaned: dict[str, Any] = null_nan(metrics)
    return cleaned


def arm_metrics(arm: Arm, rows: Sequence[Sample], *, intervals: bool) -> dict[str, Any]:
    """The figures of one arm on `rows`; `intervals` adds bootstrap intervals, else Wilson's of the shares alone."""
    outcomes = [row.outcome for row in rows]
    counts = count(outcomes)
    kept = [row for row in rows if row.outcome != "ungraded"]
    known = [(row.p, _right(row)) for row in kept if row.p is not None and _right(row) is not None]
    p, right = [float(pair[0]) for pair in known], [bool(pair[1]) for pair in known]
    figures: dict[str, Any] = {name: rate(outcomes) for name, rate in _RATES.items()}
    figures |= {
        "n": counts.graded,
        "counts": asdict(counts),
        "s": {f"{t:g}": s_at(arm, kept, t) for t in TARGETS},
        "auroc": auroc(p, right),
        "aurc": aurc(p, right),
        "ece": ece(p, right),
        "brier": brier(p, right),
        "reasons": _reasons(rows),
        "latency_s": _latency(rows),
        "tokens": math.fsum(row.tokens for row in rows) / len(rows) if rows else math.nan,
    }
    figures["intervals"] = _intervals(arm, kept) if intervals else _wilson_only(outcomes)
    return figures


def _right(row: Sample) -> bool | None:
    grade = row.outcome if row.decision == "answered" else row.withheld_outcome
    return None if grade not in ("correct", "incorrect") else grade == "correct"


def _intervals(arm: Arm, rows: Sequence[Sample]) -> dict[str, Any]:
    clusters = [row.cluster for row in rows]
    wrong = [float(row.outcome == "incorrect") for row in rows]
    answered = [float(row.outcome in ("correct", "incorrect")) for row in rows]
    shares = {
        "hallucination_rate": wrong,
        "abstention_rate": [float(row.outcome == "abstained") for row in rows],
        "accuracy": [float(row.outcome == "correct") for row in rows],
        "coverage": answered,
    }
    found: dict[str, Any] = {name: _share(values, clusters) for name, values in shares.items()}
    risky = [row for row in rows if row.outcome in ("correct", "incorrect")]
    risk = [float(row.outcome == "incorrect") for row in risky]
    found["selective_risk"] = _share(risk, [row.cluster for row in risky]) if risky else None
    found["s"] = {f"{t:g}": _s_interval(arm, rows, t) for t in TARGETS}
    waits = [row.latency_s for row in rows if row.latency_s is not None]
    found["latency_s"] = bootstrap_interval(waits, resamples=RESAMPLES, seed=SEED) if waits else None
    return found


def _s_interval(arm: Arm, rows: Sequence[Sample], target: float) -> tuple[float, float] | None:
    if (arm.own_target is not None and arm.own_target != target) or not rows:
        return None
    values = [value_at(arm, row, target) for row in rows]
    return bootstrap_interval(values, clusters=[row.cluster for row in rows], resamples=RESAMPLES, seed=SEED)


def _share(values: Sequence[float], clusters: Sequence[str]) -> tuple[float, float]:
    total = int(sum(values))
    if total in (0, len(values)):
        return wilson(total, len(values))
    return bootstrap_interval(values, clusters=clusters, resamples=RESAMPLES, seed=SEED)


def _wilson_only(outcomes: Sequence[str]) -> dict[str, Any]:
    counts = count(outcomes)
    parts = {
        "hallucination_rate": (counts.incorrect, counts.graded),
        "abstention_rate": (counts.abstained, counts.graded),
        "accuracy": (counts.correct, counts.graded),
        "coverage": (counts.answered, counts.graded),
        "selective_risk": (counts.incorrect, counts.answered),
    }
    return {name: wilson(part, whole) if whole else None for name, (part, whole) in parts.items()}


def _latency(rows: Sequence[Sample]) -> dict[str, float | None]:
    waits = sorted(row.latency_s for row in rows if row.latency_s is not None)
    if not waits:
        return {"mean": None, "p50": None, "p95": None}
    return {
        "mean": math.fsum(waits) / len(waits),
        "p50": waits[len(waits) // 2],
        "p95": waits[min(len(waits) - 1, int(0.95 * len(waits)))],
    }


def _reasons(rows: Iterable[Sample]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        if row.reason is not None:
            found[row.reason] = found.get(row.reason, 0) + 1
    return dict(sorted(found.items()))


def _missing(graded: Graded, systems: Iterable[str]) -> dict[str, int]:
    """Questions that a system has not been asked yet; empty for a finished run."""
    wanted = {q.id for q in graded.questions}
    lacking = {name: len(wanted - {i for s, i in graded.generations if s == name}) for name in systems}
    return {name: number for name, number in lacking.items() if number}


def freeze(folder: Path, out: Path) -> None:
    """Copy a scored run to `out` without any data set's text: ids and outcomes stand for questions and golds.

    Model outputs, features and grades stay, so that every figure recomputes. Programs are left out, since a model may
    quote the question in them.

    Raises:
        DataError: The run has not been scored.
    """
    if not (folder / METRICS).is_file():
        raise DataError(f"{folder} has not been scored", hint="nescio eval score it first")
    write_frozen(folder, out, gate=GATE)
