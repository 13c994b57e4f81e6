"""The names a question may use: countries, their people, groups, currencies, languages, US states, and false friends.

Builds one `Gazetteer` whose entities carry their kind before a colon: ``c`` country, ``d`` its adjective or people,
``g`` group, ``k`` currencies (codes joined by ``+``), ``l`` language, ``s`` US state, ``part`` of a country, ``former``
and ``invented`` names. Cities are found by `signs`, after all of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from nescio_experts.geography.atlas import Atlas, atlas
from nescio_experts.geography.cities import us_states
from nescio_experts.grounded import Gazetteer, Reading, fold

_LANGUAGE_ALIASES: Final = {
    "Farsi": "fa", "Mandarin": "zh", "Mandarin Chinese": "zh", "Standard Chinese": "zh", "Flemish": "nl",
    "Castilian": "es", "Irish Gaelic": "ga", "Gaelic": "ga", "Scots Gaelic": "gd", "Kiswahili": "sw", "Bangla": "bn",
    "Tetum": "tet", "Modern Hebrew": "he", "Moldovan": "ro", "Pushto": "ps", "Pashtu": "ps", "Chewa": "ny",
    "Nyanja": "ny", "Greenlandic": "kl", "Kalaallisut": "kl", "Dhivehi": "dv", "Divehi": "dv", "Maldivian": "dv",
    "Setswana": "tn", "Sesotho": "st", "isiZulu": "zu", "isiXhosa": "xh", "Kirundi": "rn", "Rundi": "rn",
    "Sinhalese": "si", "Sinhala": "si", "Haitian Creole": "ht", "Oriya": "or", "Catalan": "ca", "Guaraní": "gn",
    "Māori": "mi", "Maori": "mi", "Samoan": "sm", "Tongan": "to", "Luxembourgish": "lb", "Dzongkha": "dz",
    "Cantonese": "yue", "Romansh": "rm", "Romansch": "rm", "Welsh": "cy", "Swazi": "ss", "siSwati": "ss",
    "Francophone": "fr", "Anglophone": "en", "Lusophone": "pt", "Hispanophone": "es", "Hispanic": "es",
    "Arabophone": "ar", "Germanophone": "de",
}  # fmt: skip
_NOT_LANGUAGES = frozenset({"sara", "mina", "even", "fang", "mari", "sena", "yakan", "sit", "inc", "cau", "tut", "fur"})
_CURRENCY_ALIASES: Final = {
    "quid": "GBP", "pound sterling": "GBP", "pounds sterling": "GBP", "sterling": "GBP", "British pounds": "GBP",
    "greenback": "USD", "American dollar": "USD", "United States dollar": "USD", "U.S. dollar": "USD",
    "buck": "USD", "renminbi": "CNY", "yuan": "CNY", "RMB": "CNY", "CFA franc": "XOF+XAF", "CFA": "XOF+XAF",
    "nuevo sol": "PEN", "soles": "PEN", "shekel": "ILS", "sheqel": "ILS", "Israeli shekel": "ILS",
    "zlotys": "PLN", "zloty": "PLN", "rubel": "RUB", "rouble": "RUB+BYN", "roubles": "RUB+BYN",
    "Russian rouble": "RUB", "Czech crown": "CZK", "Swedish crown": "SEK", "Norwegian crown": "NOK",
    "Danish crown": "DKK", "kroner": "NOK+DKK", "kronor": "SEK", "crown": "CZK+SEK+NOK+DKK+ISK",
    "convertible mark": "BAM", "Bosnian mark": "BAM", "afghani": "AFN", "New Taiwan dollar": "TWD",
    "Turkish lira": "TRY", "riel": "KHR", "CFP franc": "XPF", "Pacific franc": "XPF", "tögrög": "MNT",
    "tugrug": "MNT", "Persian rial": "IRR", "toman": "IRR", "Emirati dirham": "AED", "UAE dirham": "AED",
    "Polish złoty": "PLN", "złoty": "PLN", "Zimbabwe Gold": "ZWG", "ZiG": "ZWG", "lilangeni": "SZL",
    "emalangeni": "SZL", "lei": "RON+MDL", "leva": "BGN", "kuna": "HRK", "lats": "LVL", "litas": "LTL",
    "Deutsche Mark": "DEM", "Deutschmark": "DEM", "peseta": "ESP", "escudo": "CVE", "drachma": "GRD",
    "eurozone": "EUR", "euro zone": "EUR", "euro area": "EUR", "Bitcoin": "XBT", "bitcoins": "XBT",
}  # fmt: skip
"""Codes that no country uses now (DEM, HRK, …) stand for currencies given up: "which country uses the drachma?"."""
_WEAK = frozenset(
    {
        "real",
        "won",
        "sol",
        "gold",
        "som",
        "mark",
        "kip",
        "buck",
        "crown",
        "dram",
        "pula",
        "leone",
        "rand",
        "cordoba",
        "colon",
    }
)
"""Currency names that are ordinary words or names too: they count only where money is spoken of."""
_CAPITAL_STATES = frozenset({"washington", "new york", "georgia"})


def weak(surface: str) -> bool:
    """Whether a currency's name needs a context of money to count."""
    return fold(surface) in _WEAK


@cache
def vocabulary() -> Gazetteer:
    """All names but the cities'."""
    facts = atlas()
    names = [*_countries(facts), *_groups(facts), *_currencies(facts), *_languages(facts), *_others(facts)]
    codes = {country.currency for country in facts.countries.values() if country.currency}
    cased = [("US", "c:US"), ("CAR", "c:CF"), *((code, f"k:{code}") for code in codes)]
    return Gazetteer(names, cased=cased, never=_NEVER)


@cache
def country_names() -> Gazetteer:
    """Names of countries only: what a misspelt name is corrected to, or suggested."""
    facts = atlas()
    return Gazetteer([(name, entity) for name, entity in _countries(facts) if entity.startswith("c:")], never=_NEVER)


def bag(words: Iterable[str]) -> frozenset[str]:
    """The words of a name that tell it from others, in no order."""
    return frozenset(word for word in words if word not in _LINKS)


def countries_in(words: frozenset[str]) -> tuple[str, ...]:
    """Codes of the countries that a name of just these words stands for."""
    return _bags().get(words, ())


def countries_with(words: frozenset[str]) -> tuple[str, ...]:
    """Codes of the countries with a name that has all these words."""
    found = [code for name, codes in _bags().items() if words <= name for code in codes]
    return tuple(dict.fromkeys(found))


@cache
def _bags() -> dict[frozenset[str], tuple[str, ...]]:
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for name, entity in _countries(atlas()):
        if entity.startswith("c:"):
            key = bag(Reading.of(name).folded())
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), entity[2:])))
    return found


_LINKS = frozenset({"of", "the", "and"})
_NEVER = ("germane", "person", "country", "neighbour", "capital")


def _countries(facts: Atlas) -> Iterator[tuple[str, str]]:
    ambiguous = facts.spellings["ambiguous"]
    for name, codes in ambiguous.items():
        yield from ((name, f"c:{code}") for code in codes)
    taken = {fold(name) for name in ambiguous}
    for code, names in facts.aliases.items():
        for name in names:
            if fold(name) not in taken:
                yield from ((spelt, f"c:{code}") for spelt in _spellings(name))
    for form, members in facts.spellings["forms"].items():
        yield from ((form.replace("_", facts.countries[code].name), f"c:{code}") for code in members.split())
    for code, people in facts.demonyms.items():
        for name in people:
            yield name, f"d:{code}"
            if (
                not name.endswith(("s", "sh", "ese", "nch", "tch", "chmen", "chman", "yman"))
                and fold(name) not in taken
            ):
                yield f"{name}s", f"d:{code}"


def _spellings(name: str) -> Iterator[str]:
    yield name
    if name.startswith("The "):
        yield name[4:]
    if name.startswith("Saint "):
        yield f"St {name[6:]}"
    if name.startswith("Sao "):
        yield name.replace("Sao Tome", "São Tomé").replace("Principe", "Príncipe")
    if " and " in name:
        yield name.replace(" and ", " & ")


def _groups(facts: Atlas) -> Iterator[tuple[str, str]]:
    for group in facts.groups.values():
        for name in (group.name.removeprefix("the "), *group.also):
            yield name, f"g:{group.id}"


def _currencies(facts: Atlas) -> Iterator[tuple[str, str]]:
    codes = {country.currency: country.currency_name for country in facts.countries.values() if country.currency}
    families: dict[str, list[str]] = {}
    for code, short in codes.items():
        full = facts.currency(code)
        yield full, f"k:{code}"
        yield f"{full}s", f"k:{code}"
        for unit in {full.split()[-1].lower(), short.split()[-1].lower(), short.lower()}:
            families.setdefault(unit, []).append(code)
    for unit, members in families.items():
        entity = f"k:{'+'.join(sorted(set(members)))}"
        yield unit, entity
        yield f"{unit}s", entity
    for name, entity in _CURRENCY_ALIASES.items():
        yield name, f"k:{entity}"
        if not name.endswith("s"):
            yield f"{name}s", f"k:{entity}"


def _languages(facts: Atlas) -> Iterator[tuple[str, str]]:
    for code in {part.split("-")[0] for country in facts.countries.values() for part in country.languages}:
        name = facts.language(code)
        if fold(name) not in _NOT_LANGUAGES and len(name) > 2 and name != code:
            yield name, f"l:{code}"
    for name, code in _LANGUAGE_ALIASES.items():
        yield name, f"l:{code}"


def _others(facts: Atlas) -> Iterator[tuple[str, str]]:
    spellings = facts.spellings
    for name, code in us_states().items():
        if name not in _CAPITAL_STATES:
            yield name, f"s:{code}"
    for name, code in spellings["parts"].items():
        yield name, f"part:{code}"
    for name, code in spellings["former"].items():
        yield name, f"former:{code}"
    for name in spellings["invented"]["names"]:
        yield name, "invented:"
