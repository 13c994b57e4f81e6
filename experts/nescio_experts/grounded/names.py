"""Finds the names of known things in a question, and tells a typing error from an unknown name.

Exact names match whatever their case and diacritics; a name that is also an English word ("As", "No", "US") can be
registered to match only as written. A near miss becomes a correction only when it can hardly be anything else; every
other near miss is at most a "did you mean". It does not know what the names stand for.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from nescio_experts.grounded.reading import Reading, fold

_MIN_CORRECTED = 6
"""Shortest name that is corrected to: below it one edit reaches too many English words."""
_CLEARANCE = 2
"""How many edits further the next name must be for a correction to be unambiguous."""
_SUGGESTED = 0.7
"""Least similarity of a "did you mean"."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a reading: words `start` up to `end` mean one of `entities` (several: the name is ambiguous)."""

    entities: tuple[str, ...]
    start: int
    end: int
    surface: str

    @property
    def indexes(self) -> range:
        """Indexes of its words."""
        return range(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Correction:
    """A name that was meant: `surface` is one typing error away from `name`, and from no other name."""

    mention: Mention
    name: str
    similarity: float


class Gazetteer:
    """Names and what they stand for.

    Args:
        names: Pairs (name, entity); a name given for several entities is ambiguous.
        cased: Pairs that count only when written exactly so.
        never: Words that are no typing errors, whatever they resemble ("chloride" is not chlorine).
    """

    def __init__(
        self,
        names: Iterable[tuple[str, str]],
        *,
        cased: Iterable[tuple[str, str]] = (),
        never: Iterable[str] = (),
    ) -> None:
        self._names: dict[tuple[str, ...], list[str]] = {}
        self._cased: dict[tuple[str, ...], list[str]] = {}
        for name, entity in names:
            _add(self._names, Reading.of(name).folded(), entity)
        for name, entity in cased:
            _add(self._cased, tuple(word.text for word in Reading.of(name).words), entity)
        self._longest = max((len(key) for key in (*self._names, *self._cased)), default=0)
        self._never = frozenset(fold(word) for word in never)
        self._lines = {" ".join(key): entities for key, entities in self._names.items()}

    def find(self, reading: Reading, taken: Container[int] = frozenset()) -> tuple[Mention, ...]:
        """All names in `reading`, longest first at each place, left to right, without the words `taken`."""
        found: list[Mention] = []
        at = 0
        while at < len(reading):
            mention = self._at(reading, at, taken)
            if mention is not None:
                found.append(mention)
            at = at + 1 if mention is None else mention.end
        return tuple(found)

    def entities(self, name: str) -> tuple[str, ...]:
        """What `name` stands for; empty if it is unknown."""
        reading = Reading.of(name)
        mention = self._at(reading, 0, frozenset())
        return mention.entities if mention is not None and mention.end == len(reading) else ()

    def _at(self, reading: Reading, at: int, taken: Container[int]) -> Mention | None:
        for size in range(min(self._longest, len(reading) - at), 0, -1):
            end = at + size
            if any(i in taken for i in range(at, end)):
                continue
            written = tuple(word.text for word in reading.words[at:end])
            entities = self._cased.get(written) or self._names.get(reading.folded(at, end))
            if entities:
                return Mention(tuple(entities), at, end, reading.surface(at, end))
        return None

    def correct(self, reading: Reading, start: int, end: int) -> Correction | None:
        """The name that words `start` up to `end` surely misspell, or None.

        One edit (a letter more, less, other, or two swapped), the same first letter, a name of six letters or more, and
        no other entity's name within two edits more.
        """
        from rapidfuzz.distance import OSA

        typed = " ".join(reading.folded(start, end))
        if len(typed) < _MIN_CORRECTED - 1 or self._is_no_name(typed.split()):
            return None
        near = self._near(typed, 1 + _CLEARANCE)
        if not near or near[0][0] != 1 or near[0][1][0] != typed[0] or len(near[0][1]) < _MIN_CORRECTED:
            return None
        name = near[0][1]
        if any(distance < 1 + _CLEARANCE and self._lines[other] != self._lines[name] for distance, other in near[1:]):
            return None
        mention = Mention(tuple(self._lines[name]), start, end, reading.surface(start, end))
        return Correction(mention, name, OSA.normalized_similarity(typed, name))

    def suggest(self, text: str, limit: int = 2) -> tuple[str, ...]:
        """Names that resemble `text`, best first, one an entity: material for "did you mean", never for an answer."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        typed = " ".join(Reading.of(text).folded())
        if len(typed) < _MIN_CORRECTED - 2:
            return ()
        best: dict[tuple[str, ...], str] = {}
        scored = process.extract(
            typed, self._lines.keys(), scorer=OSA.normalized_similarity, score_cutoff=_SUGGESTED, limit=4 * limit
        )
        for name, _, _ in scored:
            best.setdefault(tuple(self._lines[name]), name)
        return tuple(best.values())[:limit]

    def _is_no_name(self, typed: list[str]) -> bool:
        return any(word in self._never or not word.isalpha() for word in typed)

    def _near(self, typed: str, cutoff: int) -> list[tuple[int, str]]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        close = process.extract(typed, self._lines.keys(), scorer=OSA.distance, score_cutoff=cutoff, limit=8)
        return sorted((int(distance), name) for name, distance, _ in close)


def _add(table: dict[tuple[str, ...], list[str]], key: tuple[str, ...], entity: str) -> None:
    if key and entity not in table.setdefault(key, []):
        table[key].append(entity)
