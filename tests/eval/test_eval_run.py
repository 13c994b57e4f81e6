"""Runs that are killed, repeated, resumed with a cut line, and given systems that fail in every way."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nescio.errors import DataError
from nescio_eval.records import Appender, Generation, from_json, read_generations, read_lines, to_json
from nescio_eval.run import Plan, Progress, attempt, read_manifest, read_questions, run
from nescio_eval.score import score
from nescio_eval.systems import Fault
from tests.eval.fakes import FakeSystem, run_fakes, some_questions, systems

ROOT = Path(__file__).parents[2]
CALLS = 30 * 5


def killed_at(folder: Path, call: int) -> None:
    command = [sys.executable, "-m", "tests.eval.fakes", str(folder), str(call)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def samples(folder: Path) -> list[dict[str, object]]:
    return list(read_lines(folder / "samples.jsonl"))


def test_a_run_that_is_killed_again_and_again_ends_like_an_undisturbed_one(tmp_path):
    run_fakes(tmp_path / "whole")
    score(tmp_path / "whole")
    broken = tmp_path / "broken"
    for call in (1, 7, 12):
        killed_at(broken, call)
        with (broken / "generations.jsonl").open("ab") as file:  # what a crash in mid-write leaves behind
            file.write(b'{"system": "router", "id"')
    left = CALLS - len(read_generations(broken))
    assert 0 < left < CALLS
    assert run_fakes(broken) == left
    score(broken)
    assert samples(broken) == samples(tmp_path / "whole")
    assert (broken / "metrics.json").read_bytes() == (tmp_path / "whole" / "metrics.json").read_bytes()


def test_the_same_run_twice_asks_nothing_the_second_time_and_makes_the_same_keys(tmp_path):
    assert run_fakes(tmp_path / "a") == CALLS
    assert run_fakes(tmp_path / "a") == 0
    run_fakes(tmp_path / "b")
    assert read_generations(tmp_path / "a") == read_generations(tmp_path / "b")


def test_another_plan_is_refused_in_the_same_folder(tmp_path):
    run_fakes(tmp_path)
    with pytest.raises(DataError, match="another run"):
        run_fakes(tmp_path, n=10)


def test_other_data_under_the_same_plan_is_refused(tmp_path):
    run_fakes(tmp_path)
    changed = [replace(q, question=q.question + "!") for q in some_questions()]
    with pytest.raises(DataError, match="content"):
        asyncio.run(run(tmp_path, Plan("fakes", seed=3, limit=20), changed, systems(), lambda progress: None))


def named(*names: str) -> list[FakeSystem]:
    return [system for system in systems() if system.name in names]


def run_named(folder: Path, *names: str, at: str = "") -> int:
    """The run of `run_fakes` by some of its systems, as if the code were at commit `at`."""
    plan = Plan("fakes", seed=3, limit=20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nescio_eval.run._commit", lambda: at)
        return asyncio.run(run(folder, plan, some_questions(), named(*names), lambda progress: None))


def test_a_run_that_gains_systems_asks_only_them_and_ends_like_a_run_of_all(tmp_path):
    run_fakes(tmp_path / "whole")
    score(tmp_path / "whole")
    grown = tmp_path / "grown"
    assert run_named(grown, "monolith", "prompted@0.5") == 2 * 30
    score(grown)
    assert run_fakes(grown) == CALLS - 2 * 30
    score(grown)
    assert samples(grown) == samples(tmp_path / "whole")
    assert (grown / "metrics.json").read_bytes() == (tmp_path / "whole" / "metrics.json").read_bytes()


def test_a_run_asked_for_fewer_systems_keeps_those_that_it_has(tmp_path):
    run_fakes(tmp_path)
    before = read_manifest(tmp_path)
    assert run_named(tmp_path, "monolith", at="later") == 0
    assert read_manifest(tmp_path) == before
    assert "router-gated" in score(tmp_path)["arms"]


def test_a_system_that_changed_is_refused_while_others_may_join(tmp_path):
    run_named(tmp_path, "monolith")
    before = (tmp_path / "manifest.json").read_bytes()
    changed = [FakeSystem("monolith", 0.6), *named("router")]
    with pytest.raises(DataError, match="system monolith"):
        asyncio.run(run(tmp_path, Plan("fakes", seed=3, limit=20), some_questions(), changed, lambda progress: None))
    assert (tmp_path / "manifest.json").read_bytes() == before
    assert run_named(tmp_path, "router") == 30


def test_the_manifest_names_the_commits_that_each_system_was_asked_at(tmp_path):
    run_named(tmp_path, "monolith", at="a")
    run_named(tmp_path, "monolith", "router", at="b")
    generations = tmp_path / "generations.jsonl"
    kept = [line for line in generations.read_text().splitlines(keepends=True) if '"system": "router"' not in line]
    generations.write_text("".join(kept))
    run_named(tmp_path, "monolith", "router", at="c")
    manifest = read_manifest(tmp_path)
    assert manifest["commit"] == "a"
    assert manifest["commits"] == {"monolith": ["a"], "router": ["b", "c"]}


def test_a_manifest_that_names_one_commit_alone_stands_for_all_its_systems(tmp_path):
    run_named(tmp_path, "monolith", at="a")
    manifest = read_manifest(tmp_path)
    del manifest["commits"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    run_named(tmp_path, "monolith", "router", at="b")
    assert read_manifest(tmp_path)["commits"] == {"monolith": ["a"], "router": ["b"]}


class Failing(FakeSystem):
    """Fails as told: a list of failures, one a call, then it answers."""

    def __init__(self, *failures: object) -> None:
        super().__init__("router", 1.0)
        self.failures = list(failures)

    async def generate(self, question, *, target, seed):
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, Exception):
            raise failure
        if failure == "hang":
            await asyncio.Event().wait()
        answer = await super().generate(question, target=target, seed=seed)
        return replace(answer, text="x" * 10_000_000) if failure == "10 MB" else answer


@pytest.mark.parametrize("failure", [Fault("down"), RuntimeError("bug"), ConnectionError("gone"), "hang", "10 MB"])
def test_a_failure_is_tried_again_and_then_recorded_as_a_fault(failure):
    question = some_questions()[0]
    plan = Plan("x", timeout=0.05, attempts=3)
    cured = asyncio.run(attempt(Failing(failure, failure), question, plan))
    assert (cured.fault, cured.attempts) == ("", 3)
    lost = asyncio.run(attempt(Failing(failure, failure, failure), question, plan))
    assert lost.fault
    assert lost.text == ""


def test_a_fault_is_an_abstention_with_its_reason_and_never_right_or_wrong(tmp_path):
    broken = Failing(*[RuntimeError("bug")] * 1000)
    asyncio.run(run(tmp_path, Plan("x", attempts=2), some_questions(6), [broken], lambda progress: None))
    score(tmp_path)
    rows = [row for row in samples(tmp_path) if row["arm"].startswith("router")]
    assert rows
    assert {(row["outcome"], row["reason"], row["expert"]) for row in rows} == {("abstained", "fault", None)}


def test_progress_tells_rate_and_remaining_time(tmp_path):
    seen: list[Progress] = []
    asyncio.run(run(tmp_path, Plan("x", concurrency=4), some_questions(6), [FakeSystem("router", 1.0)], seen.append))
    assert [p.done for p in seen] == list(range(1, 10))
    assert seen[-1].remaining_s == 0
    assert all(p.per_second > 0 for p in seen)


def test_records_survive_the_file(tmp_path):
    generation = Generation("router", "q", text="é\n", features={"a": float("nan")}, p=0.5)
    with Appender(tmp_path / "g.jsonl") as appender:
        appender.append(to_json(generation))
    (row,) = read_lines(tmp_path / "g.jsonl")
    back = from_json(row)
    assert (back.text, back.p) == ("é\n", 0.5)
    assert back.features["a"] != back.features["a"]
    assert back.p_route != back.p_route


def test_a_broken_line_in_the_middle_is_an_error_that_names_it(tmp_path):
    run_fakes(tmp_path)
    path = tmp_path / "generations.jsonl"
    path.write_text("nonsense\n" + path.read_text())
    with pytest.raises(DataError, match=r"generations\.jsonl:1"):
        read_generations(tmp_path)


def test_the_manifest_says_what_was_run(tmp_path):
    run_fakes(tmp_path)
    manifest = read_manifest(tmp_path)
    assert manifest["plan"]["seed"] == 3
    assert manifest["systems"]["router"] == {"kind": "fake", "skill": 0.8}
    assert manifest["count"] == len(read_questions(tmp_path)) == 30
    assert json.dumps(manifest)
    with pytest.raises(DataError, match="no run"):
        read_manifest(tmp_path / "nowhere")
