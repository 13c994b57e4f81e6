"""The messages that ask a model for a program, and the reading of what it sends back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from nescio.types import Message

_PROGRAM_SYSTEM = "You solve math questions by writing Python."
_PROGRAM = (
    "Write one short Python program that computes the answer and prints it. Name each variable for what it stands for, "
    "and say in a comment before each line what it computes and why. Allowed imports: math, sympy, datetime, "
    "fractions, statistics, calendar, itertools. Print only the final answer: a number without words, a date as "
    "YYYY-MM-DD, a time as HH:MM, or one word. Do not round unless asked. If a number that is needed is not given, "
    "print('UNKNOWN'). Give the code block alone."
)
_WORDS_SYSTEM = "Please reason step by step, and put your final answer within \\boxed{}."
_TODAY = re.compile(
    r"\b(?:today|now|tomorrow|yesterday|current(?:ly)?|this (?:year|month|week)|(?:next|last) (?:year|month|week)|"
    r"until|ago|since|christmas|new year)\b",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_CLOCK = re.compile(r"\b(?:today|now|utcnow|time|localtime|gmtime|ctime)\s*\(\s*\)|\bdate\.today\b|\bdatetime\.now\b")
MAX_CODE = 6000


def program(question: str, today: date) -> list[Message]:
    """The conversation that asks for a program; today's date is told where the question turns on it."""
    return [Message("system", _PROGRAM_SYSTEM), Message("user", f"{_dated(question, today)}\n\n{_PROGRAM}")]


def words(question: str, today: date) -> list[Message]:
    """The conversation that asks for a solution in words, its answer in a box."""
    return [Message("system", _WORDS_SYSTEM), Message("user", _dated(question, today))]


def repair(asked: Sequence[Message], code: str, complaint: str) -> list[Message]:
    """The conversation that asks once more, after `code` failed with `complaint`."""
    request = f"That program failed: {complaint}\nWrite a corrected program for the same question."
    return [*asked, Message("assistant", _block(code)), Message("user", request)]


def turns_on_today(question: str) -> bool:
    """Whether the answer may depend on the day it is asked."""
    return _TODAY.search(question) is not None


def extract(text: str) -> str | None:
    """The program in a completion: its first code block, or the whole text where it is code already."""
    block = _BLOCK.search(text)
    code = block[1] if block else text.removeprefix("```python").strip("`")
    code = code.strip("\n")
    looks_like_code = "print(" in code
    return code if looks_like_code and len(code) <= MAX_CODE else None


def reads_the_clock(code: str) -> bool:
    """Whether a program asks the machine for the date: its answer would depend on when it is run."""
    return _CLOCK.search(code) is not None


def _dated(question: str, today: date) -> str:
    told = f"\n(Today is {today:%A}, {today.isoformat()}.)" if turns_on_today(question) else ""
    return question + told


def _block(code: str) -> str:
    return f"```python\n{code}\n```"
