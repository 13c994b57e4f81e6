"""Word problems in numbers that nobody has seen, made of problems whose calculation is written beside them.

A model that knows a training set by heart is right on it for the wrong reason, and what is fitted on it promises too
much. Here the story stays and its numbers change; the answer is worked out anew by the row's own calculation, as GSM8K
annotates it (``<<48/2=24>>``, Cobbe et al., Training Verifiers to Solve Math Word Problems, 2021, section 2). Mirzadeh
et al., GSM-Symbolic, 2024, did so by templates written by hand; here a row is left out wherever its numbers and its
calculation do not fit together without doubt.
"""

from __future__ import annotations

import ast
import math
import operator
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeGuard

from nescio.errors import DataError
from nescio_eval.datasets import folder

_STEP = re.compile(r"<<([^<>=]+)=([^<>=]+)>>")
_NUMBER = re.compile(r"(?<![\w.,/:-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w/:-]|[.,]\d)")
_AMBIGUOUS = re.compile(r"\d\s*/\s*\d|\d:\d|\d-\d|\d(?:st|nd|rd|th)\b|\b(?:19|20)\d\d\b")
"""Fractions, clock times, ranges, ordinals and years: numbers that do not vary freely."""
_WORDS: Mapping[int, str] = {
    2: r"two|twice|double[ds]?|doubling|hal(?:f|ves|ved)|pairs?|both|couple|twins?|second",
    3: r"three|thrice|triple[ds]?|thirds?|triplets?",
    4: r"four|quarters?|fourths?|quadruple[ds]?|quadrupled|seasons?",
    5: r"five|fifths?|weekdays?|nickels?",
    6: r"six|sixths?",
    7: r"seven|sevenths?|weeks?|weekly|daily|days?",
    8: r"eight|eighths?",
    9: r"nine|ninths?",
    10: r"ten|tenths?|dimes?|decades?",
    11: r"eleven",
    12: r"twelve|dozens?|years?|yearly|annual(?:ly)?|f[eo]{2}t|inch(?:es)?|months?|monthly",
    15: r"fifteen|quarters?",
    16: r"sixteen|pounds?|ounces?",
    20: r"twenty|score",
    24: r"days?|daily|hours?|hourly",
    25: r"quarters?",
    30: r"thirty|months?|monthly|half",
    31: r"months?",
    50: r"fifty|half",
    52: r"weeks?|weekly|years?|annual(?:ly)?",
    60: r"hours?|hourly|minutes?|seconds?|sixty",
    100: r"hundred|percent|cents?|dollars?|\$|%|met(?:er|re)s?|century|centimet(?:er|re)s?",
    365: r"years?|yearly|days?|daily",
    1000: r"thousand|kilo\w*|km|kg|grams?|met(?:er|re)s?|lit(?:er|re)s?",
}
"""Words that may stand for a number in a calculation; where the text has that number too, either could be meant."""
_OPERATORS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_TRIES = 300
_LARGEST = 10**7


@dataclass(frozen=True, slots=True)
class Problem:
    """A word problem and how its numbers make its answer.

    Attributes:
        texts: The text between its numbers, one more than there are numbers.
        numbers: The numbers of the text, as written.
        steps: Each step as an expression over ``n0 …`` (numbers of the text), ``s0 …`` (steps before) and constants.
        results: What each step gives for these numbers.
    """

    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    steps: tuple[ast.expr, ...]
    results: tuple[Fraction, ...]

    def told(self, numbers: Sequence[str]) -> str:
        """The problem in other numbers."""
        return self.texts[0] + "".join(number + text for number, text in zip(numbers, self.texts[1:], strict=True))

    def worked(self, numbers: Sequence[str]) -> tuple[Fraction, ...]:
        """What each step gives for other numbers.

        Raises:
            ZeroDivisionError: A step divides by nothing.
        """
        known = {f"n{place}": _value(number) for place, number in enumerate(numbers)}
        results: list[Fraction] = []
        for place, step in enumerate(self.steps):
            results.append(_worked(step, known))
            known[f"s{place}"] = results[-1]
        return tuple(results)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of `path`, gzipped where it ends on ``.gz``.

    Raises:
        DataError: It is missing or not JSON, or no row of it holds its calculation.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing", hint="name a file of word problems, one a line")
    found = [row for _, row in folder.rows(path)]
    if not any(isinstance(row, dict) and (row.get("meta") or {}).get("work") for row in found):
        raise DataError(f"{path} holds no calculation", hint='a row needs "meta": {"work": "… <<48/2=24>>24 …"}')
    return found


def problem_of(question: str, work: str, answer: str) -> Problem | None:
    """The problem that `question` and its annotated `work` are; None where they do not fit together without doubt.

    Every number in a step must be one number of the text, the result of one step before, or a number that stands in the
    text in words; the last step must give `answer`, every number of the text must be used just once, and no word of the
    text may mean one of them ("twice" beside a 2). A text with a 1 has words in the singular, and is left out.
    """
    written = _NUMBER.findall(question)
    values = [_value(number) for number in written]
    distinct = len(set(values)) == len(values) > 0 and 1 not in values
    if not distinct or _AMBIGUOUS.search(question) or _could_be_words(question, values):
        return None
    known = {value: f"n{place}" for place, value in enumerate(values)}
    steps: list[ast.expr] = []
    results: list[Fraction] = []
    for expression, result in _STEP.findall(work):
        step = _step(expression, known)
        if step is None:
            return None
        steps.append(step)
        try:
            value = _value(result)
            fits = _worked(step, {name: number for number, name in known.items()}) == value
        except (ValueError, ZeroDivisionError, KeyError):
            return None
        # A result that is also a number of the text, or another result, could be either where it is used.
        if not fits or value in known:
            return None
        known[value] = f"s{len(results)}"
        results.append(value)
    used = Counter(node.id for step in steps for node in ast.walk(step) if isinstance(node, ast.Name))
    once = all(used[f"n{place}"] == 1 for place in range(len(written)))
    leading = all(used[f"s{place}"] for place in range(len(results) - 1))
    if not results or results[-1] != _try_value(answer) or not once or not leading:
        return None
    if not all(_is_said(node.value, question) for step in steps for node in ast.walk(step) if _is_constant(node)):
        return None
    return Problem(tuple(_NUMBER.split(question)), tuple(written), tuple(steps), tuple(results))


def varied(problem: Problem, rng: random.Random) -> tuple[str, str] | None:
    """`problem` in other numbers, and its answer; None where none are found that fit.

    Every number changes, stays as round and as exact as it was, and keeps its place in the order of all, so that nobody
    gives away more than he has; results stay positive, and whole where they were whole.
    """
    before = _order(problem.numbers)
    for _ in range(_TRIES):
        numbers = [_near(number, rng) for number in problem.numbers]
        same = any(new == old for new, old in zip(numbers, problem.numbers, strict=True))
        if same or len(set(numbers)) < len(numbers) or _order(numbers) != before:
            continue
        try:
            results = problem.worked(numbers)
        except ZeroDivisionError:
            continue
        if all(map(_alike, results, problem.results)) and results[-1] != problem.results[-1]:
            return problem.told(numbers), _text(results[-1])
    return None


def vary(rows: Sequence[Mapping[str, Any]], seed: int) -> Iterator[dict[str, Any]]:
    """Rows in other numbers, of role ``fit``: of `rows` with their calculation in ``meta.work``, those that can be."""
    for row in rows:
        work = str((row.get("meta") or {}).get("work") or "")
        problem = problem_of(str(row["question"]), work, str(row["answer"]))
        found = None if problem is None else varied(problem, random.Random(f"{seed} {row['question']}"))
        if found is None:
            continue
        question, answer = found
        told = {"id": f"{row['id']}-varied-{seed}", "question": question, "answer": answer, "aliases": []}
        kept = {name: row[name] for name in ("dataset", "domain") if name in row}
        yield kept | told | {"answerable": True, "role": "fit", "pair": row["id"], "meta": {"seed": seed}}


def _could_be_words(question: str, values: Sequence[Fraction]) -> bool:
    return any(_in_words(value, question) for value in values)


def _is_said(constant: object, question: str) -> bool:
    """Whether the text says a number of a step in words, as a part, or joined to a word ("8-ounce")."""
    value = Fraction(str(constant))
    if value in (1, 100, Fraction(1, 100)) or str(constant) in re.findall(r"\d+(?:\.\d+)?", question):
        return True
    return _in_words(value, question) or (value != 0 and _in_words(1 / value, question))


def _in_words(value: Fraction, question: str) -> bool:
    words = _WORDS.get(int(value)) if value.denominator == 1 else None
    return words is not None and re.search(rf"(?<!\w)(?:{words})(?!\w)", question, re.IGNORECASE) is not None


def _is_constant(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant)


def _step(expression: str, known: Mapping[Fraction, str]) -> ast.expr | None:
    """`expression` with the numbers of `known` by their names."""
    source = re.sub(r"(?<=\d),(?=\d{3})", "", expression.replace("$", "").strip())
    source = re.sub(r"(\d+(?:\.\d+)?)%", r"(\1*.01)", source)
    try:
        tree = ast.parse(source, mode="eval").body
        return _Naming(known).visit(tree) if _plain(tree) else None
    except (SyntaxError, ValueError):
        return None


def _plain(tree: ast.expr) -> bool:
    """Whether it adds, subtracts, multiplies and divides numbers, and no more."""
    allowed = (ast.BinOp, ast.Constant, ast.UnaryOp, ast.USub, ast.operator)
    return all(
        isinstance(node, allowed)
        and (not isinstance(node, ast.operator) or type(node) in _OPERATORS)
        and (not isinstance(node, ast.Constant) or isinstance(node.value, int | float))
        for node in ast.walk(tree)
    )


class _Naming(ast.NodeTransformer):
    """Numbers by the names that they are known by."""

    def __init__(self, known: Mapping[Fraction, str]) -> None:
        self._known = known

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        name = self._known.get(Fraction(str(node.value)))
        return node if name is None else ast.copy_location(ast.Name(name, ast.Load()), node)


def _worked(tree: ast.expr, known: Mapping[str, Fraction]) -> Fraction:
    match tree:
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_worked(left, known), _worked(right, known))
        case ast.UnaryOp(operand=operand):
            return -_worked(operand, known)
        case ast.Name(id=name):
            return known[name]
        case ast.Constant(value=value):
            return Fraction(str(value))
    raise ValueError(f"{ast.dump(tree)} is no calculation")


def _near(number: str, rng: random.Random) -> str:
    """A number as long, as round and as exact as `number`, up to a half smaller or larger."""
    value = _value(number)
    decimals = len(number.partition(".")[2])
    unit = Fraction(1, 10**decimals)
    while not decimals and value and value % (unit * 10) == 0:
        unit *= 10
    if not decimals and unit == 1 and value % 5 == 0 and value >= 15:
        unit = Fraction(5)
    count = int(value / unit)
    low, high = max(1 if unit > 1 else 2, count - max(2, count // 2)), count + max(2, count // 2)
    new = rng.randint(low, max(low, high)) * unit
    if decimals:
        return f"{float(new):,.{decimals}f}" if "," in number else f"{float(new):.{decimals}f}"
    return f"{int(new):,}" if "," in number or new >= 10_000 else str(int(new))


def _order(numbers: Sequence[str]) -> list[int]:
    """The places of the numbers, the least first."""
    return sorted(range(len(numbers)), key=lambda place: _value(numbers[place]))


def _alike(new: Fraction, old: Fraction) -> bool:
    """Whether a result is of the sort that it was: as positive, as whole, no longer by much, below 1 if it was."""
    decent = new.denominator == 1 if old.denominator == 1 else _is_short(new)
    return decent and 0 < new < _LARGEST and (new < 1) == (old < 1) and math.isclose(float(new), float(old), rel_tol=20)


def _is_short(value: Fraction) -> bool:
    """Whether it has at most two decimals."""
    return (value * 100).denominator == 1


def _value(number: str) -> Fraction:
    return Fraction(number.replace(",", "").replace("$", "").strip())


def _try_value(number: str) -> Fraction | None:
    try:
        return _value(number)
    except ValueError:
        return None


def _text(value: Fraction) -> str:
    return str(int(value)) if value.denominator == 1 else f"{float(value):.2f}"
