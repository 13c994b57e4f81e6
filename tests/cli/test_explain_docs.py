"""What docs/explain.md shows is what the commands print."""

import re
from pathlib import Path
from typing import get_args

from typer.testing import CliRunner

from nescio.cli import route
from nescio.explaining import Explanation
from nescio.what_if import ChangeKind

PAGE = (Path(__file__).parents[2] / "docs/explain.md").read_text(encoding="utf-8")


def masked(text):
    """`text` without its figures, which every fit moves."""
    return re.sub(r"\d\.\d+", "#", text)


def test_explanation_in_the_docs_is_what_the_command_prints(served_home):
    block = re.search(r"```\n\$ nescio route \"(.+?)\" --explain\n(.+?)```", PAGE, re.DOTALL)
    assert block is not None
    printed = masked(CliRunner().invoke(route.app, [block[1], "--explain"], catch_exceptions=False).stdout)
    lines = [line for line in block[2].splitlines() if line != "…"]
    assert len(lines) > 10
    assert [line for line in lines if masked(line) not in printed] == []


def test_every_part_of_an_explanation_and_every_change_is_documented():
    told = set(re.findall(r"`(\w+)`", PAGE))
    assert {*Explanation.__slots__, *get_args(ChangeKind)} - {"decision"} <= told
