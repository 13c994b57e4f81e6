"""The sets that every system is measured on: rows to fit and rows to test, each with its vector, in a folder a set.

A set's folder holds ``rows.jsonl`` and ``vectors.npy``. A row has `text`, `label` (null: out of scope), `part` (fit or
test), and for rows to fit `held` (a system that wants queries beside its exemplars reads these) and `fold` of five. All
of it is drawn with a seed, and every text is embedded once, so that all systems see the same numbers.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nescio_indexes.encoder import TextEncoder
from nescio_indexes.rows import Row, assign_folds, twin_groups
from nescio_indexes.text import clip, twin_key

FOLDS = 5
HELD_SHARE = 5
"""One row in so many is held out where the data has no validation rows of its own."""
SHOTS = 20
PER_LABEL = 100

QUESTIONS: dict[str, tuple[str, ...]] = {
    "math": ("gsm8k_train",),
    "code": ("mbpp",),
    "medicine": ("pubmedqa",),
    "general": ("nq_open",),
    "law": ("professional_law",),
    "psychology": ("professional_psychology", "high_school_psychology"),
    "economics": ("high_school_macroeconomics", "high_school_microeconomics"),
    "history": ("prehistory", "high_school_world_history", "high_school_european_history", "high_school_us_history"),
    "biology": ("high_school_biology", "college_biology"),
    "chemistry": ("high_school_chemistry", "college_chemistry"),
}
"""Label → files, or subjects of MMLU."""
OUTSIDE_FIT = ("marketing", "nutrition", "sociology", "philosophy", "high_school_geography", "professional_accounting")
OUTSIDE_TEST = (
    "management",
    "security_studies",
    "logical_fallacies",
    "electrical_engineering",
    "astronomy",
    "virology",
)
"""Other subjects than those of the rows to fit: what is asked out of scope is seldom what was foreseen."""


@dataclass(frozen=True)
class Item:
    """A row of a set."""

    text: str
    label: str | None
    part: str
    held: bool = False
    fold: int = -1


def intents(folder: Path, field: str) -> list[Item]:
    """CLINC150 with its `field` as label: train and validation rows fit, validation rows are held out."""
    rows = read(folder / "clinc150.jsonl.gz")
    fit = [(Row(row["text"], None if row["oos"] else row[field]), row["split"] != "train") for row in rows if fits(row)]
    test = [Row(row["text"], None if row["oos"] else row[field]) for row in rows if not fits(row)]
    return items([row for row, _ in fit], test, [held for _, held in fit])


def few_intents(folder: Path, seed: int) -> list[Item]:
    """CLINC150's intents with `SHOTS` exemplars each, drawn from train and validation; the same test rows."""
    every = intents(folder, "intent")
    drawn = capped([item for item in every if item.part == "fit"], SHOTS, seed)
    test = [Row(item.text, item.label) for item in every if item.part == "test"]
    return items([Row(item.text, item.label) for item in drawn], test, holding(drawn))


def questions(folder: Path, seed: int) -> list[Item]:
    """Questions by domain; the out-of-scope subjects of the test rows are none of those of the rows to fit."""
    subjects: dict[str, list[str]] = defaultdict(list)
    for row in read(folder / "mmlu.jsonl.gz"):
        subjects[row["domain"]].append(row["question"])
    for name in ("gsm8k_train.jsonl.gz", "mbpp.jsonl", "pubmedqa.jsonl", "nq_open.jsonl.gz"):
        subjects[name.partition(".")[0]] = [row["question"] for row in read(folder / name)]
    rng = random.Random(seed)
    fit: list[Row] = []
    test: list[Row] = []
    for label, sources in QUESTIONS.items():
        texts = distinct(text for source in sources for text in subjects[source])
        drawn = rng.sample(texts, min(2 * PER_LABEL, len(texts)))
        fit += [Row(text, label) for text in drawn[:PER_LABEL]]
        test += [Row(text, label) for text in drawn[PER_LABEL:]]
    for into, sources in ((fit, OUTSIDE_FIT), (test, OUTSIDE_TEST)):
        for source in sources:
            texts = distinct(subjects[source])
            into += [Row(text, None) for text in rng.sample(texts, min(PER_LABEL // 2, len(texts)))]
    return items(fit, unseen(test, fit), holding(fit))


def experts(heldout: Path) -> list[Item]:
    """The exemplars of nescio's own experts, with what none of them covers; the held-out queries test."""
    from nescio.registry import discover
    from nescio_indexes.build import exemplar_rows, outside_rows
    from nescio_indexes.rows import read_rows

    fit = [*exemplar_rows(discover(()).cards), *outside_rows()]
    return items(fit, list(read_rows(heldout)), holding(fit))


def items(fit: Sequence[Row], test: Sequence[Row], held: Sequence[bool]) -> list[Item]:
    """The rows of a set; a row to fit is not held out where a twin of it is an exemplar."""
    label_of = {label: i for i, label in enumerate(sorted({row.label for row in fit if row.label is not None}))}
    targets = np.array([-1 if row.label is None else label_of[row.label] for row in fit])
    folds = assign_folds(targets, twin_groups(fit), FOLDS)
    kept = {twin_key(row.text) for row, out in zip(fit, held, strict=True) if not out and row.label is not None}
    marks = [out and (row.label is None or twin_key(row.text) not in kept) for row, out in zip(fit, held, strict=True)]
    made = [
        Item(clip(row.text), row.label, "fit", mark, int(fold))
        for row, mark, fold in zip(fit, marks, folds, strict=True)
    ]
    return made + [Item(clip(row.text), row.label, "test") for row in test]


def holding(rows: Sequence[Any]) -> list[bool]:
    """Whether each row is held out: every fifth of its label, in the order given."""
    seen: dict[str | None, int] = defaultdict(int)
    marks = []
    for row in rows:
        seen[row.label] += 1
        marks.append(seen[row.label] % HELD_SHARE == 0)
    return marks


def capped(rows: Sequence[Item], most: int, seed: int) -> list[Item]:
    """At most `most` rows a label, drawn at random; out-of-scope rows are all kept."""
    seen: dict[str | None, int] = defaultdict(int)
    kept = []
    for row in random.Random(seed).sample(rows, len(rows)):
        seen[row.label] += 1
        if row.label is None or seen[row.label] <= most:
            kept.append(row)
    return kept


def unseen(test: Iterable[Row], fit: Iterable[Row]) -> list[Row]:
    """The rows of `test` that have no twin in `fit`."""
    known = {twin_key(row.text) for row in fit}
    return [row for row in test if twin_key(row.text) not in known]


def distinct(texts: Iterable[str]) -> list[str]:
    """`texts` without twins: the first of each, in order."""
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(twin_key(text), text)
    return list(first.values())


def fits(row: dict[str, Any]) -> bool:
    """Whether a row of CLINC150 is one to fit on."""
    return bool(row["split"] != "test")


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a data file, in the order of their ids."""
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        return sorted((json.loads(line) for line in stream), key=lambda row: row["id"])


def write(folder: Path, rows: Sequence[Item], encoder: TextEncoder) -> None:
    """Write a set into `folder`, unless it is there with the same rows."""
    body = "".join(json.dumps(asdict(row)) + "\n" for row in rows)
    listed, vectors = folder / "rows.jsonl", folder / "vectors.npy"
    if vectors.is_file() and listed.is_file() and listed.read_text(encoding="utf-8") == body:
        return
    folder.mkdir(parents=True, exist_ok=True)
    vectors.unlink(missing_ok=True)
    listed.write_text(body, encoding="utf-8")
    np.save(vectors, encoder.encode([row.text for row in rows]))
