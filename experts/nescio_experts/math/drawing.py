"""Draws programs and solutions in words from a model, a round at a time, and runs the programs in the sandbox.

The first program is the model's most likely one, so is the first solution; the rest are sampled. A first program that
gives no value is corrected once. When to stop is decided by the caller, between rounds.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nescio.errors import BackendUnavailable
from nescio.types import Backend, Completion, Message, SandboxDoor, Usage
from nescio_experts.math import cues, prompt, working
from nescio_experts.math.cues import Cue
from nescio_experts.math.values import Value, parse
from nescio_experts.math.vote import Ballot

TEMPERATURE = 0.7
TOP_P = 0.95
PROGRAM_TOKENS = 400
WORDS_TOKENS = 600
_UNKNOWN = Value("unknown", "UNKNOWN")
_STOP = ("```\n\n", "\n```\n")


@dataclass(frozen=True, slots=True)
class Round:
    """How many programs and solutions are drawn together; greedy ones are one of a kind."""

    programs: int
    solutions: int
    greedy: bool = False


ROUNDS = (Round(1, 0, greedy=True), Round(0, 1, greedy=True), Round(0, 2))
"""Easy questions cost one program; what that leaves open is worked in words, and only then sampled."""


@dataclass(slots=True)
class Drawing:
    """What was drawn so far for one question.

    Attributes:
        question: In words.
        program: The conversation that asks for a program.
        words: The one that asks for a solution in words.
        demands: What the wording asks every ballot to heed.
        backend: The model.
        sandbox: Where programs run.
        seed: Of the greedy ones; sampled ones count on from it.
    """

    question: str
    program: Sequence[Message]
    words: Sequence[Message]
    demands: Sequence[Cue]
    backend: Backend
    sandbox: SandboxDoor
    seed: int
    ballots: list[Ballot] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)

    @property
    def usage(self) -> Usage:
        """What it has cost."""
        return Usage(
            prompt_tokens=sum(completion.prompt_tokens for completion in self.completions),
            completion_tokens=sum(completion.completion_tokens for completion in self.completions),
            samples=len(self.completions),
        )

    @property
    def unavailable(self) -> str | None:
        """Why the sandbox ran nothing, if it did not."""
        return next((ballot.message for ballot in self.ballots if ballot.outcome == "unavailable"), None)

    async def draw(self, turn: Round) -> None:
        """Add the ballots of `turn`; the second time also a corrected program, where the first gave no value.

        Raises:
            BackendUnavailable: The model is gone.
        """
        programs, solutions, corrected = await asyncio.gather(
            self._chat(self.program, turn.programs, PROGRAM_TOKENS, turn.greedy, _STOP),
            self._chat(self.words, turn.solutions, WORDS_TOKENS, turn.greedy, ()),
            self._corrected(),
        )
        self.completions += (*programs, *solutions, *corrected)
        for completion in (*programs, *corrected):
            self.ballots.append(await self._of_program(completion, greedy=turn.greedy and completion in programs))
        self.ballots += [self._of_words(completion, greedy=turn.greedy) for completion in solutions]

    async def _chat(
        self, asked: Sequence[Message], n: int, most: int, greedy: bool, stop: Sequence[str]
    ) -> tuple[Completion, ...]:
        if not n:
            return ()
        if greedy:
            return await self.backend.chat(asked, n=n, max_tokens=most, stop=stop, seed=self.seed, logprobs=1)
        return await self.backend.chat(
            asked,
            n=n,
            temperature=TEMPERATURE,
            top_p=TOP_P,
            max_tokens=most,
            stop=stop,
            seed=self.seed + 1,
            logprobs=1,
        )

    async def _corrected(self) -> tuple[Completion, ...]:
        """One more program, told what was wrong with the first; one attempt, and none if the model has gone."""
        if len(self.ballots) != 1 or self.ballots[0].value is not None:
            return ()
        failed = self.ballots[0]
        asked = prompt.repair(self.program, failed.text, failed.message)
        try:
            return await self.backend.chat(asked, max_tokens=PROGRAM_TOKENS, stop=_STOP, seed=self.seed, logprobs=1)
        except BackendUnavailable:
            return ()

    async def _of_program(self, completion: Completion, *, greedy: bool) -> Ballot:
        code = prompt.extract(completion.text)
        ballot = Ballot("program", code or "", "error", None, logprob=_mean_logprob(completion), greedy=greedy)
        ballot = replace(ballot, tokens=completion.completion_tokens)
        if code is None:
            return replace(ballot, message="no program that prints an answer")
        if prompt.reads_the_clock(code):
            return replace(ballot, message="the program asked the machine for the date; write it out")
        for other in self.ballots:
            if other.way == "program" and other.text == code:
                return replace(other, logprob=ballot.logprob, greedy=greedy, tokens=ballot.tokens)
        run = await self.sandbox.run(code)
        ballot = replace(
            ballot, outcome=run.outcome, value=self._closed(parse(run.result)), stdout=run.stdout, message=run.message
        )
        return replace(ballot, heeds=cues.heeds(self.demands, ballot))

    def _closed(self, value: Value | None) -> Value | None:
        """`value`, or unknown where it hangs on a variable that the question does not have."""
        return _UNKNOWN if value is not None and working.is_open(value, self.question) else value

    def _of_words(self, completion: Completion, *, greedy: bool) -> Ballot:
        value = _UNKNOWN if working.misses(completion.text) else self._closed(working.final(completion.text))
        ballot = Ballot(
            "words",
            completion.text,
            "worked",
            value,
            logprob=_mean_logprob(completion),
            tokens=completion.completion_tokens,
            greedy=greedy,
            slips=working.slips(completion.text)[0],
        )
        return replace(ballot, heeds=cues.heeds(self.demands, ballot))


def _mean_logprob(completion: Completion) -> float:
    """Mean over the tokens that carry a letter or digit; NaN if the server gave none."""
    worded = [token.logprob for token in completion.tokens if re.search(r"\w", token.text)]
    finite = [max(-20.0, logprob) for logprob in worded if not math.isnan(logprob)]
    return math.fsum(finite) / len(finite) if finite else math.nan
