"""Whether an order of countries that holds in the tables still holds: their populations are of 2018, and grow apart.

A second, later table is asked. Only where both agree, clearly and for some years to come, is an order told. No figure
of the later table is ever given as an answer.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cmp_to_key
from pathlib import Path
from typing import Final

from nescio.types import Citation
from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.cities import City
from nescio_experts.grounded import join

PEOPLE_APART: Final = 1.03
"""By how much the later populations must differ: censuses and estimates of one year differ by 1 to 3 %."""
AREAS_APART: Final = 1.004
"""By how much areas must differ: the US and China change places with the waters that are counted, 0.3 % apart."""
CITIES_APART: Final = 1.1
"""By how much city populations must differ: the figures have no year, and some count a suburb more than others."""
_AHEAD_YEARS: Final = 3.0
"""Years after the later table for which the same trend must not turn the order: it is that old when it is read."""


ABOUT: Final = (
    "The date is the release's. Its country populations are mostly of 2018, those of cities of years it does not name."
)
"""What a citation of the tables has to say of their figures."""
_NAMED: Final = 5
"""Most countries that a doubt names."""


@dataclass(frozen=True, slots=True)
class Populations:
    """What is known of the age of the populations.

    Attributes:
        year: The year of most of them.
        years: Countries whose figure is of another year.
        undated: Countries whose figure fits no known year.
        later: A later estimate for each country.
        later_year: Its year.
        later_name: What it is called.
        ahead: Pairs of which the first is known to be ahead of the second, and since when.
        cities_ahead: Country, city and city, of which the first is known to be ahead of the second.
        citations: The sources of `ahead` and `later`.
    """

    year: int
    years: Mapping[str, int]
    undated: frozenset[str]
    later: Mapping[str, int]
    later_year: int
    later_name: str
    ahead: Mapping[tuple[str, str], str]
    cities_ahead: frozenset[tuple[str, str, str]]
    citations: tuple[Citation, ...]


@cache
def populations() -> Populations:
    """The file ``populations.toml``, read once."""
    table = tomllib.loads((Path(__file__).parent / "populations.toml").read_text(encoding="utf-8"))
    later = table["later"]
    cited = [Citation("Age of the populations", table["year_source"], str(table["year"]))]
    cited.append(Citation("Later populations, to check orders by", later["source"], later["date"]))
    cited += [
        Citation(f"{e['first']} ahead of {e['second']}", e["source"], e["since"])
        for e in (*table["ahead"], *table["city_ahead"])
    ]
    return Populations(
        table["year"],
        table["years"],
        frozenset(table["undated"].split()),
        later["population"],
        later["year"],
        later["source"].split(",")[0],
        {(entry["first"], entry["second"]): entry["since"] for entry in table["ahead"]},
        frozenset((entry["country"], entry["first"], entry["second"]) for entry in table["city_ahead"]),
        tuple(cited),
    )


def year_of(country: Country) -> int | None:
    """The year of a country's population, None where it is not known."""
    known = populations()
    if country.code in known.undated:
        return None
    return known.years.get(country.code, known.year)


def as_of(*countries: Country) -> str:
    """What to say of the age of the populations of `countries`."""
    years = {year_of(country) for country in countries}
    if len(years) == 1:
        year = years.pop()
        return f"figure{'s' if len(countries) > 1 else ''} of {'an unknown year' if year is None else year}"
    return f"figures of about {populations().year}"


def since(countries: Collection[Country], among: Collection[Country]) -> str:
    """What to add where the order of today is another one than that of the figures, "" if it is not."""
    codes, others = {country.code for country in countries}, {country.code for country in among}
    told = [pair for pair in populations().ahead if pair[0] in codes and pair[1] in others]
    names = [(atlas().countries[first].the, atlas().countries[second].the) for first, second in told]
    dates = [populations().ahead[pair] for pair in told]
    told_since = zip(names, dates, strict=True)
    return "".join(f"; {one} has been ahead of {two} since {date}" for (one, two), date in told_since)


def ahead(one: Country, other: Country, dim: str) -> bool | None:
    """Whether `one` has more than `other` today: None if the tables leave it open, or lack a figure."""
    if dim == "population" and (known := settled(one, other)) is not None:
        return known
    if dim in {"population", "density"}:
        return _more_people(one, other, density=dim == "density")
    if one.area is None or other.area is None:
        return None
    return _sign(one.area / other.area, AREAS_APART) if other.area else None


def settled(one: Country, other: Country) -> bool | None:
    """Whether `one` is known to have more inhabitants than `other` today, whatever the tables say; else None."""
    if (one.code, other.code) in populations().ahead:
        return True
    return False if (other.code, one.code) in populations().ahead else None


def in_order(pool: list[tuple[float, Country]], dim: str, *, most: bool) -> list[tuple[float, Country]]:
    """Countries with their figures, from the most or the least on, as the tables and what is known beside them say."""
    sign = -1 if most else 1

    def order(one: tuple[float, Country], other: tuple[float, Country]) -> int:
        first = settled(one[1], other[1]) if dim == "population" else None
        if first is not None:
            return sign if first else -sign
        low, high = (sign * one[0], one[1].name), (sign * other[0], other[1].name)
        return (low > high) - (low < high)

    return sorted(pool, key=cmp_to_key(order))


def _more_people(one: Country, other: Country, *, density: bool) -> bool | None:
    known = populations()
    later = known.later.get(one.code), known.later.get(other.code)
    if not (one.population and other.population and all(later)):
        return None
    scale = (other.area / one.area) if density and one.area and other.area else 1.0
    then, now = scale * one.population / other.population, scale * (later[0] or 1) / (later[1] or 1)
    soon = now * (now / then) ** (_AHEAD_YEARS / (known.later_year - known.year))
    answers = {_sign(then, 1.0), _sign(now, PEOPLE_APART), _sign(soon, PEOPLE_APART)}
    return answers.pop() if len(answers) == 1 else None


def cities_ahead(one: City, other: City) -> bool | None:
    """Whether city `one` has more inhabitants than `other`, None if their figures are too close to tell."""
    if (one.country, one.name, other.name) in populations().cities_ahead:
        return True
    if (one.country, other.name, one.name) in populations().cities_ahead:
        return False
    return cities_apart(one.population, other.population)


def close_cities(names: Sequence[str]) -> str:
    """Why no order of the cities called `names` is told."""
    return f"the figures of cities are of years unknown, and too close to each other for {join(names)}."


def cities_apart(one: float, other: float) -> bool | None:
    """Whether a city of `one` inhabitants is ahead of one of `other`, None if their figures are too close."""
    return _sign(one / other, CITIES_APART) if one > 0 and other > 0 else None


def _sign(ratio: float, apart: float) -> bool | None:
    if ratio == 1.0 or abs(math.log(ratio)) < math.log(apart):
        return None
    return ratio > 1.0


def passes(country: Country, low: float | None, high: float | None, dim: str) -> bool | None:
    """Whether a population or density lies between two bounds today; None if the later table says otherwise."""
    known = populations()
    later = known.later.get(country.code)
    if not country.population or not later:
        return None
    scale = country.area if dim == "density" and country.area else 1.0
    grown = later * (later / country.population) ** (_AHEAD_YEARS / (known.later_year - known.year))
    inside = {(low is None or v > low) and (high is None or v < high) for v in (
        country.population / scale, later / scale, grown / scale)}  # fmt: skip
    return inside.pop() if len(inside) == 1 else None


def open_order(dim: str, names: Sequence[str]) -> str:
    """Why no order of the countries called `names` is told."""
    told = join(list(dict.fromkeys(names))[:_NAMED], "or")
    if dim == "area":
        return f"sources measure areas in different ways, so that it is open who is ahead: {told}."
    return (
        f"my populations are of about {populations().year}, and by later ones ({populations().later_name}) it is open "
        f"or has changed who is ahead: {told}."
    )


def open_limit(names: Sequence[str]) -> str:
    """Why it is not told whether the countries called `names` are within a limit."""
    told = join(list(dict.fromkeys(names))[:_NAMED])
    return (
        f"my populations are of about {populations().year}, and by later ones ({populations().later_name}) it is open "
        f"or has changed on which side of that number these are: {told}."
    )
