"""Programs that show how something is done: what running them said, which one to show, how far they agree. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nescio.types import Completion, Execution
from nescio_experts.python import reading

_ELSEWHERE = re.compile(
    r"^(?:FileNotFound|FileExists|Permission|IsADirectory|NotADirectory|Connection|Timeout|Interrupted|EOF|OS|BlockingIO)"
    r"(?:Error)\b|^(?:URLError|gaierror)\b"
)
"""Failures that speak of where the program ran, not of the program: the sandbox has no files, no network, no input."""

_CALLED = re.compile(r"([A-Za-z_]\w*)\s*\(")
_ATTRIBUTE = re.compile(r"\.([A-Za-z_]\w*)")
_KEYWORD = re.compile(r"\b(for|in|lambda|with|except|del|yield|def|class|while|if|not|is)\b")
_OPERATOR = re.compile(r"\*\*|//|:=|==|&|\||\^|%|\[[^\]]*:[^\]]*\]")
_PLAIN = frozenset({"print", "range", "str"})
"""Calls that a program makes around what it shows."""


@dataclass(frozen=True, slots=True)
class Program:
    """One reply: what it says in a line, its code if it has any, and what running that gave."""

    completion: Completion
    line: str
    code: str | None
    run: Execution | None

    @property
    def verdict(self) -> float:
        """1 if it ran, -1 if it failed, 0 if nobody can say: no code, no sandbox, or nothing there to work on."""
        if self.run is None:
            return 0.0
        if self.run.outcome == "ok":
            return 1.0
        return -1.0 if self.run.outcome == "error" and not _ELSEWHERE.match(self.error) else 0.0

    @property
    def error(self) -> str:
        """What went wrong, in a line; "" if nothing did."""
        lines = self.run.message.strip().splitlines() if self.run is not None else []
        return lines[-1] if lines else ""

    @property
    def stdout(self) -> str:
        """What it printed; "" if it prints nothing itself."""
        return self.run.stdout if self.run is not None and self.code and "print(" in self.code else ""


def runnable(code: str) -> str:
    """`code`, with a last word if it has none: the sandbox takes a silent program for a failed one."""
    return code if "print(" in code else f"{code}\nprint('done')"


def uses(code: str) -> frozenset[str]:
    """What `code` calls, which attributes it takes, and by which keywords and operators it works."""
    bare = re.sub(r"#.*|(['\"]).*?\1", "", code)
    called = {*_CALLED.findall(bare), *_ATTRIBUTE.findall(bare)} - _PLAIN
    operators = {"[:]" if sign.startswith("[") else sign for sign in _OPERATOR.findall(bare)}
    return frozenset(called | set(_KEYWORD.findall(bare)) | operators)


def likeness(one: Program, other: Program) -> float:
    """How far two programs do a thing in the same way: Jaccard index of what they use, 0 if the other one failed."""
    if one.code is None or other.code is None or other.verdict < 0:
        return 0.0
    mine, theirs = uses(one.code), uses(other.code)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 1.0


def evidence(chosen: Program, written: Sequence[Program]) -> dict[str, float]:
    """What running `written` says of the `chosen` one of them.

    Returns:
        ``ran``: its verdict; ``refuted``: the share of all that failed; ``likeness``: the mean likeness of the others.
    """
    others = [other for other in written if other is not chosen]
    return {
        "ran": chosen.verdict,
        "refuted": sum(program.verdict < 0 for program in written) / len(written),
        "likeness": sum(likeness(chosen, other) for other in others) / len(others) if others else 0.0,
    }


def choose(programs: Sequence[Program]) -> Program:
    """The first, which the model holds most likely, unless it failed and another ran."""
    first = programs[0]
    if first.verdict >= 0:
        return first
    return next((program for program in programs if program.verdict > 0), first)


def read(completion: Completion) -> tuple[str, str | None]:
    """The line and the code of a reply."""
    line = reading.first_line(completion.text)
    return ("" if line.startswith("```") else line), reading.code_block(completion.text)
