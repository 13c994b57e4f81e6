"""Reads ``policy.toml``, in which an owner says where abstaining is wanted and where it is not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nescio.decide import Policy
from nescio.errors import ConfigError
from nescio.risk import BOUNDS, Bound
from nescio.types import DEFAULT_TARGET

Target = Annotated[float | None, Field(ge=0, lt=1)]
Share = Annotated[float | None, Field(gt=0, lt=1)]


class _Bounded(BaseModel):
    model_config = ConfigDict(extra="forbid")

    target: Target = None
    max_risk: Share = None
    max_hallucination_rate: Share = None

    @property
    def bounds(self) -> dict[Bound, float]:
        """Those that are set."""
        return {bound: value for bound in BOUNDS if (value := getattr(self, bound)) is not None}


class _ExpertRules(_Bounded):
    refer: bool = False
    message: str | None = None


class _PolicyFile(_Bounded):
    minimum_target: float = Field(default=0.0, ge=0, lt=1)
    answer_uncalibrated: bool = False
    allowed: list[str] | None = Field(default=None, min_length=1)
    experts: dict[str, _ExpertRules] = Field(default_factory=dict)


def load_policy(path: Path | None, default_target: float = DEFAULT_TARGET) -> Policy:
    """The policy in `path`; without one, the default target and nothing else.

    Raises:
        ConfigError: The file is missing or a rule in it is wrong.
    """
    if path is None:
        return Policy(target=default_target)
    try:
        raw = _PolicyFile(**tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"policy {path}: {error.strerror}", hint="name a file that can be read") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ConfigError(f"policy {path}: {wrong}", hint="docs/policy.md shows every rule") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"policy {path}: {error}", hint="docs/policy.md shows every rule") from error
    rules = raw.experts.items()
    return Policy(
        target=default_target if raw.target is None else raw.target,
        targets={name: rule.target for name, rule in rules if rule.target is not None},
        minimum_target=raw.minimum_target,
        bounds=raw.bounds,
        expert_bounds={name: rule.bounds for name, rule in rules if rule.bounds},
        refer=frozenset(name for name, rule in rules if rule.refer),
        allowed=None if raw.allowed is None else frozenset(raw.allowed),
        answer_uncalibrated=raw.answer_uncalibrated,
        wording={name: rule.message for name, rule in rules if rule.message is not None},
    )
