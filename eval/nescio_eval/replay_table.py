"""Reads a table of outcomes: what several models gave on the same questions, right or wrong. It computes nothing.

One JSON object a line, gzipped or not: ``{"question": "…", "outcomes": {"MODEL": 0 | 1 | null}}`` and optionally
``id``, ``domain``, ``choices`` (a list) and ``meta.pair`` (ties twins). null: the model has no outcome there, and
cannot be chosen.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.calibration.model import Floats
from nescio.errors import DataError
from nescio.grading import Item, clusters

HINT = 'a row looks like {"question": "…", "domain": "…", "outcomes": {"model-a": 1, "model-b": 0, "model-c": null}}'
COST_HINT = 'a cost file looks like {"model-a": 0.6, "model-b": 30}: what one answer costs, in any one unit'
FEWEST_ROWS = 40


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """A table as arrays.

    Attributes:
        name: Of the file.
        models: Alphabetical.
        right: (n, m) 1, 0, or NaN for none.
        questions: (n,) texts.
        choices: (n,) the choices of each, joined; empty where there are none.
        domains: (n,) labels; empty where there are none.
        groups: (n,) rows of one number share a question or are twins: folds never part them.
        dropped: Rows left out because no model has an outcome.
    """

    name: str
    models: tuple[str, ...]
    right: Floats
    questions: tuple[str, ...]
    choices: tuple[str, ...]
    domains: NDArray[np.str_]
    groups: NDArray[np.int64]
    dropped: int = 0


def read_table(path: Path, limit: int | None = None) -> OutcomeTable:
    """The table in `path`, or its first `limit` rows.

    Raises:
        DataError: It cannot be read, a row is not as it should be, or there is too little to compare.
    """
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(_lines(path), start=1):
        if limit is not None and len(rows) == limit:
            break
        if line.strip():
            try:
                rows.append(_row(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise DataError(f"{path}:{number}: {error!r}", hint=HINT) from error
    kept = [row for row in rows if any(value is not None for value in row["outcomes"].values())]
    models = tuple(sorted({model for row in kept for model in row["outcomes"]}))
    if len(kept) < FEWEST_ROWS or len(models) < 2:
        what = f"{path} has {len(kept)} rows with an outcome and {len(models)} models"
        raise DataError(f"{what}; {FEWEST_ROWS} rows and 2 models are the least to compare", hint=HINT)
    keys = clusters([Item(row["question"], row["links"]) for row in kept])
    return OutcomeTable(
        name=path.name.removesuffix(".gz").removesuffix(".jsonl"),
        models=models,
        right=np.array([[_number(row["outcomes"].get(model)) for model in models] for row in kept]),
        questions=tuple(row["question"] for row in kept),
        choices=tuple(row["choices"] for row in kept),
        domains=np.array([row["domain"] for row in kept]),
        groups=np.unique(keys, return_inverse=True)[1],
        dropped=len(rows) - len(kept),
    )


def read_costs(path: Path, models: Sequence[str]) -> Floats:
    """(m,) the cost of one answer of each of `models`.

    Raises:
        DataError: It cannot be read, or a model has no cost that is a number of at least 0.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        costs = [float(found[model]) for model in models]
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{path} cannot be read: {error}", hint=COST_HINT) from error
    except KeyError as error:
        raise DataError(f"{path} has no cost for the model {error}", hint=COST_HINT) from error
    if not all(math.isfinite(cost) and cost >= 0 for cost in costs):
        raise DataError(f"{path}: a cost is a finite number of at least 0", hint=COST_HINT)
    return np.array(costs)


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8").split("\n")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}", hint=HINT) from error


def _row(found: Mapping[str, Any]) -> dict[str, Any]:
    question, outcomes = found["question"], found["outcomes"]
    if not isinstance(question, str) or not isinstance(outcomes, dict):
        raise TypeError("question is a text, outcomes an object")
    if any(value not in (0, 1, None) for value in outcomes.values()):
        raise ValueError("an outcome is 0, 1 or null")
    pair = (found.get("meta") or {}).get("pair")
    return {
        "question": question,
        "outcomes": outcomes,
        "domain": str(found.get("domain") or ""),
        "choices": " ".join(str(choice) for choice in found.get("choices") or ()),
        "links": () if pair is None else (str(pair),),
    }


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
