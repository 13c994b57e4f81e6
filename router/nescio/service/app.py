"""Assembles the HTTP service around an engine. The only door to ``nescio.service``; it decides nothing itself."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from nescio.service.doors import EngineDoor
from nescio.service.exchange import Desk
from nescio.service.failures import install_handlers
from nescio.service.guard import Guard
from nescio.service.page import page_router
from nescio.service.requests import ChatRequest, FeedbackRequest, RouteRequest
from nescio.service.rim import Rim
from nescio.service.routes import api_router
from nescio.service.telemetry import Metrics
from nescio.service.turnstile import Turnstile
from nescio.settings import Settings

_BODIES: tuple[type[BaseModel], ...] = (ChatRequest, RouteRequest, FeedbackRequest)
_ABOUT = "A domain-expert router that would rather say \"I don't know\" than guess. OpenAI's wire, extended."


def create_app(engine: EngineDoor, settings: Settings) -> FastAPI:
    """The ASGI application. It does not start or close `engine`."""
    metrics = Metrics()
    desk = Desk(
        engine=engine,
        turnstile=Turnstile(concurrency=settings.concurrency, size=settings.queue_size),
        metrics=metrics,
        timeout_s=settings.request_timeout,
        default_target=settings.confidence_target,
    )
    app = FastAPI(
        title="nescio",
        version=version("nescio"),
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(Rim, metrics=metrics)
    install_handlers(app)
    app.include_router(api_router(desk))
    app.include_router(page_router(settings))
    _describe_bodies(app)
    return app


def _describe_bodies(app: FastAPI) -> None:
    """Add to OpenAPI the schemas of bodies that are read by hand, and remove FastAPI's own 422."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
            bodies = [(model, "validation") for model in _BODIES]
            _, found = models_json_schema(bodies, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
            schemas = schema["components"]["schemas"] | found["$defs"]
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            schema["components"]["schemas"] = schemas
            for operations in schema["paths"].values():
                for operation in operations.values():
                    operation["responses"].pop("422", None)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
