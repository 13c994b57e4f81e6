"""Tries every family of rules on a question; the first that reads it whole writes the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from nescio_experts.math.rules import (
    arithmetic,
    dates,
    equations,
    exceptives,
    geometry,
    integers,
    lists,
    months,
    percent,
    puzzles,
    stories,
    times,
    units,
)
from nescio_experts.math.rules.template import Written
from nescio_experts.math.rules.text import Reading, read_text, unframed, without_currency_words

MAX_LENGTH = 400

_FAMILIES: tuple[Callable[[Reading], Written | None], ...] = (
    exceptives.read,
    months.read,
    times.read,
    integers.read,
    lists.read,
    percent.read,
    units.read,
    geometry.read,
    equations.read,
    puzzles.read,
    stories.read,
    arithmetic.read,
)


def read(question: str, today: date) -> Written | None:
    """The program that a rule writes for `question`, or None where no rule reads all of it."""
    if len(question) > MAX_LENGTH:
        return None
    reading = read_text(question)
    written = None
    # Some rules know money only as a sign before the number.
    for form in dict.fromkeys(_forms(reading)):
        written = written or _read(form, today)
        reading = form
        if written is not None:
            break
    if written is None:
        return None
    return replace(
        written,
        decimals=reading.decimals,
        fraction=written.fraction or reading.fraction,
        currency=reading.currency if written.money else "",
    )


def is_incomplete(question: str) -> bool:
    """Whether `question` is a sum that lacks a number, such as "7 divided by 2 minus?"."""
    return len(question) <= MAX_LENGTH and any(
        arithmetic.is_incomplete(form.text) for form in _forms(read_text(question))
    )


def _forms(reading: Reading) -> tuple[Reading, ...]:
    plain = without_currency_words(reading)
    return reading, plain, unframed(reading), unframed(plain)


def warm_up() -> None:
    """Compile every template, so that the first question does not pay for it."""
    read("the quick brown fox jumps over the lazy dog", date(2000, 1, 1))
    read("what % = is the interest", date(2000, 1, 1))


def _read(reading: Reading, today: date) -> Written | None:
    for family in (lambda given: dates.read(given, today), *_FAMILIES):
        try:
            written = family(reading)
        except (ValueError, ZeroDivisionError, OverflowError):
            # A number that cannot be one (1/0, a year 0): not for this family.
            continue
        if written is not None:
            return written
    return None
