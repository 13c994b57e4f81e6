import asyncio
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nescio.backends import FakeBackend
from nescio.calibrating import read_known_questions
from nescio.sandbox import Sandbox
from nescio.types import Abstained, Answer, Candidate, Context, Message, Query, Reason, Route
from nescio_experts.python import create, library, reading

KNOWN = library.names()


def encode(texts: Sequence[str]) -> np.ndarray:
    """A double of the encoder: hashed bags of words, so that shared words make texts similar."""
    vectors = np.zeros((len(texts), 256), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in re.findall(r"[a-z]{3,}", text.lower()):
            vectors[row, zlib.crc32(word.encode()) % 256] += 1
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("python")


async def ask(text: str, data_dir: Path, reply: str = "I don't know.") -> Answer | Abstained:
    context = Context(
        route=Route(text, (Candidate("python", 1.0, 1.0),), 1.0),
        backend=FakeBackend([reply]),
        sandbox=Sandbox(),
        encode=encode,
        data_dir=data_dir,
    )
    return await create().answer(Query(id="q", messages=(Message("user", text),), text=text), context)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What does [1, 2] * 2 give?", "[1, 2, 1, 2]"),
        ("What does -7 // 2 evaluate to in Python?", "-4"),
        ("what is 'abc'[::-1]", "'cba'"),
        ("What does `range(10, 0, -3)` produce?", "[10, 7, 4, 1]"),
        ("What does math.gcd(12, 18) return?", "6"),
        ("What does int('abc') raise?", "ValueError"),
    ],
)
async def test_an_expression_is_answered_by_running_it(question: str, value: str, data_dir: Path):
    answer = await ask(question, data_dir)
    assert isinstance(answer, Answer)
    assert value in answer.text
    assert answer.evidence.features["executed"] == 1.0
    assert answer.usage.samples == 0


@pytest.mark.parametrize("question", ["What does os.teleport() do?", "How do I call collections.triplequeue?"])
async def test_a_name_that_python_does_not_have_is_unanswerable(question: str, data_dir: Path):
    decision = await ask(question, data_dir)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.UNANSWERABLE


async def test_a_near_name_is_suggested(data_dir: Path):
    decision = await ask("What does collections.defaultdic do?", data_dir)
    assert isinstance(decision, Abstained)
    assert "Did you mean collections.defaultdict?" in decision.message


async def test_the_models_answer_comes_with_documentation_and_code_that_ran(data_dir: Path):
    code = "from collections import deque\nd = deque([1, 2, 3])\nd.rotate(1)\nprint(list(d))"
    reply = f"Use deque.rotate.\n```python\n{code}\n```"
    answer = await ask("Which method of collections.deque rotates the items?", data_dir, reply)
    assert isinstance(answer, Answer)
    assert answer.evidence.stdout == "[3, 1, 2]\n"
    assert answer.evidence.features["ran"] == 1.0
    assert any(citation.title.startswith("collections.deque") for citation in answer.citations)


async def test_code_that_fails_is_not_shown(data_dir: Path):
    answer = await ask("How do I rotate a deque?", data_dir, "Use rotate.\n```python\nprint(undefined)\n```")
    assert isinstance(answer, Answer)
    assert "undefined" not in answer.text
    assert answer.evidence.code is None
    assert answer.evidence.features["ran"] == -1.0


async def test_a_model_that_does_not_know_declines(data_dir: Path):
    decision = await ask("How do I rotate a deque?", data_dir)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.DECLINED
    assert decision.withheld is not None


async def test_every_answer_has_every_feature_of_the_card(data_dir: Path):
    for question, reply in [("What does 2 ** 10 give?", ""), ("How do I sort a list?", "list.sort()")]:
        answer = await ask(question, data_dir, reply)
        assert isinstance(answer, Answer)
        assert set(answer.evidence.features) == set(create().card.features)


@pytest.mark.parametrize(
    "question",
    [
        "What does the walrus operator do?",
        "What is the difference between == and is?",
        "What does functools.lru_cache do?",
        "What does any() return for an empty list?",
        "What is a decorator?",
    ],
)
def test_a_question_in_prose_is_not_run(question: str):
    assert reading.expression_in(question) is None


def test_the_library_knows_its_names():
    assert {"collections.deque.rotate", "len", "str.partition", "lambda", "asyncio.gather"} <= KNOWN
    assert reading.unknown_names(["collections.deque.rotate", "d.append", "os.teleport"], KNOWN) == ("os.teleport",)


def test_passages_are_short_and_named():
    entries = list(library.entries())
    assert len({entry.name for entry in entries}) == len(entries)
    assert all(len(entry.passage) <= library.PASSAGE_CHARS for entry in entries)


def test_exemplars_and_questions_are_apart():
    card = create().card
    questions = {known.question for known in read_known_questions(card.folder / "questions.jsonl")}
    assert len(card.exemplars) >= 60
    assert not questions & set(card.exemplars)


async def test_a_prepared_index_is_loaded_and_not_built_again(data_dir: Path):
    told: list[str] = []
    await asyncio.to_thread(create().prepare, encode, data_dir / "once", told.append)
    assert told
    told.clear()
    await asyncio.to_thread(create().prepare, encode, data_dir / "once", told.append)
    assert told == []
