"""The demonstration plugin, built as a wheel and installed for real, is found, asked and measured like a built-in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parent / "plugin_demo"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plugin installed from its own wheel."""
    built, site = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    quiet = {"check": True, "timeout": 120, "stdout": subprocess.DEVNULL}
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(built), str(DEMO)], **quiet)
    wheel = next(built.glob("*.whl"))
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", str(site), str(wheel)], **quiet)
    return site


def nescio(site: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "NESCIO_HOME": str(home)}
    command = [str(Path(sys.executable).parent / "nescio"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)


def test_an_installed_plugin_is_listed_beside_the_built_in_experts(site: Path, with_models: Path):
    listed = json.loads(nescio(site, with_models, "experts", "list", "--json").stdout)
    names = {row["name"] for row in listed["experts"]}
    assert names == {"math", "chemistry", "geography", "python", "general", "morse"}
    assert listed["problems"] == []


def test_an_installed_plugin_passes_the_conformance_checks(site: Path, with_models: Path):
    run = nescio(site, with_models, "experts", "check", "morse", "--json")
    findings = json.loads(run.stdout)["findings"]
    assert run.returncode == 0
    assert {finding["level"] for finding in findings} == {"ok"}


def test_a_plugin_is_calibrated_then_answers_and_abstains(site: Path, with_models: Path):
    before = json.loads(nescio(site, with_models, "ask", "What is the Morse code for Q?", "--json").stdout)
    assert before["nescio"]["reason"] == "uncalibrated"
    fitted = nescio(site, with_models, "calibrate", "--expert", "morse", "--json")
    assert fitted.returncode == 0, fitted.stderr
    answered = json.loads(nescio(site, with_models, "ask", "What is the Morse code for Q?", "--json").stdout)
    assert answered["nescio"]["expert"] == "morse"
    assert answered["nescio"]["decision"] == "answered"
    assert "--.-" in answered["answer"]
    doubtful = json.loads(nescio(site, with_models, "ask", "What is the Morse code for ß?", "--json").stdout)
    assert doubtful["nescio"]["decision"] == "abstained"
