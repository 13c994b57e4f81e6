"""Scores by asking a decision model: over HTTP, or a language model by the log-probabilities of its options.

The model is asked one question a query, which label it is about or none of them, and gives a probability for each. The
raw scores are their logarithms; they move with model and phrasing, so they pass a calibrator like any score. Nothing
stands in for a model that cannot be reached: `BackendUnavailable` is raised, and the router abstains.
"""

from __future__ import annotations

import asyncio
import math
import string
import threading
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from nescio.errors import BackendUnavailable, ConfigError
from nescio.scorers.wires import INSTRUCTIONS, NONE, WIRES, Options
from nescio.types import Backend, Message

if TYPE_CHECKING:
    import httpx

    from nescio_indexes.scoring import RawScores

FEATURES = ("best", "none", "entropy")
"""Scope features: log p of the best label, minus log p of none of them, and minus the entropy of all options."""
FLOOR = 1e-5
"""Servers round: what they call 0 is less than this, not nothing."""

_T = TypeVar("_T")
_HINT = "NESCIO_SCORER_URL names the server; NESCIO_SCORER=embedding does without"


class DecisionModel(Protocol):
    """Gives a probability for each option."""

    async def decide(self, text: str, options: Options) -> Mapping[str, float] | None:
        """P(option) for every option; None where the model refuses.

        Raises:
            BackendUnavailable: It cannot be reached, is late, or answers with something else.
        """
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...


class HttpDecisions:
    """A decision model behind a server.

    Args:
        url: Its address, without the path of the wire.
        wire: A name in `nescio.scorers.wires.WIRES`.
        model: The name that the server knows, or None for its only one.
        api_key: Sent as a bearer token.
        timeout: Seconds for one decision.
    """

    def __init__(
        self, url: str, wire: str, *, model: str | None = None, api_key: str | None = None, timeout: float = 10.0
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ConfigError(f"the scorer's address {url!r} is no URL", hint="such as http://127.0.0.1:8000")
        self._wire = WIRES[wire]
        self._url = url.rstrip("/").removesuffix("/v1") + self._wire.path
        self._model = model
        self._headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        self._timeout = timeout
        self._opened: httpx.AsyncClient | None = None

    async def decide(self, text: str, options: Options) -> Mapping[str, float] | None:
        """See `DecisionModel`."""
        import httpx

        if self._opened is None:
            local = httpx.URL(self._url).host in {"127.0.0.1", "localhost", "::1"}
            self._opened = httpx.AsyncClient(headers=self._headers, timeout=self._timeout, trust_env=not local)
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._opened.post(self._url, json=self._wire.ask(text, options, self._model))
            if response.status_code != httpx.codes.OK:
                raise BackendUnavailable(f"the scorer said {response.status_code}: {response.text[:200]}", hint=_HINT)
            return self._wire.read(response.json(), options)
        except TimeoutError:
            raise BackendUnavailable(f"the scorer gave no decision within {self._timeout:g} s", hint=_HINT) from None
        except (httpx.HTTPError, ValueError) as error:
            raise BackendUnavailable(f"the scorer cannot be asked: {error!r}", hint=_HINT) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.aclose()
            self._opened = None


class OptionLogprobs:
    """A language model, asked for the letter of an option; the probabilities are those of its first token."""

    def __init__(self, backend: Backend, *, timeout: float = 60.0) -> None:
        self._backend = backend
        self._timeout = timeout

    async def decide(self, text: str, options: Options) -> Mapping[str, float] | None:
        """See `DecisionModel`. Letters that are not among the likeliest tokens share what is left."""
        letters = dict(zip(string.ascii_uppercase, options, strict=False))
        if len(letters) < len(options):
            raise ConfigError(f"{len(options)} options are more than letters", hint="use another NESCIO_SCORER")
        asked = [
            f"{letter}. {name}" + (f": {options[name]}" if options[name] else "") for letter, name in letters.items()
        ]
        prompt = f"Message: {text}\n\n{INSTRUCTIONS}\n" + "\n".join(asked) + "\n\nAnswer with one letter."
        completions = await self._backend.chat(
            [Message("user", prompt)], max_tokens=1, logprobs=20, timeout=self._timeout
        )
        token = completions[0].tokens[0] if completions and completions[0].tokens else None
        if token is None:
            raise BackendUnavailable(f"{self._backend.model} gave no log-probabilities", hint=_HINT)
        found = dict.fromkeys(letters, 0.0)
        for text_, logprob in token.top:
            letter = text_.strip().upper()
            if letter in found:
                found[letter] += math.exp(logprob)
        left = max(1.0 - sum(found.values()), FLOOR) / len(found)
        total = sum(found.values()) + left * len(found)
        return {name: (found[letter] + left) / total for letter, name in letters.items()}

    async def close(self) -> None:
        """Nothing is open; the backend is its owner's."""


class DecisionScorer:
    """Satisfies `nescio.scorers.Scorer`. Its own event loop runs in a thread, so that any thread may call `score`.

    Args:
        options: Every label with its description, or "".
        model: Whom to ask.
        concurrency: Decisions that are asked for at the same time.
    """

    def __init__(self, options: Options, model: DecisionModel, *, concurrency: int = 4) -> None:
        if len(options) < 1 or NONE in options:
            raise ConfigError("a decision model needs labels to choose from", hint="install experts")
        self._options = {**dict(sorted(options.items())), NONE: "the message is about something else"}
        self._model = model
        self._concurrency = concurrency
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="decisions", daemon=True)
        self._thread.start()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the scores."""
        return tuple(name for name in self._options if name != NONE)

    def score(self, texts: Sequence[str]) -> RawScores:
        """Log-probabilities of the labels; a query that is empty or that the model refuses is known to nobody.

        Raises:
            BackendUnavailable: The model cannot be reached, is late, or answers with something else.
        """
        from nescio_indexes.scoring import RawScores

        found = self.run(self._all(texts))
        known = np.array([decided is not None for decided in found], dtype=np.bool_)
        even = dict.fromkeys(self._options, 1.0 / len(self._options))
        p = np.array([list((decided or even).values()) for decided in found]).reshape(-1, len(self._options))
        logs = np.log(np.maximum(p, FLOOR))
        entropy = -(np.maximum(p, FLOOR) * logs).sum(axis=1)
        scope = np.stack([logs[:, :-1].max(axis=1), -logs[:, -1], -entropy], axis=1)
        return RawScores(logs[:, :-1].astype(np.float32), scope, known)

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of `work`, done in this scorer's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """Close the model and end the thread."""
        self.run(self._model.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _all(self, texts: Sequence[str]) -> list[dict[str, float] | None]:
        places = asyncio.Semaphore(self._concurrency)
        tasks = [asyncio.create_task(self._one(text, places)) for text in texts]
        try:
            return list(await asyncio.gather(*tasks))
        except BaseException:
            for task in tasks:
                task.cancel()
            raise

    async def _one(self, text: str, places: asyncio.Semaphore) -> dict[str, float] | None:
        from nescio_indexes.text import clip

        asked = clip(text)
        if not asked:
            return None
        async with places:
            decided = await self._model.decide(asked, self._options)
        return None if decided is None else {name: decided[name] for name in self._options}
