"""Grades answers, once for calibration and for evaluation."""

from nescio.grading.text import normalise

__all__ = ["normalise"]
