"""The one client for language models: OpenAI's chat completions over HTTP, to llama.cpp, vLLM or any provider.

It does not retry, choose a model, or start a server. Every failure becomes `BackendUnavailable`, one of its kinds where
the text is too long.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nescio.errors import BackendUnavailable, ContextExceeded
from nescio.types import Completion, Message, Token

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion
    from openai.types.chat.chat_completion import Choice


class OpenAIBackend:
    """A model behind an OpenAI-compatible server. One object belongs to one event loop; satisfies ``types.Backend``.

    Args:
        base_url: The server's address, ``/v1`` included.
        model: The name that the server knows.
        name: The name shown to users; `model` if not given.
        api_key: The key, or None where none is asked for.
        fingerprint: What identifies the weights; ``name:<model>`` if not given.
        max_n: Most samples in one request; more are asked for in several, at the same time.
        extra_body: Fields beyond OpenAI's that this server understands.
        local: True for a server on this machine: proxies of the environment are then not used.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        name: str | None = None,
        api_key: str | None = None,
        fingerprint: str | None = None,
        max_n: int = 8,
        extra_body: Mapping[str, object] | None = None,
        local: bool = False,
    ) -> None:
        self._base_url = base_url
        self._model = model
        self._name = name or model
        self._api_key = api_key
        self._fingerprint = fingerprint or f"name:{model}"
        self._max_n = max_n
        self._extra_body = dict(extra_body or {})
        self._local = local
        self._opened: AsyncOpenAI | None = None

    @property
    def model(self) -> str:
        """The name shown to users."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """What identifies the weights."""
        return self._fingerprint

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
        """Sample `n` completions; see ``types.Backend``. Cancelling the call closes its connection.

        Raises:
            BackendUnavailable: The server cannot be reached, died, timed out or answered with an error.
        """
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "temperature": temperature,
            "top_p": top_p,
            "max_tokens": max_tokens,
        }
        if stop:
            request["stop"] = list(stop)
        if logprobs is not None:
            request |= {"logprobs": True, "top_logprobs": logprobs}
        try:
            async with asyncio.timeout(timeout):
                batches = await self._sample(request, n, seed, timeout)
        except TimeoutError:
            raise BackendUnavailable(f"{self._name} gave no answer within {timeout:g} s", hint=_HINT) from None
        return tuple(completion for batch in batches for completion in batch)

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    async def _sample(
        self, request: dict[str, Any], n: int, seed: int | None, timeout: float
    ) -> list[tuple[Completion, ...]]:
        """One request for every `max_n` samples, each with a seed of its own, at the same time."""
        sizes = [min(self._max_n, n - start) for start in range(0, n, self._max_n)]
        requests = [
            {**request, "n": size} | ({} if seed is None else {"seed": seed + index * self._max_n})
            for index, size in enumerate(sizes)
        ]
        failed: BackendUnavailable | None = None
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._request(own, timeout)) for own in requests]
        except* BackendUnavailable as failures:
            first = failures.exceptions[0]
            failed = first if isinstance(first, BackendUnavailable) else BackendUnavailable(str(first), hint=_HINT)
        # Raised here: Python 3.11.2, Debian's own, wraps what is raised inside `except*` in a group.
        if failed is not None:
            raise failed
        return [task.result() for task in tasks]

    async def _request(self, request: dict[str, Any], timeout: float) -> tuple[Completion, ...]:
        from openai import OpenAIError

        try:
            response = await self._client().chat.completions.create(
                **request, extra_body=self._extra_body or None, timeout=timeout
            )
        except (OpenAIError, ValueError) as error:
            raise _failure(self._name, error) from error
        return self._read(response)

    def _read(self, response: ChatCompletion) -> tuple[Completion, ...]:
        choices = getattr(response, "choices", None)
        if not choices:
            raise BackendUnavailable(f"{self._name} answered with something that is no completion", hint=_HINT)
        usage = response.usage
        prompt = usage.prompt_tokens if usage else 0
        share = usage.completion_tokens // len(choices) if usage else 0
        return tuple(_completion(choice, prompt if not index else 0, share) for index, choice in enumerate(choices))

    def _client(self) -> AsyncOpenAI:
        if self._opened is None:
            from openai import AsyncOpenAI, DefaultAsyncHttpxClient

            self._opened = AsyncOpenAI(
                base_url=self._base_url,
                api_key=self._api_key or "none",
                max_retries=0,
                http_client=DefaultAsyncHttpxClient(trust_env=not self._local),
            )
        return self._opened


_CONTEXT = re.compile(r"context[ _](?:size|length|window)|maximum model length", re.IGNORECASE)
"""How servers say that a text is too long for the model; the status is 400 for other faults too."""
_HINT = "nescio doctor says whether the model's server runs"


def _failure(name: str, error: Exception) -> BackendUnavailable:
    message = f"{name}: {_said(error)}"
    if getattr(error, "status_code", None) == 400 and _CONTEXT.search(f"{message} {getattr(error, 'body', '')}"):
        return ContextExceeded(message, hint="ask with less text, or give the model a longer context in the profile")
    return BackendUnavailable(message, hint=_HINT)


def _said(error: Exception) -> str:
    cause = f" ({error.__cause__})" if error.__cause__ is not None else ""
    return f"{type(error).__name__}: {error}{cause}"


def _completion(choice: Choice, prompt_tokens: int, share: int) -> Completion:
    """One choice; its tokens are counted from their log-probabilities where those are given.

    Servers disagree on whether `usage` counts all samples of a request or the first one.
    """
    listed = (choice.logprobs.content if choice.logprobs else None) or []
    tokens = tuple(
        Token(item.token, item.logprob, tuple((other.token, other.logprob) for other in item.top_logprobs))
        for item in listed
    )
    return Completion(
        text=choice.message.content or "",
        finish_reason=choice.finish_reason,
        tokens=tokens,
        prompt_tokens=prompt_tokens,
        completion_tokens=len(tokens) or share,
    )
