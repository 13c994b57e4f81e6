"""Says which set of countries is meant: "countries in South America that use the euro"."""

from __future__ import annotations

from nescio_experts.geography.atlas import atlas
from nescio_experts.geography.figures import limit_words
from nescio_experts.geography.plans import Scope
from nescio_experts.grounded import join


def scope_words(scope: Scope, count: int, *, territories: bool = False) -> str:
    """The set in words, in singular or plural by `count`, without article or number."""
    noun = "country" if count == 1 else "countries"
    if scope.explicit:
        return f"{noun} {join([atlas().countries[code].name for code in scope.explicit])}"
    if territories and any(_with_territories(group) for group in scope.groups):
        noun += " and territories"
    parts = [noun]
    if scope.groups:
        parts.append(inside(join([atlas().groups[group].name for group in scope.groups])))
    elif not (scope.neighbours_of or scope.currencies or scope.languages or scope.limits):
        parts.append("in the world")
    return " ".join((*parts, *_conditions(scope, count)))


def _with_territories(group: str) -> bool:
    return any(not atlas().countries[code].sovereign for code in atlas().groups[group].members)


def inside(name: str) -> str:
    """Such as "in Africa", "among the Baltic states"."""
    return f"{'among' if name.endswith(('countries', 'states')) else 'in'} {name}"


def _conditions(scope: Scope, count: int) -> list[str]:
    one = count == 1
    told: list[str] = []
    if scope.neighbours_of:
        only = "only " if scope.only_neighbour else ""
        names = join([atlas().countries[code].the for code in scope.neighbours_of])
        told.append(f"that {'borders' if one else 'border'} {only}{names}")
    for codes in scope.currencies:
        name = atlas().currency(codes[0]) if len(codes) == 1 else "currencies of that name"
        verb = ("does not use" if one else "do not use") if scope.negated else ("uses" if one else "use")
        told.append(f"{'and' if told else 'that'} {verb} the {name}")
    for language in scope.languages:
        name = atlas().language(language)
        kind = "not an official language" if scope.negated else "an official language"
        told.append(f"{'and' if told else 'where'} {name} is {kind}" if not told else f"and have {name} as {kind}")
    for limit in scope.limits:
        if scope.reference:
            word = "more" if limit.low is not None else "less"
            noun = {"area": "area", "population": "inhabitants", "density": "density"}.get(limit.dim, limit.dim)
            told.append(f"with {word} {noun} than {atlas().countries[scope.reference].the}")
        else:
            told.append(f"with {limit_words(limit)}")
    return told
