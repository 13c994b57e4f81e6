"""From signs to a plan: what the question asks, or why nobody here can tell. Pure; looks no fact up.

The rules are tried in order; each looks at the signs as a whole rather than at word order, so that unseen wordings of
the same question meet the same rule. A rule that does not apply returns None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal

from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.cities import City, cities, dominant
from nescio_experts.geography.facts import CITY_PROPS, FIGURES, PROPS
from nescio_experts.geography.plans import (
    ByCode,
    CapitalOf,
    Check,
    Direction,
    Doubt,
    Extreme,
    Lookup,
    Members,
    Money,
    Plan,
    Same,
    Scope,
    Thing,
    Total,
    Towns,
    Versus,
)
from nescio_experts.geography.scoping import (
    dimension,
    is_world,
    limit_of,
    neighbour_anchor,
    scope_of,
    things_of,
    unit_of,
)
from nescio_experts.geography.signs import Mark, Place, Signs

_CONJUNCTION = re.compile(r"\band\b|,|;|\?|&|\bplus\b|\bas well\b|\balong with\b|\balso\b|/|\btogether\b|\bwith\b")
_ORDERLESS = frozenset({"most", "fewest", "least", "highest", "lowest", "top", "greatest", "maximum", "minimum", "leading"})
"""Superlatives that say nothing without what they measure; "largest" alone means area."""
Understood = Plan | Doubt


def understand(signs: Signs) -> Understood:
    """The plan that answers a question, or a doubt."""
    for rule in _RULES:
        found = rule(signs)
        if found is not None:
            return found
    return Doubt("I could not tell which fact about a country or city you ask for.")


def _same(signs: Signs) -> Understood | None:
    """ "Do France and Spain use the same currency?"."""
    countries = _sure_countries(signs)
    props = [prop for prop in signs.props if prop in {"currency", "languages", "continent", "phone", "official"}]
    if signs.has("cmp:equal") and len(countries) > 1 and len(props) == 1:
        return Same(countries, props[0])
    return None


def _compare(signs: Signs) -> Understood | None:
    things = things_of(signs)
    compared = signs.has("cmp:more", "cmp:less", "diff", "ratio") or any(m.id.startswith("sup:") for m in signs.marks)
    if not compared or len(things) < 2 or signs.values("group") or _is_anchored(signs):
        return None
    if signs.has("n:country", "n:countries") and signs.first("p:neighbours"):
        return None
    dim = dimension(signs, things)
    if dim is None:
        return Doubt("I could not tell by what you want these compared: population, area or density?")
    if any(isinstance(thing, City) for thing in things) and dim not in {"population"}:
        return Doubt("For cities I only have populations to compare.")
    direction: Direction = "min" if signs.has("cmp:less", "sup:min") else "max"
    sparse = signs.has("dim:sparse")
    direction = _flip(direction) if sparse and dim == "density" else direction
    return Versus(things, dim, direction, _mode(signs, things), equal_counts=signs.has("as"), unit=unit_of(signs))


def _flip(direction: Direction) -> Direction:
    return "min" if direction == "max" else "max"


def _mode(signs: Signs, things: tuple[Thing, ...]) -> Literal["which", "check", "difference", "ratio"]:
    if signs.has("ratio") and not signs.has("diff"):
        return "ratio"
    if signs.has("diff"):
        return "difference"
    return "check" if signs.yes_no and len(things) == 2 and not _offers_choice(signs) else "which"


def _offers_choice(signs: Signs) -> bool:
    return "or" in signs.reading.folded()


def _is_anchored(signs: Signs) -> bool:
    """Whether countries are the neighbours' owner rather than what is compared: "neighbours of Austria"."""
    return signs.has("p:neighbours") and dimension(signs, ()) != "neighbours" and not signs.has("diff")


def _superlative(signs: Signs) -> Understood | None:
    marks = [mark for mark in signs.marks if mark.id.startswith("sup:")]
    if not marks:
        return None
    mark = marks[0]
    head = _head(signs, mark)
    if head in {"city", "capital"}:
        return _largest_city(signs, mark, capitals=head == "capital")
    if head is None:
        return None
    scope = scope_of(signs)
    if isinstance(scope, Doubt):
        return scope
    dim = dimension(signs, ())
    if dim is None and mark.text.split()[0] in _ORDERLESS:
        return None if signs.props else Doubt("I could not tell by what you want the countries ranked.")
    rank, number = _rank(signs)
    direction: Direction = "max" if mark.id == "sup:max" else "min"
    if signs.has("dim:sparse") and (dim in {None, "density"}):
        dim, direction = "density", _flip(direction)
    countries = _sure_countries(signs)
    claim = countries[0].code if signs.yes_no and len(countries) == 1 and not scope.neighbours_of else ""
    props = _other_props(signs, dim or "area", scope)
    return Extreme(scope, dim or "area", direction, rank, number, props, claim, unit_of(signs))


def _head(signs: Signs, mark: Mark) -> str | None:
    """What a superlative is about: ``city``, ``capital``, ``country``, or None if it is no ranking at all."""
    many_places = bool(signs.values("group")) or is_world(signs)
    nouns = {"n:city": "city", "n:cities": "city", "p:capital": "capital", "n:country": "country",
             "n:countries": "country", "p:neighbours": "country"}  # fmt: skip
    after = [m for m in signs.marks if m.start >= mark.end and m.id in nouns and m.start - mark.end <= 4]
    before = [m for m in signs.marks if m.end <= mark.start and m.id in nouns]
    chosen = nouns[after[0].id] if after else (nouns[before[-1].id] if before else None)
    if chosen == "capital" and (len(signs.countries) == 1 and not many_places):
        return None
    if chosen == "capital" and before and not after:
        chosen = "country" if signs.has("n:country", "n:countries") else "capital"
    if chosen == "country" and signs.has("n:city", "n:cities") and not signs.has("n:country", "n:countries"):
        chosen = "city"
    if chosen is None and (signs.values("group") or signs.values("currency") or signs.values("language")):
        chosen = "country" if not signs.has("p:languages") or signs.values("language") else None
    if chosen == "country" and not _ranks_countries(signs):
        return None
    if chosen is None and signs.yes_no and many_places:
        return "country"
    return chosen


def _ranks_countries(signs: Signs) -> bool:
    """Not so in "what do most people speak in this country"."""
    if signs.values("group") or is_world(signs) or signs.has("p:neighbours"):
        return True
    return len(signs.countries) != 1 or signs.yes_no


def _largest_city(signs: Signs, mark: Mark, *, capitals: bool) -> Understood | None:
    countries = _sure_countries(signs)
    doubt = _ambiguous(signs)
    if doubt is not None:
        return doubt
    if countries and signs.has("p:neighbours"):
        return Doubt("I could not tell of which countries you want the cities.")
    scope: Scope | None = None
    if countries:
        scope = Scope(explicit=tuple(country.code for country in countries))
    elif signs.values("group"):
        scope = Scope(groups=signs.values("group"))
    elif signs.values("currency") or signs.values("language"):
        found = scope_of(signs)
        scope = found if isinstance(found, Scope) else None
    elif signs.has("n:country", "n:countries") and not is_world(signs):
        return Doubt("I could not tell of which country you want the cities.")
    if signs.has("p:area", "p:density", "dim:density", "dim:area", "dim:sparse"):
        return Doubt("For cities I have populations, not areas or densities.")
    rank, number = _rank(signs)
    plural = signs.has("n:cities") or (capitals and mark.text and "capitals" in signs.reading.folded())
    number = 5 if plural and number == 1 and rank == 1 and not signs.props else number
    props = tuple(
        prop for prop in signs.props if prop not in {"capital", "where"} and not (prop == "population" and _measures(signs))
    )
    claim = signs.towns[0].cities[0] if signs.yes_no and signs.towns else None
    direction: Direction = "max" if mark.id == "sup:max" else "min"
    return Towns(scope, direction, rank, number, capitals, props=props, claim=claim)


def _measures(signs: Signs) -> bool:
    """Whether "population" says what is ranked ("largest by population"), not what is asked of the winner."""
    return signs.has("dim:population") and not signs.has("p:population")


def _rank(signs: Signs) -> tuple[int, int]:
    """Rank and number wanted: "third largest" is (3, 1), "the three largest" is (1, 3)."""
    rank, number = 1, 1
    for numeral in signs.numbers:
        if numeral.rank:
            rank = int(numeral.value)
        elif not numeral.scaled and 1 <= numeral.value <= 50 and numeral.value == int(numeral.value):
            number = int(numeral.value)
    if number == 1 and rank == 1 and signs.has("n:countries") and not signs.yes_no and _lists(signs):
        number = 5
    return rank, number


def _lists(signs: Signs) -> bool:
    """Whether "which are the largest countries" is asked, not "the largest of the countries that …"."""
    text = signs.reading.text.lower()
    noun = signs.first("n:countries")
    sup = next((m for m in signs.marks if m.id.startswith("sup:")), None)
    if noun is None or sup is None or noun.start < sup.start or re.search(r"\bof (?:all )?(?:the )?\w* ?countries", text):
        return False
    return noun.start - sup.end <= 2


def _other_props(signs: Signs, dim: str, scope: Scope) -> tuple[str, ...]:
    """Properties asked of the winner: all that did not go into the ranking."""
    used = {dim, "size"}
    if scope.neighbours_of or dim == "neighbours":
        used.add("neighbours")
    if scope.currencies:
        used |= {"currency", "currency_code"}
    if scope.languages:
        used |= {"languages", "official"}
    if scope.groups or is_world(signs):
        used.add("continent")
    kept = [prop for prop in signs.props if prop in PROPS and prop not in used]
    asked = signs.first(f"p:{dim}")
    sup = next(m for m in signs.marks if m.id.startswith("sup:"))
    if asked is not None and asked.end <= sup.start and dim not in kept and not signs.has("n:world"):
        kept.insert(0, dim)
    return tuple(kept)


def _filter(signs: Signs) -> Understood | None:
    """Countries or cities above or below a figure, listed or counted; or one country checked against it."""
    limit = limit_of(signs)
    if limit is None:
        return None
    if isinstance(limit, Doubt):
        return limit
    things = things_of(signs)
    if len(things) == 1 and signs.yes_no and not signs.has("n:countries", "n:cities"):
        return Check("limit", things[0], limit=limit)
    if signs.has("n:cities", "n:city") and limit.dim == "population" and not signs.has("n:countries"):
        scope = Scope(explicit=tuple(c.code for c in _sure_countries(signs)), groups=signs.values("group"))
        scoped = scope if scope.explicit or scope.groups else None
        return Towns(scoped, number=0, limit=limit, count=signs.has("q:howmany"))
    scope_found = scope_of(signs, limit)
    if isinstance(scope_found, Doubt):
        return scope_found
    if scope_found == Scope(limits=(limit,)) and not signs.has("n:country", "n:countries", "n:world"):
        return None
    return Members(scope_found, count=signs.has("q:howmany"))


def _checks(signs: Signs) -> Understood | None:
    """Yes or no: borders, capitals, currencies, languages, groups, and where a city is."""
    countries = _sure_countries(signs)
    both = len(countries) == 2 and signs.has("p:neighbours")
    terse = both and not signs.has("n:country", "n:countries", "q:howmany", "q:both") and not _asks_which(signs)
    if both and (signs.yes_no or terse) and not signs.has("n:countries", "n:country"):
        return Check("border", countries[0], (countries[1].code,))
    if not signs.yes_no or _ambiguous(signs) is not None:
        return None
    towns = [place.cities for place in signs.towns]
    if signs.has("p:capital") and towns:
        owners = [p for p in signs.places if p.codes]
        if owners and len(owners[0].codes) == 1:
            return Check("capital", atlas().countries[owners[0].codes[0]], cities=towns[0])
        return CapitalOf(towns[0], check=True) if not owners and not signs.has("n:country") else None
    if len(towns) == 1 and not signs.props:
        return _check_inside(signs, towns[0])
    return _check_country(signs, countries[0]) if len(countries) == 1 else None


def _asks_which(signs: Signs) -> bool:
    return bool(re.match(r"\W*(?:what|which|who|how|list|name)\b", signs.reading.text, re.IGNORECASE))


def _check_inside(signs: Signs, named: tuple[City, ...]) -> Understood | None:
    others = [place for place in signs.places if place.codes]
    if others:
        city = dominant(named) or named[0]
        return Check("inside", city, others[0].codes, named)
    if signs.values("group"):
        city_found = dominant(named)
        return Check("inside_group", city_found, signs.values("group")) if city_found else None
    return None


def _check_country(signs: Signs, country: Country) -> Understood | None:
    if signs.values("currency"):
        return Check("currency", country, tuple(signs.values("currency")[0].split("+")))
    if signs.values("language"):
        kind = "official" if signs.has("p:official") else "language"
        return Check(kind, country, signs.values("language"))
    if signs.values("group") and not signs.has("p:neighbours"):
        return Check("group", country, signs.values("group"))
    return None


def _codes(signs: Signs) -> Understood | None:
    """Which country a domain, a telephone prefix or an ISO code belongs to."""
    if signs.places:
        return None
    rest = tuple(prop for prop in signs.props if prop not in {"tld", "phone", "iso", "iso2", "iso3", "isonumeric"})
    if signs.values("tld"):
        return ByCode("tld", f".{signs.values('tld')[0]}", rest)
    if signs.values("phone"):
        return ByCode("phone", signs.values("phone")[0], rest)
    whole = [n for n in signs.numbers if not n.rank and not n.scaled and n.value == int(n.value)]
    if "phone" in signs.props and whole and not signs.values("group"):
        return ByCode("phone", str(int(whole[0].value)), rest)
    return None


def _capital_of(signs: Signs) -> Understood | None:
    """ "Lima is the capital of which country?", and what is asked of that country."""
    if "capital" not in signs.props or not signs.towns or signs.countries:
        return None
    town, mark = signs.towns[0], signs.first("p:capital")
    named = town.cities
    gap = signs.between(mark.end, town.start) if mark is not None and mark.end <= town.start else ""
    if re.fullmatch(r"\s*(?:of|in|for)\s+(?:the\s+)?", gap) and not signs.has("n:country", "n:countries", "q:whose"):
        return Doubt(f"{town.surface} is a city, and cities have no capital.", CapitalOf(named))
    owners = [atlas().countries[code] for code, city in cities().capitals.items() if city in named]
    rest = tuple(prop for prop in signs.props if prop not in {"capital", "where", "continent"} and prop in PROPS)
    if rest and len(owners) == 1 and not (set(rest) <= CITY_PROPS and not signs.has("n:country")):
        return Lookup((owners[0],), rest)
    if rest and set(rest) <= CITY_PROPS:
        return _city_lookup(signs, list(rest))
    return CapitalOf(named)


def _money(signs: Signs) -> Understood | None:
    """What a currency is and who uses it."""
    codes = signs.values("currency")
    if not codes or signs.countries or signs.towns or signs.values("language"):
        return None
    if signs.values("group") or signs.has("p:neighbours"):
        return None
    if len(codes) > 1:
        return Doubt("I could not tell which of these currencies you ask about.")
    rest = [p for p in signs.props if p not in {"currency", "currency_code", "continent"}]
    if rest:
        return None
    return Money(tuple(codes[0].split("+")), count=signs.has("q:howmany"))


def _total(signs: Signs) -> Understood | None:
    """Sum or mean over a group, over neighbours, or over listed countries."""
    dims = [prop for prop in signs.props if prop in {"population", "area", "density", "size"}]
    if not dims and not (signs.has("agg:sum", "agg:mean") and signs.has("n:people")):
        return None
    countries = _sure_countries(signs)
    dim = {"size": "area"}.get(dims[0], dims[0]) if dims else "population"
    mean = signs.has("agg:mean")
    grouped = bool(signs.values("group")) and not countries and not signs.has("n:country", "p:capital", "n:city")
    around = len(countries) == 1 and signs.has("p:neighbours") and signs.has("agg:sum", "agg:mean")
    listed = len(countries) > 1 and signs.has("agg:sum", "agg:mean") and not signs.has("p:neighbours")
    money = bool(signs.values("currency")) and signs.has("agg:sum", "agg:mean") and not countries
    if not (grouped or around or listed or money) or (grouped and signs.has("q:is")):
        return None
    if grouped and signs.has("n:countries") and not signs.has("agg:sum", "agg:mean"):
        return None
    scope = Scope(explicit=tuple(c.code for c in countries)) if listed else scope_of(signs)
    if isinstance(scope, Doubt):
        return scope
    if dim == "density" and mean:
        return Doubt("A mean of densities says little; ask for the density of each country.")
    return Total(scope, dim, mean, unit_of(signs))


def _members(signs: Signs) -> Understood | None:
    """The countries of a group, around a country, with a currency or a language: listed or counted."""
    doubt = _ambiguous(signs)
    scope = scope_of(signs)
    if isinstance(scope, Doubt) or doubt is not None:
        return None
    narrowed = bool(scope.groups or scope.currencies or scope.languages or len(scope.neighbours_of) > 1)
    around = bool(scope.neighbours_of) and (narrowed or scope.only_neighbour)
    asks = signs.has("n:country", "n:countries", "q:where", "q:howmany", "v:use", "p:continent") or _asks_which(signs)
    if not (narrowed or around) or not asks or signs.yes_no or signs.towns:
        return None
    if signs.has("n:city", "n:cities"):
        return None
    rest = tuple(prop for prop in _other_props_of_members(signs, scope) if prop != "continent")
    if set(signs.props) & {"population", "area", "density"} and not signs.has("n:countries"):
        return None
    if signs.countries and not scope.neighbours_of:
        return None
    return Members(scope, count=signs.has("q:howmany"), props=rest)


def _other_props_of_members(signs: Signs, scope: Scope) -> list[str]:
    used = {"neighbours"} if scope.neighbours_of else set()
    used |= {"currency", "currency_code"} if scope.currencies else set()
    used |= {"languages", "official"} if scope.languages else set()
    return [prop for prop in signs.props if prop in PROPS and prop not in used]


def _world_count(signs: Signs) -> Understood | None:
    """ "How many countries are there?"."""
    bare = not (signs.places or signs.named or signs.props)
    if bare and signs.has("q:howmany") and signs.has("n:countries"):
        return Members(Scope(), count=True)
    return None


def _unasked(signs: Signs) -> Doubt | None:
    """What a plain look-up cannot honour: ranks and amounts, people who do something, "New" before a name."""
    if any(number.rank and number.value > 1 or number.scaled for number in signs.numbers):
        return Doubt("I could not tell what the number in your question is about.")
    people, tongue = signs.first("p:population"), signs.first("p:languages")
    if people and tongue and people.text.startswith(("how many", "number of", "how much")) and people.start < tongue.start:
        if not _CONJUNCTION.search(signs.between(people.end, tongue.start)):
            return Doubt("I know which languages a country has, not how many people speak them.")
    for place in signs.countries:
        before = signs.reading.words[place.start - 1] if place.start > 0 else None
        if before is not None and not place.adjective and place.start > 1 and before.text in {"New", "Old", "Great"}:
            return Doubt(f'my tables know no country or city called "{before.text} {place.surface}".')
    return None


def _lookup(signs: Signs) -> Understood | None:
    """Properties of the countries or cities that are named."""
    doubt = _ambiguous(signs) or _unasked(signs)
    if doubt is not None:
        return doubt
    countries = _sure_countries(signs)
    props = [prop for prop in signs.props if prop in PROPS or prop in CITY_PROPS]
    if not props and signs.has("q:howmany") and signs.has("n:people"):
        props = ["population"]
    if signs.has("n:people") and signs.has("q:howmany") and set(props) & {"languages", "currency"}:
        return Doubt("I know which languages and currencies a country has, not how many people use them.")
    if "official" in props and "languages" in props:
        props.remove("languages")
    if "currency_code" in props and "currency" in props:
        props.remove("currency")
    if signs.has("u:per_mi2", "u:per_km2") and set(props) & {"population", "area"}:
        props = ["density", *(prop for prop in props if prop not in {"population", "area", "density"})]
    if signs.towns:
        return _city_lookup(signs, props)
    if not countries:
        return None
    if signs.has("q:where") and not props:
        props = ["where"]
    return _country_lookup(signs, countries, props)


def _country_lookup(signs: Signs, countries: tuple[Country, ...], props: list[str]) -> Understood | None:
    if signs.has("n:city", "n:cities") and not (set(props) - {"population", "size"}):
        if signs.has("q:howmany") and not props:
            return Doubt("I only know cities of 15,000 inhabitants or more, so I cannot count all of them.")
        if not signs.has("n:cities") or len(countries) != 1:
            return Doubt("I could not tell which city you mean.")
        return Towns(Scope(explicit=(countries[0].code,)), number=5)
    unit = unit_of(signs)
    if not props:
        return Doubt(
            f"I could not tell what you want to know of {countries[0].the}.", Lookup(countries[:1], ("capital", "population"))
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
    joined = _CONJUNCTION.search(signs.between(first.end, second.start)) is not None
    if not joined:
        return Lookup(countries, tuple(of_its_own), unit, of_capital=True)
    known = tuple(prop for prop in props if prop in PROPS or prop in CITY_PROPS)
    return Lookup(countries, known, unit)


def _city_lookup(signs: Signs, props: list[str]) -> Understood | None:
    found: list[City] = []
    for place in signs.towns:
        city = dominant(place.cities)
        if city is None:
            return _which_city(place)
        if city not in found:
            found.append(city)
    if signs.has("p:area", "p:density") and not signs.countries and set(props) & {"area", "density"}:
        return Doubt("I have no areas or densities of cities.", Lookup(tuple(found), ("population",)))
    if "capital" in props:
        props = [prop for prop in props if prop != "capital"]
    if not props and not signs.has("n:country", "q:where"):
        return Doubt(f"I could not tell what you want to know of {found[0].name}.", Lookup(tuple(found), ("where",)))
    if signs.has("q:where") and not props:
        props = ["where"]
    countries = _sure_countries(signs)
    if countries and not set(props) <= CITY_PROPS:
        return Doubt("I could not tell whether you ask about the city or the country.", Lookup(tuple(found), ("where",)))
    if signs.has("q:howmany") and not set(props) & {"population", "size"} and not set(props) - CITY_PROPS:
        return Doubt(f"I do not have that count for {found[0].name}.", Lookup(tuple(found), ("population",)))
    if signs.has("n:country") and not set(props) & {"continent", *PROPS} - {"where"}:
        props = ["country", *(prop for prop in props if prop != "where")]
    things: tuple[Thing, ...] = (*found, *(countries if props else ()))
    return Lookup(things, tuple(props) or ("country",), unit_of(signs))


def _which_city(place: Place) -> Doubt:
    told = [f"{city.name} in {_where(city)}" for city in place.cities[:4]]
    message = f"several cities are called {place.surface}. Which one: {', '.join(told[:-1])} or {told[-1]}?"
    return Doubt(message, Lookup((place.cities[0],), ("where", "population")))


def _where(city: City) -> str:
    home = atlas().countries[city.country]
    return f"{home.the} ({city.region})" if city.country == "US" else home.the


def _sure_countries(signs: Signs) -> tuple[Country, ...]:
    return tuple(atlas().countries[place.codes[0]] for place in signs.countries)


def _ambiguous(signs: Signs) -> Doubt | None:
    for place in signs.countries:
        if len(place.codes) > 1:
            names = [atlas().countries[code].the for code in place.codes]
            message = f"{place.surface!r} may mean {' or '.join(names)}. Which one?".replace("'", '"')
            return Doubt(message)
    return None


_NAMES_OF_PROPS: Final = {"coords": "coordinates", "lat": "latitude", "lon": "longitude", "timezone": "time zone"}


def _words(prop: str) -> str:
    return _NAMES_OF_PROPS.get(prop, prop)


def _ambiguous_first(signs: Signs) -> Understood | None:
    return _ambiguous(signs)


_RULES: Final[tuple[Callable[[Signs], Understood | None], ...]] = (
    _ambiguous_first,
    _same,
    _codes,
    _compare,
    _superlative,
    _filter,
    _checks,
    _capital_of,
    _total,
    _money,
    _members,
    _world_count,
    _lookup,
)
__all__ = ["FIGURES", "neighbour_anchor", "understand"]
