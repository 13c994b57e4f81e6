"""An expert that is nothing but a card: a system prompt, a model, and how far several answers of it agree.

One greedy answer is what is shown; answers drawn at a temperature beside it are the evidence. It does not decide
whether the answer is good enough, and it has no knowledge but the model's.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from nescio.errors import BackendUnavailable
from nescio.evidence import agreement, groups, locate, mean_logprob, min_logprob
from nescio.types import Abstained, Answer, Backend, Card, Completion, Context, Evidence, Message, Query, Reason, Usage

TEMPERATURE = 0.7
"""At which the samples beside the greedy answer are drawn; part of what a calibration was fitted with."""

HISTORY_CHARACTERS = 6_000
QUERY_CHARACTERS = 12_000
"""What a small model's context holds beside prompt and answers, at three characters a token."""

_APOSTROPHES = str.maketrans("’ʼ", "''")
_DECLINES = re.compile(
    r"\bi (?:really |honestly )?(?:don't|do not|didn't) (?:know|have (?:any |enough |that |this |access|information))"
    r"|\bi(?:'m| am)(?: really)? (?:not (?:sure|certain|able|aware)|unable|unsure|uncertain)"
    r"|\bi (?:cannot|can't|could not|couldn't) (?:answer|assist|help|provide|find|determine|say|give|confirm|fulfil)"
    r"|\bi have no (?:idea|information|way)"
    r"|\bthere is no (?:information|record|such)|\bno (?:information|record) (?:is )?(?:available|found|exists)"
    r"|\b(?:it is|it's|is|are) (?:not known|unknown|not possible to (?:know|say|determine))"
    r"|\bas an (?:ai|artificial intelligence)\b|^(?:unknown|not known|n/?a|none known|no answer)\W*$"
)
_FINAL = re.compile(r"^\W*(?:final )?answer[\s*]*:[\s*]*(?=\S)(.+)$", re.IGNORECASE | re.MULTILINE)
_GUESS = "Give your best guess all the same, in a few words and without any comment."


def final_answer(text: str) -> str:
    """What follows the last line that begins with "Answer:", or all of `text` where no line does."""
    marked = _FINAL.findall(text)
    return (marked[-1] if marked else text).strip().strip("*").strip()


def declines(text: str) -> bool:
    """Whether `text` says that its author does not know, or will not say."""
    return _DECLINES.search(text.casefold().translate(_APOSTROPHES)) is not None


class PromptExpert:
    """The expert that a ``card.toml`` with a ``[prompt]`` describes; satisfies ``types.Expert``.

    A caller's `max_tokens`, `stop` and `seed` apply; its temperature does not: what is shown is always the most likely
    answer, because that is what the calibration was fitted on.
    """

    def __init__(self, card: Card) -> None:
        self.card = card

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """The greedy answer with its evidence; `Abstained` where the model declines.

        Raises:
            BackendUnavailable: The profile gives no model, or the model fails.
        """
        if context.backend is None:
            raise BackendUnavailable(
                f"the profile gives {self.card.name} no model", hint="see `experts` in the profile"
            )
        asked = query.messages[-1].content if query.messages else query.text
        if len(asked) > QUERY_CHARACTERS:
            return Abstained(
                Reason.BUDGET, "this is more text than I can read at once.", would_have_asked=self.card.name
            )
        messages = self._messages(query)
        context.progress("asking the model")
        greedy, samples = await self._sample(messages, query, context, context.backend)
        if not greedy.text.strip():
            return Abstained(Reason.DECLINED, "the model had nothing to say.", would_have_asked=self.card.name)
        if not declines(greedy.text):
            return self._answer(greedy, samples, asked, context.backend)
        return await self._declined(messages, greedy, samples, query, context.backend)

    def _messages(self, query: Query) -> list[Message]:
        """The card's prompt, then as many of the latest turns as fit."""
        turns: list[Message] = []
        room = HISTORY_CHARACTERS
        for turn in reversed([message for message in query.messages if message.role != "system"]):
            if turns:
                room -= len(turn.content)
            if room < 0:
                break
            turns.append(turn)
        last = turns[::-1] or [Message("user", query.text)]
        return [Message("system", self.card.prompt or ""), *last]

    async def _sample(
        self, messages: Sequence[Message], query: Query, context: Context, backend: Backend
    ) -> tuple[Completion, tuple[Completion, ...]]:
        """The greedy answer and the samples beside it, generated in one batch."""
        wishes = query.sampling
        most = self.card.max_tokens if wishes.max_tokens is None else min(wishes.max_tokens, self.card.max_tokens)
        beside = self.card.samples if context.samples is None else min(self.card.samples, context.samples - 1)
        seed = context.seed if wishes.seed is None else wishes.seed
        greedy = backend.chat(messages, max_tokens=most, stop=wishes.stop, seed=seed, logprobs=1)
        if beside < 1:
            return (await greedy)[0], ()
        drawn = backend.chat(
            messages, n=beside, temperature=TEMPERATURE, max_tokens=most, stop=wishes.stop, seed=seed, logprobs=1
        )
        shown, samples = await asyncio.gather(greedy, drawn)
        return shown[0], samples

    async def _declined(
        self,
        messages: Sequence[Message],
        greedy: Completion,
        samples: Sequence[Completion],
        query: Query,
        backend: Backend,
    ) -> Abstained:
        """The model's own "I don't know", with the best attempt among its samples for a caller who always wants one."""
        asked = messages[-1].content
        attempts = [sample for sample in samples if sample.text.strip() and not declines(sample.text)]
        if attempts:
            best = groups([final_answer(sample.text) for sample in attempts], asked)[0][0]
            chosen, others = attempts[best], [greedy, *(sample for sample in samples if sample is not attempts[best])]
        else:
            chosen, others = greedy, list(samples)
        if not attempts and query.confidence_target == 0:
            follow_up = [*messages, Message("assistant", greedy.text), Message("user", _GUESS)]
            (chosen,) = await backend.chat(follow_up, max_tokens=self.card.max_tokens, logprobs=1)
            others = [greedy, *samples]
        attempt = self._answer(chosen, others, asked, backend)
        message = "the model itself says that it does not know."
        return Abstained(Reason.DECLINED, message, would_have_asked=self.card.name, withheld=attempt)

    def _answer(self, shown: Completion, others: Sequence[Completion], asked: str, backend: Backend) -> Answer:
        text = shown.text.strip()
        texts = tuple(other.text.strip() for other in others)
        # Of an answer that is worked out first, only the last line is right or wrong.
        final = final_answer(text)
        span = locate(shown.tokens, final)
        features = {
            "mean_logprob": mean_logprob(shown.tokens, span),
            "min_logprob": min_logprob(shown.tokens, span),
            "agreement": agreement(final, [final_answer(other) for other in texts], asked),
            "length": float(len(text.split())),
        }
        everything = (shown, *others)
        usage = Usage(
            prompt_tokens=sum(completion.prompt_tokens for completion in everything),
            completion_tokens=sum(completion.completion_tokens for completion in everything),
            answer_tokens=shown.completion_tokens,
            samples=len(everything),
        )
        return Answer(text, self.card.name, backend.model, Evidence(features, (text, *texts)), usage)
