"""Fits calibrations: an expert's own where it has enough graded rows, else a pooled one. Offline only.

*Own* (at least `MINIMUM` graded rows): L2-regularised logistic regression on standardised features, its strength chosen
by cross-validation on log loss; a beta or isotonic stage only where an outer cross-validation shows it to be better by
more than its standard error. One right and one wrong pseudo row at the centre keep p honest where all rows are alike:
n rows, all right, give (n + 1) / (n + 2).

*Pooled* (fewer): the line is fitted on the rows of other experts with the same features, each counting for at most
`MINIMUM` rows, or, where there are none, on the route's log-odds of all experts. The expert's own rows then shift its
log-odds by an offset that a normal prior with standard deviation 1 shrinks to 0.

Folds never part a cluster. Every figure reported is out of fold, or on rows of role ``test``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.model import COMPETENCE, Calibration, Floats, Line, Stage, StageKind, Status, logistic
from nescio.calibration.report import figures
from nescio.calibration.rows import GradedRow, Table, table

MINIMUM = 30
"""Graded rows from which on an expert has a calibration of its own."""

FOLDS = 5
STRENGTHS = (1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0)
STAGED_FROM = 150
"""Graded rows from which on a second stage is tried."""

Groups = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Pool:
    """Graded rows of another expert."""

    features: tuple[str, ...]
    rows: Table


@dataclass(frozen=True, slots=True)
class Fitted:
    """A calibration, the rows it was fitted and tested on, and how good it is.

    Attributes:
        calibration: To be applied.
        rows: All of them, ``fit`` and ``test``.
        p: One for each row: out of fold for ``fit``, applied for ``test``, NaN where there was no graded answer.
        report: Plain numbers, for the artefact and for people.
    """

    calibration: Calibration
    rows: Table
    p: Floats
    report: Mapping[str, Any]


def fit_calibration(
    expert: str, features: Sequence[str], rows: Sequence[GradedRow], pool: Sequence[Pool] = ()
) -> Fitted | None:
    """Fit the calibration of `expert`; None if no row of role ``fit`` is graded and complete.

    Args:
        expert: Whose.
        features: Evidence names in the card's order.
        rows: What it was asked, abstentions included.
        pool: Rows of other experts, for when its own are too few.
    """
    data = table(rows, features)
    usable = data.take(data.graded & (data.role == "fit"))
    status: Status
    if not usable.y.size:
        return None
    if usable.y.size >= MINIMUM:
        line, stage, held_out = _fit_own(usable)
        status, source = "own", "its own rows"
    else:
        line, held_out, source = _fit_pooled(usable, tuple(features), pool)
        status, stage = "pooled", Stage()
    floor, ceiling = _bounds(usable.y.size)
    held_out = np.clip(held_out, floor, ceiling)
    fitted_on = data.role == "fit"
    p = np.full(data.y.size, np.nan)
    p[data.graded & fitted_on] = held_out
    with_competence = COMPETENCE in features
    calibration = Calibration(
        expert=expert,
        status=status,
        features=tuple(features),
        line=line,
        stage=stage,
        floor=floor,
        ceiling=ceiling,
        passed=tuple(np.sort(held_out).tolist()),
        asked=int(fitted_on.sum()),
        expected=tuple(data.x[fitted_on, features.index(COMPETENCE)].tolist()) if with_competence else (),
        reached=tuple(np.nan_to_num(p[fitted_on], nan=-1.0).tolist()) if with_competence else (),
    )
    tested = data.graded & (data.role == "test")
    p[tested] = calibration.p_rows(data.x[tested])
    report = {
        "stage": stage.kind,
        "source": source,
        "duplicates": data.duplicates,
        "conflicts": data.conflicts,
        "fit": figures(data.of("fit"), p[data.role == "fit"]),
        "test": figures(data.of("test"), p[data.role == "test"]),
        "weights": dict(zip((*features, "route"), (round(w, 4) for w in line.weights), strict=True)),
    }
    return Fitted(calibration, data, p, report)


def _fit_own(data: Table) -> tuple[Line, Stage, Floats]:
    """Line and stage fitted on all rows, and each row's p from folds that did not see it."""
    x, y, groups = data.x, data.y, data.cluster
    kinds: tuple[StageKind, ...] = ("none", "beta", "isotonic") if y.size >= STAGED_FROM else ("none",)
    outer = {kind: np.empty(y.size) for kind in kinds}
    for held in folds(y, groups):
        seen = ~held
        line, logits = _choose_line(x[seen], y[seen], groups[seen])
        bounds = _bounds(int(seen.sum()))
        for kind in kinds:
            stage = _fit_stage(kind, logits, y[seen])
            outer[kind][held] = np.clip(stage.p(line.logit(x[held])), *bounds)
    kind = _best(outer, y)
    line, logits = _choose_line(x, y, groups)
    return line, _fit_stage(kind, logits, y), outer[kind]


def _choose_line(x: Floats, y: Floats, groups: Groups) -> tuple[Line, Floats]:
    """The line of the strength with the least out-of-fold log loss, and its out-of-fold log-odds."""
    parts = folds(y, groups)
    best: tuple[float, float, Floats] | None = None
    for strength in STRENGTHS:
        logits = np.empty(y.size)
        for held in parts:
            logits[held] = _fit_line(x[~held], y[~held], strength).logit(x[held])
        loss = float(np.mean(np.logaddexp(0.0, np.where(y > 0, -logits, logits))))
        # A stronger strength must earn its freedom.
        if best is None or loss < best[0] - 1e-6:
            best = (loss, strength, logits)
    assert best is not None
    return _fit_line(x, y, best[1]), best[2]


def _fit_line(x: Floats, y: Floats, strength: float, weight: Floats | None = None) -> Line:
    weight = np.ones(y.size) if weight is None else weight
    mean = np.average(x, axis=0, weights=weight)
    spread = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
    scale = np.where(spread > 1e-9, spread, 1.0)
    centre = np.zeros((2, x.shape[1]))
    slopes = logistic_regression(
        np.vstack([(x - mean) / scale, centre]),
        np.concatenate([y, [1.0, 0.0]]),
        np.concatenate([weight, [1.0, 1.0]]),
        strength,
    )
    return Line(
        mean=tuple(mean.tolist()),
        scale=tuple(scale.tolist()),
        low=tuple(x.min(axis=0).tolist()),
        high=tuple(x.max(axis=0).tolist()),
        weights=tuple(slopes[:-1].tolist()),
        intercept=float(slopes[-1]),
    )


def logistic_regression(x: Floats, y: Floats, weight: Floats, strength: float) -> Floats:
    """Slopes and, last, the intercept that minimise |slopes|²/2 + strength × Σ weight × log loss, by Newton's method.

    A few hundred rows of a dozen features: exact steps take a fraction of what a general solver needs for its start.
    Both classes must be present, so that the intercept is finite.
    """
    rows = np.column_stack([x, np.ones(y.size)])
    ridge = np.append(np.full(x.shape[1], 1.0 / strength), 0.0)
    found = np.zeros(rows.shape[1])

    def cost(slopes: Floats) -> float:
        logits = rows @ slopes
        return float(weight @ np.logaddexp(0.0, np.where(y > 0, -logits, logits)) + ridge @ slopes**2 / 2.0)

    now = cost(found)
    for _ in range(100):
        p = logistic(rows @ found)
        slope = rows.T @ (weight * (p - y)) + ridge * found
        curve = (rows * (weight * p * (1.0 - p))[:, None]).T @ rows + np.diag(ridge + 1e-10)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while (tried := cost(found - size * step)) > now and size > 1e-6:
            size /= 2.0
        found, gain, now = found - size * step, now - tried, tried
        if gain < 1e-10:
            break
    return found


def _fit_stage(kind: StageKind, logits: Floats, y: Floats) -> Stage:
    if kind == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        model = IsotonicRegression(out_of_bounds="clip").fit(logits, y)
        x, p = model.X_thresholds_, model.y_thresholds_
        return Stage("isotonic", tuple(map(float, x)), tuple(map(float, p))) if len(x) > 1 else Stage()
    if kind == "beta":
        return _fit_beta(logits, y)
    return Stage()


def _fit_beta(logits: Floats, y: Floats) -> Stage:
    if y.min() == y.max():
        return Stage()
    parts = np.column_stack([-np.logaddexp(0.0, -logits), np.logaddexp(0.0, logits)])
    used = [0, 1]
    while used:
        fitted = logistic_regression(parts[:, used], y, np.ones(y.size), 100.0)
        slopes = np.zeros(2)
        slopes[used] = fitted[:-1]
        if (slopes >= 0).all():
            return Stage("beta", (float(slopes[0]), float(slopes[1]), float(fitted[-1])))
        # A falling part would turn the order round: leave it out, as the paper does.
        used = [i for i in used if slopes[i] >= 0]
    return Stage()


def _best(outer: Mapping[StageKind, Floats], y: Floats) -> StageKind:
    losses = {kind: _loss(p, y) for kind, p in outer.items()}
    chosen: StageKind = "none"
    for kind, loss in losses.items():
        gain = losses[chosen] - loss
        if gain.mean() > gain.std() / np.sqrt(y.size):
            chosen = kind
    return chosen


def _loss(p: Floats, y: Floats) -> Floats:
    found: Floats = -np.log(np.where(y > 0, p, 1.0 - p))
    return found


def _bounds(n: int) -> tuple[float, float]:
    return 1.0 / (n + 2), (n + 1.0) / (n + 2)


def folds(y: Floats, groups: Groups, count: int = FOLDS) -> list[NDArray[np.bool_]]:
    """Masks of held-out rows: clusters dealt out by share of right rows, then by hash. One cluster holds out none."""
    names, home = np.unique(groups, return_inverse=True)
    share = np.bincount(home, y) / np.bincount(home)
    order = sorted(
        range(names.size), key=lambda i: (round(float(share[i]), 6), blake2b(str(names[i]).encode()).digest())
    )
    dealt = np.empty(names.size, dtype=int)
    dealt[order] = np.arange(names.size) % count
    parts = [dealt[home] == fold for fold in range(min(count, names.size))]
    return parts if names.size > 1 else [np.zeros(y.size, dtype=bool)]


def _fit_pooled(own: Table, features: tuple[str, ...], pool: Sequence[Pool]) -> tuple[Line, Floats, str]:
    """The pooled line shifted by the expert's offset, each own row's p without its own cluster, and what was pooled."""
    line, source = _pooled_line(own, features, pool)
    logits = line.logit(own.x)
    held_out = np.empty(own.y.size)
    for cluster in np.unique(own.cluster):
        held = own.cluster == cluster
        held_out[held] = logistic(logits[held] + _offset(logits[~held], own.y[~held]))
    shifted = replace(line, intercept=line.intercept + _offset(logits, own.y))
    return shifted, held_out, source


def _pooled_line(own: Table, features: tuple[str, ...], pool: Sequence[Pool]) -> tuple[Line, str]:
    alike = [one.rows.take(one.rows.graded) for one in pool if one.features == features]
    alike = [rows for rows in alike if rows.y.size]
    if sum(rows.y.size for rows in alike) >= MINIMUM:
        return _line_of(alike, slice(None), own), f"{len(alike)} experts with the same features"
    everyone = [one.rows.take(one.rows.graded) for one in pool]
    everyone = [rows for rows in everyone if rows.y.size]
    if sum(rows.y.size for rows in everyone) >= MINIMUM:
        return _line_of(everyone, slice(-1, None), own), f"the routes of {len(everyone)} experts"
    width = own.x.shape[1]
    zeros, low, high = (0.0,) * width, tuple(own.x.min(axis=0).tolist()), tuple(own.x.max(axis=0).tolist())
    return Line(zeros, (1.0,) * width, low, high, zeros, 0.0), "even odds: there are no other graded experts"


def _line_of(tables: Sequence[Table], columns: slice, own: Table) -> Line:
    """A line on `columns` of the pooled rows, padded with weightless columns to the width of `own`."""
    x = np.vstack([rows.x[:, columns] for rows in tables])
    y = np.concatenate([rows.y for rows in tables])
    weight = np.concatenate([np.full(rows.y.size, min(1.0, MINIMUM / rows.y.size)) for rows in tables])
    fitted = _fit_line(x, y, 0.1, weight)
    pad = own.x.shape[1] - x.shape[1]
    zeros, ones = (0.0,) * pad, (1.0,) * pad
    low, high = own.x[:, :pad].min(axis=0), own.x[:, :pad].max(axis=0)
    return Line(
        mean=zeros + fitted.mean,
        scale=ones + fitted.scale,
        low=tuple(low.tolist()) + fitted.low,
        high=tuple(high.tolist()) + fitted.high,
        weights=zeros + fitted.weights,
        intercept=fitted.intercept,
    )


def _offset(logits: Floats, y: Floats) -> float:
    """The shift δ that maximises Σ log P(y | logits + δ) − δ²/2, by Newton's method; 0 without rows."""
    shift = 0.0
    for _ in range(50):
        p = logistic(logits + shift)
        slope = float(np.sum(y - p)) - shift
        step = slope / (float(np.sum(p * (1.0 - p))) + 1.0)
        shift += step
        if abs(step) < 1e-10:
            break
    return shift
