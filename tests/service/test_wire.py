"""OpenAI's wire as OpenAI's own client and golden files see it.

Set ``NESCIO_WRITE_GOLDEN=1`` to write the golden files anew after a wanted change, and read the difference.
"""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.service.conftest import Server
from tests.service.doubles import OUT_OF_SCOPE

GOLDEN = Path(__file__).parents[1] / "golden"


def ask(text: str, **more: object) -> dict[str, Any]:
    return {"model": "nescio", "messages": [{"role": "user", "content": text}], **more}


def masked(value: Any) -> Any:
    """`value` with what changes from run to run replaced."""
    if isinstance(value, dict):
        return {key: "<created>" if key == "created" else masked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return re.sub(r"chatcmpl-[0-9a-f]{32}", "<id>", value) if isinstance(value, str) else value


def check(name: str, value: Any) -> None:
    path = GOLDEN / f"{name}.json"
    if os.environ.get("NESCIO_WRITE_GOLDEN"):
        path.write_text(json.dumps(masked(value), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert masked(value) == json.loads(path.read_text(encoding="utf-8"))


def events(text: str) -> list[Any]:
    lines = [line for line in text.split("\n\n") if line]
    return [line if line.startswith(":") or line == "data: [DONE]" else json.loads(line[6:]) for line in lines]


BOILING = "chemistry: what is the boiling point of tungsten?"
WISHES = {"temperature": 0.7, "top_p": 0.5, "seed": 3, "user": "u", "stop": [" ("], "max_tokens": 9}


@pytest.mark.parametrize(
    ("name", "question", "more"),
    [
        ("chat_answered_by_math", "math: how much is 17% of 2,340?", {}),
        ("chat_answered_with_source", BOILING, {}),
        ("chat_answered_up_to_a_stop", BOILING, {"stop": [" ("], "max_tokens": 200}),
        ("chat_answered_within_max_tokens", BOILING, WISHES),
        ("chat_answered_within_bounds", BOILING, {"max_risk": 0.1, "max_hallucination_rate": 0.05}),
        ("chat_abstained_unsure", "unsure: who painted that?", {}),
        ("chat_abstained_whole", "unsure: who painted that?", WISHES),
        ("chat_abstained_out_of_scope", "nonsense asdf", {}),
        ("chat_abstained_unanswerable", "vibranium?", {}),
        ("chat_with_unknown_numbers", "nan", {}),
    ],
)
def test_completion_keeps_its_format(shared: Server, name: str, question: str, more: dict[str, Any]) -> None:
    response = shared.http.post("/v1/chat/completions", json=ask(question, **more))
    headers = {key: value for key, value in response.headers.items() if key.startswith("x-nescio")}
    check(name, {"status": response.status_code, "headers": headers, "body": response.json()})


@pytest.mark.parametrize(
    ("name", "question", "more"),
    [
        ("stream_answered", "math: how much is 17% of 2,340?", {"stream_options": {"include_usage": True}}),
        ("stream_answered_within_max_tokens", BOILING, WISHES),
        ("stream_abstained", "unsure: who painted that?", {}),
        ("stream_failed", "boom", {}),
    ],
)
def test_stream_keeps_its_format(shared: Server, name: str, question: str, more: dict[str, Any]) -> None:
    response = shared.http.post("/v1/chat/completions", json=ask(question, stream=True, **more))
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    check(name, {"status": response.status_code, "events": events(response.text)})


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("route_would_answer", {"query": "math: 2+2", "confidence_target": 0.9}),
        ("route_abstained", {"query": "nonsense asdf"}),
        ("route_explained", {"query": "nonsense asdf", "explain": True}),
    ],
)
def test_route_keeps_its_format(shared: Server, name: str, body: dict[str, Any]) -> None:
    before = len(shared.engine.asked)
    check(name, shared.http.post("/v1/route", json=body).json())
    assert len(shared.engine.asked) == before


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("models", "/v1/models"),
        ("model", "/v1/models/nescio/math"),
        ("experts", "/v1/experts"),
        ("expert", "/v1/experts/math"),
        ("healthz", "/healthz"),
        ("readyz", "/readyz"),
        ("error_no_such_model", "/v1/models/gpt-5"),
        ("error_no_such_expert", "/v1/experts/astrology"),
        ("error_no_such_address", "/v1/nothing"),
        ("error_method", "/v1/chat/completions"),
    ],
)
def test_get_keeps_its_format(shared: Server, name: str, path: str) -> None:
    response = shared.http.get(path)
    check(name, {"status": response.status_code, "body": response.json()})


def test_openai_client_reads_an_answer(shared: Server) -> None:
    raw = shared.openai.chat.completions.with_raw_response.create(**ask("math: 17%"))
    completion = raw.parse()
    assert completion.choices[0].message.content == "17% of 2,340 is 397.8."
    assert completion.model == "nescio/math"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 410 + 164
    decided = completion.nescio  # type: ignore[attr-defined]
    assert (decided["decision"], decided["p"], decided["trace_id"]) == ("answered", 0.962, completion.id)
    assert raw.headers["x-nescio-decision"] == "answered"
    assert raw.headers["x-nescio-expert"] == "math"
    assert raw.headers["x-nescio-p"] == "0.9620"
    assert raw.headers["x-request-id"] == completion.id


def test_openai_client_reads_an_abstention(shared: Server) -> None:
    completion = shared.openai.chat.completions.create(**ask("nonsense"))
    assert completion.choices[0].message.content == f"I don't know: {OUT_OF_SCOPE.message}"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "nescio"


def test_openai_client_reads_a_stream_with_usage(shared: Server) -> None:
    stream = shared.openai.chat.completions.create(
        **ask("math: 17%"), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "17% of 2,340 is 397.8."
    last = [chunk for chunk in chunks if chunk.choices][-1]
    assert last.nescio["decision"] == "answered"  # type: ignore[attr-defined]
    assert last.choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 164


@pytest.mark.parametrize("role", ["system", "developer"])
def test_instructions_reach_no_expert_and_the_response_says_so(shared: Server, role: Any) -> None:
    messages: Any = [{"role": role, "content": "Say yes."}, {"role": "user", "name": "Eva", "content": "math: 17%"}]
    completion: Any = shared.openai.chat.completions.create(model="nescio", messages=messages)
    assert completion.nescio["ignored"] == sorted(["messages.name", role])
    query, _ = shared.engine.asked[-1]
    assert [message.role for message in query.messages] == ["user"]


def test_openai_client_may_name_the_length_either_way(shared: Server) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        completion = shared.openai.chat.completions.create(**ask(BOILING), **{name: 9})
        assert completion.choices[0].finish_reason == "length"
        assert completion.choices[0].message.content == "The boiling point of tungsten is"


def test_openai_client_raises_what_breaks_a_stream(shared: Server) -> None:
    stream = shared.openai.chat.completions.create(**ask("boom"), stream=True)
    with pytest.raises(openai.APIError, match="Something went wrong inside"):
        list(stream)


def test_openai_client_lists_models(shared: Server) -> None:
    names = [model.id for model in shared.openai.models.list()]
    assert names[0] == "nescio"
    assert names[-1] == "nescio/monolith"
    assert shared.openai.models.retrieve("nescio/math").id == "nescio/math"
    with pytest.raises(openai.NotFoundError):
        shared.openai.models.retrieve("gpt-5")


def test_openai_client_raises_a_typed_error_with_the_parameter(shared: Server) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        shared.openai.chat.completions.create(**ask("math"), n=2)
    assert (caught.value.param, caught.value.code) == ("n", "unsupported_parameter")


@pytest.mark.parametrize("stream", [False, True])
def test_withheld_text_never_leaves(shared: Server, stream: bool) -> None:
    response = shared.http.post("/v1/chat/completions", json=ask("unsure", stream=stream))
    assert response.status_code == 200
    assert "WITHHELD" not in response.text
    assert '"agreement"' in response.text


def test_what_json_cannot_say_is_null(shared: Server) -> None:
    decided = shared.http.post("/v1/chat/completions", json=ask("nan")).json()["nescio"]
    assert (decided["p"], decided["scope"], decided["candidates"][0]["p_route"]) == (None, None, None)
    assert math.isfinite(decided["confidence_target"])


def test_defect_says_nothing_of_its_inside(shared: Server) -> None:
    response = shared.http.post("/v1/chat/completions", json=ask("boom with a secret"))
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "server_error"
    assert "secret" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_feedback_reaches_the_engine(shared: Server) -> None:
    completion = shared.openai.chat.completions.create(**ask("math"))
    body = {"id": completion.id, "grade": "wrong", "answer": "398"}
    assert shared.http.post("/v1/feedback", json=body).json() == {
        "object": "nescio.feedback",
        "id": completion.id,
        "grade": "wrong",
    }
    assert (completion.id, "wrong", "398") in shared.engine.grades


def test_feedback_on_nothing_is_not_found(shared: Server) -> None:
    response = shared.http.post("/v1/feedback", json={"id": "chatcmpl-0", "grade": "right"})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_readyz_is_503_while_a_part_is_missing(serve: Any) -> None:
    server = serve()
    server.engine.ready = False
    response = server.http.get("/readyz")
    assert (response.status_code, response.json()["parts"]["model general"]) == (503, "died")
    assert server.http.get("/healthz").status_code == 200


def test_every_metric_is_named_after_nescio(shared: Server) -> None:
    shared.openai.chat.completions.create(**ask("math"))
    page = shared.http.get("/metrics").text
    names = {line.split("{")[0].split(" ")[0] for line in page.splitlines() if line and not line.startswith("#")}
    assert names
    assert all(name.startswith("nescio_") for name in names)
    assert 'nescio_decisions_total{decision="answered",expert="math",reason=""}' in page
    assert 'nescio_requests_total{endpoint="/v1/chat/completions",method="POST",status="200"}' in page


def test_openapi_describes_bodies_and_answers_without_422(shared: Server) -> None:
    api = shared.http.get("/openapi.json").json()
    chat = api["paths"]["/v1/chat/completions"]["post"]
    assert chat["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ChatRequest"}
    assert "confidence_target" in api["components"]["schemas"]["ChatRequest"]["properties"]
    for operations in api["paths"].values():
        for operation in operations.values():
            assert "422" not in operation["responses"]
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(api)))
    assert references <= set(api["components"]["schemas"])
