"""Tries a function on examples and calls: builds the program, reads what it reports. Pure; the sandbox runs it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from nescio.types import Execution
from nescio_experts.python.examples import CALLED, Example

SECONDS = 2.0
"""For all examples and calls of one function; what comes later counts as out of time."""

CALL_SECONDS = 0.25

_TRIAL = """
import ast, contextlib, io, itertools, json, math, re, signal, sys, time, types, zlib
from collections.abc import Iterator

class OutOfTime(BaseException):
    pass

def stop(*_):
    raise OutOfTime

def plain(value):
    # Equal texts for values that count as equal, whatever their order or spelling.
    if isinstance(value, float) and math.isfinite(value):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".9g")
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(plain, value))) + "}"
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(plain(key) + ": " + plain(item) for key, item in value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(plain, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(plain, value)) + ")"
    if isinstance(value, (Iterator, range)) or type(value).__name__.startswith("dict_"):
        return plain(list(itertools.islice(value, 1000)))
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))

def short(text):
    return text if len(text) <= 160 else text[:120] + "..." + str(zlib.crc32(text.encode("utf-8", "replace")))

def guarded(action):
    # What it gives, what it prints, and what it raises.
    printed = io.StringIO()
    left = min(CALL_SECONDS, END - time.monotonic())
    if left <= 0:
        return None, "", "out of time"
    try:
        with contextlib.redirect_stdout(printed):
            try:
                signal.setitimer(signal.ITIMER_REAL, left, CALL_SECONDS)
                return action(), printed.getvalue(), ""
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    except OutOfTime:
        return None, printed.getvalue(), "out of time"
    except BaseException as error:
        return None, printed.getvalue(), (type(error).__name__ + ": " + str(error))[:120]

def met(condition):
    said, _, raised = guarded(lambda: bool(eval(condition, {"math": math, **vars(written), CALLED: function})))
    return [None if raised else said, raised]

def call(source):
    def act():
        arguments = ast.literal_eval(source)
        before = plain(arguments)
        said = function(*arguments)
        after = plain(arguments)
        return plain(said) + (" " + after if said is None and after != before else "")
    said, text, raised = guarded(act)
    return short(("!" + raised.partition(":")[0] if raised else said) + (" " + text if text else "")), text

signal.signal(signal.SIGALRM, stop)
written = sys.modules["written"] = types.ModuleType("written")
with contextlib.redirect_stdout(io.StringIO()):
    exec(compile(CODE, "written.py", "exec"), vars(written))
function = getattr(written, NAME)
END = time.monotonic() + SECONDS
conditions = [met(condition) for condition in CONDITIONS]
called = [call(source) for source in CALLS]
told = {"met": conditions, "calls": [said for said, _ in called], "printed": "".join(text for _, text in called)[:500]}
sys.__stdout__.write(json.dumps(told) + "\\ntried\\n")
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """What trying one function gave.

    Attributes:
        met: Of each example, whether the function meets it; None where it raised or ran out of time.
        raised: Of each example, what it raised; "" if it did not.
        behaviour: Of each call, its value and output, or the name of what it raised, as text.
        printed: What the calls printed, cut.
        error: Why there is nothing to tell; "" if there is.
        refused: Whether nothing could be run at all.
    """

    met: tuple[bool | None, ...] = ()
    raised: tuple[str, ...] = ()
    behaviour: tuple[str, ...] = ()
    printed: str = ""
    error: str = ""
    refused: bool = False


def program(code: str, name: str, examples: Sequence[Example], calls: Sequence[str]) -> str:
    """A program that defines `code` and reports what its function `name` does, each call under a guard of its own.

    Args:
        code: Source of the function and what it needs.
        name: Its name.
        examples: Conditions on it.
        calls: Sources of argument tuples.
    """
    known = {
        "CODE": code,
        "NAME": name,
        "CALLED": CALLED,
        "CONDITIONS": [example.condition for example in examples],
        "CALLS": list(calls),
        "SECONDS": SECONDS,
        "CALL_SECONDS": CALL_SECONDS,
    }
    return "".join(f"{word} = {value!r}\n" for word, value in known.items()) + _TRIAL


def read(run: Execution, examples: int, calls: int) -> Trial:
    """What the program of so many `examples` and `calls` reported."""
    if run.outcome != "ok":
        return Trial(error=run.message or run.outcome, refused=run.outcome == "unavailable")
    lines = [line for line in run.stdout.splitlines() if line.strip()]
    try:
        told = json.loads(lines[-2])
        met = tuple(None if one is None else bool(one) for one, _ in told["met"])
        raised = tuple("".join(char if char.isprintable() else " " for char in one) for _, one in told["met"])
        trial = Trial(met, raised, tuple(map(str, told["calls"])), str(told["printed"]))
    except (ValueError, LookupError, TypeError, RecursionError):
        return Trial(error="it told nothing of what it did")
    return trial if (len(trial.met), len(trial.behaviour)) == (examples, calls) else Trial(error="it told too little")
