"""P(True): how sure a model is that an answer is right, asked anew with the answer in sight.

Kadavath et al., Language Models (Mostly) Know What They Know, 2022, section 3: the share that "yes" has of the first
token. It is evidence for a calibrator like any other, never a probability that decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nescio.types import Backend, Completion, Message

SYSTEM = """\
You check answers to questions of general knowledge. Many of them are wrong. Reply with one word: yes if the proposed \
answer is right, no if it is wrong."""

_LIKELIEST = 10
"""Tokens among which "yes" and "no" are looked for, in whatever case and with blanks around."""

_EARLIER_CHARACTERS = 2_000
"""What is shown of the conversation before the question."""


def asked_for(question: str, answer: str, earlier: Sequence[Message] = ()) -> list[Message]:
    """The conversation in which a supervisor judges `answer`; `earlier` turns are those before the question."""
    before = "\n".join(turn.content for turn in earlier if turn.role != "system")[-_EARLIER_CHARACTERS:]
    lines = [f"Earlier: {before}"] if before else []
    lines += [f"Question: {question}", f"Proposed answer: {answer}"]
    return [Message("system", SYSTEM), Message("user", "\n".join(lines))]


async def judged(backend: Backend, asked: Sequence[Message], seed: int) -> tuple[float, Completion]:
    """P(yes) of `asked`, in [0, 1] or NaN, and the one token that it cost.

    Raises:
        BackendUnavailable: The model failed.
        BudgetSpent: The caller's budget does not cover it.
    """
    (said,) = await backend.chat(asked, max_tokens=1, seed=seed, logprobs=_LIKELIEST)
    return share_of_yes(said), said


def share_of_yes(said: Completion) -> float:
    """What "yes" has of "yes" and "no" in the first token; NaN, which never answers, where neither is likely."""
    first = said.tokens[0] if said.tokens else None
    likeliest = () if first is None else first.top or ((first.text, first.logprob),)
    yes, no = (
        math.fsum(math.exp(logprob) for text, logprob in likeliest if text.strip().lower() == word)
        for word in ("yes", "no")
    )
    return yes / (yes + no) if yes + no > 0 else math.nan
