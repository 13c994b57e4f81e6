"""Turns an expert's evidence into P(right): fitted offline on graded answers, applied with NumPy alone.

It decides nothing (`nescio.decide` does) and asks no expert (`nescio.calibrating` does).
"""

from nescio.calibration.artefact import (
    Problem,
    load_calibration,
    read_calibration,
    read_pool,
    read_sample,
    save_calibration,
)
from nescio.calibration.fingerprint import Fingerprint, fingerprint
from nescio.calibration.fit import MINIMUM, Fitted, Pool, fit_calibration
from nescio.calibration.model import Calibration
from nescio.calibration.rows import GradedRow, row

__all__ = [
    "MINIMUM",
    "Calibration",
    "Fingerprint",
    "Fitted",
    "GradedRow",
    "Pool",
    "Problem",
    "fingerprint",
    "fit_calibration",
    "load_calibration",
    "read_calibration",
    "read_pool",
    "read_sample",
    "row",
    "save_calibration",
]
