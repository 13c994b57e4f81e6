"""``nescio sandbox``: run one program where it can do no harm, and check that this works here.

Needs no settings, no model and no home folder, and writes nothing; it imports the sandbox and nothing heavier.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from nescio.sandbox import Check, Execution, Limits, Sandbox, Verdict

app = typer.Typer(add_completion=False, help="Run programs in the sandbox, and check that it works on this machine.")

_LIMITS = Limits(total=11.0, wall=10.0)
_UNAVAILABLE = 1
_UNREADABLE = 2


@app.command()
def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A Python program; - reads it from standard input.")],
) -> None:
    """Run FILE in the sandbox and print one JSON line: outcome, stdout, result.

    The exit status is 0 whenever the outcome is the program's own doing, 1 when there is no sandbox here, 2 when FILE
    cannot be read. What went wrong is said on standard error.
    """
    try:
        source = _read(file)
    except (OSError, ValueError) as error:
        _print(Execution(Verdict.ERROR, message=f"cannot read {file}: {error}"))
        raise typer.Exit(_UNREADABLE) from None
    execution = asyncio.run(_run(source))
    _print(execution)
    if execution.outcome is Verdict.UNAVAILABLE:
        raise typer.Exit(_UNAVAILABLE)


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Try, inside the sandbox, what must fail there. The exit status is 0 when all of it failed as it must."""
    outcome = asyncio.run(_check())
    if as_json:
        typer.echo(json.dumps(asdict(outcome)))
    else:
        for probe in outcome.probes:
            typer.echo(f"{'ok    ' if probe.ok else 'FAILED'}  {probe.name}")
        typer.echo(outcome.message or f"The sandbox works ({outcome.duration * 1000:.0f} ms).")
    if not outcome.ok:
        raise typer.Exit(_UNAVAILABLE)


def _read(file: str) -> str:
    limit = _LIMITS.source + 1
    if file == "-":
        return sys.stdin.buffer.read(limit).decode("utf-8")
    with Path(file).open("rb") as stream:
        return stream.read(limit).decode("utf-8")


def _print(execution: Execution) -> None:
    row = {"outcome": str(execution.outcome), "stdout": execution.stdout, "result": execution.result}
    typer.echo(json.dumps(row))
    if execution.message:
        typer.echo(execution.message, err=True)


async def _run(source: str) -> Execution:
    sandbox = Sandbox(_LIMITS)
    try:
        return await sandbox.run(source)
    finally:
        sandbox.close()


async def _check() -> Check:
    sandbox = Sandbox(_LIMITS)
    try:
        return await sandbox.check()
    finally:
        sandbox.close()
