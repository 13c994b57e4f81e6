"""The product's router with the scorer that the settings choose: a decision model, alone or with the embedding score.

Its calibration and threshold are fitted on a fifth of the exemplars and of the out-of-scope queries, which neither the
decision model nor the embedding model beside it has seen, and kept until experts, scorer or encoder change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nescio.errors import ArtefactError, ConfigError
from nescio.routing import Router
from nescio.scorers import DecisionScorer, EmbeddingScorer, FusedScorer, Scorer
from nescio.types import Card, Progress

if TYPE_CHECKING:
    from nescio.settings import Settings
    from nescio_indexes.encoder import TextEncoder
    from nescio_indexes.fitted import FittedRouter
    from nescio_indexes.rows import Row
    from nescio_indexes.scope import RouteCalibration
    from nescio_indexes.threshold import Rule

KIND = "scorer calibration"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is fitted for a scorer, and kept."""

    weight: float
    calibration: RouteCalibration
    rule: Rule


def load_scored_router(
    settings: Settings, cards: Sequence[Card], encoder: TextEncoder, fitted: FittedRouter, progress: Progress
) -> Router:
    """The router of `cards` with the settings' scorer; `fitted` is the embedding router of the same cards.

    Raises:
        ConfigError: The settings name no server.
        BackendUnavailable: Nothing is calibrated yet, and the decision model cannot be reached.
    """
    scorer = decision_scorer(settings, cards)
    try:
        kept = _kept(settings, cards, encoder, scorer, progress)
    except BaseException:
        scorer.close()
        raise
    chosen: Scorer = scorer
    if settings.scorer_fused:
        chosen = FusedScorer(EmbeddingScorer(encoder, fitted.model), scorer, kept.weight)
    return Router(chosen, kept.calibration, kept.rule, encoder, english=fitted.english)


def decision_scorer(settings: Settings, cards: Sequence[Card]) -> DecisionScorer:
    """The decision model that the settings name, with the experts of `cards` to choose from.

    Raises:
        ConfigError: They name no server.
    """
    from nescio.backends import OpenAIBackend
    from nescio.scorers.decision import DecisionModel, HttpDecisions, OptionLogprobs

    url, key = settings.scorer_url, settings.scorer_key
    if not url:
        raise ConfigError(
            f"NESCIO_SCORER={settings.scorer} needs NESCIO_SCORER_URL", hint="such as http://127.0.0.1:8000"
        )
    secret = None if key is None else key.get_secret_value()
    model: DecisionModel
    if settings.scorer == "logprobs":
        backend = OpenAIBackend(url, settings.scorer_model or "default", api_key=secret)
        model = OptionLogprobs(backend, timeout=settings.scorer_timeout)
    else:
        model = HttpDecisions(
            url, settings.scorer, model=settings.scorer_model, api_key=secret, timeout=settings.scorer_timeout
        )
    options = {card.name: card.description for card in cards}
    return DecisionScorer(options, model, concurrency=settings.scorer_concurrency)


def _kept(
    settings: Settings, cards: Sequence[Card], encoder: TextEncoder, scorer: DecisionScorer, progress: Progress
) -> _Kept:
    from nescio_indexes import artefact
    from nescio_indexes.build import content_key, exemplar_rows, outside_rows
    from nescio_indexes.rows import prepare
    from nescio_indexes.scope import RouteCalibration
    from nescio_indexes.threshold import Rule

    rows = prepare((*exemplar_rows(cards), *outside_rows()))
    asked = [settings.scorer, settings.scorer_url, settings.scorer_model, settings.scorer_fused]
    told = [[card.name, card.description] for card in cards]
    key = hashlib.blake2b(json.dumps([content_key(rows, encoder.fingerprint), asked, told]).encode()).hexdigest()
    folder = settings.home / "scorer"
    try:
        facts = artefact.open_version(folder, kind=KIND, version=FORMAT)[1]
        if facts.get("key") == key:
            calibration = RouteCalibration.from_json(facts["calibration"])
            return _Kept(float(facts["weight"]), calibration, Rule.from_json(facts["rule"]))
    except ArtefactError as error:
        progress(f"the scorer is calibrated anew: {error.message}")
    kept = _fit(rows, encoder, scorer, settings.scorer_fused, progress)
    body = {"key": key, "weight": kept.weight, "calibration": kept.calibration.to_json(), "rule": kept.rule.to_json()}
    artefact.write_version(folder, kind=KIND, version=FORMAT, facts=body, fill=_nothing)
    return kept


def _fit(rows: tuple[Row, ...], encoder: TextEncoder, scorer: DecisionScorer, fused: bool, progress: Progress) -> _Kept:
    from nescio_indexes.crossfit import FOLDS
    from nescio_indexes.fitting import FitOptions, fit_router
    from nescio_indexes.rows import assign_folds, twin_groups
    from nescio_indexes.stacking import fit_stack

    number = {label: i for i, label in enumerate(scorer.labels)}
    targets = np.array([-1 if row.label is None else number[row.label] for row in rows], dtype=np.int64)
    held = assign_folds(targets, twin_groups(rows), FOLDS) == 0
    texts = [rows[i].text for i in np.flatnonzero(held)]
    progress(f"asking the scorer about {len(texts)} queries")
    raws = [scorer.score(texts)]
    if fused:
        rest = [rows[i] for i in np.flatnonzero(~held)]
        beside = fit_router(rest, encoder, FitOptions(progress=progress))
        raws.insert(0, EmbeddingScorer(encoder, beside.model).score(texts))
    stack = fit_stack(raws, targets[held])
    return _Kept(stack.weight, stack.calibration, stack.rule)


def _nothing(_: Path) -> None:
    """The facts are all there is."""
