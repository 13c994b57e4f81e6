"""How sure a figure is: intervals of a share and of any statistic of rows, each a pure function with its source.

What cannot be computed is NaN. The figures themselves are in `metrics`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a share; (0, 1) for n = 0. Wilson, JASA 22 (1927).

    Raises:
        ValueError: `successes` is not in [0, n].
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # The interval is closed at 0 and n by algebra; rounding must not open it there.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return low, 1.0 if successes == n else min(1.0, centre + half)


def bootstrap_interval(
    values: ArrayLike,
    *,
    clusters: Sequence[object] | None = None,
    statistic: Callable[[Floats], float] | None = None,
    resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
    method: Literal["percentile", "bca"] = "percentile",
) -> Interval:
    """Bootstrap interval that draws whole clusters. Efron and Tibshirani (1993), chapters 13 and 14.

    Args:
        values: (n,) or (n, k); a row is one question. For a paired difference pass the differences.
        clusters: A key per row; rows of one key are drawn together. None: each row alone.
        statistic: Of a resampled array of rows; None is the mean of (n,) `values`, which has a fast path.
        resamples: How many.
        confidence: Of the interval.
        seed: Of the draw; the same seed gives the same interval.
        method: Plain percentiles, or bias-corrected and accelerated (acceleration by jackknife over clusters).

    Returns:
        Lower and upper end; NaN both when there is no row. Draws where the statistic is NaN are left out.
    """
    rows = np.asarray(values, dtype=float)
    if not rows.shape[0]:
        return math.nan, math.nan
    members = _members(rows.shape[0], clusters)
    evaluate = _mean_of_clusters(rows, members) if statistic is None else _of_clusters(rows, members, statistic)
    rng = np.random.default_rng(seed)
    size = len(members)
    draws = np.array([evaluate(rng.integers(0, size, size)) for _ in range(resamples)])
    draws = draws[~np.isnan(draws)]
    if not draws.size:
        return math.nan, math.nan
    ends = np.array([0.5 - confidence / 2.0, 0.5 + confidence / 2.0])
    if method == "bca" and size > 1:
        ends = _bca_levels(draws, evaluate, size, ends)
    low, high = np.quantile(draws, ends)
    return float(low), float(high)


def _bca_levels(draws: Floats, evaluate: Callable[[NDArray[np.int64]], float], size: int, ends: Floats) -> Floats:
    everyone = np.arange(size)
    estimate = evaluate(everyone)
    below = float(np.mean(draws < estimate) + 0.5 * np.mean(draws == estimate))
    normal = NormalDist()
    bias = normal.inv_cdf(min(1.0 - 0.5 / draws.size, max(0.5 / draws.size, below)))
    left_out = np.array([evaluate(np.delete(everyone, i)) for i in range(size)])
    centred = np.nanmean(left_out) - left_out
    spread = float(np.nansum(centred**2)) ** 1.5
    acceleration = float(np.nansum(centred**3)) / (6.0 * spread) if spread > 0 else 0.0
    shifted = [bias + normal.inv_cdf(float(end)) for end in ends]
    return np.array([normal.cdf(bias + z / max(1e-9, 1.0 - acceleration * z)) for z in shifted])


def _members(n: int, clusters: Sequence[object] | None) -> list[NDArray[np.int64]]:
    if clusters is None:
        return [np.array([i]) for i in range(n)]
    if len(clusters) != n:
        raise ValueError(f"{n} rows, {len(clusters)} cluster keys")
    homes: dict[object, list[int]] = {}
    for row, key in enumerate(clusters):
        homes.setdefault(key, []).append(row)
    return [np.array(rows) for rows in homes.values()]


def _mean_of_clusters(rows: Floats, members: list[NDArray[np.int64]]) -> Callable[[NDArray[np.int64]], float]:
    sums = np.array([rows[home].sum() for home in members])
    sizes = np.array([home.size for home in members], dtype=float)
    return lambda drawn: float(sums[drawn].sum() / sizes[drawn].sum())


def _of_clusters(
    rows: Floats, members: list[NDArray[np.int64]], statistic: Callable[[Floats], float]
) -> Callable[[NDArray[np.int64]], float]:
    return lambda drawn: float(statistic(rows[np.concatenate([members[i] for i in drawn])]))
