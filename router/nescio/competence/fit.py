"""Fits a competence model on graded outcomes. Offline; linear algebra only.

Every choice (the wording's weight, the ridge of the shared and of the own parts, the number of neighbours, how both
estimates are blended) minimises squared error on folds that did not see the row; folds never part a group. The last
stage, a logistic line an expert, is fitted on those held-out estimates and shrunk to the line of all experts together,
so that an expert with few grades is not believed to differ much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.model import Floats, logistic
from nescio.competence.features import text_features
from nescio.competence.model import (
    Competence,
    Head,
    Inputs,
    Memory,
    mean_of_nearest,
    probabilities,
    turned_back,
    unit,
)
from nescio.errors import DataError

FOLDS = 5
WEIGHTS = (0.0, 0.05, 0.1, 0.2)
RIDGES = tuple(np.geomspace(1.0, 3000.0, 12).tolist())
NEAREST = (25, 50, 100, 200, 400)

FEWEST = 20
"""Graded outcomes from which on an expert is covered."""

NEARLY_ALL = 0.8
"""Where every expert was asked this share of the queries, it counts as average on the others, and the own parts are
turned into their principal axes: what several experts have in common (being trained for mathematics, say) is then
estimated once, from all of them, and what is noise in each is shrunk away (Breiman and Friedman, "Predicting
Multivariate Responses in Multiple Linear Regression", 1997)."""

LINE_PRIOR = 30.0
"""Rows of standard spread that hold an expert's line to that of all experts."""

_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Graded:
    """Graded outcomes of several experts on the same kind of queries.

    Attributes:
        experts: Names, alphabetical.
        right: (n, m) 1 right, 0 wrong, NaN not asked.
        texts: (n,) queries.
        vectors: (n, d) of them.
        groups: (n,) rows of one number are never on both sides of a fold.
        keys: (n,) hashes of the queries.
        labels: (n, l) further features, such as a domain's indicator; None for text alone.
        domains: Of the experts.
    """

    experts: tuple[str, ...]
    right: Floats
    texts: tuple[str, ...]
    vectors: Floats
    groups: NDArray[np.int64]
    keys: NDArray[np.str_]
    labels: Floats | None = None
    domains: Mapping[str, str] = field(default_factory=dict)

    def take(self, chosen: NDArray[np.bool_]) -> Graded:
        """The rows that `chosen` marks."""
        texts = tuple(text for text, keep in zip(self.texts, chosen, strict=True) if keep)
        labels = None if self.labels is None else self.labels[chosen]
        groups, keys = self.groups[chosen], self.keys[chosen]
        return Graded(self.experts, self.right[chosen], texts, self.vectors[chosen], groups, keys, labels, self.domains)


@dataclass(frozen=True, slots=True)
class _Targets:
    """What is to be estimated.

    Attributes:
        base: (m,) base rate of each expert.
        target: (n, 1 + m) shared residuals, and own ones in the axes of `turn`.
        seen: (n, 1 + m) which of them are known.
        turn: (m, m) axes of the own residuals.
        parts: Columns that are estimated alike.
    """

    base: Floats
    target: Floats
    seen: Floats
    turn: Floats
    parts: tuple[slice, ...]

    def take(self, chosen: NDArray[np.bool_]) -> _Targets:
        """The rows that `chosen` marks."""
        return replace(self, target=self.target[chosen], seen=self.seen[chosen])


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The best found setting: its loss, its parts and their held-out estimate."""

    loss: float
    inputs: Inputs
    rows: Floats
    ridges: Floats
    nearest: tuple[int, ...]
    blend: Floats
    parts: Floats


def fit_competence(graded: Graded, encoder: str, *, seed: int = 0) -> Competence:
    """Fit P(expert right | query) on `graded`.

    Args:
        graded: What to learn from.
        encoder: Fingerprint of the encoder that made its vectors.
        seed: Of the folds.

    Raises:
        DataError: Too few graded queries.
    """
    groups = np.unique(graded.groups)
    if groups.size < FOLDS or (~np.isnan(graded.right)).sum(axis=0).min(initial=FEWEST) < FEWEST:
        raise DataError(
            f"{groups.size} graded queries are too few", hint=f"{FEWEST} graded answers of each expert are the least"
        )
    order = np.random.default_rng(seed).permutation(groups.size) % FOLDS
    fold = order[np.searchsorted(groups, graded.groups)]
    targets = _targets(graded.right)
    wording = text_features(graded.texts)
    best: _Chosen | None = None
    for weight in WEIGHTS:
        found = _try(graded, targets, wording, weight, fold)
        if best is None or found.loss < best.loss:
            best = found
    assert best is not None
    seen = (~np.isnan(graded.right)).sum(axis=0)
    lines, bounds = _lines(graded.right, targets.base, best.parts), 1.0 / (seen + 2.0)
    return Competence(
        experts=graded.experts,
        domains=dict(graded.domains),
        encoder=encoder,
        inputs=best.inputs,
        head=_head(best.rows, targets, best.ridges),
        memory=Memory(
            unit(best.rows), targets.target.astype(np.float32), targets.seen.astype(np.float32), best.nearest
        ),
        blend=best.blend,
        turn=targets.turn,
        lines=lines,
        bounds=bounds,
        keys=graded.keys,
        held_out=probabilities(lines, bounds, best.parts),
    )


def head_loss(graded: Graded, weight: float = WEIGHTS[1], seed: int = 0) -> float:
    """Held-out squared error of the ridge regressions alone: a quick way to compare two texts of the same rows."""
    groups = np.unique(graded.groups)
    fold = (np.random.default_rng(seed).permutation(groups.size) % FOLDS)[np.searchsorted(groups, graded.groups)]
    targets = _targets(graded.right)
    wording = text_features(graded.texts)
    rows = _inputs(graded.vectors, wording, weight).rows(graded.vectors, wording, graded.labels)
    held, _ = _held_out_head(rows, targets, fold)
    return sum(_losses(held, targets))


def _targets(right: Floats) -> _Targets:
    asked = ~np.isnan(right)
    outcome = np.where(asked, right, 0.0)
    base = (outcome.sum(axis=0) + 1.0) / (asked.sum(axis=0) + 2.0)
    residual = np.where(asked, outcome - base, 0.0)
    # Shrunk by one row: a query that one expert alone was asked says as much of the query as of the expert.
    shared = residual.sum(axis=1) / (asked.sum(axis=1) + 1.0)
    own = np.where(asked, residual - shared[:, None], 0.0)
    if asked.mean(axis=0).min() < NEARLY_ALL:
        seen = np.column_stack([asked.any(axis=1), asked]).astype(float)
        return _Targets(base, np.column_stack([shared, own]), seen, np.eye(base.size), (slice(0, 1), slice(1, None)))
    turn = np.linalg.eigh(own.T @ own)[1]
    target = np.column_stack([shared, own @ turn])
    return _Targets(base, target, np.ones(target.shape), turn, tuple(slice(i, i + 1) for i in range(base.size + 1)))


def _try(graded: Graded, targets: _Targets, wording: Floats, weight: float, fold: NDArray[np.int64]) -> _Chosen:
    """The best ridges, neighbours and blend with this weight of the wording."""
    inputs = _inputs(graded.vectors, wording, weight)
    rows = inputs.rows(graded.vectors, wording, graded.labels)
    head, ridges = _held_out_head(rows, targets, fold)
    memories = _held_out_memory(rows, targets, graded.groups)
    found = [_best_memory(head, memories, targets, part) for part in targets.parts]
    widths = [one[2].shape[1] for one in found]
    parts = np.hstack([one[2] for one in found])
    nearest = tuple(np.repeat([one[0] for one in found], widths).tolist())
    blend = np.repeat([one[1] for one in found], widths, axis=0)
    loss = sum(_losses(parts, targets))
    return _Chosen(loss, inputs, rows, ridges, nearest, blend, turned_back(parts, targets.turn))


def _best_memory(
    head: Floats, memories: Sequence[Floats], targets: _Targets, part: slice
) -> tuple[int, tuple[float, float], Floats]:
    """How many neighbours, blended with the head and how, come nearest to a part; and the held-out estimate."""
    best: tuple[float, int, tuple[float, float], Floats] | None = None
    for nearest, memory in zip(NEAREST, memories, strict=True):
        one, two = _blend(head[:, part], memory[:, part], targets.target[:, part], targets.seen[:, part])
        estimate = one * head[:, part] + two * memory[:, part]
        loss = float(np.sum(targets.seen[:, part] * (estimate - targets.target[:, part]) ** 2))
        if best is None or loss < best[0]:
            best = (loss, nearest, (one, two), estimate)
    assert best is not None
    return best[1:]


def _inputs(vectors: Floats, wording: Floats, weight: float) -> Inputs:
    spread = wording.std(axis=0)
    return Inputs(vectors.mean(axis=0), wording.mean(axis=0), np.where(spread > 1e-9, spread, 1.0), weight)


def _losses(estimate: Floats, targets: _Targets) -> tuple[float, float]:
    """Mean squared error of the shared part, and the mean over experts of that of the own parts."""
    error = _errors(estimate, targets)
    return float(error[0]), float(error[1:].mean())


def _errors(estimate: Floats, targets: _Targets) -> Floats:
    """(1 + m,) mean squared error of each column."""
    total = np.sum(targets.seen * (estimate - targets.target) ** 2, axis=0)
    return np.asarray(total / np.maximum(targets.seen.sum(axis=0), 1.0))


def _held_out_head(rows: Floats, targets: _Targets, fold: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Estimates of ridge regressions that did not see the row, and the best ridge of each column."""
    paths = np.zeros((len(RIDGES), *targets.target.shape))
    for held in (fold == number for number in range(FOLDS)):
        for one in _decompose(rows[~held], targets.take(~held)):
            turned = (rows[held] - one.centre) @ one.axes
            for place, ridge in enumerate(RIDGES):
                paths[place, held[:, None] & one.columns] = (turned @ one.shrunk(ridge) + one.offset).ravel()
    errors = np.array([_errors(path, targets) for path in paths])
    best = np.zeros(targets.target.shape[1], dtype=int)
    for part in targets.parts:
        best[part] = errors[:, part].mean(axis=1).argmin()
    return paths[best, :, np.arange(best.size)].T, np.array(RIDGES)[best]


def _head(rows: Floats, targets: _Targets, ridges: Floats) -> Head:
    width = targets.target.shape[1]
    slopes, offset = np.zeros((rows.shape[1], width)), np.zeros(width)
    centre = rows.mean(axis=0)
    for one in _decompose(rows, targets):
        slopes[:, one.columns] = one.axes @ one.shrunk(ridges[one.columns])
        offset[one.columns] = one.offset + (centre - one.centre) @ slopes[:, one.columns]
    return Head(centre, slopes, offset)


@dataclass(frozen=True, slots=True)
class _Decomposed:
    """Eigenvectors of the rows that some columns were seen on, so that every ridge costs one product.

    (A'A + λI)⁻¹A'y = U (Λ + λ)⁻¹ U'A'y (Hoerl and Kennard, 1970).
    """

    columns: NDArray[np.bool_]
    centre: Floats
    offset: Floats
    axes: Floats
    values: Floats
    turned: Floats

    def shrunk(self, ridge: float | Floats) -> Floats:
        """Slopes in the axes, with one ridge for all columns or one for each."""
        return np.asarray(self.turned / (self.values[:, None] + ridge))


def _decompose(rows: Floats, targets: _Targets) -> list[_Decomposed]:
    """One decomposition for all columns that were seen on the same rows."""
    patterns, home = np.unique(targets.seen, axis=1, return_inverse=True)
    found = []
    for number in range(patterns.shape[1]):
        columns, seen = home.ravel() == number, patterns[:, number] > 0
        if not seen.any():
            continue
        target = targets.target[seen][:, columns]
        centre, offset = rows[seen].mean(axis=0), target.mean(axis=0)
        centred = rows[seen] - centre
        values, axes = np.linalg.eigh(centred.T @ centred)
        turned = axes.T @ (centred.T @ (target - offset))
        found.append(_Decomposed(columns, centre, offset, axes, np.maximum(values, 0.0), turned))
    return found


def _held_out_memory(rows: Floats, targets: _Targets, groups: NDArray[np.int64]) -> list[Floats]:
    """Estimates from neighbours of other groups, one for each of `NEAREST`."""
    points, target, seen = unit(rows), targets.target.astype(np.float32), targets.seen.astype(np.float32)
    found = [np.zeros(targets.target.shape) for _ in NEAREST]
    for start in range(0, rows.shape[0], _CHUNK):
        part = slice(start, start + _CHUNK)
        near = points[part] @ points.T
        near[groups[part][:, None] == groups] = -9.0
        for one, estimate in zip(found, mean_of_nearest(near, target, seen, NEAREST), strict=True):
            one[part] = estimate
    return found


def _blend(head: Floats, memory: Floats, target: Floats, seen: Floats) -> tuple[float, float]:
    """Weights, none below 0, with which both estimates come nearest to the target by least squares."""
    one, two, aimed = seen * head, seen * memory, seen * target
    square = np.array([[np.sum(one * one), np.sum(one * two)], [np.sum(one * two), np.sum(two * two)]])
    square += np.diag(0.01 * np.diag(square) + 1e-12)
    aim = np.array([np.sum(one * aimed), np.sum(two * aimed)])
    both = np.linalg.solve(square, aim)
    if both.min() >= 0:
        return float(both[0]), float(both[1])
    alone = np.maximum(aim, 0.0) / np.diag(square)
    return (float(alone[0]), 0.0) if aim[0] * alone[0] >= aim[1] * alone[1] else (0.0, float(alone[1]))


def _lines(right: Floats, base: Floats, parts: Floats) -> Floats:
    """(m, 3) a logistic line an expert on its shared and own part, shrunk to that of all experts together."""
    ability = np.log(base / (1.0 - base))
    asked = ~np.isnan(right)
    rows, outcomes, offsets = [], [], []
    for number in range(right.shape[1]):
        chosen = asked[:, number]
        rows.append(np.column_stack([parts[chosen, 0], parts[chosen, 1 + number], np.ones(chosen.sum())]))
        outcomes.append(right[chosen, number])
        offsets.append(np.full(chosen.sum(), ability[number]))
    every = np.vstack(rows)
    # Near one half a residual of P is a quarter of one in log-odds: that is what is believed beforehand.
    prior = np.append(LINE_PRIOR * every[:, :2].var(axis=0), 0.01)
    pooled = _newton(every, np.concatenate(outcomes), np.concatenate(offsets), np.array([4.0, 4.0, 0.0]), prior)
    own = [_newton(*one, pooled, prior) for one in zip(rows, outcomes, offsets, strict=True)]
    found: Floats = np.array(own) + np.column_stack([np.zeros((ability.size, 2)), ability])
    return found


def _newton(rows: Floats, right: Floats, offset: Floats, start: Floats, prior: Floats) -> Floats:
    """The logistic line nearest to `start` under a normal prior with precision `prior`, by Newton's method."""
    line = start
    for _ in range(50):
        p = logistic(rows @ line + offset)
        curve = (rows * (p * (1.0 - p))[:, None]).T @ rows + np.diag(prior + 1e-9)
        step = np.linalg.solve(curve, rows.T @ (p - right) + prior * (line - start))
        line = line - step / max(1.0, float(np.abs(step).max()) / 4.0)
        if np.abs(step).max() < 1e-8:
            break
    return line
