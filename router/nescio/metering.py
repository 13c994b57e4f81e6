"""Counts what a query costs its models, whoever asks them, and refuses what a caller's budget does not cover.

The meter stands between an expert and its model, so that the cost is known of every expert and of every outcome, and an
expert that knows nothing of budgets keeps to them all the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from nescio.errors import BudgetSpent
from nescio.types import Backend, Completion, Message, Usage


class Meter:
    """A model that counts; satisfies ``types.Backend``.

    Args:
        backend: The model that is asked.
        samples: Most completions in all, None for any number.
    """

    def __init__(self, backend: Backend, samples: int | None = None) -> None:
        self._backend = backend
        self._allowed = samples
        self._asked = 0
        self.spent = Usage()

    @property
    def model(self) -> str:
        """The name shown to users."""
        return self._backend.model

    @property
    def fingerprint(self) -> str:
        """What identifies the weights."""
        return self._backend.fingerprint

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        n: int = 1,
        temperature: float = 0.0,
        top_p: float = 1.0,
        max_tokens: int = 512,
        stop: Sequence[str] = (),
        seed: int | None = None,
        logprobs: int | None = None,
        timeout: float = 120.0,
    ) -> tuple[Completion, ...]:
        """Sample `n` completions; see ``types.Backend``.

        Raises:
            BudgetSpent: So many are not covered. Nothing was asked.
            BackendUnavailable: The model failed.
        """
        self._asked += n
        if self._allowed is not None and self._asked > self._allowed:
            raise BudgetSpent(f"{self._asked} samples were needed; max_samples allows {self._allowed}")
        started = time.perf_counter()
        drawn = await self._backend.chat(
            messages,
            n=n,
            temperature=temperature,
            top_p=top_p,
            max_tokens=max_tokens,
            stop=stop,
            seed=seed,
            logprobs=logprobs,
            timeout=timeout,
        )
        self.spent += Usage(
            prompt_tokens=sum(completion.prompt_tokens for completion in drawn),
            completion_tokens=sum(completion.completion_tokens for completion in drawn),
            samples=len(drawn),
            model_seconds=time.perf_counter() - started,
        )
        return drawn
