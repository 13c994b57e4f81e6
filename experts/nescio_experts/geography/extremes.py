"""Says which countries have the most or the least of something, and who ties with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from nescio_experts.geography import facts, trends
from nescio_experts.geography.atlas import Country
from nescio_experts.geography.facts import missing
from nescio_experts.geography.members import groups_of, select
from nescio_experts.geography.plans import Extreme
from nescio_experts.geography.replies import Gap, Reply
from nescio_experts.geography.wording import scope_words
from nescio_experts.grounded import join, ordinal, sentence

_FEWEST: Final = 2
"""Fewest countries that "the largest countries" may be."""


def extreme(plan: Extreme) -> Reply | Gap:
    """The countries that have most or least of something; all that tie at the last place wanted."""
    scope = plan.scope
    pool = [(value, c) for c in select(scope) if (value := facts.figure(c, plan.dim)) is not None]
    if not pool:
        return Gap("my tables hold no country that fits.")
    pool = trends.in_order(pool, plan.dim, most=plan.direction == "max")
    start, end = plan.rank - 1, plan.rank - 1 + max(1, plan.number)
    chosen = pool[start:end]
    if not chosen:
        return Gap(f"there are only {len(pool)} such countries.")
    if start and pool[start - 1][0] == chosen[0][0]:
        return Gap("several countries tie there, so that none of them has that rank alone.")
    chosen += [pair for pair in pool[end:] if pair[0] == chosen[-1][0]]
    rivals = _rivals(plan, pool, start, start + len(chosen))
    if rivals and plan.flexible and plan.number > _FEWEST:
        return extreme(replace(plan, number=plan.number - 1))
    if rivals:
        return Gap(trends.open_order(plan.dim, [country.the for country in rivals]))
    if plan.dim in {"neighbours", "languages"}:
        return _most(plan, chosen, pool)
    return _told(plan, chosen, pool)


def _told(plan: Extreme, chosen: list[tuple[float, Country]], pool: list[tuple[float, Country]]) -> Reply | Gap:
    scope = plan.scope
    names = [f"{country.the} with {facts.figure_words(value, plan.dim, plan.unit)}" for value, country in chosen]
    what = scope_words(scope, 2 if len(names) > 1 else 1)
    head = _rank_words(plan, what, len(names))
    if plan.claim:
        right = any(country.code == plan.claim for _, country in chosen)
        head = f"{'Yes' if right else 'No'}, {head}"
    clauses = [sentence(f"{head} {'are' if len(names) > 1 else 'is'} {join(names)}{_age(plan, chosen, pool)}")]
    for prop in plan.props:
        for _, country in chosen:
            clause = facts.of_country(country, prop)
            if clause is None:
                return Gap(f"my tables hold no {missing(prop)} for {country.the}.")
            clauses.append(sentence(clause))
    countries = tuple(country for _, country in chosen)
    return Reply(
        " ".join(clauses),
        countries,
        groups_of(scope),
        facts=len(pool),
        operations=1 + len(plan.props),
        dated=_is_dated(plan),
    )


def _rivals(plan: Extreme, pool: list[tuple[float, Country]], start: int, end: int) -> list[Country]:
    """Countries of which it is open whether they belong among those at `start` up to `end`, and whom they rival."""
    if plan.dim not in {"population", "density", "area"}:
        return []
    most = plan.direction == "max"
    before, chosen, after = pool[:start], pool[start:end], pool[end:]
    pairs = [(one[1], other[1]) for one in before for other in chosen]
    pairs += [(one[1], other[1]) for one in chosen for other in after]
    open_ = [(one, other) for one, other in pairs if trends.ahead(one, other, plan.dim) is not most]
    return [country for pair in open_ for country in pair]


def _is_dated(plan: Extreme) -> bool:
    return plan.dim in {"population", "density"}


def _age(plan: Extreme, chosen: list[tuple[float, Country]], pool: list[tuple[float, Country]]) -> str:
    if not _is_dated(plan):
        return ""
    countries = [country for _, country in chosen]
    order = trends.since(countries, [country for _, country in pool]) if plan.dim == "population" else ""
    return f" ({trends.as_of(*countries)}{order})"


def _most(plan: Extreme, chosen: list[tuple[float, Country]], pool: list[tuple[float, Country]]) -> Reply:
    names = join([country.the for _, country in chosen])
    rank = f"{ordinal(plan.rank)} " if plan.rank > 1 else ""
    verb = "have" if len(chosen) > 1 else "has"
    most = f"the {rank}{'most' if plan.direction == 'max' else 'fewest'} {plan.dim}"
    told_apart = [f"{country.the} with {facts.figure_words(value, plan.dim)}" for value, country in chosen]
    if chosen[0][0] == chosen[-1][0]:
        each = " each" if len(chosen) > 1 else ""
        text = f"{names} {verb} {most}: {facts.figure_words(chosen[0][0], plan.dim)}{each}"
    else:
        text = f"{join(told_apart)} {verb} {most}"
    text = f"of the {scope_words(plan.scope, 2)}, {text}"
    if plan.claim:
        text = f"{'Yes' if any(c.code == plan.claim for _, c in chosen) else 'No'}, {text}"
    clauses = [c for prop in plan.props for _, country in chosen if (c := facts.of_country(country, prop))]
    told = " ".join(sentence(clause) for clause in (text, *clauses))
    return Reply(told, tuple(c for _, c in chosen), groups_of(plan.scope), facts=len(pool), operations=1)


def _rank_words(plan: Extreme, what: str, count: int) -> str:
    order = {
        ("area", "max"): "largest", ("area", "min"): "smallest", ("population", "max"): "most populous",
        ("population", "min"): "least populous", ("density", "max"): "most densely populated",
        ("density", "min"): "least densely populated",
    }[plan.dim, plan.direction]  # fmt: skip
    rank = f"{ordinal(plan.rank)} " if plan.rank > 1 else ""
    many = f"{count} " if count > 1 else ""
    by = " by area" if plan.dim == "area" else ""
    return f"the {many}{rank}{order} {what}{by}"
