"""What a router reads of a query: its bare text, of a long one its ends, with slips of the finger mended.

Exemplars are read bare alone: their words are right by definition. It embeds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nescio_indexes.spelling import Speller, words_of
from nescio_indexes.text import bare, clip

if TYPE_CHECKING:
    from nescio_indexes.described import DescribedModel
    from nescio_indexes.encoder import TextEncoder
    from nescio_indexes.exemplars import Rows
    from nescio_indexes.scoring import EmbeddingModel

LEARNT_FROM = 20_000
"""Exemplars of each part of an index whose words are learnt at the most."""


class Reader:
    """Reads queries for one router, whose exemplars may change meanwhile. Threads may share it."""

    def __init__(self, model: EmbeddingModel | DescribedModel, encoder: TextEncoder) -> None:
        """Read for `model`, whose words, with those of `encoder`, are the known ones."""
        self._model = model
        self._encoder = encoder
        self._learnt: _Learnt | None = None

    def read(self, text: str) -> str:
        """What is embedded of `text`."""
        shown = bare(clip(text))
        mended = self._speller().mend(shown)
        return shown if mended == shown else bare(mended)

    def _speller(self) -> Speller:
        """Knows the words of the labels and of the exemplars, those added since the last query included."""
        model, learnt = self._model, self._learnt
        parts = (*model.inside.exemplars.parts, *model.outside.exemplars.parts)
        # As many exemplars as before may be other ones.
        if learnt is None or any(part is not known for part, known in zip(parts, learnt.parts, strict=True)):
            self._learnt = learnt = self._learn(parts, learnt)
        return learnt.speller

    def _learn(self, parts: tuple[Rows, ...], before: _Learnt | None) -> _Learnt:
        """What `parts` say; of parts that are as they were `before` the words are counted already."""
        known = [] if before is None else list(zip(before.parts, before.counts, strict=True))
        counts = tuple(_counted(part, known) for part in parts)
        used = words_of(self._model.labels)
        for count in counts:
            used.update(count)
        return _Learnt(parts, counts, Speller(used, self._encoder.words))


@dataclass(frozen=True, slots=True)
class _Learnt:
    """The parts of both indexes, how often each uses a word, and the speller that knows the words of all."""

    parts: tuple[Rows, ...]
    counts: tuple[Counter[str], ...]
    speller: Speller


def _counted(part: Rows, known: list[tuple[Rows, Counter[str]]]) -> Counter[str]:
    for old, count in known:
        if old.same(part):
            return count
    return words_of(_spread(part))


def _spread(rows: Rows) -> Iterator[str]:
    """Texts evenly spread over `rows`: of very many exemplars some are enough to know the words that they use."""
    places = np.linspace(0, len(rows) - 1, min(len(rows), LEARNT_FROM))
    return (rows[int(place)].text for place in places)
