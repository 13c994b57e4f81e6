"""The command line from outside: nothing that is typed, piped or interrupted ends in a traceback."""

import math
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nescio import cli
from nescio.cli import calibrate, terminal
from nescio.cli.streams import say_what_can_be_said
from nescio.errors import ModelMissing
from nescio.types import Abstained, Reason
from tests.serving import NESCIO

GROUPS = ("experts", "models", "index", "policy", "sandbox", "eval")


def nescio(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NESCIO, *words],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("group", ["", *GROUPS, "calibrate"])
def test_a_bare_group_shows_its_help_and_that_is_no_error(group: str) -> None:
    shown = CliRunner().invoke(cli.app, [group] if group else [])
    assert shown.exit_code == 0
    assert "--help" in shown.stdout
    assert not shown.stderr


@pytest.mark.parametrize("words", [("ask",), ("frobnicate",), ("models", "frobnicate"), ("ask", "x", "--target", "y")])
def test_what_cannot_be_read_is_a_usage_error_with_the_help_to_try(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli.app, list(words))
    assert shown.exit_code == 2
    assert "-h" in shown.stderr


@pytest.mark.parametrize("option", ["--max-risk", "--max-hallucination-rate"])
def test_a_bound_out_of_range_or_on_the_ungated_monolith_is_refused_at_once(nescio, option: str) -> None:
    for value in ("0", "1", "-0.1", "nan"):
        code, _, err = nescio("ask", "What is the capital of Peru?", option, value)
        assert code == 2
        assert f"error[invalid_request]: {option} {float(value):g} is not between 0 and 1" in err
        assert "hint: " in err
    code, _, err = nescio("ask", "What is the capital of Peru?", option, "0.1", "--model", "monolith")
    assert code == 2
    assert f"{option} needs a gate" in err


def test_help_and_errors_are_without_boxes_when_piped() -> None:
    helped, refused = nescio("eval", "--help"), nescio("ask")
    assert "│" not in helped.stdout + refused.stderr
    assert (helped.returncode, refused.returncode) == (0, 2)


def test_a_reader_that_leaves_early_is_no_error_message() -> None:
    command = f"{NESCIO} models list --json | true; {NESCIO} models list | head -n 1"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert run.stderr == ""
    assert run.stdout.startswith("model ")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs `main` with a command that raises; its exit code and what it said on standard error."""

    def call(error: BaseException) -> tuple[int, str]:
        def fail() -> None:
            raise error

        monkeypatch.setattr(cli, "app", fail)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().err

    return call


def test_an_error_of_ours_is_a_line_with_its_hint_and_its_exit_code(called) -> None:
    assert called(ModelMissing("it is not here", hint="fetch it")) == (
        1,
        "error[model_missing]: it is not here\n  hint: fetch it\n",
    )


def test_an_unforeseen_error_is_a_line_and_a_way_to_see_more(called, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = called(KeyError("target"))
    assert (code, said.splitlines()[0]) == (1, "error[internal_error]: KeyError: 'target'")
    assert "NESCIO_LOG_LEVEL=debug" in said
    monkeypatch.setenv("NESCIO_LOG_LEVEL", "debug")
    with pytest.raises(KeyError):
        cli.main()


@pytest.mark.parametrize(
    ("error", "code", "name"),
    [
        (PermissionError(13, "Permission denied", "/x"), 2, "data_error"),
        (OSError(28, "No space left on device", "/x"), 1, "out_of_disk"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(called, error: OSError, code: int, name: str) -> None:
    assert called(error)[0] == code
    assert called(error)[1].startswith(f"error[{name}]: /x: {error.strerror}")


def test_interrupting_has_the_exit_code_of_shells(called) -> None:
    assert called(KeyboardInterrupt()) == (130, "")


def test_what_an_encoding_lacks_is_spelt_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "out").open("w", encoding="latin-1") as out:
        monkeypatch.setattr(sys, "stdout", out)
        say_what_can_be_said()
        out.write("−t/(1−t) → “é” \udcff 茶")
    assert (tmp_path / "out").read_text(encoding="latin-1") == '-t/(1-t) -> "é" ? ?'


def test_ctrl_c_ends_a_chat_at_its_prompt(served_home: Path, smol: Path) -> None:
    pid, terminal_fd = pty.fork()
    if pid == 0:
        # A suite that runs in the background has it ignored, and hands that on.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.environ |= {"NESCIO_HOME": str(served_home), "NESCIO_PROFILE": str(smol)}
        os.execv(NESCIO, [str(NESCIO), "chat"])
    seen, deadline = b"", time.monotonic() + 100
    try:
        while b"\n> " not in seen and time.monotonic() < deadline:
            if select.select([terminal_fd], [], [], 1)[0]:
                seen += os.read(terminal_fd, 4096)
        assert b"\n> " in seen
        # Python misses a Ctrl-C between the prompt and the reading of a line: pressed again where nothing comes of it.
        # The terminal closes when the process has gone.
        pressed = -math.inf
        while time.monotonic() < deadline:
            if time.monotonic() > pressed + 15:
                pressed = time.monotonic()
                os.write(terminal_fd, b"\x03")
            if select.select([terminal_fd], [], [], 1)[0] and not _read(terminal_fd):
                break
    finally:
        if time.monotonic() >= deadline:
            os.kill(pid, signal.SIGKILL)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert ended == 130
    assert b"Traceback" not in seen


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""


def test_what_an_interrupted_command_keeps_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), terminal.resumable("all of it"):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "\nstopped: all of it\n"


def test_an_uncalibrated_expert_comes_with_the_command_that_calibrates_it() -> None:
    unsure = Abstained(Reason.UNCALIBRATED, "none", would_have_asked="tea")
    assert terminal.next_step(unsure) == "nescio calibrate --expert tea"
    assert terminal.next_step(Abstained(Reason.OUT_OF_SCOPE, "no", would_have_asked="tea")) == ""


def report(status: str, graded: int, right: int, coverage: float | None) -> dict[str, object]:
    fit = {"asked": 40, "graded": graded, "right": right, "at_target": {"0.75": {"coverage": coverage}}}
    return {"expert": "tea", "status": status, "fit": fit}


def test_a_calibration_says_what_to_do_when_it_would_seldom_answer() -> None:
    pooled, seldom = calibrate.advice(report("pooled", 28, 10, 0.03))
    assert "28 of the 40" in pooled
    assert "30 make" in pooled
    assert "would answer 3 %" in seldom
    assert "10 of its 28" in seldom
    assert calibrate.advice(report("own", 40, 38, 0.9)) == ["At target 0.75 it would answer 90 % of these questions."]
    assert "would answer 0 %" in calibrate.advice(report("own", 40, 2, None))[0]
