"""docs/risk.md: the question that it shows is asked, and answered as it says."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from tests.serving import NESCIO

PAGE = (Path(__file__).parents[1] / "docs/risk.md").read_text(encoding="utf-8")


def plain(printed: str) -> str:
    """Without the seconds, which differ from run to run."""
    return re.sub(r"\d+\.\d+ s\b", "… s", printed.strip())


def test_a_question_with_a_bound_is_answered_as_the_page_shows(served_home: Path, smol: Path) -> None:
    block = re.search(r"^```console\n\$ nescio (ask .*?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert block is not None
    shutil.rmtree(served_home / "calibration")
    environment = {**os.environ, "NESCIO_HOME": str(served_home), "NESCIO_PROFILE": str(smol), "COLUMNS": "200"}
    asked = [NESCIO, *shlex.split(block[1])]
    run = subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert plain(run.stdout) == plain(block[2]), run.stderr
