import asyncio
import json

import openai  # noqa: F401 - the first call would import it, which takes longer than the short timeouts below
import pytest

from nescio.backends import OpenAIBackend
from nescio.errors import BackendUnavailable, ContextExceeded
from nescio.models import ModelManager
from nescio.settings import load_settings
from nescio.types import Backend, Message

ASK = [Message("user", "What is the capital of France?")]


class Server:
    """An OpenAI-compatible server on loopback that answers every request with what it is told to."""

    def __init__(self):
        self.status, self.body, self.requests, self.headers = 200, completion(["Paris"]), [], []
        self.hangs = False
        self.left = asyncio.Event()
        self.asked = asyncio.Event()

    async def handle(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        self.headers.append(head.lower())
        self.requests.append(json.loads(await reader.readexactly(length)))
        self.asked.set()
        if self.hangs:
            await reader.read()
            self.left.set()
        else:
            body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
            kind = "text/html" if isinstance(self.body, bytes) else "application/json"
            writer.write(
                f"HTTP/1.1 {self.status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                f"Connection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        writer.close()
        await writer.wait_closed()


def completion(texts, **more):
    choices = [
        {"index": index, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 7, "completion_tokens": 4, "total_tokens": 11}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": choices,
        "usage": usage,
    } | more


@pytest.fixture
async def server():
    told = Server()
    listening = await asyncio.start_server(told.handle, "127.0.0.1", 0)
    told.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    yield told
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def backend(server):
    opened = OpenAIBackend(server.url, "m", api_key="k", max_n=2, extra_body={"cache_prompt": True}, local=True)
    yield opened
    await opened.close()


async def test_the_request_carries_what_was_asked_for(server, backend):
    assert isinstance(backend, Backend)
    (given,) = await backend.chat(ASK, temperature=0.5, top_p=0.9, max_tokens=9, stop=["x"], seed=3, logprobs=2)
    assert (given.text, given.prompt_tokens, given.completion_tokens) == ("Paris", 7, 4)
    request = server.requests[0]
    assert request["messages"] == [{"role": "user", "content": ASK[0].content}]
    wanted = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 9, "stop": ["x"], "seed": 3, "n": 1}
    assert wanted.items() <= request.items()
    assert (request["logprobs"], request["top_logprobs"], request["cache_prompt"]) == (True, 2, True)
    assert "authorization: bearer k" in server.headers[0]


async def test_more_samples_than_the_server_takes_are_asked_for_with_seeds_of_their_own(server, backend):
    server.body = completion(["a", "b"])
    assert len(await backend.chat(ASK, n=4, seed=10)) == 4
    assert sorted((request["n"], request["seed"]) for request in server.requests) == [(2, 10), (2, 12)]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": {"message": "boom"}}),
        (401, {"error": {"message": "no key"}}),
        (400, {"error": {"message": "temperature must not be negative", "type": "invalid_request_error"}}),
        (500, {"error": {"message": "Context size has been exceeded.", "type": "server_error"}}),
        (200, b"<html>a proxy's page</html>"),
        (200, {"object": "nothing"}),
        (200, completion([])),
    ],
)
async def test_every_failure_is_unavailable(server, backend, status, body):
    server.status, server.body = status, body
    with pytest.raises(BackendUnavailable) as raised:
        await backend.chat(ASK)
    assert not isinstance(raised.value, ContextExceeded)
    assert len(server.requests) == 1


LLAMA_CPP = {
    "error": {
        "code": 400,
        "message": "the request exceeds the available context size, try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 5031,
        "n_ctx": 2048,
    }
}
VLLM = {
    "object": "error",
    "message": "This model's maximum context length is 2048 tokens. However, you requested 5543 tokens (5031 in the "
    "messages, 512 in the completion). Please reduce the length of the messages or completion.",
    "type": "BadRequestError",
    "param": None,
    "code": 400,
}
VLLM_LATER = {
    "error": {
        "message": "The decoder prompt (length 5031) is longer than the maximum model length of 2048.",
        "type": "BadRequestError",
        "param": None,
        "code": 400,
    }
}
OPENAI = {
    "error": {
        "message": "Your input exceeds the limit of this model.",
        "type": "invalid_request_error",
        "param": "messages",
        "code": "context_length_exceeded",
    }
}


@pytest.mark.parametrize("body", [LLAMA_CPP, VLLM, VLLM_LATER, OPENAI], ids=["llama.cpp", "vllm", "vllm v1", "openai"])
@pytest.mark.parametrize("n", [1, 4])
async def test_a_text_beyond_the_context_is_told_from_a_server_that_is_gone(server, backend, body, n):
    server.status, server.body = 400, body
    with pytest.raises(ContextExceeded) as raised:
        await backend.chat(ASK, n=n)
    assert "less text" in raised.value.hint


async def test_one_failing_request_of_several_is_unavailable_too(server, backend):
    server.status = 503
    with pytest.raises(BackendUnavailable):
        await backend.chat(ASK, n=4)


async def test_broken_json_is_unavailable(server, backend):
    server.body = b"{"
    with pytest.raises(BackendUnavailable):
        await backend.chat(ASK)


async def test_a_late_answer_is_unavailable_and_its_connection_is_closed(server, backend):
    await backend.chat(ASK)
    server.hangs = True
    with pytest.raises(BackendUnavailable, match=r"within 0\.5 s"):
        await backend.chat(ASK, timeout=0.5)
    await asyncio.wait_for(server.left.wait(), 5)


async def test_a_cancelled_call_closes_its_connection(server, backend):
    server.hangs = True
    call = asyncio.create_task(backend.chat(ASK))
    await asyncio.wait_for(server.asked.wait(), 5)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(server.left.wait(), 5)


async def test_nobody_listening_is_unavailable():
    backend = OpenAIBackend("http://127.0.0.1:9/v1", "m", local=True)
    with pytest.raises(BackendUnavailable, match="Connection"):
        await backend.chat(ASK)
    await backend.close()


async def test_a_proxy_of_the_environment_is_not_asked_for_a_local_server(server, backend, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (await backend.chat(ASK))[0].text == "Paris"


@pytest.fixture
async def smollm(with_models, tmp_path):
    profile = tmp_path / "smol.toml"
    profile.write_text(
        'name = "smol"\n[models.general]\nruntime = "llamacpp"\nmodel = "smollm2-135m-instruct-q4_1"\n'
        "context = 2048\nparallel = 3\n"
    )
    models = ModelManager(load_settings(profile=str(profile)))
    yield models.backend("general")
    await models.close()


async def test_a_real_server_gives_samples_with_log_probabilities(smollm):
    greedy = await smollm.chat(ASK, max_tokens=12, logprobs=2)
    again = await smollm.chat(ASK, max_tokens=12, logprobs=2)
    assert greedy[0].text == again[0].text
    assert "".join(token.text for token in greedy[0].tokens).startswith(greedy[0].text)
    for token in greedy[0].tokens:
        assert token.logprob <= 0
        assert len(token.top) == 2
        assert token.logprob == pytest.approx(token.top[0][1])


async def test_a_real_server_gives_as_many_samples_as_asked_and_the_same_for_a_seed(smollm):
    samples = await smollm.chat(ASK, n=5, temperature=1.0, seed=1, max_tokens=8)
    again = await smollm.chat(ASK, n=5, temperature=1.0, seed=1, max_tokens=8)
    assert [sample.text for sample in samples] == [sample.text for sample in again]
    assert len({sample.text for sample in samples}) > 1
    assert all(0 < sample.completion_tokens <= 8 for sample in samples)


async def test_log_probabilities_do_not_depend_on_the_temperature(smollm):
    cold, hot = [
        (await smollm.chat(ASK, max_tokens=1, temperature=heat, logprobs=1))[0].tokens[0].top[0] for heat in (0.0, 2.0)
    ]
    assert cold == (hot[0], pytest.approx(hot[1], abs=1e-3))


async def test_leaving_ends_generation_on_a_real_server(smollm):
    await smollm.chat(ASK, max_tokens=1)
    story = [Message("user", "Tell a very long story.")]
    calls = [asyncio.create_task(smollm.chat(story, max_tokens=1800, temperature=1.5)) for _ in range(3)]
    await asyncio.sleep(0.3)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    # All three sequences were taken; an answer within seconds means that they are free again.
    assert (await smollm.chat(ASK, max_tokens=1, timeout=8.0))[0].text


async def test_a_real_server_says_that_a_text_is_beyond_its_context(smollm):
    with pytest.raises(ContextExceeded, match="context"):
        await smollm.chat([Message("user", "word " * 5000)], max_tokens=1)
