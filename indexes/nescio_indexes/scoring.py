"""Raw scores of a query: how well each label fits it, and how much it looks like anything known at all.

Four well-understood parts over one frozen encoder: a linear head, a head with one hidden layer, the nearest exemplars,
and the Gaussian geometry of the labels (relative Mahalanobis distance, Ren et al., "A Simple Fix to Mahalanobis
Distance", 2021). With few exemplars the linear head is the better one, with many the net is; the fit weighs them. Raw
means raw: `scope.RouteCalibration` turns these into probabilities. `FEATURES_VERSION` names the definition; what was
calibrated on one version is not used with another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError
from nescio_indexes import artefact
from nescio_indexes.encoder import Vectors
from nescio_indexes.index import ExemplarIndex
from nescio_indexes.net import Net
from nescio_indexes.softmax import Linear, fit_softmax, log_sum_exp

FEATURES_VERSION = 3
SCOPE_FEATURES = ("energy", "outside", "near", "contrast", "density", "relative", "agree", "margin", "peak", "exposed")
"""The scope features, higher is more in scope:

- energy: log Σ exp of the head's logits over the labels (Liu et al., "Energy-based Out-of-distribution
  Detection", 2020);
- outside: energy minus the head's logit for out of scope; 0 without out-of-scope exemplars;
- near: mean similarity of the three nearest exemplars;
- contrast: near minus the same for out-of-scope exemplars;
- density: mean similarity of the ten nearest exemplars;
- relative: relative Mahalanobis score of the nearest cluster of a label;
- agree: share of the neighbours that carry the top label;
- margin: difference of the two best logits;
- peak: the net's largest logit over the labels (Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World
  Settings", 2022); 0 without a net;
- exposed: log Σ exp of the net's logits over the labels minus its logit for out of scope, after outlier exposure
  (Hendrycks et al., "Deep Anomaly Detection with Outlier Exposure", 2019); 0 without a net or out-of-scope exemplars.
"""

NEIGHBOURS = 16
NEAR = 3
"""So many nearest exemplars make up `near`."""
_DENSITY = 10
_MARGIN_CAP = 20.0
_CLUSTER_ROWS = 30
_MOST_CLUSTERS = 64


@dataclass(frozen=True, slots=True)
class RawScores:
    """Raw scores of n queries.

    Attributes:
        routes: (n, labels), comparable along a row.
        scope: (n, features) in the order of `SCOPE_FEATURES`.
        known: (n,) False where there is nothing to score: the zero vector.
    """

    routes: NDArray[np.float32]
    scope: NDArray[np.float64]
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Geometry:
    """Gaussians with one shared covariance, against one Gaussian around everything.

    A label with many exemplars is several Gaussians, one a cluster of it (Hastie and Tibshirani, "Discriminant Analysis
    by Gaussian Mixtures", 1996): "banking" has no middle that a query about cards and one about loans were both near.
    """

    shared: NDArray[np.float32]
    pulled: NDArray[np.float32]
    offsets: NDArray[np.float32]
    broad: NDArray[np.float32]
    centre: NDArray[np.float32]

    @classmethod
    def fit(cls, vectors: Vectors, targets: NDArray[np.int64], labels: int) -> Self:
        """Fit on in-scope `vectors` (n, d); covariances are shrunk towards a sphere by d/(n + d)."""
        clusters = _clusters(vectors, targets, labels)
        sizes = np.bincount(clusters)
        order = np.argsort(clusters, kind="stable")
        sums = np.add.reduceat(vectors[order], np.cumsum(sizes) - sizes, axis=0, dtype=np.float64)
        means = sums / sizes[:, None]
        centre = vectors.mean(axis=0, dtype=np.float64)
        shared = _precision(vectors - means[clusters])
        broad = _precision(vectors - centre)
        pulled = shared @ means.T
        offsets = np.einsum("kd,dk->k", means, pulled)
        return cls(*(np.asarray(part, dtype=np.float32) for part in (shared, pulled, offsets, broad, centre)))

    def nearest(self, vectors: Vectors) -> NDArray[np.float64]:
        """Squared Mahalanobis distance to the nearest mean, (n,): Lee et al., "A Simple Unified Framework for
        Detecting Out-of-Distribution Samples", 2018.
        """
        own = np.einsum("nd,nd->n", vectors @ self.shared, vectors)
        return np.asarray((own[:, None] - 2.0 * (vectors @ self.pulled) + self.offsets).min(axis=1), dtype=np.float64)

    def relative(self, vectors: Vectors) -> NDArray[np.float64]:
        """−(squared distance to the nearest mean − the squared distance under the broad Gaussian), (n,)."""
        curve, slopes, offsets = self._difference
        curved = np.einsum("nd,nd->n", vectors @ curve, vectors)
        return np.asarray(curved + (vectors @ slopes - offsets).max(axis=1), dtype=np.float64)

    @cached_property
    def _difference(self) -> tuple[NDArray[np.float32], ...]:
        """Both distances multiplied out: xᵀ·curve·x + max(x·slopes − offsets), reading one (d, d), not two."""
        broad, centre = self.broad.astype(np.float64), self.centre.astype(np.float64)
        pull = broad @ centre
        parts = (broad - self.shared, 2.0 * (self.pulled - pull[:, None]), self.offsets - centre @ pull)
        return tuple(np.asarray(part, dtype=np.float32) for part in parts)


_GEOMETRY = tuple(field.name for field in fields(Geometry))


@dataclass(frozen=True, slots=True)
class Nearby:
    """Similarities to the neighbours (n, 16), their labels' numbers or −1, and to outside exemplars (n, 3)."""

    inside: NDArray[np.float32]
    labels: NDArray[np.int64]
    outside: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        inside: ExemplarIndex,
        outside: ExemplarIndex,
        vectors: Vectors,
        numbers: Mapping[str, int],
        reach: tuple[int, int],
    ) -> Self:
        """The nearest of both indexes, `reach` of each; a label without a number is −1."""
        found, exemplars = inside.snapshot_search(vectors, reach[0])
        return cls(found.scores, exemplars.numbers(found.ids, numbers), outside.search(vectors, reach[1]).scores)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts say of n queries.

    Attributes:
        logits: (n, labels), or (n, labels + 1) with out of scope last; of the linear head.
        net: The same of the net, zeros without one.
        relative: (n,) relative Mahalanobis scores.
        nearby: The neighbours.
    """

    logits: NDArray[np.float32]
    net: NDArray[np.float32]
    relative: NDArray[np.float64]
    nearby: Nearby


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of the net's logits and of the neighbours' evidence beside the linear head's logits."""

    net: float = 0.0
    neighbours: float = 0.0


@dataclass(frozen=True)
class EmbeddingModel:
    """The fitted parts, and how they are fused into raw scores. Applied with NumPy and FAISS alone."""

    labels: tuple[str, ...]
    head: Linear
    net: Net | None
    geometry: Geometry
    inside: ExemplarIndex
    outside: ExemplarIndex
    fusion: Fusion = Fusion()

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {label: i for i, label in enumerate(self.labels)}

    def scores(self, vectors: Vectors) -> RawScores:
        """Raw scores of unit `vectors`, (n, d)."""
        routes, scope = fuse(self.parts(vectors), len(self.labels), self.fusion)
        return RawScores(routes, scope, np.asarray(vectors.any(axis=1), dtype=np.bool_))

    def parts(self, vectors: Vectors) -> Parts:
        """What the parts say of `vectors`."""
        logits = self.head(vectors)
        net = np.zeros_like(logits) if self.net is None else self.net(vectors)
        return Parts(logits, net, self.geometry.relative(vectors), self.nearby(vectors))

    def nearby(self, vectors: Vectors) -> Nearby:
        """The neighbours of `vectors`; exemplars of labels that the head does not know count for none."""
        return Nearby.of(self.inside, self.outside, vectors, self._numbers, (NEIGHBOURS, NEAR))

    def write_into(self, folder: Path) -> None:
        """Write the parts into `folder`."""
        arrays: dict[str, Any] = {name: getattr(self.geometry, name) for name in _GEOMETRY}
        arrays |= {"weights": self.head.weights, "bias": self.head.bias}
        arrays |= {"fusion": np.array([self.fusion.net, self.fusion.neighbours])}
        if self.net is not None:
            arrays |= {f"net_{name}": getattr(self.net, name) for name in Net.__slots__}
        artefact.save_arrays(folder / "model.npz", arrays)
        self.inside.write_into(folder, "inside")
        self.outside.write_into(folder, "outside")

    @classmethod
    def read_from(cls, folder: Path, labels: tuple[str, ...], fingerprint: str) -> Self:
        """Read what `write_into` wrote.

        Raises:
            ArtefactError: A part is missing, damaged or not finite.
        """
        arrays = artefact.load_arrays(folder / "model.npz")
        try:
            head = Linear(arrays.pop("weights"), arrays.pop("bias"))
            fusion = Fusion(*arrays.pop("fusion").tolist())
            net = {name: arrays.pop(f"net_{name}") for name in Net.__slots__ if f"net_{name}" in arrays}
            hidden = Net(**net) if net else None
            geometry = Geometry(**arrays)
        except (KeyError, TypeError) as error:
            raise ArtefactError(f"{folder / 'model.npz'} lacks a part: {error}", hint="fit it again") from error
        finite = all(
            bool(np.isfinite(part).all()) for part in (head.weights, head.bias, *net.values(), *arrays.values())
        )
        if not finite or head.weights.shape[1] not in {len(labels), len(labels) + 1}:
            raise ArtefactError(f"{folder / 'model.npz'} does not fit its labels", hint="fit it again")
        inside, outside = (ExemplarIndex.read_from(folder, fingerprint, stem) for stem in ("inside", "outside"))
        return cls(labels, head, hidden, geometry, inside, outside, fusion)


def fit_head(vectors: Vectors, targets: NDArray[np.int64], labels: int, *, iterations: int = 80) -> Linear:
    """A head over the labels and, if a target is −1, one more column for out of scope."""
    outside = bool((targets < 0).any())
    return fit_softmax(vectors, np.where(targets < 0, labels, targets), labels + outside, iterations=iterations)


def fuse(parts: Parts, labels: int, fusion: Fusion) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Route scores (n, labels) and scope features (n, features) from the parts."""
    routes = parts.logits[:, :labels] + np.float32(fusion.neighbours) * evidence(parts.nearby, labels)
    routes += np.float32(fusion.net) * parts.net[:, :labels]
    return routes, scope_features(parts, labels, routes.argmax(axis=1))


def evidence(nearby: Nearby, labels: int) -> NDArray[np.float32]:
    """Mean similarity (n, labels) of a label's three nearest neighbours, the farthest of all standing in for none."""
    n = len(nearby.labels)
    same = nearby.labels[:, :, None] == nearby.labels[:, None, :]
    rank = (same & np.tri(same.shape[2], k=-1, dtype=np.bool_)).sum(axis=2)
    used = (rank < NEAR) & (nearby.labels >= 0)
    floor = nearby.inside[:, -1:]
    gain = np.where(used, (nearby.inside - floor) / NEAR, 0.0)
    places = np.arange(n)[:, None] * labels + np.where(used, nearby.labels, 0)
    sums = np.bincount(places.ravel(), weights=gain.ravel(), minlength=n * labels).reshape(n, labels)
    return np.asarray(floor + sums, dtype=np.float32)


def scope_features(parts: Parts, labels: int, top: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n, features), see `SCOPE_FEATURES`; `top` (n,) is each query's best label."""
    logits, nearby = parts.logits[:, :labels], parts.nearby
    energy, hidden = log_sum_exp(logits), log_sum_exp(parts.net[:, :labels])
    near = nearby.inside[:, :NEAR].sum(axis=1) / NEAR
    best = np.sort(logits, axis=1)[:, -2:]
    columns = (
        energy,
        _over_outside(energy, parts.logits[:, labels:]),
        near,
        near - nearby.outside.sum(axis=1) / NEAR,
        nearby.inside[:, :_DENSITY].sum(axis=1) / _DENSITY,
        parts.relative,
        (nearby.labels == top[:, None]).sum(axis=1) / NEIGHBOURS,
        np.minimum(best[:, -1] - best[:, 0], _MARGIN_CAP),
        parts.net[:, :labels].max(axis=1),
        _over_outside(hidden, parts.net[:, labels:]),
    )
    return np.ascontiguousarray(np.array(columns, dtype=np.float64).T)


def _over_outside(energy: NDArray[np.float64], outside: NDArray[np.float32]) -> NDArray[np.float64]:
    return energy - outside[:, 0] if outside.shape[1] else np.zeros_like(energy)


def _clusters(vectors: Vectors, targets: NDArray[np.int64], labels: int) -> NDArray[np.int64]:
    """A number for each row's cluster within its label, (n,), without gaps."""
    clusters, start = np.zeros(len(targets), np.int64), 0
    for label in range(labels):
        places = np.flatnonzero(targets == label)
        parts = min(len(places) // _CLUSTER_ROWS, _MOST_CLUSTERS)
        if parts > 1:
            from sklearn.cluster import KMeans

            found = KMeans(parts, n_init=1, max_iter=20, random_state=0).fit_predict(vectors[places])
            _, within = np.unique(found, return_inverse=True)
        else:
            within = np.zeros(len(places), np.int64)
        clusters[places] = start + within
        start += int(within.max()) + 1 if len(within) else 0
    return clusters


def _precision(residuals: NDArray[Any]) -> NDArray[np.float64]:
    n, d = residuals.shape
    spread = residuals.T.astype(np.float64) @ residuals / max(n, 1)
    mean = max(float(np.trace(spread)) / d, 1e-6)
    shrinkage = d / (n + d)
    return np.asarray(np.linalg.inv((1.0 - shrinkage) * spread + shrinkage * mean * np.eye(d)), dtype=np.float64)
