"""docs/descriptions.md says what the code does."""

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from nescio.cli import fit, main
from nescio_indexes import described, describing
from tests.indexes.bag import BagOfWords

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "descriptions.md").read_text(encoding="utf-8")


def test_example_runs():
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)
    scope = {"encoder": BagOfWords()}
    exec(code, scope)
    assert scope["router"].model.labels == ("bank", "travel")


def masked(text):
    """`text` without its figures, which another machine may round otherwise."""
    return re.sub(r"\d\.\d+", "#", text)


@pytest.mark.usefixtures("with_models")
def test_commands_print_what_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "routes.jsonl").write_text(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1], "utf-8")
    shown = re.findall(r"^\$ (nescio .+)\n((?:(?!\$|```).*\n)+)", PAGE, re.MULTILINE)
    assert [shlex.split(line)[1] for line, _ in shown] == ["fit", "route", "route"]
    for line, output in shown:
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as end:
            main()
        assert not end.value.code
        assert masked(capsys.readouterr().out) == masked(output)


def test_lines_that_are_named_are_those_of_the_report():
    known = {"exemplars": 0.9, "description": 0.8}
    basis = {"routes": "fitted", "scope": "prior"}
    lines = dict(fit.described_lines({"calibration": basis, "without_exemplars": ["a"], "accuracy": known}))
    assert {"of routes with exemplars", "of routes without, held-out labels"} <= {name.strip() for name in lines}
    for name in lines:
        assert name.strip() in PAGE


def test_constants_are_those_of_the_code():
    assert f"h = {described.SHARPNESS:.0f}" in PAGE
    assert f"times {described.FUSION:.0f}" in PAGE
    assert f"temperature of {describing.PRIOR_TEMPERATURE}" in PAGE
    assert f"From {describing.MEASURED} exemplars on" in PAGE
    assert f"as much as {describing.PRIOR_ROWS} rows" in PAGE
    assert "σ(11.6·(near + .2·apart − median − .105))" in PAGE
    assert (describing.PRIOR_SLOPE, describing.PRIOR_APART, describing.PRIOR_MARGIN) == (11.6, 0.2, 0.105)
    assert len(described.TEMPLATES) == 12


def test_figures_are_those_of_the_last_measurement():
    lines = (ROOT / "benchmarks" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    last = [line for line in map(json.loads, lines) if line["bench"] == "descriptions"][-1]
    for figures in last["arms"].values():
        shown = [figures[name] for name in ("accuracy", "auroc", "kept", "refused", "ece_of_route")]
        assert f"| {' | '.join(f'{value:.3f}' for value in shown)} |" in PAGE
    for figures in last["without_exemplars"].values():
        shown = [figures[name] for name in ("with", "with_promised", "without", "without_promised")]
        assert f"| {' | '.join(f'{value:.3f}' for value in shown)} |" in PAGE
