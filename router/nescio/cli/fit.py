"""``nescio fit``: a router from labelled queries of one's own, from descriptions of its routes, or from both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.cli.terminal import console, print_json
from nescio.errors import ArtefactError, InvalidRequest

if TYPE_CHECKING:
    from nescio_indexes.encoder import TextEncoder
    from nescio_indexes.fitted import FittedRouter
    from nescio_indexes.fitting import FitOptions
    from nescio_indexes.rows import Row

SHOWN_LABELS = 5

app = typer.Typer(add_completion=False, help="Fit a router on labelled queries, or on descriptions of its routes.")


@app.command()
def command(
    out: Annotated[Path, typer.Option(help="Folder of the router; an older router in it is replaced in one step.")],
    train: Annotated[
        Path | None, typer.Option(help='JSONL, rows {"text", "label"}; label null means out of scope.')
    ] = None,
    describe: Annotated[
        Path | None,
        typer.Option(help='JSONL, rows {"label", "description", "covers"}: routes that have few exemplars or none.'),
    ] = None,
    dev: Annotated[Path | None, typer.Option(help="More rows, for the calibration and the threshold only.")] = None,
    target: Annotated[float | None, typer.Option(help="Answer where p exceeds it.")] = None,
    max_risk: Annotated[float | None, typer.Option(help="Bound wrong/answered, with probability .9.")] = None,
    oos_recall: Annotated[float | None, typer.Option(help="Share of out-of-scope rows to refuse.")] = None,
    oos_prior: Annotated[
        float | None, typer.Option(help="Share of out-of-scope queries that p assumes; the data's without it.")
    ] = None,
    encoder: Annotated[str | None, typer.Option(help="An encoder's name or folder; the profile's without it.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what is drawn at random.")] = 0,
    fast: Annotated[
        bool, typer.Option("--fast", help="At many rows half the time, for a somewhat worse router.")
    ] = False,
    tune: Annotated[
        bool, typer.Option("--tune", help="Tune the encoder on the rows first: minutes, for a better router.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Fit a router on labelled queries, calibrate it and set its threshold on rows that it has not seen.

    Without a wish the threshold maximises the harmonic mean of in-scope right and answered and of out-of-scope refused,
    or keeps 95 % of the in-scope rows when there is no out-of-scope row. With --describe every route is described, and
    --train may be left out: then nothing is measured, and the report says so. With --tune the encoder learns the labels
    too, from four fifths of the in-scope rows or more; what is calibrated comes from the others.
    """
    from nescio.settings import load_settings
    from nescio_indexes.artefact import check_place
    from nescio_indexes.described import read_descriptions
    from nescio_indexes.describing import fit_described
    from nescio_indexes.encoder import load_encoder
    from nescio_indexes.fitting import FitOptions, fit_router
    from nescio_indexes.rows import read_rows
    from nescio_indexes.threshold import Wish

    wish = Wish(target=target, max_risk=max_risk, oos_recall=oos_recall)
    wish.check()
    check_sources(train, describe, dev, fast=fast, tune=tune)
    check_place(out)
    described = () if describe is None else read_descriptions(describe)
    rows = () if train is None else read_rows(train)
    more = read_rows(dev) if dev is not None else ()
    settings = load_settings()
    frozen = load_encoder(settings.models_dir, encoder or settings.loaded_profile.encoder)
    with console(stderr=True).status("fitting") as status:
        memory = settings.index_memory * 2**20
        options = FitOptions(
            wish=wish, oos_prior=oos_prior, seed=seed, memory=memory, fast=fast, progress=status.update
        )
        if described:
            fitted = fit_described(described, frozen, options, rows=rows)
            fitted.save(out)
        elif tune:
            fitted = fit_tuned(rows, frozen, options, more, settings.models_dir, out)
        else:
            fitted = fit_router(rows, frozen, options, dev=more)
            fitted.save(out)
    if json:
        print_json({"router": str(out), **fitted.facts()})
    else:
        show_report(fitted, out)


def fit_tuned(
    rows: tuple[Row, ...],
    frozen: TextEncoder,
    options: FitOptions,
    dev: tuple[Row, ...],
    models_dir: Path,
    out: Path,
) -> FittedRouter:
    """Tune the encoder `frozen` on `rows`, fit a router with what comes out, and save both in `out`.

    Raises:
        ArtefactError: `out` cannot be written; that is found before the tuning.
    """
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from nescio_indexes.fitting import fit_router
    from nescio_indexes.tuning import trainable_folder, tune

    base = trainable_folder(models_dir, frozen.name)
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Beside the router, so that its files need not be copied.
        with TemporaryDirectory(dir=out, prefix=".tuning-") as place:
            tuned = tune(rows, frozen, base, Path(place), seed=options.seed, progress=options.progress)
            fitted = fit_router(rows, tuned.encoder, options, dev=dev, tuned=tuned)
            return replace(fitted, tuned=fitted.save(out))
    except OSError as error:
        raise ArtefactError(
            f"cannot write {out}: {error.strerror or error}", hint="choose a folder that can be written, with room"
        ) from error


def check_sources(
    train: Path | None, describe: Path | None, dev: Path | None, *, fast: bool, tune: bool = False
) -> None:
    """Refuse a fit on nothing, and what a fit on descriptions does not take.

    Raises:
        InvalidRequest: That is so.
    """
    if train is None and describe is None:
        raise InvalidRequest("give --train, --describe or both", hint="nescio fit --train rows.jsonl --out my-router")
    if describe is not None and dev is not None:
        raise InvalidRequest(
            "--dev does not go with --describe",
            hint="give all rows with --train; fits that have not seen them judge them",
        )
    if describe is not None and tune:
        raise InvalidRequest(
            "--tune does not go with --describe",
            hint="descriptions are too few to tune an encoder on: use --train alone",
        )
    if describe is not None and fast:
        raise InvalidRequest("--fast does not go with --describe", hint="leave it out: there is one way to fit these")


def show_report(fitted: FittedRouter, out: Path) -> None:
    """Print what is known of `fitted`."""
    rule = fitted.rule
    printer = console()
    printer.print(f"Fitted {out}; {_basis(fitted)}", markup=False)
    for name, value in _lines(fitted):
        printer.print(f"  {name:<42} {value}", markup=False)
    if rule.threshold >= 1.0:
        printer.print("No threshold keeps this bound on these rows: this router will never answer.", markup=False)


def _basis(fitted: FittedRouter) -> str:
    if fitted.report.measured:
        return "all figures are out of fold."
    return "nothing could be measured: nescio eval routing measures it on labelled queries."


def _lines(fitted: FittedRouter) -> list[tuple[str, Any]]:
    report, rule = fitted.report, fitted.rule
    stood_in = " (held-out labels)" if report.pseudo else ""
    lines: list[tuple[str, Any]] = [
        ("labels", len(fitted.model.labels)),
        ("rows in scope, out of scope", f"{report.rows}, {report.outside}"),
        ("in-scope accuracy without abstention", _share(report.accuracy)),
        *described_lines(fitted.extra),
        ("AUROC of scope" + stood_in, _share(report.auroc)),
        ("ECE of p", _share(report.ece)),
        ("rule", f"{rule.name}: answer if {rule.cut} > {rule.threshold:.4f}"),
    ]
    if rule.cut == "scope":
        lines.append(("in-scope right and answered", _share(report.kept)))
        lines.append(("out-of-scope refused" + stood_in, _share(report.refused)))
    return lines


def described_lines(extra: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What only a router with descriptions has: how each kind of route fares, and what its probabilities rest on."""
    from nescio_indexes.text import clean

    if "without_exemplars" not in extra:
        return []
    basis, alone, known = extra["calibration"], extra["without_exemplars"], extra["accuracy"]
    some = ", ".join(clean(label) for label in alone[:SHOWN_LABELS]) + (", …" if len(alone) > SHOWN_LABELS else "")
    lines = [
        ("  of routes with exemplars", _share(known["exemplars"])),
        ("  of routes without, held-out labels", _share(known["description"])),
    ]
    return [
        *(lines if known["exemplars"] is not None else []),
        ("routes without exemplars", f"{len(alone)} ({some})" if alone else 0),
        ("calibration of routes, of scope", f"{basis['routes']}, {basis['scope']}"),
    ]


def _share(value: float | None) -> str:
    return "not measurable" if value is None or value != value else f"{value:.4f}"
