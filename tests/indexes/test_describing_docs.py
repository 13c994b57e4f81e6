"""docs/descriptions.md says what the code does."""

import json
import re
from pathlib import Path

from nescio_indexes import described, describing
from tests.indexes.bag import BagOfWords

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "descriptions.md").read_text(encoding="utf-8")


def test_example_runs():
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)
    scope = {"encoder": BagOfWords()}
    exec(code, scope)
    assert scope["router"].model.labels == ("bank", "travel")


def test_constants_are_those_of_the_code():
    assert f"h = {described.SHARPNESS:.0f}" in PAGE
    assert f"times {described.FUSION:.0f}" in PAGE
    assert f"temperature of {describing.PRIOR_TEMPERATURE}" in PAGE
    assert f"From {describing.MEASURED} exemplars on" in PAGE
    assert f"as much as {describing.PRIOR_ROWS} rows" in PAGE
    assert "σ(11.6·(near − .2·outside − median − .105))" in PAGE
    assert (describing.PRIOR_SLOPE, describing.PRIOR_OUTSIDE, describing.PRIOR_MARGIN) == (11.6, 0.2, 0.105)
    assert len(described.TEMPLATES) == 12


def test_figures_are_those_of_the_last_measurement():
    lines = (ROOT / "benchmarks" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    last = [line for line in map(json.loads, lines) if line["bench"] == "descriptions"][-1]
    for figures in last["arms"].values():
        shown = [figures[name] for name in ("accuracy", "auroc", "kept", "refused", "ece_of_route")]
        assert f"| {' | '.join(f'{value:.3f}' for value in shown)} |" in PAGE
