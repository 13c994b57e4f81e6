"""Writes numbers, quantities and lists for people: ASCII digits, a decimal point, never an exponent, always a unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_SIGNIFICANT = 12
"""Digits kept: more than any tabulated value has, fewer than binary rounding reaches (20.270999999999987 is 20.271)."""
_COMMAS_FROM = 10_000


def number(value: float, *, digits: int = _SIGNIFICANT, decimals: int | None = None) -> str:
    """`value` in digits: "0.000082", "-38.83", "461,000".

    Args:
        value: A finite number.
        digits: Significant digits to keep.
        decimals: Decimal places to round to first, for computed values.
    """
    shown = Decimal(repr(float(value)))
    if decimals is not None:
        shown = round(shown, decimals)
    text = format(Decimal(f"{shown:.{digits}g}"), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in {"-0", ""}:
        return "0"
    whole, _, fraction = text.partition(".")
    if abs(int(whole)) >= _COMMAS_FROM:
        whole = f"{int(whole):,}"
    return f"{whole}.{fraction}" if fraction else whole


def quantity(value: float, unit: str, *, digits: int = _SIGNIFICANT, decimals: int | None = None) -> str:
    """`value` with its unit; a number without a dimension has the unit ""."""
    text = number(value, digits=digits, decimals=decimals)
    if not unit:
        return text
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}"


def ordinal(value: int) -> str:
    """The rank `value`: 1st, 2nd, 13th."""
    suffix = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


def join(parts: Sequence[str], word: str = "and") -> str:
    """The parts as a list in prose: a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def sentence(text: str) -> str:
    """`text` with a capital first letter and a full stop."""
    text = text.strip()
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
