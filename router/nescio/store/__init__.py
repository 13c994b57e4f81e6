"""Keeps what happened: the outcome log, in SQLite by default."""

from nescio.store.outcome_log import LogCounts, LoggedGrade, LoggedRow, LogRole, OutcomeLog
from nescio.store.private import make_private

__all__ = ["LogCounts", "LogRole", "LoggedGrade", "LoggedRow", "OutcomeLog", "make_private"]
