"""The product's router with a decision model as its scorer, asked over the real wire."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from nescio.assembly import load_router
from nescio.errors import BackendUnavailable, ConfigError
from nescio.registry import Registry
from nescio.scorers import DecisionScorer, FusedScorer
from nescio.settings import load_settings
from nescio.types import Card, silent
from tests.indexes.bag import TOPICS, BagOfWords, rows_of
from tests.scorers.servers import scripted, sparrow


@dataclass(frozen=True)
class Silent:
    """An expert that has a card and nothing else."""

    card: Card


def registry():
    texts = {label: tuple(row.text for row in rows_of(20) if row.label == label) for label in TOPICS}
    cards = [Card(label, label, words, ("x",), texts[label], Path()) for label, words in TOPICS.items()]
    return Registry({card.name: Silent(card) for card in cards})


def load(tmp_path, **chosen):
    return load_router(load_settings(home=tmp_path / "home", **chosen), registry(), BagOfWords(), silent)[0]


@pytest.fixture(scope="module")
def address():
    with sparrow() as url:
        yield url


@pytest.mark.parametrize("fused", [True, False])
def test_decision_model_of_the_settings_routes_and_is_calibrated_once(tmp_path, address, fused):
    told = {"scorer": "systemone", "scorer_url": address, "scorer_fused": fused}
    router = load(tmp_path, **told)
    assert isinstance(router.scorer, FusedScorer if fused else DecisionScorer)
    route = router.route("a ripe banana or a pear, please")
    assert route.candidates[0].expert == "fruit"
    assert sum(candidate.p_route for candidate in route.candidates) == pytest.approx(route.scope)
    again = load(tmp_path, **told)
    assert again.calibration.to_json() == router.calibration.to_json()
    assert again.route("some violin") == router.route("some violin")
    router.close()
    again.close()


def test_scorer_that_is_gone_abstains_and_nothing_stands_in(tmp_path, address):
    load(tmp_path, scorer="systemone", scorer_url=address).close()
    router = load(tmp_path, scorer="systemone", scorer_url=address)
    gone = DecisionScorer(dict.fromkeys(router.labels, ""), Unreachable())
    router.scorer.close()
    router.scorer = FusedScorer(router.scorer.first, gone, router.scorer.weight)
    route = router.route("a ripe banana")
    assert (route.candidates, route.scope, route.unavailable) == ((), 0.0, True)
    with pytest.raises(BackendUnavailable):
        router.route_many(["a ripe banana"])
    router.close()


class Unreachable:
    async def decide(self, text, options):
        raise BackendUnavailable("gone")

    async def close(self):
        pass


def test_scorer_that_cannot_be_calibrated_stops_the_start(tmp_path):
    with scripted(b"{}", 500) as (url, _), pytest.raises(BackendUnavailable, match="the scorer said 500"):
        load(tmp_path, scorer="decisions", scorer_url=url, scorer_fused=False)


def test_scorer_without_an_address_is_told(tmp_path):
    with pytest.raises(ConfigError, match="NESCIO_SCORER_URL"):
        load(tmp_path, scorer="logprobs")
