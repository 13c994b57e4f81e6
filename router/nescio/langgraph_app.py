"""The graph for LangGraph's own tools (``langgraph.json``): an engine of its own, started when the tool asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def graph() -> AsyncIterator[Any]:
    """The compiled graph, on an engine made from the settings; closed when the tool lets go of it."""
    from nescio.engine import Engine
    from nescio.settings import load_settings

    async with await Engine.start(load_settings(), models=False) as engine:
        yield engine.graph
