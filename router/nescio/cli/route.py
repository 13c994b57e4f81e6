"""``nescio route``: where one query would go, or a whole file of them. Nothing is generated."""

from __future__ import annotations

import asyncio
import json as codec
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.cli.terminal import console, engine_for_one_command, print_json
from nescio.cli.whole import written_whole
from nescio.errors import DataError, InvalidRequest, QueryTooLong

if TYPE_CHECKING:
    from nescio.engine import Preview
    from nescio.explaining import Explanation
    from nescio.routing import Router
    from nescio.types import Route

app = typer.Typer(add_completion=False, help="Show where a query would go, or route a file of queries.")

SHOWN = 10
BATCH = 256
MAX_BYTES = 256 * 1024
"""Of one query; the API has the same bound. Rows of a file may be longer: their head and their tail are read."""
OUTSIDE = "out of scope"


@app.command()
def command(
    text: Annotated[str | None, typer.Argument(help="The query.")] = None,
    target: Annotated[float | None, typer.Option(help="Confidence target in [0, 1).")] = None,
    router: Annotated[Path | None, typer.Option(help="A router made by nescio fit; the product's without it.")] = None,
    jsonl: Annotated[Path | None, typer.Option(help='Queries, rows {"id"?, "text"}.')] = None,
    out: Annotated[Path | None, typer.Option(help="Where the routes of --jsonl go, one line a row.")] = None,
    top: Annotated[int, typer.Option(min=0, help="Candidates to write for each row; 0 writes all.")] = SHOWN,
    explain: Annotated[bool, typer.Option(help="Say why, and what would have changed the decision.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show where TEXT would go, or route the rows of a file."""
    if (text is None) == (jsonl is None):
        raise InvalidRequest("give either a query or --jsonl", hint='nescio route "What is the capital of Peru?"')
    if text is not None:
        _one(text, Showing(target, top, explain, json), router)
    elif jsonl is not None:
        if explain:
            raise InvalidRequest(
                "--explain is for one query", hint='nescio route "What is the capital of Peru?" --explain'
            )
        if out is None or target is not None:
            raise InvalidRequest("--jsonl needs --out and takes no --target", hint="the fitted rule decides in a file")
        count = route_file(load_router(router), jsonl, out, top)
        console(stderr=True).print(f"{count} rows routed to {out}", markup=False)


def load_router(folder: Path | None) -> Router:
    """The router in `folder` with the encoder it was fitted with, or the product's own.

    Raises:
        ArtefactError: There is no usable router.
    """
    from nescio.routing import Router
    from nescio.settings import load_settings
    from nescio_indexes.fitted import encoder_of

    settings = load_settings()
    place = folder or settings.router_dir
    return Router.load(place, encoder_of(place, settings.models_dir))


def route_file(router: Router, source: Path, out: Path, top: int = SHOWN) -> int:
    """Route every row of `source` into `out`, one line a row in the same order; how many.

    The lines are ``{"id", "label", "p", "scope", "candidates"}``; label null means abstained. `out` appears when it is
    complete.

    Raises:
        DataError: A row is not ``{"text"}``, a file cannot be read or written, or both are one.
    """
    if _same(source, out):
        raise DataError(f"{out} is the file of the queries", hint="name another file for the routes")
    count = 0
    with written_whole(out) as stream:
        for rows in _batches(read_queries(source)):
            routes = router.route_many([text for _, text in rows])
            for (row_id, _), route in zip(rows, routes, strict=True):
                stream.write(codec.dumps(route_line(router, route, row_id, top)) + "\n")
            count += len(rows)
    return count


def _same(source: Path, out: Path) -> bool:
    try:
        return source.samefile(out)
    except OSError:
        return False


def route_line(router: Router, route: Route, row_id: Any, top: int = SHOWN) -> dict[str, Any]:
    """One line of a routed file."""
    best = route.candidates[0]
    shown = route.candidates[: top or None]
    return {
        "id": row_id,
        "label": best.expert if router.answers(route) else None,
        "p": best.p_route,
        "scope": route.scope,
        "candidates": [{"label": candidate.expert, "p": candidate.p_route} for candidate in shown],
    }


@dataclass(frozen=True, slots=True)
class Showing:
    """What is wished of one query's route: a target, how many candidates, whether to explain, and as JSON."""

    target: float | None
    top: int
    explain: bool
    json: bool


def _one(text: str, wish: Showing, folder: Path | None) -> None:
    _check(text, wish.target)
    if folder is not None:
        if wish.target is not None:
            raise InvalidRequest("--target does not apply to --router", hint="its rule was set by nescio fit --target")
        _fitted(text, wish, load_router(folder))
        return
    seen = asyncio.run(_preview(text, wish))
    if wish.json:
        from nescio.service.render import preview

        print_json(preview(seen[0], seen[1]).model_dump(mode="json"))
    else:
        _show_preview(seen[0], wish.top)
        show_explanation(seen[0].explanation)


def _fitted(text: str, wish: Showing, router: Router) -> None:
    from nescio.explaining import explain

    route, told = explain(router, text) if wish.explain else (router.route(text), None)
    line = route_line(router, route, None, wish.top)
    if not wish.json:
        _show_line(line, router.rule.name)
        show_explanation(told)
        return
    from nescio.service.render import explanation

    more = {} if told is None else {"explanation": explanation(told).model_dump(mode="json")}
    print_json({name: value for name, value in line.items() if name != "id"} | more)


def _check(text: str, target: float | None) -> None:
    if target is not None and not 0 <= target < 1:
        raise InvalidRequest(f"the confidence target {target} is not in [0, 1)", hint="0 holds nothing against a query")
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise QueryTooLong("the query is longer than 256 KiB", hint="route a part of it")


async def _preview(text: str, wish: Showing) -> tuple[Preview, Any]:
    from nescio.service.render import previewed_expert

    async with engine_for_one_command() as engine:
        seen = await engine.preview(text, wish.target, explain=wish.explain)
        return seen, engine.calibration_status(previewed_expert(seen) or "")


def _show_preview(seen: Preview, top: int) -> None:
    from nescio.types import Abstained

    printer = console()
    if isinstance(seen.decision, Abstained):
        printer.print(f"abstained ({seen.decision.reason}): {seen.decision.message}", markup=False)
    else:
        printer.print(f"would ask {seen.decision.expert}", markup=False)
    printer.print(f"scope {seen.route.scope:.3f} (threshold {seen.scope_threshold:.3f})", markup=False)
    for candidate in seen.route.candidates[: top or None]:
        printer.print(f"  {candidate.p_route:.3f}  {candidate.expert}", markup=False)


def _show_line(line: dict[str, Any], rule: str) -> None:
    from nescio_indexes.text import clean

    printer = console()
    printer.print(clean(line["label"] or f"abstained (rule {rule})"), markup=False)
    printer.print(f"p {line['p']:.3f}, scope {line['scope']:.3f}", markup=False)
    for candidate in line["candidates"]:
        printer.print(f"  {candidate['p']:.3f}  {clean(candidate['label'])}", markup=False)


def show_explanation(told: Explanation | None) -> None:
    """Print why, for a person; nothing if there is no explanation."""
    if told is None:
        return
    from nescio_indexes.text import clean, clip

    lines = ["", *map(clean, told.summary)]
    named = [*(near.label for near in told.nearest), *(row.label for row in told.labels)]
    wide = max(len(clean(label or OUTSIDE)) for label in (None, *named))
    lines += ["", "nearest exemplars"] if told.nearest or told.nearest_outside else []
    for near in (*told.nearest, *told.nearest_outside):
        lines.append(f"  {near.similarity:.2f}  {clean(near.label or OUTSIDE):<{wide}}   {clip(near.text)[:100]}")
    lines += ["", f"{'label':<{wide}}   head     net  neighbours       p"] if told.labels else []
    for row in told.labels:
        net, neighbours, p = (
            "" if value is None else f"{value:.{digits}f}"
            for value, digits in ((row.net, 2), (row.neighbours, 3), (row.p, 3))
        )
        lines.append(f"  {clean(row.label or OUTSIDE):<{wide}} {row.head_p:.3f}  {net:>6}  {neighbours:>10}  {p:>6}")
    lines += ["", "scope feature     value   middle  in the logit"] if told.features else []
    lines += [f"  {f.name:<13}{f.value:>8.2f} {f.average:>8.2f} {f.contribution:>+13.2f}" for f in told.features]
    lines += [f"  constant {told.constant:>+35.2f}"] if told.features else []
    lines += ["", *(f"- {clean(change.says)}" for change in told.changes)]
    console().print("\n".join(lines).rstrip(), markup=False)


def read_queries(source: Path) -> Iterator[tuple[Any, str]]:
    """Id and text of each row of a JSONL file.

    Raises:
        DataError: The file cannot be read, or a row is not ``{"text"}``.
    """
    for number, line in enumerate(_lines(source), start=1):
        raw = line.removeprefix(BOM_UTF8) if number == 1 else line
        if raw.strip():
            yield _query(raw, f"{source}:{number}")


def _lines(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as stream:
            yield from stream
    except OSError as error:
        raise DataError(f"cannot read {source}: {error.strerror}", hint="name a JSONL file") from error


def _query(raw: bytes, where: str) -> tuple[Any, str]:
    hint = 'a row looks like {"id": "1", "text": "…"}'
    try:
        row = codec.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not JSON in UTF-8: {error}", hint=hint) from error
    if not isinstance(row, dict) or "text" not in row:
        raise DataError(f"{where}: text is missing", hint=hint)
    if not isinstance(row["text"], str):
        raise DataError(f"{where}: text is no string", hint=hint)
    return row.get("id"), row["text"]


def _batches(queries: Iterator[tuple[Any, str]]) -> Iterator[list[tuple[Any, str]]]:
    batch: list[tuple[Any, str]] = []
    for query in queries:
        batch.append(query)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
