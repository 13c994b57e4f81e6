"""The general expert: what a small language model knows of everything that no other expert covers.

A prompt, a model that is asked twice, for the answer and whether it is right, and the gate that stops it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nescio.types import Expert


def create() -> Expert:
    """The expert, ready to be asked."""
    from nescio.card import load_card
    from nescio_experts.general.expert import GeneralExpert

    return GeneralExpert(load_card(Path(__file__).parent))
