"""Folders of fitted things that are replaced in one step: JSON, NumPy and FAISS files, checksums, no pickle.

::

    ROOT/CURRENT            the name of the version in force; replaced atomically
    ROOT/v-1a2b…/manifest.json + files

A writer fills a new version folder and then moves ``CURRENT``. Whatever happens before that move, ``kill -9`` included,
leaves the old version in force. The previous version stays for readers that have just opened it; older ones go. A file
that did not change may be linked from the version before (`link_or_copy`): a small change of a large artefact is small.

It knows nothing of what the files mean.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from nescio.errors import ArtefactError

POINTER = "CURRENT"
MANIFEST = "manifest.json"
READ_WHOLE = 8 * 2**20
"""Bytes up to which a checksum covers the whole file; of a larger one it covers the size and `BLOCKS` spread blocks."""
BLOCKS, BLOCK = 64, 2**16

_VERSION = re.compile(r"v-[0-9a-f]{12}")

T = TypeVar("T")
Fill = Callable[[Path], None]


def write_version(root: Path, *, kind: str, version: int, facts: Mapping[str, Any], fill: Fill) -> Path:
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
    with _writing(root):
        return _write(root, kind, version, facts, fill)


def change_version(
    root: Path,
    *,
    kind: str,
    version: int,
    change: Callable[[Path, dict[str, Any]], tuple[Mapping[str, Any], Fill] | None],
) -> Path | None:
    """Like `write_version`, of what `change` makes of the version in force, its folder and facts; no writer between.

    Nothing is written where `change` gives None.

    Raises:
        ArtefactError: There is no usable version, or the folder cannot be written.
    """
    if current(root) is None:
        raise _nothing(root, kind)
    with _writing(root):
        changed = change(*open_version(root, kind=kind, version=version))
        return None if changed is None else _write(root, kind, version, *changed)


def check_place(root: Path) -> None:
    """Refuse a `root` below which no version can be written, before the work that makes one; nothing is written.

    Raises:
        ArtefactError: That is so.
    """
    place = next(folder for folder in (root.absolute(), *root.absolute().parents) if os.path.lexists(folder))
    if not place.is_dir():
        raise ArtefactError(f"cannot write {root}: {place} is no folder", hint="choose a folder that can be written")
    if not os.access(place, os.W_OK | os.X_OK):
        raise ArtefactError(f"cannot write {root}: {place} is not yours to write", hint="choose another folder")


def read_version(root: Path, *, kind: str, version: int, read: Callable[[Path, dict[str, Any]], T]) -> T:
    """What `read` makes of the version in force, its folder and facts.

    Writers keep one version behind the one in force. A reader that two of them overtake starts again.

    Raises:
        ArtefactError: There is no usable version.
    """
    while True:
        name = current(root)
        try:
            return read(*open_version(root, kind=kind, version=version))
        except ArtefactError:
            if current(root) == name:
                raise


def open_version(root: Path, *, kind: str, version: int) -> tuple[Path, dict[str, Any]]:
    """The folder of the version in force below `root`, checked, and its facts.

    Raises:
        ArtefactError: There is none, a file is missing or damaged, or it is of another kind or of the future.
    """
    name = current(root)
    if name is None:
        raise _nothing(root, kind)
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


def current(root: Path) -> str | None:
    """The name of the version in force below `root`, None if there is none."""
    try:
        name = (root / POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    # A name and no path: a pointer leads nowhere but into its own folder.
    return name if name and Path(name).name == name and (root / name).is_dir() else None


def link_or_copy(source: Path, target: Path) -> None:
    """Let `target` be the file `source`, which no one changes any more.

    Raises:
        OSError: `source` is gone, or there is no room.
    """
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        # Some file systems know no links, and none reaches across two of them.
        shutil.copyfile(source, target)


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
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ArtefactError(f"{path} is damaged: {error}", hint="build it again") from error


def load_json(path: Path) -> Any:
    """The JSON in `path`.

    Raises:
        ArtefactError: It cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtefactError(f"{path} is damaged: {error}", hint="build it again") from error


def _write(root: Path, kind: str, version: int, facts: Mapping[str, Any], fill: Fill) -> Path:
    before = current(root)
    folder = root / f"v-{uuid.uuid4().hex[:12]}"
    folder.mkdir()
    fill(folder)
    files = _checksums(folder, _known(root, before))
    manifest = {"kind": kind, "version": version, "files": files, "facts": dict(facts)}
    _write_text(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
    _sync(folder)
    _write_text(root / f".{POINTER}.new", folder.name)
    (root / f".{POINTER}.new").replace(root / POINTER)
    _sync(root)
    _remove_others(root, keep={folder.name, before})
    return folder


def _nothing(root: Path, kind: str) -> ArtefactError:
    return ArtefactError(f"{root} holds no {kind}", hint="build it first: nescio index build, or nescio fit")


def _manifest(folder: Path) -> dict[str, Any]:
    manifest = load_json(folder / MANIFEST)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files", {}), dict):
        raise ArtefactError(f"{folder / MANIFEST} is not an object that lists its files", hint="build it again")
    return manifest


def _verify(folder: Path, files: Mapping[str, str]) -> None:
    for name, expected in files.items():
        try:
            found = _checksum(folder / name)
        except OSError as error:
            raise ArtefactError(f"{folder / name} is missing", hint="build it again") from error
        if found != expected:
            raise ArtefactError(f"{folder / name} is damaged: its checksum differs", hint="build it again")


def _known(root: Path, name: str | None) -> dict[tuple[int, int], str]:
    """Checksums of the version called `name` by what identifies a file, for files linked from it."""
    if name is None:
        return {}
    try:
        files: Mapping[str, str] = _manifest(root / name).get("files", {})
        stats = {file: (root / name / file).stat() for file in files}
    except (ArtefactError, OSError):
        return {}
    return {(stat.st_dev, stat.st_ino): files[file] for file, stat in stats.items()}


def _checksums(folder: Path, known: Mapping[tuple[int, int], str]) -> dict[str, str]:
    sums = {}
    for path in sorted(folder.iterdir()):
        stat = path.stat()
        linked = known.get((stat.st_dev, stat.st_ino))
        if linked is None:
            _sync(path)
        sums[path.name] = linked or _checksum(path)
    return sums


def _checksum(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as stream:
        if size <= READ_WHOLE:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        digest = hashlib.sha256(str(size).encode())
        for number in range(BLOCKS):
            stream.seek((size - BLOCK) * number // (BLOCKS - 1))
            digest.update(stream.read(BLOCK))
        return digest.hexdigest()


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_others(root: Path, keep: set[str | None]) -> None:
    for folder in root.glob("v-*"):
        # The folder may be one that a person keeps other things in.
        if _VERSION.fullmatch(folder.name) and folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _writing(root: Path) -> Iterator[None]:
    """The only writer below `root`; what the system refuses is an `ArtefactError`."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with (root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise ArtefactError(
            f"cannot write {root}: {error.strerror or error}", hint="choose a folder that can be written, with room"
        ) from error
