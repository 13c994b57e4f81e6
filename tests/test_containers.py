"""The container files, read without an engine: what is copied, what is installed, what the sandbox is allowed."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCKER = ROOT / "docker"


@pytest.fixture
def dockerfile():
    return (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


@pytest.fixture
def copied(dockerfile):
    """What the Dockerfile takes out of the working tree."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, flags=re.MULTILINE)
    return {name for line in lines for name in line.split()}


def test_the_image_is_built_from_every_folder_that_the_wheel_packs(copied):
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    packed = [*wheel["wheel"]["packages"], *wheel["wheel"]["force-include"]]
    assert {path.split("/")[0] for path in packed} <= copied


def test_the_ignore_file_lets_through_exactly_what_is_copied(copied):
    lines = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_the_image_has_the_debian_packages_that_the_set_up_installs(dockerfile):
    tool = (ROOT / "tools" / "setup.py").read_text(encoding="utf-8")
    wanted = set(re.findall(r'install_debian\("([a-z0-9-]+)"\)', tool)) - {"python3-venv"}
    installed = re.search(r"apt-get install -y --no-install-recommends ([a-z0-9 -]+)", dockerfile).group(1).split()
    assert wanted == set(installed)


@pytest.mark.parametrize("name", ["compose.yaml", "compose.gpu.yaml"])
def test_the_sandbox_gets_the_system_calls_and_paths_that_it_needs_and_no_capability(name):
    service = yaml.safe_load((DOCKER / name).read_text(encoding="utf-8"))["services"]["nescio"]
    needed = {"seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"}
    assert set(service["security_opt"]) == needed | {"no-new-privileges=true"}
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
