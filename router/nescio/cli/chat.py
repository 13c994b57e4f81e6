"""``nescio chat``: a conversation in the terminal. An empty line or Ctrl-D ends it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from nescio.cli.terminal import Wish, console, engine_for_one_command, new_query, show
from nescio.errors import NescioError
from nescio.graph import spoken
from nescio.types import Message

if TYPE_CHECKING:
    from nescio.engine import Engine

app = typer.Typer(add_completion=False, help="Talk in the terminal.")


@app.command()
def command(
    target: Annotated[
        float | None, typer.Option(help="Confidence target in [0, 1); 0 gives whatever is attempted.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="An expert's name, or monolith; routed without it.")] = None,
) -> None:
    """Talk: each question is answered or declined; follow-ups may point back."""
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        engine = runner.run(opened.enter_async_context(engine_for_one_command()))
        try:
            # Outside of the loop, since a thread that reads would keep Ctrl-C waiting for a line.
            _talk(runner, engine, Wish(target, model=model))
        finally:
            runner.run(opened.aclose())


def _talk(runner: asyncio.Runner, engine: Engine, wish: Wish) -> None:
    out, err = console(), console(stderr=True)
    turns: list[Message] = []
    while text := _typed():
        try:
            with err.status("thinking") as status:
                query = new_query([*turns, Message("user", text)], wish)
                outcome = runner.run(engine.ask(query, progress=status.update))
        except NescioError as error:
            told = f"\n  hint: {error.hint}" if error.hint else ""
            err.print(f"error[{error.code}]: {error.message}{told}", markup=False)
            continue
        show(outcome, out)
        turns += [Message("user", text), Message("assistant", spoken(outcome.decision))]


def _typed() -> str:
    """The next line; "" at its end."""
    try:
        return input("\n> ").strip()
    except EOFError:
        return ""
