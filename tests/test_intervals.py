import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.intervals import bootstrap_interval, wilson
from nescio.metrics import auroc


def test_wilson_matches_published_values():
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilson_holds_the_share_and_mirrors(a, b):
    low, high = wilson(a, a + b)
    mirrored = wilson(b, a + b)
    assert 0 <= low <= (a / (a + b) if a + b else 0.5) <= high <= 1
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high), abs=1e-9)


def test_bootstrap_of_a_mean_agrees_with_the_normal_interval():
    values = np.random.default_rng(1).normal(2.0, 3.0, 900)
    low, high = bootstrap_interval(values, resamples=3000)
    half = 1.96 * values.std() / 30
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_bootstrap_agrees_with_scipy(method):
    from scipy import stats

    values = np.random.default_rng(2).exponential(size=150)
    ours = bootstrap_interval(values, resamples=4000, method=method)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, method=method, rng=3).confidence_interval
    assert ours == pytest.approx(tuple(theirs), abs=0.02)


def test_bootstrap_is_wider_over_clusters_and_repeats_with_its_seed():
    values = np.repeat(np.random.default_rng(4).normal(size=60), 5)
    keys = np.repeat(np.arange(60), 5).tolist()
    alone = bootstrap_interval(values, resamples=800)
    together = bootstrap_interval(values, clusters=keys, resamples=800)
    assert together[1] - together[0] > 1.8 * (alone[1] - alone[0])
    assert together == bootstrap_interval(values, clusters=keys, resamples=800)


def test_bootstrap_takes_any_statistic_of_rows():
    rng = np.random.default_rng(5)
    p = rng.uniform(size=300)
    rows = np.column_stack([p, rng.uniform(size=300) < p])
    low, high = bootstrap_interval(rows, statistic=lambda r: auroc(r[:, 0], r[:, 1]), resamples=300)
    assert low < auroc(rows[:, 0], rows[:, 1]) < high
    assert high - low < 0.15


def test_bootstrap_without_rows_is_unknown_and_keys_must_fit():
    assert all(math.isnan(end) for end in bootstrap_interval([]))
    with pytest.raises(ValueError, match="cluster keys"):
        bootstrap_interval([1.0], clusters=[])
