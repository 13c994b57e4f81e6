"""What the service needs of the engine. Protocols only, so that the service can be tested without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from nescio.decide import Ask
from nescio.graph import Slot, at_once
from nescio.types import Abstained, Card, Outcome, Progress, Query, Route, silent

if TYPE_CHECKING:
    from nescio.drift import Drift
    from nescio.explaining import Explanation

CalibrationStatus = Literal["own", "pooled", "none"]
Grade = Literal["right", "wrong"]


class Skipped(Protocol):
    """An expert that could not be loaded, and why."""

    @property
    def name(self) -> str:
        """Its name, as far as it is known."""
        ...

    @property
    def message(self) -> str:
        """What is wrong with it."""
        ...


class RegistryDoor(Protocol):
    """The experts at hand."""

    @property
    def cards(self) -> tuple[Card, ...]:
        """One card an expert."""
        ...

    @property
    def problems(self) -> Sequence[Skipped]:
        """Those that were skipped."""
        ...


class PreviewDoor(Protocol):
    """Where a query would go; nothing was generated."""

    @property
    def route(self) -> Route:
        """The ranked candidates."""
        ...

    @property
    def decision(self) -> Ask | Abstained:
        """Who would be asked, or why nobody."""
        ...

    @property
    def confidence_target(self) -> float:
        """The target in force."""
        ...

    @property
    def scope_threshold(self) -> float:
        """P(in scope) must exceed it."""
        ...

    @property
    def explanation(self) -> Explanation | None:
        """Why, if that was asked."""
        ...


class ReadinessDoor(Protocol):
    """Whether a chat request would be served now."""

    @property
    def ready(self) -> bool:
        """True only if it would."""
        ...

    @property
    def parts(self) -> Mapping[str, str]:
        """Each part and its state, in words."""
        ...


class EngineDoor(Protocol):
    """The one object behind the service; `nescio.engine.Engine` is it."""

    @property
    def registry(self) -> RegistryDoor:
        """The experts at hand."""
        ...

    async def ask(
        self,
        query: Query,
        *,
        progress: Progress = silent,
        conversation_id: str | None = None,
        slot: Slot = at_once,
    ) -> Outcome:
        """Decide on `query`, holding `slot` while an expert works; cancelling the call ends generation."""
        ...

    async def preview(self, text: str, target: float | None, *, explain: bool = False) -> PreviewDoor:
        """Where `text` would go, and with `explain` why."""
        ...

    def calibration_status(self, expert: str) -> CalibrationStatus:
        """What stands behind the expert's p."""
        ...

    async def grade(self, completion_id: str, grade: Grade, answer: str | None) -> None:
        """Keep a grade of an earlier answer.

        Raises:
            NotFound: No such completion.
            InvalidRequest: It was an abstention, or cannot be graded.
        """
        ...

    async def record(self, outcome: Outcome) -> None:
        """Keep an outcome that the service decided in the engine's place."""
        ...

    @property
    def drift(self) -> Mapping[str, Drift]:
        """How each calibrated expert fares since it was calibrated."""
        ...

    @property
    def lost(self) -> int:
        """How many outcomes could not be kept since the start."""
        ...

    async def readiness(self) -> ReadinessDoor:
        """Whether a chat request would be served now."""
        ...
