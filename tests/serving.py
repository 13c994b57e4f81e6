"""``nescio serve`` as a process of its own, clients for it, and a look at what it started. For tests of the whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import httpx
import openai

NESCIO = Path(sys.executable).parent / "nescio"
START_SECONDS = 240.0


class Served:
    """A server on a free port of loopback, ready to be asked; a context manager that ends it."""

    def __init__(self, home: Path, profile: Path, **variables: str) -> None:
        self.home = home
        environment = {**os.environ, "NESCIO_HOME": str(home), "NESCIO_PROFILE": str(profile), **variables}
        self._errors = (home.parent / "stderr").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [str(NESCIO), "serve", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.said: list[str] = []
        try:
            self.url = self._address()
        except BaseException:
            self.kill()
            raise
        self.http = httpx.Client(base_url=self.url, timeout=120, trust_env=False)
        self.openai = openai.OpenAI(
            base_url=f"{self.url}/v1",
            api_key="none",
            max_retries=0,
            http_client=httpx.Client(timeout=120, trust_env=False),
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def errors(self) -> str:
        """What it wrote to standard error."""
        return Path(self._errors.name).read_text(encoding="utf-8")

    def workers(self) -> list[int]:
        """Process ids of the model workers it started."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        children = [int(pid) for task in tasks for pid in (task / "children").read_text("ascii").split()]
        return [pid for pid in children if b"nescio.models.llama_server" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def wait_until_ready(self) -> None:
        """Return once ``/readyz`` says 200."""
        deadline = time.monotonic() + START_SECONDS
        while (state := self.http.get("/readyz")).status_code != 200:
            assert time.monotonic() < deadline, state.text
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self.process.kill()
        self._wait()

    def terminate(self) -> int:
        """End it as a service manager does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._wait()

    def __enter__(self) -> Self:
        """The server, running."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it if it runs still, and close the clients."""
        if self.process.poll() is None:
            self.terminate()
        self.http.close()
        self.openai.close()
        self._errors.close()

    def _address(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if line.startswith("  API"):
                return line.split()[1].removesuffix("/v1")
        raise AssertionError(f"it ended: {self.said} {self.errors()}")

    def _wait(self) -> int:
        out, _ = self.process.communicate(timeout=60)
        self.said += out.splitlines()
        return self.process.returncode


def eventually(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether `true` becomes so within `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def gone(pid: int, seconds: float = 30.0) -> bool:
    """Whether the process `pid` ends within `seconds`; one that nobody has waited for counts as ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
