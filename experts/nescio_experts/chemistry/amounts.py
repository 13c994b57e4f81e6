"""Finds amounts of substance and masses to convert: "3 moles", "10 grams … how many moles". It converts nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_MOLES = re.compile(r"(?<!\S)(\d+(?:\.\d+)?) (?:mol|mols|mole|moles)(?!\S)")
_MASS = re.compile(r"(?<!\S)(\d+(?:\.\d+)?) (g|grams?|kg|kilograms?|kilos?|mg|milligrams?)(?!\S)")
_ASKS_MOLES = re.compile(r"(?<!\S)(?:how many|number of|amount in|in|into|to|as) (?:mol|mols|mole|moles)(?!\S)")
_GRAMS = {"k": 1000.0, "m": 0.001, "g": 1.0}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that was given: `value` in moles or in grams."""

    value: float
    unit: Literal["mol", "g"]


def find_amount(line: str) -> tuple[Amount, tuple[re.Match[str], ...]] | None:
    """The one amount in the folded words of a text, and the words that give it; None if there is none or more.

    One mole is no amount to convert: its mass is the molar mass.
    """
    moles, masses, asked = list(_MOLES.finditer(line)), list(_MASS.finditer(line)), list(_ASKS_MOLES.finditer(line))
    if len(moles) == 1 and not masses and float(moles[0][1]) != 1:
        return Amount(float(moles[0][1]), "mol"), (moles[0],)
    if len(masses) == 1 and len(asked) == 1 and not moles:
        return Amount(float(masses[0][1]) * _GRAMS[masses[0][2][0]], "g"), (masses[0], asked[0])
    return None
