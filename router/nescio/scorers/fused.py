"""Two scorers as one: their route scores added with a fitted weight, their scope features side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nescio.errors import ArtefactError
from nescio.scorers.base import Scorer

if TYPE_CHECKING:
    from nescio_indexes.scoring import RawScores


class FusedScorer:
    """Satisfies `nescio.scorers.Scorer`; `weight` is the second scorer's beside the first."""

    def __init__(self, first: Scorer, second: Scorer, weight: float) -> None:
        if first.labels != second.labels:
            raise ArtefactError("two scorers of different labels cannot be fused", hint="fit them on the same experts")
        self.first = first
        self.second = second
        self.weight = weight

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the scores."""
        return self.first.labels

    def score(self, texts: Sequence[str]) -> RawScores:
        """Raw scores of `texts`; whatever one of the two raises is raised."""
        from nescio_indexes.stacking import joined

        return joined([self.first.score(texts), self.second.score(texts)], self.weight)

    def close(self) -> None:
        """Close both."""
        self.first.close()
        self.second.close()
