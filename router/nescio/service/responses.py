"""What the service sends, as pydantic models: the shapes only. `nescio.service.render` fills them.

NaN and infinity leave as null, which is pydantic's own rule for JSON.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """Base of everything that is sent."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null")


class ErrorDetail(Wire):
    """OpenAI's error, with a hint that names the next step."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None
    hint: str | None = None


class ErrorBody(Wire):
    """Every error, everywhere."""

    error: ErrorDetail


class WireCandidate(Wire):
    """One expert's place in the route."""

    expert: str
    p_route: float | None


class WireCitation(Wire):
    """Where a fact came from."""

    title: str
    source: str
    date: str = ""
    text: str = ""
    url: str = ""


class WireEvidence(Wire):
    """What speaks for the answer. An abstention shows the features only: what was withheld stays withheld."""

    features: dict[str, float | None]
    code: str | None = None
    stdout: str | None = None
    samples: list[str] = []
    citations: list[WireCitation] = []


class WireGuarantee(Wire):
    """A bound on wrong answers, and what stands behind it."""

    bound: Literal["max_risk", "max_hallucination_rate"]
    at_most: float
    holds: bool = Field(description="Whether a threshold is known that keeps it; if not, nothing is answered.")
    threshold: float | None = Field(description="What p must exceed for it; null where none is known.")
    delta: float | None = Field(description="The chance that it does not hold; null: it holds on average.")
    rows: int = Field(description="Graded questions behind it.")
    answered: int = Field(description="How many of them have a p above the threshold.")
    wrong: int = Field(description="How many of those are wrong.")
    needed: int = Field(description="How many graded questions it takes at least, none of them wrong.")
    population: str
    assumptions: str


class NescioObject(Wire):
    """The decision behind a completion."""

    decision: Literal["answered", "abstained"]
    reason: str | None = Field(description="Why it abstained; null when it answered.")
    message: str | None = Field(description="The reason in words.")
    expert: str | None = Field(description="Who answered, abstained, or would have been asked.")
    would_have_asked: str | None
    p: float | None = Field(description="Final P(right); null if nothing was generated or nothing is calibrated.")
    p_interval: tuple[float, float] | None = Field(
        description="[low, high] around p: what graded answers say of answers with such a p (Venn-Abers); "
        "null where p is null, or its calibration is pooled or has too few of them."
    )
    p_route: float | None = Field(description="P(in scope and this is the right expert).")
    scope: float | None = Field(description="P(in scope).")
    confidence_target: float | None = Field(description="The target in force; null if a bound took its place.")
    guarantees: list[WireGuarantee] = Field(description="The bounds in force.")
    calibration: Literal["own", "pooled", "none"]
    candidates: list[WireCandidate]
    evidence: WireEvidence | None
    samples: int = Field(description="Samples drawn.")
    model_seconds: float = Field(description="Seconds in which a model worked; requests side by side count each.")
    answer_tokens: int = Field(description="Tokens of the shown answer alone; usage counts all samples.")
    ignored: list[str] = Field(description="Names of what was sent and had no effect on this completion.")
    latency_s: float | None
    trace_id: str


class WireUsage(Wire):
    """Tokens over all samples."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class AssistantMessage(Wire):
    """The completion's message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(Wire):
    """The one choice."""

    index: int = 0
    message: AssistantMessage
    logprobs: None = None
    finish_reason: Literal["stop", "length"] = "stop"


class ChatCompletion(Wire):
    """OpenAI's completion, with the decision."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: WireUsage
    nescio: NescioObject


class WireExemplar(Wire):
    """An exemplar near the query."""

    text: str
    label: str | None = Field(description="null is out of scope.")
    similarity: float | None


class WireLabelScores(Wire):
    """What the parts say of one label; of out of scope (null) only the heads say something."""

    label: str | None
    logit: float | None = Field(description="The linear head's.")
    head_p: float | None = Field(description="The linear head's softmax, not calibrated.")
    net: float | None = Field(description="The logit of the head with a hidden layer; null without one.")
    neighbours: float | None = Field(description="Mean similarity of its nearest neighbours.")
    score: float | None = Field(description="All of them fused.")
    p: float | None = Field(description="P(in scope and this is the right one).")


class WireFeature(Wire):
    """One scope feature."""

    name: str
    value: float | None
    average: float | None = Field(
        description="Over the rows that scope was calibrated on; where none were, what leaves it undecided."
    )
    contribution: float | None = Field(description="What it adds to the logit of scope.")


class WireChange(Wire):
    """A change that flips the decision."""

    kind: Literal["threshold", "target", "language", "features", "add_exemplar", "remove_exemplars"]
    leads_to: Literal["answered", "abstained"]
    says: str = Field(description="In words.")
    threshold: float | None
    features: list[str]
    label: str | None
    exemplars: list[str]


class WireExplanation(Wire):
    """Why a query is routed as it is."""

    decision: Literal["answered", "abstained"]
    summary: list[str] = Field(description="In sentences.")
    rule: str
    cut: Literal["scope", "p"] = Field(description="What is compared with the threshold.")
    value: float | None
    threshold: float | None
    empty: bool
    foreign: bool
    nearest: list[WireExemplar]
    nearest_outside: list[WireExemplar]
    typical: float | None = Field(description="How near an exemplar of the top label typically has another one.")
    labels: list[WireLabelScores]
    features: list[WireFeature]
    constant: float | None = Field(description="The rest of the logit of scope.")
    scope_logit: float | None
    changes: list[WireChange]


class RoutePreview(Wire):
    """Where a query would go; nothing is generated."""

    object: Literal["nescio.route"] = "nescio.route"
    decision: Literal["would_answer", "abstained"]
    reason: str | None
    message: str | None
    expert: str | None = Field(description="Who would be asked; null if no expert was reached.")
    p_route: float | None
    scope: float | None
    scope_threshold: float | None
    confidence_target: float | None
    calibration: Literal["own", "pooled", "none"]
    candidates: list[WireCandidate]
    explanation: WireExplanation | None = Field(description="null unless `explain` was true.")


class ModelObject(Wire):
    """One name that ``model`` may take."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["nescio"] = "nescio"


class ModelList(Wire):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelObject]


class ExpertObject(Wire):
    """What an expert says of itself."""

    name: str
    object: Literal["nescio.expert"] = "nescio.expert"
    model: str
    domain: str
    description: str
    modalities: list[str]
    licence: str
    calibration: Literal["own", "pooled", "none"]
    features: list[str]
    exemplars: int
    examples: list[str] = Field(description="The first few exemplars.")
    cost_s: float
    memory_mb: int


class SkippedExpert(Wire):
    """An expert that could not be loaded."""

    name: str
    message: str


class ExpertList(Wire):
    """All experts, and those that were skipped."""

    object: Literal["list"] = "list"
    data: list[ExpertObject]
    problems: list[SkippedExpert]


class FeedbackReceipt(Wire):
    """A grade was kept."""

    object: Literal["nescio.feedback"] = "nescio.feedback"
    id: str
    grade: Literal["right", "wrong"]


class Health(Wire):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Ready(Wire):
    """Whether a chat request would be served now."""

    ready: bool
    parts: dict[str, str]


class PageConfig(Wire):
    """What the chat page needs to know before the first question."""

    version: str
    confidence_target: float
    needs_key: bool
