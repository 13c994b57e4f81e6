"""The table of docs/scorers.md is the one that ``benchmarks/scorers.py`` last appended."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = [json.loads(line) for line in (ROOT / "benchmarks/results.jsonl").read_text(encoding="utf-8").splitlines()]
ARMS = [line for line in LINES if line["bench"] == "scorers"][-1]["arms"]
PAGE = (ROOT / "docs/scorers.md").read_text(encoding="utf-8")
FIGURES = ("accuracy", "auroc", "ece_in_scope_before", "ece_in_scope_after", "kept", "refused", "weight")


@pytest.mark.parametrize(
    ("name", "arm"),
    [
        ("embedding score", "embedding beside sparrow"),
        ("`sparrow-decider`", "sparrow"),
        ("both", "embedding and sparrow"),
    ],
)
def test_what_a_scorer_gets_is_what_was_measured(name: str, arm: str):
    told = re.search(rf"^\| {name} \| (.*) \| (\S+) / (\S+) \|$", PAGE, re.MULTILINE)
    assert told is not None
    assert [float(figure) for figure in told[1].split(" | ")] == pytest.approx(
        [ARMS[arm][figure] for figure in FIGURES], abs=6e-4
    )
    assert (float(told[2]), float(told[3])) == (ARMS[arm]["ms_p50"], ARMS[arm]["ms_p99"])
