"""Calculations with one right number, date or weekday, generated from a seed: fresh figures, nothing to remember.

Golds are computed here with integers, fractions and `datetime`, never by a model. The wordings were written apart from
the math expert and share no sentence with its exemplars.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from nescio_eval.datasets.generated_math_stories import STORIES
from nescio_eval.datasets.generated_math_wordings import WORDINGS
from nescio_eval.datasets.question import Question
from nescio_eval.datasets.template import Family, Fill, generate

NAME = "generated_math"
ROUNDED = 0.002
"""Relative tolerance where the exact value does not end; people round."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def questions(seed: int, count: int) -> list[Question]:
    """`count` questions; even seeds give the ``fit`` wordings, odd ones the ``test`` wordings."""
    return generate(NAME, "math", FAMILIES, seed, count)


def number(value: Fraction | int) -> str:
    """Decimal digits of `value`: exact where it ends within six places, else rounded there."""
    fraction = Fraction(value)
    if fraction.denominator == 1:
        return str(fraction.numerator)
    return f"{float(fraction):.6f}".rstrip("0").rstrip(".")


def _fill(gold: Fraction | int, **slots: object) -> Fill:
    exact = (Fraction(gold) * 10**6).denominator == 1
    return Fill(
        {name: str(value) for name, value in slots.items()},
        (number(gold),),
        "number",
        tolerance=1e-6 if exact else ROUNDED,
    )


def _commas(rng: random.Random, value: int) -> str:
    return f"{value:,}" if value > 999 and rng.random() < 0.5 else str(value)


def _add(rng: random.Random) -> Fill:
    a, b = rng.randint(120, 99_000), rng.randint(120, 99_000)
    return _fill(a + b, a=_commas(rng, a), b=_commas(rng, b))


def _subtract(rng: random.Random) -> Fill:
    a, b = rng.randint(5_000, 90_000), rng.randint(120, 99_000)
    return _fill(a - b, a=_commas(rng, a), b=_commas(rng, b))


def _multiply(rng: random.Random) -> Fill:
    a, b = rng.randint(12, 990), rng.randint(12, 480)
    return _fill(a * b, a=a, b=b)


def _divide(rng: random.Random) -> Fill:
    a, b = rng.randint(12, 480), rng.choice((4, 6, 8, 12, 15, 16, 25, 32, 45))
    return _fill(a, a=a * b, b=b)


def _expression(rng: random.Random) -> Fill:
    a, b, c, d = (rng.randint(3, 60) for _ in range(4))
    text, value = rng.choice(
        (
            (f"{a} + {b} * {c}", a + b * c),
            (f"({a} + {b}) * {c}", (a + b) * c),
            (f"{a} * {b} - {c} * {d}", a * b - c * d),
            (f"({a} - {b}) * ({c} + {d})", (a - b) * (c + d)),
            (f"{a * c} / {c} + {b} * {d}", a + b * d),
            (f"{a} - ({b} - {c}) * {d}", a - (b - c) * d),
            (f"({a} + {b})^2 - {c}", (a + b) ** 2 - c),
        )
    )
    return _fill(value, x=text)


def _decimals(rng: random.Random) -> Fill:
    a, b = Fraction(rng.randint(105, 9_900), 100), Fraction(rng.randint(11, 990), 10)
    symbol = rng.choice(("+", "-", "*"))
    value = {"+": a + b, "-": a - b, "*": a * b}[symbol]
    return _fill(value, x=f"{number(a)} {symbol} {number(b)}")


def _power(rng: random.Random) -> Fill:
    base, exponent = rng.choice(((rng.randint(2, 9), rng.randint(3, 7)), (rng.randint(11, 45), rng.randint(2, 3))))
    return _fill(base**exponent, a=base, b=exponent)


def _root(rng: random.Random) -> Fill:
    root = rng.randint(12, 120)
    return _fill(root, a=_commas(rng, root * root))


def _percent_of(rng: random.Random) -> Fill:
    p, a = rng.choice((rng.randint(2, 98), rng.choice((5, 15, 35, 60)))), rng.randint(40, 6_000)
    return _fill(Fraction(p * a, 100), p=p, a=_commas(rng, a))


def _increase(rng: random.Random) -> Fill:
    p, a = rng.randint(2, 60), rng.randint(40, 4_000)
    return _fill(Fraction(a * (100 + p), 100), p=p, a=_commas(rng, a))


def _discount(rng: random.Random) -> Fill:
    p, a = rng.choice((5, 10, 15, 20, 25, 30, 35, 40, 60, 12)), rng.randint(20, 900)
    return _fill(Fraction(a * (100 - p), 100), p=p, a=a)


def _share(rng: random.Random) -> Fill:
    whole = rng.choice((40, 80, 125, 150, 200, 240, 250, 400, 640, 800))
    part = rng.randint(3, whole - 1)
    return _fill(Fraction(100 * part, whole), a=part, b=whole)


def _reverse_percent(rng: random.Random) -> Fill:
    p, whole = rng.choice((10, 20, 25, 30, 40, 60, 75, 15)), rng.randint(2, 60) * 20
    return _fill(whole, p=p, a=number(Fraction(p * whole, 100)))


def _day(rng: random.Random) -> date:
    return date(1990, 1, 1) + timedelta(days=rng.randrange(16_000))


def _written(rng: random.Random, day: date) -> str:
    month = day.strftime("%B")
    return rng.choice((f"{month} {day.day}, {day.year}", f"{day.day} {month} {day.year}", day.isoformat()))


def _weekday(rng: random.Random) -> Fill:
    day = _day(rng)
    gold = _DAYS[day.weekday()]
    return Fill({"d": _written(rng, day)}, (gold,), "one_of", distractors=tuple(d for d in _DAYS if d != gold))


def _days_between(rng: random.Random) -> Fill:
    first = _day(rng)
    gap = rng.randint(8, 900)
    return _fill(gap, a=_written(rng, first), b=_written(rng, first + timedelta(days=gap)))


def _date_after(rng: random.Random) -> Fill:
    first = _day(rng)
    gap = rng.randint(10, 300)
    last = first + timedelta(days=gap)
    month = last.strftime("%B")
    spellings = (f"{month} {last.day}, {last.year}", f"{last.day} {month} {last.year}", f"{month} {last.day}")
    return Fill({"n": str(gap), "d": _written(rng, first)}, (last.isoformat(),), "date", aliases=spellings)


def _weekday_after(rng: random.Random) -> Fill:
    start, gap = rng.randrange(7), rng.randint(9, 400)
    gold = _DAYS[(start + gap) % 7]
    wrong = tuple(d for d in _DAYS if d not in (gold, _DAYS[start]))
    return Fill({"w": _DAYS[start], "n": str(gap)}, (gold,), "one_of", distractors=wrong)


def _leap(rng: random.Random) -> Fill:
    year = rng.choice((1900, 2000, 2100, 1600, rng.randint(1800, 2200), 4 * rng.randint(450, 540)))
    return Fill({"y": str(year)}, ("yes" if year % 4 == 0 and (year % 100 or year % 400 == 0) else "no",), "yes_no")


def _clock(rng: random.Random) -> Fill:
    start, gap = rng.randrange(6 * 60, 12 * 60, 5), rng.randrange(35, 400, 5)
    end = start + gap
    slots = {"a": f"{start // 60}:{start % 60:02d}", "b": f"{end // 60}:{end % 60:02d}"}
    return _fill(gap, **slots)


_UNITS: tuple[tuple[str, str, Fraction], ...] = (
    ("kilometres", "metres", Fraction(1000)),
    ("miles", "kilometres", Fraction("1.609344")),
    ("feet", "metres", Fraction("0.3048")),
    ("inches", "centimetres", Fraction("2.54")),
    ("pounds", "kilograms", Fraction("0.45359237")),
    ("ounces", "grams", Fraction("28.349523125")),
    ("kilograms", "pounds", 1 / Fraction("0.45359237")),
    ("hours", "seconds", Fraction(3600)),
    ("days", "minutes", Fraction(1440)),
    ("weeks", "hours", Fraction(168)),
    ("litres", "millilitres", Fraction(1000)),
    ("US gallons", "litres", Fraction("3.785411784")),
    ("hectares", "square metres", Fraction(10_000)),
    ("yards", "metres", Fraction("0.9144")),
    ("nautical miles", "kilometres", Fraction("1.852")),
    ("tonnes", "kilograms", Fraction(1000)),
    ("kilometres per hour", "metres per second", Fraction(5, 18)),
)


def _unit(rng: random.Random) -> Fill:
    name, other, factor = rng.choice(_UNITS)
    amount = Fraction(rng.randint(2, 480), rng.choice((1, 1, 1, 2)))
    fill = _fill(amount * factor, n=number(amount), u=name, v=other)
    ends = factor.denominator == 1
    return Fill(fill.slots, fill.golds, "number", tolerance=1e-6 if ends else 0.005)


def _temperature(rng: random.Random) -> Fill:
    if rng.random() < 0.5:
        degrees = rng.randint(-30, 200)
        return _fill(Fraction(degrees * 9, 5) + 32, n=degrees, u="Celsius", v="Fahrenheit")
    degrees = rng.randint(-30, 400)
    return _fill(Fraction((degrees - 32) * 5, 9), n=degrees, u="Fahrenheit", v="Celsius")


def _linear(rng: random.Random) -> Fill:
    x, a, b = rng.randint(-30, 60), rng.randint(2, 19), rng.randint(1, 90)
    c, d = rng.randint(2, 9), a * x + b
    text = rng.choice((f"{a}x + {b} = {d}", f"{a}x - {b} = {a * x - b}", f"{a + c}x = {c}x + {a * x}"))
    return _fill(x, x=text)


def _system(rng: random.Random) -> Fill:
    x, y = rng.randint(-9, 25), rng.randint(-9, 25)
    a, b, c, d = rng.randint(1, 6), rng.randint(1, 6), rng.randint(1, 6), rng.randint(1, 6)
    while a * d == b * c:
        d += 1
    return _fill(x, x=f"{_term(a)}x + {_term(b)}y = {a * x + b * y} and {_term(c)}x + {_term(d)}y = {c * x + d * y}")


def _term(factor: int) -> str:
    return "" if factor == 1 else str(factor)


def _quadratic(rng: random.Random) -> Fill:
    small, large = rng.randint(-12, 8), rng.randint(9, 25)
    total, product = small + large, small * large
    middle = f"- {total}x" if total > 0 else f"+ {-total}x"
    text = f"x^2 {middle} {'+' if product >= 0 else '-'} {abs(product)} = 0"
    return _fill(large, x=text)


def _gcd(rng: random.Random) -> Fill:
    common = rng.randint(3, 30)
    a, b = common * rng.randint(2, 20), common * rng.randint(2, 20)
    return _fill(math.gcd(a, b), a=a, b=b)


def _lcm(rng: random.Random) -> Fill:
    a, b = rng.randint(6, 48), rng.randint(6, 48)
    return _fill(math.lcm(a, b), a=a, b=b)


def _remainder(rng: random.Random) -> Fill:
    a, b = rng.randint(200, 9_000), rng.randint(6, 48)
    return _fill(a % b, a=_commas(rng, a), b=b)


def _prime(rng: random.Random) -> Fill:
    n = rng.randint(60, 900)
    return _fill(next(k for k in range(n + 1, 2 * n) if all(k % d for d in range(2, math.isqrt(k) + 1))), a=n)


def _factorial(rng: random.Random) -> Fill:
    n = rng.randint(5, 12)
    return _fill(math.factorial(n), a=n)


def _digit_sum(rng: random.Random) -> Fill:
    n = rng.randint(10_000, 99_999_999)
    return _fill(sum(map(int, str(n))), a=n)


def _mean(rng: random.Random) -> Fill:
    values = [rng.randint(3, 99) for _ in range(rng.choice((4, 5, 8)))]
    return _fill(Fraction(sum(values), len(values)), x=", ".join(map(str, values)))


def _median(rng: random.Random) -> Fill:
    values = [rng.randint(3, 99) for _ in range(rng.choice((5, 7)))]
    return _fill(sorted(values)[len(values) // 2], x=", ".join(map(str, values)))


def _series(rng: random.Random) -> Fill:
    n = rng.randint(20, 400)
    return _fill(n * (n + 1) // 2, a=n)


def _next_term(rng: random.Random) -> Fill:
    start, step = rng.randint(2, 40), rng.randint(3, 17)
    return _fill(start + 5 * step, x=", ".join(str(start + i * step) for i in range(5)))


def _choose(rng: random.Random) -> Fill:
    n = rng.randint(6, 15)
    k = rng.randint(2, 4)
    return _fill(math.comb(n, k), n=n, k=k)


def _arrange(rng: random.Random) -> Fill:
    n = rng.randint(4, 8)
    return _fill(math.factorial(n), n=n)


def _rectangle(rng: random.Random) -> Fill:
    a, b = rng.randint(3, 90), rng.randint(3, 90)
    return _fill(a * b, a=a, b=b)


def _triangle(rng: random.Random) -> Fill:
    k = rng.randint(2, 12)
    a, b, c = rng.choice(((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25)))
    return _fill(k * c, a=k * a, b=k * b)


def _circle(rng: random.Random) -> Fill:
    r = rng.randint(2, 40)
    gold = f"{math.pi * r * r:.4f}"
    return Fill({"a": str(r)}, (gold,), "number", aliases=(f"{r * r}π", f"{r * r}*pi"), tolerance=0.003)


_MAKERS: tuple[tuple[str, Callable[[random.Random], Fill], int], ...] = (
    ("addition", _add, 1),
    ("subtraction", _subtract, 1),
    ("multiplication", _multiply, 2),
    ("division", _divide, 1),
    ("expression", _expression, 3),
    ("decimals", _decimals, 2),
    ("power", _power, 1),
    ("root", _root, 1),
    ("percent_of", _percent_of, 3),
    ("percent_increase", _increase, 2),
    ("discount", _discount, 2),
    ("percent_share", _share, 2),
    ("percent_reverse", _reverse_percent, 1),
    ("weekday", _weekday, 2),
    ("days_between", _days_between, 2),
    ("date_after", _date_after, 2),
    ("weekday_after", _weekday_after, 1),
    ("leap_year", _leap, 1),
    ("clock", _clock, 1),
    ("units", _unit, 4),
    ("temperature", _temperature, 1),
    ("linear_equation", _linear, 2),
    ("system", _system, 1),
    ("quadratic", _quadratic, 1),
    ("gcd", _gcd, 1),
    ("lcm", _lcm, 1),
    ("remainder", _remainder, 1),
    ("next_prime", _prime, 1),
    ("factorial", _factorial, 1),
    ("digit_sum", _digit_sum, 1),
    ("mean", _mean, 1),
    ("median", _median, 1),
    ("series_sum", _series, 1),
    ("next_term", _next_term, 1),
    ("combinations", _choose, 1),
    ("arrangements", _arrange, 1),
    ("rectangle", _rectangle, 1),
    ("right_triangle", _triangle, 1),
    ("circle", _circle, 1),
)
FAMILIES = tuple(Family(name, make, WORDINGS[name], weight) for name, make, weight in _MAKERS) + tuple(
    Family("story_" + name, make, wordings, 1) for name, make, wordings in STORIES
)
