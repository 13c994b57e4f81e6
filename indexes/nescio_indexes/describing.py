"""Fits a router on descriptions of its routes, with as many exemplars as there are: none at first.

What no row can calibrate is calibrated by a prior: constants that were fitted on other label sets, and that the router
names as ``prior`` in its facts. From `MEASURED` exemplars on, the temperature is fitted on out-of-fold rows, shrunk
towards the prior; with as many out-of-scope rows, P(in scope) and the threshold are fitted too.

Exemplars draw queries away from routes that have none. How far is measured where some routes have none: each fold's
model also goes without the exemplars of a fifth of the others, and what it says of their rows gives the bonus that
evens the two kinds out, and the accuracy to expect of each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

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
from nescio_indexes.fitting import FOREIGN_ROWS, FitOptions
from nescio_indexes.index import Exemplar, ExemplarIndex
from nescio_indexes.language import looks_foreign
from nescio_indexes.rows import Row, assign_folds, data_hash, fold_groups, prepare, targets_of
from nescio_indexes.scope import RouteCalibration, fit_fusion, fit_scope
from nescio_indexes.scoring import RawScores
from nescio_indexes.softmax import Floats, Linear, fit_softmax
from nescio_indexes.text import bare
from nescio_indexes.threshold import Judged, Rule, choose, even_odds, harmonic_mean

MEASURED = 30
"""Fewer rows than this, in or out of scope, measure nothing."""
PRIOR_TEMPERATURE = 1.1
PRIOR_SLOPE, PRIOR_MARGIN, PRIOR_APART = 11.6, 0.105, 0.2
"""P(in scope) = σ(slope·(near + .2·apart − median − margin)), median: of the same over shipped out-of-scope queries.

Fitted at even odds on four families of label sets (assistants' intents, school subjects, skills, experts).
"""

PRIOR_ROWS = 100
"""The prior temperature weighs as much as so many rows: folds of few exemplars are worse off than all of them."""

_MOST_TEXTS = 20_000


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases that stand for the routes, with their vectors.

    Attributes:
        texts: m phrases.
        named: (m,) numbers of their labels.
        points: (m, d) a point for each, the mean of its phrasings.
        phrasings: (t, d), `phrased` (t,) their labels, `weights` (t,) of each in the head.
    """

    texts: tuple[str, ...]
    named: NDArray[np.int64]
    points: Vectors
    phrasings: Vectors
    phrased: NDArray[np.int64]
    weights: Floats


@dataclass(frozen=True, slots=True)
class _Points:
    """Everything with its vectors, before any fold is left out.

    Attributes:
        labels: Sorted.
        phrases: Of all routes.
        rows: Exemplars and out-of-scope rows, with `vectors` and `targets`, −1 out of scope.
        shipped: The queries that no expert covers, as rows, and `far`, their vectors.
        english: Whether phrases and exemplars are English.
        fingerprint: Of the encoder.
        memory: Bytes that an index may take.
    """

    labels: tuple[str, ...]
    phrases: _Phrases
    rows: tuple[Row, ...]
    vectors: Vectors
    targets: NDArray[np.int64]
    shipped: tuple[Row, ...]
    far: Vectors
    english: bool
    fingerprint: str
    memory: int

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(n,) which rows are in scope."""
        return self.targets >= 0

    def lacking(self, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(labels,) which have no exemplar among the rows that are `kept`."""
        counts = np.bincount(self.targets[kept & self.inside], minlength=len(self.labels))
        return np.asarray(counts == 0, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Unseen:
    """What models say of n rows that they have not seen.

    Attributes:
        raw: Their scores.
        lacking: (n, labels) whether the model had no exemplar of the label.
    """

    raw: RawScores
    lacking: NDArray[np.bool_]


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
        options: How; there is no `fast` way.
        rows: Exemplars that are there already, of described labels; label None means out of scope.

    Raises:
        DataError: No description, two of one label, a row of a label that is not described, or a rule that needs rows.
        InvalidRequest: Options that contradict one another.
    """
    chosen = options or FitOptions()
    chosen.wish.check()
    if chosen.oos_prior is not None and not 0.0 <= chosen.oos_prior < 1.0:
        raise InvalidRequest(f"--oos-prior {chosen.oos_prior} is out of range", hint="a share, at least 0 and below 1")
    check_descriptions(descriptions)
    points = _embed(descriptions, encoder, chosen, prepare(rows))
    model = _model(points, np.ones(len(points.rows), np.bool_))
    unseen = _out_of_fold(points)
    calibration, bonus, basis = _calibrate(model, points, unseen, chosen.oos_prior)
    lacking = points.lacking(points.inside)
    judged = None if unseen is None else _judge(calibration, bonus, unseen, points)
    rule = _rule(judged, basis["scope"], chosen, calibration.oos_prior)
    named = zip(points.phrases.texts, points.phrases.named, strict=True)
    return FittedRouter(
        model=replace(model, head=_evened(model.head, bonus, lacking)),
        calibration=calibration,
        rule=rule,
        report=_report(judged, points.inside, basis["scope"], rule),
        encoder=encoder.fingerprint,
        encoder_name=encoder.name,
        data=data_hash((*(Row(text, points.labels[k]) for text, k in named), *points.rows)),
        english=points.english,
        extra={
            "calibration": basis,
            "names": len(points.phrases.texts),
            "without_exemplars": [points.labels[i] for i in np.flatnonzero(lacking)],
            "accuracy": _by_kind(judged, unseen, points),
        },
    )


def _embed(
    descriptions: Sequence[Description], encoder: TextEncoder, options: FitOptions, rows: tuple[Row, ...]
) -> _Points:
    labels = tuple(sorted(description.label for description in descriptions))
    number = {label: i for i, label in enumerate(labels)}
    strange = sorted({row.label for row in rows if row.label is not None} - set(labels))
    if strange:
        more = f", and so have {len(strange) - 1} more labels" if len(strange) > 1 else ""
        raise DataError(
            f"{strange[0]!r} has exemplars but no description{more}",
            hint=f"describe every route; {json.dumps({'label': strange[0]})} takes its own words for it",
        )
    phrases = _embed_phrases(descriptions, number, encoder, options)
    shipped = outside_rows()
    options.progress(f"embedding {len(rows) + len(shipped)} queries")
    own = [looks_foreign(row.text) for row in rows if row.label is not None]
    return _Points(
        labels=labels,
        phrases=phrases,
        rows=rows,
        vectors=encoder.encode([bare(row.text) for row in rows]),
        targets=targets_of(rows, labels),
        shipped=shipped,
        far=encoder.encode([bare(row.text) for row in shipped]),
        english=not any(map(looks_foreign, phrases.texts)) and sum(own) <= FOREIGN_ROWS * len(own),
        fingerprint=encoder.fingerprint,
        memory=options.memory,
    )


def _embed_phrases(
    descriptions: Sequence[Description], number: Mapping[str, int], encoder: TextEncoder, options: FitOptions
) -> _Phrases:
    ordered = sorted(descriptions, key=lambda description: description.label)
    phrases = [(text, description.label) for description in ordered for text in description.phrases]
    templates = TEMPLATES[: max(1, _MOST_TEXTS // len(phrases))]
    options.progress(f"embedding {len(phrases)} names")
    texts = [template.format(text, route=spoken(label)) for text, label in phrases for template in templates]
    phrasings = encoder.encode(texts)
    means = phrasings.reshape(len(phrases), len(templates), -1).mean(axis=1)
    named = np.array([number[label] for _, label in phrases], dtype=np.int64)
    # Every route weighs the same in the head, however many names it has.
    share = len(phrases) / len(number) / np.bincount(named, minlength=len(number))[named] / len(templates)
    return _Phrases(
        texts=tuple(text for text, _ in phrases),
        named=named,
        points=(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)).astype(np.float32),
        phrasings=phrasings,
        phrased=np.repeat(named, len(templates)),
        weights=np.repeat(share, len(templates)),
    )


def _model(points: _Points, kept: NDArray[np.bool_]) -> DescribedModel:
    """The model on all names and on the rows that are `kept`."""
    labels, phrases, own = points.labels, points.phrases, kept & points.inside
    head = fit_softmax(
        np.concatenate([phrases.phrasings, points.vectors[own]]),
        np.concatenate([phrases.phrased, points.targets[own]]),
        len(labels),
        row_weights=np.concatenate([phrases.weights, np.ones(int(own.sum()))]),
    )
    dims = phrases.points.shape[1]
    inside, outside = (ExemplarIndex(dims, points.fingerprint, memory=points.memory) for _ in range(2))
    inside.add(
        [Exemplar(text, labels[k]) for text, k in zip(phrases.texts, phrases.named, strict=True)], phrases.points
    )
    inside.add([Exemplar(points.rows[i].text, points.rows[i].label) for i in np.flatnonzero(own)], points.vectors[own])
    outside.add([Exemplar(row.text) for row in points.shipped], points.far)
    strangers = kept & ~points.inside
    outside.add([Exemplar(points.rows[i].text) for i in np.flatnonzero(strangers)], points.vectors[strangers])
    return DescribedModel(labels, head, inside, outside)


def _evened(head: Linear, bonus: float, lacking: NDArray[np.bool_]) -> Linear:
    """`head` with `bonus` for the labels that are `lacking` exemplars."""
    return Linear(head.weights, (head.bias + bonus * lacking).astype(np.float32))


def _out_of_fold(points: _Points) -> _Unseen | None:
    """What models that have not seen the rows say of them; None where there are too few in-scope rows to tell."""
    inside, labels = points.inside, len(points.labels)
    if int(inside.sum()) < MEASURED:
        return None
    folds = assign_folds(points.targets, fold_groups(points.rows, points.vectors, points.targets, FOLDS), FOLDS)
    turns = _turns(points)[points.targets]
    routes, lacking = np.zeros((len(folds), labels), np.float32), np.zeros((len(folds), labels), np.bool_)
    scope, known = np.zeros((len(folds), len(FEATURES))), np.ones(len(folds), np.bool_)
    for fold in range(FOLDS):
        held = folds == fold
        kept = ~held & ~(inside & (turns == fold))
        raw = _model(points, kept).scores(points.vectors[held])
        routes[held], scope[held], known[held] = raw.routes, raw.scope, raw.known
        lacking[held] = points.lacking(kept)
    return _Unseen(RawScores(routes, scope, known), lacking)


def _turns(points: _Points) -> NDArray[np.int64]:
    """(labels,) the fold whose model goes without a label's exemplars; −1 throughout if every label has some."""
    lacking = points.lacking(points.inside)
    turns = np.full(len(lacking), -1)
    if lacking.any():
        turns[~lacking] = np.arange(int((~lacking).sum())) % FOLDS
    return turns


def _calibrate(
    model: DescribedModel, points: _Points, unseen: _Unseen | None, wished: float | None
) -> tuple[RouteCalibration, float, dict[str, str]]:
    """The calibration, the bonus of labels without exemplars, and what each half of it rests on.

    The bonus is Chao et al.'s calibrated stacking ("Generalized Zero-Shot Learning", 2016), by likelihood.
    """
    temperature, bonus, basis = PRIOR_TEMPERATURE, 0.0, {"routes": "prior", "scope": "prior"}
    inside = points.inside
    if unseen is not None:
        some = points.lacking(inside).any()
        parts = (unseen.lacking[inside].astype(np.float64),) if some else ()
        fitted, weights = fit_fusion(unseen.raw.routes[inside], parts, points.targets[inside])
        share = float(inside.sum() / (inside.sum() + PRIOR_ROWS))
        temperature = fitted**share * temperature ** (1.0 - share)
        bonus = share * sum(weights)
        basis["routes"] = "fitted"
    if unseen is not None and int((~inside).sum()) >= MEASURED:
        basis["scope"] = "fitted"
        prior = float((~inside).mean()) if wished is None else wished
        return fit_scope(unseen.raw.scope, inside, temperature=temperature, oos_prior=prior), bonus, basis
    return _prior_scope(model, points, temperature).with_prior(0.5 if wished is None else wished), bonus, basis


def _prior_scope(model: DescribedModel, points: _Points, temperature: float) -> RouteCalibration:
    # A shipped query is its own nearest one, which tells nothing: the next ones count.
    features = model.scores(points.far).scope
    features[:, 1] = -model.outside.search(points.far, 4).scores[:, 1:].mean(axis=1)
    slopes = np.array([1.0, PRIOR_APART])
    middle = float(np.median(features @ slopes))
    # With the usual `apart`, in and out of scope are equally likely at this `near`.
    apart = float(np.median(features[:, 1]))
    centre = np.array([middle + PRIOR_MARGIN - PRIOR_APART * apart, apart])
    return RouteCalibration(temperature, centre, np.ones(2), PRIOR_SLOPE * slopes, 0.0, 0.5)


def _judge(calibration: RouteCalibration, bonus: float, unseen: _Unseen, points: _Points) -> Judged:
    """The unseen rows, judged. The calibration's few numbers were fitted on them: slightly too kind to itself."""
    foreign = np.array([points.english and looks_foreign(row.text) for row in points.rows], dtype=np.bool_)
    scope = calibration.scope(unseen.raw.scope, known=unseen.raw.known, foreign=foreign)
    routes = unseen.raw.routes + bonus * unseen.lacking
    right = points.inside & (routes.argmax(axis=1) == points.targets)
    return Judged(scope, scope * calibration.routes(routes).max(axis=1), points.inside, right)


def _by_kind(judged: Judged | None, unseen: _Unseen | None, points: _Points) -> dict[str, float | None]:
    """Share right of unseen rows whose route had exemplars, and of those whose route had its description alone."""
    found: dict[str, float | None] = {"exemplars": None, "description": None}
    if judged is None or unseen is None or not points.lacking(points.inside).any():
        return found
    alone = unseen.lacking[np.arange(len(points.targets)), points.targets]
    for name, kind in (("exemplars", points.inside & ~alone), ("description", points.inside & alone)):
        found[name] = float(judged.right[kind].mean()) if kind.any() else None
    return found


def _rule(judged: Judged | None, scope: str, options: FitOptions, oos_prior: float) -> Rule:
    wish = options.wish
    if wish.target is not None:
        return Rule("target", "p", wish.target, wish.target)
    if wish.max_risk is not None and judged is None:
        raise DataError(
            f"no bound holds from descriptions alone: --max-risk needs {MEASURED} exemplars",
            hint="add exemplars with --train, or use --target",
        )
    if wish.oos_recall is not None and scope != "fitted":
        raise DataError(
            f"--oos-recall needs {MEASURED} exemplars and {MEASURED} rows with label null beside descriptions",
            hint="add them with --train, or use --target",
        )
    if judged is not None and (scope == "fitted" or wish.max_risk is not None):
        return choose(judged, wish, oos_prior=oos_prior, pseudo=scope != "fitted", seed=options.seed)
    return even_odds(oos_prior)


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
