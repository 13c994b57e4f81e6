"""The figures of a replay: accuracy, score behind the gate, paired differences, shares of the gap, pairs, the front."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.model import Floats
from nescio.intervals import bootstrap_interval
from nescio.metrics import apgr, coverage, ece, outcomes_at, score_at_target
from nescio_eval.ceiling import ceiling
from nescio_eval.replay import BEST, COMPETENCE, DOMAIN, ORACLE, WITH_DOMAIN, Replay, Strategy, best_of

TARGETS = (0.5, 0.75, 0.9)
RESAMPLES = 1000
PRICES = (0.0, *np.geomspace(1e-3, 10.0, 41).tolist())
"""λ, in P(right) per cost of the dearest model."""


def figures(run: Replay, *, costs: Floats | None = None, pairs: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Every figure of `run`, as plain numbers.

    Args:
        run: A replayed table.
        costs: (m,) of one answer of each model, in any one unit.
        pairs: (strong, weak) models to report APGR of.
    """
    table = run.table
    report: dict[str, Any] = {
        "table": table.name,
        "rows": len(table.questions),
        "groups": int(table.groups.max()) + 1,
        "dropped": table.dropped,
        "models": list(table.models),
        "strategies": {name: _strategy(one, table.groups, costs) for name, one in run.strategies.items()},
        "differences": _differences(run),
        "gap": _gap(run),
        "pairs": [_pair(run, *pair) for pair in pairs],
        "folds": list(run.settings),
    }
    if costs is not None:
        report["front"] = front(run.scores[COMPETENCE], table.right, costs)
    return report


def front(p: Floats, right: Floats, costs: Floats) -> list[dict[str, float]]:
    """What asking the model of greatest p − λ · cost gives for rising λ: the points that no other one beats in both.

    λ is stated in P(right) per unit of cost.
    """
    points = []
    for price in PRICES:
        unit_price = price / max(float(costs.max()), 1e-12)
        chosen = best_of(p - unit_price * costs, right)
        accuracy = float(right[np.arange(chosen.size), chosen].mean())
        points.append({"lambda": unit_price, "cost": float(costs[chosen].mean()), "accuracy": accuracy})
    points.sort(key=lambda point: (point["cost"], -point["accuracy"]))
    kept: list[dict[str, float]] = []
    for point in points:
        if not kept or point["accuracy"] > kept[-1]["accuracy"]:
            kept.append(point)
    return kept


def _strategy(one: Strategy, groups: NDArray[np.int64], costs: Floats | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "accuracy": float(one.right.mean()),
        "interval": bootstrap_interval(one.right, clusters=groups.tolist(), resamples=RESAMPLES),
    }
    if not np.isnan(one.p).any():
        found |= {f"s@{t:g}": score_at_target(outcomes_at(one.p, one.right, t), t) for t in TARGETS}
        found |= {f"coverage@{t:g}": coverage(outcomes_at(one.p, one.right, t)) for t in TARGETS}
        found["ece"] = ece(one.p, one.right, debiased=True)
        if costs is not None:
            found["cost"] = float(costs[one.choice].mean())
    return found


def _differences(run: Replay) -> list[dict[str, Any]]:
    found = []
    for first in (COMPETENCE, WITH_DOMAIN):
        for second in (BEST, DOMAIN):
            if first in run.strategies and second in run.strategies:
                gain = run.strategies[first].right - run.strategies[second].right
                low, high = bootstrap_interval(gain, clusters=run.table.groups.tolist(), resamples=2 * RESAMPLES)
                found.append({"first": first, "second": second, "gain": float(gain.mean()), "interval": (low, high)})
    return found


def _gap(run: Replay) -> dict[str, Any]:
    """How much of the way from the best single model each strategy goes: to the lucky oracle, and to the ceiling."""
    best = float(run.strategies[BEST].right.mean())
    found: dict[str, Any] = {"best_single": best, "oracle": float(run.strategies[ORACLE].right.mean())}
    limit = ceiling(run.table.right)
    if limit is not None:
        found |= {
            "ceiling": limit.accuracy,
            "dimensions": limit.dimensions,
            "simulated_oracle": limit.simulated_oracle,
        }
    for name in (DOMAIN, COMPETENCE, WITH_DOMAIN):
        if name in run.strategies:
            gain = float(run.strategies[name].right.mean()) - best
            ends = {"oracle": found["oracle"], **({"ceiling": limit.accuracy} if limit else {})}
            found[name] = {end: gain / (value - best) if value > best else None for end, value in ends.items()}
    return found


def _pair(run: Replay, strong: str, weak: str) -> dict[str, Any]:
    """APGR of everything that can order questions by how much they need the strong model, with paired intervals."""
    table = run.table
    one, two = (table.models.index(name) for name in (strong, weak))
    both = ~np.isnan(table.right[:, [one, two]]).any(axis=1)
    right, groups = table.right[both][:, [one, two]], table.groups[both].tolist()
    scores = {
        "characters": np.array([len(text) for text in table.questions], dtype=float)[both],
        "words": np.array([len(text.split()) for text in table.questions], dtype=float)[both],
        **{
            {DOMAIN: "domain label alone"}.get(name, name): (found[:, one] - found[:, two])[both]
            for name, found in run.scores.items()
            if name != BEST
        },
    }
    rows = {name: _apgr_row(score, right, groups) for name, score in scores.items()}
    for name in (COMPETENCE, WITH_DOMAIN):
        for other in ("characters", "domain label alone"):
            if name in scores and other in scores:
                rows[name][f"gain over {other}"] = _apgr_gain(scores[name], scores[other], right, groups)
    return {"strong": strong, "weak": weak, "rows": int(both.sum()), "apgr": rows}


def _apgr_row(score: Floats, right: Floats, groups: list[int]) -> dict[str, Any]:
    stacked = np.column_stack([score, right])
    interval = bootstrap_interval(
        stacked, clusters=groups, statistic=lambda rows: apgr(rows[:, 0], rows[:, 1], rows[:, 2]), resamples=RESAMPLES
    )
    return {"apgr": apgr(score, right[:, 0], right[:, 1]), "interval": interval}


def _apgr_gain(first: Floats, second: Floats, right: Floats, groups: list[int]) -> dict[str, Any]:
    def gain(rows: Floats) -> float:
        return apgr(rows[:, 0], rows[:, 2], rows[:, 3]) - apgr(rows[:, 1], rows[:, 2], rows[:, 3])

    stacked = np.column_stack([first, second, right])
    return {
        "gain": gain(stacked),
        "interval": bootstrap_interval(stacked, clusters=groups, statistic=gain, resamples=RESAMPLES),
    }
