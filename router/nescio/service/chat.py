"""Turns the body of a chat request into a `Query`. Pure; it neither asks nor answers.

Three kinds of parameters: those that are accepted (`ChatRequest`), OpenAI's that are accepted at their default value
only, and nescio's own that do not work yet. What is not honoured is refused by name, or named in the response
(`Wishes.unheeded`), never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nescio.conversation import routed_text
from nescio.errors import InvalidRequest, UnknownModel, UnsupportedParameter
from nescio.risk import BOUNDS
from nescio.service.requests import MAX_TURNS, ChatMessage, ChatRequest, clean, nearest, validated
from nescio.service.wishes import Wishes
from nescio.types import Message, Query, Sampling

ROUTER = "nescio"
MONOLITH = "nescio/monolith"

NOT_YET = ("strategy",)
"""Parameters of nescio's own that do not work yet."""

DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "audio": (),
    "frequency_penalty": (0,),
    "function_call": ("none", "auto"),
    "functions": ([],),
    "logit_bias": ({},),
    "logprobs": (False,),
    "metadata": ({},),
    "modalities": (["text"],),
    "moderation": (),
    "n": (1,),
    "parallel_tool_calls": (True,),
    "prediction": (),
    "presence_penalty": (0,),
    "prompt_cache_key": (),
    "prompt_cache_options": (),
    "prompt_cache_retention": (),
    "reasoning_effort": (),
    "response_format": ({"type": "text"},),
    "safety_identifier": (),
    "service_tier": ("auto", "default"),
    "store": (False,),
    "tool_choice": ("none", "auto"),
    "tools": ([],),
    "top_logprobs": (0,),
    "verbosity": ("medium",),
    "web_search_options": (),
}
"""OpenAI's other parameters and the values, beside null, that change nothing."""

_HINTS = {
    "n": "nescio draws several samples by itself and gives one answer",
    "logprobs": "the nescio object of the response carries p and the evidence",
    "tools": "experts bring their own tools",
    "stream_options": "set stream to true",
}
_IGNORED_IN_MESSAGES = ("annotations", "audio", "function_call", "refusal", "tool_calls")


@dataclass(frozen=True, slots=True)
class ChatCall:
    """A chat request, understood.

    Attributes:
        query: What is asked.
        model: The model as the client named it.
        stream: Whether chunks are wanted.
        include_usage: Whether the stream ends with a chunk of usage.
        conversation_id: The conversation that the server remembers, if any.
        wishes: What is asked of the text that is shown.
    """

    query: Query
    model: str
    stream: bool = False
    include_usage: bool = False
    conversation_id: str | None = None
    wishes: Wishes = field(default_factory=Wishes)


def parse_chat(body: Mapping[str, Any], *, completion_id: str, experts: Collection[str]) -> ChatCall:
    """Understand a chat request.

    Args:
        body: The JSON object as sent.
        completion_id: Id of the query, the completion and the trace.
        experts: Names that ``nescio/<expert>`` may take.

    Raises:
        InvalidRequest: A parameter is wrong, unknown or not supported; `param` names it.
        UnknownModel: No such expert.
    """
    request = validated(ChatRequest, _known(body))
    messages = _messages(request.messages)
    _check_combinations(request)
    options = request.stream_options
    return ChatCall(
        query=Query(
            id=completion_id,
            messages=messages,
            text=routed_text(messages),
            confidence_target=request.confidence_target,
            max_risk=request.max_risk,
            max_hallucination_rate=request.max_hallucination_rate,
            expert=_pinned(request.model, experts),
            monolith=request.model == MONOLITH,
            gate=bool(request.gate),
            max_samples=request.max_samples,
            max_seconds=request.max_seconds,
            sampling=Sampling(seed=request.seed),
        ),
        model=request.model,
        stream=bool(request.stream),
        include_usage=bool(options and options.include_usage),
        conversation_id=request.nescio.conversation_id if request.nescio else None,
        wishes=_wishes(request),
    )


def _known(body: Mapping[str, Any]) -> dict[str, Any]:
    """`body` without what may be left out, after refusing what is not honoured."""
    for name, value in body.items():
        if value is None:
            continue
        if name in NOT_YET:
            message = f"{name} does not work yet."
            raise UnsupportedParameter(message, param=name, hint="use confidence_target")
        if name in DEFAULTS and not _is_default(value, DEFAULTS[name]):
            message = f"{name} is supported at its default value only."
            raise UnsupportedParameter(message, param=name, hint=_HINTS.get(name, "leave it out"))
    kept = {name: value for name, value in body.items() if name not in DEFAULTS and name not in NOT_YET}
    turns = kept.get("messages")
    if isinstance(turns, list) and len(turns) <= MAX_TURNS:
        kept["messages"] = [_without_empty_fields(turn) for turn in turns]
    return kept


def _is_default(value: Any, defaults: tuple[Any, ...]) -> bool:
    return any(value == default and isinstance(value, bool) is isinstance(default, bool) for default in defaults)


def _without_empty_fields(turn: Any) -> Any:
    """A turn as OpenAI's client dumps it carries fields that say nothing."""
    if not isinstance(turn, dict):
        return turn
    return {key: value for key, value in turn.items() if key not in _IGNORED_IN_MESSAGES or value not in (None, [])}


def _messages(turns: list[ChatMessage]) -> tuple[Message, ...]:
    messages = []
    for position, turn in enumerate(turns):
        role: Literal["system", "user", "assistant"] = "system" if turn.role == "developer" else turn.role
        try:
            messages.append(Message(role, clean(turn.text)))
        except InvalidRequest as error:
            error.param = f"messages[{position}].content"
            raise
    if messages[-1].role != "user":
        hint = "append the user's message"
        raise InvalidRequest("the last message must be the user's.", param="messages", hint=hint)
    if not messages[-1].content.strip():
        param = f"messages[{len(messages) - 1}].content"
        raise InvalidRequest("the query is empty.", param=param, hint="ask something")
    # How an expert is instructed is part of what it was calibrated with.
    return tuple(message for message in messages if message.role != "system")


def _check_combinations(request: ChatRequest) -> None:
    if request.gate is not None and request.model != MONOLITH:
        message = f"gate applies to the model {MONOLITH} only."
        raise UnsupportedParameter(
            message, param="gate", hint="the router is always gated; confidence_target 0 waives its gates"
        )
    bound = next((name for name in BOUNDS if getattr(request, name) is not None), None)
    if bound is not None and request.model == MONOLITH and not request.gate:
        message = f"{bound} needs a gate, which {MONOLITH} has only where gate is true."
        raise InvalidRequest(message, param=bound, hint="set gate to true")
    if request.stream_options is not None and not request.stream:
        message = "stream_options applies to streams only."
        raise InvalidRequest(message, param="stream_options", hint=_HINTS["stream_options"])
    if request.max_tokens is not None and request.max_completion_tokens is not None:
        message = "max_completion_tokens and max_tokens are two names of one limit."
        raise InvalidRequest(message, param="max_completion_tokens", hint="send one of them")


def _pinned(model: str, experts: Collection[str]) -> str | None:
    if model in (ROUTER, MONOLITH):
        return None
    name = model.removeprefix(f"{ROUTER}/")
    if name == model or name not in experts:
        raise unknown_model(model, experts)
    return name


def unknown_model(model: str, experts: Iterable[str]) -> UnknownModel:
    """The error for a model that is not there, with the one that was probably meant."""
    meant = nearest(model, [ROUTER, MONOLITH, *(f"{ROUTER}/{name}" for name in experts)])
    hint = f"did you mean {meant}?" if meant else "GET /v1/models lists them"
    return UnknownModel(f"there is no model {model[:80]!r}.", param="model", hint=hint)


def _wishes(request: ChatRequest) -> Wishes:
    stop = (request.stop,) if isinstance(request.stop, str) else tuple(request.stop or ())
    limits = {"max_tokens": request.max_tokens, "max_completion_tokens": request.max_completion_tokens}
    named = {name: value for name, value in limits.items() if value is not None}
    return Wishes(
        max_tokens=next(iter(named.values()), None),
        stop=stop,
        cutting=(*named, *(("stop",) if stop else ())),
        unheeded=tuple(_unheeded(request)),
    )


def _unheeded(request: ChatRequest) -> Iterator[str]:
    """What was sent and changes nothing, whoever answers. What is shown is always the most likely answer."""
    if request.temperature:
        yield "temperature"
    if request.top_p is not None and request.top_p < 1:
        yield "top_p"
    if request.user is not None:
        yield "user"
    if request.stream_options is not None and request.stream_options.include_obfuscation:
        yield "stream_options.include_obfuscation"
    if any(turn.name is not None for turn in request.messages):
        yield "messages.name"
    yield from {turn.role for turn in request.messages} & {"system", "developer"}
