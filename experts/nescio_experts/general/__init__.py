"""The general expert: what a small language model knows of everything that no other expert covers.

It has no code of its own: a prompt, a model, and the gate that stops it where its answers do not agree.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nescio.types import Expert


def create() -> Expert:
    """The expert, ready to be asked."""
    from nescio.card import load_card
    from nescio.prompt_expert import PromptExpert

    return PromptExpert(load_card(Path(__file__).parent))
