"""Scorers: how well each label fits a query, and whether any does. Raw scores only; calibration is the router's."""

from __future__ import annotations

from nescio.scorers.base import Scorer
from nescio.scorers.decision import DecisionScorer
from nescio.scorers.embedding import EmbeddingScorer
from nescio.scorers.fused import FusedScorer

__all__ = ["DecisionScorer", "EmbeddingScorer", "FusedScorer", "Scorer"]
