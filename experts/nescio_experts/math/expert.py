"""The math expert: programs are written and run, solutions are worked in words, and the likeliest value is the answer.

Where fixed rules read the whole question they write the one program, and no model is asked. Otherwise the model is
asked for one program, and for more as long as what it gave leaves the answer open. A question that lacks what it needs,
and a sandbox that does not work, are abstentions of its own; whether an answer is good enough to give is decided
elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from nescio.types import Abstained, Answer, Backend, Card, Context, Evidence, Query, Reason, SandboxDoor
from nescio_experts.math import cues, prompt
from nescio_experts.math import follow_up as follow_ups
from nescio_experts.math.drawing import ROUNDS, Drawing
from nescio_experts.math.follow_up import FollowUp
from nescio_experts.math.posterior import Judged, evidence, evidence_of_rule, judge
from nescio_experts.math.rules import Written, is_incomplete, read, warm_up
from nescio_experts.math.values import parse
from nescio_experts.math.vote import Vote, count
from nescio_experts.math.wording import say

RULES = "rules"
"""Named as the model of an answer that no model was asked for."""

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
        evidence = Evidence(evidence_of_rule(question), (), written.source, run.stdout)
        return Answer(text, self.card.name, RULES, evidence)

    async def _by_model(
        self, asked: _Asked, context: Context, backend: Backend, sandbox: SandboxDoor
    ) -> Answer | Abstained:
        drawing = Drawing(
            asked.question,
            prompt.program(asked.question, asked.today),
            prompt.words(asked.question, asked.today),
            cues.find(asked.question, asked.value),
            backend,
            sandbox,
            context.seed,
        )
        for turn in ROUNDS:
            context.progress("writing programs" if turn.programs else "working it out in words")
            await drawing.draw(turn)
            if drawing.unavailable is not None:
                return self._failed(drawing.unavailable)
            if judge(count(drawing.ballots), asked.question).decided:
                break
        return self._decide(asked, drawing)

    def _decide(self, asked: _Asked, drawing: Drawing) -> Answer | Abstained:
        vote = count(drawing.ballots)
        judged = judge(vote, asked.question)
        answer = None if judged.group is None else self._answer(asked, drawing, vote, judged)
        agreeing = 0 if judged.group is None else len(judged.group.ballots)
        if vote.unknown and vote.unknown >= agreeing:
            message = "the question does not give all that is needed to compute an answer."
            return replace(self._unanswerable(message), withheld=answer)
        if vote.passing_over > agreeing:
            message = f"no program that was written takes account of {cues.named(drawing.demands)}."
            if answer is not None:
                message = f"most programs that were written do not take account of {cues.named(drawing.demands)}."
            return Abstained(Reason.DISAGREEMENT, message, would_have_asked=self.card.name, withheld=answer)
        if answer is None:
            complaint = next((ballot.message for ballot in vote.ballots if ballot.message), "nothing was printed")
            return self._failed(f"none of {len(vote.ballots)} attempts gave a value ({complaint}).")
        return answer

    def _answer(self, asked: _Asked, drawing: Drawing, vote: Vote, judged: Judged) -> Answer:
        assert judged.group is not None
        shown = judged.group.shown
        texts = tuple(completion.text for completion in drawing.completions)
        code = shown.text if shown.way == "program" else None
        found = Evidence(evidence(judged, vote, asked.question), texts, code, shown.stdout)
        usage = replace(drawing.usage, answer_tokens=shown.tokens)
        return Answer(say(judged.group.value), self.card.name, drawing.backend.model, found, usage)

    def _unanswerable(self, message: str) -> Abstained:
        return Abstained(Reason.UNANSWERABLE, message, would_have_asked=self.card.name)

    def _failed(self, message: str) -> Abstained:
        return Abstained(Reason.TOOL_FAILED, message, would_have_asked=self.card.name)


def _as_unit(unit: str) -> str:
    return f" {unit}" if unit[0].isalnum() else unit
