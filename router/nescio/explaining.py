"""Why a query was routed as it was: the nearest exemplars, what each part said, and what would have changed it.

Explaining changes nothing, and shows exemplars' texts; routing itself never does. `what_if` finds the changes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from nescio import what_if
from nescio.errors import UnsupportedParameter
from nescio.types import Abstained, Query, Reason, Route
from nescio.what_if import Bar, Case, Change, FeatureShare, NearExemplar, Outcome

if TYPE_CHECKING:
    from nescio.graph import Parts
    from nescio.routing import Router

SHOWN = 5
"""Nearest exemplars and best labels shown."""
SHOWN_OUTSIDE = 3
TYPICAL_FROM = 32
"""Exemplars of a label from which its typical similarity is taken."""


@dataclass(frozen=True, slots=True)
class LabelScores:
    """What the parts say of one label; None is out of scope, of which only the heads say something.

    Attributes:
        label: The label.
        logit: The linear head's.
        head_p: The linear head's softmax over labels and out of scope, not calibrated.
        net: The logit of the head with a hidden layer; None without one.
        neighbours: Mean similarity of its nearest neighbours.
        score: All of them fused.
        p: P(in scope and this is the right route).
    """

    label: str | None
    logit: float
    head_p: float
    net: float | None
    neighbours: float | None
    score: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything behind one route.

    Attributes:
        decision: What the bar says.
        summary: In sentences.
        rule: Name of the rule in force.
        cut: What it compares.
        value: That value.
        threshold: What it must exceed.
        empty: Whether there is nothing in the text.
        foreign: Whether it is in a language that the router does not read.
        nearest: In-scope exemplars, nearest first.
        nearest_outside: Out-of-scope exemplars, nearest first.
        typical: How near an exemplar of the top label typically has another one.
        labels: The best labels, and out of scope.
        features: The scope features.
        constant: The rest of the logit of scope: bias and prior odds.
        scope_logit: Sum of the contributions and the constant, before language is considered.
        changes: What would have changed the decision.
    """

    decision: Outcome
    summary: tuple[str, ...]
    rule: str
    cut: Literal["scope", "p"]
    value: float
    threshold: float
    empty: bool
    foreign: bool
    nearest: tuple[NearExemplar, ...]
    nearest_outside: tuple[NearExemplar, ...]
    typical: float | None
    labels: tuple[LabelScores, ...]
    features: tuple[FeatureShare, ...]
    constant: float
    scope_logit: float
    changes: tuple[Change, ...]


def explain(router: Router, text: str, bar: Bar | None = None) -> tuple[Route, Explanation]:
    """The route of `text`, and why.

    Args:
        router: With an embedding scorer.
        text: The query.
        bar: What decides; the router's own rule if None.

    Raises:
        UnsupportedParameter: The router's scorer has no parts to show.
    """
    from nescio.scorers import EmbeddingScorer

    scorer = router.scorer
    if not isinstance(scorer, EmbeddingScorer):
        raise UnsupportedParameter(
            "this router's scorer cannot be explained", hint="leave explain out", param="explain"
        )
    vector = scorer.vectors([text])
    raw = scorer.model.scores(vector)
    foreign = router.foreign([text])
    route = router.ranked([text], raw, foreign)[0]
    case = Case(router, scorer.model, bar or what_if.bar_of(router), text, vector, raw, bool(foreign[0]), route)
    return route, _explanation(case)


def explain_gate(parts: Parts, router: Router, query: Query) -> tuple[Route, Explanation]:
    """The route of `query` through `router`, and why the gate of `parts` lets it pass or not.

    Raises:
        UnsupportedParameter: The router's scorer has no parts to show.
    """
    from nescio.graph import gate

    def passes(route: Route, threshold: float, asked: Query = query) -> bool:
        return not isinstance(gate(parts, asked, route, threshold)[0], Abstained)

    def otherwise(route: Route) -> str:
        stopped, _ = gate(parts, query, route)
        another = isinstance(stopped, Abstained) and stopped.reason is not Reason.OUT_OF_SCOPE
        return stopped.message if isinstance(stopped, Abstained) and another else ""

    bar = Bar(router.rule.name, "scope", router.scope_threshold, passes, otherwise)
    route, told = explain(router, query.text, bar)
    if told.decision == "answered" or told.empty:
        return route, told
    _, demand = gate(parts, query, route)
    lower = what_if.target_change(
        lambda wished: passes(route, bar.threshold, replace(query, confidence_target=wished)), demand.target
    )
    return route, told if lower is None else replace(told, changes=(*told.changes, lower))


def _explanation(case: Case) -> Explanation:
    empty = not bool(case.raw.known[0])
    features = what_if.feature_shares(case)
    calibration = case.router.calibration
    constant = calibration.bias + math.log((1.0 - calibration.oos_prior) / calibration.oos_prior)
    inside, outside = ((), ()) if empty else _nearest(case)
    typical = None if empty else _typical(case)
    told = Explanation(
        decision="answered" if case.answered else "abstained",
        summary=(),
        rule=case.bar.rule,
        cut=case.bar.cut,
        value=case.bar.value(case.route),
        threshold=case.bar.threshold,
        empty=empty,
        foreign=case.foreign,
        nearest=inside,
        nearest_outside=outside,
        typical=typical,
        labels=() if empty else _labels(case),
        features=() if empty else features,
        constant=constant,
        scope_logit=constant + sum(share.contribution for share in features),
        changes=() if empty else tuple(what_if.changes(case, features)),
    )
    return replace(told, summary=tuple(_sentences(told, case.route, case.bar)))


def _nearest(case: Case) -> tuple[tuple[NearExemplar, ...], tuple[NearExemplar, ...]]:
    return what_if.nearest(case, case.model.inside, SHOWN), what_if.nearest(case, case.model.outside, SHOWN_OUTSIDE)


def _typical(case: Case) -> float | None:
    """Median over exemplars of the top label of the similarity to their nearest neighbour but themselves and twins."""
    from nescio_indexes.text import bare, twin_key

    label = case.route.candidates[0].expert
    some = case.model.inside.texts(label, TYPICAL_FROM)
    if len(some) < 2:
        return None
    vectors = case.router.encoder.encode([bare(text) for text in some])
    found, exemplars = case.model.inside.snapshot_search(vectors, 4)
    best = []
    for text, ids, scores in zip(some, found.ids.tolist(), found.scores.tolist(), strict=True):
        others = (
            s for i, s in zip(ids, scores, strict=True) if i >= 0 and twin_key(exemplars[i].text) != twin_key(text)
        )
        best.append(next(others, math.nan))
    middle = float(np.nanmedian(best)) if not np.isnan(best).all() else math.nan
    return None if math.isnan(middle) else middle


def _labels(case: Case) -> tuple[LabelScores, ...]:
    from nescio_indexes import described, scoring
    from nescio_indexes.softmax import softmax

    model, number = case.model, len(case.model.labels)
    known = isinstance(model, scoring.EmbeddingModel)
    logits = model.head(case.vector)
    chances = softmax(logits)[0]
    net = model.net(case.vector)[0] if isinstance(model, scoring.EmbeddingModel) and model.net is not None else None
    near = (scoring.evidence if known else described.pooled)(model.nearby(case.vector), number)[0]

    def heads(i: int) -> tuple[float, float, float | None]:
        return float(logits[0, i]), float(chances[i]), None if net is None else float(net[i])

    place = {label: i for i, label in enumerate(model.labels)}
    best = [(candidate, place[candidate.expert]) for candidate in case.route.candidates[:SHOWN]]
    rows = [LabelScores(c.expert, *heads(i), float(near[i]), float(c.score), c.p_route) for c, i in best]
    if logits.shape[1] > number:
        rows.append(LabelScores(None, *heads(number), None, None, None))
    return tuple(rows)


def _sentences(told: Explanation, route: Route, bar: Bar) -> Iterator[str]:
    if told.empty:
        yield "There is nothing in the text, so P(in scope) is 0: only another text would be answered."
        return
    yield _verdict(told, route, bar)
    if told.foreign:
        yield "It looks written in another language than English, which this router does not read: scope is cut to 1 %."
    if told.nearest:
        yield _neighbourhood(told, route.candidates[0].expert)
    against = -1.0 if told.decision == "abstained" else 1.0
    shares = sorted(told.features, key=lambda share: -against * share.contribution)
    named = ", ".join(f"{s.name} {s.contribution:+.1f}" for s in shares[:2] if against * s.contribution > 0)
    if named:
        side = "against" if told.decision == "abstained" else "for"
        yield f"What speaks most {side} it, in the logit of scope: {named}."


def _verdict(told: Explanation, route: Route, bar: Bar) -> str:
    what = "P(in scope)" if told.cut == "scope" else "p"
    exceeds = told.value > told.threshold
    relation = "exceeds" if exceeds else "does not exceed"
    place = f"{what} {told.value:.3f} {relation} the threshold {told.threshold:.3f} (rule {told.rule})"
    other = bar.otherwise(route)
    if other:
        return f"{place}; abstained all the same: {other}"
    if told.decision == "answered" and not exceeds:
        return f"{place}, but at confidence target 0 nothing is held against it."
    return f"{told.decision.capitalize()}: {place}."


def _neighbourhood(told: Explanation, top: str) -> str:
    labels = Counter(item.label for item in told.nearest)
    closest = told.nearest[0].similarity
    whose = "all of " if len(labels) == 1 else "of "
    whose += ", ".join(f"{label}" if len(labels) == 1 else f"{label} ({n})" for label, n in labels.most_common())
    line = f"The {len(told.nearest)} nearest exemplars are {whose}, none closer than {closest:.2f}"
    if told.typical is not None:
        line += f"; an exemplar of {top} typically has another at {told.typical:.2f}"
    if told.nearest_outside and told.nearest_outside[0].similarity > closest:
        line += f"; one that is out of scope is closer, at {told.nearest_outside[0].similarity:.2f}"
    return f"{line}."
