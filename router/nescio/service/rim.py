"""The outermost layer: it times and logs each request, adds security headers, and turns a defect into a 500.

This is the one place that catches everything, so that no client ever reads a traceback.
"""

from __future__ import annotations

import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nescio.observe import log
from nescio.service.failures import error_response
from nescio.service.telemetry import Metrics, log_defect

CHAT_PATH = "/v1/chat/completions"
LEFT_STATUS = 499
"""Logged and counted when the client left before a response began."""

_SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def new_trace_id(path: str) -> str:
    """An opaque id; a chat request's is its completion's id as well."""
    return f"{'chatcmpl' if path == CHAT_PATH else 'req'}-{uuid.uuid4().hex}"


class Rim:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and report on it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = new_trace_id(scope["path"])
        scope.setdefault("state", {})["trace_id"] = trace_id
        status = LEFT_STATUS
        begun = time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, trace_id)
            await send(message)

        # What answers GET answers HEAD; the server sends its headers alone.
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        try:
            await self._app(asked, receive, sending)
        except ClientDisconnect:
            self._metrics.cancelled.inc()
            log.info("client left", trace_id=trace_id)
        except Exception as error:  # noqa: BLE001 - the rim: a defect becomes an OpenAI-shaped 500
            log_defect(error, trace_id)
            if status == LEFT_STATUS:
                await error_response(error)(scope, receive, sending)
        finally:
            self._report(asked, str(scope["method"]), status, time.perf_counter() - begun, trace_id)

    def _report(self, scope: Scope, method: str, status: int, seconds: float, trace_id: str) -> None:
        route = scope.get("route")
        endpoint = getattr(route, "path", "unmatched")
        self._metrics.requests.labels(endpoint, _known(method), str(status)).inc()
        self._metrics.request_seconds.labels(endpoint).observe(seconds)
        log.info(
            "request",
            endpoint=endpoint,
            method=_known(method),
            status=status,
            ms=round(1000 * seconds, 1),
            trace_id=trace_id,
        )


def _known(method: str) -> str:
    return method if method in {"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"} else "other"


def _add_headers(message: Message, trace_id: str) -> None:
    headers = MutableHeaders(scope=message)
    headers["x-request-id"] = trace_id
    for name, value in _SECURITY.items():
        headers[name] = value
    if "cache-control" not in headers:
        headers["cache-control"] = "no-store"
