"""Writes a run so that it may be published: no data set's text, and every figure still recomputes.

It reads and writes files, and computes nothing.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from nescio_eval.records import read_lines, write_lines, write_text

_OF_QUESTION = ("id", "dataset", "domain", "category", "kind", "cluster", "role")
_COPIED = ("samples.jsonl", "metrics.json")


def write_frozen(folder: Path, out: Path, *, gate: str) -> None:
    """Copy the run in `folder` to `out` with ids in place of questions and golds, and without programs."""
    out.mkdir(parents=True, exist_ok=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    write_text(out / "manifest.json", json.dumps(manifest | {"frozen": True}, indent=1, sort_keys=True) + "\n")
    questions = list(read_lines(folder / "questions.jsonl"))
    write_lines(out / "questions.jsonl", (_frozen_question(row) for row in questions))
    rows = read_lines(folder / "generations.jsonl")
    write_lines(out / "generations.jsonl", ({**row, "code": None} for row in rows))
    grades = read_lines(folder / "grades.jsonl")
    write_lines(out / "grades.jsonl", ({**row, "detail": ""} for row in grades))  # details quote golds
    for name in _COPIED:
        shutil.copyfile(folder / name, out / name)
    if (folder / gate).is_dir():
        shutil.copytree(folder / gate, out / gate, dirs_exist_ok=True)


def _frozen_question(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _OF_QUESTION}
