import asyncio
import json
import math
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from nescio.calibrating import ask_and_grade, calibrate, check, pool_for
from nescio.calibration import Calibration, Problem, load_calibration, read_calibration
from nescio.calibration.fingerprint import Fingerprint
from nescio.errors import BackendUnavailable, DataError
from nescio.known import KnownQuestion, gather, read_known_questions
from nescio.sandbox import Execution, Sandbox, Verdict
from nescio.settings import Settings
from nescio.types import Abstained, Answer, Candidate, Card, Evidence, Query, Reason, Route
from nescio_indexes.fitting import fit_router
from nescio_indexes.online import add_exemplars, remove_exemplars
from nescio_indexes.rows import Row
from tests.indexes.bag import BagOfWords, rows_of

TODAY = "2026-11-22"


@dataclass
class Teacher:
    """Answers "twice n" rightly where n is even, wrongly where it is odd, and knows how sure it is."""

    card: Card


@dataclass
class Seen:
    outcome: Answer | Abstained


@dataclass
class DoubleDesk:
    """An engine's door without an engine: asks a function of the question."""

    settings: Settings
    experts: Mapping[str, Teacher]
    mark: str = "1"
    unavailable_after: int | None = None
    p_route: float = 0.9
    routing: str = "1"
    asked: list[str] = field(default_factory=list)
    sandbox: Sandbox = field(default_factory=Sandbox)

    @property
    def stale(self):
        found = {}
        for name, one in self.experts.items():
            folders = (self.settings.calibration_dir / name, one.card.folder / "calibration")
            loaded = load_calibration(folders, one.card, self.fingerprint_of(name))
            if isinstance(loaded, Problem):
                found[name] = loaded
        return found

    def fingerprint_of(self, expert: str) -> Fingerprint:
        return Fingerprint({"code": self.mark, "expert": expert, "routing": self.routing})

    async def observe(self, query: Query, *, progress=None):
        if self.unavailable_after is not None and len(self.asked) >= self.unavailable_after:
            outcome: Answer | Abstained = Abstained(Reason.EXPERT_UNAVAILABLE, "its model is gone.")
        else:
            outcome = reply(query)
        self.asked.append(query.text)
        return Seen(outcome)

    async def route(self, text: str) -> Route:
        return Route(text, tuple(Candidate(name, 1.0, self.p_route) for name in self.experts), 1.0)


def reply(query: Query) -> Answer | Abstained:
    number = int("".join(char for char in query.text if char.isdigit()) or 0)
    if "nobody" in query.text and number % 2:
        return Abstained(Reason.UNANSWERABLE, "there is no such thing.")
    right = number % 2 == 0
    features = {"sure": 1.0 if right else (number % 5) / 10}
    return Answer(f"It is {2 * number if right else 2 * number + 1}.", query.expert or "", "double", Evidence(features))


def write_expert(folder: Path, n: int = 120) -> Card:
    folder.mkdir(parents=True)
    rows = [{"question": f"What is twice {i}?", "answer": str(2 * i)} for i in range(n)]
    rows += [{"question": f"What is twice {i} if nobody counts?", "answer": None} for i in range(n // 4)]
    (folder / "questions.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return Card("doubling", "d", "d", ("sure",), tuple(map(str, range(10))), folder)


@pytest.fixture
def desk(tmp_path: Path) -> DoubleDesk:
    card = write_expert(tmp_path / "doubling")
    return DoubleDesk(Settings(home=tmp_path / "home"), {"doubling": Teacher(card)})


async def test_expert_is_asked_graded_fitted_and_kept(desk):
    fitted = await calibrate(desk, "doubling", today=TODAY)
    assert fitted.calibration.status == "own"
    assert len(desk.asked) == 150
    assert fitted.report["fit"]["auroc"] > 0.8
    assert fitted.report["test"]["graded"] > 30
    loaded, document = read_calibration(desk.settings.calibration_dir / "doubling")
    assert isinstance(loaded, Calibration)
    assert document["date"] == TODAY
    assert loaded.p({"sure": 1.0}, 0.9) > 0.75 > loaded.p({"sure": 0.1}, 0.9)
    assert [one.state for one in check(desk)] == ["own"]


async def test_artefact_holds_no_question(desk):
    await calibrate(desk, "doubling", today=TODAY)
    folder = desk.settings.calibration_dir / "doubling"
    for name in ("calibration.json", "rows.npz"):
        assert b"twice" not in (folder / name).read_bytes()


async def test_second_run_asks_nobody_again_and_fits_the_same(desk):
    first = await calibrate(desk, "doubling", today=TODAY)
    desk.asked.clear()
    second = await calibrate(desk, "doubling", today=TODAY)
    assert desk.asked == []
    assert second.calibration == first.calibration


async def test_torn_last_line_is_cut_off_and_asked_again(desk):
    journal = desk.settings.home / "graded.jsonl"
    questions = read_known_questions(desk.experts["doubling"].card.folder / "questions.jsonl")[:6]
    whole = await ask_and_grade(desk, "doubling", questions, journal)
    journal.write_bytes(journal.read_bytes()[:-20])
    desk.asked.clear()
    assert await ask_and_grade(desk, "doubling", questions, journal) == whole
    assert len(desk.asked) == 1
    assert len(journal.read_text().splitlines()) == 6


async def test_several_questions_at_a_time_give_the_same_rows_and_go_on_after_a_failure(desk):
    questions = read_known_questions(desk.experts["doubling"].card.folder / "questions.jsonl")[:20]
    one_by_one = await ask_and_grade(desk, "doubling", questions, desk.settings.home / "one.jsonl")
    journal = desk.settings.home / "four.jsonl"
    desk.asked.clear()
    desk.unavailable_after = 10
    with pytest.raises(BackendUnavailable):
        await ask_and_grade(desk, "doubling", questions, journal, concurrency=4)
    assert len(journal.read_text().splitlines()) == 10
    desk.unavailable_after = None
    assert await ask_and_grade(desk, "doubling", questions, journal, concurrency=4) == one_by_one
    assert sorted({json.loads(line)["question"] for line in journal.read_text().splitlines()}) == sorted(
        question.question for question in questions
    )


async def test_progress_numbers_the_questions_of_this_run(desk):
    questions = read_known_questions(desk.experts["doubling"].card.folder / "questions.jsonl")[:6]
    journal, told = desk.settings.home / "journal.jsonl", []
    await ask_and_grade(desk, "doubling", questions[:4], journal)
    await ask_and_grade(desk, "doubling", questions[3:], journal, told.append)
    assert told == ["doubling: question 2 of 3", "doubling: question 3 of 3"]


async def test_as_many_questions_are_under_way_as_was_wished(desk, monkeypatch):
    questions = read_known_questions(desk.experts["doubling"].card.folder / "questions.jsonl")[:12]
    under_way, most, observe = 0, 0, desk.observe

    async def slowly(query, *, progress=None):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return await observe(query, progress=progress)

    monkeypatch.setattr(desk, "observe", slowly)
    await ask_and_grade(desk, "doubling", questions, desk.settings.home / "three.jsonl", concurrency=3)
    assert most == 3


async def test_changed_expert_is_asked_again_and_was_stale_meanwhile(desk):
    await calibrate(desk, "doubling", today=TODAY, limit=80)
    desk.mark = "2"
    (found,) = check(desk)
    assert (found.state, found.changed, found.ok) == ("stale", ("code",), False)
    desk.asked.clear()
    await calibrate(desk, "doubling", today=TODAY, limit=80)
    assert len(desk.asked) == 80
    assert check(desk)[0].state == "own"


async def test_what_was_graded_before_the_model_went_away_is_kept(desk):
    desk.unavailable_after = 50
    with pytest.raises(BackendUnavailable, match="its model is gone"):
        await calibrate(desk, "doubling", today=TODAY)
    desk.unavailable_after = None
    desk.asked.clear()
    await calibrate(desk, "doubling", today=TODAY)
    assert len(desk.asked) == 100


async def test_grown_exemplars_ask_for_a_refit_but_do_not_make_stale(desk):
    await calibrate(desk, "doubling", today=TODAY)
    card = desk.experts["doubling"].card
    for count, state in ((11, "own"), (12, "grown")):
        grown = Card("doubling", "d", "d", ("sure",), tuple(map(str, range(count))), card.folder)
        desk.experts = {"doubling": Teacher(grown)}
        (found,) = check(desk)
        assert found.state == state
        assert desk.stale == {}


async def test_exemplars_added_online_count_as_growth(desk):
    await calibrate(desk, "doubling", today=TODAY)
    fit_router(rows_of(), BagOfWords()).save(desk.settings.router_dir)
    assert check(desk)[0].state == "own"
    add_exemplars(desk.settings.router_dir, [Row("papaya", "fruit"), Row("quince", "fruit")], BagOfWords())
    assert check(desk)[0].state == "grown"
    remove_exemplars(desk.settings.router_dir, ["papaya"], BagOfWords())
    assert check(desk)[0].state == "own"


async def test_unanswerable_question_makes_any_answer_wrong(desk, tmp_path):
    card = desk.experts["doubling"].card
    (card.folder / "questions.jsonl").write_text('{"question": "What is twice 2 if nobody counts?", "answer": null}\n')
    questions = gather("doubling", {"doubling": card}).questions
    (found,) = await ask_and_grade(desk, "doubling", questions, tmp_path / "journal.jsonl")
    assert found.right is False


async def test_few_questions_give_a_pooled_calibration_from_the_other_experts(desk, tmp_path):
    await calibrate(desk, "doubling", today=TODAY)
    small = write_expert(tmp_path / "small", 12)
    small = Card("small", "d", "d", ("sure",), ("x",), small.folder)
    desk.experts = {**desk.experts, "small": Teacher(small)}
    assert len(pool_for(desk, "small")) == 1
    fitted = await calibrate(desk, "small", today=TODAY)
    assert fitted.calibration.status == "pooled"
    assert "same features" in fitted.report["source"]
    assert {one.expert: one.state for one in check(desk)} == {"doubling": "own", "small": "pooled"}


async def test_expert_without_questions_is_a_clear_error(desk, tmp_path):
    card = Card("bare", "d", "d", ("sure",), ("x",), tmp_path)
    desk.experts = {"bare": Teacher(card)}
    with pytest.raises(DataError, match="has no questions"):
        await calibrate(desk, "bare", today=TODAY)
    assert check(desk)[0].state == "missing"


async def test_expert_that_only_abstains_cannot_be_calibrated(desk, tmp_path):
    card = desk.experts["doubling"].card
    (card.folder / "questions.jsonl").write_text('{"question": "What is twice 3 if nobody counts?", "answer": null}\n')
    with pytest.raises(DataError, match="no answer that could be graded"):
        await calibrate(desk, "doubling", today=TODAY)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"question": "x"}',
        '{"question": 3, "answer": "y"}',
        '{"question": "x", "answer": "y", "aliases": "z"}',
    ],
)
def test_broken_question_names_file_and_line(tmp_path, line):
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "a", "answer": "b"}\n' + line + "\n")
    with pytest.raises(DataError, match=r"questions.jsonl:2"):
        read_known_questions(path)


def test_question_forms_are_read(tmp_path):
    path = tmp_path / "questions.jsonl"
    rows = [
        {"question": "One?", "answer": 1, "aliases": ["one"]},
        {"question": "All?", "answer": ["a", "b"], "pair": "p"},
        {"question": "None?", "answer": None, "pair": "p"},
    ]
    path.write_text("\n\n".join(json.dumps(row) for row in rows))
    one, every, none = read_known_questions(path)
    assert (one.golds, one.every) == (("1", "one"), False)
    assert (every.golds, every.every) == (("a", "b"), True)
    assert none.golds is None
    assert every.cluster == none.cluster == "all"


def test_monolith_is_asked_what_all_experts_are_asked(desk, tmp_path):
    cards = {
        "doubling": desk.experts["doubling"].card,
        "monolith": Card("monolith", "d", "d", ("f",), (), tmp_path / "no"),
    }
    assert len(gather("monolith", cards).questions) == 150


def test_first_questions_of_the_monolith_are_as_mixed_as_all(desk, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "questions.jsonl").write_text('{"question": "Who asks?", "answer": "I"}\n')
    cards = {
        "doubling": desk.experts["doubling"].card,
        "other": Card("other", "d", "d", ("f",), (), other),
        "monolith": Card("monolith", "d", "d", ("f",), (), tmp_path / "no"),
    }
    found = [known.question for known in gather("monolith", cards).questions]
    assert "Who asks?" in found[:2]
    assert len(found) == 151
    assert found == [known.question for known in gather("monolith", dict(reversed(cards.items()))).questions]


def test_killed_run_loses_at_most_the_question_in_flight(tmp_path):
    """The process kills itself in the middle of its 31st question; the next run asks the rest."""
    code = f"""
    import asyncio, os, signal, sys
    from pathlib import Path
    sys.path.insert(0, {str(Path(__file__).parent)!r})
    import test_calibrating as t
    home = Path({str(tmp_path)!r})
    card = t.Card("doubling", "d", "d", ("sure",), ("x",), home / "doubling")
    desk = t.DoubleDesk(t.Settings(home=home / "home"), {{"doubling": t.Teacher(card)}})
    plain = desk.observe
    async def observe(query, *, progress=None):
        if len(desk.asked) == 30:
            os.kill(os.getpid(), signal.SIGKILL)
        return await plain(query)
    desk.observe = observe
    asyncio.run(t.calibrate(desk, "doubling", today=t.TODAY))
    """
    card = write_expert(tmp_path / "doubling")
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, timeout=100, env={**os.environ})
    assert ran.returncode == -signal.SIGKILL
    lines = (tmp_path / "home" / "calibration" / "doubling" / "graded.jsonl").read_text().splitlines()
    assert len(lines) == 30
    desk = DoubleDesk(Settings(home=tmp_path / "home"), {"doubling": Teacher(card)})

    import asyncio

    asyncio.run(calibrate(desk, "doubling", today=TODAY))
    assert len(desk.asked) == 120


async def test_a_router_that_changed_gives_new_routes_and_asks_nobody_again(desk, tmp_path):
    questions = read_known_questions(desk.experts["doubling"].card.folder / "questions.jsonl")[:20]
    journal = tmp_path / "journal.jsonl"
    before = await ask_and_grade(desk, "doubling", questions, journal)
    desk.p_route, desk.routing = 0.6, "2"
    after = await ask_and_grade(desk, "doubling", questions, journal)
    assert len(desk.asked) == 20
    assert {one.p_route for one in before} == {0.9}
    assert {one.p_route for one in after} == {0.6}
    assert [one.right for one in after] == [one.right for one in before]


async def test_unknown_feature_survives_the_journal(desk, tmp_path):
    questions = read_known_questions(desk.experts["doubling"].card.folder / "questions.jsonl")[:1]

    async def observe(query, *, progress=None):
        answer = Answer("0", "doubling", "m", Evidence({"sure": math.nan}))
        return Seen(answer)

    desk.observe = observe
    for _ in range(2):
        (found,) = await ask_and_grade(desk, "doubling", questions, tmp_path / "journal.jsonl")
        assert math.isnan(found.features["sure"])
        assert found.right is True


async def test_with_a_competence_model_p_expert_becomes_a_feature(desk):
    from nescio.competence import Judge, PastOutcome, fit_competence, graded

    def encode(texts):
        numbers = [int("".join(char for char in text if char.isdigit()) or 0) for text in texts]
        return np.array([[np.cos(np.pi * n), 1.0, n / 100] for n in numbers], dtype=np.float32)

    past = [PastOutcome(f"What is twice {i}?", "doubling", i % 2 == 0) for i in range(0, 120, 3)]
    card = desk.experts["doubling"].card
    judge = Judge(fit_competence(graded(past, {"doubling": card}, encode), "e"), encode)
    fitted = await calibrate(desk, "doubling", today=TODAY, judged=judge)
    assert fitted.calibration.features == ("sure", "p_expert")
    assert fitted.calibration.worth(0.9, 0.75, 0.9) > fitted.calibration.worth(0.9, 0.75, 0.1)
    _, document = read_calibration(desk.settings.calibration_dir / "doubling")
    assert document["competence"] == judge.mark


class Broken:
    """A double of a sandbox that runs nothing."""

    async def run(self, source):
        return Execution(Verdict.UNAVAILABLE, message="bubblewrap is missing")


def write_programs(desk, *rows) -> tuple[KnownQuestion, ...]:
    path = desk.experts["doubling"].card.folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return read_known_questions(path)


def say(desk, text: str) -> None:
    async def observe(query, *, progress=None):
        desk.asked.append(query.text)
        return Seen(Answer(text, "doubling", "m", Evidence({"sure": 1.0})))

    desk.observe = observe


async def test_answer_that_is_a_program_is_graded_by_its_tests_and_again_when_they_change(desk, tmp_path):
    say(desk, "Here:\n```python\ndef twice(x):\n    return BASE * x\n```")
    row = {"question": "Write a function called twice.", "setup": "BASE = 2"}
    journal = tmp_path / "journal.jsonl"
    for tests, right in ((["assert twice(2) == 4"], True), (["assert twice(2) == 4", "assert twice(1) == 3"], False)):
        for _ in range(2):
            asked = write_programs(desk, {**row, "tests": tests})
            (found,) = await ask_and_grade(desk, "doubling", asked, journal)
            assert found.right is right
    assert len(desk.asked) == 1


async def test_program_that_continues_its_question_is_graded(desk, tmp_path):
    say(desk, "    return 2 * x")
    meta = {"test": "def check(candidate):\n    assert candidate(2) == 4\n", "entry_point": "twice"}
    asked = write_programs(desk, {"question": "def twice(x):", "meta": meta})
    (found,) = await ask_and_grade(desk, "doubling", asked, tmp_path / "journal.jsonl")
    assert found.right is True


async def test_tests_that_could_not_be_run_are_run_later_without_asking_again(desk, tmp_path):
    say(desk, "```python\ndef twice(x):\n    return 2 * x\n```")
    asked = write_programs(desk, {"question": "Write a function called twice.", "tests": ["assert twice(2) == 4"]})
    working, desk.sandbox = desk.sandbox, Broken()
    (found,) = await ask_and_grade(desk, "doubling", asked, tmp_path / "journal.jsonl")
    assert found.right is None
    desk.sandbox = working
    (found,) = await ask_and_grade(desk, "doubling", asked, tmp_path / "journal.jsonl")
    assert found.right is True
    assert len(desk.asked) == 1
