"""Reads a request's body as a JSON object, within limits of size, time and shape, with and without Content-Length.

The limits of shape keep a body that is small on the wire from becoming hours of work or gigabytes of errors.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from nescio.errors import BodyTooLarge, InvalidRequest

MAX_BODY_BYTES = 16 * 1024 * 1024
"""Largest body that is read."""

MAX_NAMES = 256
"""Most names in one JSON object."""

MAX_MARKS = 500_000
"""Most commas and opening brackets in one body, which bound its values before any is made."""

_DISCARDED_BYTES = 4 * MAX_BODY_BYTES
"""Of a body that is too large, so much is read and thrown away, so that the client can read the reply."""

_SMALL_BYTES = 64 * 1024
"""A larger body is parsed in a thread, while the event loop serves others."""


async def read_json(request: Request, *, within_s: float) -> dict[str, Any]:
    """The body as a JSON object.

    Args:
        request: Its body has not been read yet.
        within_s: Seconds that the client has to send it.

    Raises:
        BodyTooLarge: It exceeds `MAX_BODY_BYTES`.
        InvalidRequest: It is not JSON, not an object, or names something twice.
        HTTPException: 408, it did not arrive in time; 415, it is compressed.
        ClientDisconnect: The client left while it sent.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415)
    try:
        async with asyncio.timeout(within_s):
            raw = await _read(request)
    except TimeoutError:
        # Closed, since what still arrives of this body must not be read as the next request.
        raise HTTPException(408, headers={"connection": "close"}) from None
    if sum(raw.count(mark) for mark in b",[{") > MAX_MARKS:
        message = f"the body has more than {MAX_MARKS:,} commas and brackets."
        raise InvalidRequest(message, param="body", hint="send the question and the turns it needs")
    value = _parsed(raw) if len(raw) < _SMALL_BYTES else await asyncio.to_thread(_parsed, raw)
    if not isinstance(value, dict):
        raise InvalidRequest("the body is not a JSON object.", param="body", hint='it starts with "{"')
    return value


async def _read(request: Request) -> bytearray:
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            body += chunk
        elif size > _DISCARDED_BYTES:
            break
        else:
            body.clear()
    if size > MAX_BODY_BYTES:
        message = f"the body exceeds {MAX_BODY_BYTES // 2**20} MiB."
        raise BodyTooLarge(message, hint="send less: the question and the turns it needs")
    return body


def _parsed(raw: bytearray) -> Any:
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        where = f" ({error.msg} at line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        hint = "send one JSON object in UTF-8"
        raise InvalidRequest(f"the body is not valid JSON{where}.", param="body", hint=hint) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Of two values under one name, JSON leaves open which counts; we do not guess."""
    if len(pairs) > MAX_NAMES:
        message = f"an object of the body has more than {MAX_NAMES} names."
        raise InvalidRequest(message, param="body", hint="/docs shows the format")
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        shown = twice[:80].encode("utf-8", "backslashreplace").decode()
        raise InvalidRequest(f"{shown} is there twice in one object.", param=shown, hint="send each name once")
    return found
