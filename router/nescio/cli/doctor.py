"""``nescio doctor``: what is there, what is missing, and the settings in force. It only shows them."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from nescio.cli.layout import listed, wrap_width, wrapped
from nescio.cli.terminal import print_json

if TYPE_CHECKING:
    from nescio.diagnosis import Finding
    from nescio.in_force import InForce
    from nescio.settings import Settings

app = typer.Typer(add_completion=False, help="Say what is missing, and what then does not work.")

_MARKS = {"ok": "ok", "missing": "missing", "broken": "broken", "optional": "not here"}
_INDENT = " " * 4


@app.command()
def doctor(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look at everything that nescio needs, and at the settings in force; exit code 1 if it cannot serve."""
    from nescio.diagnosis import diagnose
    from nescio.settings import load_settings

    settings = load_settings()
    findings = asyncio.run(diagnose(settings))
    rows = _settings(settings)
    serves = not any(finding.blocks for finding in findings)
    if json:
        shown = [asdict(row) for row in rows]
        print_json({"serves": serves, "findings": [asdict(finding) for finding in findings], "settings": shown})
    else:
        typer.echo("\n".join([*map(_line, findings), "", _table(rows), ""]))
        typer.echo("nescio can serve." if serves else "nescio cannot serve until what is needed is there.")
    if not serves:
        raise typer.Exit(1)


def _settings(settings: Settings) -> tuple[InForce, ...]:
    """All that are in force; the variables alone where a file that they name cannot be read."""
    from nescio.errors import ConfigError
    from nescio.in_force import settings_in_force, variables_in_force

    try:
        return settings_in_force(settings)
    except ConfigError:
        return variables_in_force(settings)


def _line(finding: Finding) -> str:
    width = wrap_width()
    lines = [wrapped(f"{finding.part:<15} {_MARKS[finding.state]:<8} {finding.detail}", width, " " * 25)]
    if finding.without:
        lines.append(wrapped(f"{_INDENT}then: {finding.without}", width, _INDENT))
        lines.append(wrapped(f"{_INDENT}try: {finding.fix}", width, _INDENT))
    return "\n".join(lines)


def _table(rows: tuple[InForce, ...]) -> str:
    pairs = [(row.name, f"{row.value}  ({row.source})") for row in rows]
    return listed(("setting", "value, and where it comes from"), pairs, wrap_width())
