"""``nescio calibrate``: ask experts their graded questions and fit their calibration, or say which is stale and why."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.cli.terminal import console, engine_for_one_command, print_json
from nescio.errors import InvalidRequest, NescioError, UnknownModel

if TYPE_CHECKING:
    from nescio.calibrating import Checked
    from nescio.calibration import Fitted
    from nescio.engine import Engine

app = typer.Typer(help="Fit the calibration of an expert on graded answers.")


@app.command()
def command(
    expert: Annotated[
        list[str] | None, typer.Option(help="Its name, or monolith; may be given again. All that have questions.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask the first so many questions only.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask nobody: say which calibration is stale, and why.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the artefact, of one expert.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Ask experts their questions, grade the answers, and fit P(right). Run again, it goes on where it stopped."""
    if out is not None and len(expert or ()) != 1:
        raise InvalidRequest("--out takes the artefact of one expert", hint="name it with --expert")
    wrong = asyncio.run(_check(expert, json) if check else _calibrate(expert, limit, out, json))
    if wrong:
        raise typer.Exit(1)


async def _check(wanted: list[str] | None, as_json: bool) -> bool:
    from nescio.calibrating import check

    async with engine_for_one_command() as engine:
        names = _names(engine, wanted)
        found = [one for one in check(engine) if one.expert in names]
    if as_json:
        print_json([_checked(one) for one in found])
    else:
        out = console()
        for one in found:
            out.print(f"{one.expert:12} {one.state:8} {one.message}", markup=False)
            if not one.ok:
                out.print(f"{'':12} {'':8} → nescio calibrate --expert {one.expert}", markup=False)
    return not all(one.ok for one in found)


async def _calibrate(wanted: list[str] | None, limit: int | None, out: Path | None, as_json: bool) -> bool:
    from nescio.calibrating import calibrate, questions_for

    today = datetime.now(UTC).date().isoformat()
    reports: list[dict[str, Any]] = []
    failed = False
    async with engine_for_one_command() as engine:
        cards = {name: one.card for name, one in engine.experts.items()}
        names = [name for name in _names(engine, wanted) if wanted or questions_for(name, cards)]
        for name in names:
            with console(stderr=True).status(name) as status:
                try:
                    fitted = await calibrate(engine, name, today=today, limit=limit, out=out, progress=status.update)
                except NescioError as error:
                    # One expert that cannot be calibrated must not cost the others their turn.
                    if len(names) == 1:
                        raise
                    failed = True
                    reports.append({"expert": name, "error": error.message, "hint": error.hint})
                    continue
            reports.append(_report(name, fitted))
    if as_json:
        print_json(reports)
    else:
        for report in reports:
            _show(report)
    return failed


def _names(engine: Engine, wanted: list[str] | None) -> list[str]:
    known = sorted(engine.experts)
    for name in wanted or ():
        if name not in known:
            raise UnknownModel(f"there is no expert called {name!r}", hint=f"there are: {', '.join(known)}")
    return list(dict.fromkeys(wanted)) if wanted else known


def _checked(one: Checked) -> dict[str, Any]:
    return {"expert": one.expert, "state": one.state, "message": one.message, "changed": list(one.changed)}


def _report(name: str, fitted: Fitted) -> dict[str, Any]:
    return {"expert": name, "status": fitted.calibration.status, **fitted.report}


def _show(report: dict[str, Any]) -> None:
    from rich.table import Table

    out = console()
    if "error" in report:
        out.print(f"{report['expert']}: {report['error']}\n  hint: {report['hint']}", markup=False)
        return
    table = Table(title=f"{report['expert']}: {report['status']} calibration, from {report['source']}")
    table.add_column("")
    for role in ("fit (out of fold)", "test (held out)"):
        table.add_column(role, justify="right")
    for name in ("asked", "graded", "right", "ece_debiased", "auroc", "brier", "log_loss"):
        table.add_row(name, *(_number(report[role][name]) for role in ("fit", "test")))
    for target in report["fit"]["at_target"]:
        for name in ("coverage", "selective_risk", "score"):
            cells = (_number(report[role]["at_target"][target][name]) for role in ("fit", "test"))
            table.add_row(f"{name.replace('_', ' ')} at {target}", *cells)
    out.print(table)


def _number(value: float | int | None) -> str:
    return "–" if value is None else (str(value) if isinstance(value, int) else f"{value:.3f}")
