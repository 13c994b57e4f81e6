"""Exemplars by meaning: FAISS over unit vectors, with each exemplar's text and label.

Small indexes are searched exhaustively, larger ones through an HNSW graph; `kind` chooses by size. A search reads one
frozen snapshot, so readers never wait for a writer and never see half a change. It does not say what a neighbour is
worth; `scoring` and `scope` do.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError
from nescio_indexes import artefact
from nescio_indexes.encoder import Vectors, check_fingerprint

KIND = "exemplar index"
FORMAT = 1
FLAT_LIMIT = 4096
"""Up to so many exemplars exhaustive search takes under .3 ms; beyond, the graph is faster and finds 99 % of it."""
REBUILD_SHARE = 0.1
"""The graph cannot forget; when more than this share of it is removed, it is built anew."""

_LINKS, _EF_BUILD, _EF_SEARCH = 32, 120, 96


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A labelled query in the index; label None means out of scope."""

    text: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest exemplars of each query, nearest first.

    Attributes:
        scores: (n, k) cosine similarities, 0 where there are fewer than k exemplars.
        ids: (n, k) places in `ExemplarIndex.exemplars`, −1 where there are fewer.
    """

    scores: NDArray[np.float32]
    ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    faiss: Any
    exemplars: tuple[Exemplar, ...]
    dead: frozenset[int]
    kind: str


class ExemplarIndex:
    """Exemplars that can be searched, added and removed while others search."""

    def __init__(self, dims: int, fingerprint: str, *, kind: str = "auto") -> None:
        """An empty index for unit vectors of `dims` dimensions made by the encoder with `fingerprint`.

        Args:
            dims: Length of a vector.
            fingerprint: `TextEncoder.fingerprint` of the encoder that makes the vectors.
            kind: ``flat``, ``hnsw``, or ``auto`` to choose by size.
        """
        if kind not in {"auto", "flat", "hnsw"}:
            raise ArtefactError(f"no index of kind {kind!r}", hint="auto, flat or hnsw")
        self.dims = dims
        self.fingerprint = fingerprint
        self._kind = kind
        self._write = threading.Lock()
        self._now = _build(np.zeros((0, dims), dtype=np.float32), (), kind)

    def __len__(self) -> int:
        """Exemplars that can be found."""
        now = self._now
        return len(now.exemplars) - len(now.dead)

    @property
    def kind(self) -> str:
        """``flat`` or ``hnsw``, as it is now."""
        return self._now.kind

    @property
    def exemplars(self) -> tuple[Exemplar, ...]:
        """All exemplars by their place, removed ones included until the index is built anew."""
        return self._now.exemplars

    def items(self) -> tuple[Exemplar, ...]:
        """The exemplars that can be found."""
        now = self._now
        return tuple(item for place, item in enumerate(now.exemplars) if place not in now.dead)

    def add(self, exemplars: Sequence[Exemplar], vectors: Vectors) -> None:
        """Add `exemplars` with their unit `vectors`, (n, dims).

        Raises:
            ArtefactError: The shapes do not fit, or a vector is not finite.
        """
        rows = _checked(vectors, len(exemplars), self.dims)
        with self._write:
            now = self._now
            total = (*now.exemplars, *exemplars)
            if _kind_for(self._kind, len(total) - len(now.dead)) != now.kind:
                self._now = _rebuilt(now, self._kind, tuple(exemplars), rows)
                return
            import faiss

            grown = faiss.clone_index(now.faiss)
            grown.add(rows)
            self._now = _Snapshot(grown, total, now.dead, now.kind)

    def remove(self, texts: Collection[str]) -> int:
        """Remove every exemplar whose text is among `texts`; how many that were."""
        wanted = frozenset(texts)
        with self._write:
            now = self._now
            gone = {i for i, item in enumerate(now.exemplars) if item.text in wanted and i not in now.dead}
            if not gone:
                return 0
            marked = _Snapshot(now.faiss, now.exemplars, now.dead | gone, now.kind)
            worn = len(marked.dead) > REBUILD_SHARE * len(marked.exemplars) or now.kind == "flat"
            self._now = _rebuilt(marked, self._kind) if worn else marked
            return len(gone)

    def search(self, vectors: Vectors, k: int) -> Neighbours:
        """The `k` exemplars nearest to each of `vectors`, (n, dims)."""
        return self.snapshot_search(vectors, k)[0]

    def snapshot_search(self, vectors: Vectors, k: int) -> tuple[Neighbours, tuple[Exemplar, ...]]:
        """`search`, with the exemplars that its ids refer to: the two belong to one snapshot."""
        now = self._now
        shape = (len(vectors), k)
        if not now.exemplars:
            return Neighbours(np.zeros(shape, np.float32), np.full(shape, -1, np.int64)), now.exemplars
        # Removed exemplars may fill some places, so that many more are asked for; rebuilding keeps this small.
        reach = min(len(now.exemplars), k + len(now.dead))
        scores, ids = now.faiss.search(np.ascontiguousarray(vectors, dtype=np.float32), reach)
        if now.dead:
            scores, ids = _without(scores, ids, now.dead)
        return Neighbours(*_padded(scores, ids, k)), now.exemplars

    def vectors(self) -> Vectors:
        """Unit vectors of `items`, in their order."""
        now = self._now
        return _alive(now)[1]

    def save(self, root: Path) -> Path:
        """Write a new version below `root` and let it take the old one's place; its folder.

        Raises:
            ArtefactError: The folder cannot be written.
        """
        return artefact.write_version(root, kind=KIND, version=FORMAT, facts=self.facts(), fill=self.write_into)

    @classmethod
    def load(cls, root: Path, fingerprint: str) -> Self:
        """Read the version in force below `root`, made with the encoder of `fingerprint`.

        Raises:
            ArtefactError: It is missing, damaged, of the future, or was made with another encoder.
        """
        folder, facts = artefact.open_version(root, kind=KIND, version=FORMAT)
        check_fingerprint(str(facts.get("encoder")), fingerprint, f"the index in {root}")
        return cls.read_from(folder, fingerprint)

    def facts(self) -> dict[str, object]:
        """What a person may want to know of it."""
        return {"encoder": self.fingerprint, "dims": self.dims, "exemplars": len(self), "kind": self.kind}

    def write_into(self, folder: Path, stem: str = "exemplars") -> None:
        """Write the index's files into `folder`, as part of a larger artefact."""
        import faiss

        with self._write:
            now = self._now
            clean = _rebuilt(now, self._kind) if now.dead else now
        faiss.write_index(clean.faiss, str(folder / f"{stem}.faiss"))
        rows = [[item.text, item.label] for item in clean.exemplars]
        body = {"dims": self.dims, "kind": clean.kind, "chosen": self._kind, "rows": rows}
        (folder / f"{stem}.json").write_text(json.dumps(body), encoding="utf-8")

    @classmethod
    def read_from(cls, folder: Path, fingerprint: str, stem: str = "exemplars") -> Self:
        """Read what `write_into` wrote.

        Raises:
            ArtefactError: A file is missing or damaged.
        """
        body = artefact.load_json(folder / f"{stem}.json")
        try:
            index = cls(int(body["dims"]), fingerprint, kind=body["chosen"])
            exemplars = tuple(Exemplar(text, label) for text, label in body["rows"])
            kind = str(body["kind"])
        except (KeyError, TypeError, ValueError) as error:
            raise ArtefactError(f"{folder / stem}.json is damaged: {error!r}", hint="build it again") from error
        index._now = _Snapshot(_read_faiss(folder / f"{stem}.faiss"), exemplars, frozenset(), kind)
        if index._now.faiss.ntotal != len(exemplars) or index._now.faiss.d != index.dims:
            raise ArtefactError(f"{folder / stem}.faiss does not fit its exemplars", hint="build it again")
        return index


def _kind_for(kind: str, size: int) -> str:
    if kind != "auto":
        return kind
    return "flat" if size <= FLAT_LIMIT else "hnsw"


def _build(vectors: Vectors, exemplars: tuple[Exemplar, ...], kind: str) -> _Snapshot:
    import faiss

    # One query does not repay waking more threads, and a graph built by one is the same every time.
    faiss.omp_set_num_threads(1)
    index: Any
    chosen = _kind_for(kind, len(exemplars))
    dims = vectors.shape[1]
    if chosen == "flat":
        index = faiss.IndexFlatIP(dims)
    else:
        index = faiss.IndexHNSWFlat(dims, _LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = _EF_BUILD
        index.hnsw.efSearch = _EF_SEARCH
    if len(vectors):
        index.add(np.ascontiguousarray(vectors))
    return _Snapshot(index, exemplars, frozenset(), chosen)


def _rebuilt(now: _Snapshot, kind: str, more: tuple[Exemplar, ...] = (), vectors: Vectors | None = None) -> _Snapshot:
    items, kept = _alive(now)
    joined = kept if vectors is None else np.concatenate([kept, vectors])
    return _build(joined, (*items, *more), kind)


def _alive(now: _Snapshot) -> tuple[tuple[Exemplar, ...], Vectors]:
    if not now.exemplars:
        return (), np.zeros((0, now.faiss.d), dtype=np.float32)
    everything = now.faiss.reconstruct_n(0, now.faiss.ntotal)
    places = [place for place in range(len(now.exemplars)) if place not in now.dead]
    return tuple(now.exemplars[place] for place in places), np.asarray(everything[places], dtype=np.float32)


def _without(
    scores: NDArray[np.float32], ids: NDArray[np.int64], dead: frozenset[int]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    gone = np.isin(ids, np.fromiter(dead, dtype=np.int64))
    scores, ids = np.where(gone, -np.inf, scores), np.where(gone, -1, ids)
    order = np.argsort(gone, axis=1, kind="stable")
    return np.take_along_axis(scores, order, axis=1), np.take_along_axis(ids, order, axis=1)


def _padded(
    scores: NDArray[np.float32], ids: NDArray[np.int64], k: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    short = k - scores.shape[1]
    if short > 0:
        scores = np.pad(scores, ((0, 0), (0, short)), constant_values=0.0)
        ids = np.pad(ids, ((0, 0), (0, short)), constant_values=-1)
    scores, ids = scores[:, :k], ids[:, :k]
    return np.where(ids >= 0, scores, 0.0).astype(np.float32), ids.astype(np.int64)


def _checked(vectors: Vectors, count: int, dims: int) -> Vectors:
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.shape != (count, dims):
        raise ArtefactError(f"vectors of shape {rows.shape} for {count} exemplars of {dims} dimensions")
    if not math.isfinite(float(np.abs(rows).sum())):
        raise ArtefactError("a vector is not finite", hint="a text with nothing in it has the zero vector")
    return np.ascontiguousarray(rows)


def _read_faiss(path: Path) -> Any:
    import faiss

    faiss.omp_set_num_threads(1)
    try:
        index = faiss.read_index(str(path))
    except RuntimeError as error:
        raise ArtefactError(f"{path} is damaged: {error}", hint="build it again") from error
    return index
