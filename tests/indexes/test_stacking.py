import numpy as np
import pytest

from nescio.errors import DataError
from nescio.metrics import auroc, ece
from nescio_indexes.scoring import RawScores
from nescio_indexes.stacking import fit_stack, joined
from nescio_indexes.threshold import Wish

TARGETS = np.array([*range(4)] * 150 + [-1] * 150)


def scorer(noise, seed, scale=1.0):
    """Raw scores that know the right label and the scope up to `noise`, in units of their own."""
    rng = np.random.default_rng(seed)
    right = np.where(TARGETS[:, None] == np.arange(4), 1.0, 0.0)
    routes = scale * (right + noise * rng.standard_normal(right.shape))
    scope = (TARGETS >= 0)[:, None] + noise * rng.standard_normal((len(TARGETS), 2))
    return RawScores(routes.astype(np.float32), scope, np.ones(len(TARGETS), np.bool_))


def test_two_scorers_know_more_than_one():
    one, two = scorer(0.6, 0), scorer(0.6, 1)
    alone, both = fit_stack([one], TARGETS), fit_stack([one, two], TARGETS)
    inside = TARGETS >= 0
    assert alone.weight == 0.0
    assert both.weight > 0.3
    assert both.judged.right[inside].mean() > alone.judged.right[inside].mean() + 0.05
    assert auroc(both.judged.scope, inside) > auroc(alone.judged.scope, inside)


def test_units_of_a_score_change_no_probability():
    small, large = fit_stack([scorer(0.6, 0)], TARGETS), fit_stack([scorer(0.6, 0, 5.0)], TARGETS)
    assert large.judged.p == pytest.approx(small.judged.p, abs=1e-3)


def test_calibrated_probabilities_are_right_as_often_as_they_say():
    stack = fit_stack([scorer(0.6, 0)], TARGETS)
    assert ece(stack.judged.p, stack.judged.right, debiased=True) < 0.04


def test_useless_second_scorer_gets_hardly_any_weight():
    one = scorer(0.4, 0)
    noise = RawScores(scorer(50.0, 1).routes, one.scope, one.known)
    assert fit_stack([one, noise], TARGETS).weight < 0.01


def test_only_what_all_know_is_known():
    one = scorer(0.6, 0)
    blind = RawScores(one.routes, one.scope, np.zeros(len(TARGETS), np.bool_))
    assert not joined([one, blind], 1.0).known.any()


def test_rows_without_out_of_scope_queries_keep_most_of_themselves():
    one = scorer(0.6, 0)
    some = slice(0, 200)
    stack = fit_stack([RawScores(one.routes[some], one.scope[some], one.known[some])], TARGETS[some])
    assert stack.rule.name == "keep"
    assert fit_stack([one], TARGETS, Wish(target=0.5)).rule.name == "target"


def test_too_few_rows_are_told():
    one = scorer(0.6, 0)
    with pytest.raises(DataError, match="calibrate nothing"):
        fit_stack([RawScores(one.routes[:4], one.scope[:4], one.known[:4])], TARGETS[:4])
