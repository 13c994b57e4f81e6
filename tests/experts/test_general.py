import json

import pytest

from nescio.card import PROMPT_FEATURES
from nescio.types import Expert
from nescio_experts.general import create


@pytest.fixture(scope="module")
def expert():
    return create()


@pytest.fixture(scope="module")
def questions(expert):
    return [json.loads(line) for line in (expert.card.folder / "questions.jsonl").read_text().splitlines()]


def test_it_is_a_card_and_nothing_else(expert):
    assert isinstance(expert, Expert)
    assert expert.card.name == "general"
    assert expert.card.features == PROMPT_FEATURES
    assert len(expert.card.exemplars) >= 150


def test_its_questions_are_many_distinct_and_well_formed(questions):
    texts = [row["question"] for row in questions]
    assert len({text.casefold() for text in texts}) == len(texts)
    assert sum(row["answer"] is not None for row in questions) >= 150
    assert sum(row["answer"] is None for row in questions) >= 40
    for row in questions:
        assert set(row) <= {"question", "answer", "aliases"}
        assert row["answer"] is None or row["answer"].strip()


def test_no_question_is_an_exemplar(expert, questions):
    known = {text.casefold() for text in expert.card.exemplars}
    assert not [row["question"] for row in questions if row["question"].casefold() in known]
