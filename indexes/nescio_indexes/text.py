"""What is done to a text before it is embedded or compared: cleaning, clipping, and the key by which twins are known.

A query means the same with and without its question mark, in quotes, or asked politely, and the encoder does not know
that. So what a router embeds, of exemplars and queries alike, is the bare query. It does not judge a text; `language`
and `scope` do. Slips of the finger are mended by `spelling`.
"""

from __future__ import annotations

import re
import unicodedata

from nescio_indexes.courtesy import without_courtesy

HEAD_CHARS = 700
TAIL_CHARS = 300
"""Of a longer text the first and the last characters are read: together about the 256 tokens the encoder takes."""

_BLANKS = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")
_MARKS = re.compile(r"[?!.,;:…\"]+(?=\s|$)|(?<!\S)[\"'`]+(?=\w)|(?<=\w)[\"'`]+(?=\s|$)")
"""Marks where a word begins or ends: not the point of 3.5, the apostrophe of don't, or the signs of a formula."""
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_STRAIGHT = {**dict.fromkeys(map(ord, "‘’‚"), "'"), **dict.fromkeys(map(ord, "“”„«»"), '"')}


def clean(text: str) -> str:
    """`text` in NFKC with control characters and lone surrogates gone and blanks collapsed; never raises."""
    if not (text.isascii() and text.isprintable()):
        kept = "".join(" " if _is_noise(char) else char for char in text)
        text = unicodedata.normalize("NFKC", kept)
    return _BLANKS.sub(" ", text).strip()


def clip(text: str) -> str:
    """The part of a query that is routed: all of it, or of a long one its head and its tail.

    People put the question first or last and the material in between, so both ends are kept. Applying it twice changes
    nothing more.
    """
    # Cutting first spares cleaning a million characters; NFKC may make many of one, so that the rest is long again.
    return clean(_ends(clean(_ends(text))))


def bare(text: str) -> str:
    """`text` without what its meaning does not hang on: courtesies around it, marks at the ends of words, emoji.

    What would be left of "thanks!" or ":-)" is nothing, so a text that is all courtesy or all marks stays. Applying it
    twice changes nothing more.
    """
    left = clean(text)
    while (shorter := _plain(without_courtesy(left))) != left:
        left = shorter
    return left


def twin_key(text: str) -> str:
    """What two texts share when they are embedded alike or nearly so; rows with one key stay together.

    Twins differ only in case, punctuation, blanks and courtesies.
    """
    folded = bare(text).casefold()
    return _NOT_WORD.sub(" ", folded).strip() or folded


def _ends(text: str) -> str:
    return text if len(text) <= HEAD_CHARS + TAIL_CHARS else f"{text[:HEAD_CHARS]} {text[-TAIL_CHARS:]}"


def _is_noise(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Cf"}


def _plain(text: str) -> str:
    left = _BLANKS.sub(" ", _MARKS.sub(" ", _EMOJI.sub(" ", text.translate(_STRAIGHT)))).strip()
    return left if any(char.isalnum() for char in left) else text
