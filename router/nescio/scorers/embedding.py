"""The default scorer: a frozen encoder with a linear head, nearest exemplars and the geometry of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nescio_indexes.described import DescribedModel
    from nescio_indexes.encoder import TextEncoder, Vectors
    from nescio_indexes.exemplars import Exemplars
    from nescio_indexes.scoring import EmbeddingModel, RawScores
    from nescio_indexes.spelling import Speller

LEARNT_FROM = 20_000
"""Exemplars on each side whose words are learnt at the most."""


class EmbeddingScorer:
    """Scores by meaning, with the vectors of one encoder."""

    def __init__(self, encoder: TextEncoder, model: EmbeddingModel | DescribedModel) -> None:
        self.encoder = encoder
        self.model = model
        self._learnt: tuple[tuple[Exemplars, Exemplars], Speller] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the scores."""
        return self.model.labels

    def score(self, texts: Sequence[str]) -> RawScores:
        """Raw scores of `texts`; of a long text its head and its tail are read."""
        return self.model.scores(self.vectors(texts))

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """What is scored of `texts`: unit vectors, (n, dims)."""
        return self.encoder.encode([self.read(text) for text in texts])

    def read(self, text: str) -> str:
        """What is embedded of `text`: the bare query, of a long one its ends, with slips of the finger mended."""
        from nescio_indexes.text import bare, clip

        return bare(self._speller().mend(bare(clip(text))))

    def _speller(self) -> Speller:
        """Knows the words of the labels and of the exemplars, those added since the last query included."""
        sides = (self.model.inside.exemplars, self.model.outside.exemplars)
        learnt = self._learnt
        # As many exemplars as before may be other ones.
        if learnt is None or not all(side.same(known) for side, known in zip(sides, learnt[0], strict=True)):
            from nescio_indexes.spelling import Speller

            texts = (side[int(place)].text for side in sides for place in _spread(len(side)))
            learnt = (sides, Speller((*self.labels, *texts), self.encoder.words))
            self._learnt = learnt
        return learnt[1]

    def close(self) -> None:
        """Nothing is open."""


def _spread(size: int) -> NDArray[np.float64]:
    """Places evenly spread: of very many exemplars some are enough to know the words that they use."""
    import numpy as np

    return np.linspace(0, size - 1, min(size, LEARNT_FROM))
