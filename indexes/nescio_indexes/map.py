"""A flat map of exemplars and refused queries, as one HTML file that needs nothing else.

Near on the map is near in meaning, far is not much: t-SNE (van der Maaten and Hinton, 2008) keeps neighbourhoods and
distorts distances. A few thousand points are laid out, and the others stand among their nearest of those. Texts are
untrusted: they reach the page as JSON that holds no markup, and the page shows them as text only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nescio.types import Progress, silent
from nescio_indexes.encoder import Vectors
from nescio_indexes.text import clip

PointKind = Literal["exemplar", "outside", "refused"]

SAMPLE = 3000
"""So many points are laid out by t-SNE, which takes seconds for them and minutes for all."""
GATHERED = 3
"""So many refused queries make a gathering."""
GATHERINGS = 12

_COMPONENTS = 50
_AMONG = 5
_SHARPNESS = 8
_ITERATIONS = 500
_ALIKE = 0.5
_SHOWN_CHARS = 300
_GRID = 10_000
_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class Point:
    """One text on the map; `label` is None unless it is an exemplar of a route."""

    text: str
    kind: PointKind
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Gathering:
    """Refused queries that are alike: maybe a hole in what the exemplars cover. Places of points, the typical first."""

    members: tuple[int, ...]


def lay_out(points: Sequence[Point], vectors: Vectors, *, seed: int = 0, progress: Progress = silent) -> NDArray[Any]:
    """Places of `points` on the plane, (n, 2) in [0, 1]; the same for the same input.

    Args:
        points: What to place.
        vectors: Their unit vectors, (n, d); a zero vector lies wherever.
        seed: Of the sample and of t-SNE.
        progress: Told what happens next.
    """
    rng = np.random.default_rng(seed)
    chosen = _sample(points, rng)
    progress(f"laying out {len(chosen)} of {len(points)} points")
    placed = _embedded(vectors[chosen], seed)
    places = np.zeros((len(points), 2))
    spread = placed.std() if len(placed) else 0.0
    for start in range(0, len(points), _CHUNK):
        rows = slice(start, start + _CHUNK)
        places[rows] = _among(vectors[rows] @ vectors[chosen].T, placed)
    places += rng.normal(0.0, 0.01 * spread, places.shape)
    places[chosen] = placed
    return _unit_square(places)


def nearest_exemplars(points: Sequence[Point], vectors: Vectors) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Of each refused query the place of the nearest exemplar of a route, −1 if there is none, and its cosine, (n,)."""
    exemplars = np.array([place for place, point in enumerate(points) if point.kind == "exemplar"], dtype=np.int64)
    found = np.full(len(points), -1, dtype=np.int64)
    cosine = np.zeros(len(points), dtype=np.float32)
    refused = [place for place, point in enumerate(points) if point.kind == "refused"]
    for start in range(0, len(refused) if len(exemplars) else 0, _CHUNK):
        rows = np.array(refused[start : start + _CHUNK])
        similar = vectors[rows] @ vectors[exemplars].T
        best = similar.argmax(axis=1)
        found[rows] = exemplars[best]
        cosine[rows] = similar[np.arange(len(rows)), best]
    return found, cosine


def gatherings(points: Sequence[Point], vectors: Vectors, nearest: NDArray[np.float32]) -> tuple[Gathering, ...]:
    """Groups of refused queries that are nearer to one another than to any exemplar, the largest first.

    Args:
        points: All points.
        vectors: Their unit vectors, (n, d).
        nearest: (n,) cosine of each refused query to its nearest exemplar.
    """
    refused = np.array([place for place, point in enumerate(points) if point.kind == "refused"], dtype=np.int64)
    # Beyond this many, the newest stand for all: only the groups are wanted.
    refused = refused[-2 * SAMPLE :]
    own = vectors[refused]
    alike = (own @ own.T >= np.maximum(_ALIKE, nearest[refused])[:, None]) & (own @ own.T >= _ALIKE)
    free = np.ones(len(refused), np.bool_)
    found: list[Gathering] = []
    while len(found) < GATHERINGS:
        sizes = (alike & free).sum(axis=1) * free
        if not len(sizes) or sizes.max() < GATHERED:
            break
        first = int(sizes.argmax())
        members = np.flatnonzero(alike[first] & free)
        ordered = members[np.argsort(-(own[members] @ own[first]), kind="stable")]
        found.append(Gathering(tuple(refused[ordered].tolist())))
        free[members] = False
    return tuple(found)


def draw(points: Sequence[Point], vectors: Vectors, *, seed: int = 0, progress: Progress = silent) -> str:
    """The map of `points` with these unit `vectors`, (n, d), as an HTML page."""
    places = lay_out(points, vectors, seed=seed, progress=progress)
    nearest, cosine = nearest_exemplars(points, vectors)
    labels = sorted({point.label for point in points if point.label is not None})
    number = {label: i for i, label in enumerate(labels)}
    classes = [number[p.label] if p.label is not None else -1 if p.kind == "outside" else -2 for p in points]
    shown = (places * _GRID).round().astype(int)
    body = {
        "labels": labels,
        "x": shown[:, 0].tolist(),
        "y": shown[:, 1].tolist(),
        "classes": classes,
        "texts": [clip(point.text)[:_SHOWN_CHARS] for point in points],
        "nearest": {i: [int(nearest[i]), round(float(cosine[i]), 2)] for i in np.flatnonzero(nearest >= 0).tolist()},
        "gatherings": [list(group.members) for group in gatherings(points, vectors, cosine)],
    }
    return page(body)


def page(body: dict[str, Any]) -> str:
    """The template with `body` in it; a content security policy lets its own script run and nothing else."""
    template = files("nescio_indexes").joinpath("map.html").read_text(encoding="utf-8")
    script = re.search(r"<script>(.*?)</script>", template, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256((script[1] if script else "").encode()).digest()).decode()
    # Without "<" no text can end the script element that holds the data.
    data = json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return template.replace("{digest}", digest).replace("{data}", data)


def _sample(points: Sequence[Point], rng: np.random.Generator) -> NDArray[np.int64]:
    """Refused queries up to half the sample, and as many exemplars of each label as there is room for."""
    refused = np.array([place for place, point in enumerate(points) if point.kind == "refused"], dtype=np.int64)
    kept = rng.permutation(refused)[: SAMPLE // 2]
    by_label: dict[str | None, list[int]] = {}
    for place, point in enumerate(points):
        if point.kind != "refused":
            by_label.setdefault(point.label, []).append(place)
    each = max((SAMPLE - len(kept)) // max(len(by_label), 1), 2)
    some = [rng.permutation(np.array(own))[:each] for own in by_label.values()]
    return np.sort(np.concatenate([kept, *some]).astype(np.int64))[: 2 * SAMPLE]


def _embedded(vectors: Vectors, seed: int) -> NDArray[Any]:
    centred = vectors - vectors.mean(axis=0) if len(vectors) else vectors
    _, axes = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
    reduced = centred @ axes[:, ::-1][:, :_COMPONENTS]
    if len(reduced) < 3 * GATHERED:
        return np.asarray(reduced[:, :2], dtype=np.float64)
    from sklearn.manifold import TSNE

    # A perplexity must stay below the number of points.
    flat = TSNE(
        perplexity=min(30.0, (len(reduced) - 1) / 3), init="pca", max_iter=_ITERATIONS, random_state=seed, n_jobs=1
    )
    return np.asarray(flat.fit_transform(reduced), dtype=np.float64)


def _among(similar: NDArray[Any], placed: NDArray[Any]) -> NDArray[Any]:
    k = min(_AMONG, similar.shape[1])
    near = np.argpartition(-similar, k - 1, axis=1)[:, :k]
    weights = np.maximum(np.take_along_axis(similar, near, axis=1), 1e-3) ** _SHARPNESS
    return np.asarray((placed[near] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True))


def _unit_square(places: NDArray[Any]) -> NDArray[Any]:
    if not len(places):
        return places
    low = places.min(axis=0)
    reach = float((places.max(axis=0) - low).max())
    shifted = (places - low) / (reach if reach > 0 else 1.0)
    return np.asarray(shifted + (1.0 - shifted.max(axis=0)) / 2.0)
