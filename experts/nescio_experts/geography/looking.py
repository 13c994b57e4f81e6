"""Rules for plain look-ups: properties of the countries and cities that are named, and nothing passed over."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.cities import City, cities, dominant
from nescio_experts.geography.facts import CITY_PROPS, PROPS, people
from nescio_experts.geography.plans import (
    Doubt,
    Lookup,
    Money,
    Scope,
    Thing,
    Towns,
    Understood,
)
from nescio_experts.geography.scoping import (
    CONJUNCTION,
    ambiguous,
    asks_which,
    offers_choice,
    sure_countries,
    unit_of,
)
from nescio_experts.geography.signs import Place, Signs

_DEEDS = frozenset(
    (
        "visit visited travel travelled move moved go went work study learn like know fly come leave own drive take "
        "buy use write read serve enter see hold carry play"
    ).split()
)
"""What people may do instead of living somewhere."""
_ORDER: Final = re.compile(r"\b(?:give|tell|name|list|say|show)\b", re.IGNORECASE)
_NAMES_OF_PROPS: Final = {"coords": "coordinates", "lat": "latitude", "lon": "longitude", "timezone": "time zone"}


def _unasked(signs: Signs) -> Doubt | None:
    """What a plain look-up cannot honour: ranks and amounts, people who do something, "New" before a name."""
    if any((number.rank and number.value > 1) or number.scaled for number in signs.numbers):
        return Doubt("I could not tell what the number in your question is about.")
    counted = {"neighbours", "languages", "official"} & set(signs.props) or len(signs.places) > 1
    if not counted and any(not number.rank for number in signs.numbers):
        return Doubt("I could not tell what the number in your question is about.")
    if len(signs.countries) > 1 and not signs.yes_no and _alternatives(signs):
        return Doubt("I could not tell between what you want me to choose.")
    doubt = _deed(signs)
    if doubt is not None:
        return doubt
    for place in signs.countries:
        before = signs.reading.words[place.start - 1] if place.start > 0 else None
        if before is not None and not place.adjective and place.start > 1 and before.text in {"New", "Old", "Great"}:
            return Doubt(f'my tables know no country or city called "{before.text} {place.surface}".')
    return None


def _alternatives(signs: Signs) -> bool:
    """Whether two countries are joined by "or"."""
    pairs = pairwise(signs.countries)
    return any(re.search(r"\bor\b", signs.between(one.end, two.start)) is not None for one, two in pairs)


def _deed(signs: Signs) -> Doubt | None:
    """People who do something else than live somewhere: "how many people speak Quechua in Peru"."""
    people, tongue = signs.first("p:population"), signs.first("p:languages")
    if people is None or not people.text.startswith(("how many", "number of", "how much")):
        return None
    follows = tongue is not None and people.start < tongue.start
    if follows and tongue is not None and not CONJUNCTION.search(signs.between(people.end, tongue.start)):
        return Doubt("I know which languages a country has, not how many people speak them.")
    following = signs.reading.folded(people.end, people.end + 1)
    if following and following[0] in _DEEDS:
        return Doubt(f"I know how many people live somewhere, not how many {following[0]}.")
    return None


def lookup(signs: Signs) -> Understood | None:
    """Properties of the countries or cities that are named."""
    doubt = ambiguous(signs) or _unasked(signs)
    if doubt is not None:
        return doubt
    countries = sure_countries(signs)
    props = _asked_props(signs)
    if signs.yes_no and not offers_choice(signs) and not _ORDER.search(signs.reading.text):
        return Doubt("I could not tell what is to be checked.")
    if signs.has("n:people") and signs.has("q:howmany") and set(props) & {"languages", "currency"}:
        return Doubt("I know which languages and currencies a country has, not how many people use them.")
    if (
        signs.yes_no
        and len(countries) + len(signs.towns) > 1
        and (signs.values("currency") or signs.values("language"))
    ):
        return Doubt("I could not tell what is to be checked.")
    if signs.towns and not (countries and props == ["capital"]):
        return city_lookup(signs, props)
    if not countries:
        return None
    if signs.has("q:where") and not props:
        props = ["where"]
    return _country_lookup(signs, countries, props)


def _asked_props(signs: Signs) -> list[str]:
    """The properties asked for, in order, the more specific one of a pair only."""
    props = [prop for prop in signs.props if prop in PROPS or prop in CITY_PROPS]
    if not props and signs.has("q:howmany") and (signs.has("n:people") or _counts_people(signs)):
        return ["population"]
    if not props and signs.values("currency") and signs.has("v:use"):
        return ["currency"]
    for specific, general in (
        ("official", "languages"),
        ("currency_code", "currency"),
        ("population", "size"),
        ("area", "size"),
    ):
        if specific in props and general in props:
            props.remove(general)
    if "size" in props and signs.has("u:km2", "u:mi2", "u:ha", "u:acre"):
        props[props.index("size")] = "area"
    if signs.has("u:per_mi2", "u:per_km2") and (set(props) & {"population", "area"} or signs.has("n:people")):
        return ["density", *(prop for prop in props if prop not in {"population", "area", "density"})]
    return props


def _counts_people(signs: Signs) -> bool:
    """Such as "How many Canadians are there?"."""
    people = [place for place in signs.countries if place.adjective]
    count = signs.first("q:howmany")
    return len(people) == 1 and count is not None and count.end == people[0].start and len(signs.marks) == 1


def _misplaced(signs: Signs, countries: tuple[Country, ...], props: list[str]) -> Understood | None:
    """Groups, languages, currencies and counts that a plain look-up would pass over in silence."""
    for name in signs.named:
        if name.kind == "group":
            group = atlas().groups[name.value]
            # "the Baltic states: Estonia, …" lists the group, "Baltic Russia" is something else.
            listed = all(signs.between(name.end, place.start).strip() in {":", "("} for place in signs.countries[:1])
            beside = not listed and any(place.start == name.end for place in signs.countries)
            outside = [c for c in countries if c.code not in group.members and "continent" not in c.notes]
            if beside or outside:
                return Doubt(f"I could not tell what {name.surface} means here.", Lookup(countries, tuple(props[:1])))
        if name.kind in {"currency", "language"} and signs.has("q:where", "q:howmany"):
            return Doubt("I know which languages and currencies a country has, not where in it or by how many.")
    alike = signs.has("cmp:equal") and signs.has("n:country")
    several = (signs.has("n:countries") or alike) and not signs.has("p:neighbours")
    if several and (asks_which(signs) or signs.has("q:howmany")):
        if props in (["currency"], ["currency", "phone"]) and len(countries) == 1:
            return Money((countries[0].currency,), count=signs.has("q:howmany"))
        if signs.has("cmp:equal", "v:use", "q:howmany") or len(countries) == 1:
            return Doubt("I could not tell which countries you ask for.")
    if signs.has("cmp:equal") and signs.has("n:country") and len(countries) == 1 and "neighbours" not in props:
        return Doubt("I could not tell which countries you ask for.")
    countable = {"neighbours", "languages", "official", "population", "density", "area", "size"}
    if signs.has("q:howmany") and not countable & set(props):
        return Doubt(
            f"I do not have that count for {countries[0].the}.", Lookup(countries, tuple(props[:1])) if props else None
        )
    return None


def _country_lookup(signs: Signs, countries: tuple[Country, ...], props: list[str]) -> Understood | None:
    if signs.has("n:city", "n:cities") and not (set(props) - {"population", "size"}):
        if signs.has("q:howmany") and not props:
            return Doubt("I only know cities of 15,000 inhabitants or more, so I cannot count all of them.")
        if not signs.has("n:cities") or len(countries) != 1:
            return Doubt("I could not tell which city you mean.")
        return Towns(Scope(explicit=(countries[0].code,)), number=5)
    unit = unit_of(signs)
    misplaced = _misplaced(signs, countries, props)
    if misplaced is not None:
        return misplaced
    if not props:
        return Doubt(
            f"I could not tell what you want to know of {countries[0].the}.",
            Lookup(countries[:1], ("capital", "population")),
        )
    if "capital" in props and len(props) > 1:
        return _with_capital(signs, countries, props, unit)
    lacking = [prop for prop in props if prop not in PROPS]
    if lacking:
        return Doubt(f"I have no {_words(lacking[0])} of a country, only of cities.", Lookup(countries, ("where",)))
    return Lookup(countries, tuple(props), unit)


def _with_capital(signs: Signs, countries: tuple[Country, ...], props: list[str], unit: str) -> Understood:
    """Tell "the population of the capital" from "the capital and the population"."""
    capital = signs.first("p:capital")
    other = next((m for m in signs.marks if m.id.startswith("p:") and m.id != "p:capital"), None)
    assert capital is not None
    of_its_own = [prop for prop in props if prop in CITY_PROPS]
    if other is None or not of_its_own:
        return Lookup(countries, tuple(prop for prop in props if prop in PROPS), unit)
    first, second = sorted((capital, other), key=lambda mark: mark.start)
    joined = CONJUNCTION.search(signs.between(first.end, second.start)) is not None
    if not joined:
        return Lookup(countries, tuple(of_its_own), unit, of_capital=True)
    known = tuple(prop for prop in props if prop in PROPS or prop in CITY_PROPS)
    return Lookup(countries, known, unit)


def city_lookup(signs: Signs, props: list[str]) -> Understood | None:
    """Properties of the cities that are named; a name that several cities share is asked back."""
    found: list[City] = []
    for place in signs.towns:
        city = dominant(place.cities) or _any_of(place.cities, props)
        if city is None:
            return _which_city(place)
        if city not in found:
            found.append(city)
    countries = sure_countries(signs)
    if signs.has("agg:sum", "agg:mean") and len(found) > 1:
        return Doubt("I do not add up cities.")
    if "capital" in props:
        props = [prop for prop in props if prop != "capital"]
        countries = tuple(c for c in countries if cities().capital_of(c.code) not in found)
    if signs.has("q:where") and not props:
        props = ["where"]
    message = _city_doubt(signs, found[0], props, countries)
    if message:
        return Doubt(message, Lookup(tuple(found), ("where",)))
    if signs.has("n:country") and not set(props) & {"continent", *PROPS} - {"where"}:
        props = ["country", *(prop for prop in props if prop != "where")]
    things: tuple[Thing, ...] = (*found, *(countries if props else ()))
    return Lookup(things, tuple(props) or ("country",), unit_of(signs))


def _city_doubt(signs: Signs, city: City, props: list[str], countries: tuple[Country, ...]) -> str:
    """What stands against a look-up of cities, "" if nothing does."""
    if set(props) & {"area", "density"} and not signs.countries:
        return "I have no areas or densities of cities."
    if not props and not signs.has("n:country", "q:where"):
        return f"I could not tell what you want to know of {city.name}."
    if countries and not set(props) <= CITY_PROPS:
        return "I could not tell whether you ask about the city or the country."
    if signs.has("q:howmany") and not set(props) & {"population", "size"} and not set(props) - CITY_PROPS:
        return f"I do not have that count for {city.name}."
    return ""


def _any_of(named: tuple[City, ...], props: list[str]) -> City | None:
    """The largest of several cities, if they are in one country and only the country matters."""
    one_country = len({city.country for city in named}) == 1
    return named[0] if one_country and not set(props) & (CITY_PROPS - {"country"}) else None


def _which_city(place: Place) -> Doubt:
    told = [f"{city.name} in {_where(city)} ({people(city.population)})" for city in place.cities[:4]]
    message = f"several cities are called {place.surface}. Which one: {', '.join(told[:-1])} or {told[-1]}?"
    return Doubt(message, Lookup((place.cities[0],), ("where", "population")))


def _where(city: City) -> str:
    home = atlas().countries[city.country]
    return f"{home.the} ({city.region})" if city.country == "US" else home.the


def _words(prop: str) -> str:
    return _NAMES_OF_PROPS.get(prop, prop)
