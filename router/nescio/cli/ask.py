"""``nescio ask TEXT``: one question, one decision. The exit code is 0 for an answer and for an abstention alike."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from nescio.cli.terminal import Wish, console, engine_for_one_command, new_query, outcome_json, print_json, show
from nescio.types import Message

app = typer.Typer(add_completion=False, help="Ask one question.")


@app.command()
def command(
    text: Annotated[str, typer.Argument(help="The question; - reads it from standard input.")],
    target: Annotated[
        float | None, typer.Option(help="Confidence target in [0, 1); 0 gives whatever is attempted.")
    ] = None,
    max_risk: Annotated[
        float | None, typer.Option(help="Bound on wrong / answered, in (0, 1); without --target, in its place.")
    ] = None,
    max_hallucination_rate: Annotated[
        float | None, typer.Option(help="Bound on wrong / asked, in (0, 1); without --target, in its place.")
    ] = None,
    max_samples: Annotated[int | None, typer.Option(min=1, help="Most samples that a model may draw for it.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Longest time to the decision.")] = None,
    model: Annotated[str | None, typer.Option(help="An expert's name, or monolith; routed without it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the decision as JSON.")] = False,
) -> None:
    """Ask one question, and get an answer or "I don't know"."""
    wish = Wish(target, max_risk, max_hallucination_rate, model, max_samples, max_seconds)
    asyncio.run(_ask(typer.get_text_stream("stdin").read() if text == "-" else text, wish, json))


async def _ask(text: str, wish: Wish, as_json: bool) -> None:
    query = new_query([Message("user", text)], wish)
    async with engine_for_one_command() as engine:
        with console(stderr=True).status("thinking") as status:
            outcome = await engine.ask(query, progress=status.update)
    if as_json:
        print_json(outcome_json(outcome))
    else:
        show(outcome, console())
