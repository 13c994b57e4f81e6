"""Python text that programs of rules begin with: exact roots, small equations, primes.

They replace sympy, whose import alone takes half a second of a quiet machine and many seconds of a busy one. Sympy still
solves what these do not.
"""

from __future__ import annotations

import re

ROOTS = """\
from decimal import Decimal, getcontext
from fractions import Fraction as F
from math import factorial

getcontext().prec = 45
pi = F("3.14159265358979323846264338327950288419716939937510")


def decimal(x):
    return Decimal(x.numerator) / Decimal(x.denominator)


def root(x, k):
    sign = -1 if x < 0 and k % 2 else 1
    near = F(decimal(sign * x) ** (1 / Decimal(k)))
    exact = near.limit_denominator(10**6)
    return sign * (exact if exact**k == sign * x else near)


def sqrt(x):
    return root(x, 2)


def cbrt(x):
    return root(x, 3)


def power(x, k):
    return root(x, k.denominator) ** k.numerator


def log(x):
    return F(decimal(x).ln())


def show(x):
    return str(x) if x.denominator < 10**18 else f"{decimal(x):.15g}"


"""
"""Fractions, with roots exact where they come out even and to 45 digits elsewhere."""

QUADRATIC = (
    ROOTS
    + """\
def by_interpolation():
    at = {k: difference(F(k)) for k in (-3, -2, -1, 0, 1, 2, 3, 5)}
    c = at[0]
    a = (at[1] + at[-1]) / 2 - c
    b = at[1] - a - c
    if any(a * k * k + b * k + c != value for k, value in at.items()):
        raise ValueError("more than a square")
    if a == b == 0:
        return [] if c else None
    if a == 0:
        return [-c / b]
    inside = b * b - 4 * a * c
    return sorted({(-b - s * sqrt(inside)) / (2 * a) for s in (1, -1)}) if inside >= 0 else []


def by_sympy():
    import sympy

    fraction = F
    globals().update(F=sympy.Rational, sqrt=sympy.sqrt, pi=sympy.pi, power=sympy.Pow, log=sympy.log, cbrt=sympy.cbrt)
    x = sympy.Symbol("x", real=True)
    found = sympy.solveset(difference(x), x, sympy.S.Reals)
    return [fraction(str(value if value.is_rational else value.evalf(15))) for value in sorted(found)]


try:
    found = by_interpolation()
except (ArithmeticError, TypeError, ValueError):
    found = by_sympy()
"""
)
"""Needs ``difference``; leaves in ``found`` its real zeros in order, or None where every number is one."""

LINEAR_PAIR = (
    ROOTS
    + """\
def by_elimination():
    rows = []
    for side in (first, second):
        c = side(F(0), F(0))
        a, b = side(F(1), F(0)) - c, side(F(0), F(1)) - c
        if any(a * x + b * y + c != side(F(x), F(y)) for x, y in ((2, 3), (-1, 4), (5, -2))):
            raise ValueError("not linear")
        rows.append((a, b, c))
    (a, b, c), (d, e, f) = rows
    if a * e == b * d:
        raise ValueError("not exactly one solution")
    return (b * f - c * e) / (a * e - b * d), (c * d - a * f) / (a * e - b * d)


"""
)
"""Needs ``first`` and ``second``; `by_elimination` gives the pair for which both are zero."""

_NUMBERS = {
    "factorint": """\
def factorint(n):
    found, p = {}, 2
    while p * p <= n:
        while n % p == 0:
            found[p] = found.get(p, 0) + 1
            n //= p
        p += 1 if p == 2 else 2
    return found | ({n: found.get(n, 0) + 1} if n > 1 else {})
""",
    "isprime": """\
def isprime(n):
    return n > 1 and all(n % p for p in range(2, min(n, 1000))) and factorint(n) == {n: 1}
""",
    "primefactors": "def primefactors(n):\n    return sorted(factorint(n))\n",
    "divisors": """\
def divisors(n):
    found = [1]
    for p, k in factorint(n).items():
        found = [d * p**e for d in found for e in range(k + 1)]
    return sorted(found)
""",
    "divisor_count": "def divisor_count(n):\n    return len(divisors(n))\n",
    "divisor_sigma": "def divisor_sigma(n):\n    return sum(divisors(n))\n",
    "nextprime": "def nextprime(n):\n    n += 1\n    while not isprime(n):\n        n += 1\n    return n\n",
    "prevprime": "def prevprime(n):\n    n -= 1\n    while not isprime(n):\n        n -= 1\n    return n\n",
    "primerange": """\
def primerange(start, end=None):
    start, end = (0, start) if end is None else (start, end)
    sieve = bytearray([1]) * max(end, 2)
    sieve[:2] = b"\\0\\0"
    for p in range(2, int(end**0.5) + 1):
        if sieve[p]:
            sieve[p * p :: p] = bytes(len(range(p * p, len(sieve), p)))
    return [n for n in range(max(start, 0), end) if sieve[n]]
""",
    "prime": """\
def prime(n):
    end = 20
    while len(primerange(end)) < n:
        end *= 2
    return primerange(end)[n - 1]
""",
    "fibonacci": """\
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
""",
}
_SMALL = {"primerange": 10**7, "prime": 10**5, "fibonacci": 10**5}
_IMPORT = re.compile(r"from sympy import (\w+)\n")


def without_sympy(source: str, largest: int) -> str:
    """`source` with its one import from sympy written out, where `largest` is small enough for the plain way."""
    match = _IMPORT.match(source)
    if match is None or match[1] not in _NUMBERS or largest > _SMALL.get(match[1], 10**12):
        return source
    return _with_needed(match[1], []) + "\n\n" + source[match.end() :]


def _with_needed(name: str, done: list[str]) -> str:
    text = _NUMBERS[name]
    done.append(name)
    for other in _NUMBERS:
        if other not in done and re.search(rf"\b{other}\(", text):
            text = _with_needed(other, done) + "\n\n" + text
    return text
