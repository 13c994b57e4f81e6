"""An exemplar index seen as if exemplars had been added or removed: what a change would do, without making it.

It answers searches alone, and holds nothing of the index but a reference.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from nescio_indexes.encoder import Vectors
from nescio_indexes.exemplars import Exemplar, Exemplars, Rows
from nescio_indexes.index import ExemplarIndex, Neighbours


@dataclass(frozen=True, slots=True)
class EditedIndex:
    """`base` without the exemplars whose text is in `removed`, and with `added` at `at`.

    Attributes:
        base: The index as it is.
        removed: Texts, as `ExemplarIndex.remove` takes them.
        added: One more exemplar, if any.
        at: Its unit vector, (1, dims).
    """

    base: ExemplarIndex
    removed: Collection[str] = ()
    added: Exemplar | None = None
    at: Vectors | None = None

    def __len__(self) -> int:
        """Exemplars that can be found."""
        return len(self.base) - self.base.count(self.removed) + (self.added is not None)

    def search(self, vectors: Vectors, k: int) -> Neighbours:
        """The `k` exemplars nearest to each of `vectors`, (n, dims)."""
        return self.snapshot_search(vectors, k)[0]

    def snapshot_search(self, vectors: Vectors, k: int) -> tuple[Neighbours, Exemplars]:
        """`search`, with the exemplars that its ids refer to."""
        found, exemplars = self.base.snapshot_search(vectors, k + self.base.count(self.removed))
        gone = np.array([[i < 0 or exemplars[i].text in self.removed for i in row] for row in found.ids.tolist()])
        gone = gone.reshape(found.ids.shape)
        scores, ids = np.where(gone, -np.inf, found.scores), np.where(gone, -1, found.ids)
        if self.added is not None and self.at is not None:
            own = np.asarray(vectors @ self.at.T, dtype=np.float32)
            scores, ids = np.hstack([scores, own]), np.hstack([ids, np.full_like(own, len(exemplars), dtype=np.int64)])
            exemplars = Exemplars(exemplars.main, exemplars.fresh.joined(Rows.of([self.added])))
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        scores, ids = np.take_along_axis(scores, order, axis=1), np.take_along_axis(ids, order, axis=1)
        return Neighbours(np.where(ids >= 0, scores, 0.0).astype(np.float32), ids), exemplars
