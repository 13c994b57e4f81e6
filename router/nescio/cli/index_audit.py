"""``nescio index audit``: what is wrong with exemplars, in the order of fixing, with an exit code for CI."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.cli.terminal import console, print_json
from nescio.errors import InvalidRequest

if TYPE_CHECKING:
    from nescio_indexes.audit import Finding
    from nescio_indexes.encoder import Vectors
    from nescio_indexes.rows import Row

FOUND = 1
"""Exit code when --fail-if found what it looked for."""
SHOWN_TEXT = 90


def command(
    router: Annotated[
        Path | None, typer.Option(help="A router made by nescio fit; else the installed experts.")
    ] = None,
    train: Annotated[Path | None, typer.Option(help='Rows before a fit, JSONL {"text", "label"}.')] = None,
    similar: Annotated[float, typer.Option(help="Cosine from which two exemplars hardly differ.")] = 0.9,
    overlap: Annotated[float, typer.Option(help="Share of two routes' exemplars taken for the other.")] = 0.1,
    few: Annotated[int, typer.Option(help="A route with fewer exemplars is thin.")] = 10,
    top: Annotated[int, typer.Option(min=0, help="Findings of a kind to print; 0 prints all.")] = 10,
    fail_if: Annotated[
        list[str] | None, typer.Option(help="KIND or KIND:MAX or any: exit 1 if there are more than MAX (0).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
) -> None:
    """Say what is wrong with exemplars: contradictions, wrong labels, overlaps, thin routes, repetitions."""
    from nescio_indexes.audit import Limits, audit, counts

    bounds = _bounds(fail_if or [])
    if not 0 < similar <= 1 or not 0 < overlap <= 1 or few < 0:
        raise InvalidRequest("--similar and --overlap are shares in (0, 1], --few is no less than 0")
    with console(stderr=True).status("reading exemplars") as status:
        rows, vectors = exemplars(router, train, status.update)
        findings = audit(rows, vectors, Limits(similar, overlap, few), status.update)
    seen = {str(kind): count for kind, count in counts(findings).items()}
    if json:
        print_json({"rows": len(rows), "counts": seen, "findings": [asdict(finding) for finding in findings]})
    else:
        _show(findings, len(rows), top)
    over = [kind for kind, most in bounds.items() if (sum(seen.values()) if kind == "any" else seen[kind]) > most]
    if over:
        console(stderr=True).print(f"failed: {', '.join(over)}", markup=False)
        raise typer.Exit(FOUND)


def exemplars(router: Path | None, train: Path | None, progress: Any) -> tuple[tuple[Row, ...], Vectors]:
    """The rows to look at with their vectors: a router's, a file's, or those of the installed experts.

    Raises:
        InvalidRequest: Both are named.
        ArtefactError: There is no usable router.
        DataError: The file cannot be used.
    """
    from nescio.registry import discover
    from nescio.settings import load_settings
    from nescio_indexes.build import exemplar_rows, outside_rows
    from nescio_indexes.encoder import load_encoder
    from nescio_indexes.rows import read_rows
    from nescio_indexes.text import bare, clip

    if router is not None and train is not None:
        raise InvalidRequest("--router and --train exclude one another", hint="name one of them")
    if router is not None:
        return _indexed(router)
    settings = load_settings()
    rows = (
        read_rows(train) if train is not None else (*exemplar_rows(discover(settings.experts).cards), *outside_rows())
    )
    encoder = load_encoder(settings.models_dir, settings.loaded_profile.encoder)
    texts = [bare(clip(row.text)) for row in rows]
    return rows, encoder.encode(texts, lambda done: progress(f"embedding exemplars {done}/{len(texts)}"))


def _indexed(folder: Path) -> tuple[tuple[Row, ...], Vectors]:
    import numpy as np

    from nescio_indexes.fitted import FittedRouter, read_facts
    from nescio_indexes.rows import Row

    model = FittedRouter.load(folder, str(read_facts(folder).get("encoder"))).model
    items = [*model.inside.items(), *model.outside.items()]
    vectors = np.concatenate([model.inside.vectors(), model.outside.vectors()])
    return tuple(Row(item.text, item.label) for item in items), vectors


def _bounds(wishes: list[str]) -> dict[str, int]:
    from nescio_indexes.audit import KINDS

    bounds = {}
    for wish in wishes:
        kind, _, most = wish.partition(":")
        if kind != "any" and kind not in KINDS:
            raise InvalidRequest(f"--fail-if {kind!r} is no kind of finding", hint=f"any, {', '.join(KINDS)}")
        if not (most or "0").isdecimal():
            raise InvalidRequest(f"--fail-if {wish!r}: {most!r} is no number", hint="such as mislabelled:5")
        bounds[kind] = int(most or 0)
    return bounds


def _show(findings: tuple[Finding, ...], rows: int, top: int) -> None:
    from nescio_indexes.audit import counts
    from nescio_indexes.text import clean, clip

    lines = [f"{rows} exemplars, {len(findings)} findings; what to fix first stands first"]
    for kind, count in counts(findings).items():
        if not count:
            continue
        lines += ["", f"{kind} ({count})"]
        own = [finding for finding in findings if finding.kind == kind]
        for finding in own[: top or None]:
            lines.append(f"  {clean(finding.says)}")
            beside = "nearest: " if kind == "mislabelled" else ""
            for place, text in enumerate(finding.texts):
                lines += [f"    {beside if place else ''}{clip(text)[:SHOWN_TEXT]}"] if clip(text) else []
        lines += [f"  … and {count - top} more"] if 0 < top < count else []
    console().print("\n".join(lines), markup=False)
