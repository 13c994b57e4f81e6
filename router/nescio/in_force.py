"""The settings in force, each with where it came from, fit to be shown to anybody: secrets are told of and not told."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import SecretStr

from nescio.policy import load_policy
from nescio.settings import ModelProfile, Settings, profile_path

PREFIX = "NESCIO_"
NOTHING = "–"
HIDDEN = "set, not shown"


@dataclass(frozen=True, slots=True)
class InForce:
    """One setting as it applies now.

    Attributes:
        name: The variable, or the entry of a file.
        value: As text; a secret is only said to be set.
        source: ``environment``, ``default``, or the file that says so.
    """

    name: str
    value: str
    source: str


def settings_in_force(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[InForce, ...]:
    """Every setting, then what the profile's file says, then what the policy's file says.

    Raises:
        ConfigError: The profile or the policy cannot be read.
    """
    return (*variables_in_force(settings, environment), *_of_profile(settings, environment), *_of_policy(settings))


def variables_in_force(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[InForce, ...]:
    """Every setting that a variable can change."""
    given = {name.upper() for name in environment}
    return tuple(
        InForce(name, _shown(getattr(settings, field)), "environment" if name in given else "default")
        for field in Settings.model_fields
        for name in [PREFIX + field.upper()]
    )


def strangers(settings: Settings, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables that look like settings and are none, with the setting that may have been meant, or ""."""
    known = [PREFIX + field.upper() for field in Settings.model_fields]
    named = {variable for model in settings.loaded_profile.models.values() for variable in _variables(model)}
    found = sorted(name for name in environment if name.upper().startswith(PREFIX))
    strange = [name for name in found if name.upper() not in known and name not in named]
    return {name: next(iter(get_close_matches(name.upper(), known, n=1)), "") for name in strange}


def without_credentials(address: str) -> str:
    """`address` without the user and password that it may hold."""
    return re.sub(r"(?<=://)[^/@]*@", "…@", address)


def _variables(model: ModelProfile) -> set[str]:
    return {name for name in (model.base_url_env, model.api_key_env) if name}


def _of_profile(settings: Settings, environment: Mapping[str, str]) -> Iterator[InForce]:
    file = str(profile_path(settings.profile))
    profile = settings.loaded_profile
    yield InForce("profile encoder", profile.encoder, file)
    for role, model in profile.models.items():
        yield InForce(f"profile model {role}", f"{model.lora or model.model} ({model.runtime})", file)
        variable = model.base_url_env or ""
        address = environment.get(variable) or model.base_url
        if address:
            source = f"environment ({variable})" if environment.get(variable) else file
            yield InForce(f"profile address {role}", without_credentials(address), source)
        if model.api_key_env:
            key = HIDDEN if environment.get(model.api_key_env) else NOTHING
            yield InForce(f"profile key {role}", key, f"environment ({model.api_key_env})")
    for expert, role in profile.experts.items():
        yield InForce(f"profile expert {expert}", role, file)
    yield InForce("profile monolith", profile.monolith, file)


def _of_policy(settings: Settings) -> Iterator[InForce]:
    if settings.policy is None:
        return
    file = str(settings.policy)
    policy = load_policy(settings.policy, settings.confidence_target)
    yield InForce("policy target", f"{policy.target:g}", file)
    yield InForce("policy minimum_target", f"{policy.minimum_target:g}", file)
    yield InForce("policy answer_uncalibrated", str(policy.answer_uncalibrated).lower(), file)
    for bound, value in policy.bounds.items():
        yield InForce(f"policy {bound}", f"{value:g}", file)
    if policy.allowed is not None:
        yield InForce("policy allowed", ", ".join(sorted(policy.allowed)), file)
    for expert, bounds in policy.expert_bounds.items():
        for bound, value in bounds.items():
            yield InForce(f"policy {bound} of {expert}", f"{value:g}", file)
    for expert, target in policy.targets.items():
        yield InForce(f"policy target of {expert}", f"{target:g}", file)
    for expert in sorted(policy.refer):
        yield InForce(f"policy {expert}", "referred elsewhere", file)


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN
    if value is None or value == ():
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return os.pathsep.join(str(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else without_credentials(str(value))
