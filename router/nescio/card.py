"""Reads an expert's card: ``card.toml`` and the exemplars beside it. Says what is wrong with one in words.

It does not load the expert's code; `nescio.registry` does.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from nescio.errors import CardError
from nescio.types import Card

PROMPT_FEATURES = ("mean_logprob", "min_logprob", "agreement", "length")
"""Evidence that an expert without Python gives; `nescio.prompt_expert` computes it."""

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
_RESERVED = {"nescio", "monolith"}


class _Prompt(BaseModel):
    model_config = ConfigDict(extra="forbid")

    system: str = Field(min_length=1)
    samples: int = Field(default=4, ge=0, le=16)
    max_tokens: int = Field(default=128, ge=8, le=2048)


class _CardFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: _Name
    domain: str = Field(min_length=1)
    description: str = Field(min_length=1)
    licence: str = "Apache-2.0"
    modalities: tuple[str, ...] = ("text",)
    model: str | None = None
    features: tuple[str, ...] | None = None
    cost: float = Field(default=0.0, ge=0)
    memory_mb: int = Field(default=0, ge=0)
    prompt: _Prompt | None = None


def load_card(folder: Path) -> Card:
    """Read the card in `folder`, its ``exemplars.jsonl`` (rows ``{"text"}``) and the names of its Python files.

    Raises:
        CardError: The card is missing, broken, or contradicts itself.
    """
    path = folder / "card.toml"
    try:
        raw = _CardFile(**tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CardError(f"{folder} has no card.toml", hint="nescio experts new NAME makes one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CardError(f"{path} is not TOML: {error}", hint="check quotes and brackets at that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise CardError(f"{path}: {field}: {first['msg']}", hint="docs/write-an-expert.md lists the fields") from error
    if raw.name in _RESERVED:
        raise CardError(f"{path}: the name {raw.name!r} is reserved", hint="choose another name")
    prompt = raw.prompt
    features = raw.features or _features_of(prompt)
    if not features:
        raise CardError(f"{path}: no features", hint="an expert with code lists its evidence features")
    return Card(
        name=raw.name,
        domain=raw.domain,
        description=raw.description,
        features=features,
        exemplars=read_exemplars(folder / "exemplars.jsonl"),
        folder=folder,
        model=raw.model or ("general" if prompt else None),
        modalities=raw.modalities,
        licence=raw.licence,
        modules=tuple(sorted(folder.rglob("*.py"))),
        cost=raw.cost,
        memory_mb=raw.memory_mb,
        prompt=prompt.system if prompt else None,
        samples=prompt.samples if prompt else 4,
        max_tokens=prompt.max_tokens if prompt else 128,
    )


def _features_of(prompt: _Prompt | None) -> tuple[str, ...]:
    """The evidence of an expert without Python: agreement needs samples to agree with."""
    if prompt is None:
        return ()
    return PROMPT_FEATURES if prompt.samples else tuple(name for name in PROMPT_FEATURES if name != "agreement")


def read_exemplars(path: Path) -> tuple[str, ...]:
    """The ``text`` of each row of `path`, blanks collapsed, duplicates dropped, in order.

    Raises:
        CardError: The file is missing, a line is not JSON, or a row has no text.
    """
    if not path.is_file():
        raise CardError(f"{path} is missing", hint='one line an exemplar: {"text": "…"}')
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CardError(f"{path} is not UTF-8: {error}", hint="save it as UTF-8") from error
    texts: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            text = re.sub(r"\s+", " ", json.loads(line)["text"]).strip()
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise CardError(f"{path}:{number}: {error!r}", hint='a row looks like {"text": "…"}') from error
        if text:
            texts[text] = None
    return tuple(texts)
