"""Reads an arithmetic expression in signs or words and writes it as Python; all of it, or it raises.

Exact: numbers become fractions, roots and π stay symbolic. It does not compute.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from nescio_experts.math.rules.preludes import ROOTS
from nescio_experts.math.rules.template import literal

_WORDS = (
    (r"multiplied by|multiply by|times", "*"),
    (r"divided by|over", "/"),
    (r"(?:raised )?to the power(?: of)?|raised to(?: the)?", "^"),
    (r"\*\*", "^"),
    (r"plus|added to", "+"),
    (r"minus", "-"),
    (r"modulo|modulus", "mod"),
    (r"squared", "^2"),
    (r"cubed", "^3"),
    (r"(?:the )?square ?roots? of", "sqrt"),
    (r"(?:the )?cube ?roots? of", "cbrt"),
    (r"(?:the )?(?:natural log(?:arithm)?|ln) of", "ln"),
    (r"(?:the )?square of", "square"),
    (r"(?:the )?cube of", "cube"),
    (r"(?:the )?(?:sum|total) of", "sum"),
    (r"(?:the )?product of", "product"),
    (r"(?:the )?difference (?:of|between)", "difference"),
    (r"(?:the )?quotient of", "quotient"),
    (r"factorial of", "factorial"),
    (r"(?:twice|double)(?: of)?", "2 *"),
    (r"(?:triple|thrice)(?: of)?", "3 *"),
    (r"(?:an? )?half of|half(?= ?[\d(.]| the| of)", "1/2 of"),
    (r"(?:an? )?half", "1/2"),
)
# A fraction written without blanks is one number, unless something closer binds to a part of it.
_TOKEN = re.compile(
    r"\s*((?<![/^\d.])\d+/\d+(?![\d.!/(a-z])(?! ?\^)|\d+/\d+(?= of\b)|\d+(?:\.\d+)?|\.\d+|[a-z]+|[-+*/^()!%,])"
)
_UNARY = {"sqrt": "sqrt({})", "cbrt": "cbrt({})", "ln": "log({})", "square": "({})**2", "cube": "({})**3",
          "factorial": "factorial({})"}  # fmt: skip
_PAIR = {"sum": "({} + {})", "product": "({} * {})", "difference": "abs({} - {})", "quotient": "({} / {})"}
_SYMBOLIC = {"sqrt", "cbrt", "ln"}
MAX_TOKENS = 200


class Unreadable(Exception):
    """The text is not an expression from its first word to its last."""


class Incomplete(Unreadable):
    """The text is an expression as far as it goes, but a number, a word or a bracket is missing."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A program text for an expression.

    Attributes:
        source: Python, with ``F`` for exact numbers.
        symbolic: Whether it needs more than fractions (roots, π, a power that is not whole, a variable).
        operations: How many operations it holds; 0 is a bare number.
        variables: Letters in it.
    """

    source: str
    symbolic: bool
    operations: int
    variables: frozenset[str]


def parse(text: str, variables: frozenset[str] = frozenset()) -> Expression:
    """Read `text` completely.

    Args:
        text: Plain text, see `rules.text`.
        variables: Letters that stand for unknowns.

    Raises:
        Unreadable: Some part of it is not understood, or it can be read in two ways.
    """
    for words, sign in _WORDS:
        text = re.sub(rf"(?<![a-z])(?:{words})(?![a-z])" if words[0] != "\\" else words, f" {sign} ", text)
    if "x" not in variables:
        text = re.sub(r"(?<=[\d)]) ?x ?(?=[\d(])", " * ", text)
    tokens = _tokens(text)
    reader = _Reader(tokens, variables)
    source = reader.sum()
    if reader.next is not None:
        raise Unreadable(reader.next)
    return Expression(source, reader.symbolic, reader.operations, frozenset(reader.seen))


def program(expression: Expression) -> str:
    """A program that prints the value of `expression`, exactly where it is rational, else to 15 digits."""
    if not expression.symbolic:
        factorial = "from math import factorial\n" if "factorial(" in expression.source else ""
        return f"from fractions import Fraction as F\n{factorial}answer = {expression.source}\nprint(answer)\n"
    return f"{ROOTS}answer = {expression.source}\nprint(show(answer))\n"


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    place = 0
    text = text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or len(tokens) >= MAX_TOKENS:
            raise Unreadable(text[place:])
        tokens.append(match[1])
        place = match.end()
    return tokens


@dataclass(slots=True)
class _Reader:
    tokens: list[str]
    variables: frozenset[str]
    place: int = 0
    symbolic: bool = False
    operations: int = 0
    depth: int = 0
    percent: bool = False
    seen: set[str] = field(default_factory=set)

    @property
    def next(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self) -> str:
        if self.next is None:
            raise Incomplete("it ends too early")
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, token: str) -> None:
        if self.take() != token:
            raise Unreadable(f"no {token}")

    def sum(self) -> str:
        self.depth += 1
        if self.depth > 40:
            raise Unreadable("nested too deeply")
        left = self.product()
        while self.next in {"+", "-"}:
            sign = self.take()
            self.operations += 1
            right = self.product()
            left = f"({left} {sign} {right})"
        self.depth -= 1
        return left

    def product(self) -> str:
        left = self.signed()
        while self.next in {"*", "/", "mod", "of"} or self._multiplies_silently():
            sign = self.take() if self.next in {"*", "/", "mod", "of"} else "*"
            # "8 / 2(2 + 2)" is 16 to some and 1 to others.
            if sign == "/" and self._divides_a_silent_product():
                raise Unreadable("/")
            if sign == "of" and (not self._is_share(self.tokens[self.place - 2]) or self.next in {"+", "-"}):
                raise Unreadable("of")
            self.operations += 1
            left = f"({left} {'%' if sign == 'mod' else '*' if sign == 'of' else sign} {self.signed()})"
        return left

    def _divides_a_silent_product(self) -> bool:
        after = self.tokens[self.place : self.place + 2]
        return len(after) == 2 and after[0][0].isdigit() and (after[1] == "(" or after[1] in self.variables)

    def _is_share(self, token: str) -> bool:
        """Whether "of" may follow: after a percent sign, a fraction or a decimal below one."""
        return token == "%" or "/" in token or re.fullmatch(r"0?\.\d+", token) is not None

    def _multiplies_silently(self) -> bool:
        """``3x``, ``2(4 + 1)``, ``(1 + 2)(3 + 4)``: only before a bracket or a variable."""
        before = self.tokens[self.place - 1]
        closes = before == ")" or before[0].isdigit() or before in self.variables
        return closes and (self.next == "(" or self.next in self.variables)

    def signed(self) -> str:
        if self.next == "-":
            self.take()
            return f"(-{self.signed()})"
        if self.next == "+":
            self.take()
            return self.signed()
        return self.power()

    def power(self) -> str:
        base = self.postfix()
        if self.next != "^":
            return base
        self.take()
        self.operations += 1
        start = self.place
        exponent = self.signed()
        whole = all(token.isdigit() or token in "-()" for token in self.tokens[start : self.place])
        self.symbolic |= not whole
        if whole:
            return f"({base} ** int({exponent}))"
        return f"({base} ** {exponent})" if self.seen else f"power({base}, {exponent})"

    def postfix(self) -> str:
        value = self.atom()
        while self.next in {"!", "%", "factorial"}:
            sign = self.take()
            self.operations += 1
            if sign == "%":
                self._check_percent()
                value = f"({value} / 100)"
            else:
                value = f"F(factorial(int({value})))"
        return value

    def _check_percent(self) -> None:
        """A share stands alone only beside × and ÷: "200 + 10%" means a tenth of 200 to some and 0.1 to others."""
        start = self.place - 2
        before = self.tokens[start - 1] if start > 0 else "*"
        if self.next != "of" and (before in {"+", "-"} or self.next in {"+", "-"}):
            raise Unreadable("%")

    def atom(self) -> str:
        token = self.take()
        if token[0].isdigit() or token[0] == ".":
            return self.number(token)
        if token == "(":
            inside = self.sum()
            self.expect(")")
            return f"({inside})"
        if token in self.variables:
            self.seen.add(token)
            self.symbolic = True
            return token
        if token == "pi":
            self.symbolic = True
            return "pi"
        return self.function(token)

    def number(self, token: str) -> str:
        """A number, or a mixed number such as ``5 1/2``."""
        following = self.next or ""
        if token.isdigit() and "/" in following and following != "/":
            self.place += 1
            token = f"{token} {following}"
        top, slash, below = token.partition("/")
        self.operations += bool(slash)
        # Over zero: written as it stands, so that the program says that it has no value.
        return literal(token) if not slash or int(below) else f"({literal(top.split()[-1])} / F(0))"

    def function(self, name: str) -> str:
        if name in _UNARY:
            self.symbolic |= name in _SYMBOLIC
            self.operations += 1
            return _UNARY[name].format(self.argument(name))
        if name in _PAIR:
            self.operations += 1
            if self.next == "(":
                raise Unreadable(name)
            first = self.operand()
            self.expect("and")
            second = self.operand()
            # "the sum of 2 and 3 times 4" is 14 to some and 20 to others.
            if self.next in {"*", "/", "^", "of"}:
                raise Unreadable(name)
            return _PAIR[name].format(first, second)
        if name in {"*", "/", "^"}:
            raise Incomplete(f"nothing before {name}")
        raise Unreadable(name)

    def operand(self) -> str:
        """One side of "the sum of … and …": a number, a fraction, a bracket, or another such phrase."""
        return self.signed()

    def argument(self, name: str) -> str:
        """What a root or a square is taken of: a bracket, or one number where nothing else can be meant."""
        if self.next == "(":
            self.take()
            inside = self.sum()
            self.expect(")")
            return inside
        number = self.take()
        if not re.fullmatch(r"\d+(?:\.\d+)?", number):
            raise Unreadable(name)
        # "the square root of 16 plus 9" is 7 to some and 5 to others, unless only one of the two comes out even.
        if self.next in {"+", "-", "*", "/", "^"} and not (name == "sqrt" and _is_square(number)):
            raise Unreadable(name)
        return literal(number)


def _is_square(number: str) -> bool:
    return number.isdigit() and math.isqrt(int(number)) ** 2 == int(number)
