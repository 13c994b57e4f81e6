"""The self-test: one program a language, run in the sandbox, that tries what must fail there.

A sandbox counts as working only when every probe came out as it must. Probes are few and quick; tests/sandbox tries
many more attacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nescio.sandbox.languages import JAVASCRIPT, PYTHON, Language
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
_OTHER_PROBES = (
    "computes",
    "environment is ours",
    "no process list",
    "host file hidden",
    "password file hidden",
    "no writing to /",
    "no network socket",
    "no local socket",
    "no new process",
)
_OURS = ["HOME", "LC_ALL", "LD_LIBRARY_PATH", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "PWD"]
_JAVASCRIPT = f"""
const fs = require('fs'), net = require('net'), {{spawnSync}} = require('child_process');
const say = (ok, name) => console.log((ok ? '1 ' : '0 ') + name);
const refused = act => {{ try {{ act(); return false; }} catch {{ return true; }} }};
const connects = options => new Promise(done => {{
  const socket = net.connect(options);
  socket.on('connect', () => done(true)).on('error', error => done(error.code !== 'EPERM'));
}});
say(1 + 1 === 2, 'computes');
say(Object.keys(process.env).every(name => {[*_OURS, "UV_THREADPOOL_SIZE"]}.includes(name)), 'environment is ours');
say(!fs.existsSync('/proc/self'), 'no process list');
say(!fs.existsSync({str(_HOST_FILE)!r}), 'host file hidden');
say(refused(() => fs.readFileSync('/etc/passwd')), 'password file hidden');
say(refused(() => fs.writeFileSync('/x', '')) && refused(() => fs.writeFileSync('/tmp/x', '')), 'no writing to /');
say(spawnSync(process.execPath, ['-e', '0']).error !== undefined, 'no new process');
connects({{host: '127.0.0.1', port: 9}}).then(won => say(!won, 'no network socket'));
connects({{path: '/opt/x'}}).then(won => say(!won, 'no local socket'));
"""
_R = f"""
say <- function(ok, name) cat(if (isTRUE(ok)) "1 " else "0 ", name, "\\n", sep = "")
refused <- function(act) tryCatch({{ suppressWarnings(act); FALSE }}, error = function(e) TRUE)
say(1 + 1 == 2, "computes")
ours <- c({", ".join(f'"{name}"' for name in (*_OURS, "OMP_NUM_THREADS", "R_HOME", "TZ"))})
theirs <- grep("^(R_|EDITOR$|PAGER$|LN_S$|SED$|TAR$|MAKE$)", names(Sys.getenv()), value = TRUE, invert = TRUE)
say(all(theirs %in% ours), "environment is ours")
say(!file.exists("/proc/self"), "no process list")
say(!file.exists("{_HOST_FILE}"), "host file hidden")
say(refused(readLines("/etc/passwd")), "password file hidden")
say(refused(writeLines("x", "/x")), "no writing to /")
say(refused(serverSocket(40009)), "no network socket")
say(refused(socketConnection(port = 40009, server = TRUE, timeout = 1)), "no local socket")
say(refused(parallel::mcparallel(1)) && suppressWarnings(system("true")) != 0, "no new process")
"""


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


def probe_program(language: Language = PYTHON) -> str:
    """The program; it prints one line a probe, ``1`` or ``0`` and the name."""
    if language is not PYTHON:
        return _JAVASCRIPT if language is JAVASCRIPT else _R
    lines = ["import _thread, os, socket, sys", "def refused(act):", "    try:", "        act()"]
    lines += ["    except (OSError, RuntimeError):", "        return True", "    return False"]
    lines += [f"print(int({test}), {name!r})" for name, test in _FACTS.items()]
    lines += [f"print(int(refused(lambda: {act})), {name!r})" for name, act in _REFUSALS.items()]
    return "\n".join(lines) + "\n"


def read_probes(execution: Execution, language: Language = PYTHON) -> Check:
    """The check that `execution` of `probe_program` amounts to."""
    if execution.outcome is Verdict.UNAVAILABLE:
        return Check(False, execution.message, (), execution.duration)
    passed = {line[2:] for line in execution.stdout.splitlines() if line.startswith("1 ")}
    expected = (*_FACTS, *_REFUSALS) if language is PYTHON else _OTHER_PROBES
    probes = tuple(Probe(name, name in passed) for name in expected)
    failed = [probe.name for probe in probes if not probe.ok]
    message = ""
    what = "math code" if language is PYTHON else language.name
    if execution.outcome is not Verdict.OK:
        message = f"{what} is not run here: the sandbox's self-test ended with {execution.message}"
    elif failed:
        message = f"{what} is not run here: the sandbox's self-test failed: {', '.join(failed)}"
    return Check(not message, message, probes, execution.duration)
