"""Exemplars as a few arrays that can be mapped from disk: a million of them are no Python objects until looked at.

::

    {stem}.texts.npy     bytes of all texts, one after another, UTF-8
    {stem}.ends.npy      where each text ends
    {stem}.labels.npy    each exemplar's place in the table of labels
    {stem}.keys.npy      CRC-32 of each text, to find one by its text

It knows nothing of vectors; `index` joins the two.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError

Bools = NDArray[np.bool_]
_ARRAYS = {"texts": np.uint8, "ends": np.int64, "labels": np.int32, "keys": np.uint32}


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A labelled query in the index; label None means out of scope."""

    text: str
    label: str | None = None


class _Listed(Sequence[Exemplar]):
    """Exemplars by place or slice, from `at`."""

    __slots__ = ()

    def at(self, place: int) -> Exemplar:
        """The exemplar at `place`, which is in range."""
        raise NotImplementedError

    @overload
    def __getitem__(self, place: int) -> Exemplar: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Exemplar, ...]: ...
    def __getitem__(self, place: int | slice) -> Exemplar | tuple[Exemplar, ...]:
        """The exemplar at `place`."""
        if isinstance(place, slice):
            return tuple(self[i] for i in range(*place.indices(len(self))))
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self.at(place % len(self))


@dataclass(frozen=True, slots=True)
class Rows(_Listed):
    """Exemplars by their place.

    Attributes:
        names: The table of labels.
        texts: (bytes,) all texts.
        ends: (n,) where each text ends.
        labels: (n,) places in `names`.
        keys: (n,) CRC-32 of each text.
    """

    names: tuple[str | None, ...]
    texts: NDArray[np.uint8]
    ends: NDArray[np.int64]
    labels: NDArray[np.int32]
    keys: NDArray[np.uint32]

    @classmethod
    def of(cls, exemplars: Sequence[Exemplar]) -> Self:
        """`exemplars` as arrays."""
        numbers: dict[str | None, int] = {}
        labels = np.array([numbers.setdefault(item.label, len(numbers)) for item in exemplars], dtype=np.int32)
        texts = [_bytes(item.text) for item in exemplars]
        ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
        keys = np.array([zlib.crc32(text) for text in texts], dtype=np.uint32)
        return cls(tuple(numbers), np.frombuffer(b"".join(texts), dtype=np.uint8), ends, labels, keys)

    def __len__(self) -> int:
        """How many."""
        return len(self.ends)

    def at(self, place: int) -> Exemplar:
        """The exemplar at `place`, which is in range."""
        start = int(self.ends[place - 1]) if place else 0
        text = self.texts[start : int(self.ends[place])].tobytes().decode("utf-8", "surrogatepass")
        return Exemplar(text, self.names[int(self.labels[place])])

    def __iter__(self) -> Iterator[Exemplar]:
        """All of them, in order."""
        return (self[place] for place in range(len(self)))

    @property
    def nbytes(self) -> int:
        """Bytes that they take."""
        return self.texts.nbytes + self.ends.nbytes + self.labels.nbytes + self.keys.nbytes

    def numbers(self, places: NDArray[np.int64], numbers: Mapping[str, int]) -> NDArray[np.int64]:
        """What `numbers` says of the labels of the exemplars at `places`, −1 for a label that it does not name."""
        labels = self.labels[places]
        names = (self.names[label] for label in labels.ravel().tolist())
        found = [-1 if name is None else numbers.get(name, -1) for name in names]
        return np.array(found, dtype=np.int64).reshape(labels.shape)

    def labelled(self, label: str | None) -> Bools:
        """Which of them have `label`, (n,)."""
        return np.asarray(self.labels == (self.names.index(label) if label in self.names else -1))

    def find(self, texts: Collection[str]) -> NDArray[np.int64]:
        """Places of the exemplars whose text is among `texts`."""
        wanted = {_bytes(text): text for text in texts}
        keys = np.array([zlib.crc32(text) for text in wanted], dtype=np.uint32)
        likely = np.flatnonzero(np.isin(self.keys, keys)).tolist()
        # Two texts may share a key.
        known = set(wanted.values())
        return np.array([place for place in likely if self[place].text in known], dtype=np.int64)

    def kept(self, mask: Bools) -> Self:
        """Those where `mask`, (n,), is true."""
        if mask.all():
            return self
        lengths = np.diff(self.ends, prepend=np.int64(0))
        texts = self.texts[np.repeat(mask, lengths)]
        return type(self)(self.names, texts, np.cumsum(lengths[mask]), self.labels[mask], self.keys[mask])

    def joined(self, more: Self) -> Self:
        """These, then `more`."""
        if not len(self) or not len(more):
            return self if len(self) else more
        names = {name: i for i, name in enumerate(self.names)}
        table = np.array([names.setdefault(name, len(names)) for name in more.names], dtype=np.int32)
        return type(self)(
            tuple(names),
            np.concatenate([self.texts, more.texts]),
            np.concatenate([self.ends, more.ends + self.ends[-1]]),
            np.concatenate([self.labels, table[more.labels]]),
            np.concatenate([self.keys, more.keys]),
        )

    def same(self, other: Rows) -> bool:
        """Whether `other` has the same texts in the same order, by their lengths and keys: cheap for a million."""
        return self is other or (np.array_equal(self.ends, other.ends) and np.array_equal(self.keys, other.keys))

    def save(self, stem: Path) -> None:
        """Write the arrays beside `stem`; the table of labels is the caller's to keep."""
        for name in _ARRAYS:
            np.save(array_file(stem, name), getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, stem: Path, names: Sequence[str | None]) -> Self:
        """Map what `save` wrote.

        Raises:
            ArtefactError: A file is missing or damaged.
        """
        arrays = {name: map_array(array_file(stem, name), kind) for name, kind in _ARRAYS.items()}
        texts, ends, labels, keys = arrays.values()
        fit = len(ends) == len(labels) == len(keys) and len(texts) == (int(ends[-1]) if len(ends) else 0)
        if not fit or (len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < len(names)):
            raise ArtefactError(f"the files of {stem} do not fit each other", hint="build it again")
        return cls(tuple(names), **arrays)


ROW_FILES = tuple(f".{name}.npy" for name in _ARRAYS)
"""Endings of the files of `Rows`."""


@dataclass(frozen=True, slots=True)
class Exemplars(_Listed):
    """The exemplars of one snapshot by their place: those of the main part, then those added since."""

    main: Rows
    fresh: Rows

    def __len__(self) -> int:
        """How many, removed ones included."""
        return len(self.main) + len(self.fresh)

    def at(self, place: int) -> Exemplar:
        """The exemplar at `place`, which is in range."""
        return self.main.at(place) if place < len(self.main) else self.fresh.at(place - len(self.main))

    @property
    def parts(self) -> tuple[Rows, Rows]:
        """The main part and what was added since, either of them another object once it has changed."""
        return self.main, self.fresh

    def __iter__(self) -> Iterator[Exemplar]:
        """All of them, in order."""
        yield from self.main
        yield from self.fresh

    def numbers(self, places: NDArray[np.int64], numbers: Mapping[str, int]) -> NDArray[np.int64]:
        """What `numbers` says of the labels at `places`, any shape; −1 for an unknown label and where place is −1."""
        out = np.full(places.shape, -1, dtype=np.int64)
        edge = len(self.main)
        for rows, here, start in ((self.main, places < edge, 0), (self.fresh, places >= edge, edge)):
            here = here & (places >= 0)
            if here.any():
                out[here] = rows.numbers(places[here] - start, numbers)
        return out

    def labelled(self, label: str | None) -> Bools:
        """Which of them have `label`, (n,)."""
        return np.concatenate([rows.labelled(label) for rows in (self.main, self.fresh)])


def array_file(stem: Path, name: str) -> Path:
    """Where the array `name` of `stem` lies."""
    return stem.with_name(f"{stem.name}.{name}.npy")


def map_array(path: Path, kind: Any, *, dims: int | None = None) -> NDArray[Any]:
    """The array in `path`, mapped: (n,) of `kind`, or (n, dims).

    Raises:
        ArtefactError: It is missing, truncated, or of another kind or shape.
    """
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise ArtefactError(f"{path} is damaged: {error}", hint="build it again") from error
    if found.dtype != kind or found.shape[1:] != (() if dims is None else (dims,)):
        raise ArtefactError(f"{path} holds {found.dtype} of shape {found.shape}", hint="build it again")
    # A plain view: NumPy's own class for maps costs microseconds at each use.
    return np.asarray(found.view(np.ndarray))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
