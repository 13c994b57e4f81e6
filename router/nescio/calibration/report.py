"""How good a calibration is, as plain numbers for the artefact and for people."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nescio import metrics
from nescio.calibration.model import Floats
from nescio.calibration.rows import Table
from nescio.intervals import wilson

TARGETS = (0.5, 0.75, 0.9)


def figures(rows: Table, p: Floats) -> dict[str, Any]:
    """Counts, calibration and discrimination of `p`, and what each target would give; unknown figures are None.

    Args:
        rows: What was asked; a row without a grade is an abstention of the expert's own.
        p: (n,) out-of-fold or held-out p; NaN where there was no graded answer.
    """
    graded = ~np.isnan(p)
    p_graded, right = p[graded], rows.y[graded]
    low, high = wilson(int(right.sum()), int(right.size))
    return {
        "asked": int(rows.y.size),
        "graded": int(right.size),
        "right": int(right.sum()),
        "accuracy_interval": [round(low, 4), round(high, 4)],
        "mean_p": _known(float(p_graded.mean()) if right.size else math.nan),
        "ece": _known(metrics.ece(p_graded, right)),
        "ece_debiased": _known(metrics.ece(p_graded, right, debiased=True)),
        "brier": _known(metrics.brier(p_graded, right)),
        "log_loss": _known(metrics.log_loss(p_graded, right)),
        "auroc": _known(metrics.auroc(p_graded, right)),
        "aurc": _known(metrics.aurc(p_graded, right)),
        "at_target": {str(target): _at(p, rows.y, target) for target in TARGETS},
        "reliability": [
            [round(float(v), 4) for v in bin_]
            for bin_ in zip(*metrics.reliability_bins(p_graded, right, 10), strict=True)
        ],
    }


def _at(p: Floats, y: Floats, target: float) -> dict[str, float | None]:
    outcomes = metrics.outcomes_at(p, np.nan_to_num(y), target)
    return {
        "coverage": _known(metrics.coverage(outcomes)),
        "selective_risk": _known(metrics.selective_risk(outcomes)),
        "hallucination_rate": _known(metrics.hallucination_rate(outcomes)),
        "score": _known(metrics.score_at_target(outcomes, target)),
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
