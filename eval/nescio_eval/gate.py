"""The monolith's own gate: a calibrator fitted on the monolith's own graded answers to questions of role ``fit``.

The same machinery and the same features as for any expert, so that the comparison with the router is one of routing and
not of gates. It asks no model: it reads a run.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nescio.card import PROMPT_FEATURES
from nescio.errors import ArtefactError, DataError
from nescio_eval.arms import ROUTELESS, Outcome
from nescio_eval.datasets.question import Question
from nescio_eval.grades import graded_run
from nescio_eval.judge import abstains
from nescio_eval.records import Generation
from nescio_eval.run import read_manifest
from nescio_eval.systems import MONOLITH, monolith_card

if TYPE_CHECKING:
    from nescio.calibration import Calibration, Fitted

FOLDER = "gate"


def fit_gate(run: Path, out: Path, *, system: str = MONOLITH, date: str) -> Fitted:
    """Fit the gate of `system` on the graded run in `run` and write it to `out`.

    Raises:
        DataError: The run is not of role ``fit``, or has no graded answer of that system.
    """
    from nescio.calibration import fingerprint, fit_calibration, save_calibration

    manifest = read_manifest(run)
    if manifest["plan"]["role"] != "fit":
        raise DataError(f"{run} was run on test questions", hint="fit a gate on: nescio eval run --role fit")
    graded = graded_run(run)
    rows = [
        _row(q, graded.generations[key], graded.grades.get(key))
        for q in graded.questions
        if (key := (system, q.id)) in graded.generations and not graded.generations[key].fault
    ]
    fitted = fit_calibration(system, PROMPT_FEATURES, rows)
    if fitted is None:
        raise DataError(f"{run} holds no graded answer of {system}", hint="see its generations.jsonl for faults")
    about = manifest["systems"].get(system, {})
    weights = str(about.get("fingerprint") or about.get("model") or "")
    label = f"{manifest['plan']['suite']}, seed {manifest['plan']['seed']}, {len(rows)} questions of role fit"
    save_calibration(out, fitted, label, date, fingerprint(monolith_card(), "none", weights))
    return fitted


def read_gate(folder: Path) -> Calibration:
    """The gate that `fit_gate` wrote to `folder`.

    Raises:
        ArtefactError: There is none, or it is damaged.
    """
    from nescio.calibration import read_calibration

    try:
        return read_calibration(folder)[0]
    except ArtefactError as error:
        raise ArtefactError(error.message, hint="nescio eval gate makes one") from error


def load_gate(run: Path) -> Calibration | None:
    """The gate in a run's folder; None if it has none.

    Raises:
        ArtefactError: It is damaged.
    """
    place = run / FOLDER
    return read_gate(place) if place.is_dir() else None


def attach_gate(run: Path, gate: Path) -> None:
    """Copy the gate in `gate` into the run's folder, so that the run stays whole.

    Raises:
        ArtefactError: `gate` holds no calibration.
    """
    read_gate(gate)
    if gate.resolve() != (run / FOLDER).resolve():
        shutil.copytree(gate, run / FOLDER, dirs_exist_ok=True)


def _row(question: Question, generation: Generation, outcome: Outcome | None) -> Any:
    from nescio.calibration.rows import GradedRow, hashed

    given = generation.own is None and bool(generation.text) and not abstains(generation.text)
    right = None if not given or outcome not in ("correct", "incorrect") else outcome == "correct"
    return GradedRow(
        key=hashed(question.question or question.id),
        right=right,
        p_route=ROUTELESS,
        features=generation.features if given else {},
        role="fit",
        cluster=question.cluster,
    )
