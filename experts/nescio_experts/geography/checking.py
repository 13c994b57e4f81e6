"""Answers yes or no, and compares things with each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from nescio_experts.geography import facts, figures, trends
from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.borders import neighbour_names, open_border
from nescio_experts.geography.cities import City, cities
from nescio_experts.geography.plans import Chain, Check, Direction, Limit, Same, Thing, Versus
from nescio_experts.geography.replies import Gap, Reply
from nescio_experts.grounded import join, number, sentence


def check(plan: Check) -> Reply | Gap:
    """Yes or no, with the fact that decides."""
    return _KINDS[plan.kind](plan)


def _said(yes: bool, clause: str | None, *countries: Country, count: int = 1) -> Reply:
    text = sentence(f"{'Yes' if yes else 'No'}: {clause}" if clause else ("Yes" if yes else "No"))
    return Reply(text, countries, facts=count, operations=1)


def _border(plan: Check) -> Reply | Gap:
    one = plan.thing
    assert isinstance(one, Country)
    others = [atlas().countries[code] for code in plan.values]
    if any(country.neighbours is None for country in (one, *others)):
        return Gap("my tables hold no land borders for that territory.")
    apart = [other for other in others if other.code not in (one.neighbours or ())]
    for other in others:
        told = open_border(one, other)
        if told and (other in apart or frozenset({one.code, other.code}) in atlas().doubtful_borders):
            return Gap(told)
    named = join([other.the for other in apart or others])
    clause = f"{one.the} and {named} {'do not share' if apart else 'share'} a land border"
    if len(apart or others) > 1:
        clause = f"{one.the} {'does not share' if apart else 'shares'} a land border with {named}"
    names = neighbour_names(one)
    beside = f"; {one.the} borders {join(names)}" if names and apart else ""
    return _said(not apart, clause + beside, one, *others, count=1 + len(others))


def _capital(plan: Check) -> Reply | Gap:
    country = plan.thing
    assert isinstance(country, Country)
    capital = cities().capital_of(country.code)
    yes = capital in plan.cities or any(city.name == country.capital for city in plan.cities)
    clause = facts.capital(country)
    if clause is None:
        return Gap(f"my tables hold no capital for {country.the}.")
    named_beside = any(city.name in country.notes.get("capital", "") for city in plan.cities)
    if not yes and named_beside:
        return Reply(sentence(f"Not quite: {clause}"), (country,), operations=1)
    return _said(yes, clause, country)


def _currency(plan: Check) -> Reply | Gap:
    country = plan.thing
    assert isinstance(country, Country)
    beside = any(f"({code})" in country.notes.get("currency", "") for code in plan.values)
    return _said(country.currency in plan.values or beside, facts.currency(country), country)


def _accepted(plan: Check) -> Reply | Gap:
    country = plan.thing
    assert isinstance(country, Country)
    found = _currency(plan)
    if isinstance(found, Reply) and found.text.startswith("No"):
        return Gap(
            f"I know the currency of {country.the}, the {facts.money(country.currency)}, not what else is taken."
        )
    return found


def _language(plan: Check) -> Reply | Gap:
    country = plan.thing
    assert isinstance(country, Country)
    named, listed = facts.speakers(plan.values[0])
    official = plan.kind == "official"
    yes = country.code in named or (not official and country.code in listed)
    clause = facts.official(country) if official else facts.languages(country)
    return Reply(sentence(f"{'Yes' if yes else 'No'}: {clause}"), (country,), operations=1, official=official)


def _code(plan: Check) -> Reply | Gap:
    country = plan.thing
    assert isinstance(country, Country)
    kind, value = plan.values
    clause = facts.tld(country) if kind == "tld" else facts.phone(country)
    if clause is None:
        return Gap(f"my tables hold no {facts.missing(kind)} for {country.the}.")
    held = country.tld.lstrip(".") if kind == "tld" else country.phone
    same = value in held.split() if kind == "tld" else value.lstrip("+") in re.sub(r"[-+]", "", held).split()
    return _said(same, clause, country)


def _group(plan: Check) -> Reply | Gap:
    country = plan.thing
    assert isinstance(country, Country)
    group = atlas().groups[plan.values[0]]
    yes = country.code in group.members
    clause = facts.continent(country) if group.id.isupper() else None
    told = (
        clause or f"{country.the} {'is' if yes else 'is not'} one of the {len(group.members)} members of {group.name}"
    )
    if not yes and "continent" in country.notes and group.id.isupper() and group.name in country.notes["continent"]:
        return Reply(sentence(f"Partly: {told}"), (country,), (group,), operations=1)
    return Reply(sentence(f"{'Yes' if yes else 'No'}: {told}"), (country,), (group,), operations=1)


def _inside(plan: Check) -> Reply | Gap:
    city = next((c for c in plan.cities if c.country in plan.values), None)
    meant = city or plan.thing
    assert isinstance(meant, City)
    home = atlas().countries[meant.country]
    return _said(city is not None, facts.of_city(meant, "country"), home)


def _inside_group(plan: Check) -> Reply | Gap:
    city = plan.thing
    assert isinstance(city, City)
    group = atlas().groups[plan.values[0]]
    home = atlas().countries[city.country]
    text = sentence(f"{'Yes' if home.code in group.members else 'No'}: {facts.of_city(city, 'where')}")
    return Reply(text, (home,), (group,), operations=1)


def _limit(plan: Check) -> Reply | Gap:
    assert plan.limit is not None
    value = facts.figure(plan.thing, plan.limit.dim)
    if value is None:
        return Gap(f"my tables hold no {plan.limit.dim} for {plan.thing.name}.")
    yes = figures.within(value, plan.limit)
    if isinstance(plan.thing, Country) and _open(plan.thing, plan.limit):
        return Gap(trends.open_limit([plan.thing.the]))
    verb = "covers" if plan.limit.dim == "area" else "has"
    clause = f"{_the(plan.thing)} {verb} {facts.figure_words(value, plan.limit.dim, plan.limit.unit)}"
    clause += _age(plan.limit.dim, plan.thing)
    return _said(yes, clause, _home(plan.thing))


def _open(country: Country, limit: Limit) -> bool:
    dated = limit.dim in {"population", "density"}
    return dated and trends.passes(country, limit.low, limit.high, limit.dim) is None


_KINDS: Final[dict[str, Callable[[Check], Reply | Gap]]] = {
    "border": _border, "capital": _capital, "currency": _currency, "accepted": _accepted,
    "language": _language, "official": _language,
    "group": _group, "code": _code, "inside": _inside, "inside_group": _inside_group, "limit": _limit,
}  # fmt: skip


def same(plan: Same) -> Reply | Gap:
    """Whether all things agree in a property, with each one's value."""
    clauses = [facts.of_country(country, plan.prop) for country in plan.things]
    if any(clause is None for clause in clauses):
        return Gap("my tables lack that fact for one of them.")
    values = [_value(country, plan.prop) for country in plan.things]
    shared = frozenset.intersection(*values)
    told = "; ".join(clause for clause in clauses if clause)
    return Reply(sentence(f"{'Yes' if shared else 'No'}: {told}"), plan.things, facts=len(values), operations=1)


def _value(country: Country, prop: str) -> frozenset[str]:
    if prop == "currency":
        return frozenset({country.currency})
    if prop == "continent":
        return frozenset({country.continent})
    if prop == "phone":
        return frozenset({country.phone})
    if prop == "official":
        return frozenset(atlas().official(country.code))
    return frozenset(code.split("-")[0] for code in country.languages[:3])


def versus(plan: Versus) -> Reply | Gap:
    """The comparison of two or more things by a figure."""
    values = [(thing, facts.figure(thing, plan.dim)) for thing in plan.things]
    known = [(thing, value) for thing, value in values if value is not None]
    if len(known) < len(values):
        return Gap(f"my tables hold no {plan.dim} for one of them.")
    ordered = _ordered(plan, known)
    rivals = _rivals(plan, ordered)
    if rivals:
        return Gap(_open_order(plan.dim, rivals))
    if plan.mode == "check":
        return _checked(plan, known)
    if plan.mode in {"difference", "ratio"}:
        return _apart(plan, known)
    if ordered[0][1] == ordered[1][1]:
        told = join([_the(thing) for thing, value in ordered if value == ordered[0][1]])
        return _reply(plan, f"{told} are equal: {facts.figure_words(ordered[0][1], plan.dim, plan.unit)} each")
    first = f"{_the(ordered[0][0])} {_more(plan)}: {facts.figure_words(ordered[0][1], plan.dim, plan.unit)}"
    rest = [f"{facts.figure_words(value, plan.dim, plan.unit)} for {_the(thing)}" for thing, value in ordered[1:]]
    return _reply(plan, f"{first}, against {join(rest)}{_age(plan.dim, *plan.things)}")


def chain(plan: Chain) -> Reply | Gap:
    """Whether a thing stands to each of several others as is asked: "bigger than Chile and smaller than Brazil"."""
    figures_ = [facts.figure(thing, plan.dim) for thing in (plan.thing, *(other for _, other in plan.links))]
    if any(value is None for value in figures_):
        return Gap(f"my tables hold no {plan.dim} for one of them.")
    found = [_linked(plan, direction, other) for direction, other in plan.links]
    things = (plan.thing, *(other for _, other in plan.links))
    if None in found:
        return Gap(_open_order(plan.dim, things))
    pairs = zip(things, figures_, strict=True)
    told = [f"{_the(thing)} {facts.figure_words(value or 0.0, plan.dim, plan.unit)}" for thing, value in pairs]
    text = f"{'Yes' if all(found) else 'No'}: {join(told)}{_age(plan.dim, *things)}"
    home = tuple(_home(thing) for thing in things)
    return Reply(sentence(text), home, facts=len(home), operations=1, dated=plan.dim in {"population", "density"})


def _linked(plan: Chain, direction: Direction, other: Thing) -> bool | None:
    more = _ahead(plan.thing, other, plan.dim)
    return None if more is None else more is (direction == "max")


def _ordered(plan: Versus, known: list[tuple[Thing, float]]) -> list[tuple[Thing, float]]:
    most = plan.direction == "max"
    countries = [(value, thing) for thing, value in known if isinstance(thing, Country)]
    if len(countries) == len(known):
        return [(country, value) for value, country in trends.in_order(countries, plan.dim, most=most)]
    return sorted(known, key=lambda pair: -pair[1] if most else pair[1])


def _rivals(plan: Versus, ordered: list[tuple[Thing, float]]) -> tuple[Thing, ...]:
    """The things of which it is open who is ahead."""
    first = ordered[0][0]
    others = [thing for thing, value in ordered[1:] if value != ordered[0][1]]
    unsure = [other for other in others if _ahead(first, other, plan.dim) is not (plan.direction == "max")]
    if plan.mode in {"difference", "ratio"}:
        most = ordered[0][1]
        unsure = [
            thing
            for thing, value in ordered[1:]
            if value != most and _ahead(thing, first, plan.dim) is not (value > most)
        ]
    return (first, *unsure) if unsure else ()


def _ahead(one: Thing, other: Thing, dim: str) -> bool | None:
    if isinstance(one, Country) and isinstance(other, Country):
        if dim in {"population", "density", "area"}:
            return trends.ahead(one, other, dim)
        return (facts.figure(one, dim) or 0.0) > (facts.figure(other, dim) or 0.0)
    if isinstance(one, City) and isinstance(other, City):
        return trends.cities_ahead(one, other)
    return trends.cities_apart(facts.figure(one, dim) or 0.0, facts.figure(other, dim) or 0.0)


def _open_order(dim: str, things: tuple[Thing, ...]) -> str:
    names = [_the(thing) for thing in things]
    if all(isinstance(thing, City) for thing in things):
        return trends.close_cities(names)
    return trends.open_order(dim, names)


def _age(dim: str, *things: Thing) -> str:
    """What to say of the age of the figures, "" where there is nothing to say."""
    countries = [thing for thing in things if isinstance(thing, Country)]
    if not countries or dim not in {"population", "density"}:
        return ""
    order = trends.since(countries, countries) if dim == "population" else ""
    return f" ({trends.as_of(*countries)}{order})"


def _checked(plan: Versus, known: list[tuple[Thing, float]]) -> Reply:
    (one, first), (other, second) = known[0], known[1]
    yes = first != second and _ahead(one, other, plan.dim) is (plan.direction == "max")
    yes = yes or (plan.equal_counts and first == second)
    told = " against ".join(
        f"{facts.figure_words(value, plan.dim, plan.unit)} for {_the(thing)}"
        for thing, value in ((one, first), (other, second))
    )
    return _reply(plan, f"{'Yes' if yes else 'No'}: {told}{_age(plan.dim, *plan.things)}")


def _apart(plan: Versus, known: list[tuple[Thing, float]]) -> Reply | Gap:
    (one, first), (other, second) = known[0], known[1]
    if plan.mode == "ratio":
        low, high = sorted((first, second))
        if low <= 0:
            return Gap("one of the figures is zero.")
        big, small = (one, other) if first >= second else (other, one)
        words = {"population": "inhabitants", "area": "area"}.get(plan.dim, plan.dim)
        text = f"{_the(big)} has {number(high / low, decimals=2)} times the {words} of {_the(small)}"
    else:
        big, small = (one, other) if first >= second else (other, one)
        text = f"the difference is {facts.figure_words(round(abs(first - second), 4), plan.dim, plan.unit)}"
        text += f" in favour of {_the(big)}" if first != second else f": {_the(big)} and {_the(small)} are equal"
    told = " and ".join(
        f"{_the(thing)} {facts.figure_words(value, plan.dim, plan.unit)}"
        for thing, value in ((one, first), (other, second))
    )
    return _reply(plan, f"{text} ({told}{_age(plan.dim, *plan.things).replace(' (', '; ').rstrip(')')})")


def _more(plan: Versus) -> str:
    most = len(plan.things) > 2
    words = {
        ("area", "max"): ("is larger", "is the largest"), ("area", "min"): ("is smaller", "is the smallest"),
        ("population", "max"): ("has more inhabitants", "has the most inhabitants"),
        ("population", "min"): ("has fewer inhabitants", "has the fewest inhabitants"),
        ("density", "max"): ("is more densely populated", "is the most densely populated"),
        ("density", "min"): ("is less densely populated", "is the least densely populated"),
    }.get((plan.dim, plan.direction))  # fmt: skip
    if words is None:
        return f"has {'more' if plan.direction == 'max' else 'fewer'} {plan.dim}"
    return words[1] if most else words[0]


def _reply(plan: Versus, text: str) -> Reply:
    home = tuple(_home(thing) for thing in plan.things)
    return Reply(sentence(text), home, facts=len(home), operations=1, dated=plan.dim in {"population", "density"})


def _the(thing: Thing) -> str:
    return thing.the if isinstance(thing, Country) else f"{thing.name} ({atlas().countries[thing.country].name})"


def _home(thing: Thing) -> Country:
    return thing if isinstance(thing, Country) else atlas().countries[thing.country]
