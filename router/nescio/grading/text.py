"""The one normal form of a text: what counts as the same answer, and as the same question.

For comparing and for hashing; never for showing. It knows nothing of golds or grades.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_TOKEN = re.compile(
    r"(?<![^\W_])-?(?:\d+(?:\.\d+)?|\.\d+)%?(?![^\W_])"  # a number of its own, with its sign
    r"|[^\W_]+(?:_+[^\W_]+)*(?:\+\+|\#)?"  # a word; C++ and C# keep their tails
    r"|(?<=[\w)%])\s*(?:\*\*|[+*/^=<>])\s*(?=[\d(])"  # an operator between numbers
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.\s?)+[^\W\d_]\.")
_PERCENT = re.compile(r"(?<=\d)\s*(?:%|per\s?cent\b|percent\b)")
_SIGN = {ord("−"): "-", ord("–"): "-", ord("—"): " - ", ord("⁄"): "/", ord("×"): "*", ord("÷"): "/", ord("’"): "'"}
_LETTERED_WORDS = (
    "vitamin hepatitis type group plan class grade category point option answer choice schedule appendix vertex team "
    "serie section part level model figure table block side exhibit influenza factor variable set event"
)
_LETTERED = frozenset(_LETTERED_WORDS.split())


def normalise(text: str) -> str:
    """The normal form of `text`: case, accents, punctuation, articles, thousands commas and blanks do not matter.

    Kept are what carries meaning in short answers: a minus sign, a decimal point, a percent sign, an operator between
    numbers, the tails of ``C++`` and ``C#``, and the letter in "vitamin A". A text of punctuation alone is its own
    normal form, blanks stripped.
    """
    return " ".join(tokens(text)) or " ".join(text.casefold().split())


def tokens(text: str) -> tuple[str, ...]:
    """The words and numbers of the normal form, in order; none for a text of punctuation alone."""
    found = [match.replace(" ", "") for match in _TOKEN.findall(_plain(text))]
    kept = tuple(word for place, word in enumerate(found) if not _is_article(found, place))
    return kept or tuple(found)


def contains(outer: Sequence[str], inner: Sequence[str]) -> bool:
    """Whether the words `inner` occur in `outer` side by side, in order; an empty `inner` never does."""
    return bool(inner) and find(outer, inner) >= 0


def find(outer: Sequence[str], inner: Sequence[str], start: int = 0) -> int:
    """Where the words `inner` begin in `outer`, from `start` on; −1 if nowhere."""
    size = len(inner)
    wanted = tuple(inner)
    return next((i for i in range(start, len(outer) - size + 1) if tuple(outer[i : i + size]) == wanted), -1)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_SIGN)
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_SIGN)
    text = _INITIALS.sub(lambda match: re.sub(r"[.\s]", "", match.group()) + " ", text)
    text = re.sub(r"(?<=\w)'(?=\w)", "", text).replace("&", " and ")
    return _PERCENT.sub("%", _THOUSANDS.sub("", text))


def _is_article(words: Sequence[str], place: int) -> bool:
    word = words[place]
    if word == "the":
        return True
    if word not in ("a", "an") or place + 1 == len(words):
        return False
    return not (place and words[place - 1] in _LETTERED)
