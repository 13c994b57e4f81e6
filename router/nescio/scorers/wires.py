"""What a decision model is asked and how its reply is read, in both shapes that servers speak. Pure; no I/O.

- ``systemone``: TypeSafe's ``POST /v1/systemone``, as ``sparrow-decider serve`` and others serve it;
- ``decisions``: OpenAI's ``POST /v1/decisions``, as the types of its Python client (3.54) give it.

One ``choice`` question has every label as an option, and `NONE` for a query that fits none of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nescio.errors import BackendUnavailable

NONE = "none of these"
INSTRUCTIONS = "Which of these is the message about?"

_NAME = "route"
_FOREIGN = "the scorer answered with something that is no decision"
_HINT = "NESCIO_SCORER names the wire that the server at NESCIO_SCORER_URL speaks"

Options = Mapping[str, str]
"""Each option with its description, `NONE` among them."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One shape.

    Attributes:
        path: Where a request goes, below the server's address.
        ask: The body for a query, options and a model's name.
        read: The probability of each option in a reply; None where the model refused to decide.
    """

    path: str
    ask: Callable[[str, Options, str | None], dict[str, Any]]
    read: Callable[[Any, Options], dict[str, float] | None]


def _ask_systemone(text: str, options: Options, model: str | None) -> dict[str, Any]:
    question = {"type": "choice", "instructions": INSTRUCTIONS, "criteria": dict(options)}
    return {"state": text, "questions": {_NAME: question}} | ({} if model is None else {"model": model})


def _read_systemone(body: Any, options: Options) -> dict[str, float] | None:
    try:
        found = body["answers"][_NAME]["probabilities"]
        return _checked({name: float(found[name]) for name in options})
    except (KeyError, TypeError, ValueError) as error:
        raise BackendUnavailable(f"{_FOREIGN} ({error!r})", hint=_HINT) from error


def _ask_decisions(text: str, options: Options, model: str | None) -> dict[str, Any]:
    choices = [{"value": name} | ({"description": told} if told else {}) for name, told in options.items()]
    question = {"type": "choice", "name": _NAME, "instructions": INSTRUCTIONS, "choices": choices}
    return {"model": model or "default", "input": text, "questions": [question]}


def _read_decisions(body: Any, options: Options) -> dict[str, float] | None:
    try:
        answer = body["answers"][0]
        if answer["type"] == "refusal":
            return None
        found = {item["value"]: float(item["probability"]) for item in answer["probabilities"]}
        return _checked({name: found[name] for name in options})
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise BackendUnavailable(f"{_FOREIGN} ({error!r})", hint=_HINT) from error


def _checked(found: dict[str, float]) -> dict[str, float]:
    if not all(math.isfinite(p) and 0.0 <= p <= 1.0 for p in found.values()):
        raise ValueError("a probability is outside [0, 1]")
    return found


WIRES = {
    "systemone": Wire("/v1/systemone", _ask_systemone, _read_systemone),
    "decisions": Wire("/v1/decisions", _ask_decisions, _read_decisions),
}
