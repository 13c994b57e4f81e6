"""``nescio calibrate``: ask experts their graded questions and fit their calibration, or say which is stale and why."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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

LOG = Path("log")
"""What ``--from`` is told for the outcome log."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and how: files beside the experts' own, how many questions, how many at a time, and to where."""

    further: tuple[Path, ...]
    limit: int | None
    concurrency: int
    out: Path | None


app = typer.Typer(add_completion=False, help="Fit the calibration of an expert on graded answers.")


@app.command()
def command(
    context: typer.Context,
    expert: Annotated[
        list[str] | None, typer.Option(help="Its name, or monolith; may be given more than once.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every expert that has questions.")] = False,
    further: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="A file of further questions; log: grades of the outcome log.",
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask the first so many questions only.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask nobody: say which calibration is stale, and why.")
    ] = False,
    competence: Annotated[
        bool, typer.Option("--competence", help="Ask nobody: fit P(expert right | query) on every grade there is.")
    ] = False,
    concurrency: Annotated[int, typer.Option(min=1, help="Questions at a time.")] = 1,
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
    for option, given in (("--out", out), ("--from", further)):
        if given and len(expert or ()) != 1:
            raise InvalidRequest(f"{option} is for one expert", hint="name it with --expert")
    with resumable("what was graded is kept; the same command goes on from there"):
        if further and LOG in further:
            asyncio.run(_relearn((expert or [""])[0], further, out, json))
            return
        asked = Asked(tuple(further or ()), limit, concurrency, out)
        wrong = asyncio.run(_check(expert, json) if check else _calibrate(expert, asked, json))
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


async def _calibrate(wanted: list[str] | None, asked: Asked, as_json: bool) -> bool:
    from nescio.calibrating import calibrate
    from nescio.competence import Judge
    from nescio.known import gather, read_further

    sources = [read_further(path) for path in asked.further]
    today = datetime.now(UTC).date().isoformat()
    reports: list[dict[str, Any]] = []
    failed = False
    async with engine_for_one_command() as engine:
        model, encoder = engine.router.competence, engine.router.encoder
        judged = None if model is None else Judge(model, encoder.encode)
        cards = {name: one.card for name, one in engine.experts.items()}
        names = [name for name in _names(engine, wanted) if wanted or gather(name, cards).questions]
        for name in names:
            with console(stderr=True).status(name) as status:
                try:
                    fitted = await calibrate(
                        engine,
                        name,
                        today=today,
                        further=sources,
                        limit=asked.limit,
                        out=asked.out,
                        judged=judged,
                        progress=status.update,
                        concurrency=asked.concurrency,
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


async def _relearn(name: str, further: list[Path], out: Path | None, as_json: bool) -> None:
    from nescio.relearning import relearn

    if further != [LOG]:
        hint = "calibrate on the files first, then on the log"
        raise InvalidRequest("--from log stands alone: it asks nobody", hint=hint)
    today = datetime.now(UTC).date().isoformat()
    async with engine_for_one_command() as engine:
        _names(engine, [name])
        logged = engine.decided("live") + engine.decided("fit")
        model = engine.router.competence
        competence = None
        if model is not None:
            from nescio.competence import Judge

            competence = Judge(model, engine.router.encoder.encode).mark
        found = relearn(engine, name, logged, today=today, out=out, competence=competence)
    if as_json:
        print_json({"expert": name, "written": found.fitted is not None, "log": found.told})
        return
    rows = [(key.replace("_", " "), _number(value)) for key, value in found.told.items()]
    typer.echo(aligned(("grades of the outcome log", ""), rows, width_of_output()))
    if found.fitted is None:
        typer.echo("\n" + wrapped("No better on answers that it had not seen: nothing was written.", wrap_width()))
    else:
        typer.echo("\n" + wrapped(f"p above {found.told['above']:g} has changed; below, nothing has.", wrap_width()))


def _names(engine: Engine, wanted: list[str] | None) -> list[str]:
    known = sorted(engine.experts)
    for name in wanted or ():
        if name not in known:
            raise UnknownModel(f"there is no expert called {name!r}", hint=f"there are: {', '.join(known)}")
    return list(dict.fromkeys(wanted)) if wanted else known


def _checked(one: Checked) -> dict[str, Any]:
    told = {"expert": one.expert, "state": one.state, "message": one.message, "changed": list(one.changed)}
    return {**told, "report": one.report}


def _report(name: str, fitted: Fitted) -> dict[str, Any]:
    return {"expert": name, "status": fitted.calibration.status, **fitted.report}


def _show(report: dict[str, Any]) -> None:
    if "error" in report:
        typer.echo(f"{report['expert']}: {report['error']}\n  hint: {report['hint']}", err=True)
        return
    typer.echo(f"{report['expert']}: {report['status']} calibration, from {report['source']}\n")
    rows = [
        (name.replace("_", " "), *(_number(report[role][name]) for role in ("fit", "test")))
        for name in ("asked", "graded", "right", "mean_p", "ece_debiased", "brier", "log_loss", "auroc")
    ]
    for target in report["fit"]["at_target"]:
        for name in ("coverage", "selective_risk", "score"):
            cells = (_number(report[role]["at_target"][target][name]) for role in ("fit", "test"))
            rows.append((f"{name.replace('_', ' ')} at {target}", *cells))
    typer.echo(aligned(("", "fit\n(out of fold)", "test\n(held out)"), rows, width_of_output()))
    heads = ("p of answers\nlike one another", "right", "answers")
    for role, told in (("fit", "fit (out of fold)"), ("test", "test (held out)")):
        if report[role]["reliability"]:
            typer.echo(f"\nreliability, {told}\n" + aligned(heads, _bins(report[role]), width_of_output()))
    for line in advice(report):
        typer.echo("\n" + wrapped(line, wrap_width()))


def _bins(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A reliability diagram as rows: mean p, share right, and how many answers."""
    counted = ((p, right, round(share * figures["graded"])) for share, p, right in figures["reliability"])
    return [tuple(map(_number, row)) for row in counted]


def advice(report: dict[str, Any]) -> list[str]:
    """What the figures of a calibration mean for whoever wrote the expert, and what to do next."""
    from nescio.calibration import MINIMUM

    fit: Mapping[str, Any] = report["fit"]
    said = list(_oddities(report))
    odd = len(said)
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
    if len(said) > odd:
        return said
    return [*said, f"At target {DEFAULT_TARGET:g} it would answer {100 * covered:.0f} % of these questions."]


def _oddities(report: Mapping[str, Any]) -> Iterator[str]:
    """What was odd about the rows: left out, contradictory, or all alike."""
    causes = {
        "duplicates": "{} rows were there twice and count once.",
        "contradictory": "{} rows were left out: others of the same text want another answer.",
        "left_out": "{} rows were left out: multiple choice, with a context, or improper.",
        "conflicts": "{} questions were graded both right and wrong on equal evidence; both grades count.",
    }
    yield from (told.format(report[name]) for name, told in causes.items() if report.get(name))
    graded, right = report["fit"]["graded"], report["fit"]["right"]
    if graded and right in (0, graded):
        alike, wanted = ("right", "nobody can answer") if right else ("wrong", "it can answer")
        yield (
            f"All {graded} answers to fit on are {alike}: nothing tells right from wrong, so p is nearly the same for "
            f"all. Add questions that {wanted}."
        )


def _number(value: float | int | str | None) -> str:
    if isinstance(value, str):
        return value
    return "–" if value is None else (str(value) if isinstance(value, int) else f"{value:.3f}")
