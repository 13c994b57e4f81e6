"""An interval on P(right): what graded answers say of answers with such a p, whichever way the new one turns out.

NumPy only. It measures p and changes nothing about it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class VennAbers:
    """An inductive Venn-Abers predictor. Vovk and Petej, "Venn-Abers predictors", UAI 2014.

    Were the new answer wrong, isotonic regression on the graded answers and it would give p0 at its p; were it right,
    p1 ≥ p0. One of the two is the perfectly calibrated one, whatever the distribution, if the new answer and the graded
    ones are exchangeable. Both are looked up: they are found for every p at once, in O(n log n), after Vovk, Petej and
    Fedorova, "Large-scale probabilistic predictors with and without guarantees of validity", NeurIPS 2015, section 3.

    Attributes:
        p: (k,) distinct p of the graded answers, rising.
        low: (k,) p0 at each of them; between two of them that of the lower one holds, and 0 below all.
        high: (k,) p1 at each of them; between two of them that of the higher one holds, and 1 above all.
    """

    p: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @classmethod
    def of(cls, p: Floats, right: Floats) -> Self:
        """From (n,) p of graded answers, found by fits that had not seen them, and (n,) grades, 1 right and 0 wrong."""
        distinct, home = np.unique(p, return_inverse=True)
        sizes, rights = np.bincount(home).tolist(), np.bincount(home, right).tolist()
        high = _if_right(sizes, rights)
        # The same upside down: with p and grades reversed, being wrong is being right.
        wrongs = [size - hits for size, hits in zip(sizes, rights, strict=True)]
        low = [1.0 - one for one in reversed(_if_right(sizes[::-1], wrongs[::-1]))]
        return cls(tuple(distinct.tolist()), tuple(low), tuple(high))

    def interval(self, p: float) -> tuple[float, float]:
        """(p0, p1) of an answer with this `p`, 0 ≤ p0 ≤ p1 ≤ 1."""
        below, above = bisect_right(self.p, p) - 1, bisect_left(self.p, p)
        return self.low[below] if below >= 0 else 0.0, self.high[above] if above < len(self.p) else 1.0


def _if_right(sizes: list[float], rights: list[float]) -> list[float]:
    """p1 at each group of equal p: the isotonic fit there, with one more right answer in it.

    In the cumulative sum diagram the new answer shifts everything left of its group by (−1, −1); the fit is the slope
    of the greatest convex minorant between the two sides (algorithms 1 and 2 of the paper of 2015).
    """
    points = [(-1.0, -1.0), (0.0, 0.0)]
    for size, hits in zip(sizes, rights, strict=True):
        points.append((points[-1][0] + size, points[-1][1] + hits))
    hull: list[Point] = []
    for point in reversed(points):
        _push(hull, point)
    found = []
    for i in range(2, len(points)):
        (x, y), (x_next, y_next) = hull[-1], hull[-2]
        found.append((y_next - y) / (x_next - x))
        moved = (points[i - 2][0] + points[i][0] - points[i - 1][0], points[i - 2][1] + points[i][1] - points[i - 1][1])
        points[i - 1] = moved
        if _turn(hull[-1], moved, hull[-2]) > 0:
            hull.pop()
            _push(hull, moved)
    return found


def _push(hull: list[Point], point: Point) -> None:
    """Put `point`, left of all others, on the convex minorant that `hull` holds from right to left."""
    while len(hull) > 1 and _turn(point, hull[-1], hull[-2]) <= 0:
        hull.pop()
    hull.append(point)


def _turn(a: Point, b: Point, c: Point) -> float:
    """Above 0 where the way from `a` over `b` to `c` turns left: where `b` lies below the line from `a` to `c`."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
