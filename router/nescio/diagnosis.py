"""What `nescio doctor` finds: each part of the machine that nescio needs, whether it is there, and what fails if not.

Every finding is a fact looked up now; nothing is installed or repaired. Showing them is the command line's work.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from nescio.errors import ConfigError, ModelError, NescioError
from nescio.in_force import strangers, without_credentials
from nescio.models.catalogue import catalogue, find_model
from nescio.models.provision import locate
from nescio.models.worker import WorkerSpec, check_memory, default_threads, free_memory
from nescio.policy import load_policy
from nescio.settings import ModelProfile, Profile, Settings

State = Literal["ok", "missing", "broken", "optional"]
_LOADING_S = 60
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the machine.

    Attributes:
        part: What it is.
        state: ``ok``, ``missing``, ``broken``, or ``optional`` for what only some uses need and is not there.
        detail: What was found.
        without: What does not work as it is; empty when ok.
        fix: The next step; empty when ok.
        needed: Whether nothing can be served without it.
    """

    part: str
    state: State
    detail: str
    without: str = ""
    fix: str = ""
    needed: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it makes serving impossible."""
        return self.needed and self.state != "ok"


async def diagnose(settings: Settings) -> tuple[Finding, ...]:
    """Every finding, the ones that serving depends on first."""
    findings = [_python()]
    try:
        profile = settings.loaded_profile
    except ConfigError as error:
        findings.append(Finding("profile", "broken", error.message, "nothing can be served", error.hint, needed=True))
    else:
        findings += [_profile(profile, settings), *_strangers(settings), *_policy(settings)]
        findings += [_encoder(profile, settings), *_models(profile, settings)]
    findings += [_router(settings), await _sandbox(), _disk(settings), _memory(), _torch(), _chromium()]
    return tuple(findings)


def _python() -> Finding:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {default_threads()} thread(s)"
    return Finding("python", "ok", found, needed=True)


def _profile(profile: Profile, settings: Settings) -> Finding:
    models = ", ".join(f"{role}: {model.model} ({model.runtime})" for role, model in profile.models.items())
    return Finding("profile", "ok", f"{profile.name}; {models}; home {settings.home}", needed=True)


def _strangers(settings: Settings) -> Iterator[Finding]:
    for name, meant in strangers(settings).items():
        fix = f"set {meant}, if that was meant" if meant else "docs/settings.md lists every setting"
        yield Finding("settings", "broken", f"{name} is no setting", "it has no effect", fix)


def _policy(settings: Settings) -> Iterator[Finding]:
    if settings.policy is None:
        return
    try:
        load_policy(settings.policy, settings.confidence_target)
    except ConfigError as error:
        yield Finding("policy", "broken", error.message, "nothing can be served", error.hint, needed=True)
    else:
        yield Finding("policy", "ok", str(settings.policy), needed=True)


def _encoder(profile: Profile, settings: Settings) -> Finding:
    name = profile.encoder
    try:
        where = locate(name, settings) if name in catalogue() else _folder(settings.models_dir / name)
    except ModelError as error:
        state: State = "missing" if error.code == "model_missing" else "broken"
        return Finding("encoder", state, error.message, "nothing can be routed or served", error.hint, needed=True)
    return Finding("encoder", "ok", str(where), needed=True)


def _folder(path: Path) -> Path:
    if not path.is_dir():
        find_model(path.name)
    return path


def _models(profile: Profile, settings: Settings) -> Iterator[Finding]:
    for role, model in profile.models.items():
        users = [expert for expert, used in profile.experts.items() if used == role]
        if profile.monolith == role:
            users.append("the monolith")
        without = f"{', '.join(users) or 'nobody'} cannot answer (expert_unavailable)"
        yield _local(role, model, settings, without) if model.runtime == "llamacpp" else _remote(role, model, without)


def _local(role: str, model: ModelProfile, settings: Settings, without: str) -> Finding:
    part = f"model {role}"
    if find_spec("xllamacpp") is None:
        return Finding(part, "missing", "xllamacpp is not installed", without, "make setup")
    if problem := _loading_problem("xllamacpp"):
        return Finding(part, "broken", f"xllamacpp does not load: {problem}", without, "make setup")
    try:
        path = locate(model.model, settings)
        check_memory(WorkerSpec(path, model.model, model.context, model.parallel, threads=1))
    except NescioError as error:
        state: State = "missing" if error.code == "model_missing" else "broken"
        return Finding(part, state, error.message, without, error.hint)
    return Finding(part, "ok", str(path))


@lru_cache
def _loading_problem(module: str) -> str:
    """What importing `module` says, "" if it loads. It is tried apart: a library that it lacks may end a process."""
    try:
        tried = subprocess.run(
            [sys.executable, "-c", f"import {module}"], capture_output=True, text=True, timeout=_LOADING_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end within {_LOADING_S} s"
    said = tried.stderr.strip().splitlines()
    return "" if tried.returncode == 0 else said[-1] if said else f"exit status {tried.returncode}"


def _remote(role: str, model: ModelProfile, without: str) -> Finding:
    address = os.environ.get(model.base_url_env or "", "") or model.base_url
    if address is None:
        return Finding(f"model {role}", "broken", "no base_url", without, "set base_url in the profile")
    shown = without_credentials(address)
    return Finding(f"model {role}", "ok", f"{model.lora or model.model} at {shown} (not asked)")


def _router(settings: Settings) -> Finding:
    folder = settings.router_dir
    if folder.is_dir() and any(folder.iterdir()):
        return Finding("router index", "ok", str(folder))
    message = "the first start takes longer, because it builds it"
    return Finding("router index", "optional", f"{folder} is not built", message, "nescio index build")


async def _sandbox() -> Finding:
    from nescio.sandbox import Sandbox

    without = "no program is run: math abstains with tool_failed"
    where = shutil.which("bwrap")
    if where is None:
        return Finding("sandbox", "missing", "bubblewrap (bwrap) is not installed", without, apt_line("bubblewrap"))
    sandbox = Sandbox()
    try:
        check = await sandbox.check()
    finally:
        sandbox.close()
    if check.ok:
        return Finding("sandbox", "ok", f"{where}; {len(check.probes)} probes passed in {check.duration:.1f} s")
    return Finding(
        "sandbox", "broken", check.message, without, "nescio sandbox check says more; docs/docker.md for containers"
    )


def apt_line(package: str) -> str:
    """What to type to install a Debian package."""
    return f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install -y {package}"


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1e9:.1f} GB free for {settings.home}"
    if not os.access(folder, os.W_OK):
        return Finding(
            "disk", "broken", f"{folder} cannot be written", "nothing can be stored", "set NESCIO_HOME", True
        )
    if free < 200e6:
        return Finding("disk", "broken", detail, "the outcome log may fail", "free some room, or set NESCIO_HOME")
    return Finding("disk", "ok", detail)


def _memory() -> Finding:
    return Finding("memory", "ok", f"{free_memory() / 1e9:.1f} GB free")


def _torch() -> Finding:
    absent = [name for name in ("torch", "sentence_transformers") if find_spec(name) is None]
    if not absent:
        return Finding("torch", "ok", "torch and sentence-transformers are installed")
    without = "fitting with another encoder, and the tests marked torch; serving does not need it"
    return Finding("torch", "optional", f"not installed: {', '.join(absent)}", without, "make setup TORCH=1")


def _chromium() -> Finding:
    found = next((where for name in CHROMIUM if (where := shutil.which(name))), None)
    if found:
        return Finding("chromium", "ok", found)
    without = "the tests of the page that drive a browser are skipped"
    return Finding("chromium", "optional", "not installed", without, apt_line("chromium"))
