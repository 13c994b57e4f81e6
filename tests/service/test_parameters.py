"""What a chat request may say: by laws where there are any, by cases where there are not."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.errors import InvalidRequest, QueryTooLong, UnknownModel, UnsupportedParameter
from nescio.risk import BOUNDS, Bound
from nescio.service.chat import DEFAULTS, NOT_YET, ChatCall, parse_chat
from nescio.service.requests import MAX_TEXT_BYTES, MAX_TURNS, ChatRequest, RouteRequest, clean, validated
from nescio.types import Sampling
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


@given(st.sampled_from(BOUNDS), st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_every_bound_between_zero_and_one_is_accepted_as_it_is(name: Bound, share: float) -> None:
    assert getattr(parse(body(**{name: share})).query, name) == share


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("value", [0, 0.0, 1, 1.0, -0.1, 2, math.nan, True, "0.1", [0.1]])
def test_every_other_bound_is_refused_by_name(name: str, value: object) -> None:
    assert refusal(body(**{name: value})).param == name


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_needs_the_monoliths_gate(name: Bound) -> None:
    error = refusal(body(model="nescio/monolith", **{name: 0.1}))
    assert (error.param, error.hint) == (name, "set gate to true")
    assert getattr(parse(body(model="nescio/monolith", gate=True, **{name: 0.1})).query, name) == 0.1


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


API = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*ChatRequest.model_fields, *NOT_YET])
def test_every_parameter_is_documented(name: str) -> None:
    assert re.search(rf"`{name}[`.:]", API)


UNHEEDED = {
    "temperature": {"temperature": 0.1},
    "top_p": {"top_p": 0.9},
    "user": {"user": "u"},
    "stream_options.include_obfuscation": {"stream": True, "stream_options": {"include_obfuscation": True}},
    "messages.name": {"messages": [{"role": "user", "content": "x", "name": "Eva"}]},
    "system": {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "x"}]},
    "developer": {"messages": [{"role": "developer", "content": "x"}, {"role": "user", "content": "x"}]},
}


@pytest.mark.parametrize("name", UNHEEDED)
def test_what_changes_nothing_is_named_and_documented_so(name: str) -> None:
    call = parse(body() | UNHEEDED[name])
    assert call.wishes.unheeded == (name,)
    assert call.query.sampling == Sampling()
    assert {message.role for message in call.query.messages} == {"user"}
    row = next(line for line in API.splitlines() if f"`{name.removeprefix('messages.')}`" in line and "ignored" in line)
    assert row.startswith("|")


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
        ({"stop": "x" * 257}, "stop"),
        ({"stop": ["x", "y" * 257]}, "stop"),
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
    assert len(query.messages) == 201
    assert query.messages[0].content.startswith("turn 0 ")


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
    assert call.query.sampling == Sampling(seed=7)
    assert (call.wishes.max_tokens, call.wishes.stop) == (50, ("END",))
    assert call.wishes.cutting == ("max_tokens", "stop")
    assert call.wishes.unheeded == ("temperature", "top_p", "user")


def test_what_asks_for_nothing_unusual_is_not_called_ignored() -> None:
    call = parse(body(temperature=0, top_p=1, stream=True, stream_options={"include_usage": True}, seed=1))
    assert call.wishes.unheeded == ()


def test_two_names_of_one_limit_are_not_both_taken() -> None:
    assert parse(body(max_completion_tokens=5, max_tokens=None)).wishes.max_tokens == 5
    assert refusal(body(max_completion_tokens=5, max_tokens=6)).param == "max_completion_tokens"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("confidence_traget", "confidence_target"),
        ("Temperature", "temperature"),
        ("maxtokens", "max_tokens"),
        ("streams", "stream"),
    ],
)
def test_name_that_is_nearly_one_is_offered_that_one(name: str, meant: str) -> None:
    assert refusal(body(**{name: 1})).hint == f"did you mean {meant}?"


@pytest.mark.parametrize("name", ["top_k", "foo", "best_of", "t", "x" * 5000, "min_p", "context", ""])
def test_name_that_is_like_no_other_is_offered_none(name: str) -> None:
    assert "did you mean" not in refusal(body(**{name: 1})).hint


@pytest.mark.parametrize(
    ("model", "meant"),
    [("nescio/maths", "nescio/math"), ("Nescio", "nescio"), ("nescio/monolit", "nescio/monolith"), ("gpt-5", None)],
)
def test_model_that_is_nearly_one_is_offered_that_one(model: str, meant: str | None) -> None:
    with pytest.raises(UnknownModel) as caught:
        parse(body(model=model))
    assert caught.value.hint == (f"did you mean {meant}?" if meant else "GET /v1/models lists them")


@pytest.mark.parametrize("wrong", [3, {"role": "user", "content": [3] * 10}, {"role": "user", "content": 3}])
def test_a_long_list_of_wrong_turns_is_refused_at_the_first(wrong: object) -> None:
    error = refusal(body() | {"messages": [wrong] * 4000})
    assert str(error.param).startswith("messages[0]")


def test_name_without_an_end_is_not_told_back_whole() -> None:
    error = refusal(body(**{"x" * 1_000_000: 1}))
    assert error.param == "x" * 200
    assert len(error.message) < 300


def test_conversation_without_an_end_is_refused() -> None:
    turns = [{"role": "user", "content": "x"}] * (MAX_TURNS + 1)
    assert refusal(body() | {"messages": turns}).param == "messages"
    assert parse(body() | {"messages": turns[1:]}).query.text


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
        ("/v1/route", {"query": "x", "explain": 1}, "explain"),
        ("/v1/route", {"query": "x", "explain": "yes"}, "explain"),
        ("/v1/chat/completions", body(explain=True), "explain"),
        ("/v1/feedback", {"id": "a", "grade": "right", "explain": True}, "explain"),
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


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ('{"model": "nescio", "confidence_target": 0.9, "confidence_target": 0}', "confidence_target"),
        ('{"messages": [{"role": "user", "content": "a", "content": "b"}]}', "content"),
        ('{"nescio": {"x": 1, "x": 1}}', "x"),
        ('{"stop": 1, "st\\u006fp": 2}', "stop"),
        ('{"\\ud800": 1, "\\ud800": 2}', "\\ud800"),
        ('{"größe": 1, "größe": 2}', "größe"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/route", "/v1/feedback"])
def test_a_name_that_is_there_twice_is_refused(shared: Server, path: str, raw: str, name: str) -> None:
    response = shared.http.post(path, content=raw.encode())
    error = response.json()["error"]
    assert (response.status_code, error["param"], error["code"]) == (400, name, "invalid_request")
    assert error["message"] == f"{name} is there twice in one object."
    assert error["hint"] == "send each name once"


def test_an_object_with_names_without_end_is_refused(shared: Server) -> None:
    response = shared.http.post("/v1/route", json={f"name{n}": n for n in range(300)})
    assert (response.status_code, response.json()["error"]["param"]) == (400, "body")
    assert "256 names" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("sent", "begins"),
    [
        ({"confidence_target": 2}, "confidence_target: input should be"),
        ({"strategy": "debate"}, "strategy does not work yet."),
        ({"max_samples": 0}, "max_samples: input should be greater than or equal to 1"),
        ({"max_seconds": 0}, "max_seconds: input should be greater than 0"),
        ({"max_risk": 0}, "max_risk: input should be greater than 0"),
        ({"gate": True}, "gate applies to"),
        ({"stream_options": {}}, "stream_options applies to"),
        ({"stop": ""}, "stop: a stop sequence"),
        ({"n": 2}, "n is supported at"),
        ({"foo": 2}, "Unknown parameter: foo."),
        ({"messages": []}, "messages: list should"),
        ({"model": "gpt-5"}, "There is no model"),
    ],
)
def test_sentence_begins_with_a_capital_but_a_name_is_as_the_client_wrote_it(
    shared: Server, sent: dict[str, Any], begins: str
) -> None:
    message = shared.http.post("/v1/chat/completions", json=body() | sent).json()["error"]["message"]
    assert message.startswith(begins)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "Infinity", "-Infinity", "NaN", "1" + "0" * 400, "1e-400000"])
def test_number_beyond_what_counts_is_refused_by_name_or_is_zero(shared: Server, number: str) -> None:
    raw = json.dumps(body())[:-1] + f', "confidence_target": {number}}}'
    response = shared.http.post("/v1/chat/completions", content=raw)
    if number == "1e-400000":
        assert response.json()["nescio"]["confidence_target"] == 0
    else:
        assert (response.status_code, response.json()["error"]["param"]) == (400, "confidence_target")
