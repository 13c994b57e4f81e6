"""What docs/replay.md shows is what the commands take and what the benchmark measured."""

import json
import re
from pathlib import Path

import pytest
import typer

from nescio.cli.calibrate import app as calibrate
from nescio_eval.commands import app
from nescio_eval.replay_table import _row

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/replay.md").read_text(encoding="utf-8")
RESULTS = [json.loads(line) for line in (ROOT / "benchmarks/results.jsonl").read_text(encoding="utf-8").splitlines()]


def measured(table):
    return next(line[table] for line in reversed(RESULTS) if line["bench"] == "replay" and table in line)


def short(value):
    return f"{value:.3f}".lstrip("0")


def test_the_row_shown_is_one_that_is_read():
    (shown,) = re.findall(r"^\{.*\}$", PAGE, re.MULTILINE)
    assert _row(json.loads(shown))["domain"] == "math"


def test_the_options_shown_exist():
    for prefix, command in (
        ("nescio eval replay", typer.main.get_command(app).commands["replay"]),
        ("nescio calibrate", typer.main.get_command(calibrate)),
    ):
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        shown = [line.split("#")[0] for line in PAGE.splitlines() if line.startswith(prefix)]
        assert shown
        assert {word for line in shown for word in line.split() if word.startswith("--")} <= known


@pytest.mark.parametrize("name", ["characters", "words", "competence", "domain label alone", "competence + domain"])
def test_apgr_is_what_was_measured(name):
    (cells,) = re.findall(rf"^\| {re.escape(name)} \| (.+) \|$", PAGE.split("MMLU-Pro, 29")[0], re.MULTILINE)
    for cell, table in zip(cells.split(" | "), ("routellm_mmlu", "routellm_gsm8k"), strict=True):
        row = measured(table)["pairs"][0]["apgr"].get(name)
        assert cell == ("–" if row is None else f"{short(row['apgr'])} [{', '.join(map(short, row['interval']))}]")


@pytest.mark.parametrize(
    "name", ["random", "best single", "per-domain best", "competence", "competence + domain", "oracle"]
)
def test_accuracy_on_mmlu_pro_is_what_was_measured(name):
    (cell,) = re.findall(rf"^\| {re.escape(name)} \| ([.\d]+) \|", PAGE.split("MMLU-Pro, 29")[1], re.MULTILINE)
    assert cell == short(measured("mmlu_pro_outcomes")["strategies"][name]["accuracy"])
