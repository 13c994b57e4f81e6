"""The door: `Sandbox.run` and `Sandbox.check`, asynchronous, one program at a time.

All work is done by one thread that lives as long as the sandbox, because the kernel ends a bubblewrap with the thread
that started it; that thread is also what limits the sandbox to one running program.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from nescio.sandbox.check import Check, probe_program, read_probes
from nescio.sandbox.judge import judge
from nescio.sandbox.machine import Machine, Parts, SandboxUnavailable, find_parts
from nescio.sandbox.outcomes import Execution, Limits, Verdict
from nescio.sandbox.runner import observe

RETRY_AFTER = 60.0
"""Seconds for which a sandbox that failed to start is not tried again."""

T = TypeVar("T")


class Sandbox:
    """Runs untrusted programs, or says that it cannot. Never runs one without the sandbox.

    The first use tests the sandbox from inside (see `nescio.sandbox.check`); until that passed, and for `RETRY_AFTER`
    seconds after a failure, every outcome is ``unavailable``. Usable from any event loop; close it when done.
    """

    def __init__(self, limits: Limits | None = None, *, machine: Machine | None = None) -> None:
        self._limits = limits or Limits()
        self._machine = machine
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nescio-sandbox")
        # Touched by that one thread only.
        self._parts: Parts | None = None
        self._check: Check | None = None
        self._checked_at = 0.0

    async def run(self, source: str) -> Execution:
        """Run `source` and say how it ended; the answer is the last line it printed.

        Never raises for what the program does. Cancelling ends the program before the cancellation goes on.
        """
        cancelled = threading.Event()
        return await self._in_thread(cancelled, lambda: self._run(source, cancelled))

    async def check(self) -> Check:
        """Test the sandbox from inside, now; the result holds for later runs."""
        cancelled = threading.Event()
        deadline = self._limits.total
        return await self._in_thread(cancelled, lambda: self._self_test(time.monotonic() + deadline, cancelled))

    def close(self) -> None:
        """End the sandbox's thread once what runs has ended."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def _in_thread(self, cancelled: threading.Event, work: Callable[[], T]) -> T:
        job = self._thread.submit(work)
        future = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            cancelled.set()
            if not job.cancel():
                await asyncio.wait([future])
            raise

    def _run(self, source: str, cancelled: threading.Event) -> Execution:
        began = time.monotonic()
        deadline = began + self._limits.total
        data = source.encode("utf-8", "surrogatepass")
        if len(data) > self._limits.source:
            return Execution(Verdict.ERROR, message=f"the program is longer than {self._limits.source} bytes")
        tested = self._tested(deadline, cancelled)
        if tested.ok:
            execution = self._once(data, deadline, cancelled)
        else:
            execution = Execution(Verdict.UNAVAILABLE, message=tested.message)
        return replace(execution, duration=time.monotonic() - began)

    def _tested(self, deadline: float, cancelled: threading.Event) -> Check:
        known = self._check
        if known is not None and (known.ok or time.monotonic() - self._checked_at < RETRY_AFTER):
            return known
        return self._self_test(deadline, cancelled)

    def _self_test(self, deadline: float, cancelled: threading.Event) -> Check:
        began = time.monotonic()
        execution = self._once(probe_program().encode(), deadline, cancelled)
        check = read_probes(replace(execution, duration=time.monotonic() - began))
        if not cancelled.is_set():
            self._check, self._checked_at = check, time.monotonic()
        return check

    def _once(self, source: bytes, deadline: float, cancelled: threading.Event) -> Execution:
        nonce = os.urandom(16)
        try:
            self._parts = self._parts or find_parts(self._machine or Machine.here())
            seen = observe(self._parts, self._limits, source, nonce, deadline=deadline, cancelled=cancelled)
        except SandboxUnavailable as error:
            return Execution(Verdict.UNAVAILABLE, message=str(error))
        except OSError as error:
            return Execution(Verdict.UNAVAILABLE, message=f"math code is not run here: {error}")
        verdict, result, message = judge(seen, nonce, self._limits)
        if verdict is Verdict.UNAVAILABLE and not cancelled.is_set():
            failed = Check(False, message, (), 0.0)
            self._check, self._checked_at = failed, time.monotonic()
        return Execution(verdict, seen.stdout.decode("utf-8", "replace"), result, message)
