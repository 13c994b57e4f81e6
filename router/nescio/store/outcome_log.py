"""The outcome log: every decision with its features, and every grade that arrives later. One table for all readers.

It keeps and returns; it fits nothing. Losing a record never costs an answer: a write that fails is counted and logged.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from sqlalchemy import URL, Engine, create_engine, event, func, insert, make_url, select
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from nescio.calibration.rows import hashed
from nescio.errors import ConfigError, InvalidRequest, NotFound, OutOfDisk
from nescio.observe import log
from nescio.store.private import make_folder_private, make_private
from nescio.store.schema import GRADES, OUTCOMES, prepare
from nescio.types import Answered, Candidate, Outcome

if TYPE_CHECKING:
    from nescio.settings import Settings

LogRole = Literal["live", "fit", "test"]
GradeWord = Literal["right", "wrong"]
WISHES = ("confidence_target", "max_risk", "max_hallucination_rate", "expert", "monolith", "gate")
"""Fields of a query that say what is demanded of an answer, and of whom."""

_TEXT_LIMIT = 65536


@dataclass(frozen=True, slots=True)
class LoggedGrade:
    """One grade that was given, with the right answer if it came along."""

    grade: GradeWord
    answer: str | None
    graded_at: float


@dataclass(frozen=True, slots=True)
class LoggedRow:
    """One decision as it was kept; an unknown number is NaN, `query` and `answer` are None where texts are not kept.

    `confidence_target` is what p had to exceed; `wished` what the request asked for by itself, None in old rows;
    `mark` tells the state of the expert that its calibration fits, None where it has none;
    `generated` whether there was an answer, given or withheld.
    """

    id: str
    recorded_at: float
    role: LogRole
    key: str
    query: str | None
    answer: str | None
    decision: Literal["answered", "abstained"]
    reason: str | None
    expert: str | None
    confidence_target: float
    p: float
    p_route: float
    scope: float
    calibration: Literal["own", "pooled", "none"]
    features: Mapping[str, float]
    latency_s: float
    grade: GradeWord | None = None
    wished: Mapping[str, Any] | None = None
    candidates: tuple[Candidate, ...] = ()
    generated: bool = False
    tokens: int = 0
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class LogCounts:
    """Figures for monitoring: decisions by kind, current grades, and records lost since the start."""

    answered: int = 0
    abstained: int = 0
    by_reason: Mapping[str, int] = field(default_factory=dict)
    right: int = 0
    wrong: int = 0
    lost: int = 0


class OutcomeLog:
    """The log behind one database. Thread-safe; `close` it in the end."""

    def __init__(
        self, database: Path | str, *, keep_texts: bool = True, clock: Callable[[], float] = time.time
    ) -> None:
        """Open or make the log.

        Args:
            database: A file of SQLite, or a SQLAlchemy URL (``postgresql+psycopg://…``).
            keep_texts: Whether query and answer are kept; features, decisions and a hash of the query always are.
            clock: Seconds since 1970.

        Raises:
            ConfigError: It cannot be opened, or a later version wrote it.
        """
        url = make_url(database) if isinstance(database, str) else URL.create("sqlite", database=str(database))
        self._keep_texts = keep_texts
        self._clock = clock
        self._lost = 0
        try:
            if isinstance(database, Path):
                database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                make_private(database)
            self._engine = _engine(url)
            prepare(self._engine)
        except (SQLAlchemyError, OSError) as error:
            shown = url.render_as_string(hide_password=True)
            raise ConfigError(
                f"the outcome log {shown} cannot be opened: {_cause(error)}", hint="check the path and its permissions"
            ) from error

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The log that `settings` ask for: below their home, which it closes to others; with texts if they are logged.

        Raises:
            ConfigError: The home cannot be made, or the log cannot be opened.
        """
        try:
            make_folder_private(settings.home)
        except OSError as error:
            hint = "NESCIO_HOME names a folder that can be made and written"
            raise ConfigError(f"{settings.home} cannot be used: {error.strerror}", hint=hint) from error
        return cls(settings.home / "outcomes.sqlite", keep_texts=settings.log_queries)

    @property
    def lost(self) -> int:
        """How many records could not be written since the start."""
        return self._lost

    def record(self, outcome: Outcome, role: LogRole = "live") -> bool:
        """Keep `outcome`; False if it could not be written, which is counted and logged and never raised.

        An id that is there already keeps its first record.
        """
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(OUTCOMES).values(**self._values(outcome, role)))
        except IntegrityError:
            log.warning("outcome is recorded already", id=outcome.query.id)
            return False
        except SQLAlchemyError as error:
            self._lost += 1
            log.error("outcome lost", id=outcome.query.id, error=_cause(error), lost=self._lost)
            return False
        return True

    def grade(self, outcome_id: str, grade: GradeWord, answer: str | None = None) -> None:
        """Keep a grade of an answer that was given. A second grade replaces the first, which stays as history.

        Raises:
            NotFound: No outcome has that id.
            InvalidRequest: It was an abstention.
            OutOfDisk: The grade could not be written.
        """
        kept = _storable(answer) if answer is not None and self._keep_texts else None
        try:
            with self._engine.begin() as connection:
                decision = connection.execute(select(OUTCOMES.c.decision).where(OUTCOMES.c.id == outcome_id)).scalar()
                if decision is None:
                    raise NotFound(f"no completion has the id {outcome_id!r}", hint="use the id of a completion")
                if decision != "answered":
                    raise InvalidRequest(f"{outcome_id} is an abstention; only answers are graded", param="id")
                values = {"outcome_id": outcome_id, "grade": grade, "answer": kept, "graded_at": self._clock()}
                connection.execute(insert(GRADES).values(**values))
        except DBAPIError as error:
            raise OutOfDisk(
                f"the grade was not kept: {_cause(error)}", hint="free some room and send it again"
            ) from error

    def history(self, outcome_id: str) -> tuple[LoggedGrade, ...]:
        """Every grade of one outcome, oldest first; the last one counts."""
        query = select(GRADES).where(GRADES.c.outcome_id == outcome_id).order_by(GRADES.c.number)
        with self._engine.connect() as connection:
            return tuple(LoggedGrade(row.grade, row.answer, row.graded_at) for row in connection.execute(query))

    def rows(
        self,
        role: LogRole | None = None,
        *,
        expert: str | None = None,
        graded: bool = False,
        since: float | None = None,
        last: int | None = None,
    ) -> tuple[LoggedRow, ...]:
        """The decisions of one role (or of all), oldest first, with the grade that counts.

        Args:
            role: ``live``, ``fit`` or ``test``; fitting never reads ``test``.
            expert: Only this one's.
            graded: Only those that have a grade.
            since: Only those recorded after this, in seconds since 1970.
            last: Only so many, the latest.
        """
        counting = select(func.max(GRADES.c.number)).group_by(GRADES.c.outcome_id)
        current = select(GRADES).where(GRADES.c.number.in_(counting)).subquery()
        joined = OUTCOMES.join(current, current.c.outcome_id == OUTCOMES.c.id, isouter=not graded)
        query = select(OUTCOMES, current.c.grade).select_from(joined).order_by(OUTCOMES.c.number.desc()).limit(last)
        if role is not None:
            query = query.where(OUTCOMES.c.role == role)
        if expert is not None:
            query = query.where(OUTCOMES.c.expert == expert)
        if since is not None:
            query = query.where(OUTCOMES.c.recorded_at > since)
        with self._engine.connect() as connection:
            found = connection.execute(query).mappings().all()
        return tuple(_row(dict(one)) for one in reversed(found))

    def counts(self, role: LogRole = "live") -> LogCounts:
        """Decisions and grades of `role`, for metrics."""
        by_decision = select(OUTCOMES.c.decision, OUTCOMES.c.reason, func.count()).where(OUTCOMES.c.role == role)
        last = select(func.max(GRADES.c.number)).group_by(GRADES.c.outcome_id)
        by_grade = (
            select(GRADES.c.grade, func.count())
            .join(OUTCOMES, OUTCOMES.c.id == GRADES.c.outcome_id)
            .where(GRADES.c.number.in_(last), OUTCOMES.c.role == role)
            .group_by(GRADES.c.grade)
        )
        with self._engine.connect() as connection:
            grouped = connection.execute(by_decision.group_by(OUTCOMES.c.decision, OUTCOMES.c.reason)).all()
            grades = {row[0]: row[1] for row in connection.execute(by_grade)}
        reasons = {reason: n for decision, reason, n in grouped if decision == "abstained"}
        answered = sum(n for decision, _, n in grouped if decision == "answered")
        right, wrong = grades.get("right", 0), grades.get("wrong", 0)
        return LogCounts(answered, sum(reasons.values()), reasons, right, wrong, self._lost)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """The log itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _values(self, outcome: Outcome, role: LogRole) -> dict[str, Any]:
        decision, route = outcome.decision, outcome.route
        answered = isinstance(decision, Answered)
        answer = decision.answer if isinstance(decision, Answered) else decision.withheld
        texts = {"query": _storable(outcome.query.text), "answer": answer and _storable(answer.text)}
        return {
            "id": outcome.query.id,
            "recorded_at": self._clock(),
            "role": role,
            "key": hashed(outcome.query.text),
            **(texts if self._keep_texts else {}),
            "decision": "answered" if answered else "abstained",
            "reason": None if isinstance(decision, Answered) else str(decision.reason),
            "expert": outcome.expert,
            "model": answer and answer.model,
            "confidence_target": outcome.threshold,
            "wished": {name: getattr(outcome.query, name) for name in WISHES},
            "p": _null(decision.p),
            "p_route": None if outcome.expert is None else _null(route.p_route(outcome.expert)),
            "scope": _null(route.scope),
            "calibration": outcome.calibration,
            "mark": outcome.mark or None,
            "candidates": [[one.expert, _null(one.p_route), _null(one.p_expert)] for one in route.candidates],
            "features": None if outcome.evidence is None else _finite(outcome.evidence.features),
            "prompt_tokens": outcome.usage.prompt_tokens,
            "completion_tokens": outcome.usage.completion_tokens,
            "answer_tokens": outcome.usage.answer_tokens,
            "samples": outcome.usage.samples,
            "latency_s": outcome.latency_s,
        }


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": 10.0})

    def configure(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        # A commit is on disk before the caller goes on: a killed process loses nothing that it said it kept.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", configure)
    return engine


def _row(found: Mapping[str, Any]) -> LoggedRow:
    copied = ("id", "recorded_at", "role", "key", "query", "answer", "decision", "reason", "expert", "calibration")
    return LoggedRow(
        **{name: found[name] for name in copied},
        confidence_target=found["confidence_target"],
        p=_nan(found["p"]),
        p_route=_nan(found["p_route"]),
        scope=_nan(found["scope"]),
        features={name: _nan(value) for name, value in (found["features"] or {}).items()},
        latency_s=found["latency_s"],
        grade=found["grade"],
        wished=found["wished"],
        mark=found["mark"],
        candidates=tuple(Candidate(one[0], math.nan, *map(_nan, one[1:])) for one in found["candidates"]),
        generated=found["features"] is not None,
        tokens=found["prompt_tokens"] + found["completion_tokens"],
    )


def _storable(text: str) -> str:
    """`text` as any database takes it: no lone surrogates, no NUL, not endless."""
    return text[:_TEXT_LIMIT].encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def _null(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _nan(value: float | None) -> float:
    return math.nan if value is None else value


def _finite(features: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _null(value) for name, value in features.items()}


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
