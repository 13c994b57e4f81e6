"""Writes decisions in OpenAI's shapes. Pure: an `Outcome` in, wire models or stream chunks out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nescio.service import responses as wire
from nescio.service.chat import MONOLITH, ROUTER, ChatCall
from nescio.service.doors import CalibrationStatus, PreviewDoor
from nescio.service.wishes import shown
from nescio.types import Abstained, Answered, Candidate, Card, Citation, Evidence, Outcome, Route, Usage

if TYPE_CHECKING:
    from nescio.explaining import Explanation
    from nescio.risk import Guarantee

EXAMPLES_SHOWN = 5


def completion(outcome: Outcome, call: ChatCall, created: int) -> wire.ChatCompletion:
    """The plain response."""
    seen = shown(outcome.decision, call.wishes)
    return wire.ChatCompletion(
        id=outcome.query.id,
        created=created,
        model=model_name(outcome, call),
        choices=[wire.Choice(message=wire.AssistantMessage(content=seen.text), finish_reason=seen.finish_reason)],
        usage=usage(outcome.usage),
        nescio=nescio_object(outcome, seen.ignored),
    )


def model_name(outcome: Outcome, call: ChatCall) -> str:
    """Who answered; for an abstention the model that was asked for."""
    if isinstance(outcome.decision, Abstained):
        return call.model
    return MONOLITH if outcome.query.monolith else f"{ROUTER}/{outcome.decision.answer.expert}"


def nescio_object(outcome: Outcome, ignored: Sequence[str] = ()) -> wire.NescioObject:
    """The decision behind the completion, and the names of the wishes that had no effect on it."""
    decision = outcome.decision
    abstained = decision if isinstance(decision, Abstained) else None
    expert = outcome.expert
    return wire.NescioObject(
        decision="abstained" if abstained else "answered",
        reason=abstained.reason.value if abstained else None,
        message=abstained.message if abstained else None,
        expert=expert,
        would_have_asked=abstained.would_have_asked if abstained else None,
        p=decision.p,
        p_interval=outcome.p_interval,
        p_route=None if expert is None else outcome.route.p_route(expert),
        scope=outcome.route.scope,
        confidence_target=outcome.confidence_target if outcome.confidence_target or not outcome.guarantees else None,
        guarantees=[_guarantee(one) for one in outcome.guarantees],
        calibration=outcome.calibration,
        candidates=candidates(outcome.route),
        evidence=_evidence(outcome),
        samples=outcome.usage.samples,
        model_seconds=round(outcome.usage.model_seconds, 3),
        answer_tokens=0 if abstained else outcome.usage.answer_tokens,
        ignored=list(ignored),
        latency_s=round(outcome.latency_s, 3),
        trace_id=outcome.query.id,
    )


def headers(outcome: Outcome) -> dict[str, str]:
    """The decision for clients that drop unknown fields. What is null has no header."""
    decision = outcome.decision
    found = {"x-nescio-decision": "answered" if isinstance(decision, Answered) else "abstained"}
    if outcome.expert is not None:
        found["x-nescio-expert"] = re.sub(r"[^\x21-\x7e]", "?", outcome.expert)
    if math.isfinite(decision.p):
        found["x-nescio-p"] = f"{decision.p:.4f}"
    return found


def chunks(outcome: Outcome, call: ChatCall, created: int) -> Iterator[str]:
    """The end of a stream: content with the decision, optionally usage, and the terminator.

    The text comes in one piece: it is known to be final only after the gate, so there is nothing to trickle.
    """
    head = {"id": outcome.query.id, "object": "chat.completion.chunk", "created": created}
    head["model"] = model_name(outcome, call)
    no_usage = {"usage": None} if call.include_usage else {}
    yield data({**head, "choices": [_choice({"role": "assistant", "content": ""}, None)], **no_usage})
    seen = shown(outcome.decision, call.wishes)
    decided = nescio_object(outcome, seen.ignored).model_dump(mode="json")
    yield data(
        {**head, "choices": [_choice({"content": seen.text}, seen.finish_reason)], **no_usage, "nescio": decided}
    )
    if call.include_usage:
        yield data({**head, "choices": [], "usage": usage(outcome.usage).model_dump()})
    yield DONE


DONE = "data: [DONE]\n\n"


def data(payload: dict[str, Any]) -> str:
    """One server-sent event."""
    return f"data: {json.dumps(_finite(payload), allow_nan=False)}\n\n"


def comment(text: str) -> str:
    """A server-sent comment; clients that do not know of it pass over it."""
    return f": {' '.join(text.split())}\n\n"


def usage(spent: Usage) -> wire.WireUsage:
    """Tokens over all samples."""
    return wire.WireUsage(
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
        total_tokens=spent.prompt_tokens + spent.completion_tokens,
    )


def candidates(route: Route) -> list[wire.WireCandidate]:
    """The route's candidates, best first."""
    return [_candidate(candidate) for candidate in route.candidates]


def preview(seen: PreviewDoor, calibration: CalibrationStatus) -> wire.RoutePreview:
    """Where a query would go."""
    decision = seen.decision
    abstained = decision if isinstance(decision, Abstained) else None
    expert = previewed_expert(seen)
    return wire.RoutePreview(
        decision="abstained" if abstained else "would_answer",
        reason=abstained.reason.value if abstained else None,
        message=abstained.message if abstained else None,
        expert=expert,
        p_route=None if expert is None else seen.route.p_route(expert),
        scope=seen.route.scope,
        scope_threshold=seen.scope_threshold,
        confidence_target=seen.confidence_target,
        calibration=calibration,
        candidates=candidates(seen.route),
        explanation=None if seen.explanation is None else explanation(seen.explanation),
    )


def explanation(told: Explanation) -> wire.WireExplanation:
    """Why a query is routed as it is."""
    return wire.WireExplanation.model_validate(asdict(told))


def previewed_expert(seen: PreviewDoor) -> str | None:
    """Who would be asked, if anyone was reached."""
    decision = seen.decision
    return decision.would_have_asked if isinstance(decision, Abstained) else decision.expert


def models(cards: Iterable[Card], created: int) -> wire.ModelList:
    """Every name that ``model`` may take."""
    names = [ROUTER, *(f"{ROUTER}/{card.name}" for card in cards), MONOLITH]
    return wire.ModelList(data=[wire.ModelObject(id=name, created=created) for name in names])


def expert(card: Card, calibration: CalibrationStatus) -> wire.ExpertObject:
    """What an expert says of itself."""
    return wire.ExpertObject(
        name=card.name,
        model=f"{ROUTER}/{card.name}",
        domain=card.domain,
        description=card.description,
        modalities=list(card.modalities),
        licence=card.licence,
        calibration=calibration,
        features=list(card.features),
        exemplars=len(card.exemplars),
        examples=list(card.exemplars[:EXAMPLES_SHOWN]),
        cost_s=card.cost,
        memory_mb=card.memory_mb,
    )


def _guarantee(one: Guarantee) -> wire.WireGuarantee:
    cut = one.cut
    return wire.WireGuarantee(
        bound=one.bound,
        at_most=one.at_most,
        holds=cut.holds,
        threshold=cut.threshold if cut.holds else None,
        delta=one.delta,
        rows=cut.rows,
        answered=cut.answered,
        wrong=cut.wrong,
        needed=cut.needed,
        population=one.population,
        assumptions=one.assumptions,
    )


def _evidence(outcome: Outcome) -> wire.WireEvidence | None:
    if outcome.evidence is None:
        return None
    features = {name: float(value) for name, value in outcome.evidence.features.items()}
    if isinstance(outcome.decision, Abstained):
        return wire.WireEvidence(features=_finite(features))
    return _shown(outcome.evidence, outcome.decision.answer.citations, _finite(features))


def _shown(evidence: Evidence, citations: tuple[Citation, ...], features: Any) -> wire.WireEvidence:
    return wire.WireEvidence(
        features=features,
        code=evidence.code,
        stdout=evidence.stdout,
        samples=list(evidence.samples),
        citations=[
            wire.WireCitation(title=c.title, source=c.source, date=c.date, text=c.text, url=c.url) for c in citations
        ],
    )


def _candidate(candidate: Candidate) -> wire.WireCandidate:
    return wire.WireCandidate(expert=candidate.expert, p_route=candidate.p_route)


def _choice(delta: dict[str, str], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _finite(value: Any) -> Any:
    """`value` with null for every number that JSON cannot say."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list) else value
