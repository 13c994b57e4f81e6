"""``nescio index map``: exemplars and refused queries on one page, so that an owner sees holes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nescio.cli.terminal import console
from nescio.cli.whole import written_whole
from nescio.errors import DataError, InvalidRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nescio.routing import Router
    from nescio_indexes.map import Point

MOST_REFUSED = 20_000
"""Of a longer log the newest are drawn."""
SQLITE = b"SQLite format 3\x00"


def command(
    router: Annotated[Path | None, typer.Option(help="A router made by nescio fit; the product's without it.")] = None,
    refused: Annotated[
        Path | None, typer.Option(help='Refused queries: an outcome log, or JSONL with "text"; else the own log.')
    ] = None,
    exemplars_only: Annotated[bool, typer.Option("--exemplars-only", help="Draw no refused query.")] = False,
    out: Annotated[Path, typer.Option(help="The page; others may not read it, for it shows queries.")] = Path(
        "map.html"
    ),
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of what is drawn at random.")] = 0,
) -> None:
    """Draw exemplars and refused queries on a page: near on it is near in meaning."""
    from nescio.cli.route import load_router
    from nescio_indexes.map import draw

    if exemplars_only and refused is not None:
        raise InvalidRequest("--refused and --exemplars-only exclude one another", hint="give one of them")
    with console(stderr=True).status("loading the router") as status:
        loaded = load_router(router)
        texts = () if exemplars_only else refused_queries(refused, own=router is None)
        points, vectors = mapped(loaded, texts)
        if not points:
            raise DataError("there is nothing to draw", hint="the router has no exemplars")
        page = draw(points, vectors, seed=seed, progress=status.update)
    with written_whole(out, private=True) as stream:
        stream.write(page)
    drawn = f"{len(points) - len(texts)} exemplars and {len(texts)} refused queries drawn in {out}"
    console(stderr=True).print(drawn, markup=False)


def refused_queries(source: Path | None, *, own: bool) -> tuple[str, ...]:
    """Texts of queries that were refused for want of an expert, each once, the newest last.

    Args:
        source: An outcome log or a JSONL file; None for the log of this machine.
        own: Whether None means that log, which belongs to the product's own router.

    Raises:
        DataError: The file cannot be read.
        ConfigError: The log cannot be opened.
    """
    from nescio.cli.route import read_queries
    from nescio.settings import load_settings

    place = source or (load_settings().home / "outcomes.sqlite" if own else None)
    if place is None or (source is None and not place.is_file()):
        return ()
    try:
        with place.open("rb") as stream:
            logged = stream.read(len(SQLITE)) == SQLITE
        texts = _logged(place) if logged else [text for _, text in read_queries(place)]
    except OSError as error:
        raise DataError(f"cannot read {place}: {error.strerror}", hint="name an outcome log or a JSONL file") from error
    newest = list(dict.fromkeys(text for text in reversed(texts) if text.strip()))[:MOST_REFUSED]
    return tuple(reversed(newest))


def mapped(router: Router, refused: tuple[str, ...]) -> tuple[list[Point], NDArray[np.float32]]:
    """The points of a map with their vectors, (n, dims); texts with nothing in them are left out.

    Raises:
        InvalidRequest: The router has no exemplars.
    """
    import numpy as np

    from nescio.scorers import EmbeddingScorer
    from nescio_indexes.map import Point

    if not isinstance(router.scorer, EmbeddingScorer):
        raise InvalidRequest("this router has no exemplars to draw", hint="name one made by nescio fit")
    model = router.scorer.model
    points = [Point(item.text, "exemplar", item.label) for item in model.inside.items()]
    points += [Point(item.text, "outside") for item in model.outside.items()]
    points += [Point(text, "refused") for text in refused]
    asked = router.scorer.vectors(refused)
    return points, np.concatenate([model.inside.vectors(), model.outside.vectors(), asked])


def _logged(path: Path) -> list[str]:
    from nescio.store import OutcomeLog
    from nescio.types import Reason

    wanted = {str(Reason.OUT_OF_SCOPE), str(Reason.LOW_ROUTING_CONFIDENCE)}
    with OutcomeLog(path) as log:
        return [row.query for row in log.rows("live") if row.query is not None and row.reason in wanted]
