"""From raw scores to probabilities: P(route right | in scope) by temperature, P(in scope) by a small logistic.

The same map serves every scorer, and is fitted on rows that the scorer has not seen. It does not choose a threshold;
`threshold` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError
from nescio_indexes.softmax import Floats, log_sum_exp, sigmoid, softmax

PRIOR_FLOOR = 0.01
"""No deployment is free of queries out of scope, and a prior of 0 would call all of them in."""
FOREIGN_SHARE = 0.01
"""P(in scope) of a query in another language, times this: the encoder reads English, and its scores mean little."""

_TEMPERATURES = (0.01, 20.0)
_WEIGHTS = (0.0, 200.0)
_ENOUGH = 4000
_CONSTANT = 1e-4
"""A feature that spreads less than this is rounding noise: of one label alone most features say nothing."""


@dataclass(frozen=True, slots=True)
class RouteCalibration:
    """The fitted map.

    Attributes:
        temperature: Divides the route scores before the softmax.
        centre: (features,) subtracted from the scope features.
        scale: (features,) divides them.
        weights: (features,) of the logistic.
        bias: Its constant, at even odds of in and out of scope.
        oos_prior: Share of out-of-scope queries that the probabilities assume.
    """

    temperature: float
    centre: Floats
    scale: Floats
    weights: Floats
    bias: float
    oos_prior: float

    def scope(self, features: Floats, *, known: NDArray[np.bool_], foreign: NDArray[np.bool_]) -> Floats:
        """P(in scope), (n,); 0 where nothing is known, small where the query is foreign."""
        logits = (features - self.centre) / self.scale @ self.weights + self.bias
        logits = logits + math.log((1.0 - self.oos_prior) / self.oos_prior)
        scope = np.where(known & np.isfinite(logits), sigmoid(logits), 0.0)
        return np.where(foreign, FOREIGN_SHARE * scope, scope)

    def routes(self, scores: NDArray[Any]) -> Floats:
        """P(label right | in scope), (n, labels)."""
        return softmax(np.asarray(scores, dtype=np.float64) / self.temperature)

    def with_prior(self, oos_prior: float) -> Self:
        """The same map for another share of out-of-scope queries."""
        bounded = min(max(oos_prior, PRIOR_FLOOR), 1.0 - PRIOR_FLOOR)
        return type(self)(self.temperature, self.centre, self.scale, self.weights, self.bias, bounded)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists."""
        vectors = {name: getattr(self, name).tolist() for name in ("centre", "scale", "weights")}
        return {"temperature": self.temperature, "bias": self.bias, "oos_prior": self.oos_prior, **vectors}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """What `to_json` gave; unknown fields are ignored.

        Raises:
            ArtefactError: A field is missing or not finite.
        """
        try:
            vectors = [np.asarray(body[name], dtype=np.float64) for name in ("centre", "scale", "weights")]
            numbers = [float(body[name]) for name in ("temperature", "bias", "oos_prior")]
        except (KeyError, TypeError, ValueError) as error:
            raise ArtefactError(f"the route calibration is damaged: {error!r}", hint="fit it again") from error
        if not all(np.isfinite(part).all() for part in (*vectors, np.array(numbers))):
            raise ArtefactError("the route calibration holds a number that is not finite", hint="fit it again")
        sizes = {part.shape for part in vectors}
        if (
            len(sizes) > 1
            or vectors[0].ndim != 1
            or (vectors[1] <= 0).any()
            or numbers[0] <= 0
            or not 0 < numbers[2] < 1
        ):
            raise ArtefactError("the route calibration holds numbers that none can hold", hint="fit it again")
        return cls(numbers[0], vectors[0], vectors[1], vectors[2], numbers[1], numbers[2])


def fit_fusion(
    own: NDArray[Any], others: Sequence[NDArray[Any]], targets: NDArray[np.int64]
) -> tuple[float, tuple[float, ...]]:
    """Temperature T and weights aₖ ≥ 0 that maximise Σ log softmax((own + Σₖ aₖ·othersₖ)/T)[target].

    Guo et al., "On Calibration of Modern Neural Networks" (2017), with a weight for each further part.

    Args:
        own: (n, labels) logits of the head on unseen rows.
        others: Further parts' scores, (n, labels) each.
        targets: (n,) right labels.
    """
    if not len(targets) or own.shape[1] < 2:
        return 1.0, (0.0,) * len(others)
    from scipy.optimize import minimize

    # A few thousand rows settle a few numbers; more would only take longer.
    some = np.linspace(0, len(targets) - 1, min(len(targets), _ENOUGH)).astype(np.int64)
    own, targets = own[some].astype(np.float64), targets[some]
    parts = [part[some].astype(np.float64) for part in others]
    places = np.arange(len(targets))

    def loss(parameters: Floats) -> float:
        sums = own + sum(weight * part for weight, part in zip(parameters[1:], parts, strict=True))
        logits = sums * math.exp(-parameters[0])
        penalty = 1e-4 * float(parameters[0]) ** 2
        return float(np.mean(log_sum_exp(logits) - logits[places, targets])) + penalty

    bounds = [(math.log(_TEMPERATURES[0]), math.log(_TEMPERATURES[1])), *[_WEIGHTS] * len(parts)]
    start = np.array([0.0, *[1.0] * len(parts)])
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40})
    return float(math.exp(found.x[0])), tuple(found.x[1:].tolist())


def fit_scope(features: Floats, inside: NDArray[np.bool_], *, temperature: float, oos_prior: float) -> RouteCalibration:
    """Fit P(in scope) on scope features of unseen rows, at even odds, then assume `oos_prior`.

    No weight is below 0: each feature is higher the more a query is in scope, and a weight that says otherwise has
    learnt what tells these out-of-scope rows from others. With one side missing there is nothing to tell apart: the
    score is then how typical a row is of the other rows, along every feature alike. What does not vary has no weight.

    Args:
        features: (n, features), higher is more in scope.
        inside: (n,) whether in scope.
        temperature: Of the routes.
        oos_prior: Share of out-of-scope queries.
    """
    centre, scale = features.mean(axis=0), features.std(axis=0)
    varying = scale > _CONSTANT
    scale = np.where(varying, scale, 1.0)
    standard = np.where(varying, (features - centre) / scale, 0.0)
    if inside.all() or not inside.any():
        weights = np.where(varying, 1.0 / features.shape[1], 0.0)
        # Two standard deviations below the typical row, in and out of scope are equally likely.
        return RouteCalibration(temperature, centre, scale, 2.0 * weights, 4.0, 0.5).with_prior(oos_prior)
    # Both sides weigh as much as the smaller one, so that few out-of-scope rows settle little.
    few = min(int(inside.sum()), int((~inside).sum()))
    share = np.where(inside, few / inside.sum(), few / (~inside).sum())
    weights, bias = _rising_line(standard, inside, share)
    return RouteCalibration(temperature, centre, scale, weights, bias, 0.5).with_prior(oos_prior)


def _rising_line(standard: Floats, inside: NDArray[np.bool_], share: Floats) -> tuple[Floats, float]:
    """Weights ≥ 0 and constant of a logistic of `inside`, its rows weighed by `share`, with ‖weights‖²/4 as penalty."""
    from scipy.optimize import minimize

    sign, count = np.where(inside, 1.0, -1.0), standard.shape[1]

    def loss(line: Floats) -> tuple[float, Floats]:
        signed = sign * (standard @ line[:-1] + line[-1])
        slope = -share * sign * sigmoid(-signed)
        value = float(share @ np.logaddexp(0.0, -signed)) + 0.25 * float(line[:-1] @ line[:-1])
        return value, np.append(standard.T @ slope + 0.5 * line[:-1], slope.sum())

    bounds = [*[(0.0, None)] * count, (None, None)]
    found = minimize(loss, np.zeros(count + 1), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200})
    return np.asarray(found.x[:-1], dtype=np.float64), float(found.x[-1])
