"""``nescio eval replay``: parses its arguments, embeds, replays a table of outcomes and prints. No more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.errors import InvalidRequest

if TYPE_CHECKING:
    from nescio_eval.replay_table import OutcomeTable
    from nescio_indexes.encoder import TextEncoder, Vectors

DECIMALS = 4


def command(
    table: Annotated[Path, typer.Argument(help="Outcomes of several models: .jsonl or .jsonl.gz.")],
    folds: Annotated[int, typer.Option(min=2, help="Folds, grouped by question and pooled.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of the folds.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Read the first so many rows only.")] = None,
    cost: Annotated[Path | None, typer.Option(help="JSON: what one answer of each model costs, in any unit.")] = None,
    pair: Annotated[
        list[str] | None, typer.Option(help="STRONG,WEAK to report APGR of. Repeatable; two models need none.")
    ] = None,
    text: Annotated[str, typer.Option(help="question, choices (both), or auto: chosen within each fold.")] = "auto",
    domain: Annotated[bool, typer.Option(help="Also fit with the domain's label, where there is one.")] = True,
    cache: Annotated[Path | None, typer.Option(help="Folder of embedded vectors.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Route over a table of outcomes of many models without running one."""
    from nescio.cli.layout import width_of_output
    from nescio.settings import load_settings
    from nescio_eval.replay_report import text as shown
    from nescio_eval.replay_table import read_costs, read_table
    from nescio_indexes.encoder import load_encoder

    read = read_table(table, limit)
    costs = None if cost is None else read_costs(cost, read.models)
    wanted = pairs_of(pair or (), read)
    settings = load_settings()
    encoder = load_encoder(settings.models_dir, settings.loaded_profile.encoder)
    folder = cache or settings.home / "vectors"
    report = replayed(read, encoder, folder, folds, seed, text, domain, costs, wanted)
    typer.echo(json.dumps(rounded(report)) if as_json else shown(report, width_of_output()))


def replayed(
    table: OutcomeTable,
    encoder: TextEncoder,
    folder: Path,
    folds: int,
    seed: int,
    text: str,
    with_domain: bool,
    costs: Any,
    pairs: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """Embed, replay, and the figures.

    Raises:
        InvalidRequest: Fewer than two questions a fold, or a `text` that is not one of the three.
    """
    from nescio_eval.replay import replay
    from nescio_eval.replay_figures import figures

    questions = int(table.groups.max()) + 1
    if 2 * folds > questions:
        raise InvalidRequest(f"{folds} folds of {questions} different questions", hint="--folds 5", param="folds")
    vectors = embedded(table, encoder, folder, text)
    run = replay(table, vectors, folds=folds, seed=seed, with_domain=with_domain, progress=_told("fold"))
    _say("intervals and the ceiling")
    return figures(run, costs=costs, pairs=pairs)


def embedded(table: OutcomeTable, encoder: TextEncoder, folder: Path, text: str) -> Mapping[str, Vectors]:
    """Vectors of each kind of text that is to be tried.

    Raises:
        InvalidRequest: `text` is none of the three words.
    """
    from nescio_eval.replay import QUESTION, WITH_CHOICES, joined
    from nescio_eval.vectors import vectors_of

    if text not in ("auto", "question", "choices"):
        raise InvalidRequest(f"no text called {text!r}", hint="auto, question or choices", param="text")
    both = [joined(*one) for one in zip(table.questions, table.choices, strict=True)]
    kinds: dict[str, Sequence[str]] = {}
    if text != "choices" or not any(table.choices):
        kinds[QUESTION] = table.questions
    if text != "question" and any(table.choices):
        kinds[WITH_CHOICES] = both
    return {kind: vectors_of(texts, encoder, folder, _told("embedded")) for kind, texts in kinds.items()}


def pairs_of(wanted: Sequence[str], table: OutcomeTable) -> list[tuple[str, str]]:
    """The (strong, weak) pairs that `wanted` names; without any, the pair of a table of two models.

    Raises:
        InvalidRequest: One is not STRONG,WEAK, or names a model that the table does not have.
    """
    import numpy as np

    if not wanted and len(table.models) == 2:
        strong = int(np.nanmean(table.right, axis=0).argmax())
        return [(table.models[strong], table.models[1 - strong])]
    found = []
    for one in wanted:
        names = tuple(name.strip() for name in one.split(","))
        if len(names) != 2 or names[0] == names[1] or not set(names) <= set(table.models):
            known = ", ".join(table.models)
            raise InvalidRequest(f"{one!r} is not a pair of models", hint=f"STRONG,WEAK of: {known}", param="pair")
        found.append((names[0], names[1]))
    return found


def rounded(value: Any) -> Any:
    """`value` with every number to a few decimals, and NaN as null."""
    if isinstance(value, Mapping):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    if isinstance(value, float):
        return None if value != value else round(value, DECIMALS)
    return value


def _told(what: str) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        _say(f"{what} {done} of {total}")

    return tell


def _say(line: str) -> None:
    typer.echo(line, err=True)
