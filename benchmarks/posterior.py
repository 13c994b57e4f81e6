"""Fits the math expert's posterior: draws every round for questions, keeps what was drawn, and prints the weights.

Questions are the expert's own and those of further files, as `nescio calibrate --from` reads them; only rows of role
``fit`` that no rule reads are drawn for. What was drawn is appended to ``--drawn`` one line a question, so that a
killed run goes on, and another look at the figures asks no model. Without ``--drawn`` nothing is done.

    python benchmarks/posterior.py --drawn DRAWN.jsonl [--from FILE.jsonl …] [--limit N] [--concurrency N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nescio.grading import grade
from nescio.known import KnownQuestion, gather, read_further
from nescio.models import ModelManager
from nescio.sandbox import Sandbox
from nescio.settings import load_settings
from nescio.types import Backend
from nescio_experts.math import create, cues, prompt
from nescio_experts.math.drawing import ROUNDS, Drawing
from nescio_experts.math.posterior import figures, figures_of_none
from nescio_experts.math.rules import read
from nescio_experts.math.values import parse
from nescio_experts.math.vote import Ballot, Vote, count
from nescio_experts.math.wording import say

RIDGES = (0.0003, 0.001, 0.003, 0.01, 0.03)
"""Of the squared weights of figures that vary by 1, beside the mean log loss: what predicts held-out questions best is
taken."""

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Drawn:
    """All ballots of one question, in the order in which they were drawn, and how many there were after each round."""

    question: str
    golds: tuple[str, ...] | None
    ballots: tuple[Ballot, ...]
    ends: tuple[int, ...]

    def stages(self) -> Iterator[Vote]:
        """The vote after each round."""
        for end in self.ends:
            yield count(self.ballots[:end])

    def right(self, vote: Vote) -> int:
        """The place of the right group, −1 where none is."""
        if self.golds is None:
            return -1
        for place, group in enumerate(vote.groups):
            if grade(self.question, self.golds, say(group.value)).outcome == "correct":
                return place
        return -1


def options(one: Drawn, vote: Vote) -> list[dict[str, float]]:
    """What speaks for none of the groups of `vote`, then for each."""
    return [figures_of_none(vote, one.question), *(figures(group, vote, one.question) for group in vote.groups)]


@dataclass(frozen=True, slots=True)
class Cases:
    """Every stage of every question.

    Attributes:
        names: Of the figures.
        questions: Whose stage it is.
        table: What speaks for each option, "none" first: (cases, options, names), padded with zeros.
        there: Which options there are: (cases, options).
        right: The place of the right one: (cases,).
    """

    names: tuple[str, ...]
    questions: NDArray[np.str_]
    table: NDArray[np.float64]
    there: NDArray[np.bool_]
    right: NDArray[np.intp]

    def of(self, rows: NDArray[np.bool_]) -> Cases:
        """Those of `rows`."""
        return Cases(self.names, self.questions[rows], self.table[rows], self.there[rows], self.right[rows])


def cases_of(drawn: Sequence[Drawn]) -> Cases:
    """Every stage of all that was drawn."""
    told = [(one.question, options(one, vote), one.right(vote) + 1) for one in drawn for vote in one.stages()]
    names = tuple(dict.fromkeys(name for _, choice, _ in told for option in choice for name in option))
    most = max(len(choice) for _, choice, _ in told)
    table, there = np.zeros((len(told), most, len(names))), np.zeros((len(told), most), bool)
    for row, (_, choice, _) in enumerate(told):
        table[row, : len(choice)] = [[option.get(name, 0.0) for name in names] for option in choice]
        there[row, : len(choice)] = True
    right = np.array([place for *_, place in told])
    return Cases(names, np.array([question for question, *_ in told]), table, there, right)


def shares(cases: Cases, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(right) of each option: (cases, options), 0 where there is none."""
    scores = np.where(cases.there, cases.table @ weights, -np.inf)
    parts = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(parts / parts.sum(axis=1, keepdims=True))


def losses(cases: Cases, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log loss of each case, in nats."""
    return np.asarray(-np.log(shares(cases, weights)[np.arange(len(cases.right)), cases.right]))


def fit(cases: Cases, ridge: float) -> NDArray[np.float64]:
    """The weights with the least log loss over the cases; a stage weighs as much as another."""
    from scipy.optimize import minimize

    told = cases.table[np.arange(len(cases.right)), cases.right].mean(axis=0)
    spread = cases.table[cases.there].std(axis=0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        expected = np.einsum("co,con->n", shares(cases, weights), cases.table) / len(cases.right)
        total = ridge * float((weights * spread) @ (weights * spread)) + float(losses(cases, weights).mean())
        return total, 2 * ridge * weights * spread**2 + expected - told

    return np.asarray(minimize(loss, np.zeros(len(cases.names)), jac=True, method="L-BFGS-B").x)


def held_out(cases: Cases, ridge: float) -> NDArray[np.float64]:
    """Log loss of each case, by weights fitted on the folds that its question is not in."""
    questions, of = np.unique(cases.questions, return_inverse=True)
    folds = np.random.default_rng(0).permutation(len(questions))[of] % FOLDS
    found = np.zeros(len(folds))
    for held in range(FOLDS):
        found[folds == held] = losses(cases.of(folds == held), fit(cases.of(folds != held), ridge))
    return found


async def main() -> None:
    """Draw what is missing, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawn", type=Path)
    parser.add_argument("--from", dest="further", type=Path, action="append", default=[])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--concurrency", type=int, default=1)
    wish = parser.parse_args()
    if wish.drawn is None:
        print("posterior: asks a model for hours; name a file with --drawn to begin or to go on", file=sys.stderr)  # noqa: T201
        return
    card = create().card
    gathered = gather(card.name, {card.name: card}, [read_further(path) for path in wish.further])
    wanted = [one for one in gathered.questions if one.role == "fit" and read(one.question, date.today()) is None]
    known = {one.question: one for one in loaded(wish.drawn)}
    manager, sandbox = ModelManager(load_settings()), Sandbox()
    waiting = iter([one for one in wanted[: wish.limit] if one.question not in known])

    async def draw_the_next() -> None:
        for question in waiting:
            one = known[question.question] = await drawn_for(question, manager.backend(card.model or ""), sandbox)
            with wish.drawn.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(to_json(one)) + "\n")
            print(f"{len(known)} drawn", file=sys.stderr)  # noqa: T201

    try:
        await asyncio.gather(*(draw_the_next() for _ in range(wish.concurrency)))
    finally:
        sandbox.close()
        await manager.close()
    cases = cases_of(list(known.values()))
    found = {ridge: float(held_out(cases, ridge).mean()) for ridge in RIDGES}
    print(f"{len(known)} questions, held-out log loss by ridge: {found}", file=sys.stderr)  # noqa: T201
    weights = fit(cases, min(found, key=found.__getitem__))
    print(json.dumps(dict(zip(cases.names, weights.round(3).tolist(), strict=True)), indent=4))  # noqa: T201


async def drawn_for(question: KnownQuestion, backend: Backend, sandbox: Sandbox) -> Drawn:
    """The rounds for `question`; the last one only where a program and a solution in words came to no same value."""
    text, today = question.question, date.today()
    drawing = Drawing(
        text, prompt.program(text, today), prompt.words(text, today), cues.find(text), backend, sandbox, seed=0
    )
    ends = []
    for turn in ROUNDS:
        await drawing.draw(turn)
        ends.append(len(drawing.ballots))
        if any(group.both_ways for group in count(drawing.ballots).groups):
            break
    return Drawn(text, question.golds, tuple(drawing.ballots), tuple(ends))


def to_json(one: Drawn) -> dict[str, object]:
    """A line of the file; a value is kept as its text."""
    ballots = [asdict(ballot) | {"value": ballot.value.text if ballot.value else None} for ballot in one.ballots]
    return {"question": one.question, "golds": one.golds, "ballots": ballots, "ends": one.ends}


def loaded(path: Path) -> Iterator[Drawn]:
    """What `to_json` wrote; nothing where there is no file."""
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        body = json.loads(line)
        ballots = tuple(Ballot(**(ballot | {"value": parse(ballot["value"])})) for ballot in body["ballots"])
        yield Drawn(body["question"], body["golds"], ballots, tuple(body["ends"]))


if __name__ == "__main__":
    asyncio.run(main())
