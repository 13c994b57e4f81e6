"""``nescio policy``: what another policy would have made of the questions in the outcome log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.cli.layout import aligned, width_of_output
from nescio.cli.terminal import console, engine_for_one_command, print_json
from nescio.errors import ConfigError, DataError

if TYPE_CHECKING:
    from nescio.decide import Policy
    from nescio.engine import Engine
    from nescio.simulating import Figures, Replayed, Transition

app = typer.Typer(add_completion=False, help="Try a policy on what was asked.")


class Role(StrEnum):
    """Rows that a policy may be chosen on; those of role ``test`` measure, and are never looked at for that."""

    LIVE = "live"
    FIT = "fit"


@app.callback()
def group() -> None:
    """Try a policy on what was asked."""


@app.command()
def simulate(
    policy: Annotated[Path, typer.Option(help="The policy to try, a policy.toml.")],
    role: Annotated[Role, typer.Option(help="Which rows of the outcome log.")] = Role.LIVE,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, every changed decision included.")] = False,
) -> None:
    """Replay the outcome log under another policy: coverage, hallucinations, cost, and what would have changed."""
    from nescio.policy import load_policy
    from nescio.settings import load_settings

    tried = load_policy(policy, load_settings().confidence_target)
    asyncio.run(_simulate(policy, tried, role.value, json))


async def _simulate(file: Path, tried: Policy, role: Any, as_json: bool) -> None:
    from nescio.simulating import as_logged, figures, replay

    async with engine_for_one_command() as engine:
        _check_names(file, tried, engine)
        rows = engine.decided(role)
        if not rows:
            raise DataError(f"the outcome log holds no decision of role {role}", hint="ask something first")
        logged, kept = as_logged(rows), replay(engine.parts, engine.parts.policy, rows)
        changed = replay(engine.parts, tried, rows)
    columns = {"as logged": figures(logged), "policy in force": figures(kept), str(file): figures(changed)}
    moved = sum(one.changed for one in kept)
    if as_json:
        print_json(_document(columns, moved, changed))
    else:
        console().print("\n".join(_lines(columns, moved, changed)), markup=False)


def _check_names(file: Path, policy: Policy, engine: Engine) -> None:
    unknown = sorted(policy.experts_named - set(engine.experts))
    if unknown:
        known = ", ".join(sorted(engine.registry.experts))
        raise ConfigError(f"policy {file} names {', '.join(unknown)}, no expert here", hint=f"there are: {known}")


def _document(columns: dict[str, Figures], moved: int, changed: tuple[Replayed, ...]) -> dict[str, Any]:
    from nescio.simulating import transitions

    names = ("as_logged", "in_force", "simulated")
    told: dict[str, Any] = {
        name: {**asdict(one), "coverage": one.coverage, "hallucination_rate": one.hallucination_rate}
        for name, one in zip(names, columns.values(), strict=True)
    }
    told["changed_in_force"] = moved
    told["transitions"] = [asdict(one) for one in transitions(changed)]
    told["changed"] = [
        {
            "id": one.row.id,
            "expert": one.row.expert,
            "before": one.row.reason or one.row.decision,
            "after": one.reason or one.status,
            "grade": one.row.grade,
        }
        for one in changed
        if one.changed
    ]
    return told


def _lines(columns: dict[str, Figures], moved: int, changed: tuple[Replayed, ...]) -> Iterable[str]:
    from nescio.simulating import transitions

    told = list(columns.values())
    rows = [
        ["decisions", *(f"{one.rows:,}" for one in told)],
        ["answered", *(f"{one.answered:,}" for one in told)],
        ["not known", *(f"{one.unknown:,}" for one in told)],
        ["coverage", *(f"{one.coverage:.3f}" for one in told)],
        [f"right, of {told[0].graded:,} graded", *(f"{one.right:,}" for one in told)],
        [f"wrong, of {told[0].graded:,} graded", *(f"{one.wrong:,}" for one in told)],
        ["tokens", *(f"{one.tokens:,}" for one in told)],
        ["seconds", *(f"{one.seconds:,.1f}" for one in told)],
    ]
    yield aligned(["", *columns], rows, width_of_output())
    yield ""
    if moved:
        yield f"{moved} would be decided otherwise today even under the policy in force: something is new since then"
    yield from map(_sentence, transitions(changed))
    if not any(one.changed for one in changed):
        yield "nothing would have changed"


def _sentence(one: Transition) -> str:
    grades = f": {one.wrong} graded wrong, {one.right} right" if one.wrong + one.right else ""
    return f"{one.count} {_named(one.before)} → {_named(one.after)}{grades}"


def _named(outcome: str) -> str:
    """A status, or the reason of an abstention, for a person."""
    if outcome == "unknown":
        return "not known: somebody would be asked who was not"
    return outcome if outcome == "answered" else f"abstained ({outcome})"
