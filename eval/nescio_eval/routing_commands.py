"""``nescio eval routing`` and ``nescio eval stability``: they parse arguments and print, no more."""

from __future__ import annotations

import json as codec
from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def routing(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A router made by nescio fit.")],
    test: Annotated[Path, typer.Argument(help='JSONL, rows {"text", "label"}; label null means out of scope.')],
    out: Annotated[Path, typer.Option(help="Folder of report.json, report.html and report.md.")] = Path("runs/routing"),
    as_json: Json = False,
) -> None:
    """Measure a fitted router on labelled queries that it has not seen.

    Rows with a label that the router does not have count as out of scope, and the report names them.
    """
    from nescio.cli.layout import width_of_output
    from nescio.cli.route import load_router
    from nescio.cli.terminal import console, finite
    from nescio_eval import routing_page, routing_report
    from nescio_eval.records import write_text
    from nescio_indexes.rows import read_rows

    rows = read_rows(test)
    router = load_router(folder)
    out.mkdir(parents=True, exist_ok=True)
    with console(stderr=True).status(f"routing {len(rows)} queries"):
        found = {"router": str(folder), **finite(routing_report.report(router, rows))}
    write_text(out / "report.json", codec.dumps(found) + "\n")
    write_text(out / "report.md", routing_page.markdown(found))
    write_text(out / "report.html", routing_page.page(found))
    typer.echo(codec.dumps(found) if as_json else routing_page.text(found, width_of_output()))
    typer.echo(f"{out} holds report.json, report.md and report.html", err=True)


def stability(
    texts: Annotated[Path, typer.Argument(help='JSONL, rows {"text"}; other fields are ignored.')],
    router: Annotated[Path | None, typer.Option(help="A router made by nescio fit; the product's without it.")] = None,
    seed: Annotated[int, typer.Option(help="Of what is drawn at random.")] = 0,
    as_json: Json = False,
) -> None:
    """Write queries in other ways that mean the same, and count how often the router decides otherwise."""
    from nescio.cli.layout import width_of_output
    from nescio.cli.route import load_router
    from nescio.cli.terminal import console, finite
    from nescio_eval import stability as suite
    from nescio_indexes.rows import read_texts

    rows = read_texts(texts)
    served = load_router(router)
    with console(stderr=True).status("starting") as status:
        found = finite(suite.report(served, rows, seed=seed, progress=status.update))
    typer.echo(codec.dumps(found) if as_json else suite.text(found, width_of_output()))
