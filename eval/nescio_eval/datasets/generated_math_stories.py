"""Word problems of the generated calculations: each a story, its numbers, and its answer computed beside it.

A story's wordings alternate between ``fit`` and ``test``, as everywhere. All answers are whole or end after two places.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from nescio_eval.datasets.template import Fill

_NAMES = (
    "Amara", "Bela", "Chidi", "Dana", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jonas", "Keiko", "Luis", "Mira",
    "Nadia", "Omar", "Priya", "Rosa", "Sven", "Tariq", "Uma", "Vera", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip


def _number(value: Fraction | int) -> str:
    fraction = Fraction(value)
    return str(fraction.numerator) if fraction.denominator == 1 else f"{float(fraction):.4f}".rstrip("0")


def _fill(rng: random.Random, gold: Fraction | int, **slots: object) -> Fill:
    first, second = rng.sample(_NAMES, 2)
    filled = {name: str(value) for name, value in slots.items()} | {"w": first, "v": second}
    return Fill(filled, (_number(gold),), "number", tolerance=1e-6)


def _shopping(rng: random.Random) -> Fill:
    n, p, m, q = rng.randint(2, 9), rng.randint(2, 15), rng.randint(2, 9), rng.randint(2, 15)
    paid = -(-(n * p + m * q) // 50) * 50
    return _fill(rng, paid - n * p - m * q, n=n, p=p, m=m, q=q, t=paid)


def _distance(rng: random.Random) -> Fill:
    speed, half_hours = rng.randrange(40, 130, 2), rng.randint(3, 13)
    return _fill(rng, Fraction(speed * half_hours, 2), s=speed, h=_number(Fraction(half_hours, 2)))


def _sharing(rng: random.Random) -> Fill:
    people, each = rng.randint(3, 9), rng.randint(4, 30)
    extra = rng.randint(2, people * each - 2)
    return _fill(rng, each, n=people, a=people * each - extra, b=extra)


def _interest(rng: random.Random) -> Fill:
    amount, rate, years = rng.randrange(500, 9_000, 100), rng.randint(2, 9), rng.randint(2, 8)
    return _fill(rng, Fraction(amount * rate * years, 100), a=amount, p=rate, y=years)


def _ages(rng: random.Random) -> Fill:
    younger, factor, later = rng.randint(4, 15), rng.randint(2, 4), rng.randint(3, 12)
    total = younger * (factor + 1) + 2 * later
    return _fill(rng, younger, k=("", "", "twice", "three times", "four times")[factor], n=later, t=total)


def _work(rng: random.Random) -> Fill:
    first, second = rng.choice(((3, 6), (4, 12), (6, 12), (10, 15), (20, 30), (12, 24), (6, 30), (5, 20)))
    return _fill(rng, Fraction(first * second, first + second), a=first, b=second)


def _savings(rng: random.Random) -> Fill:
    start, weekly, weeks = rng.randint(10, 90), rng.randint(5, 40), rng.randint(6, 30)
    return _fill(rng, start + weekly * weeks, a=start, b=weekly, n=weeks)


def _boxes(rng: random.Random) -> Fill:
    per, total = rng.randint(6, 24), rng.randint(100, 700)
    return _fill(rng, -(-total // per), a=total, b=per)


def _mixture(rng: random.Random) -> Fill:
    n, p, m, q = rng.randint(2, 9), rng.randint(3, 12), rng.randint(2, 9), rng.randint(3, 12)
    while (n * p + m * q) % (n + m):
        q += 1
    return _fill(rng, Fraction(n * p + m * q, n + m), n=n, p=p, m=m, q=q)


def _rows(rng: random.Random) -> Fill:
    rows, seats, empty = rng.randint(8, 30), rng.randint(8, 30), rng.randint(5, 60)
    return _fill(rng, rows * seats - empty, r=rows, s=seats, e=empty)


def _fraction(rng: random.Random) -> Fill:
    bottom = rng.choice((3, 4, 5, 6, 8))
    top = rng.randint(1, bottom - 1)
    total = bottom * rng.randint(6, 40)
    return _fill(rng, total - total * top // bottom, a=total, f=f"{top}/{bottom}")


def _fuel(rng: random.Random) -> Fill:
    per_hundred, hundreds, price = rng.randint(4, 12), rng.randint(2, 9), rng.choice((2, 3, 4))
    return _fill(rng, per_hundred * hundreds * price, a=per_hundred, d=100 * hundreds, p=price)


def _heads(rng: random.Random) -> Fill:
    hens, rabbits = rng.randint(4, 30), rng.randint(3, 25)
    return _fill(rng, rabbits, h=hens + rabbits, f=2 * hens + 4 * rabbits)


def _wages(rng: random.Random) -> Fill:
    rate, hours, extra = rng.randrange(12, 40, 2), rng.randint(30, 40), rng.randint(2, 9)
    return _fill(rng, rate * hours + Fraction(3 * rate * extra, 2), r=rate, h=hours, e=extra)


STORIES: tuple[tuple[str, Callable[[random.Random], Fill], tuple[str, ...]], ...] = (
    (
        "shopping",
        _shopping,
        (
            "{w} buys {n} notebooks at {p} dollars each and {m} pens at {q} dollars each, and pays with {t} dollars. "
            "How many dollars of change does {w} get?",
            "At the market, {w} takes {n} melons for {p} euros apiece and {m} jars of honey for {q} euros apiece. "
            "{w} hands over {t} euros. What's the change in euros?",
        ),
    ),
    (
        "distance",
        _distance,
        (
            "A bus drives at {s} km/h for {h} hours. How many kilometres does it cover?",
            "{w} rides a motorbike at a steady {s} kilometres per hour. How far, in km, does {w} get in {h} hours?",
        ),
    ),
    (
        "sharing",
        _sharing,
        (
            "{w} has {a} marbles and {v} has {b}. They put them together and share them equally among {n} friends. "
            "How many marbles does each friend receive?",
            "One basket holds {a} plums, another one {b}. All plums are divided equally between {n} children. "
            "How many plums are there per child?",
        ),
    ),
    (
        "interest",
        _interest,
        (
            "{w} lends {a} dollars at {p}% simple interest a year. How much interest is due after {y} years?",
            "How much simple interest does a deposit of {a} euros earn in {y} years at {p} percent per year?",
        ),
    ),
    (
        "ages",
        _ages,
        (
            "{w} is {k} as old as {v}. In {n} years their ages will add up to {t}. How old is {v} now?",
            "Today {w}'s age is {k} {v}'s age. {n} years from now the two together will be {t} years old. "
            "What is {v}'s present age?",
        ),
    ),
    (
        "work",
        _work,
        (
            "{w} can paint a fence in {a} hours, {v} needs {b} hours. How many hours do they need together?",
            "One pump empties a tank in {a} hours, a second pump in {b} hours. "
            "Running both at once, how many hours does it take?",
        ),
    ),
    (
        "savings",
        _savings,
        (
            "{w} has {a} dollars and saves {b} dollars every week. How much does {w} have after {n} weeks?",
            "A jar holds {a} coins. {w} drops in {b} more each day. How many coins are in the jar {n} days later?",
        ),
    ),
    (
        "boxes",
        _boxes,
        (
            "{a} bottles are packed into crates that hold {b} bottles each. How many crates are needed?",
            "A school takes {a} pupils on a trip in minibuses with {b} seats. What's the least number of minibuses?",
        ),
    ),
    (
        "mixture",
        _mixture,
        (
            "{n} kg of tea at {p} dollars per kg are mixed with {m} kg at {q} dollars per kg. "
            "What does one kilogram of the mixture cost?",
            "A grocer blends {n} kilos of nuts worth {p} euros a kilo with {m} kilos worth {q} euros a kilo. "
            "What is a kilo of the blend worth in euros?",
        ),
    ),
    (
        "rows",
        _rows,
        (
            "A cinema has {r} rows of {s} seats. {e} seats stay empty. How many people are sitting?",
            "There are {s} chairs in each of {r} rows, and all but {e} of the chairs are taken. How many are taken?",
        ),
    ),
    (
        "fraction",
        _fraction,
        (
            "{w} had {a} stickers and gave away {f} of them. How many stickers are left?",
            "Of {a} litres in a tank, {f} have been used. How many litres remain?",
        ),
    ),
    (
        "fuel",
        _fuel,
        (
            "A car needs {a} litres per 100 km and a litre costs {p} euros. What does the fuel for {d} km cost?",
            "{w}'s van burns {a} litres of diesel every 100 kilometres. At {p} dollars a litre, how many dollars of "
            "diesel does a trip of {d} kilometres take?",
        ),
    ),
    (
        "heads",
        _heads,
        (
            "A farm has hens and rabbits, {h} heads and {f} legs altogether. How many rabbits are there?",
            "In a yard with chickens and goats, {w} counts {h} heads and {f} feet. How many goats are there?",
        ),
    ),
    (
        "wages",
        _wages,
        (
            "{w} earns {r} dollars an hour for {h} hours, and one and a half times that for {e} hours of overtime. "
            "How much is that in total?",
            "The hourly wage is {r} euros and overtime pays 50% more. {w} works {h} regular hours and {e} overtime "
            "hours. What does {w} earn altogether?",
        ),
    ),
)
