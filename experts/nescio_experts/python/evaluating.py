"""Answers "what does this expression give?" by running it: builds the program, reads what the sandbox reports. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from nescio.types import Execution

_PROGRAM = """\
{imports}from collections.abc import Iterator
_value = ({code}
)
if isinstance(_value, (range, Iterator)) or type(_value).__name__.startswith("dict_"):
    _value = list(_value)
print(repr(_value))
"""
_PRINTS = re.compile(r"print\(")
_RAISED = re.compile(r"^([A-Z]\w*(?:Error|Exception|Iteration|Interrupt|Exit|Warning)): ?(.*)", re.DOTALL)


def program(code: str, modules: Collection[str]) -> str:
    """A program that prints what `code` prints, else the repr of its value; imports what it mentions of `modules`."""
    heads = sorted({head for head in re.findall(r"(?<![\w.])([a-z_]\w*)\.", code) if head in modules})
    imports = "".join(f"import {head}\n" for head in heads)
    return imports + code if _PRINTS.match(code) else _PROGRAM.format(imports=imports, code=code)


def value_of(code: str, run: Execution) -> str | None:
    """What the expression gave, as a sentence; None if the run says nothing about it.

    An exception is an answer too ("it raises ValueError"), except one that says the text was no program.
    """
    if run.outcome == "ok" and run.result is not None:
        return run.stdout.strip() if _PRINTS.match(code) else run.result
    raised = _RAISED.match(run.message or "")
    if run.outcome != "error" or raised is None or raised.group(1) in {"SyntaxError", "NameError", "IndentationError"}:
        return None
    detail = f": {raised.group(2).strip()}" if raised.group(2).strip() else ""
    return f"It raises {raised.group(1)}{detail}"
