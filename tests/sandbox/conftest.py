"""One sandbox for all tests of this folder, some with short limits for programs that would hit them, and a warm one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nescio.sandbox import Limits, Sandbox
from nescio.sandbox.machine import TOOL_FOLDERS


def _opened(limits: Limits | None = None, *, warm: bool = False) -> Iterator[Sandbox]:
    if not any((Path(folder) / "bwrap").exists() for folder in TOOL_FOLDERS):
        pytest.skip("bubblewrap is not installed")
    door = Sandbox(limits, warm=warm)
    yield door
    door.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    yield from _opened()


@pytest.fixture(scope="session")
def short_sandbox() -> Iterator[Sandbox]:
    yield from _opened(Limits(wall=1.5, cpu=1))


@pytest.fixture(scope="session")
def impatient_sandbox() -> Iterator[Sandbox]:
    """For programs that would never end: how soon they are ended does not matter to them."""
    yield from _opened(Limits(wall=1.0, cpu=1))


@pytest.fixture
def warm_sandbox() -> Iterator[Sandbox]:
    yield from _opened(warm=True)
