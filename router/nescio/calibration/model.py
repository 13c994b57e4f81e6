"""A fitted calibration, as it is applied: evidence in, P(right) out. NumPy only; nothing is fitted or read here.

The model of p is a logistic line on standardised features, then, where cross-validation asked for it, one monotone
stage (beta or isotonic) on its output. Features are clipped to the range that was seen in fitting, so that an answer
unlike all others is not trusted more than the most trusted one; p is clipped to what the number of graded rows can
support (Laplace's rule of succession: n rows, all right, support n + 1 in n + 2).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.lift import Lift
from nescio.calibration.venn_abers import VennAbers
from nescio.evidence import feature_vector, route_logit
from nescio.risk import Sample

Floats = NDArray[np.float64]
Status = Literal["own", "pooled"]
StageKind = Literal["none", "beta", "isotonic"]

COMPETENCE = "p_expert"
"""Name of the feature that a competence model gives; only calibrations that were fitted with it read it."""

NEAR = 1.0
"""Log-odds of p_expert within which an earlier question counts as alike, a normal curve's standard deviation."""

WORTH_PRIOR = 5.0
"""Questions of the expert's average that stand beside those alike."""


@dataclass(frozen=True, slots=True)
class Line:
    """A logistic line on standardised features; every tuple has one entry a feature, the route's log-odds last."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def logit(self, rows: Floats) -> Floats:
        """Log-odds of (n, d) `rows`, shape (n,)."""
        inside = np.clip(rows, self.low, self.high)
        standard = (inside - np.asarray(self.mean)) / np.asarray(self.scale)
        found: Floats = standard @ np.asarray(self.weights) + self.intercept
        return found


@dataclass(frozen=True, slots=True)
class Stage:
    """A monotone map of log-odds to p.

    Attributes:
        kind: ``none`` is the logistic function. ``beta``: logit p = a·ln q − b·ln(1 − q) + c, with q the logistic of
            the log-odds (Kull, Silva Filho and Flach, AISTATS 2017). ``isotonic``: linear between knots.
        x: Beta: (a, b, c). Isotonic: the knots' log-odds, rising.
        y: Isotonic: the knots' p, never falling.
    """

    kind: StageKind = "none"
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def p(self, logits: Floats) -> Floats:
        """P(right) for each of `logits`."""
        if self.kind == "isotonic":
            return np.interp(logits, self.x, self.y)
        if self.kind == "beta":
            a, b, c = self.x
            # ln q and −ln(1 − q), written so that they stay exact far out.
            return logistic(-a * np.logaddexp(0.0, -logits) + b * np.logaddexp(0.0, logits) + c)
        return logistic(logits)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns one expert's evidence into P(right).

    Attributes:
        expert: Whose.
        status: ``own``: fitted on its own graded rows. ``pooled``: it has too few; see `nescio.calibration.fit`.
        features: Names it reads, in order; one that is missing makes p NaN.
        line: First stage.
        stage: Second stage.
        floor: Least p that the graded rows support.
        ceiling: Greatest p that they support, below 1.
        passed: The final p of each graded answer in fitting, out of fold, rising.
        asked: How often the expert was asked in fitting, its own abstentions included.
        expected: Log-odds of p_expert of each question asked in fitting; empty where it was fitted without.
        reached: The final p of each of these, out of fold; −1 where the expert abstained.
        sample: The graded questions of fitting, which bounds on wrong answers are read off.
        seen: (n, d) features of the graded answers of fitting, the route's log-odds last; None where they are gone.
        since: When it was written, in seconds since 1970.
        lift: What logged grades added above a target; None without any.
        mark: Digest of the expert's state that it fits; "" where it was not loaded.
        graded: What an interval on p is read off; None where it is pooled, or too few of these have a graded answer.
    """

    expert: str
    status: Status
    features: tuple[str, ...]
    line: Line
    stage: Stage
    floor: float
    ceiling: float
    passed: tuple[float, ...]
    asked: int
    expected: tuple[float, ...] = ()
    reached: tuple[float, ...] = ()
    sample: Sample = field(default_factory=Sample)
    seen: Floats | None = field(default=None, compare=False, repr=False)
    since: float = 0.0
    lift: Lift | None = None
    mark: str = ""
    graded: VennAbers | None = None

    def p(self, features: Mapping[str, float], p_route: float) -> float:
        """P(right) of an answer with these features; NaN if one is missing or not finite, and NaN never answers."""
        vector = feature_vector(features, self.features, p_route)
        if any(math.isnan(value) for value in vector):
            return math.nan
        return float(self.p_rows(np.array([vector]))[0])

    def p_rows(self, rows: Floats) -> Floats:
        """P(right) of (n, d) feature vectors."""
        return self.lifted(np.clip(self.stage.p(self.line.logit(rows)), self.floor, self.ceiling))

    def lifted(self, p: Floats) -> Floats:
        """What logged grades make of `p`; never above the ceiling."""
        return p if self.lift is None else np.minimum(self.lift.p(p), np.maximum(p, self.ceiling))

    def interval(self, p: float) -> tuple[float, float] | None:
        """What graded answers say of such a `p`; None if it is unknown, or they are too few.

        The Venn-Abers interval, widened where it does not hold `p`: that keeps what it promises, and shows how far the
        line behind p and the graded answers are from agreeing.
        """
        if self.graded is None or math.isnan(p):
            return None
        low, high = self.graded.interval(p)
        return min(low, p), max(high, p)

    def worth(self, p_route: float, target: float, p_expert: float = math.nan) -> float:
        """The fitted chance that the final p of this expert will exceed `target`, given `p_route`.

        The model: p exceeds the target only if the query is this expert's (probability `p_route`), and then as often
        as it did in fitting: p_route × (k + 1) / (asked + 2), k the rows whose out-of-fold p exceeded the target. It
        never rises with the target and never falls with p_route. An unknown p_route is worth nothing. Where
        `p_expert` is known and was in fitting, questions of like p_expert count in place of all, under a prior of all.
        """
        if math.isnan(p_route):
            return 0.0
        exceeding = len(self.passed) - bisect_right(self.passed, target)
        share = (exceeding + 1) / (self.asked + 2)
        if self.expected and not math.isnan(p_expert):
            share = self._share_alike(target, p_expert, share)
        return min(1.0, max(0.0, p_route)) * share

    def _share_alike(self, target: float, p_expert: float, share: float) -> float:
        """How often p exceeded `target` on questions of like p_expert, shrunk to `share`."""
        away = (np.array(self.expected) - route_logit(p_expert)) / NEAR
        weight = np.exp(-away * away / 2.0)
        exceeding = float(weight @ (np.array(self.reached) > target))
        return (exceeding + WORTH_PRIOR * share) / (float(weight.sum()) + WORTH_PRIOR)


def with_competence(features: Mapping[str, float], p_expert: float) -> Mapping[str, float]:
    """`features` and, where it is known, the log-odds of P(expert right | query) under the name `COMPETENCE`."""
    return features if math.isnan(p_expert) else {**features, COMPETENCE: route_logit(p_expert)}


def logistic(logits: Floats) -> Floats:
    """1 / (1 + e^−x), without overflow."""
    found: Floats = np.exp(-np.logaddexp(0.0, -logits))
    return found
