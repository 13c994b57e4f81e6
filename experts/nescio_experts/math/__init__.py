"""The math expert: answers by running programs in the sandbox. `create` is its entry point."""

from __future__ import annotations

from pathlib import Path

from nescio.card import load_card
from nescio.types import Expert


def create() -> Expert:
    """The expert, with its card read."""
    from nescio_experts.math.expert import MathExpert

    return MathExpert(load_card(Path(__file__).parent))
