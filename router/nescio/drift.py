"""Whether an expert's p still means what it says, and whether its questions are still those it was calibrated on. Pure.

*Outcomes*: an e-detector (Shin, Ramdas and Rinaldo, "E-detectors", 2023, the Shiryaev-Roberts form). Each answer
multiplies the evidence by how much likelier its grade is where the log-odds of p are `SHIFTS` too high. While p is the
chance of being right, or less than that, the chance of an alarm within n answers is at most n / `LIMIT`, however often
one looks. An answer that nobody graded counts as right, which can only lower the evidence: people who grade nothing but
what annoys them raise no false alarm.

*Features*: the Kolmogorov-Smirnov distance of each feature from the rows of calibration. That questions are other ones
does not make p wrong, so this is told and has no consequence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nescio.calibration.model import Calibration, Floats
from nescio.evidence import feature_vector

if TYPE_CHECKING:
    from nescio.store import LoggedRow

SHIFTS = (0.5, 1.0, 2.0)
"""By how much the log-odds of p may be too high; the evidence is the mean over these."""

LIMIT = 1e5
"""Evidence at which p is no longer believed: in 1,000 answers it is reached without cause once in a hundred times."""

LEAST = 50
"""Questions from which on their features are compared."""

_NEARLY = 1e-6
_CEILING = 1e30


@dataclass(frozen=True, slots=True)
class Drift:
    """How one expert fares since it was calibrated.

    Attributes:
        expert: Whose.
        answers: Answers given since then, with a p.
        wrong: How many of them were graded wrong.
        promised: How many wrong ones their p promised.
        evidence: The greatest that the e-detector reached.
        shift: Largest distance of a feature from calibration, in [0, 1]; NaN where too few questions came.
        feature: Its name; "" where it is not known.
    """

    expert: str
    answers: int
    wrong: int
    promised: float
    evidence: float
    shift: float = math.nan
    feature: str = ""

    @property
    def drifted(self) -> bool:
        """Whether p is no longer believed."""
        return self.evidence >= LIMIT

    @property
    def message(self) -> str:
        """Why, in words."""
        found = f"{self.wrong} of {self.answers} answers were graded wrong, where its p promised {self.promised:.1f}"
        return f"the p of {self.expert} no longer means what it says: {found}"


def drift_of(calibration: Calibration, rows: Iterable[LoggedRow]) -> Drift:
    """How the expert of `calibration` fares on `rows`: its live questions since then, oldest first."""
    made = [row for row in rows if row.generated]
    given = [row for row in made if row.decision == "answered" and not math.isnan(row.p)]
    wrong = [row.grade == "wrong" for row in given]
    found, feature = math.nan, ""
    if calibration.seen is not None and made:
        names = (*calibration.features, "route")
        live = np.array([feature_vector(row.features, calibration.features, row.p_route) for row in made])
        moved = np.nan_to_num(shifts(live, calibration.seen), nan=-1.0)
        place = int(moved.argmax())
        found, feature = (float(moved[place]), names[place]) if moved[place] >= 0 else (math.nan, "")
    return Drift(
        expert=calibration.expert,
        answers=len(given),
        wrong=sum(wrong),
        promised=math.fsum(1.0 - row.p for row in given),
        evidence=evidence([row.p for row in given], wrong),
        shift=found,
        feature=feature,
    )


def evidence(p: Sequence[float], wrong: Iterable[bool]) -> float:
    """The greatest evidence, over all answers so far in order, that they are wrong more often than `p` says.

    Args:
        p: (n,) confidence of each answer, without NaN.
        wrong: (n,) whether it was graded wrong.
    """
    sums, greatest = [0.0] * len(SHIFTS), 0.0
    for chance, failed in zip(np.clip(p, _NEARLY, 1.0 - _NEARLY).tolist(), wrong, strict=True):
        for place, shift in enumerate(SHIFTS):
            feared = 1.0 / (1.0 + math.exp(shift) * (1.0 - chance) / chance)
            ratio = (1.0 - feared) / (1.0 - chance) if failed else feared / chance
            sums[place] = min(_CEILING, (1.0 + sums[place]) * ratio)
        greatest = max(greatest, math.fsum(sums) / len(sums))
    return greatest


def shifts(live: Floats, seen: Floats) -> Floats:
    """(d,) Kolmogorov-Smirnov distances between the columns of (n, d) `live` and (m, d) `seen`; NaN where one is empty.

    Rows with a NaN in a column are left out of it.
    """
    return np.array([_distance(live[:, place], seen[:, place]) for place in range(seen.shape[1])])


def _distance(one: Floats, other: Floats) -> float:
    one, other = np.sort(one[~np.isnan(one)]), np.sort(other[~np.isnan(other)])
    if one.size < LEAST or not other.size:
        return math.nan
    every = np.concatenate([one, other])
    shares = [np.searchsorted(part, every, side="right") / part.size for part in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max())
