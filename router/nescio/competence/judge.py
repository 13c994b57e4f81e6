"""A competence model with its encoder: what calibrating reads p_expert from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from nescio.calibration import GradedRow
from nescio.calibration.model import with_competence
from nescio.calibration.rows import hashed
from nescio.competence.artefact import digest
from nescio.competence.model import Competence
from nescio.types import Encode


class Asked(Protocol):
    """What is read of a question that an expert was asked (`nescio.known.KnownQuestion`)."""

    @property
    def question(self) -> str:
        """Its text."""
        ...


@dataclass(frozen=True, slots=True)
class Judge:
    """`competence`, and `encode` to make the vectors that it reads."""

    competence: Competence
    encode: Encode

    @property
    def experts(self) -> tuple[str, ...]:
        """Whom it covers."""
        return self.competence.experts

    @property
    def mark(self) -> str:
        """Its digest."""
        return digest(self.competence)

    def add(self, expert: str, rows: Sequence[GradedRow], questions: Sequence[Asked]) -> tuple[GradedRow, ...]:
        """`rows` with p_expert among their features.

        For a question that the model learnt from it is the estimate of folds that did not see it: a model that has
        seen the answer is surer than it will be of a new question, and p would trust it too much.
        """
        texts = {hashed(one.question): one.question for one in questions}
        return tuple(
            replace(row, features=with_competence(row.features, self._p(expert, row.key, texts[row.key])))
            for row in rows
        )

    def _p(self, expert: str, key: str, text: str) -> float:
        found = self.competence.known(key) or self.competence.of(text, self.encode([text])[0])
        return found[expert]
