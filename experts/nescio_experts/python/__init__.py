"""The python expert: the language and its standard library, grounded in the interpreter's own documentation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nescio.types import Expert


def create() -> Expert:
    """The expert, ready to be asked."""
    from nescio.card import load_card
    from nescio_experts.python.expert import PythonExpert

    return PythonExpert(load_card(Path(__file__).parent))
