"""A calibration on disk: ``calibration.json`` and ``rows.npz``. Writing, reading, and whether it still fits its expert.

No text of any question is kept, and nothing in it is ever unpickled.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nescio.calibration.fingerprint import Fingerprint, in_words
from nescio.calibration.fit import MINIMUM, Fitted, Pool
from nescio.calibration.lift import Lift
from nescio.calibration.model import COMPETENCE, Calibration, Floats, Line, Stage
from nescio.calibration.rows import Table
from nescio.calibration.venn_abers import VennAbers
from nescio.errors import ArtefactError
from nescio.observe import log
from nescio.risk import Sample
from nescio.types import Card

FORMAT = 1
DOCUMENT, ROWS = "calibration.json", "rows.npz"
_REFIT = "nescio calibrate --expert {}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an expert has no usable calibration.

    Attributes:
        expert: Whose.
        message: What is missing or has changed, in words.
        changed: The parts of its fingerprint that differ, if that is why.
    """

    expert: str
    message: str
    changed: tuple[str, ...] = ()

    @property
    def hint(self) -> str:
        """The next step."""
        return _REFIT.format(self.expert)


def save_calibration(
    folder: Path,
    fitted: Fitted,
    fitted_on: str,
    date: str,
    fingerprint: Fingerprint,
    exemplars: int = 0,
    competence: str | None = None,
    unlifted: Floats | None = None,
) -> None:
    """Write `fitted` into `folder`; a reader sees the old artefact or the new one.

    Args:
        folder: Made if it is missing.
        fitted: What was fitted.
        fitted_on: The data, in words.
        date: ISO date.
        fingerprint: Of the expert as it was when it was asked.
        exemplars: How many the index held then; its growth is a reason to refit, not a reason not to use.
        competence: Digest of the competence model whose p_expert is among the features; None without one.
        unlifted: The p of its rows before what logged grades add, where they add something.

    Raises:
        ArtefactError: The folder cannot be written.
    """
    found = fitted.calibration
    document = {
        "format": FORMAT,
        "expert": found.expert,
        "status": found.status,
        "date": date,
        "fitted_on": fitted_on,
        "exemplars": exemplars,
        "features": list(found.features),
        "fingerprint": dict(fingerprint.parts),
        "line": asdict(found.line),
        "stage": asdict(found.stage),
        "floor": found.floor,
        "ceiling": found.ceiling,
        "asked": found.asked,
        "passed": [round(p, 6) for p in found.passed],
        "report": dict(fitted.report),
    }
    if competence is not None:
        alike = {"expected": [round(x, 6) for x in found.expected], "reached": [round(p, 6) for p in found.reached]}
        document |= {"competence": competence, **alike}
    if found.lift is not None:
        document["lift"] = asdict(found.lift)
    rows, p = fitted.rows, fitted.p if unlifted is None else unlifted
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f".{ROWS}").open("wb") as file:
            np.savez_compressed(file, x=rows.x, y=rows.y, role=rows.role, key=rows.key, cluster=rows.cluster, p=p)
        (folder / f".{DOCUMENT}").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        for name in (ROWS, DOCUMENT):
            (folder / f".{name}").replace(folder / name)
    except OSError as error:
        raise ArtefactError(f"{folder}: {error.strerror}", hint="free some room, or check its permissions") from error


def read_calibration(folder: Path) -> tuple[Calibration, Mapping[str, Any]]:
    """The calibration in `folder` and its whole document.

    Raises:
        ArtefactError: It is missing, damaged, or of a later format.
    """
    path = folder / DOCUMENT
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtefactError(f"{folder} holds no {DOCUMENT}", hint="nescio calibrate makes one") from None
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{path} cannot be read: {error}", hint="fit it again with nescio calibrate") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ArtefactError(f"{path} is not of format {FORMAT}", hint="fit it again with this version of nescio")
    try:
        return _calibration(document), document
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"{path} is damaged: {error!r}", hint="fit it again with nescio calibrate") from error


def read_pool(folder: Path) -> Pool:
    """The ``fit`` rows of the artefact in `folder`, for another expert's pooled calibration.

    Raises:
        ArtefactError: It is missing or damaged.
    """
    calibration, _ = read_calibration(folder)
    found = Table(*_arrays(folder, "x", "y", "role", "key", "cluster"))
    if found.x.ndim != 2 or found.x.shape != (found.y.size, len(calibration.features) + 1):
        raise ArtefactError(f"{folder / ROWS} does not fit {DOCUMENT}", hint="fit it again with nescio calibrate")
    return Pool(calibration.features, found.of("fit"))


def read_rows(folder: Path) -> tuple[Table, Floats]:
    """Every row of the artefact in `folder`, and its p before what logged grades add.

    Raises:
        ArtefactError: It is missing or damaged.
    """
    *parts, p = _arrays(folder, "x", "y", "role", "key", "cluster", "p")
    return Table(*parts), p


def read_sample(folder: Path, fitted_on: str, calibration: Calibration | None = None) -> Sample:
    """What the artefact in `folder` knows of questions that its folds had not seen: the ``fit`` rows, one a cluster.

    With `calibration`, p is as that says with what logged grades add.
    A row that has an answer and no grade says nothing and is left out; one without an answer is an abstention.

    Raises:
        ArtefactError: It is missing or damaged.
    """
    x, y, role, cluster, p = _arrays(folder, "x", "y", "role", "cluster", "p")
    if x.ndim != 2 or any(len(part) != len(x) for part in (y, role, cluster, p)):
        raise ArtefactError(f"{folder / ROWS} is damaged", hint="fit it again with nescio calibrate")
    p = p if calibration is None else calibration.lifted(p)
    known = np.flatnonzero((role == "fit") & ~(np.isnan(y) & ~np.isnan(x).any(axis=1)))
    kept = known[np.sort(np.unique(cluster[known], return_index=True)[1])]
    told = f"{kept.size} questions, out of fold, of the {fitted_on}"
    return Sample(tuple(p[kept].tolist()), tuple((y[kept] == 0).tolist()), told)


def _arrays(folder: Path, *names: str) -> tuple[Any, ...]:
    try:
        with np.load(folder / ROWS, allow_pickle=False) as rows:
            return tuple(rows[name] for name in names)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ArtefactError(
            f"{folder / ROWS} is damaged: {error}", hint="fit it again with nescio calibrate"
        ) from error


def load_calibration(
    folders: Iterable[Path], card: Card, fingerprint: Fingerprint, competence: str | None = None
) -> Calibration | Problem:
    """The first calibration in `folders` that fits the expert as it is now, or why there is none.

    Args:
        folders: Where to look, in order: the machine's own fit, then the one beside the card.
        card: The expert.
        fingerprint: Of the expert now.
        competence: Digest of the competence model in force; a calibration fitted without one fits all the same.
    """
    problems: list[Problem] = []
    for folder in folders:
        if not (folder / DOCUMENT).is_file():
            continue
        try:
            calibration, document = read_calibration(folder)
        except ArtefactError as error:
            problems.append(Problem(card.name, error.message))
            continue
        changed = fingerprint.changed(document["fingerprint"])
        fitted_with = document.get("competence")
        if fitted_with not in (None, competence):
            changed = (*changed, "competence")
        read = card.features if fitted_with is None else (*card.features, COMPETENCE)
        if calibration.features != read and "card" not in changed:
            changed = ("card", *changed)
        if not changed:
            mark = "+".join(one for one in (fingerprint.digest, fitted_with) if one is not None)
            return _with_rows(replace(calibration, mark=mark), folder, document)
        message = f"{card.name} has changed since it was calibrated on {document['date']}: {in_words(changed)}"
        problems.append(Problem(card.name, message, changed))
    return problems[0] if problems else Problem(card.name, f"{card.name} has not been calibrated")


def _with_rows(calibration: Calibration, folder: Path, document: Mapping[str, Any]) -> Calibration:
    """`calibration` with what it was fitted on; without that it serves, but vouches for no bound and no interval."""
    since = (folder / DOCUMENT).stat().st_mtime
    try:
        sample = read_sample(folder, str(document["fitted_on"]), calibration)
        rows = read_pool(folder).rows
    except ArtefactError as error:
        log.warning("no bound can be vouched for", expert=calibration.expert, error=error.message)
        return replace(calibration, since=since)
    graded = _intervals(sample) if calibration.status == "own" else None
    return replace(calibration, sample=sample, graded=graded, seen=rows.x[rows.graded], since=since)


def _intervals(sample: Sample) -> VennAbers | None:
    p, wrong = np.array(sample.p, dtype=float), np.array(sample.wrong, dtype=float)
    known = ~np.isnan(p)
    return VennAbers.of(p[known], 1.0 - wrong[known]) if known.sum() >= MINIMUM else None


def _calibration(document: Mapping[str, Any]) -> Calibration:
    drawn = {name: _floats(document["line"][name]) for name in ("mean", "scale", "low", "high", "weights")}
    line = Line(**drawn, intercept=_floats([document["line"]["intercept"]])[0])
    stage = Stage(document["stage"]["kind"], _floats(document["stage"]["x"]), _floats(document["stage"]["y"]))
    features = tuple(str(name) for name in document["features"])
    widths = {len(part) for part in (line.mean, line.scale, line.low, line.high, line.weights)}
    if widths != {len(features) + 1} or document["status"] not in ("own", "pooled"):
        raise ValueError("the parts do not fit each other")
    if stage.kind not in ("none", "beta", "isotonic") or not 0 < document["floor"] <= document["ceiling"] < 1:
        raise ValueError("the bounds of p are not within (0, 1)")
    if not isinstance(document["fingerprint"], dict) or not isinstance(document["date"], str):
        raise ValueError("the fingerprint or the date is missing")
    return Calibration(
        expert=str(document["expert"]),
        status=document["status"],
        features=features,
        line=line,
        stage=stage,
        floor=float(document["floor"]),
        ceiling=float(document["ceiling"]),
        passed=tuple(sorted(_floats(document["passed"]))),
        asked=int(document["asked"]),
        expected=_floats(document.get("expected", ())),
        reached=_floats(document.get("reached", ())),
        lift=_lift(document.get("lift")),
    )


def _lift(found: Mapping[str, Any] | None) -> Lift | None:
    if found is None:
        return None
    above, slope = _floats([found["above"], found["slope"]])
    if not 0 < above < 1 or not slope > 0:
        raise ValueError("what logged grades add is not monotone")
    return Lift(above, slope)


def _floats(values: Iterable[Any]) -> tuple[float, ...]:
    found = tuple(float(value) for value in values)
    if not all(map(math.isfinite, found)):
        raise ValueError("a number is not finite")
    return found
