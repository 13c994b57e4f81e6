"""The math expert: programs are written, the sandbox runs them, and the value that most of them print is the answer.

Where fixed rules read the whole question they write the one program, and no model is asked. Otherwise the model writes
several. A question that lacks what it needs, and a sandbox that does not work, are abstentions of its own; whether an
answer is good enough to give is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nescio.errors import BackendUnavailable
from nescio.types import (
    Abstained,
    Answer,
    Backend,
    Card,
    Completion,
    Context,
    Evidence,
    Message,
    Query,
    Reason,
    SandboxDoor,
    Usage,
)
from nescio_experts.math import prompt, vote
from nescio_experts.math.rules import Written, read, warm_up
from nescio_experts.math.values import parse
from nescio_experts.math.wording import say

RULES = "rules"
"""Named as the model of an answer that no model was asked for."""

SAMPLES = 4
TEMPERATURE = 0.7
TOP_P = 0.95
MAX_TOKENS = 320
_STOP = ("```\n\n", "\n```\n")
_SANDBOX_LIMITS = frozenset({"timeout", "memory", "output-limit"})
_NO_VALUE = (
    ("ZeroDivisionError", "that divides by zero, so it has no value."),
    ("day is out of range for month", "there is no such date."),
    ("month must be in 1..12", "there is no such date."),
)
_TOO_LONG = "integer string conversion"
"""Python's own limit on the digits of a number that is printed."""
_MAX_QUESTION = 4000


@dataclass(slots=True)
class MathExpert:
    """Answers questions whose answer can be computed.

    Attributes:
        card: What it says of itself.
        clock: Gives today's date, for questions that turn on it.
    """

    card: Card
    clock: Callable[[], date] = date.today

    async def warmup(self, context: Context) -> None:
        """Compile the rules, so that the first question is not the slow one."""
        await asyncio.to_thread(warm_up)

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """Compute an answer to `query`, or say what kept it from one."""
        question = query.text.strip()
        if context.sandbox is None:
            return self._failed("no sandbox is configured to run math code in.")
        if len(question) > _MAX_QUESTION:
            return Abstained(Reason.UNANSWERABLE, "the question is too long for one computation.")
        today = self.clock()
        written = read(question, today)
        if written is not None:
            context.progress("running a program")
            ruled = await self._by_rule(question, written, context.sandbox)
            if ruled is not None:
                return ruled
        if context.backend is None:
            return Abstained(Reason.EXPERT_UNAVAILABLE, "no model is configured that could write the program.")
        return await self._by_model(question, today, context, context.backend, context.sandbox)

    async def _by_rule(self, question: str, written: Written, sandbox: SandboxDoor) -> Answer | Abstained | None:
        """What the rule's program gives; None where it failed in a way that a model might not."""
        run = await sandbox.run(written.source)
        if run.outcome == "unavailable":
            return self._failed(run.message)
        value = parse(run.result)
        for sign, message in _NO_VALUE:
            if run.outcome == "error" and sign in run.message:
                return Abstained(Reason.UNANSWERABLE, message, would_have_asked=self.card.name)
        if run.outcome in _SANDBOX_LIMITS or _TOO_LONG in run.message:
            return self._failed(f"the computation is too large: {run.message}.")
        if value is None:
            return None
        text = say(value, written)
        evidence = Evidence(vote.rule_features(question), (), written.source, run.stdout)
        return Answer(text, self.card.name, RULES, evidence)

    async def _by_model(
        self, question: str, today: date, context: Context, backend: Backend, sandbox: SandboxDoor
    ) -> Answer | Abstained:
        asked = prompt.messages(question, today)
        context.progress("writing programs")
        completions = await self._write(asked, backend, context)
        context.progress("running programs")
        ballots = await self._run(completions, sandbox)
        usage = _usage(completions)
        if any(ballot.outcome == "unavailable" for ballot in ballots):
            return self._failed(next(b.message for b in ballots if b.outcome == "unavailable"))
        if not any(ballot.value is not None for ballot in ballots):
            context.progress("correcting the program")
            more = await self._repair(asked, ballots[0], backend, context.seed)
            ballots = [replace(ballot, greedy=False) for ballot in ballots] + await self._run(more, sandbox)
            usage += _usage(more)
        return self._decide(question, vote.count(ballots), completions, backend.model, usage)

    async def _write(self, asked: Sequence[Message], backend: Backend, context: Context) -> tuple[Completion, ...]:
        """The most likely program first, then independent ones; asked for together, since a server batches them."""
        wished = SAMPLES if context.samples is None else max(0, context.samples - 1)
        greedy = backend.chat(asked, max_tokens=MAX_TOKENS, stop=_STOP, seed=context.seed, logprobs=1)
        if wished == 0:
            return await greedy
        others = backend.chat(
            asked,
            n=wished,
            temperature=TEMPERATURE,
            top_p=TOP_P,
            max_tokens=MAX_TOKENS,
            stop=_STOP,
            seed=context.seed + 1,
            logprobs=1,
        )
        first, rest = await asyncio.gather(greedy, others)
        return (*first, *rest)

    async def _repair(
        self, asked: Sequence[Message], failed: vote.Ballot, backend: Backend, seed: int
    ) -> tuple[Completion, ...]:
        """One more program, told what was wrong with the first; one attempt, and none if the model has gone."""
        messages = prompt.repair(asked, failed.code, failed.message)
        try:
            return await backend.chat(messages, max_tokens=MAX_TOKENS, stop=_STOP, seed=seed, logprobs=1)
        except BackendUnavailable:
            return ()

    async def _run(self, completions: Sequence[Completion], sandbox: SandboxDoor) -> list[vote.Ballot]:
        """One ballot a completion; equal programs are run once."""
        known: dict[str, vote.Ballot] = {}
        ballots = []
        for index, completion in enumerate(completions):
            code = prompt.extract(completion.text)
            key = code if code is not None else ""
            if key not in known:
                known[key] = await self._ballot(code, sandbox)
            ballots.append(
                replace(
                    known[key],
                    greedy=index == 0,
                    logprob=_mean_logprob(completion),
                    tokens=completion.completion_tokens,
                )
            )
        return ballots

    async def _ballot(self, code: str | None, sandbox: SandboxDoor) -> vote.Ballot:
        if code is None:
            return vote.Ballot("", "error", None, message="no program that prints an answer")
        if prompt.reads_the_clock(code):
            return vote.Ballot(code, "error", None, message="the program asked the machine for the date; write it out")
        run = await sandbox.run(code)
        return vote.Ballot(code, run.outcome, parse(run.result), run.stdout, run.message)

    def _decide(
        self, question: str, counted: vote.Vote, completions: Sequence[Completion], model: str, usage: Usage
    ) -> Answer | Abstained:
        winner = counted.winner
        answer = None
        if winner is not None and winner.value is not None:
            evidence = Evidence(
                vote.features(counted, question),
                tuple(completion.text for completion in completions),
                winner.code,
                winner.stdout,
            )
            text = say(winner.value)
            answer = Answer(text, self.card.name, model, evidence, replace(usage, answer_tokens=winner.tokens))
        if counted.unknown and counted.unknown > len(counted.agreeing):
            message = "the question does not give all that is needed to compute an answer."
            return Abstained(Reason.UNANSWERABLE, message, would_have_asked=self.card.name, withheld=answer)
        if answer is None:
            complaint = next((ballot.message for ballot in counted.ballots if ballot.message), "nothing was printed")
            return self._failed(f"none of {len(counted.ballots)} programs gave a value ({complaint}).")
        return answer

    def _failed(self, message: str) -> Abstained:
        return Abstained(Reason.TOOL_FAILED, message, would_have_asked=self.card.name)


def _usage(completions: Sequence[Completion]) -> Usage:
    return Usage(
        prompt_tokens=sum(completion.prompt_tokens for completion in completions),
        completion_tokens=sum(completion.completion_tokens for completion in completions),
        samples=len(completions),
    )


def _mean_logprob(completion: Completion) -> float:
    """Mean over the tokens that carry a letter or digit; NaN if the server gave none."""
    worded = [token.logprob for token in completion.tokens if re.search(r"\w", token.text)]
    finite = [max(-20.0, logprob) for logprob in worded if not math.isnan(logprob)]
    return math.fsum(finite) / len(finite) if finite else math.nan
