"""``nescio index synth``: exemplars that the local model proposes from an expert's description, shown for review."""

from __future__ import annotations

import asyncio
import json as codec
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nescio.cli.terminal import console, print_json
from nescio.errors import ArtefactError, DataError, InvalidRequest, NotFound

if TYPE_CHECKING:
    from nescio.routing import Router
    from nescio.settings import Settings
    from nescio.synth import Proposal
    from nescio_indexes.described import Description
    from nescio_indexes.encoder import TextEncoder


def command(
    expert: Annotated[str | None, typer.Argument(help="An installed expert's name.")] = None,
    card: Annotated[Path | None, typer.Option(help="A card.toml instead; it needs no exemplars yet.")] = None,
    count: Annotated[int, typer.Option(help="How many exemplars to propose.")] = 20,
    out: Annotated[Path | None, typer.Option(help="Write the proposals there, one JSON line each.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Add what is not flagged to the card's exemplars.")] = False,
    seed: Annotated[int, typer.Option(help="Of what the model draws.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let the local model propose exemplars from an expert's description, for review.

    Repetitions are left out; what the present router clearly gives to another expert is flagged. Nothing is written
    without --out or --accept.
    """
    from nescio.settings import load_settings
    from nescio.synth import append

    if (expert is None) == (card is None):
        raise InvalidRequest("give either an expert or --card", hint="nescio index synth chemistry")
    settings = load_settings()
    description, exemplars = _described(settings, expert, card)
    with console(stderr=True).status("proposing"):
        proposals = _propose(settings, description, exemplars, count, seed)
    label = description.label
    if out is not None:
        _write(out, [proposal.row(label) for proposal in proposals])
    added = append(exemplars, proposals) if accept else 0
    if json:
        rows = [proposal.row(label) for proposal in proposals]
        print_json({"expert": label, "proposals": rows, "added": added})
    else:
        _show(label, proposals, added, exemplars if accept else None)


def _described(settings: Settings, expert: str | None, card: Path | None) -> tuple[Description, Path]:
    """What is described, and where its exemplars lie or would lie."""
    from nescio.registry import discover
    from nescio.synth import describe_card
    from nescio_indexes.described import Description

    if card is not None:
        return describe_card(card), card.with_name("exemplars.jsonl")
    known = {found.name: found for found in discover(settings.experts).cards}
    if expert not in known:
        raise NotFound(f"there is no expert called {expert!r}", hint="nescio experts list shows them all")
    found = known[expert]
    return Description(found.name, found.description), found.folder / "exemplars.jsonl"


def _propose(
    settings: Settings, description: Description, exemplars: Path, count: int, seed: int
) -> tuple[Proposal, ...]:
    from nescio.card import read_exemplars
    from nescio.synth import screen
    from nescio_indexes.encoder import load_encoder

    known = read_exemplars(exemplars) if exemplars.is_file() else ()
    encoder = load_encoder(settings.models_dir, settings.loaded_profile.encoder)
    texts = asyncio.run(_asked(settings, description, count, seed))
    return screen(texts, description.label, known, encoder.encode, _router(settings, encoder), count)


async def _asked(settings: Settings, description: Description, count: int, seed: int) -> tuple[str, ...]:
    from nescio.models.manager import ModelManager
    from nescio.synth import propose

    models = ModelManager(settings)
    try:
        return await propose(description, models.monolith(), count, seed=seed, timeout=settings.model_timeout)
    finally:
        await models.close()


def _router(settings: Settings, encoder: TextEncoder) -> Router | None:
    """The router in force, if there is one: without it nothing can be flagged."""
    from nescio.routing import Router

    try:
        return Router.load(settings.router_dir, encoder)
    except ArtefactError:
        return None


def _write(out: Path, rows: Sequence[dict[str, object]]) -> None:
    try:
        out.write_text("".join(codec.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {out}: {error.strerror}", hint="name a file that can be written") from error


def _show(label: str, proposals: Sequence[Proposal], added: int, path: Path | None) -> None:
    printer = console()
    for proposal in proposals:
        mark = "   " if proposal.other is None else f"!  {proposal.other}: "
        printer.print(f"{mark}{proposal.text}", markup=False)
    flagged = sum(proposal.other is not None for proposal in proposals)
    printer.print(f"{len(proposals)} synthetic exemplars proposed for {label}, {flagged} flagged (!)", markup=False)
    if path is not None:
        printer.print(f"{added} added to {path}, marked as synthetic", markup=False)
