"""Grades an answer to a `Question`: `nescio.grading` for what it covers, and the generated kinds on top of it.

Kinds: ``text`` and ``number`` (any gold), ``quantity`` (a number with tolerance; kelvin, Celsius, Fahrenheit convert),
``all`` (every gold, no distractor), ``one_of`` (the gold, before or without a distractor), ``yes_no``, ``date``,
``compact`` (letter for letter, blanks and quotes aside), ``choice`` (a letter), ``none`` (nobody can answer: any answer
is incorrect). It decides no abstention but the one that a text states in words (`abstains`).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable

from nescio.grading import Grade, grade, grade_choice
from nescio.grading.dates import Date, dates
from nescio.grading.numbers import DEFAULT_TOLERANCE, Quantity, quantities
from nescio.grading.text import contains, tokens
from nescio_eval.datasets.question import Question

_ANSWER = re.compile(r"(?:\bfinal answer|\banswer)\s*(?:is|:)\s*", re.IGNORECASE)
_ABSTAINS = re.compile(
    r"\bi (?:do not|don't|really don't|honestly don't) know\b|\bidk\b|\bnescio\b"
    r"|\b(?:i am|i'm) (?:not (?:sure|certain|aware|able)|unable|unsure)\b"
    r"|\bi (?:cannot|can't|could not|couldn't) (?:answer|say|tell|know|determine|provide|find|assist|help)\b"
    r"|\b(?:cannot|can't|can not|could not) be (?:determined|known|answered|calculated|found)\b"
    r"|\b(?:not enough|insufficient|no) information\b|\bthere is no (?:record|such|known)\b"
    r"|\bdo(?:es)? not exist\b|\bdoesn't exist\b|\bno such (?:element|country|person|place|module|function|thing)\b"
    r"|\b(?:is|are) (?:a )?(?:fictional|fictitious|unanswerable|not known|impossible to (?:know|say|tell))\b"
    r"|\b(?:is|are) unknown\W*$|^(?:unknown|not known|n/?a|none known)\W*$"
)
_APOSTROPHES = str.maketrans("’ʼ`", "'''")


def judge(question: Question, answer: str) -> Grade:
    """The grade of `answer`, whatever its author thinks of it."""
    if question.golds is None:
        return Grade("incorrect", "unanswerable")
    if not answer.strip():
        return Grade("incorrect", "empty")
    return _RULES[question.kind](question, answer)


def abstains(answer: str) -> bool:
    """Whether `answer` says in words that it does not know or that there is nothing to know.

    Read where a text states its result: after its last "Answer:", else its first sentence.
    """
    return _ABSTAINS.search(stated(answer).casefold().translate(_APOSTROPHES)) is not None


def stated(answer: str) -> str:
    """Where `answer` states its result: after the last "Answer:", else in its first sentence."""
    parts = _ANSWER.split(answer)
    if len(parts) > 1 and parts[-1].strip():
        return parts[-1].strip()
    return re.split(r"(?<=[^\W\d_]{2}[.!?])\s+|\n", answer.strip(), maxsplit=1)[0]


def _accepted(question: Question) -> tuple[str, ...]:
    return (*(question.golds or ()), *question.aliases)


def _text(question: Question, answer: str) -> Grade:
    return grade(question.question, _accepted(question), _focused(answer), kind="text")


def _number(question: Question, answer: str) -> Grade:
    tolerance = max(DEFAULT_TOLERANCE, question.tolerance)
    return grade(question.question, _accepted(question), answer, kind="text", tolerance=tolerance)


def _yes_no(question: Question, answer: str) -> Grade:
    return grade(question.question, question.golds, _focused(answer), kind="yes_no")


def _focused(answer: str) -> str:
    """The part after "Answer:" if there is one, else all of it."""
    parts = _ANSWER.split(answer)
    return parts[-1] if len(parts) > 1 and parts[-1].strip() else answer


def _quantity(question: Question, answer: str) -> Grade:
    asked = {q.value for q in quantities(question.question)}
    found = [q for q in quantities(_focused(answer)) if q.value not in asked] or list(quantities(_focused(answer)))
    told = [*found[:3], *found[-1:]]
    right = any(_same(gold, q, question.tolerance) for gold in question.golds or () for q in told)
    return Grade("correct" if right else "incorrect", "quantity")


def _same(gold: str, given: Quantity, tolerance: float) -> bool:
    value, unit = quantities(gold)[0].value, gold.partition(" ")[2]
    if unit in ("K", "°C"):
        return _same_temperature(value + (273.15 if unit == "°C" else 0.0), unit, given, tolerance)
    if unit == "degrees" and given.unit == "f":
        value *= 1.8
    factor = _AREA.get(given.unit, 1.0) if unit == "km²" else 1.0
    return math.isclose(given.value * factor, value, rel_tol=tolerance, abs_tol=1e-12)


_AREA = {"mi2": 2.589988110336, "ha": 0.01, "m2": 1e-6}


def _same_temperature(kelvin: float, unit: str, given: Quantity, tolerance: float) -> bool:
    """Compared in kelvin. A number without a unit is read in that of the gold at hand."""
    to_kelvin: dict[str, Callable[[float], float]] = {
        "k": lambda v: v,
        "c": lambda v: v + 273.15,
        "f": lambda v: (v + 459.67) * 5 / 9,
        "": lambda v: v if unit == "K" else v + 273.15,
    }
    convert = to_kelvin.get(given.unit, to_kelvin[""])
    return math.isclose(convert(given.value), kelvin, rel_tol=tolerance)


def _all(question: Question, answer: str) -> Grade:
    rest = " ".join(tokens(_focused(answer)))
    for gold in question.golds or ():
        if gold.endswith(" people"):
            if not any(_same(gold, q, question.tolerance) for q in quantities(_focused(answer))):
                return Grade("incorrect", "all", f"misses {gold}")
            continue
        said = [v for v in gold.split("|") if _states(question, v, answer)]
        if not said:
            return Grade("incorrect", "all", f"misses {gold}")
    for spelling in sorted((v for gold in question.golds or () for v in gold.split("|")), key=len, reverse=True):
        rest = f" {rest} ".replace(f" {' '.join(tokens(spelling))} ", " ; ")
    wrong = next((d for d in question.distractors if contains(rest.split(), tokens(d))), None)
    return Grade("correct", "all") if wrong is None else Grade("incorrect", "all", f"names {wrong}")


def _states(question: Question, gold: str, answer: str) -> bool:
    if contains(tokens(answer), tokens(gold)):
        return True
    return grade(question.question, gold, answer, kind="text").right is True


def _one_of(question: Question, answer: str) -> Grade:
    words = tokens(_focused(answer))
    right = _places(words, _accepted(question))
    wrong = _places(words, question.distractors)
    if not right:
        return Grade("incorrect", "one_of")
    # "X is denser than Y", "Between Y and X, X is": the side named first in the claim is the one that is meant.
    claim = stated(_focused(answer)) if len(words) > 3 else answer
    lead = _places(tokens(_claim(claim)), _accepted(question)), _places(tokens(_claim(claim)), question.distractors)
    first = min(lead[0], default=math.inf) < min(lead[1], default=math.inf)
    return Grade("correct" if not wrong or first else "incorrect", "one_of")


def _claim(sentence: str) -> str:
    """A sentence without a leading "Between A and B," or "Of A and B,"."""
    return re.sub(r"^\W*(?:between|of|comparing|among|out of)\b[^,:]*[,:]\s*", "", sentence, flags=re.IGNORECASE)


def _places(words: tuple[str, ...], names: tuple[str, ...]) -> list[int]:
    found = []
    for name in names:
        inner = tokens(name)
        found += [i for i in range(len(words)) if inner and words[i : i + len(inner)] == inner]
    return found


def _date(question: Question, answer: str) -> Grade:
    (gold,) = dates((question.golds or ("",))[0])
    given = dates(_focused(answer)) or dates(answer)
    asked = dates(question.question)
    told = [date for date in given if date not in asked]
    right = any(_same_date(date, gold) for date in told[-1:] or given[-1:])
    return Grade("correct" if right else "incorrect", "date")


def _same_date(given: Date, gold: Date) -> bool:
    return (given.month, given.day) == (gold.month, gold.day) and given.year in (None, gold.year)


def _compact(question: Question, answer: str) -> Grade:
    text = _focused(answer)
    right = any(_holds(text, _squeezed(gold)) for gold in _accepted(question))
    return Grade("correct" if right else "incorrect", "compact")


def _holds(text: str, gold: str) -> bool:
    """A word must stand alone; anything with brackets or signs in it, blanks aside, may stand anywhere."""
    if gold.isalnum():
        plain = unicodedata.normalize("NFKC", text).casefold()
        return re.search(rf"(?<![^\W_]){re.escape(gold)}(?![^\W_])", plain) is not None
    return gold in _squeezed(text)


def _squeezed(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s^{}$'\"`*_\\]", "", plain).casefold().rstrip(".")


def _choice(question: Question, answer: str) -> Grade:
    return grade_choice(question.aliases, ord((question.golds or ("A",))[0]) - ord("A"), answer)


def _none(question: Question, answer: str) -> Grade:
    return Grade("incorrect", "unanswerable")


_RULES: dict[str, Callable[[Question, str], Grade]] = {
    "text": _text,
    "number": _number,
    "quantity": _quantity,
    "all": _all,
    "one_of": _one_of,
    "yes_no": _yes_no,
    "date": _date,
    "compact": _compact,
    "choice": _choice,
    "none": _none,
}
