"""A head with one hidden layer, trained with AdamW in NumPy: what a linear head cannot bend around, it can.

A label that covers several topics ("banking": cards, transfers, loans) is no half-space of sentence vectors. Trained
with dropout (Srivastava et al., 2014), label smoothing (Szegedy et al., 2016), decoupled weight decay (Loshchilov and
Hutter, 2019) and one cycle of the learning rate (Smith and Topin, 2018). It fits; it never validates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]

_RISE = 0.3
_MOST_REPEATS = 40


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a net is trained.

    Attributes:
        hidden: Units.
        epochs: Passes over the rows.
        least_steps: With few rows, passes are added until so many steps are taken.
        batch: Rows a step.
        rate: Peak learning rate.
        dropout: Share of hidden units left out in a step.
        smoothing: Share of a target's mass that is spread over all classes.
        decay: Weight decay, times the learning rate.
        exposure: Share of out-of-scope rows that a pass sees at least, repeated where there are fewer.
    """

    hidden: int = 512
    epochs: int = 12
    least_steps: int = 400
    batch: int = 256
    rate: float = 3e-3
    dropout: float = 0.3
    smoothing: float = 0.1
    decay: float = 0.05
    exposure: float = 0.2


@dataclass(frozen=True, slots=True)
class Net:
    """x ↦ relu(√d·x·first + shift)·second + bias; `first` (d, h), `shift` (h,), `second` (h, c), `bias` (c,)."""

    first: Floats32
    shift: Floats32
    second: Floats32
    bias: Floats32

    def __call__(self, vectors: NDArray[Any]) -> Floats32:
        """Logits (n, c) of unit `vectors` (n, d)."""
        hidden = vectors @ self.first
        hidden += self.shift
        np.maximum(hidden, 0.0, out=hidden)
        return np.asarray(hidden @ self.second + self.bias, dtype=np.float32)


def fit_net(
    vectors: NDArray[Any], targets: NDArray[np.int64], labels: int, recipe: Recipe | None = None, *, seed: int = 0
) -> Net:
    """Train a net on unit `vectors` (n, d), n ≥ 1; the same rows in the same order give the same net.

    Args:
        vectors: (n, d).
        targets: (n,) labels' numbers, −1 for out of scope, which is one more class if there is such a row.
        labels: How many.
        recipe: How.
        seed: Of the first weights, the order of rows and the units left out.
    """
    chosen = recipe or Recipe()
    rng = np.random.default_rng(seed)
    scale = np.float32(np.sqrt(vectors.shape[1]))
    rows = np.asarray(vectors, dtype=np.float32) * scale
    classes, goals = labels + int((targets < 0).any()), np.where(targets < 0, labels, targets)
    weights = _first_weights(rng, rows.shape[1], chosen.hidden, classes)
    optimiser = _AdamW(weights, chosen.decay)
    pool = _exposed(targets, chosen.exposure)
    size = min(chosen.batch, len(pool))
    steps = max(chosen.epochs * -(-len(pool) // size), chosen.least_steps)
    order = np.zeros(0, np.int64)
    kept = np.empty((size, chosen.hidden), np.float32)
    for step in range(steps):
        if len(order) < size:
            order = rng.permutation(pool)
        batch, order = order[:size], order[size:]
        np.greater_equal(rng.random(out=kept, dtype=np.float32), chosen.dropout, out=kept)
        kept *= np.float32(1.0 / (1.0 - chosen.dropout))
        slopes = _gradients(weights, rows[batch], goals[batch], kept, chosen.smoothing)
        optimiser.step(slopes, _one_cycle(step / steps, chosen.rate))
    first, shift, second, bias = weights
    return Net(first * scale, shift, second, bias)


def _first_weights(rng: np.random.Generator, dims: int, hidden: int, classes: int) -> list[Floats32]:
    """Uniform within 1/√(inputs) of each layer."""
    shapes = (((dims, hidden), dims), ((hidden,), dims), ((hidden, classes), hidden), ((classes,), hidden))
    return [rng.uniform(-1.0, 1.0, shape).astype(np.float32) / np.float32(np.sqrt(fan)) for shape, fan in shapes]


def _exposed(targets: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """Places of all rows, the out-of-scope ones repeated until they are `share` of all, but 40 times at most."""
    outside = np.flatnonzero(targets < 0)
    wanted = share / (1.0 - share) * (len(targets) - len(outside))
    times = min(int(wanted / len(outside)), _MOST_REPEATS) if len(outside) else 1
    return np.concatenate([np.arange(len(targets)), np.tile(outside, max(times - 1, 0))])


def _gradients(
    weights: list[Floats32], rows: Floats32, goal: NDArray[np.int64], kept: Floats32, smoothing: float
) -> list[Floats32]:
    """Of the mean cross-entropy against smoothed targets; `kept`, the dropout's mask, scaled, is used up."""
    first, shift, second, bias = weights
    hidden = rows @ first
    hidden += shift
    kept *= hidden > 0
    hidden *= kept
    slope = hidden @ second
    slope += bias
    slope -= slope.max(axis=1, keepdims=True)
    np.exp(slope, out=slope)
    slope /= slope.sum(axis=1, keepdims=True)
    slope -= np.float32(smoothing / slope.shape[1])
    slope[np.arange(len(goal)), goal] -= np.float32(1.0 - smoothing)
    slope /= np.float32(len(goal))
    back = slope @ second.T
    back *= kept
    return [rows.T @ back, back.sum(axis=0), hidden.T @ slope, slope.sum(axis=0)]


def _one_cycle(done: float, peak: float) -> float:
    """Up along a cosine for the first 30 % of the steps, then down to nothing along another."""
    if done < _RISE:
        return peak * (0.04 + 0.96 * (1.0 - math.cos(math.pi * done / _RISE)) / 2.0)
    return peak * (1.0 + math.cos(math.pi * (done - _RISE) / (1.0 - _RISE))) / 2.0


class _AdamW:
    """Changes `weights` in place."""

    def __init__(self, weights: list[Floats32], decay: float) -> None:
        self.weights, self.decay = weights, decay
        self.mean = [np.zeros_like(part) for part in weights]
        self.spread = [np.zeros_like(part) for part in weights]
        self.count = 0

    def step(self, slopes: list[Floats32], rate: float) -> None:
        """One step; `slopes` are used up, since a new array for each term would take as long as the arithmetic."""
        self.count += 1
        fix = math.sqrt(1.0 - 0.999**self.count)
        pace = np.float32(rate * fix / (1.0 - 0.9**self.count))
        for part, slope, mean, spread in zip(self.weights, slopes, self.mean, self.spread, strict=True):
            spread *= np.float32(0.999)
            mean *= np.float32(0.9)
            scratch = np.float32(0.1) * slope
            mean += scratch
            slope *= scratch
            slope *= np.float32(0.01)
            spread += slope
            np.sqrt(spread, out=scratch)
            scratch += np.float32(1e-8 * fix)
            np.divide(mean, scratch, out=scratch)
            scratch *= pace
            part *= np.float32(1.0 - rate * self.decay)
            part -= scratch
