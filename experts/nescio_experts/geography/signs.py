"""What was found in a question: places, other names, numbers, and phrases with a meaning, each with its words.

It holds and tells; how a text is read into signs is `spotting`'s business, what they ask together `grammar`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from nescio_experts.geography.cities import City
from nescio_experts.geography.numerals import Numeral
from nescio_experts.grounded import Coverage, Reading

_CLAUSE = re.compile(r"[,;.?!:()]+|\s[-–—]+\s")


@dataclass(frozen=True, slots=True)
class Place:
    """A country or city that the question names.

    Attributes:
        codes: Country codes that the name may stand for; empty for a city.
        cities: Cities that the name may stand for, largest first; empty for a country.
        adjective: Whether it is a demonym ("Peruvian").
        qualifier: Whether it only says which city is meant ("Paris, Texas").
    """

    codes: tuple[str, ...]
    cities: tuple[City, ...]
    start: int
    end: int
    surface: str
    adjective: bool = False
    qualifier: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase with meaning `id`, from word `start` up to `end`."""

    id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name that is neither country nor city: group, currency, language, code, or a false friend."""

    kind: str
    value: str
    start: int
    end: int
    surface: str


@dataclass(slots=True)
class Signs:
    """Everything found in a question."""

    reading: Reading
    places: list[Place] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    numbers: list[Numeral] = field(default_factory=list)
    coverage: Coverage = field(default_factory=lambda: Coverage(0, ()))
    unexplained: tuple[int, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    yes_no: bool = False
    sure: bool = True

    def has(self, *ids: str) -> bool:
        """Whether any of these meanings occurs."""
        return any(mark.id in ids for mark in self.marks)

    def first(self, *ids: str) -> Mark | None:
        """The first mark with one of these meanings."""
        return next((mark for mark in self.marks if mark.id in ids), None)

    def values(self, kind: str) -> tuple[str, ...]:
        """Values of the names of a kind, in order, each once."""
        return tuple(dict.fromkeys(name.value for name in self.named if name.kind == kind))

    @property
    def countries(self) -> list[Place]:
        """Countries that are asked about, not mere qualifiers; each name once."""
        found: dict[tuple[str, ...], Place] = {}
        for place in self.places:
            if place.codes and not place.qualifier:
                found.setdefault(place.codes, place)
        return list(found.values())

    @property
    def towns(self) -> list[Place]:
        """Cities that are asked about."""
        return [place for place in self.places if place.cities]

    @property
    def props(self) -> list[str]:
        """Properties asked for, in order, each once."""
        found = list(dict.fromkeys(mark.id[2:] for mark in self.marks if mark.id.startswith("p:")))
        code = self.first("p:iso")
        closer = [mark for mark in self.marks if mark.id in {"p:phone", "p:tld", "p:currency_code"}]
        # The "code of the country" is the one named more closely, "ISO code for its currency" the currency's.
        beside = code is not None and any(
            m.start == code.end and not self.between(code.end, m.start).strip() for m in closer
        )
        if code is not None and closer and (beside or not code.text.startswith("iso")):
            found.remove("iso")
        return found

    def between(self, start: int, end: int) -> str:
        """The text after word `start` - 1 and before word `end`, lower case."""
        words = self.reading.words
        stop = words[end].start if end < len(words) else len(self.reading.text)
        return self.reading.text[words[start - 1].end if start > 0 else 0 : stop].lower()


def runs(indexes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Stretches of consecutive indexes, as half-open ranges."""
    found: list[tuple[int, int]] = []
    for at in indexes:
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found


def clauses(text: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a text between commas, dashes and the like, as half-open ranges of characters."""
    edges = [0, *(match.start() for match in _CLAUSE.finditer(text)), len(text) + 1]
    return tuple(pairwise(edges))


def asks(meaning: str) -> bool:
    """Whether a phrase of this meaning asks for something, so that every word of its clause matters."""
    return meaning.startswith(("p:", "sup:", "cmp:", "q:howmany", "q:where", "diff", "ratio", "agg:"))
