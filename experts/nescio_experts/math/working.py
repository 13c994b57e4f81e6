"""Reads a solution worked in words: the answer in its box, whether it misses a fact, whether its sums hold. Pure.

A solution in words makes other mistakes than a program does, which is what makes it evidence.
"""

from __future__ import annotations

import re
from fractions import Fraction

from nescio_experts.math.values import Value, parse

_BOX = re.compile(r"\\boxed\s*\{")
_FINAL = re.compile(r"^\W*(?:final )?answer[\s*]*:[\s*]*(?=\S)(.+)$", re.IGNORECASE | re.MULTILINE)
_WORDED = re.compile(r"\\(?:text|mathrm|textbf|mathbf|operatorname)\s*\{([^{}]*)\}")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]+)\}\s*\{([^{}]+)\}")
_MIXED = re.compile(r"(?<![\d.])(\d+)\s*\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]+)\}")
_SPACING = re.compile(r"\\(?:[,;:! ]|quad|qquad|left|right|displaystyle)|~")
_SIGNS = {
    r"\times": "*",
    r"\cdot": "*",
    r"\div": "/",
    r"\pi": "pi",
    r"\%": "%",
    r"\$": "$",
    r"\pounds": "£",
    r"\euro": "€",
    r"^\circ": "°",
    r"^{\circ}": "°",
    r"\degree": "°",
    "{,}": ",",
    "×": "*",
    "÷": "/",
    "−": "-",
}
_NUMBER = r"[$€£]?\s?\d+(?:,\d{3})*(?:\.\d+)?\s?%?"
_CHAIN = re.compile(
    rf"(?P<left>{_NUMBER}(?:\s?[-+*/]\s?{_NUMBER})+)\s?=\s?(?P<right>-?{_NUMBER})(?![\d.]*\s?[-+*/]\s?\d)"
)
_MISSES = re.compile(
    r"\bassum\w+|\bin terms of\b|\bunknown\b|\bcannot be determined\b|\b(?:more|additional|further) information\b"
    r"|\bnot (?:explicitly |directly |actually )?(?:given|specified|provided|mentioned|stated|known)\b"
    r"|\bwithout (?:more|additional|further|knowing)\b|\b(?:we|I) (?:do not|don't) know\b"
    r"|\bdo(?:es)?(?: not|n't) (?:explicitly |directly |actually )?(?:give|specify|provide|mention|say|state|tell)\b",
    re.IGNORECASE,
)
"""How a solution says that the question does not give what it needs."""
_FORMULA = re.compile(r"[-+*/^()=.,\s\dA-Za-z]+")
_VARIABLE = re.compile(r"(?<![A-Za-z])([A-Za-z])(?![A-Za-z])")
_PLACES = re.compile(r"\.(\d+)")


def final(text: str) -> Value | None:
    """The value in the last box of `text`, or after the last line that begins with "Answer:"; None without either."""
    boxed = [_inside(text, match.end()) for match in _BOX.finditer(text)]
    stated = boxed or _FINAL.findall(text)
    return parse(_shorn(plain(stated[-1]))) if stated and stated[-1] is not None else None


def misses(text: str) -> bool:
    """Whether the solution says that a fact is missing, or makes one up to go on."""
    return _MISSES.search(text) is not None


def is_open(value: Value, question: str) -> bool:
    """Whether `value` hangs on a variable that is none of the question's: it is not known."""
    if value.kind != "text" or not _FORMULA.fullmatch(value.text):
        return False
    told = set(re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", question)) - {"a", "A", "I"}
    return bool(set(_VARIABLE.findall(value.text)) - told)


def plain(latex: str) -> str:
    r"""A formula as a program would print it: ``\frac{3}{4}\text{ kg}`` is ``3/4 kg``."""
    text = _SPACING.sub(" ", latex)
    for sign, ordinary in _SIGNS.items():
        text = text.replace(sign, ordinary)
    text = _WORDED.sub(r" \1 ", text)
    text = _MIXED.sub(lambda mixed: f"{int(mixed[1]) * int(mixed[3]) + int(mixed[2])}/{mixed[3]}", text)
    text = _ROOT.sub(r"sqrt(\1)", _FRACTION.sub(r"\1/\2", text))
    return re.sub(r"\s+", " ", text.replace("\\", "").replace("**", "")).strip()


def slips(text: str) -> tuple[int, int]:
    """How many calculations ``12 * 18 = 216`` in `text` do not hold, and how many there are."""
    found = [_holds(match["left"], match["right"]) for match in _CHAIN.finditer(plain(text))]
    return sum(not held for held in found), len(found)


def _inside(text: str, start: int) -> str | None:
    """What stands between the brace that was opened before `start` and the one that closes it."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return text[start:place]
    return None


def _shorn(text: str) -> str:
    """`text` without the name and the sign of equality before a value."""
    return text.rpartition("=")[2].strip() if re.fullmatch(r"[A-Za-z ]{1,30}=[^=]+", text) else text


def _holds(left: str, right: str) -> bool:
    """Whether `left` comes to `right`, or `right` is `left` rounded or cut off."""
    try:
        value = _computed(left)
    except ZeroDivisionError:
        return False
    told = _number(right)
    places = _PLACES.search(right)
    unit = Fraction(1, 10 ** len(places[1])) if places else Fraction(1)
    return abs(value - told) < unit


def _computed(expression: str) -> Fraction:
    """The value of numbers joined by ``+ - * /``, multiplied before they are added."""
    parts = re.split(r"\s?([-+*/])\s?", expression.strip())
    terms = [_number(parts[0])]
    for sign, operand in zip(parts[1::2], parts[2::2], strict=True):
        number = _number(operand)
        if sign == "*":
            terms[-1] *= number
        elif sign == "/":
            terms[-1] /= number
        else:
            terms.append(number if sign == "+" else -number)
    return sum(terms, Fraction(0))


def _number(text: str) -> Fraction:
    number = Fraction(re.sub(r"[$€£,%\s]", "", text))
    return number / 100 if "%" in text else number
