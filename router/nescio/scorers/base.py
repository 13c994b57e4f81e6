"""What a scorer is. Any source of scores will do: the same calibration makes probabilities of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nescio_indexes.scoring import RawScores


class Scorer(Protocol):
    """Scores every label for a query, on any scale."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the scores."""
        ...

    def score(self, texts: Sequence[str]) -> RawScores:
        """Raw route scores and scope features of each of `texts`.

        Raises:
            BackendUnavailable: What it asks cannot be reached; the router then abstains.
        """
        ...

    def close(self) -> None:
        """Close what is open."""
        ...
