"""Finds phrases that mean something ("boiling point", "how many people live") among the words of a question.

A phrase is written compactly and expanded once: ``{boil,boils} {,at }what`` gives four phrases. `` .. `` lets up to
five words stand between two parts ("turn .. liquid" finds "turn gallium liquid"). Plain word lookup, no regular
expressions, so thousands of phrases cost microseconds. What a phrase means is the caller's business.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from nescio_experts.grounded.reading import Reading

_GAP = ".."
_WIDEST_GAP = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """Phrase `id` found at the words `indexes` (in order; with a gap they are not adjacent)."""

    id: str
    indexes: tuple[int, ...]


def expand(pattern: str) -> tuple[str, ...]:
    """Every phrase that `pattern` stands for: ``{a,b,}`` is a choice, an empty part means "or nothing"; nesting works.

    Raises:
        ValueError: A brace is not closed.
    """
    start = pattern.find("{")
    if start < 0:
        return (" ".join(pattern.split()),)
    depth, parts, last = 0, [], start + 1
    for at in range(start, len(pattern)):
        char = pattern[at]
        depth += (char == "{") - (char == "}")
        if (char == "," and depth == 1) or depth == 0:
            parts.append(pattern[last:at])
            last = at + 1
        if depth == 0:
            grown = (pattern[:start] + part + pattern[at + 1 :] for part in parts)
            return tuple(dict.fromkeys(chain.from_iterable(expand(text) for text in grown)))
    raise ValueError(f"a brace is not closed in {pattern!r}")


class Phrasebook:
    """Phrases by what they mean.

    Args:
        entries: Meaning → patterns (see `expand`). Words are compared folded, so write them in lower case.

    Attributes:
        vocabulary: Every word that occurs in a phrase.
    """

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for meaning, patterns in entries.items():
            for phrase in dict.fromkeys(chain.from_iterable(expand(pattern) for pattern in patterns)):
                words = _words(phrase)
                if words:
                    self._by_first.setdefault(words[0], []).append((words, meaning))
        for phrases in self._by_first.values():
            phrases.sort(key=lambda entry: -len(entry[0]))
        self.vocabulary = frozenset(w for ps in self._by_first.values() for ws, _ in ps for w in ws if w != _GAP)

    def find(self, reading: Reading, taken: Container[int] = frozenset()) -> tuple[Hit, ...]:
        """The phrases in `reading`, not overlapping, in order of their place; longer ones win,
        then closer ones.

        A phrase that stands for two meanings is found twice, at the same words.
        """
        chosen: list[Hit] = []
        used: dict[int, tuple[int, ...]] = {}
        for hit in sorted(self._all(reading, taken), key=_preference):
            if all(used.get(i, hit.indexes) == hit.indexes for i in hit.indexes) and hit not in chosen:
                chosen.append(hit)
                used.update((i, hit.indexes) for i in hit.indexes)
        return tuple(sorted(chosen, key=lambda h: h.indexes))

    def _all(self, reading: Reading, taken: Container[int]) -> Iterable[Hit]:
        folded = reading.folded()
        for at, word in enumerate(folded):
            for words, meaning in self._by_first.get(word, ()):
                indexes = _match(words, folded, at, taken)
                if indexes is not None:
                    yield Hit(meaning, indexes)


def _preference(hit: Hit) -> tuple[int, int, tuple[int, ...]]:
    return -len(hit.indexes), hit.indexes[-1] - hit.indexes[0], hit.indexes


def _words(phrase: str) -> tuple[str, ...]:
    words: list[str] = []
    for part in phrase.split():
        words.extend((_GAP,) if part == _GAP else _cut(part))
    return tuple(words)


@cache
def _cut(part: str) -> tuple[str, ...]:
    return Reading.of(part).folded()


def _match(words: tuple[str, ...], folded: tuple[str, ...], at: int, taken: Container[int]) -> tuple[int, ...] | None:
    """Indexes at which `words` match from `at` on, the nearest possible after a gap; None if they do not."""
    indexes: list[int] = []
    gap = False
    for word in words:
        if word == _GAP:
            gap = True
            continue
        reach = range(at, min(len(folded), at + (_WIDEST_GAP + 1 if gap else 1)))
        place = next((i for i in reach if folded[i] == word and i not in taken), None)
        if place is None:
            return None
        indexes.append(place)
        at, gap = place + 1, False
    return tuple(indexes)
