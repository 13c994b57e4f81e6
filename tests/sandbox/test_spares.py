"""Interpreters that wait: each used once, at most one of a kind, replaced when they die, and no different inside."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from nescio.sandbox import Sandbox, Verdict
from tests.sandbox.attempts import sandboxed_processes

IMPORTED = "import sys\nprint('sym' + 'py' in sys.modules)"
SYMBOLIC = IMPORTED + "  # sympy"


def waiting() -> list[int]:
    """The bubblewraps that this process has started."""
    return [pid for pid in sandboxed_processes() if _parent(pid) == os.getpid()]


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def settled(door: Sandbox) -> None:
    """Wait until the sandbox's thread has done what it was given, refilling included."""
    await asyncio.wrap_future(door._thread.submit(int))


async def test_nothing_waits_before_the_self_test_has_passed(warm_sandbox: Sandbox) -> None:
    assert waiting() == []
    await warm_sandbox.check()
    await settled(warm_sandbox)
    assert len(waiting()) == 2


async def test_each_is_used_once_and_at_most_one_of_a_kind_waits(warm_sandbox: Sandbox) -> None:
    await warm_sandbox.check()
    seen: set[int] = set()
    for n in range(4):
        await settled(warm_sandbox)
        now = waiting()
        assert len(now) == 2
        run = await warm_sandbox.run(f"import builtins\nprint(getattr(builtins, 'left', 0))\nbuiltins.left = {n + 1}")
        assert run.result == "0"
        assert not seen - set(now) & set(waiting())
        seen.update(set(now) - set(waiting()))
    assert len(seen) == 4


async def test_a_symbolic_program_finds_its_library_ready_and_another_does_not_pay_for_it(
    warm_sandbox: Sandbox,
) -> None:
    await warm_sandbox.check()
    await settled(warm_sandbox)
    assert [(await warm_sandbox.run(program)).result for program in (SYMBOLIC, IMPORTED)] == ["True", "False"]


async def test_one_that_died_while_it_waited_costs_time_and_no_answer(warm_sandbox: Sandbox) -> None:
    await warm_sandbox.check()
    await settled(warm_sandbox)
    for pid in waiting():
        os.kill(pid, signal.SIGKILL)
        select_end(pid)
    runs = [await warm_sandbox.run(program) for program in ("print(6 * 7)", SYMBOLIC)]
    assert [run.result for run in runs] == ["42", "False"], runs
    await settled(warm_sandbox)
    assert len(waiting()) == 2


def select_end(pid: int) -> None:
    """Return when `pid` has ended; it stays to be waited for."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize(
    "nasty", ["import os\nos._exit(1)", "x = bytearray(10 ** 10)", "import ctypes\nctypes.string_at(0)"]
)
async def test_it_is_ready_again_after_a_failure(warm_sandbox: Sandbox, nasty: str) -> None:
    await warm_sandbox.check()
    for _ in range(2):
        assert (await warm_sandbox.run(nasty)).outcome is not Verdict.OK
    await settled(warm_sandbox)
    assert len(waiting()) == 2
    assert (await warm_sandbox.run("print(2)")).result == "2"


@pytest.mark.parametrize(
    "program",
    [
        "print(1)",
        "import os, sys\nprint(sorted(os.environ), sys.argv, {'b', 'a'})\n1 / 0",
        "import numpy, sympy\nprint(numpy.arange(3).sum(), sympy.solve('x**2 - 2'), {'b', 'a'})",
        "import os\nos.fork()  # numpy",
        "x = bytearray(2 * 10 ** 9)  # mpmath",
    ],
)
async def test_an_interpreter_that_waited_gives_what_a_fresh_one_gives(
    sandbox: Sandbox, warm_sandbox: Sandbox, program: str
) -> None:
    await warm_sandbox.check()
    await settled(warm_sandbox)
    cold, warm = await sandbox.run(program), await warm_sandbox.run(program)
    assert (warm.outcome, warm.result, warm.stdout, warm.message) == (
        cold.outcome,
        cold.result,
        cold.stdout,
        cold.message,
    )


async def test_closing_ends_what_waits(warm_sandbox: Sandbox) -> None:
    await warm_sandbox.check()
    await settled(warm_sandbox)
    assert len(waiting()) == 2
    warm_sandbox.close()
    assert sandboxed_processes() == []


async def test_a_cancelled_program_is_not_tried_again(warm_sandbox: Sandbox) -> None:
    await warm_sandbox.check()
    await settled(warm_sandbox)
    run = asyncio.ensure_future(warm_sandbox.run("while True: pass"))
    await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert (await warm_sandbox.run("print(3)")).result == "3"
