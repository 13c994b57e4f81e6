"""The monolith: the one general model alone, without routing. It is what nescio compares itself with.

It is an expert like any other, but never routed to, and its gate is the same gate with a calibration of its own.
"""

from __future__ import annotations

from pathlib import Path

from nescio.card import PROMPT_FEATURES
from nescio.graph import MONOLITH
from nescio.prompt_expert import PromptExpert
from nescio.types import Card

FOLDER = Path(__file__).parent / "monolith_card"
"""Where the monolith's own calibration lies."""

PROMPT = """\
You answer questions of any kind. Think briefly if the question needs it, then give the answer.
End with a line that holds the final answer alone, as short as it can be: Answer: ..."""


def create_monolith(role: str) -> PromptExpert:
    """The monolith on the model that the profile offers under `role`."""
    card = Card(
        name=MONOLITH,
        domain="everything",
        description="One general model, asked without routing.",
        features=PROMPT_FEATURES,
        exemplars=(),
        folder=FOLDER,
        model=role,
        prompt=PROMPT,
        samples=4,
        max_tokens=320,
    )
    return PromptExpert(card)
