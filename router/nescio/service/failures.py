"""Words every error in OpenAI's shape, whoever raised it. It decides nothing else."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nescio.errors import NescioError, QueueFull
from nescio.service.responses import ErrorBody, ErrorDetail

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
_HTTP = {
    404: ("not_found", "there is nothing at this address.", "/docs lists the endpoints"),
    408: ("request_timeout", "the body did not arrive in time.", "send it again; it may be larger than it needs to be"),
    415: ("unsupported_media_type", "compressed bodies are not read.", "send it without Content-Encoding"),
    405: ("method_not_allowed", "this address does not take that method.", "/docs lists the endpoints"),
}
INTERNAL = "something went wrong inside nescio."


def error_body(error: BaseException) -> ErrorBody:
    """`error` as it is told to the client; a defect shows nothing of its inside."""
    if not isinstance(error, NescioError):
        return _body(500, INTERNAL, "internal_error", None, "the server's log tells more under this request's id")
    return _body(error.http_status, error.message, error.code, error.param, error.hint or None)


def error_response(error: BaseException) -> Response:
    """The response for `error`."""
    status = error.http_status if isinstance(error, NescioError) else 500
    headers = {"retry-after": str(error.retry_after)} if isinstance(error, QueueFull) else {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return _json(error_body(error), status, headers)


def install_handlers(app: FastAPI) -> None:
    """Make `app` word every error that a request can cause."""

    async def ours(_: Request, error: Exception) -> Response:
        return error_response(error)

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code, message, hint = _HTTP.get(error.status_code, ("http_error", str(error.detail), None))
        headers = dict(error.headers or {})
        return _json(_body(error.status_code, message, code, None, hint), error.status_code, headers)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        param = ".".join(str(part) for part in first["loc"][1:]) or None
        return _json(_body(400, f"{param}: {first['msg']}", "invalid_request", param, "/docs shows the format"), 400)

    app.add_exception_handler(NescioError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def _body(status: int, message: str, code: str, param: str | None, hint: str | None) -> ErrorBody:
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return ErrorBody(error=ErrorDetail(message=_sentence(message, param), type=kind, param=param, code=code, hint=hint))


def _sentence(message: str, param: str | None) -> str:
    """`message` with a capital, unless it begins with a name: of a parameter, of a completion, of a file."""
    first = message.split(" ", 1)[0].rstrip(":,.")
    is_word = first.isalpha() and first != param
    return message[:1].upper() + message[1:] if is_word else message


def _json(body: ErrorBody, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(body.model_dump_json(), status, headers, media_type="application/json")
