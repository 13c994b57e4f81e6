"""``nescio fit``: a router from labelled queries of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.cli.terminal import console, print_json

if TYPE_CHECKING:
    from nescio_indexes.fitted import FittedRouter

app = typer.Typer(add_completion=False, help="Fit a router on labelled queries.")


@app.command()
def command(
    train: Annotated[Path, typer.Option(help='JSONL, rows {"text", "label"}; label null means out of scope.')],
    out: Annotated[Path, typer.Option(help="Folder of the router; an older router in it is replaced in one step.")],
    dev: Annotated[Path | None, typer.Option(help="More rows, for the calibration and the threshold only.")] = None,
    target: Annotated[float | None, typer.Option(help="Answer where p exceeds it.")] = None,
    max_risk: Annotated[float | None, typer.Option(help="Bound wrong/answered, with probability .9.")] = None,
    oos_recall: Annotated[float | None, typer.Option(help="Share of out-of-scope rows to refuse.")] = None,
    oos_prior: Annotated[
        float | None, typer.Option(help="Share of out-of-scope queries that p assumes; the data's without it.")
    ] = None,
    encoder: Annotated[str | None, typer.Option(help="An encoder's name or folder; the profile's without it.")] = None,
    seed: Annotated[int, typer.Option(help="Of what is drawn at random.")] = 0,
    fast: Annotated[bool, typer.Option("--fast", help="A third of the time, for a somewhat worse router.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Fit a router on labelled queries, calibrate it and set its threshold on rows that it has not seen.

    Without a wish the threshold maximises the harmonic mean of in-scope right and answered and of out-of-scope refused,
    or keeps 95 % of the in-scope rows when there is no out-of-scope row.
    """
    from nescio.settings import load_settings
    from nescio_indexes.encoder import load_encoder
    from nescio_indexes.fitting import FitOptions, fit_router
    from nescio_indexes.rows import read_rows
    from nescio_indexes.threshold import Wish

    wish = Wish(target=target, max_risk=max_risk, oos_recall=oos_recall)
    wish.check()
    rows = read_rows(train)
    more = read_rows(dev) if dev is not None else ()
    settings = load_settings()
    frozen = load_encoder(settings.models_dir, encoder or settings.loaded_profile.encoder)
    with console(stderr=True).status("fitting") as status:
        memory = settings.index_memory * 2**20
        options = FitOptions(
            wish=wish, oos_prior=oos_prior, seed=seed, memory=memory, fast=fast, progress=status.update
        )
        fitted = fit_router(rows, frozen, options, dev=more)
    fitted.save(out)
    if json:
        print_json({"router": str(out), **fitted.facts()})
    else:
        show_report(fitted, out)


def show_report(fitted: FittedRouter, out: Path) -> None:
    """Print what is known of `fitted`."""
    report, rule = fitted.report, fitted.rule
    lines: list[tuple[str, Any]] = [
        ("labels", len(fitted.model.labels)),
        ("rows in scope, out of scope", f"{report.rows}, {report.outside}"),
        ("in-scope accuracy without abstention", _share(report.accuracy)),
        ("AUROC of scope" + (" (held-out labels)" if report.pseudo else ""), _share(report.auroc)),
        ("ECE of p", _share(report.ece)),
        ("rule", f"{rule.name}: answer if {rule.cut} > {rule.threshold:.4f}"),
    ]
    if rule.cut == "scope":
        lines.append(("in-scope right and answered", _share(report.kept)))
        lines.append(("out-of-scope refused", _share(report.refused)))
    printer = console()
    printer.print(f"Fitted {out}; all figures are out of fold.", markup=False)
    for name, value in lines:
        printer.print(f"  {name:<42} {value}", markup=False)
    if rule.threshold >= 1.0:
        printer.print("No threshold keeps this bound on these rows: this router will never answer.", markup=False)


def _share(value: float) -> str:
    return "not measurable" if value != value else f"{value:.4f}"
