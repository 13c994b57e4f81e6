import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.calibration import fit_calibration, load_calibration, save_calibration
from nescio.calibration.venn_abers import VennAbers
from tests.test_calibration import MARK, NAMES, card, population, ps

graded = st.lists(st.tuples(st.sampled_from([i / 12 for i in range(13)]), st.booleans()), min_size=1, max_size=25)
confidence = st.floats(0, 1)


def predictor(rows):
    return VennAbers.of(np.array([p for p, _ in rows]), np.array([float(right) for _, right in rows]))


def isotonic(rows, p, right):
    """The isotonic fit at `p` of `rows` and one more, by its definition: max over a ≤ p of min over b ≥ p of means."""
    rows = [*rows, (p, right)]
    values = sorted({one for one, _ in rows})
    means = [
        [np.mean([right for one, right in rows if a <= one <= b]) for b in values if b >= p] for a in values if a <= p
    ]
    return max(map(min, means))


@given(graded, st.one_of(confidence, st.sampled_from([i / 12 for i in range(13)])))
def test_ends_are_the_isotonic_fits_with_the_new_answer_wrong_and_right(rows, p):
    assert predictor(rows).interval(p) == pytest.approx((isotonic(rows, p, False), isotonic(rows, p, True)))


@given(graded, confidence, confidence)
def test_interval_lies_in_order_within_0_and_1_and_rises_with_p(rows, one, two):
    found = predictor(rows)
    (low, high), (low_above, high_above) = (found.interval(p) for p in sorted((one, two)))
    assert 0 <= low < high <= 1
    assert low <= low_above + 1e-12
    assert high <= high_above + 1e-12


def test_one_of_the_ends_is_calibrated_on_a_known_population():
    """The end that the answer's own grade picks is right as often as it says, whatever p is: here far too high."""
    rng = np.random.default_rng(0)
    picked, rights = [], []
    for _ in range(300):
        true = rng.uniform(size=120)
        right = rng.uniform(size=120) < true
        p = np.sqrt(true)
        found = VennAbers.of(p[20:], right[20:].astype(float))
        picked += [found.interval(one)[int(hit)] for one, hit in zip(p[:20], right[:20], strict=True)]
        rights += right[:20].tolist()
    told, came = np.array(picked), np.array(rights)
    for low in np.arange(0, 1, 0.2):
        chosen = (told >= low) & (told < low + 0.2)
        assert told[chosen].mean() == pytest.approx(came[chosen].mean(), abs=0.06)


@pytest.fixture
def loaded(tmp_path):
    fitted = fit_calibration("double", NAMES, population(400, seed=1)[0])
    save_calibration(tmp_path, fitted, "a test", "2026-11-22", MARK)
    return load_calibration([tmp_path], card(tmp_path), MARK)


def test_loaded_calibration_tells_an_interval_around_p(loaded):
    rows, true = population(2000, seed=2)
    p = ps(loaded, rows)
    found = np.array([loaded.interval(one) for one in p])
    assert ((found[:, 0] <= p) & (p <= found[:, 1])).all()
    assert (found[:, 1] - found[:, 0]).mean() < 0.2
    assert ((found[:, 0] - 0.1 < true) & (true < found[:, 1] + 0.1)).mean() > 0.9
    assert loaded.interval(math.nan) is None


def test_interval_takes_less_than_a_third_of_a_millisecond():
    rng = np.random.default_rng(0)
    p = rng.uniform(size=5000)
    found = VennAbers.of(p, (rng.uniform(size=5000) < p).astype(float))
    took = []
    for one in p[:200]:
        began = time.perf_counter()
        found.interval(one)
        took.append(time.perf_counter() - began)
    assert np.median(took) < 0.3e-3


@pytest.mark.parametrize("count", [5, 29])
def test_pooled_or_small_calibration_tells_none(tmp_path, count):
    fitted = fit_calibration("double", NAMES, population(count, seed=3)[0])
    assert fitted.calibration.status == "pooled"
    save_calibration(tmp_path, fitted, "a test", "2026-11-22", MARK)
    assert load_calibration([tmp_path], card(tmp_path), MARK).interval(0.7) is None


def test_calibration_whose_rows_are_gone_tells_none(loaded, tmp_path):
    (tmp_path / "rows.npz").unlink()
    assert load_calibration([tmp_path], card(tmp_path), MARK).interval(0.7) is None
