"""``nescio calibrate``: ask experts their graded questions and fit their calibration, or say which is stale and why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.cli.layout import aligned, width_of_output, wrap_width, wrapped
from nescio.cli.terminal import console, engine_for_one_command, print_json, resumable
from nescio.errors import InvalidRequest, NescioError, UnknownModel
from nescio.types import DEFAULT_TARGET

if TYPE_CHECKING:
    from nescio.calibrating import Checked
    from nescio.calibration import Fitted
    from nescio.engine import Engine

RARELY = 0.2
"""Share of its questions below which an expert's coverage is worth a word."""

app = typer.Typer(add_completion=False, help="Fit the calibration of an expert on graded answers.")


@app.command()
def command(
    context: typer.Context,
    expert: Annotated[
        list[str] | None, typer.Option(help="Its name, or monolith; may be given more than once.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every expert that has questions.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask the first so many questions only.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask nobody: say which calibration is stale, and why.")
    ] = False,
    competence: Annotated[
        bool, typer.Option("--competence", help="Ask nobody: fit P(expert right | query) on every grade there is.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the artefact, of one expert.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Ask experts their questions, grade the answers, and fit P(right). Run again, it goes on where it stopped."""
    if competence:
        asyncio.run(_competence(json))
        return
    if not (expert or everyone or check):
        # All experts take hours: that must not start by accident.
        typer.echo(context.get_help())
        return
    if expert and everyone:
        raise InvalidRequest("--expert and --all exclude one another", hint="name experts, or take them all")
    if out is not None and len(expert or ()) != 1:
        raise InvalidRequest("--out takes the artefact of one expert", hint="name it with --expert")
    with resumable("what was graded is kept; the same command goes on from there"):
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
        for one in found:
            typer.echo(wrapped(f"{one.expert:12} {one.state:8} {one.message}", wrap_width(), " " * 22))
            if not one.ok:
                typer.echo(f"{'':22}→ nescio calibrate --expert {one.expert}")
    return not all(one.ok for one in found)


async def _competence(as_json: bool) -> None:
    from nescio.competence import fit_competence, graded, save_competence
    from nescio.competence.report import report

    today = datetime.now(UTC).date().isoformat()
    async with engine_for_one_command() as engine:
        cards = {name: one.card for name, one in engine.experts.items()}
        encoder = engine.router.encoder
        with console(stderr=True).status("learning from grades"):
            table = graded(engine.past(), cards, encoder.encode)
            model = fit_competence(table, encoder.fingerprint)
        save_competence(engine.settings.competence_dir, model, f"{len(table.texts)} graded questions", today)
    found = report(table, model)
    if as_json:
        print_json(found)
        return
    heads = ("expert", "graded", "right", "auroc", "log loss", "of the rate")
    typer.echo(aligned(heads, [tuple(_number(one) for one in row.values()) for row in found], width_of_output()))
    for name in model.experts:
        typer.echo(f"→ nescio calibrate --expert {name}   makes p_expert a feature of its p")


async def _calibrate(wanted: list[str] | None, limit: int | None, out: Path | None, as_json: bool) -> bool:
    from nescio.calibrating import calibrate, questions_for
    from nescio.competence import Judge

    today = datetime.now(UTC).date().isoformat()
    reports: list[dict[str, Any]] = []
    failed = False
    async with engine_for_one_command() as engine:
        model, encoder = engine.router.competence, engine.router.encoder
        judged = None if model is None else Judge(model, encoder.encode)
        cards = {name: one.card for name, one in engine.experts.items()}
        names = [name for name in _names(engine, wanted) if wanted or questions_for(name, cards)]
        for name in names:
            with console(stderr=True).status(name) as status:
                try:
                    fitted = await calibrate(
                        engine, name, today=today, limit=limit, out=out, judged=judged, progress=status.update
                    )
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
    if "error" in report:
        typer.echo(f"{report['expert']}: {report['error']}\n  hint: {report['hint']}", err=True)
        return
    typer.echo(f"{report['expert']}: {report['status']} calibration, from {report['source']}\n")
    rows = [
        (name.replace("_", " "), *(_number(report[role][name]) for role in ("fit", "test")))
        for name in ("asked", "graded", "right", "ece_debiased", "auroc", "brier", "log_loss")
    ]
    for target in report["fit"]["at_target"]:
        for name in ("coverage", "selective_risk", "score"):
            cells = (_number(report[role]["at_target"][target][name]) for role in ("fit", "test"))
            rows.append((f"{name.replace('_', ' ')} at {target}", *cells))
    typer.echo(aligned(("", "fit\n(out of fold)", "test\n(held out)"), rows, width_of_output()))
    for line in advice(report):
        typer.echo("\n" + wrapped(line, wrap_width()))


def advice(report: dict[str, Any]) -> list[str]:
    """What the figures of a calibration mean for whoever wrote the expert, and what to do next."""
    from nescio.calibration import MINIMUM

    fit: Mapping[str, Any] = report["fit"]
    said: list[str] = []
    graded, right = fit["graded"], fit["right"]
    if report["status"] == "pooled":
        said.append(
            f"{graded} of the {fit['asked']} questions to fit on were answered and graded; {MINIMUM} make a "
            "calibration of its own. Until then it borrows that of other experts. More questions help."
        )
    covered = fit["at_target"][str(DEFAULT_TARGET)]["coverage"] or 0.0
    if covered < RARELY:
        said.append(
            f"At target {DEFAULT_TARGET:g} it would answer {100 * covered:.0f} % of these questions: {right} of its "
            f"{graded} answers are right. What it does not know, no calibration can mend: give it notes in its prompt, "
            "or a better model; nescio ask --target 0 shows what it would say."
        )
    return said or [f"At target {DEFAULT_TARGET:g} it would answer {100 * covered:.0f} % of these questions."]


def _number(value: float | int | str | None) -> str:
    if isinstance(value, str):
        return value
    return "–" if value is None else (str(value) if isinstance(value, int) else f"{value:.3f}")
