"""``nescio chat``: a conversation in the terminal. An empty line or Ctrl-D ends it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from nescio.cli.terminal import console, engine_for_one_command, new_query, show
from nescio.errors import NescioError
from nescio.graph import spoken
from nescio.types import Message

app = typer.Typer(add_completion=False, help="Talk in the terminal.")


@app.command()
def command(
    target: Annotated[float | None, typer.Option(help="Confidence target in [0, 1); 0 always answers.")] = None,
    model: Annotated[str | None, typer.Option(help="An expert's name, or monolith; routed without it.")] = None,
) -> None:
    """Talk: each question is answered or declined; follow-ups may point back."""
    asyncio.run(_chat(target, model))


async def _chat(target: float | None, model: str | None) -> None:
    out, err = console(), console(stderr=True)
    turns: list[Message] = []
    async with engine_for_one_command() as engine:
        while True:
            try:
                text = (await asyncio.to_thread(input, "\n> ")).strip()
            except EOFError:
                return
            if not text:
                return
            try:
                with err.status("thinking") as status:
                    query = new_query([*turns, Message("user", text)], target, model)
                    outcome = await engine.ask(query, progress=status.update)
            except NescioError as error:
                err.print(f"error[{error.code}]: {error.message}", markup=False)
                continue
            show(outcome, out)
            turns += [Message("user", text), Message("assistant", spoken(outcome.decision))]
