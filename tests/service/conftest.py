"""A running server on loopback with a double behind it. Real sockets, a real uvicorn, no model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import httpx
import openai
import pytest
import uvicorn

from nescio.cli.serve import bind
from nescio.service import create_app
from nescio.settings import Settings, load_settings
from tests.service.doubles import EngineDouble


class Server:
    """The address of a running server, the double behind it, and clients for it."""

    def __init__(self, engine: EngineDouble, settings: Settings) -> None:
        self.engine = engine
        self._socket = bind("127.0.0.1", 0)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        app = create_app(engine, settings)
        config = uvicorn.Config(app, log_level="error", ws="none", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
        self.openai = openai.OpenAI(
            base_url=f"{self.url}/v1",
            api_key="none",
            max_retries=0,
            http_client=httpx.Client(timeout=30, trust_env=False),
        )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        assert self.http.get("/healthz").status_code == 200

    def close(self) -> None:
        self.engine.released.set()
        self.http.close()
        self.openai.close()
        self.stop()
        self._socket.close()

    def stop(self) -> None:
        """Do what a signal does."""
        self._server.should_exit = True
        self._thread.join(timeout=15)
        assert not self._thread.is_alive()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers with settings of the test's choice."""
    running: list[Server] = []

    def start(**settings: object) -> Server:
        running.append(Server(EngineDouble(), load_settings(**settings)))
        return running[-1]

    yield start
    for server in running:
        server.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    """One server for tests that change nothing in it."""
    server = Server(EngineDouble(), Settings())
    yield server
    server.close()
