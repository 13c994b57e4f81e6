"""Writes the table of the calibrations that ship into docs/results.md; a test holds the page to it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "results.md"
FOLDERS = {
    **{name: f"experts/nescio_experts/{name}" for name in ("math", "chemistry", "geography", "python", "general")},
    "monolith": "router/nescio/monolith_card",
}
BEGIN, END = "<!-- calibrations -->\n", "<!-- /calibrations -->\n"
HEAD = """\
| expert | questions fitted on / tested on | right of graded (test) | AUROC | ECE, debiased | \
at t = .75 (test): answered / wrong among answered |
|---|---|---|---|---|---|
"""


def table() -> str:
    """A row for each calibration, from its own report."""
    return HEAD + "".join(_row(name, ROOT / folder) for name, folder in FOLDERS.items())


def written(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


def _row(name: str, folder: Path) -> str:
    report = json.loads((folder / "calibration" / "calibration.json").read_text(encoding="utf-8"))["report"]
    test, at = report["test"], report["test"]["at_target"]["0.75"]
    answered = f"{100 * at['coverage']:.0f} % / {100 * (at['selective_risk'] or 0.0):.1f} %"
    asked = f"{report['fit']['asked']} / {test['asked']}"
    right = f"{test['right']} of {test['graded']}"
    return (
        f"| `{name}` | {asked} | {right} | {_figure(test['auroc'])} | {_figure(test['ece_debiased'])} | {answered} |\n"
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".removeprefix("0")


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(table())
