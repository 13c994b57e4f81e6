"""One sandbox for all tests of this folder, and one with short limits for programs that are meant to hit them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nescio.sandbox import Limits, Sandbox
from nescio.sandbox.machine import TOOL_FOLDERS


def bubblewrap_is_installed() -> bool:
    return any((Path(folder) / "bwrap").exists() for folder in TOOL_FOLDERS)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    if not bubblewrap_is_installed():
        pytest.skip("bubblewrap is not installed")
    door = Sandbox()
    yield door
    door.close()


@pytest.fixture(scope="session")
def short_sandbox() -> Iterator[Sandbox]:
    if not bubblewrap_is_installed():
        pytest.skip("bubblewrap is not installed")
    door = Sandbox(Limits(wall=1.5, cpu=1))
    yield door
    door.close()
