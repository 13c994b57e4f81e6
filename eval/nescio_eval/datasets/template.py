"""Makes questions from templates and a seed: the part that all generators share.

Even seeds give ``fit`` questions, odd ones ``test``; the wordings of a family are split between the two, so that
nothing fitted on one side has seen a sentence of the other. It holds no facts and no wordings of its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nescio.grading import normalise
from nescio_eval.datasets.question import Kind, Question, Role

_TRIES = 60
_OPENERS = ("Quick question: ", "Hi, ", "Please tell me: ", "I was wondering, ", "Help me out here. ", "Hello! ")


@dataclass(frozen=True, slots=True)
class Fill:
    """What one draw puts into a wording, and what the answer is.

    Attributes:
        slots: Text by slot name of the wording.
        golds: Right answers, or None when there is none.
        kind: How the answer is graded.
        aliases: Further accepted spellings.
        tolerance: Relative error allowed in a number.
        distractors: Wrong where they are given.
        cased: Whether letter case carries meaning (an element's symbol, code).
    """

    slots: Mapping[str, str]
    golds: tuple[str, ...] | None
    kind: Kind = "text"
    aliases: tuple[str, ...] = ()
    tolerance: float = 0.0
    distractors: tuple[str, ...] = ()
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """Questions after the same fact or calculation, in several wordings.

    Attributes:
        name: Becomes the question's category.
        make: Draws a `Fill`.
        wordings: Sentences with ``{slots}``; every second one is for ``fit``, the others for ``test``.
        weight: How often the family is drawn, relative to the others.
    """

    name: str
    make: Callable[[random.Random], Fill]
    wordings: Sequence[str]
    weight: int = field(default=2)

    def of_role(self, role: Role) -> list[tuple[int, str]]:
        """The wordings of one side, each with its number."""
        return [(i, text) for i, text in enumerate(self.wordings) if (i % 2 == 0) == (role == "fit")]


def role_of_seed(seed: int) -> Role:
    """The side that a generator's seed belongs to: even ``fit``, odd ``test``."""
    return "test" if seed % 2 else "fit"


def generate(dataset: str, domain: str, families: Sequence[Family], seed: int, count: int) -> list[Question]:
    """`count` different questions of `families`; the same seed gives the same ones, whatever `count` is.

    Raises:
        ValueError: The families cannot give that many different questions.
    """
    rng = random.Random(f"{dataset} {seed}")
    role = role_of_seed(seed)
    seen: set[str] = set()
    questions: list[Question] = []
    for family in _cycle(families, rng, count):
        question = _draw(dataset, domain, family, role, rng, seen)
        if question is None:
            continue
        number = len(questions)
        questions.append(_with_id(question, f"{dataset}-{seed}-{number:05d}"))
        if len(questions) == count:
            return questions
    raise ValueError(f"{dataset} cannot give {count} different questions for seed {seed}")


def _cycle(families: Sequence[Family], rng: random.Random, count: int) -> Iterator[Family]:
    rounds = [family for family in families for _ in range(family.weight)]
    for _ in range(count + 5):
        yield from rng.sample(rounds, len(rounds))


def _draw(dataset: str, domain: str, family: Family, role: Role, rng: random.Random, seen: set[str]) -> Question | None:
    wordings = family.of_role(role)
    for _ in range(_TRIES):
        number, wording = rng.choice(wordings)
        fill = family.make(rng)
        plain = wording.format(**fill.slots)
        text = _as_typed(plain, fill.cased, rng)
        if normalise(plain) in seen:
            continue
        seen.add(normalise(plain))
        return Question(
            id="",
            dataset=dataset,
            domain=domain,
            category=family.name,
            question=text,
            golds=fill.golds,
            aliases=fill.aliases,
            kind=fill.kind,
            cluster=f"{dataset}/{family.name}/{number}",
            role=role,
            tolerance=fill.tolerance,
            distractors=fill.distractors,
        )
    return None


def _as_typed(text: str, cased: bool, rng: random.Random) -> str:
    """As people type: sometimes with an opener, in lower case, or without the question mark."""
    text = text[0].upper() + text[1:]
    chance = rng.random()
    if chance < 0.06:
        return rng.choice(_OPENERS) + text
    if chance < 0.18 and not cased:
        return text.lower().rstrip("?.!")
    if chance < 0.24:
        return text.rstrip("?.!")
    return text


def _with_id(question: Question, identifier: str) -> Question:
    return replace(question, id=identifier)
