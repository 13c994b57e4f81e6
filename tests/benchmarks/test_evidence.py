import json
from pathlib import Path

import pytest

from benchmarks.evidence import OWN, SETS, Drawn, loaded, weighed

ROOT = Path(__file__).resolve().parents[2]


def rows():
    lines = (ROOT / "benchmarks/results.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["bench"] == "evidence"]


def line(name, told):
    gain, error = told["gain"]
    gained = "–" if name == next(iter(SETS)) else f"{gain:+.3f} ± {error:.3f}".replace("-", "−")
    return (
        f"| {name} | {told['log_loss']:.3f} | {gained} | {told['auroc']:.3f} | {told['auroc_open_facts']:.3f} "
        f"| {told['above_target']} | {told['right_of_these']} |"
    )


def test_the_table_in_the_docs_is_what_was_measured():
    page = (ROOT / "docs/general.md").read_text(encoding="utf-8")
    table = page.partition("<!-- evidence -->\n")[2].partition("<!-- /evidence -->")[0].splitlines()
    measured = rows()[-1]
    assert table[2:] == [line(name, told) for name, told in measured["sets"].items()]
    assert f"of the {measured['graded']} questions" in page
    assert f"had {measured['right']} right" in page


def drawn(number, right):
    """An answer whose log-probabilities say nothing and whose P(True) says all."""
    return Drawn(
        f"What is number {number}?",
        (f"{number}",),
        False,
        "others.jsonl" if number % 2 else "general/questions.jsonl",
        f"{number}" if right else "nothing",
        ((f"{number}", -0.5),),
        (f"{number}", "nothing"),
        right=0.9 if right else 0.1,
        seeing=0.5,
        wrong=0.5,
    )


@pytest.fixture(scope="module")
def told():
    return weighed([drawn(number, number % 3 == 0) for number in range(120)])


def test_evidence_that_tells_right_from_wrong_is_missed_where_it_is_left_out(told):
    gain, error = told["less P(True)"]["gain"]
    assert gain < -3 * error
    assert told["the expert's"]["auroc"] > 0.99


def test_evidence_that_repeats_what_is_known_gains_nothing(told):
    gain, error = told["and semantic entropy"]["gain"]
    assert gain < 2 * error + 0.01


def test_every_set_is_of_evidence_that_is_there():
    known = drawn(1, True).features()
    assert {name for features in SETS.values() for name in features} <= known.keys()
    assert SETS["the expert's"] == OWN


def test_an_answer_that_declines_has_no_grade():
    one = drawn(1, True)
    declined = Drawn(one.question, one.golds, False, one.source, "I don't know.", (), (), 0.5, 0.5, 0.5)
    assert declined.correct is None
    assert one.correct is True


def test_what_was_drawn_is_read_back(tmp_path):
    from dataclasses import asdict

    path = tmp_path / "drawn.jsonl"
    path.write_text(json.dumps(asdict(drawn(1, True))) + "\n", encoding="utf-8")
    assert list(loaded(path)) == [drawn(1, True)]
    assert list(loaded(tmp_path / "none.jsonl")) == []
