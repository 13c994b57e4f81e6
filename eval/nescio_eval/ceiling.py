"""What routing by the true P(right) could reach: a ceiling without the noise of single outcomes.

An oracle that picks, after the fact, a model that happened to be right counts every lucky guess of 29 models as
knowledge. Nobody can route by luck, so the share of its gap that a router closes says little. Here a multidimensional
two-parameter logistic model (Reckase, *Multidimensional Item Response Theory*, 2009, chapter 4) is fitted to the table
of outcomes alone, without any text: logit P(model j right on question i) = b_j + θ_i · a_j, θ_i ~ N(0, I). The ceiling
is the mean over questions of max_j P_ij, over draws of θ from its posterior. The number of dimensions is the one that
predicts held-out cells best, and the same draws also give the oracle that the model would see over simulated outcomes:
where that is close to the table's own oracle, the model knows how lucky an oracle is.

It is a figure of a table. It routes nothing, and no router reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.model import Floats, logistic

Bools = NDArray[np.bool_]

FEWEST_MODELS = 6
"""With fewer outcomes a question its θ is hardly identified, and the ceiling would be the prior's."""
MOST_DIMENSIONS = 8
HELD_OUT = 0.1
SWEEPS = 15
DRAWS = 10


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What the fitted model says of a table.

    Attributes:
        accuracy: Mean of max_j P_ij: what routing by the true P(right) would reach.
        dimensions: Of θ, chosen on held-out cells.
        held_out_loss: Mean log loss there, by number of dimensions tried.
        simulated_oracle: Mean of the oracle over outcomes drawn from the model.
        observed_oracle: The table's own.
    """

    accuracy: float
    dimensions: int
    held_out_loss: tuple[float, ...]
    simulated_oracle: float
    observed_oracle: float


@dataclass(frozen=True, slots=True)
class _Traits:
    """Abilities `b` (m,), loadings `a` (m, k); posterior mean (n, k) and Cholesky factor (n, k, k) of each θ."""

    b: Floats
    a: Floats
    theta: Floats
    spread: Floats

    def draw(self, rng: np.random.Generator) -> Floats:
        """P (n, m) at one draw of every θ from its posterior."""
        theta = self.theta + np.einsum("nkl,nl->nk", self.spread, rng.standard_normal(self.theta.shape))
        return logistic(self.b + theta @ self.a.T)


def ceiling(outcomes: Floats, *, seed: int = 0) -> Ceiling | None:
    """The ceiling of `outcomes`, (n, m) of 0, 1 and NaN; None with fewer than `FEWEST_MODELS` models.

    A model without an outcome on a question cannot be chosen there.
    """
    known = ~np.isnan(outcomes)
    if outcomes.shape[1] < FEWEST_MODELS:
        return None
    rng = np.random.default_rng(seed)
    right = np.where(known, outcomes, 0.0)
    held = known & (rng.random(outcomes.shape) < HELD_OUT)
    losses: list[float] = []
    for size in range(1, min(MOST_DIMENSIONS, outcomes.shape[1] // 3) + 1):
        traits = _fit(right, known & ~held, size, rng)
        p = np.mean([traits.draw(rng) for _ in range(DRAWS)], axis=0)[held]
        losses.append(float(-np.mean(np.log(np.where(right[held] > 0, p, 1.0 - p)))))
        if len(losses) - int(np.argmin(losses)) > 2:
            break
    best = int(np.argmin(losses)) + 1
    traits = _fit(right, known, best, rng)
    drawn = [traits.draw(rng) for _ in range(DRAWS)]
    lucky = [np.where(known, rng.random(p.shape) < p, 0.0).max(axis=1).mean() for p in drawn]
    return Ceiling(
        accuracy=float(np.mean([np.where(known, p, 0.0).max(axis=1).mean() for p in drawn])),
        dimensions=best,
        held_out_loss=tuple(round(loss, 5) for loss in losses),
        simulated_oracle=float(np.mean(lucky)),
        observed_oracle=float(right.max(axis=1).mean()),
    )


def _fit(right: Floats, known: Bools, size: int, rng: np.random.Generator) -> _Traits:
    """Monte Carlo EM: Laplace's posterior of each θ, then each model's line on draws from it (prior N(0, 1) on a)."""
    base = (right.sum(axis=0) + 1.0) / (known.sum(axis=0) + 2.0)
    b = np.log(base / (1.0 - base))
    left, values, loadings = np.linalg.svd(np.where(known, right - base, 0.0), full_matrices=False)
    # A slope of the logistic curve is a quarter: residuals of P are a quarter of residuals of its log-odds.
    a = 4.0 * loadings[:size].T * values[:size] / np.sqrt(right.shape[0])
    theta = left[:, :size] * np.sqrt(right.shape[0])
    theta, spread = _posterior(right, known, a, b, theta)
    for _ in range(SWEEPS):
        drawn = theta + np.einsum("nkl,nl->nk", spread, rng.standard_normal(theta.shape))
        rows = np.column_stack([drawn, np.ones(drawn.shape[0])])
        for model in range(right.shape[1]):
            seen = known[:, model]
            line = _line(rows[seen], right[seen, model], np.append(a[model], b[model]))
            a[model], b[model] = line[:-1], line[-1]
        theta, spread = _posterior(right, known, a, b, theta)
    return _Traits(b, a, theta, spread)


def _posterior(right: Floats, known: Bools, a: Floats, b: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Mode and Cholesky factor of the covariance of every θ, by Newton's method from `theta`."""
    size = a.shape[1]
    curve = np.broadcast_to(np.eye(size), (theta.shape[0], size, size))
    for _ in range(4):
        p = logistic(b + theta @ a.T)
        slope = (known * (right - p)) @ a - theta
        curve = np.einsum("nm,mk,ml->nkl", known * p * (1.0 - p), a, a, optimize=True) + np.eye(size)
        theta = theta + np.linalg.solve(curve, slope[..., None])[..., 0]
    return theta, np.linalg.cholesky(np.linalg.inv(curve))


def _line(rows: Floats, right: Floats, line: Floats) -> Floats:
    """Two Newton steps of a logistic line from `line`; the intercept, last, has no prior."""
    prior = np.append(np.ones(line.size - 1), 1e-6)
    for _ in range(2):
        p = logistic(rows @ line)
        curve = (rows * (p * (1.0 - p))[:, None]).T @ rows + np.diag(prior)
        line = line + np.linalg.solve(curve, rows.T @ (right - p) - prior * line)
    return line
