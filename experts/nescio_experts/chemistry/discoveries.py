"""Finds sets of elements that are given by their discovery: by whom, in which country, in which years.

Only in questions about discoveries ("discovered", "found by"). A surname that is one letter off is corrected; a first
name that the table does not give to that person leaves the name unexplained, and the question is declined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nescio_experts.chemistry.found import Scan, covered, line_of
from nescio_experts.chemistry.people import respellings, surnames
from nescio_experts.chemistry.table import Table
from nescio_experts.grounded import Hit, Reading, fold

_ABOUT = ("p:discovery", "p:discoverers", "p:discovery_year", "p:discovery_location", "p:finding", "c-:discovery_year",
          "c+:discovery_year", "s+:discovery_year", "s-:discovery_year")  # fmt: skip
_TITLES = frozenset("sir lord baron dr doctor professor prof madame monsieur mr mrs scientist chemist".split())
_CENTURIES = [*"first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth".split(),
              *"fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
              "twenty first"]  # fmt: skip
_CENTURY = re.compile(rf"(?<!\S)(?:in|during|of|from) the (?:(\d{{1,2}})(?:st|nd|rd|th)|({'|'.join(_CENTURIES)})"
                      r" |(\d{1,2}) )? ?century(?!\S)")  # fmt: skip
_DECADE = re.compile(r"(?<!\S)(?:in|during|of|from) the (\d{3}0)s(?!\S)")
_YEARS = re.compile(r"(?<!\S)(?:between|from|in|during)(?: the years?)? (\d{4}) (?:and|to|until|through) (\d{4})(?!\S)")
_COUNTRIES = {
    "united states of america": "united states", "usa": "united states", "us": "united states",
    "america": "united states", "states": "united states",
}  # fmt: skip
_UNITED = re.compile(r"(?<!\S)in (?:the )?(?:great britain|britain|united kingdom|uk)(?!\S)")
_SHORTEST_CORRECTED = 5


class Discoveries:
    """The people, countries and years of discovery in the table; built once."""

    def __init__(self, table: Table) -> None:
        self._firsts: dict[str, frozenset[str]] = {}
        self._countries: dict[str, str] = {}
        for element in table.elements.values():
            for name, firsts in surnames(element.text_of("discoverers") or "").items():
                self._firsts[name] = self._firsts.get(name, frozenset()) | firsts
            for country in (element.text_of("discovery_location") or "").split("/"):
                self._countries.setdefault(fold(country.strip()), country.strip())
        self._countries.pop("", None)
        self._boundaries = {int(year) for e in table.elements.values() if (year := e.number_of("discovery_year"))}
        self.words = frozenset(self._firsts) | {first for firsts in self._firsts.values() for first in firsts}

    def find(self, scan: Scan) -> None:
        """Add the sets by discovery to `scan`, if it asks about discoveries."""
        about = any(hit.id in _ABOUT for hit in scan.hits)
        if not about:
            return
        self._periods(scan)
        self._places(scan)
        self._people(scan)

    # -- by whom ------------------------------------------------------------------------------------------------------

    def _people(self, scan: Scan) -> None:
        for i, word in enumerate(scan.reading.words):
            if i in scan.claims.by:
                continue
            surname, corrected = self._surname(scan.reading, i)
            if surname is None:
                continue
            words = (*self._before(scan.reading, i, surname), i)
            scan.sets.append(Hit(f"g:discoverer:{surname}", words))
            scan.claims.claim(words, "set")
            if corrected:
                scan.respelled += 1
                scan.read.append((word.text, surname.title()))

    def _surname(self, reading: Reading, i: int) -> tuple[str | None, bool]:
        """The surname that word `i` is, or misspells by one letter; whether it was misspelt."""
        typed = reading.words[i].folded
        known = respellings().get(typed, typed)
        if known in self._firsts:
            return known, False
        if len(typed) < _SHORTEST_CORRECTED or not (reading.words[i].text[0].isupper() or _is_by(reading, i)):
            return None, False
        near = list(self._near(typed))
        return (near[0], True) if len(near) == 1 else (None, False)

    def _near(self, typed: str) -> Iterator[str]:
        from rapidfuzz.distance import OSA

        for name in self._firsts:
            if name[0] == typed[0] and OSA.distance(typed, name, score_cutoff=1) == 1:
                yield name

    def _before(self, reading: Reading, i: int, surname: str) -> tuple[int, ...]:
        """The titles and first names that stand before a surname."""
        from rapidfuzz.distance import OSA

        words: list[int] = []
        firsts = self._firsts[surname]
        for k in range(i - 1, -1, -1):
            word = reading.words[k].folded
            known = any(_abbreviates(word, first) or OSA.distance(word, first, score_cutoff=1) <= 1 for first in firsts)
            if word not in _TITLES and not known:
                break
            words.insert(0, k)
        return tuple(words)

    # -- where and when -----------------------------------------------------------------------------------------------

    def _places(self, scan: Scan) -> None:
        line, starts = line_of(scan.reading)
        for match in _UNITED.finditer(line):
            # The table says England, Scotland and Great Britain, each by itself.
            scan.hits.append(Hit("x:unclear", covered(match, starts)))
        for name in (*self._countries, *_COUNTRIES):
            for match in re.finditer(rf"(?<!\S)in (?:the )?{re.escape(name)}(?!\S)", line):
                country = self._countries.get(_COUNTRIES.get(name, name))
                words = tuple(i for i in covered(match, starts) if i not in scan.claims.by)
                if country is not None and words:
                    scan.sets.append(Hit(f"g:country:{country}", words))
                    scan.claims.claim(words, "set")

    def _periods(self, scan: Scan) -> None:
        line, starts = line_of(scan.reading)
        for first, last, match in self._spans(line):
            words = covered(match, starts)
            if not all(i not in scan.claims.by or scan.claims.by[i].startswith("u:") for i in words):
                continue
            scan.sets.append(Hit(f"g:discovered:{first}-{last}", words))
            scan.claims.claim(words, "set")
            if first > last or (first % 100 == 1 and {first - 1, last} & self._boundaries):
                # Whether 1900 belongs to the century before or after, people disagree.
                scan.hits.append(Hit("x:unclear", words))

    @staticmethod
    def _spans(line: str) -> Iterator[tuple[int, int, re.Match[str]]]:
        for match in _CENTURY.finditer(line):
            number = int(match[1] or match[3] or 0) or (_CENTURIES.index(match[2]) + 1 if match[2] else 0)
            if number:
                yield 100 * (number - 1) + 1, 100 * number, match
        for match in _DECADE.finditer(line):
            decade = int(match[1])
            # "The 1800s" may be ten years or a hundred.
            yield (decade, decade + 9, match) if decade % 100 else (1, 0, match)
        for match in _YEARS.finditer(line):
            yield int(match[1]), int(match[2]), match


def _is_by(reading: Reading, i: int) -> bool:
    return i > 0 and reading.words[i - 1].folded in {"by", "did"}


def _abbreviates(word: str, first: str) -> bool:
    """Whether one is the initial of the other: the table gives some first names by their initial alone."""
    return 1 in {len(word), len(first)} and word[0] == first[0]
