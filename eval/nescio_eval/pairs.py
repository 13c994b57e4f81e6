"""Paired comparisons of arms over the same questions: differences with intervals, McNemar's test, Holm's correction.

The primary family is fixed: hallucination rate and S(.75), the router with gates against the monolith that always
answers and against the monolith behind a gate of its own. It computes no figure of a single arm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nescio.errors import DataError
from nescio.intervals import bootstrap_interval
from nescio_eval.points import s_at, value_at

if TYPE_CHECKING:
    from nescio_eval.arms import Arm, Sample

PRIMARY_TARGET = 0.75
PRIMARY = (("router-gated", "monolith-always"), ("router-gated", "monolith-gated"))
EXPLORATORY = (
    ("router-ungated", "monolith-always"),
    ("monolith-gated", "monolith-always"),
    ("router-gated", "router-ungated"),
    ("router-gated", "prompted@0.75"),
)


def compare(
    by_arm: Mapping[str, Sequence[Sample]], arms: Mapping[str, Arm], *, resamples: int, seed: int
) -> list[dict[str, Any]]:
    """Every declared pair whose two arms are there; Holm-corrected p-values within the primary family."""
    found = []
    for family, pairs in (("primary", PRIMARY), ("exploratory", EXPLORATORY)):
        for first, second in pairs:
            if first in by_arm and second in by_arm:
                rows = paired(by_arm[first], by_arm[second])
                found += _pair(family, arms[first], arms[second], rows, resamples, seed)
    return _with_holm(found)


def paired(first: Sequence[Sample], second: Sequence[Sample]) -> list[tuple[Sample, Sample]]:
    """Rows of two arms by question, ungraded ones left out.

    Raises:
        DataError: The arms were not asked the same questions.
    """
    others = {row.id: row for row in second}
    if set(others) != {row.id for row in first} or len(others) != len(second) or len(first) != len(second):
        raise DataError("the two arms were not asked the same questions", hint="compare runs over one draw only")
    return [(row, others[row.id]) for row in first if row.outcome != "ungraded"]


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value that two discordant counts are draws of one fair coin. McNemar, Psychometrika 12 (1947).

    Exact binomial form: 2 P(X ≤ min(b, c)), X ~ Bin(b + c, ½), at most 1.
    """
    total = only_first + only_second
    tail = sum(math.comb(total, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, float(2 * tail) / float(2**total)) if total < 1000 else _normal_tail(only_first, only_second)


def _normal_tail(only_first: int, only_second: int) -> float:
    """The same by the normal approximation with continuity correction, for counts whose powers overflow."""
    z = max(0.0, abs(only_first - only_second) - 1.0) / math.sqrt(only_first + only_second)
    return math.erfc(z / math.sqrt(2.0))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment, in the order given. Holm, Scandinavian Journal of Statistics 6 (1979)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, i in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = running
    return adjusted


def _pair(
    family: str, first: Arm, second: Arm, rows: Sequence[tuple[Sample, Sample]], resamples: int, seed: int
) -> list[dict[str, Any]]:
    if not rows:
        return []
    clusters = [a.cluster for a, _ in rows]
    wrong = [float(a.outcome == "incorrect") - float(b.outcome == "incorrect") for a, b in rows]
    right = [float(a.outcome == "correct") - float(b.outcome == "correct") for a, b in rows]
    t = PRIMARY_TARGET
    differences = {"hallucination_rate": wrong, "accuracy": right}
    if all(s_at(arm, [], t) is not None for arm in (first, second)):
        differences[f"s@{t:g}"] = [value_at(first, a, t) - value_at(second, b, t) for a, b in rows]
    found = []
    for metric, values in differences.items():
        primary = family == "primary" and metric != "accuracy"
        found.append(
            {
                "family": "primary" if primary else "exploratory",
                "first": first.name,
                "second": second.name,
                "metric": metric,
                "n": len(values),
                "difference": math.fsum(values) / len(values),
                "interval": bootstrap_interval(values, clusters=clusters, resamples=resamples, seed=seed),
                "p_value": _p_value(metric, values, clusters, resamples, seed),
            }
        )
    return found


def _p_value(metric: str, values: Sequence[float], clusters: Sequence[str], resamples: int, seed: int) -> float:
    """McNemar's on one row per cluster for shares; for scores, the two-sided bootstrap tail at 0."""
    if not metric.startswith("s@"):
        first_of = {key: i for i, key in reversed(list(enumerate(clusters)))}
        alone = [values[i] for i in first_of.values()]
        return mcnemar(sum(v > 0 for v in alone), sum(v < 0 for v in alone))
    return _bootstrap_tail(values, clusters, resamples, seed)


def _bootstrap_tail(values: Sequence[float], clusters: Sequence[str], resamples: int, seed: int) -> float:
    """Twice the smaller share of cluster-bootstrap means on either side of 0, at least 2/(resamples + 1)."""
    import numpy as np

    homes: dict[str, list[float]] = {}
    for value, key in zip(values, clusters, strict=True):
        homes.setdefault(key, []).append(value)
    sums = np.array([math.fsum(home) for home in homes.values()])
    sizes = np.array([len(home) for home in homes.values()], dtype=float)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (resamples, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    tail = min(int((means <= 0).sum()), int((means >= 0).sum()))
    return min(1.0, 2.0 * (tail + 1) / (resamples + 1))


def _with_holm(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    family = [row for row in rows if row["family"] == "primary"]
    for row, adjusted in zip(family, holm([row["p_value"] for row in family]), strict=True):
        row["p_holm"] = adjusted
    return rows
