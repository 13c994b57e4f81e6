"""The report as people meet it: in a terminal of any width, in a pipe, of a run that is broken or has none to show."""

import ast
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import nescio_eval
from nescio.errors import DataError
from nescio_eval import commands
from nescio_eval.report import markdown, notes, page, text
from nescio_eval.score import read_metrics

FIRST = Path(__file__).parents[2] / "eval" / "results" / "first"
METRICS = read_metrics(FIRST)
MARKED = re.compile(r"[\u2500-\u257f\x1b]")
"""Box drawing and terminal control."""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "first"
    shutil.copytree(FIRST, folder, ignore=shutil.ignore_patterns("report.html"))
    return folder


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    shown = text(METRICS, width)
    assert max(map(len, shown.splitlines())) <= width
    assert not MARKED.search(shown)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_figure_and_every_interval_is_shown_at_any_width(width: int) -> None:
    shown = text(METRICS, width)
    for name, arm in METRICS["arms"].items():
        of_arm = " ".join(line for line in shown.splitlines() if line.split(" ")[0] == name)
        assert f" {100 * arm['hallucination_rate']:.1f}" in of_arm
        points = arm["s"]["0.75"]
        assert points is None or f" {points:.3f}" in of_arm
        low, high = arm["intervals"]["abstention_rate"]
        assert f"[{100 * low:.1f}, {100 * high:.1f}]" in of_arm


def test_at_eighty_columns_the_figures_of_an_arm_stand_in_one_line() -> None:
    assert text(METRICS, 80).count("\nrouter-gated ") == 3
    assert text(METRICS, 200).count("\nrouter-gated ") == 1


def test_what_is_piped_is_plain_and_json_is_whole(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = CliRunner().invoke(commands.app, ["report", str(run)], catch_exceptions=False).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert not MARKED.search(shown)
    asked = CliRunner().invoke(commands.app, ["report", str(run), "--json"], catch_exceptions=False).stdout
    assert json.loads(asked) == METRICS


def test_a_page_that_cannot_be_written_costs_the_report_nothing_unless_it_was_asked_for(run: Path) -> None:
    (run / "report.html").mkdir()
    shown = CliRunner().invoke(commands.app, ["report", str(run)])
    assert shown.exit_code == 0
    assert "no page written" in shown.stderr
    asked = CliRunner().invoke(commands.app, ["report", str(run), "--html", str(run / "none" / "page.html")])
    assert isinstance(asked.exception, DataError)


def test_an_unfinished_run_says_whose_answers_are_missing() -> None:
    assert any("missing: 3 of router" in note for note in notes({**METRICS, "missing": {"router": 3}}))


def test_a_run_without_arms_is_shown_as_such() -> None:
    bare = {"questions": 0, "confidence_target": 0.75, "arms": {}, "pairs": [], "valid": True}
    assert text(bare, 80).startswith("0 questions")
    assert "No primary comparison is possible" in markdown(bare)
    assert "No primary comparison is possible" in page(bare, {})


@pytest.mark.parametrize("broken", ["", "{", "[]", "{}", "\udcff"])
@pytest.mark.parametrize("name", ["metrics.json", "manifest.json"])
def test_a_broken_file_of_a_run_is_a_clear_error(run: Path, name: str, broken: str) -> None:
    (run / name).write_bytes(broken.encode("utf-8", "surrogateescape"))
    shown = CliRunner().invoke(commands.app, ["report", str(run)])
    assert isinstance(shown.exception, DataError)
    assert name in shown.exception.message
    assert shown.exception.hint


def test_no_module_of_the_evaluation_imports_one_that_imports_it() -> None:
    """Imports inside functions count: they only hide a circle."""
    folder = Path(nescio_eval.__file__).parent
    graph = {path.stem: _imports(path) for path in folder.glob("*.py")}
    done: set[str] = set()
    while ready := {name for name, wanted in graph.items() if name not in done and wanted & graph.keys() <= done}:
        done |= ready
    assert done == graph.keys()


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "nescio_eval":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nescio_eval."):
            found.add(str(node.module).split(".")[1])
    return found
