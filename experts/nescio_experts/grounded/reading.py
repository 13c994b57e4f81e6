"""A question as words, and the account of which words have been explained. Knows nothing of names or phrases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

_WORD = re.compile(r"\d+(?:[.,]\d+)*(?![^\W_])|[^\W_]+")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ı": "i"})

_FILLERS = """
a about actually again all also am an and another any anybody anyhow anyone are as ask asked asking at away be been
being both briefly but by can check clarify come comes could curious currently dear did do does doing don down each
either else ever exact exactly excuse fact facts fetch figure find for forget forgot from get gets give given go
good got guess had happen happens has have having hello help hey hi hmm how however i if in info information inform
into is isn it its itself just kind kindly know known let like list ll look lookup m many may maybe me mean means
might mind my myself name named need needed needs now of ok okay on one ones only or our out over own pal please pls
plz possible possibly precise precisely present provide question quick quickly quiz re reading really recall
regarding remember remind report respectively right roughly s said same say seem show simply since so some somebody
someone something somewhere sort specify state stated still suppose sure t take tell than thank thanks that the
their them then there these they thing things think this those though through thx to too try u um up us use used ve
versus very vs wanna want wanted was we well were what whats when where whether which while who whom whose will with
without wonder wondering would wouldn ya yeah yes yet you your
"""
FILLERS = frozenset(_FILLERS.split())
"""Words that carry no demand of their own: question words, function words, politeness."""


def fold(text: str) -> str:
    """`text` in lower case, without diacritics, ligatures undone."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as written, folded, and where it stands in the text."""

    text: str
    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text cut into words: runs of letters and digits; hyphens and apostrophes separate, "1,200.5" is one word."""

    text: str
    words: tuple[Word, ...]

    @classmethod
    def of(cls, text: str) -> Reading:
        """Cut `text` into words."""
        composed = unicodedata.normalize("NFC", text)
        found = (m for m in _WORD.finditer(composed))
        return cls(composed, tuple(Word(m[0], _folded_word(m[0]), m.start(), m.end()) for m in found))

    def __len__(self) -> int:
        """Number of words."""
        return len(self.words)

    def folded(self, start: int = 0, end: int | None = None) -> tuple[str, ...]:
        """The folded words from `start` up to `end`."""
        return tuple(word.folded for word in self.words[start:end])

    def surface(self, start: int, end: int) -> str:
        """The text as written from word `start` up to, not including, word `end`."""
        if start >= end:
            return ""
        return self.text[self.words[start].start : self.words[end - 1].end]


def _folded_word(word: str) -> str:
    if word[0].isdigit() and "," in word:
        # "1,200" is a thousand and two hundred, "1,5" is left as it stands.
        return word.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word) else word
    return fold(word)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a question's content was explained.

    Attributes:
        content: Number of content words, those that are no fillers.
        unexplained: The content words, as written, that nothing explained.
    """

    content: int
    unexplained: tuple[str, ...]

    @property
    def share(self) -> float:
        """Explained content words / content words; 1 when there is no content."""
        return 1.0 if self.content == 0 else 1.0 - len(self.unexplained) / self.content


@dataclass(slots=True)
class Claims:
    """Which words of a reading have been explained, and by what. A word is claimed once."""

    reading: Reading
    by: dict[int, str] = field(default_factory=dict)

    def free(self, indexes: Iterable[int]) -> bool:
        """Whether nobody has claimed any of these words."""
        return not any(i in self.by for i in indexes)

    def claim(self, indexes: Iterable[int], kind: str) -> None:
        """Say that `kind` explains these words; words that are claimed already keep their first explanation."""
        for i in indexes:
            self.by.setdefault(i, kind)

    def of_kind(self, kind: str) -> tuple[int, ...]:
        """Indexes of the words that `kind` explains, in order."""
        return tuple(sorted(i for i, k in self.by.items() if k == kind))

    def coverage(self, fillers: frozenset[str] = FILLERS) -> Coverage:
        """What is left: content words are all but unclaimed `fillers`."""
        left = [i for i, w in enumerate(self.reading.words) if i not in self.by and w.folded not in fillers]
        return Coverage(len(self.by) + len(left), tuple(self.reading.words[i].text for i in left))
