"""Guarantees instead of a target: the threshold on p at which a bound on wrong answers holds. Pure, NumPy alone.

Two bounds, from graded rows that no fit has seen:

- `learn_then_test` bounds wrong / answered with probability 1 − δ (Angelopoulos, Bates, Candès, Jordan and Lei,
  "Learn then Test", 2021; fixed-sequence testing with exact binomial tails).
- `conformal` bounds wrong / asked in expectation (Angelopoulos, Bates, Fisch, Lei and Schuster, "Conformal Risk
  Control", 2022, eq. 4).

Both hold for new questions that are drawn as the rows were, and for no others. Nothing here knows what p means; an
order that tells right from wrong badly costs coverage, never the guarantee.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Bound = Literal["max_risk", "max_hallucination_rate"]
BOUNDS: tuple[Bound, ...] = ("max_risk", "max_hallucination_rate")

DELTA = 0.1
"""Learn-then-Test: the chance, over draws of the rows, that the bound does not hold."""

NOTHING = 1.0
"""The threshold that no probability exceeds."""

START = 3.0
"""The strictest cut that is tested answers START × √n of n rows: enough to hold an error or two at bounds of use."""

STEP = 0.5
"""Each further cut answers STEP × √k rows more than the k before: closer ones are all but the same test again."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where to cut p so that a bound holds: answer iff p > threshold.

    Attributes:
        threshold: In [0, 1]; 0 answers whatever has a p, `NOTHING` answers nothing: no cut could be certified.
        rows: How many rows the bound was tested on.
        answered: How many of these have a p above the threshold.
        wrong: How many of those are wrong.
        needed: How many rows it takes at least, if none is wrong.
    """

    threshold: float
    rows: int
    answered: int
    wrong: int
    needed: int

    @property
    def holds(self) -> bool:
        """Whether any cut was certified."""
        return self.threshold < NOTHING


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A bound that was asked for, and what graded questions make of it.

    Attributes:
        bound: Which.
        at_most: The bound.
        cut: Where p is cut for it.
        population: The questions that it is about, in words.
    """

    bound: Bound
    at_most: float
    cut: Cut
    population: str

    @property
    def delta(self) -> float | None:
        """The chance that it does not hold; None where it bounds an expectation."""
        return DELTA if self.bound == "max_risk" else None

    @property
    def assumptions(self) -> str:
        """What must be true for it to hold, in words."""
        drawn = "new questions come as those did, and their p was found by fits that had not seen them"
        if self.bound == "max_risk":
            return f"{drawn}; bounds wrong / answered among questions that reach the final gate"
        return f"{drawn}; bounds wrong / asked, on average over such sets of graded questions"


@dataclass(frozen=True, slots=True)
class Sample:
    """Graded questions that stand for those to come.

    Attributes:
        p: Of each, from a fit that had not seen it; NaN where the expert abstained of its own accord.
        wrong: Whether its answer was wrong.
        population: What they are, in words.
    """

    p: tuple[float, ...] = ()
    wrong: tuple[bool, ...] = ()
    population: str = "no graded questions"

    def guarantee(self, bound: Bound, at_most: float) -> Guarantee:
        """What these questions make of a bound."""
        return Guarantee(bound, at_most, _cut(self, bound, at_most), self.population)


@lru_cache(maxsize=256)
def _cut(sample: Sample, bound: Bound, at_most: float) -> Cut:
    find = learn_then_test if bound == "max_risk" else conformal
    return find(np.array(sample.p, dtype=float), np.array(sample.wrong, dtype=bool), at_most)


def learn_then_test(p: Floats, wrong: Bools, at_most: float, delta: float = DELTA) -> Cut:
    """The lowest threshold on p at which wrong / answered is at most `at_most`, with probability 1 − `delta`.

    Cuts are tested from the strictest down, each at level `delta`, until one fails; the last that passed is certified.
    A cut is known by how many rows it answers, so the sequence is fixed by n before any grade is seen, and is the same
    for every bound: a looser bound never answers less. Where a cut answers so few rows that it could not pass without
    an error either, it is certified by nobody, and lets the next be tested only if it has none.

    Why thresholds found on the same rows do no harm: take the first tested cut whose true risk exceeds the bound. Given
    how many rows lie above each point where the risk crosses the bound, the rows above the last of these are wrong with
    just that chance, each for itself, and the rows from there to the cut more often: the errors above the cut are no
    fewer than binomial ones, so the exact tail holds. Rows of equal p are kept together; for those the argument takes a
    risk that never falls as the cut is lowered.

    Args:
        p: (n,) confidence of each row, in [0, 1]; NaN and 0 are never answered.
        wrong: (n,) whether its answer is wrong.
        at_most: The bound; at 0 or less nothing can be certified.
        delta: The chance that the bound may fail.
    """
    known = p > 0.0
    order = np.argsort(-p[known], kind="stable")
    ranked, errors = p[known][order], np.cumsum(wrong[known][order])
    rows = ranked.size
    needed = _whole(math.log(delta) / math.log1p(-at_most)) if 0 < at_most < 1 else rows + 1
    if rows < needed:
        return Cut(NOTHING, rows, 0, 0, needed)
    ends = np.append(np.flatnonzero(np.diff(ranked)) + 1, rows)
    tested = np.unique(ends[np.searchsorted(ends, sizes(rows))])
    allowed = allowed_errors(rows, at_most, delta)[tested]
    passed = np.logical_and.accumulate(errors[tested - 1] <= np.maximum(allowed, 0))
    certified = tested[passed & (allowed >= 0)]
    if not certified.size:
        return Cut(NOTHING, rows, 0, 0, needed)
    size = int(certified[-1])
    threshold = float(ranked[size]) if size < rows else 0.0
    return Cut(threshold, rows, size, int(errors[size - 1]), needed)


def conformal(p: Floats, wrong: Bools, at_most: float) -> Cut:
    """The lowest threshold on p at which wrong / asked is at most `at_most` in expectation.

    With n rows, wrong answers above the threshold must not exceed at_most × (n + 1) − 1: the row to come is counted
    as if it were wrong.

    Args:
        p: (n,) confidence of each row, in [0, 1]; NaN where the expert abstained, which is never wrong.
        wrong: (n,) whether its answer is wrong.
        at_most: The bound; at 0 or less nothing can be certified.
    """
    asked = p.size
    needed = max(0, _whole(1.0 / at_most - 1e-9) - 1) if at_most > 0 else asked + 1
    if asked < needed:
        return Cut(NOTHING, asked, 0, 0, needed)
    # 0.1 × 30 is 3 and a bit less: what is whole but for rounding counts as whole.
    allowed = math.floor(at_most * (asked + 1) + 1e-9) - 1
    known = p > 0.0
    misses = -np.sort(-p[known & wrong])
    threshold = float(misses[allowed]) if misses.size > allowed else 0.0
    return Cut(threshold, asked, int((p[known] > threshold).sum()), int((misses > threshold).sum()), needed)


def sizes(rows: int) -> tuple[int, ...]:
    """How many of `rows` rows the cuts to be tested answer, from the strictest cut to all of them."""
    found = [min(rows, math.ceil(START * math.sqrt(rows)))]
    while found[-1] < rows:
        found.append(min(rows, found[-1] + math.ceil(STEP * math.sqrt(found[-1]))))
    return tuple(found)


def allowed_errors(rows: int, at_most: float, delta: float) -> NDArray[np.int64]:
    """For k = 0 … `rows`, the most errors c with P(Binomial(k, `at_most`) ≤ c) ≤ `delta`, and −1 where none do.

    Exact but for rounding: tail and mass are carried from k to k + 1 and from c to c + 1.
    """
    found = np.full(rows + 1, -1)
    odds = at_most / (1.0 - at_most)
    # Tail and mass at c + 1, the first count of errors that is too many so far.
    c, mass, tail = -1, 1.0, 1.0
    for k in range(1, rows + 1):
        tail -= at_most * mass
        mass *= (1.0 - at_most) * k / (k - c - 1)
        if tail <= delta:
            c += 1
            mass *= odds * (k - c) / (c + 1)
            tail += mass
        found[k] = c
    return found


def _whole(rows: float) -> int:
    """`rows` rounded up; a bound next to 0 needs more than can be counted."""
    return math.ceil(min(rows, 2.0**53))
