"""A fitted competence model as it is applied: query in, P(right) of each expert out. NumPy only; it fits nothing.

The model of log-odds for query x and expert j is a line on two estimates of how far P(right) lies from j's base rate:
the *shared* part, which is how hard x is for every expert, and j's *own* part, which is how it differs from the others
on such queries. Each estimate blends a ridge regression on the query's features with the mean of its nearest graded
queries under a Beta prior. So one ability and one discrimination an expert and one difficulty a query, as in item
response theory (Birnbaum, 1968), with the difficulty read from the text (a linear logistic test model, Fischer, 1973).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.model import Floats, logistic
from nescio.competence.features import text_features
from nescio.types import Candidate, Route

if TYPE_CHECKING:
    from nescio_indexes.encoder import Vectors

Singles = NDArray[np.float32]

WIDTH = 0.2
"""A neighbour's weight falls by e where its cosine is this much below the nearest one's."""

PRIOR = 5.0
"""Rows of average outcome that stand beside the neighbours: the strength of the Beta prior."""

_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Inputs:
    """How a query becomes a row of features: its centred unit vector, its wording, and labels if there are any.

    Attributes:
        centre: (d,) mean vector of the graded queries.
        mean: (w,) of the wording's features.
        scale: (w,) their standard deviations.
        weight: Of the wording beside the vector; 0 leaves it out.
    """

    centre: Floats
    mean: Floats
    scale: Floats
    weight: float

    def rows(self, vectors: Vectors | Floats, wording: Floats, labels: Floats | None = None) -> Floats:
        """(n, d + w + l) features."""
        centred = np.asarray(vectors, dtype=float) - self.centre
        norms = np.linalg.norm(centred, axis=1, keepdims=True)
        parts = [centred / np.where(norms > 0, norms, 1.0), self.weight * (wording - self.mean) / self.scale]
        return np.hstack(parts if labels is None else [*parts, labels])


@dataclass(frozen=True, slots=True)
class Memory:
    """Graded queries, to be looked up.

    Attributes:
        rows: (n, f) unit rows of features.
        target: (n, 1 + m) shared and own residuals; 0 where not seen.
        seen: (n, 1 + m) 1 where there is an outcome.
        nearest: How many neighbours count for each part.
    """

    rows: Singles
    target: Singles
    seen: Singles
    nearest: tuple[int, ...]

    def estimate(self, rows: Floats) -> Floats:
        """(q, 1 + m) weighted mean residuals of the nearest graded queries, shrunk to 0."""
        found = np.zeros((rows.shape[0], self.target.shape[1]))
        columns = np.array(self.nearest)
        sizes = sorted(set(self.nearest))
        for start in range(0, rows.shape[0], _CHUNK):
            near = unit(rows[start : start + _CHUNK]) @ self.rows.T
            for size, mean in zip(sizes, mean_of_nearest(near, self.target, self.seen, sizes), strict=True):
                found[start : start + _CHUNK, columns == size] = mean[:, columns == size]
        return found


@dataclass(frozen=True, slots=True)
class Head:
    """A ridge regression: (f,) `centre`, (f, 1 + m) `slopes`, (1 + m,) `offset`."""

    centre: Floats
    slopes: Floats
    offset: Floats

    def estimate(self, rows: Floats) -> Floats:
        """(q, 1 + m) residuals."""
        return np.asarray((rows - self.centre) @ self.slopes + self.offset)


@dataclass(frozen=True, slots=True)
class Competence:
    """P(right) of several experts.

    Attributes:
        experts: Alphabetical.
        domains: Of each expert; two of one domain compete by competence.
        encoder: Fingerprint of the encoder of its vectors.
        inputs: Makes features.
        head: First estimate.
        memory: Second estimate.
        blend: (1 + m, 2) weights of head and memory for each part.
        turn: (m, m) orthogonal; own parts = estimated parts @ turn'. The identity where each is estimated for itself.
        lines: (m, 3) slopes on the shared and the own part, and the intercept.
        bounds: (m,) the least p that the graded rows of each expert support; 1 minus it is the greatest.
        keys: (n,) hashes of the graded queries.
        held_out: (n, m) p of each of them from folds that did not see it.
    """

    experts: tuple[str, ...]
    domains: Mapping[str, str]
    encoder: str
    inputs: Inputs
    head: Head
    memory: Memory
    blend: Floats
    turn: Floats
    lines: Floats
    bounds: Floats
    keys: NDArray[np.str_]
    held_out: Floats

    def p(self, texts: Sequence[str], vectors: Vectors | Floats, labels: Floats | None = None) -> Floats:
        """(n, m) P(expert right | query) for `texts` and their (n, d) vectors."""
        rows = self.inputs.rows(vectors, text_features(texts), labels)
        parts = self.head.estimate(rows) * self.blend[:, 0] + self.memory.estimate(rows) * self.blend[:, 1]
        return probabilities(self.lines, self.bounds, turned_back(parts, self.turn))

    def of(self, text: str, vector: Vectors | Floats) -> dict[str, float]:
        """P(right) by expert for one query."""
        return dict(zip(self.experts, self.p([text], np.asarray(vector, dtype=float)[None])[0].tolist(), strict=True))

    def known(self, key: str) -> dict[str, float] | None:
        """P(right) by expert for a query that was fitted on, held out; None for any other."""
        found = np.flatnonzero(self.keys == key)
        return dict(zip(self.experts, self.held_out[found[0]].tolist(), strict=True)) if found.size else None

    def join(self, route: Route, vector: Vectors | Floats, cost: Mapping[str, float], price: float) -> Route:
        """`route` with p_expert of every candidate that is covered, and covered experts of one domain in order.

        The places that experts of one domain hold in the route are given to them by falling
        p_route · p_expert − price · cost. Experts of different domains do not change places: of a question from
        elsewhere an expert's grades say nothing, and the route is never fallen through.

        Args:
            route: Best first.
            vector: (d,) of its query.
            cost: Of one answer, by expert.
            price: λ, in P(right) per unit of cost.
        """
        found = self.of(route.query, vector)
        candidates = [
            one._replace(p_expert=found[one.expert]) if one.expert in found else one for one in route.candidates
        ]
        for domain in sorted(set(self.domains.values())):
            places = [i for i, one in enumerate(candidates) if self.domains.get(one.expert) == domain]
            rivals = [candidates[i] for i in places]
            rivals.sort(key=lambda one: -utility(one, cost.get(one.expert, 0.0), price))
            for place, rival in zip(places, rivals, strict=True):
                candidates[place] = rival
        return replace(route, candidates=tuple(candidates))


def utility(candidate: Candidate, cost: float, price: float) -> float:
    """What asking `candidate` is worth: P(it is the right route and answers rightly) less the price of its cost."""
    return candidate.p_route * candidate.p_expert - price * cost


def turned_back(parts: Floats, turn: Floats) -> Floats:
    """(n, 1 + m) shared and own parts from parts that were estimated in turned axes."""
    return np.hstack([parts[:, :1], parts[:, 1:] @ turn.T])


def probabilities(lines: Floats, bounds: Floats, parts: Floats) -> Floats:
    """(n, m) P(right) from (n, 1 + m) parts."""
    p = logistic(parts[:, :1] * lines[:, 0] + parts[:, 1:] * lines[:, 1] + lines[:, 2])
    return np.clip(p, bounds, 1.0 - bounds)


def unit(rows: Floats) -> Singles:
    """`rows` at unit length; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1.0), dtype=np.float32)


def mean_of_nearest(near: Singles, target: Singles, seen: Singles, sizes: Sequence[int]) -> list[Floats]:
    """For each of `sizes` k, (q, c) means of `target` over the k rows of highest `near` (q, n), shrunk to 0.

    Rows with `near` of −2 or less are never neighbours.
    """
    most = min(max(sizes), near.shape[1])
    best = np.argpartition(-near, most - 1, axis=1)[:, :most]
    cosine = np.take_along_axis(near, best, axis=1)
    order = np.argsort(-cosine, axis=1, kind="stable")
    best, cosine = np.take_along_axis(best, order, axis=1), np.take_along_axis(cosine, order, axis=1)
    weight = np.where(cosine > -2.0, np.exp((cosine - cosine[:, :1]) / WIDTH), 0.0)
    found = []
    for size in sizes:
        w, chosen = weight[:, :size], best[:, :size]
        total = np.einsum("qk,qkc->qc", w, seen[chosen])
        found.append(np.einsum("qk,qkc->qc", w, target[chosen]).astype(float) / (total + PRIOR))
    return found
