"""Opens the systems under test by name: those of this machine, and models behind an OpenAI-style server."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AsyncExitStack

from nescio.errors import InvalidRequest
from nescio.types import Progress, Query, Route, silent
from nescio_eval.systems import (
    MONOLITH,
    PROMPTED_TARGETS,
    ROUTER,
    BackendSystem,
    EngineSystem,
    PromptedSystem,
    System,
    monolith_card,
)

SYSTEMS = ("router", "monolith", "prompted")


async def open_systems(stack: AsyncExitStack, wanted: Sequence[str], say: Progress) -> list[System]:
    """The systems called `wanted`; what they hold open is closed by `stack`.

    Raises:
        InvalidRequest: A name means nothing.
    """
    systems: list[System] = []
    local = [name for name in wanted if name in SYSTEMS]
    for name in wanted:
        if name.startswith("openai:"):
            systems += _remote(name)
        elif name not in SYSTEMS:
            raise InvalidRequest(f"no system called {name!r}", hint="router, monolith, prompted or openai:URL#MODEL")
    return systems + (await _local(stack, local, say) if local else [])


async def _local(stack: AsyncExitStack, names: Sequence[str], say: Progress) -> list[System]:
    from nescio.engine import Engine
    from nescio.settings import load_settings

    engine = await stack.enter_async_context(await Engine.start(load_settings(), progress=say))
    nowhere = Query(id="eval", messages=(), text="")
    context = await engine.parts.context_for(MONOLITH, nowhere, Route("", (), 1.0), silent)
    backend = context.backend
    card = monolith_card()
    about = {"model": getattr(backend, "model", None), "fingerprint": getattr(backend, "fingerprint", None)}
    systems: list[System] = []
    if ROUTER in names:
        systems.append(EngineSystem(engine, ROUTER, {**about, "experts": sorted(engine.registry.experts)}))
    if MONOLITH in names:
        prompt = {"prompt": card.prompt, "samples": card.samples, "max_tokens": card.max_tokens}
        systems.append(EngineSystem(engine, MONOLITH, {**about, **prompt}))
    if "prompted" in names and backend is not None:
        systems += [PromptedSystem(backend, t) for t in PROMPTED_TARGETS]
    return systems


def _remote(name: str) -> list[System]:
    from nescio.backends import OpenAIBackend

    url, _, model = name.removeprefix("openai:").partition("#")
    if not url or not model:
        raise InvalidRequest(f"{name!r} names no model", hint="openai:http://127.0.0.1:8000/v1#MODEL")
    backend = OpenAIBackend(url, model, api_key=os.environ.get("OPENAI_API_KEY", "none"))
    return [BackendSystem(backend), *(PromptedSystem(backend, t) for t in PROMPTED_TARGETS)]
