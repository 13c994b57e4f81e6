"""The bounds of the service against real sockets: queue, deadline, a client that leaves, bodies that are too big."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest
from structlog.testing import capture_logs

from nescio.service.body import MAX_BODY_BYTES
from nescio.service.turnstile import LOOKUPS
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
@pytest.mark.parametrize("text", ["chemistry: tungsten?", "nonsense asdf", "vibranium?"])
def test_what_needs_no_model_passes_by_a_model_that_is_busy(
    serve: Callable[..., Server], text: str, stream: bool
) -> None:
    server = serve(queue_size=0)
    connection = post_raw(server, body("wait"))
    assert server.engine.entered.wait(PATIENCE_S)
    response = server.http.post("/v1/chat/completions", json=body(text, stream=stream))
    assert response.status_code == 200
    assert '"nescio":' in response.text
    assert not server.engine.cancelled.is_set()
    connection.close()


def test_those_that_need_no_model_are_bounded_too(serve: Callable[..., Server]) -> None:
    server = serve(queue_size=0)
    connections = [post_raw(server, body("linger")) for _ in range(LOOKUPS + 1)]
    wait_for(server, f"nescio_admitted {LOOKUPS + 1}.0")
    for path, sent in (("/v1/chat/completions", body("chemistry")), ("/v1/route", {"query": "chemistry"})):
        response = server.http.post(path, json=sent)
        assert (response.status_code, response.json()["error"]["code"]) == (429, "queue_full")
        assert int(response.headers["retry-after"]) >= 1
    assert server.http.get("/healthz").status_code == 200
    for connection in connections:
        connection.close()
    wait_for(server, "nescio_admitted 0.0")
    assert server.http.post("/v1/route", json={"query": "chemistry"}).status_code == 200


def test_clients_that_keep_leaving_leave_nothing_behind(serve: Callable[..., Server]) -> None:
    server = serve(queue_size=3)
    assert server.openai.chat.completions.create(**body("math")).model == "nescio/math"
    server.engine.released.set()
    assert server.engine.loop is not None
    files, tasks = open_files(), len(asyncio.all_tasks(server.engine.loop))
    for turn in range(60):
        connection = post_raw(server, body("wait" if turn % 2 else "math", stream=turn % 3 == 0))
        if turn % 4 == 0:
            connection.recv(20)
        connection.close()
    wait_for(server, "nescio_admitted 0.0")
    page = server.http.get("/metrics").text
    assert "nescio_queue_waiting 0.0" in page
    assert "nescio_generating 0.0" in page
    assert open_files() <= files + 2
    assert len(asyncio.all_tasks(server.engine.loop)) <= tasks + 2
    assert server.openai.chat.completions.create(**body("math")).model == "nescio/math"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/route", "/v1/feedback"])
def test_client_that_leaves_while_it_sends_is_no_defect(serve: Callable[..., Server], path: str) -> None:
    with capture_logs() as logs:
        server = serve()
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n"
            connection.sendall(head.encode() + b'{"model":')
        wait_for(server, f'nescio_requests_total{{endpoint="{path}",method="POST",status="499"}} 1.0')
        assert "nescio_cancelled_total 1.0" in server.http.get("/metrics").text
    assert "client left" in {entry["event"] for entry in logs}
    assert {entry["log_level"] for entry in logs} == {"info"}


def test_body_that_does_not_arrive_in_time_is_408(serve: Callable[..., Server]) -> None:
    server = serve(request_timeout=0.1)
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        connection.sendall(b"POST /v1/route HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{")
        reply = everything(connection)
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in reply


def test_body_in_pieces_of_one_byte_is_read(shared: Server) -> None:
    raw = json.dumps(body("math")).encode()
    sent = b"".join(b"1\r\n%c\r\n" % byte for byte in raw + b" " * 20_000)
    with socket.create_connection(("127.0.0.1", shared.port), timeout=PATIENCE_S) as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + sent + b"0\r\n\r\n"
        )
        assert everything(connection).startswith(b"HTTP/1.1 200 ")


def test_compressed_body_is_415(shared: Server) -> None:
    response = shared.http.post(
        "/v1/route", content=gzip.compress(b'{"query": "x"}'), headers={"content-encoding": "gzip"}
    )
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"a" * 200_000,
        b"Host: evil.example",
        b"Content-Length: -1",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Transfer-Encoding: chunked, chunked",
        b"\x00: 1",
    ],
)
def test_what_is_no_http_is_turned_away_and_others_are_served(shared: Server, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", shared.port), timeout=PATIENCE_S) as connection:
        connection.sendall(b"POST /v1/route HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n\r\n")
        assert re.match(rb"HTTP/1.1 [45]\d\d ", connection.recv(64))
    assert shared.http.get("/healthz").status_code == 200


@pytest.mark.parametrize("value", [b"{}", b"1", b"[]", b'"a"', b'{"role": "user"}'])
@pytest.mark.parametrize("most", [499_000, MAX_BODY_BYTES])
def test_body_of_nothing_but_small_values_is_refused_soon(shared: Server, value: bytes, most: int) -> None:
    many = min(most // (1 + value.count(b"[") + value.count(b"{")), MAX_BODY_BYTES // (len(value) + 1) - 100)
    before = time.process_time()
    response = shared.http.post("/v1/chat/completions", content=b'{"messages": [' + (value + b",") * many + b"1]}")
    assert response.status_code == 400
    assert response.json()["error"]["param"] in {"body", "model", "messages", "messages[0]"}
    assert time.process_time() - before < 10


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


def test_drift_of_experts_is_a_metric(serve: Callable[..., Server]) -> None:
    server = serve()
    page = server.http.get("/metrics").text
    assert 'nescio_drift{expert="math"} 1.0' in page
    assert 'nescio_drift_features{expert="math"} 0.25' in page


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


def everything(connection: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def wait_for(server: Server, line: str) -> None:
    """Ask for the metrics until `line` is among them."""
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        for _ in range(2000):
            if line in client.get("/metrics").text:
                return
    raise AssertionError(f"the metrics never said {line}")
