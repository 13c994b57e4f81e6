"""Test doubles, named as such: an expert, a router and a calibration that do what a test tells them."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nescio.types import Abstained, Answer, Candidate, Card, Context, Evidence, Query, Route


def card(name: str = "double", **changes: object) -> Card:
    values: dict[str, object] = {
        "name": name,
        "domain": name,
        "description": f"Answers questions about {name}.",
        "features": ("f",),
        "exemplars": tuple(f"{name} question {i}" for i in range(20)),
        "folder": Path("nowhere"),
    }
    return Card(**(values | changes))  # type: ignore[arg-type]


@dataclass
class DoubleExpert:
    """Returns or raises what it was given, and remembers what it was asked."""

    card: Card
    reply: Answer | Abstained | Exception | Callable[[Query, Context], Awaitable[Answer | Abstained]]
    asked: list[Query] = field(default_factory=list)

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        self.asked.append(query)
        if isinstance(self.reply, Exception):
            raise self.reply
        if callable(self.reply):
            return await self.reply(query, context)
        return self.reply


def expert(name: str = "double", text: str = "42", feature: float = 1.0) -> DoubleExpert:
    return DoubleExpert(card(name), Answer(text, name, "double-model", Evidence({"f": feature})))


@dataclass
class DoubleRouter:
    """Gives every query the same route."""

    ranked: Mapping[str, float]
    scope: float = 1.0
    scope_threshold: float = 0.5
    seen: list[str] = field(default_factory=list)

    def route(self, text: str) -> Route:
        self.seen.append(text)
        candidates = sorted(self.ranked.items(), key=lambda item: -item[1])
        return Route(text, tuple(Candidate(name, p, p) for name, p in candidates), self.scope)


@dataclass(frozen=True)
class DoubleCalibration:
    """p is the feature ``f``; the worth of asking is p_route."""

    status: str = "own"
    mark: str = ""

    def p(self, features: Mapping[str, float], p_route: float) -> float:
        return features.get("f", math.nan)

    def interval(self, p: float) -> tuple[float, float] | None:
        return None if math.isnan(p) else (max(0.0, p - 0.1), min(1.0, p + 0.1))

    def worth(self, p_route: float, target: float, p_expert: float = math.nan) -> float:
        return p_route


async def context(name: str, query: Query, route: Route, progress: Callable[[str], None]) -> Context:
    def encode(texts: object) -> np.ndarray:
        raise AssertionError("no test here encodes")

    return Context(route=route, backend=None, sandbox=None, encode=encode, data_dir=Path("nowhere"), progress=progress)
