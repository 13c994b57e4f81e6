"""Programs that try to get out, one group a class of attack. Real bubblewrap, real kernel."""

import asyncio
import os
import socket
import time
from pathlib import Path

import pytest

from nescio.sandbox import Limits, Sandbox, Verdict
from tests.sandbox.attempts import attempts, nothing_works, sandboxed_processes, system_call

NOT_OK = {Verdict.ERROR, Verdict.FORBIDDEN}


async def test_an_attempt_that_works_would_be_seen(sandbox: Sandbox) -> None:
    assert (await sandbox.run(attempts("os.fork()", "os.getpid()"))).result == "[1]"


# Files and secrets


async def test_host_files_and_secrets_are_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    paths = [secret, Path(__file__), Path.home() / ".ssh", Path("/etc/passwd"), Path("/etc/shadow"), Path("/root")]
    paths += [Path(name) for name in ("/home", "/proc/self/environ", "/proc/1/environ", "/sys", "/var", "/tmp", "/run")]
    await nothing_works(sandbox, *(f"os.stat({str(path)!r})" for path in paths))


async def test_the_host_project_is_not_importable(sandbox: Sandbox) -> None:
    await nothing_works(sandbox, *(f"import {name}" for name in ("nescio", "pydantic", "typer", "pip", "pytest")))


async def test_a_host_file_is_not_reached_by_climbing_or_by_descriptor(sandbox: Sandbox) -> None:
    climbs = ["open('/../../etc/passwd')", "open('/opt/../etc/passwd')", "os.listdir('/proc/self/fd')"]
    descriptors = "import os\nfds = []\nfor n in range(3, 64):\n try: fds += [os.fstat(n)]\n except OSError: pass\n"
    await nothing_works(sandbox, *climbs)
    found = await sandbox.run(descriptors + "print(len(fds))")
    assert found.result == "1", "only the report channel is open"


async def test_the_callers_environment_does_not_come_in(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NESCIO_CANARY", "canary-in-a-coal-mine")
    execution = await sandbox.run(
        "import os, ctypes\n"
        "seen = repr(dict(os.environ))\n"
        "for name in ('/proc/1/environ', '/proc/self/environ'):\n"
        "    try: seen += open(name).read()\n"
        "    except OSError: pass\n"
        "print(seen)"
    )
    assert execution.outcome is Verdict.OK
    assert "canary" not in execution.stdout.lower()
    assert str(Path.home()) not in execution.stdout


# Network


async def test_no_socket_of_any_family(sandbox: Sandbox) -> None:
    families = ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_VSOCK", "AF_PACKET")
    await nothing_works(sandbox, *(f"socket.socket(socket.{name})" for name in families), "socket.socketpair()")


async def test_a_listening_host_port_is_not_reached(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        execution = await sandbox.run(f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)\nprint(1)")
    assert execution.outcome is Verdict.FORBIDDEN


# Processes, threads, signals


async def test_no_process_no_thread_no_other_program(sandbox: Sandbox) -> None:
    await nothing_works(
        sandbox,
        "os.fork() or os._exit(0)",
        "import _thread\n_thread.start_new_thread(int, ())",
        "os.execv(sys.executable, ['python', '-c', '1'])",
        "os.posix_spawn(sys.executable, ['python'], {})",
        "import subprocess\nsubprocess.run(['true'])",
        "import multiprocessing\nmultiprocessing.Pool(1)",
        "if os.system('true') != 0: raise OSError",
    )


async def test_a_fork_bomb_and_a_thread_bomb_are_forbidden(sandbox: Sandbox) -> None:
    for bomb in (
        "import os\nwhile True: os.fork()",
        "import threading\nwhile True: threading.Thread(target=int).start()",
    ):
        assert (await sandbox.run(bomb)).outcome is Verdict.FORBIDDEN


async def test_no_signal_reaches_another_process(sandbox: Sandbox) -> None:
    await nothing_works(
        sandbox,
        "os.kill(1, signal.SIGKILL)",
        "os.kill(-1, signal.SIGKILL)",
        "os.killpg(0, signal.SIGTERM)",
        f"os.kill({os.getpid()}, 0)",
        "os.pidfd_open(1)",
    )


async def test_ignoring_the_time_signal_does_not_help(impatient_sandbox: Sandbox) -> None:
    stubborn = (
        "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass\n"
    )
    execution = await impatient_sandbox.run(stubborn + "while True: pass")
    assert execution.outcome is Verdict.TIMEOUT


async def test_a_sleeping_program_is_ended_at_the_wall_limit(impatient_sandbox: Sandbox) -> None:
    began = time.monotonic()
    assert (await impatient_sandbox.run("import time\ntime.sleep(60)")).outcome is Verdict.TIMEOUT
    assert time.monotonic() - began < 5


async def test_nothing_survives_a_program_that_lets_go_of_its_channels(impatient_sandbox: Sandbox) -> None:
    daemon = "import os, time\nfor n in range(64):\n    try: os.close(n)\n    except OSError: pass\ntime.sleep(600)"
    execution = await impatient_sandbox.run(daemon)
    assert execution.outcome is Verdict.TIMEOUT
    assert sandboxed_processes() == []


async def test_cancelling_ends_the_program_at_once(sandbox: Sandbox) -> None:
    await sandbox.check()
    task = asyncio.ensure_future(sandbox.run("import time\ntime.sleep(60)"))
    async with asyncio.timeout(10):
        while not sandboxed_processes():  # noqa: ASYNC110 - nothing tells when a process has started
            await asyncio.sleep(0)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 3
    assert sandboxed_processes() == []
    assert (await sandbox.run("print(3)")).result == "3"


# Memory


@pytest.mark.parametrize(
    "program",
    [
        "x = bytearray(3 * 1024**3)",
        "x = []\nwhile True: x.append(bytearray(10**7))",
        "import numpy\nx = numpy.ones(2 * 10**9)",
    ],
)
async def test_memory_over_the_limit_is_its_own_outcome(sandbox: Sandbox, program: str) -> None:
    assert (await sandbox.run(program)).outcome is Verdict.MEMORY


async def test_memory_outside_the_address_space_is_refused(sandbox: Sandbox) -> None:
    await nothing_works(
        sandbox,
        system_call(29, "0", "1 << 30", "0o1600"),
        "os.memfd_create('x')",
        system_call(447, "0"),
        "open('/dev/shm/x', 'w')",
        system_call(323, "0"),
        system_call(248, "b'user'", "b'k'", "b'v' * 1000", "1000", "-3"),
        "os.pipe()",
        "mmap.mmap(-1, 2 << 30)",
    )


# Disk


async def test_nothing_can_be_written(sandbox: Sandbox) -> None:
    places = ("/x", "/tmp/x", "/dev/x", "/dev/shm/x", "/opt/x", "/opt/py/x", "/opt/site/x", "/usr/x", "x")
    package = "import sympy, pathlib\n(pathlib.Path(sympy.__file__).parent / 'x').write_text('x')"
    await nothing_works(sandbox, *(f"open({place!r}, 'w')" for place in places), package, "os.mkdir('/opt/y')")


async def test_nothing_in_the_sandbox_is_changed(sandbox: Sandbox) -> None:
    await nothing_works(
        sandbox,
        "os.remove('/opt/boot.py')",
        "os.rename('/opt/filter.bpf', '/opt/f')",
        "os.chmod('/opt', 0o777)",
        "os.symlink('/', '/opt/s')",
        "open('/opt/boot.py', 'a')",
    )


# Output


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_an_output_flood_is_cut_at_the_cap(sandbox: Sandbox, stream: str) -> None:
    execution = await sandbox.run(f"import sys\nwhile True: sys.{stream}.write('x' * 1000)")
    assert execution.outcome is Verdict.OUTPUT_LIMIT
    assert len(execution.stdout) <= Limits().stdout


async def test_a_flood_on_the_report_channel_is_cut_at_the_cap(sandbox: Sandbox) -> None:
    flood = "import os\nfor n in range(3, 64):\n try:\n  while True: os.write(n, b'x' * 4096)\n except OSError: pass"
    assert (await sandbox.run(flood)).outcome is Verdict.OUTPUT_LIMIT


async def test_a_result_that_is_too_long_is_not_cut_into_a_wrong_number(sandbox: Sandbox) -> None:
    execution = await sandbox.run("print('7' * 2001)")
    assert (execution.outcome, execution.result) == (Verdict.OUTPUT_LIMIT, None)


# Kernel interfaces


async def test_raw_calls_are_refused(sandbox: Sandbox) -> None:
    buffer = "ctypes.create_string_buffer(4096)"
    numbers: dict[str, tuple[int, tuple[str, ...]]] = {
        "ptrace": (101, ("0", "0", "0", "0")),
        "mount": (165, ("b'none'", "b'/opt'", "b'tmpfs'", "0", "0")),
        "unshare": (272, ("0x10000000",)),
        "setns": (308, ("0", "0")),
        "bpf": (321, ("0", buffer, "0")),
        "userfaultfd": (323, ("0",)),
        "perf_event_open": (298, (buffer, "0", "-1", "-1", "0")),
        "io_uring_setup": (425, ("1", buffer)),
        "keyctl": (250, ("0", "-3", "1")),
        "personality": (135, ("0x0040000",)),
        "process_vm_readv": (310, ("1", buffer, "1", buffer, "1", "0")),
        "chroot": (161, ("b'/'",)),
        "setuid": (105, ("0",)),
        "prctl": (157, ("38", "0", "0", "0", "0")),
        "seccomp": (317, ("1", "0", "0")),
        "clone": (56, ("17", "0", "0", "0", "0")),
        "clone3": (435, (buffer, "88")),
        "vfork": (58, ()),
        "execveat": (322, ("-100", "b'/opt/py/bin/python3.11'", "0", "0", "0")),
        "name_to_handle_at": (303, ("-100", "b'/'", buffer, buffer, "0")),
        "open_by_handle_at": (304, ("-100", buffer, "0")),
        "setrlimit": (160, ("7", buffer)),
    }
    await nothing_works(sandbox, *(system_call(number, *arguments) for number, arguments in numbers.values()))


async def test_a_call_of_the_x32_table_ends_the_program(sandbox: Sandbox) -> None:
    program = f"import ctypes\n{system_call(0x40000000 + 39)}\nprint('alive')"
    assert (await sandbox.run(program)).outcome is Verdict.FORBIDDEN


async def test_limits_cannot_be_raised_again(sandbox: Sandbox) -> None:
    raises = (
        f"import resource as r\nr.setrlimit(r.{name}, (-1, -1))" for name in ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CPU")
    )
    execution = await sandbox.run(attempts(*raises).replace("AttributeError)", "AttributeError, ValueError)"))
    assert execution.result == "[]"


# The report


@pytest.mark.parametrize(
    "forgery",
    [
        'b\'["\' + b"0" * 32 + b\'","ok","",""]\\n\'',
        "b'[[[[[[[['",
        "b'R\\n'",
        "b'null\\n'",
        "b'\\xff\\xfe\\n'",
        "b'[' * 5000",
    ],
)
async def test_a_forged_report_makes_an_error(sandbox: Sandbox, forgery: str) -> None:
    program = (
        "import os\nprint(7, flush=True)\n"
        f"for n in range(3, 64):\n    try: os.write(n, {forgery})\n    except OSError: pass\nos._exit(0)"
    )
    execution = await sandbox.run(program)
    assert (execution.outcome, execution.result) == (Verdict.ERROR, None)


async def test_a_second_line_on_the_channel_spoils_a_true_report(sandbox: Sandbox) -> None:
    program = "import os\nprint(7)\nfor n in range(3, 64):\n    try: os.write(n, b'x\\n')\n    except OSError: pass"
    assert (await sandbox.run(program)).outcome is Verdict.ERROR


async def test_printing_a_report_is_only_printing(sandbox: Sandbox) -> None:
    execution = await sandbox.run('print(\'["00","ok","",""]\')')
    assert (execution.outcome, execution.result) == (Verdict.OK, '["00","ok","",""]')


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.abort()", "os.close(1)\nprint(2)", "ctypes.string_at(0)"])
async def test_an_end_without_a_report_or_output_is_an_error(sandbox: Sandbox, ending: str) -> None:
    assert (await sandbox.run(f"import os, ctypes\nprint(1)\n{ending}")).outcome in NOT_OK


async def test_exit_handlers_cannot_speak_after_the_report(sandbox: Sandbox) -> None:
    execution = await sandbox.run("import atexit\natexit.register(lambda: print('late', flush=True))\nprint(5)")
    assert (execution.outcome, execution.stdout) == (Verdict.OK, "5\n")


# Awkward programs


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        ("(" * 5000 + "1" + ")" * 5000, Verdict.ERROR),
        ("[" * 300 + "]" * 300, Verdict.ERROR),
        ("-" * 30000 + "1", Verdict.ERROR),
        ("1" + "+1" * 15000, Verdict.ERROR),
        ("def f(): f()\nf()", Verdict.ERROR),
        ("print(1)\x00", Verdict.ERROR),
        ("print(", Verdict.ERROR),
        ("", Verdict.ERROR),
        ("\ud800", Verdict.ERROR),
        ("x" * 70_000, Verdict.ERROR),
        ("input()", Verdict.ERROR),
        ("print(10 ** 5000)", Verdict.ERROR),
        ("class E(Exception):\n def __str__(self): raise E\nraise E", Verdict.ERROR),
        ("raise SystemExit(3)", Verdict.ERROR),
        ("import sys\nsys.stdout = None\nprint(1)", Verdict.ERROR),
    ],
)
async def test_awkward_programs_end_in_their_outcome(sandbox: Sandbox, program: str, outcome: Verdict) -> None:
    execution = await sandbox.run(program)
    assert execution.outcome is outcome
    assert execution.result is None
    assert "\n" not in execution.message


async def test_a_huge_computation_ends_at_the_processor_limit(impatient_sandbox: Sandbox) -> None:
    assert (await impatient_sandbox.run("print(7 ** (10 ** 9) % 10)")).outcome in {Verdict.TIMEOUT, Verdict.MEMORY}


@pytest.mark.parametrize(
    ("program", "result"),
    [
        ("print('é 数 𝟘 ‮')", "é 数 𝟘 ‮"),
        ("print('\\ud800')", "\\ud800"),
        ("print(2 ** 200)", str(2**200)),
        ("print(1)\nprint('  2 ')\nprint()", "2"),
        ("print(1)\nexit()", "1"),
        ("import sys\nsys.stdout.buffer.write(b'\\xff\\n')", "�"),
        ("import sympy\nprint(sympy.Rational(1, 3) + sympy.Rational(1, 6))", "1/2"),
        ("import numpy, statistics, fractions, datetime, calendar\nprint(numpy.linspace(0, 1, 3).sum())", "1.5"),
        ("print({'b', 'a', 'c'} == {'a', 'b', 'c'}, __name__)", "True __main__"),
    ],
)
async def test_honest_programs_give_their_last_line(sandbox: Sandbox, program: str, result: str) -> None:
    execution = await sandbox.run(program)
    assert (execution.outcome, execution.result) == (Verdict.OK, result)


async def test_the_same_program_prints_the_same_twice(sandbox: Sandbox) -> None:
    program = "print(list({'alpha', 'beta', 'gamma', 'delta'}))"
    assert (await sandbox.run(program)).stdout == (await sandbox.run(program)).stdout


async def test_two_programs_do_not_see_each_other(sandbox: Sandbox) -> None:
    leave = "import builtins, sys\nbuiltins.left = 1\nsys.modules['left'] = 1\nprint(1)"
    assert (await sandbox.run(leave)).outcome is Verdict.OK
    assert (await sandbox.run("import builtins\nprint(hasattr(builtins, 'left'))")).result == "False"
