"""Who may speak to the service: the Host and Origin a browser sends, and the API key.

A page on some other site can make a visitor's browser call 127.0.0.1, and with DNS rebinding even read the reply. So on
loopback only loopback names are served, and no foreign page's request is, anywhere.
"""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from nescio.errors import Forbidden, NescioError, Unauthorized
from nescio.service.failures import error_response
from nescio.settings import Settings

OPEN_PATHS = frozenset({"/", "/docs", "/openapi.json", "/healthz", "/readyz"})
OPEN_PREFIX = "/page/"
"""What needs no key: the page itself, the documents and the probes."""

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SAME_SITE = frozenset({"same-origin", "none"})


def is_loopback(host: str) -> bool:
    """Whether a server bound to `host` can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Guard:
    """ASGI middleware that turns away who may not speak."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._local_only = is_loopback(settings.host)
        key = settings.api_key
        self._key = None if key is None else key.get_secret_value().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with an error."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        error = self._objection(Headers(scope=scope), scope["path"], scope["method"])
        if error is None:
            await self._app(scope, receive, send)
        else:
            await error_response(error)(scope, receive, send)

    def _objection(self, headers: Headers, path: str, method: str) -> NescioError | None:
        if self._local_only and _hostname(headers.get("host", "")) not in _LOOPBACK_NAMES:
            hint = "use 127.0.0.1 or localhost, or serve with --host"
            return Forbidden("this host name is not served here.", hint=hint)
        if _is_foreign(headers, method):
            return Forbidden("requests from other sites' pages are not served.", hint="call from the same origin")
        if self._key is not None and path not in OPEN_PATHS and not path.startswith(OPEN_PREFIX):
            return self._key_objection(headers.get("authorization", ""))
        return None

    def _key_objection(self, authorization: str) -> NescioError | None:
        scheme, _, given = authorization.partition(" ")
        assert self._key is not None
        right = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._key)
        if scheme.lower() == "bearer" and right:
            return None
        what = "wrong" if authorization else "missing"
        return Unauthorized(f"the API key is {what}.", hint="send the header Authorization: Bearer KEY")


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_foreign(headers: Headers, method: str) -> bool:
    """Whether a browser says that another site's page makes this request. Following a link to us is not foreign."""
    if method == "GET" and headers.get("sec-fetch-mode") == "navigate":
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in _SAME_SITE
    origin = headers.get("origin")
    return origin is not None and _netloc(origin) != headers.get("host", "")


def _netloc(origin: str) -> str | None:
    """Host and port of an origin; None, which no host equals, for what is no origin."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
