"""Graded outcomes of the past, as a competence model learns from them: the outcome log, never its ``test`` rows.

Only rows whose text was kept can be learnt from (``NESCIO_LOG_QUERIES``). People grade answers that were given, so what
is learnt from the log is P(right) of what was answered, and says least where an expert mostly abstained.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from nescio.calibration.rows import hashed
from nescio.competence.fit import FEWEST, Graded
from nescio.errors import DataError
from nescio.grading import Item, clusters
from nescio.types import Card, Encode


class LoggedOutcome(Protocol):
    """What is read of a row of the outcome log (`nescio.store.LoggedRow`)."""

    @property
    def role(self) -> str:
        """``live``, ``fit`` or ``test``."""
        ...

    @property
    def query(self) -> str | None:
        """Its text, where texts are kept."""
        ...

    @property
    def expert(self) -> str | None:
        """Who answered."""
        ...

    @property
    def grade(self) -> str | None:
        """``right`` or ``wrong``, if anybody said."""
        ...


@dataclass(frozen=True, slots=True)
class PastOutcome:
    """One graded answer of `expert` to `query`."""

    query: str
    expert: str
    right: bool


def from_log(rows: Iterable[LoggedOutcome]) -> list[PastOutcome]:
    """The graded outcomes of roles ``live`` and ``fit`` whose text was kept."""
    return [
        PastOutcome(row.query, row.expert, row.grade == "right")
        for row in rows
        if row.role in ("live", "fit") and row.query and row.expert is not None and row.grade is not None
    ]


def from_journal(expert: str, path: Path) -> list[PastOutcome]:
    """What calibrating `expert` asked and graded, rows of role ``fit`` alone; a torn last line is left out."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}", hint="move it away and calibrate again") from error
    found = [json.loads(line) for line in lines[:-1] if line.strip()]
    asked = [line for line in found if line["role"] == "fit" and line["right"] is not None]
    return [PastOutcome(line["question"], expert, bool(line["right"])) for line in asked]


def graded(outcomes: Iterable[PastOutcome], cards: Mapping[str, Card], encode: Encode) -> Graded:
    """`outcomes` as a table: a row a query, a column an expert that has enough; the last grade of a pair counts.

    Args:
        outcomes: Oldest first.
        cards: Of the experts that are installed; others are left out.
        encode: Texts to vectors.

    Raises:
        DataError: No expert has enough graded answers.
    """
    cells: dict[tuple[str, str], bool] = {}
    texts: dict[str, str] = {}
    for one in outcomes:
        if one.expert in cards:
            key = hashed(one.query)
            texts.setdefault(key, one.query)
            cells[key, one.expert] = one.right
    counts = {name: sum(expert == name for _, expert in cells) for name in sorted(cards)}
    experts = tuple(name for name, count in counts.items() if count >= FEWEST)
    keys = [key for key in texts if any((key, name) in cells for name in experts)]
    if not experts:
        told = ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "none"
        raise DataError(
            f"no expert has {FEWEST} graded answers whose question was kept (there are: {told})",
            hint="grades come from POST /v1/feedback and from nescio calibrate; NESCIO_LOG_QUERIES keeps the questions",
        )
    right = [[float(cells[key, name]) if (key, name) in cells else np.nan for name in experts] for key in keys]
    homes = clusters([Item(texts[key]) for key in keys])
    return Graded(
        experts=experts,
        right=np.array(right),
        texts=tuple(texts[key] for key in keys),
        vectors=encode([texts[key] for key in keys]).astype(float),
        groups=np.unique(homes, return_inverse=True)[1],
        keys=np.array(keys),
        domains={name: cards[name].domain for name in experts},
    )
