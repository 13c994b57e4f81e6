"""The one settings object: from the environment (``NESCIO_*``), with a profile that says which models serve whom.

Reading settings touches the environment and the profile's file, nothing else; no folder is made here.
"""

from __future__ import annotations

import os
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from nescio.errors import ConfigError
from nescio.types import DEFAULT_TARGET


class ModelProfile(BaseModel):
    """One model that a profile offers under a role name.

    ``llamacpp`` starts a local worker on a catalogue file; ``openai`` talks to a server that runs already.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    runtime: Literal["llamacpp", "openai"]
    model: str
    """Catalogue name (llamacpp) or the name the server knows (openai)."""
    base_url: str | None = None
    base_url_env: str | None = None
    """The variable that, if it is set, holds the address instead."""
    api_key_env: str | None = None
    """The variable that holds the server's key; unset means that it asks for none."""
    context: int = Field(default=4096, ge=256)
    parallel: int = Field(default=5, ge=1)
    threads: int | None = Field(default=None, ge=1)
    lora: str | None = None


class Profile(BaseModel):
    """Which encoder, which models, and which model serves which expert."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    encoder: str = "all-minilm-l6-v2-int8"
    models: dict[str, ModelProfile]
    experts: dict[str, str] = Field(default_factory=dict)
    """Expert name → role in `models`; an expert that is not named uses its card's role."""
    monolith: str = "general"


class Settings(BaseSettings):
    """Everything that can be set, each as ``NESCIO_<NAME>``; see docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix="NESCIO_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("nescio"))
    """Models, indexes, calibrations, logs and conversations live below it."""
    profile: str = "cpu"
    """A name (``cpu``, ``gpu``) or the path of a profile's TOML file."""
    experts: Annotated[tuple[Path, ...], NoDecode] = ()
    """Folders of experts (each with a ``card.toml``), separated as in PATH."""
    data: Path | None = None
    """Folder of evaluation data."""
    model_source: Path | None = None
    """A folder of model files that is asked before every other source."""
    policy: Path | None = None
    """A ``policy.toml``."""
    confidence_target: float = Field(default=DEFAULT_TARGET, ge=0, lt=1)
    worth_floor: float = Field(default=0.05, ge=0, lt=1)
    """The gate before the answer stops a query whose chance of passing the final gate is not above it."""
    scorer: Literal["embedding", "systemone", "decisions", "logprobs"] = "embedding"
    """What scores the experts for a query; the last three ask the server at `scorer_url`."""
    scorer_url: str | None = None
    scorer_model: str | None = None
    """The name that the scorer's server knows its model by."""
    scorer_key: SecretStr | None = None
    scorer_timeout: float = Field(default=10.0, gt=0)
    """Seconds for one decision."""
    scorer_concurrency: int = Field(default=4, ge=1)
    """Decisions that are asked for at the same time."""
    scorer_fused: bool = True
    """Whether the embedding score joins the decision model's."""
    price: float = Field(default=0.0, ge=0)
    """λ: what a second of an expert's time costs in P(right), where experts of one domain compete."""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    api_key: SecretStr | None = None
    concurrency: int = Field(default=1, ge=1)
    """Requests that use a model at the same time; lookups do not count."""
    queue_size: int = Field(default=16, ge=0)
    """Requests that may wait for a model."""
    request_timeout: float = Field(default=300.0, gt=0)
    """Seconds from arrival to decision before a request gives up."""
    model_timeout: float = Field(default=120.0, gt=0)
    """Seconds for one call of a model."""
    index_memory: int = Field(default=1536, ge=16)
    """MiB that the index of a router's exemplars may take, texts included; `nescio fit` chooses its kind by it."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_queries: bool = True
    """Whether the outcome log keeps the query's text; features and decisions are always kept."""

    @field_validator("experts", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(Path(part) for part in value.split(os.pathsep) if part)
        return value

    @field_validator("api_key", "scorer_key", mode="before")
    @classmethod
    def _no_empty_key(cls, value: object) -> object:
        """A variable that is set to nothing, as Compose does, sets no key: an empty one would let an empty one in."""
        return None if isinstance(value, str) and not value.strip() else value

    @cached_property
    def loaded_profile(self) -> Profile:
        """The profile that `profile` names.

        Raises:
            ConfigError: No such profile, or a field of it is wrong.
        """
        return load_profile(self.profile)

    @property
    def models_dir(self) -> Path:
        """Where model files live."""
        return self.home / "models"

    @property
    def router_dir(self) -> Path:
        """Where the built router (index, head, calibration) lives."""
        return self.home / "router"

    @property
    def calibration_dir(self) -> Path:
        """Where calibrations fitted on this machine live, one folder an expert."""
        return self.home / "calibration"

    @property
    def competence_dir(self) -> Path:
        """Where the competence model fitted on this machine lives."""
        return self.home / "competence"


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, with `overrides` on top.

    Raises:
        ConfigError: A value is out of range; the message names the variable.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"NESCIO_{name.upper()}: {first['msg']}", hint="docs/settings.md lists every setting and its range"
        ) from error


def load_profile(name: str) -> Profile:
    """Read the profile called `name`, or the one in the file `name`.

    Raises:
        ConfigError: No such profile, broken TOML, or a wrong field.
    """
    path = profile_path(name)
    try:
        return Profile(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        raise ConfigError(f"profile {path}: {error}", hint="compare it with profiles/cpu.toml") from error


def profile_path(name: str) -> Path:
    """The file of the profile called `name`, or `name` itself where that is a file.

    Raises:
        ConfigError: There is no such profile.
    """
    here = Path(__file__).resolve()
    places = (Path(name), here.parent / "profiles" / f"{name}.toml", here.parents[2] / "profiles" / f"{name}.toml")
    for place in places:
        if place.suffix == ".toml" and place.is_file():
            return place
    raise ConfigError(f"no profile called {name!r}", hint="NESCIO_PROFILE takes cpu, gpu, or the path of a .toml file")
