import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, ks_2samp

from nescio.calibration import Calibration
from nescio.calibration.model import Line, Stage
from nescio.drift import LEAST, LIMIT, drift_of, evidence, shifts
from nescio.store import OutcomeLog
from nescio.types import Abstained, Answer, Answered, Candidate, Evidence, Outcome, Query, Reason, Route, Usage
from nescio.watching import Watch

chances = st.floats(0.001, 0.999)


@given(chances, chances)
def test_one_answer_gives_evidence_one_on_average_and_less_where_p_promises_too_little(p: float, truth: float):
    mean = truth * evidence([p], [False]) + (1 - truth) * evidence([p], [True])
    assert mean == pytest.approx(1.0, abs=1e-9) if truth == p else (mean < 1) == (truth > p)
    assert p * evidence([p], [False]) + (1 - p) * evidence([p], [True]) == pytest.approx(1.0)


@given(st.lists(st.tuples(chances, st.booleans()), max_size=60), st.randoms(use_true_random=False))
def test_a_wrong_answer_that_nobody_graded_can_only_lower_the_evidence(rows, random):
    p = [one for one, _ in rows]
    seen = [wrong and random.random() < 0.5 for _, wrong in rows]
    assert evidence(p, seen) <= evidence(p, [wrong for _, wrong in rows]) * (1 + 1e-9)


def paths(number: int, length: int, shift: float):
    """p of answers, and grades where the log-odds of p are `shift` too high."""
    for seed in range(number):
        rng = np.random.default_rng((5, seed))
        p = rng.beta(9, 1, length)
        yield p, rng.random(length) > 1 / (1 + math.exp(shift) * (1 - p) / p)


def test_an_honest_p_raises_fewer_alarms_than_are_promised():
    alarms = sum(evidence(p, wrong) >= LIMIT for p, wrong in paths(400, 1000, 0.0))
    assert binom.sf(alarms - 1, 400, 1000 / LIMIT) > 0.01


def test_a_p_that_promises_too_much_is_found_within_some_hundred_answers():
    found = sum(evidence(p, wrong) >= LIMIT for p, wrong in paths(60, 500, 1.0))
    assert found >= 57


@given(st.integers(LEAST, 120), st.integers(1, 120), st.integers(0, 99))
def test_the_distance_of_features_is_that_of_kolmogorov_and_smirnov(n: int, m: int, seed: int):
    rng = np.random.default_rng(seed)
    live, seen = np.round(rng.normal(0.3, 1, (n, 1)), 1), np.round(rng.normal(0, 1, (m, 1)), 1)
    assert shifts(live, seen)[0] == pytest.approx(ks_2samp(live[:, 0], seen[:, 0]).statistic)


def test_too_few_questions_are_not_compared_and_missing_features_are_left_out():
    seen = np.zeros((40, 2))
    assert np.isnan(shifts(np.ones((LEAST - 1, 2)), seen)).all()
    live = np.ones((LEAST + 1, 2))
    live[:2, 0] = math.nan
    found = shifts(live, seen)
    assert math.isnan(found[0])
    assert found[1] == 1.0


FLAT = Line((0.0, 0.0), (1.0, 1.0), (0.0, -9.0), (1.0, 9.0), (0.0, 0.0), 0.0)


def calibration(since: float = 0.0) -> Calibration:
    rows = np.column_stack([np.linspace(0, 1, 60), np.zeros(60)])
    return Calibration("a", "own", ("f",), FLAT, Stage(), 0.01, 0.99, (), 60, seen=rows, since=since)


def record(log: OutcomeLog, number: int, p: float = 0.9, feature: float = 0.5, given: bool = True) -> None:
    answer = Answer("42", "a", "m", Evidence({"f": feature}))
    decision = Answered(answer, p) if given else Abstained(Reason.LOW_ANSWER_CONFIDENCE, "no.", p, "a", answer)
    route = Route("q", (Candidate("a", 1.0, 0.5),), 1.0)
    query = Query(f"q{number}", (), "q")
    assert log.record(Outcome(query, route, decision, 0.75, "a", "own", answer.evidence, Usage(), 0.1))


@pytest.fixture
def log(tmp_path):
    with OutcomeLog(tmp_path / "outcomes.sqlite", clock=lambda: 1000.0) as log:
        yield log


def test_a_drift_tells_what_was_promised_and_which_feature_moved(log):
    for number in range(LEAST):
        record(log, number, feature=1.0, given=number % 2 == 0)
    log.grade("q0", "wrong")
    found = drift_of(calibration(), log.rows())
    assert (found.answers, found.wrong, found.promised) == (LEAST // 2, 1, pytest.approx(LEAST / 20))
    assert (found.feature, found.shift) == ("f", pytest.approx(59 / 60))
    assert not found.drifted


def test_an_expert_that_has_drifted_is_uncalibrated_until_its_grades_are_taken_back(log):
    one = calibration()
    watch = Watch({"a": one}, {}, log)
    for number in range(12):
        record(log, number)
        log.grade(f"q{number}", "wrong")
    watch.look()
    assert watch.confidences == {}
    assert "12 of 12 answers were graded wrong, where its p promised 1.2" in watch.stale["a"].message
    assert watch.stale["a"].hint == "nescio calibrate --expert a"
    for number in range(12):
        log.grade(f"q{number}", "right")
    watch.look()
    assert (watch.confidences, watch.stale) == ({"a": one}, {})


def test_what_was_asked_before_the_calibration_does_not_count(log):
    for number in range(12):
        record(log, number)
        log.grade(f"q{number}", "wrong")
    watch = Watch({"a": calibration(since=1000.0)}, {}, log)
    watch.look()
    assert watch.drift["a"].answers == 0
    assert list(watch.confidences) == ["a"]


def test_a_log_that_cannot_be_read_changes_nothing(log, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("disk"))

    monkeypatch.setattr(log, "rows", fail)
    watch = Watch({"a": calibration()}, {}, log)
    watch.look()
    assert list(watch.confidences) == ["a"]
