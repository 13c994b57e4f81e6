"""Serves the chat page and the API's own documentation page: plain files of ours, nothing from elsewhere."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from nescio.errors import NotFound
from nescio.service.responses import PageConfig
from nescio.settings import Settings

_TYPES = {
    "index.html": "text/html; charset=utf-8",
    "docs.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_SCRIPT = "text/javascript; charset=utf-8"


class PageFile:
    """One file in memory with its ETag."""

    def __init__(self, name: str, content: bytes) -> None:
        self._content = content
        self._type = _TYPES.get(name, _SCRIPT)
        self._tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'

    def response(self, request: Request) -> Response:
        """The file, or 304 if the browser has it."""
        headers = {"etag": self._tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == self._tag:
            return Response(status_code=304, headers=headers)
        return Response(self._content, headers=headers, media_type=self._type)


def page_router(settings: Settings) -> APIRouter:
    """Routes of the page. The files are read once."""
    web = files("nescio.service") / "web"
    found = {item.name: PageFile(item.name, item.read_bytes()) for item in web.iterdir() if item.is_file()}
    config = PageConfig(
        version=version("nescio"),
        confidence_target=settings.confidence_target,
        needs_key=settings.api_key is not None,
    ).model_dump_json()
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def index(request: Request) -> Response:
        return found["index.html"].response(request)

    @router.get("/docs")
    async def docs(request: Request) -> Response:
        return found["docs.html"].response(request)

    @router.get("/page/config.json")
    async def page_config() -> Response:
        return Response(config, media_type="application/json")

    @router.get("/page/{name}")
    async def asset(name: str, request: Request) -> Response:
        if name not in found:
            raise NotFound("there is no such file.")
        return found[name].response(request)

    return router
