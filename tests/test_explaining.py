import asyncio
import math
from dataclasses import replace

import numpy as np
import pytest

from nescio.decide import Policy
from nescio.errors import UnsupportedParameter
from nescio.explaining import explain, explain_gate
from nescio.graph import Parts, gate
from nescio.routing import Router
from nescio.scorers import EmbeddingScorer
from nescio.types import Abstained, Query, Reason
from nescio_indexes.described import FEATURES, DescribedModel, Description
from nescio_indexes.describing import fit_described
from nescio_indexes.fitting import FitOptions, fit_router
from nescio_indexes.index import Exemplar, ExemplarIndex
from nescio_indexes.rows import Row
from nescio_indexes.scoring import SCOPE_FEATURES, EmbeddingModel
from nescio_indexes.softmax import sigmoid
from nescio_indexes.threshold import Wish
from tests.doubles import DoubleCalibration, context
from tests.indexes.bag import TOPICS, BagOfWords, rows_of

NAMES = {EmbeddingModel: SCOPE_FEATURES, DescribedModel: FEATURES}
QUERIES = (
    "apple pear banana please",
    "copper zinc some new",
    "violin stapler candle",
    "apple wrench old tunnel",
    "tell me about the good old",
    "lead ticket gravel piano",
    "grape about the some",
    "flute velvet me",
    "silver cello pear",
    "stapler wrench candle tunnel",
    "¿dónde está el violin piano guitar?",
)


def fitted(wish=None, rows=None):
    encoder = BagOfWords()
    return Router.of(fit_router(rows or rows_of(), encoder, FitOptions(wish=wish or Wish())), encoder)


def described():
    encoder = BagOfWords()
    names = [Description(label, "", tuple(words.split())) for label, words in TOPICS.items()]
    return Router.of(fit_described(names, encoder, rows=rows_of(5, 5)), encoder)


ROUTERS = {"scope": fitted, "p": lambda: fitted(Wish(target=0.6)), "described": described}


@pytest.fixture(scope="module", params=ROUTERS)
def router(request):
    return ROUTERS[request.param]()


@pytest.fixture(scope="module", params=["scope", "described"])
def plain(request):
    return ROUTERS[request.param]()


@pytest.fixture
def fresh(plain):
    """A router of the test's own, whose indexes it may change."""
    model = plain.scorer.model
    sides = {}
    for name in ("inside", "outside"):
        index = getattr(model, name)
        sides[name] = ExemplarIndex(index.dims, index.fingerprint)
        sides[name].add(index.items(), index.vectors())
    scorer = EmbeddingScorer(plain.encoder, replace(model, **sides))
    return Router(scorer, plain.calibration, plain.rule, plain.encoder)


def answered(router, text):
    return router.answers(router.route(text))


@pytest.mark.parametrize("text", QUERIES)
def test_explained_route_is_the_route(router, text):
    route, told = explain(router, text)
    assert route == router.route(text)
    assert (told.decision == "answered") == answered(router, text)
    assert told.threshold == router.rule.threshold
    assert [row.label for row in told.labels if row.label] == [c.expert for c in route.candidates]


@pytest.mark.parametrize("text", QUERIES)
def test_contributions_and_constant_sum_to_the_logit_of_scope(router, text):
    route, told = explain(router, text)
    assert told.scope_logit == pytest.approx(told.constant + sum(f.contribution for f in told.features))
    expected = float(sigmoid(np.array([told.scope_logit]))[0]) * (0.01 if told.foreign else 1.0)
    assert route.scope == pytest.approx(expected)


@pytest.mark.parametrize("text", QUERIES)
def test_stated_threshold_flips_the_decision_and_its_neighbour_does_not(router, text):
    for change in explain(router, text)[1].changes:
        if change.kind != "threshold":
            continue
        before = answered(router, text)
        below, at = math.nextafter(change.threshold, -1.0), change.threshold
        flipped, same = (at, below) if before else (below, at)
        try:
            kept = router.rule
            router.rule = replace(kept, threshold=flipped)
            assert answered(router, text) != before
            router.rule = replace(kept, threshold=same)
            assert answered(router, text) == before
        finally:
            router.rule = kept


@pytest.mark.parametrize("text", QUERIES)
def test_threshold_in_words_flips_the_decision_too(router, text):
    for change in explain(router, text)[1].changes:
        if change.kind == "threshold":
            told = float(next(word for word in change.says.split() if word[0] == "0" or word[0] == "1"))
            value = change.threshold
            assert told >= value if change.leads_to == "abstained" else told <= value


@pytest.mark.parametrize("text", QUERIES)
def test_averaging_the_stated_features_flips_the_decision(router, text):
    route, told = explain(router, text)
    best = route.candidates[0].p_route / route.scope if route.scope else 0.0
    for change in told.changes:
        if change.kind == "features":
            kept = sum(f.contribution for f in told.features if f.name not in change.features)
            scope = float(sigmoid(np.array([told.constant + kept]))[0]) * (0.01 if told.foreign else 1.0)
            assert router.rule.answers(scope, scope * best) == (change.leads_to == "answered")
            assert change.leads_to != told.decision


@pytest.mark.parametrize("text", QUERIES)
def test_exemplar_changes_flip_the_decision_when_they_are_really_made(fresh, text):
    told = explain(fresh, text)[1]
    model = fresh.scorer.model
    for change in (c for c in told.changes if c.kind == "add_exemplar"):
        side = model.outside if change.label is None else model.inside
        side.add([Exemplar(text, change.label)], fresh.scorer.vectors([text]))
        assert answered(fresh, text) == (change.leads_to == "answered") != (told.decision == "answered")
        side.remove([text])
    for change in (c for c in told.changes if c.kind == "remove_exemplars"):
        (model.inside if told.decision == "answered" else model.outside).remove(change.exemplars)
        assert answered(fresh, text) == (change.leads_to == "answered") != (told.decision == "answered")


def test_the_queries_above_exercise_every_kind_of_change():
    routers = [make() for make in ROUTERS.values()]
    seen = {change.kind for each in routers for text in QUERIES for change in explain(each, text)[1].changes}
    assert {"threshold", "features", "add_exemplar", "remove_exemplars", "language"} <= seen


def test_neighbours_are_shown_with_label_and_similarity(router):
    told = explain(router, "apple pear banana please")[1]
    assert told.nearest[0].label == "fruit"
    assert [f.name for f in told.features] == list(NAMES[type(router.scorer.model)])
    assert [n.similarity for n in told.nearest] == sorted((n.similarity for n in told.nearest), reverse=True)
    assert {n.label for n in told.nearest_outside} == {None}
    assert 0 < told.typical <= 1
    assert any("all of fruit, none closer than" in line for line in told.summary)
    assert any(f"typically has another at {told.typical:.2f}" in line for line in told.summary)


def test_parts_of_a_label_sum_to_its_score():
    router = fitted()
    weights = router.scorer.model.fusion
    rows = [row for text in QUERIES for row in explain(router, text)[1].labels if row.label is not None]
    assert rows
    for row in rows:
        summed = row.logit + weights.net * (row.net or 0.0) + weights.neighbours * row.neighbours
        assert row.score == pytest.approx(summed, abs=1e-3)


def test_empty_text_is_explained_by_having_nothing_in_it(router):
    told = explain(router, " \x00\n")[1]
    assert told.empty
    assert told.decision == "abstained"
    assert told.changes == told.nearest == told.features == ()
    assert "nothing in the text" in told.summary[0]


def test_foreign_text_is_explained_by_its_language(router):
    told = explain(router, "¿dónde está el violin piano guitar?")[1]
    assert told.foreign
    assert any("another language" in line for line in told.summary)


def test_one_exemplar_of_a_label_has_no_typical_similarity():
    told = explain(fitted(rows=[Row("apple", "fruit"), Row("iron", "metal")]), "apple pear")[1]
    assert told.typical is None
    assert "typically" not in " ".join(told.summary)


def test_scorer_without_parts_is_refused(router):
    class Bare:
        labels = ("a",)

    other = Router(Bare(), router.calibration, router.rule, router.encoder)
    with pytest.raises(UnsupportedParameter, match="cannot be explained"):
        explain(other, "apple")


def parts_of(router, policy=None, worth=0.0):
    known = {label: DoubleCalibration() for label in router.labels}
    return Parts({}, router, known, policy or Policy(), worth, context)


def query(text, target=None):
    return Query("q", (), text, confidence_target=target)


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("worth", [0.05, 0.95])
def test_the_gate_is_explained_by_the_gate(fresh, text, worth):
    parts = parts_of(fresh, worth=worth)
    asked = query(text)
    route, told = explain_gate(parts, fresh, asked)
    stopped = isinstance(gate(parts, asked, route)[0], Abstained)
    assert (told.decision == "abstained") == stopped
    for change in told.changes:
        if change.kind == "target":
            assert not isinstance(gate(parts, query(text, change.threshold), route)[0], Abstained)
        if change.kind == "threshold":
            bar = math.nextafter(change.threshold, -1.0) if stopped else change.threshold
            assert isinstance(gate(parts, asked, route, bar)[0], Abstained) != stopped
    assert not stopped or any(change.kind == "target" for change in told.changes)


def test_policy_and_not_the_threshold_is_named_where_policy_declines(fresh):
    parts = parts_of(fresh, Policy(refer=frozenset({"fruit"})))
    told = explain_gate(parts, fresh, query("apple pear banana"))[1]
    assert gate(parts, query("apple pear banana"), fresh.route("apple pear banana"))[0].reason is Reason.POLICY
    assert "abstained all the same: questions for fruit are referred elsewhere" in told.summary[0]
    assert not [change for change in told.changes if change.kind in {"threshold", "target"}]


def test_target_zero_holds_nothing_against_a_query(fresh):
    told = explain_gate(parts_of(fresh), fresh, query("stapler wrench candle tunnel", 0.0))[1]
    assert told.decision == "answered"
    assert "nothing is held against it" in told.summary[0]
    assert told.changes == ()


def test_explaining_from_many_threads_changes_nothing(fresh):
    before = tuple(map(fresh.route, QUERIES))

    async def all_at_once():
        return await asyncio.gather(*(asyncio.to_thread(explain, fresh, text) for text in QUERIES))

    assert tuple(route for route, _ in asyncio.run(all_at_once())) == before
    assert tuple(map(fresh.route, QUERIES)) == before
