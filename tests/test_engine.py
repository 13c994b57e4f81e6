"""The whole engine, nothing replaced: encoder, router, experts, sandbox, databases, and a worker with a tiny model."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import signal
import sqlite3
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import event

from nescio.engine import Engine
from nescio.errors import ConfigError, InvalidRequest, NotFound, OutOfDisk, UnknownModel
from nescio.sandbox.machine import Machine
from nescio.settings import load_settings
from nescio.types import Abstained, Answered, Message, Outcome, Query, Reason

pytestmark = pytest.mark.asyncio(loop_scope="module")

IRON = "What is the melting point of iron?"
HAMLET = "Who wrote Hamlet?"


def query(*turns: str, **wishes: object) -> Query:
    """A query as the service makes it; `turns` are the user's and the assistant's in turn."""
    roles = ("user", "assistant")
    messages = tuple(Message(roles[place % 2], turn) for place, turn in enumerate(turns))  # type: ignore[arg-type]
    return Query(id=f"chatcmpl-{uuid.uuid4().hex}", messages=messages, text=turns[-1], **wishes)  # type: ignore[arg-type]


def abstention(outcome: Outcome) -> Abstained:
    assert isinstance(outcome.decision, Abstained), outcome.decision
    return outcome.decision


def answer(outcome: Outcome) -> Answered:
    assert isinstance(outcome.decision, Answered), outcome.decision
    return outcome.decision


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(fitted_home: Path, smol: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """One engine for the tests that change nothing in it."""
    home = tmp_path_factory.mktemp("engine") / "home"
    shutil.copytree(fitted_home, home, symlinks=True)
    async with await Engine.start(load_settings(home=home, profile=str(smol))) as started:
        yield started


POLICY = """
answer_uncalibrated = true

[experts.geography]
refer = true
message = "ask the map room."
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lenient(fitted_home: Path, smol: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """An engine whose policy lets uncalibrated experts answer, and refers geography elsewhere."""
    folder = tmp_path_factory.mktemp("lenient")
    shutil.copytree(fitted_home, folder / "home", symlinks=True)
    (folder / "policy.toml").write_text(POLICY, "utf-8")
    async with await _start(folder / "home", smol, policy=folder / "policy.toml") as started:
        yield started


async def test_started_engine_is_ready_and_knows_every_expert(engine: Engine) -> None:
    state = await engine.readiness()
    assert state.ready
    assert state.parts["model smollm2-135m-instruct-q4_1"] == "ready"
    assert set(engine.registry.experts) == {"math", "chemistry", "geography", "python", "general"}
    assert engine.registry.problems == ()


async def test_question_is_answered_with_its_source_and_a_probability(engine: Engine) -> None:
    outcome = await engine.ask(query(IRON))
    decision = answer(outcome)
    assert "1538" in decision.answer.text
    assert decision.answer.expert == outcome.route.candidates[0].expert == "chemistry"
    assert outcome.confidence_target < decision.p < 1
    assert decision.answer.citations
    assert outcome.calibration != "none"


@pytest.mark.parametrize(
    "text", ["What did I dream last night?", "Wie viele Einwohner hat die Stadt und wo liegt sie?", ""]
)
async def test_query_that_no_expert_covers_is_out_of_scope(engine: Engine, text: str) -> None:
    outcome = await engine.ask(query(text))
    assert abstention(outcome).reason is Reason.OUT_OF_SCOPE
    assert outcome.route.scope <= engine.router.scope_threshold


async def test_query_that_can_hardly_pass_the_final_gate_is_not_asked(engine: Engine) -> None:
    heard: list[str] = []
    outcome = await engine.ask(query(IRON, confidence_target=0.999), progress=heard.append)
    assert abstention(outcome).reason is Reason.LOW_ROUTING_CONFIDENCE
    assert abstention(outcome).would_have_asked == "chemistry"
    assert heard == []


async def test_answer_is_withheld_when_its_confidence_equals_the_target(engine: Engine) -> None:
    p = answer(await engine.ask(query(IRON, expert="chemistry"))).p
    decision = abstention(await engine.ask(query(IRON, expert="chemistry", confidence_target=p)))
    assert decision.reason is Reason.LOW_ANSWER_CONFIDENCE
    assert decision.p == p
    assert decision.withheld is not None
    assert "1538" in decision.withheld.text
    below = math.nextafter(p, 0)
    assert answer(await engine.ask(query(IRON, expert="chemistry", confidence_target=below))).p == p


async def test_bound_is_kept_by_what_graded_questions_say(engine: Engine) -> None:
    outcome = await engine.ask(query(IRON, max_risk=0.1, max_hallucination_rate=0.1))
    decision = answer(outcome)
    risk, rate = outcome.guarantees
    assert (risk.bound, rate.bound) == ("max_risk", "max_hallucination_rate")
    assert (risk.delta, rate.delta) == (0.1, None)
    assert decision.p > outcome.threshold == max(risk.cut.threshold, rate.cut.threshold)
    assert risk.cut.wrong <= 0.1 * risk.cut.answered
    assert "chemistry/questions.jsonl" in risk.population


async def test_bound_that_the_graded_questions_cannot_vouch_for_abstains_and_says_so(engine: Engine) -> None:
    for wish in ({"max_risk": 0.001}, {"max_hallucination_rate": 0.001}):
        for expert in (None, "chemistry"):
            decision = abstention(await engine.ask(query(IRON, expert=expert, confidence_target=0.0, **wish)))
            assert decision.reason is Reason.UNCALIBRATED
            assert "cannot vouch for" in decision.message
            assert decision.would_have_asked == "chemistry"


@pytest.mark.parametrize(
    ("text", "expert"),
    [("What is the melting point of unobtainium?", "chemistry"), ("What does os.path.frobnicate do?", "python")],
)
async def test_question_about_what_does_not_exist_is_unanswerable(lenient: Engine, text: str, expert: str) -> None:
    decision = abstention(await lenient.ask(query(text)))
    assert decision.reason is Reason.UNANSWERABLE
    assert decision.would_have_asked == expert
    unattempted = abstention(await lenient.ask(query(text, confidence_target=0.0)))
    assert (unattempted.reason, unattempted.withheld) == (Reason.UNANSWERABLE, None)


async def test_model_that_says_it_does_not_know_has_declined(lenient: Engine) -> None:
    shy = "I don't know."
    turns = ("Who wrote Faust?", shy, "Who wrote Emma?", shy, "Who wrote Ulysses?", shy, HAMLET)
    decision = abstention(await lenient.ask(query(*turns)))
    assert decision.reason is Reason.DECLINED
    assert decision.would_have_asked == "general"
    assert answer(await lenient.ask(query(*turns, confidence_target=0.0))).answer.expert == "general"


async def test_math_without_a_sandbox_is_a_failed_tool_even_at_target_zero(
    served_home: Path, smol: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Machine.here()
    bare = Machine(here.system, here.type, here.root, tool_folders=(tmp_path,))
    monkeypatch.setattr(Machine, "here", lambda: bare)
    async with await _start(served_home, smol) as engine:
        decision = abstention(await engine.ask(query("How much is 17% of 2,340?", confidence_target=0.0)))
        assert decision.reason is Reason.TOOL_FAILED
        assert "bubblewrap" in decision.message
        assert isinstance((await engine.ask(query(IRON))).decision, Answered)


async def test_worker_killed_in_mid_answer_is_unavailable_and_comes_back(engine: Engine) -> None:
    def stop(step: str) -> None:
        if step == "asking the model":
            os.kill(worker, signal.SIGSTOP)

    async def kill() -> None:
        # Stopped, it cannot answer too early; it is killed once it holds the request.
        while not _holds_a_request(port):  # noqa: ASYNC110 - the kernel sends no event
            await asyncio.sleep(0.01)
        os.kill(worker, signal.SIGKILL)

    (status,) = engine._models.status()
    assert status.pid is not None
    worker, port = status.pid, _port_of(engine)
    asked = query(HAMLET, confidence_target=0.0)
    outcome, _ = await asyncio.gather(engine.ask(asked, progress=stop), asyncio.wait_for(kill(), 60))
    assert abstention(outcome).reason is Reason.EXPERT_UNAVAILABLE
    assert outcome.expert == "general"
    again = await engine.ask(query(HAMLET, confidence_target=0.0))
    assert answer(again).answer.expert == "general"
    (status,) = engine._models.status()
    assert status.pid != worker
    assert status.restarts == 1


async def test_late_request_is_unavailable_and_leaves_the_engine_usable(served_home: Path, smol: Path) -> None:
    async with await _start(served_home, smol, request_timeout=0.001) as engine:
        decision = abstention(await engine.ask(query(HAMLET, confidence_target=0.0)))
        assert decision.reason is Reason.EXPERT_UNAVAILABLE
        assert "seconds" in decision.message


async def test_what_the_budget_does_not_cover_is_an_abstention_and_never_a_shorter_guess(engine: Engine) -> None:
    for budget in ({"max_samples": 1}, {"max_seconds": 0.001}):
        decision = abstention(await engine.ask(query(HAMLET, confidence_target=0.0, **budget)))
        assert decision.reason is Reason.BUDGET
        assert decision.withheld is None
        assert next(iter(budget)) in decision.message
    outcome = await engine.ask(query(HAMLET, confidence_target=0.0, max_samples=2, max_seconds=100.0))
    assert answer(outcome).answer.expert == "general"
    assert outcome.usage.samples == 2
    assert 0 < outcome.usage.model_seconds < 100
    assert outcome.usage.answer_tokens < outcome.usage.completion_tokens


async def test_policy_refers_an_expert_elsewhere_at_every_target(lenient: Engine) -> None:
    for target in (0.0, 0.75, 0.99):
        decision = abstention(await lenient.ask(query("What is the capital of Peru?", confidence_target=target)))
        assert (decision.reason, decision.message) == (Reason.POLICY, "ask the map room.")
    assert answer(await lenient.ask(query(IRON))).answer.expert == "chemistry"


async def test_expert_without_a_calibration_abstains_unless_policy_lets_it_answer(
    engine: Engine, lenient: Engine
) -> None:
    assert "general" in engine.stale
    decision = abstention(await engine.ask(query(HAMLET)))
    assert decision.reason is Reason.UNCALIBRATED
    assert decision.would_have_asked == "general"
    outcome = await lenient.ask(query(HAMLET))
    assert math.isnan(answer(outcome).p)
    assert outcome.calibration == "none"


CHANGED = """
import asyncio, uuid
from nescio.calibrating import check
from nescio.engine import Engine
from nescio.settings import load_settings
from nescio.types import Message, Query

async def main():
    async with await Engine.start(load_settings(), models=False) as engine:
        print(engine.stale["chemistry"].message)
        print(next(one.state for one in check(engine) if one.expert == "chemistry"))
        text = "What is the melting point of iron?"
        outcome = await engine.ask(Query(id=uuid.uuid4().hex, messages=(Message("user", text),), text=text))
        print(outcome.decision.reason)
        print("chemistry" in engine.parts.confidences, "geography" in engine.parts.confidences)

asyncio.run(main())
"""


async def test_expert_whose_code_changed_since_its_calibration_is_uncalibrated(
    served_home: Path, smol: Path, tmp_path: Path
) -> None:
    import nescio_experts

    package = Path(str(nescio_experts.__file__)).parent
    changed = tmp_path / "changed"
    shutil.copytree(package, changed / "nescio_experts", ignore=shutil.ignore_patterns("calibration", "__pycache__"))
    expert = changed / "nescio_experts" / "chemistry" / "expert.py"
    expert.write_text(expert.read_text("utf-8") + "\n\nCHANGED = True\n", "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(changed),
        "NESCIO_HOME": str(served_home),
        "NESCIO_PROFILE": str(smol),
    }
    pipe = asyncio.subprocess.PIPE
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", CHANGED, env=environment, stdout=pipe, stderr=pipe)
    out, err = await run.communicate()
    assert run.returncode == 0, err.decode()
    message, state, reason, others = out.decode().splitlines()
    assert "chemistry has changed since it was calibrated on 2026-01-01" in message
    assert "code" in message
    assert (state, reason, others) == ("stale", "uncalibrated", "False True")


async def test_expert_whose_answers_are_graded_wrong_too_often_becomes_uncalibrated(
    served_home: Path, smol: Path
) -> None:
    async with await _start(served_home, smol) as engine:
        outcomes = [await engine.ask(query(IRON)) for _ in range(14)]
        promised = sum(1 - answer(one).p for one in outcomes)
        for one in outcomes:
            await engine.grade(one.query.id, "wrong")
        decision = abstention(await engine.ask(query(IRON)))
        assert decision.reason is Reason.UNCALIBRATED
        assert (
            f"14 of 14 answers were graded wrong, where its p promised {promised:.1f}"
            in engine.stale["chemistry"].message
        )
        assert engine.drift["chemistry"].drifted
    async with await _start(served_home, smol) as engine:
        assert engine.calibration_status("chemistry") == "none"
        for one in outcomes:
            await engine.grade(one.query.id, "right")
        assert answer(await engine.ask(query(IRON)))


@pytest.mark.parametrize("text", ["What did I dream last night?", HAMLET, IRON, "Was ist das?"])
async def test_target_zero_always_answers(engine: Engine, text: str) -> None:
    outcome = await engine.ask(query(text, confidence_target=0.0))
    assert answer(outcome).answer.text.strip()
    assert outcome.expert == outcome.route.candidates[0].expert


async def test_monolith_answers_alone_and_behind_the_gate_is_uncalibrated(engine: Engine) -> None:
    alone = await engine.ask(query(HAMLET, monolith=True))
    assert answer(alone).answer.expert == "monolith"
    assert alone.confidence_target == 0.0
    gated = await engine.ask(query(HAMLET, monolith=True, gate=True))
    assert abstention(gated).reason is Reason.UNCALIBRATED


async def test_pinned_expert_must_exist(engine: Engine) -> None:
    with pytest.raises(UnknownModel, match="alchemy"):
        await engine.ask(query(IRON, expert="alchemy"))


async def test_conversation_is_remembered_across_a_restart(served_home: Path, smol: Path) -> None:
    async with await _start(served_home, smol) as engine:
        first = await engine.ask(query("What is the population of Norway?"), conversation_id="fjord")
        assert answer(first).answer.expert == "geography"
    async with await _start(served_home, smol) as engine:
        follow = await engine.ask(query("and its capital?"), conversation_id="fjord")
        assert answer(follow).answer.expert == "geography"
        assert "Oslo" in answer(follow).answer.text
        assert len(follow.query.messages) == 3
        stranger = await engine.ask(query("and its capital?"), conversation_id="desert")
        assert len(stranger.query.messages) == 1
        assert "Oslo" not in str(stranger.decision)


async def test_conversation_survives_a_question_that_was_cancelled(served_home: Path, smol: Path) -> None:
    started = asyncio.Event()
    async with await _start(served_home, smol) as engine:
        await engine.ask(query("What is the population of Norway?"), conversation_id="fjord")
        asked = query(HAMLET, confidence_target=0.0)
        running = asyncio.create_task(engine.ask(asked, progress=lambda _: started.set(), conversation_id="fjord"))
        await started.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        follow = await engine.ask(query("What is the capital of Norway?"), conversation_id="fjord")
        assert "Oslo" in answer(follow).answer.text


async def test_every_decision_is_logged_and_only_answers_can_be_graded(served_home: Path, smol: Path) -> None:
    right, wrong = query(IRON), query("What did I dream last night?")
    async with await _start(served_home, smol) as engine:
        await engine.ask(right)
        await engine.ask(wrong)
        await engine.grade(right.id, "right")
        with pytest.raises(InvalidRequest):
            await engine.grade(wrong.id, "right")
        with pytest.raises(NotFound):
            await engine.grade("chatcmpl-none", "right")
    with sqlite3.connect(served_home / "outcomes.sqlite") as log:
        rows = log.execute("select id, decision, reason, role from nescio_outcomes order by number").fetchall()
        grades = log.execute("select outcome_id, grade from nescio_grades").fetchall()
    log.close()
    assert rows == [(right.id, "answered", None, "live"), (wrong.id, "abstained", "out_of_scope", "live")]
    assert grades == [(right.id, "right")]


async def test_full_disk_costs_no_answer_but_a_conversation_that_cannot_be_kept_is_an_error(
    served_home: Path, smol: Path
) -> None:
    (served_home / "conversations.sqlite").write_text("this is no database" * 100, "utf-8")
    async with await _start(served_home, smol) as engine:
        # What SQLite itself says when the disk is full.
        event.listen(engine._outcomes._engine, "begin", lambda c: c.exec_driver_sql("pragma max_page_count = 1"))
        while not engine.lost:
            answer(await engine.ask(query(IRON)))
        answer(await engine.ask(query(IRON)))
        with pytest.raises(OutOfDisk, match="conversation"):
            await engine.ask(query(IRON), conversation_id="fjord")
        answer(await engine.ask(query(IRON)))


async def test_engine_that_cannot_start_leaves_nothing_open(served_home: Path, smol: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="policy"):
        await _start(served_home, smol, policy=tmp_path / "none.toml")


async def test_start_that_is_cancelled_ends_its_workers(served_home: Path, smol: Path) -> None:
    steps: list[str] = []

    def hear(step: str) -> None:
        steps.append(step)
        if step.startswith("warming up"):
            starting.cancel()

    before = set(_children())
    starting = asyncio.create_task(Engine.start(load_settings(home=served_home, profile=str(smol)), progress=hear))
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert any(step.startswith("starting the model") for step in steps)
    assert set(_children()) == before


async def _start(home: Path, profile: Path, **settings: object) -> Engine:
    """An engine whose worker starts with the first question that needs it."""
    return await Engine.start(load_settings(home=home, profile=str(profile), **settings), models=False)


def _children() -> list[str]:
    task = Path(f"/proc/{os.getpid()}/task")
    return [pid for thread in task.iterdir() for pid in (thread / "children").read_text().split()]


def _port_of(engine: Engine) -> int:
    worker = engine._models.backend("general")._worker  # type: ignore[attr-defined]
    return int(worker.address.rsplit(":", 1)[1])


def _holds_a_request(port: int) -> bool:
    """Whether the kernel holds bytes for `port` that its process has not read."""
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, local, _, _, queues, *_ = line.split()
        if int(local.split(":")[1], 16) == port and int(queues.split(":")[1], 16) > 0:
            return True
    return False
