"""The math expert with the real model and the real sandbox."""

import json
from datetime import date
from pathlib import Path

import pytest

from nescio.models import ModelManager
from nescio.sandbox import Sandbox
from nescio.settings import load_settings
from nescio.types import Abstained, Answer, Context, Message, Query, Route
from nescio_experts.math.expert import RULES, MathExpert

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).parents[3] / "experts" / "nescio_experts" / "math"


async def test_the_real_model_solves_most_easy_word_problems_and_sees_that_facts_are_missing(with_models: Path) -> None:
    from nescio.card import load_card

    manager, sandbox = ModelManager(load_settings()), Sandbox()
    expert = MathExpert(load_card(FOLDER), clock=lambda: date(2026, 3, 14))

    def encode(texts):
        raise AssertionError("math encodes nothing")

    context = Context(Route("", (), 1.0), manager.backend("general"), sandbox, encode, Path("nowhere"))
    rows = [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    solvable = [row for row in rows if row["question"].startswith(("Maya reads", "Tim has", "Grandma bakes"))]
    hopeless = [row for row in rows if row["question"].startswith(("Lara has", "Ben is"))]
    try:
        right = unanswered = 0
        for row in solvable + hopeless:
            question = row["question"]
            outcome = await expert.answer(Query("q", (Message("user", question),), question), context)
            if isinstance(outcome, Answer):
                assert outcome.model != RULES
                assert set(outcome.evidence.features) == set(expert.card.features)
                right += row["answer"] is not None and f" {row['answer']}." in outcome.text
            elif isinstance(outcome, Abstained):
                unanswered += row["answer"] is None
        assert right >= 2
        assert unanswered >= 1
    finally:
        sandbox.close()
        await manager.close()
