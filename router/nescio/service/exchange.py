"""One chat request's life: it asks the engine, waits its turn where a model is needed, and ends if its client leaves.

It knows ASGI's `receive`, so that it notices the leaving; it does not word responses.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.types import Receive

from nescio.observe import log
from nescio.service.chat import ChatCall
from nescio.service.doors import EngineDoor
from nescio.service.telemetry import Metrics, log_defect
from nescio.service.turnstile import Turnstile
from nescio.types import Abstained, Card, Outcome, Query, Reason, Route, Usage

_GRACE_S = 1.0
"""The engine ends what takes too long by itself, and knows more of it; this is for what waited before it was asked."""


class ClientLeft(Exception):
    """Nobody is there any more to read the response."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every exchange needs."""

    engine: EngineDoor
    turnstile: Turnstile
    metrics: Metrics
    timeout_s: float
    default_target: float


class Exchange:
    """A running chat request. Made by `begin`."""

    def __init__(self, desk: Desk, call: ChatCall, receive: Receive) -> None:
        self._desk = desk
        self._call = call
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + desk.timeout_s
        self._progress: asyncio.Queue[str] = asyncio.Queue()
        self._started = asyncio.Event()
        self._work = asyncio.create_task(self._decide())
        self._leaving = asyncio.create_task(_gone(receive))

    async def started(self) -> None:
        """Return once an expert is asked or none needs to be, or raise what kept it from it.

        Raises:
            QueueFull: Its turn did not come.
            ClientLeft: The client left.
            NescioError: What the engine raised.
        """
        starting = asyncio.create_task(self._started.wait())
        try:
            await self._first_of(starting)
        finally:
            starting.cancel()
        if self._work.done() and not self._started.is_set():
            self._work.result()

    async def progress(self, heartbeat_s: float) -> AsyncIterator[str]:
        """What happens, in a few words, until the decision; an empty text every `heartbeat_s` of silence.

        Raises:
            ClientLeft: The client left.
        """
        while not (self._work.done() and self._progress.empty()):
            hearing = asyncio.create_task(self._progress.get())
            try:
                await self._first_of(hearing, timeout=heartbeat_s)
            finally:
                heard = hearing.result() if hearing.done() and not hearing.cancelled() else ""
                hearing.cancel()
            if heard or not self._work.done():
                yield heard

    async def outcome(self) -> Outcome:
        """The decision.

        Raises:
            ClientLeft: The client left.
            NescioError: What the engine raised.
        """
        await self._first_of()
        return self._work.result()

    async def settled(self) -> Outcome | BaseException:
        """The decision, or what was raised in its place.

        Raises:
            ClientLeft: The client left.
        """
        await self._first_of()
        error = self._work.exception()
        if error is not None:
            log_defect(error, self._call.query.id)
        return error or self._work.result()

    async def end(self) -> None:
        """Cancel what still runs and wait for it to end."""
        running = [task for task in (self._work, self._leaving) if not task.done()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        if not self._work.cancelled():
            self._work.exception()

    async def _first_of(self, *others: asyncio.Task[object], timeout: float | None = None) -> None:
        await asyncio.wait({self._work, self._leaving, *others}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if self._leaving.done() and not self._work.done():
            self._desk.metrics.cancelled.inc()
            log.info("client left", trace_id=self._call.query.id)
            raise ClientLeft

    async def _decide(self) -> Outcome:
        begun = self._loop.time()
        with self._desk.turnstile.admission():
            try:
                async with asyncio.timeout_at(self._deadline + _GRACE_S) as limit:
                    outcome = await self._desk.engine.ask(
                        self._call.query,
                        progress=self._hear,
                        conversation_id=self._call.conversation_id,
                        slot=self._slot,
                    )
            except TimeoutError:
                if not limit.expired():
                    raise
                outcome = await self._late(self._loop.time() - begun)
        self._desk.metrics.decided(outcome)
        return outcome

    @asynccontextmanager
    async def _slot(self, card: Card) -> AsyncIterator[None]:
        """Models are what there is little of; an expert without one is asked at once."""
        if card.model is None:
            self._started.set()
            yield
            return
        async with self._desk.turnstile.turn(self._deadline):
            self._started.set()
            yield

    def _hear(self, text: str) -> None:
        """Take progress from whichever thread tells it."""
        self._loop.call_soon_threadsafe(self._progress.put_nowait, text)

    async def _late(self, seconds: float) -> Outcome:
        self._desk.metrics.timeouts.inc()
        outcome = late(self._call.query, self._desk.timeout_s, seconds, self._desk.default_target)
        await self._desk.engine.record(outcome)
        return outcome


@asynccontextmanager
async def begin(desk: Desk, call: ChatCall, receive: Receive) -> AsyncIterator[Exchange]:
    """Start an exchange; leaving the block, however it is left, ends it."""
    exchange = Exchange(desk, call, receive)
    try:
        yield exchange
    finally:
        await exchange.end()


def late(query: Query, allowed_s: float, seconds: float, default_target: float) -> Outcome:
    """The abstention of a request whose time passed while an expert worked on it."""
    message = f"no answer was ready within the {allowed_s:g} seconds that a request may take, waiting included."
    return Outcome(
        query=query,
        route=Route(query.text, (), math.nan),
        decision=Abstained(Reason.EXPERT_UNAVAILABLE, message, would_have_asked=query.expert),
        confidence_target=default_target if query.confidence_target is None else query.confidence_target,
        expert=query.expert,
        calibration="none",
        evidence=None,
        usage=Usage(),
        latency_s=seconds,
    )


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
