import asyncio
import json

import pytest
from openai import AsyncOpenAI
from openai.types import Decision

from nescio.errors import BackendUnavailable
from nescio.scorers.decision import HttpDecisions
from nescio.scorers.wires import INSTRUCTIONS, NONE, WIRES
from tests.scorers.servers import scripted

OPTIONS = {"fruit": "apples", "metal": "", NONE: "something else"}
USAGE = {
    "input_tokens": 1,
    "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
    "output_tokens": 0,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 1,
}


def decided(probabilities, **more):
    answer = {
        "type": "choice",
        "name": "route",
        "choice": "fruit",
        "confidence": 0.5,
        "probabilities": [{"value": name, "probability": p} for name, p in probabilities.items()],
    }
    return {"model": "m", "answers": [answer], "usage": USAGE, **more}


def test_decisions_are_asked_for_as_openais_own_client_asks():
    said = json.dumps(decided({"fruit": 0.5, "metal": 0.2, NONE: 0.3})).encode()
    choices = [{"value": "fruit", "description": "apples"}, {"value": "metal"}]
    choices += [{"value": NONE, "description": "something else"}]
    question = {"type": "choice", "name": "route", "instructions": INSTRUCTIONS, "choices": choices}

    async def both(url):
        async with AsyncOpenAI(base_url=f"{url}/v1", api_key="secret", max_retries=0) as client:
            theirs = await client.decisions.create(model="m", input="an apple", questions=[question])
        ours = HttpDecisions(url, "decisions", model="m", api_key="secret")
        found = await ours.decide("an apple", OPTIONS)
        await ours.close()
        return theirs, found

    with scripted(said) as (url, asked):
        theirs, found = asyncio.run(both(url))
    assert asked[0] == asked[1]
    assert asked[1][:2] == ("/v1/decisions", "Bearer secret")
    assert {item.value: item.probability for item in theirs.answers[0].probabilities} == found


def test_reply_that_openais_types_accept_is_read():
    body = decided({"fruit": 0.5, "metal": 0.2, NONE: 0.3})
    assert Decision.model_validate(body)
    assert WIRES["decisions"].read(body, OPTIONS) == {"fruit": 0.5, "metal": 0.2, NONE: 0.3}


def test_refusal_is_no_decision():
    body = {"model": "m", "answers": [{"type": "refusal", "name": "route"}], "usage": USAGE}
    assert Decision.model_validate(body)
    assert WIRES["decisions"].read(body, OPTIONS) is None


@pytest.mark.parametrize("wire", sorted(WIRES))
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"answers": []},
        {"answers": {"route": {"probabilities": {"fruit": 0.5}}}},
        {"answers": {"route": {"probabilities": {"fruit": "x", "metal": 0, NONE: 0}}}},
        {"answers": {"route": {"probabilities": {"fruit": 1.5, "metal": 0, NONE: 0}}}},
        decided({"fruit": 0.5}),
        decided({"fruit": float("nan"), "metal": 0.2, NONE: 0.3}),
    ],
)
def test_reply_of_another_shape_is_a_typed_error(wire, body):
    with pytest.raises(BackendUnavailable, match="no decision"):
        WIRES[wire].read(body, OPTIONS)
