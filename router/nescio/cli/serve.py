"""``nescio serve``: takes the port, starts the engine step by step, serves until told to stop, and closes it.

Imports neither torch nor sentence-transformers nor scikit-learn; a test checks it.
"""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import uvicorn

    from nescio.engine import Readiness
    from nescio.settings import Settings

GRACE_S = 10
"""Seconds that requests in flight get when the server is told to stop."""

app = typer.Typer(add_completion=False, help="Serve the API and the chat page.")


@app.command()
def command(
    host: Annotated[str | None, typer.Option(help="Address to bind; NESCIO_HOST, else 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; NESCIO_PORT, else 8080. 0 takes any.")
    ] = None,
) -> None:
    """Serve the API and the chat page until interrupted."""
    serve(host, port)


def serve(host: str | None = None, port: int | None = None) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        host: Address to bind; None leaves it to the settings.
        port: Port to bind; None leaves it to the settings, 0 takes any free one.

    Raises:
        PortTaken: Another process listens there.
        ConfigError: The address cannot be bound, or a setting is wrong.
        NescioError: The engine cannot start.
    """
    from nescio.observe import configure_logs
    from nescio.settings import load_settings

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(**chosen)
    configure_logs(settings.log_level, json=not sys.stderr.isatty())
    listener = bind(settings.host, settings.port)
    try:
        asyncio.run(_serve(settings, listener))
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("stopped.")
    finally:
        listener.close()


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port`, not yet listening, so that nobody connects before there is an answer.

    Raises:
        PortTaken: Another process listens there.
        ConfigError: No such address on this machine, or not allowed.
    """
    from nescio.errors import ConfigError, PortTaken

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, not 0: asyncio sets TCP_NODELAY only then, and without it each reply waits 40 ms for a delayed ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} on {host} is taken by another process."
            raise PortTaken(message, hint=f"stop it, or choose another: nescio serve --port {port + 1}") from None
        raise ConfigError(f"cannot serve on {host}:{port}: {error.strerror}", hint="see nescio serve --help") from None
    return listener


class Steps:
    """Prints each step of the start with the seconds it took."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.perf_counter) -> None:
        self._write = write
        self._clock = clock
        self._begun = self._last = clock()
        self._name = ""

    def begin(self, name: str) -> None:
        """Close the step before and open `name`."""
        self.end()
        self._name = name

    def end(self) -> None:
        """Close the last step."""
        now = self._clock()
        if self._name:
            self._write(f"  {now - self._last:5.1f} s  {self._name}")
        self._last = now
        self._name = ""

    @property
    def total_s(self) -> float:
        """Seconds since the first step."""
        return self._clock() - self._begun


async def _serve(settings: Settings, listener: socket.socket) -> None:
    steps = Steps(typer.echo)
    loop = asyncio.get_running_loop()
    server: uvicorn.Server | None = None
    main = asyncio.current_task()
    assert main is not None

    def stop() -> None:
        if server is None:
            main.cancel()
        else:
            server.force_exit = server.should_exit
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    steps.begin("loading the libraries")
    from nescio.engine import Engine
    from nescio.service import create_app

    engine = await Engine.start(settings, progress=steps.begin)
    try:
        steps.end()
        announce = partial(_announce, settings, listener, steps.total_s, await engine.readiness())
        server = _server(create_app(engine, settings), announce)
        await server.serve(sockets=[listener])
        typer.echo("stopped.")
    finally:
        await engine.close()


def _server(application: object, announce: Callable[[], None]) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        """A server that tells when it listens, and whose signals are handled outside: the engine outlives it."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            announce()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        access_log=False,
        lifespan="off",
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        ws="none",
    )
    return Server(config)


def _announce(settings: Settings, listener: socket.socket, seconds: float, readiness: Readiness) -> None:
    from nescio.service.guard import is_loopback

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    shown = "127.0.0.1" if settings.host == "0.0.0.0" else host
    address = f"http://{shown}:{listener.getsockname()[1]}"
    typer.echo(f"{'ready' if readiness.ready else 'listening'} after {seconds:.1f} s")
    if not readiness.ready:
        typer.echo("  warning: not ready; nescio doctor says what is missing")
    typer.echo(f"  chat  {address}/")
    typer.echo(f"  API   {address}/v1   (its description: {address}/docs)")
    if settings.api_key is None and not is_loopback(settings.host):
        typer.echo("  warning: anyone who reaches this address may use it; NESCIO_API_KEY asks for a key")
