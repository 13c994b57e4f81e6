"""What a chat request may say: by laws where there are any, by cases where there are not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.errors import InvalidRequest, QueryTooLong, UnknownModel, UnsupportedParameter
from nescio.service.chat import DEFAULTS, NOT_YET, ChatCall, parse_chat
from nescio.service.requests import MAX_TEXT_BYTES, ChatRequest, RouteRequest, clean, validated
from tests.service.conftest import Server

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def body(text: Any = "How much is 2+2?", **more: object) -> dict[str, Any]:
    return {"model": "nescio", "messages": [{"role": "user", "content": text}], **more}


def parse(sent: dict[str, Any]) -> ChatCall:
    return parse_chat(sent, completion_id="chatcmpl-1", experts={"math", "general"})


def accepted_or_named(read: Callable[[], object]) -> bool:
    """Whether `read` either works or names the parameter that it refuses."""
    try:
        return read() is not None
    except (InvalidRequest, UnknownModel) as error:
        return bool(error.param)


def refusal(sent: dict[str, Any]) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        parse(sent)
    assert caught.value.message
    assert caught.value.hint
    return caught.value


@given(st.floats(min_value=0, max_value=1, exclude_max=True))
def test_every_target_below_one_is_accepted_as_it_is(target: float) -> None:
    assert parse(body(confidence_target=target)).query.confidence_target == target


@given(st.floats().filter(lambda t: not 0 <= t < 1) | st.booleans() | st.text() | st.lists(st.floats(0, 0.5)))
def test_every_other_target_is_refused_by_name(target: object) -> None:
    assert refusal(body(confidence_target=target)).param == "confidence_target"


@given(st.integers().filter(lambda t: t != 0))
def test_whole_numbers_other_than_zero_are_no_targets(target: int) -> None:
    assert refusal(body(confidence_target=target)).param == "confidence_target"


@given(st.text(min_size=1).filter(lambda name: name not in {*ChatRequest.model_fields, *DEFAULTS, *NOT_YET}), JSON)
def test_every_unknown_parameter_is_refused_by_name(name: str, value: object) -> None:
    error = refusal(body(**{name: value}))
    assert isinstance(error, UnsupportedParameter)
    assert error.param == name


@given(st.dictionaries(st.sampled_from([*ChatRequest.model_fields, *DEFAULTS, *NOT_YET, "foo"]), JSON, max_size=4))
def test_no_body_does_worse_than_a_typed_refusal(more: dict[str, Any]) -> None:
    assert accepted_or_named(lambda: parse({**body(), **more}))


@pytest.mark.parametrize("name", NOT_YET)
def test_parameter_that_does_not_work_yet_is_refused_by_name(name: str) -> None:
    assert refusal(body(**{name: 0.1})).param == name
    assert parse(body(**{name: None})).query.text


@pytest.mark.parametrize("name", DEFAULTS)
def test_openai_parameter_is_accepted_at_its_default_alone(name: str) -> None:
    for value in (None, *DEFAULTS[name]):
        assert parse(body(**{name: value})).query.text
    error = refusal(body(**{name: "something else"}))
    assert (error.param, error.code) == (name, "unsupported_parameter")


def test_true_is_not_one() -> None:
    assert refusal(body(n=True)).param == "n"
    assert refusal(body(logprobs=0)).param == "logprobs"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": math.nan}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"seed": 2**70}, "seed"),
        ({"seed": "1"}, "seed"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": 3}, "stop"),
        ({"stop": ""}, "stop"),
        ({"user": 7}, "user"),
        ({"stream": "true"}, "stream"),
        ({"stream": True, "stream_options": {"x": 1}}, "stream_options.x"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"gate": True}, "gate"),
        ({"model": "nescio/monolith", "gate": "yes"}, "gate"),
        ({"nescio": {"conversation_id": "no spaces"}}, "nescio.conversation_id"),
        ({"nescio": {"conversation_id": ""}}, "nescio.conversation_id"),
        ({"nescio": {"thread": "x"}}, "nescio.thread"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [3]}, "messages[0]"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}, "messages"),
        ({"messages": [{"role": "user", "content": "x", "weight": 1}]}, "messages[0].weight"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, "messages[0].tool_calls"),
    ],
)
def test_wrong_value_is_refused_by_name(more: dict[str, Any], param: str) -> None:
    assert refusal(body() | more).param == param


@pytest.mark.parametrize("text", ["", "   \n", "\x00\x01", []])
def test_empty_query_is_refused(text: Any) -> None:
    assert refusal(body(text)).param == "messages[0].content"


@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file"])
def test_content_other_than_text_is_refused_clearly(kind: str) -> None:
    error = refusal(body([{"type": "text", "text": "what is this?"}, {"type": kind, kind: {"url": "x"}}]))
    assert isinstance(error, UnsupportedParameter)
    assert error.param == "messages[0].content[1].type"
    assert kind in error.message


def test_text_parts_are_joined() -> None:
    parts = [{"type": "text", "text": "How much"}, {"type": "text", "text": "is 2+2?"}]
    assert parse(body(parts)).query.messages[-1].content == "How much\nis 2+2?"


@given(st.text(max_size=200))
def test_cleaned_text_has_no_control_characters_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean(text.encode("utf-8", "ignore").decode())
    assert not any((ord(c) < 32 and c not in "\t\n\r") or 127 <= ord(c) < 160 for c in cleaned)
    assert clean(cleaned) == cleaned


def test_half_a_surrogate_pair_is_refused() -> None:
    assert refusal(body("\ud83d")).param == "messages[0].content"


def test_text_is_read_up_to_its_limit_in_bytes() -> None:
    assert len(parse(body("ä" * (MAX_TEXT_BYTES // 2))).query.text) == MAX_TEXT_BYTES // 2
    error = refusal(body("ä" * (MAX_TEXT_BYTES // 2) + "."))
    assert isinstance(error, QueryTooLong)
    assert (error.code, error.param) == ("query_too_long", "messages[0].content")


def test_long_conversations_are_accepted() -> None:
    turns = [{"role": "assistant" if i % 2 else "user", "content": f"turn {i} " + "x" * 3000} for i in range(201)]
    query = parse(body() | {"messages": [{"role": "system", "content": "Be brief."}, *turns]}).query
    assert len(query.messages) == 202
    assert query.messages[0].role == "system"


def test_follow_up_is_routed_with_the_turn_before() -> None:
    turns = [
        {"role": "user", "content": "Capital of Burkina Faso?"},
        {"role": "assistant", "content": "Ouagadougou.", "refusal": None, "tool_calls": None, "annotations": []},
        {"role": "user", "content": "and its population?"},
    ]
    assert parse(body() | {"messages": turns}).query.text == "Capital of Burkina Faso? and its population?"


def test_what_is_accepted_arrives() -> None:
    call = parse(
        body(
            stream=True,
            stream_options={"include_usage": True, "include_obfuscation": False},
            temperature=0.2,
            top_p=0.9,
            max_tokens=50,
            stop="END",
            seed=7,
            user="u",
            nescio={"conversation_id": "c-1"},
        )
    )
    assert (call.stream, call.include_usage, call.conversation_id) == (True, True, "c-1")
    sampling = call.query.sampling
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens) == (0.2, 0.9, 50)
    assert (sampling.stop, sampling.seed) == (("END",), 7)


def test_model_names_pin_an_expert_or_the_monolith() -> None:
    assert parse(body()).query.expert is None
    assert parse(body(model="nescio/math")).query.expert == "math"
    monolith = parse(body(model="nescio/monolith", gate=True)).query
    assert (monolith.monolith, monolith.gate, monolith.expert) == (True, True, None)


@pytest.mark.parametrize("model", ["gpt-5", "math", "nescio/", "nescio/astrology", "", "nescio/math/x"])
def test_unknown_model_is_not_found(model: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        parse(body(model=model))
    assert (caught.value.http_status, caught.value.param) == (404, "model")


@given(JSON)
def test_no_route_body_does_worse_than_a_typed_refusal(query: object) -> None:
    assert accepted_or_named(lambda: validated(RouteRequest, {"query": query}))


@pytest.mark.parametrize("raw", ["{", "", "nul", '{"a": 1,}', "[" * 100_000, "1" * 5000, '"x"', "[]", b"\xff\xfe"])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/route", "/v1/feedback"])
def test_what_is_no_json_object_is_refused(shared: Server, path: str, raw: str | bytes) -> None:
    response = shared.http.post(path, content=raw)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == "body"


def test_nan_in_json_is_refused_by_name(shared: Server) -> None:
    raw = json.dumps(body(confidence_target=math.nan))
    assert "NaN" in raw
    response = shared.http.post("/v1/chat/completions", content=raw)
    assert (response.status_code, response.json()["error"]["param"]) == (400, "confidence_target")


@pytest.mark.parametrize(
    ("path", "sent", "param"),
    [
        ("/v1/route", {}, "query"),
        ("/v1/route", {"query": " "}, "query"),
        ("/v1/route", {"query": "x", "k": 3}, "k"),
        ("/v1/route", {"query": "x", "confidence_target": 1}, "confidence_target"),
        ("/v1/route", {"query": "x" * (MAX_TEXT_BYTES + 1)}, "query"),
        ("/v1/feedback", {"id": "x", "grade": "up"}, "grade"),
        ("/v1/feedback", {"grade": "right"}, "id"),
        ("/v1/feedback", {"id": "x", "grade": "right", "answer": 3}, "answer"),
    ],
)
def test_other_endpoints_refuse_by_name(shared: Server, path: str, sent: dict[str, Any], param: str) -> None:
    response = shared.http.post(path, json=sent)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)


def test_a_field_whose_name_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse({**body(), "\ud800": 1})
    assert caught.value.param == "body"
    assert str(caught.value).encode()
