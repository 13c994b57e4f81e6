"""``nescio policy simulate``: what docs/policy.md shows, and what cannot be replayed."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.serving import NESCIO

PAGE = (Path(__file__).parents[2] / "docs/policy.md").read_text(encoding="utf-8")


def without_seconds(printed: str) -> str:
    return re.sub(r"(?m)^seconds.*$", "seconds …", printed.strip())


def test_what_the_page_shows_is_what_is_printed(served_home: Path, smol: Path, tmp_path: Path) -> None:
    block = re.search(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    strict = re.search(r"where `strict.toml` is\n\n```toml\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    assert strict is not None
    (tmp_path / "strict.toml").write_text(strict[1], encoding="utf-8")
    shutil.rmtree(served_home / "calibration")
    environment = {**os.environ, "NESCIO_HOME": str(served_home), "NESCIO_PROFILE": str(smol), "COLUMNS": "100"}

    def run(command: str) -> str:
        words = [NESCIO, *shlex.split(command)[1:]]
        ran = subprocess.run(
            words, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    steps = [step.partition("\n") for step in block[1].split("$ ")[1:]]
    for command, _, printed in steps:
        told = run(command)
        if printed:
            assert without_seconds(told) == without_seconds(printed)
    found = json.loads(run("nescio policy simulate --policy strict.toml --json"))
    assert [one["after"] for one in found["changed"]] == ["policy"]
    assert found["simulated"]["answered"] == 1


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("max_risk = 0", "config_error", "max_risk: Input should be greater than 0"),
        ("[experts.math]\nx = 1", "config_error", "experts.math.x: Extra inputs are not permitted"),
        ("max_risk =", "config_error", "Invalid value"),
        (None, "config_error", "No such file"),
    ],
)
def test_a_policy_that_cannot_be_read_is_an_error_at_once(nescio, tmp_path: Path, text, code: str, says: str) -> None:
    path = tmp_path / "new.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    status, _, err = nescio("policy", "simulate", "--policy", path)
    assert status == 2
    assert f"error[{code}]: policy {path}" in err
    assert says in err


def test_a_stranger_in_the_policy_and_an_empty_log_are_errors(nescio, tmp_path: Path, monkeypatch, served_home, smol):
    monkeypatch.setenv("NESCIO_PROFILE", str(smol))
    path = tmp_path / "new.toml"
    path.write_text("[experts.mth]\nrefer = true\n", encoding="utf-8")
    status, _, err = nescio("policy", "simulate", "--policy", path)
    assert status == 2
    assert "names mth, no expert here" in err
    path.write_text("target = 0.9\n", encoding="utf-8")
    status, _, err = nescio("policy", "simulate", "--policy", path)
    assert status == 2
    assert "error[data_error]: the outcome log holds no decision of role live" in err


def test_rows_that_measure_are_not_replayed(nescio, tmp_path: Path) -> None:
    status, _, err = nescio("policy", "simulate", "--policy", tmp_path, "--role", "test")
    assert status == 2
    assert "'test' is not one of" in err
