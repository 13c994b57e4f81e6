"""Plain features of a query's wording: how long it is, and what it is made of. No model, no vocabulary.

A sentence encoder says what a query is about and hardly how much work it is; length and numbers say some of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from nescio.calibration.model import Floats

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PART = re.compile(r"\b(?:half|third|quarter|percent|twice|thrice|double|triple|times|each|every|per|ratio)\b|[%/]")
_NEGATION = re.compile(r"\b(?:not|no|none|never|except|false|incorrect|least)\b")
_FORMULA = re.compile(r"[=+*^\\<>]")
_SENTENCE = re.compile(r"[.?!](?:\s|$)")

NAMES = (
    "characters",
    "words",
    "distinct_words",
    "sentences",
    "numbers",
    "word_length",
    "digit_share",
    "capital_share",
    "mark_share",
    "proportions",
    "negated",
    "formula",
)


def text_features(texts: Sequence[str]) -> Floats:
    """(n, len(NAMES)) features of `texts`: counts as ln(1 + count), shares of characters, and word length."""
    return np.array([_features(text) for text in texts], dtype=float).reshape(len(texts), len(NAMES))


def _features(text: str) -> tuple[float, ...]:
    words = text.lower().split()
    size = max(1, len(text))
    counts = (
        len(text),
        len(words),
        len(set(words)),
        len(_SENTENCE.findall(text)),
        len(_NUMBER.findall(text)),
    )
    return (
        *(float(np.log1p(count)) for count in counts),
        sum(map(len, words)) / max(1, len(words)),
        sum(char.isdigit() for char in text) / size,
        sum(char.isupper() for char in text) / size,
        sum(not (char.isalnum() or char.isspace()) for char in text) / size,
        float(np.log1p(len(_PART.findall(text.lower())))),
        float(_NEGATION.search(text.lower()) is not None),
        float(np.log1p(len(_FORMULA.findall(text)))),
    )
