"""``nescio doctor``: a table of what is there and what is missing. The facts come from `nescio.diagnosis`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from nescio.cli.terminal import console, print_json

app = typer.Typer(add_completion=False, help="Say what is missing, and what then does not work.")

_MARKS = {"ok": "ok", "missing": "missing", "broken": "broken", "optional": "not here"}


@app.command()
def doctor(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look at everything that nescio needs; exit code 1 if it cannot serve."""
    from rich.markup import escape
    from rich.table import Column, Table

    from nescio.diagnosis import diagnose
    from nescio.settings import load_settings

    findings = asyncio.run(diagnose(load_settings()))
    serves = not any(finding.blocks for finding in findings)
    if json:
        print_json({"serves": serves, "findings": [asdict(finding) for finding in findings]})
    else:
        table = Table("part", "state", Column("found", overflow="fold"), box=None)
        for finding in findings:
            advice = f"\nthen: {finding.without}\ntry: {finding.fix}" if finding.without else ""
            table.add_row(finding.part, _MARKS[finding.state], escape(finding.detail + advice))
        console().print(table)
        console().print("nescio can serve." if serves else "nescio cannot serve until what is needed is there.")
    if not serves:
        raise typer.Exit(1)
