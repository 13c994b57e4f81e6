"""The figures in docs/math.md are those of the frozen run."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/math.md").read_text(encoding="utf-8")
ARMS = json.loads((ROOT / "eval/results/gsm8k/metrics.json").read_text(encoding="utf-8"))["arms"]


def test_answered_and_right():
    for name, arm in ARMS.items():
        right, wrong = arm["counts"]["correct"], arm["counts"]["incorrect"]
        if name == "always-idk":
            continue
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}`"))
        assert f"| {right + wrong} of {arm['n']} |" in line
        assert f"| {right} ({100 * right / (right + wrong):.1f} %" in line
        assert line.endswith(f"| {arm['s']['0.75']:.3f} |")


def test_calibration_and_reasons():
    gated = ARMS["router-gated"]
    assert f"AUROC of {gated['auroc']:.3f} ".replace("0.", ".") in PAGE
    assert f"ECE is {gated['ece']:.3f}, ".replace("0.", ".") in PAGE
    assert gated["reasons"] == {"out_of_scope": 28, "low_answer_confidence": 65, "unanswerable": 15, "disagreement": 1}
