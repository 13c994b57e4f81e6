"""Grades a program by running tests after it. Builds the source; the sandbox runs it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from secrets import token_hex

from nescio.types import SandboxDoor

_FENCE = re.compile(r"```[ \t]*(?:[Pp]ython3?|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
_FAULTS = frozenset({"unavailable"})


async def grade_program(
    answer: str, tests: Sequence[str], sandbox: SandboxDoor, *, setup: str, prompt: str, entry_point: str | None
) -> tuple[bool | None, str]:
    """Whether the program passes all tests, None if it could not be run, and why not.

    The last line printed must be a token that is made here and stands after the tests: a program that ends early with
    success has not passed them.
    """
    token = token_hex(8)
    source = build(answer, tests, token, setup=setup, prompt=prompt, entry_point=entry_point)
    ran = await sandbox.run(source)
    if ran.outcome in _FAULTS:
        return None, ran.message
    right = ran.outcome == "ok" and ran.result == token
    return right, "" if right else (ran.message or "the tests were not reached")


def build(
    answer: str, tests: Sequence[str], token: str, *, setup: str = "", prompt: str = "", entry_point: str | None = None
) -> str:
    """The source of one grading run: set-up, program, tests, and a last line that prints `token`."""
    call = [f"check({entry_point})"] if entry_point else []
    return "\n".join([setup, program_of(answer, prompt), *tests, *call, f"print({token!r})", ""])


def program_of(answer: str, prompt: str = "") -> str:
    """The program in `answer`: its fenced blocks that define something, else its text; a mere body under `prompt`."""
    blocks = [block for block in _FENCE.findall(answer) if block.strip()]
    defining = [block for block in blocks if re.search(r"^(?:async def|def|class)\s", block, re.MULTILINE)]
    chosen = "\n".join(defining or blocks[:1]) if blocks else answer
    if not prompt:
        return textwrap.dedent(chosen)
    if re.search(r"^(?:async def|def|class)\s", chosen, re.MULTILINE):
        # A whole function: the prompt's imports and helpers still come first, its own head is then redefined.
        return f"{prompt}\n    pass\n\n{textwrap.dedent(chosen)}"
    body = chosen if chosen.startswith((" ", "\t")) else textwrap.indent(chosen, "    ")
    return prompt + "\n" + body
