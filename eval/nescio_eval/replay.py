"""Routes over a table of outcomes without running a model: what each strategy would have answered, and at what cost.

Everything is out of fold: folds never part a question from its twins, whatever a strategy learns it learns on the
other folds, and every setting is chosen by cross-validation within those. The folds are then pooled. Behind every
strategy stands the same gate (p from the competence model, calibrated on held-out choices), so that rows differ by
their routing alone. It reads no file and prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.fit import logistic_regression
from nescio.calibration.model import Floats, logistic
from nescio.competence.fit import Graded, fit_competence, head_loss
from nescio_eval.replay_table import OutcomeTable
from nescio_indexes.encoder import Vectors

Bools = NDArray[np.bool_]

QUESTION, WITH_CHOICES = "question", "question and choices"
COMPETENCE, WITH_DOMAIN = "competence", "competence + domain"
BEST, DOMAIN, RANDOM, ORACLE = "best single", "per-domain best", "random", "oracle"
ORDER = (RANDOM, BEST, DOMAIN, COMPETENCE, WITH_DOMAIN, ORACLE)

DOMAIN_PRIOR = 10.0
"""Rows of a model's average that stand beside its rows of a domain."""

LABEL_WEIGHT = 2.0
"""Length of a domain's indicator beside the question's unit vector."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """What one way of choosing gave on every row.

    Attributes:
        choice: (n,) column of the model chosen; −1 where it is not one model.
        right: (n,) whether it was right; for ``random`` the share of models that were.
        p: (n,) calibrated P(right) of the choice; NaN where there is no gate.
    """

    choice: NDArray[np.int64]
    right: Floats
    p: Floats


@dataclass(frozen=True, slots=True)
class Replay:
    """A replayed table.

    Attributes:
        table: What was replayed.
        strategies: By name, in `ORDER`.
        scores: (n, m) out of fold, by strategy: what each chose by.
        settings: What the competence model of each fold chose.
    """

    table: OutcomeTable
    strategies: Mapping[str, Strategy]
    scores: Mapping[str, Floats]
    settings: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Scored:
    """What one strategy chooses by, and the P(right) behind its gate: on the rows it learnt from, and on the others."""

    seen: Floats
    held: Floats
    p_seen: Floats
    p_held: Floats


def replay(
    table: OutcomeTable,
    vectors: Mapping[str, Vectors],
    *,
    folds: int = 10,
    seed: int = 0,
    with_domain: bool = True,
    progress: Callable[[int, int], None],
) -> Replay:
    """Replay `table`.

    Args:
        table: Outcomes.
        vectors: (n, d) of each kind of text: `QUESTION` and, where there are choices, `WITH_CHOICES`.
        folds: Parts of the outer cross-validation.
        seed: Of the folds.
        with_domain: Whether to fit the model that reads the domain's label too, where the table has labels.
        progress: Told how many folds are done, and how many there are.
    """
    kinds = {kind: _graded(table, kind, found) for kind, found in vectors.items()}
    labelled = np.unique(table.domains).size > 1
    dealt = np.random.default_rng(seed).permutation(int(table.groups.max()) + 1) % folds
    fold = dealt[table.groups]
    pooled: dict[str, Strategy] = {}
    scores: dict[str, Floats] = {}
    settings = []
    for number in range(folds):
        held = fold == number
        found, setting = _fold(table, kinds, held, labelled, with_domain)
        settings.append(setting)
        for name, scored in found.items():
            _pool(table, name, scored, held, pooled, scores)
        progress(number + 1, folds)
    pooled[RANDOM] = _uniform(np.nanmean(table.right, axis=1))
    pooled[ORACLE] = _uniform(np.nanmax(table.right, axis=1))
    return Replay(table, {name: pooled[name] for name in ORDER if name in pooled}, scores, tuple(settings))


def best_of(scores: Floats, right: Floats) -> NDArray[np.int64]:
    """(n,) the column of the highest score among the models that have an outcome; the first of equal ones."""
    return np.asarray(np.where(np.isnan(right), -np.inf, scores).argmax(axis=1))


def _uniform(right: Floats) -> Strategy:
    return Strategy(np.full(right.size, -1), right, np.full(right.size, np.nan))


def _graded(table: OutcomeTable, kind: str, vectors: Vectors) -> Graded:
    pairs = zip(table.questions, table.choices, strict=True)
    texts = table.questions if kind == QUESTION else tuple(joined(*pair) for pair in pairs)
    keys = np.array([str(number) for number in range(len(texts))])
    return Graded(table.models, table.right, texts, vectors.astype(float), table.groups, keys)


def joined(question: str, choices: str) -> str:
    """The text of `WITH_CHOICES`."""
    return f"{question} {choices}".strip()


def _fold(
    table: OutcomeTable, kinds: Mapping[str, Graded], held: Bools, labelled: bool, with_domain: bool
) -> tuple[dict[str, _Scored], dict[str, Any]]:
    """What every strategy learns on the rows that are not `held`, applied to all rows."""
    kind = min(kinds, key=lambda one: head_loss(kinds[one].take(~held))) if len(kinds) > 1 else QUESTION
    rows = kinds[kind]
    text, setting = _competence(rows, held)
    everyone = np.ones(rows.right.shape)
    base = _means(table.right[~held], np.zeros(int((~held).sum()), dtype=int), 1)[0]
    found = {
        BEST: replace(text, seen=base * everyone[~held], held=base * everyone[held]),
        COMPETENCE: text,
    }
    if labelled:
        names, home = np.unique(table.domains, return_inverse=True)
        means = _means(table.right[~held], home[~held], names.size)
        found[DOMAIN] = replace(text, seen=means[home[~held]], held=means[home[held]])
        if with_domain:
            labels = LABEL_WEIGHT * np.eye(names.size)[home]
            found[WITH_DOMAIN], _ = _competence(replace(rows, labels=labels), held)
    return found, {"text": kind, **setting}


def _competence(rows: Graded, held: Bools) -> tuple[_Scored, dict[str, Any]]:
    model = fit_competence(rows.take(~held), "")
    asked = rows.take(held)
    p = model.p(asked.texts, asked.vectors, asked.labels)
    setting = {
        "wording": model.inputs.weight,
        "nearest": list(model.memory.nearest),
        "blend": model.blend.round(2).tolist(),
    }
    return _Scored(model.held_out, p, model.held_out, p), setting


def _means(right: Floats, home: NDArray[np.int64], count: int) -> Floats:
    """(count, m) mean outcome of each model in each home, shrunk to its mean over all."""
    asked, outcome = ~np.isnan(right), np.nan_to_num(right)
    base = (outcome.sum(axis=0) + 1.0) / (asked.sum(axis=0) + 2.0)
    member = np.eye(count)[home].T
    return np.asarray((member @ outcome + DOMAIN_PRIOR * base) / (member @ asked + DOMAIN_PRIOR))


def _pool(
    table: OutcomeTable,
    name: str,
    scored: _Scored,
    held: Bools,
    pooled: dict[str, Strategy],
    scores: dict[str, Floats],
) -> None:
    """Write what a strategy did on the `held` rows into the pooled figures."""
    if name not in pooled:
        pooled[name] = replace(_uniform(np.zeros(held.size)), p=np.full(held.size, np.nan))
        scores[name] = np.zeros(table.right.shape)
    there = pooled[name]
    scores[name][held] = scored.held
    chosen = best_of(scored.held, table.right[held])
    there.choice[held] = chosen
    there.right[held] = _at(table.right[held], chosen)
    seen = best_of(scored.seen, table.right[~held])
    gate = _gate(_at(scored.p_seen, seen), _at(table.right[~held], seen))
    there.p[held] = gate(_at(scored.p_held, chosen))


def _gate(p: Floats, right: Floats) -> Callable[[Floats], Floats]:
    """Platt's line on the log-odds of held-out choices: the best of many estimates is more often too high than low."""
    if np.unique(right).size < 2:
        return lambda values: values
    slope, offset = logistic_regression(_logit(p)[:, None], right, np.ones(p.size), 1.0)
    return lambda values: logistic(slope * _logit(values) + offset)


def _logit(p: Floats) -> Floats:
    return np.asarray(np.log(p / (1.0 - p)))


def _at(values: Floats, chosen: NDArray[np.int64]) -> Floats:
    return np.asarray(values[np.arange(chosen.size), chosen])
