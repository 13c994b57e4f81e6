"""The tables of docs/routing.md are those that ``benchmarks/ablation.py``, ``routing.py`` and ``seeds.py`` appended."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = [json.loads(line) for line in (ROOT / "benchmarks/results.jsonl").read_text(encoding="utf-8").splitlines()]
LAST = {line["labels"]: line for line in LINES if line["bench"] == "ablation"}
PAGE = (ROOT / "docs/routing.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| (\.\d{4},[ .,\d]+) \| (\.\d{4},[ .,\d]+) \|$", PAGE, re.MULTILINE)
TOLD = {
    "linear + net + nearest (what is used)": "linear + net + nearest",
    "kNN distance (16th)": "kNN distance",
    "mean of the three nearest": "near",
    "the same minus the three nearest out of scope": "contrast",
    "relative Mahalanobis": "relative",
    "outlier exposure, linear": "outside",
    "outlier exposure, net": "exposed",
    "the net's largest logit": "peak",
    "all ten (what is used)": "all",
    "without the net's two": "all without the net's",
    "without geometry": "all without geometry",
    "without neighbours": "all without neighbours",
    "those that need no out-of-scope exemplar": "all that need no out-of-scope exemplar",
}


def test_both_tables_are_read():
    assert len(ROWS) == 22


@pytest.mark.parametrize(("name", "intents", "domains"), ROWS)
def test_what_a_part_earns_is_what_was_measured(name: str, intents: str, domains: str):
    for labels, told in (("intent", intents), ("domain", domains)):
        measured = {**LAST[labels]["heads"], **LAST[labels]["scope"]}[TOLD.get(name, name)]
        assert [float(figure) for figure in told.split(", ")] == pytest.approx(measured, abs=5e-4)


FIGURES = ("accuracy", "auroc", "fpr95", "kept", "refused", "harmonic", "ece_at_share", "ece_in_scope")
CLINC = {
    (line["clinc150"]["labels"], line["clinc150"]["shots"], line["clinc150"].get("tune", False)): line["clinc150"]
    for line in LINES
    if "clinc150" in line
}


def figures_told(name: str) -> tuple[list[float], int]:
    """The figures that the page tells of a fit, and its seconds."""
    told = re.search(rf"^\| {name} \| (.*) \| (\d+) s \|$", PAGE, re.MULTILINE)
    assert told is not None, name
    return [float(figure) for figure in told[1].split(" | ")], int(told[2])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("150 intents", ("intent", 0, False)),
        ("10 domains", ("domain", 0, False)),
        ("150 intents, 20 exemplars each", ("intent", 20, False)),
        ("150 intents, 5 exemplars each", ("intent", 5, False)),
        ("150 intents, tuned", ("intent", 0, True)),
        ("10 domains, tuned", ("domain", 0, True)),
        ("150 intents, 20 exemplars each, tuned", ("intent", 20, True)),
    ],
)
def test_what_new_queries_get_is_what_was_measured(name: str, key: tuple[str, int, bool]):
    figures, seconds = figures_told(name)
    assert figures == pytest.approx([CLINC[key][figure] for figure in FIGURES], abs=6e-4)
    assert seconds == round(CLINC[key]["fit_s"] + CLINC[key].get("tune_s", 0))


SEEDS = {
    (line["labels"], line["shots"], line.get("fast", False), line.get("encoder") == "all-minilm-l6-v2"): line
    for line in LINES
    if line["bench"] == "seeds"
}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("150 intents", ("intent", 0, False, False)),
        ("10 domains", ("domain", 0, False, False)),
        ("150 intents, 20 exemplars each", ("intent", 20, False, False)),
    ],
)
def test_what_five_seeds_get_is_what_was_measured(name: str, key: tuple[str, int, bool, bool]):
    told = re.search(rf"^\| {name}, five seeds \| (.*) \|$", PAGE, re.MULTILINE)
    assert told is not None
    figures = [[float(part) for part in re.findall(r"\.\d+", cell)] for cell in told[1].split(" | ")]
    measured = [list(SEEDS[key][figure].values()) for figure in FIGURES[:-1]]
    assert figures == [pytest.approx(one, abs=6e-4) for one in measured]
    assert SEEDS[key]["seeds"] == 5


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("150 intents, `--fast`", ("intent", 0, True, False)),
        ("10 domains, `--fast`", ("domain", 0, True, False)),
        ("150 intents, torch encoder", ("intent", 0, False, True)),
    ],
)
def test_what_other_fits_get_is_what_was_measured(name: str, key: tuple[str, int, bool, bool]):
    figures, seconds = figures_told(name)
    assert figures == pytest.approx([SEEDS[key][figure]["mean"] for figure in FIGURES[:-1]], abs=6e-4)
    assert seconds == round(SEEDS[key]["fit_s"]["mean"])
