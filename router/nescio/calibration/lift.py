"""What grades of given answers add to a calibration: a stretch of p above the target that they were shown at.

Only answers that were given are graded, so such grades say nothing of p at or below the target in force then; there p
stays as it is, exactly, and with it every decision. NumPy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SPREAD = 0.5
"""Standard deviation of the normal prior on ln slope: a few grades move p little."""

_SLOPES = np.exp(np.linspace(-3.0, 3.0, 601))


@dataclass(frozen=True, slots=True)
class Lift:
    """logit p' = logit a + slope × (logit p − logit a) for p above a, else p' = p. Monotone, continuous at a.

    Attributes:
        above: a in (0, 1), the lowest target that a graded answer was shown at.
        slope: Above 0; below 1 the answers were right less often than p said, above 1 more often.
    """

    above: float
    slope: float

    def p(self, p: Floats) -> Floats:
        """P(right) for each of `p`; NaN stays NaN."""
        anchor = _logit(np.array(self.above))
        higher = np.clip(p, self.above, 1.0 - 1e-12)
        lifted = 1.0 / (1.0 + np.exp(-(anchor + self.slope * (_logit(higher) - anchor))))
        return np.where(p > self.above, lifted, p)


def fit_lift(p: Floats, right: Floats, above: float) -> Lift:
    """The slope that maximises the posterior of (n,) grades of answers with (n,) `p`, all of them above `above`."""
    anchor = _logit(np.array(above))
    logits = anchor + _SLOPES[:, None] * (_logit(p) - anchor)
    loss = np.logaddexp(0.0, np.where(right > 0, -logits, logits)).sum(axis=1)
    cost = loss + (np.log(_SLOPES) / SPREAD) ** 2 / 2.0
    return Lift(above, float(_SLOPES[int(np.argmin(cost))]))


def _logit(p: Floats) -> Floats:
    found: Floats = np.log(p) - np.log1p(-p)
    return found
