"""Rules for superlatives and comparisons: "the three largest", "which has more people, Peru or Chile?"."""

from __future__ import annotations

import re
from typing import Literal

from nescio_experts.geography.cities import City, cities
from nescio_experts.geography.facts import CITY_PROPS, PROPS
from nescio_experts.geography.plans import (
    Chain,
    Direction,
    Doubt,
    Extreme,
    Scope,
    Thing,
    Towns,
    Understood,
    Versus,
)
from nescio_experts.geography.scoping import (
    CONJUNCTION,
    SIZES,
    ambiguous,
    dimension,
    is_world,
    limit_of,
    offers_choice,
    scope_of,
    sure_countries,
    things_of,
    unit_of,
)
from nescio_experts.geography.signs import Mark, Signs

_ORDERLESS = frozenset(
    {"most", "fewest", "least", "highest", "lowest", "top", "greatest", "maximum", "minimum", "leading"}
)
"""Superlatives that say nothing without what they measure; "largest" alone means area."""


def compare(signs: Signs) -> Understood | None:
    """Two or more named things compared by a figure."""
    things = things_of(signs)
    compared = signs.has("cmp:more", "cmp:less", "diff", "ratio") or any(m.id.startswith("sup:") for m in signs.marks)
    if not compared or len(things) < 2 or signs.values("group") or _is_anchored(signs):
        return None
    if _compares_nothing(signs, things):
        return None
    doubt = _unlike(signs, things)
    if doubt is not None:
        return doubt
    if "capital" in signs.props:
        things = tuple(town for thing in things if (town := _capital_city(thing)) is not None)
    if len(things) < 2 or set(signs.props) - {
        "capital",
        "size",
        "neighbours",
        "languages",
        "population",
        "area",
        "density",
    }:
        return Doubt("I could not tell what you want compared.")
    dim = dimension(signs, things)
    if dim is None:
        return Doubt("I could not tell by what you want these compared: population, area or density?")
    if any(isinstance(thing, City) for thing in things) and dim not in {"population"}:
        return Doubt("For cities I only have populations to compare.")
    direction: Direction = "min" if signs.has("cmp:less", "sup:min") else "max"
    sparse = signs.has("dim:sparse")
    direction = _flip(direction) if sparse and dim == "density" else direction
    chained = _chained(signs, things, dim)
    if chained is not None:
        return chained
    return Versus(things, dim, direction, _mode(signs, things), equal_counts=signs.has("as"), unit=unit_of(signs))


def _compares_nothing(signs: Signs, things: tuple[Thing, ...]) -> bool:
    """Whether the things only say among what is ranked, as in "Is Lima the largest city in Peru?"."""
    if signs.has("n:country", "n:countries") and signs.first("p:neighbours"):
        return True
    mixed = len({type(thing) for thing in things}) > 1
    return mixed and signs.has("n:city", "n:cities") and any(mark.id.startswith("sup:") for mark in signs.marks)


def _unlike(signs: Signs, things: tuple[Thing, ...]) -> Doubt | None:
    """A doubt about countries compared with cities, or by several figures at once."""
    dims = {mark.id[4:].rstrip("23") for mark in signs.marks if mark.id.startswith("dim:")}
    if len({"area", "population", "density"} & {*signs.props, *dims}) > 1:
        return Doubt("I can compare by one figure at a time.")
    if len({type(thing) for thing in things}) > 1 and "capital" not in signs.props:
        return Doubt("I can compare countries with each other, or cities, not one with the other.")
    return None


def _chained(signs: Signs, things: tuple[Thing, ...], dim: str) -> Chain | Doubt | None:
    """Such as "Is Peru bigger than Chile and smaller than Brazil?"; a doubt if such a form asks something else."""
    both = signs.has("cmp:more") and signs.has("cmp:less")
    if not both and not (signs.yes_no and len(things) > 2):
        return None
    marks = [mark for mark in signs.marks if mark.id in {"cmp:more", "cmp:less"}]
    dims = {mark.id for mark in signs.marks if mark.id.startswith("dim:")}
    dims |= {"dim:area"} if dims and any(SIZES & set(mark.text.split()) for mark in marks) else set()
    places = [place for place in signs.places if not place.qualifier]
    plain = signs.yes_no and len(places) == len(things) and not offers_choice(signs) and len(dims) < 2
    if not (plain and marks and places[0].end <= marks[0].start) or signs.has("diff", "ratio", "dim:sparse", "as"):
        return Doubt("I could not tell what you want compared with what.")
    links: list[tuple[Direction, Thing]] = []
    for place, thing in zip(places[1:], things[1:], strict=True):
        before = [mark for mark in marks if mark.end <= place.start]
        if not before:
            return Doubt("I could not tell what you want compared with what.")
        links.append(("max" if before[-1].id == "cmp:more" else "min", thing))
    return Chain(things[0], tuple(links), dim, unit_of(signs))


def _capital_city(thing: Thing) -> City | None:
    return thing if isinstance(thing, City) else cities().capital_of(thing.code)


def _flip(direction: Direction) -> Direction:
    return "min" if direction == "max" else "max"


def _mode(signs: Signs, things: tuple[Thing, ...]) -> Literal["which", "check", "difference", "ratio"]:
    if signs.has("ratio") and not signs.has("diff"):
        return "ratio"
    if signs.has("diff"):
        return "difference"
    return "check" if signs.yes_no and len(things) == 2 and not offers_choice(signs) else "which"


def _is_anchored(signs: Signs) -> bool:
    """Whether countries are the neighbours' owner rather than what is compared: "neighbours of Austria"."""
    return signs.has("p:neighbours") and dimension(signs, ()) != "neighbours" and not signs.has("diff")


def superlative(signs: Signs) -> Understood | None:
    """The largest, smallest or third of a set of countries or cities."""
    marks = [mark for mark in signs.marks if mark.id.startswith("sup:")]
    if not marks:
        return _nth_city(signs)
    mark = marks[0]
    head = _head(signs, mark)
    if head == "city" and signs.has("p:capital") and not signs.yes_no:
        return Doubt("Cities have no capital, and I can rank either the cities or the capitals.")
    if head in {"city", "capital"}:
        if mark.text in _ORDERLESS - {"top"} and not signs.has("dim:population", "dim:population2", "p:population"):
            return Doubt("I can rank cities by population only.")
        return _largest_city(signs, mark, capitals=head == "capital")
    return None if head is None else _largest_country(signs, mark)


def _largest_country(signs: Signs, mark: Mark) -> Understood | None:
    if signs.towns and "capital" not in signs.props:
        return Doubt("I could not tell what the city has to do with these countries.")
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
    countries = sure_countries(signs)
    claim = countries[0].code if signs.yes_no and len(countries) == 1 and not scope.neighbours_of else ""
    props = _other_props(signs, dim or "area", scope)
    if _of_its_capital(signs, props):
        return Doubt("I could not tell whether you ask about the country or its capital.")
    flexible = not any(not numeral.rank for numeral in signs.numbers)
    return Extreme(scope, dim or "area", direction, rank, number, props, claim, unit_of(signs), flexible)


def _of_its_capital(signs: Signs, props: tuple[str, ...]) -> bool:
    """Whether something is asked of the winner's capital: "the population of the capital of the largest country"."""
    own = [mark for mark in signs.marks if mark.id.startswith("p:") and mark.id[2:] in CITY_PROPS - {"country"}]
    capital = signs.first("p:capital")
    if capital is None or "capital" not in props or not set(props) & CITY_PROPS:
        return False
    gaps = [signs.between(mark.end, capital.start) for mark in own if mark.end <= capital.start]
    return any(CONJUNCTION.search(gap) is None for gap in gaps)


def _nth_city(signs: Signs) -> Understood | None:
    """Such as "Colombia's second city", which ranks without a superlative."""
    ranks = [number for number in signs.numbers if number.rank and number.value > 1]
    city = signs.first("n:city")
    countries = sure_countries(signs)
    if len(ranks) != 1 or city is None or city.start != ranks[0].end or len(countries) != 1 or signs.towns:
        return None
    return Towns(Scope(explicit=(countries[0].code,)), rank=int(ranks[0].value))


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
    countries = sure_countries(signs)
    doubt = ambiguous(signs)
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
        prop
        for prop in signs.props
        if prop not in {"capital", "where"} and not (prop == "population" and _measures(signs))
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
    if (
        noun is None
        or signs.has("n:country")
        or sup is None
        or noun.start < sup.start
        or re.search(r"\bof (?:all )?(?:the )?\w* ?countries", text)
    ):
        return False
    # In "borders the most countries" they are what is counted.
    counted = noun.start == sup.end and any(m.id == "dim:neighbours" and m.start == sup.start for m in signs.marks)
    return noun.start - sup.end <= 2 and not counted


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


def unranked(signs: Signs) -> Understood | None:
    """A superlative that no rule used; "what do most people speak in Peru" is none."""
    marks = [mark for mark in signs.marks if mark.id.startswith("sup:")]
    mostly = len(signs.countries) == 1 and bool(set(signs.props) & {"languages", "official", "currency"})
    if marks and not (mostly and marks[0].text.startswith(("most", "highest", "greatest", "largest"))):
        return Doubt("I could not tell what you want ranked, and by what.")
    sized = {"bigger", "larger", "smaller", "fewer", "greater", "higher", "lower", "tinier", "vaster", "denser"}
    if any(m.id.startswith("cmp:") and m.text in sized for m in signs.marks) and limit_of(signs) is None:
        return Doubt("I could not tell what you want compared with what.")
    return None
