"""Whether letters that look like the symbol of an element are one, by where they stand."""

from __future__ import annotations

import re

from nescio_experts.chemistry.spelling import WORD_SYMBOLS
from nescio_experts.grounded import Reading

_SYMBOL_BEFORE = frozenset(
    "of for symbol element discovered found isolated named is was did does do and or than between has have versus vs "
    "to s".split()
)


def is_ion(reading: Reading, index: int) -> bool:
    """Whether a charge follows the symbol ("Na+", "Cl-")."""
    return re.match(r"[+⁺⁻]|-(?!\w|\s*\d)", reading.text[reading.words[index].end :]) is not None


def _is_paired(reading: Reading, index: int) -> bool:
    """Whether "or" or "and" joins the word to a following symbol ("He or Ne")."""
    after = reading.words[index + 1 : index + 3]
    joined = len(after) == 2 and after[0].folded in {"or", "and", "vs", "versus"}
    return joined and len(after[1].text) <= 2 and after[1].text[0].isupper() and after[1].text not in {"I", "A"}


def is_symbol_here(reading: Reading, index: int) -> bool:
    """Whether a word such as "As", "In", "I" or "No" stands where only a symbol can."""
    text = reading.words[index].text
    if text not in WORD_SYMBOLS:
        return True
    if _is_paired(reading, index):
        return True
    if reading.text[reading.words[index].end : reading.words[index].end + 2] in {"'s", "’s"}:
        return text not in {"He", "No"}
    before_it = reading.text[: reading.words[index].start].rstrip()
    if index == len(reading) - 1 and index > 0 and text not in {"I", "No", "He"}:
        return True
    if before_it.endswith(":"):
        # "Symbol: As", but "Quick question: At what temperature …".
        return re.match(r"\s*([,;.?!/)]|\Z)", reading.text[reading.words[index].end :]) is not None
    if index == 0:
        following = reading.text[reading.words[0].end : reading.words[0].end + 2]
        return following.startswith(":") or following in {"'s", "’s"}
    before = reading.words[index - 1].folded
    if text == "I":
        return before in {"of", "for", "symbol", "element", "between", "than"}
    return before in _SYMBOL_BEFORE
