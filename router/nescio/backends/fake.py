"""A deterministic language model for tests: it says what it is told to say. Public, so that plugins can test with it.

It imitates the wire's shape (samples, tokens, log-probabilities, failures), not language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nescio.errors import BackendUnavailable
from nescio.types import Completion, Message, Token

Script = str | Completion | Exception
Say = Callable[[Sequence[Message], int], Script]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was made of a `FakeBackend`, for assertions."""

    messages: tuple[Message, ...]
    n: int
    temperature: float
    max_tokens: int
    stop: tuple[str, ...]
    seed: int | None


@dataclass(slots=True)
class FakeBackend:
    """A backend without a model; satisfies ``types.Backend``.

    Attributes:
        says: One of: a text, said always; a list, whose items are sample 0, 1, … of every call (it starts over at its
            end); a mapping from a part of the last message to either of them, first hit wins; a function of the
            messages and the sample's index. An item may be a `Completion`, or an exception to raise.
        logprob: Natural-log probability of every token that a plain text is cut into.
        name: The model's name.
        calls: What was asked so far.
    """

    says: Script | Sequence[Script] | Mapping[str, Script | Sequence[Script]] | Say = "I don't know."
    logprob: float = -0.1
    name: str = "fake"
    calls: list[Call] = field(default_factory=list)

    @property
    def model(self) -> str:
        """The name shown to users."""
        return self.name

    @property
    def fingerprint(self) -> str:
        """What identifies the weights: the name."""
        return f"name:{self.name}"

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
        """Say it `n` times; see ``types.Backend``.

        Raises:
            BackendUnavailable: Nothing is scripted for these messages, or the script says so.
        """
        self.calls.append(Call(tuple(messages), n, temperature, max_tokens, tuple(stop), seed))
        return tuple(self._sample(messages, index, max_tokens, logprobs) for index in range(n))

    def _sample(self, messages: Sequence[Message], index: int, max_tokens: int, logprobs: int | None) -> Completion:
        said = self._script(messages, index)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Completion):
            return said
        pieces = re.findall(r"\s*\S+", said)
        cut = pieces[:max_tokens]
        tokens = tuple(Token(piece, self.logprob, ((piece, self.logprob),)) for piece in cut)
        return Completion(
            text="".join(cut),
            finish_reason="length" if len(cut) < len(pieces) else "stop",
            tokens=tokens if logprobs is not None else (),
            prompt_tokens=sum(len(message.content.split()) for message in messages) if index == 0 else 0,
            completion_tokens=len(cut),
        )

    def _script(self, messages: Sequence[Message], index: int) -> Script:
        if isinstance(self.says, Mapping):
            asked = messages[-1].content
            hit = next((said for part, said in self.says.items() if part in asked), None)
            if hit is None:
                raise BackendUnavailable(f"{self.name}: nothing is scripted for {asked!r}")
            return _nth(hit, index)
        if isinstance(self.says, str | Completion | Exception):
            return self.says
        if isinstance(self.says, Sequence):
            return _nth(self.says, index)
        return self.says(messages, index)


def _nth(said: Script | Sequence[Script], index: int) -> Script:
    if isinstance(said, str | Completion | Exception):
        return said
    return said[index % len(said)]
