"""Grades answers, once for calibration and for evaluation. Gold and answer in, one of three outcomes out.

``correct`` and ``incorrect`` are for answers; ``ungraded`` is for a failure of the grader, never of the answer. Whether
a text is an abstention is decided elsewhere: a typed decision says so. Everything here is pure but `grade_code`, which
takes the sandbox it runs programs in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nescio.grading.code import grade_program
from nescio.grading.numbers import DEFAULT_TOLERANCE
from nescio.grading.roles import Item, KnownRole, clusters, role_of, roles
from nescio.grading.short import choice_of, declines, polarity, states_any, states_list
from nescio.grading.text import normalise
from nescio.types import SandboxDoor

LONG = 10_000
"""Characters at either end that are read of an answer longer than both."""

GradeOutcome = Literal["correct", "incorrect", "ungraded"]
Kind = Literal["auto", "text", "list", "yes_no"]
_CLOSED = {"yes": "yes", "true": "yes", "no": "no", "false": "no", "maybe": "maybe"}


@dataclass(frozen=True, slots=True)
class Grade:
    """What one answer is worth.

    Attributes:
        outcome: ``correct``, ``incorrect`` or ``ungraded``.
        method: The rule that decided ("equal", "quantity", "words", "list", "code", …).
        detail: What a person may want to know, such as why a program failed.
    """

    outcome: GradeOutcome
    method: str
    detail: str = ""

    @property
    def right(self) -> bool | None:
        """True, False, or None if ungraded."""
        return None if self.outcome == "ungraded" else self.outcome == "correct"


def grade(
    question: str,
    golds: Sequence[str] | str | None,
    answer: str,
    *,
    kind: Kind = "auto",
    tolerance: float = DEFAULT_TOLERANCE,
) -> Grade:
    """Grade a short answer, or a text that states one.

    Args:
        question: What was asked; its words and numbers do not count as an answer to it.
        golds: Right answers; one of them suffices, but for kind ``list``, where all are needed and no other member may
            be named. None if nobody can answer: any answer is then incorrect.
        answer: What was answered.
        kind: ``yes_no`` compares polarity; ``auto`` does where the golds are closed answers, and is ``text`` elsewhere.
        tolerance: Relative difference within which numbers that are not whole count as equal.
    """
    wanted = (golds,) if isinstance(golds, str) else tuple(golds or ())
    if not wanted:
        return Grade("incorrect", "unanswerable")
    if not answer.strip():
        return Grade("incorrect", "empty")
    if kind == "yes_no" or (kind == "auto" and all(normalise(gold) in _CLOSED for gold in wanted)):
        said = polarity(_ends(answer))
        return _grade(said in {_CLOSED.get(normalise(gold)) for gold in wanted} and said is not None, "yes_no")
    if kind == "list":
        return _grade(states_list(question, wanted, _ends(answer)), "list")
    rule = states_any(question, wanted, _ends(answer), tolerance)
    if rule is None:
        return Grade("incorrect", "declined" if declines(answer) else "none")
    return Grade("correct", rule)


def grade_choice(choices: Sequence[str], gold_index: int, answer: str) -> Grade:
    """Grade a multiple-choice answer: by its letter, else by the one choice whose text it states.

    Raises:
        ValueError: `gold_index` names no choice.
    """
    if not 0 <= gold_index < len(choices):
        raise ValueError(f"gold_index {gold_index} of {len(choices)} choices")
    chosen = choice_of(choices, _ends(answer))
    return _grade(chosen == gold_index, "choice")


async def grade_code(
    answer: str,
    tests: Sequence[str],
    sandbox: SandboxDoor,
    *,
    setup: str = "",
    prompt: str = "",
    entry_point: str | None = None,
) -> Grade:
    """Grade a program by running `tests` after it, in `sandbox`.

    Args:
        answer: The program, bare or in a fenced block; a function body is put under `prompt`.
        tests: Statements that raise if the program is wrong (MBPP), or one text that defines ``check`` (HumanEval).
        sandbox: Where it runs. Unavailable, the grade is ``ungraded``.
        setup: Statements before the program.
        prompt: The beginning that the answer continues, such as a function's head.
        entry_point: The function that ``check`` is called with.
    """
    right, detail = await grade_program(answer, tests, sandbox, setup=setup, prompt=prompt, entry_point=entry_point)
    return Grade("ungraded", "code", detail) if right is None else _grade(right, "code", detail)


def _ends(answer: str) -> str:
    """Where an answer states its result: all of it, or the two ends of one that runs on and on."""
    return answer if len(answer) <= 2 * LONG else f"{answer[:LONG]}\n{answer[-LONG:]}"


def _grade(right: bool, method: str, detail: str = "") -> Grade:
    return Grade("correct" if right else "incorrect", method, detail)


__all__ = [
    "Grade",
    "Item",
    "KnownRole",
    "clusters",
    "declines",
    "grade",
    "grade_choice",
    "grade_code",
    "normalise",
    "role_of",
    "roles",
]
