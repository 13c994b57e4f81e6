"""How good a competence model is on questions that its folds did not see, as plain numbers."""

from __future__ import annotations

import numpy as np

from nescio.competence.fit import Graded
from nescio.competence.model import Competence
from nescio.metrics import auroc, log_loss


def report(table: Graded, model: Competence) -> list[dict[str, str | int | float | None]]:
    """One row an expert: graded answers, share right, AUROC and log loss held out, and the log loss of its rate."""
    rows: list[dict[str, str | int | float | None]] = []
    for number, expert in enumerate(model.experts):
        asked = ~np.isnan(table.right[:, number])
        right, p = table.right[asked, number], model.held_out[asked, number]
        found = {
            "right": float(right.mean()),
            "auroc": auroc(p, right),
            "log_loss": log_loss(p, right),
            "log_loss_of_rate": log_loss(np.full(right.size, right.mean()), right),
        }
        known = {name: None if np.isnan(value) else round(value, 4) for name, value in found.items()}
        rows.append({"expert": expert, "graded": int(asked.sum()), **known})
    return rows
