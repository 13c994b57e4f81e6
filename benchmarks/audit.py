"""Measures what ``nescio index audit`` finds of labels that were made wrong. Appends to ``benchmarks/results.jsonl``.

Of CLINC150's train rows (NESCIO_DATA), and of the installed experts' exemplars, 2 % of the labels are replaced: by any
other label, or by one of the three whose centroid is nearest, which is harder. A finding that was not planted counts
against precision, though some are real errors of the data.

    python benchmarks/audit.py [--seeds N]
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from clinc import clinc150
from numpy.typing import NDArray

from nescio.registry import discover
from nescio.settings import Settings, load_settings
from nescio_indexes.audit import audit
from nescio_indexes.build import exemplar_rows, outside_rows
from nescio_indexes.encoder import Vectors, load_encoder
from nescio_indexes.rows import Row, prepare
from nescio_indexes.text import bare

HERE = Path(__file__).resolve().parent
SHARE = 0.02
CANDIDATES = 3


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    seeds = parser.parse_args().seeds
    settings = load_settings()
    encoder = load_encoder(settings.models_dir, settings.loaded_profile.encoder)
    line: dict[str, Any] = {"bench": "audit", "when": time.strftime("%Y-%m-%d"), "encoder": encoder.name}
    for name, rows in sources(settings).items():
        vectors = encoder.encode([bare(row.text) for row in rows])
        for way in ("any", "near"):
            line[f"{name} {way}"] = measured(rows, vectors, way, seeds)
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def sources(settings: Settings) -> dict[str, tuple[Row, ...]]:
    """The sets at hand."""
    found = {"experts": prepare((*exemplar_rows(discover(settings.experts).cards), *outside_rows()))}
    rows = clinc150(settings)
    if rows is not None:
        train = (Row(row["text"], None if row["oos"] else row["intent"]) for row in rows if row["split"] == "train")
        found["clinc150 train"] = prepare(train)
    return found


def measured(rows: tuple[Row, ...], vectors: Vectors, way: str, seeds: int) -> dict[str, float]:
    """Mean precision and recall of planted labels over `seeds`."""
    sums = np.zeros(3)
    for seed in range(seeds):
        faulty, planted = plant(rows, vectors, way, seed)
        wrong = {(faulty[place].text, faulty[place].label) for place in planted.tolist()}
        found = [f for f in audit(faulty, vectors) if f.kind == "mislabelled"]
        hits = sum((f.texts[0], f.labels[0]) in wrong for f in found)
        sums += (hits / max(len(found), 1), hits / len(wrong), len(found))
    names = ("precision", "recall", "found")
    return {
        "rows": len(rows),
        "planted": len(planted),
        **dict(zip(names, (sums / seeds).round(3).tolist(), strict=True)),
    }


def plant(rows: tuple[Row, ...], vectors: Vectors, way: str, seed: int) -> tuple[list[Row], NDArray[np.int64]]:
    """`rows` with some in-scope labels replaced, and the places of those."""
    rng = np.random.default_rng(seed)
    labels = sorted({row.label for row in rows if row.label is not None})
    inside = np.array([place for place, row in enumerate(rows) if row.label is not None])
    planted = rng.choice(inside, max(int(SHARE * len(inside)), 1), replace=False)
    given = np.array([row.label or "" for row in rows])
    centres = np.stack([vectors[given == label].mean(axis=0) for label in labels])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    faulty = list(rows)
    for place in planted.tolist():
        own = labels.index(str(rows[place].label))
        nearest = [label for label in np.argsort(-(centres @ centres[own])).tolist() if label != own]
        choice = nearest if way == "any" else nearest[:CANDIDATES]
        faulty[place] = Row(rows[place].text, labels[int(rng.choice(choice))])
    return faulty, planted


if __name__ == "__main__":
    main()
