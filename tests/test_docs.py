"""What is named in code must be told in the docs: settings, reasons, commands, endpoints, modules, the graph."""

import re
from pathlib import Path

import pytest
import typer

from nescio.cli import COMMANDS
from nescio.decide import Policy
from nescio.graph import Parts, build_graph
from nescio.settings import Settings
from nescio.types import Reason
from tests.doubles import DoubleRouter, context
from tools import growth_table
from tools.calibration_table import written

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def told(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str):
    assert f"`NESCIO_{field.upper()}`" in told("settings.md")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_of_an_abstention_is_documented(reason: Reason):
    assert f"`{reason}`" in told("api.md")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str):
    assert f"nescio {command}" in told("cli.md")
    assert isinstance(COMMANDS[command][1], str)


def test_every_error_code_is_documented():
    codes = set(re.findall(r'code = "(\w+)"', (ROOT / "router/nescio/errors.py").read_text(encoding="utf-8")))
    assert codes <= set(re.findall(r"`(\w+)`", told("api.md")))


def test_the_diagram_in_the_docs_is_the_graph_that_runs():
    parts = Parts({}, DoubleRouter({}), {}, Policy(), 0.05, context)
    assert build_graph(parts).get_graph().draw_mermaid().strip() in told("architecture.md")


def test_the_table_of_the_index_is_that_of_the_last_measurement():
    page = told("index.md")
    assert growth_table.written(page) == page, "run: python tools/growth_table.py"


def test_every_command_loads():
    from importlib import import_module

    for target, _ in COMMANDS.values():
        module, _, attribute = target.partition(":")
        assert typer.main.get_command(getattr(import_module(module), attribute))


def test_the_table_of_calibrations_is_that_of_the_artefacts():
    page = told("results.md")
    assert written(page) == page, "run: python tools/calibration_table.py"
