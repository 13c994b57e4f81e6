"""``nescio experts``: list them, show one, scaffold a new one, and check that one honours the contract."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from nescio.cli.layout import listed, wrap_width
from nescio.cli.terminal import console, engine_for_one_command, print_json

app = typer.Typer(add_completion=False, help="List, show, scaffold and check experts.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_experts(json: AsJson = False) -> None:
    """List the experts that are installed, and those that were skipped."""
    from nescio.registry import discover
    from nescio.settings import load_settings

    registry = discover(load_settings().experts)
    if json:
        rows = [
            {
                "name": card.name,
                "domain": card.domain,
                "description": card.description,
                "exemplars": len(card.exemplars),
            }
            for card in registry.cards
        ]
        problems = [{"name": p.name, "message": p.message, "hint": p.hint} for p in registry.problems]
        print_json({"experts": rows, "problems": problems})
        return
    shown = [(card.name, card.domain, str(len(card.exemplars)), card.description) for card in registry.cards]
    typer.echo(listed(("expert", "domain", "exemplars", "description"), shown, wrap_width()))
    for problem in registry.problems:
        console(stderr=True).print(f"skipped {problem.name}: {problem.message} ({problem.hint})", markup=False)


@app.command()
def show(name: Annotated[str, typer.Argument(help="An expert's name.")], json: AsJson = False) -> None:
    """Show one expert's card."""
    from nescio.errors import NotFound
    from nescio.registry import discover
    from nescio.settings import load_settings

    registry = discover(load_settings().experts)
    if name not in registry.experts:
        raise NotFound(f"there is no expert called {name!r}", hint="nescio experts list shows them all")
    card = registry.experts[name].card
    shown = {
        "name": card.name,
        "domain": card.domain,
        "description": card.description,
        "licence": card.licence,
        "model": card.model,
        "features": list(card.features),
        "exemplars": len(card.exemplars),
        "examples": list(card.exemplars[:5]),
        "folder": str(card.folder),
        "cost_s": card.cost,
        "memory_mb": card.memory_mb,
    }
    if json:
        print_json(shown)
        return
    for field, value in shown.items():
        console().print(f"{field:>12}  {value}", markup=False)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Lower-case name of the new expert.")],
    kind: Annotated[
        Literal["card", "package"], typer.Option(help="card: no Python; package: a plugin with code.")
    ] = "card",
    folder: Annotated[Path, typer.Option(help="Where to make it.")] = Path(),
    json: AsJson = False,
) -> None:
    """Write the first files of a new expert."""
    from nescio.scaffold import scaffold

    files = scaffold(name, folder, kind)
    if json:
        print_json({"files": [str(path) for path in files]})
        return
    for path in files:
        console().print(f"wrote {path}", markup=False)
    told = f"NESCIO_EXPERTS={folder.resolve()}" if kind == "card" else f"pip install -e {folder / name}"
    console().print(f"next: edit them, then `{told}` and `nescio experts check {name}`", markup=False)


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="An expert's name; all of them without it.")] = None,
    json: AsJson = False,
) -> None:
    """Run the conformance checks; exit code 1 if an expert has a fault or was skipped."""
    faults = asyncio.run(_check(name, json))
    raise typer.Exit(1 if faults else 0)


async def _check(name: str | None, as_json: bool) -> int:
    from nescio.conformance import check_expert
    from nescio.errors import NotFound

    async with engine_for_one_command() as engine:
        registry = engine.registry
        if name is not None and name not in registry.experts and name not in {p.name for p in registry.problems}:
            raise NotFound(f"there is no expert called {name!r}", hint="nescio experts list shows them all")
        rows = [
            {
                "expert": problem.name,
                "check": "load",
                "level": "fault",
                "message": f"{problem.message} ({problem.hint})",
            }
            for problem in registry.problems
            if name in {None, problem.name}
        ]
        for expert in registry.experts.values():
            if name in {None, expert.card.name}:
                context = await engine.context_for_check(expert.card)
                rows += [
                    {"expert": expert.card.name, "check": f.check, "level": f.level, "message": f.message}
                    async for f in check_expert(expert, context)
                ]
    if as_json:
        print_json({"findings": rows})
    else:
        marks = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "fault": "[red]fault[/]"}
        for row in rows:
            console().print(f"{marks[row['level']]}\t{row['expert']}\t", end="")
            console().print(f"{row['check']}: {row['message']}", markup=False)
    return sum(row["level"] == "fault" for row in rows)
