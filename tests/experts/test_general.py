import json
import math
from pathlib import Path

import numpy as np
import pytest

from nescio.backends import FakeBackend
from nescio.errors import BackendUnavailable
from nescio.types import Abstained, Answer, Completion, Context, Expert, Message, Query, Reason, Route, Token
from nescio_experts.general import create


@pytest.fixture(scope="module")
def expert():
    return create()


@pytest.fixture(scope="module")
def questions(expert):
    return [json.loads(line) for line in (expert.card.folder / "questions.jsonl").read_text().splitlines()]


def context_with(backend):
    return Context(Route("", (), 1.0), backend, None, lambda texts: np.zeros((len(texts), 2), np.float32), Path())


def asked(text, *history, **more):
    return Query(id="q", messages=(*history, Message("user", text)), text=text, **more)


def yes(p):
    return Completion(
        "yes", "stop", (Token("yes", math.log(p), (("yes", math.log(p)), ("no", math.log(1 - p)))),), 90, 1
    )


def test_its_card(expert):
    assert isinstance(expert, Expert)
    assert expert.card.name == "general"
    assert expert.card.samples == 0
    assert len(expert.card.exemplars) >= 150


async def test_the_model_is_asked_for_the_answer_and_whether_it_is_right(expert):
    fake = FakeBackend({"Proposed answer": yes(0.8), "Emma": "Jane Austen"}, logprob=-0.5)
    answer = await expert.answer(asked("Who wrote Emma?"), context_with(fake))
    assert isinstance(answer, Answer)
    assert answer.text == "Jane Austen"
    assert answer.evidence.features == {
        "mean_logprob": -0.5,
        "min_logprob": -0.5,
        "length": 2.0,
        "p_true": pytest.approx(math.log(4)),
    }
    assert tuple(answer.evidence.features) == expert.card.features
    assert [call.max_tokens for call in fake.calls] == [expert.card.max_tokens, 1]
    assert fake.calls[1].messages[-1].content == "Question: Who wrote Emma?\nProposed answer: Jane Austen"
    assert (answer.usage.samples, answer.usage.completion_tokens, answer.usage.answer_tokens) == (2, 3, 2)


async def test_the_supervisor_sees_the_conversation(expert):
    fake = FakeBackend({"Proposed answer": yes(0.8), "born": "1775"})
    history = Message("user", "Who wrote Emma?"), Message("assistant", "Jane Austen")
    await expert.answer(asked("When was she born?", *history), context_with(fake))
    assert fake.calls[1].messages[-1].content.startswith("Earlier: Who wrote Emma?\nJane Austen\nQuestion: When")


async def test_an_answer_that_the_model_declines_is_not_checked(expert):
    fake = FakeBackend("I don't know.")
    declined = await expert.answer(asked("Who wrote Emma?", confidence_target=0.75), context_with(fake))
    assert isinstance(declined, Abstained)
    assert declined.reason is Reason.DECLINED
    assert len(fake.calls) == 1


async def test_a_model_that_is_gone_before_it_is_asked_whether_the_answer_is_right(expert):
    fake = FakeBackend({"Proposed answer": BackendUnavailable("gone"), "Emma": "Jane Austen"})
    with pytest.raises(BackendUnavailable):
        await expert.answer(asked("Who wrote Emma?"), context_with(fake))


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
