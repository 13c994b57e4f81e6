"""Says a value in one short sentence: digits with a decimal point, no exponents; dates as people say them, too."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from nescio_experts.math.rules.calendar_words import MONTHS
from nescio_experts.math.rules.template import Written
from nescio_experts.math.values import Value

_SHOWN_DIGITS = 10
_LONG_DENOMINATOR = 1_000
_PLAIN_YEARS = 10_000
"""Whole numbers below it are shown without commas: they may be years."""


def say(value: Value, written: Written | None = None) -> str:
    """The sentence for `value`; `written` is the rule's program behind it, if one was."""
    return f"The answer is {show(value, written)}."


def show(value: Value, written: Written | None = None) -> str:
    """The value itself."""
    if value.kind == "date" and value.number is not None:
        return show_date(date.fromordinal(int(value.number)))
    if value.kind == "time" and value.number is not None:
        return show_time(int(value.number))
    if value.kind == "list":
        members = [show_number(item) for item in value.items]
        if len(value.names) == len(members):
            members = [f"{name} = {member}" for name, member in zip(value.names, members, strict=True)]
        return ", ".join(members)
    if value.kind != "number" or value.number is None:
        return _plain_text(value.text)
    return _number_with_unit(value.number, value, written)


def show_number(number: Fraction, decimals: int | None = None) -> str:
    """`number` in decimals: to ten significant digits where it does not end sooner, and to two decimals at least."""
    if decimals is not None:
        return _decimal(_half_up(number, decimals), decimals)
    if number.denominator == 1:
        whole = number.numerator
        return f"{whole:,}" if abs(whole) >= _PLAIN_YEARS else str(whole)
    places, room = _ending(number), _room(number)
    if places is None or places > room:
        return _decimal(number, room).rstrip("0").rstrip(".")
    return _decimal(number, places)


def show_date(day: date) -> str:
    """``2024-04-15 (Monday, 15 April 2024)``."""
    return f"{day.isoformat()} ({day:%A}, {day.day} {MONTHS[day.month - 1].capitalize()} {day.year})"


def show_time(minutes: int) -> str:
    """``16:15 (4:15 pm)``."""
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d} ({hour % 12 or 12}:{minute:02d} {'pm' if hour >= 12 else 'am'})"


def _number_with_unit(number: Fraction, value: Value, written: Written | None) -> str:
    unit, currency, note, decimals = value.unit, "", "", None
    if written is not None:
        unit, currency, note, decimals = written.unit or unit, written.currency, written.note, written.decimals
    if written is not None and written.family == "base":
        return str(number)
    if unit in {"$", "€", "£"}:
        unit, currency = "", unit
    if currency and decimals is None and _ending(number) == 1:
        decimals = 2
    shown = show_number(abs(number) if currency else number, decimals)
    if currency:
        shown = f"{'-' if number < 0 else ''}{currency}{shown}"
    if written is not None and number.denominator != 1 and not currency:
        exact = f"{number.numerator}/{number.denominator}"
        if written.fraction:
            shown = f"{exact}, which is {shown}"
        elif decimals is None and not unit and _short(number):
            shown = f"{shown} (exactly {exact})"
    if unit and unit[0].isalnum():
        unit = f" {unit}"
    name = f"{value.names[0]} = " if value.names and (written is None or written.family == "equation") else ""
    return f"{name}{shown}{unit}{note}"


def _short(number: Fraction) -> bool:
    """Whether `number` is said exactly only as a fraction, and that one is short."""
    return _ending(number) is None and number.denominator < _LONG_DENOMINATOR


def _room(number: Fraction) -> int:
    """Decimal places that are shown of a number which does not end sooner."""
    size = abs(number)
    if size >= 1:
        return max(2, _SHOWN_DIGITS - len(str(size.numerator // size.denominator)))
    zeros = 0
    while size * 10 < 1:
        size, zeros = size * 10, zeros + 1
    return _SHOWN_DIGITS + zeros


def _ending(number: Fraction) -> int | None:
    """Decimal places after which `number` ends, or None if it never does."""
    below, twos, fives = number.denominator, 0, 0
    while below % 2 == 0:
        below, twos = below // 2, twos + 1
    while below % 5 == 0:
        below, fives = below // 5, fives + 1
    return max(twos, fives) if below == 1 else None


def _half_up(number: Fraction, decimals: int) -> Fraction:
    with localcontext() as context:
        context.prec = 60 + len(str(number.numerator))
        exact = Decimal(number.numerator) / Decimal(number.denominator)
        return Fraction(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def _decimal(number: Fraction, places: int) -> str:
    scaled = round(number * 10**places)
    sign = "-" if scaled < 0 else ""
    digits = str(abs(scaled)).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    shown = f"{int(whole):,}" if int(whole) >= _PLAIN_YEARS else whole
    return f"{sign}{shown}.{part}" if part else f"{sign}{shown}"


def _plain_text(text: str) -> str:
    """A printed word or expression, with ``^`` for powers and without control or direction marks."""
    kept = "".join(char for char in text.replace("**", "^") if char.isprintable())
    return re.sub(r"(?<=\w)\*(?=\w|\()", " * ", kept).strip().rstrip(".")[:300]
