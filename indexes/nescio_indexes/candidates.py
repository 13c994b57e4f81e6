"""Which exemplars may be nearest: a FAISS graph or inverted lists, over codes of one byte a dimension.

Candidates only: `index` scores them again with the vectors themselves. How hard a search works (links followed, lists
visited) is set when the index is built, on its own rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError
from nescio_indexes.encoder import Vectors
from nescio_indexes.plan import LINKS, Plan, Store

RECALL = 0.98
"""What a search must find of the ten nearest of rows of its own, the row itself among them."""
TUNED_ON = 128
EFFORTS = {"hnsw": (48, 64, 96, 128, 192, 256), "ivf": (16, 24, 32, 48, 64)}

_EF_BUILD = 120
_ROUNDS, _TRAINED_ON = 8, 48
_TEN = 10
_CHUNK = 32_768


@dataclass(frozen=True, slots=True)
class Finder:
    """A FAISS index that is never changed.

    Attributes:
        faiss: The index.
        kind: ``hnsw`` or ``ivf``.
        effort: Candidates kept while the graph is followed, or lists visited.
    """

    faiss: Any
    kind: str
    effort: int

    @classmethod
    def build(cls, plan: Plan, vectors: Store, *, seed: int = 0) -> Self:
        """Build for `vectors`, (n, dims), in their order."""
        index = _trained(plan.kind, vectors, seed)
        for chunk in _chunks(vectors):
            index.add(chunk)
        return cls(index, plan.kind, 0).tuned(vectors, seed)

    def tuned(self, vectors: Store, seed: int = 0) -> Self:
        """The same with the least effort that finds `RECALL` of the ten nearest, or the most there is."""
        some = np.random.default_rng(seed).permutation(len(vectors))[:TUNED_ON]
        asked = vectors[some]
        floor = _tenth(asked, vectors) - 1e-5
        for effort in EFFORTS[self.kind]:
            found = type(self)(self.faiss, self.kind, effort)
            if found._recall(asked, vectors, floor) >= RECALL:
                break
        return found

    def _recall(self, asked: Vectors, vectors: Store, floor: NDArray[np.float32]) -> float:
        wanted = min(_TEN, len(vectors))
        places = self.places(asked, reach(wanted))
        near = vectors[np.maximum(places, 0)]
        scores = np.where(places >= 0, np.einsum("qd,qkd->qk", asked, near), -np.inf)
        return float(np.minimum((scores >= floor[:, None]).sum(axis=1), wanted).mean() / wanted)

    def places(self, queries: Vectors, count: int, alive: NDArray[np.uint8] | None = None) -> NDArray[np.int64]:
        """About the `count` nearest of each of `queries`, (n, count), −1 where fewer were found.

        Args:
            queries: (n, dims), contiguous.
            count: How many.
            alive: One bit an exemplar, low bits first: those that may be found. None for all.
        """
        faiss = _faiss()
        chosen: dict[str, Any] = {} if alive is None else {"sel": faiss.IDSelectorBitmap(alive)}
        if self.kind == "hnsw":
            how = faiss.SearchParametersHNSW(efSearch=max(self.effort, count), **chosen)
        else:
            how = faiss.SearchParametersIVF(nprobe=self.effort, **chosen)
        return np.asarray(self.faiss.search(queries, count, params=how)[1])

    def grown(self, old: Path | None, new_places: NDArray[np.int64], more: Vectors) -> Self | None:
        """Inverted lists without what was removed and with `more`, sparing most of a build; None where it cannot be.

        Args:
            old: The file behind it, if there is one: what is mapped cannot be changed.
            new_places: (n,) where each exemplar goes, −1 for nowhere.
            more: (m, dims) vectors that follow.
        """
        faiss = _faiss()
        size = int((new_places >= 0).sum()) + len(more)
        lists = self.faiss.nlist if self.kind == "ivf" else 0
        if not 0.8 * lists <= _lists(size) <= 1.25 * lists:
            return None
        try:
            index = faiss.clone_index(self.faiss) if old is None else faiss.read_index(str(old))
        except RuntimeError:
            return None
        gone = np.packbits(new_places < 0, bitorder="little")
        if gone.any():
            index.remove_ids(faiss.IDSelectorBitmap(gone))
        for number in range(lists):
            length = index.invlists.list_size(number)
            if length:
                places = faiss.rev_swig_ptr(index.invlists.get_ids(number), length)
                places[:] = new_places[places]
        index.add_with_ids(more, np.arange(size - len(more), size))
        return type(self)(index, self.kind, self.effort)

    def save(self, path: Path) -> None:
        """Write the FAISS index to `path`.

        Raises:
            OSError: It cannot be written, or there is no room.
        """
        try:
            _faiss().write_index(self.faiss, str(path))
        except RuntimeError as error:
            raise OSError(f"{path} could not be written whole: {str(error).splitlines()[0]}") from error

    @classmethod
    def load(cls, path: Path, kind: str, effort: int, size: int, dims: int) -> Self:
        """Map what `save` wrote.

        Raises:
            ArtefactError: It is missing, damaged, or of another size.
        """
        faiss = _faiss()
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise ArtefactError(f"{path} is damaged: {str(error).splitlines()[0]}", hint="build it again") from error
        if (index.ntotal, index.d, hasattr(index, "nprobe")) != (size, dims, kind == "ivf") or kind not in EFFORTS:
            raise ArtefactError(f"{path} does not fit its exemplars", hint="build it again")
        return cls(index, kind, effort)


def reach(k: int) -> int:
    """How many candidates are scored again to give the `k` nearest: codes of one byte blur their order."""
    return 2 * k + 20


def _trained(kind: str, vectors: Store, seed: int) -> Any:
    faiss = _faiss()
    dims, codes = vectors.dims, faiss.ScalarQuantizer.QT_8bit
    if kind == "hnsw":
        graph = faiss.IndexHNSWSQ(dims, codes, LINKS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = _EF_BUILD
        graph.train(vectors[:])
        return graph
    count = _lists(len(vectors))
    lists = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(dims), dims, count, codes, faiss.METRIC_INNER_PRODUCT)
    lists.cp.niter, lists.cp.spherical, lists.cp.seed = _ROUNDS, True, seed + 1
    lists.cp.min_points_per_centroid, lists.cp.max_points_per_centroid = 1, _TRAINED_ON
    some = np.sort(np.random.default_rng(seed).permutation(len(vectors))[: _TRAINED_ON * count])
    lists.train(vectors[some])
    return lists


def _lists(size: int) -> int:
    return max(int(2 * size**0.5), 1) if size >= 4 else 1


def _tenth(asked: Vectors, vectors: Store) -> NDArray[np.float32]:
    """The score of each query's tenth nearest, (n,)."""
    best = np.full((len(asked), 0), -np.inf, dtype=np.float32)
    for chunk in _chunks(vectors):
        best = np.concatenate([best, asked @ chunk.T], axis=1)
        best = -np.partition(-best, min(_TEN, best.shape[1]) - 1, axis=1)[:, :_TEN]
    return np.asarray(best.min(axis=1))


def _chunks(vectors: Store) -> Iterator[Vectors]:
    return (vectors[start : start + _CHUNK] for start in range(0, len(vectors), _CHUNK))


def _faiss() -> Any:
    import faiss

    # One query does not repay waking more threads, and what one thread builds is the same every time.
    faiss.omp_set_num_threads(1)
    return faiss
