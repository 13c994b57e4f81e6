"""Carries a plan out: looks the facts up, compares, counts, adds, and says the outcome in one or two sentences.

Exact or not at all: a fact that the tables lack makes a `Gap`, never a guess. It knows no words of the question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from nescio_experts.geography import facts
from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.checking import chain, check, same, versus
from nescio_experts.geography.cities import City, cities
from nescio_experts.geography.extremes import extreme
from nescio_experts.geography.facts import missing
from nescio_experts.geography.members import figures, groups_of, members, select
from nescio_experts.geography.plans import (
    ByCode,
    CapitalOf,
    Chain,
    Check,
    Doubt,
    Extreme,
    Lookup,
    Members,
    Money,
    Plan,
    Same,
    Scope,
    Total,
    Towns,
    Versus,
)
from nescio_experts.geography.replies import Gap, Reply
from nescio_experts.geography.trends import as_of, cities_ahead, close_cities
from nescio_experts.geography.wording import inside, scope_words
from nescio_experts.grounded import join, number, ordinal, sentence

_SHOWN: Final = 60
"""Most members that a list names."""


def carry_out(plan: Plan) -> Reply | Gap:
    """The outcome of a plan in words, with the countries and groups it rests on."""
    return _FORMS[type(plan)](plan)


def _lookup(plan: Lookup) -> Reply | Gap:
    if plan.of_capital:
        return _of_capital(plan)
    clauses: list[str] = []
    for thing in plan.things:
        for prop in plan.props:
            found = _clauses(thing, prop, plan)
            if isinstance(found, Gap):
                return found
            clauses.extend(found)
    clauses = list(dict.fromkeys(clauses))
    home = tuple(thing if isinstance(thing, Country) else atlas().countries[thing.country] for thing in plan.things)
    text = " ".join(sentence(clause) for clause in clauses)
    dated = bool({"population", "density", "size"} & set(plan.props))
    return Reply(text, home, facts=len(clauses), official="official" in plan.props, dated=dated)


def _clauses(thing: Country | City, prop: str, plan: Lookup) -> list[str] | Gap:
    if isinstance(thing, City):
        return _of_city(thing, prop)
    if prop == "capital" and "population" in plan.props:
        town = cities().capital_of(thing.code)
        named = facts.capital(thing)
        if named is not None and town is not None and town.population:
            return [f"{named}; {town.name} has {facts.people(town.population)}"]
    clause = facts.of_country(thing, prop, plan.unit)
    if clause is None:
        return Gap(f"my tables hold no {missing(prop)} for {thing.the}.")
    return [clause]


def _of_city(city: City, prop: str) -> list[str] | Gap:
    clause = facts.of_city(city, prop)
    if clause is not None:
        return [clause]
    home = atlas().countries[city.country]
    if prop in facts.CITY_PROPS:
        return Gap(f"my tables hold no {missing(prop)} for {city.name}.")
    of_home = facts.of_country(home, prop)
    if of_home is None:
        return Gap(f"my tables hold no {missing(prop)} for {home.the}.")
    return [f"{city.name} is in {home.the}; {of_home}" if city.name != home.name else of_home]


def _of_capital(plan: Lookup) -> Reply | Gap:
    clauses, home = [], []
    for thing in plan.things:
        town = cities().capital_of(thing.code) if isinstance(thing, Country) else None
        if town is None or not isinstance(thing, Country):
            return Gap("my tables hold no city for that capital.")
        home.append(thing)
        for prop in plan.props:
            clause = facts.of_city(town, prop)
            if clause is None:
                return Gap(f"my tables hold no {missing(prop)} for {town.name}.")
            clauses.append(f"{clause}; it is the capital of {thing.the}")
    return Reply(" ".join(sentence(clause) for clause in clauses), tuple(home), facts=2 * len(clauses), operations=1)


def _capital_of(plan: CapitalOf) -> Reply | Gap:
    owners = [(atlas().countries[code], city) for code, city in cities().capitals.items() if city in plan.cities]
    if not owners:
        city = plan.cities[0]
        home = atlas().countries[city.country]
        if plan.check:
            return Reply(sentence(f"No, {city.name} is not a national capital; {facts.capital(home)}"), (home,))
        return Gap(
            f"{city.name} is not the capital of any country; it is in {home.the}, whose capital is {home.capital}."
        )
    sovereign = [pair for pair in owners if pair[0].sovereign] or owners
    told = [f"{_capital_name(country, city)} is the capital of {country.the}" for country, city in sovereign]
    text = " and ".join(told)
    return Reply(sentence(f"Yes, {text}" if plan.check else text), tuple(country for country, _ in sovereign))


def _capital_name(country: Country, city: City) -> str:
    return country.capital if country.capital.split(",")[0] != city.name else city.name


def _by_code(plan: ByCode) -> Reply | Gap:
    wanted = plan.value.lstrip("+").replace("-", "")
    found = [country for country in atlas().countries.values() if wanted in _codes_of(country, plan.kind)]
    if not found:
        what = {"tld": "the internet domain", "phone": "the calling code", "iso": "the code"}[plan.kind]
        return Gap(f"no country in my tables has {what} {plan.value}.")
    sovereign = [country for country in found if country.sovereign] or found
    if plan.kind == "tld":
        text = f"{plan.value} is the internet domain of {join([c.the for c in found])}"
    elif plan.kind == "phone":
        text = f"+{wanted} is the calling code of {join([c.the for c in found])}"
    else:
        text = f"{plan.value.upper()} is the ISO 3166-1 code of {join([c.the for c in found])}"
    clauses = [sentence(text)]
    clauses += [
        sentence(c) for prop in plan.props for country in sovereign[:1] if (c := facts.of_country(country, prop))
    ]
    return Reply(" ".join(clauses), tuple(found), facts=len(clauses), operations=1)


def _codes_of(country: Country, kind: str) -> set[str]:
    if kind == "tld":
        return {country.tld}
    if kind == "iso":
        return {country.code.lower(), country.iso3.lower()}
    return {part.lstrip("+").replace("-", "") for part in country.phone.replace(",", " ").split() if part != "and"}


def _members(plan: Members) -> Reply | Gap:
    found = members(plan.scope)
    if isinstance(found, Gap):
        return found
    groups = groups_of(plan.scope)
    count = len(found.countries)
    if not count and not (plan.count or plan.check):
        return Gap(f"my tables hold no {scope_words(plan.scope, 1)}.")
    if not count:
        text = f"{'No: ' if plan.check else ''}there are 0 {scope_words(plan.scope, 0)}"
        return Reply(sentence(text), _anchors(plan.scope), groups, facts=1, operations=1, empty=True)
    extra = [c for prop in plan.props for country in found.countries[:12] if (c := facts.of_country(country, prop))]
    if plan.props and (count > 12 or not extra):
        return Gap("that asks for a fact of too many countries at once.")
    dated = any(limit.dim in {"population", "density"} for limit in plan.scope.limits)
    text = sentence(_listed(plan, found.countries) + (f" ({as_of(*found.countries)})" if dated else ""))
    text = " ".join((text, *(sentence(clause) for clause in ([found.note] if found.note else []) + extra)))
    facts_used = count + len(extra)
    return Reply(text, found.countries, groups, facts=facts_used, operations=1, official=found.official, dated=dated)


def _listed(plan: Members, countries: tuple[Country, ...]) -> str:
    count = len(countries)
    what = scope_words(plan.scope, count)
    names = [_with_figure(country, plan.scope) for country in countries[:_SHOWN]]
    listed = join(names) + (f" and {count - _SHOWN} more" if count > _SHOWN else "")
    verb = "is" if count == 1 else "are"
    # Names after "do not use" would read as denied, so there they come first.
    if plan.scope.negated:
        return f"{listed} {verb} the {count} {what}"
    return f"{'Yes: ' if plan.check else ''}there {verb} {count} {what}: {listed}"


def _with_figure(country: Country, scope: Scope) -> str:
    dims = [limit.dim for limit in scope.limits]
    value = facts.figure(country, dims[0]) if dims else None
    return (
        country.the if value is None else f"{country.the} ({facts.figure_words(value, dims[0], scope.limits[0].unit)})"
    )


def _anchors(scope: Scope) -> tuple[Country, ...]:
    return tuple(atlas().countries[code] for code in (*scope.neighbours_of, *scope.explicit))


def _towns(plan: Towns) -> Reply | Gap:
    inside = {country.code for country in select(plan.scope)} if plan.scope else None
    found = _town_pool(plan, inside)
    if plan.limit is not None:
        return _towns_within(plan, found)
    if not found:
        return Gap("my tables hold no city there.")
    ranked = found if plan.direction == "max" else list(reversed(found))
    start, end = plan.rank - 1, plan.rank - 1 + max(1, plan.number)
    chosen = ranked[start:end]
    if not chosen:
        return Gap("my tables do not hold that many cities there.")
    for at in (start, end):
        beside = ranked[at - 1 : at + 1] if at else []
        expected = plan.direction == "max"
        if len(beside) == 2 and cities_ahead(*beside) is not expected:
            return Gap(close_cities([city.name for city in beside]))
    return _ranked_towns(plan, chosen)


def _town_pool(plan: Towns, inside: set[str] | None) -> list[City]:
    known = cities()
    if plan.capitals:
        codes = inside or {country.code for country in atlas().sovereign()}
        sovereign = {country.code for country in atlas().sovereign()}
        pool = [city for code in codes & sovereign if (city := known.capital_of(code)) is not None]
    else:
        pool = [city for code in inside or known.by_country for city in known.by_country.get(code, ())]
    return sorted((city for city in pool if city.population), key=lambda city: (-city.population, city.name))


def _ranked_towns(plan: Towns, chosen: list[City]) -> Reply | Gap:
    area = _town_area(plan.scope)
    kind = "capital" if plan.capitals else "city"
    order = "largest" if plan.direction == "max" else "smallest"
    limit = "" if plan.direction == "max" or plan.capitals else " (among those of 15,000 inhabitants or more)"
    told = [f"{city.name}{_of(city, plan)} with {facts.people(city.population)}" for city in chosen]
    home = tuple(atlas().countries[city.country] for city in chosen)
    which = f"{ordinal(plan.rank)} {order}" if plan.rank > 1 else order
    if plan.claim is not None:
        right = plan.claim.id == chosen[0].id
        text = f"{'Yes' if right else 'No'}, the {which} {kind} {area} is {told[0]}"
    elif len(told) > 1:
        text = f"the {len(told)} {order} {'capitals' if plan.capitals else 'cities'} {area} are {join(told)}{limit}"
    else:
        text = f"the {which} {kind} {area} by population is {told[0]}{limit}"
    clauses = [sentence(text)]
    for prop in plan.props:
        clause = facts.of_city(chosen[0], prop) if prop in facts.CITY_PROPS else facts.of_country(home[0], prop)
        if clause is not None and prop not in {"population", "size"}:
            clauses.append(sentence(clause))
    return Reply(" ".join(clauses), home, facts=len(clauses) + len(chosen), operations=1)


def _of(city: City, plan: Towns) -> str:
    several = plan.scope is None or len(plan.scope.explicit) != 1
    return f" ({atlas().countries[city.country].name})" if several else ""


def _town_area(scope: Scope | None) -> str:
    if scope is None:
        return "in the world"
    if len(scope.explicit) >= 1:
        return f"in {join([atlas().countries[code].the for code in scope.explicit])}"
    return f"in {scope_words(scope, 2)}" if not scope.groups else inside(join([g.name for g in groups_of(scope)]))


def _towns_within(plan: Towns, found: list[City]) -> Reply | Gap:
    limit = plan.limit
    assert limit is not None
    if (limit.low or limit.high or 0) < 15_000:
        return Gap("my tables hold cities of 15,000 inhabitants or more only.")
    kept = [city for city in found if figures.within(float(city.population), limit)]
    area = _town_area(plan.scope)
    names = [f"{city.name} ({facts.people(city.population)})" for city in kept[:30]]
    rest = f" and {len(kept) - 30} more" if len(kept) > 30 else ""
    text = (
        f"there {'is' if len(kept) == 1 else 'are'} {len(kept)} {'city' if len(kept) == 1 else 'cities'} {area} with "
    )
    text += f"{figures.limit_words(limit)}" + (f": {join(names)}{rest}" if kept else "")
    home = tuple({city.country: atlas().countries[city.country] for city in kept}.values())
    return Reply(sentence(text), home, facts=len(kept), operations=1, empty=not kept)


def _total(plan: Total) -> Reply | Gap:
    pool = select(plan.scope, territories=True)
    values = [
        (c, value)
        for c in pool
        if (value := facts.figure(c, "area" if plan.dim == "density" else plan.dim)) is not None
    ]
    if not values:
        return Gap("my tables hold no country that fits.")
    total = sum(value for _, value in values)
    what = f"the {len(values)} {scope_words(plan.scope, len(values), territories=True)}"
    if plan.dim == "density":
        inhabitants = sum(country.population or 0 for country, _ in values)
        words = facts.figure_words(inhabitants / total, "density", plan.unit)
        text = f"{what} together have {words}"
    elif plan.mean:
        words = facts.figure_words(round(total / len(values), 2), plan.dim, plan.unit)
        text = (
            f"on average, {what} have {words} each"
            if plan.dim == "population"
            else f"on average, {what} cover {words} each"
        )
    else:
        words = facts.figure_words(total, plan.dim, plan.unit)
        text = f"{what} together {'have' if plan.dim == 'population' else 'cover'} {words}"
    countries = tuple(country for country, _ in values)
    dated = plan.dim in {"population", "density"}
    text += f" ({as_of(*countries)})" if dated else ""
    return Reply(sentence(text), countries, groups_of(plan.scope), facts=len(values), operations=1, dated=dated)


def _sorted(countries: list[Country]) -> list[Country]:
    return sorted(countries, key=lambda country: country.name)


def _money(plan: Money) -> Reply | Gap:
    users = [country for country in atlas().countries.values() if country.currency in plan.codes]
    if not users:
        return Gap("no country in my tables uses that currency now.")
    sovereign = [country for country in users if country.sovereign]
    rest = [country for country in users if not country.sovereign]
    names = atlas().currency(plan.codes[0]) if len(plan.codes) == 1 else "currencies of that name"
    code = f" ({plan.codes[0]})" if len(plan.codes) == 1 else ""
    shown = sovereign or rest
    told = [c.the if len(plan.codes) == 1 else f"{c.the} ({c.currency})" for c in _sorted(shown)]
    kind = "country" if len(shown) == 1 else "countries"
    kind = kind if sovereign else ("territory" if len(shown) == 1 else "territories")
    verb = "uses" if len(shown) == 1 else "use"
    text = sentence(f"{len(shown)} {kind} {verb} the {names}{code}: {join(told)}")
    if sovereign and rest:
        text += " " + sentence(f"So do {len(rest)} territories: {join([c.the for c in _sorted(rest)])}")
    return Reply(text, tuple(users), facts=len(users), operations=1)


_FORMS: Final[dict[type[Any], Callable[[Any], Reply | Gap]]] = {
    Lookup: _lookup,
    CapitalOf: _capital_of,
    ByCode: _by_code,
    Members: _members,
    Towns: _towns,
    Extreme: extreme,
    Total: _total,
    Money: _money,
    Chain: chain,
    Check: check,
    Same: same,
    Versus: versus,
}
__all__ = ["Doubt", "carry_out", "number"]
