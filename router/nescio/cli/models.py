"""``nescio models``: list the catalogue, fetch, check and remove model files.

It only shows; `nescio.models.provision` does the work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from nescio.cli.layout import listed, wrap_width
from nescio.cli.terminal import console, print_json, resumable

if TYPE_CHECKING:
    from rich.progress import TaskID

    from nescio.models.provision import Transfer
    from nescio.settings import Settings

app = typer.Typer(add_completion=False, help="List, fetch, check and remove models.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Models; those of the profile if none.")]

_PLAIN_SECONDS = 5.0


@app.command("list")
def list_models(json: AsJson = False) -> None:
    """List the models of the catalogue and which of them are here."""
    from nescio.models.catalogue import catalogue
    from nescio.models.provision import state
    from nescio.settings import load_settings

    settings = load_settings()
    used = set(wanted(settings))
    rows = [(model, state(model.name, settings), model.name in used) for model in catalogue().values()]
    if json:
        print_json(
            [
                {
                    "name": model.name,
                    "state": now,
                    "used": in_use,
                    "bytes": model.size,
                    "licence": model.licence,
                    "origin": model.origin,
                    "about": model.about,
                    "sources": sorted({source.label for file in model.files for source in model.sources_of(file)}),
                }
                for model, now, in_use in rows
            ]
        )
        return
    shown = [
        (model.name, now, "yes" if in_use else "", f"{model.size / 1e6:,.0f}", model.licence, model.about)
        for model, now, in_use in rows
    ]
    typer.echo(listed(("model", "state", "used", "MB", "licence", "about"), shown, wrap_width()))


@app.command()
def pull(names: Names = None, json: AsJson = False) -> None:
    """Fetch models that are missing; an interrupted fetch is continued."""
    from nescio.models.provision import provision, state
    from nescio.settings import load_settings

    settings = load_settings()
    chosen = names or list(wanted(settings))
    before = {name: state(name, settings) for name in chosen}
    with resumable("what was fetched is kept; the same command goes on from there"), bar("fetching") as heard:
        paths = provision(chosen, settings, heard)
    if json:
        print_json({name: str(path) for name, path in paths.items()})
        return
    for name, path in paths.items():
        console().print(f"{name}: {'here' if before[name] == 'present' else 'fetched'}, {path}", markup=False)


@app.command()
def check(names: Names = None, json: AsJson = False) -> None:
    """Read every byte again and compare sha256; exit code 1 if a file is missing or damaged."""
    from nescio.models.provision import check as check_files
    from nescio.settings import load_settings

    settings = load_settings()
    states: dict[str, dict[str, str]] = {}
    with bar("reading") as heard:
        for name in names or wanted(settings):
            states[name] = dict(check_files(name, settings, progress=heard))
    if json:
        print_json(states)
    else:
        for name, files in states.items():
            for path, now in files.items():
                console().print(f"{now:8} {name}/{path}", markup=False)
    if any(now != "present" for files in states.values() for now in files.values()):
        raise typer.Exit(1)


@app.command()
def rm(names: Annotated[list[str], typer.Argument(metavar="NAME...")], json: AsJson = False) -> None:
    """Delete models and what an interrupted fetch left of them."""
    from nescio.models.catalogue import find_model
    from nescio.models.provision import remove
    from nescio.settings import load_settings

    settings = load_settings()
    freed = {name: remove(find_model(name).name, settings) for name in names}
    if json:
        print_json({name: {"freed_bytes": size} for name, size in freed.items()})
        return
    for name, size in freed.items():
        console().print(f"{name}: {size / 1e6:,.0f} MB freed", markup=False)


def wanted(settings: Settings) -> tuple[str, ...]:
    """The models that the profile needs on this machine: its encoder, and those that local workers serve."""
    profile = settings.loaded_profile
    local = [model.model for model in profile.models.values() if model.runtime == "llamacpp"]
    return tuple(dict.fromkeys((profile.encoder, *local)))


@contextmanager
def bar(verb: str) -> Iterator[Callable[[Transfer], None]]:
    """A listener that shows a progress bar on a terminal, and a plain line every few seconds elsewhere."""
    if not sys.stderr.isatty():
        yield _plain(verb)
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(stderr=True)) as shown:
        tasks: dict[str, TaskID] = {}

        def heard(transfer: Transfer) -> None:
            if not transfer.total:
                shown.console.print(transfer.note, markup=False)
                return
            if transfer.model not in tasks:
                tasks[transfer.model] = shown.add_task(f"{verb} {transfer.model}", total=transfer.total)
            shown.update(tasks[transfer.model], completed=transfer.done)

        yield heard


def _plain(verb: str) -> Callable[[Transfer], None]:
    said: dict[str, float] = {}

    def heard(transfer: Transfer) -> None:
        now = time.monotonic()
        finished = transfer.done >= transfer.total
        if now - said.get(transfer.model, -_PLAIN_SECONDS) < _PLAIN_SECONDS and not finished:
            return
        said[transfer.model] = float("inf") if finished else now
        line = transfer.note or verb
        if transfer.total:
            line = f"{verb} {transfer.model}: {transfer.done / 1e6:,.0f} of {transfer.total / 1e6:,.0f} MB"
        sys.stderr.write(line + "\n")

    return heard
