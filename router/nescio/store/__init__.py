"""Keeps what happened: the outcome log, in SQLite by default."""

from nescio.store.outcome_log import LogCounts, LoggedGrade, LoggedRow, LogRole, OutcomeLog

__all__ = ["LogCounts", "LogRole", "LoggedGrade", "LoggedRow", "OutcomeLog"]
