import asyncio
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from nescio.backends import FakeBackend
from nescio.known import read_known_questions
from nescio.sandbox import Sandbox
from nescio.types import Abstained, Answer, Candidate, Context, Message, Query, Reason, Route
from nescio_experts.python import create, library, reading, showing

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


async def answered(query: Query, data_dir: Path, backend: FakeBackend) -> Answer | Abstained:
    route = Route(query.text, (Candidate("python", 1.0, 1.0),), 1.0)
    context = Context(route=route, backend=backend, sandbox=Sandbox(), encode=encode, data_dir=data_dir)
    return await create().answer(query, context)


async def ask(text: str, data_dir: Path, says: str | Mapping[str, str] = "I don't know.") -> Answer | Abstained:
    query = Query(id="q", messages=(Message("user", text),), text=text)
    return await answered(query, data_dir, FakeBackend(says if isinstance(says, str) else dict(says)))


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What does [1, 2] * 2 give?", "[1, 2, 1, 2]"),
        ("What does -7 // 2 evaluate to in Python?", "-4"),
        ("what is 'abc'[::-1]", "'cba'"),
        ("What does `range(10, 0, -3)` produce?", "[10, 7, 4, 1]"),
        ("What does math.gcd(12, 18) return?", "6"),
        ("What does int('abc') raise?", "ValueError"),
        ("What's the output of print(0.1 + 0.2 == 0.3)?", "False"),
        ("What does print(*'ab', sep=', ') print?", "a, b"),
        ("What does print('one\\ntwo') output?", "one\ntwo"),
    ],
)
async def test_an_expression_is_answered_by_running_it(question: str, value: str, data_dir: Path):
    answer = await ask(question, data_dir)
    assert isinstance(answer, Answer)
    assert value in answer.text
    assert answer.evidence.features["executed"] == 1.0
    assert answer.usage.samples == 0


@pytest.mark.parametrize(
    "question",
    [
        "What does os.teleport() do?",
        "What does math.quintuple(3) return?",
        "How do I call collections.triplequeue?",
        "How do I use the built-in function memoize_all()?",
        "What does the keyword `unless` do in Python?",
    ],
)
async def test_a_name_that_python_does_not_have_is_unanswerable(question: str, data_dir: Path):
    decision = await ask(question, data_dir)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.UNANSWERABLE
    assert decision.withheld is None


async def test_a_near_name_is_suggested(data_dir: Path):
    decision = await ask("What does collections.defaultdic do?", data_dir)
    assert isinstance(decision, Abstained)
    assert "Did you mean collections.defaultdict?" in decision.message


async def test_a_recalled_answer_is_weighed_against_the_documentation(data_dir: Path):
    question = "Which method of collections.deque rotates the items?"
    answer = await ask(question, data_dir, {"Documentation:": "deque.rotate()", "Which": "collections.deque.rotate"})
    assert isinstance(answer, Answer)
    assert answer.text == "collections.deque.rotate"
    assert answer.evidence.features["documented"] == 1.0
    assert answer.evidence.features["agreement"] == 1.0
    assert answer.evidence.features["entry"] > 0.0
    assert answer.citations[0].title == "collections.deque.rotate"


async def test_documentation_that_says_something_else_counts_against_an_answer(data_dir: Path):
    question = "Which method of collections.deque rotates the items?"
    answer = await ask(question, data_dir, {"Documentation:": "deque.rotate()", "Which": "collections.deque.reverse"})
    assert isinstance(answer, Answer)
    assert answer.evidence.features["documented"] == 0.0


async def test_a_name_that_the_model_made_up_is_counted(data_dir: Path):
    answer = await ask("Which itertools function draws spirals?", data_dir, "itertools.spiralize()")
    assert isinstance(answer, Answer)
    assert answer.evidence.features["invented"] == 1.0


ROTATES = """```python
from collections import deque
d = deque([1, 2, 3])
d.rotate(1)
print(list(d))
```
Use deque.rotate."""
FAILS = "```python\nprint(undefined)\n```\nUse rotate."


async def test_a_way_to_do_it_is_shown_by_a_program_that_ran(data_dir: Path):
    answer = await ask("How do I rotate a deque?", data_dir, ROTATES)
    assert isinstance(answer, Answer)
    assert "d.rotate(1)" in answer.text
    assert answer.evidence.stdout == "[3, 1, 2]\n"
    features = answer.evidence.features
    assert (features["ran"], features["repaired"], features["likeness"]) == (1.0, 0.0, 1.0)
    assert any(citation.title.endswith("deque.rotate") for citation in answer.citations)


async def test_a_program_that_fails_is_written_once_more(data_dir: Path):
    answer = await ask("How do I rotate a deque?", data_dir, {"NameError: name 'undefined'": ROTATES, "How": FAILS})
    assert isinstance(answer, Answer)
    assert answer.evidence.stdout == "[3, 1, 2]\n"
    assert answer.evidence.features["repaired"] == 1.0
    assert answer.evidence.features["refuted"] == 0.0
    assert answer.usage.samples == 8


async def test_code_that_fails_twice_is_not_shown(data_dir: Path):
    answer = await ask("How do I rotate a deque?", data_dir, FAILS)
    assert isinstance(answer, Answer)
    assert "undefined" not in answer.text
    assert answer.evidence.code is None
    assert answer.evidence.features["ran"] == -1.0


async def test_a_reply_of_code_alone_that_does_not_run_is_a_tool_failure(data_dir: Path):
    decision = await ask("How do I rotate a deque?", data_dir, "```python\nprint(undefined)\n```")
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.TOOL_FAILED
    assert "NameError" in decision.message
    assert decision.withheld is None


async def test_a_server_without_log_probabilities_confirms_nothing(data_dir: Path):
    query = Query(id="q", messages=(Message("user", "Which function sorts?"),), text="Which function sorts?")
    answer = await answered(query, data_dir, FakeBackend("sorted()", logprob=math.nan))
    assert isinstance(answer, Answer)
    assert answer.evidence.features["confirmed"] == 0.5
    assert all(math.isfinite(value) for value in answer.evidence.features.values())


async def test_a_program_that_lacks_its_file_proves_nothing(data_dir: Path):
    reads = "```python\nprint(open('notes.txt').readlines())\n```\nUse readlines()."
    answer = await ask("How do I read the lines of a file?", data_dir, reads)
    assert isinstance(answer, Answer)
    assert answer.evidence.features["ran"] == 0.0


async def test_a_silent_program_runs(data_dir: Path):
    answer = await ask("How do I wait a moment?", data_dir, "```python\nimport time\ntime.sleep(0.01)\n```\nUse sleep.")
    assert isinstance(answer, Answer)
    assert answer.evidence.features["ran"] == 1.0
    assert answer.evidence.stdout == ""


async def test_earlier_turns_are_sent_along(data_dir: Path):
    backend = FakeBackend(["dict.fromkeys()"])
    turns = (
        Message("user", "What is dict?"),
        Message("assistant", "a mapping type"),
        Message("user", "Which of its methods makes one from keys?"),
    )
    await answered(Query(id="q", messages=turns, text=turns[-1].content), data_dir, backend)
    assert any("a mapping type" in message.content for call in backend.calls for message in call.messages)


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


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("How do I rotate a deque?", True),
        ("In Python, how can I reverse a string?", True),
        ("What is the best way to merge two dicts?", True),
        ("Write a function that adds two numbers.", True),
        ("How do generators work?", False),
        ("Which function reverses a list?", False),
        ("What does sorted do?", False),
    ],
)
def test_a_question_for_a_way_to_do_something_is_told_from_one_for_a_fact(question: str, how: bool):
    assert reading.asks_how(question) is how


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("d = {}\nprint(d.pop('a(b)'))  # len(d)", {"pop"}),
        ("print(list(d)[-3:])", {"list", "[:]"}),
        ("for i, x in enumerate(xs):\n    print(i)", {"for", "in", "enumerate"}),
    ],
)
def test_what_a_program_uses_leaves_out_its_data(code: str, expected: set[str]):
    assert showing.uses(code) == expected


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
