"""Vectors of many texts, kept on disk by the text's hash and the encoder's fingerprint, so that each is made once.

It keeps no text. A damaged file counts as empty.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from nescio.errors import ArtefactError, DataError
from nescio_indexes.artefact import load_arrays, save_arrays
from nescio_indexes.encoder import TextEncoder, Vectors

SAVE_EVERY = 480
"""Texts between two savings: a killed run loses no more than these."""


def vectors_of(
    texts: Sequence[str], encoder: TextEncoder, folder: Path, progress: Callable[[int, int], None]
) -> Vectors:
    """(n, d) unit vectors of `texts`, from the cache in `folder` where it holds them.

    Args:
        texts: Any strings.
        encoder: Makes those that are missing.
        folder: Of the cache; made if missing.
        progress: Told how many of the missing texts are done, and how many there are.

    Raises:
        DataError: The cache cannot be written.
    """
    path = folder / f"vectors-{_hash(encoder.fingerprint)}.npz"
    known = _read(path, encoder.dims)
    missing = sorted({text for text in texts if _hash(text) not in known}, key=len)
    for start in range(0, len(missing), SAVE_EVERY):
        part = missing[start : start + SAVE_EVERY]
        known.update(zip(map(_hash, part), encoder.encode(part), strict=True))
        progress(start + len(part), len(missing))
        _write(path, known)
    return np.array([known[_hash(text)] for text in texts], dtype=np.float32)


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _read(path: Path, dims: int) -> dict[str, Vectors]:
    if not path.is_file():
        return {}
    try:
        stored = load_arrays(path)
        keys, vectors = stored["keys"], stored["vectors"]
    except (ArtefactError, KeyError):
        return {}
    return dict(zip(keys.tolist(), vectors, strict=True)) if vectors.shape == (keys.size, dims) else {}


def _write(path: Path, known: dict[str, Vectors]) -> None:
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_arrays(fresh, {"keys": np.array(list(known)), "vectors": np.array(list(known.values()))})
        fresh.replace(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}", hint="--cache names another folder") from error
