"""Who may speak to the service, what a browser may do with it, and what the logs keep to themselves."""

from __future__ import annotations

import socket
from collections.abc import Callable

import openai
import pytest
from structlog.testing import capture_logs

from nescio.service.guard import is_loopback
from tests.service.conftest import Server
from tests.service.test_parameters import body

KEY = "a-key-that-nobody-guesses"


def test_without_a_key_nobody_is_asked_for_one(shared: Server) -> None:
    assert shared.http.get("/v1/models").status_code == 200


def test_with_a_key_only_its_bearer_is_served(serve: Callable[..., Server]) -> None:
    server = serve(api_key=KEY)
    assert server.openai.with_options(api_key=KEY).chat.completions.create(**body("math")).model == "nescio/math"
    for wrong in ("wrong", KEY + "x", KEY[:-1]):
        with pytest.raises(openai.AuthenticationError) as caught:
            server.openai.with_options(api_key=wrong).models.list()
        assert caught.value.code == "unauthorized"
        assert KEY not in str(caught.value.body)


@pytest.mark.parametrize(
    "header", [{}, {"authorization": ""}, {"authorization": KEY}, {"authorization": f"Basic {KEY}"}]
)
def test_key_must_come_as_a_bearer(serve: Callable[..., Server], header: dict[str, str]) -> None:
    response = serve(api_key=KEY).http.get("/v1/models", headers=header)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def test_key_guards_everything_but_page_and_probes(serve: Callable[..., Server]) -> None:
    server = serve(api_key=KEY)
    for path in ("/", "/docs", "/page/app.js", "/healthz", "/readyz", "/openapi.json"):
        assert server.http.get(path).status_code == 200, path
    for path in ("/metrics", "/v1/models", "/v1/experts", "/v1/nothing", "/nothing"):
        assert server.http.get(path).status_code == 401, path


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:99", "[::1]:8080", "LOCALHOST"])
def test_loopback_names_are_served(shared: Server, host: str) -> None:
    assert shared.http.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::2]", "", "[:"]
)
def test_rebound_names_are_not_served(shared: Server, host: str) -> None:
    response = shared.http.get("/v1/models", headers={"host": host})
    assert (response.status_code, response.json()["error"]["type"]) == (403, "permission_error")


def test_bound_to_the_world_any_name_is_served(serve: Callable[..., Server]) -> None:
    assert serve(host="0.0.0.0").http.get("/healthz", headers={"host": "nescio.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ],
)
def test_foreign_pages_are_not_served(shared: Server, headers: dict[str, str]) -> None:
    response = shared.http.post("/v1/chat/completions", json=body("math"), headers=headers)
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


def test_own_page_and_a_followed_link_are_served(shared: Server) -> None:
    own = {"origin": shared.url, "sec-fetch-site": "same-origin"}
    assert shared.http.post("/v1/chat/completions", json=body("math"), headers=own).status_code == 200
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert shared.http.get("/", headers=link).status_code == 200


def test_every_response_carries_the_security_headers(shared: Server) -> None:
    for path in ("/", "/v1/models", "/nothing"):
        headers = shared.http.get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-request-id"]


def test_page_is_kept_by_the_browser_until_it_changes(shared: Server) -> None:
    first = shared.http.get("/page/app.js")
    again = shared.http.get("/page/app.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert shared.http.get("/page/../app.py").status_code == 404


@pytest.mark.parametrize(
    "path", ["/page/../app.py", "/page/..%2f..%2fapp.py", "/page/%2e%2e/app.py", "/page//etc/passwd", "/page/app.js%00"]
)
def test_page_gives_no_file_but_its_own(shared: Server, path: str) -> None:
    with socket.create_connection(("127.0.0.1", shared.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 404 ")


def test_head_gets_what_get_gets_without_the_body(shared: Server) -> None:
    for path in ("/", "/healthz", "/v1/models", "/nothing"):
        head, get = shared.http.head(path), shared.http.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["content-type"] == get.headers["content-type"]


def test_no_other_site_is_let_in_by_preflight(shared: Server) -> None:
    asked = {"origin": shared.url, "access-control-request-method": "POST"}
    response = shared.http.options("/v1/chat/completions", headers=asked)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_page_takes_nothing_from_elsewhere(shared: Server) -> None:
    for path in ("/", "/docs", "/page/style.css", "/page/app.js", "/page/view.js", "/page/docs.js"):
        text = shared.http.get(path).text.replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path
        assert "https://" not in text.replace("^https?:", ""), path
        assert "innerHTML" not in text, path
        assert "style=" not in text, path


def test_logs_hold_neither_question_nor_key(serve: Callable[..., Server]) -> None:
    with capture_logs() as logs:
        server = serve(api_key=KEY)
        client = server.openai.with_options(api_key=KEY)
        client.chat.completions.create(**body("math: PRIVATE-QUESTION"))
        with pytest.raises(openai.InternalServerError):
            client.chat.completions.create(**body("boom PRIVATE-QUESTION"))
    assert {entry["event"] for entry in logs} >= {"decided", "request", "defect"}
    told = repr(logs)
    assert "PRIVATE" not in told
    assert KEY not in told
    assert "397.8" not in told


@pytest.mark.parametrize(
    ("host", "answer"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.8.8.8", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_loopback_is_told_from_the_world(host: str, answer: bool) -> None:
    assert is_loopback(host) is answer
