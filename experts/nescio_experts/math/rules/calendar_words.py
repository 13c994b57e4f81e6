"""Dates, months and weekdays as people write them. Reading only; nothing is computed here."""

from __future__ import annotations

import re
from datetime import date

MONTHS = ("january february march april may june july august september october november december").split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = {name: i for i, full in enumerate(MONTHS, start=1) for name in (full, full[:3])} | {"sept": 9}
_WEEKDAY = {name: i for i, full in enumerate(WEEKDAYS) for name in (full, full[:3])} | {
    "tues": 1,
    "thurs": 3,
    "thur": 3,
}

MONTH = r"(?:" + "|".join(sorted(_MONTH, key=len, reverse=True)) + r")\b\.?"
WEEKDAY = r"(?:" + "|".join(sorted(_WEEKDAY, key=len, reverse=True)) + r")"
_DAY = r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_NAMED = (
    re.compile(rf"{_DAY}(?: of)? (?P<month>{MONTH})(?:,? (?:in )?(?:the year )?{_YEAR})?"),
    re.compile(rf"(?P<month>{MONTH}) {_DAY}(?:,? (?:in )?(?:the year )?{_YEAR})?"),
)
_ISO = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})")
_SLASHED = re.compile(r"(?P<one>\d{1,2})[/.](?P<two>\d{1,2})[/.](?P<year>\d{4})")
_FEASTS = {
    "christmas": (12, 25), "christmas day": (12, 25), "xmas": (12, 25), "christmas eve": (12, 24),
    "new year's day": (1, 1), "new year": (1, 1), "new year's": (1, 1), "new years": (1, 1), "new year's eve": (12, 31),
    "halloween": (10, 31), "valentine's day": (2, 14),
}  # fmt: skip
DATE = (
    rf"(?:(?:{WEEKDAY},? )?(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? (?:in )?(?:the year )?\d{{4}})?"
    rf"|(?:{WEEKDAY},? )?{MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?:,? (?:in )?(?:the year )?\d{{4}})?"
    r"|\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{4}"
    r"|today|tomorrow|yesterday|now"
    r"|(?:" + "|".join(sorted(_FEASTS, key=len, reverse=True)) + r")(?:,? (?:in |of )?\d{4})?)"
)


def month_number(name: str) -> int:
    """1 to 12 for a month's name or abbreviation."""
    return _MONTH[name.rstrip(".")]


def weekday_number(name: str) -> int:
    """0 (Monday) to 6 for a weekday's name or abbreviation."""
    return _WEEKDAY[name]


def split_date(text: str) -> tuple[int | None, int, int] | None:
    """Year (None if not given), month and day; None where it is no date or can be read in two ways."""
    text = re.sub(rf"^{WEEKDAY},? ", "", text.strip())
    for pattern in _NAMED:
        match = pattern.fullmatch(text)
        if match is not None:
            year = int(match["year"]) if match["year"] else None
            return year, month_number(match["month"]), int(match["day"])
    match = _ISO.fullmatch(text)
    if match is not None:
        return int(match["year"]), int(match["month"]), int(match["day"])
    match = _SLASHED.fullmatch(text)
    if match is not None:
        return _slashed(int(match["one"]), int(match["two"]), int(match["year"]))
    match = re.fullmatch(r"(.+?)(?:,? (?:in |of )?(\d{4}))?", text)
    if match is not None and match[1] in _FEASTS:
        return int(match[2]) if match[2] else None, *_FEASTS[match[1]]
    return None


def _slashed(one: int, two: int, year: int) -> tuple[int, int, int] | None:
    """03/04/2021 is April in one country and March in another: read only where one of the two cannot be a month."""
    if one == two or (one > 12 >= two):
        return year, two, one
    return (year, one, two) if two > 12 >= one else None


def is_date(year: int, month: int, day: int) -> bool:
    """Whether there is such a day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
