"""Which countries a scope holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nescio_experts.geography import facts, figures, trends
from nescio_experts.geography.atlas import Country, Group, atlas
from nescio_experts.geography.plans import Limit, Scope
from nescio_experts.geography.replies import Gap
from nescio_experts.grounded import join


@dataclass(frozen=True, slots=True)
class Found:
    """The members of a scope, in alphabetical order, and what has to be said about how they were found."""

    countries: tuple[Country, ...]
    note: str = ""
    official: bool = False


def members(scope: Scope) -> Found | Gap:
    """The members, with the source of a language question said, and relative limits resolved."""
    for code in scope.neighbours_of:
        if atlas().countries[code].neighbours is None:
            return Gap(f"my tables hold no land borders for {atlas().countries[code].the}.")
    unsure = _unsure(scope)
    if unsure:
        return Gap(trends.open_limit([country.the for country in unsure]))
    found = select(scope)
    if not scope.languages:
        return Found(found)
    language = scope.languages[0]
    named, listed = facts.speakers(language)
    others = [c for c in select(scope, merely_listed=True) if c.code in listed - named]
    name = atlas().language(language)
    note = ""
    if others and found and not scope.official and not scope.negated:
        note = f"GeoNames also lists {name} among the languages of {join([c.the for c in others])}"
    return Found(found or (tuple(others) if not (scope.official or scope.negated) else ()), note, official=bool(found))


def select(scope: Scope, *, territories: bool = False, merely_listed: bool = False) -> tuple[Country, ...]:
    """The members of `scope`. Superlatives and lists take sovereign countries; neighbours and sums also territories."""
    pool = list(atlas().countries.values())
    if scope.explicit:
        pool = [country for country in pool if country.code in scope.explicit]
    elif not (territories or scope.neighbours_of):
        pool = [country for country in pool if country.sovereign]
    for group in scope.groups:
        inside = set(atlas().groups[group].members)
        pool = [country for country in pool if country.code in inside]
    for code in scope.neighbours_of:
        pool = [country for country in pool if country.neighbours is not None and code in country.neighbours]
    if scope.only_neighbour:
        pool = [country for country in pool if set(country.neighbours or ()) == set(scope.neighbours_of)]
    for codes in scope.currencies:
        pool = [country for country in pool if (country.currency in codes) != scope.negated]
    if not merely_listed:
        pool = _speaking(pool, scope)
    for limit in scope.limits:
        pool = [c for c in pool if (v := facts.figure(c, limit.dim)) is not None and _fits(c, v, limit, scope)]
    return tuple(sorted(pool, key=lambda country: country.name))


def _speaking(pool: list[Country], scope: Scope) -> list[Country]:
    for language in scope.languages:
        named, _ = facts.speakers(language)
        pool = [country for country in pool if (country.code in named) != scope.negated]
    return pool


def _unsure(scope: Scope) -> list[Country]:
    """Countries of which it is open whether they are within a limit today."""
    unlimited = select(replace(scope, limits=()))
    dims = [limit for limit in scope.limits if limit.dim in {"population", "density", "area"}]
    return [country for limit in dims for country in unlimited if _within(country, limit, scope) is None]


def _within(country: Country, limit: Limit, scope: Scope) -> bool | None:
    if not scope.reference:
        return True if limit.dim == "area" else trends.passes(country, limit.low, limit.high, limit.dim)
    return country.code == scope.reference or trends.ahead(country, atlas().countries[scope.reference], limit.dim)


def _fits(country: Country, value: float, limit: Limit, scope: Scope) -> bool:
    if not scope.reference:
        return figures.within(value, limit)
    if country.code == scope.reference:
        return False
    if limit.dim in {"population", "density", "area"}:
        return trends.ahead(country, atlas().countries[scope.reference], limit.dim) is (limit.low is not None)
    reference = facts.figure(atlas().countries[scope.reference], limit.dim)
    if reference is None:
        return False
    return value > reference if limit.low is not None else value < reference


def groups_of(scope: Scope) -> tuple[Group, ...]:
    """The groups that a scope names."""
    return tuple(atlas().groups[group] for group in scope.groups)


__all__ = ["Found", "figures", "groups_of", "members", "select"]
