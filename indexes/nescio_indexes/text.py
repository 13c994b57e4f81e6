"""What is done to a text before it is embedded or compared: cleaning, clipping, and the key by which twins are known.

It does not judge a text; `language` and `scope` do.
"""

from __future__ import annotations

import re
import unicodedata

HEAD_CHARS = 700
TAIL_CHARS = 300
"""Of a longer text the first and the last characters are read: together about the 256 tokens the encoder takes."""

_BLANKS = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """`text` in NFKC with control characters and lone surrogates gone and blanks collapsed; never raises."""
    if not (text.isascii() and text.isprintable()):
        kept = "".join(" " if _is_noise(char) else char for char in text)
        text = unicodedata.normalize("NFKC", kept)
    return _BLANKS.sub(" ", text).strip()


def clip(text: str) -> str:
    """The part of a query that is routed: all of it, or of a long one its head and its tail.

    People put the question first or last and the material in between, so both ends are kept.
    """
    if len(text) <= HEAD_CHARS + TAIL_CHARS:
        return clean(text)
    return clean(f"{text[:HEAD_CHARS]} {text[-TAIL_CHARS:]}")


def twin_key(text: str) -> str:
    """What two texts share when they differ only in case, punctuation or blanks; rows with one key stay together."""
    folded = clean(text).casefold()
    return _NOT_WORD.sub(" ", folded).strip() or folded


def _is_noise(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Cf"}
