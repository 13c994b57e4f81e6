import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.errors import ArtefactError, DataError, InvalidRequest
from nescio.risk import NOTHING
from nescio_indexes.threshold import Judged, Rule, Wish, choose, harmonic_mean


def judged(n=400, outside=100, seed=0):
    rng = np.random.default_rng(seed)
    inside = np.arange(n) >= outside
    scope = np.clip(np.where(inside, rng.beta(6, 2, n), rng.beta(2, 6, n)), 0, 1)
    p = scope * rng.uniform(0.7, 1.0, n)
    return Judged(scope, p, inside, inside & (rng.uniform(size=n) < p / np.maximum(scope, 1e-9)))


def rule(rows=None, pseudo=False, **wish):
    return choose(rows or judged(), Wish(**wish), oos_prior=0.25, pseudo=pseudo)


def test_default_rule_is_near_the_best_harmonic_mean():
    rows = judged()
    chosen = rule(rows)
    best = max(harmonic_mean(*rows.rates_at(t)) for t in np.linspace(0, 1, 501))
    assert (chosen.name, chosen.cut) == ("harmonic", "scope")
    assert harmonic_mean(*rows.rates_at(chosen.threshold)) >= best - 0.01


def test_without_outside_rows_the_default_keeps_95_percent():
    rows = judged(outside=0)
    chosen = rule(rows)
    assert chosen.name == "keep"
    assert 0.95 <= float((rows.scope > chosen.threshold).mean()) <= 0.96


def test_without_any_row_it_answers_at_better_than_even_odds_and_certifies_nothing():
    none = Judged(np.zeros(0), np.zeros(0), np.zeros(0, np.bool_), np.zeros(0, np.bool_))
    chosen = rule(none)
    assert (chosen.name, chosen.cut, chosen.threshold) == ("prior", "scope", 0.75)
    assert rule(none, max_risk=0.1).threshold == NOTHING


@given(st.integers(0, 50), st.floats(0.01, 1.0))
def test_oos_recall_refuses_at_least_what_was_asked(seed, recall):
    rows = judged(seed=seed)
    threshold = rule(rows, oos_recall=recall).threshold
    assert float((rows.scope[~rows.inside] <= threshold).mean()) >= recall - 1e-9


@given(st.floats(0.0, 0.99), st.floats(0.0, 0.99))
def test_higher_threshold_never_raises_coverage(low, high):
    rows = judged()
    low, high = sorted((low, high))
    loose, strict = rule(rows, target=low), rule(rows, target=high)
    answered = [sum(r.answers(s, p) for s, p in zip(rows.scope, rows.p, strict=True)) for r in (loose, strict)]
    assert answered[1] <= answered[0]


def test_max_risk_holds_on_rows_of_the_same_kind_more_often_than_promised():
    broken = 0
    for seed in range(60):
        threshold = rule(judged(800, 200, seed), max_risk=0.15).threshold
        fresh = judged(20_000, 5_000, 1000 + seed)
        answered = fresh.p > threshold
        broken += answered.any() and float(1 - fresh.right[answered].mean()) > 0.15
    assert broken / 60 <= 0.15


def test_bound_that_nothing_keeps_answers_nothing():
    rows = judged()
    wrong = Judged(rows.scope, rows.p, rows.inside, np.zeros_like(rows.right))
    assert rule(wrong, max_risk=0.05).threshold == NOTHING
    assert not rule(wrong, max_risk=0.05).answers(1.0, 1.0)


def test_equality_and_nan_abstain():
    cut = Rule("target", "p", 0.5)
    assert not cut.answers(1.0, 0.5)
    assert not cut.answers(1.0, float("nan"))
    assert cut.answers(0.0, 0.51)


@pytest.mark.parametrize(
    "wish",
    [
        {"target": 0.5, "max_risk": 0.1},
        {"max_risk": 0.1, "oos_recall": 0.9},
        {"target": 1.0},
        {"max_risk": 0.0},
        {"oos_recall": 1.5},
        {"target": float("nan")},
    ],
)
def test_wishes_that_contradict_or_exceed_are_refused(wish):
    with pytest.raises(InvalidRequest):
        Wish(**wish).check()


def test_oos_recall_without_outside_rows_is_refused():
    with pytest.raises(DataError, match="label null"):
        rule(judged(), pseudo=True, oos_recall=0.9)


def test_rule_survives_json_with_unknown_fields():
    chosen = rule(max_risk=0.2)
    assert Rule.from_json(chosen.to_json() | {"later": 1}) == chosen


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "of-2030"}, "no rule .* called 'of-2030'"),
        ({"name": None}, "no rule .* called None"),
        ({"name": ["keep"]}, "no rule"),
        ({"cut": "moon"}, "damaged"),
        ({"cut": ["p"]}, "damaged"),
        ({"threshold": "nan"}, "damaged"),
        ({"threshold": None}, "damaged"),
        ({"threshold": -0.5}, "damaged"),
        ({"threshold": 1.5}, "damaged"),
        ({"value": "much"}, "damaged"),
    ],
)
def test_rule_that_is_not_known_or_damaged_is_refused(change, message):
    with pytest.raises(ArtefactError, match=message) as caught:
        Rule.from_json(rule(max_risk=0.2).to_json() | change)
    assert caught.value.hint


@pytest.mark.parametrize("body", [{}, [], "rule", None, 3])
def test_what_is_no_rule_at_all_is_refused(body):
    with pytest.raises(ArtefactError, match="damaged"):
        Rule.from_json(body)
