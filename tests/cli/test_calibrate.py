"""``nescio calibrate`` with a double of the engine: what is asked, fitted, printed and refused."""

import json
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from nescio.cli import calibrate as command
from tests.test_calibrating import desk as desk_fixture
from tests.test_relearning import logged

desk = desk_fixture


@pytest.fixture
def calibrate(nescio, desk, monkeypatch):
    desk.router = SimpleNamespace(competence=None, encoder=SimpleNamespace(encode=None))

    @asynccontextmanager
    async def started():
        yield desk

    monkeypatch.setattr(command, "engine_for_one_command", started)
    return lambda *words: nescio("calibrate", *words)


def test_table_shows_figures_and_reliability_on_both_sides(calibrate):
    code, out, _ = calibrate("--expert", "doubling")
    assert code == 0
    for part in ("ece debiased", "brier", "log loss", "auroc", "coverage at 0.75", "reliability, fit (out of fold)"):
        assert part in out
    (told,) = json.loads(calibrate("--expert", "doubling", "--json")[1])
    section = out.split("reliability, test (held out)\n")[1].split("\n\n")[0].splitlines()
    counts = [int(line.split()[-1]) for line in section if line.split() and line.split()[-1].isdigit()]
    assert sum(counts) == told["test"]["graded"]
    assert len(counts) == len(told["test"]["reliability"])


def test_further_questions_are_asked_fitted_with_and_named(calibrate, desk, tmp_path):
    rows = [{"question": f"What is twice {i}?", "answer": str(2 * i)} for i in range(100, 160)]
    rows += [rows[0], {"question": "What is twice 120?", "answer": "0"}]
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, rows)))
    code, out, _ = calibrate("--expert", "doubling", "--from", tmp_path / "more.jsonl", "--json")
    (told,) = json.loads(out)
    assert code == 0
    assert told["fit"]["asked"] + told["test"]["asked"] == len(desk.asked)
    # Of 150 and 62 rows, 100 to 119 are asked in both, one is there twice, and two contradict one another.
    assert (told["duplicates"], told["contradictory"]) == (21, 2)
    assert len(desk.asked) == 150 + 62 - 21 - 2
    (checked,) = json.loads(calibrate("--check", "--json")[1])
    assert "of doubling/questions.jsonl, " in checked["message"]
    assert " of more.jsonl (blake2b " in checked["message"]
    assert checked["report"]["fit"] == told["fit"]
    assert "2 rows were left out: others of the same text want another answer." in calibrate(
        "--expert", "doubling", "--from", tmp_path / "more.jsonl"
    )[1].replace("\n", " ")


def test_answers_that_are_all_right_are_fitted_and_told_of(calibrate, desk):
    rows = [{"question": f"What is twice {i}?", "answer": str(2 * i)} for i in range(0, 160, 2)]
    (desk.experts["doubling"].card.folder / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    code, out, _ = calibrate("--expert", "doubling")
    assert code == 0
    assert "answers to fit on are right: nothing tells right from wrong" in out.replace("\n", " ")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--expert", "doubling", "--from", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--all", "--from", "nowhere.jsonl"), "--from is for one expert"),
        (("--from", "nowhere.jsonl", "--check"), "--from is for one expert"),
        (("--expert", "nobody"), "there is no expert called"),
    ],
)
def test_what_cannot_be_done_is_an_error_and_asks_nobody(calibrate, desk, words, says):
    code, _, error = calibrate(*words)
    assert code in (1, 2)
    assert says in error
    assert desk.asked == []


def test_grades_of_the_log_are_counted_and_fitted(calibrate, desk):
    assert calibrate("--expert", "doubling")[0] == 0
    rows = tuple(logged(desk, i, i % 3 > 0) for i in range(90))
    desk.decided = lambda role: rows if role == "live" else ()
    desk.asked.clear()
    code, out, _ = calibrate("--expert", "doubling", "--from", "log", "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["written"], told["log"]["used"], desk.asked) == (True, 90, [])
    assert "p above 0.75 has changed; below, nothing has." in calibrate("--expert", "doubling", "--from", "log")[1]
    desk.decided = lambda role: ()
    code, _, error = calibrate("--expert", "doubling", "--from", "log")
    assert code == 2
    assert "too few grades of doubling" in error
    code, _, error = calibrate("--expert", "doubling", "--from", "log", "--from", "x.jsonl")
    assert code == 2
    assert "--from log stands alone" in error
