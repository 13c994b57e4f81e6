"""The streaming response: progress as comments while experts work, the decided answer at the end.

Headers wait until an expert is asked or none needs to be, so that a full queue is an honest 429; they therefore leave
before the decision and cannot carry it.
"""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from nescio.service import render
from nescio.service.chat import ChatCall
from nescio.service.exchange import ClientLeft, Desk, Exchange, begin
from nescio.service.failures import error_body
from nescio.types import Outcome

HEARTBEAT_S = 10.0
"""A comment at least this often tells proxies, and us, that the other side is still there."""


class ChatStream(Response):
    """Server-sent events for one chat request."""

    media_type = "text/event-stream"

    def __init__(self, desk: Desk, call: ChatCall, created: int) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._desk = desk
        self._call = call
        self._created = created

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream; a client that leaves ends it."""
        try:
            async with begin(self._desk, self._call, receive) as exchange:
                await exchange.started()
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await self._tell(exchange, send)
                await self._finish(await exchange.settled(), send)
        except ClientLeft:
            return

    async def _tell(self, exchange: Exchange, send: Send) -> None:
        async for text in exchange.progress(HEARTBEAT_S):
            await _write(send, render.comment(text))

    async def _finish(self, outcome: Outcome | BaseException, send: Send) -> None:
        if isinstance(outcome, Outcome):
            for event in render.chunks(outcome, self._call, self._created):
                await _write(send, event)
        else:
            await _write(send, render.data(error_body(outcome).model_dump()))
            await _write(send, render.DONE)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _write(send: Send, event: str) -> None:
    await send({"type": "http.response.body", "body": event.encode(), "more_body": True})
