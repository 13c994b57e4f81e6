"""From signs to a plan: what the question asks, or why nobody here can tell. Pure; looks no fact up.

The rules are tried in order; each looks at the signs as a whole rather than at word order, so that unseen wordings of
the same question meet the same rule. A rule that does not apply returns None. Rankings and comparisons stand in
`ranking`, plain look-ups in `looking`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from nescio_experts.geography.atlas import atlas
from nescio_experts.geography.cities import cities
from nescio_experts.geography.facts import CITY_PROPS, PROPS
from nescio_experts.geography.looking import city_lookup, lookup
from nescio_experts.geography.plans import (
    ByCode,
    CapitalOf,
    Check,
    Doubt,
    Lookup,
    Members,
    Money,
    Scope,
    Total,
    Towns,
    Understood,
)
from nescio_experts.geography.ranking import compare, superlative, unranked
from nescio_experts.geography.scoping import (
    CONJUNCTION,
    ambiguous,
    asks_which,
    borders_only,
    limit_of,
    scope_of,
    sure_countries,
    things_of,
    unit_of,
)
from nescio_experts.geography.signs import Signs
from nescio_experts.geography.verdicts import asks_any, check_code, checks, same

_COMMON: Final = re.compile(r"\b(?:common|mutual|shared|joint) (?:neighbo|border)", re.IGNORECASE)


def understand(signs: Signs) -> Understood:
    """The plan that answers a question, or a doubt."""
    for rule in _RULES:
        found = rule(signs)
        if found is not None:
            return found
    return Doubt("I could not tell which fact about a country or city you ask for.")


def _filter(signs: Signs) -> Understood | None:
    """Countries or cities above or below a figure, listed or counted; or one country checked against it."""
    limit = limit_of(signs)
    if limit is None:
        return None
    if isinstance(limit, Doubt):
        return limit
    extra = set(signs.props) - {limit.dim, "size", "population", "area", "neighbours", "continent"}
    extra -= {"currency", "currency_code"} if signs.values("currency") else set()
    extra -= {"languages", "official"} if signs.values("language") else set()
    if extra:
        return Doubt("I could not tell what the number in your question limits.")
    things = things_of(signs)
    if len(things) == 1 and signs.yes_no and not signs.has("n:countries", "n:cities"):
        return Check("limit", things[0], limit=limit)
    if signs.has("n:cities", "n:city") and limit.dim == "population" and not signs.has("n:countries"):
        scope = Scope(explicit=tuple(c.code for c in sure_countries(signs)), groups=signs.values("group"))
        scoped = scope if scope.explicit or scope.groups else None
        return Towns(scoped, number=0, limit=limit, count=signs.has("q:howmany"))
    scope_found = scope_of(signs, limit)
    if isinstance(scope_found, Doubt):
        return scope_found
    if scope_found == Scope(limits=(limit,)) and not signs.has("n:country", "n:countries", "n:world"):
        return None
    return Members(scope_found, count=signs.has("q:howmany"), check=signs.yes_no and asks_any(signs))


def _codes(signs: Signs) -> Understood | None:
    """Which country a domain, a telephone prefix or an ISO code belongs to."""
    if signs.places:
        return check_code(signs)
    coded = bool(signs.values("tld") or signs.values("phone") or signs.values("iso"))
    if coded and (signs.has("q:howmany") or any(mark.id.startswith("sup:") for mark in signs.marks)):
        return Doubt("I can say whose a code is, and neither count nor rank by it.")
    rest = tuple(prop for prop in signs.props if prop not in {"tld", "phone", "iso", "iso2", "iso3", "isonumeric"})
    if signs.values("tld"):
        return ByCode("tld", f".{signs.values('tld')[0]}", rest)
    if signs.values("phone"):
        return ByCode("phone", signs.values("phone")[0], rest)
    if signs.values("iso") and signs.has("n:country", "n:countries", "q:whose", "q:where"):
        return ByCode("iso", signs.values("iso")[0], tuple(prop for prop in rest if prop != "currency_code"))
    whole = [n for n in signs.numbers if not n.rank and not n.scaled and n.value == int(n.value)]
    if "phone" in signs.props and whole and not signs.values("group"):
        return ByCode("phone", str(int(whole[0].value)), rest)
    return None


def _capital_of(signs: Signs) -> Understood | None:
    """Such as "Lima is the capital of which country?", and what is asked of that country."""
    if "capital" not in signs.props or not signs.towns or signs.countries:
        return None
    town, mark = signs.towns[0], signs.first("p:capital")
    named = town.cities
    gap = signs.between(mark.end, town.start) if mark is not None and mark.end <= town.start else ""
    if re.fullmatch(r"\s*(?:of|in|for)\s+(?:the\s+)?", gap) and not signs.has("n:country", "n:countries", "q:whose"):
        return Doubt(f"{town.surface} is a city, and cities have no capital.", CapitalOf(named))
    owners = [atlas().countries[code] for code, city in cities().capitals.items() if city in named]
    rest = tuple(prop for prop in signs.props if prop not in {"capital", "where"} and prop in PROPS)
    if rest and len(owners) == 1 and not (set(rest) <= CITY_PROPS and not signs.has("n:country")):
        return Lookup((owners[0],), rest)
    if rest and set(rest) <= CITY_PROPS:
        return city_lookup(signs, list(rest))
    return CapitalOf(named)


def _money(signs: Signs) -> Understood | None:
    """What a currency is and who uses it."""
    codes = signs.values("currency")
    if not codes or signs.countries or signs.towns or signs.values("language"):
        return None
    if signs.values("group") or signs.has("p:neighbours"):
        return None
    cues = (
        "n:country",
        "n:countries",
        "q:where",
        "q:howmany",
        "v:use",
        "p:currency",
        "p:currency_code",
        "q:code",
        "q:whose",
    )
    if not signs.has(*cues, "p:continent") or (signs.has("q:howmany") and not signs.has("n:countries", "n:country")):
        return Doubt("I could not tell what you want to know of that currency.")
    if len(codes) > 1:
        return Doubt("I could not tell which of these currencies you ask about.")
    rest = [p for p in signs.props if p not in {"currency", "currency_code", "continent"}]
    if "continent" in signs.props:
        return Members(Scope(currencies=(tuple(codes[0].split("+")),)), props=(*rest, "continent"))
    if rest:
        return None
    return Money(tuple(codes[0].split("+")), count=signs.has("q:howmany"))


def _total(signs: Signs) -> Understood | None:
    """Sum or mean over a group, over neighbours, or over listed countries."""
    dims = [prop for prop in signs.props if prop in {"population", "area", "density", "size"}]
    if not dims and not (signs.has("agg:sum", "agg:mean") and signs.has("n:people")):
        return None
    countries = sure_countries(signs)
    dim = {"size": "area"}.get(dims[0], dims[0]) if dims else "population"
    mean = signs.has("agg:mean")
    summed = signs.has("agg:sum", "agg:mean")
    grouped = bool(signs.values("group")) and not countries and not signs.has("p:capital", "n:city")
    grouped = grouped and (summed or not signs.has("n:country"))
    around = len(countries) == 1 and signs.has("p:neighbours") and (summed or _of_neighbours(signs))
    listed = len(countries) > 1 and signs.has("agg:sum", "agg:mean") and not signs.has("p:neighbours")
    money = bool(signs.values("currency")) and signs.has("agg:sum", "agg:mean") and not countries
    if not (grouped or around or listed or money) or (grouped and signs.has("q:is")):
        return None
    if set(signs.props) - {"population", "area", "density", "size", "neighbours", "currency", "continent"}:
        return None
    if signs.towns:
        return Doubt("I could not tell what the city has to do with these countries.")
    if (
        grouped
        and signs.has("n:countries")
        and not summed
        and not signs.has("q:howmany")
        and "how many" not in _asked(signs)
    ):
        return None
    scope = Scope(explicit=tuple(c.code for c in countries)) if listed else scope_of(signs)
    if isinstance(scope, Doubt):
        return scope
    if dim == "density" and mean:
        return Doubt("A mean of densities says little; ask for the density of each country.")
    return Total(scope, dim, mean, unit_of(signs))


def _asked(signs: Signs) -> str:
    return " ".join(mark.text for mark in signs.marks if mark.id == "p:population")


def _of_neighbours(signs: Signs) -> bool:
    """Whether something is asked of the neighbours: "the currencies of Peru's neighbours"."""
    border = signs.first("p:neighbours")
    other = next((m for m in signs.marks if m.id.startswith("p:") and m.id != "p:neighbours"), None)
    if border is None or other is None:
        return False
    first, second = sorted((border, other), key=lambda mark: mark.start)
    return CONJUNCTION.search(signs.between(first.end, second.start)) is None


def _neighbours_facts(signs: Signs) -> Understood | None:
    """Such as "The capitals of the countries that border Peru"."""
    countries = sure_countries(signs)
    if len(countries) != 1 or signs.named or not _of_neighbours(signs) or signs.yes_no or signs.towns:
        return None
    if borders_only(signs):
        return None
    if signs.has("agg:sum", "agg:mean", "q:howmany"):
        return Doubt("I can add up the figures of neighbours, and list what else they have.")
    props = tuple(prop for prop in signs.props if prop in PROPS and prop != "neighbours")
    return Members(Scope(neighbours_of=(countries[0].code,)), props=props) if props else None


def _members(signs: Signs) -> Understood | None:
    """The countries of a group, around a country, with a currency or a language: listed or counted."""
    doubt = ambiguous(signs)
    scope = scope_of(signs)
    if isinstance(scope, Doubt) or doubt is not None:
        return None
    narrowed = bool(scope.groups or scope.currencies or scope.languages or len(scope.neighbours_of) > 1)
    around = bool(scope.neighbours_of) and (narrowed or scope.only_neighbour)
    asks = signs.has("n:country", "n:countries", "q:where", "q:howmany", "v:use", "p:continent") or asks_which(signs)
    asks = asks or _COMMON.search(signs.reading.text) is not None
    if not (narrowed or around) or not asks or (signs.yes_no and not asks_any(signs)) or signs.towns:
        return None
    if scope.languages and not signs.has("p:languages", "p:official", "q:official", "v:use"):
        return None
    if signs.has("n:city", "n:cities"):
        return None
    rest = tuple(p for p in _other_props_of_members(signs, scope) if p != "continent" or not scope.groups)
    if set(signs.props) & {"population", "area", "density"} and not signs.has("n:countries"):
        return None
    if (signs.countries and not scope.neighbours_of) or (rest and not signs.has("n:countries", "n:country")):
        return None
    if signs.yes_no and rest:
        return None
    if "neighbours" in rest:
        return Doubt("I could not tell how many neighbours you ask for, and of whom.")
    return Members(scope, count=signs.has("q:howmany"), props=rest, check=signs.yes_no)


def _other_props_of_members(signs: Signs, scope: Scope) -> list[str]:
    used = {"neighbours"} if scope.neighbours_of else set()
    used |= {"currency", "currency_code"} if scope.currencies else set()
    used |= {"languages", "official"} if scope.languages else set()
    return [prop for prop in signs.props if prop in PROPS and prop not in used]


def _between(signs: Signs) -> Understood | None:
    """Such as "Which country lies between Spain and France?": those that border both."""
    countries = sure_countries(signs)
    asked = signs.has("cmp:between") and signs.has("n:country", "n:countries") and not signs.has("q:howmany", "neg")
    plain = not (signs.numbers or signs.named or signs.towns or signs.yes_no) and not set(signs.props) - {"neighbours"}
    if not asked or len(countries) != 2 or not plain or ambiguous(signs) is not None:
        return None
    # Between two that meet lies only what is wedged in, such as Andorra.
    touching = countries[1].code in (countries[0].neighbours or ())
    return Members(Scope(neighbours_of=tuple(country.code for country in countries), only_neighbour=touching))


_WHOLE: Final = ("countries", "nations", "states")
"""What the world is counted in; territories and kingdoms are other things."""


def _world_count(signs: Signs) -> Understood | None:
    """Such as "How many countries are there?"."""
    bare = not (signs.places or signs.named or signs.props)
    noun = signs.first("n:countries")
    if bare and signs.has("q:howmany") and noun is not None and noun.text.endswith(_WHOLE):
        return Members(Scope(), count=True)
    return None


_RULES: Final[tuple[Callable[[Signs], Understood | None], ...]] = (
    ambiguous,
    same,
    _codes,
    compare,
    superlative,
    unranked,
    _filter,
    checks,
    _capital_of,
    _total,
    _money,
    _neighbours_facts,
    _members,
    _between,
    _world_count,
    lookup,
)
