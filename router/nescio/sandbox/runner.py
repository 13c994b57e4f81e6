"""Starts bubblewrap, hands it one program, reads what comes back up to the caps, and leaves nothing running.

Blocking, for one long-lived thread: the kernel ends the sandbox with the *thread* that started it. What the
observation means is not decided here; see `nescio.sandbox.judge`.
"""

from __future__ import annotations

import os
import selectors
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import IO, cast

from nescio.sandbox.command import FILTER, PROGRAM_USERS, boot_plan, bwrap_command
from nescio.sandbox.machine import Parts
from nescio.sandbox.outcomes import Limits
from nescio.sandbox.runtimes import Runtime
from nescio.sandbox.seccomp import run_filter, start_filter

READY = b"R\n"
_CHUNK = 65536
_TICK = 0.1
_GRACE = 2.0


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of one run.

    Attributes:
        started: The doors inside were closed, and the program was asked for and handed over.
        stdout: Bytes, at most the cap.
        stderr: Bytes, at most the cap; before the start they are bubblewrap's own.
        report: Bytes of the report channel after the ready line, at most the cap.
        overflow: Name of the stream that went over its cap, or None.
        timed_out: A deadline passed.
        cancelled: The caller lost interest.
        status: Exit status, 128 + n for signal n.
        ran: Seconds that the program had.
    """

    started: bool
    stdout: bytes
    stderr: bytes
    report: bytes
    overflow: str | None
    timed_out: bool
    cancelled: bool
    status: int
    ran: float


@dataclass(slots=True)
class _Stream:
    name: str
    cap: int
    data: bytearray = field(default_factory=bytearray)


class Guest:
    """One started bubblewrap: an interpreter that waits for its only program, or for leave to run the one it has."""

    def __init__(
        self,
        parts: Parts,
        runtime: Runtime,
        limits: Limits,
        *,
        modules: Sequence[str] = (),
        program: bytes | None = None,
    ) -> None:
        """Start it.

        Args:
            parts: What the sandbox is made of.
            runtime: What runs the language.
            limits: Caps on what is read, and the wall limit.
            modules: What a Python interpreter imports while it waits.
            program: The text, for a language that reads it from a file.
        """
        self._limits = limits
        calls = runtime.language.calls
        files = {FILTER: run_filter(calls), **dict(runtime.files)}
        if program is not None:
            files[runtime.program] = program
        report, theirs = os.pipe()
        try:
            with _readable(start_filter(calls), *files.values()) as (first, *others):
                command = bwrap_command(
                    parts,
                    runtime,
                    boot_plan(runtime, limits, report=theirs, modules=modules),
                    user=PROGRAM_USERS[int.from_bytes(os.urandom(2)) % len(PROGRAM_USERS)],
                    start_filter=first,
                    files=dict(zip(files, others, strict=True)),
                )
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env={},
                    cwd="/",
                    pass_fds=(first, *others, theirs),
                    start_new_session=True,
                )
        except BaseException:
            os.close(report)
            raise
        finally:
            os.close(theirs)
        self._report = os.fdopen(report, "rb", buffering=0)

    def run(self, frame: bytes, deadline: float, cancelled: threading.Event) -> Observation:
        """Hand over `frame` when the guest is ready, watch, and leave nothing behind. Once only.

        Args:
            frame: What `framed` made of the program; of nothing for a guest that has it already.
            deadline: `time.monotonic` value at which everything ends.
            cancelled: Set from another thread to end early.
        """
        with self._report:
            return _Watch(self._process, self._report, self._limits, frame).run(deadline, cancelled)

    def end(self) -> None:
        """End it unused. From any thread."""
        over = threading.Event()
        over.set()
        self.run(b"", 0.0, over)


def framed(source: bytes, nonce: bytes) -> bytes:
    """What a waiting Python interpreter reads: length, the 16 bytes that its report must carry, and the program."""
    return struct.pack(">I", len(source)) + nonce + source


@contextmanager
def _readable(*contents: bytes) -> Iterator[list[int]]:
    """A descriptor for each of `contents`; nothing is written to disk."""
    descriptors: list[int] = []
    try:
        for data in contents:
            descriptors.append(os.memfd_create("nescio"))
            os.write(descriptors[-1], data)
            os.lseek(descriptors[-1], 0, os.SEEK_SET)
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


class _Watch:
    """One process under observation."""

    def __init__(self, process: subprocess.Popen[bytes], report: IO[bytes], limits: Limits, frame: bytes) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._stdin = process.stdin
        self._outputs: set[IO[bytes]] = {process.stdout, process.stderr, report}
        self._stdout = _Stream("stdout", limits.stdout)
        self._stderr = _Stream("stderr", limits.stderr)
        self._report = _Stream("report", limits.report)
        self._wall = limits.wall
        self._frame = memoryview(frame)
        self._started_at: float | None = None
        self._undelivered = False
        self._overflow: str | None = None
        self._timed_out = False
        self._deadline = 0.0
        self._selector = selectors.DefaultSelector()
        for file, stream in ((process.stdout, self._stdout), (process.stderr, self._stderr), (report, self._report)):
            self._register(file, selectors.EVENT_READ, partial(self._read, file, stream))

    def run(self, deadline: float, cancelled: threading.Event) -> Observation:
        self._deadline = deadline
        try:
            self._pump(cancelled)
        finally:
            status = self._end()
        return Observation(
            started=self._started_at is not None and not self._undelivered,
            stdout=bytes(self._stdout.data),
            stderr=bytes(self._stderr.data),
            report=bytes(self._report.data).removeprefix(READY),
            overflow=self._overflow,
            timed_out=self._timed_out,
            cancelled=cancelled.is_set(),
            status=status,
            ran=0.0 if self._started_at is None else time.monotonic() - self._started_at,
        )

    def _register(self, file: IO[bytes], event: int, act: Callable[[], None]) -> None:
        os.set_blocking(file.fileno(), False)
        self._selector.register(file, event, act)

    def _pump(self, cancelled: threading.Event) -> None:
        while self._outputs and not (self._overflow or self._undelivered or cancelled.is_set()):
            left = self._deadline - time.monotonic()
            if left <= 0:
                self._timed_out = True
                return
            events = self._selector.select(min(left, _TICK))
            for key, _ in events:
                key.data()
            if not events and self._started_at is None and self._process.poll() is not None:
                # A bubblewrap that is killed as it starts may leave behind one that never goes on.
                return

    def _read(self, file: IO[bytes], stream: _Stream) -> None:
        try:
            chunk = os.read(file.fileno(), _CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            self._selector.unregister(file)
            self._outputs.discard(file)
            return
        room = stream.cap - len(stream.data)
        stream.data += chunk[:room]
        if len(chunk) > room:
            self._overflow = stream.name
        if stream is self._report and self._started_at is None and stream.data.startswith(READY):
            self._start()

    def _start(self) -> None:
        if self._process.poll() is not None:
            # Without its bubblewrap nothing would end it later.
            self._undelivered = True
            return
        self._started_at = time.monotonic()
        self._deadline = min(self._deadline, self._started_at + self._wall)
        self._register(self._stdin, selectors.EVENT_WRITE, self._write)

    def _write(self) -> None:
        try:
            self._frame = self._frame[os.write(self._stdin.fileno(), self._frame) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            # It died while it waited; what is not read whole is not run.
            self._frame = self._frame[:0]
            self._undelivered = True
        if not self._frame:
            self._hang_up()

    def _hang_up(self) -> None:
        """Close its standard input: who still waits there for a program gives up."""
        if not self._stdin.closed:
            with suppress(KeyError):
                self._selector.unregister(self._stdin)
            self._stdin.close()

    def _end(self) -> int:
        """Wait for the end, or force it: with bubblewrap its process namespace goes, and all that is in it."""
        try:
            if self._outputs:
                self._kill()
            return _status(self._process.wait(_GRACE))
        except subprocess.TimeoutExpired:
            # It let go of its channels and lives on: no honest program does.
            self._timed_out = True
            self._kill()
            return _status(self._process.wait())
        finally:
            self._selector.close()
            self._close()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        # A bubblewrap that is killed as it starts may leave behind what it has started, waiting for a program.
        self._hang_up()
        # The last holder of a channel is the program, so the channels' end is the program's end.
        until = time.monotonic() + _GRACE
        while self._outputs and time.monotonic() < until:
            for key, _ in self._selector.select(_TICK):
                file = cast("IO[bytes]", key.fileobj)
                if not os.read(file.fileno(), _CHUNK):
                    self._selector.unregister(file)
                    self._outputs.discard(file)

    def _close(self) -> None:
        for file in (self._process.stdin, self._process.stdout, self._process.stderr):
            if file is not None and not file.closed:
                file.close()


def _status(code: int) -> int:
    return 128 - code if code < 0 else code
