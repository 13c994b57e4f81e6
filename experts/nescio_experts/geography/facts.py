"""Single facts in words: what each property of a country or city is, as a clause without its full stop.

One entry a property. Missing facts are None, never a guess. How several facts make an answer is `answering`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.borders import neighbour_names, neighbours
from nescio_experts.geography.cities import City, cities
from nescio_experts.geography.trends import as_of
from nescio_experts.grounded import join, number, quantity

MILE: Final = 2.589988110336
"""Square kilometres in a square mile."""
_AREA_UNITS: Final = {"": (1.0, "km²"), "mi2": (1 / MILE, "square miles"), "ha": (100.0, "hectares"),
                      "acre": (247.105381, "acres")}  # fmt: skip
FIGURES: Final = ("population", "area", "density", "neighbours", "languages")
"""Properties that are numbers, and can be compared."""
CITY_PROPS: Final = frozenset({"population", "coords", "lat", "lon", "timezone", "country", "size"})
"""Properties that a city has of its own; others are those of its country."""


def capital(country: Country) -> str | None:
    """Such as "the capital of Peru is Lima"."""
    if not country.capital:
        return None
    return f"the capital of {country.the} is {country.capital}{_note(country, 'capital', '; ')}"


def seat(country: Country) -> str | None:
    """The seat of government, where it is known: named beside the capital, or the capital itself."""
    named = atlas().seats.get(country.code)
    if named is not None:
        other = "" if named == country.capital else f"; the capital is {country.capital}"
        return f"the seat of government of {country.the} is {named}{other}"
    return None if not country.capital else f"the government of {country.the} sits in its capital, {country.capital}"


def population(country: Country) -> str | None:
    """Such as "Peru has 31,989,256 inhabitants (figure of 2018)"."""
    if country.population is None:
        return None
    note = _note(country, "population", ", ")
    return f"{country.the} has {people(country.population)} ({as_of(country)}){note}"


def people(count: float) -> str:
    """Such as "1 inhabitant", "31,989,256 inhabitants"."""
    return f"{number(count)} inhabitant{'' if count == 1 else 's'}"


def area(country: Country, unit: str = "") -> str | None:
    """Such as "Peru covers 1,285,220 km²"."""
    if country.area is None:
        return None
    return f"{country.the} covers {in_unit(country.area, unit)}{_note(country, 'area', ', ')}"


def in_unit(square_km: float, unit: str) -> str:
    """An area in the unit asked for."""
    factor, name = _AREA_UNITS[unit]
    if not unit:
        return quantity(square_km, name)
    return quantity(square_km * factor, name, decimals=2 if square_km * factor < 100 else 0)


def density(country: Country, unit: str = "") -> str | None:
    """Such as "Peru has 24.89 inhabitants per km²"."""
    value = country.density
    if value is None or country.area is None:
        return None
    per = f"{number(value * MILE, decimals=2)} inhabitants per square mile" if unit == "mi2" else per_km(value)
    note = _note(country, "area", ", ")
    counted = f"{people(country.population or 0)}, {as_of(country)}, on {in_unit(country.area, '')}{note}"
    return f"{country.the} has {per} ({counted})"


def per_km(value: float) -> str:
    """A density with its unit."""
    return f"{number(value, decimals=2)} inhabitants per km²"


def currency(country: Country) -> str | None:
    """Such as "the currency of Peru is the Peruvian sol (PEN)"."""
    if not country.currency:
        return None
    clause = f"the currency of {country.the} is the {money(country.currency)}"
    if "currencycode" in country.corrected:
        since = next(e["since"] for e in atlas().corrections if e["country"] == country.code)
        clause += f", since {since}"
    return f"{clause}{_note(country, 'currency', '; ')}"


def money(code: str) -> str:
    """Such as "Peruvian sol (PEN)"."""
    return f"{atlas().currency(code)} ({code})"


def currency_code(country: Country) -> str | None:
    """The ISO 4217 code."""
    if not country.currency:
        return None
    return f"the currency code of {country.the} is {country.currency} ({atlas().currency(country.currency)})"


def language_names(country: Country) -> list[str]:
    """Names of the languages that GeoNames lists, most speakers first."""
    return list(dict.fromkeys(atlas().language(code) for code in country.languages))


def languages(country: Country) -> str | None:
    """Such as "the languages of Peru are Spanish, Quechua and Aymara"."""
    names = language_names(country)
    if not names:
        return None
    if len(names) == 1:
        return f"the language of {country.the} is {names[0]}"
    return f"{country.the} has {len(names)} languages in GeoNames' list: {join(names)}"


def official(country: Country) -> str | None:
    """The official languages by CLDR; where that knows none, the languages of GeoNames, and that it does not say."""
    names = list(dict.fromkeys(atlas().language(code) for code in atlas().official(country.code)))
    if not names:
        listed = language_names(country)
        return f"{country.the} has these languages in GeoNames' list: {join(listed)}" if listed else None
    if len(names) == 1:
        return f"the official language of {country.the} is {names[0]}"
    return f"the {len(names)} official languages of {country.the} are {join(names)}"


def continent(country: Country) -> str | None:
    """Such as "Peru is in South America"."""
    name = "Antarctica" if country.continent == "AN" else atlas().groups[country.continent].name
    return f"{country.the} is in {name}{_note(country, 'continent', ', ')}"


def where(country: Country) -> str | None:
    """The continent and the neighbours."""
    names = neighbour_names(country)
    beside = f" and borders {join(names)}" if names else ""
    return f"{continent(country)}{beside}"


def iso(country: Country) -> str:
    """All three ISO 3166-1 codes."""
    letters = f"{country.code} (alpha-2), {country.iso3} (alpha-3)"
    return f"the ISO 3166-1 codes of {country.the} are {letters}{_numeric(country)}"


def _numeric(country: Country) -> str:
    return f" and {country.isonumeric:03d} (numeric)" if country.isonumeric else ""


def iso2(country: Country) -> str:
    """The two-letter code."""
    return f"the ISO 3166-1 alpha-2 code of {country.the} is {country.code}"


def iso3(country: Country) -> str:
    """The three-letter code."""
    return f"the ISO 3166-1 alpha-3 code of {country.the} is {country.iso3}"


def isonumeric(country: Country) -> str | None:
    """The numeric code."""
    return f"the ISO 3166-1 numeric code of {country.the} is {country.isonumeric:03d}" if country.isonumeric else None


def tld(country: Country) -> str | None:
    """Such as "the internet domain of Peru is .pe"."""
    return f"the internet domain of {country.the} is {country.tld}" if country.tld else None


def phone(country: Country) -> str | None:
    """Such as "the calling code of Peru is +51"."""
    if not country.phone:
        return None
    return f"the calling code of {country.the} is {country.phone}{_note(country, 'phone', ', ')}"


def timezone(country: Country) -> str | None:
    """The one time zone of all its cities; None where there are several."""
    zones = {city.timezone for city in cities().by_country.get(country.code, ())}
    return f"all cities of {country.the} are in the time zone {zones.pop()}" if len(zones) == 1 else None


def _size(country: Country, unit: str = "") -> str | None:
    covered = area(country, unit)
    if covered is None or country.population is None:
        return covered
    return f"{covered} and has {people(country.population)} ({as_of(country)})"


_PLAIN: Final[Mapping[str, Callable[[Country], str | None]]] = {
    "capital": capital, "seat": seat, "population": population, "currency": currency, "currency_code": currency_code,
    "languages": languages, "official": official, "neighbours": neighbours, "continent": continent, "where": where,
    "iso": iso, "iso2": iso2, "iso3": iso3, "isonumeric": isonumeric, "tld": tld, "phone": phone, "timezone": timezone,
}  # fmt: skip
_WITH_UNIT: Final[Mapping[str, Callable[[Country, str], str | None]]] = {
    "area": area,
    "density": density,
    "size": _size,
}
PROPS: Final = frozenset({*_PLAIN, *_WITH_UNIT})
"""Every property of a country that can be answered."""

MISSING: Final = {
    "coords": "the coordinates", "lat": "the latitude", "lon": "the longitude", "timezone": "one time zone",
    "tld": "an internet domain", "neighbours": "the land borders", "phone": "a calling code", "capital": "a capital",
    "seat": "a seat of government", "currency": "a currency", "currency_code": "a currency", "languages": "languages",
    "official": "languages", "area": "the area", "population": "the population", "density": "the density",
    "isonumeric": "a numeric code", "size": "the size",
}  # fmt: skip
"""What to call a property that the tables lack for a country."""


def missing(prop: str) -> str:
    """What to call `prop` after "no": "my tables hold no area"."""
    return MISSING.get(prop, prop).removeprefix("the ").removeprefix("a ").removeprefix("an ")


def of_country(country: Country, prop: str, unit: str = "") -> str | None:
    """The clause for a property of a country, None if the tables lack it."""
    if prop in _WITH_UNIT:
        return _WITH_UNIT[prop](country, unit)
    return _PLAIN[prop](country) if prop in _PLAIN else None


def of_city(city: City, prop: str) -> str | None:
    """The clause for a property of a city, None if the tables lack it."""
    home = atlas().countries[city.country]
    name = _named(city)
    if prop in {"population", "size"}:
        return f"{name} has {people(city.population)}" if city.population else None
    if prop in {"country", "where", "continent"}:
        group = "Antarctica" if home.continent == "AN" else atlas().groups[home.continent].name
        if prop == "continent":
            return f"{city.name} is in {home.the}, in {group}"
        return f"{city.name} is in {home.the}{_state(city)}" + (f", in {group}" if prop == "where" else "")
    if prop == "timezone":
        return f"{name} is in the time zone {city.timezone}"
    return _position(city, name, prop)


def _named(city: City) -> str:
    home = atlas().countries[city.country]
    return city.name if city.name == home.name else f"{city.name} ({home.name})"


def _state(city: City) -> str:
    return f", in the state {city.region}" if city.country == "US" else ""


def _position(city: City, name: str, prop: str) -> str | None:
    latitude = f"{number(abs(city.latitude), decimals=4)}° {'N' if city.latitude >= 0 else 'S'}"
    longitude = f"{number(abs(city.longitude), decimals=4)}° {'E' if city.longitude >= 0 else 'W'}"
    signed = f"({number(city.latitude, decimals=4)}, {number(city.longitude, decimals=4)})"
    return {
        "coords": f"{name} lies at {latitude}, {longitude} {signed}",
        "lat": f"{name} lies at latitude {latitude} ({number(city.latitude, decimals=4)})",
        "lon": f"{name} lies at longitude {longitude} ({number(city.longitude, decimals=4)})",
    }.get(prop)


def figure(thing: Country | City, dim: str) -> float | None:
    """The number behind a property, in km², inhabitants or a count; None if unknown."""
    if isinstance(thing, City):
        return float(thing.population) if dim == "population" and thing.population else None
    if dim == "neighbours":
        return None if thing.neighbours is None else float(len(thing.neighbours))
    if dim == "languages":
        return float(len(thing.languages)) or None
    value = {"population": thing.population, "area": thing.area, "density": thing.density}[dim]
    return None if value is None else float(value)


def figure_words(value: float, dim: str, unit: str = "") -> str:
    """A figure with its unit."""
    if dim == "area":
        return in_unit(value, unit)
    if dim == "density":
        return f"{number(value * MILE, decimals=2)} inhabitants per square mile" if unit == "mi2" else per_km(value)
    if dim == "population":
        return people(value)
    noun = {"neighbours": ("neighbour", "neighbours"), "languages": ("language", "languages")}[dim]
    return f"{number(value)} {noun[0] if value == 1 else noun[1]}"


@cache
def speakers(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Countries where a language is official by CLDR, and countries for which GeoNames lists it."""
    base = language.split("-")[0]
    same = {base, *_SAME_LANGUAGE.get(base, ())}
    listed = frozenset(
        country.code
        for country in atlas().countries.values()
        if any(code.split("-")[0] in same for code in country.languages)
    )
    named = frozenset(
        country.code for country in atlas().countries.values() if same & set(atlas().official(country.code))
    )
    return named, listed


_SAME_LANGUAGE: Final = {"zh": ("cmn", "zh_Hans", "zh_Hant"), "no": ("nb", "nn"), "tl": ("fil",), "fil": ("tl",),
                         "sr": ("sr_Cyrl", "sr_Latn")}  # fmt: skip


def _note(country: Country, field: str, before: str) -> str:
    return f"{before}{country.notes[field]}" if field in country.notes else ""
