"""Fits a calibration further on grades of the outcome log: of answers that were given, by people. Nobody is asked.

The line and all below the targets that the answers were shown at stay as they are (`nescio.calibration.lift`), and so
do the rows that bounds and intervals are read off: grades of what was given are no fair sample of what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nescio.assembly import calibration_folders
from nescio.calibrating import Desk
from nescio.calibration import MINIMUM, Calibration, Fitted, GradedRow, load_calibration, read_calibration
from nescio.calibration.artefact import read_rows, save_calibration
from nescio.calibration.fit import folds
from nescio.calibration.lift import Lift, fit_lift
from nescio.calibration.model import Floats, with_competence
from nescio.calibration.report import figures
from nescio.calibration.rows import Table, table
from nescio.errors import DataError

if TYPE_CHECKING:
    from nescio.store import LoggedRow


@dataclass(frozen=True, slots=True)
class Relearnt:
    """What the log's grades came to.

    Attributes:
        fitted: The calibration with them; None where it is no better on answers that it had not seen.
        told: Counts and mean log losses, before and, out of fold, after.
    """

    fitted: Fitted | None
    told: Mapping[str, Any]


def relearn(
    desk: Desk,
    expert: str,
    logged: Sequence[LoggedRow],
    *,
    today: str,
    out: Path | None = None,
    competence: str | None = None,
) -> Relearnt:
    """Fit the calibration in force of `expert` further, and write it where that makes it better.

    Args:
        desk: The engine.
        expert: Whose.
        logged: Rows of the outcome log; those of role ``test`` are never read.
        today: ISO date for the artefact.
        out: Folder of the artefact; by default the machine's own.
        competence: Digest of the competence model in force.

    Raises:
        DataError: No calibration fits it, or fewer than `MINIMUM` grades can be used; says what became of the others.
        ArtefactError: The artefact cannot be read or written.
    """
    folder, calibration = _in_force(desk, expert, competence)
    _, document = read_calibration(folder)
    base = replace(calibration, lift=None)
    rows, p_known = read_rows(folder)
    graded = [one for one in logged if one.expert == expert and one.grade is not None and one.role != "test"]
    alike = [one for one in graded if one.mark == calibration.mark]
    new = [one for one in alike if not np.isin(one.key, [rows.key, rows.cluster])]
    above = max(min((one.confidence_target for one in new), default=0.0), base.floor)
    data = _table(new, expert, calibration)
    usable = data.take(data.graded)
    p = base.p_rows(usable.x)
    usable, p = usable.take(p > above), p[p > above]
    told = {
        "grades": len(graded),
        "of another state": len(graded) - len(alike),
        "of known questions": len(alike) - len(new),
        "duplicates": data.duplicates,
        "conflicts": data.conflicts,
        "used": int(p.size),
        "above": above,
    }
    if p.size < MINIMUM:
        counts = ", ".join(f"{name} {count}" for name, count in told.items() if name != "above")
        hint = "grades come from POST /v1/feedback; only those of the expert as it is now count"
        raise DataError(f"the outcome log has too few grades of {expert}: {MINIMUM} are needed ({counts})", hint=hint)
    gain, told = _gain(usable, p, above, told)
    if not gain:
        return Relearnt(None, told)
    lift = fit_lift(p, usable.y, above)
    fitted = _lifted(base, lift, rows, p_known, {**document["report"], "log": {**told, "slope": round(lift.slope, 4)}})
    mark = desk.fingerprint_of(expert)
    target = out or desk.settings.calibration_dir / expert
    save_calibration(
        target, fitted, document["fitted_on"], today, mark, document["exemplars"], document.get("competence"), p_known
    )
    return Relearnt(fitted, fitted.report["log"])


def _in_force(desk: Desk, expert: str, competence: str | None) -> tuple[Path, Calibration]:
    card, mark = desk.experts[expert].card, desk.fingerprint_of(expert)
    for folder in calibration_folders(desk.settings, card):
        found = load_calibration([folder], card, mark, competence)
        if isinstance(found, Calibration):
            return folder, found
    raise DataError(
        f"no calibration fits {expert} as it is, and the log adds to one", hint=f"nescio calibrate --expert {expert}"
    )


def _table(logged: Sequence[LoggedRow], expert: str, calibration: Calibration) -> Table:
    found = []
    for one in logged:
        p_expert = next((known.p_expert for known in one.candidates if known.expert == expert), float("nan"))
        features = with_competence(one.features, p_expert)
        found.append(GradedRow(one.key, one.grade == "right", one.p_route, features, "fit", one.key))
    return table(found, calibration.features)


def _gain(rows: Table, p: Floats, above: float, told: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether a lift is better, by more than its standard error, on answers that it was not fitted on."""
    lifted = np.empty(p.size)
    for held in folds(rows.y, rows.cluster):
        lifted[held] = fit_lift(p[~held], rows.y[~held], above).p(p[held])
    before, after = (-np.log(np.where(rows.y > 0, one, 1.0 - one)) for one in (p, lifted))
    gain = before - after
    losses = {"log_loss_before": round(float(before.mean()), 6), "log_loss_after": round(float(after.mean()), 6)}
    return bool(gain.mean() > gain.std() / np.sqrt(p.size)), {**told, **losses}


def _lifted(base: Calibration, lift: Lift, rows: Table, p_known: Floats, report: dict[str, Any]) -> Fitted:
    """`base` under `lift`, with the figures of the rows that it was fitted and tested on."""
    raised = replace(base, lift=lift)
    p = raised.lifted(p_known)
    passed = np.sort(p[rows.graded & (rows.role == "fit")])
    calibration = replace(
        raised, passed=tuple(passed.tolist()), reached=tuple(raised.lifted(np.array(base.reached)).tolist())
    )
    measured = {role: figures(rows.of(role), p[rows.role == role]) for role in ("fit", "test")}
    return Fitted(calibration, rows, p, {**report, **measured})
