"""What the knowledge index holds on a question, and on the names of an answer. Pure, but for the search itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from nescio.types import Citation
from nescio_indexes.encoder import Vectors
from nescio_indexes.knowledge import Hit, KnowledgeIndex

RETRIEVED = 60
SHOWN = 3
SOURCE = "Python's own documentation"


@dataclass(frozen=True, slots=True)
class Found:
    """The passages nearest to a question, best first; those on the names that it mentions stand in front.

    Attributes:
        hits: The passages.
        named: Whether the question mentions a documented name.
    """

    hits: tuple[Hit, ...]
    named: bool

    @property
    def best(self) -> float:
        """The best cosine similarity; 1 for a name that the question mentions."""
        return max((hit.score for hit in self.hits), default=0.0)

    @property
    def passages(self) -> list[str]:
        """The texts to show to the model."""
        return [hit.passage.text for hit in self.hits[:SHOWN]]

    def similarity_of(self, names: Collection[str]) -> float:
        """How near to the question the passage on one of `names` is; 0 if it is not among the nearest."""
        return max((hit.score for hit in self.hits if _is_on(hit, names)), default=0.0)

    def citations(self, names: Collection[str]) -> tuple[Citation, ...]:
        """Where the passages on `names` stand, then those that were shown; at most as many as are shown."""
        ranked = sorted(self.hits, key=lambda hit: not _is_on(hit, names))[:SHOWN]
        return tuple(Citation(hit.passage.title, SOURCE, hit.passage.source, hit.passage.text) for hit in ranked)


def consult(index: KnowledgeIndex, vector: Vectors, mentioned: Collection[str]) -> Found:
    """Search `index` for a question's `vector`, shape (d,), and for the names that it mentions."""
    exact = [Hit(passage, 1.0) for passage in index.passages if _is_on(Hit(passage, 1.0), mentioned)][:SHOWN]
    merged = {hit.passage.title: hit for hit in index.search(vector, RETRIEVED)}
    for hit in exact:
        merged.pop(hit.passage.title, None)
    return Found((*exact, *merged.values()), named=bool(exact))


def _is_on(hit: Hit, names: Collection[str]) -> bool:
    title = hit.passage.title
    return any(title == name or title.endswith(f".{name}") for name in names)
