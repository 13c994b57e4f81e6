"""The self-test: one program, run in the sandbox, that tries what must fail there.

A sandbox counts as working only when every probe came out as it must. Probes are few and quick; tests/sandbox tries
many more attacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nescio.sandbox.outcomes import Execution, Verdict

_HOST_FILE = Path(__file__).resolve()
"""A file that certainly exists outside, next to installed packages, and must not exist inside."""

_FACTS = {
    "computes": "1 + 1 == 2",
    "environment is ours": "set(os.environ) <= {'HOME', 'LC_ALL', 'LD_LIBRARY_PATH', 'OPENBLAS_NUM_THREADS',"
    " 'PYTHONHASHSEED', 'PWD'}",
    "no process list": "not os.path.exists('/proc/self')",
    "not root": "os.geteuid() != 0 and os.getegid() != 0",
}
_REFUSALS = {
    "host file hidden": f"open({str(_HOST_FILE)!r})",
    "password file hidden": "open('/etc/passwd')",
    "no writing to /": "open('/x', 'w')",
    "no writing to /tmp": "open('/tmp/x', 'w')",
    "no network socket": "socket.socket()",
    "no local socket": "socket.socket(socket.AF_UNIX)",
    "no new process": "os.fork() or os._exit(0)",
    "no new thread": "_thread.start_new_thread(int, ())",
    "no other program": "os.execv(sys.executable, ['python'])",
    "no signal to others": "os.kill(1, 0)",
    "no anonymous file": "os.memfd_create('x')",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that was tried, and whether it came out as it must."""

    name: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Check:
    """Whether the sandbox works here.

    Attributes:
        ok: Every probe passed; nothing else is run otherwise.
        message: Why not, in plain words; empty when ok.
        probes: What was tried; empty when the sandbox did not start.
        duration: Seconds it took.
    """

    ok: bool
    message: str
    probes: tuple[Probe, ...]
    duration: float


def probe_program() -> str:
    """The program; it prints one line a probe, ``1`` or ``0`` and the name."""
    lines = ["import _thread, os, socket, sys", "def refused(act):", "    try:", "        act()"]
    lines += ["    except (OSError, RuntimeError):", "        return True", "    return False"]
    lines += [f"print(int({test}), {name!r})" for name, test in _FACTS.items()]
    lines += [f"print(int(refused(lambda: {act})), {name!r})" for name, act in _REFUSALS.items()]
    return "\n".join(lines) + "\n"


def read_probes(execution: Execution) -> Check:
    """The check that `execution` of `probe_program` amounts to."""
    if execution.outcome is Verdict.UNAVAILABLE:
        return Check(False, execution.message, (), execution.duration)
    passed = {line[2:] for line in execution.stdout.splitlines() if line.startswith("1 ")}
    probes = tuple(Probe(name, name in passed) for name in (*_FACTS, *_REFUSALS))
    failed = [probe.name for probe in probes if not probe.ok]
    message = ""
    if execution.outcome is not Verdict.OK:
        message = f"math code is not run here: the sandbox's self-test ended with {execution.message}"
    elif failed:
        message = f"math code is not run here: the sandbox's self-test failed: {', '.join(failed)}"
    return Check(not message, message, probes, execution.duration)
