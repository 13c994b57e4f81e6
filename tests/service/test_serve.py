"""``nescio serve``: the port first, the steps aloud, nothing heavy imported, and a clean end."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.cli.serve import Steps, bind, serve
from nescio.errors import ConfigError, PortTaken

HEAVY = ("torch", "sentence_transformers", "sklearn", "scipy", "transformers")


def test_taken_port_is_told_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nescio.engine", None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)) as caught:
            serve(port=port)
    assert f"--port {port + 1}" in caught.value.hint


def test_bound_socket_admits_nobody_before_there_is_an_answer() -> None:
    with bind("127.0.0.1", 0) as listener, pytest.raises(ConnectionRefusedError):
        socket.create_connection(listener.getsockname(), timeout=5)


def test_accepted_connections_do_not_delay_small_replies() -> None:
    async def accepted() -> int:
        seen = asyncio.get_running_loop().create_future()

        def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = bind("127.0.0.1", 0)
        async with await asyncio.start_server(take, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            writer.close()
            return int(await seen)

    assert asyncio.run(accepted()) == 1


def test_address_of_another_machine_is_a_clear_error() -> None:
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        bind("192.0.2.1", 0)


def test_importing_the_service_and_making_an_app_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from nescio.service import create_app\n"
        "from nescio.settings import Settings\n"
        "import nescio.cli.serve\n"
        "from tests.service.doubles import EngineDouble\n"
        "create_app(EngineDouble(), Settings())\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_steps_print_each_name_once_with_its_own_time(durations: list[float]) -> None:
    now = 0.0
    lines: list[str] = []
    steps = Steps(lines.append, clock=lambda: now)
    for number, seconds in enumerate(durations):
        steps.begin(f"step {number}")
        now += seconds
    steps.end()
    steps.end()
    assert [line.split(" s  ")[1] for line in lines] == [f"step {number}" for number in range(len(durations))]
    assert [float(line.split()[0]) for line in lines] == pytest.approx(durations, abs=0.051)
    assert steps.total_s == pytest.approx(sum(durations))


SERVED = """
import sys
from nescio import engine
from nescio.cli.serve import serve
from tests.service.doubles import EngineDouble

class Started(EngineDouble):
    @classmethod
    async def start(cls, settings, *, progress):
        progress("starting the double")
        return cls()

    async def close(self):
        print("closed", flush=True)

engine.Engine = Started
sys.stdout.reconfigure(line_buffering=True)
serve(port=0)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_server_and_closes_the_engine(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        before = []
        while not before or (before[-1] and not before[-1].startswith("  API")):
            before.append(process.stdout.readline())
        address = next(line.split()[1] for line in before if line.startswith("  chat"))
        assert httpx.get(f"{address}healthz", trust_env=False).status_code == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert any("starting the double" in line for line in before)
    assert out.split() == ["stopped.", "closed"], err
    assert process.returncode == 0
