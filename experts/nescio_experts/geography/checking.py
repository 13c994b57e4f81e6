"""Answers yes or no, and compares things with each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nescio_experts.geography import facts, figures
from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.cities import City, cities
from nescio_experts.geography.plans import Check, Same, Thing, Versus
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
    named = join([other.the for other in apart or others])
    clause = f"{one.the} and {named} {'do not share' if apart else 'share'} a land border"
    names = facts.neighbour_names(one)
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
    return _said(country.currency in plan.values, facts.currency(country), country)


def _language(plan: Check) -> Reply | Gap:
    country = plan.thing
    assert isinstance(country, Country)
    named, listed = facts.speakers(plan.values[0])
    official = plan.kind == "official"
    yes = country.code in named or (not official and country.code in listed)
    clause = facts.official(country) if official else facts.languages(country)
    return Reply(sentence(f"{'Yes' if yes else 'No'}: {clause}"), (country,), operations=1, official=official)


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
    verb = "covers" if plan.limit.dim == "area" else "has"
    clause = f"{_the(plan.thing)} {verb} {facts.figure_words(value, plan.limit.dim, plan.limit.unit)}"
    return _said(yes, clause, _home(plan.thing))


_KINDS: Final[dict[str, Callable[[Check], Reply | Gap]]] = {
    "border": _border, "capital": _capital, "currency": _currency, "language": _language, "official": _language,
    "group": _group, "inside": _inside, "inside_group": _inside_group, "limit": _limit,
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
    ordered = sorted(known, key=lambda pair: -pair[1] if plan.direction == "max" else pair[1])
    if plan.mode == "check":
        return _checked(plan, known)
    if plan.mode in {"difference", "ratio"}:
        return _apart(plan, known)
    if ordered[0][1] == ordered[1][1]:
        told = join([_the(thing) for thing, value in ordered if value == ordered[0][1]])
        return _reply(plan, f"{told} are equal: {facts.figure_words(ordered[0][1], plan.dim, plan.unit)} each")
    first = f"{_the(ordered[0][0])} {_more(plan)}: {facts.figure_words(ordered[0][1], plan.dim, plan.unit)}"
    rest = [f"{facts.figure_words(value, plan.dim, plan.unit)} for {_the(thing)}" for thing, value in ordered[1:]]
    return _reply(plan, f"{first}, against {join(rest)}")


def _checked(plan: Versus, known: list[tuple[Thing, float]]) -> Reply:
    (one, first), (other, second) = known[0], known[1]
    yes = first > second if plan.direction == "max" else first < second
    yes = yes or (plan.equal_counts and first >= second)
    told = " against ".join(
        f"{facts.figure_words(value, plan.dim, plan.unit)} for {_the(thing)}"
        for thing, value in ((one, first), (other, second))
    )
    return _reply(plan, f"{'Yes' if yes else 'No'}: {told}")


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
    return _reply(plan, f"{text} ({told})")


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
    return Reply(sentence(text), tuple(_home(thing) for thing in plan.things), facts=len(plan.things), operations=1)


def _the(thing: Thing) -> str:
    return thing.the if isinstance(thing, Country) else f"{thing.name} ({atlas().countries[thing.country].name})"


def _home(thing: Thing) -> Country:
    return thing if isinstance(thing, Country) else atlas().countries[thing.country]
