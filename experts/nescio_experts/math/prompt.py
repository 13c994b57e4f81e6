"""The messages that ask a model for a program, and the reading of what it sends back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from nescio.types import Message

SYSTEM = (
    "You write short Python programs that answer math questions. Use only the numbers and facts that the question "
    "gives, and general knowledge such as 60 minutes in an hour. Allowed imports: math, sympy, datetime, fractions, "
    "statistics, calendar, itertools. Print only the final answer: one number without words, or a date as YYYY-MM-DD, "
    "a time as HH:MM, or one word. Do not round unless asked; but boxes or buses that must hold everything are rounded "
    "up. If the question lacks a number that is needed, or makes "
    "no sense, print UNKNOWN. Answer with one Python code block and nothing else."
)
_EXAMPLES = (
    (
        "A baker makes 12 trays of 18 rolls. She sells 170 rolls at $0.60 and gives the rest away. How many rolls does "
        "she give away?",
        "rolls = 12 * 18\nsold = 170\nprint(rolls - sold)",
    ),
    (
        "Lena is 4 years older than twice her brother's age. Together they are 31. How old is Lena?",
        "from sympy import symbols, Eq, solve\nb = symbols('b')\nlena = 2 * b + 4\n"
        "print((lena).subs(b, solve(Eq(lena + b, 31), b)[0]))",
    ),
    (
        "What is the date three weeks before 10 March 2022?",
        "from datetime import date, timedelta\nprint(date(2022, 3, 10) - timedelta(weeks=3))",
    ),
    ("A bus carries some children to a farm and comes back. How many children were on it?", "print('UNKNOWN')"),
    (
        "A phone costs 480 euros after a discount of 20%. What did it cost before?",
        "price = 480 / (1 - 20 / 100)\nprint(price)",
    ),
    (
        "A shop sold 35 hats on Monday and some more on Tuesday. How many hats did it sell on both days?",
        "# how many were sold on Tuesday is not given\nprint('UNKNOWN')",
    ),
)
_TODAY = re.compile(
    r"\b(?:today|now|tomorrow|yesterday|current(?:ly)?|this (?:year|month|week)|(?:next|last) (?:year|month|week)|"
    r"until|ago|since|christmas|new year)\b",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_CLOCK = re.compile(r"\b(?:today|now|utcnow|time|localtime|gmtime|ctime)\s*\(\s*\)|\bdate\.today\b|\bdatetime\.now\b")
MAX_CODE = 6000


def messages(question: str, today: date) -> list[Message]:
    """The conversation that asks for a program; today's date is told where the question turns on it."""
    turns = [Message("system", SYSTEM)]
    for asked, code in _EXAMPLES:
        turns += [Message("user", asked), Message("assistant", _block(code))]
    told = f"\n(Today is {today:%A}, {today.isoformat()}.)" if turns_on_today(question) else ""
    return [*turns, Message("user", question + told)]


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


def _block(code: str) -> str:
    return f"```python\n{code}\n```"
