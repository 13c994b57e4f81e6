"""Limits on figures: whether a value is within one, and how to say it."""

from __future__ import annotations

from nescio_experts.geography import facts
from nescio_experts.geography.plans import Limit


def within(value: float, limit: Limit) -> bool:
    """Whether `value` satisfies `limit`."""
    if limit.low is not None and not (value > limit.low or (limit.inclusive and value == limit.low)):
        return False
    return limit.high is None or value < limit.high or (limit.inclusive and value == limit.high)


def limit_words(limit: Limit) -> str:
    """Such as "more than 10,000,000 inhabitants"."""
    if limit.low is not None and limit.high is not None:
        low = facts.figure_words(limit.low, limit.dim, limit.unit)
        return f"between {low} and {facts.figure_words(limit.high, limit.dim, limit.unit)}"
    if limit.low is not None:
        word = "at least" if limit.inclusive else "more than"
        return f"{word} {facts.figure_words(limit.low, limit.dim, limit.unit)}"
    word = "at most" if limit.inclusive else "less than"
    return f"{word} {facts.figure_words(limit.high or 0.0, limit.dim, limit.unit)}"
