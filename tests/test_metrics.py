import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nescio import metrics

outcome_lists = st.lists(st.sampled_from(metrics.OUTCOMES), max_size=40)
targets = st.floats(0, 0.99)


@st.composite
def graded(draw, least=1):
    n = draw(st.integers(least, 40))
    # A coarse grid makes ties common.
    p = draw(hnp.arrays(float, n, elements=st.integers(0, 10).map(lambda i: i / 10)))
    return p, draw(hnp.arrays(bool, n))


def same(one, two):
    return (math.isnan(one) and math.isnan(two)) or one == pytest.approx(two, abs=1e-12)


@given(outcome_lists)
def test_hallucination_rate_is_selective_risk_times_coverage(outcomes):
    rate, risk, cover = (f(outcomes) for f in (metrics.hallucination_rate, metrics.selective_risk, metrics.coverage))
    assert same(rate, 0.0 if cover == 0 else risk * cover)


@given(outcome_lists)
def test_accuracy_hallucination_and_abstention_share_the_graded_questions(outcomes):
    total = metrics.accuracy(outcomes) + metrics.hallucination_rate(outcomes) + metrics.abstention_rate(outcomes)
    assert math.isnan(total) if metrics.count(outcomes).graded == 0 else total == pytest.approx(1)


@given(outcome_lists)
def test_ungraded_questions_change_nothing(outcomes):
    more = [*outcomes, "ungraded", "ungraded"]
    for figure in (metrics.hallucination_rate, metrics.accuracy, metrics.coverage, metrics.selective_risk):
        assert same(figure(outcomes), figure(more))
    assert same(metrics.score_at_target(outcomes, 0.75), metrics.score_at_target(more, 0.75))


def test_selective_risk_of_no_answer_is_unknown():
    assert math.isnan(metrics.selective_risk(["abstained", "abstained"]))
    assert math.isnan(metrics.hallucination_rate([]))


def test_unknown_outcome_is_refused():
    with pytest.raises(ValueError, match="'wrong' is not an outcome"):
        metrics.count(["wrong"])


def test_score_charges_t_over_one_minus_t_for_a_wrong_answer():
    outcomes = ["correct"] * 6 + ["incorrect"] * 2 + ["abstained"] * 2
    assert metrics.score_at_target(outcomes, 0.75) == pytest.approx((6 - 2 * 3) / 10)
    assert metrics.score_at_target(outcomes, 0.0) == pytest.approx(0.6)
    with pytest.raises(ValueError, match="target"):
        metrics.score_at_target(outcomes, 1.0)


@given(outcome_lists, targets, targets)
def test_score_never_rises_with_the_target_for_fixed_outcomes(outcomes, one, two):
    low, high = sorted((one, two))
    at_low, at_high = metrics.score_at_target(outcomes, low), metrics.score_at_target(outcomes, high)
    assert math.isnan(at_low) or at_high <= at_low + 1e-12


@given(graded(), targets)
def test_answering_where_p_exceeds_t_is_best_for_a_calibrated_p(rows, target):
    """In expectation under p itself, no other threshold scores higher at t."""
    p, _ = rows

    def expected(threshold):
        answered = p > threshold
        return float(np.sum(answered * (p - (1 - p) * target / (1 - target))))

    assert all(expected(target) >= expected(other) - 1e-9 for other in np.linspace(-0.05, 1, 22))


@given(graded(), targets, targets)
def test_a_higher_target_never_raises_coverage(rows, one, two):
    low, high = sorted((one, two))
    p, correct = rows
    cover = [metrics.coverage(metrics.outcomes_at(p, correct, t)) for t in (low, high)]
    assert cover[1] <= cover[0]


def test_p_equal_to_the_target_and_nan_abstain():
    assert metrics.outcomes_at([0.75, math.nan, 0.76], [1, 1, 0], 0.75) == ("abstained", "abstained", "incorrect")


@given(graded())
def test_auroc_and_losses_agree_with_scikit_learn(rows):
    from sklearn import metrics as reference

    p, correct = rows
    assert metrics.brier(p, correct) == pytest.approx(reference.brier_score_loss(correct, p, pos_label=True))
    clipped = np.clip(p, metrics.LOG_CLIP, 1 - metrics.LOG_CLIP)
    assert metrics.log_loss(p, correct) == pytest.approx(reference.log_loss(correct, clipped, labels=[False, True]))
    if correct.any() and not correct.all():
        assert metrics.auroc(p, correct) == pytest.approx(reference.roc_auc_score(correct, p))
    else:
        assert math.isnan(metrics.auroc(p, correct))


@given(graded())
def test_auroc_ignores_monotone_transforms_and_turns_with_the_sign(rows):
    p, correct = rows
    value = metrics.auroc(p, correct)
    assert same(metrics.auroc(p**3 + 1, correct), value)
    assert same(metrics.auroc(-p, correct), 1 - value)


@given(graded(), st.integers(1, 20))
def test_ece_is_the_weighted_gap_of_its_bins(rows, bins):
    p, correct = rows
    n = p.size
    homes = {}
    for value, right in zip(p, correct, strict=True):
        homes.setdefault(int((p < value).sum()) * bins // n, []).append((value, right))
    naive = sum(abs(sum(v for v, _ in b) - sum(r for _, r in b)) for b in homes.values()) / n
    assert metrics.ece(p, correct, bins) == pytest.approx(naive)
    assert 0 <= metrics.ece(p, correct, bins, debiased=True) <= metrics.ece(p, correct, bins) + 1e-12


@given(graded(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_no_figure(rows, random):
    p, correct = rows
    order = list(range(p.size))
    random.shuffle(order)
    for figure in (metrics.auroc, metrics.ece, metrics.aurc, metrics.augrc, metrics.prr, metrics.brier):
        assert same(figure(p, correct), figure(p[order], correct[order]))


def test_debiased_ece_is_nearer_the_truth_when_calibration_is_perfect():
    rng = np.random.default_rng(0)
    p = rng.uniform(size=400)
    draws = [rng.uniform(size=400) < p for _ in range(50)]
    plain = np.mean([metrics.ece(p, y) for y in draws])
    debiased = np.mean([metrics.ece(p, y, debiased=True) for y in draws])
    assert debiased < 0.65 * plain


@given(graded(), st.integers(1, 20))
def test_brier_parts_add_up_to_the_brier_score_of_the_bins(rows, bins):
    p, correct = rows
    parts = metrics.brier_parts(p, correct, bins)
    weight, confidence, share = metrics.reliability_bins(p, correct, bins)
    binned = np.sum(weight * ((confidence - share) ** 2 + share * (1 - share)))
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(binned)
    assert weight.sum() == pytest.approx(1)


@given(graded())
def test_aurc_is_the_mean_over_orders_of_ties(rows):
    p, correct = rows
    rng = np.random.default_rng(0)
    best, worst = (_plain_aurc(p, correct, tie) for tie in (correct, ~correct))
    assert best - 1e-9 <= metrics.aurc(p, correct) <= worst + 1e-9
    distinct = rng.permutation(p.size) / p.size
    assert metrics.aurc(distinct, correct) == pytest.approx(_plain_aurc(distinct, correct, correct))


def _plain_aurc(p, correct, tie_break):
    order = np.lexsort((~np.asarray(tie_break, bool), -p))
    wrong = np.cumsum(~correct[order])
    return float(np.mean(wrong / np.arange(1, p.size + 1)))


@given(graded())
def test_perfect_order_has_no_excess_and_full_rejection_ratio(rows):
    _, correct = rows
    assert metrics.e_aurc(correct.astype(float), correct) == pytest.approx(0)
    ratio = metrics.prr(correct.astype(float), correct)
    assert math.isnan(ratio) or ratio == pytest.approx(1)
    assert metrics.e_aurc(np.zeros(correct.size), correct) >= -1e-12


@given(graded())
def test_rejection_ratio_is_twice_auroc_minus_one(rows):
    p, correct = rows
    assert same(metrics.prr(p, correct), 2 * metrics.auroc(p, correct) - 1)


@given(graded())
def test_curve_ends_at_full_coverage_with_the_base_risk(rows):
    p, correct = rows
    thresholds, cover, risk = metrics.risk_coverage_curve(p, correct)
    assert cover[-1] == pytest.approx(1)
    assert risk[-1] == pytest.approx(1 - correct.mean())
    assert (np.diff(thresholds) < 0).all()
    assert (np.diff(cover) > 0).all()


@pytest.mark.parametrize(("p", "correct"), [([0.5], [1, 0]), ([math.nan], [1]), ([0.5], [2]), ([[0.5]], [[1]])])
def test_unusable_confidences_are_refused(p, correct):
    with pytest.raises(ValueError):
        metrics.brier(p, correct)


@pytest.mark.parametrize("figure", [metrics.auroc, metrics.ece, metrics.brier, metrics.log_loss, metrics.aurc])
def test_figures_of_no_row_are_unknown(figure):
    assert math.isnan(figure([], []))


@given(graded(least=2), st.sampled_from([0.5, 0.8, 0.95, 1.0]))
def test_fpr_at_recall_is_that_of_the_strictest_cut_with_this_recall(rows, recall):
    p, correct = rows
    value = metrics.fpr_at_recall(p, correct, recall)
    if correct.all() or not correct.any():
        assert math.isnan(value)
        return
    cuts = [cut for cut in p if (p[correct] >= cut).mean() >= recall]
    assert value == pytest.approx(float((p[~correct] >= max(cuts)).mean()))


def test_perfect_detection_lets_nothing_pass():
    assert metrics.fpr_at_recall([0.9, 0.8, 0.1], [True, True, False]) == 0.0


def test_apgr_is_that_of_the_definition_on_a_small_example():
    strong, weak = [1, 1, 0, 1], [0, 1, 0, 0]
    assert metrics.apgr([4, 1, 2, 3], strong, weak) == pytest.approx((0 + 0.5 + 1 + 1 + 1 - 0.5) / 4)
    assert math.isnan(metrics.apgr([1, 2], [1, 0], [0, 1]))
    assert math.isnan(metrics.apgr([], [], []))


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), min_size=1, max_size=30))
def test_apgr_of_equal_scores_is_one_half_and_of_reversed_scores_the_rest(rows):
    strong, weak, scores = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    if strong.sum() == weak.sum():
        assert math.isnan(metrics.apgr(scores, strong, weak))
        return
    assert metrics.apgr(np.zeros(len(rows)), strong, weak) == pytest.approx(0.5)
    there, back = metrics.apgr(scores, strong, weak), metrics.apgr(-scores, strong, weak)
    assert there + back == pytest.approx(1.0)
