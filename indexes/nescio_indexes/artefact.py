"""Folders of fitted things that are replaced in one step: JSON, npz and FAISS files, checksums, no pickle.

::

    ROOT/CURRENT            the name of the version in force; replaced atomically
    ROOT/v-1a2b…/manifest.json + files

A writer fills a new version folder and then moves ``CURRENT``. Whatever happens before that move, ``kill -9`` included,
leaves the old version in force. The previous version stays for readers that have just opened it; older ones go.

It knows nothing of what the files mean.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nescio.errors import ArtefactError

POINTER = "CURRENT"
MANIFEST = "manifest.json"


def write_version(
    root: Path, *, kind: str, version: int, facts: Mapping[str, Any], fill: Callable[[Path], None]
) -> Path:
    """Write a new version below `root`, let it take the old one's place, and return its folder.

    Args:
        root: The artefact's folder; made if missing.
        kind: What the artefact is; a reader asks for the same.
        version: The format's version.
        facts: JSON to keep beside the files.
        fill: Writes the files into the folder it is given.

    Raises:
        ArtefactError: The folder cannot be written; what was there stays in force.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _one_writer(root):
            folder = root / f"v-{uuid.uuid4().hex[:12]}"
            folder.mkdir()
            fill(folder)
            manifest = {"kind": kind, "version": version, "files": _checksums(folder), "facts": dict(facts)}
            _write_text(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
            before = _pointed(root)
            _write_text(root / f".{POINTER}.new", folder.name)
            (root / f".{POINTER}.new").replace(root / POINTER)
            _remove_others(root, keep={folder.name, before})
            return folder
    except OSError as error:
        raise ArtefactError(
            f"cannot write {root}: {error.strerror or error}", hint="choose a folder that can be written, with room"
        ) from error


def open_version(root: Path, *, kind: str, version: int) -> tuple[Path, dict[str, Any]]:
    """The folder of the version in force below `root`, checked, and its facts.

    Raises:
        ArtefactError: There is none, a file is missing or damaged, or it is of another kind or of the future.
    """
    name = _pointed(root)
    if name is None:
        raise ArtefactError(f"{root} holds no {kind}", hint="build it first: nescio index build, or nescio fit")
    folder = root / name
    manifest = _manifest(folder)
    if manifest.get("kind") != kind:
        raise ArtefactError(f"{root} holds a {manifest.get('kind')}, not a {kind}", hint="name the right folder")
    found = manifest.get("version")
    if not isinstance(found, int) or found > version:
        raise ArtefactError(
            f"{root} was written in format {found}; this nescio reads up to {version}",
            hint="use a newer nescio, or build it again with this one",
        )
    _verify(folder, manifest.get("files", {}))
    facts = manifest.get("facts", {})
    return folder, facts if isinstance(facts, dict) else {}


def save_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write `arrays` as an npz."""
    with path.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def load_arrays(path: Path) -> dict[str, Any]:
    """The arrays of an npz.

    Raises:
        ArtefactError: It cannot be read, or holds objects.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError) as error:
        raise ArtefactError(f"{path} is damaged: {error}", hint="build it again") from error


def load_json(path: Path) -> Any:
    """The JSON in `path`.

    Raises:
        ArtefactError: It cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{path} is damaged: {error}", hint="build it again") from error


def _manifest(folder: Path) -> dict[str, Any]:
    manifest = load_json(folder / MANIFEST)
    if not isinstance(manifest, dict):
        raise ArtefactError(f"{folder / MANIFEST} is not an object", hint="build it again")
    return manifest


def _verify(folder: Path, files: Mapping[str, str]) -> None:
    for name, expected in files.items():
        try:
            found = _sha256(folder / name)
        except OSError as error:
            raise ArtefactError(f"{folder / name} is missing", hint="build it again") from error
        if found != expected:
            raise ArtefactError(f"{folder / name} is damaged: its checksum differs", hint="build it again")


def _checksums(folder: Path) -> dict[str, str]:
    return {path.name: _sha256(path) for path in sorted(folder.iterdir()) if path.is_file()}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pointed(root: Path) -> str | None:
    try:
        name = (root / POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name and (root / name).is_dir() else None


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _remove_others(root: Path, keep: set[str | None]) -> None:
    for folder in root.glob("v-*"):
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _one_writer(root: Path) -> Iterator[None]:
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
