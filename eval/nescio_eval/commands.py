"""The command group ``nescio eval``: commands for runs, and those of other modules. It parses and prints, no more."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.errors import InvalidRequest, NescioError
from nescio_eval import routing_commands
from nescio_eval.replay_command import command as replay_command

if TYPE_CHECKING:
    from nescio_eval.datasets import Draw
    from nescio_eval.run import Plan, Progress

app = typer.Typer(add_completion=False, help="Compare the router with one monolith: run, score, report.")

app.command(name="replay")(replay_command)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Folder = Annotated[Path, typer.Argument(help="Folder of the run.")]


@app.command()
def run(
    out: Annotated[Path, typer.Option(help="Folder of the run; the same command resumes it.")] = Path("runs/eval"),
    suite: Annotated[
        str, typer.Option(help="core, generated or wide; one data set; or a .jsonl of your own.")
    ] = "core",
    system: Annotated[
        list[str] | None,
        typer.Option(help="router, monolith, prompted, or openai:URL#MODEL (stands in as monolith). Repeatable."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Questions in all.")] = 180,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw and of generation.")] = 1,
    role: Annotated[str, typer.Option(help="test, or fit for questions that may be learnt from.")] = "test",
    target: Annotated[float, typer.Option(help="Confidence target t of the gated arms, in [0, 1).")] = 0.75,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for one call.")] = 300.0,
    attempts: Annotated[int, typer.Option(min=1, help="Calls a question before a fault is recorded.")] = 3,
    concurrency: Annotated[int, typer.Option(min=1, help="Calls at a time.")] = 1,
    gate: Annotated[Path | None, typer.Option(help="The monolith's gate; see nescio eval gate.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Estimate time and tokens; ask nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Ask every system every question; resumes where it was stopped, and scores at the end."""
    from nescio.cli.terminal import resumable
    from nescio_eval.gate import attach_gate, read_gate
    from nescio_eval.opening import SYSTEMS
    from nescio_eval.run import Plan
    from nescio_eval.score import score

    wanted = tuple(system or SYSTEMS)
    plan = Plan(suite, _role(role), seed, limit, _target(target), timeout, attempts, concurrency)
    drawn = _draw(plan)
    if dry_run:
        _print_estimate(out, drawn, wanted, as_json)
        return
    if gate is not None:
        read_gate(gate)  # A wrong path is told now, and not after hours of asking.
    if drawn.missing:
        _say(f"left out, since NESCIO_DATA does not hold them: {', '.join(drawn.missing)}")
    with resumable("what was answered is kept; the same command goes on from there"):
        calls = asyncio.run(_run(out, plan, drawn, wanted))
    if gate is not None:
        attach_gate(out, gate)
    metrics = score(out)
    _say(f"{calls} calls made; {out} holds the run")
    _print_metrics(metrics, as_json)


@app.command(name="gate")
def fit_gate_command(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="Where the fitted gate goes.")],
    as_json: Json = False,
) -> None:
    """Fit the monolith's own gate on a run with --role fit."""
    from nescio_eval.gate import fit_gate

    fitted = fit_gate(folder, out, date=datetime.now(UTC).date().isoformat())
    report = {"out": str(out), "status": fitted.calibration.status, **fitted.report}
    typer.echo(json.dumps(report, indent=None if as_json else 1, default=str))


@app.command(name="score")
def score_command(
    folder: Folder,
    target: Annotated[float | None, typer.Option(help="Another confidence target for the gated arms.")] = None,
    gate: Annotated[Path | None, typer.Option(help="The monolith's gate, copied into the run.")] = None,
    freeze: Annotated[Path | None, typer.Option(help="Also write the run here without any data set's text.")] = None,
    as_json: Json = False,
) -> None:
    """Derive samples and metrics from what was generated. Calls no model."""
    from nescio_eval.score import freeze as write_frozen
    from nescio_eval.score import score

    metrics = score(folder, target=None if target is None else _target(target), gate=gate)
    if freeze is not None:
        write_frozen(folder, freeze)
    _print_metrics(metrics, as_json)


@app.command(name="vary")
def vary_command(
    file: Annotated[Path, typer.Argument(help="Word problems with their calculation in meta.work, as GSM8K's.")],
    out: Annotated[Path, typer.Option(help="Where the rows in other numbers go.")],
    limit: Annotated[int | None, typer.Option(min=1, help="The first so many that can be varied.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the numbers.")] = 1,
) -> None:
    """Write word problems in other numbers, to fit on what no model has seen."""
    from nescio_eval.datasets.varied import read_rows, vary
    from nescio_eval.records import write_lines

    found = list(islice(vary(read_rows(file), seed), limit))
    write_lines(out, found)
    _say(f"{len(found)} problems in other numbers are in {out}")


@app.command()
def report(
    folder: Folder,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    page: Annotated[Path | None, typer.Option("--html", help="Write an HTML page; default report.html.")] = None,
    as_json: Json = False,
) -> None:
    """Show a scored run, and write its report.html."""
    from nescio_eval import report as shown
    from nescio_eval.records import write_text
    from nescio_eval.run import read_manifest
    from nescio_eval.score import read_metrics

    manifest, metrics = read_manifest(folder), read_metrics(folder)
    try:
        write_text(page or folder / "report.html", shown.page(metrics, manifest))
    except NescioError as error:
        if page is not None:
            raise
        _say(f"no page written: {error.message} (--html names another place)")
    if markdown:
        typer.echo(shown.markdown(metrics), nl=False)
    else:
        _print_metrics(metrics, as_json)


@app.command()
def data(as_json: Json = False) -> None:
    """List the data sets, their licences, and which are here."""
    from nescio.settings import load_settings
    from nescio_eval.datasets import CATALOGUE, available

    folder = load_settings().data
    here = set(available(folder)) if folder is not None else set()
    rows = [
        {
            "name": known.name,
            "domain": known.domain,
            "licence": known.licence,
            "source": known.source,
            "here": known.generate is not None or known.name in here,
            "limits": known.limits,
        }
        for known in CATALOGUE.values()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['name']:20} {row['domain']:18} {row['licence']:14} {'here' if row['here'] else 'not here'}")


app.command()(routing_commands.routing)
app.command()(routing_commands.stability)


def _draw(plan: Plan) -> Draw:
    from nescio.settings import load_settings
    from nescio_eval.datasets import SUITES, draw, only, own

    folder = load_settings().data
    choose = draw if plan.suite in SUITES else only
    role: Any = plan.role
    if plan.suite.endswith(".jsonl"):
        return own(Path(plan.suite), limit=plan.limit, seed=plan.seed, role=role)
    return choose(plan.suite, limit=plan.limit, seed=plan.seed, role=role, folder=folder)


async def _run(out: Path, plan: Plan, drawn: Draw, wanted: Sequence[str]) -> int:
    from contextlib import AsyncExitStack

    from nescio_eval.opening import open_systems
    from nescio_eval.run import run as run_systems

    async with AsyncExitStack() as stack:
        systems = await open_systems(stack, wanted, _say)
        return await run_systems(out, plan, drawn.questions, systems, _watcher())


def _watcher() -> Any:
    """Writes progress to stderr: a line that renews itself on a terminal, else one every 25 calls."""
    live = sys.stderr.isatty()

    def watch(progress: Progress) -> None:
        if not live and progress.done % 25 and progress.done != progress.total:
            return
        left = f"{progress.remaining_s / 60:.0f} min left" if progress.done < progress.total else "done"
        line = f"{progress.done}/{progress.total}  {60 * progress.per_second:.1f} a minute  {left}"
        if progress.faults:
            line += f"  {progress.faults} faults"
        typer.echo(f"\r{line}   " if live else line, err=True, nl=not live or progress.done == progress.total)

    return watch


def _print_estimate(out: Path, drawn: Draw, wanted: Sequence[str], as_json: bool) -> None:
    from nescio_eval.estimate import estimate_of

    estimate = estimate_of(out, drawn, wanted)
    if as_json:
        typer.echo(json.dumps(estimate))
        return
    by_set = ", ".join(f"{name} {n}" for name, n in estimate["datasets"].items())
    typer.echo(f"{estimate['questions']} questions: {by_set}")
    if drawn.missing:
        typer.echo(f"left out, since NESCIO_DATA does not hold them: {', '.join(drawn.missing)}")
    minutes = f"{estimate['seconds'] / 60:.0f} minutes"
    typer.echo(f"{estimate['calls']} calls, {estimate['tokens']:,} tokens, {minutes} ({estimate['basis']})")


def _print_metrics(metrics: dict[str, Any], as_json: bool) -> None:
    from nescio.cli.layout import width_of_output, wrapped
    from nescio_eval import report as shown

    if as_json:
        typer.echo(json.dumps(metrics))
        return
    width = width_of_output()
    notes = [wrapped(f"- {note}", width, "  ") for note in shown.notes(metrics)]
    typer.echo("\n".join([shown.text(metrics, width), "", *notes]))


def _role(role: str) -> str:
    if role not in ("fit", "test"):
        raise InvalidRequest(f"no role called {role!r}", hint="test or fit", param="role")
    return role


def _target(target: float) -> float:
    if not 0.0 <= target < 1.0:
        raise InvalidRequest(f"the confidence target {target} is not in [0, 1)", hint="for example 0.75")
    return target


def _say(line: str) -> None:
    typer.echo(line, err=True)
