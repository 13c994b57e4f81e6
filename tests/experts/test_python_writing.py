import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.backends import FakeBackend
from nescio.grading import grade_code
from nescio.known import read_known_questions
from nescio.sandbox import Execution as Ran
from nescio.sandbox import Sandbox, Verdict
from nescio.types import Abstained, Answer, Candidate, Completion, Context, Message, Query, Reason, Route
from nescio_experts.python import create, examples, prompts, reading, trying, writing
from nescio_experts.python.examples import Example
from nescio_experts.python.writing import Attempt, Function, Tried

SHARED = "def shared(a, b):\n    return [x for x in a if x in b]"
SORTED = "def shared(a, b):\n    return sorted(set(a) & set(b))"
FIRST = "def shared(a, b):\n    return a"
ASK = "Write a function called shared that returns the elements that two lists share."


def reply(code: str, *asserts: str) -> str:
    return "\n".join(["```python", code, "", *(f"assert {one}" for one in asserts), "```"])


def encode(texts: Sequence[str]) -> Any:
    """A double of the encoder, for an expert that has nothing to look up."""
    raise AssertionError("a request for a function looks nothing up")


class Refusing:
    """A double of a sandbox that cannot run anything."""

    async def run(self, source: str) -> Ran:
        return Ran(Verdict.UNAVAILABLE, message="bubblewrap is missing")


async def ask(text: str, says: Any, tmp_path: Path, sandbox: Any = "real") -> Answer | Abstained:
    backend = says if isinstance(says, FakeBackend) else FakeBackend(says)
    context = Context(
        route=Route(text, (Candidate("python", 1.0, 1.0),), 1.0),
        backend=backend,
        sandbox=Sandbox() if sandbox == "real" else sandbox,
        encode=encode,
        data_dir=tmp_path,
    )
    return await create().answer(Query(id="q", messages=(Message("user", text),), text=text), context)


def features_of(answer: Answer | Abstained) -> Mapping[str, float]:
    assert isinstance(answer, Answer)
    return answer.evidence.features


async def test_a_function_is_shown_with_what_it_was_seen_to_do(tmp_path: Path):
    answer = await ask(ASK, reply(SHARED, "shared([1, 2], [2]) == [2]", "shared([], [1]) == []"), tmp_path)
    assert isinstance(answer, Answer)
    assert answer.text == f"`shared` meets 2 of the 2 examples that it was tried on.\n\n```python\n{SHARED}\n```"
    assert answer.evidence.code == SHARED
    features = answer.evidence.features
    assert {features[name] for name in ("written", "ran", "met", "own", "alike")} == {1.0}
    assert (features["demanded"], features["refuted"], features["repaired"]) == (0.0, 0.0, 0.0)
    assert set(features) == set(create().card.features)
    assert answer.usage.samples == 4


async def test_the_larger_group_that_meets_more_examples_is_chosen(tmp_path: Path):
    wrong = reply(FIRST, "shared([1], [2]) == [1]")
    right = reply(SHARED, "shared([1, 2], [2]) == [2]", "shared([3], [1]) == []")
    also = reply(SORTED, "shared([4], [4]) == [4]")
    says = FakeBackend(lambda messages, index: [right, also, wrong][index] if len(says.calls) == 2 else wrong)
    answer = await ask(ASK, says, tmp_path)
    assert isinstance(answer, Answer)
    assert answer.evidence.code in (SHARED, SORTED)
    assert features_of(answer)["met"] == 0.75
    assert 0.0 < features_of(answer)["alike"] < 1.0


async def test_an_example_in_the_request_must_be_met(tmp_path: Path):
    asked = f"{ASK} shared([1, 2], [2, 3]) returns [2]."
    refused = await ask(asked, reply(FIRST, "shared([1], []) == [1]"), tmp_path)
    assert isinstance(refused, Abstained)
    assert refused.reason is Reason.TOOL_FAILED
    assert "assert shared([1, 2], [2, 3]) == [2]" in refused.message
    assert refused.withheld is None
    answer = await ask(asked, reply(SHARED, "shared([1], [1]) == [1]"), tmp_path)
    assert features_of(answer)["demanded"] == 1.0


async def test_a_function_that_fails_is_written_once_more(tmp_path: Path):
    broken = reply("def shared(a, b):\n    return a.common(b)", "shared([1], [1]) == [1]")
    mended = {"AttributeError: 'list' object has no attribute 'common'": reply(SHARED, "shared([1], [1]) == [1]")}
    answer = await ask(ASK, {**mended, "Write a function": broken, "Question": "Yes"}, tmp_path)
    assert features_of(answer)["repaired"] == 1.0
    assert features_of(answer)["refuted"] == 0.0
    assert isinstance(answer, Answer)
    assert answer.evidence.code == SHARED
    assert answer.usage.samples == 8


async def test_a_function_that_meets_none_of_its_own_examples_is_written_once_more(tmp_path: Path):
    wrong = reply(FIRST, "shared([1], [2]) == []")
    backend = FakeBackend(wrong)
    answer = await ask(ASK, backend, tmp_path)
    assert features_of(answer)["own"] == 0.0
    assert len(backend.calls) == 5
    assert "fails with AssertionError in assert shared([1], [2]) == []" in backend.calls[2].messages[-1].content


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def shared(a, b):\n    return a.common(b)", "AttributeError"),
        ("def shared(a, b):\n    return a.common(b", "no reply holds the function"),
        ("def common(a, b):\n    return a", "no reply holds the function"),
        ("import nowhere\n\n\ndef shared(a, b):\n    return a", "nowhere"),
        ("def shared(a, b):\n    while True:\n        pass", "out of time"),
        ("print([1])", "no reply holds the function"),
    ],
)
async def test_what_does_not_run_is_never_shown(code: str, says: str, tmp_path: Path):
    decision = await ask(ASK, reply(code, "shared([1], [1]) == [1]"), tmp_path)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.TOOL_FAILED
    assert says in decision.message
    assert decision.withheld is None


async def test_a_function_without_any_example_is_not_shown(tmp_path: Path):
    decision = await ask(ASK, reply(SHARED), tmp_path)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.TOOL_FAILED


async def test_where_nothing_can_be_run_no_function_is_shown(tmp_path: Path):
    says = reply(SHARED, "shared([1], [1]) == [1]")
    backend = FakeBackend(says)
    without = await ask(ASK, backend, tmp_path, sandbox=None)
    assert isinstance(without, Abstained)
    assert (without.reason, backend.calls) == (Reason.TOOL_FAILED, [])
    refusing = await ask(ASK, backend, tmp_path, sandbox=Refusing())
    assert isinstance(refusing, Abstained)
    assert "bubblewrap is missing" in refusing.message
    assert len(backend.calls) == 2


async def test_a_model_that_does_not_know_declines_to_write(tmp_path: Path):
    decision = await ask(ASK, "I don't know.", tmp_path)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.DECLINED


async def test_what_a_function_prints_is_evidence(tmp_path: Path):
    asked = "Write a function named hello that prints a greeting to a name."
    says = reply("def hello(name):\n    print(f'Hello, {name}')", "hello('Ann') is None")
    answer = await ask(asked, says, tmp_path)
    assert isinstance(answer, Answer)
    assert answer.evidence.stdout is not None
    assert answer.evidence.stdout.startswith("Hello, Ann\n")


async def test_imports_of_a_request_that_begins_a_program_are_kept(tmp_path: Path):
    asked = "from typing import List\n\n\ndef twice(xs: List[int]) -> List[int]:\n    '''Double each.'''\n"
    says = reply("def twice(xs: List[int]) -> List[int]:\n    return [2 * x for x in xs]", "twice([1]) == [2]")
    answer = await ask(asked, says, tmp_path)
    assert isinstance(answer, Answer)
    assert answer.evidence.code is not None
    assert answer.evidence.code.startswith("from typing import List\n\n\ndef twice")


async def test_shown_answers_pass_the_tests_that_grade_them(tmp_path: Path):
    answer = await ask(ASK, reply(SHARED, "shared([1], [1]) == [1]"), tmp_path)
    assert isinstance(answer, Answer)
    tests = ["assert shared([1, 2], [2, 3]) == [2]"]
    assert (await grade_code(answer.text, tests, Sandbox())).outcome == "correct"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Write a function to find the shared elements of two lists", None),
        ("Write a python function that finds shared elements, called similar_elements", "similar_elements"),
        ("Implement is_prime(n)", "is_prime"),
        ("Could you please implement a short recursive function named fib?", "fib"),
        ("Write a function that takes a list called `nums` and sums it.", None),
        ("I need a function which checks primes. Name it `prime`.", "prime"),
        ("Write a function is_even that tells whether a number is even.", "is_even"),
        ("Write a function to add numbers. Your code should pass this: assert add(1, 2) == 3", "add"),
        ('def spread(xs):\n    """The largest number less the smallest."""', "spread"),
        ('Complete this function:\ndef spread(xs):\n    """The range."""\n', "spread"),
        ("Write a function that is called once, with a callback.", None),
    ],
)
def test_a_request_for_a_function_is_recognised_with_its_name(text: str, name: str | None):
    assert reading.asks_for_function(text)
    assert reading.demanded_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "How do I write a function that takes any number of arguments?",
        "Which function reverses a list?",
        "Write the name of the function that sorts lists.",
        "What does this do?\ndef f(x):\n    '''doc'''",
        "def f(x):\n    return x",
        "Write a function in Java that adds two numbers.",
        "Write a function decorator that logs calls.",
        "Write a lambda function that doubles a number.",
        "Write print('hi') in a loop",
        "Define the function of the GIL.",
        "Make this function faster: def f(x): return x",
        "Give me the function that sorts a list.",
        "What does *args mean in a function definition?",
        "Write a function that adds. " + "x" * reading.LONGEST_REQUEST,
    ],
)
def test_other_questions_are_not_requests_for_a_function(text: str):
    assert not reading.asks_for_function(text)


def test_no_exemplar_is_a_request_and_every_question_with_tests_is_one():
    card = create().card
    assert not [text for text in card.exemplars if reading.asks_for_function(text)]
    for known in read_known_questions(card.folder / "questions.jsonl"):
        assert reading.asks_for_function(known.question) is (known.tests is not None)
        if known.tests is not None:
            name = reading.demanded_name(known.question)
            assert all(f"assert {name}(" in test for test in known.tests.statements)


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("f(2) == 4 and f(-1) -> 1.", ["called(2) == 4", "called(-1) == 1"]),
        (
            "f([1, 2], 'a, b') returns ['a', 'b'], f(0) is None",
            ["called([1, 2], 'a, b') == ['a', 'b']", "called(0) == None"],
        ),
        (">>> f(3)\n9\n>>> f(n)\n<object>", ["called(3) == 9"]),
        ("assert abs(f(2.0) - 1.41) < 0.01, 'near'", ["abs(called(2.0) - 1.41) < 0.01"]),
        ("assert f(\n    [1]\n) == 1", ["called([1]) == 1"]),
        ("f(a) returns 1, f(f(2)) == 16, f(x) is a number, g(2) == 4, def f(n) -> int:", []),
        ("f(" * 3000, []),
        ("f(!)" * 2000, []),
        ("f(" + "(" * 300 + ")" * 300 + ") == 1", []),
        ("assert f({f'{1}': '\\n'}) == 1", ["called({f'{1}': '\\n'}) == 1"]),
    ],
)
def test_examples_in_a_request_are_read(text: str, conditions: list[str]):
    assert sorted(one.condition for one in examples.demands_in(text, "f")) == sorted(conditions)


def test_a_reply_is_read_into_function_and_examples():
    code = "import math\nLIMIT = 3\n\n\ndef helper(x):\n    return x\n\n\ndef f(x):\n    # why\n    return helper(x)"
    text = (
        f"Here:\n```python\n{code}\n\nassert f(1) == 1\nassert helper(2) == 2\nprint(f(3))\ny = f(2)\nassert f([[[\n```"
    )
    found = writing.read(Completion(text, "length"), None)
    assert found.name == "f"
    assert found.code == code
    assert [one.of("f") for one in found.examples] == ["assert f(1) == 1"]
    assert found.examples[0].arguments == "(1,)"


def test_asserts_within_a_test_function_are_examples():
    text = "```python\ndef f(x):\n    return x\n\ndef test_f():\n    assert f(1) == 1\n```"
    found = writing.read(Completion(text, "stop"), "f")
    assert "test_f" not in found.code
    assert len(found.examples) == 1


LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(allow_nan=False) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=6,
)


@given(st.lists(LITERALS, min_size=1, max_size=3).map(lambda items: repr(tuple(items))))
def test_variations_are_new_and_each_once(source: str):
    found = list(examples.variations(source)) if "inf" not in source else []
    assert source not in found
    assert len(set(found)) == len(found)


@given(st.lists(st.lists(LITERALS, min_size=1, max_size=2), max_size=20))
def test_calls_are_bounded_each_once_and_begin_with_the_examples(arguments: list[list[Any]]):
    sources = [repr(tuple(items)) for items in arguments]
    given_ = [Example(f"called{source}", source) for source in sources if "inf" not in source]
    found = examples.calls(given_)
    assert len(found) == len(set(found)) <= examples.CALLS
    first = list(dict.fromkeys(one.arguments for one in given_))[: examples.CALLS // 2]
    assert list(found[: len(first)]) == first


TRIALS = st.lists(
    st.tuples(st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3), st.sampled_from("xyz")),
    min_size=2,
    max_size=5,
)


def attempt_of(trials: Sequence[tuple[Sequence[bool | None], str]]) -> Attempt:
    asked = tuple(Example(f"called({n}) == {n}", f"({n},)") for n in range(3))
    tried = [
        Tried(Function(Completion("", "stop"), "f", code, asked), trying.Trial(tuple(met), ("",) * 3, (code,) * 4))
        for met, code in trials
    ]
    return Attempt(tuple(tried), asked)


@given(TRIALS, st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order_of_the_samples(trials: list[Any], random: Any):
    shuffled = trials[1:]
    random.shuffle(shuffled)
    one, other = attempt_of(trials).chosen(), attempt_of([trials[0], *shuffled]).chosen()
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.function.code == other.function.code


@given(TRIALS)
def test_the_choice_runs_and_no_group_scores_higher(trials: list[Any]):
    attempt = attempt_of(trials)
    chosen = attempt.chosen()
    running = [one for one in attempt.tried if one.runs]
    assert (chosen is None) == (not running)
    if chosen is not None:
        scores = [sum(one.passed) * sum(one.passed == other.passed for other in running) for one in running]
        assert max(scores) == scores[running.index(chosen)]
        assert all(0.0 <= value <= 1.0 for value in attempt.evidence(chosen).values())


def test_the_first_wins_a_tie():
    attempt = attempt_of([([True, False, False], "z"), ([False, True, False], "a")])
    assert attempt.chosen() is attempt.tried[0]


@pytest.mark.parametrize("stdout", ["", "tried\n", "{}\ntried\n", '{"met": [], "calls": [], "printed": ""}\ntried\n'])
def test_a_report_that_lacks_something_is_an_error(stdout: str):
    trial = trying.read(Ran(Verdict.OK, stdout, "tried"), 1, 0)
    assert trial.error
    assert not trial.met


async def test_values_that_count_as_equal_behave_alike():
    code = "def f(x):\n    return [{2: 1.0, 1: {3, 2}}, (i for i in (1, 2)), 0.1 + 0.2][x]"
    other = "def f(x):\n    return [{1: {2, 3}, 2: 1}, [1, 2], 0.3][x]"
    sources = ("(0,)", "(1,)", "(2,)", "(9,)")
    one, two = [
        trying.read(await Sandbox().run(trying.program(text, "f", (), sources)), 0, 4) for text in (code, other)
    ]
    assert one.behaviour == two.behaviour
    assert one.behaviour[-1] == "!IndexError"


async def test_a_call_that_never_ends_costs_only_itself():
    code = "def f(n):\n    while n:\n        pass\n    return n"
    asked = (Example("called(1) == 1"), Example("called(0) == 0"))
    trial = trying.read(await Sandbox().run(trying.program(code, "f", asked, ("(0,)",))), 2, 1)
    assert (trial.met, trial.raised) == ((None, True), ("out of time", ""))
    assert trial.behaviour == ("0",)


def test_the_request_for_a_function_shows_the_form_that_is_read():
    told = prompts.write("Write f.", ())
    asked, shown = told[1].content, told[2].content
    found = writing.read(Completion(shown, "stop"), reading.demanded_name(asked))
    assert found.name == "middle"
    assert len(found.examples) == 3
    assert re.search("three asserts", told[0].content)
