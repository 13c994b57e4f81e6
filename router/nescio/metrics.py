"""Every figure that nescio reports about answers, each a pure function with its formula and its source.

Two kinds of input. *Outcomes* are words, one a question: ``correct``, ``incorrect``, ``abstained`` or ``ungraded``;
ungraded ones never count. *Confidences* come as two arrays of one length: `p` in [0, 1], and `correct`, whether that
answer was right. What cannot be computed (no row, one class only) is NaN, never a made-up number. It grades nothing,
compares no systems, and gives no intervals; `intervals` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
OUTCOMES = ("correct", "incorrect", "abstained", "ungraded")
LOG_CLIP = 1e-12


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions ended in each outcome."""

    correct: int = 0
    incorrect: int = 0
    abstained: int = 0
    ungraded: int = 0

    @property
    def graded(self) -> int:
        """Correct, incorrect and abstained together: what every rate but selective risk is a share of."""
        return self.correct + self.incorrect + self.abstained

    @property
    def answered(self) -> int:
        """Correct and incorrect together."""
        return self.correct + self.incorrect


def count(outcomes: Sequence[str]) -> Counts:
    """Count `outcomes`.

    Raises:
        ValueError: A word is not one of `OUTCOMES`.
    """
    found = dict.fromkeys(OUTCOMES, 0)
    for outcome in outcomes:
        if outcome not in found:
            raise ValueError(f"{outcome!r} is not an outcome; expected one of {', '.join(OUTCOMES)}")
        found[outcome] += 1
    return Counts(**found)


def hallucination_rate(outcomes: Sequence[str]) -> float:
    """Incorrect / graded: wrong answers given, of all graded questions, abstentions included."""
    counts = count(outcomes)
    return _ratio(counts.incorrect, counts.graded)


def abstention_rate(outcomes: Sequence[str]) -> float:
    """Abstained / graded."""
    counts = count(outcomes)
    return _ratio(counts.abstained, counts.graded)


def accuracy(outcomes: Sequence[str]) -> float:
    """Correct / graded."""
    counts = count(outcomes)
    return _ratio(counts.correct, counts.graded)


def coverage(outcomes: Sequence[str]) -> float:
    """(correct + incorrect) / graded. El-Yaniv and Wiener, JMLR 11 (2010), definition 2."""
    counts = count(outcomes)
    return _ratio(counts.answered, counts.graded)


def selective_risk(outcomes: Sequence[str]) -> float:
    """Incorrect / (correct + incorrect); NaN if none was answered. El-Yaniv and Wiener, JMLR 11 (2010)."""
    counts = count(outcomes)
    return _ratio(counts.incorrect, counts.answered)


def score_at_target(outcomes: Sequence[str], target: float) -> float:
    """S_t, the mean over graded questions of: right +1, abstained 0, wrong −t / (1 − t).

    Kalai et al., "Why Language Models Hallucinate" (2025), section 4.2. Under it answering pays iff P(right) > t.

    Raises:
        ValueError: `target` is not in [0, 1).
    """
    if not 0.0 <= target < 1.0:
        raise ValueError(f"target {target} is not in [0, 1)")
    counts = count(outcomes)
    return _ratio(counts.correct - counts.incorrect * target / (1.0 - target), counts.graded)


def outcomes_at(p: ArrayLike, correct: ArrayLike, target: float) -> tuple[str, ...]:
    """The outcomes of answering exactly where p > `target`; a NaN p abstains."""
    values, right = np.asarray(p, dtype=float), np.asarray(correct, dtype=bool)
    if values.shape != right.shape:
        raise ValueError(f"{values.shape[0]} confidences, {right.shape[0]} grades")
    words = np.where(values > target, np.where(right, "correct", "incorrect"), "abstained")
    return tuple(words.tolist())


def auroc(p: ArrayLike, correct: ArrayLike) -> float:
    """P(a right answer's p > a wrong one's) + ½ P(equal): Mann-Whitney U over n₁n₀. NaN with one class.

    Hanley and McNeil, Radiology 143 (1982).
    """
    values, right = _pair(p, correct)
    positives = int(right.sum())
    negatives = right.size - positives
    if not positives or not negatives:
        return math.nan
    _, inverse, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(sizes) - (sizes - 1) / 2.0
    u = ranks[inverse][right > 0].sum() - positives * (positives + 1) / 2.0
    return float(u / (positives * negatives))


def fpr_at_recall(p: ArrayLike, correct: ArrayLike, recall: float = 0.95) -> float:
    """Share of the wrong ones that pass the strictest cut which at least `recall` of the right ones pass.

    "FPR at 95 % TPR" of Hendrycks and Gimpel's line of work on detection (Liang, Li and Srikant, ICLR 2018, section 4);
    here p ≥ cut passes. NaN with one class.
    """
    values, right = _pair(p, correct)
    passing, failing = np.sort(values[right > 0])[::-1], values[right == 0]
    if not passing.size or not failing.size:
        return math.nan
    cut = passing[max(math.ceil(recall * passing.size - 1e-9), 1) - 1]
    return float(np.mean(failing >= cut))


def brier(p: ArrayLike, correct: ArrayLike) -> float:
    """Mean of (p − y)², y = 1 if right. Brier, Monthly Weather Review 78 (1950)."""
    values, right = _pair(p, correct)
    return float(np.mean((values - right) ** 2)) if right.size else math.nan


@dataclass(frozen=True, slots=True)
class BrierParts:
    """Murphy's decomposition of the binned Brier score: reliability − resolution + uncertainty."""

    reliability: float
    resolution: float
    uncertainty: float


def brier_parts(p: ArrayLike, correct: ArrayLike, bins: int = 15) -> BrierParts:
    """Reliability Σ w(p̄ − ȳ)², resolution Σ w(ȳ − Y)², uncertainty Y(1 − Y), over equal-mass bins of weight w.

    Murphy, Journal of Applied Meteorology 12 (1973). The three add up to the Brier score of the binned forecasts.
    """
    values, right = _pair(p, correct)
    if not right.size:
        return BrierParts(math.nan, math.nan, math.nan)
    weight, confidence, share = reliability_bins(values, right, bins)
    base = float(right.mean())
    reliability = float(np.sum(weight * (confidence - share) ** 2))
    return BrierParts(reliability, float(np.sum(weight * (share - base) ** 2)), base * (1.0 - base))


def log_loss(p: ArrayLike, correct: ArrayLike) -> float:
    """Mean of −ln p where right and −ln(1 − p) where wrong, p clipped to [1e-12, 1 − 1e-12]. Good (1952)."""
    values, right = _pair(p, correct)
    if not right.size:
        return math.nan
    values = np.clip(values, LOG_CLIP, 1.0 - LOG_CLIP)
    return float(-np.mean(right * np.log(values) + (1.0 - right) * np.log1p(-values)))


def reliability_bins(p: ArrayLike, correct: ArrayLike, bins: int = 15) -> tuple[Floats, Floats, Floats]:
    """Equal-mass bins of `p`: each bin's weight, mean p and share right, by rising p. Equal p never part company.

    Returns:
        Three arrays of one length, at most `bins`; the weights add up to 1.
    """
    values, right = _pair(p, correct)
    if not right.size:
        empty = np.empty(0)
        return empty, empty, empty
    first = np.searchsorted(np.sort(values), values, side="left")
    _, home = np.unique(first * bins // values.size, return_inverse=True)
    sizes = np.bincount(home).astype(float)
    return sizes / values.size, np.bincount(home, values) / sizes, np.bincount(home, right) / sizes


def ece(p: ArrayLike, correct: ArrayLike, bins: int = 15, *, debiased: bool = False) -> float:
    """Expected calibration error Σ w |p̄ − ȳ| over equal-mass bins of weight w.

    Naeini et al., AAAI 2015; equal mass after Nixon et al., 2019. The plug-in value is too large, since ȳ is noisy even
    where calibration is perfect. `debiased` subtracts the excess that a normal ȳ with variance ȳ(1 − ȳ)/n would cause,
    in closed form by the mean of a folded normal (the limit of the resampling in Kumar, Liang and Ma, NeurIPS 2019,
    section 5), and stops at 0.
    """
    values, right = _pair(p, correct)
    if not right.size:
        return math.nan
    weight, confidence, share = reliability_bins(values, right, bins)
    gap = np.abs(confidence - share)
    plain = float(np.sum(weight * gap))
    if not debiased:
        return plain
    spread = np.sqrt(share * (1.0 - share) / (weight * right.size))
    noisy = np.array([_folded_mean(float(g), float(s)) for g, s in zip(gap, spread, strict=True)])
    return max(0.0, plain - float(np.sum(weight * (noisy - gap))))


def risk_coverage_curve(p: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Selective risk at each coverage that a threshold on `p` can reach.

    Returns:
        Thresholds (each distinct p, falling; answered are p ≥ threshold), coverages and selective risks.
    """
    values, right = _pair(p, correct)
    thresholds, sizes, errors = _tied(values, right)
    answered = np.cumsum(sizes)
    return thresholds, answered / max(1, right.size), np.cumsum(errors) / np.maximum(answered, 1)


def aurc(p: ArrayLike, correct: ArrayLike) -> float:
    """Area under the risk-coverage curve: mean over k = 1…n of the selective risk of the k most confident answers.

    Geifman, Uziel and El-Yaniv, ICLR 2019. Answers of equal p count in the mean of all their orders.
    """
    values, right = _pair(p, correct)
    if not right.size:
        return math.nan
    return float(np.mean(_cumulated_errors(values, right) / np.arange(1, right.size + 1)))


def e_aurc(p: ArrayLike, correct: ArrayLike) -> float:
    """AURC minus that of a perfect order of the same answers. Geifman, Uziel and El-Yaniv, ICLR 2019."""
    _, right = _pair(p, correct)
    return aurc(p, correct) - aurc(right, right)


def augrc(p: ArrayLike, correct: ArrayLike) -> float:
    """Mean over k = 1…n of (wrong among the k most confident) / n. Traub et al., NeurIPS 2024."""
    values, right = _pair(p, correct)
    return float(np.mean(_cumulated_errors(values, right)) / right.size) if right.size else math.nan


def prr(p: ArrayLike, correct: ArrayLike) -> float:
    """Prediction rejection ratio: (A_random − A_p) / (A_random − A_perfect), A the area of wrong answers left.

    Malinin and Gales, ICLR 2021, section 4: 1 for a perfect order, 0 for a random one; NaN with one class.
    """
    _, right = _pair(p, correct)
    if not right.size or right.min() == right.max():
        return math.nan
    chance = augrc(np.zeros(right.size), right)
    return float((chance - augrc(p, correct)) / (chance - augrc(right, right)))


def apgr(scores: ArrayLike, strong: ArrayLike, weak: ArrayLike) -> float:
    """Average performance gap recovered of sending the queries of highest score to the strong model.

    PGR(c) = (r(router at c) − r(weak)) / (r(strong) − r(weak)), r the share of right answers and c the share of queries
    that the strong model gets; APGR = ∫ PGR dc over [0, 1], here over every c that n queries allow. Ong et al.,
    "RouteLLM" (2024), section 2. .5 for random scores; equal ones count in the mean of their orders; NaN where both
    models are as good. All arguments (n,): a score, and whether the strong and the weak model are right.
    """
    gain = np.asarray(strong, dtype=float) - np.asarray(weak, dtype=float)
    if not gain.size or not gain.sum():
        return math.nan
    _, home, sizes = np.unique(-np.asarray(scores, dtype=float), return_inverse=True, return_counts=True)
    recovered = np.cumsum(np.repeat(np.bincount(home, gain) / sizes, sizes))
    return float((recovered.sum() - recovered[-1] / 2.0) / gain.size / gain.sum())


def _pair(p: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats]:
    values, right = np.asarray(p, dtype=float), np.asarray(correct, dtype=float)
    if values.ndim != 1 or values.shape != right.shape:
        raise ValueError(f"confidences {values.shape} and grades {right.shape} must be flat and of one length")
    if not np.isfinite(values).all() or not np.isin(right, (0.0, 1.0)).all():
        raise ValueError("confidences must be finite and grades 0 or 1")
    return values, right


def _tied(values: Floats, right: Floats) -> tuple[Floats, Floats, Floats]:
    """Distinct values, falling; how many answers have each, and how many of those are wrong."""
    distinct, home = np.unique(-values, return_inverse=True)
    sizes = np.bincount(home, minlength=distinct.size).astype(float)
    errors = np.bincount(home, 1.0 - right, minlength=distinct.size).astype(float)
    return -distinct, sizes, errors


def _cumulated_errors(values: Floats, right: Floats) -> Floats:
    """Expected number of wrong answers among the k most confident, k = 1…n, ties in random order."""
    _, sizes, errors = _tied(values, right)
    return np.cumsum(np.repeat(errors / sizes, sizes.astype(int)))


def _folded_mean(mean: float, spread: float) -> float:
    """E|X| of a normal X; `mean` itself if it has no spread."""
    if spread == 0.0:
        return mean
    z = mean / spread
    return spread * math.sqrt(2.0 / math.pi) * math.exp(-z * z / 2.0) + mean * math.erf(z / math.sqrt(2.0))


def _ratio(part: float, whole: int) -> float:
    return part / whole if whole else math.nan
