import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom

from benchmarks.risk import Known, samples
from nescio.risk import DELTA, NOTHING, allowed_errors, conformal, learn_then_test, sizes

bounds = st.floats(0.01, 0.95)


@st.composite
def graded(draw, least=1, most=300):
    """Rows with and without equal p, some without any."""
    n = draw(st.integers(least, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    p = rng.random(n)
    if draw(st.booleans()):
        p = np.round(p, 1)
    p[rng.random(n) < draw(st.sampled_from([0.0, 0.2]))] = math.nan
    return p, rng.random(n) < draw(st.floats(0, 1)) * (1 - np.nan_to_num(p))


@given(st.integers(0, 400), bounds, st.floats(0.01, 0.5))
def test_allowed_errors_are_those_of_the_exact_binomial_tail(rows: int, at_most: float, delta: float):
    for k, errors in enumerate(allowed_errors(rows, at_most, delta)):
        assert errors < 0 or binom.cdf(errors, k, at_most) <= delta * (1 + 1e-9)
        assert binom.cdf(errors + 1, k, at_most) >= delta * (1 - 1e-9)


@given(st.integers(1, 5000))
def test_sizes_rise_to_all_rows_and_know_no_grade(rows: int):
    found = sizes(rows)
    assert found[-1] == rows
    assert list(found) == sorted(set(found))


@given(graded(), bounds)
def test_what_is_certified_passes_the_exact_test(rows, at_most: float):
    p, wrong = rows
    cut = learn_then_test(p, wrong, at_most)
    answered = p > cut.threshold
    if cut.holds:
        assert (cut.answered, cut.wrong) == (answered.sum(), wrong[answered].sum())
        assert binom.cdf(cut.wrong, cut.answered, at_most) <= DELTA * (1 + 1e-9)
    else:
        assert not answered.any()
        assert (cut.threshold, cut.answered, cut.wrong) == (NOTHING, 0, 0)


@given(graded(), bounds, bounds)
@pytest.mark.parametrize("bound", [learn_then_test, conformal])
def test_a_looser_bound_never_answers_less(bound, rows, one: float, other: float):
    tight, loose = sorted((one, other))
    assert bound(*rows, loose).threshold <= bound(*rows, tight).threshold


@given(graded(), bounds, st.randoms(use_true_random=False))
@pytest.mark.parametrize("bound", [learn_then_test, conformal])
def test_the_order_of_rows_does_not_matter(bound, rows, at_most: float, random):
    p, wrong = rows
    order = np.array(random.sample(range(p.size), p.size))
    assert bound(p[order], wrong[order], at_most) == bound(p, wrong, at_most)


@given(graded(), st.floats(-1, 0))
@pytest.mark.parametrize("bound", [learn_then_test, conformal])
def test_a_bound_of_zero_certifies_nothing(bound, rows, at_most: float):
    cut = bound(*rows, at_most)
    assert not cut.holds
    assert cut.needed > cut.rows


@given(bounds)
@pytest.mark.parametrize("bound", [learn_then_test, conformal])
def test_too_few_rows_certify_nothing_and_enough_without_an_error_do(bound, at_most: float):
    needed = bound(np.zeros(0), np.zeros(0, bool), at_most).needed
    if needed > 0:
        few = np.linspace(0.9, 1.0, needed - 1)
        assert not bound(few, np.zeros(few.size, bool), at_most).holds
    enough = np.linspace(0.9, 1.0, needed)
    assert bound(enough, np.zeros(enough.size, bool), at_most).threshold == 0.0


def test_a_bound_next_to_zero_needs_more_rows_than_there_are():
    for bound in (learn_then_test, conformal):
        assert bound(np.ones(9), np.zeros(9, bool), 5e-324).needed > 10**15


def test_rows_of_equal_p_are_answered_together_or_not_at_all():
    p = np.repeat([0.9, 0.8, 0.2], 60)
    wrong = np.repeat([False, False, True], 60)
    cut = learn_then_test(p, wrong, 0.1)
    assert (cut.threshold, cut.answered) == (0.2, 120)
    assert not learn_then_test(np.full(180, 0.9), wrong, 0.1).holds


def test_a_wrong_answer_at_the_top_costs_the_bound_and_not_the_guarantee():
    p = np.linspace(1.0, 0.9, 100)
    wrong = np.arange(100) == 0
    assert not learn_then_test(p, wrong, 0.1).holds
    assert learn_then_test(p, wrong, 0.15).threshold == 0.0


@given(
    arrays(float, st.integers(2, 40), elements=st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9, math.nan])),
    st.integers(0, 2**32),
    bounds,
)
def test_conformal_holds_exactly_when_each_row_in_turn_is_the_one_to_come(p, seed: int, at_most: float):
    wrong = np.random.default_rng(seed).random(p.size) < 0.5
    losses = [
        bool(wrong[i]) and p[i] > conformal(np.delete(p, i), np.delete(wrong, i), at_most).threshold
        for i in range(p.size)
    ]
    assert np.mean(losses) <= at_most + 1e-9


@pytest.mark.parametrize(("name", "at_most"), [("beta(2, 1)", 0.1), ("uniform", 0.2), ("pilot, overconfident", 0.2)])
def test_max_risk_holds_in_as_many_draws_as_it_promises(name: str, at_most: float):
    known, draws = Known(name, 100_000), 400
    found = [known.at(learn_then_test(p, wrong, at_most).threshold) for p, wrong in samples(name, draws, 1000)]
    broken = sum(risk > at_most for _, risk, _ in found)
    assert binom.sf(broken - 1, draws, DELTA) > 0.01
    assert np.mean([coverage for coverage, _, _ in found]) > 0.6 * known.oracle(at_most)


def test_the_hallucination_rate_holds_on_average():
    known = Known("beta(2, 1)", 100_000)
    rates = [known.at(conformal(p, wrong, 0.05).threshold)[2] for p, wrong in samples("beta(2, 1)", 400, 200)]
    assert 0.045 < np.mean(rates) < 0.05 + 3 * np.std(rates) / 20
