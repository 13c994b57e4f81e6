"""Calibrates the raw scores of any scorer, or of two together, on rows that none of them was fitted on.

The same temperature, logistic and threshold as `fitting` gives the embedding score; a second scorer enters with one
more weight. What is judged is judged by calibrations from other folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nescio.errors import DataError
from nescio_indexes.rows import assign_folds
from nescio_indexes.scope import PRIOR_FLOOR, RouteCalibration, fit_fusion, fit_scope
from nescio_indexes.scoring import RawScores
from nescio_indexes.threshold import Judged, Rule, Wish, choose

FOLDS = 5
LEAST = 10
"""Fewer in-scope rows than this calibrate nothing."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What was fitted.

    Attributes:
        weight: Of the second scorer's route scores beside the first's; 0 for one scorer alone.
        calibration: Joined raw scores to probabilities.
        rule: Where to stop answering.
        judged: The rows, judged by calibrations that have not seen them.
    """

    weight: float
    calibration: RouteCalibration
    rule: Rule
    judged: Judged


def joined(raws: Sequence[RawScores], weight: float) -> RawScores:
    """One or two scorers' raw scores as one; only what all of them know is known."""
    first, rest = raws[0], raws[1:]
    routes = first.routes + np.float32(weight) * sum((raw.routes for raw in rest), np.zeros_like(first.routes))
    known = np.logical_and.reduce([raw.known for raw in raws])
    return RawScores(routes.astype(np.float32), np.hstack([raw.scope for raw in raws]), known)


def fit_stack(
    raws: Sequence[RawScores], targets: NDArray[np.int64], wish: Wish | None = None, *, oos_prior: float | None = None
) -> Stack:
    """Calibrate one scorer's raw scores of unseen rows, or two scorers' of the same rows.

    Args:
        raws: One or two, of n rows each.
        targets: (n,) numbers of the right labels, −1 out of scope.
        wish: What the owner asks of the threshold.
        oos_prior: Share of out-of-scope queries that p assumes; the rows' if None.

    Raises:
        DataError: Fewer than `LEAST` in-scope rows, or a wish that the rows cannot give.
    """
    inside = targets >= 0
    if int(inside.sum()) < LEAST:
        raise DataError(f"{int(inside.sum())} in-scope rows calibrate nothing", hint=f"at least {LEAST} are needed")
    first, *rest = (raw.routes[inside] for raw in raws)
    temperature, weights = fit_fusion(first, rest, targets[inside])
    weight = weights[0] if weights else 0.0
    raw = joined(raws, weight)
    share = float((~inside).mean()) if oos_prior is None else oos_prior
    prior = min(max(share, PRIOR_FLOOR), 1.0 - PRIOR_FLOOR)
    calibration = fit_scope(raw.scope, inside, temperature=temperature, oos_prior=prior)
    judged = _judged(raw, targets, temperature, prior)
    rule = choose(judged, wish or Wish(), oos_prior=prior, pseudo=bool(inside.all()))
    return Stack(weight, calibration, rule, judged)


def _judged(raw: RawScores, targets: NDArray[np.int64], temperature: float, prior: float) -> Judged:
    inside = targets >= 0
    folds = assign_folds(targets, np.arange(len(targets)), FOLDS)
    scope, foreign = np.zeros(len(targets)), np.zeros(len(targets), np.bool_)
    for fold in range(FOLDS):
        ask, rest = folds == fold, folds != fold
        part = fit_scope(raw.scope[rest], inside[rest], temperature=temperature, oos_prior=prior)
        scope[ask] = part.scope(raw.scope[ask], known=raw.known[ask], foreign=foreign[ask])
    best = RouteCalibration(temperature, np.zeros(0), np.zeros(0), np.zeros(0), 0.0, prior).routes(raw.routes)
    right = inside & (raw.routes.argmax(axis=1) == targets)
    return Judged(scope, scope * best.max(axis=1), inside, right)
