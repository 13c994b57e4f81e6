#!/usr/bin/env python3
"""Sets nescio up: environment, packages, sandbox, models, index. Started by make; standard library only.

Each step leaves a stamp when it is finished, so that a step that was interrupted is done again and one that is done
costs nothing. It does not serve and does not test.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NESCIO = VENV / "bin" / "nescio"
STAMPS = VENV / ".stamps"
TORCH = "torch==2.13.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
TEST_MODELS = ("all-minilm-l6-v2-int8", "smollm2-135m-instruct-q4_1")
TORCH_ENCODER = "all-minilm-l6-v2"
CUDA_NOTE = "about 530 MB, and with its CUDA libraries more than 3 GB"
OPENMP = "libgomp.so.1"
_LOCK_WAIT = "DPkg::Lock::Timeout=120"


class SetupError(Exception):
    """A step cannot be done; the message says what to type."""


@dataclass
class Step:
    """One line of the set-up: `key` is what the step depends on; None asks every time, because asking is cheap."""

    name: str
    run: Callable[[], str]
    key: str | None
    done: Callable[[], bool] = field(default=lambda: True)

    @property
    def stamp(self) -> Path:
        """The file that says that the step was finished, and with what."""
        return STAMPS / self.name.replace(" ", "-")

    def finished(self) -> bool:
        """Whether it was done with the same key, and its outcome is still there."""
        try:
            return self.key is not None and self.stamp.read_text(encoding="utf-8") == self.key and self.done()
        except FileNotFoundError:
            return False

    def perform(self) -> None:
        """Do it unless it is done; print one line with the seconds it took."""
        if self.finished():
            return
        begun = time.monotonic()
        running = f"{'':10}{self.name} …"
        say(running, end="\r" if sys.stdout.isatty() else "\n")
        self.stamp.unlink(missing_ok=True)
        note = self.run()
        if self.key is not None:
            STAMPS.mkdir(parents=True, exist_ok=True)
            self.stamp.write_text(self.key, encoding="utf-8")
        finished = f"{time.monotonic() - begun:7.1f} s {self.name}{f': {note}' if note else ''}"
        say(finished.ljust(len(running)))


def say(line: str, end: str = "\n") -> None:
    """Print at once: what follows may take minutes."""
    sys.stdout.write(line + end)
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Perform the steps that are asked for; the exit code."""
    parser = argparse.ArgumentParser(description="Set nescio up.")
    parser.add_argument("--for", dest="purpose", choices=("serve", "test", "lint", "test-slow"), default="serve")
    parser.add_argument("--torch", action="store_true", help="install torch even where only a CUDA build can be had")
    options = parser.parse_args(arguments)
    try:
        for step in steps(options.purpose, torch=options.torch):
            step.perform()
    except KeyboardInterrupt:
        say("\ninterrupted; the same command continues here.")
        return 130
    except SetupError as error:
        say(f"\nset-up stopped: {error}")
        return 1
    return 0


def steps(purpose: str, *, torch: bool) -> list[Step]:
    """What `purpose` needs, in order."""
    project = digest(ROOT / "pyproject.toml", ROOT / "constraints.txt")
    chosen = [
        Step("environment", make_venv, key=sys.version, done=PYTHON.exists),
        Step("packages", install_packages, key=project, done=NESCIO.exists),
    ]
    if purpose != "serve":
        chosen.append(Step("tools for development", install_tools, key=project))
    if purpose == "lint":
        return chosen
    chosen.append(Step("sentence-transformers", lambda: install_torch(force=torch), key=f"{project} {torch}"))
    chosen.append(Step("bubblewrap", install_bubblewrap, key="here", done=lambda: shutil.which("bwrap") is not None))
    chosen.append(Step("libgomp", install_openmp, key="here", done=lambda: loads(OPENMP)))
    if purpose != "test":
        chosen.append(Step("models", lambda: fetch_models(()), key=None))
    if purpose != "serve":
        chosen.append(Step("models of the tests", lambda: fetch_models(test_models()), key=None))
    chosen.append(Step("indexes", build_index, key=digest(*indexed()), done=router_dir().is_dir))
    return chosen


def digest(*paths: Path) -> str:
    """What the step's inputs come down to; it changes when one of them does."""
    content = hashlib.sha256(sys.version.encode())
    for path in paths:
        content.update(path.read_bytes())
    return content.hexdigest()


def make_venv() -> str:
    """Create .venv, or make a broken one anew."""
    if sys.version_info < (3, 11):  # noqa: UP036 - make may find an older one
        raise SetupError("nescio needs Python 3.11 or later; name one: make setup PYTHON=/path/to/python3.11")
    sound = PYTHON.exists() and run([PYTHON, "-m", "pip", "--version"], check=False)[0] == 0
    if sound:
        return ""
    code, said = run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
    if code != 0 and "ensurepip" in said and install_debian("python3-venv"):
        code, said = run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
    if code != 0:
        hint = (
            f"\ntype: {'' if os.geteuid() == 0 else 'sudo '}apt-get install -y python3-venv"
            if "ensurepip" in said
            else ""
        )
        raise SetupError(f"python -m venv failed:\n{said}{hint}")
    return str(VENV)


def install_packages() -> str:
    """Install nescio itself, editable, with the exact versions of constraints.txt."""
    pip("install", "-c", ROOT / "constraints.txt", "-e", ROOT)
    return ""


def install_tools() -> str:
    """Install the group `dev` of pyproject.toml."""
    # Read here: pip understands --group only from 25.1 on, and Debian's Python brings an older one.
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    pip("install", "-c", ROOT / "constraints.txt", *groups["dev"])
    return ""


def install_torch(*, force: bool) -> str:
    """Install sentence-transformers and onnx if a CPU build of torch can be had, or any build if `force` says so."""
    if not imports("torch"):
        if force:
            say(f"         torch from PyPI: {CUDA_NOTE}; this takes a while")
            pip("install", "-c", ROOT / "constraints.txt", TORCH)
        elif is_cpu_build(offer([])):
            pip("install", "-c", ROOT / "constraints.txt", TORCH)
        elif is_cpu_build(offer(["--index-url", CPU_INDEX])):
            install_from_cpu_index()
        else:
            return f"left out, no CPU build of torch can be had; make setup TORCH=1 installs PyPI's ({CUDA_NOTE})"
    pip("install", "-c", ROOT / "constraints.txt", "sentence-transformers", "onnx")
    return ""


def install_from_cpu_index() -> None:
    """Install torch from PyTorch's own index, and what it needs from the usual one."""
    report = offer(["--index-url", CPU_INDEX])
    needs = [str(need) for need in _list((report or {}).get("requires_dist")) if "extra ==" not in str(need)]
    pip("install", "-c", ROOT / "constraints.txt", *needs)
    pip("install", "--no-deps", "--index-url", CPU_INDEX, TORCH)


def offer(where: Sequence[str]) -> dict[str, object] | None:
    """The metadata of the torch that pip would install, None if it finds none; nothing but metadata is fetched."""
    command = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--quiet",
        "--no-deps",
        "--ignore-installed",
        "--report",
        "-",
    ]
    found = subprocess.run(
        [*map(str, command), "--retries", "1", "--timeout", "15", *where, TORCH],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
    )
    if found.returncode != 0:
        return None
    metadata: dict[str, object] = json.loads(found.stdout)["install"][0]["metadata"]
    return metadata


def is_cpu_build(metadata: dict[str, object] | None) -> bool:
    """Whether this torch needs none of NVIDIA's libraries."""
    if metadata is None:
        return False
    needs = _list(metadata.get("requires_dist"))
    return "+cpu" in str(metadata["version"]) or not any("nvidia" in str(need) for need in needs)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def install_bubblewrap() -> str:
    """Install the sandbox's program where that is allowed; without it programs are not run, all else works."""
    if shutil.which("bwrap") or install_debian("bubblewrap"):
        return ""
    return "not installed, so math will abstain (code never runs unsandboxed). Type: sudo apt-get install -y bubblewrap"


def install_openmp() -> str:
    """Install the library that the models' runtime takes from the system; without it no model starts."""
    if loads(OPENMP) or install_debian("libgomp1"):
        return ""
    return f"{OPENMP} is missing, so no model can start. Type: sudo apt-get install -y libgomp1"


def loads(library: str) -> bool:
    """Whether the system finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_debian(package: str) -> bool:
    """Install a Debian package as root or through sudo without a password; whether that worked."""
    if shutil.which("apt-get") is None:
        return False
    prefix: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or run(["sudo", "-n", "true"], check=False)[0] != 0:
            return False
        prefix = ["sudo", "-n"]
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", _LOCK_WAIT]
    install = [*apt, "install", "--no-install-recommends", package]
    if run(install, check=False)[0] == 0:
        return True
    run([*apt, "update"], check=False)
    return run(install, check=False)[0] == 0


def test_models() -> tuple[str, ...]:
    """The models that the tests use; the torch encoder only where torch is."""
    return (*TEST_MODELS, TORCH_ENCODER) if imports("sentence_transformers") else TEST_MODELS


def fetch_models(names: Sequence[str]) -> str:
    """Fetch and verify models; its own progress is shown. No names: those of the profile."""
    show([NESCIO, "models", "pull", *names])
    return ""


def build_index() -> str:
    """Fit the router on the experts' exemplars, and embed what experts look up."""
    show([NESCIO, "index", "build"])
    return ""


def indexed() -> list[Path]:
    """The files that the indexes are made from."""
    files = [*(ROOT / "experts").rglob("exemplars.jsonl"), *(ROOT / "experts").rglob("library.py")]
    return sorted((*files, *(ROOT / "indexes").rglob("*.py"), *(ROOT / "indexes").rglob("*.jsonl")))


def router_dir() -> Path:
    """Where the router lies; the same rule as in nescio.settings."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(os.environ.get("NESCIO_HOME") or Path(data) / "nescio") / "router"


def imports(module: str) -> bool:
    """Whether the environment has the package; it is not imported."""
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return run([PYTHON, "-c", code], check=False)[0] == 0


def pip(*arguments: str | Path) -> None:
    """Run pip in the environment, silent unless it fails."""
    run([PYTHON, "-m", "pip", *arguments[:1], "--quiet", "--disable-pip-version-check", *arguments[1:]])


def show(command: Sequence[str | Path]) -> None:
    """Run a command that reports by itself.

    Raises:
        SetupError: It failed.
    """
    code = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, check=False, cwd=ROOT).returncode
    if code == 130 or code == -2:
        raise KeyboardInterrupt
    if code != 0:
        raise SetupError(f"{' '.join(str(part) for part in command)} ended with exit code {code}")


def run(command: Sequence[str | Path], *, check: bool = True) -> tuple[int, str]:
    """Run a command quietly; its exit code and what it said.

    Raises:
        SetupError: It failed, and `check` asks for success.
    """
    texts = [str(part) for part in command]
    try:
        done = subprocess.run(
            texts,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd=ROOT,
        )
    except FileNotFoundError as error:
        return 127, str(error)
    if check and done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise SetupError(f"{' '.join(texts)} ended with exit code {done.returncode}:\n{tail}")
    return done.returncode, done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
