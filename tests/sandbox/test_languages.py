"""JavaScript and R through the same door: what works, the classes of attack, and what is said when it fails."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import nescio
from nescio.sandbox import (
    JAVASCRIPT,
    LANGUAGES,
    PYTHON,
    Language,
    Limits,
    Machine,
    R,
    Sandbox,
    Verdict,
    is_installed,
    language_of,
)
from nescio.sandbox.judge import judge
from nescio.sandbox.machine import find_parts
from nescio.sandbox.runner import Guest, Observation
from nescio.sandbox.runtimes import find_runtime
from tests.sandbox.attempts import sandboxed_processes

ROUTER = Path(nescio.__file__).parents[1]
NONCE = bytes(16)
FAILED = {Verdict.ERROR, Verdict.FORBIDDEN, Verdict.MEMORY}


@pytest.fixture(params=[JAVASCRIPT, R], ids=["javascript", "r"])
def language(request: pytest.FixtureRequest) -> Language:
    return _installed(request.param)


def _installed(language: Language) -> Language:
    if not is_installed(language, Machine.here()):
        pytest.skip(f"{language.tool} is not installed (apt-get install {language.package})")
    return language


@pytest.fixture
def javascript(sandbox: Sandbox) -> Sandbox:
    _installed(JAVASCRIPT)
    return sandbox


@pytest.fixture(scope="module")
def brief_sandbox() -> Iterator[Sandbox]:
    """Its time is enough for a self-test in R."""
    door = Sandbox(Limits(wall=3.0, cpu=1))
    yield door
    door.close()


def lines_of(language: Language, *attempts: str) -> str:
    """A program that tries every one of `attempts` and prints, last, the numbers of those that raised nothing."""
    if language is JAVASCRIPT:
        tries = "".join(f"try {{ {body}; won.push({n}) }} catch (e) {{}}\n" for n, body in enumerate(attempts))
        return f"const fs = require('fs'), won = [];\n{tries}console.log('won:' + won)"
    tries = "".join(
        f"won <- tryCatch({{ suppressWarnings({{ {body} }}); c(won, {n}) }}, error = function(e) won)\n"
        for n, body in enumerate(attempts)
    )
    return f"won <- c()\n{tries}cat('won:', won, sep = '')"


async def nothing_works(sandbox: Sandbox, language: Language, *attempts: str) -> None:
    execution = await sandbox.run(lines_of(language, *attempts), language)
    assert (execution.outcome, execution.result) == (Verdict.OK, "won:"), execution


async def test_an_attempt_that_works_would_be_seen(sandbox: Sandbox, language: Language) -> None:
    fails, works = ("null.x", "1 + 1") if language is JAVASCRIPT else ("stop()", "1 + 1")
    assert (await sandbox.run(lines_of(language, fails, works), language)).result == "won:1"


async def test_the_self_test_passes(sandbox: Sandbox, language: Language) -> None:
    check = await sandbox.check(language)
    assert check.ok, check
    assert len(check.probes) >= 9


@pytest.mark.parametrize(
    ("language_", "program", "result"),
    [
        (JAVASCRIPT, "console.log(1)\nconsole.log(2n ** 100n)", f"{2**100}n"),
        (JAVASCRIPT, "setTimeout(() => console.log([1, 2].map(x => x * x)), 1)", "[ 1, 4 ]"),
        (JAVASCRIPT, "console.log('é 数', '\\ud800', NaN)", "é 数 \ufffd NaN"),
        (JAVASCRIPT, "console.log(5); process.exit(0)", "5"),
        (R, "cat(mean(c(1, 2, 6)))", "3"),
        (R, "print(solve(matrix(c(2, 0, 0, 4), 2))[2, 2])", "[1] 0.25"),
        (R, "cat(nchar('é数'), '数', NaN, NA, '\\n'); quit(status = 0)", "2 数 NaN NA"),
        (R, "f <- tempfile(); writeLines('7', f); cat(readLines(f))", "7"),
    ],
)
async def test_honest_programs_give_their_last_line(
    sandbox: Sandbox, language_: Language, program: str, result: str
) -> None:
    execution = await sandbox.run(program, _installed(language_))
    assert (execution.outcome, execution.result) == (Verdict.OK, result), execution


# Attacks


async def test_host_files_secrets_and_other_languages_parts_are_not_there(
    sandbox: Sandbox, language: Language, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    paths = [str(secret), __file__, "/etc/passwd", "/etc/shadow", "/root", "/home", "/proc", "/sys", "/var", "/run"]
    paths += ["/bin/sh", "/usr/bin/env", "/etc/R/Rprofile.site"]
    stat = "fs.statSync({0!r})" if language is JAVASCRIPT else "if (!file.exists({0!r})) stop()"
    await nothing_works(sandbox, language, *(stat.format(path) for path in paths))


async def test_the_callers_environment_does_not_come_in(
    sandbox: Sandbox, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NESCIO_CANARY", "canary-in-a-coal-mine")
    monkeypatch.setenv("NODE_OPTIONS", "--no-such-option")
    monkeypatch.setenv("R_PROFILE_USER", "canary")
    shown = "console.log(process.env)" if language is JAVASCRIPT else "print(Sys.getenv())"
    execution = await sandbox.run(shown, language)
    assert execution.outcome is Verdict.OK
    assert "canary" not in execution.stdout.lower()


async def test_nothing_is_started_written_or_signalled(sandbox: Sandbox, language: Language) -> None:
    attempts = {
        JAVASCRIPT: (
            "require('child_process').execSync('true')",
            "require('child_process').execFileSync(process.execPath, ['-e', '0'])",
            "process.kill(1, 9)",
            "process.kill(-1, 9)",
            "process.kill(process.pid, 'SIGUSR1')",
            "process.setuid(0)",
            "process.dlopen({exports: {}}, '/usr/lib/x86_64-linux-gnu/libm.so.6')",
            "if (new (process.binding('tcp_wrap').TCP)(0).bind('127.0.0.1', 0) !== 0) null.x",
            "fs.writeFileSync('/tmp/x', '')",
            "fs.writeFileSync('/opt/x', '')",
            "fs.appendFileSync('/opt/program.js', '1')",
            "fs.mkdirSync('/x')",
            "fs.symlinkSync('/etc/passwd', '/x')",
            "fs.writeFileSync('/dev/shm/x', '')",
            "fs.chmodSync('/opt', 0o777)",
            "fs.watch('/opt')",
        ),
        R: (
            "parallel::mcparallel(1)",
            "parallel::makeCluster(1)",
            "system('true', intern = TRUE)",
            "if (system('true') != 0) stop()",
            "open(pipe('true'))",
            "if (!tools::pskill(1, 9)) stop()",
            "serverSocket(40009)",
            "url('http://127.0.0.1/', 'r')",
            "fifo('/tmp/f', 'w')",
            "writeLines('x', '/x')",
            "writeLines('x', '/opt/x')",
            "writeLines('x', '/dev/shm/x')",
            "writeLines('x', file.path(R.home(), 'x'))",
            "if (!file.symlink('/etc/passwd', '/x')) stop()",
            "if (!file.remove('/opt/program.r')) stop()",
        ),
    }[language]
    await nothing_works(sandbox, language, *attempts)


async def test_r_calls_the_c_library_and_gains_nothing(sandbox: Sandbox) -> None:
    program = (
        "dyn.load('/usr/lib/x86_64-linux-gnu/libc.so.6')\n"
        "calls <- list(list('fork'), list('vfork'), list('system', 'touch /tmp/x'), list('getpid'),\n"
        "  list('execve', '/usr/bin/env', '', ''), list('unshare', 0x10000000L), list('chroot', '/tmp'))\n"
        "for (call in calls) invisible(do.call(.C, call))\n"
        "cat(Sys.getpid(), length(list.files('/tmp', pattern = '^x')))"
    )
    assert (await sandbox.run(program, _installed(R))).result == "2 0"


async def test_the_folder_of_r_holds_no_more_than_a_mebibyte(sandbox: Sandbox) -> None:
    program = (
        "for (n in 1:9) try(writeBin(raw(3e5), paste0('/tmp/', n)), silent = TRUE)\n"
        "cat(sum(file.size(list.files('/tmp', full.names = TRUE, recursive = TRUE))) <= 2^20)"
    )
    assert (await sandbox.run(program, _installed(R))).result == "TRUE"


async def test_a_bomb_of_threads_ends_itself(javascript: Sandbox) -> None:
    bomb = "const {Worker} = require('worker_threads');\nfor (;;) new Worker('for (;;) {}', {eval: true})"
    assert (await javascript.run(bomb, JAVASCRIPT)).outcome in FAILED
    assert sandboxed_processes() == []


@pytest.mark.parametrize(
    ("language_", "program"),
    [
        (JAVASCRIPT, "const a = []; for (;;) a.push(new Array(1e5).fill(1.5))"),
        (JAVASCRIPT, "const a = []; for (;;) a.push(Buffer.alloc(1e8, 1))"),
        (JAVASCRIPT, "const a = []; for (;;) a.push(new WebAssembly.Memory({initial: 9999, maximum: 60000}))"),
        (R, "x <- rep(0, 3e8)"),
    ],
)
async def test_memory_over_the_limit_is_its_own_outcome(sandbox: Sandbox, language_: Language, program: str) -> None:
    assert (await sandbox.run(program, _installed(language_))).outcome is Verdict.MEMORY


@pytest.mark.parametrize(
    ("language_", "program"),
    [
        (JAVASCRIPT, "process.on('SIGXCPU', () => {}); for (;;);"),
        (JAVASCRIPT, "setInterval(() => {}, 1000)"),
        (R, "reg.finalizer(new.env(), function(x) repeat {}, onexit = TRUE); cat(1)"),
    ],
)
async def test_what_does_not_end_is_ended(
    sandbox: Sandbox, brief_sandbox: Sandbox, language_: Language, program: str
) -> None:
    execution = await brief_sandbox.run(program, _installed(language_))
    assert (execution.outcome, execution.result) == (Verdict.TIMEOUT, None)
    assert sandboxed_processes() == []


@pytest.mark.parametrize(
    ("language_", "program", "outcome", "message"),
    [
        (JAVASCRIPT, "for (;;) require('fs').writeSync(1, 'x'.repeat(1e4))", Verdict.OUTPUT_LIMIT, "more to stdout"),
        (JAVASCRIPT, "console.log('7'.repeat(3000))", Verdict.OUTPUT_LIMIT, "longer than"),
        (JAVASCRIPT, "throw new TypeError('no\\u001b[31m')", Verdict.ERROR, "TypeError: no[31m"),
        (JAVASCRIPT, "let let = (", Verdict.ERROR, "SyntaxError"),
        (JAVASCRIPT, "console.log(7); process.exit(3)", Verdict.ERROR, "status 3"),
        (JAVASCRIPT, "process.abort()", Verdict.ERROR, "signal 6"),
        (JAVASCRIPT, "function f() { f() }; f()", Verdict.ERROR, "RangeError"),
        (JAVASCRIPT, "require('fs').unlinkSync('/opt/boot.py')", Verdict.FORBIDDEN, ""),
        (JAVASCRIPT, "require('child_process').execSync('id')", Verdict.FORBIDDEN, "Error: spawnSync /bin/sh EPERM"),
        (JAVASCRIPT, "", Verdict.ERROR, "printed nothing"),
        (JAVASCRIPT, "x" * 70_000, Verdict.ERROR, "longer than"),
        (R, "repeat cat(strrep('x', 1e4))", Verdict.OUTPUT_LIMIT, "more to stdout"),
        (R, "repeat message(strrep('x', 1e4))", Verdict.OUTPUT_LIMIT, "more to stderr"),
        (R, "f <- function() stop('bad'); cat(7); f()", Verdict.ERROR, "Error in f() : bad"),
        (R, "x <- (", Verdict.ERROR, "unexpected end of input"),
        (R, "quit(status = 3)", Verdict.ERROR, "status 3"),
        (R, "f <- function() f(); f()", Verdict.ERROR, "Error"),
        (R, "system('id', intern = TRUE)", Verdict.FORBIDDEN, "Operation not permitted"),
        (R, "writeLines('x', '/opt/x')", Verdict.FORBIDDEN, ""),
        (R, "", Verdict.ERROR, "printed nothing"),
    ],
)  # fmt: skip
async def test_each_failure_has_its_outcome_and_says_why(
    sandbox: Sandbox, language_: Language, program: str, outcome: Verdict, message: str
) -> None:
    execution = await sandbox.run(program, _installed(language_))
    assert (execution.outcome, execution.result) == (outcome, None), execution
    assert message in execution.message
    assert execution.message.isprintable()


async def test_no_channel_is_open_to_report_on(sandbox: Sandbox, language: Language) -> None:
    forged = json.dumps([NONCE.hex(), "ok", "", ""])
    program = {
        JAVASCRIPT: "const fs = require('fs');\nfor (let n = 0; n < 64; n++) try {\n"
        f"  if (n > 2 && fs.fstatSync(n).isFIFO()) fs.writeSync(n, {forged!r} + '\\n') }} catch {{}}\nprocess.exit(1)",
        R: f"cat({forged!r}, '\\n'); quit(status = 1)",
    }[language]
    assert (await sandbox.run(program, language)).outcome is Verdict.ERROR


def test_a_program_that_lies_ready_is_not_run_before_it_is_told(language: Language, sandbox: Sandbox) -> None:
    """Or one whose host is killed as it starts would run on with nobody to end it."""
    machine, limits = Machine.here(), Limits()
    guest = Guest(
        find_parts(machine),
        find_runtime(language, machine, limits),
        limits,
        program={JAVASCRIPT: b"console.log(1)", R: b"cat(1)"}[language],
    )
    seen = guest.run(b"\x00", time.monotonic() + 0.7, threading.Event())
    assert (seen.started, seen.stdout) == (True, b"")


# Which language


@pytest.mark.parametrize(
    ("file", "language_"),
    [("a.py", PYTHON), ("a.js", JAVASCRIPT), ("a.CJS", JAVASCRIPT), ("a.R", R), ("b/a.r", R), ("-", PYTHON)],
)
def test_the_ending_names_the_language(file: str, language_: Language) -> None:
    assert language_of(file) is language_


async def test_what_is_not_installed_is_unavailable_and_says_what_to_install(sandbox: Sandbox, tmp_path: Path) -> None:
    for name in ("bwrap", "ldd", "setpriv"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    door = Sandbox(machine=replace(Machine.here(), tool_folders=(tmp_path,)))
    for language_ in (JAVASCRIPT, R):
        execution = await door.run("1", language_)
        assert (execution.outcome, execution.result) == (Verdict.UNAVAILABLE, None)
        assert f"apt-get install {language_.package}" in execution.message
    assert (await door.run("print(1)")).outcome is Verdict.OK, "Python does not suffer for it"
    door.close()


def command_line(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", "from nescio.cli.sandbox import app; app()", *arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        env={"PYTHONPATH": str(ROUTER)},
    )


def test_sandbox_run_takes_the_language_from_the_ending_or_the_option(
    sandbox: Sandbox, language: Language, tmp_path: Path
) -> None:
    source = {JAVASCRIPT: "console.log(6 * 7)", R: "cat(6 * 7)"}[language]
    program = tmp_path / f"program{language.suffixes[0]}"
    program.write_text(source)
    by_ending = json.loads(command_line("run", str(program)).stdout)
    by_option = json.loads(command_line("run", "-", "--language", language.name, stdin=source.encode()).stdout)
    assert by_ending["outcome"] == by_option["outcome"] == "ok"
    assert by_ending["result"] == by_option["result"] == "42"


def test_sandbox_run_refuses_a_language_it_does_not_know() -> None:
    done = command_line("run", "-", "--language", "perl")
    assert (done.returncode, b"perl" in done.stderr) == (2, True)


def test_sandbox_check_tries_every_installed_language(sandbox: Sandbox) -> None:
    row = json.loads(command_line("check", "--json").stdout)
    assert set(row["languages"]) == {language.name for language in LANGUAGES}
    for language in LANGUAGES:
        tried = row["languages"][language.name]
        assert (tried is not None) == is_installed(language, Machine.here())
        assert tried is None or tried["ok"]
    assert row["ok"]


# The judge


@pytest.mark.parametrize("language_", [JAVASCRIPT, R])
@pytest.mark.parametrize(
    ("status", "stderr", "verdict"),
    [
        (0, b"", Verdict.OK),
        (0, b"Error: EPERM", Verdict.OK),
        (1, b"", Verdict.ERROR),
        (1, b"\xff\xfe", Verdict.ERROR),
        (134, b"", Verdict.ERROR),
        (128 + 31, b"", Verdict.FORBIDDEN),
        (128 + 24, b"", Verdict.TIMEOUT),
    ],
)
def test_the_exit_status_is_the_report(language_: Language, status: int, stderr: bytes, verdict: Verdict) -> None:
    seen = Observation(True, b"7\n", stderr, b"", None, False, False, status, 1.0)
    outcome, result, message = judge(seen, NONCE, Limits(), language_)
    assert outcome is verdict
    assert (result == "7") == (verdict is Verdict.OK) == (message == "")
