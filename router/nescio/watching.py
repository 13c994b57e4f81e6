"""Looks at the outcome log for experts whose p no longer means what it says, and takes their calibration from them.

What counts as drift is `nescio.drift`'s matter; this reads the log and keeps what is in force up to date.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from nescio.calibration import Calibration, Problem
from nescio.drift import Drift, drift_of
from nescio.observe import log
from nescio.store import OutcomeLog

WINDOW = 2000
"""So many of an expert's latest questions are looked at."""


class Watch:
    """The calibrations in force.

    Attributes:
        confidences: Usable calibrations by expert.
        stale: Why the other experts have none.
        drift: How each calibrated expert fared when it was last looked at.
    """

    def __init__(
        self, calibrations: Mapping[str, Calibration], stale: Mapping[str, Problem], outcomes: OutcomeLog
    ) -> None:
        self.confidences = dict(calibrations)
        self.stale = dict(stale)
        self.drift: Mapping[str, Drift] = {}
        self._calibrations = calibrations
        self._outcomes = outcomes

    def look(self) -> None:
        """Look anew: an expert that has drifted becomes uncalibrated, one that no longer has is calibrated again.

        A log that cannot be read changes nothing.
        """
        try:
            found = {name: self._drift_of(name) for name in self._calibrations}
        except SQLAlchemyError as error:
            log.error("drift not looked at", error=str(error).splitlines()[0])
            return
        for name, one in found.items():
            if not one.drifted:
                self.stale.pop(name, None)
                self.confidences[name] = self._calibrations[name]
                continue
            self.stale[name] = Problem(name, one.message)
            if self.confidences.pop(name, None) is not None:
                log.error("expert has drifted", expert=name, message=one.message)
        self.drift = found

    def _drift_of(self, name: str) -> Drift:
        calibration = self._calibrations[name]
        return drift_of(calibration, self._outcomes.rows("live", expert=name, since=calibration.since, last=WINDOW))
