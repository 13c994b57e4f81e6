"""The command group ``nescio eval``: run, gate, score, report, data. Parses arguments and prints; everything else is
done elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from nescio_eval.datasets import Draw
    from nescio_eval.run import Plan, Progress
    from nescio_eval.systems import System

app = typer.Typer(no_args_is_help=True, help="Compare the router with one monolith: run, score, report.")

_SYSTEMS = ("router", "monolith", "prompted")
_ROUGH = {"router": (6.0, 350), "monolith": (22.0, 700), "prompted": (7.0, 130)}
"""Seconds and generated tokens of a question on the reference machine, for an estimate before anything is known."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Folder = Annotated[Path, typer.Argument(help="Folder of the run.")]


@app.command()
def run(
    out: Annotated[Path, typer.Option(help="Folder of the run; the same command resumes it.")] = Path("runs/eval"),
    suite: Annotated[str, typer.Option(help="core, generated or wide; or the name of one data set.")] = "core",
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
    from nescio_eval.gate import attach_gate
    from nescio_eval.run import Plan
    from nescio_eval.score import score

    wanted = tuple(system or _SYSTEMS)
    plan = Plan(suite, _role(role), seed, limit, _target(target), timeout, attempts, concurrency)
    drawn = _draw(plan)
    if dry_run:
        _print_estimate(out, drawn, wanted, as_json)
        return
    if drawn.missing:
        _say(f"left out, since NESCIO_DATA does not hold them: {', '.join(drawn.missing)}")
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
    from nescio_eval.score import METRICS, score

    path = folder / METRICS
    metrics = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else score(folder)
    write_text(page or folder / "report.html", shown.page(metrics, read_manifest(folder)))
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


def _draw(plan: Plan) -> Draw:
    from nescio.settings import load_settings
    from nescio_eval.datasets import SUITES, draw, only

    folder = load_settings().data
    choose = draw if plan.suite in SUITES else only
    role: Any = plan.role
    return choose(plan.suite, limit=plan.limit, seed=plan.seed, role=role, folder=folder)


async def _run(out: Path, plan: Plan, drawn: Draw, wanted: Sequence[str]) -> int:
    from contextlib import AsyncExitStack

    from nescio_eval.run import run as run_systems

    async with AsyncExitStack() as stack:
        systems = await open_systems(stack, wanted)
        return await run_systems(out, plan, drawn.questions, systems, _watcher())


async def open_systems(stack: Any, wanted: Sequence[str]) -> list[System]:
    """The systems called `wanted`; what they hold open is closed by `stack`.

    Raises:
        InvalidRequest: A name means nothing.
    """
    from nescio.errors import InvalidRequest

    systems: list[System] = []
    local = [name for name in wanted if name in _SYSTEMS]
    for name in wanted:
        if name.startswith("openai:"):
            systems += _remote(name)
        elif name not in _SYSTEMS:
            raise InvalidRequest(f"no system called {name!r}", hint="router, monolith, prompted or openai:URL#MODEL")
    return systems + (await _local(stack, local) if local else [])


async def _local(stack: Any, names: Sequence[str]) -> list[System]:
    from nescio.engine import Engine
    from nescio.settings import load_settings
    from nescio.types import Query, Route, silent
    from nescio_eval.systems import MONOLITH, PROMPTED_TARGETS, ROUTER, EngineSystem, PromptedSystem, monolith_card

    engine = await stack.enter_async_context(await Engine.start(load_settings(), progress=_say))
    nowhere = Query(id="eval", messages=(), text="")
    context = await engine.parts.context_for(MONOLITH, nowhere, Route("", (), 1.0), silent)
    backend = context.backend
    card = monolith_card()
    about = {"model": getattr(backend, "model", None), "fingerprint": getattr(backend, "fingerprint", None)}
    systems: list[System] = []
    if ROUTER in names:
        systems.append(EngineSystem(engine, ROUTER, {**about, "experts": sorted(engine.registry.experts)}))
    if MONOLITH in names:
        prompt = {"prompt": card.prompt, "samples": card.samples, "max_tokens": card.max_tokens}
        systems.append(EngineSystem(engine, MONOLITH, {**about, **prompt}))
    if "prompted" in names and backend is not None:
        systems += [PromptedSystem(backend, t) for t in PROMPTED_TARGETS]
    return systems


def _remote(name: str) -> list[System]:
    import os

    from nescio.backends import OpenAIBackend
    from nescio.errors import InvalidRequest
    from nescio_eval.systems import PROMPTED_TARGETS, BackendSystem, PromptedSystem

    url, _, model = name.removeprefix("openai:").partition("#")
    if not url or not model:
        raise InvalidRequest(f"{name!r} names no model", hint="openai:http://127.0.0.1:8000/v1#MODEL")
    backend = OpenAIBackend(url, model, api_key=os.environ.get("OPENAI_API_KEY", "none"))
    return [BackendSystem(backend), *(PromptedSystem(backend, t) for t in PROMPTED_TARGETS)]


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
    """What a run would cost: from what its folder already measured, else from figures of the reference machine."""
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


def estimate_of(out: Path, drawn: Draw, wanted: Sequence[str]) -> dict[str, Any]:
    """Calls, tokens and seconds that are still to be spent on a run."""
    from nescio_eval.records import read_generations
    from nescio_eval.systems import PROMPTED_TARGETS, prompted_name

    have = read_generations(out)
    names: list[str] = []
    for name in wanted:
        prompted = [prompted_name(t) for t in PROMPTED_TARGETS]
        names += prompted if name == "prompted" else ["monolith", *prompted] if name.startswith("openai:") else [name]
    seconds, tokens, calls, measured = 0.0, 0.0, 0, False
    for name in names:
        done = [g for (system, _), g in have.items() if system == name and not g.fault]
        left = len({q.id for q in drawn.questions} - {g.id for g in done})
        each = _ROUGH.get(name.partition("@")[0], (10.0, 300))
        if done:
            measured = True
            each = (sum(g.latency_s for g in done) / len(done), sum(g.completion_tokens for g in done) // len(done))
        calls, seconds, tokens = calls + left, seconds + left * each[0], tokens + left * each[1]
    sets = sorted({q.dataset for q in drawn.questions})
    return {
        "questions": len(drawn.questions),
        "datasets": {name: sum(q.dataset == name for q in drawn.questions) for name in sets},
        "missing": list(drawn.missing),
        "calls": calls,
        "tokens": int(tokens),
        "seconds": round(seconds, 1),
        "basis": "measured in this run" if measured else "rough figures of a 2-core machine",
    }


def _print_metrics(metrics: dict[str, Any], as_json: bool) -> None:
    from nescio_eval import report as shown

    if as_json:
        typer.echo(json.dumps(metrics))
        return
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 240)
    console.print(shown.text_table(metrics))
    for sentence in shown.verdict(metrics):
        console.print(sentence)


def _role(role: str) -> str:
    from nescio.errors import InvalidRequest

    if role not in ("fit", "test"):
        raise InvalidRequest(f"no role called {role!r}", hint="test or fit", param="role")
    return role


def _target(target: float) -> float:
    from nescio.errors import InvalidRequest

    if not 0.0 <= target < 1.0:
        raise InvalidRequest(f"the confidence target {target} is not in [0, 1)", hint="for example 0.75")
    return target


def _say(line: str) -> None:
    typer.echo(line, err=True)
