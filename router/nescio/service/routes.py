"""The endpoints under ``/v1`` and the probes. Each reads, calls one thing, and renders."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from nescio.errors import InvalidRequest, NotFound
from nescio.service import render
from nescio.service import responses as wire
from nescio.service.body import read_json
from nescio.service.chat import parse_chat, unknown_model
from nescio.service.exchange import ClientLeft, Desk, begin
from nescio.service.requests import ChatRequest, FeedbackRequest, RouteRequest, clean, nearest, validated
from nescio.service.rim import CHAT_PATH, LEFT_STATUS
from nescio.service.stream import ChatStream
from nescio.service.telemetry import CONTENT_TYPE
from nescio.types import Card

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": wire.ErrorBody, "description": text}
    for status, text in {
        400: "A parameter is wrong, unknown or not supported; `param` names it.",
        401: "The API key is missing or wrong.",
        404: "No such model, expert or completion.",
        408: "The body did not arrive in time.",
        413: "The body exceeds 16 MiB.",
        415: "The body is compressed.",
        429: "The queue for a model is full, the request's time passed in it, or too many are here; see Retry-After.",
    }.items()
}
Clock = Callable[[], float]


def api_router(desk: Desk, clock: Clock = time.time) -> APIRouter:
    """All endpoints of the API."""
    router = APIRouter(responses=_ERRORS)
    _add_chat(router, desk, clock)
    _add_route(router, desk)
    _add_feedback(router, desk)
    _add_models(router, desk, int(clock()))
    _add_experts(router, desk)
    _add_probes(router, desk)
    return router


def _add_chat(router: APIRouter, desk: Desk, clock: Clock) -> None:
    @router.post(CHAT_PATH, response_model=wire.ChatCompletion, openapi_extra=_takes(ChatRequest))
    async def chat_completions(request: Request) -> Response:
        """Answer, or say "I don't know".

        An abstention is a normal completion; `nescio.decision` tells. A stream tells of progress in comments, sends
        the text in one piece once the decision has fallen, with the `nescio` object beside it, and ends with [DONE].
        """
        body = await read_json(request, within_s=desk.timeout_s)
        experts = {card.name for card in desk.engine.registry.cards}
        call = parse_chat(body, completion_id=request.state.trace_id, experts=experts)
        created = int(clock())
        if call.stream:
            return ChatStream(desk, call, created)
        try:
            async with begin(desk, call, request.receive) as exchange:
                outcome = await exchange.outcome()
        except ClientLeft:
            return Response(status_code=LEFT_STATUS)
        return _json(render.completion(outcome, call, created), headers=render.headers(outcome))


def _add_route(router: APIRouter, desk: Desk) -> None:
    @router.post("/v1/route", response_model=wire.RoutePreview, openapi_extra=_takes(RouteRequest))
    async def route(request: Request) -> Response:
        """Show where a query would go. Nothing is generated."""
        asked = validated(RouteRequest, await read_json(request, within_s=desk.timeout_s))
        text = _cleaned(asked.query, "query")
        if not text.strip():
            raise InvalidRequest("the query is empty.", param="query", hint="ask something")
        with desk.turnstile.admission():
            seen = await desk.engine.preview(text, asked.confidence_target, explain=bool(asked.explain))
        expert = render.previewed_expert(seen)
        calibration = "none" if expert is None else desk.engine.calibration_status(expert)
        return _json(render.preview(seen, calibration))


def _add_feedback(router: APIRouter, desk: Desk) -> None:
    @router.post("/v1/feedback", response_model=wire.FeedbackReceipt, openapi_extra=_takes(FeedbackRequest))
    async def feedback(request: Request) -> Response:
        """Grade an earlier answer. Later calibrations learn from it."""
        given = validated(FeedbackRequest, await read_json(request, within_s=desk.timeout_s))
        answer = None if given.answer is None else _cleaned(given.answer, "answer")
        await desk.engine.grade(given.id, given.grade, answer)
        desk.metrics.grades.labels(given.grade).inc()
        return _json(wire.FeedbackReceipt(id=given.id, grade=given.grade))


def _add_models(router: APIRouter, desk: Desk, created: int) -> None:
    @router.get("/v1/models", response_model=wire.ModelList)
    async def models() -> Response:
        """List the names that `model` may take."""
        return _json(render.models(desk.engine.registry.cards, created))

    @router.get("/v1/models/{model:path}", response_model=wire.ModelObject)
    async def model(model: str) -> Response:
        """Show one of them."""
        for known in render.models(desk.engine.registry.cards, created).data:
            if known.id == model:
                return _json(known)
        raise unknown_model(model, [card.name for card in desk.engine.registry.cards])


def _add_experts(router: APIRouter, desk: Desk) -> None:
    def shown(card: Card) -> wire.ExpertObject:
        return render.expert(card, desk.engine.calibration_status(card.name))

    @router.get("/v1/experts", response_model=wire.ExpertList)
    async def experts() -> Response:
        """List the experts, and those that were skipped."""
        registry = desk.engine.registry
        problems = [wire.SkippedExpert(name=each.name, message=each.message) for each in registry.problems]
        return _json(wire.ExpertList(data=[shown(card) for card in registry.cards], problems=problems))

    @router.get("/v1/experts/{name}", response_model=wire.ExpertObject)
    async def expert(name: str) -> Response:
        """Show one expert."""
        for card in desk.engine.registry.cards:
            if card.name == name:
                return _json(shown(card))
        meant = nearest(name, [card.name for card in desk.engine.registry.cards])
        hint = f"did you mean {meant}?" if meant else "GET /v1/experts lists them"
        raise NotFound(f"there is no expert {name[:80]!r}.", hint=hint)


def _add_probes(router: APIRouter, desk: Desk) -> None:
    @router.get("/healthz", response_model=wire.Health)
    async def healthz() -> Response:
        """Whether the process is alive."""
        return _json(wire.Health())

    @router.get("/readyz", response_model=wire.Ready, responses={503: {"model": wire.Ready}})
    async def readyz() -> Response:
        """Whether a chat request would be served now: 200, else 503 with what is missing."""
        state = await desk.engine.readiness()
        return _json(wire.Ready(ready=state.ready, parts=dict(state.parts)), 200 if state.ready else 503)

    @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """Prometheus metrics."""
        desk.metrics.admitted.set(desk.turnstile.admitted)
        desk.metrics.waiting.set(desk.turnstile.waiting)
        desk.metrics.inside.set(desk.turnstile.inside)
        desk.metrics.lost.set(desk.engine.lost)
        desk.metrics.drifted(desk.engine.drift.values())
        return Response(desk.metrics.page(), media_type=CONTENT_TYPE)


def _cleaned(text: str, param: str) -> str:
    try:
        return clean(text)
    except InvalidRequest as error:
        error.param = param
        raise


def _json(body: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body.model_dump_json(), status, headers, media_type="application/json")


def _takes(model: type[BaseModel]) -> dict[str, Any]:
    """The body is read and validated by hand, so OpenAPI is told of it by hand."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
