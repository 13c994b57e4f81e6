"""What a router reads of a query: its bare text, of a long one its ends, with slips of the finger mended.

Exemplars are read bare alone: their words are right by definition. It embeds nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nescio_indexes.spelling import Speller
from nescio_indexes.text import bare, clip

if TYPE_CHECKING:
    from nescio_indexes.described import DescribedModel
    from nescio_indexes.encoder import TextEncoder
    from nescio_indexes.exemplars import Exemplars
    from nescio_indexes.scoring import EmbeddingModel

LEARNT_FROM = 20_000
"""Exemplars on each side whose words are learnt at the most."""


class Reader:
    """Reads queries for one router, whose exemplars may change meanwhile. Threads may share it."""

    def __init__(self, model: EmbeddingModel | DescribedModel, encoder: TextEncoder) -> None:
        """Read for `model`, whose words, with those of `encoder`, are the known ones."""
        self._model = model
        self._encoder = encoder
        self._learnt: tuple[tuple[Exemplars, Exemplars], Speller] | None = None

    def read(self, text: str) -> str:
        """What is embedded of `text`."""
        return bare(self._speller().mend(bare(clip(text))))

    def _speller(self) -> Speller:
        """Knows the words of the labels and of the exemplars, those added since the last query included."""
        sides = (self._model.inside.exemplars, self._model.outside.exemplars)
        learnt = self._learnt
        # As many exemplars as before may be other ones.
        if learnt is None or not all(side.same(known) for side, known in zip(sides, learnt[0], strict=True)):
            texts = (side[int(place)].text for side in sides for place in _spread(len(side)))
            learnt = (sides, Speller((*self._model.labels, *texts), self._encoder.words))
            self._learnt = learnt
        return learnt[1]


def _spread(size: int) -> NDArray[np.float64]:
    """Places evenly spread: of very many exemplars some are enough to know the words that they use."""
    return np.linspace(0, size - 1, min(size, LEARNT_FROM))
