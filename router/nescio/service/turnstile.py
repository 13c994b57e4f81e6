"""Lets a few requests use a model at a time and a bounded number wait; bounds those that need none, without a queue.

Knows nothing of HTTP or of models.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from nescio.errors import QueueFull

_FIRST_GUESS_S = 5.0
_MEMORY = 0.7
_LONGEST_ADVICE_S = 120


LOOKUPS = 64
"""Requests beside those inside and waiting: they are routed, or looked up, which takes milliseconds."""


class Turnstile:
    """First come, first served: `concurrency` inside, `size` waiting, `lookups` that need no turn; no others."""

    def __init__(self, *, concurrency: int, size: int, lookups: int = LOOKUPS) -> None:
        self._free = asyncio.Semaphore(concurrency)
        self._concurrency = concurrency
        self._size = size
        self._most = concurrency + size + lookups
        self._typical_s = _FIRST_GUESS_S
        self.admitted = 0
        self.waiting = 0
        self.inside = 0

    @contextmanager
    def admission(self) -> Iterator[None]:
        """Be one of those that are here, whether or not it comes to need a turn.

        Raises:
            QueueFull: Too many are here already.
        """
        if self.admitted >= self._most:
            raise self._turned_away("too many requests are here already.")
        self.admitted += 1
        try:
            yield
        finally:
            self.admitted -= 1

    @asynccontextmanager
    async def turn(self, deadline: float) -> AsyncIterator[None]:
        """Wait for a place until `deadline` (seconds on the event loop's clock), and hold it.

        Raises:
            QueueFull: Too many wait already, or the deadline passed before a place was free.
        """
        await self._enter(deadline)
        clock = asyncio.get_running_loop().time
        entered = clock()
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1
            self._typical_s = _MEMORY * self._typical_s + (1 - _MEMORY) * (clock() - entered)
            self._free.release()

    async def _enter(self, deadline: float) -> None:
        if self._free.locked() and self.waiting >= self._size:
            raise self._turned_away("too many requests wait already.")
        self.waiting += 1
        try:
            async with asyncio.timeout_at(deadline):
                await self._free.acquire()
        except TimeoutError:
            raise self._turned_away("the request's time passed while it waited for its turn.") from None
        finally:
            self.waiting -= 1

    def _turned_away(self, message: str) -> QueueFull:
        ahead = (self.waiting + self.inside) / self._concurrency
        seconds = min(max(1, math.ceil(self._typical_s * ahead)), _LONGEST_ADVICE_S)
        return QueueFull(message, retry_after=seconds, hint=f"try again in {seconds} s")
