"""The tables of docs/risk.md are those that ``benchmarks/risk.py`` last appended."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = [json.loads(line) for line in (ROOT / "benchmarks/results.jsonl").read_text(encoding="utf-8").splitlines()]
LAST = next(line for line in reversed(LINES) if line["bench"] == "risk")
PAGE = (ROOT / "docs/risk.md").read_text(encoding="utf-8")
SIMULATED = ("oracle", "coverage", "plain", "broken")
RESPLIT = ("coverage", "nothing", "above", "above_with_slack")


def told(name: str) -> list[float]:
    row = re.search(rf"^\| {re.escape(name)} \| (.*) \|$", PAGE, re.MULTILINE)
    assert row is not None
    return [float(figure) for figure in row[1].split(" | ")]


@pytest.mark.parametrize("name", LAST["populations"])
def test_a_simulated_population_fares_as_it_was_measured(name: str):
    found = LAST["populations"][name]
    measured = [found[f"risk {bound}"][figure] for bound in ("0.05", "0.1", "0.2") for figure in SIMULATED]
    assert told(name) == pytest.approx([found["accuracy"], *measured], abs=6e-4)


@pytest.mark.parametrize("name", LAST["real"])
def test_real_answers_fare_as_they_were_measured(name: str):
    found = LAST["real"][name]
    measured = [found[f"risk {bound}"][figure] for bound in ("0.1", "0.2") for figure in RESPLIT]
    assert told(name) == pytest.approx([found["rows"], found["accuracy"], *measured], abs=6e-4)


def test_the_bounds_hold_in_simulation():
    for found in LAST["populations"].values():
        assert all(found[f"risk {bound}"]["broken"] <= 0.12 for bound in ("0.05", "0.1", "0.2"))
        assert all(
            found[f"rate {rate}"]["mean_rate"] == pytest.approx(float(rate), abs=1e-3) for rate in ("0.02", "0.1")
        )


def test_coverage_is_what_is_asked_of_it_on_the_population_of_reference():
    found = LAST["populations"]["beta(2, 1)"]
    for bound, share in (("0.05", 0.45), ("0.1", 0.75), ("0.2", 0.9)):
        assert found[f"risk {bound}"]["coverage"] >= share
