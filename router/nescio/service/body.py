"""Reads a request's body as a JSON object, within a limit that holds with and without Content-Length."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from nescio.errors import BodyTooLarge, InvalidRequest

MAX_BODY_BYTES = 16 * 1024 * 1024
"""Largest body that is read."""

_DISCARDED_BYTES = 4 * MAX_BODY_BYTES
"""Of a body that is too large, so much is read and thrown away, so that the client can read the reply."""


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object.

    Raises:
        BodyTooLarge: It exceeds `MAX_BODY_BYTES`.
        InvalidRequest: It is not JSON, or not an object.
    """
    raw = await _read(request)
    try:
        value = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        where = f" ({error.msg} at line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        hint = "send one JSON object in UTF-8"
        raise InvalidRequest(f"the body is not valid JSON{where}.", param="body", hint=hint) from None
    if not isinstance(value, dict):
        raise InvalidRequest("the body is not a JSON object.", param="body", hint='it starts with "{"')
    return value


async def _read(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        elif size > _DISCARDED_BYTES:
            break
        else:
            chunks.clear()
    if size > MAX_BODY_BYTES:
        message = f"the body exceeds {MAX_BODY_BYTES // 2**20} MiB."
        raise BodyTooLarge(message, hint="send less: the question and the turns it needs")
    return b"".join(chunks)
