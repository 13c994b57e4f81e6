"""Fits a router on labelled queries: frozen encoder → head, neighbours, geometry → calibration → threshold.

Every probability and the threshold come from rows that the part behind them has not seen: heads and geometry from
other folds, neighbours without the row's twins, the calibration from other folds again. Without out-of-scope rows,
labels that are held out in turn stand in for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nescio.errors import DataError, InvalidRequest
from nescio.metrics import auroc, ece
from nescio.types import Progress, silent
from nescio_indexes.encoder import TextEncoder, Vectors
from nescio_indexes.fitted import FittedRouter, Report
from nescio_indexes.index import Exemplar, ExemplarIndex
from nescio_indexes.language import looks_foreign
from nescio_indexes.plan import MEMORY
from nescio_indexes.rows import ROW_HINT, Row, assign_folds, data_hash, labels_of, prepare, twin_groups
from nescio_indexes.scope import PRIOR_FLOOR, RouteCalibration, fit_scope, fit_temperature
from nescio_indexes.scoring import (
    NEIGHBOURS,
    SCOPE_FEATURES,
    EmbeddingModel,
    Geometry,
    Nearby,
    Parts,
    evidence,
    fit_head,
    fuse,
)
from nescio_indexes.text import bare, twin_key
from nescio_indexes.threshold import Judged, Wish, choose, harmonic_mean

FOLDS = 5
FOREIGN_ROWS = 0.02
"""With more in-scope rows than this in other languages, queries in them are not held to be out of scope."""

_CHUNK = 1024
_SMALL = 4096
_FOLD_ITERATIONS = 40


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How to fit.

    Attributes:
        wish: What the owner asks of the threshold.
        oos_prior: Share of out-of-scope queries that p assumes; None for the data's.
        seed: Of what is drawn at random.
        memory: Bytes that the index of exemplars may take.
        progress: Told what happens next.
    """

    wish: Wish = field(default_factory=Wish)
    oos_prior: float | None = None
    seed: int = 0
    memory: int = MEMORY
    progress: Progress = silent


@dataclass(frozen=True, slots=True)
class _Data:
    """Prepared rows with their vectors. `targets` (n,) numbers of labels, −1 out of scope."""

    rows: tuple[Row, ...]
    labels: tuple[str, ...]
    vectors: Vectors
    targets: NDArray[np.int64]
    groups: NDArray[np.int64]
    foreign: NDArray[np.bool_]
    english: bool


@dataclass(frozen=True, slots=True)
class _Unseen:
    """Rows that the parts have not seen, with what the parts say of them.

    `targets` (m,) right labels, −1 for out of scope and for labels that were held out; `folds` (m,) for cross-fitting.
    """

    parts: Parts
    targets: NDArray[np.int64]
    foreign: NDArray[np.bool_]
    folds: NDArray[np.int64]


def fit_router(
    rows: Iterable[Row], encoder: TextEncoder, options: FitOptions | None = None, *, dev: Iterable[Row] = ()
) -> FittedRouter:
    """Fit a router on `rows`.

    Args:
        rows: At least two different in-scope texts; label None means out of scope.
        encoder: The frozen encoder.
        options: How.
        dev: Rows that join the calibration and the threshold, and nothing else.

    Raises:
        DataError: Too few rows, or a rule that the rows cannot give.
        InvalidRequest: Options that contradict one another.
    """
    chosen = options or FitOptions()
    chosen.wish.check()
    _check_prior(chosen.oos_prior)
    data = _embed(prepare(rows), encoder, chosen.progress)
    with _threads_for(len(data.rows)):
        return _fit(data, encoder, chosen, tuple(dev))


def _fit(data: _Data, encoder: TextEncoder, chosen: FitOptions, dev: tuple[Row, ...]) -> FittedRouter:
    pseudo = not (data.targets < 0).any()
    unseen = _out_of_fold(data, chosen.progress, pseudo)
    chosen.progress("fitting the final head")
    model = _final_model(data, encoder.fingerprint, chosen.memory)
    held = _held_out(model, _dev_rows(dev, data), data, encoder)
    if held is not None:
        pseudo = pseudo and not (held.targets < 0).any()
        unseen = _joined([unseen, held]) if len(unseen.targets) else held
    prior = _prior(chosen.oos_prior, unseen.targets, pseudo)
    calibration, fusion, judged = _calibrate(unseen, len(data.labels), prior)
    model = EmbeddingModel(model.labels, model.head, model.geometry, model.inside, model.outside, fusion)
    rule = choose(judged, chosen.wish, oos_prior=prior, pseudo=pseudo, seed=chosen.seed)
    return FittedRouter(
        model=model,
        calibration=calibration,
        rule=rule,
        report=_report(judged, data, rule.threshold if rule.cut == "scope" else 0.0, pseudo),
        encoder=encoder.fingerprint,
        encoder_name=encoder.name,
        data=data_hash(data.rows),
        english=data.english,
    )


def _threads_for(rows: int) -> AbstractContextManager[object]:
    """One thread for small matrices: handing them to more costs more than it saves, much more on a busy machine."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1) if rows <= _SMALL else nullcontext()


def _check_prior(prior: float | None) -> None:
    if prior is not None and not 0.0 <= prior < 1.0:
        raise InvalidRequest(f"--oos-prior {prior} is out of range", hint="a share, at least 0 and below 1")


def _embed(rows: tuple[Row, ...], encoder: TextEncoder, progress: Progress) -> _Data:
    labels = labels_of(rows)
    inside = [row for row in rows if row.label is not None]
    if len(inside) < 2:
        raise DataError(f"{len(inside)} in-scope rows with text are too few to fit a router", hint=ROW_HINT)
    progress(f"embedding {len(rows)} queries")
    texts = [bare(row.text) for row in rows]
    vectors = encoder.encode(texts, lambda done: progress(f"embedding queries {done}/{len(rows)}"))
    number = {label: i for i, label in enumerate(labels)}
    targets = np.array([-1 if row.label is None else number[row.label] for row in rows], dtype=np.int64)
    foreign = np.array([looks_foreign(row.text) for row in rows], dtype=np.bool_)
    english = float(foreign[targets >= 0].mean()) <= FOREIGN_ROWS
    return _Data(rows, labels, vectors, targets, twin_groups(rows), foreign & english, english)


def _out_of_fold(data: _Data, progress: Progress, pseudo: bool) -> _Unseen:
    folds = assign_folds(data.targets, data.groups, FOLDS)
    found = []
    for fold in range(FOLDS):
        progress(f"fitting on folds {fold + 1}/{FOLDS}")
        held = folds == fold
        found.append(_measure(data, train=~held, ask=held & _seen(data, ~held), folds=folds, hide=None))
    if pseudo and len(data.labels) > 1:
        label_folds = np.arange(len(data.labels)) % min(FOLDS, len(data.labels))
        for fold in range(int(label_folds.max()) + 1):
            progress(f"holding labels out {fold + 1}/{int(label_folds.max()) + 1}")
            hide = label_folds[data.targets] == fold
            found.append(_measure(data, train=~hide, ask=hide, folds=folds, hide=hide))
    return _joined(found)


def _seen(data: _Data, train: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows whose label the training rows have: a label's only exemplar tells nothing of the label when held out."""
    present = np.bincount(data.targets[train & (data.targets >= 0)], minlength=len(data.labels)) > 0
    return np.where(data.targets < 0, True, present[data.targets])


def _measure(
    data: _Data,
    *,
    train: NDArray[np.bool_],
    ask: NDArray[np.bool_],
    folds: NDArray[np.int64],
    hide: NDArray[np.bool_] | None,
) -> _Unseen:
    labels = len(data.labels)
    inside = train & (data.targets >= 0)
    vectors = data.vectors[ask]
    if not inside.any() or not ask.any():
        return _nothing(labels, bool((data.targets < 0).any()))
    head = fit_head(data.vectors[train], data.targets[train], labels, iterations=_FOLD_ITERATIONS)
    logits = head(vectors)
    if logits.shape[1] == labels and (data.targets < 0).any():
        logits = np.pad(logits, ((0, 0), (0, 1)))
    if hide is not None:
        absent = np.bincount(data.targets[inside], minlength=labels) == 0
        logits[:, np.flatnonzero(absent)] = logits.min() - 20.0
    geometry = Geometry.fit(data.vectors[inside], data.targets[inside], labels)
    banned = np.zeros(len(data.targets), np.bool_) if hide is None else hide
    parts = Parts(logits, geometry.relative(vectors), _neighbours_without_twins(data, ask, banned))
    targets = data.targets[ask] if hide is None else np.full(int(ask.sum()), -1, np.int64)
    return _Unseen(parts, targets, data.foreign[ask], folds[ask])


def _neighbours_without_twins(data: _Data, ask: NDArray[np.bool_], banned: NDArray[np.bool_]) -> Nearby:
    inside = np.flatnonzero((data.targets >= 0) & ~banned)
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
    data: _Data, queries: NDArray[np.int64], among: NDArray[np.int64], k: int
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


def _final_model(data: _Data, fingerprint: str, memory: int) -> EmbeddingModel:
    inside = data.targets >= 0
    dims = data.vectors.shape[1]
    indexes = []
    for kept in (inside, ~inside):
        index = ExemplarIndex(dims, fingerprint, memory=memory)
        rows = [Exemplar(data.rows[i].text, data.rows[i].label) for i in np.flatnonzero(kept)]
        index.add(rows, data.vectors[kept])
        indexes.append(index)
    head = fit_head(data.vectors, data.targets, len(data.labels))
    geometry = Geometry.fit(data.vectors[inside], data.targets[inside], len(data.labels))
    return EmbeddingModel(data.labels, head, geometry, indexes[0], indexes[1])


def _dev_rows(dev: Iterable[Row], data: _Data) -> tuple[Row, ...]:
    """Dev rows that the fit has not seen; a label that it does not know is out of this router's scope."""
    seen = {twin_key(row.text) for row in data.rows}
    known = set(data.labels)
    kept = [row for row in prepare(dev) if twin_key(row.text) not in seen]
    return tuple(Row(row.text, row.label if row.label in known else None) for row in kept)


def _held_out(model: EmbeddingModel, rows: tuple[Row, ...], data: _Data, encoder: TextEncoder) -> _Unseen | None:
    if not rows:
        return None
    vectors = encoder.encode([bare(row.text) for row in rows])
    parts = Parts(model.head(vectors), model.geometry.relative(vectors), model.nearby(vectors))
    number = {label: i for i, label in enumerate(data.labels)}
    targets = np.array([-1 if row.label is None else number[row.label] for row in rows], dtype=np.int64)
    foreign = np.array([data.english and looks_foreign(row.text) for row in rows], dtype=np.bool_)
    return _Unseen(parts, targets, foreign, assign_folds(targets, np.arange(len(rows)), FOLDS))


def _prior(wished: float | None, targets: NDArray[np.int64], pseudo: bool) -> float:
    if wished is not None:
        return min(max(wished, PRIOR_FLOOR), 1.0 - PRIOR_FLOOR)
    share = 0.0 if pseudo or not len(targets) else float((targets < 0).mean())
    return min(max(share, PRIOR_FLOOR), 1.0 - PRIOR_FLOOR)


def _calibrate(unseen: _Unseen, labels: int, prior: float) -> tuple[RouteCalibration, float, Judged]:
    inside = unseen.targets >= 0
    if not inside.any():
        return _unmeasured(labels, prior)
    own = unseen.parts.logits[:, :labels]
    temperature, fusion = fit_temperature(
        own[inside], evidence(unseen.parts.nearby, labels)[inside], unseen.targets[inside]
    )
    routes, features = fuse(unseen.parts, labels, fusion)
    final = fit_scope(features, inside, temperature=temperature, oos_prior=prior)
    scope = np.zeros(len(inside))
    everything = np.ones(len(inside), np.bool_)
    for fold in range(FOLDS):
        ask = unseen.folds == fold
        part = (
            fit_scope(features[~ask], inside[~ask], temperature=temperature, oos_prior=prior) if (~ask).any() else final
        )
        scope[ask] = part.scope(features[ask], known=everything[ask], foreign=unseen.foreign[ask])
    best = final.routes(routes).max(axis=1)
    right = inside & (routes.argmax(axis=1) == unseen.targets)
    return final, fusion, Judged(scope, scope * best, inside, right)


def _unmeasured(labels: int, prior: float) -> tuple[RouteCalibration, float, Judged]:
    """One exemplar a label leaves nothing unseen: neighbours decide, in units that the encoder is known for."""
    near = np.array([name == "near" for name in SCOPE_FEATURES], dtype=np.float64)
    # Unrelated texts are similar at about .1, paraphrases at about .6, with this encoder.
    calibration = RouteCalibration(1.0, 0.35 * near, np.where(near > 0, 0.1, 1.0), near, 0.0, 0.5).with_prior(prior)
    nothing = np.zeros(0)
    return (
        calibration,
        10.0 if labels > 1 else 0.0,
        Judged(nothing, nothing, np.zeros(0, np.bool_), np.zeros(0, np.bool_)),
    )


def _report(judged: Judged, data: _Data, threshold: float, pseudo: bool) -> Report:
    real = judged.inside if pseudo else np.ones_like(judged.inside)
    kept, refused = judged.rates_at(threshold)
    measured = bool(judged.inside.any())
    return Report(
        rows=int((data.targets >= 0).sum()),
        outside=int((data.targets < 0).sum()),
        measured=len(judged.inside),
        pseudo=pseudo,
        accuracy=float(judged.right[judged.inside].mean()) if measured else float("nan"),
        auroc=auroc(judged.scope, judged.inside) if measured else float("nan"),
        ece=ece(judged.p[real], judged.right[real], debiased=True) if measured else float("nan"),
        kept=kept if measured else float("nan"),
        refused=refused if measured and not judged.inside.all() else float("nan"),
        harmonic=harmonic_mean(kept, refused) if measured else float("nan"),
    )


def _nothing(labels: int, outside: bool) -> _Unseen:
    nearby = Nearby(
        np.zeros((0, NEIGHBOURS), np.float32), np.zeros((0, NEIGHBOURS), np.int64), np.zeros((0, 3), np.float32)
    )
    parts = Parts(np.zeros((0, labels + outside), np.float32), np.zeros(0), nearby)
    return _Unseen(parts, np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros(0, np.int64))


def _joined(pieces: list[_Unseen]) -> _Unseen:
    width = max(piece.parts.logits.shape[1] for piece in pieces)
    logits = [np.pad(p.parts.logits, ((0, 0), (0, width - p.parts.logits.shape[1]))) for p in pieces]
    nearby = Nearby(
        np.concatenate([piece.parts.nearby.inside for piece in pieces]),
        np.concatenate([piece.parts.nearby.labels for piece in pieces]),
        np.concatenate([piece.parts.nearby.outside for piece in pieces]),
    )
    parts = Parts(np.concatenate(logits), np.concatenate([piece.parts.relative for piece in pieces]), nearby)
    return _Unseen(
        parts,
        np.concatenate([piece.targets for piece in pieces]),
        np.concatenate([piece.foreign for piece in pieces]),
        np.concatenate([piece.folds for piece in pieces]),
    )
