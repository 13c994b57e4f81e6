"""``nescio serve`` as people run it: a process, a port, OpenAI's client, signals, and a machine that lacks things."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import openai
import pytest

from nescio.settings import load_settings
from nescio.store import OutcomeLog
from tests.serving import NESCIO, Served, eventually, gone

IRON = "What is the melting point of iron?"
SMOLLM2 = "smollm2-135m-instruct-q4_1"


def ask(client: openai.OpenAI, text: str, *, model: str = "nescio", **more: object) -> Any:
    return client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": text}],
        extra_body=more,
    )


def nescio(home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NESCIO_HOME": str(home), **variables}
    command = [str(NESCIO), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_server_tells_each_step_and_is_ready_once_it_answers(served: Served) -> None:
    served.wait_until_ready()
    parts = served.http.get("/readyz").json()["parts"]
    assert parts[f"model {SMOLLM2}"] == "ready"
    assert any(re.fullmatch(r"ready after \d+\.\d s", line) for line in served.said)
    assert any("starting the model" in line for line in served.said)


@pytest.mark.parametrize(
    ("question", "expert", "fact"),
    [(IRON, "chemistry", "1538"), ("What is the capital of Peru?", "geography", "Lima")],
)
def test_openai_client_gets_an_answer_plain_and_streamed(served: Served, question: str, expert: str, fact: str) -> None:
    plain = ask(served.openai, question)
    assert fact in plain.choices[0].message.content
    assert plain.model == f"nescio/{expert}"
    assert plain.nescio["decision"] == "answered"
    assert plain.nescio["p"] > plain.nescio["confidence_target"] == 0.75
    messages: Any = [{"role": "user", "content": question}]
    chunks = list(served.openai.chat.completions.create(model="nescio", messages=messages, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == plain.choices[0].message.content
    told = [found for chunk in chunks if (found := getattr(chunk, "nescio", None))]
    assert [one["decision"] for one in told] == ["answered"]
    assert told[0]["p"] == plain.nescio["p"]


def test_stream_tells_who_is_asked_before_the_answer(served: Served) -> None:
    body = {"model": "nescio", "stream": True, "messages": [{"role": "user", "content": IRON}]}
    lines = served.http.post("/v1/chat/completions", json=body).text.split("\n\n")
    assert lines[0] == ": asking chemistry"
    assert lines[-2:] == ["data: [DONE]", ""]


def test_model_answers_through_every_layer_and_its_tokens_are_counted(served: Served) -> None:
    reply = ask(served.openai, "Who wrote Hamlet?", model="nescio/monolith")
    assert reply.model == "nescio/monolith"
    assert reply.choices[0].message.content.strip()
    assert reply.usage.completion_tokens > 0
    assert reply.nescio["calibration"] == "none"


@pytest.mark.parametrize(("model", "question"), [("nescio", IRON), ("nescio/monolith", "Who wrote Hamlet?")])
def test_length_is_kept_by_lookup_and_model_alike(served: Served, model: str, question: str) -> None:
    whole = ask(served.openai, question, model=model).choices[0]
    cut = ask(served.openai, question, model=model, max_tokens=3, temperature=0.5)
    assert (whole.finish_reason, cut.choices[0].finish_reason) == ("stop", "length")
    assert len(cut.choices[0].message.content) <= 12 < len(whole.message.content)
    assert whole.message.content.startswith(cut.choices[0].message.content)
    assert cut.nescio["ignored"] == ["temperature"]


def test_question_that_nobody_covers_is_an_ordinary_completion(served: Served) -> None:
    reply = ask(served.openai, "What did I dream last night?")
    assert reply.choices[0].finish_reason == "stop"
    assert reply.choices[0].message.content.startswith("I don't know: ")
    assert reply.nescio["reason"] == "out_of_scope"


def test_route_shows_where_a_query_would_go(served: Served) -> None:
    seen = served.http.post("/v1/route", json={"query": IRON, "confidence_target": 0.5}).json()
    assert (seen["decision"], seen["expert"]) == ("would_answer", "chemistry")
    doubtful = served.http.post("/v1/route", json={"query": IRON, "confidence_target": 0.999}).json()
    assert (doubtful["decision"], doubtful["reason"]) == ("abstained", "low_routing_confidence")


def test_feedback_grades_the_row_in_the_log(served: Served) -> None:
    reply = ask(served.openai, IRON)
    receipt = served.http.post("/v1/feedback", json={"id": reply.id, "grade": "wrong", "answer": "1540 °C"})
    assert receipt.status_code == 200
    with OutcomeLog(served.home / "outcomes.sqlite") as log:
        row = next(row for row in log.rows("live") if row.id == reply.id)
        assert log.history(reply.id)[0].answer == "1540 °C"
    assert (row.grade, row.query, row.expert, row.decision) == ("wrong", IRON, "chemistry", "answered")
    assert row.p == pytest.approx(reply.nescio["p"])
    assert row.features
    refused = served.http.post("/v1/feedback", json={"id": "chatcmpl-none", "grade": "right"})
    assert refused.status_code == 404


def test_conversation_is_kept_under_its_id(served: Served) -> None:
    kept = {"conversation_id": "fjord"}
    first = ask(served.openai, "What is the population of Norway?", nescio=kept)
    assert first.nescio["expert"] == "geography"
    follow = ask(served.openai, "and its capital?", nescio=kept)
    assert follow.nescio["expert"] == "geography"
    assert "Oslo" in follow.choices[0].message.content


def test_what_people_asked_is_for_the_servers_account_alone(served: Served) -> None:
    ask(served.openai, IRON, nescio={"conversation_id": "private"})
    kept = list(served.home.glob("*.sqlite*"))
    assert {"outcomes.sqlite", "conversations.sqlite"} <= {path.name for path in kept}
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in (served.home, *kept)} == dict.fromkeys(
        (served.home.name, *(path.name for path in kept)), "0o0"
    )


def test_metrics_count_what_was_decided(served: Served) -> None:
    def answered() -> float:
        page = served.http.get("/metrics").text
        found = re.search(
            r'^nescio_decisions_total\{decision="answered",expert="chemistry",reason=""\} (\S+)', page, re.M
        )
        assert found is not None, page
        return float(found[1])

    ask(served.openai, IRON)
    before = answered()
    ask(served.openai, IRON)
    assert answered() == before + 1


def test_unknown_expert_is_a_404_that_the_client_understands(served: Served) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        ask(served.openai, IRON, model="nescio/alchemy")
    assert caught.value.code == "model_not_found"


def test_server_maps_no_library_that_only_fitting_needs(served: Served) -> None:
    for question in (IRON, "What is the capital of Peru?", "How much is 17% of 2,340?", "What is 7 times 8?"):
        ask(served.openai, question, confidence_target=0)
    maps = Path(f"/proc/{served.pid}/maps").read_text(encoding="utf-8")
    heavy = [name for name in ("torch", "sklearn", "scipy", "pandas", "transformers") if f"/{name}/" in maps]
    assert heavy == []
    assert "/onnxruntime/" in maps


def test_lookup_is_answered_while_a_model_works(served_home: Path, smol: Path) -> None:
    body = {"model": "nescio/monolith", "stream": True, "messages": [{"role": "user", "content": "Tell me of Hamlet."}]}
    with Served(served_home, smol, NESCIO_QUEUE_SIZE="0") as server:
        server.wait_until_ready()
        with server.http.stream("POST", "/v1/chat/completions", json=body) as slow:
            lines = slow.iter_lines()
            assert next(lines) == ": asking monolith"
            assert "1538" in ask(server.openai, IRON).choices[0].message.content
            assert ask(server.openai, "What did I dream last night?").nescio["reason"] == "out_of_scope"
            assert "data: [DONE]" in list(lines)


def test_exemplars_added_and_removed_meanwhile_reach_a_running_server(
    served_home: Path, smol: Path, tmp_path: Path
) -> None:
    text = "zarnwick of the flumpet"
    (tmp_path / "more.jsonl").write_text(json.dumps({"text": text, "label": "chemistry"}) + "\n")

    def nearest(server: Served) -> str:
        told = server.http.post("/v1/route", json={"query": text, "explain": True}).json()
        return str(told["explanation"]["nearest"][0]["text"])

    with Served(served_home, smol) as server:
        assert nearest(server) != text
        added = nescio(served_home, "index", "add", "--jsonl", str(tmp_path / "more.jsonl"))
        assert added.stdout.startswith("1 added"), added.stderr
        assert eventually(lambda: nearest(server) == text)
        removed = nescio(served_home, "index", "remove", "--text", text)
        assert removed.stdout.startswith("1 removed"), removed.stderr
        assert eventually(lambda: nearest(server) != text)
        assert "Traceback" not in server.errors()


def test_sigterm_ends_the_server_and_its_workers(served_home: Path, smol: Path) -> None:
    with Served(served_home, smol) as server:
        (worker,) = server.workers()
        assert server.terminate() == 0
        assert server.said[-1] == "stopped."
        assert gone(worker)
        assert "Traceback" not in server.errors()


def test_killed_server_leaves_no_worker_and_a_readable_log(served_home: Path, smol: Path) -> None:
    with Served(served_home, smol) as server:
        (worker,) = server.workers()
        reply = ask(server.openai, IRON)
        server.kill()
        assert gone(worker)
    with OutcomeLog(served_home / "outcomes.sqlite") as log:
        assert [row.id for row in log.rows()] == [reply.id]


def test_server_without_its_model_says_so_and_serves_what_needs_none(
    served_home: Path, smol: Path, models_dir: Path
) -> None:
    (served_home / "models").unlink()
    (served_home / "models").mkdir()
    (served_home / "models" / "all-minilm-l6-v2-int8").symlink_to(models_dir / "all-minilm-l6-v2-int8")
    with Served(served_home, smol) as server:
        state = server.http.get("/readyz")
        assert state.status_code == 503
        assert any(line.startswith("listening after") for line in server.said)
        assert any("not ready; nescio doctor" in line for line in server.said)
        assert "missing" in state.json()["parts"][f"model {SMOLLM2}"]
        assert f"nescio models pull {SMOLLM2}" in server.errors()
        assert "1538" in ask(server.openai, IRON).choices[0].message.content
        unable = ask(server.openai, "Who wrote Hamlet?", confidence_target=0)
        assert unable.nescio["reason"] == "expert_unavailable"


async def test_damaged_model_is_named_with_what_to_type(served_home: Path, smol: Path, models_dir: Path) -> None:
    from nescio.engine import Engine

    folder = served_home / "models" / SMOLLM2
    (served_home / "models").unlink()
    shutil.copytree(models_dir / "all-minilm-l6-v2-int8", served_home / "models" / "all-minilm-l6-v2-int8")
    shutil.copytree(models_dir / SMOLLM2, folder)
    (file,) = folder.glob("*.gguf")
    with file.open("r+b") as damaged:
        damaged.seek(50_000_000)
        damaged.write(b"\0" * 4096)
    async with await Engine.start(load_settings(home=served_home, profile=str(smol)), models=False) as engine:
        await engine._start_model("general")
        state = await engine.readiness()
    assert not state.ready
    assert "wrong sha256" in state.parts[f"model {SMOLLM2}"]


def test_server_without_its_encoder_does_not_start(served_home: Path, smol: Path) -> None:
    (served_home / "models").unlink()
    run = nescio(served_home, "serve", "--port", "0", NESCIO_PROFILE=str(smol))
    assert run.returncode == 1
    assert "error[model_missing]" in run.stderr
    assert "hint: nescio models pull" in run.stderr
    assert "Traceback" not in run.stderr


def test_taken_port_is_one_clear_line(served_home: Path, smol: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = nescio(served_home, "serve", "--port", str(port), NESCIO_PROFILE=str(smol))
    assert run.returncode == 1
    assert f"error[port_taken]: port {port} on 127.0.0.1 is taken" in run.stderr
    assert f"nescio serve --port {port + 1}" in run.stderr


FULL = """
mount -t tmpfs -o size=24m tmpfs "$1" && cp -a "$2/." "$1/" && {
  dd if=/dev/zero of="$1/junk" bs=1k 2>/dev/null
  exec "$3" ask "What is the melting point of iron?" --json
}
"""


def test_full_disk_is_one_clear_line(served_home: Path, smol: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    apart = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    environment = {**os.environ, "NESCIO_HOME": str(full), "NESCIO_PROFILE": str(smol)}
    command = [*apart, "sh", "-c", FULL, "sh", str(full), str(served_home), str(NESCIO)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 2, run.stderr
    assert "error[config_error]: the outcome log" in run.stderr
    assert "full" in run.stderr
    assert "Traceback" not in run.stderr
