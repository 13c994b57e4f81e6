"""Rules for what wants yes or no: borders, capitals, currencies, languages, groups, codes, and where a city is."""

from __future__ import annotations

import re
from typing import Final

from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.cities import City, cities, dominant
from nescio_experts.geography.plans import CapitalOf, Check, Doubt, Lookup, Same, Understood
from nescio_experts.geography.scoping import ambiguous, asks_which, offers_choice, sure_countries
from nescio_experts.geography.signs import Signs


def same(signs: Signs) -> Understood | None:
    """Such as "Do France and Spain use the same currency?"."""
    countries = sure_countries(signs)
    props = [prop for prop in signs.props if prop in {"currency", "languages", "continent", "phone", "official"}]
    if signs.yes_no and signs.has("cmp:equal") and len(countries) > 1 and len(props) == 1:
        return Same(countries, props[0])
    return None


def checks(signs: Signs) -> Understood | None:
    """Yes or no: borders, capitals, currencies, languages, groups, and where a city is."""
    if signs.yes_no and asks_any(signs):
        return None
    border = signs.first("p:neighbours")
    if signs.yes_no and border is not None and border.text.startswith(("surround", "encircle", "hem")):
        return Doubt("I can tell whether countries share a border, not whether one lies all around another.")
    if signs.yes_no and offers_choice(signs):
        return _choice(signs)
    countries = sure_countries(signs)
    several = len(countries) > 1 and signs.props == ["neighbours"] and not signs.has("n:country", "n:countries", "only")
    terse = len(countries) == 2 and not signs.has("q:howmany", "q:both") and not asks_which(signs)
    terse = terse and border is not None and not border.text.startswith(("neighbo", "land neighbo"))
    if several and (signs.yes_no or terse):
        return _check_border(signs)
    if not signs.yes_no or ambiguous(signs) is not None:
        return None
    towns = [place.cities for place in signs.towns]
    if len(towns) > 1:
        return Doubt("I could not tell which of these cities is to be checked.")
    if signs.has("p:capital") and towns:
        owners = [p for p in signs.places if p.codes]
        if owners and len(owners[0].codes) == 1:
            return Check("capital", atlas().countries[owners[0].codes[0]], cities=towns[0])
        return CapitalOf(towns[0], check=True) if not owners and not signs.has("n:country") else None
    if len(towns) == 1 and not signs.props:
        return _check_inside(signs, towns[0])
    return _check_country(signs, countries[0]) if len(countries) == 1 else None


def _choice(signs: Signs) -> Understood:
    """Such as "Is Toronto in Canada or the US?", which neither yes nor no answers: the fact itself does."""
    countries = sure_countries(signs)
    towns = [dominant(place.cities) for place in signs.towns]
    if len(towns) == 1 and towns[0] is not None and not signs.props and countries:
        return Lookup((towns[0],), ("country",))
    if len(countries) == 1 and ambiguous(signs) is None:
        if "capital" in signs.props:
            return Lookup(countries, ("capital",))
        if signs.values("group") and all(group.isupper() for group in signs.values("group")):
            return Lookup(countries, ("continent",))
        if signs.values("currency") and not towns:
            return Lookup(countries, ("currency",))
        if signs.values("language") and not towns:
            return Lookup(countries, ("official",) if signs.has("p:official", "q:official") else ("languages",))
    return Doubt("I could not tell between what you want me to choose.")


def _check_border(signs: Signs) -> Understood:
    """Who is said to border whom: those before the verb each of those after it, or two each other."""
    border = signs.first("p:neighbours")
    at = border.start if border is not None else 0
    before = tuple(atlas().countries[place.codes[0]] for place in signs.countries if place.start < at)
    after = tuple(atlas().countries[place.codes[0]] for place in signs.countries if place.start >= at)
    if len(before) + len(after) == 2:
        one, other = (*before, *after)
        return Check("border", one, (other.code,))
    if len(before) == 1:
        return Check("border", before[0], tuple(country.code for country in after))
    if len(after) == 1:
        return Check("border", after[0], tuple(country.code for country in before))
    return Doubt("I could not tell who is said to border whom.")


def _check_inside(signs: Signs, named: tuple[City, ...]) -> Understood | None:
    others = [place for place in signs.places if place.codes]
    if others:
        city = dominant(named)
        inside = any(one.country in others[0].codes for one in named)
        longer = cities().opening_with(named[0].name, others[0].codes)
        if not inside and (city is None or longer):
            meant = f" Did you mean {longer[0].name}?" if longer else ""
            return Doubt(f"several cities are called {signs.towns[0].surface}, or begin so.{meant}")
        return Check("inside", city or named[0], others[0].codes, named)
    if signs.values("group"):
        city_found = dominant(named)
        return Check("inside_group", city_found, signs.values("group")) if city_found else None
    return None


def _check_country(signs: Signs, country: Country) -> Understood | None:
    if signs.has("only"):
        return Doubt("I can tell whether something holds, not whether it alone does.")
    if set(signs.props) - {"currency", "currency_code", "languages", "official", "continent", "neighbours"}:
        return None
    if signs.values("currency"):
        kind = "accepted" if _accepting(signs) else "currency"
        return Check(kind, country, tuple(signs.values("currency")[0].split("+")))
    if signs.values("language"):
        kind = "official" if signs.has("p:official") else "language"
        return Check(kind, country, signs.values("language"))
    if signs.values("group") and not signs.has("p:neighbours"):
        return Check("group", country, signs.values("group"))
    return None


def _accepting(signs: Signs) -> bool:
    """Whether it is asked what shops take, which may be more than the currency of the country."""
    verbs = {word for mark in signs.marks if mark.id in {"v:use", "p:currency"} for word in mark.text.split()}
    return bool(verbs & {"accept", "accepts", "accepted", "take", "takes", "pay", "paying", "paid", "spend"})


def check_code(signs: Signs) -> Understood | None:
    """Such as "Does +49 belong to Germany?"."""
    countries = sure_countries(signs)
    codes = [(name.kind, name.value) for name in signs.named if name.kind in {"tld", "phone"}]
    plain = len(codes) == 1 and len(countries) == 1 and len(signs.places) == 1 and ambiguous(signs) is None
    if not (plain and signs.yes_no) or set(signs.props) - {"tld", "phone", "iso"} or signs.has("only"):
        return None
    return Check("code", countries[0], codes[0])


_ANY: Final = re.compile(r"^\W*(?:(?:is|are) there (?:an?|any|some)|(?:do|does|is|are) any)\b", re.IGNORECASE)


def asks_any(signs: Signs) -> bool:
    """Such as "Do any countries border both Peru and Argentina?"."""
    return _ANY.match(signs.reading.text) is not None and signs.has("n:country", "n:countries")
