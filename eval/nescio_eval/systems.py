"""The systems under test: each turns a question into a `Generation`, and decides nothing.

The router and the monolith go through nescio's engine (`EngineSystem`), so that both draw the same evidence; a model
behind any OpenAI-style server stands in for the monolith with `BackendSystem`, and is told the confidence target in
its prompt by `PromptedSystem`. Which of a generation's answers are given at a target is decided by `nescio_eval.arms`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from nescio.decide import Ask
from nescio.types import Abstained, Answer, Backend, Card, Context, Message, Query, Reason, Route, Sampling
from nescio_eval.datasets.question import Question
from nescio_eval.records import Generation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

MONOLITH = "monolith"
ROUTER = "router"
PROMPTED_TARGETS = (0.5, 0.75, 0.9)
MAX_TOKENS = 320
"""Longest answer of the monolith, reasoning included; the same for every arm of it."""

TOLD = """\
You answer questions of any kind. Think briefly if the question needs it, then give the answer.
End with a line that holds the final answer alone, as short as it can be: Answer: ...
Answer only if you are more than {t} % confident, since a mistake costs {cost} points, while a correct answer earns 1
point and "I don't know" earns 0 points. If you are not that confident, end with: Answer: I don't know"""
"""The monolith's own prompt, and the rule of Kalai et al., "Why Language Models Hallucinate" (2025), section 4.2."""


class System(Protocol):
    """Something that can be asked a question."""

    @property
    def name(self) -> str:
        """Unique within a run; part of every record's key."""
        ...

    def describe(self) -> Mapping[str, object]:
        """What decides its answers: model, prompt, samples, fingerprints. Kept in the run's manifest."""
        ...

    async def generate(self, question: Question, *, target: float, seed: int) -> Generation:
        """Answer `question`; `target` is recorded by its gates, which do not act. Raises what goes wrong."""
        ...


class Observed(Protocol):
    """What `nescio.engine.Observation` offers."""

    @property
    def route(self) -> Route:
        """The query's route."""
        ...

    @property
    def asked(self) -> str:
        """The expert that was asked."""
        ...

    @property
    def before(self) -> Ask | Abstained:
        """The decision before the answer at the query's target."""
        ...

    @property
    def outcome(self) -> Answer | Abstained:
        """What the expert returned."""
        ...

    @property
    def p(self) -> float:
        """Calibrated P(right); NaN if there is none."""
        ...

    @property
    def calibration(self) -> Literal["own", "pooled", "none"]:
        """What stands behind p."""
        ...

    @property
    def latency_s(self) -> float:
        """Seconds."""
        ...


class Observer(Protocol):
    """The one door of `nescio.engine.Engine` that evaluation uses."""

    async def observe(self, query: Query) -> Observed:
        """Ask the top-ranked or pinned expert whatever the gates say, and record what they say."""
        ...


class Fault(Exception):
    """A system failed in a way that a retry may cure."""


class EngineSystem:
    """nescio in process: the router, or its monolith."""

    def __init__(self, engine: Observer, name: str = ROUTER, details: Mapping[str, object] | None = None) -> None:
        self._engine = engine
        self._name = name
        self._details = dict(details or {})

    @property
    def name(self) -> str:
        """``router`` or ``monolith``."""
        return self._name

    def describe(self) -> Mapping[str, object]:
        """What was given at construction."""
        return {"kind": "engine", **self._details}

    async def generate(self, question: Question, *, target: float, seed: int) -> Generation:
        """Observe one query.

        Raises:
            Fault: The expert's model is not available.
        """
        query = Query(
            id=f"eval-{question.id}",
            messages=(Message("user", question.question),),
            text=question.question,
            confidence_target=target,
            monolith=self._name == MONOLITH,
            sampling=Sampling(seed=seed),
        )
        seen = await self._engine.observe(query)
        before = seen.before.reason if isinstance(seen.before, Abstained) else None
        routed = self._name != MONOLITH
        return from_outcome(
            self._name,
            question,
            seen.outcome,
            expert=seen.asked,
            p=seen.p,
            p_route=seen.route.p_route(seen.asked) if routed else float("nan"),
            scope=seen.route.scope if routed else float("nan"),
            calibration=seen.calibration,
            before=before if routed else None,
            target=target,
            latency_s=seen.latency_s,
        )


class BackendSystem:
    """A model behind an OpenAI-style server, as monolith: nescio's own monolith prompt, samples and evidence."""

    def __init__(self, backend: Backend, name: str = MONOLITH, card: Card | None = None) -> None:
        self._backend = backend
        self._name = name
        self._card = card or monolith_card()

    @property
    def name(self) -> str:
        """``monolith``, unless named otherwise."""
        return self._name

    def describe(self) -> Mapping[str, object]:
        """Model, prompt and samples."""
        return {
            "kind": "backend",
            "model": self._backend.model,
            "fingerprint": self._backend.fingerprint,
            "prompt": self._card.prompt,
            "samples": self._card.samples,
            "max_tokens": self._card.max_tokens,
        }

    async def generate(self, question: Question, *, target: float, seed: int) -> Generation:
        """One greedy answer and the samples beside it.

        Raises:
            BackendUnavailable: The server failed.
        """
        from nescio.prompt_expert import PromptExpert

        query = Query(f"eval-{question.id}", (Message("user", question.question),), question.question, target)
        context = Context(
            route=Route(question.question, (), 1.0),
            backend=self._backend,
            sandbox=None,
            encode=_no_encoder,
            data_dir=Path(),
            seed=seed,
        )
        started = time.perf_counter()
        outcome = await PromptExpert(self._card).answer(query, context)
        seconds = time.perf_counter() - started
        return from_outcome(self._name, question, outcome, expert=self._card.name, target=target, latency_s=seconds)


class PromptedSystem:
    """The monolith told the confidence target in its prompt: one greedy answer, or "I don't know" in its own words."""

    def __init__(self, backend: Backend, target: float) -> None:
        self._backend = backend
        self.target = target

    @property
    def name(self) -> str:
        """``prompted@t``."""
        return prompted_name(self.target)

    @property
    def prompt(self) -> str:
        """The system prompt, with the cost of a mistake t/(1−t) in it."""
        cost = self.target / (1.0 - self.target)
        return TOLD.format(t=f"{100 * self.target:g}", cost=f"{cost:.3g}")

    def describe(self) -> Mapping[str, object]:
        """Model and prompt."""
        return {
            "kind": "prompted",
            "model": self._backend.model,
            "fingerprint": self._backend.fingerprint,
            "prompt": self.prompt,
            "samples": 1,
            "max_tokens": MAX_TOKENS,
        }

    async def generate(self, question: Question, *, target: float, seed: int) -> Generation:
        """One greedy answer; `target` is not the caller's but this system's own.

        Raises:
            BackendUnavailable: The server failed.
        """
        messages = (Message("system", self.prompt), Message("user", question.question))
        started = time.perf_counter()
        (completion,) = await self._backend.chat(messages, max_tokens=MAX_TOKENS, seed=seed)
        return Generation(
            system=self.name,
            id=question.id,
            text=completion.text.strip(),
            samples=(completion.text.strip(),),
            expert=MONOLITH,
            model=self._backend.model,
            target=self.target,
            prompt_tokens=completion.prompt_tokens,
            completion_tokens=completion.completion_tokens,
            answer_tokens=completion.completion_tokens,
            latency_s=time.perf_counter() - started,
        )


def prompted_name(target: float) -> str:
    """The name of the arm that is told `target`."""
    return f"prompted@{target:g}"


def monolith_card() -> Card:
    """The card of nescio's own monolith: prompt, samples and length."""
    from nescio.monolith import create_monolith

    return create_monolith("general").card


def from_outcome(
    system: str,
    question: Question,
    outcome: Answer | Abstained,
    *,
    expert: str,
    target: float,
    latency_s: float,
    p: float = float("nan"),
    p_route: float = float("nan"),
    scope: float = float("nan"),
    calibration: str = "none",
    before: Reason | None = None,
) -> Generation:
    """The record of what an expert returned.

    Raises:
        Fault: It returned that its model is not available: worth another try, and no answer in any case.
    """
    own = outcome.reason if isinstance(outcome, Abstained) else None
    if isinstance(outcome, Abstained) and own is Reason.EXPERT_UNAVAILABLE:
        raise Fault(outcome.message)
    answer = outcome.withheld if isinstance(outcome, Abstained) else outcome
    found = Generation(
        system,
        question.id,
        expert=expert,
        p=p,
        p_route=p_route,
        scope=scope,
        calibration=calibration,
        before=before,
        own=own,
        target=target,
        latency_s=latency_s,
    )
    return found if answer is None else _with_answer(found, answer)


def _with_answer(found: Generation, answer: Answer) -> Generation:
    return replace(
        found,
        text=answer.text,
        samples=answer.evidence.samples,
        features=dict(answer.evidence.features),
        model=answer.model,
        prompt_tokens=answer.usage.prompt_tokens,
        completion_tokens=answer.usage.completion_tokens,
        answer_tokens=answer.usage.answer_tokens,
        code=answer.evidence.code,
    )


def _no_encoder(texts: Sequence[str]) -> NDArray[np.float32]:
    raise Fault("a system without an index has no encoder")
