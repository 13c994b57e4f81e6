"""Exemplars by meaning: unit vectors with each exemplar's text and label, searched while they change.

An index is a main part that is never changed, a short list of what was added since, and marks on what was removed:
adding and removing take the same time at a thousand exemplars and at a million. When the list grows long or the marks
many, a new main part is built, beside the old one that goes on serving. A search reads one frozen snapshot, so readers
never wait for a writer and never see half a change. It does not say what a neighbour is worth; `scoring` and `scope`
do.
"""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError
from nescio_indexes import artefact
from nescio_indexes.encoder import Vectors, check_fingerprint
from nescio_indexes.exemplars import Exemplar, Exemplars, Rows
from nescio_indexes.plan import MEMORY, PLANS, Store, plan_for
from nescio_indexes.snapshot import Main, Snapshot, nothing

__all__ = ["FORMAT", "KIND", "Exemplar", "ExemplarIndex", "Neighbours"]

KIND = "exemplar index"
FORMAT = 2
FRESH_LIMIT = 2048
"""So many exemplars may wait for a new main part; searching them exhaustively takes under .2 ms."""
WORN_SHARE = 0.1
"""A new main part is built when more than this share of it is removed."""

_ASKED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest exemplars of each query, nearest first.

    Attributes:
        scores: (n, k) cosine similarities, 0 where there are fewer than k exemplars.
        ids: (n, k) places in `ExemplarIndex.exemplars`, −1 where there are fewer.
    """

    scores: NDArray[np.float32]
    ids: NDArray[np.int64]


class ExemplarIndex:
    """Exemplars that can be searched, added and removed while others search."""

    def __init__(self, dims: int, fingerprint: str, *, kind: str = "auto", memory: int = MEMORY) -> None:
        """An empty index for unit vectors of `dims` dimensions made by the encoder with `fingerprint`.

        Args:
            dims: Length of a vector.
            fingerprint: `TextEncoder.fingerprint` of the encoder that makes the vectors.
            kind: ``flat``, ``hnsw``, ``ivf``, or ``auto`` to choose by size and memory.
            memory: Bytes that vectors, texts and what finds them may take.
        """
        if kind not in {"auto", *(plan.kind for plan in PLANS)}:
            raise ArtefactError(f"no index of kind {kind!r}", hint="auto, flat, hnsw or ivf")
        self.dims = dims
        self.fingerprint = fingerprint
        self.memory = memory
        self._chosen = kind
        self._write = threading.Lock()
        self._building = threading.Lock()
        self._builder: threading.Thread | None = None
        nothing = np.zeros((0, dims), dtype=np.float32)
        plan = plan_for(kind, 0, dims, memory=memory)
        main = Main(plan, Store.of(plan.dtype, nothing), Rows.of(()), None)
        self._now = Snapshot.of(main, nothing, Rows.of(()), np.zeros(0, dtype=np.bool_))

    def __len__(self) -> int:
        """Exemplars that can be found."""
        return int(self._now.alive.sum())

    @property
    def kind(self) -> str:
        """``flat``, ``hnsw`` or ``ivf``, as it is now."""
        return self._now.main.plan.kind

    @property
    def exemplars(self) -> Exemplars:
        """All exemplars by their place, removed ones included until the main part is built anew."""
        return self._now.exemplars

    def items(self) -> tuple[Exemplar, ...]:
        """The exemplars that can be found."""
        now = self._now
        exemplars = now.exemplars
        return tuple(exemplars[place] for place in np.flatnonzero(now.alive).tolist())

    def vectors(self) -> Vectors:
        """Unit vectors of `items`, in their order."""
        now = self._now
        edge = len(now.main.rows)
        return np.concatenate([now.main.store[now.alive[:edge]], now.vectors[now.alive[edge:]]])

    def add(self, exemplars: Sequence[Exemplar], vectors: Vectors) -> None:
        """Add `exemplars` with their unit `vectors`, (n, dims). They can be found when it returns.

        Raises:
            ArtefactError: The shapes do not fit, a vector is not finite, or the memory is used up.
        """
        fresh = _checked(vectors, len(exemplars), self.dims)
        rows = Rows.of(exemplars)
        with self._write:
            now = self._now
            total = len(self) + len(rows)
            plan_for(self._chosen, total, self.dims, beside=now.beside + rows.nbytes, memory=self.memory)
            alive = np.concatenate([now.alive, np.ones(len(rows), dtype=np.bool_)])
            # Very many are not copied, because they become a main part before this returns.
            many = len(rows) > FRESH_LIMIT and not len(now.rows)
            waiting = fresh if many else np.concatenate([now.vectors, fresh])
            self._now = Snapshot.of(now.main, waiting, now.rows.joined(rows), alive)
        if len(rows) > FRESH_LIMIT:
            self._compact()
        else:
            self._compact_if_worn()

    def remove(self, texts: Collection[str]) -> int:
        """Remove every exemplar whose text is among `texts`; how many that were."""
        with self._write:
            now = self._now
            gone = now.places(texts)
            if not len(gone):
                return 0
            alive = now.alive.copy()
            alive[gone] = False
            self._now = Snapshot.of(now.main, now.vectors, now.rows, alive)
        self._compact_if_worn()
        return len(gone)

    def holds(self, exemplars: Collection[Exemplar]) -> set[Exemplar]:
        """Those of `exemplars` that can be found, by text and label."""
        now = self._now
        shown = now.exemplars
        return {shown[place] for place in now.places({item.text for item in exemplars}).tolist()} & set(exemplars)

    def count(self, texts: Collection[str]) -> int:
        """How many exemplars `remove` would remove."""
        return len(self._now.places(texts))

    def labels(self) -> dict[str | None, int]:
        """How many exemplars that can be found each label has, sorted; None, out of scope, comes last."""
        now, found = self._now, Counter[str | None]()
        edge = len(now.main.rows)
        for rows, alive in ((now.main.rows, now.alive[:edge]), (now.rows, now.alive[edge:])):
            counts = np.bincount(rows.labels[alive], minlength=len(rows.names)).tolist()
            found.update(dict(zip(rows.names, counts, strict=True)))
        return {name: found[name] for name in sorted(found, key=lambda name: (name is None, name or "")) if found[name]}

    def texts(self, label: str | None, most: int) -> tuple[str, ...]:
        """Texts of at most `most` exemplars of `label`, evenly spread over all of them."""
        now = self._now
        shown = now.exemplars
        places = np.flatnonzero(now.alive & shown.labelled(label))
        some = places[np.linspace(0, len(places) - 1, min(len(places), most)).astype(np.int64)]
        return tuple(shown[place].text for place in some.tolist())

    def search(self, vectors: Vectors, k: int) -> Neighbours:
        """The `k` exemplars nearest to each of `vectors`, (n, dims)."""
        return self.snapshot_search(vectors, k)[0]

    def snapshot_search(self, vectors: Vectors, k: int) -> tuple[Neighbours, Exemplars]:
        """`search`, with the exemplars that its ids refer to: the two belong to one snapshot.

        Raises:
            ArtefactError: The vectors are of another length, or not finite.
        """
        now = self._now
        queries = _checked(vectors, len(vectors), self.dims)
        pieces = [now.search(queries[i : i + _ASKED_AT_ONCE], k) for i in range(0, len(queries), _ASKED_AT_ONCE)]
        if len(pieces) == 1:
            return Neighbours(*pieces[0]), now.exemplars
        scores, ids = zip(*(pieces or [nothing(0, k)]), strict=True)
        return Neighbours(np.concatenate(scores), np.concatenate(ids)), now.exemplars

    def settle(self) -> None:
        """Wait until no new main part is being built."""
        builder = self._builder
        if builder is not None:
            builder.join()

    def adopt(self, other: ExemplarIndex) -> None:
        """Become what `other` is now, in one step for those who search."""
        with self._write:
            self._now = other._now

    def save(self, root: Path) -> Path:
        """Write a new version below `root` and let it take the old one's place; its folder.

        Raises:
            ArtefactError: The folder cannot be written.
        """
        return artefact.write_version(root, kind=KIND, version=FORMAT, facts=self.facts(), fill=self.write_into)

    @classmethod
    def load(cls, root: Path, fingerprint: str) -> Self:
        """Read the version in force below `root`, made with the encoder of `fingerprint`.

        Raises:
            ArtefactError: It is missing, damaged, of the future, or was made with another encoder.
        """
        return artefact.read_version(
            root, kind=KIND, version=FORMAT, read=lambda folder, facts: cls._opened(root, folder, facts, fingerprint)
        )

    def facts(self) -> dict[str, object]:
        """What a person may want to know of it."""
        now = self._now
        return {
            "encoder": self.fingerprint,
            "dims": self.dims,
            "exemplars": len(self),
            "kind": self.kind,
            "dtype": now.main.plan.dtype,
            "effort": None if now.main.finder is None else now.main.finder.effort,
            "fresh": len(now.rows),
            "removed": len(now.alive) - len(self),
            "megabytes": round((len(self) * now.main.plan.bytes(self.dims) + now.beside) / 2**20, 1),
        }

    def write_into(self, folder: Path, stem: str = "exemplars") -> None:
        """Write the index's files into `folder`, as part of a larger artefact. An unchanged main part is linked."""
        now = self._now
        now.main.write(folder / stem)
        plan, finder = now.main.plan, now.main.finder
        body = {
            "format": FORMAT,
            "dims": self.dims,
            "chosen": self._chosen,
            "memory": self.memory,
            "plan": [plan.kind, plan.dtype],
            "scale": now.main.store.scale,
            "effort": 0 if finder is None else finder.effort,
            "labels": now.main.rows.names,
            "fresh": [[item.text, item.label] for item in now.rows],
        }
        (folder / f"{stem}.json").write_text(json.dumps(body), encoding="utf-8")
        gone = np.flatnonzero(~now.alive)
        artefact.save_arrays(folder / f"{stem}.fresh.npz", {"vectors": now.vectors, "gone": gone})

    @classmethod
    def read_from(cls, folder: Path, fingerprint: str, stem: str = "exemplars") -> Self:
        """Map what `write_into` wrote.

        Raises:
            ArtefactError: A file is missing, damaged, or of another format.
        """
        body = artefact.load_json(folder / f"{stem}.json")
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise ArtefactError(f"{folder / stem}.json is of another format", hint="fit or build it again")
        changes = artefact.load_arrays(folder / f"{stem}.fresh.npz")
        try:
            index = cls(int(body["dims"]), fingerprint, kind=body["chosen"], memory=int(body["memory"]))
            main = Main.read(folder / stem, index.dims, body)
            rows = Rows.of([Exemplar(text, label) for text, label in body["fresh"]])
            vectors = _checked(changes["vectors"], len(rows), index.dims)
            alive = np.ones(len(main.rows) + len(rows), dtype=np.bool_)
            alive[changes["gone"]] = False
        except (AttributeError, KeyError, IndexError, OverflowError, TypeError, ValueError) as error:
            raise ArtefactError(f"{folder / stem}.json is damaged: {error!r}", hint="build it again") from error
        index._now = Snapshot.of(main, vectors, rows, alive)
        return index

    @classmethod
    def _opened(cls, root: Path, folder: Path, facts: Mapping[str, Any], fingerprint: str) -> Self:
        check_fingerprint(str(facts.get("encoder")), fingerprint, f"the index in {root}")
        return cls.read_from(folder, fingerprint)

    def _compact_if_worn(self) -> None:
        now = self._now
        worn = int((~now.alive).sum()) > WORN_SHARE * len(now.alive)
        if not worn and len(now.rows) <= FRESH_LIMIT:
            return
        if now.main.finder is None and len(now.alive) <= FRESH_LIMIT:
            self._compact()
        elif self._builder is None or not self._builder.is_alive():
            self._builder = threading.Thread(target=self._compact, name="nescio-index", daemon=True)
            self._builder.start()

    def _compact(self) -> None:
        """Build a new main part from what is there, then take along what changed meanwhile."""
        with self._building:
            seen = self._now
            main = seen.rebuilt(self._chosen, self.dims, self.memory)
            with self._write:
                self._now = self._now.onto(main, seen)


def _checked(vectors: Vectors, count: int, dims: int) -> Vectors:
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.shape != (count, dims):
        raise ArtefactError(f"vectors of shape {rows.shape} for {count} exemplars of {dims} dimensions")
    if not math.isfinite(float(rows.sum(dtype=np.float64))):
        raise ArtefactError("a vector is not finite", hint="a text with nothing in it has the zero vector")
    return np.ascontiguousarray(rows)
