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
from nescio_experts.math import cues, prompt, vote
from nescio_experts.math import follow_up as follow_ups
from nescio_experts.math.follow_up import FollowUp
from nescio_experts.math.rules import Written, is_incomplete, read, warm_up
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a model is asked.

    Attributes:
        question: In words.
        today: The date.
        value: The earlier answer that a program must go on from, or "".
    """

    question: str
    today: date
    value: str = ""

    @property
    def cues(self) -> tuple[cues.Cue, ...]:
        """What a program must take account of."""
        return cues.find(self.question, self.value)


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
        if context.sandbox is None:
            return self._failed("no sandbox is configured to run math code in.")
        follow_up = follow_ups.read(query.messages)
        if follow_up is not None and follow_up.lost:
            return self._unanswerable("this goes on from an earlier answer, but the last question got no single value.")
        goes_on = follow_up is not None and follow_up.value
        question = follow_up.told if follow_up is not None and goes_on else query.text.strip()
        if len(question) > _MAX_QUESTION:
            return Abstained(Reason.UNANSWERABLE, "the question is too long for one computation.")
        ruled = await self._by_rules(question, follow_up, context, context.sandbox)
        if ruled is not None:
            return ruled
        if context.backend is None:
            return Abstained(Reason.EXPERT_UNAVAILABLE, "no model is configured that could write the program.")
        asked = _Asked(question, self.clock(), follow_up.value if follow_up is not None else "")
        return await self._by_model(asked, context, context.backend, context.sandbox)

    async def _by_rules(
        self, question: str, follow_up: FollowUp | None, context: Context, sandbox: SandboxDoor
    ) -> Answer | Abstained | None:
        """What the fixed rules make of the question; None where they do not read it."""
        whole = question if follow_up is None else follow_up.whole
        if whole is None:
            return None
        written = read(whole, self.clock())
        if written is None:
            incomplete = follow_up is None and is_incomplete(whole)
            return self._unanswerable("the computation stops before it is complete.") if incomplete else None
        if follow_up is not None and follow_up.unit:
            written = replace(written, unit=written.unit or _as_unit(follow_up.unit))
        context.progress("running a program")
        return await self._by_rule(whole, written, sandbox)

    async def _by_rule(self, question: str, written: Written, sandbox: SandboxDoor) -> Answer | Abstained | None:
        """What the rule's program gives; None where it failed in a way that a model might not."""
        run = await sandbox.run(written.source)
        if run.outcome == "unavailable":
            return self._failed(run.message)
        value = parse(run.result)
        for sign, message in _NO_VALUE:
            if run.outcome == "error" and sign in run.message:
                return self._unanswerable(message)
        if run.outcome in _SANDBOX_LIMITS or _TOO_LONG in run.message:
            return self._failed(f"the computation is too large: {run.message}.")
        if value is None:
            return None
        text = say(value, written)
        evidence = Evidence(vote.rule_features(question), (), written.source, run.stdout)
        return Answer(text, self.card.name, RULES, evidence)

    async def _by_model(
        self, asked: _Asked, context: Context, backend: Backend, sandbox: SandboxDoor
    ) -> Answer | Abstained:
        messages = prompt.messages(asked.question, asked.today)
        context.progress("writing programs")
        completions = await self._write(messages, backend, context)
        context.progress("running programs")
        ballots = await self._run(completions, sandbox)
        usage = _usage(completions)
        if any(ballot.outcome == "unavailable" for ballot in ballots):
            return self._failed(next(b.message for b in ballots if b.outcome == "unavailable"))
        if not any(ballot.value is not None for ballot in ballots):
            context.progress("correcting the program")
            more = await self._repair(messages, ballots[0], backend, context.seed)
            ballots = [replace(ballot, greedy=False) for ballot in ballots] + await self._run(more, sandbox)
            usage += _usage(more)
        heeding = [replace(ballot, heeds=cues.heeds(asked.cues, ballot)) for ballot in ballots]
        return self._decide(asked, vote.count(heeding), completions, backend.model, usage)

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
        self, asked: _Asked, counted: vote.Vote, completions: Sequence[Completion], model: str, usage: Usage
    ) -> Answer | Abstained:
        winner = counted.winner
        answer = None
        if winner is not None and winner.value is not None:
            evidence = Evidence(
                vote.features(counted, asked.question),
                tuple(completion.text for completion in completions),
                winner.code,
                winner.stdout,
            )
            text = say(winner.value)
            answer = Answer(text, self.card.name, model, evidence, replace(usage, answer_tokens=winner.tokens))
        if counted.unknown and counted.unknown > len(counted.agreeing):
            message = "the question does not give all that is needed to compute an answer."
            return replace(self._unanswerable(message), withheld=answer)
        if counted.passing_over > len(counted.agreeing):
            message = f"no program that was written takes account of {cues.named(asked.cues)}."
            if answer is not None:
                message = f"most programs that were written do not take account of {cues.named(asked.cues)}."
            return Abstained(Reason.DISAGREEMENT, message, would_have_asked=self.card.name, withheld=answer)
        if answer is None:
            complaint = next((ballot.message for ballot in counted.ballots if ballot.message), "nothing was printed")
            return self._failed(f"none of {len(counted.ballots)} programs gave a value ({complaint}).")
        return answer

    def _unanswerable(self, message: str) -> Abstained:
        return Abstained(Reason.UNANSWERABLE, message, would_have_asked=self.card.name)

    def _failed(self, message: str) -> Abstained:
        return Abstained(Reason.TOOL_FAILED, message, would_have_asked=self.card.name)


def _as_unit(unit: str) -> str:
    return f" {unit}" if unit[0].isalnum() else unit


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
