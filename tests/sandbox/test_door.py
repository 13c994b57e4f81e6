"""When there is no sandbox nothing runs; the self-test; the command line; plain users."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nescio
from nescio.sandbox import Limits, Machine, Sandbox, Verdict
from nescio.sandbox.check import probe_program, read_probes
from nescio.sandbox.judge import judge, printable
from nescio.sandbox.outcomes import Execution
from nescio.sandbox.runner import Observation
from nescio.sandbox.seccomp import JAVASCRIPT_CALLS, R_CALLS, RUN_CALLS, START_CALLS, pack

ROUTER = Path(nescio.__file__).parents[1]
NONCE = bytes(range(16))


async def test_without_bubblewrap_nothing_runs(tmp_path: Path) -> None:
    door = Sandbox(machine=replace(Machine.here(), tool_folders=(tmp_path,)))
    mark = tmp_path / "mark"
    execution = await door.run(f"open({str(mark)!r}, 'w')\nprint(1)")
    assert (execution.outcome, execution.result) == (Verdict.UNAVAILABLE, None)
    assert not mark.exists()
    assert not (await door.check()).ok


async def test_bubblewrap_on_the_callers_path_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    mark = tmp_path / "mark"
    impostor = tmp_path / "bwrap"
    impostor.write_text(f"#!/bin/sh\ntouch {mark}\n")
    impostor.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert (await sandbox.run("print(1)")).outcome is Verdict.OK
    assert not mark.exists()


async def test_a_bubblewrap_that_fails_to_start_is_unavailable_and_not_tried_again_at_once(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    assert (await sandbox.check()).ok
    count = tmp_path / "count"
    for name in ("ldd", "setpriv"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    broken = tmp_path / "bwrap"
    broken.write_text(f"#!/bin/sh\necho x >> {count}\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    door = Sandbox(machine=replace(Machine.here(), tool_folders=(tmp_path,)))
    first, second = await door.run("print(1)"), await door.run("print(1)")
    assert first.outcome is second.outcome is Verdict.UNAVAILABLE
    assert "No permissions" in first.message
    assert count.read_text() == "x\n"


async def test_what_a_bubblewrap_leaves_behind_when_it_dies_at_its_start_is_ended_at_once(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    left = tmp_path / "left"
    for name in ("ldd", "setpriv"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    dying = tmp_path / "bwrap"
    dying.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {left}\nexit 1\n")
    dying.chmod(0o755)
    door = Sandbox(machine=replace(Machine.here(), tool_folders=(tmp_path,)))
    execution = await door.run("print(1)")
    door.close()
    assert execution.outcome is Verdict.UNAVAILABLE
    assert execution.duration < 8, "not the whole time that a program has"
    assert not _lives(int(left.read_text()))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("change", [{"type": "aarch64"}, {"system": "Darwin"}])
async def test_another_kind_of_machine_is_unavailable(change: dict[str, str]) -> None:
    execution = await Sandbox(machine=replace(Machine.here(), **change)).run("print(1)")
    assert execution.outcome is Verdict.UNAVAILABLE
    assert next(iter(change.values())) in execution.message


async def test_the_self_test_passes_here(sandbox: Sandbox) -> None:
    check = await sandbox.check()
    assert check.ok, check
    assert len(check.probes) >= 10
    assert all(probe.ok for probe in check.probes)


def test_the_self_test_fails_outside_a_sandbox() -> None:
    """The probes notice when nothing holds: run plainly, several of them must fail."""
    program = probe_program().replace("os.fork() or os._exit(0)", "None").replace("os.execv(sys.executable", "str((1")
    program = (
        program.replace("['python'])", "))").replace("open('/x', 'w')", "None").replace("open('/tmp/x', 'w')", "None")
    )
    plain = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    check = read_probes(Execution(Verdict.OK, plain.stdout, "1"))
    assert not check.ok
    assert {probe.name for probe in check.probes if not probe.ok} >= {"host file hidden", "no network socket"}


async def test_concurrent_runs_take_turns(sandbox: Sandbox) -> None:
    runs = await asyncio.gather(*(sandbox.run(f"print({n} * {n})") for n in range(4)))
    assert [run.result for run in runs] == ["0", "1", "4", "9"]


async def test_a_run_that_waits_can_be_cancelled(sandbox: Sandbox) -> None:
    first = asyncio.ensure_future(sandbox.run("import time\ntime.sleep(.3)\nprint(1)"))
    second = asyncio.ensure_future(sandbox.run("print(2)"))
    await asyncio.sleep(0)
    second.cancel()
    assert (await first).result == "1"
    assert second.cancelled() or (await asyncio.wait([second])) is not None


def test_one_sandbox_serves_several_event_loops(sandbox: Sandbox) -> None:
    assert [asyncio.run(sandbox.run("print(1)")).result for _ in range(2)] == ["1", "1"]


async def test_what_was_printed_before_an_error_is_kept(sandbox: Sandbox) -> None:
    execution = await sandbox.run("print(41)\nprint(42, end='')\nraise ValueError('no more')")
    assert (execution.outcome, execution.stdout, execution.result) == (Verdict.ERROR, "41\n42", None)
    assert execution.message == "ValueError: no more"


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        ("raise MemoryError", Verdict.MEMORY),
        ("import sys\nsys.exit(3)", Verdict.ERROR),
        ("import socket\nsocket.socket()", Verdict.FORBIDDEN),
        ("import os\nos.abort()", Verdict.ERROR),
        ("import time\ntime.sleep(60)", Verdict.TIMEOUT),
    ],
)
async def test_what_was_printed_is_kept_however_the_program_fails(
    short_sandbox: Sandbox, ending: str, outcome: Verdict
) -> None:
    execution = await short_sandbox.run(f"print(41)\nprint('4', end='')\n{ending}")
    assert (execution.outcome, execution.stdout, execution.result) == (outcome, "41\n4", None)


async def test_what_a_failed_program_printed_forges_no_result(sandbox: Sandbox) -> None:
    forged = json.dumps({"outcome": "ok", "stdout": "", "result": "42"})
    execution = await sandbox.run(f'print({forged!r})\nprint(\'["00","ok","",""]\')\n1/0')
    assert (execution.outcome, execution.result) == (Verdict.ERROR, None)
    assert execution.stdout.startswith(forged)


# The judge


def seen(**changes: object) -> Observation:
    honest = Observation(
        started=True,
        stdout=b"1\n2\n",
        stderr=b"",
        report=json.dumps([NONCE.hex(), "ok", "", ""]).encode() + b"\n",
        overflow=None,
        timed_out=False,
        cancelled=False,
        status=0,
        ran=9.0,
    )
    return replace(honest, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.OK),
        ({"started": False}, Verdict.UNAVAILABLE),
        ({"timed_out": True}, Verdict.TIMEOUT),
        ({"status": 128 + 24}, Verdict.TIMEOUT),
        ({"status": 137}, Verdict.TIMEOUT),
        ({"status": 137, "ran": 0.1}, Verdict.ERROR),
        ({"status": 137, "ran": 0.1, "timed_out": True}, Verdict.TIMEOUT),
        ({"status": 128 + 31}, Verdict.FORBIDDEN),
        ({"status": 139}, Verdict.ERROR),
        ({"overflow": "stderr"}, Verdict.OUTPUT_LIMIT),
        ({"stdout": b" \n\n"}, Verdict.ERROR),
        ({"report": b""}, Verdict.ERROR),
    ],
)
def test_each_observation_has_one_verdict(changes: dict[str, object], verdict: Verdict) -> None:
    outcome, result, message = judge(seen(**changes), NONCE, Limits())
    assert outcome is verdict
    assert (result is not None) == (verdict is Verdict.OK) == (message == "")


@given(st.binary(max_size=200))
def test_no_report_without_the_nonce_is_ever_ok(report: bytes) -> None:
    assert judge(seen(report=report), NONCE, Limits())[0] is not Verdict.OK


@given(st.text())
def test_messages_are_one_printable_line(text: str) -> None:
    line = printable(text)
    assert len(line) <= 300
    assert line.isprintable() or line == ""


def test_filters_are_whole_instructions_and_the_run_list_starts_nothing() -> None:
    assert len(pack(RUN_CALLS.values())) % 8 == 0
    assert len(RUN_CALLS) == 82
    assert not set(RUN_CALLS) & set(START_CALLS)
    assert not {"fork", "vfork", "socket", "kill", "ptrace", "mount", "memfd_create"} & {*JAVASCRIPT_CALLS, *R_CALLS}
    dangerous = {"clone", "fork", "vfork", "execve", "socket", "kill", "ptrace", "mount", "memfd_create", "shmget"}
    assert not dangerous & (set(RUN_CALLS) | set(START_CALLS)) - {"execve"}


# The command line


def command_line(
    *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> tuple[int, str, str]:
    code = "from nescio.cli.sandbox import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        env={"PYTHONPATH": str(ROUTER), **(environment or {})},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_sandbox_run_prints_one_json_line_without_home_or_settings(sandbox: Sandbox, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("print('a')\nprint(6 * 7)\n")
    empty = tmp_path / "tmp"
    empty.mkdir()
    code, out, _ = command_line("run", str(program), environment={"TMPDIR": str(empty)})
    assert code == 0
    assert json.loads(out) == {"outcome": "ok", "stdout": "a\n42\n", "result": "42"}
    assert out.count("\n") == 1
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "outcome"),
    [(b"print(1)", "ok"), (b"1/0", "error"), (b"import socket; socket.socket()", "forbidden"), (b"\xff\xfe", "error")],
)
def test_sandbox_run_reads_standard_input(sandbox: Sandbox, source: bytes, outcome: str) -> None:
    _, out, _ = command_line("run", "-", stdin=source)
    row = json.loads(out)
    assert set(row) == {"outcome", "stdout", "result"}
    assert row["outcome"] == outcome


def test_sandbox_run_says_what_a_failed_program_printed(sandbox: Sandbox) -> None:
    code, out, err = command_line("run", "-", stdin=b"print('before')\nprint(1/0)\n")
    assert json.loads(out) == {"outcome": "error", "stdout": "before\n", "result": None}
    assert (code, "ZeroDivisionError" in err) == (0, True)


@pytest.mark.parametrize("path", ["/nowhere/at/all.py", "/"])
def test_sandbox_run_says_clearly_that_it_cannot_read_a_file(path: str) -> None:
    code, out, err = command_line("run", path)
    assert code == 2
    assert json.loads(out) == {"outcome": "error", "stdout": "", "result": None}
    assert path in err


def test_sandbox_check_names_every_probe(sandbox: Sandbox) -> None:
    code, out, _ = command_line("check", "--json")
    row = json.loads(out)
    assert (code, row["ok"]) == (0, True)
    assert {"name", "ok"} == set(row["probes"][0])
    assert "no network socket" in command_line("check")[1]


def test_importing_the_sandbox_imports_nothing_heavy() -> None:
    heavy = ("numpy", "sympy", "pydantic", "torch")
    code = f"import sys, nescio.cli.sandbox; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_it_works_under_limits_that_are_tighter_already(sandbox: Sandbox) -> None:
    tight = 'ulimit -n 128; ulimit -s 4096; ulimit -t 6; exec "$@"'
    code = "from nescio.cli.sandbox import app; app()"
    done = subprocess.run(
        ["/bin/sh", "-c", tight, "sh", sys.executable, "-c", code, "run", "-"],
        input=b"print(3)",
        capture_output=True,
        timeout=60,
        env={"PYTHONPATH": str(ROUTER)},
    )
    assert json.loads(done.stdout)["result"] == "3", done.stderr


# Plain users


def test_it_works_for_a_plain_user_with_the_systems_interpreter(sandbox: Sandbox) -> None:
    """As root: another process, started as nobody, takes the way without root's powers."""
    system_python = Path("/usr/bin/python3.11")
    if os.geteuid() != 0:
        pytest.skip("this process is a plain user already: every other test is this test")
    if not system_python.exists() or not _others_may_read(ROUTER):
        pytest.skip("needs an interpreter and a checkout that another user may read")
    script = (
        "import asyncio\nfrom nescio.sandbox import Sandbox\n"
        "door = Sandbox()\ncheck = asyncio.run(door.check())\n"
        "print(check.ok, check.message)\nprint(asyncio.run(door.run('print(2 ** 10)')).result)"
    )
    done = subprocess.run(
        [system_python, "-c", script],
        user=65534,
        group=65534,
        extra_groups=[],
        env={"PYTHONPATH": str(ROUTER)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "namespace" in done.stdout:
        pytest.skip("this kernel gives plain users no namespaces")
    assert done.stdout.split() == ["True", "1024"], done.stdout + done.stderr


def test_it_works_with_the_systems_interpreter_as_root(sandbox: Sandbox) -> None:
    system_python = Path("/usr/bin/python3.11")
    if not system_python.exists():
        pytest.skip("no interpreter of the system's")
    script = (
        "import asyncio\nfrom nescio.sandbox import Sandbox\n"
        "print(asyncio.run(Sandbox().run('import statistics\\nprint(statistics.mean([1, 2]))')))"
    )
    done = subprocess.run(
        [system_python, "-c", script], env={"PYTHONPATH": str(ROUTER)}, capture_output=True, text=True, timeout=60
    )
    assert "result='1.5'" in done.stdout, done.stdout + done.stderr


def _others_may_read(path: Path) -> bool:
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (path, *path.parents))
