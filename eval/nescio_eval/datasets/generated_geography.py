"""Questions about countries and cities, generated from a seed; gold facts from `geography_facts`.

The wordings were written apart from the geography expert and share no sentence with its exemplars. Populations change
and counts differ, so they are graded with 15 % tolerance, areas with 6 %.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from nescio_eval.datasets.generated_geography_wordings import WORDINGS
from nescio_eval.datasets.geography_facts import Country, cities, city_counts, countries
from nescio_eval.datasets.question import Question
from nescio_eval.datasets.template import Family, Fill, generate

NAME = "generated_geography"
POPULATION_TOLERANCE = 0.15
AREA_TOLERANCE = 0.06

_ARTICLE = frozenset({"US", "GB", "NL", "PH", "AE", "BS", "GM", "MV", "SB", "MH", "CF", "DO", "CD", "CG", "KM", "SC"})
_MONEY = {
    "Rial": ("Riyal",),
    "Koruna": ("Crown",),
    "Krone": ("Crown", "Kroner"),
    "Krona": ("Crown", "Kronor"),
    "Riels": ("Riel",),
}
_CLEAR = 1.25
"""Two values are compared only where the larger exceeds the smaller by this factor."""


def questions(seed: int, count: int) -> list[Question]:
    """`count` questions; even seeds give the ``fit`` wordings, odd ones the ``test`` wordings."""
    return generate(NAME, "geography", FAMILIES, seed, count)


def _pick(rng: random.Random, wanted: Callable[[Country], bool] = lambda c: True) -> Country:
    return rng.choice([c for c in countries().values() if wanted(c)])


def _in_text(c: Country) -> str:
    return f"the {c.name}" if c.iso in _ARTICLE else c.name


def _spellings(c: Country) -> str:
    return "|".join(c.names)


def _capital(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: bool(c.capital) and c.capital[0] != c.name)
    return Fill({"c": _in_text(c)}, c.capital[:1], "text", aliases=c.capital[1:])


def _of_capital(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: bool(c.capital) and c.capital[0] not in (c.name, "Kingston", "Victoria", "Georgetown"))
    return Fill({"k": c.capital[0]}, (c.name,), "text", aliases=c.aliases)


def _population(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: c.population > 300_000)
    return Fill({"c": _in_text(c)}, (f"{c.population} people",), "quantity", tolerance=POPULATION_TOLERANCE)


def _area(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: c.area is not None)
    return Fill({"c": _in_text(c)}, (f"{c.area:.0f} km²",), "quantity", tolerance=AREA_TOLERANCE)


def _currency(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: c.currency is not None)
    name, code = c.currency or ("", "")
    return Fill({"c": _in_text(c)}, (name,), "text", aliases=(code, name + "s", *_MONEY.get(name, ())))


def _language(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: bool(c.language))
    return Fill({"c": _in_text(c)}, c.language[:1], "text", aliases=c.language[1:])


def _continent(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: c.continent is not None)
    return Fill({"c": _in_text(c)}, (c.continent or "",), "text")


def _neighbours(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: c.neighbours is not None and 2 <= len(c.neighbours) <= 8)
    others = [countries()[iso] for iso in c.neighbours or ()]
    return Fill({"c": _in_text(c)}, tuple(map(_spellings, others)), "all")


def _neighbour_count(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: bool(c.neighbours))
    return Fill({"c": _in_text(c)}, (str(len(c.neighbours or ())),), "number")


def _border(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: bool(c.neighbours))
    near = set(c.neighbours or ())
    if rng.random() < 0.5:
        other, gold = countries()[rng.choice(sorted(near))], "yes"
    else:
        other, gold = _pick(rng, lambda o: o.iso != c.iso and o.iso not in near and o.continent == c.continent), "no"
    return Fill({"a": _in_text(c), "b": _in_text(other)}, (gold,), "yes_no")


def _phone(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: c.phone.isdigit() and c.phone not in ("1", "7"))
    return Fill({"c": _in_text(c)}, (c.phone,), "number")


def _internet(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: bool(c.domain))
    return Fill({"c": _in_text(c)}, (c.domain,), "text", aliases=(c.domain.removeprefix("."),))


def _city_country(rng: random.Random) -> Fill:
    city = rng.choice([city for city in cities() if city.name.isascii() and city.country not in ("IL", "UA")])
    country = countries()[city.country]
    return Fill({"k": city.name}, (country.name,), "text", aliases=country.aliases)


def _city_population(rng: random.Random) -> Fill:
    city = rng.choice([city for city in cities() if city.population > 900_000 and city.name.isascii()])
    place = f"{city.name}, {countries()[city.country].name}" if rng.random() < 0.3 else city.name
    return Fill({"k": place}, (f"{city.population} people",), "quantity", tolerance=POPULATION_TOLERANCE)


def _largest_city(rng: random.Random) -> Fill:
    def clear(c: Country) -> bool:
        rows = city_counts().get(c.iso, [])
        return len(rows) > 2 and rows[0][0] > _CLEAR * rows[1][0] and rows[0][0] > 200_000

    c = _pick(rng, clear)
    name = city_counts()[c.iso][0][1]
    return Fill({"c": _in_text(c)}, (name,), "text", aliases=(name.removesuffix(" City"),))


def _compare(rng: random.Random) -> Fill:
    by_area = rng.random() < 0.45
    value = _area_of if by_area else _people_of
    first = _pick(rng, lambda c: value(c) > (5_000 if by_area else 1_000_000))
    second = _pick(
        rng, lambda c: value(c) > 1_000 and max(value(c), value(first)) > _CLEAR * min(value(c), value(first))
    )
    upper = rng.random() < 0.65
    phrases = _COMPARED[by_area][upper]
    right, wrong = sorted((first, second), key=value, reverse=upper)
    slots = {"a": _in_text(first), "b": _in_text(second), "p": rng.choice(phrases)}
    return Fill(slots, (right.name,), "one_of", aliases=right.aliases, distractors=wrong.names)


_COMPARED = {
    True: {
        True: ("is bigger by area", "covers more land", "is the larger country in square kilometres"),
        False: ("is smaller by area", "covers less land", "is the smaller country in square kilometres"),
    },
    False: {
        True: ("has more inhabitants", "has the larger population", "is more populous"),
        False: ("has fewer inhabitants", "has the smaller population", "is less populous"),
    },
}


def _area_of(c: Country) -> float:
    return c.area or 0.0


def _people_of(c: Country) -> float:
    return float(c.population)


def _superlative(rng: random.Random) -> Fill:
    value, phrases = rng.choice(
        (
            (_people_of, ("most inhabitants", "largest population")),
            (_people_of, ("fewest inhabitants", "smallest population")),
            (_area_of, ("largest area", "most land area")),
        )
    )
    upper = phrases[0].startswith(("most", "largest"))
    continent = rng.choice(("Africa", "Europe", "South America", "North America", "Oceania", "Asia"))
    members = [c for c in countries().values() if c.continent == continent and value(c) > 0]
    first, second = sorted(members, key=value, reverse=upper)[:2]
    if max(value(first), value(second)) < 1.05 * min(value(first), value(second)) or continent in ("Asia", "Europe"):
        return _superlative_neighbour(rng, value, phrases, upper)
    slots = {"g": f"the countries of {continent}", "p": rng.choice(phrases)}
    return Fill(slots, (first.name,), "text", aliases=first.aliases)


def _superlative_neighbour(
    rng: random.Random, value: Callable[[Country], float], phrases: tuple[str, ...], upper: bool
) -> Fill:
    def clear(c: Country) -> bool:
        values = sorted((value(countries()[iso]) for iso in c.neighbours or ()), reverse=upper)
        return len(values) > 2 and min(values) > 0 and max(values[:2]) > _CLEAR * min(values[:2])

    c = _pick(rng, clear)
    best = sorted((countries()[iso] for iso in c.neighbours or ()), key=value, reverse=upper)[0]
    slots = {"g": f"the neighbours of {_in_text(c)}", "p": rng.choice(phrases)}
    return Fill(slots, (best.name,), "text", aliases=best.aliases)


def _filtered_neighbours(rng: random.Random) -> Fill:
    bound = rng.choice((5, 10, 20, 50))

    def fits(c: Country) -> bool:
        people = [countries()[iso].population / 1e6 for iso in c.neighbours or ()]
        passing = sum(p > bound for p in people)
        return 0 < passing < len(people) and all(not bound / _CLEAR < p < bound * _CLEAR for p in people)

    c = _pick(rng, fits)
    near = [countries()[iso] for iso in c.neighbours or ()]
    golds = tuple(_spellings(o) for o in near if o.population > bound * 1e6)
    wrong = tuple(o.name for o in near if o.population <= bound * 1e6)
    word = {5: "five", 10: "ten", 20: "twenty", 50: "fifty"}[bound]
    number = rng.choice((f"{word} million", f"{bound} million", f"{bound},000,000"))
    return Fill({"c": _in_text(c), "n": number}, golds, "all", distractors=wrong)


def _sum_population(rng: random.Random) -> Fill:
    first, second = _pick(rng, lambda c: c.population > 10**6), _pick(rng, lambda c: c.population > 2 * 10**6)
    total = first.population + second.population
    slots = {"a": _in_text(first), "b": _in_text(second)}
    return Fill(slots, (f"{total} people",), "quantity", tolerance=POPULATION_TOLERANCE)


def _people_density(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: c.area is not None and c.population > 10**6)
    gold = f"{c.population / (c.area or 1):.4g} people/km²"
    return Fill({"c": _in_text(c)}, (gold,), "quantity", tolerance=0.18)


def _capital_and_population(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: len(c.capital) == 1 and c.population > 10**6 and c.capital[0] != c.name)
    golds = (c.capital[0], f"{c.population} people")
    return Fill({"c": _in_text(c)}, golds, "all", tolerance=POPULATION_TOLERANCE)


def _capital_and_currency(rng: random.Random) -> Fill:
    c = _pick(rng, lambda c: len(c.capital) == 1 and c.currency is not None and c.capital[0] != c.name)
    name, code = c.currency or ("", "")
    money = "|".join((name, name + "s", code, *_MONEY.get(name, ())))
    return Fill({"c": _in_text(c)}, (c.capital[0], money), "all")


_MAKERS: tuple[tuple[str, Callable[[random.Random], Fill], int], ...] = (
    ("capital", _capital, 4),
    ("country_of_capital", _of_capital, 3),
    ("population", _population, 3),
    ("area", _area, 3),
    ("currency", _currency, 3),
    ("language", _language, 2),
    ("continent", _continent, 2),
    ("neighbours", _neighbours, 2),
    ("neighbour_count", _neighbour_count, 2),
    ("border", _border, 2),
    ("calling_code", _phone, 1),
    ("internet_domain", _internet, 1),
    ("country_of_city", _city_country, 2),
    ("city_population", _city_population, 2),
    ("largest_city", _largest_city, 1),
    ("comparison", _compare, 3),
    ("superlative", _superlative, 2),
    ("filtered_neighbours", _filtered_neighbours, 1),
    ("population_sum", _sum_population, 1),
    ("population_density", _people_density, 1),
    ("capital_and_population", _capital_and_population, 1),
    ("capital_and_currency", _capital_and_currency, 1),
)
FAMILIES = tuple(Family(name, make, WORDINGS[name], weight) for name, make, weight in _MAKERS)
