import math
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.errors import ArtefactError
from nescio.routing import Router
from nescio.scorers import Scorer
from nescio_indexes.fitting import FitOptions, fit_router
from nescio_indexes.rows import Row
from nescio_indexes.threshold import Rule, Wish
from tests.indexes.bag import BagOfWords, rows_of


@pytest.fixture(scope="module")
def fitted():
    return fit_router(rows_of(), BagOfWords())


@pytest.fixture(scope="module")
def router(fitted):
    return Router.of(fitted, BagOfWords())


@given(st.text(max_size=60))
def test_every_number_of_a_route_is_a_probability_and_candidates_are_ranked(router, text):
    route = router.route(text)
    ps = [candidate.p_route for candidate in route.candidates]
    assert 0.0 <= route.scope <= 1.0
    assert all(0.0 <= p <= 1.0 for p in ps)
    assert ps == sorted(ps, reverse=True)
    assert sum(ps) == pytest.approx(route.scope, abs=1e-9)
    assert {candidate.expert for candidate in route.candidates} == {"fruit", "metal", "music"}
    assert route.query == text


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "\u200b"])
def test_empty_text_is_out_of_scope_and_still_ranked(router, text):
    route = router.route(text)
    assert route.scope == 0.0
    assert len(route.candidates) == 3
    assert not router.answers(route)


def test_route_of_one_text_is_its_route_among_many(router):
    texts = ["apple pear", "iron", "", "violin and drum", "stapler"]
    for many, one in zip(router.route_many(texts), map(router.route, texts), strict=True):
        assert many.scope == pytest.approx(one.scope, abs=1e-6)
        assert [c.expert for c in many.candidates] == [c.expert for c in one.candidates]
        assert [c.p_route for c in many.candidates] == pytest.approx([c.p_route for c in one.candidates], abs=1e-6)
    assert router.route_many([]) == ()


def test_loaded_router_routes_as_before(fitted, router, tmp_path):
    fitted.save(tmp_path)
    again = Router.load(tmp_path, BagOfWords())
    texts = [row.text for row in rows_of()]
    assert again.route_many(texts) == router.route_many(texts)
    with pytest.raises(ArtefactError, match="encoder"):
        Router.load(tmp_path, BagOfWords(name="another"))


def test_query_in_another_language_has_low_scope(router):
    assert router.english
    assert router.route("¿dónde hay un apple pear banana?").scope < router.route("apple pear banana?").scope / 5


def test_router_fitted_on_another_language_does_not_hold_it_against_a_query():
    words = {"obst": "apfel birne kirsche", "metall": "eisen kupfer zink"}
    rows = [
        Row(f"wo ist der {word} und die {i}", name)
        for name, some in words.items()
        for word in some.split()
        for i in "ab"
    ]
    assert not Router.of(fit_router(rows, BagOfWords()), BagOfWords()).english


def test_long_text_is_routed_by_its_ends(router):
    padding = "lorem " * 40_000
    assert router.route(f"apple pear banana {padding} apple plum").candidates[0].expert == "fruit"


def test_scope_threshold_is_zero_where_the_rule_cuts_p(fitted, router):
    assert router.scope_threshold == fitted.rule.threshold > 0
    cut = fit_router(rows_of(), BagOfWords(), FitOptions(wish=Wish(target=0.7)))
    other = Router.of(cut, BagOfWords())
    assert other.scope_threshold == 0.0
    assert other.answers(other.route("apple pear banana"))


@given(st.floats(0, 1), st.floats(0, 1))
def test_higher_threshold_never_raises_coverage(router, low, high):
    low, high = sorted((low, high))
    routes = router.route_many([row.text for row in rows_of(4, 4)])

    def coverage(threshold):
        cut = Router(router.scorer, router.calibration, Rule("harmonic", "scope", threshold), router.encoder)
        return sum(cut.answers(route) for route in routes)

    assert coverage(high) <= coverage(low)


def test_threads_route_as_one_would(router):
    texts = [row.text for row in rows_of(6, 6)]
    expected = [router.route(text) for text in texts]
    found = {}
    workers = [
        threading.Thread(target=lambda i=i: found.update({i: router.route(texts[i])})) for i in range(len(texts))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [found[i] for i in range(len(texts))] == expected


def test_scorer_keeps_the_protocol(router):
    scorer: Scorer = router.scorer
    raw = scorer.score(["apple"])
    assert raw.routes.shape == (1, len(scorer.labels))
    assert all(math.isfinite(value) for value in raw.scope.ravel())


def test_loading_and_routing_import_nothing_heavy(fitted, tmp_path):
    fitted.save(tmp_path)
    code = (
        "import sys; from pathlib import Path; from tests.indexes.bag import BagOfWords;"
        "from nescio.routing import Router;"
        f"Router.load(Path({str(tmp_path)!r}), BagOfWords()).route('apple');"
        "sys.exit(','.join({'torch', 'sentence_transformers', 'sklearn', 'scipy', 'pandas'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
