"""What the parts of a router say of rows that they have not seen: all that may be calibrated on.

Heads and geometry come from other folds, neighbours leave out the row's group. Without out-of-scope rows, labels that
are held out in turn stand in for them. It calibrates nothing; `fitting` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nescio.types import Progress
from nescio_indexes.encoder import Vectors
from nescio_indexes.net import Net, fit_net
from nescio_indexes.rows import Row, assign_folds
from nescio_indexes.scoring import NEIGHBOURS, Geometry, Nearby, Parts, fit_head
from nescio_indexes.softmax import Linear

FOLDS = 5
FAST_FOLDS = 3
FEW_ROWS, FEW_FOLDS = 2000, 10
"""Without out-of-scope rows and with so few others, parts that go without a fifth are too much worse than the router:
its scores of scope are higher than theirs, and a threshold from theirs refuses next to nothing."""
NET_ROWS = 16
"""From so many in-scope rows a label on average a net is trained; with fewer it only adds noise."""

_CHUNK = 256
_MOST_AT_ONCE = 4
"""Parts trained at once, at most: each takes a copy of the rows."""
_ITERATIONS = 40
_FAST_ITERATIONS = 25


@dataclass(frozen=True, slots=True)
class Data:
    """Prepared rows with their vectors.

    `targets` (n,) numbers of labels, −1 out of scope; `seen` (n,) rows that the encoder was tuned on: they train the
    parts, but their vectors flatter, and nothing is measured on them.
    """

    rows: tuple[Row, ...]
    labels: tuple[str, ...]
    vectors: Vectors
    targets: NDArray[np.int64]
    groups: NDArray[np.int64]
    foreign: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    english: bool


@dataclass(frozen=True, slots=True)
class Training:
    """What is trained, and how thoroughly."""

    folds: int
    iterations: int
    net: bool
    seed: int

    @classmethod
    def of(cls, data: Data, *, fast: bool, seed: int) -> Self:
        """The full training, with a net where there are rows enough for it; or the fast one."""
        folds = folds_for(data.targets, fast=fast)
        if fast:
            return cls(folds, _FAST_ITERATIONS, False, seed)
        enough = len(data.labels) > 1 and int((data.targets >= 0).sum()) >= NET_ROWS * len(data.labels)
        return cls(folds, _ITERATIONS, enough, seed)

    def head(self, vectors: Vectors, targets: NDArray[np.int64], labels: int) -> Linear:
        """The linear head; as many steps on a fold as on all rows, or the logits would differ in size."""
        return fit_head(vectors, targets, labels, iterations=self.iterations)

    def hidden(self, vectors: Vectors, targets: NDArray[np.int64], labels: int) -> Net | None:
        """The net, if one is trained."""
        return fit_net(vectors, targets, labels, seed=self.seed) if self.net else None


def folds_for(targets: NDArray[np.int64], *, fast: bool = False) -> int:
    """How many folds rows with these `targets` are asked in."""
    if len(targets) <= FEW_ROWS and bool((targets >= 0).all()):
        return FEW_FOLDS
    return FAST_FOLDS if fast else FOLDS


@dataclass(frozen=True, slots=True)
class Unseen:
    """Rows that the parts have not seen, with what the parts say of them.

    `targets` (m,) right labels, −1 for out of scope and for labels that were held out; `folds` (m,) for cross-fitting.
    """

    parts: Parts
    targets: NDArray[np.int64]
    foreign: NDArray[np.bool_]
    folds: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> Unseen:
        """The rows where `mask`, (m,), is true."""
        parts, nearby = self.parts, self.parts.nearby
        near = Nearby(nearby.inside[mask], nearby.labels[mask], nearby.outside[mask])
        kept = Parts(parts.logits[mask], parts.net[mask], parts.relative[mask], near)
        return Unseen(kept, self.targets[mask], self.foreign[mask], self.folds[mask])


def out_of_fold(data: Data, how: Training, progress: Progress) -> Unseen:
    """Every row, asked of parts that have not seen it."""
    folds = _folds(data, how.folds)
    with _workers() as pool:
        turns = [
            _measure(pool, data, how, data.targets, train=folds != fold, ask=folds == fold, folds=folds)
            for fold in range(how.folds)
        ]
        return joined(_awaited(turns, "fitting on folds", progress))


def labels_held_out(data: Data, how: Training, progress: Progress) -> tuple[Unseen, Unseen]:
    """In-scope rows, and rows of held-out labels as if out of scope, asked of the same parts.

    The parts of a turn have seen neither a fifth of the labels nor a fifth of the rows of the others. Were the two
    kinds of rows asked of parts that have learnt from different numbers of rows or labels, the scores would tell that
    difference as well.
    """
    folds = _folds(data, how.folds)
    turns = np.arange(len(data.labels)) % min(how.folds, len(data.labels))
    with _workers() as pool:
        found = []
        for turn in range(int(turns.max()) + 1):
            hidden = turns[data.targets] == turn
            train, ask = ~hidden & (folds != turn), np.where(hidden, ~data.seen, folds == turn)
            targets = np.where(hidden, -1, data.targets)
            found.append(_measure(pool, data, how, targets, train=train, ask=ask, folds=folds, banned=hidden))
        every = joined(_awaited(found, "holding labels out", progress))
    return every.where(every.targets >= 0), every.where(every.targets < 0)


@contextmanager
def _workers() -> Iterator[Executor]:
    """As many threads as BLAS would use, each of which computes by itself.

    A step of a head or a net is short, and threads that share it spend longer waiting for one another.
    """
    from threadpoolctl import threadpool_info, threadpool_limits

    threads = max((pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"), default=1)
    with threadpool_limits(1):
        pool = ThreadPoolExecutor(min(threads, _MOST_AT_ONCE))
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def _awaited(turns: list[Callable[[], Unseen]], doing: str, progress: Progress) -> list[Unseen]:
    found = []
    for number, turn in enumerate(turns, start=1):
        progress(f"{doing} {number}/{len(turns)}")
        found.append(turn())
    return found


def _folds(data: Data, folds: int) -> NDArray[np.int64]:
    """A fold for each row that may be asked, −1 for those that the encoder has seen: they train every part."""
    found, asked = np.full(len(data.rows), -1, np.int64), ~data.seen
    found[asked] = assign_folds(data.targets[asked], data.groups[asked], folds)
    return found


def _measure(
    pool: Executor,
    data: Data,
    how: Training,
    targets: NDArray[np.int64],
    *,
    train: NDArray[np.bool_],
    ask: NDArray[np.bool_],
    folds: NDArray[np.int64],
    banned: NDArray[np.bool_] | None = None,
) -> Callable[[], Unseen]:
    """The rows of `ask`, with their `targets`, asked of parts trained on `train`; `banned` rows are no neighbours.

    The parts are trained in `pool`, and what is returned waits for them. Rows whose label `train` lacks are not asked.
    """
    labels, classes = len(data.labels), len(data.labels) + bool((data.targets < 0).any())
    inside = train & (data.targets >= 0)
    present = np.flatnonzero(np.bincount(data.targets[inside], minlength=labels))
    # A label's only exemplar tells nothing of the label when held out.
    ask = ask & ((targets < 0) | np.isin(targets, present))
    if not inside.any() or not ask.any():
        return lambda: _nothing(classes)
    # A class without rows would be pushed down, and all others up: energies of two heads could not be compared.
    goals = np.where(data.targets[train] < 0, -1, np.searchsorted(present, data.targets[train]))

    def logits(fit: Callable[[Vectors, NDArray[np.int64], int], Linear | Net | None]) -> NDArray[np.float32]:
        part, vectors = fit(data.vectors[train], goals, len(present)), data.vectors[ask]
        if part is None:
            return np.zeros((len(vectors), classes), np.float32)
        return _spread(part(vectors), present, labels, classes)

    def relative() -> NDArray[np.float64]:
        return Geometry.fit(data.vectors[inside], data.targets[inside], labels).relative(data.vectors[ask])

    among = (data.targets >= 0) if banned is None else (data.targets >= 0) & ~banned
    net, head = pool.submit(logits, how.hidden), pool.submit(logits, how.head)
    shape, nearby = pool.submit(relative), pool.submit(neighbours_without_twins, data, ask, among)

    def asked() -> Unseen:
        parts = Parts(head.result(), net.result(), shape.result(), nearby.result())
        return Unseen(parts, targets[ask], data.foreign[ask], folds[ask])

    return asked


def _spread(logits: NDArray[np.float32], present: NDArray[np.int64], labels: int, classes: int) -> NDArray[np.float32]:
    """Logits (n, `classes`) of all labels: those that were not trained far below the `present` ones."""
    wide = np.full((len(logits), classes), logits.min() - 20.0, dtype=np.float32)
    wide[:, present] = logits[:, : len(present)]
    outside = logits[:, len(present) :]
    wide[:, labels:] = outside if outside.shape[1] else 0.0
    return wide


def neighbours_without_twins(data: Data, ask: NDArray[np.bool_], among: NDArray[np.bool_]) -> Nearby:
    """The neighbours of the rows of `ask`, those in scope `among` these, without the rows of its own group."""
    inside = np.flatnonzero(among)
    outside = np.flatnonzero(data.targets < 0)
    scores, labels, far = [], [], []
    places = np.flatnonzero(ask)
    for start in range(0, len(places), _CHUNK):
        chunk = places[start : start + _CHUNK]
        near, which = _top(data, chunk, inside, NEIGHBOURS)
        scores.append(near)
        labels.append(np.where(which >= 0, data.targets[which], -1))
        far.append(_top(data, chunk, outside, 3)[0])
    return Nearby(np.concatenate(scores), np.concatenate(labels), np.concatenate(far))


def _top(
    data: Data, queries: NDArray[np.int64], among: NDArray[np.int64], k: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    similar = data.vectors[queries] @ data.vectors[among].T
    similar[data.groups[queries][:, None] == data.groups[among][None, :]] = -np.inf
    reach = min(k, len(among))
    picked = np.argpartition(similar, -reach, axis=1)[:, -reach:] if reach else np.zeros((len(queries), 0), np.int64)
    order = np.argsort(-np.take_along_axis(similar, picked, axis=1), axis=1, kind="stable")
    picked = np.take_along_axis(picked, order, axis=1)
    scores = np.take_along_axis(similar, picked, axis=1)
    which = np.where(np.isfinite(scores), among[picked] if reach else picked, -1)
    pad = ((0, 0), (0, k - reach))
    scores = np.pad(np.where(np.isfinite(scores), scores, 0.0), pad)
    return scores.astype(np.float32), np.pad(which, pad, constant_values=-1).astype(np.int64)


def _nothing(classes: int) -> Unseen:
    nearby = Nearby(
        np.zeros((0, NEIGHBOURS), np.float32), np.zeros((0, NEIGHBOURS), np.int64), np.zeros((0, 3), np.float32)
    )
    none = np.zeros((0, classes), np.float32)
    parts = Parts(none, none, np.zeros(0), nearby)
    return Unseen(parts, np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros(0, np.int64))


def joined(pieces: list[Unseen]) -> Unseen:
    """All rows of `pieces`."""
    width = max(piece.parts.logits.shape[1] for piece in pieces)
    heads = [
        np.concatenate([np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in parts])
        for parts in ([piece.parts.logits for piece in pieces], [piece.parts.net for piece in pieces])
    ]
    nearby = Nearby(
        np.concatenate([piece.parts.nearby.inside for piece in pieces]),
        np.concatenate([piece.parts.nearby.labels for piece in pieces]),
        np.concatenate([piece.parts.nearby.outside for piece in pieces]),
    )
    parts = Parts(heads[0], heads[1], np.concatenate([piece.parts.relative for piece in pieces]), nearby)
    return Unseen(
        parts,
        np.concatenate([piece.targets for piece in pieces]),
        np.concatenate([piece.foreign for piece in pieces]),
        np.concatenate([piece.folds for piece in pieces]),
    )
