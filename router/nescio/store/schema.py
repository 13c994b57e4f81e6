"""The tables of the outcome log, and the check that a database is of a version this code knows."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
    update,
)

from nescio.errors import ConfigError

VERSION = 3

METADATA = MetaData()

ABOUT = Table(
    "nescio_about",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

OUTCOMES = Table(
    "nescio_outcomes",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(120), nullable=False, unique=True),
    Column("recorded_at", Float, nullable=False),
    Column("role", String(8), nullable=False),
    Column("key", String(16), nullable=False),
    Column("query", Text),
    Column("answer", Text),
    Column("decision", String(10), nullable=False),
    Column("reason", String(40)),
    Column("expert", String(80)),
    Column("model", String(200)),
    Column("confidence_target", Float, nullable=False),
    Column("wished", JSON),
    Column("p", Float),
    Column("p_route", Float),
    Column("scope", Float),
    Column("calibration", String(8), nullable=False),
    Column("mark", String(80)),
    Column("candidates", JSON, nullable=False),
    Column("features", JSON),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("answer_tokens", Integer, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("latency_s", Float, nullable=False),
    Index("nescio_outcomes_role_expert", "role", "expert"),
)
"""One row a decision. An unknown number is NULL; texts are NULL where queries are not logged. `confidence_target` is
what p had to exceed; `wished`, what the request itself asked for, is NULL in rows of schema 1; `mark`, the state of the
expert that its calibration fits, in rows before schema 3."""

GRADES = Table(
    "nescio_grades",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("outcome_id", String(120), ForeignKey("nescio_outcomes.id"), nullable=False, index=True),
    Column("grade", String(8), nullable=False),
    Column("answer", Text),
    Column("graded_at", Float, nullable=False),
)
"""One row a grade that was given; the last of an outcome counts, the earlier ones are its history."""


def prepare(engine: Engine) -> None:
    """Make the tables in an empty database; bring those of an earlier version up to this one.

    Raises:
        ConfigError: It was written by a later version of nescio.
    """
    with engine.begin() as connection:
        if inspect(connection).has_table(ABOUT.name):
            _check(connection, engine)
            return
        METADATA.create_all(connection)
        connection.execute(insert(ABOUT).values(name="schema", value=str(VERSION)))


def _check(connection: Connection, engine: Engine) -> None:
    found = connection.execute(select(ABOUT.c.value).where(ABOUT.c.name == "schema")).scalar()
    if found == str(VERSION):
        return
    if found in ("1", "2"):
        for column in ("wished JSON", "mark VARCHAR(80)")[int(found) - 1 :]:
            connection.execute(text(f"ALTER TABLE {OUTCOMES.name} ADD COLUMN {column}"))
        connection.execute(update(ABOUT).where(ABOUT.c.name == "schema").values(value=str(VERSION)))
        return
    where = engine.url.render_as_string(hide_password=True)
    if found is not None and found.isdigit() and int(found) > VERSION:
        raise ConfigError(
            f"the outcome log {where} has schema {found}; this nescio reads up to {VERSION}",
            hint="use the newer nescio that wrote it, or move the file away",
        )
    raise ConfigError(f"the outcome log {where} names no schema that is known", hint="move the file away")
