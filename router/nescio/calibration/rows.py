"""Graded rows: what a calibration is fitted on. Records, their arrays, and what is wrong with them; no fitting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.model import Floats
from nescio.evidence import feature_vector
from nescio.grading import KnownRole, normalise, role_of


@dataclass(frozen=True, slots=True)
class GradedRow:
    """One question that an expert was asked.

    Attributes:
        key: Hash of the question's normal form; never its text.
        right: Whether the answer was right; None if the expert abstained of its own accord, or nobody could grade.
        p_route: P(this expert is the right route).
        features: The answer's evidence; empty if there was no answer.
        role: ``fit`` rows fit; ``test`` rows are only reported on.
        cluster: Hash of the cluster's key; rows of one cluster are never on both sides of a fold.
    """

    key: str
    right: bool | None
    p_route: float
    features: Mapping[str, float] = field(default_factory=dict)
    role: KnownRole = "fit"
    cluster: str = ""


def hashed(text: str) -> str:
    """16 hex digits that stand for a question's or a cluster's normal form."""
    return blake2b(normalise(text).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def row(
    question: str,
    right: bool | None,
    p_route: float,
    features: Mapping[str, float],
    role: KnownRole | None = None,
    cluster: str | None = None,
) -> GradedRow:
    """A row about `question`, whose role, unless it is settled, follows from its cluster's normal form."""
    key = normalise(question) if cluster is None else cluster
    settled = role_of(key) if role is None else role
    return GradedRow(
        hashed(question),
        right,
        p_route,
        features,
        settled,
        blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as arrays.

    Attributes:
        x: (n, d) features in order, the route's log-odds last; NaN where a feature is missing.
        y: (n,) 1 right, 0 wrong, NaN neither.
        role: (n,) ``fit`` or ``test``.
        key: (n,) hashed questions.
        cluster: (n,) hashed clusters.
        duplicates: Rows that were left out because an equal one is there.
        conflicts: Questions whose answers, on equal evidence, were graded both ways.
    """

    x: Floats
    y: Floats
    role: NDArray[np.str_]
    key: NDArray[np.str_]
    cluster: NDArray[np.str_]
    duplicates: int = 0
    conflicts: int = 0

    @property
    def graded(self) -> NDArray[np.bool_]:
        """Which rows have a grade and every feature: those that p can be fitted on."""
        found: NDArray[np.bool_] = ~np.isnan(self.y) & ~np.isnan(self.x).any(axis=1)
        return found

    def of(self, role: str) -> Table:
        """The rows of one role."""
        return self.take(self.role == role)

    def take(self, chosen: NDArray[np.bool_]) -> Table:
        """The rows that `chosen` marks."""
        return Table(self.x[chosen], self.y[chosen], self.role[chosen], self.key[chosen], self.cluster[chosen])


def table(rows: Iterable[GradedRow], features: Sequence[str]) -> Table:
    """`rows` as arrays, each distinct row once, in order."""
    distinct: dict[tuple[object, ...], GradedRow] = {}
    grades: dict[tuple[object, ...], set[bool]] = {}
    total = 0
    for one in rows:
        total += 1
        vector = tuple(repr(value) for value in feature_vector(one.features, features, one.p_route))
        distinct.setdefault((one.key, vector, one.right), one)
        if one.right is not None:
            grades.setdefault((one.key, vector), set()).add(one.right)
    kept = list(distinct.values())
    x = [feature_vector(one.features, features, one.p_route) for one in kept]
    return Table(
        x=np.array(x, dtype=float).reshape(len(kept), len(features) + 1),
        y=np.array([np.nan if one.right is None else float(one.right) for one in kept]),
        role=np.array([one.role for one in kept], dtype="U4"),
        key=np.array([one.key for one in kept], dtype="U16"),
        cluster=np.array([one.cluster or one.key for one in kept], dtype="U16"),
        duplicates=total - len(kept),
        conflicts=sum(len(found) > 1 for found in grades.values()),
    )
