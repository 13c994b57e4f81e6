"""The vocabulary of nescio: what travels from a query to a decision.

Frozen records and protocols only. Nothing here does I/O, decides, or imports a heavy library, so that every other
module may import this one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from nescio.risk import Guarantee

DEFAULT_TARGET = 0.75
"""The confidence target in force when neither the request nor a policy names one."""

Role = Literal["system", "user", "assistant"]


class Reason(StrEnum):
    """Why a decision is an abstention. One word per cause; callers may branch on it."""

    OUT_OF_SCOPE = "out_of_scope"
    LOW_ROUTING_CONFIDENCE = "low_routing_confidence"
    LOW_ANSWER_CONFIDENCE = "low_answer_confidence"
    DISAGREEMENT = "disagreement"
    UNANSWERABLE = "unanswerable"
    DECLINED = "declined"
    TOOL_FAILED = "tool_failed"
    EXPERT_UNAVAILABLE = "expert_unavailable"
    POLICY = "policy"
    BUDGET = "budget"
    UNCALIBRATED = "uncalibrated"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a caller wishes of text generation; None leaves the choice to the expert."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One request, parsed.

    Attributes:
        id: Opaque, unique; becomes the completion id and the trace id.
        messages: The conversation, oldest first; the last one is the user's.
        text: What is routed: the last user message, with its subject or the turn before it if it does not stand alone.
        confidence_target: t in [0, 1), or None for the policy's or the global default.
        max_risk: Bound on wrong / answered, in (0, 1); None for the policy's, if it has one.
        max_hallucination_rate: Bound on wrong / asked, likewise.
        expert: A pinned expert's name (``nescio/<expert>``), or None to route.
        monolith: True asks the general model alone, without routing (``nescio/monolith``).
        gate: For the monolith only: whether its answer passes the gates.
        max_samples: Most completions that may be drawn for it; None for any number.
        max_seconds: Longest time to the decision, in seconds; None for the server's own limit.
        sampling: The caller's wishes about generation.
    """

    id: str
    messages: tuple[Message, ...]
    text: str
    confidence_target: float | None = None
    max_risk: float | None = None
    max_hallucination_rate: float | None = None
    expert: str | None = None
    monolith: bool = False
    gate: bool = False
    max_samples: int | None = None
    max_seconds: float | None = None
    sampling: Sampling = field(default_factory=Sampling)


class Candidate(NamedTuple):
    """One expert's place in a route; a tuple, because each query makes one for every label.

    Attributes:
        expert: The label: an expert's name, or an intent of a fitted router.
        score: Raw score of the scorer, any scale.
        p_route: Calibrated P(in scope and this is the right route).
        p_expert: P(this expert answers the query rightly), from its graded outcomes; NaN where nothing is known.
    """

    expert: str
    score: float
    p_route: float
    p_expert: float = math.nan


@dataclass(frozen=True, slots=True)
class Route:
    """A query's ranked candidates, best first, and P(in scope) in [0, 1].

    `unavailable` says that nothing could be scored, because the scorer could not be reached: nothing is ranked then.
    """

    query: str
    candidates: tuple[Candidate, ...]
    scope: float
    unavailable: bool = False

    def p_route(self, expert: str) -> float:
        """P(in scope and `expert` is the right route); 0 for an expert that is not ranked."""
        return next((c.p_route for c in self.candidates if c.expert == expert), 0.0)

    def p_expert(self, expert: str) -> float:
        """P(`expert` answers rightly), from its graded outcomes; NaN where nothing is known."""
        return next((c.p_expert for c in self.candidates if c.expert == expert), math.nan)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a fact came from: a title, the source's date or version, and optionally the text and address."""

    title: str
    source: str
    date: str = ""
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Cost of an answer.

    Attributes:
        prompt_tokens: Over all requests.
        completion_tokens: Over all samples.
        answer_tokens: Of the shown answer alone.
        samples: Completions drawn.
        model_seconds: Time in which a model was at work; requests side by side count each.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    answer_tokens: int = 0
    samples: int = 0
    model_seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        """Sum of two costs, field by field."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.answer_tokens + other.answer_tokens,
            self.samples + other.samples,
            self.model_seconds + other.model_seconds,
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer.

    Attributes:
        features: Named finite floats that the expert's calibrator reads. The names are fixed per expert
            (``Card.features``); a missing or NaN feature makes p NaN, and NaN never answers.
        samples: The texts that the features were computed from.
        code: The program that was run, if any.
        stdout: What it printed.
    """

    features: Mapping[str, float]
    samples: tuple[str, ...] = ()
    code: str | None = None
    stdout: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An expert's answer, not yet decided upon."""

    text: str
    expert: str
    model: str
    evidence: Evidence
    usage: Usage = field(default_factory=Usage)
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """The decision to give `answer`; `p` is NaN only at target 0 without a usable calibration."""

    answer: Answer
    p: float


@dataclass(frozen=True, slots=True)
class Abstained:
    """The decision not to answer.

    Experts return it too, for doubts of their own (``unanswerable``, ``declined``, ``tool_failed``, …).

    Attributes:
        reason: The typed cause.
        message: One or two sentences for a person; shown after "I don't know: ".
        p: The final p, NaN if nothing was generated or nothing is calibrated.
        would_have_asked: The expert that was or would have been asked, if any.
        withheld: The answer that was generated but is not given (for logs, evaluation, and target 0).
    """

    reason: Reason
    message: str
    p: float = math.nan
    would_have_asked: str | None = None
    withheld: Answer | None = None


Decision = Answered | Abstained


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token, its natural-log probability, and those of its best alternatives."""

    text: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """One sampled completion of a language model."""

    text: str
    finish_reason: str
    tokens: tuple[Token, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0


@runtime_checkable
class Backend(Protocol):
    """One language model behind OpenAI's wire. The only door to a model."""

    @property
    def model(self) -> str:
        """The name shown to users, e.g. ``qwen2.5-coder-1.5b-instruct-q4_k_m``."""
        ...

    @property
    def fingerprint(self) -> str:
        """What identifies the weights: ``sha256:…`` of the file, or ``name:…`` for a remote model."""
        ...

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
        """Sample `n` completions. `logprobs` k asks for each token's log-probability and k alternatives.

        Raises:
            BackendUnavailable: The server cannot be reached, died, timed out or answered with an error.
        """
        ...


class Execution(Protocol):
    """What running one untrusted program gave; see ``nescio.sandbox``."""

    @property
    def outcome(self) -> str:
        """How it ended: ok, error, timeout, memory, output-limit, forbidden or unavailable."""
        ...

    @property
    def stdout(self) -> str:
        """What it printed; untrusted."""
        ...

    @property
    def result(self) -> str | None:
        """The last line it printed, when the outcome is ``ok``."""
        ...

    @property
    def message(self) -> str:
        """What went wrong, in one line; empty when ``ok``."""
        ...


class SandboxDoor(Protocol):
    """The only door to running untrusted code."""

    async def run(self, source: str) -> Execution:
        """Run `source` in a throw-away sandbox; never raises for what the program does."""
        ...


Progress = Callable[[str], None]
Encode = Callable[[Sequence[str]], "NDArray[np.float32]"]


def silent(_: str) -> None:
    """A progress listener that listens to nothing."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an expert may use while it answers. Everything comes through here; experts open nothing themselves.

    Attributes:
        route: The route that led here, for features such as ``p_route``.
        backend: The model that the profile gives this expert; None when the profile gives none.
        sandbox: Where programs run; None when no sandbox is configured.
        encode: Texts to unit vectors, (n,) strings → (n, d) float32.
        data_dir: A folder of the expert's own for indexes it builds; may be empty, must be treated as a cache.
        seed: Seed of everything random.
        progress: Told in a few words what happens next ("writing a program").
        samples: Upper bound on samples to draw, None for the expert's own default.
    """

    route: Route
    backend: Backend | None
    sandbox: SandboxDoor | None
    encode: Encode
    data_dir: Path
    seed: int = 0
    progress: Progress = silent
    samples: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What an expert says of itself (``card.toml`` plus the files beside it).

    Attributes:
        name: Lower-case identifier, unique; the label of its exemplars.
        domain: The field it covers, as shown to people.
        description: One sentence.
        features: Names of the evidence features it gives, in the calibrator's order.
        model: The role in the profile whose model it uses (``general``), or None if it needs none.
        exemplars: Example queries that belong to it.
        folder: Where the card was read from.
        modules: The expert's own Python files, whose code is part of its fingerprint.
        cost: Rough cost of one answer in seconds on the reference machine.
        memory_mb: Memory it needs beside its model.
        prompt: System prompt of an expert without Python, else None.
        samples: Answers drawn by an expert without Python.
        max_tokens: Longest answer of an expert without Python.
    """

    name: str
    domain: str
    description: str
    features: tuple[str, ...]
    exemplars: tuple[str, ...]
    folder: Path
    model: str | None = None
    modalities: tuple[str, ...] = ("text",)
    licence: str = "Apache-2.0"
    modules: tuple[Path, ...] = ()
    cost: float = 0.0
    memory_mb: int = 0
    prompt: str | None = None
    samples: int = 4
    max_tokens: int = 128


@runtime_checkable
class Expert(Protocol):
    """The small model or tool that answers one domain's queries.

    `answer` returns an `Answer`, or an `Abstained` for a doubt of its own. A failing tool is `Abstained` with
    ``tool_failed``; exceptions are for defects and for `BackendUnavailable`, which becomes ``expert_unavailable``.
    An `Abstained` with ``unanswerable`` or ``declined`` should carry, in `withheld`, the best attempt: it is what a
    caller with confidence target 0 gets.
    """

    card: Card

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """Answer `query`, or say why not."""
        ...


@runtime_checkable
class Warming(Protocol):
    """An expert that has something to load or build, which its first question should not wait for."""

    async def warmup(self, context: Context) -> None:
        """Load it, building it below `context.data_dir` where it is not there yet. The context has no model."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one query led to: what the service answers, the log keeps, and evaluation reads.

    Attributes:
        query: The request.
        route: Its route.
        decision: The typed decision.
        confidence_target: The target in force, in [0, 1).
        expert: The expert that answered, abstained, or would have been asked; None if none was reached.
        calibration: ``own``, ``pooled`` or ``none``: what stands behind p.
        evidence: The evidence of what was generated, given or withheld; None if nothing was.
        usage: Cost of it.
        latency_s: Seconds from parsed request to decision.
        guarantees: The bounds in force, and what stands behind each.
        p_interval: What graded answers say of answers with such a p; None where p is unknown or they are too few.
        mark: Digest of the expert's state that its calibration fits; "" where none stands behind p.
    """

    query: Query
    route: Route
    decision: Decision
    confidence_target: float
    expert: str | None
    calibration: Literal["own", "pooled", "none"]
    evidence: Evidence | None
    usage: Usage
    latency_s: float
    guarantees: tuple[Guarantee, ...] = ()
    p_interval: tuple[float, float] | None = None
    mark: str = ""

    @property
    def threshold(self) -> float:
        """What p had to exceed."""
        return max((self.confidence_target, *(one.cut.threshold for one in self.guarantees)))
