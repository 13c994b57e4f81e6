"""One state of an index of exemplars, never changed: how it is searched, what follows it, and its files.

A state is a main part, what was added since, and marks on what was removed. `index` goes from one to the next.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError
from nescio_indexes import artefact
from nescio_indexes.candidates import Finder, reach
from nescio_indexes.encoder import Vectors
from nescio_indexes.exemplars import ROW_FILES, Bools, Exemplars, Rows
from nescio_indexes.plan import PLANS, Plan, Store, plan_for

Found = tuple[NDArray[np.float32], NDArray[np.int64]]

_MAIN_FILES = (".vectors.npy", *ROW_FILES)


@dataclass(frozen=True, slots=True)
class Main:
    """The part that is never changed. `stem` says where its files lie, None before they are written."""

    plan: Plan
    store: Store
    rows: Rows
    finder: Finder | None
    stem: Path | None = None

    def search(self, queries: Vectors, k: int, alive: Bools, bits: NDArray[np.uint8] | None) -> Found:
        """Cosines and places of about `k` near exemplars a query, in no order; −inf and −1 where there are fewer."""
        if self.finder is None:
            return _exhaustive(self.store.array, queries, k, alive)
        ids = self.finder.places(queries, min(reach(k), len(self.rows)), bits)
        near = self.store[np.maximum(ids, 0)]
        scores = _finite(np.matmul(near, queries[:, :, None])[:, :, 0])
        return np.where(ids >= 0, scores, -np.inf), ids

    def write(self, stem: Path) -> None:
        """Write its files; those that it was read from are linked."""
        endings = _MAIN_FILES if self.finder is None else (*_MAIN_FILES, ".faiss")
        if self.stem is not None:
            try:
                for ending in endings:
                    artefact.link_or_copy(_beside_stem(self.stem, ending), _beside_stem(stem, ending))
                return
            except FileNotFoundError:
                # The version it was read from is gone; what is mapped stays readable.
                for ending in endings:
                    _beside_stem(stem, ending).unlink(missing_ok=True)
        self.store.save(stem)
        self.rows.save(stem)
        if self.finder is not None:
            self.finder.save(_finder_file(stem))

    @classmethod
    def read(cls, stem: Path, dims: int, body: dict[str, Any]) -> Self:
        """What `write` wrote; `body` says how.

        Raises:
            ArtefactError: A file is missing or damaged, or the plan is unknown.
        """
        kind, dtype = body["plan"]
        plan = next((plan for plan in PLANS if (plan.kind, plan.dtype) == (kind, dtype)), None)
        if plan is None:
            raise ArtefactError(f"{stem}.json names no plan that is known: {kind}, {dtype}", hint="build it again")
        store = Store.load(stem, dtype, dims, float(body["scale"]))
        rows = Rows.load(stem, body["labels"])
        if len(store) != len(rows):
            raise ArtefactError(f"{stem}: {len(store)} vectors for {len(rows)} exemplars", hint="build it again")
        if kind == "flat" or not len(rows):
            return cls(plan, store, rows, None, stem)
        finder = Finder.load(_finder_file(stem), kind, int(body["effort"]), len(rows), dims)
        return cls(plan, store, rows, finder, stem)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the index: a main part, what was added since, and which of both, (n,), may be found."""

    main: Main
    vectors: Vectors
    rows: Rows
    alive: Bools
    bits: NDArray[np.uint8] | None

    @classmethod
    def of(cls, main: Main, vectors: Vectors, rows: Rows, alive: Bools) -> Self:
        """The state with the marks in the form that FAISS reads."""
        here = alive[: len(main.rows)]
        return cls(main, vectors, rows, alive, None if here.all() else np.packbits(here, bitorder="little"))

    @property
    def exemplars(self) -> Exemplars:
        """All of them by their place, removed ones too."""
        return Exemplars(self.main.rows, self.rows)

    @property
    def beside(self) -> int:
        """Bytes of texts and labels."""
        return self.main.rows.nbytes + self.rows.nbytes

    def places(self, texts: Collection[str]) -> NDArray[np.int64]:
        """Places of the exemplars with these texts that can be found."""
        found = np.concatenate([self.main.rows.find(texts), self.rows.find(texts) + len(self.main.rows)])
        return np.asarray(found[self.alive[found]])

    def search(self, queries: Vectors, k: int) -> Found:
        """Cosines and places, (n, k), of the exemplars nearest to each query, nearest first; 0 and −1 for none."""
        edge = len(self.main.rows)
        found = []
        if edge:
            found.append(self.main.search(queries, k, self.alive[:edge], self.bits))
        if len(self.rows):
            scores, ids = _exhaustive(self.vectors, queries, k, self.alive[edge:])
            found.append((scores, np.where(ids >= 0, ids + edge, -1)))
        if not found:
            return nothing(len(queries), k)
        scores, ids = (
            found[0] if len(found) == 1 else (np.concatenate(part, axis=1) for part in zip(*found, strict=True))
        )
        return _nearest(scores, ids, k)

    def rebuilt(self, chosen: str, dims: int, memory: int) -> Main:
        """A main part of all that can be found in this state."""
        edge = len(self.main.rows)
        here, fresh = self.alive[:edge], self.alive[edge:]
        rows = self.main.rows.kept(here).joined(self.rows.kept(fresh))
        plan = plan_for(chosen, len(rows), dims, beside=rows.nbytes, memory=memory)
        more = self.vectors[fresh]
        store = self.main.store.followed(plan.dtype, here, more)
        if plan.kind == "flat" or not len(rows):
            return Main(plan, store, rows, None)
        finder = None
        if self.main.finder is not None and plan == self.main.plan:
            path = None if self.main.stem is None else _finder_file(self.main.stem)
            finder = self.main.finder.grown(path, _new_places(here), more)
        return Main(plan, store, rows, finder or Finder.build(plan, store))

    def onto(self, main: Main, seen: Snapshot) -> Snapshot:
        """`main`, made of `seen`, with what this state has and `seen` had not: exemplars added, and marks."""
        before = len(seen.alive)
        skipped = len(seen.rows)
        later = np.arange(len(self.rows)) >= skipped
        alive = np.concatenate([self.alive[:before][seen.alive], self.alive[before:]])
        return Snapshot.of(main, self.vectors[skipped:], self.rows.kept(later), alive)


def _exhaustive(vectors: NDArray[Any], queries: Vectors, k: int, alive: Bools) -> Found:
    scores = _finite(queries @ vectors.T)
    if not alive.all():
        scores[:, ~alive] = -np.inf
    count = min(k, scores.shape[1])
    ids = np.argpartition(-scores, count - 1, axis=1)[:, :count] if count else np.zeros((len(queries), 0), np.int64)
    scores = scores[_row_numbers(ids), ids]
    return scores, np.where(np.isfinite(scores), ids, -1)


def _finite(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    # The vectors are checked where they come in, but of a mapped million only some: what is compared must be a number.
    if not math.isfinite(float(scores.sum())):
        raise ArtefactError("the index holds a vector that is not finite", hint="fit or build it again")
    return scores


def _nearest(scores: NDArray[np.float32], ids: NDArray[np.int64], k: int) -> Found:
    """The `k` best of each row, in order, the rest filled with 0 and −1."""
    order = np.lexsort((ids, -scores), axis=1)[:, :k]
    rows = _row_numbers(order)
    scores, ids = scores[rows, order], ids[rows, order]
    short = k - ids.shape[1]
    if short > 0:
        ids = np.pad(ids, ((0, 0), (0, short)), constant_values=-1)
        scores = np.pad(scores, ((0, 0), (0, short)))
    return np.where(ids >= 0, scores, 0.0).astype(np.float32, copy=False), ids.astype(np.int64, copy=False)


def _row_numbers(places: NDArray[Any]) -> NDArray[np.int64]:
    # With them an array is indexed directly, which takes a fifth of the time of np.take_along_axis for one query.
    return np.arange(len(places))[:, None]


def nothing(queries: int, k: int) -> Found:
    """What a search finds where there is nothing."""
    return np.zeros((queries, k), dtype=np.float32), np.full((queries, k), -1, dtype=np.int64)


def _new_places(alive: Bools) -> NDArray[np.int64]:
    return np.where(alive, np.cumsum(alive) - 1, -1)


def _beside_stem(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)


def _finder_file(stem: Path) -> Path:
    return _beside_stem(stem, ".faiss")
