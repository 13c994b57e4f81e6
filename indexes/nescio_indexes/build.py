"""The product's own router: fitted on the exemplars of the installed experts and on queries that none of them covers.

Built once and kept; built anew when the exemplars, the encoder or the code that fits changed. `fitting` does the work.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nescio.errors import ArtefactError, DataError
from nescio.types import Card, Progress, silent
from nescio_indexes.encoder import TextEncoder
from nescio_indexes.fitted import FORMAT, FittedRouter, read_facts
from nescio_indexes.fitting import FitOptions, fit_router
from nescio_indexes.online import changes_of, save_refit, with_changes
from nescio_indexes.rows import Row
from nescio_indexes.scoring import FEATURES_VERSION

BUILD_VERSION = 4
"""Raised whenever a change of the fitting code should build every router anew."""

OUTSIDE = Path(__file__).with_name("outside.jsonl")


def outside_rows(path: Path = OUTSIDE) -> tuple[Row, ...]:
    """The queries that no expert covers.

    Raises:
        DataError: The file is missing or damaged.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(Row(str(json.loads(line)["text"]), None) for line in lines if line.strip())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} cannot be used: {error!r}", hint="install nescio again") from error


def exemplar_rows(cards: Iterable[Card]) -> tuple[Row, ...]:
    """Every card's exemplars under the expert's name.

    Raises:
        DataError: Two cards share a name.
    """
    named: dict[str, Card] = {}
    for card in cards:
        if card.name in named:
            raise DataError(f"two experts are called {card.name!r}", hint="rename one of them")
        named[card.name] = card
    return tuple(Row(text, name) for name, card in sorted(named.items()) for text in card.exemplars)


def build_default_router(
    cards: Sequence[Card], encoder: TextEncoder, out_dir: Path, progress: Progress = silent, *, force: bool = False
) -> FittedRouter:
    """The router of the experts with `cards`, from `out_dir` if it is there and fresh, else fitted and saved there.

    A build that is interrupted leaves the old router in force.

    Raises:
        DataError: The cards hold fewer than two exemplars.
        ArtefactError: `out_dir` cannot be written, or its list of what was changed online is damaged.
    """
    rows = (*exemplar_rows(cards), *outside_rows())
    key = content_key(rows, encoder.fingerprint)
    if not force:
        try:
            if is_fresh(out_dir, key):
                return FittedRouter.load(out_dir, encoder.fingerprint)
        except ArtefactError as error:
            progress(f"the router on disk cannot be used: {error.message}")
    changes = changes_of(out_dir)
    rows = with_changes(rows, changes)
    progress(f"fitting the router of {len(cards)} experts on {len(rows)} queries")
    fitted = replace(fit_router(rows, encoder, FitOptions(progress=progress)), extra={"content": key})
    save_refit(out_dir, fitted, changes, encoder)
    return fitted


def content_key(rows: Iterable[Row], encoder: str) -> str:
    """A digest of everything that the default router follows from; `encoder` is a fingerprint."""
    versions = [BUILD_VERSION, FORMAT, FEATURES_VERSION]
    body = [sorted((row.text, row.label or "") for row in rows), encoder, versions]
    return hashlib.blake2b(json.dumps(body).encode(), digest_size=16).hexdigest()


def is_fresh(out_dir: Path, key: str) -> bool:
    """Whether the router below `out_dir` was built from what `key` stands for."""
    try:
        extra: Any = read_facts(out_dir).get("extra")
    except ArtefactError:
        return False
    return isinstance(extra, dict) and extra.get("content") == key
