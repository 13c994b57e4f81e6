import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.calibrating import calibrate, check
from nescio.calibration import load_calibration, read_calibration
from nescio.calibration.lift import Lift, fit_lift
from nescio.calibration.rows import hashed
from nescio.errors import DataError
from nescio.relearning import relearn
from nescio.store import LoggedRow
from tests.test_calibrating import TODAY
from tests.test_calibrating import desk as desk_fixture

desk = desk_fixture
probability = st.floats(1e-6, 1 - 1e-6)


def in_force(desk):
    card = desk.experts["doubling"].card
    folders = (desk.settings.calibration_dir / "doubling", card.folder / "calibration")
    return load_calibration(folders, card, desk.fingerprint_of("doubling"))


def logged(desk, number, right, *, target=0.75, sure=1.0, **changes):
    text = f"Which is answer {number}?"
    row = LoggedRow(
        id=str(number),
        recorded_at=0.0,
        role="live",
        key=hashed(text),
        query=None,
        answer=None,
        decision="answered",
        reason=None,
        expert="doubling",
        confidence_target=target,
        p=0.9,
        p_route=0.9,
        scope=1.0,
        calibration="own",
        features={"sure": sure},
        latency_s=0.1,
        grade="right" if right else "wrong",
        mark=in_force(desk).mark,
    )
    return dataclasses.replace(row, **changes)


@given(st.floats(0.01, 0.99), st.floats(0.05, 20), probability, probability)
def test_lift_keeps_order_and_leaves_p_up_to_its_target_alone(above, slope, one, two):
    low, high = np.sort([one, two])
    found = Lift(above, slope).p(np.array([low, high]))
    assert found[0] <= found[1] + 1e-9
    for p, lifted in zip((low, high), found, strict=True):
        assert lifted == p if p <= above else above - 1e-9 <= lifted <= 1


def test_lift_moves_p_the_way_that_grades_say_and_stays_where_there_are_none():
    p = np.full(200, 0.9)
    assert fit_lift(p, np.arange(200) % 10 > 4.0, 0.75).p(p)[0] < 0.8
    assert fit_lift(p, np.ones(200), 0.75).p(p)[0] > 0.95
    assert fit_lift(np.empty(0), np.empty(0), 0.75).slope == pytest.approx(1.0)


async def test_wrong_answers_lower_p_above_the_target_and_nothing_below(desk):
    await calibrate(desk, "doubling", today=TODAY)
    before = in_force(desk)
    rows = [logged(desk, i, i % 3 == 0, target=0.5) for i in range(90)]
    desk.asked.clear()
    found = relearn(desk, "doubling", rows, today="2026-11-23")
    after = in_force(desk)
    assert desk.asked == []
    assert found.fitted is not None
    assert found.told["log_loss_after"] < found.told["log_loss_before"]
    assert 0.5 <= after.p({"sure": 1.0}, 0.9) < before.p({"sure": 1.0}, 0.9) - 0.05
    for sure in np.linspace(0, 1, 60):
        old, new = (one.p({"sure": float(sure)}, 0.9) for one in (before, after))
        assert new == old if old <= 0.5 else new >= 0.5
    assert check(desk)[0].message.endswith(", and above 0.5 on 90 logged grades")
    assert b"answer 3" not in (desk.settings.calibration_dir / "doubling" / "calibration.json").read_bytes()
    old_p, new_p = (np.array(one.sample.p) for one in (before, after))
    assert new_p == pytest.approx(after.lifted(old_p), nan_ok=True)
    assert after.sample.wrong == before.sample.wrong


async def test_learning_again_starts_from_what_was_there_before_the_log(desk):
    await calibrate(desk, "doubling", today=TODAY)
    rows = [logged(desk, i, i % 3 > 0) for i in range(90)]
    relearn(desk, "doubling", rows, today=TODAY)
    once = read_calibration(desk.settings.calibration_dir / "doubling")
    relearn(desk, "doubling", rows, today=TODAY)
    assert read_calibration(desk.settings.calibration_dir / "doubling") == once
    await calibrate(desk, "doubling", today=TODAY)
    assert in_force(desk).lift is None


async def test_grades_that_agree_with_p_change_nothing(desk):
    await calibrate(desk, "doubling", today=TODAY)
    path = desk.settings.calibration_dir / "doubling" / "calibration.json"
    kept = path.read_bytes()
    p = in_force(desk).p({"sure": 1.0}, 0.9)
    rows = [logged(desk, i, i >= round(100 * (1 - p))) for i in range(100)]
    assert relearn(desk, "doubling", rows, today=TODAY).fitted is None
    assert path.read_bytes() == kept


async def test_rows_of_test_of_another_state_and_of_known_questions_never_fit(desk):
    await calibrate(desk, "doubling", today=TODAY)
    rows = [logged(desk, i, False, role="test") for i in range(50)]
    rows += [logged(desk, 100 + i, False, mark=mark) for i, mark in enumerate(["2", None] * 10)]
    rows += [logged(desk, 200 + i, False, key=hashed(f"What is twice {i}?")) for i in range(40)]
    rows += [logged(desk, 300 + i, False, expert="other") for i in range(40)]
    rows += [logged(desk, 400 + i, False, grade=None) for i in range(40)]
    rows += [logged(desk, 500, True), logged(desk, 500, True), logged(desk, 501, True), logged(desk, 501, False)]
    with pytest.raises(DataError, match="too few grades of doubling: 30 are needed") as caught:
        relearn(desk, "doubling", rows, today=TODAY)
    told = "grades 64, of another state 20, of known questions 40, duplicates 1, conflicts 1, used 3"
    assert told in caught.value.message


async def test_without_a_calibration_that_fits_the_log_adds_to_nothing(desk):
    with pytest.raises(DataError, match="no calibration fits doubling"):
        relearn(desk, "doubling", [], today=TODAY)


async def test_damaged_lift_is_a_clear_error(desk):
    await calibrate(desk, "doubling", today=TODAY)
    path = desk.settings.calibration_dir / "doubling" / "calibration.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "lift": {"above": 0.75, "slope": -1.0}}))
    assert "not monotone" in desk.stale["doubling"].message
