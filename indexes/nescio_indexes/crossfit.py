"""What the parts of a router say of rows that they have not seen: all that may be calibrated on.

Heads and geometry come from other folds, neighbours leave out the row's group. Without out-of-scope rows, labels that
are held out in turn stand in for them. It calibrates nothing; `fitting` does.
"""

from __future__ import annotations

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
NET_ROWS = 16
"""From so many in-scope rows a label on average a net is trained; with fewer it only adds noise."""

_CHUNK = 1024
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
        if fast:
            return cls(FAST_FOLDS, _FAST_ITERATIONS, False, seed)
        enough = len(data.labels) > 1 and int((data.targets >= 0).sum()) >= NET_ROWS * len(data.labels)
        return cls(FOLDS, _ITERATIONS, enough, seed)

    def head(self, vectors: Vectors, targets: NDArray[np.int64], labels: int) -> Linear:
        """The linear head; as many steps on a fold as on all rows, or the logits would differ in size."""
        return fit_head(vectors, targets, labels, iterations=self.iterations)

    def hidden(self, vectors: Vectors, targets: NDArray[np.int64], labels: int) -> Net | None:
        """The net, if one is trained."""
        return fit_net(vectors, targets, labels, seed=self.seed) if self.net else None


@dataclass(frozen=True, slots=True)
class Unseen:
    """Rows that the parts have not seen, with what the parts say of them.

    `targets` (m,) right labels, −1 for out of scope and for labels that were held out; `folds` (m,) for cross-fitting.
    """

    parts: Parts
    targets: NDArray[np.int64]
    foreign: NDArray[np.bool_]
    folds: NDArray[np.int64]


def out_of_fold(data: Data, how: Training, progress: Progress) -> Unseen:
    """Every row, asked of parts that have not seen it."""
    folds = _folds(data, how.folds)
    found = []
    for fold in range(how.folds):
        progress(f"fitting on folds {fold + 1}/{how.folds}")
        held = folds == fold
        found.append(_measure(data, how, data.targets, train=~held, ask=held & _askable(data, ~held), folds=folds))
    return joined(found)


def labels_held_out(data: Data, how: Training, progress: Progress) -> tuple[Unseen, Unseen]:
    """In-scope rows, and rows of held-out labels as if out of scope, asked of the same parts.

    The parts of a turn have seen neither a fifth of the labels nor a fifth of the rows of the others. Were the two
    kinds of rows asked of parts that have learnt from different numbers of rows or labels, the scores would tell that
    difference as well.
    """
    folds = _folds(data, how.folds)
    turns = np.arange(len(data.labels)) % min(how.folds, len(data.labels))
    inside, outside = [], []
    for turn in range(int(turns.max()) + 1):
        progress(f"holding labels out {turn + 1}/{int(turns.max()) + 1}")
        hidden = turns[data.targets] == turn
        train = ~hidden & (folds != turn)
        targets = np.where(hidden, -1, data.targets)
        asked = ~hidden & (folds == turn) & _askable(data, train)
        inside.append(_measure(data, how, targets, train=train, ask=asked, folds=folds, banned=hidden))
        outside.append(_measure(data, how, targets, train=train, ask=hidden & ~data.seen, folds=folds, banned=hidden))
    return joined(inside), joined(outside)


def _folds(data: Data, folds: int) -> NDArray[np.int64]:
    """A fold for each row that may be asked, −1 for those that the encoder has seen: they train every part."""
    found, asked = np.full(len(data.rows), -1, np.int64), ~data.seen
    found[asked] = assign_folds(data.targets[asked], data.groups[asked], folds)
    return found


def _askable(data: Data, train: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows whose label the training rows have: a label's only exemplar tells nothing of the label when held out."""
    present = np.bincount(data.targets[train & (data.targets >= 0)], minlength=len(data.labels)) > 0
    return np.where(data.targets < 0, True, present[data.targets])


def _measure(
    data: Data,
    how: Training,
    targets: NDArray[np.int64],
    *,
    train: NDArray[np.bool_],
    ask: NDArray[np.bool_],
    folds: NDArray[np.int64],
    banned: NDArray[np.bool_] | None = None,
) -> Unseen:
    """The rows of `ask`, with their `targets`, asked of parts trained on `train`; `banned` rows are no neighbours."""
    labels = len(data.labels)
    inside = train & (data.targets >= 0)
    vectors = data.vectors[ask]
    if not inside.any() or not ask.any():
        return _nothing(labels, bool((data.targets < 0).any()))
    # A class without rows would be pushed down, and all others up: energies of two heads could not be compared.
    present = np.flatnonzero(np.bincount(data.targets[inside], minlength=labels))
    known = data.vectors[train]
    goals = np.where(data.targets[train] < 0, -1, np.searchsorted(present, data.targets[train]))
    classes = labels + bool((data.targets < 0).any())
    logits = _spread(how.head(known, goals, len(present))(vectors), present, labels, classes)
    net = how.hidden(known, goals, len(present))
    hidden = np.zeros_like(logits) if net is None else _spread(net(vectors), present, labels, classes)
    geometry = Geometry.fit(data.vectors[inside], data.targets[inside], labels)
    among = (data.targets >= 0) if banned is None else (data.targets >= 0) & ~banned
    parts = Parts(logits, hidden, geometry.relative(vectors), neighbours_without_twins(data, ask, among))
    return Unseen(parts, targets[ask], data.foreign[ask], folds[ask])


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
    picked = np.argpartition(-similar, reach - 1, axis=1)[:, :reach] if reach else np.zeros((len(queries), 0), np.int64)
    order = np.argsort(-np.take_along_axis(similar, picked, axis=1), axis=1, kind="stable")
    picked = np.take_along_axis(picked, order, axis=1)
    scores = np.take_along_axis(similar, picked, axis=1)
    which = np.where(np.isfinite(scores), among[picked] if reach else picked, -1)
    pad = ((0, 0), (0, k - reach))
    scores = np.pad(np.where(np.isfinite(scores), scores, 0.0), pad)
    return scores.astype(np.float32), np.pad(which, pad, constant_values=-1).astype(np.int64)


def _nothing(labels: int, outside: bool) -> Unseen:
    nearby = Nearby(
        np.zeros((0, NEIGHBOURS), np.float32), np.zeros((0, NEIGHBOURS), np.int64), np.zeros((0, 3), np.float32)
    )
    none = np.zeros((0, labels + outside), np.float32)
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
