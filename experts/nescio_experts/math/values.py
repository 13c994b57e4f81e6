"""Reads what a program printed as a value: number, percentage, quantity, date, time, list, word. Pure, and no eval.

Two values are the same answer when their keys are equal. What is not understood stays text. What cannot be an answer
(empty, nan, infinity, a function object) is no value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from nescio_experts.math.rules.calendar_words import MONTHS, WEEKDAYS, is_date, split_date

Kind = Literal["number", "list", "date", "time", "word", "text", "unknown"]

_DIGITS = 12
"""Significant digits that count: what follows is noise of binary arithmetic."""

_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+|(?<=\d)\.?)(?:[eE][-+]?\d{1,3})?"
_QUANTITY = re.compile(
    rf"(?P<money>[-+]?[$€£] ?)?(?P<n>{_NUMBER})(?: ?/ ?(?P<over>\d+))?"
    r"(?P<unit> ?%| ?[A-Za-z°²³$€£][A-Za-z°²³/^0-9 .-]{0,30})?"
)
_LABEL = re.compile(
    r"(?:(?:the )?(?:final )?(?:answer|result|total|value|output|solution)s?|[A-Za-z]\w{0,20})(?: is)? ?[:=] ?",
    re.IGNORECASE,
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?(?: ?([AaPp])\.?[Mm]\.?)?")
_WORDS = frozenset(
    {"yes", "no", "true", "false", "even", "odd", "prime", "every number", "no real solution", *WEEKDAYS} | set(MONTHS)
)
_NOTHING = re.compile(
    r"(?:nan|[-+]?inf(?:inity)?|zoo|oo|-oo|none|-?\d+/0|\[\]|\{\}|\(\)|set\(\)|emptyset|<.*>|error.*|undefined|null)",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"(?:unknown|not enough information|insufficient (?:data|information)|cannot be determined"
    r"|impossible to (?:say|tell).*)\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """One answer.

    Attributes:
        kind: What sort of value.
        text: As it was printed, trimmed.
        number: The exact value of a number; of a date its ordinal, of a time its minute.
        items: The members of a list, sorted.
        unit: What followed the number, ``%`` included.
        names: Variable names of the members, where they were given.
    """

    kind: Kind
    text: str
    number: Fraction | None = None
    items: tuple[Fraction, ...] = ()
    unit: str = ""
    names: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Equal for values that are the same answer."""
        if self.kind == "number" and self.number is not None:
            return f"number {rounded(self.number, 9)}"
        if self.kind == "list":
            return "list " + " ".join(str(rounded(item, 9)) for item in self.items)
        if self.kind in {"date", "time"}:
            return f"{self.kind} {self.number}"
        return f"{self.kind} {_same_word(self.text)}"


def parse(printed: str | None) -> Value | None:
    """The value that a printed line states, or None if it states none."""
    text = re.sub(r"\s+", " ", (printed or "")).strip().strip("\"'`").rstrip(".").strip()
    if not text or len(text) > 2000 or _NOTHING.fullmatch(text):
        return None
    if _UNKNOWN.fullmatch(text):
        return Value("unknown", text)
    if len(text) > 300 and not re.fullmatch(r"-?\d+", text):
        return None
    return _parse(text)


def _parse(text: str) -> Value | None:
    for reader in (_date, _time, _quantity, _word, _list, _evaluated):
        value = reader(text)
        if value is not None:
            return value
    label = _LABEL.match(text)
    if label is not None and label.end() < len(text):
        return parse(text[label.end() :])
    return Value("text", text) if re.search(r"\w", text) else None


def _date(text: str) -> Value | None:
    iso = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00)?", text)
    parts = split_date(iso[1] if iso else text.lower().replace(",", ", ").replace("  ", " "))
    if parts is None or parts[0] is None or not is_date(parts[0], parts[1], parts[2]):
        return None
    return Value("date", text, Fraction(date(parts[0], parts[1], parts[2]).toordinal()))


def _time(text: str) -> Value | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        return None
    if match[3]:
        hour = hour % 12 + (12 if match[3] in "pP" else 0)
    return Value("time", text, Fraction(60 * hour + minute))


def _quantity(text: str) -> Value | None:
    days = re.fullmatch(r"(-?\d+) days?, 0:00:00", text)
    if days is not None:
        return Value("number", text, Fraction(days[1]), unit="days")
    match = _QUANTITY.fullmatch(text)
    if match is None or not re.search(r"\d", match["n"]):
        return None
    number = exact(match["n"])
    if match["over"]:
        if int(match["over"]) == 0:
            return None
        number /= int(match["over"])
    if match["money"] and match["money"].startswith("-"):
        number = -number
    unit = (match["unit"] or "").strip()
    if re.match(r"(?:and|or|to|x|plus|minus|times)\b", unit) or re.search(
        r"\d", unit.replace("^2", "").replace("^3", "")
    ):
        return None
    return Value("number", text, number, unit=unit or (match["money"] or "").strip(" -+"))


def exact(text: str) -> Fraction:
    """The number that `text` writes in decimals, without the noise of binary arithmetic."""
    plain = text.replace(",", "").rstrip(".")
    value = Fraction(plain)
    digits = re.sub(r"[eE].*", "", plain).lstrip("-+0.").replace(".", "")
    # Fifteen digits and more come from a float, unless they are all of a whole number.
    return rounded(value, _DIGITS) if "." in plain and len(digits) >= 15 else value


def rounded(value: Fraction, digits: int) -> Fraction:
    """`value` rounded to `digits` significant digits; a whole number stays as it is."""
    if value.denominator == 1:
        return value
    size = len(str(abs(value.numerator) // value.denominator)) if abs(value) >= 1 else -_zeros(abs(value))
    step = Fraction(10) ** (digits - size)
    return Fraction(round(value * step)) / step


def _zeros(value: Fraction) -> int:
    """How many zeros follow the decimal point of 0 < `value` < 1."""
    zeros = 0
    while value and value * 10 < 1:
        value *= 10
        zeros += 1
    return zeros


def _word(text: str) -> Value | None:
    return Value("word", text) if text.lower() in _WORDS else None


def _same_word(text: str) -> str:
    word = re.sub(r"\s+", "", text.lower())
    return {"true": "yes", "false": "no"}.get(word, word)


def _list(text: str) -> Value | None:
    inside = re.fullmatch(r"(?:\w+\()?[\[({](.+)[\])}]\)?", text)
    members = [part.strip() for part in re.split(r",(?!\d{3}\b)\s*|\s+and\s+|\s+or\s+", inside[1] if inside else text)]
    if len(members) < 2 and inside is None:
        return None
    found: list[tuple[Fraction, str]] = []
    for member in members:
        name, _, value = member.rpartition("=") if "=" in member else member.rpartition(":")
        number = _plain_number(value.strip())
        if number is None or not re.fullmatch(r"[A-Za-z]?\w{0,8}", name.strip(" '\"")):
            return None
        found.append((number, name.strip(" '\"")))
    if len(found) == 1:
        return Value("number", text, found[0][0], names=(found[0][1],) if found[0][1] else ())
    named = len({name for _, name in found}) == len(found)
    ordered = found if named else sorted(found)
    return Value("list", text, items=tuple(n for n, _ in ordered), names=tuple(name for _, name in ordered if name))


def _plain_number(text: str) -> Fraction | None:
    value = _quantity(text) or _evaluated(text)
    return value.number if value is not None and not value.unit else None


def _evaluated(text: str) -> Value | None:
    """Roots and multiples of π as sympy prints them: ``3*sqrt(5)/2``, ``x = 2``."""
    name, _, right = text.rpartition("=")
    if name and not re.fullmatch(r"[A-Za-z]\w{0,8} ?", name):
        return None
    body = right.strip()
    if name and (plain := _quantity(body)) is not None:
        return Value("number", text, plain.number, unit=plain.unit, names=(name.strip(),))
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?|sqrt|pi|E|[-+*/() ])+", body) or len(body) > 120:
        return None
    try:
        number = _Calculator(re.findall(r"\d+(?:\.\d+)?|sqrt|pi|E|\*\*|[-+*/()]", body)).value()
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    if isinstance(number, complex) or not math.isfinite(number):
        return None
    return Value("number", text, rounded(Fraction(number), _DIGITS), names=(name.strip(),) if name else ())


class _Calculator:
    """Adds, multiplies, takes powers and roots of floats, over tokens; nothing else."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens

    def value(self) -> float:
        result = self._sum()
        if self._tokens:
            raise ValueError(self._tokens[0])
        return result

    def _take(self, *wanted: str) -> str | None:
        return self._tokens.pop(0) if self._tokens and self._tokens[0] in wanted else None

    def _sum(self) -> float:
        result = self._product()
        while sign := self._take("+", "-"):
            right = self._product()
            result = result + right if sign == "+" else result - right
        return result

    def _product(self) -> float:
        result = self._signed()
        while sign := self._take("*", "/"):
            right = self._signed()
            result = result * right if sign == "*" else result / right
        return result

    def _signed(self) -> float:
        if self._take("-"):
            return -self._signed()
        base = self._atom()
        if self._take("**"):
            exponent = self._signed()
            if abs(exponent) > 300 or base < 0:
                raise ValueError("power")
            return float(base**exponent)
        return base

    def _atom(self) -> float:
        constants: dict[str, Callable[[], float]] = {"pi": lambda: math.pi, "E": lambda: math.e}
        if self._take("("):
            result = self._sum()
            if self._take(")") is None:
                raise ValueError("bracket")
            return result
        if self._take("sqrt"):
            return math.sqrt(self._atom())
        if not self._tokens:
            raise ValueError("end")
        token = self._tokens.pop(0)
        return constants[token]() if token in constants else float(token)
