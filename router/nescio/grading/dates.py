"""Dates in text: year, month and day, as far as each is given, and when one states another."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ("january february march april may june july august september october november december").split()
_MONTH = {name: i for i, full in enumerate(_MONTHS, start=1) for name in (full, full[:3])} | {"sept": 9}
_NAME = "|".join(sorted(_MONTH, key=len, reverse=True))
_YEAR = r"(?P<year>[12]\d{3})"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_FORMS = tuple(
    re.compile(rf"\b{form}\b", re.IGNORECASE)
    for form in (
        rf"{_YEAR}-(?P<month>[01]?\d)-{_DAY}",
        rf"(?P<name>{_NAME})\.?\s+{_DAY}(?:\s*,)?\s+(?:of\s+)?{_YEAR}",
        rf"{_DAY}\s+(?:of\s+)?(?P<name>{_NAME})\.?(?:\s*,)?\s+{_YEAR}",
        rf"(?P<name>{_NAME})\.?,?\s+(?:of\s+)?{_YEAR}",
        rf"(?P<name>{_NAME})\.?\s+{_DAY}",
        rf"{_DAY}\s+(?:of\s+)?(?P<name>{_NAME})",
        rf"(?<![\d.,$€£-]){_YEAR}(?![\d.,%]\d)",
    )
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as precise as the text gives it; None is not given."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


def dates(text: str) -> tuple[Date, ...]:
    """Every date in `text`, in order; the most complete reading of each place."""
    taken: list[tuple[int, int, Date]] = []
    for form in _FORMS:
        for match in form.finditer(text):
            date = _read(match.groupdict())
            if date is not None and all(match.end() <= start or match.start() >= end for start, end, _ in taken):
                taken.append((match.start(), match.end(), date))
    return tuple(date for _, _, date in sorted(taken, key=lambda place: place[0]))


def states(given: Date, gold: Date) -> bool:
    """Whether `given` states `gold`: nothing contradicts, and the year, where the gold has one, is given.

    A more precise date states a less precise one that contains it. A bare year states a full date of that year:
    whether a question wanted the day is for the caller to say.
    """
    pairs = ((given.year, gold.year), (given.month, gold.month), (given.day, gold.day))
    if any(one is not None and two is not None and one != two for one, two in pairs):
        return False
    if gold.year is not None:
        return given.year is not None
    return given.month is not None and (gold.day is None or given.day is not None)


def _read(parts: dict[str, str | None]) -> Date | None:
    name, month = parts.get("name"), parts.get("month")
    number = _MONTH[name.lower()] if name else int(month) if month else None
    year, day = parts.get("year"), parts.get("day")
    date = Date(int(year) if year else None, number, int(day) if day else None)
    if (number is not None and not 1 <= number <= 12) or (date.day is not None and not 1 <= date.day <= 31):
        return None
    return date
