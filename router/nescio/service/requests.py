"""What a client may send, as pydantic models, and how a violation is worded. It does not read bodies or decide.

Strict throughout: a bool is no number and a string is no bool. Every violation names the parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from nescio.errors import InvalidRequest, QueryTooLong, UnsupportedParameter

MAX_TEXT_BYTES = 256 * 1024
"""Longest text of one message or query, in bytes of UTF-8."""

MAX_STOP = 256
"""Longest stop sequence, in characters."""

MAX_TURNS = 4096
"""Most turns of one conversation."""

_NEAR = 0.85
"""How alike two names must be for one to be offered in place of the other; 1 is the same."""

_SHOWN = 200
"""So much of a name that a client made up is told back to it."""

_OBJECT = re.compile(r"a valid dictionary or instance of \w+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

Target = Annotated[
    float | None,
    Field(
        ge=0,
        lt=1,
        allow_inf_nan=False,
        description=(
            "t in [0, 1): answer only when the chance of being right exceeds it. "
            "At 0 rule and gates are waived: whatever the expert attempted is given."
        ),
        examples=[0.75],
    ),
]

Share = Annotated[float | None, Field(gt=0, lt=1, allow_inf_nan=False, examples=[0.05])]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def clean(text: str) -> str:
    """`text` without control characters other than tab, line feed and carriage return.

    Raises:
        QueryTooLong: It exceeds `MAX_TEXT_BYTES`.
        InvalidRequest: It is not valid Unicode (a lone surrogate).
    """
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        hint = "JSON escapes beyond U+FFFF come in pairs"
        raise InvalidRequest("the text holds half of a surrogate pair.", hint=hint) from None
    if size > MAX_TEXT_BYTES:
        message = f"the text has {size:,} bytes; at most {MAX_TEXT_BYTES:,} are read."
        raise QueryTooLong(message, hint="send the part that the question needs")
    return _CONTROLS.sub("", text)


class Part(_Strict):
    """One part of a message's content. Only text is understood so far."""

    type: Literal["text"]
    text: str


class ChatMessage(_Strict):
    """One turn. What a client keeps of our own answers may be sent back as it is; null fields are ignored."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | Annotated[list[Part], Field(fail_fast=True)] | None = None
    name: str | None = Field(default=None, max_length=256)

    @property
    def text(self) -> str:
        """All text of the turn."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n".join(part.text for part in self.content)


class StreamOptions(_Strict):
    """Options of a stream."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Extension(_Strict):
    """What only nescio understands."""

    conversation_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$",
        description="The server remembers the conversation; send only the new message.",
    )


def _stop_sequences(value: str | list[str] | None) -> str | list[str] | None:
    if isinstance(value, list) and (len(value) > 4 or "" in value):
        raise ValueError("at most four stop sequences, none of them empty")
    if value == "":
        raise ValueError("a stop sequence must not be empty")
    if any(len(one) > MAX_STOP for one in ([value] if isinstance(value, str) else value or ())):
        raise ValueError(f"a stop sequence has at most {MAX_STOP} characters")
    return value


_UNHEEDED = "Accepted and not followed; `nescio.ignored` says so."
_BUDGET = "What is not decided within it is an abstention with reason `budget`, never a shorter guess."
_LENGTH = "Longest text shown of an answer, at four characters a token; an abstention is never cut."


class ChatRequest(_Strict):
    """``POST /v1/chat/completions``. Other parameters of OpenAI's are accepted at their default value only."""

    model: str = Field(examples=["nescio", "nescio/math", "nescio/monolith"])
    messages: Annotated[list[ChatMessage], Field(fail_fast=True)] = Field(min_length=1, max_length=MAX_TURNS)
    confidence_target: Target = None
    max_risk: Share = Field(default=None, description="Bound on wrong / answered; without a target, in its place.")
    max_hallucination_rate: Share = Field(default=None, description="Bound on wrong / asked, likewise.")
    gate: bool | None = Field(default=None, description="nescio/monolith only: whether its answer passes the gates.")
    max_samples: int | None = Field(default=None, ge=1, le=1000, description=f"{_BUDGET} Completions of a model.")
    max_seconds: float | None = Field(
        default=None, gt=0, le=86_400, allow_inf_nan=False, description=f"{_BUDGET} Seconds to the decision."
    )
    nescio: Extension | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False, description=_UNHEEDED)
    top_p: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False, description=_UNHEEDED)
    max_tokens: int | None = Field(default=None, ge=1, le=1_000_000, description=_LENGTH)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=1_000_000, description="As `max_tokens`.")
    stop: Annotated[str | Annotated[list[str], Field(fail_fast=True)] | None, AfterValidator(_stop_sequences)] = Field(
        default=None, description="An answer ends before the first of these that cuts no word and no number."
    )
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63, description="Seed of the samples behind p.")
    user: str | None = Field(default=None, max_length=1024, description=_UNHEEDED)


class RouteRequest(_Strict):
    """``POST /v1/route``."""

    query: str = Field(examples=["What is the boiling point of tungsten?"])
    confidence_target: Target = None
    explain: bool | None = Field(default=None, description="Whether to say why; it shows exemplars of the router.")


class FeedbackRequest(_Strict):
    """``POST /v1/feedback``."""

    id: str = Field(min_length=1, max_length=128, description="A completion's id.")
    grade: Literal["right", "wrong"]
    answer: str | None = Field(default=None, description="The right answer, if it is known.")


Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], body: Mapping[str, Any]) -> Model:
    """`body` as a `model`; a name that is nearly one of the model's fields is offered that one.

    Raises:
        InvalidRequest: Something is missing, of the wrong type or out of range; `param` names it.
        UnsupportedParameter: A field or a kind of content that is not known.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise _worded(error, model.model_fields) from None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `name` was probably meant to be, if any is near enough."""
    found = get_close_matches(name[:80].lower(), list(known), n=1, cutoff=_NEAR)
    return found[0] if found else None


def _worded(error: ValidationError, fields: Iterable[str]) -> InvalidRequest:
    first = min(error.errors(include_url=False, include_context=False), key=_weight)
    param = _param(first["loc"])
    if first["type"] == "extra_forbidden":
        meant = nearest(param, fields)
        hint = f"did you mean {meant}?" if meant else "/docs lists what is accepted"
        return UnsupportedParameter(f"unknown parameter: {param}.", param=param, hint=hint)
    if first["loc"][-1:] == ("type",) and "content" in first["loc"] and first["type"] == "literal_error":
        message = f"{param}: only parts of type 'text' are understood; {_quoted(first['input'])} is not supported yet."
        return UnsupportedParameter(message, param=param, hint="send the question as text")
    message = _OBJECT.sub("an object", str(first["msg"]).removeprefix("Value error, "))
    if first["type"] == "list_type" and "messages" not in first["loc"][-1:]:
        message = "should be a string or a list"
    return InvalidRequest(f"{param}: {message[0].lower()}{message[1:]}.", param=param, hint="/docs shows the format")


def _weight(detail: Any) -> tuple[bool, bool]:
    """Of a union's violations, the one of the branch that the client meant comes first."""
    return ("str" in detail["loc"], detail["type"] == "missing")


def _quoted(value: object) -> str:
    return repr(value)[:60]


_BRANCHES = {"str", "list[Part]", "list[str]", "function-after[_stop_sequences()", "nullable"}


def _param(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in _BRANCHES:
            text += f".{part}" if text else part
    return text[:_SHOWN] or "body"
