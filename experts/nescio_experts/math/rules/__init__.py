"""Writes a program for a question that fixed rules can read completely; never for one they read in part.

A rule reads the whole question, word by word, or does not apply: a word that no rule knows may change the meaning. What
is written is a program text; it runs in the sandbox like a model's.
"""

from nescio_experts.math.rules.reader import is_incomplete, read, warm_up
from nescio_experts.math.rules.template import Written

__all__ = ["Written", "is_incomplete", "read", "warm_up"]
