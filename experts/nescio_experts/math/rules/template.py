"""Templates for whole questions, and the program text that a rule writes.

A template is a pattern that reads like the sentence it matches: ``(words )?`` may be missing, ``(one|other)`` is a
choice, ``{a}`` a number and ``{l:list}`` several. It matches the whole text or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

NUMBER = r"-?(?:\d+(?:\.\d+)?|\.\d+)(?: \d+/\d+|/\d+)?"
_FREE_WORD = (
    r"(?!(?:half|twice|double|triple|each|every|per|more|less|fewer|than|times|another|again|then|average|both|except|"
    r"without|not|if|only|further|rest|remaining|neither|daily|weekly)\b)[a-z'-]+"
)
"""A word of a story that does nothing to its numbers."""

_KINDS = {
    "number": NUMBER,
    "int": r"-?\d+",
    "list": rf"{NUMBER}(?:(?:, ?and |, ?| and | ){NUMBER})+",
    "words": r"[a-z][a-z' -]*?",
    "any": r".+?",
    "free": rf"(?:{_FREE_WORD}(?: {_FREE_WORD}){{0,7}} ?)?",
    "unit": r"[a-z°][a-z°/^0-9. ]*?",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A program that a rule wrote.

    Attributes:
        source: Its text; it prints the answer on one line.
        family: The rule's name.
        unit: What follows the number in the answer, such as ``%`` or `` km``.
        note: A remark on how the question was read, for the answer's end.
        money: Whether the number is in the question's currency, if it has one.
        decimals: Decimal places asked for, or None.
        fraction: Whether a fraction is asked for.
        currency: The sign before the number, or "".
    """

    source: str
    family: str
    unit: str = ""
    note: str = ""
    money: bool = False
    decimals: int | None = None
    fraction: bool = False
    currency: str = ""


class Template:
    """A pattern that is compiled when it is first used: all of them at once would delay every start by a second."""

    def __init__(self, pattern: str) -> None:
        self._source = pattern

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self._source)

    def match(self, text: str) -> re.Match[str] | None:
        """The match of all of `text`, or None."""
        return self.pattern.fullmatch(text)


Templates = tuple[Template, ...]


def compile_templates(*lines: str) -> Templates:
    """One template a line."""
    return tuple(Template(_pattern(line)) for line in lines)


def match_any(templates: Iterable[Template], text: str) -> Iterator[re.Match[str]]:
    """The whole-text matches of `templates`, in order."""
    for template in templates:
        match = template.match(text)
        if match is not None:
            yield match


def _pattern(line: str) -> str:
    line = re.sub(r"(?<!\\)\((?!\?)", "(?:", line)
    return re.sub(r"\{(\w+)(?::(\w+))?\}", lambda m: f"(?P<{m[1]}>{_KINDS[m[2] or 'number']})", line)


def fraction(text: str) -> Fraction:
    """The exact value of a number that a template matched: ``5.5``, ``3/4``, ``5 1/2``.

    Raises:
        ZeroDivisionError: A fraction over zero.
    """
    whole, _, part = text.rpartition(" ")
    if whole:
        value = Fraction(whole)
        return value - Fraction(part) if value < 0 or whole.startswith("-") else value + Fraction(part)
    top, _, below = text.partition("/")
    return Fraction(top) / Fraction(below) if below else Fraction(top)


def literal(text: str) -> str:
    """Source text of the exact number that `text` writes."""
    value = fraction(text)
    return f"F({value.numerator})" if value.denominator == 1 else f"F({value.numerator}, {value.denominator})"


def numbers(text: str) -> tuple[Fraction, ...]:
    """The members of a list that a template matched."""
    parts = re.split(r", ?and |, ?| and | ", re.sub(r"(?<=\d) (?=\d+/\d)", "+", text))
    return tuple(fraction(part.replace("+", " ")) for part in parts if part)


def literals(text: str) -> str:
    """Source text of a list of exact numbers."""
    return "[" + ", ".join(literal(str(value)) for value in numbers(text)) + "]"


def rational(expression: str, setup: str = "") -> str:
    """A program that prints the exact value of `expression`, written with ``F`` for fractions."""
    return f"from fractions import Fraction as F\n{setup}\nanswer = {expression}\nprint(answer)\n".replace("\n\n", "\n")
