"""The parent's handle on one llama.cpp child process: start it, know whether it lives, end it.

It neither restarts a worker nor speaks to the model; `nescio.models.manager` does the one, `nescio.backends` the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from nescio.errors import BackendUnavailable, OutOfMemory
from nescio.models.gguf import memory_needed
from nescio.models.llama_server import Launch

START_SECONDS = 120.0
_END_SECONDS = 5.0
_POLL_SECONDS = 0.02
_HEADROOM_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What a worker serves: the GGUF file `path` under the name `model`; see `Launch` for the rest."""

    path: Path
    model: str
    context: int
    parallel: int
    threads: int
    lora: Path | None = None


@dataclass(slots=True)
class Worker:
    """A running child process. `address` is its base URL, `key` the API key it asks for."""

    spec: WorkerSpec
    process: subprocess.Popen[bytes]
    key: str = field(repr=False)
    address: str
    started_in: float

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    async def responds(self) -> bool:
        """Whether it still speaks HTTP; one that was killed may take connections until its memory is gone."""
        host, port = self.address.removeprefix("http://").split(":")
        try:
            async with asyncio.timeout(_END_SECONDS):
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(b"GET /health HTTP/1.0\r\n\r\n")
                head = await reader.read(5)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return head == b"HTTP/"

    def resident_bytes(self) -> int:
        """Physical memory it holds, mapped weights included; 0 once it has ended."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0
        rss = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
        return int(rss.split()[1]) * 1024

    async def close(self) -> None:
        """End the process: ask by closing its pipe, insist after a few seconds."""
        await _end(self.process)


def default_threads() -> int:
    """All cores that this process may use but one: threads that wait for each other collapse under other load."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def check_memory(spec: WorkerSpec) -> None:
    """Refuse a model that does not fit into the memory that is free now.

    Raises:
        OutOfMemory: It needs more than is free.
        ModelError: The file is not a GGUF model.
    """
    needed, free = memory_needed(spec.path, spec.context) + _HEADROOM_BYTES, free_memory()
    if needed > free:
        raise OutOfMemory(
            f"{spec.model} needs {needed / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free",
            hint="end other programs, lower `context` in the profile, or choose a smaller model there",
        )


def free_memory() -> int:
    """Bytes that a new process may use: what the kernel calls available, less where a control group says so."""
    fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    available = int(fields["MemAvailable"].split()[0]) * 1024
    return min(available, _group_room())


def _group_room() -> int:
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = (group / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return sys.maxsize
    return sys.maxsize if limit == "max" else int(limit) - int(used)


async def start_worker(spec: WorkerSpec, *, timeout: float = START_SECONDS) -> Worker:
    """Start a child process on `spec` and wait until it answers.

    Raises:
        BackendUnavailable: It died while it loaded, or took longer than `timeout` seconds.
        OutOfMemory: It does not fit into memory.
        ModelError: The file is not a GGUF model.
    """
    check_memory(spec)
    key = secrets.token_urlsafe(32)
    launch = Launch(
        path=str(spec.path),
        alias=spec.model,
        key=key,
        context=spec.context,
        parallel=spec.parallel,
        threads=spec.threads,
        lora=None if spec.lora is None else str(spec.lora),
        parent=os.getpid(),
    )
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = _spawn(said)
        try:
            address = await _handshake(process, launch, began + timeout)
        except BaseException:
            await asyncio.shield(_end(process, patience=0.0))
            raise
        if address is None:
            raise _start_failure(spec, process, said, timeout)
    return Worker(spec, process, key, address, time.monotonic() - began)


def _spawn(stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "nescio.models.llama_server"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)


async def _handshake(process: subprocess.Popen[bytes], launch: Launch, deadline: float) -> str | None:
    """Send the launch line, wait for the address line; None if the process ended or is late (then it is ended)."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(launch.line().encode())
        process.stdin.flush()
    heard = b""
    # Polled, not awaited through the loop: a worker may outlive the event loop that started it.
    while not heard.endswith(b"\n"):
        if time.monotonic() > deadline:
            break
        ready, _, _ = select.select([process.stdout], [], [], 0)
        if not ready:
            await asyncio.sleep(_POLL_SECONDS)
            continue
        block = os.read(process.stdout.fileno(), 4096)
        if not block:
            break
        heard += block
    else:
        return heard.decode("ascii", errors="replace").strip().splitlines()[-1]
    await _end(process, patience=0.5)
    return None


def _start_failure(
    spec: WorkerSpec, process: subprocess.Popen[bytes], said: IO[bytes], timeout: float
) -> BackendUnavailable:
    said.seek(0)
    lines = [line for line in said.read().decode(errors="replace").splitlines() if line.strip()]
    last = f": {lines[-1].strip()}" if lines else ""
    return BackendUnavailable(
        f"the worker for {spec.model} did not become ready within {timeout:.0f} s (exit {process.returncode}){last}",
        hint=f"nescio models check {spec.model}",
    )


async def _end(process: subprocess.Popen[bytes], *, patience: float = _END_SECONDS) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    try:
        await asyncio.to_thread(process.wait, patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
