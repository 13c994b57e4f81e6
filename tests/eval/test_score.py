"""Laws of the arms and figures, an independent computation of them, freezing, and the gate."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.errors import DataError
from nescio.types import Abstained, Answered, Reason
from nescio_eval.arms import ARMS, decide, sample_from_json
from nescio_eval.gate import attach_gate, fit_gate, load_gate
from nescio_eval.pairs import holm, mcnemar
from nescio_eval.records import Generation, read_lines
from nescio_eval.report import markdown, page, verdict
from nescio_eval.run import read_manifest
from nescio_eval.score import freeze, metrics_of, s_at, score
from tests.eval.fakes import run_fakes

ARM = {arm.name: arm for arm in ARMS}
KEYS = {
    "n", "hallucination_rate", "abstention_rate", "accuracy", "s", "coverage", "selective_risk", "auroc", "aurc", "ece",
}  # fmt: skip
FIELDS = [
    "arm", "dataset", "domain", "category", "id", "cluster", "decision", "reason", "answer", "outcome",
    "withheld_answer", "withheld_outcome", "p", "p_route", "confidence_target", "expert", "latency_s", "tokens",
]  # fmt: skip


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("run")
    run_fakes(base / "fit", n=100, role="fit", seed=4)
    score(base / "fit")
    fit_gate(base / "fit", base / "gate", date="2026-01-01")
    run_fakes(base / "test", n=60)
    score(base / "test", gate=base / "gate")
    return base / "test"


@pytest.fixture(scope="module")
def metrics(scored: Path):
    return json.loads((scored / "metrics.json").read_text())


@pytest.fixture(scope="module")
def rows(scored: Path):
    return list(read_lines(scored / "samples.jsonl"))


def test_all_arms_are_there_with_the_keys_of_the_design(metrics):
    assert set(metrics["arms"]) == set(ARM)
    for figures in metrics["arms"].values():
        assert set(figures) >= KEYS
        assert set(figures["s"]) == {"0.5", "0.75", "0.9"}
    assert metrics["valid"]


def test_samples_have_the_fields_of_the_design_in_every_row(rows):
    assert all(set(row) == {*FIELDS, "own_outcome"} for row in rows)
    assert len(rows) == len(ARM) * 90


def test_figures_agree_with_a_computation_from_the_samples_that_shares_no_code(rows, metrics):
    for arm, figures in metrics["arms"].items():
        mine = [row for row in rows if row["arm"] == arm and row["outcome"] != "ungraded"]
        counts = Counter(row["outcome"] for row in mine)
        n, wrong, right = len(mine), counts["incorrect"], counts["correct"]
        assert figures["n"] == n
        assert figures["hallucination_rate"] == pytest.approx(wrong / n, abs=1e-12)
        assert figures["abstention_rate"] == pytest.approx(counts["abstained"] / n, abs=1e-12)
        assert figures["coverage"] == pytest.approx((wrong + right) / n, abs=1e-12)
        expected = wrong / (wrong + right) if wrong + right else None
        assert figures["selective_risk"] == (None if expected is None else pytest.approx(expected, abs=1e-12))
        for t in (0.5, 0.75, 0.9):
            assert figures["s"][f"{t:g}"] == by_hand(arm, mine, t), (arm, t)


def by_hand(arm: str, rows, t: float):
    if arm.startswith("prompted") and arm != f"prompted@{t:g}":
        return None
    total = 0.0
    for row in rows:
        outcome = row["outcome"]
        if arm.endswith("-gated") and row["p"] is not None and row["reason"] in (None, "low_answer_confidence"):
            grade = row["outcome"] if row["decision"] == "answered" else row["withheld_outcome"]
            outcome = grade if row["p"] > t else "abstained"
        total += {"correct": 1, "incorrect": -t / (1 - t)}.get(outcome, 0)
    return pytest.approx(total / len(rows), abs=1e-9)


def test_hallucination_rate_is_selective_risk_times_coverage(metrics):
    for figures in metrics["arms"].values():
        if figures["selective_risk"] is not None:
            product = figures["selective_risk"] * figures["coverage"]
            assert figures["hallucination_rate"] == pytest.approx(product, abs=1e-12)


def test_unanswerable_questions_are_never_correct_in_any_arm(rows):
    unanswerable = [row for row in rows if row["domain"] == "unanswerable"]
    assert len(unanswerable) == len(ARM) * 30
    assert "correct" not in {row["outcome"] for row in unanswerable} | {row["withheld_outcome"] for row in unanswerable}


def test_always_idk_abstains_always_and_scores_nothing(metrics):
    figures = metrics["arms"]["always-idk"]
    assert figures["abstention_rate"] == 1
    assert figures["hallucination_rate"] == 0
    assert set(figures["s"].values()) == {0}
    assert figures["selective_risk"] is None


def test_every_interval_holds_its_figure(metrics):
    for arm, figures in metrics["arms"].items():
        for name, interval in figures["intervals"].items():
            if name in ("s", "latency_s") or interval is None:
                continue
            assert interval[0] - 1e-9 <= figures[name] <= interval[1] + 1e-9, (arm, name)
        for t, interval in figures["intervals"]["s"].items():
            if interval is not None:
                assert interval[0] - 1e-9 <= figures["s"][t] <= interval[1] + 1e-9


def test_a_higher_target_never_raises_coverage_and_needs_no_model(scored):
    seen = [score(scored, target=t)["arms"] for t in (0.0, 0.3, 0.6, 0.9)]
    for arm in ("router-gated", "monolith-gated"):
        coverages = [arms[arm]["coverage"] for arms in seen]
        assert coverages == sorted(coverages, reverse=True)
        assert coverages[0] > coverages[-1]
    for arm in ("router-ungated", "monolith-always", "prompted@0.75"):
        assert len({arms[arm]["coverage"] for arms in seen}) == 1
    assert seen[0]["router-gated"]["coverage"] == seen[0]["router-ungated"]["coverage"]
    score(scored)


def test_s_at_the_runs_own_target_is_that_of_its_outcomes(rows, metrics):
    mine = [sample_from_json(row) for row in rows if row["arm"] == "router-gated" and row["outcome"] != "ungraded"]
    plain = sum({"correct": 1.0, "incorrect": -3.0}.get(row.outcome, 0.0) for row in mine) / len(mine)
    assert s_at(ARM["router-gated"], mine, 0.75) == pytest.approx(plain)


def test_scoring_twice_gives_the_same_bytes(scored):
    score(scored)
    before = {name: (scored / name).read_bytes() for name in ("samples.jsonl", "metrics.json", "grades.jsonl")}
    score(scored)
    assert before == {name: (scored / name).read_bytes() for name in before}


GENERATION = Generation("router", "q", text="42", expert="math", p=0.8, calibration="own", target=0.75)


@pytest.mark.parametrize(
    ("changes", "gated", "always"),
    [
        ({}, None, None),
        ({"p": 0.75}, Reason.LOW_ANSWER_CONFIDENCE, None),
        ({"p": math.nan, "calibration": "none"}, Reason.UNCALIBRATED, None),
        ({"before": Reason.OUT_OF_SCOPE}, Reason.OUT_OF_SCOPE, None),
        ({"before": Reason.POLICY}, Reason.POLICY, Reason.POLICY),
        ({"own": Reason.UNANSWERABLE}, Reason.UNANSWERABLE, None),
        ({"own": Reason.UNANSWERABLE, "text": ""}, Reason.UNANSWERABLE, Reason.UNANSWERABLE),
        ({"own": Reason.TOOL_FAILED}, Reason.TOOL_FAILED, Reason.TOOL_FAILED),
        ({"fault": "down"}, Reason.FAULT, Reason.FAULT),
        ({"text": "I don't know"}, Reason.DECLINED, Reason.DECLINED),
    ],
)
def test_decisions_of_the_routers_arms(changes, gated, always):
    generation = replace(GENERATION, **changes)
    for arm, reason in (("router-gated", gated), ("router-ungated", always)):
        decision = decide(ARM[arm], generation, 0.75, None)
        assert (decision.reason if isinstance(decision, Abstained) else None) == reason


@given(st.floats(0, 1), st.floats(0, 0.999))
def test_the_gate_answers_exactly_above_the_target(p, t):
    decision = decide(ARM["router-gated"], replace(GENERATION, p=p), t, None)
    assert isinstance(decision, Answered) is (t == 0 or p > t)


def test_a_question_ungraded_in_one_arm_is_ungraded_in_all(scored, tmp_path, monkeypatch):
    from nescio_eval import grades as module

    real = module.judge

    def failing(question, text):
        if question.id == first:
            raise RuntimeError("the grader broke")
        return real(question, text)

    first = next(row["id"] for row in read_lines(scored / "samples.jsonl"))
    monkeypatch.setattr(module, "judge", failing)
    metrics = score(scored)
    mine = [row for row in read_lines(scored / "samples.jsonl") if row["id"] == first]
    assert {row["outcome"] for row in mine} == {"ungraded"}
    assert next(row for row in mine if row["arm"] == "always-idk")["own_outcome"] == "abstained"
    assert not metrics["valid"]
    monkeypatch.undo()
    score(scored)


def test_a_frozen_run_has_no_text_of_a_question_and_gives_the_same_figures(scored, tmp_path):
    freeze(scored, tmp_path / "frozen")
    questions = list(read_lines(scored / "questions.jsonl"))
    everything = "".join(path.read_text() for path in (tmp_path / "frozen").glob("*.json*"))
    assert not [q["question"] for q in questions if q["question"] in everything]
    assert read_manifest(tmp_path / "frozen")["frozen"]
    again = score(tmp_path / "frozen")
    assert again == json.loads((scored / "metrics.json").read_text())
    elsewhere = score(tmp_path / "frozen", target=0.5)
    assert elsewhere["arms"]["router-gated"]["coverage"] >= again["arms"]["router-gated"]["coverage"]


def test_freezing_needs_a_score(tmp_path):
    run_fakes(tmp_path / "run", n=4)
    with pytest.raises(DataError, match="not been scored"):
        freeze(tmp_path / "run", tmp_path / "out")


def test_a_gate_is_fitted_on_fit_questions_alone(scored, tmp_path):
    with pytest.raises(DataError, match="test questions"):
        fit_gate(scored, tmp_path / "gate", date="2026-01-01")
    gate = load_gate(scored)
    assert gate is not None
    sure, unsure = ({"mean_logprob": x - 1, "min_logprob": -2.0, "agreement": x, "length": 1.0} for x in (0.95, 0.05))
    assert gate.p(sure, 0.0) > gate.p(unsure, 0.0)
    run_fakes(tmp_path / "run", n=4)
    assert "monolith-gated" not in score(tmp_path / "run")["arms"]
    attach_gate(tmp_path / "run", scored / "gate")
    assert "monolith-gated" in score(tmp_path / "run")["arms"]


def test_mcnemar_and_holm_agree_with_scipy_and_with_the_textbook():
    from scipy.stats import binomtest

    for b, c in ((0, 0), (3, 9), (12, 2), (700, 650)):
        expected = binomtest(b, b + c).pvalue if b + c else 1.0
        assert mcnemar(b, c) == pytest.approx(expected, rel=0.02)
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_the_primary_family_is_the_designs(metrics):
    primary = [(p["first"], p["second"], p["metric"]) for p in metrics["pairs"] if p["family"] == "primary"]
    assert primary == [
        ("router-gated", other, metric)
        for other in ("monolith-always", "monolith-gated")
        for metric in ("hallucination_rate", "s@0.75")
    ]
    assert all("p_holm" in p for p in metrics["pairs"] if p["family"] == "primary")


def test_pairs_are_differences_of_the_arms(metrics):
    for pair in metrics["pairs"]:
        first, second = (metrics["arms"][pair[side]] for side in ("first", "second"))
        key = pair["metric"]
        a, b = (f["s"]["0.75"] if key == "s@0.75" else f[key] for f in (first, second))
        assert pair["difference"] == pytest.approx(a - b, abs=1e-9)


def test_metrics_of_samples_alone_are_the_runs(scored, rows, metrics):
    derived = metrics_of([sample_from_json(row) for row in rows], ARMS, 0.75)
    assert derived["arms"] == metrics["arms"]
    assert asdict(sample_from_json(rows[0])) == rows[0]


def test_reports_show_every_arm_and_load_nothing_from_elsewhere(scored, metrics):
    shown = markdown(metrics)
    web = page(metrics, read_manifest(scored))
    for arm in ARM:
        assert f"| {arm} |" in shown
        assert f">{arm}<" in web
    assert "http" not in web
    assert "<script" not in web
    assert any("wrong answers per hundred" in sentence for sentence in verdict(metrics))


@pytest.mark.parametrize(
    ("difference", "interval", "said"),
    [
        (0.027, (0.0, 0.06), "2.7 (0.0 to 6.0) more wrong answers"),
        (-0.68, (-0.757, -0.596), "68.0 (59.6 to 75.7) fewer wrong answers"),
        (-0.01, (-0.05, 0.03), "1.0 (-3.0 to 5.0) fewer wrong answers"),
    ],
)
def test_an_estimate_lies_within_the_interval_that_is_said_with_it(difference, interval, said):
    pair = {"family": "primary", "metric": "hallucination_rate", "first": "a", "second": "b", "p_holm": 0.5}
    (sentence,) = verdict({"pairs": [{**pair, "difference": difference, "interval": interval}], "valid": True})
    assert said in sentence
