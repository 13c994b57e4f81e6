import json
from dataclasses import dataclass

import numpy as np
import pytest

from nescio.calibration.rows import hashed, row
from nescio.competence import (
    Judge,
    PastOutcome,
    digest,
    fit_competence,
    from_log,
    graded,
    load_competence,
    save_competence,
)
from nescio.competence.history import from_journal
from nescio.errors import ArtefactError, DataError
from tests.competence.population import population
from tests.doubles import card


@pytest.fixture(scope="module")
def model():
    return fit_competence(population()[0], "encoder:8")


def test_a_saved_model_judges_as_before(model, tmp_path):
    save_competence(tmp_path, model, "a test", "2026-11-23")
    again = load_competence(tmp_path, "encoder:8")
    fresh, _ = population(30, seed=1)
    assert (again.p(fresh.texts, fresh.vectors) == model.p(fresh.texts, fresh.vectors)).all()
    assert digest(again) == digest(model)
    assert again.domains == model.domains


def test_no_text_is_kept(model, tmp_path):
    save_competence(tmp_path, model, "a test", "2026-11-23")
    assert not any(b"query 1" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_model_of_another_encoder_is_refused(model, tmp_path):
    save_competence(tmp_path, model, "a test", "2026-11-23")
    with pytest.raises(ArtefactError, match="encoder"):
        load_competence(tmp_path, "other:8")


def test_other_grades_make_another_digest(model):
    assert digest(fit_competence(population(seed=8)[0], "encoder:8")) != digest(model)


def test_a_damaged_or_missing_model_is_a_clear_error(model, tmp_path):
    with pytest.raises(ArtefactError):
        load_competence(tmp_path / "nowhere", "encoder:8")
    save_competence(tmp_path, model, "a test", "2026-11-23")
    stored = next(tmp_path.glob("v-*/competence.npz"))
    stored.write_bytes(stored.read_bytes()[:-20])
    with pytest.raises(ArtefactError, match="damaged"):
        load_competence(tmp_path, "encoder:8")


@dataclass
class Logged:
    query: str | None
    expert: str | None = "a"
    grade: str | None = "right"
    role: str = "live"


def test_test_rows_and_ungraded_ones_are_never_learnt_from():
    rows = [Logged("one"), Logged("two", role="test"), Logged("three", grade=None), Logged(None)]
    assert [one.query for one in from_log([*rows, Logged("5", role="fit")])] == ["one", "5"]


def encode(texts):
    return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


def test_a_table_of_the_past_has_a_row_a_query_and_the_last_grade():
    past = [PastOutcome(f"question {i}", "a", i % 2 == 0) for i in range(25)]
    past += [PastOutcome(f"Question  {i}?", "b", True) for i in range(20)]
    past += [PastOutcome("question 3", "a", True), PastOutcome("question 4", "gone", True)]
    table = graded(past, {name: card(name) for name in ("a", "b", "c")}, encode)
    assert table.experts == ("a", "b")
    assert table.right.shape == (25, 2)
    assert table.right[3].tolist() == [1.0, 1.0]
    assert np.isnan(table.right[24, 1])
    assert table.domains == {"a": "a", "b": "b"}


def test_too_few_grades_say_what_there_is():
    with pytest.raises(DataError, match="a 3"):
        graded([PastOutcome(f"{i}", "a", True) for i in range(3)], {"a": card("a")}, encode)


def test_a_journal_gives_its_fit_rows_and_no_torn_line(tmp_path):
    lines = [
        {"question": "one", "role": "fit", "right": True},
        {"question": "two", "role": "test", "right": True},
        {"question": "three", "role": "fit", "right": None},
    ]
    path = tmp_path / "graded.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"question": "fo')
    assert from_journal("a", path) == [PastOutcome("one", "a", True)]
    assert from_journal("a", tmp_path / "nowhere") == []


@dataclass
class Question:
    question: str


def test_a_judge_gives_known_questions_their_held_out_p():
    texts = [f"question number {i}" for i in range(60)]
    past = [PastOutcome(text, "a", i % 3 > 0) for i, text in enumerate(texts)]
    table = graded(past, {"a": card("a")}, encode)
    model = fit_competence(table, "e")
    judge = Judge(model, encode)
    rows = (row(texts[0], True, 0.9, {"f": 1.0}), row("something new", None, 0.9, {}))
    known, new = judge.add("a", rows, [Question(texts[0]), Question("something new")])
    expected = model.held_out[list(table.keys).index(hashed(texts[0])), 0]
    assert known.features["p_expert"] == pytest.approx(np.log(expected / (1 - expected)))
    assert known.features["f"] == 1.0
    assert np.isfinite(new.features["p_expert"])
    assert judge.experts == ("a",)
