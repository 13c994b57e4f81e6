"""The default scorer: a frozen encoder with a linear head, nearest exemplars and the geometry of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nescio_indexes.described import DescribedModel
    from nescio_indexes.encoder import TextEncoder, Vectors
    from nescio_indexes.scoring import EmbeddingModel, RawScores


class EmbeddingScorer:
    """Scores by meaning, with the vectors of one encoder."""

    def __init__(self, encoder: TextEncoder, model: EmbeddingModel | DescribedModel) -> None:
        from nescio_indexes.reading import Reader

        self.encoder = encoder
        self.model = model
        self._reader = Reader(model, encoder)

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
        return self._reader.read(text)

    def close(self) -> None:
        """Nothing is open."""
