"""Fits a router on labelled queries: frozen encoder → heads, neighbours, geometry → calibration → threshold.

Every probability and the threshold come from rows that the part behind them has not seen (`crossfit`), and the
calibration behind the threshold from other folds again.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nescio.errors import DataError, InvalidRequest
from nescio.metrics import auroc, ece
from nescio.types import Progress, silent
from nescio_indexes.crossfit import (
    FOLDS,
    Data,
    Training,
    Unseen,
    folds_for,
    joined,
    labels_held_out,
    neighbours_without_twins,
    out_of_fold,
)
from nescio_indexes.encoder import TextEncoder
from nescio_indexes.fitted import FittedRouter, Report
from nescio_indexes.index import Exemplar, ExemplarIndex
from nescio_indexes.language import looks_foreign
from nescio_indexes.plan import MEMORY
from nescio_indexes.reading import Reader
from nescio_indexes.rows import ROW_HINT, Row, assign_folds, data_hash, fold_groups, labels_of, prepare, targets_of
from nescio_indexes.scope import PRIOR_FLOOR, RouteCalibration, fit_fusion, fit_scope
from nescio_indexes.scoring import (
    NEAR,
    SCOPE_FEATURES,
    EmbeddingModel,
    Fusion,
    Geometry,
    evidence,
    fuse,
)
from nescio_indexes.text import bare, twin_key
from nescio_indexes.threshold import Judged, Rule, Wish, at_prior, choose, harmonic_mean
from nescio_indexes.tuning import Tuned

FOREIGN_ROWS = 0.02
"""With more in-scope rows than this in other languages, queries in them are not held to be out of scope."""

_SMALL = 4096
_EVEN, _SPREAD = 0.4, 0.1


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How to fit.

    Attributes:
        wish: What the owner asks of the threshold.
        oos_prior: Share of out-of-scope queries that p assumes; None for the data's.
        seed: Of what is drawn at random.
        memory: Bytes that the index of exemplars may take.
        fast: Fewer folds, the linear head alone: half the time, with many rows, for a somewhat worse router.
        progress: Told what happens next.
    """

    wish: Wish = field(default_factory=Wish)
    oos_prior: float | None = None
    seed: int = 0
    memory: int = MEMORY
    fast: bool = False
    progress: Progress = silent


def fit_router(
    rows: Iterable[Row],
    encoder: TextEncoder,
    options: FitOptions | None = None,
    *,
    dev: Iterable[Row] = (),
    tuned: Tuned | None = None,
) -> FittedRouter:
    """Fit a router on `rows`.

    Args:
        rows: At least two different in-scope texts; label None means out of scope.
        encoder: The frozen encoder.
        options: How.
        dev: Rows that join the calibration and the threshold, and nothing else.
        tuned: Where `encoder` was tuned on these very rows, what it has seen of them.

    Raises:
        DataError: Too few rows, or a rule that the rows cannot give.
        InvalidRequest: Options that contradict one another.
    """
    chosen = options or FitOptions()
    chosen.wish.check()
    _check_prior(chosen.oos_prior)
    data = embedded(prepare(rows), encoder, chosen.progress, tuned)
    with _threads_for(len(data.rows)):
        fitted = _fit(data, encoder, chosen, tuple(dev))
    return fitted if tuned is None else replace(fitted, tuned=tuned.folder)


def _fit(data: Data, encoder: TextEncoder, chosen: FitOptions, dev: tuple[Row, ...]) -> FittedRouter:
    how = Training.of(data, fast=chosen.fast, seed=chosen.seed)
    unseen = out_of_fold(data, how, chosen.progress)
    chosen.progress("fitting the final heads")
    model = _final_model(data, how, encoder.fingerprint, chosen.memory)
    held = _held_out(model, _dev_rows(dev, data), data, encoder)
    if held is not None:
        unseen = joined([unseen, held]) if len(unseen.targets) else held
    pseudo = not (unseen.targets < 0).any()
    contrast = labels_held_out(data, how, chosen.progress) if pseudo and len(data.labels) > 1 else None
    # What the data say: of what can be asked, in-scope rows that the encoder has seen are missing.
    every = data.targets if held is None else np.concatenate([data.targets, held.targets])
    prior = _prior(chosen.oos_prior, every)
    calibration, fusion, judged = _calibrate(unseen, contrast, data, prior)
    model = replace(model, fusion=fusion)
    rule = choose(judged, chosen.wish, oos_prior=prior, pseudo=pseudo, seed=chosen.seed)
    return FittedRouter(
        model=model,
        calibration=calibration,
        rule=rule,
        report=_report(judged, data, rule, at_prior(judged, prior, chosen.seed, pseudo), pseudo),
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


def embedded(
    rows: tuple[Row, ...], encoder: TextEncoder, progress: Progress = silent, tuned: Tuned | None = None
) -> Data:
    """`rows`, as `prepare` gives them, with their vectors and groups.

    Raises:
        DataError: Fewer than two are in scope, or `tuned` belongs to other rows.
    """
    labels = labels_of(rows)
    inside = [row for row in rows if row.label is not None]
    if len(inside) < 2:
        raise DataError(f"{len(inside)} in-scope rows with text are too few to fit a router", hint=ROW_HINT)
    if tuned is not None and tuned.data != data_hash(rows):
        raise DataError("this encoder was tuned on other rows", hint="fit on the rows that it was tuned on")
    progress(f"embedding {len(rows)} queries")
    texts = [bare(row.text) for row in rows]
    vectors = encoder.encode(texts, lambda done: progress(f"embedding queries {done}/{len(rows)}"))
    targets = targets_of(rows, labels)
    foreign = np.array([looks_foreign(row.text) for row in rows], dtype=np.bool_)
    english = float(foreign[targets >= 0].mean()) <= FOREIGN_ROWS
    groups = fold_groups(rows, vectors, targets, folds_for(targets)) if tuned is None else tuned.groups
    seen = np.zeros(len(rows), np.bool_) if tuned is None else tuned.seen
    return Data(rows, labels, vectors, targets, groups, foreign & english, seen, english)


def _final_model(data: Data, how: Training, fingerprint: str, memory: int) -> EmbeddingModel:
    inside = data.targets >= 0
    dims = data.vectors.shape[1]
    indexes = []
    for kept in (inside, ~inside):
        index = ExemplarIndex(dims, fingerprint, memory=memory)
        rows = [Exemplar(data.rows[i].text, data.rows[i].label) for i in np.flatnonzero(kept)]
        index.add(rows, data.vectors[kept])
        indexes.append(index)
    head = how.head(data.vectors, data.targets, len(data.labels))
    net = how.hidden(data.vectors, data.targets, len(data.labels))
    geometry = Geometry.fit(data.vectors[inside], data.targets[inside], len(data.labels))
    return EmbeddingModel(data.labels, head, net, geometry, indexes[0], indexes[1])


def _dev_rows(dev: Iterable[Row], data: Data) -> tuple[Row, ...]:
    """Dev rows that the fit has not seen; a label that it does not know is out of this router's scope."""
    seen = {twin_key(row.text) for row in data.rows}
    known = set(data.labels)
    kept = [row for row in prepare(dev) if twin_key(row.text) not in seen]
    return tuple(Row(row.text, row.label if row.label in known else None) for row in kept)


def _held_out(model: EmbeddingModel, rows: tuple[Row, ...], data: Data, encoder: TextEncoder) -> Unseen | None:
    if not rows:
        return None
    reader = Reader(model, encoder)
    vectors = encoder.encode([reader.read(row.text) for row in rows])
    targets = targets_of(rows, data.labels)
    foreign = np.array([data.english and looks_foreign(row.text) for row in rows], dtype=np.bool_)
    return Unseen(model.parts(vectors), targets, foreign, assign_folds(targets, np.arange(len(rows)), FOLDS))


def _prior(wished: float | None, targets: NDArray[np.int64]) -> float:
    share = float((targets < 0).mean()) if len(targets) else 0.0
    return min(max(share if wished is None else wished, PRIOR_FLOOR), 1.0 - PRIOR_FLOOR)


def _calibrate(
    unseen: Unseen, contrast: tuple[Unseen, Unseen] | None, data: Data, prior: float
) -> tuple[RouteCalibration, Fusion, Judged]:
    """Everything that is calibrated, and the rows judged by calibrations of other folds.

    Args:
        unseen: The rows.
        contrast: In-scope rows and what stands in for out-of-scope ones, to tell the scope by; None for `unseen`.
        data: What was fitted on.
        prior: Share of out-of-scope queries.
    """
    inside, labels = unseen.targets >= 0, len(data.labels)
    if not inside.any():
        return _unmeasured(data, prior)
    others = (unseen.parts.net[:, :labels], evidence(unseen.parts.nearby, labels))
    temperature, weights = fit_fusion(
        unseen.parts.logits[inside, :labels], [part[inside] for part in others], unseen.targets[inside]
    )
    fusion = Fusion(*weights)
    if contrast is not None and not len(contrast[0].targets):
        contrast = None
    told = unseen if contrast is None else joined(list(contrast))
    told_inside, told_features = told.targets >= 0, fuse(told.parts, labels, fusion)[1]
    final = fit_scope(told_features, told_inside, temperature=temperature, oos_prior=prior)
    rows = unseen if contrast is None else joined([unseen, contrast[1]])
    routes, features = fuse(rows.parts, labels, fusion)
    scope, everything = np.zeros(len(rows.targets)), np.ones(len(rows.targets), np.bool_)
    for fold in range(int(rows.folds.max()) + 1):
        ask, rest = rows.folds == fold, told.folds != fold
        part = final
        if rest.any():
            part = fit_scope(told_features[rest], told_inside[rest], temperature=temperature, oos_prior=prior)
        scope[ask] = part.scope(features[ask], known=everything[ask], foreign=rows.foreign[ask])
    inside = rows.targets >= 0
    right = inside & (routes.argmax(axis=1) == rows.targets)
    return final, fusion, Judged(scope, scope * final.routes(routes).max(axis=1), inside, right)


def _unmeasured(data: Data, prior: float) -> tuple[RouteCalibration, Fusion, Judged]:
    """One exemplar a label leaves nothing unseen: neighbours decide, in units that the encoder is known for.

    At even odds the nearest exemplar is similar by `_EVEN`, and the next ones as exemplars are to one another.
    """
    near = np.array([name == "near" for name in SCOPE_FEATURES], dtype=np.float64)
    inside = data.targets >= 0
    beside = neighbours_without_twins(data, inside, inside).inside[:, : NEAR - 1].sum(axis=1).mean()
    centre, scale = (_EVEN + float(beside)) / NEAR * near, np.where(near > 0, _SPREAD / NEAR, 1.0)
    nothing, none = np.zeros(0), np.zeros(0, np.bool_)
    return (
        RouteCalibration(1.0, centre, scale, near, 0.0, 0.5).with_prior(prior),
        Fusion(neighbours=10.0 if len(data.labels) > 1 else 0.0),
        Judged(nothing, nothing, none, none),
    )


def _report(judged: Judged, data: Data, rule: Rule, mixed: Judged, pseudo: bool) -> Report:
    """Figures of the rows that were `judged`; `mixed` are those with the share out of scope that p assumes."""
    nan = float("nan")
    kept, refused = judged.rates_at(rule.threshold if rule.cut == "scope" else 0.0)
    measured, known = bool(judged.inside.any()), bool(judged.inside.any() and not judged.inside.all())
    # Of one label, and nothing beside it, p is scope, and scope is a guess.
    alone = pseudo and bool(judged.inside.all())
    if pseudo and data.seen.any():
        # An encoder that was tuned on the labels that were held out makes strangers of them too easily.
        known = False
    return Report(
        rows=int((data.targets >= 0).sum()),
        outside=int((data.targets < 0).sum()),
        measured=len(judged.inside),
        pseudo=pseudo,
        accuracy=float(judged.right[judged.inside].mean()) if measured else nan,
        auroc=auroc(judged.scope, judged.inside) if known else nan,
        ece=ece(mixed.p, mixed.right, debiased=True) if measured and not alone else nan,
        kept=kept if measured else nan,
        refused=refused if known else nan,
        harmonic=harmonic_mean(kept, refused) if known else nan,
    )
