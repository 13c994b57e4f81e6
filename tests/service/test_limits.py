"""The bounds of the service against real sockets: queue, deadline, a client that leaves, bodies that are too big."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest

from nescio.service.body import MAX_BODY_BYTES
from nescio.types import Reason
from tests.service.conftest import Server
from tests.service.test_parameters import body

PATIENCE_S = 10


def post_raw(server: Server, sent: dict[str, object]) -> socket.socket:
    """Send a chat request over a bare socket, so that it can be dropped at any moment."""
    raw = json.dumps(sent).encode()
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(raw)}\r\n\r\n"
    connection.sendall(head.encode() + raw)
    return connection


@pytest.mark.parametrize("stream", [False, True])
def test_client_that_leaves_cancels_generation(serve: Callable[..., Server], stream: bool) -> None:
    server = serve()
    connection = post_raw(server, body("wait", stream=stream))
    assert server.engine.entered.wait(PATIENCE_S)
    connection.close()
    assert server.engine.cancelled.wait(PATIENCE_S)
    assert server.openai.chat.completions.create(**body("math")).model == "nescio/math"
    assert "nescio_cancelled_total 1.0" in server.http.get("/metrics").text


def test_client_that_leaves_the_queue_is_never_asked_for(serve: Callable[..., Server]) -> None:
    server = serve()
    first = post_raw(server, body("wait"))
    assert server.engine.entered.wait(PATIENCE_S)
    second = post_raw(server, body("math"))
    wait_for(server, "nescio_queue_waiting 1.0")
    second.close()
    wait_for(server, "nescio_queue_waiting 0.0")
    first.close()
    assert server.engine.cancelled.wait(PATIENCE_S)
    assert [query.text for query, _ in server.engine.asked] == ["wait"]


def test_closing_an_openai_stream_cancels_generation(serve: Callable[..., Server]) -> None:
    server = serve()
    stream = server.openai.chat.completions.create(**body("wait"), stream=True)
    assert server.engine.entered.wait(PATIENCE_S)
    stream.close()
    assert server.engine.cancelled.wait(PATIENCE_S)


@pytest.mark.parametrize("stream", [False, True])
def test_full_queue_is_429_with_retry_after(serve: Callable[..., Server], stream: bool) -> None:
    server = serve(queue_size=0)
    connection = post_raw(server, body("wait"))
    assert server.engine.entered.wait(PATIENCE_S)
    with pytest.raises(openai.RateLimitError) as caught:
        server.openai.chat.completions.create(**body("math"), stream=stream)
    assert caught.value.code == "queue_full"
    assert int(caught.value.response.headers["retry-after"]) >= 1
    connection.close()


def test_second_request_waits_and_is_answered(serve: Callable[..., Server]) -> None:
    server = serve()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(server.openai.chat.completions.create, **body("wait"))
        assert server.engine.entered.wait(PATIENCE_S)
        second = pool.submit(server.openai.chat.completions.create, **body("math"))
        wait_for(server, "nescio_queue_waiting 1.0")
        assert len(server.engine.asked) == 1
        server.engine.released.set()
        assert first.result(PATIENCE_S).model == "nescio/chemistry"
        assert second.result(PATIENCE_S).model == "nescio/math"


def test_deadline_that_passes_in_the_queue_is_429(serve: Callable[..., Server]) -> None:
    server = serve(request_timeout=0.2)
    connection = post_raw(server, body("wait"))
    assert server.engine.entered.wait(PATIENCE_S)
    with pytest.raises(openai.RateLimitError, match="waited"):
        server.openai.chat.completions.create(**body("math"))
    connection.close()


@pytest.mark.parametrize("stream", [False, True])
def test_deadline_that_passes_at_work_is_a_typed_abstention(serve: Callable[..., Server], stream: bool) -> None:
    server = serve(request_timeout=0.1)
    response = server.http.post("/v1/chat/completions", json=body("wait", stream=stream))
    assert response.status_code == 200
    assert '"reason":"expert_unavailable"' in response.text.replace('": "', '":"')
    assert server.engine.cancelled.is_set()
    assert "nescio_timeouts_total 1.0" in server.http.get("/metrics").text
    (kept,) = server.engine.recorded
    assert kept.query.id in response.text
    assert kept.decision.reason is Reason.EXPERT_UNAVAILABLE


def test_outcomes_that_could_not_be_kept_are_a_metric(serve: Callable[..., Server]) -> None:
    server = serve()
    server.engine.lost = 3
    assert "nescio_outcomes_lost 3.0" in server.http.get("/metrics").text


def test_stop_of_the_server_ends_generation(serve: Callable[..., Server]) -> None:
    server = serve()
    connection = post_raw(server, body("wait"))
    assert server.engine.entered.wait(PATIENCE_S)
    stopper = threading.Thread(target=server.stop)
    stopper.start()
    assert server.engine.cancelled.wait(PATIENCE_S)
    server.engine.released.set()
    stopper.join(PATIENCE_S)
    assert not stopper.is_alive()
    connection.close()


def test_progress_arrives_while_the_expert_works(serve: Callable[..., Server]) -> None:
    server = serve()
    with server.http.stream("POST", "/v1/chat/completions", json=body("wait", stream=True)) as response:
        lines = response.iter_lines()
        assert next(lines) == ": asking general"
        server.engine.released.set()
        assert any(line == "data: [DONE]" for line in lines)


def test_body_over_the_limit_is_413(shared: Server) -> None:
    response = shared.http.post("/v1/chat/completions", content=b" " * (MAX_BODY_BYTES + 1))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")


def test_body_over_the_limit_is_413_without_content_length(shared: Server) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(17):
            yield b" " * 2**20

    response = shared.http.post("/v1/chat/completions", content=endless())
    assert "content-length" not in response.request.headers
    assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")


def test_one_megabyte_query_is_too_long(shared: Server) -> None:
    response = shared.http.post("/v1/chat/completions", json=body("x" * 2**20))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "query_too_long")


def wait_for(server: Server, line: str) -> None:
    """Ask for the metrics until `line` is among them."""
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        for _ in range(2000):
            if line in client.get("/metrics").text:
                return
    raise AssertionError(f"the metrics never said {line}")
