"""Answers from a small model's memory; the same model is then asked whether the answer is right.

What is shown is the most likely answer. No samples are drawn beside it: their agreement adds nothing to what the
answer's log-probabilities and P(True) tell (``benchmarks/evidence.py``).
"""

from __future__ import annotations

from dataclasses import replace

from nescio.evidence import route_logit
from nescio.prompt_expert import PromptExpert, final_answer
from nescio.supervisor import asked_for, judged
from nescio.types import Abstained, Answer, Card, Context, Message, Query, Usage


class GeneralExpert:
    """See the module's docstring; satisfies ``types.Expert``."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self._memory = PromptExpert(card)

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """The most likely answer with its evidence; `Abstained` where the model declines.

        Raises:
            BackendUnavailable: The profile gives no model, or the model fails.
        """
        recalled = await self._memory.answer(query, context)
        if isinstance(recalled, Abstained) or context.backend is None:
            return recalled
        context.progress("checking the answer")
        *earlier, last = query.messages or (Message("user", query.text),)
        asked = asked_for(last.content, final_answer(recalled.text), earlier)
        p_true, said = await judged(context.backend, asked, context.seed)
        known = {**recalled.evidence.features, "p_true": route_logit(p_true)}
        features = {name: known[name] for name in self.card.features}
        cost = Usage(prompt_tokens=said.prompt_tokens, completion_tokens=said.completion_tokens, samples=1)
        return replace(recalled, evidence=replace(recalled.evidence, features=features), usage=recalled.usage + cost)
