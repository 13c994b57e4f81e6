"""Fixtures of the whole suite. Sockets are closed except to loopback (see addopts); files go to temporary folders."""

from pathlib import Path

import pytest
from hypothesis import settings

from nescio.settings import load_settings

# Deadlines fail when other work shares the machine; derandomised examples make a failure repeat.
settings.register_profile("nescio", deadline=None, derandomize=True)
settings.load_profile("nescio")

PROVISIONED = load_settings().models_dir
"""Where `make setup` put the models, read before a test gets a home of its own."""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test gets a NESCIO_HOME of its own, and no setting of the caller's."""
    monkeypatch.setenv("NESCIO_HOME", str(tmp_path / "home"))
    for name in ("NESCIO_PROFILE", "NESCIO_EXPERTS", "NESCIO_POLICY", "NESCIO_API_KEY", "NESCIO_PORT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of provisioned models."""
    if not PROVISIONED.is_dir():
        pytest.fail(f"no models in {PROVISIONED}: run `make setup` first")
    return PROVISIONED


@pytest.fixture
def with_models(models_dir: Path, tmp_path: Path) -> Path:
    """The test's own NESCIO_HOME, with the provisioned models in it; returns that home."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / "models").symlink_to(models_dir)
    return home
