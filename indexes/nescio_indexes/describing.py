"""Fits a router on descriptions of its routes, with as many exemplars as there are: none at first.

What no row can calibrate is calibrated by a prior: constants that were fitted on other label sets, and that the router
names as ``prior`` in its facts. From `MEASURED` exemplars on, the temperature is fitted on out-of-fold rows, shrunk
towards the prior; with as many out-of-scope rows, P(in scope) and the threshold are fitted too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nescio.errors import DataError, InvalidRequest
from nescio.metrics import auroc, ece
from nescio_indexes.build import outside_rows
from nescio_indexes.crossfit import FOLDS
from nescio_indexes.described import (
    FEATURES,
    TEMPLATES,
    DescribedModel,
    Description,
    check_descriptions,
    spoken,
)
from nescio_indexes.encoder import TextEncoder, Vectors
from nescio_indexes.fitted import FittedRouter, Report
from nescio_indexes.fitting import FitOptions
from nescio_indexes.index import Exemplar, ExemplarIndex
from nescio_indexes.language import looks_foreign
from nescio_indexes.rows import Row, assign_folds, data_hash, prepare, twin_groups
from nescio_indexes.scope import RouteCalibration, fit_fusion, fit_scope
from nescio_indexes.scoring import RawScores
from nescio_indexes.softmax import Floats, fit_softmax
from nescio_indexes.text import bare
from nescio_indexes.threshold import Judged, Rule, choose, harmonic_mean

MEASURED = 30
"""Fewer rows than this, in or out of scope, measure nothing."""
PRIOR_TEMPERATURE = 1.1
PRIOR_SLOPE, PRIOR_MARGIN, PRIOR_OUTSIDE = 11.6, 0.105, 0.2
"""P(in scope) = σ(slope·(near − .2·outside − median − margin)), median: of the same over shipped out-of-scope queries.

Fitted at even odds on four families of label sets (assistants' intents, school subjects, skills, experts).
"""

PRIOR_ROWS = 100
"""The prior temperature weighs as much as so many rows: folds of few exemplars are worse off than all of them."""

_MOST_TEXTS = 20_000


@dataclass(frozen=True, slots=True)
class _Points:
    """Everything with its vectors, before any fold is left out.

    Attributes:
        labels: Sorted.
        names: (m, d) a point for each phrase, the mean of its phrasings.
        named: (m,) numbers of the phrases' labels.
        phrasings: (t, d), `phrased` (t,) their labels, `weights` (t,) of each in the head.
        rows: Exemplars and out-of-scope rows, with `vectors` and `targets`, −1 out of scope.
        shipped: The queries that no expert covers, as vectors and rows.
    """

    labels: tuple[str, ...]
    phrases: tuple[str, ...]
    names: Vectors
    named: NDArray[np.int64]
    phrasings: Vectors
    phrased: NDArray[np.int64]
    weights: Floats
    rows: tuple[Row, ...]
    vectors: Vectors
    targets: NDArray[np.int64]
    shipped: tuple[Row, ...]
    far: Vectors


def fit_described(
    descriptions: Sequence[Description],
    encoder: TextEncoder,
    options: FitOptions | None = None,
    *,
    rows: Iterable[Row] = (),
) -> FittedRouter:
    """A router of the routes in `descriptions`.

    Args:
        descriptions: At least one, each of another label.
        encoder: The frozen encoder.
        options: How.
        rows: Exemplars that are there already, of described labels; label None means out of scope.

    Raises:
        DataError: No description, two of one label, a row of a label that is not described, or a rule that needs rows.
        InvalidRequest: Options that contradict one another.
    """
    chosen = options or FitOptions()
    chosen.wish.check()
    prior = 0.5 if chosen.oos_prior is None else chosen.oos_prior
    if not 0.0 <= prior < 1.0:
        raise InvalidRequest(f"--oos-prior {prior} is out of range", hint="a share, at least 0 and below 1")
    check_descriptions(descriptions)
    points = _embed(descriptions, encoder, chosen, prepare(rows))
    model = _model(points, np.ones(len(points.rows), np.bool_), encoder.fingerprint)
    unseen = _out_of_fold(points, encoder.fingerprint)
    inside = points.targets >= 0
    calibration, basis = _calibrate(model, points, unseen, prior)
    judged = _judge(calibration, unseen, points) if basis["routes"] == "fitted" else None
    rule = _rule(judged, basis["scope"], chosen, calibration.oos_prior)
    english = not any(looks_foreign(text) for text in points.phrases)
    return FittedRouter(
        model=model,
        calibration=calibration,
        rule=rule,
        report=_report(judged, inside, basis["scope"], rule),
        encoder=encoder.fingerprint,
        encoder_name=encoder.name,
        data=data_hash(
            (*(Row(text, points.labels[k]) for text, k in zip(points.phrases, points.named, strict=True)), *points.rows)
        ),
        english=english,
        extra={"calibration": basis, "names": len(points.phrases)},
    )


def _embed(
    descriptions: Sequence[Description], encoder: TextEncoder, options: FitOptions, rows: tuple[Row, ...]
) -> _Points:
    labels = tuple(sorted(description.label for description in descriptions))
    number = {label: i for i, label in enumerate(labels)}
    strange = sorted({row.label for row in rows if row.label is not None} - set(labels))
    if strange:
        raise DataError(f"{strange[0]!r} has exemplars but no description", hint="describe every route")
    ordered = sorted(descriptions, key=lambda description: description.label)
    phrases = [(text, description.label) for description in ordered for text in description.phrases]
    templates = TEMPLATES[: max(1, _MOST_TEXTS // len(phrases))]
    options.progress(f"embedding {len(phrases)} names")
    texts = [template.format(text, route=spoken(label)) for text, label in phrases for template in templates]
    phrasings = encoder.encode(texts)
    means = phrasings.reshape(len(phrases), len(templates), -1).mean(axis=1)
    named = np.array([number[label] for _, label in phrases], dtype=np.int64)
    # Every route weighs the same in the head, however many names it has.
    share = len(phrases) / len(labels) / np.bincount(named, minlength=len(labels))[named] / len(templates)
    shipped = outside_rows()
    return _Points(
        labels=labels,
        phrases=tuple(text for text, _ in phrases),
        names=(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)).astype(np.float32),
        named=named,
        phrasings=phrasings,
        phrased=np.repeat(named, len(templates)),
        weights=np.repeat(share, len(templates)),
        rows=rows,
        vectors=encoder.encode([bare(row.text) for row in rows]),
        targets=np.array([-1 if row.label is None else number[row.label] for row in rows], dtype=np.int64),
        shipped=shipped,
        far=encoder.encode([bare(row.text) for row in shipped]),
    )


def _model(points: _Points, kept: NDArray[np.bool_], fingerprint: str) -> DescribedModel:
    """The model on all names and on the rows that are `kept`."""
    labels, own = points.labels, kept & (points.targets >= 0)
    head = fit_softmax(
        np.concatenate([points.phrasings, points.vectors[own]]),
        np.concatenate([points.phrased, points.targets[own]]),
        len(labels),
        row_weights=np.concatenate([points.weights, np.ones(int(own.sum()))]),
    )
    inside = ExemplarIndex(points.names.shape[1], fingerprint)
    outside = ExemplarIndex(points.names.shape[1], fingerprint)
    inside.add([Exemplar(text, labels[k]) for text, k in zip(points.phrases, points.named, strict=True)], points.names)
    inside.add([Exemplar(points.rows[i].text, points.rows[i].label) for i in np.flatnonzero(own)], points.vectors[own])
    outside.add([Exemplar(row.text) for row in points.shipped], points.far)
    strangers = kept & (points.targets < 0)
    outside.add([Exemplar(points.rows[i].text) for i in np.flatnonzero(strangers)], points.vectors[strangers])
    return DescribedModel(labels, head, inside, outside)


def _out_of_fold(points: _Points, fingerprint: str) -> RawScores | None:
    """What models that have not seen the rows say of them; None where there are too few in-scope rows to tell."""
    if int((points.targets >= 0).sum()) < MEASURED:
        return None
    folds = assign_folds(points.targets, twin_groups(points.rows), FOLDS)
    routes = np.zeros((len(folds), len(points.labels)), np.float32)
    scope, known = np.zeros((len(folds), len(FEATURES))), np.ones(len(folds), np.bool_)
    for fold in range(FOLDS):
        held = folds == fold
        raw = _model(points, ~held, fingerprint).scores(points.vectors[held])
        routes[held], scope[held], known[held] = raw.routes, raw.scope, raw.known
    return RawScores(routes, scope, known)


def _calibrate(
    model: DescribedModel, points: _Points, unseen: RawScores | None, oos_prior: float
) -> tuple[RouteCalibration, dict[str, str]]:
    temperature, basis = PRIOR_TEMPERATURE, {"routes": "prior", "scope": "prior"}
    inside = points.targets >= 0
    if unseen is not None:
        own = unseen.routes[inside]
        fitted = fit_fusion(own, (), points.targets[inside])[0]
        share = len(own) / (len(own) + PRIOR_ROWS)
        temperature = fitted**share * temperature ** (1.0 - share)
        basis["routes"] = "fitted"
    if unseen is not None and int((~inside).sum()) >= MEASURED:
        basis["scope"] = "fitted"
        return fit_scope(unseen.scope, inside, temperature=temperature, oos_prior=oos_prior), basis
    # A shipped query is its own nearest one, which tells nothing: the next ones count.
    features = model.scores(points.far).scope
    features[:, 1] = model.outside.search(points.far, 4).scores[:, 1:].mean(axis=1)
    middle = float(np.median(features @ np.array([1.0, -PRIOR_OUTSIDE])))
    weights = PRIOR_SLOPE * np.array([1.0, -PRIOR_OUTSIDE])
    bias = -PRIOR_SLOPE * (middle + PRIOR_MARGIN)
    calibration = RouteCalibration(temperature, np.zeros(2), np.ones(2), weights, bias, 0.5)
    return calibration.with_prior(oos_prior), basis


def _judge(calibration: RouteCalibration, unseen: RawScores | None, points: _Points) -> Judged | None:
    """The unseen rows, judged. The calibration's few numbers were fitted on them: slightly too kind to itself."""
    if unseen is None:
        return None
    inside = points.targets >= 0
    foreign = np.zeros(len(inside), np.bool_)
    scope = calibration.scope(unseen.scope, known=unseen.known, foreign=foreign)
    best = calibration.routes(unseen.routes).max(axis=1)
    right = inside & (unseen.routes.argmax(axis=1) == points.targets)
    return Judged(scope, scope * best, inside, right)


def _rule(judged: Judged | None, scope: str, options: FitOptions, oos_prior: float) -> Rule:
    wish = options.wish
    if judged is not None and (scope == "fitted" or wish.max_risk is not None or wish.oos_recall is not None):
        return choose(judged, wish, oos_prior=oos_prior, pseudo=scope != "fitted", seed=options.seed)
    if wish.target is not None:
        return Rule("target", "p", wish.target, wish.target)
    if wish.max_risk is not None or wish.oos_recall is not None:
        raise DataError(
            f"no bound holds from descriptions alone: {MEASURED} exemplars are the least",
            hint="add exemplars with --train, or use --target",
        )
    # Even odds at a prior of one half, wherever the assumed prior moves the probabilities.
    return Rule("prior", "scope", 1.0 / (1.0 + math.exp(-math.log((1.0 - oos_prior) / oos_prior))))


def _report(judged: Judged | None, inside: NDArray[np.bool_], scope: str, rule: Rule) -> Report:
    rows, outside, nan = int(inside.sum()), int((~inside).sum()), float("nan")
    if judged is None:
        return Report(rows, outside, 0, False, nan, nan, nan, nan, nan, nan)
    both = scope == "fitted"
    kept, refused = judged.rates_at(rule.threshold if rule.cut == "scope" else 0.0)
    return Report(
        rows=rows,
        outside=outside,
        measured=len(inside),
        pseudo=False,
        accuracy=float(judged.right[inside].mean()),
        auroc=auroc(judged.scope, inside) if both else nan,
        ece=ece(judged.p, judged.right, debiased=True) if both else nan,
        kept=kept,
        refused=refused if both else nan,
        harmonic=harmonic_mean(kept, refused) if both else nan,
    )
