"""Fixtures of the whole suite. Sockets are closed except to loopback (see addopts); files go to temporary folders."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import settings

from nescio.settings import Settings, load_settings

if TYPE_CHECKING:
    from tests.serving import Served

# Deadlines fail when other work shares the machine; derandomised examples make a failure repeat.
settings.register_profile("nescio", deadline=None, derandomize=True)
settings.load_profile("nescio")

PROVISIONED = load_settings().models_dir
"""Where `make setup` put the models, read before a test gets a home of its own."""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test gets a NESCIO_HOME of its own, and no setting of the caller's."""
    monkeypatch.setenv("NESCIO_HOME", str(tmp_path / "home"))
    for field in set(Settings.model_fields) - {"home", "data"}:
        monkeypatch.delenv(f"NESCIO_{field.upper()}", raising=False)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command sends logs to its runner's standard error, which ends with it."""
    yield
    structlog.reset_defaults()


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


SMOL = """\
name = "smol"
monolith = "general"

[models.general]
runtime = "llamacpp"
model = "smollm2-135m-instruct-q4_1"
context = 2048
parallel = 5
"""
"""A profile whose one model is tiny: it knows little, but it is real and answers within a second."""


@pytest.fixture(scope="session")
def smol(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile's file, for NESCIO_PROFILE."""
    path = tmp_path_factory.mktemp("profile") / "smol.toml"
    path.write_text(SMOL, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def fitted_home(models_dir: Path, smol: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that can serve; copy it, do not use it.

    Its models are the provisioned ones. Router and indexes are those of set-up, or built once if set-up made none that
    fits. Chemistry and geography are calibrated on some of their own questions.
    """
    import asyncio

    from nescio.assembly import warm_up
    from nescio.calibrating import calibrate
    from nescio.engine import Engine

    home = tmp_path_factory.mktemp("fitted")
    (home / "models").symlink_to(models_dir)
    for name in ("router", "experts"):
        if (models_dir.parent / name).is_dir():
            shutil.copytree(models_dir.parent / name, home / name)

    async def fit() -> None:
        chosen = load_settings(home=home, profile=str(smol), experts=(), policy=None)
        async with await Engine.start(chosen, models=False) as engine:
            await warm_up(engine.registry.experts, engine.router.encoder.encode, chosen, lambda _: None)
            for expert in ("chemistry", "geography"):
                await calibrate(engine, expert, today="2026-01-01", limit=100)

    asyncio.run(fit())
    return home


@pytest.fixture
def served_home(fitted_home: Path, tmp_path: Path) -> Path:
    """The test's own NESCIO_HOME, ready to serve."""
    home = tmp_path / "home"
    shutil.copytree(fitted_home, home, symlinks=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    return home


@pytest.fixture(scope="session")
def served(fitted_home: Path, smol: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Served"]:
    """One running ``nescio serve`` for the tests that change nothing in it."""
    from tests.serving import Served

    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(fitted_home, home, symlinks=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    with Served(home, smol) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium without a window."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()
