"""``nescio sandbox``: run one program where it can do no harm, and check that this works here.

Needs no settings, no model and no home folder, and writes nothing; it imports the sandbox and nothing heavier.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nescio.sandbox import (
    LANGUAGES,
    Check,
    Execution,
    Language,
    Limits,
    Machine,
    Sandbox,
    Verdict,
    is_installed,
    language_of,
)

app = typer.Typer(add_completion=False, help="Run programs in the sandbox, and check that it works on this machine.")

_LIMITS = Limits(total=11.0, wall=10.0)
_UNAVAILABLE = 1
_UNREADABLE = 2
_BY_NAME = {language.name: language for language in LANGUAGES}


class _Name(StrEnum):
    PYTHON = "python"
    JAVASCRIPT = "javascript"
    R = "r"


@app.command()
def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A program; - reads it from standard input.")],
    language: Annotated[
        _Name | None, typer.Option(help="What it is written in; without it the file's ending says, else Python.")
    ] = None,
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
    execution = asyncio.run(_run(source, _BY_NAME[language] if language is not None else language_of(file)))
    _print(execution)
    if execution.outcome is Verdict.UNAVAILABLE:
        raise typer.Exit(_UNAVAILABLE)


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Try, inside the sandbox and in each language, what must fail there.

    The exit status is 0 when all of it failed as it must. A language that is not installed is only named: programs in
    it are not run.
    """
    tried = asyncio.run(_check())
    if as_json:
        typer.echo(json.dumps(_as_row(tried)))
    else:
        for language, outcome in tried.items():
            typer.echo(_as_text(language, outcome))
    if any(not outcome.ok for outcome in tried.values() if outcome is not None):
        raise typer.Exit(_UNAVAILABLE)


def _as_row(tried: Mapping[Language, Check | None]) -> dict[str, object]:
    """One object: the checks of all languages that are installed, and each by itself (None: not installed)."""
    checks = [outcome for outcome in tried.values() if outcome is not None]
    return {
        "ok": all(outcome.ok for outcome in checks),
        "message": "; ".join(outcome.message for outcome in checks if outcome.message),
        "probes": [asdict(probe) for outcome in checks for probe in outcome.probes],
        "duration": sum(outcome.duration for outcome in checks),
        "languages": {language.name: outcome and asdict(outcome) for language, outcome in tried.items()},
    }


def _as_text(language: Language, outcome: Check | None) -> str:
    if outcome is None:
        return f"{language.name}: not run here, {language.tool} is not installed (apt-get install {language.package})"
    lines = [f"{'ok    ' if probe.ok else 'FAILED'}  {language.name}: {probe.name}" for probe in outcome.probes]
    works = f"{language.name}: the sandbox works ({outcome.duration * 1000:.0f} ms)."
    return "\n".join([*lines, outcome.message or works])


def _read(file: str) -> str:
    # One byte more than is run: enough for the sandbox to say that it is too long.
    if file == "-":
        data = sys.stdin.buffer.read(_LIMITS.source + 1)
    else:
        with Path(file).open("rb") as stream:
            data = stream.read(_LIMITS.source + 1)
    return data.decode("utf-8", "strict" if len(data) <= _LIMITS.source else "replace")


def _print(execution: Execution) -> None:
    row = {"outcome": str(execution.outcome), "stdout": execution.stdout, "result": execution.result}
    typer.echo(json.dumps(row))
    if execution.message:
        typer.echo(execution.message, err=True)


async def _run(source: str, language: Language) -> Execution:
    sandbox = Sandbox(_LIMITS)
    try:
        return await sandbox.run(source, language)
    finally:
        sandbox.close()


async def _check() -> dict[Language, Check | None]:
    sandbox, machine = Sandbox(_LIMITS), Machine.here()
    try:
        return {
            language: await sandbox.check(language) if is_installed(language, machine) else None
            for language in LANGUAGES
        }
    finally:
        sandbox.close()
