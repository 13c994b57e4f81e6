"""Loads what an engine is made of, in order, telling of each step. It decides nothing; `nescio.engine` uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nescio.calibration import Calibration, Fingerprint, Problem, fingerprint, load_calibration
from nescio.competence import Competence, digest, load_competence
from nescio.errors import ArtefactError
from nescio.graph import MONOLITH
from nescio.monolith import create_monolith
from nescio.observe import log
from nescio.registry import Registry, discover
from nescio.types import Card, Context, Encode, Expert, Progress, Route, Warming

if TYPE_CHECKING:
    from nescio.models.manager import ModelManager
    from nescio.routing import Router
    from nescio.sandbox import Sandbox
    from nescio.settings import Settings
    from nescio.store import OutcomeLog
    from nescio_indexes.encoder import Encoder
    from nescio_indexes.online import Follower


@dataclass(frozen=True, slots=True)
class Assembled:
    """What an engine is made of.

    Attributes:
        registry: The experts that can be routed to, and those that were skipped.
        experts: All that can be asked, the monolith among them.
        router: Fitted on the experts' exemplars.
        follower: Takes exemplars that are added or removed meanwhile into it.
        calibrations: Those that fit their expert as it is now.
        stale: Why the other experts have none.
        models: Backends by role.
        sandbox: Where programs run.
        outcomes: The outcome log.
    """

    registry: Registry
    experts: Mapping[str, Expert]
    router: Router
    follower: Follower
    calibrations: Mapping[str, Calibration]
    stale: Mapping[str, Problem]
    models: ModelManager
    sandbox: Sandbox
    outcomes: OutcomeLog


def assemble(settings: Settings, progress: Progress) -> Assembled:
    """Load everything that `settings` ask for.

    Raises:
        NescioError: A part that nothing works without is missing or broken.
    """
    from nescio.models.manager import ModelManager
    from nescio.sandbox import Sandbox
    from nescio.store import OutcomeLog

    progress("finding experts")
    registry = discover(settings.experts)
    experts = {**registry.experts, MONOLITH: create_monolith(settings.loaded_profile.monolith)}
    progress("loading the encoder")
    encoder = load_encoder(settings)
    router, follower = load_router(settings, registry, encoder, progress)
    competence = load_competence_model(settings, encoder)
    if competence is not None:
        costs = {name: expert.card.cost for name, expert in experts.items()}
        router.compete(competence, costs, settings.price)
    progress("loading calibrations")
    models = ModelManager(settings)
    cards = [expert.card for expert in experts.values()]
    mark = None if competence is None else digest(competence)
    calibrations, stale = load_calibrations(settings, cards, models, encoder.name, mark)
    return Assembled(
        registry=registry,
        experts=experts,
        router=router,
        follower=follower,
        calibrations=calibrations,
        stale=stale,
        models=models,
        sandbox=Sandbox(warm=True),
        outcomes=OutcomeLog.open(settings),
    )


def load_encoder(settings: Settings) -> Encoder:
    """The profile's encoder.

    Raises:
        ModelMissing: It is not on this machine.
        ChecksumMismatch: A file of it is damaged.
    """
    from nescio.models.catalogue import catalogue
    from nescio.models.provision import locate
    from nescio_indexes.encoder import Encoder

    name = settings.loaded_profile.encoder
    # A catalogue encoder is checked against its sha256; a folder of the user's own is taken as it is.
    return Encoder(locate(name, settings) if name in catalogue() else settings.models_dir / name)


def load_router(
    settings: Settings, registry: Registry, encoder: Encoder, progress: Progress
) -> tuple[Router, Follower]:
    """The router of the experts at hand, fitted anew if their exemplars have changed, and what keeps it up to date."""
    from nescio.routing import Router
    from nescio_indexes.build import build_default_router
    from nescio_indexes.online import Follower

    progress("loading the router")
    fitted = build_default_router(registry.cards, encoder, settings.router_dir, progress)
    follower = Follower(settings.router_dir, fitted)
    if settings.scorer == "embedding":
        return Router.of(fitted, encoder), follower
    from nescio.scored import load_scored_router

    return load_scored_router(settings, registry.cards, encoder, fitted, progress), follower


async def warm_up(experts: Mapping[str, Expert], encode: Encode, settings: Settings, progress: Progress) -> None:
    """Have every expert load what its first question would wait for. One that fails is left to fail when asked."""
    for name, expert in experts.items():
        if not isinstance(expert, Warming):
            continue
        progress(f"warming up {name}")
        context = Context(
            route=Route("", (), 0.0),
            backend=None,
            sandbox=None,
            encode=encode,
            data_dir=settings.home / "experts" / name,
            progress=progress,
        )
        try:
            await expert.warmup(context)
        except Exception:  # noqa: BLE001 - a plugin's defect must not keep the others from starting
            log.exception("expert did not warm up", expert=name)


def load_competence_model(settings: Settings, encoder: Encoder) -> Competence | None:
    """The competence model of this machine, if one was fitted; one that cannot be used is warned of and left out."""
    if not settings.competence_dir.is_dir():
        return None
    try:
        return load_competence(settings.competence_dir, encoder.fingerprint)
    except ArtefactError as error:
        log.warning("competence model not used", error=error.message, hint=error.hint)
        return None


def load_calibrations(
    settings: Settings, cards: list[Card], models: ModelManager, encoder: str, competence: str | None = None
) -> tuple[dict[str, Calibration], dict[str, Problem]]:
    """The calibrations that fit, and why the others do not."""
    fitting: dict[str, Calibration] = {}
    stale: dict[str, Problem] = {}
    for card in cards:
        mark = fingerprint_now(card, models, encoder)
        found = load_calibration(calibration_folders(settings, card), card, mark, competence)
        if isinstance(found, Problem):
            stale[card.name] = found
        else:
            fitting[card.name] = found
    return fitting, stale


def calibration_folders(settings: Settings, card: Card) -> tuple[Path, ...]:
    """Where a calibration of `card` may lie, the machine's own fit first."""
    return (settings.calibration_dir / card.name, card.folder / "calibration")


def fingerprint_now(card: Card, models: ModelManager, encoder: str) -> Fingerprint:
    """The fingerprint of the expert of `card` as it is now."""
    role = models.role_of(card.name, card.model)
    return fingerprint(card, encoder, None if role is None else models.backend(role).fingerprint)
