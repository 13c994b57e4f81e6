"""README.md: the questions that it shows are asked, and answered as it says."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from nescio_eval.report import markdown
from nescio_eval.score import score
from tests.serving import NESCIO

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def shown() -> list[tuple[str, str]]:
    """Each ``nescio ask`` of the README with what it prints."""
    blocks = re.findall(r"^```console\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    steps = [step.partition("\n") for block in blocks for step in block.split("$ ")[1:]]
    return [(command, printed.strip()) for command, _, printed in steps if "nescio ask" in command]


def plain(printed: str) -> str:
    """Without the seconds, which differ from run to run."""
    return re.sub(r"\d+\.\d+ s\b", "… s", printed.strip())


@pytest.mark.parametrize(("command", "printed"), shown(), ids=lambda value: value.split('"')[1] if '"' in value else "")
def test_a_question_in_the_readme_is_answered_as_it_shows(
    command: str, printed: str, served_home: Path, smol: Path
) -> None:
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/nescio"
    shutil.rmtree(served_home / "calibration")
    environment = {**os.environ, "NESCIO_HOME": str(served_home), "NESCIO_PROFILE": str(smol), "COLUMNS": "200"}
    run = subprocess.run(
        [NESCIO, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert plain(run.stdout) == plain(printed), run.stderr


def test_an_answer_by_a_program_is_printed_with_the_program(served_home: Path, smol: Path) -> None:
    environment = {**os.environ, "NESCIO_HOME": str(served_home), "NESCIO_PROFILE": str(smol)}
    asked = [NESCIO, "ask", "How much is 17% of 2,340?", "--target", "0"]
    run = subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("The answer is 397.8.\nmath ")
    assert run.stdout.count("print(answer)") == 1


def test_the_first_success_is_within_twenty_lines() -> None:
    text = README.partition("## First success")[2].splitlines()
    assert next(number for number, line in enumerate(text) if "nescio ask" in line) < 20


def table(text: str, first: str) -> dict[str, dict[str, str]]:
    """The table whose head begins with the cell `first`, as arm → column → cell."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:]]
    end = next((number for number, row in enumerate(rows) if len(row) < 2), len(rows))
    return {row[0].strip("*`"): dict(zip(rows[0], row, strict=True)) for row in rows[2:end]}


def test_the_comparison_is_what_its_frozen_samples_come_to(tmp_path: Path) -> None:
    run = tmp_path / "first"
    shutil.copytree(ROOT / "eval" / "results" / "first", run)
    (run / "metrics.json").unlink()
    reported, told = table(markdown(score(run)), "arm"), table(README, "arm")
    columns = {"hallucination %": "hallucination", "abstention %": "abstention", "accuracy %": "accuracy"}
    columns |= {"S(.5)": "S(0.5)", "S(.75)": "S(0.75)", "S(.9)": "S(0.9)", "seconds": "seconds"}
    assert told.keys() == reported.keys()
    for arm, row in told.items():
        for here, there in columns.items():
            assert row[here].replace("−", "-") == reported[arm][there], f"{arm}, {here}"
