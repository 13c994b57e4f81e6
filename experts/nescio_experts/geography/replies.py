"""What carrying out a plan gives: a reply in words with what it rests on, or a gap in the tables."""

from __future__ import annotations

from dataclasses import dataclass

from nescio_experts.geography.atlas import Country, Group


@dataclass(frozen=True, slots=True)
class Reply:
    """An outcome in words.

    Attributes:
        text: One or two sentences.
        countries: The countries whose facts were used.
        groups: The groups whose members were used.
        facts: How many facts were looked up.
        operations: How many operations were done on them.
        official: Whether official languages were used, which come from another source.
        empty: Whether the outcome is that nothing fits.
        dated: Whether populations were used, whose year is not the table's.
    """

    text: str
    countries: tuple[Country, ...]
    groups: tuple[Group, ...] = ()
    facts: int = 1
    operations: int = 0
    official: bool = False
    empty: bool = False
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """What the tables lack, in words for a person."""

    message: str
