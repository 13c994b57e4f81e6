"""Parts of a plan that several forms share: which things, which set of countries, which figure, limit and unit."""

from __future__ import annotations

import re
from typing import Final

from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.cities import City, dominant
from nescio_experts.geography.facts import MILE
from nescio_experts.geography.numerals import Numeral
from nescio_experts.geography.plans import Doubt, Limit, Scope, Thing
from nescio_experts.geography.signs import Place, Signs

_INCLUSIVE = frozenset(
    {
        *("at least", "no fewer than", "no less than", "not less than", "or more", "and more", "a minimum of"),
        *("at most", "up to", "no more than", "not more than", "or less", "or fewer", "a maximum of"),
    }
)
"""Limits that the number itself satisfies."""
SIZES = frozenset(
    (
        "bigger larger smaller big large largest biggest smallest tinier vaster outsize tiniest tiny small vast "
        "vastest greater lesser hugest"
    ).split()
)
"""Words that compare by area when nothing else is said."""
_GROUP_ORDER = ("population", "area", "density", "neighbours", "languages")


def unit_of(signs: Signs) -> str:
    """The unit asked for: "" is km²."""
    for unit, ids in (("mi2", ("u:mi2", "u:per_mi2")), ("ha", ("u:ha",)), ("acre", ("u:acre",))):
        if signs.has(*ids):
            return unit
    return ""


def is_world(signs: Signs) -> bool:
    """Whether the whole world is meant."""
    return signs.has("n:world")


def things_of(signs: Signs) -> tuple[Thing, ...]:
    """The countries and cities that are asked about, in order; a city only if nobody can doubt which."""
    found: list[Thing] = []
    for place in signs.places:
        thing = _thing(place)
        if thing is not None and thing not in found:
            found.append(thing)
    return tuple(found)


def _thing(place: Place) -> Thing | None:
    if place.cities:
        return dominant(place.cities) or place.cities[0]
    if place.codes and not place.qualifier:
        return atlas().countries[place.codes[0]]
    return None


def dimension(signs: Signs, things: tuple[Thing, ...]) -> str | None:
    """Which figure is compared; without a word for it, area for countries and population for cities."""
    if signs.has("u:per_km2", "u:per_mi2"):
        return "density"
    for mark in signs.marks:
        if mark.id.startswith("dim:"):
            name = mark.id[4:].rstrip("23")
            return "density" if name == "sparse" else name
    for prop in ("density", "population", "area"):
        if prop in signs.props and (things or _near_superlative(signs, prop)):
            return prop
    if signs.has("n:people") and not signs.has("p:languages", "p:currency"):
        return "population"
    if any(isinstance(thing, City) for thing in things):
        return "population"
    if signs.has("u:km2", "u:mi2", "u:ha", "u:acre") or (things and ("size" in signs.props)):
        return "area"
    if things and len(things) > 1 and signs.has("cmp:more", "cmp:less", "diff", "ratio", "sup:max", "sup:min"):
        return "area" if _sized(signs) else None
    return None


def _sized(signs: Signs) -> bool:
    """Whether a word of size is used; "more" or "higher" alone compare nothing."""
    return bool(SIZES & set(signs.reading.folded()))


def _near_superlative(signs: Signs, prop: str) -> bool:
    mark = signs.first(f"p:{prop}")
    sup = next((m for m in signs.marks if m.id.startswith("sup:")), None)
    if mark is None:
        return False
    return sup is None or (0 <= mark.start - sup.end <= 2)


def scope_of(signs: Signs, limit: Limit | None = None) -> Scope | Doubt:
    """The set of countries that the signs describe."""
    for place in signs.countries:
        if len(place.codes) > 1:
            return Doubt(f"{place.surface} may mean several countries.")
    if signs.has("neg") and not negates_a_name(signs):
        return Doubt("I cannot leave countries out of a set.")
    countries = [atlas().countries[place.codes[0]] for place in signs.countries]
    bordering = signs.has("p:neighbours") and limit_dim(limit) != "neighbours"
    anchors, reference, explicit = _roles(signs, countries, bordering)
    languages = signs.values("language")
    several = max(len(anchors), len(languages), len(signs.values("group")), len(signs.values("currency")))
    if several > 1 and offers_choice(signs):
        return Doubt("I can tell what all of several conditions hold for, not any of them.")
    return Scope(
        groups=signs.values("group"),
        neighbours_of=tuple(country.code for country in anchors),
        only_neighbour=bool(anchors) and borders_only(signs),
        currencies=tuple(tuple(value.split("+")) for value in signs.values("currency")),
        languages=languages,
        official=bool(languages) and signs.has("p:official", "q:official"),
        negated=negates_a_name(signs),
        explicit=tuple(country.code for country in explicit),
        limits=(limit,) if limit else (),
        reference=reference.code if reference else "",
    )


def borders_only(signs: Signs) -> bool:
    """Whether only these are bordered: "which country borders only Portugal", not "Portugal's only neighbour"."""
    border = signs.first("p:neighbours")
    if border is not None and border.text == "surrounded by":
        return any(0 <= place.start - border.end <= 1 for place in signs.places)
    lone = signs.first("only")
    if border is None or lone is None or not (lone.start >= border.end or lone.end == border.start):
        return False
    return not border.text.startswith(("neighbo", "land neighbo"))


def negates_a_name(signs: Signs) -> bool:
    """Whether the one denial is of a currency or language: "that do not use the euro"."""
    denials = [mark for mark in signs.marks if mark.id == "neg"]
    if len(denials) != 1 or denials[0].text in {"except", "excluding", "other than", "besides", "apart from"}:
        return False
    denied = [name for name in signs.named if name.kind in {"currency", "language"}]
    after = sum(name.start >= denials[0].end for name in signs.named)
    after += sum(place.start >= denials[0].end for place in signs.places)
    return (
        len(denied) == 1 and after == 1 and denied[0].start >= denials[0].end and denied[0].start - denials[0].end <= 5
    )


def limit_dim(limit: Limit | None) -> str:
    """The figure of a limit, "" without one."""
    return limit.dim if limit else ""


def _roles(
    signs: Signs, countries: list[Country], bordering: bool
) -> tuple[list[Country], Country | None, list[Country]]:
    """Which countries own the neighbours, which one is compared with, which are listed."""
    reference = _reference(signs, countries)
    rest = [country for country in countries if country is not reference]
    if bordering and not rest and reference is not None:
        rest = [reference]
    if bordering:
        return rest, reference, []
    sup = any(mark.id.startswith("sup:") for mark in signs.marks)
    if sup and len(rest) > 1:
        return [], reference, rest
    return [], reference, []


def _reference(signs: Signs, countries: list[Country]) -> Country | None:
    """The country after "than"."""
    words = signs.reading.folded()
    if "than" not in words:
        return None
    than = words.index("than")
    after = [p for p in signs.countries if p.start > than and p.start - than <= 3]
    return next((country for country in countries if after and country.code == after[0].codes[0]), None)


def limit_of(signs: Signs) -> Limit | Doubt | None:
    """The condition on a figure: "more than ten million people", "larger than Peru", "between 5 and 10 million"."""
    numbers = _amounts(signs)
    more, less = signs.first("cmp:more"), signs.first("cmp:less")
    between = signs.has("cmp:between") and len(numbers) == 2
    if not numbers and (more or less):
        return _relative_limit(signs, more is not None)
    if not numbers or not (more or less or between):
        return None
    dim = _limit_dimension(signs, numbers[0])
    if dim is None:
        return Doubt("I could not tell what the number limits: population, area, density or neighbours?")
    unit = unit_of(signs)
    values = [_in_base(number.value, dim, unit) for number in numbers]
    if between:
        low, high = values
        if not numbers[0].scaled and numbers[1].scaled and low < 1000:
            low *= _scale(numbers[1].value)
        return Limit(dim, low, high, inclusive=True, unit=unit)
    mark = more or less
    assert mark is not None
    inclusive = mark.text in _INCLUSIVE
    if more:
        return Limit(dim, low=values[0], inclusive=inclusive, unit=unit)
    return Limit(dim, high=values[0], inclusive=inclusive, unit=unit)


def _scale(value: float) -> float:
    return next((scale for scale in (1e9, 1e6, 1e3) if value >= scale), 1.0)


def _amounts(signs: Signs) -> list[Numeral]:
    return [number for number in signs.numbers if not number.rank]


def _in_base(value: float, dim: str, unit: str) -> float:
    if unit == "mi2":
        return value * MILE if dim == "area" else value / MILE if dim == "density" else value
    if dim == "area":
        return value / {"ha": 100.0, "acre": 247.105381}.get(unit, 1.0)
    return value


def _limit_dimension(signs: Signs, number: Numeral) -> str | None:
    after = [mark for mark in signs.marks if 0 <= mark.start - number.end <= 3]
    if signs.has("u:per_km2", "u:per_mi2", "dim:density", "p:density"):
        return "density"
    for mark in after:
        if mark.id in {"p:population", "n:people", "dim:population"}:
            return "population"
        if mark.id.startswith("u:"):
            return "area"
        if mark.id in {"p:neighbours", "n:countries"} and not number.scaled and signs.has("p:neighbours"):
            return "neighbours"
        if mark.id == "p:languages" and not number.scaled:
            return "languages"
    named = [dim for dim in _GROUP_ORDER if dim in signs.props and dim in {"population", "area", "density"}]
    if named:
        return named[0]
    if signs.has("n:people", "dim:population"):
        return "population"
    if signs.has("size", "u:km2", "u:mi2", "dim:area"):
        return "area"
    return "population" if number.value >= 1e6 and signs.has("n:cities") else None


def _relative_limit(signs: Signs, more: bool) -> Limit | None:
    """A comparison with a named country: the figure itself is filled in when the plan is carried out."""
    if not signs.has("n:country", "n:countries", "p:neighbours") or "than" not in signs.reading.folded():
        return None
    countries = [atlas().countries[place.codes[0]] for place in signs.countries]
    if _reference(signs, countries) is None:
        return None
    dim = dimension(signs, tuple(countries) * 2) or "area"
    return Limit(dim, low=0.0) if more else Limit(dim, high=0.0)


def has_year(signs: Signs) -> str:
    """A year that the question asks about, "" if none: the tables know one date only."""
    for number in signs.numbers:
        word = signs.reading.words[number.start]
        plain = number.end - number.start == 1 and re.fullmatch(r"\d{4}", word.text) is not None
        if not plain or not 1000 <= number.value <= 2100:
            continue
        before = signs.reading.folded(max(0, number.start - 1), number.start)
        after = [mark for mark in signs.marks if mark.start == number.end]
        dated = bool(before) and before[0] in {"in", "of", "by", "around", "year", "for", "circa", "from", "at", "as"}
        last = number.end == len(signs.reading)
        if (dated or last) and not any(m.id.startswith(("u:", "p:population", "n:people")) for m in after):
            return word.text
    return ""


CONJUNCTION: Final = re.compile(
    r"\band\b|,|;|\?|&|\bplus\b|\bas well\b|\balong with\b|\balso\b|/|\btogether\b|\bwith\b"
)
"""What joins two properties that are asked for side by side."""


COORDINATED: Final = re.compile(
    r"[\s\"')]*(?:'s?\s*)?(?:,|;|/|&|\+|\||:|–|—|-|\(|\band\b|\bor\b|\bvs\b|\bversus\b|\bplus\b|\bthan\b|\bminus\b|"
    r"\bwith\b|\bto\b|\bagainst\b|\bas well as\b|\bthen\b)"
)
"""What joins two places that are asked about side by side."""


def sure_countries(signs: Signs) -> tuple[Country, ...]:
    """The countries named, each as the first that its name may stand for; see `ambiguous`."""
    return tuple(atlas().countries[place.codes[0]] for place in signs.countries)


def ambiguous(signs: Signs) -> Doubt | None:
    """A doubt if a name may stand for several countries."""
    for place in signs.countries:
        if len(place.codes) > 1:
            names = [atlas().countries[code].the for code in place.codes]
            message = f"{place.surface!r} may mean {' or '.join(names)}. Which one?".replace("'", '"')
            return Doubt(message)
    return None


def offers_choice(signs: Signs) -> bool:
    """Whether one of several things is to be chosen, not "yes or no" said."""
    words = signs.reading.folded()
    beside = {("yes", "or", "no"), ("true", "or", "false"), ("right", "or", "wrong")}
    return any(
        word == "or" and words[at + 1 : at + 2] != ("not",) and words[max(0, at - 1) : at + 2] not in beside
        for at, word in enumerate(words)
    )


def asks_which(signs: Signs) -> bool:
    """Whether the question opens with a question word."""
    return bool(re.match(r"\W*(?:what|which|who|how|list|name)\b", signs.reading.text, re.IGNORECASE))
