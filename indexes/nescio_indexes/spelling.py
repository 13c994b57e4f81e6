"""Mends slips of the finger in a query before it is embedded: one letter swapped, dropped, doubled or mistyped.

An encoder cuts a word that it does not know into pieces, and one slip in a word that matters then moves a query out of
scope. A word is touched only if neither the encoder nor any exemplar knows it and a known word is one slip away; so
exemplars always read as they are, and names that exemplars use are safe. One slip explains most misspelt words
(Damerau, CACM 7, 1964). What is shown, asked and answered stays the
user's own text: only what is routed is mended.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from string import ascii_lowercase

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE = {key: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in _KEYS for i, key in enumerate(row)}
"""The keys to the left and right of each letter on a keyboard."""
MOST = 4
"""More unknown words than this are no slips: names, jargon, another language."""
LEAST = 3
"""Letters of the shortest word that is mended, and of the shortest that it is mended to.

In a word as short as that only the likely slips are mended: almost any three letters are one letter off a word.
"""

_WORD = re.compile(rf"(?<![\w'@./-])[A-Za-z]{{{LEAST},}}(?![\w'@/-])")
"""A word by itself: no part of an address, a path, a hyphenated name, or of code with digits or underscores."""
_LETTERS = re.compile(r"[a-z]+")


class Speller:
    """Mends words that neither the encoder nor the exemplars know. Immutable, so threads may share it."""

    def __init__(self, used: Counter[str], words: Mapping[str, int]) -> None:
        """Take what is known.

        Args:
            used: How often texts whose words are right by definition use each, as `words_of` counts them.
            words: The encoder's whole words in small letters, with their rank, common ones first. With none it cannot
                be told what the encoder knows, and nothing is mended.
        """
        self._used = used
        self._words = words

    def mend(self, text: str) -> str:
        """`text` with the words that hold one slip mended; `text` itself where there is none."""
        if not self._words:
            return text
        unknown = [found for found in _WORD.finditer(text) if not self._knows(found[0].lower())]
        if not unknown or len(unknown) > MOST:
            return text
        pieces, end = [], 0
        for found in unknown:
            pieces += [text[end : found.start()], self._meant(found[0].lower()) or found[0]]
            end = found.end()
        return "".join([*pieces, text[end:]])

    def _knows(self, word: str) -> bool:
        return word in self._words or word in self._used

    def _meant(self, word: str) -> str | None:
        """The known word that is one slip away: by the likelier slip, then the first letter, then the commoner."""
        for slips in (_likely, _unlikely) if len(word) > LEAST else (_likely,):
            found = [near for near in slips(word) if self._knows(near) and len(near) >= LEAST]
            if found:
                return min(found, key=lambda near: (near[0] != word[0], *self._rank(near)))
        return None

    def _rank(self, word: str) -> tuple[int, int, str]:
        return -self._used[word], self._words.get(word, len(self._words)), word


def words_of(texts: Iterable[str]) -> Counter[str]:
    """How often `texts` use each word."""
    return Counter(word for text in texts for word in _LETTERS.findall(text.lower()))


def _likely(word: str) -> set[str]:
    """What may have been meant, had a letter been dropped, doubled, or exchanged with the next or the key beside it."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    dropped = {head + letter + tail for head, tail in cuts for letter in ascii_lowercase}
    doubled = {head + tail[1:] for head, tail in cuts if head and head[-1:] == tail[:1]}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    beside = {head + letter + tail[1:] for head, tail in cuts if tail for letter in BESIDE[tail[0]]}
    return dropped | doubled | swapped | beside


def _unlikely(word: str) -> set[str]:
    """The same, had any letter been put in or exchanged for any other."""
    cuts = [(word[:place], word[place:]) for place in range(len(word))]
    put_in = {head + tail[1:] for head, tail in cuts}
    return put_in | {head + letter + tail[1:] for head, tail in cuts for letter in ascii_lowercase}
