"""Decides, outside the sandbox, which outcome a run had. Pure.

The report of a Python program says only that it ended and how; a program in another language has no channel to speak
on, and its exit status says it. The result is the last printed line, a plain string: nothing that
a program prints is evaluated, unpickled or trusted here.
"""

from __future__ import annotations

import json
import re
import signal
import unicodedata
from itertools import pairwise

from nescio.sandbox.languages import PYTHON, Language
from nescio.sandbox.machine import HINT
from nescio.sandbox.outcomes import Limits, Verdict
from nescio.sandbox.runner import Observation

_SIGNAL_BASE = 128
_OUT_OF_TIME = _SIGNAL_BASE + signal.SIGXCPU
_KILLED = _SIGNAL_BASE + signal.SIGKILL
_BAD_CALL = _SIGNAL_BASE + signal.SIGSYS
_ERROR = re.compile(r"(?:<ref \*\d+> )?((?:FATAL ERROR|Fatal error|\w*Error)\b.*)")
"""How an interpreter's complaint begins; a program's own lines are echoed before it."""

_STATUSES = {
    "error": Verdict.ERROR,
    "source": Verdict.ERROR,
    "memory": Verdict.MEMORY,
    "forbidden": Verdict.FORBIDDEN,
}


def judge(
    seen: Observation, nonce: bytes, limits: Limits, language: Language = PYTHON
) -> tuple[Verdict, str | None, str]:
    """Verdict, result and message of the run `seen`, whose report, if it is Python, must carry `nonce`."""
    if not seen.started:
        return Verdict.UNAVAILABLE, None, _why_not_started(seen)
    if seen.overflow is not None:
        return Verdict.OUTPUT_LIMIT, None, f"the program wrote more to {seen.overflow} than is read"
    if seen.status == _KILLED and not seen.timed_out and seen.ran < limits.cpu:
        return Verdict.ERROR, None, "the program was killed: by itself, or because the machine has no memory left"
    if seen.timed_out or seen.status in (_OUT_OF_TIME, _KILLED):
        return Verdict.TIMEOUT, None, f"the program did not end within {limits.wall:g} s, {limits.cpu} s of computing"
    if seen.status == _BAD_CALL:
        return Verdict.FORBIDDEN, None, "the program made a call that is not allowed"
    if language.tool is not None and seen.status != 0:
        return _judge_complaint(seen, language)
    if seen.status > _SIGNAL_BASE:
        return Verdict.ERROR, None, _crashed(seen)
    return _judge_result(seen, limits) if language.tool is not None else _judge_report(seen, nonce, limits)


def _crashed(seen: Observation) -> str:
    return f"the program crashed (signal {seen.status - _SIGNAL_BASE})"


def _judge_complaint(seen: Observation, language: Language) -> tuple[Verdict, str | None, str]:
    """An interpreter that gave up says why on standard error: what the program writes there only names its failure."""
    lines = [line.strip() for line in seen.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    message = _complaint(lines)
    if not message:
        message = _crashed(seen) if seen.status > _SIGNAL_BASE else f"the program ended with status {seen.status}"
    verdict = Verdict.ERROR
    for words, said in ((language.forbidden_words, Verdict.FORBIDDEN), (language.memory_words, Verdict.MEMORY)):
        if any(word in line for word in words for line in lines):
            verdict = said
    return verdict, None, printable(message)


def _complaint(lines: list[str]) -> str:
    for line, after in pairwise([*lines, ""]):
        found = _ERROR.match(line)
        if found is not None:
            return f"{found[1]} {after}" if line.endswith(":") else found[1]
    return ""


def _judge_report(seen: Observation, nonce: bytes, limits: Limits) -> tuple[Verdict, str | None, str]:
    report = _read_report(seen.report, nonce)
    if report is None:
        return Verdict.ERROR, None, "the program ended without a valid report"
    status, name, message = report
    if status != "ok":
        return _STATUSES.get(status, Verdict.ERROR), None, printable(f"{name}: {message}" if message else name)
    return _judge_result(seen, limits)


def _judge_result(seen: Observation, limits: Limits) -> tuple[Verdict, str | None, str]:
    result = _last_line(seen.stdout)
    if not result:
        return Verdict.ERROR, None, "the program printed nothing"
    if len(result) > limits.result:
        return Verdict.OUTPUT_LIMIT, None, f"the result is longer than {limits.result} characters"
    return Verdict.OK, result, ""


def _read_report(data: bytes, nonce: bytes) -> tuple[str, str, str] | None:
    """Status, exception name and message; None for anything but one well-formed line with the nonce."""
    if data.count(b"\n") != 1 or not data.endswith(b"\n"):
        return None
    try:
        row = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, list) or len(row) != 4 or not all(isinstance(item, str) for item in row):
        return None
    return (row[1], row[2], row[3]) if row[0] == nonce.hex() else None


def _last_line(stdout: bytes) -> str:
    lines = stdout.decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _why_not_started(seen: Observation) -> str:
    words = printable(seen.stderr.decode("utf-8", "replace").strip())
    if seen.timed_out:
        words = words or "it did not start in time"
    return f"{HINT}: {words or f'it ended with status {seen.status}'}"


def printable(text: str, limit: int = 300) -> str:
    """`text` on one line without control and direction characters, at most `limit` characters long."""
    kept = (" " if char.isspace() else char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    return "".join(kept)[:limit]
