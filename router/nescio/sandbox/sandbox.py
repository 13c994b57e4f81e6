"""The door: `Sandbox.run` and `Sandbox.check`, asynchronous, one program at a time.

All work is done by one thread that lives as long as the sandbox, because the kernel ends a bubblewrap with the thread
that started it; that thread is also what limits the sandbox to one running program.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from nescio.sandbox.check import Check, probe_program, read_probes
from nescio.sandbox.judge import judge
from nescio.sandbox.languages import LANGUAGES, PYTHON, Language
from nescio.sandbox.machine import Machine, Parts, SandboxUnavailable, find_parts
from nescio.sandbox.outcomes import Execution, Limits, Verdict
from nescio.sandbox.runner import Guest, Observation, framed
from nescio.sandbox.runtimes import Runtime, find_runtime
from nescio.sandbox.spares import Spares

RETRY_AFTER = 60.0
"""Seconds for which a sandbox that failed to start is not tried again."""

T = TypeVar("T")


@dataclass(slots=True)
class _Known:
    """What is known of one language; touched by the sandbox's thread only."""

    runtime: Runtime | None = None
    check: Check | None = None
    checked_at: float = 0.0


class Sandbox:
    """Runs untrusted programs, or says that it cannot. Never runs one without the sandbox.

    The first use of a language tests the sandbox from inside (see `nescio.sandbox.check`); until that passed, and for
    `RETRY_AFTER` seconds after a failure, every outcome is ``unavailable``. Usable from any event loop; close it when
    done.
    """

    def __init__(self, limits: Limits | None = None, *, machine: Machine | None = None, warm: bool = False) -> None:
        """`warm` keeps two Python interpreters waiting after the first use, see `nescio.sandbox.spares`."""
        self._limits = limits or Limits()
        self._machine = machine
        self._warm = warm
        self._closed = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nescio-sandbox")
        # Touched by that one thread only, and by `close` after its end.
        self._parts: Parts | None = None
        self._spares: Spares | None = None
        self._known = {language.name: _Known() for language in LANGUAGES}

    async def run(self, source: str, language: Language = PYTHON) -> Execution:
        """Run `source` and say how it ended; the answer is the last line it printed.

        Never raises for what the program does. Cancelling ends the program before the cancellation goes on.
        """
        cancelled = threading.Event()
        return await self._in_thread(cancelled, lambda: self._run(source, language, cancelled))

    async def check(self, language: Language = PYTHON) -> Check:
        """Test the sandbox from inside, now; the result holds for later runs."""
        cancelled = threading.Event()
        deadline = self._limits.total
        return await self._in_thread(
            cancelled, lambda: self._self_test(language, time.monotonic() + deadline, cancelled)
        )

    def close(self) -> None:
        """End the sandbox's thread once what runs has ended, and the interpreters that wait."""
        self._closed = True
        self._thread.shutdown(wait=True, cancel_futures=True)
        if self._spares is not None:
            self._spares.end()

    async def _in_thread(self, cancelled: threading.Event, work: Callable[[], T]) -> T:
        job = self._thread.submit(work)
        if self._warm:
            # Closed in this moment: nothing waits for a program any more.
            with suppress(RuntimeError):
                self._thread.submit(self._refill)
        future = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            cancelled.set()
            if not job.cancel():
                await asyncio.wait([future])
            raise

    def _refill(self) -> None:
        known = self._known[PYTHON.name]
        if self._closed or self._parts is None or known.runtime is None or known.check is None or not known.check.ok:
            return
        if self._spares is None:
            self._spares = Spares(self._parts, known.runtime, self._limits)
            # For a sandbox that nobody closes.
            weakref.finalize(self, self._spares.end)
        # No room for another process now: the next program starts cold and says so itself if it cannot.
        with suppress(OSError):
            self._spares.refill()

    def _run(self, source: str, language: Language, cancelled: threading.Event) -> Execution:
        began = time.monotonic()
        deadline = began + self._limits.total
        data = source.encode("utf-8", "surrogatepass")
        if len(data) > self._limits.source:
            return Execution(Verdict.ERROR, message=f"the program is longer than {self._limits.source} bytes")
        tested = self._tested(language, deadline, cancelled)
        if tested.ok:
            execution = self._once(data, language, deadline, cancelled)
        else:
            execution = Execution(Verdict.UNAVAILABLE, message=tested.message)
        return replace(execution, duration=time.monotonic() - began)

    def _tested(self, language: Language, deadline: float, cancelled: threading.Event) -> Check:
        known = self._known[language.name]
        if known.check is not None and (known.check.ok or time.monotonic() - known.checked_at < RETRY_AFTER):
            return known.check
        return self._self_test(language, deadline, cancelled)

    def _self_test(self, language: Language, deadline: float, cancelled: threading.Event) -> Check:
        began = time.monotonic()
        execution = self._once(probe_program(language).encode(), language, deadline, cancelled)
        check = read_probes(replace(execution, duration=time.monotonic() - began), language)
        if not cancelled.is_set():
            self._remember(language, check)
        return check

    def _remember(self, language: Language, check: Check) -> None:
        self._known[language.name].check = check
        self._known[language.name].checked_at = time.monotonic()

    def _once(self, source: bytes, language: Language, deadline: float, cancelled: threading.Event) -> Execution:
        nonce = os.urandom(16)
        try:
            seen = self._observe(source, language, nonce, deadline, cancelled)
        except SandboxUnavailable as error:
            return Execution(Verdict.UNAVAILABLE, message=str(error))
        except OSError as error:
            return Execution(Verdict.UNAVAILABLE, message=f"math code is not run here: {error}")
        verdict, result, message = judge(seen, nonce, self._limits, language)
        if verdict is Verdict.UNAVAILABLE and not cancelled.is_set():
            self._remember(language, Check(False, message, (), 0.0))
        return Execution(verdict, seen.stdout.decode("utf-8", "replace"), result, message)

    def _observe(
        self, source: bytes, language: Language, nonce: bytes, deadline: float, cancelled: threading.Event
    ) -> Observation:
        machine = self._machine or Machine.here()
        known = self._known[language.name]
        parts = self._parts = self._parts or find_parts(machine)
        runtime = known.runtime = known.runtime or find_runtime(language, machine, self._limits)
        if language.tool is not None:
            return Guest(parts, runtime, self._limits, program=source).run(framed(b"", nonce), deadline, cancelled)
        frame = framed(source, nonce)
        spare = self._spares.take(source) if self._spares is not None else None
        if spare is not None:
            seen = spare.run(frame, deadline, cancelled)
            if seen.started or seen.timed_out or seen.cancelled:
                return seen
        # There was no spare, or it had died while it waited: it never saw the program.
        return Guest(parts, runtime, self._limits).run(frame, deadline, cancelled)
