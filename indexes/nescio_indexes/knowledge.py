"""Passages of text that an expert grounds its answers in, searched by meaning.

Built once from an expert's source and kept with a key that says what it was made from; a different key means it is
stale and is built anew. It does not fetch, split or interpret passages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from nescio.errors import ArtefactError, DataError
from nescio.types import Encode, Progress, silent
from nescio_indexes import artefact
from nescio_indexes.encoder import Vectors

KIND = "knowledge index"
FORMAT = 1
BATCH = 64


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of text: what it is called, what it says, and where it stands."""

    title: str
    text: str
    source: str

    @property
    def embedded(self) -> str:
        """What is embedded: the title carries words that the text takes for granted."""
        return f"{self.title}: {self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and its cosine similarity to the query."""

    passage: Passage
    score: float


class KnowledgeIndex:
    """Passages with their vectors. Unchangeable once built."""

    def __init__(self, passages: Sequence[Passage], index: Any, key: str) -> None:
        self.passages = tuple(passages)
        self.key = key
        self._index = index

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self.passages)

    @classmethod
    def build(cls, passages: Iterable[Passage], encode: Encode, *, key: str = "", progress: Progress = silent) -> Self:
        """Embed `passages` in batches, telling `progress` how far it is.

        Args:
            passages: At least one; blank ones are left out.
            encode: Texts to unit vectors.
            key: What it is made from (`staleness_key`); kept, and compared by `load`.
            progress: Told "embedding passages 640/2000".

        Raises:
            DataError: There is no passage.
        """
        kept = [passage for passage in passages if passage.embedded.strip()]
        if not kept:
            raise DataError("a knowledge index needs at least one passage")
        parts: list[Vectors] = []
        for start in range(0, len(kept), BATCH):
            parts.append(encode([passage.embedded for passage in kept[start : start + BATCH]]))
            progress(f"embedding passages {min(start + BATCH, len(kept))}/{len(kept)}")
        return cls(kept, _flat(np.concatenate(parts)), key)

    def search(self, vector: Vectors, k: int = 5) -> tuple[Hit, ...]:
        """The `k` passages nearest to one unit `vector`, (d,) or (1, d), nearest first."""
        query = np.ascontiguousarray(np.reshape(vector, (1, -1)), dtype=np.float32)
        scores, places = self._index.search(query, min(k, len(self.passages)))
        return tuple(Hit(self.passages[int(p)], float(s)) for s, p in zip(scores[0], places[0], strict=True) if p >= 0)

    def save(self, root: Path) -> Path:
        """Write a new version below `root` and let it take the old one's place.

        Raises:
            ArtefactError: The folder cannot be written.
        """
        facts = {"key": self.key, "passages": len(self)}
        return artefact.write_version(root, kind=KIND, version=FORMAT, facts=facts, fill=self._fill)

    @classmethod
    def load(cls, root: Path, key: str) -> Self:
        """Read the index below `root` if it was made from what `key` names.

        Raises:
            ArtefactError: It is missing, damaged, of the future, or stale.
        """
        folder, facts = artefact.open_version(root, kind=KIND, version=FORMAT)
        if facts.get("key") != key:
            raise ArtefactError(f"the knowledge index in {root} is stale", hint="build it again")
        rows = artefact.load_json(folder / "passages.json")
        vectors = artefact.load_arrays(folder / "vectors.npz")["vectors"]
        try:
            passages = [Passage(**row) for row in rows]
        except TypeError as error:
            raise ArtefactError(f"{folder / 'passages.json'} is damaged: {error}", hint="build it again") from error
        if vectors.ndim != 2 or len(vectors) != len(passages):
            raise ArtefactError(f"{folder}: vectors and passages do not fit", hint="build it again")
        return cls(passages, _flat(vectors.astype(np.float32)), key)

    @classmethod
    def load_or_build(
        cls,
        root: Path,
        key: str,
        passages: Callable[[], Iterable[Passage]],
        encode: Encode,
        progress: Progress = silent,
    ) -> Self:
        """The index below `root`, built anew and saved when it is missing, damaged or stale."""
        try:
            return cls.load(root, key)
        except ArtefactError:
            built = cls.build(passages(), encode, key=key, progress=progress)
            built.save(root)
            return built

    def _fill(self, folder: Path) -> None:
        rows = [asdict(passage) for passage in self.passages]
        (folder / "passages.json").write_text(json.dumps(rows), encoding="utf-8")
        # Half precision halves the file and moves a similarity by less than .001.
        vectors = self._index.reconstruct_n(0, self._index.ntotal).astype(np.float16)
        artefact.save_arrays(folder / "vectors.npz", {"vectors": vectors})


def staleness_key(*parts: str) -> str:
    """A short key of everything an index is made from: encoder fingerprint, source version, splitting rules."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (f"format {FORMAT}", *parts):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _flat(vectors: Vectors) -> Any:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(vectors.shape[1])
    # Rounded as they are kept, so that a saved index finds what the built one found.
    index.add(np.ascontiguousarray(vectors.astype(np.float16).astype(np.float32)))
    return index
