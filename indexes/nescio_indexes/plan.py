"""How exemplars are kept: which kind of search and which width of number suit a size and a memory budget.

Nothing is searched here; `candidates` and `index` do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError
from nescio_indexes.encoder import Vectors
from nescio_indexes.exemplars import Bools, array_file, map_array

MEMORY = 1536 * 2**20
"""Bytes that one index may take unless it is told otherwise: a million exemplars of 384 dimensions fit."""
FLAT_LIMIT = 4096
"""Up to so many exemplars exhaustive search takes under .3 ms."""
GRAPH_LIMIT = 65_536
"""Beyond, a graph takes minutes to build where inverted lists take seconds, and is hardly faster."""
PROBED = 256
"""So many of more vectors than `FLAT_LIMIT` are read when they are opened; a million of them stay on disk."""
LINKS = 32
"""Of an exemplar in the graph, to others of its layer; twice as many in the lowest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How exemplars are kept.

    Attributes:
        kind: ``flat`` searches all of them, ``hnsw`` follows a graph, ``ivf`` visits the nearest of many lists.
        dtype: Of the vectors: ``float32``, ``float16`` or ``int8``.
        limit: So many exemplars at most, by choice; 0 for no limit.
    """

    kind: str
    dtype: str
    limit: int = 0

    def bytes(self, dims: int) -> int:
        """Bytes that one vector of `dims` takes, with its share of graph or lists."""
        codes = {"flat": 0, "hnsw": dims + 8 * LINKS + 16, "ivf": dims + 8}[self.kind]
        return codes + dims * np.dtype(self.dtype).itemsize


PLANS = (
    Plan("flat", "float32", FLAT_LIMIT),
    Plan("hnsw", "float32", GRAPH_LIMIT),
    Plan("hnsw", "float16", GRAPH_LIMIT),
    Plan("ivf", "float16"),
    Plan("ivf", "int8"),
)
"""Best first; the first that fits size and memory is used."""


def plan_for(kind: str, size: int, dims: int, *, beside: int = 0, memory: int = MEMORY) -> Plan:
    """How to keep `size` exemplars.

    Args:
        kind: ``flat``, ``hnsw`` or ``ivf`` whatever the size, or ``auto``.
        size: Exemplars.
        dims: Dimensions of a vector.
        beside: Bytes of texts and labels.
        memory: Bytes that there are for all of it.

    Raises:
        ArtefactError: Nothing fits the memory.
    """
    fits = [plan for plan in PLANS if size * plan.bytes(dims) + beside <= memory and kind in {"auto", plan.kind}]
    if not fits:
        raise ArtefactError(
            f"{size} exemplars of {dims} dimensions do not fit in {memory >> 20} MiB",
            hint="raise NESCIO_INDEX_MEMORY, or use fewer exemplars",
        )
    return next((plan for plan in fits if not plan.limit or size <= plan.limit), fits[-1])


@dataclass(frozen=True, slots=True)
class Store:
    """Vectors in the width that a plan gives them; whoever takes some out gets float32.

    Attributes:
        array: (n, dims).
        scale: What an int8 is multiplied with; 1 for the other widths.
    """

    array: NDArray[Any]
    scale: float = 1.0

    @classmethod
    def of(cls, dtype: str, vectors: Vectors, scale: float | None = None) -> Self:
        """`vectors`, (n, dims), in the width `dtype`; `scale` for int8 alone, None to take what suits them."""
        if dtype != "int8":
            return cls(np.ascontiguousarray(vectors, dtype=dtype))
        step = scale or float(np.abs(vectors).max(initial=0.0)) / 127.0 or 1.0
        return cls(np.clip(np.rint(vectors / step), -127, 127).astype(np.int8), step)

    def followed(self, dtype: str, mask: Bools, more: Vectors) -> Self:
        """Those where `mask`, (n,), is true, then `more`, in the width `dtype`."""
        if not mask.any():
            return self.of(dtype, more)
        if self.array.dtype != dtype:
            return self.of(dtype, np.concatenate([self[mask], more]))
        # A million vectors are not widened to be narrowed again.
        array = self.array if mask.all() else self.array[mask]
        return type(self)(np.concatenate([array, self.of(dtype, more, self.scale).array]), self.scale)

    def __len__(self) -> int:
        """How many."""
        return len(self.array)

    @property
    def dims(self) -> int:
        """Dimensions of a vector."""
        return int(self.array.shape[1])

    def __getitem__(self, places: Any) -> Vectors:
        """The vectors at `places`, an array of any shape or a slice."""
        taken = np.ascontiguousarray(self.array[places], dtype=np.float32)
        return taken if self.scale == 1.0 else taken * np.float32(self.scale)

    def save(self, stem: Path) -> None:
        """Write the array beside `stem`; the scale is the caller's to keep."""
        np.save(array_file(stem, "vectors"), self.array, allow_pickle=False)

    @classmethod
    def load(cls, stem: Path, dtype: str, dims: int, scale: float) -> Self:
        """Map what `save` wrote. All of a few are read, of many `PROBED`; a search checks what it compares.

        Raises:
            ArtefactError: The file is missing or damaged, or holds a number that is not finite.
        """
        path = array_file(stem, "vectors")
        store = cls(map_array(path, dtype, dims=dims), scale)
        count = len(store) if len(store) <= FLAT_LIMIT else PROBED
        some = np.linspace(0, len(store) - 1, count).astype(np.int64)
        if not (0.0 < scale < math.inf and np.isfinite(store[some]).all()):
            raise ArtefactError(f"{path} holds a number that is not finite", hint="fit or build it again")
        return store
