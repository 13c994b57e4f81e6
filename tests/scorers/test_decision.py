import asyncio
import json
import math
import threading

import numpy as np
import pytest

from nescio.backends import FakeBackend
from nescio.errors import BackendUnavailable, ConfigError
from nescio.scorers import DecisionScorer, FusedScorer, Scorer
from nescio.scorers.decision import FEATURES, HttpDecisions, OptionLogprobs
from nescio.scorers.wires import NONE
from nescio.types import Completion, Token
from tests.scorers.servers import scripted, sparrow

OPTIONS = {
    "refunds": "refund a payment, charged twice",
    "flights": "search and book flights",
    "weather": "weather forecasts for a city",
}
QUERIES = ["I was charged twice, I want my money back", "book a flight to Oslo", "will it rain in Rome tomorrow?"]


@pytest.fixture
def scorer_of():
    made = []

    def make(model, options=OPTIONS, **more):
        made.append(DecisionScorer(options, model, **more))
        return made[-1]

    yield make
    for scorer in made:
        scorer.close()


def even(body):
    names = body["questions"]["route"]["criteria"]
    return json.dumps({"answers": {"route": {"probabilities": dict.fromkeys(names, 1 / len(names))}}}).encode()


@pytest.fixture(scope="module")
def address():
    with sparrow() as url:
        yield url


def test_sparrow_decider_routes(address, scorer_of):
    scorer: Scorer = scorer_of(HttpDecisions(address, "systemone"))
    raw = scorer.score(QUERIES)
    assert scorer.labels == ("flights", "refunds", "weather")
    assert [scorer.labels[i] for i in raw.routes.argmax(axis=1)] == ["refunds", "flights", "weather"]
    assert raw.scope.shape == (3, len(FEATURES))
    assert np.isfinite(raw.scope).all()
    assert raw.known.all()


def test_the_same_query_scores_the_same_alone_and_among_others(address, scorer_of):
    scorer = scorer_of(HttpDecisions(f"{address}/v1", "systemone"), concurrency=2)
    together, alone = scorer.score(QUERIES).routes, scorer.score(QUERIES[1:2]).routes
    assert np.array_equal(together[1:2], alone)


def test_empty_query_is_known_to_nobody_and_not_asked(scorer_of):
    with scripted(even) as (url, asked):
        raw = scorer_of(HttpDecisions(url, "systemone")).score(["", "hello"])
    assert raw.known.tolist() == [False, True]
    assert len(asked) == 1


def test_option_for_none_of_the_labels_is_always_offered(scorer_of):
    with scripted(even) as (url, asked):
        scorer_of(HttpDecisions(url, "systemone")).score(["hello"])
    assert list(asked[0][2]["questions"]["route"]["criteria"]) == ["flights", "refunds", "weather", NONE]
    assert asked[0][2]["state"] == "hello"


def test_scorer_that_is_not_there_is_a_typed_error(scorer_of):
    with pytest.raises(BackendUnavailable, match="cannot be asked"):
        scorer_of(HttpDecisions("http://127.0.0.1:9", "systemone")).score(["hello"])


def test_scorer_that_is_late_is_a_typed_error(scorer_of):
    release = threading.Event()
    with scripted(even, delay=release) as (url, _):
        late = scorer_of(HttpDecisions(url, "systemone", timeout=0.2))
        with pytest.raises(BackendUnavailable, match=r"no decision within 0\.2 s"):
            late.score(["hello", "there"])
        release.set()


@pytest.mark.parametrize(("status", "said"), [(422, b'{"error": "no"}'), (200, b"<html>"), (200, b"{}")])
def test_server_that_answers_something_else_is_a_typed_error(scorer_of, status, said):
    with scripted(said, status) as (url, _), pytest.raises(BackendUnavailable):
        scorer_of(HttpDecisions(url, "systemone")).score(["hello"])


def test_so_many_decisions_as_allowed_are_asked_for_at_once(scorer_of):
    here, most, lock = [], [], threading.Lock()

    def count(body):
        with lock:
            here.append(1)
            most.append(len(here))
        threading.Event().wait(0.02)
        with lock:
            here.pop()
        return even(body)

    with scripted(count) as (url, _):
        scorer_of(HttpDecisions(url, "systemone"), concurrency=3).score([f"query {i}" for i in range(12)])
    assert max(most) <= 3


def test_refused_query_is_known_to_nobody(scorer_of):
    with scripted(json.dumps({"answers": [{"type": "refusal", "name": "route"}]}).encode()) as (url, _):
        assert scorer_of(HttpDecisions(url, "decisions")).score(["hello"]).known.tolist() == [False]


def letters(**p):
    top = tuple((f" {letter}", math.log(share)) for letter, share in p.items())
    return Completion("A", "stop", (Token(" A", top[0][1], top),))


def test_language_model_scores_by_the_letters_of_its_first_token(scorer_of):
    backend = FakeBackend(letters(B=0.6, A=0.2, D=0.1))
    raw = scorer_of(OptionLogprobs(backend)).score(["my money back"])
    assert raw.routes.argmax() == 1
    assert np.exp(raw.routes[0, :2]) == pytest.approx([0.225, 0.625])
    asked = backend.calls[0]
    assert asked.max_tokens == 1
    assert "A. flights: search and book flights" in asked.messages[0].content


def test_language_model_without_log_probabilities_is_a_typed_error(scorer_of):
    with pytest.raises(BackendUnavailable, match="no log-probabilities"):
        scorer_of(OptionLogprobs(FakeBackend(Completion("A", "stop")))).score(["hello"])


def test_more_options_than_letters_are_told():
    options = {f"label {i}": "" for i in range(30)}
    with pytest.raises(ConfigError, match="more than letters"):
        asyncio.run(OptionLogprobs(FakeBackend("A")).decide("hello", options))


@pytest.mark.parametrize("url", ["localhost:80", "", "ftp://x"])
def test_address_that_is_none_is_told(url):
    with pytest.raises(ConfigError, match="no URL"):
        HttpDecisions(url, "systemone")


def test_no_label_is_told():
    with pytest.raises(ConfigError, match="labels to choose from"):
        DecisionScorer({}, OptionLogprobs(FakeBackend()))


def test_fused_scorer_adds_scores_and_keeps_both_features(scorer_of):
    first, second = (scorer_of(OptionLogprobs(FakeBackend(letters(**p)))) for p in ({"A": 0.9}, {"B": 0.9}))
    fused = FusedScorer(first, second, 2.0)
    one, two, both = first.score(["x"]), second.score(["x"]), fused.score(["x"])
    assert both.routes == pytest.approx(one.routes + 2.0 * two.routes)
    assert both.scope.shape == (1, 2 * len(FEATURES))
    assert fused.labels == first.labels
