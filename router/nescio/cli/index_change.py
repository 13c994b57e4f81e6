"""``nescio index add`` and ``remove``: change the exemplars of a fitted router without a refit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nescio.cli.terminal import console, print_json
from nescio.errors import InvalidRequest

if TYPE_CHECKING:
    from nescio_indexes.encoder import TextEncoder
    from nescio_indexes.online import Changed

RouterDir = Annotated[Path | None, typer.Option(help="A router made by nescio fit; the experts' own without it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add(
    jsonl: Annotated[Path, typer.Option(help='Rows {"text", "label"}; label null means out of scope.')],
    router: RouterDir = None,
    json: AsJson = False,
) -> None:
    """Add exemplars of labels that the router knows. They are on disk and in force when the command returns."""
    from nescio_indexes.online import add_exemplars
    from nescio_indexes.rows import read_rows

    rows = read_rows(jsonl)
    folder, encoder = _opened(router)
    with console(stderr=True).status("adding"):
        changed = add_exemplars(folder, rows, encoder)
    _show(folder, changed, "added", "were there already or empty", json)


def remove(
    text: Annotated[list[str] | None, typer.Option(help="An exemplar's text; may be given more than once.")] = None,
    jsonl: Annotated[Path | None, typer.Option(help='Rows {"text"}; other fields are ignored.')] = None,
    router: RouterDir = None,
    json: AsJson = False,
) -> None:
    """Remove every exemplar with one of these texts, whatever its label."""
    from nescio_indexes.online import remove_exemplars
    from nescio_indexes.rows import read_texts

    if not text and jsonl is None:
        raise InvalidRequest("name what to remove", hint="--text TEXT, or --jsonl ROWS")
    texts = [*(text or ()), *(read_texts(jsonl) if jsonl is not None else ())]
    folder, encoder = _opened(router)
    with console(stderr=True).status("removing"):
        changed = remove_exemplars(folder, texts, encoder)
    _show(folder, changed, "removed", "no exemplar has", json)


def told_growth(growth: float) -> str:
    """`growth` in words."""
    from nescio_indexes.online import REFIT_GROWTH

    due = "; a refit is due" if growth > REFIT_GROWTH else ""
    return f"{100 * growth:.1f} % of the exemplars that the router was fitted on{due}"


def _opened(router: Path | None) -> tuple[Path, TextEncoder]:
    """The folder of the router and the encoder it was fitted with."""
    from nescio.settings import load_settings
    from nescio_indexes.fitted import encoder_of

    settings = load_settings()
    folder = router or settings.router_dir
    return folder, encoder_of(folder, settings.models_dir)


def _show(folder: Path, changed: Changed, verb: str, passed_over: str, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "router": str(folder),
                verb: changed.changed,
                "passed_over": changed.passed_over,
                "growth": changed.growth,
                "refit_due": changed.refit_due,
            }
        )
        return
    rest = f" ({changed.passed_over} {passed_over})" if changed.passed_over else ""
    printer = console()
    printer.print(f"{changed.changed} {verb}{rest} in {folder}", markup=False)
    printer.print(f"changed since the fit: {told_growth(changed.growth)}", markup=False)
