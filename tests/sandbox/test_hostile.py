"""Programs that will not end, will not be quiet, or turn on what runs them; and what comes after them."""

import asyncio
import json
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

import nescio
from nescio.sandbox import Sandbox, Verdict
from tests.sandbox.attempts import nothing_works, sandboxed_processes

ROUTER = Path(nescio.__file__).parents[1]

# Never ending


@pytest.mark.parametrize(
    "program",
    [
        "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
        "print(7 ** (10 ** 8) % 10 ** 9)",
        "import sys\nsys.set_int_max_str_digits(0)\nprint(7 ** (10 ** 7))",
        "import signal\nsignal.signal(signal.SIGXCPU, lambda *_: None)\nwhile True: pass",
        "import signal\nsignal.signal(signal.SIGALRM, lambda *_: 0)\nsignal.setitimer(0, .001, .001)\nwhile True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import signal\nsignal.raise_signal(signal.SIGSTOP)",
        "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
        "import sys\nsys.settrace(lambda *_: [None for _ in iter(int, 1)])\nprint(1)\n(lambda: 0)()",
    ],
)
async def test_it_is_ended_at_its_time(impatient_sandbox: Sandbox, program: str) -> None:
    execution = await impatient_sandbox.run(program)
    assert (execution.outcome, execution.result) == (Verdict.TIMEOUT, None)


@pytest.mark.parametrize(
    "ending",
    [
        "class A:\n    def __del__(self):\n        while True: pass\na = A()",
        "import gc\ngc.callbacks.append(lambda *_: [None for _ in iter(int, 1)])",
        "import atexit\natexit.register(lambda: [None for _ in iter(int, 1)])",
        "import threading\nthreading._register_atexit(lambda: [None for _ in iter(int, 1)])",
    ],
)
async def test_what_is_left_for_the_end_is_not_run(sandbox: Sandbox, ending: str) -> None:
    execution = await sandbox.run(f"{ending}\nprint(5)")
    assert (execution.outcome, execution.result) == (Verdict.OK, "5")


# Turning on what runs them


@pytest.mark.parametrize(
    ("act", "outcomes"),
    [
        ("import json\njson.dumps = lambda *_: '[]'", {Verdict.OK}),
        ("import os\nos.write = lambda *_: 0", {Verdict.OK}),
        ("import os\nos._exit = lambda _: print('late', flush=True)", {Verdict.OK}),
        ("import sys\nsys.exit = exit = None", {Verdict.OK}),
        ("import sys\nsys.modules.clear()", {Verdict.OK, Verdict.ERROR}),
        ("import builtins\nbuiltins.isinstance = lambda *_: True\n1 / 0", {Verdict.MEMORY, Verdict.ERROR}),
        ("import builtins\nfor name in list(vars(builtins)): delattr(builtins, name)", {Verdict.ERROR}),
        ("import sys\nsys._getframe(1).f_globals.clear()", {Verdict.ERROR}),
        ("import sys\nsys.stdout.close()", {Verdict.ERROR}),
        ("import os\nfor n in range(3, 64):\n    try: os.dup2(1, n)\n    except OSError: pass", {Verdict.ERROR}),
        ("import os\nfor n in range(3, 64):\n    try: os.close(n)\n    except OSError: pass", {Verdict.ERROR}),
        (
            "import os\nfor n in range(3, 64):\n    try: os.dup2(n, 1)\n    except OSError: pass\nprint(8)",
            {Verdict.ERROR},
        ),
        (
            "class M(type):\n    __name__ = property(lambda _: 1 / 0)\nraise M('E', (BaseException,), {})",
            {Verdict.ERROR},
        ),
        ("class X:\n    def __eq__(self, _): raise SystemExit(X())\nraise SystemExit(X())", {Verdict.ERROR}),
    ],
)
async def test_what_it_puts_in_the_runners_place_wins_nothing(
    sandbox: Sandbox, act: str, outcomes: set[Verdict]
) -> None:
    execution = await sandbox.run(f"print(7, flush=True)\n{act}")
    assert execution.outcome in outcomes
    assert "late" not in execution.stdout
    assert execution.result == ("7" if execution.outcome is Verdict.OK else None)


async def test_a_program_that_finds_its_nonce_gains_what_printing_gains(sandbox: Sandbox) -> None:
    find = (
        "import sys, os, json\nprint(9, flush=True)\nframe = sys._getframe()\n"
        "while 'nonce' not in frame.f_locals: frame = frame.f_back\n"
        "report = json.dumps([frame.f_locals['nonce'], 'ok', '42', 'result: 42']) + chr(10)\n"
        "os.write(frame.f_locals['channel'], report.encode())\n"
    )
    assert (await sandbox.run(find + "os._exit(0)")).result == "9"
    assert (await sandbox.run(find)).outcome is Verdict.ERROR, "two reports are none"


async def test_ways_around_an_import_list_lead_nowhere(sandbox: Sandbox) -> None:
    await nothing_works(
        sandbox,
        "import sympy\nsympy.sympify(\"__import__('os').fork()\")",
        "import sympy\nsympy.lambdify([], \"__import__('socket').socket()\")()",
        "import pickle\npickle.loads(b'cos\\nfork\\n(tR.')",
        "import statistics\nstatistics.sys.modules['os'].popen('id')",
        "import numpy\nnumpy.fromfile('/etc/passwd', dtype='u1')",
        "import numpy\nnumpy.save('/tmp/x', [1])",
        "(lambda: 0).__globals__['os'].symlink('/etc/passwd', '/opt/link')",
        "os.chdir('/tmp')",
        "os.readlink('/proc/self/exe')",
    )


# What they print


@pytest.mark.parametrize(
    ("program", "result"),
    [
        ("print(float('nan'), float('-inf'))", "nan -inf"),
        ("print(complex(1, float('nan')))", "(1+nanj)"),
        ("print('\\x1b[2J\\x1b]0;x\\x07', '\\u202e42', '\\x00')", "\x1b[2J\x1b]0;x\x07 \u202e42 \x00"),
        ("print('a\\u2028b\\x85c\\rd')", "a\u2028b\x85c\rd"),
        ("print('\\u0301' * 500)", "\u0301" * 500),
        ("import sys\nsys.stdout.buffer.write(bytes(range(128, 160)))", "\ufffd" * 32),
    ],
)
async def test_poisoned_text_stays_text(sandbox: Sandbox, program: str, result: str) -> None:
    execution = await sandbox.run(program)
    assert (execution.outcome, execution.result) == (Verdict.OK, result)


def test_the_command_line_prints_poison_as_one_line_of_ascii(sandbox: Sandbox, tmp_path: Path) -> None:
    program = tmp_path / "poison.py"
    program.write_text("print('\\x1b[2J\\u202e\\ud800\\x00')\nraise ValueError('\\x1b[31m\\u202e\\n\\r')")
    done = subprocess.run(
        [sys.executable, "-c", "from nescio.cli.sandbox import app; app()", "run", str(program)],
        capture_output=True,
        timeout=60,
        env={"PYTHONPATH": str(ROUTER)},
    )
    assert done.stdout.isascii()
    assert done.stdout.count(b"\n") == done.stderr.count(b"\n") == 1
    assert json.loads(done.stdout)["outcome"] == "error"
    assert done.stderr.decode().strip().isprintable()


# Around them


async def test_nothing_the_host_has_open_comes_in(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)
        execution = await sandbox.run(
            "import os\nseen = b''\nfor n in range(256):\n"
            "    try: seen += os.pread(n, 9, 0)\n    except OSError: pass\nprint(seen)"
        )
    assert execution.result == "b''"


NASTY = [
    "import os\nwhile True: os.fork()",
    "x = bytearray(10 ** 10)",
    "while True: print('x' * 1000)",
    "import os, signal\nos.abort()",
    "import os\nos._exit(0)",
    "import ctypes\nctypes.string_at(0)",
    "import builtins, sys\nbuiltins.print = None\nsys.modules['math'] = None\n1 / 0",
]


async def test_twenty_programs_at_once_get_each_their_own_outcome(warm_sandbox: Sandbox) -> None:
    programs = [NASTY[n // 2 % len(NASTY)] if n % 2 else f"import math\nprint(math.isqrt({n * n}))" for n in range(20)]
    runs = await asyncio.gather(*(warm_sandbox.run(program) for program in programs))
    assert [run.result for run in runs[::2]] == [str(n) for n in range(0, 20, 2)]
    assert all(run.outcome not in {Verdict.OK, Verdict.UNAVAILABLE} for run in runs[1::2])


@pytest.mark.parametrize("nasty", NASTY)
async def test_the_next_program_is_unharmed(sandbox: Sandbox, nasty: str) -> None:
    assert (await sandbox.run(nasty)).outcome is not Verdict.OK
    assert (await sandbox.run("import math\nprint(math.gcd(12, 18))")).result == "6"
    assert sandboxed_processes() == []


def test_a_host_that_is_killed_leaves_nothing_behind(sandbox: Sandbox) -> None:
    script = (
        "import asyncio\nfrom nescio.sandbox import Sandbox\n"
        "async def main():\n"
        "    door = Sandbox(warm=True)\n"
        "    await door.check()\n"
        "    run = asyncio.ensure_future(door.run('import time\\nprint(1, flush=True)\\ntime.sleep(60)'))\n"
        "    print('ready', flush=True)\n"
        "    await run\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROUTER)}
    ) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == b"ready\n"
        while len(started := sandboxed_processes(host.pid)) < 6:
            assert host.poll() is None
        watched = [os.pidfd_open(pid) for pid in started]
        host.kill()
    for descriptor in watched:
        gone, _, _ = select.select([descriptor], [], [], 10)
        os.close(descriptor)
        assert gone, "a process of the sandbox outlived its host"
