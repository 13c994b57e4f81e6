"""The command group, called as a user calls it, with fakes in place of the systems; and the systems with doubles."""

from __future__ import annotations

import asyncio
import json

import pytest
from typer.testing import CliRunner

from nescio.errors import DataError, InvalidRequest
from nescio.types import Abstained, Answer, Completion, Evidence, Reason, Route, Token
from nescio_eval import commands, opening
from nescio_eval.systems import BackendSystem, EngineSystem, Fault, PromptedSystem
from tests.eval.fakes import some_questions, systems

QUESTION = some_questions()[0]


@pytest.fixture(autouse=True)
def no_data(monkeypatch):
    monkeypatch.delenv("NESCIO_DATA", raising=False)


def call(*arguments: str):
    result = CliRunner().invoke(commands.app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


async def fakes(stack, wanted, say):
    return systems()


def test_a_run_from_command_to_report(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "open_systems", fakes)
    out = str(tmp_path / "run")
    ran = call("run", "--out", out, "--suite", "generated", "--limit", "25", "--json")
    metrics = json.loads(ran.stdout)
    assert metrics["questions"] == 25
    assert "150" not in ran.stdout.splitlines()[0][:3]
    assert json.loads(call("score", out, "--json").stdout) == metrics
    assert "| router-gated |" in call("report", out, "--markdown").stdout
    assert (tmp_path / "run" / "report.html").is_file()
    frozen = tmp_path / "frozen"
    call("score", out, "--freeze", str(frozen), "--json")
    assert json.loads(call("score", str(frozen), "--json").stdout) == metrics


def test_a_run_of_some_systems_is_completed_by_a_run_of_all(tmp_path, monkeypatch):
    async def chosen(stack, wanted, say):
        return [system for system in systems() if system.name.partition("@")[0] in wanted]

    monkeypatch.setattr(opening, "open_systems", chosen)
    same = ("run", "--out", str(tmp_path / "run"), "--suite", "generated", "--limit", "15", "--json")
    assert "60 calls made" in call(*same, "--system", "monolith", "--system", "prompted").stderr
    ran = call(*same)
    assert "15 calls made" in ran.stderr
    assert not json.loads(ran.stdout)["missing"]
    assert "router-gated" in json.loads(ran.stdout)["arms"]


def test_a_gate_is_fitted_and_used(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "open_systems", fakes)
    fit, gate, test = (str(tmp_path / name) for name in ("fit", "gate", "test"))
    call("run", "--out", fit, "--suite", "generated", "--limit", "60", "--role", "fit")
    assert json.loads(call("gate", fit, "--out", gate, "--json").stdout)["status"] == "own"
    ran = call("run", "--out", test, "--suite", "generated", "--limit", "25", "--gate", gate, "--json")
    assert "monolith-gated" in json.loads(ran.stdout)["arms"]


def test_what_is_left_out_without_data_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "open_systems", fakes)
    ran = call("run", "--out", str(tmp_path / "r"), "--limit", "12", "--json")
    assert "NESCIO_DATA" in ran.stderr
    assert "gsm8k" in ran.stderr


def test_a_dry_run_asks_nothing_and_estimates(tmp_path):
    ran = call("run", "--out", str(tmp_path / "run"), "--limit", "30", "--dry-run", "--json")
    estimate = json.loads(ran.stdout)
    assert estimate["calls"] == 5 * estimate["questions"]
    assert estimate["seconds"] > 0
    assert estimate["tokens"] > 0
    assert not (tmp_path / "run").exists()
    assert "minutes" in call("run", "--out", str(tmp_path / "run"), "--dry-run").stdout


def test_the_data_sets_are_listed():
    rows = {row["name"]: row for row in json.loads(call("data", "--json").stdout)}
    assert rows["gsm8k"]["licence"] == "MIT"
    assert rows["generated_math"]["here"]
    assert not rows["gsm8k"]["here"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--role", "both"), InvalidRequest),
        (("--target", "1.0"), InvalidRequest),
        (("--suite", "nothing"), DataError),
        (("--system", "nobody", "--suite", "generated"), InvalidRequest),
        (("--system", "openai:nourl", "--suite", "generated"), InvalidRequest),
    ],
)
def test_bad_arguments_are_errors_that_say_what_to_do(tmp_path, arguments, error):
    result = CliRunner().invoke(commands.app, ["run", "--out", str(tmp_path / "r"), "--limit", "5", *arguments])
    assert isinstance(result.exception, error)
    assert result.exception.hint


class DoubleBackend:
    """Says one thing, and remembers what it was asked."""

    model, fingerprint = "double", "name:double"

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[object] = []

    async def chat(self, messages, *, n=1, logprobs=None, **wishes):
        self.asked.append(messages)
        return tuple(Completion(self.text, "stop", (Token(self.text, -0.1),), 5, 7) for _ in range(n))


def generate(system):
    return asyncio.run(system.generate(QUESTION, target=0.75, seed=1))


def test_the_prompted_monolith_is_told_t_and_the_cost_of_a_mistake():
    backend = DoubleBackend("Answer: 4")
    found = generate(PromptedSystem(backend, 0.75))
    prompt = backend.asked[0][0].content
    assert "more than 75 % confident" in prompt
    assert "costs 3 points" in prompt
    assert (found.text, found.system, found.target) == ("Answer: 4", "prompted@0.75", 0.75)
    assert "costs 9 points" in PromptedSystem(backend, 0.9).prompt
    assert "costs 1 points" in PromptedSystem(backend, 0.5).prompt


def test_a_foreign_model_gives_the_evidence_that_the_monolith_gives():
    found = generate(BackendSystem(DoubleBackend("Answer: 4")))
    assert set(found.features) == {"mean_logprob", "min_logprob", "agreement", "length"}
    assert found.system == "monolith"
    assert found.own is None
    assert generate(BackendSystem(DoubleBackend("I don't know."))).own is Reason.DECLINED


class DoubleEngine:
    """Returns one observation."""

    def __init__(self, outcome, before=None) -> None:
        from types import SimpleNamespace

        from nescio.decide import Ask
        from nescio.types import Candidate

        route = Route("q", (Candidate("math", 1.0, 0.9),), 0.95)
        self.seen = SimpleNamespace(
            route=route,
            asked="math",
            before=before or Ask("math"),
            outcome=outcome,
            p=0.8,
            calibration="own",
            latency_s=0.5,
        )
        self.queries: list[object] = []

    async def observe(self, query):
        self.queries.append(query)
        return self.seen


ANSWER = Answer("4", "math", "m", Evidence({"agreement": 1.0}, ("4", "4"), "print(4)"))


def test_the_engines_observation_is_kept_whole():
    engine = DoubleEngine(ANSWER)
    found = generate(EngineSystem(engine))
    assert (found.text, found.p, found.p_route, found.scope, found.code) == ("4", 0.8, 0.9, 0.95, "print(4)")
    assert (found.before, found.own, found.calibration) == (None, None, "own")
    assert engine.queries[0].confidence_target == 0.75
    assert not engine.queries[0].monolith


def test_gates_and_doubts_are_recorded_beside_the_withheld_answer():
    stopped = DoubleEngine(Abstained(Reason.UNANSWERABLE, "no", withheld=ANSWER), Abstained(Reason.OUT_OF_SCOPE, "out"))
    found = generate(EngineSystem(stopped))
    assert (found.before, found.own, found.text) == (Reason.OUT_OF_SCOPE, Reason.UNANSWERABLE, "4")


def test_the_monolith_through_the_engine_has_no_route_of_its_own():
    engine = DoubleEngine(ANSWER)
    found = generate(EngineSystem(engine, "monolith"))
    assert engine.queries[0].monolith
    assert found.p_route != found.p_route


def test_an_unavailable_expert_is_a_fault_to_be_tried_again():
    with pytest.raises(Fault):
        generate(EngineSystem(DoubleEngine(Abstained(Reason.EXPERT_UNAVAILABLE, "down"))))
