"""Writes the latest table of ``benchmarks/growth.py`` into docs/index.md; a test holds the page to it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "index.md"
RESULTS = ROOT / "benchmarks" / "results.jsonl"
BEGIN, END = "<!-- growth -->\n", "<!-- /growth -->\n"
COLUMNS = {
    "exemplars": "exemplars",
    "kind": "kind",
    "noise": "noise",
    "build_s": "build s",
    "disk_mb": "disk MB",
    "resident_mb": "resident MB",
    "load_s": "load s",
    "search_ms_p50": "search p50 ms",
    "search_ms_p99": "p99 ms",
    "recall": "recall@10",
    "add_ms": "add ms",
    "remove_ms": "remove ms",
    "durable_ms": "add, on disk ms",
}


def table() -> str:
    """A row for each index that was measured; a kind in brackets is one that would not be chosen at that size."""
    lines = map(json.loads, RESULTS.read_text(encoding="utf-8").splitlines())
    runs = [line for line in lines if line["bench"] == "growth"]
    if not runs:
        return ""
    shown = [row | {"kind": row["kind"] if row["chosen"] else f"({row['kind']})"} for row in runs[-1]["rows"]]
    head = f"| {' | '.join(COLUMNS.values())} |\n|{'---|' * len(COLUMNS)}\n"
    return head + "".join(f"| {' | '.join(_cell(row[name]) for name in COLUMNS)} |\n" for row in shown)


def written(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


def _cell(value: float | int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(table())
