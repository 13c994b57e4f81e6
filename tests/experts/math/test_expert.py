"""The math expert with a scripted model and the real sandbox."""

import json
from datetime import date
from pathlib import Path

import pytest

import nescio_experts.math as math_package
from nescio.backends import FakeBackend
from nescio.card import load_card
from nescio.conversation import routed_text
from nescio.errors import BackendUnavailable
from nescio.sandbox import Machine, Sandbox
from nescio.sandbox.machine import TOOL_FOLDERS
from nescio.types import Abstained, Answer, Context, Expert, Message, Query, Reason, Route
from nescio_experts.math import create
from nescio_experts.math.expert import RULES, MathExpert
from nescio_experts.math.values import parse

FOLDER = Path(math_package.__file__).parent
DAY = date(2026, 3, 14)
WORD_PROBLEM = "Maya reads 24 pages a day and 10 more on Sundays. How many pages does she read in a week?"


@pytest.fixture(scope="module")
def sandbox():
    if not any((folder / "bwrap").exists() for folder in TOOL_FOLDERS):
        pytest.skip("bubblewrap is not installed")
    door = Sandbox()
    yield door
    door.close()


@pytest.fixture(scope="module")
def expert() -> MathExpert:
    return MathExpert(load_card(FOLDER), clock=lambda: DAY)


def program(*lines: str) -> str:
    return "```python\n" + "\n".join(lines) + "\n```"


def boxed(value: str) -> str:
    return f"That is 24 pages on each of 7 days, and 10 more.\n\nThe answer is \\(\\boxed{{{value}}}\\)."


def model(programs, solutions) -> FakeBackend:
    """A scripted model: the greedy text first, then those that are sampled, of either way."""
    ways = {"program": programs, "words": solutions}

    def says(messages, index):
        wished = "program" if "Python" in messages[0].content else "words"
        texts = ways[wished]
        drawn = any(call.temperature and call.messages == tuple(messages) for call in backend.calls)
        return texts[0] if not drawn else texts[1 + index % (len(texts) - 1)] if len(texts) > 1 else texts[0]

    backend = FakeBackend(says)
    return backend


def context(sandbox, backend=None, **changes) -> Context:
    def encode(texts):
        raise AssertionError("math encodes nothing")

    values = {"route": Route("", (), 1.0), "backend": backend, "sandbox": sandbox, "encode": encode}
    return Context(**(values | {"data_dir": Path("nowhere")} | changes))


async def ask(expert, question, sandbox, backend=None, **changes):
    query = Query("q", (Message("user", question),), question)
    return await expert.answer(query, context(sandbox, backend, **changes))


async def converse(expert, sandbox, backend, *turns):
    roles = ("user", "assistant")
    messages = tuple(Message(roles[place % 2], turn) for place, turn in enumerate(turns))
    return await expert.answer(Query("q", messages, routed_text(messages)), context(sandbox, backend))


async def test_a_question_that_rules_read_needs_no_model(expert, sandbox):
    answer = await ask(expert, "How much is 17% of 2,340?", sandbox)
    assert isinstance(answer, Answer)
    assert answer.text == "The answer is 397.8."
    assert (answer.model, answer.usage.completion_tokens, answer.usage.samples) == (RULES, 0, 0)
    assert answer.evidence.code is not None
    assert answer.evidence.stdout == "1989/5\n"


async def test_what_program_and_words_agree_on_needs_no_samples(expert, sandbox):
    backend = model([program("print(24 * 7 + 10)")], [boxed("178")])
    answer = await ask(expert, WORD_PROBLEM, sandbox, backend)
    assert isinstance(answer, Answer)
    assert answer.text == "The answer is 178."
    assert answer.evidence.features["both_ways"] == 1
    assert answer.evidence.features["share"] == 1
    assert answer.evidence.code == "print(24 * 7 + 10)"
    assert answer.usage.samples == len(backend.calls) <= 2


async def test_what_they_disagree_on_is_sampled_and_most_decide(expert, sandbox):
    backend = model([program("print(24 * 7)")], [boxed("178"), boxed("24"), boxed("178")])
    answer = await ask(expert, WORD_PROBLEM, sandbox, backend)
    assert isinstance(answer, Answer)
    assert answer.text == "The answer is 178."
    assert answer.evidence.features["share"] == pytest.approx(2 / 4)
    assert answer.usage.samples == 4
    assert [call.n for call in backend.calls] == [1, 1, 2]


async def test_every_feature_of_the_card_is_there_and_finite(expert, sandbox):
    written = model([program("print(24)")], [boxed("24")])
    for question, backend in (("12*7-5", None), (WORD_PROBLEM, written)):
        answer = await ask(expert, question, sandbox, backend)
        assert set(answer.evidence.features) == set(expert.card.features)
        assert all(abs(value) < 1e6 for value in answer.evidence.features.values())


async def test_a_solution_that_misses_a_fact_is_unanswerable_and_keeps_the_attempt(expert, sandbox):
    missing = "The question does not give the number of adults, so this cannot be determined."
    backend = model([program("print(5)")], [missing])
    outcome = await ask(expert, "A bus carries some children and 5 adults. How many children?", sandbox, backend)
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.UNANSWERABLE
    assert outcome.withheld is not None
    assert outcome.withheld.text == "The answer is 5."


async def test_when_all_say_that_a_fact_is_missing_there_is_no_attempt(expert, sandbox):
    backend = model([program("print('UNKNOWN')")], [boxed("\\text{UNKNOWN}")])
    outcome = await ask(expert, "A bus carries some children and a dog. How many children?", sandbox, backend)
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.UNANSWERABLE
    assert outcome.withheld is None


async def test_a_solution_in_words_alone_is_said_without_a_program(expert, sandbox):
    answer = await ask(expert, WORD_PROBLEM, sandbox, model([program("print(pages)")], [boxed("178")]))
    assert isinstance(answer, Answer)
    assert answer.text == "The answer is 178."
    assert answer.evidence.code is None
    assert answer.evidence.features["both_ways"] == 0


async def test_a_calculation_that_does_not_hold_is_evidence(expert, sandbox):
    wrong = f"24 * 7 = 178, and so {boxed('178')}"
    answer = await ask(expert, WORD_PROBLEM, sandbox, model([program("print(24 * 7)")], [wrong]))
    assert isinstance(answer, Answer)
    right = await ask(expert, WORD_PROBLEM, sandbox, model([program("print(24 * 7)")], [boxed("178")]))
    told = {outcome.text: outcome.evidence.features["slips"] for outcome in (answer, right)}
    assert told.get("The answer is 178.", 0) >= 0


async def test_division_by_zero_has_no_answer(expert, sandbox):
    outcome = await ask(expert, "What is 7 divided by 0?", sandbox)
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.UNANSWERABLE


async def test_a_sum_that_stops_early_is_unanswerable_and_asks_no_model(expert, sandbox):
    backend = FakeBackend(program("print(10.5)"))
    outcome = await ask(expert, "7 divided by 2 times 3 minus?", sandbox, backend)
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.UNANSWERABLE
    assert backend.calls == []


async def test_programs_that_pass_over_the_wording_are_a_disagreement(expert, sandbox):
    question = "All but 9 of the 17 sheep are white, and the farmer shears those. How many has he to shear?"
    outcome = await ask(expert, question, sandbox, FakeBackend(program("print(9)")))
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.DISAGREEMENT
    assert "exception" in outcome.message


async def test_a_follow_up_computes_on_the_last_answer(expert, sandbox):
    turns = ("What is 3 times 7?", "The answer is 21.", "Add 4 to it.", "The answer is 25.")
    answer = await converse(expert, sandbox, None, *turns, "And multiply it by 3?")
    assert isinstance(answer, Answer)
    assert answer.text == "The answer is 75."
    assert answer.evidence.features["rule"] == 1


async def test_a_follow_up_to_an_abstention_is_unanswerable(expert, sandbox):
    backend = FakeBackend(program("print(63)"))
    turns = ("What is 3 times 7?", "The answer is 21.", "Add my age to it.", "I don't know: your age is not given.")
    outcome = await converse(expert, sandbox, backend, *turns, "And multiply it by 3?")
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.UNANSWERABLE
    assert backend.calls == []


async def test_a_follow_up_that_rules_do_not_read_is_told_the_last_answer(expert, sandbox):
    going_on = program("print((21 - 1) * 2)")
    worked = f"21 - 1 = 20, and twice that is 40. {boxed('40')}"
    backend = model([going_on], [f"3 * 7 - 1 = 20. {boxed('20')}", worked, worked])
    turns = ("What is 3 times 7?", "The answer is 21.")
    answer = await converse(expert, sandbox, backend, *turns, "then subtract 1 and multiply by 2")
    assert isinstance(answer, Answer)
    assert answer.text == "The answer is 40."
    assert "21" in backend.calls[0].messages[-1].content


async def test_a_minority_that_heeds_the_wording_does_not_answer_for_the_rest(expert, sandbox):
    squared, by_four = (f"{sum} {boxed(value)}" for sum, value in (("7 * 7 = 49", "49"), ("7 * 4 = 28", "28")))
    backend = model([program("print(7 * 7)")], [by_four, squared, squared])
    outcome = await ask(expert, "The carpet is 7 m long. What is its area?", sandbox, backend)
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.DISAGREEMENT
    assert outcome.withheld is not None


async def test_a_first_question_is_told_as_it_was_typed(expert, sandbox):
    backend = model([program("print(24)")], [boxed("7")])
    await ask(expert, f" {WORD_PROBLEM} ", sandbox, backend)
    assert backend.calls[0].messages[-1].content.startswith(f"{WORD_PROBLEM}\n")
    assert backend.calls[1].messages[-1].content == WORD_PROBLEM


async def test_a_computation_that_is_too_large_is_a_failed_tool(expert, sandbox):
    outcome = await ask(expert, "What is 7^100000?", sandbox)
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.TOOL_FAILED


async def test_a_failed_program_gets_one_correction(expert, sandbox):
    def says(messages, index):
        if "Python" not in messages[0].content:
            return boxed("178")
        failed_before = "failed" in messages[-1].content
        return program("print(24 * 7 + 10)") if failed_before else program("print(pages)")

    backend = FakeBackend(says)
    answer = await ask(expert, WORD_PROBLEM, sandbox, backend)
    assert isinstance(answer, Answer)
    assert answer.text == "The answer is 178."
    assert answer.evidence.code == "print(24 * 7 + 10)"
    assert sum("NameError" in call.messages[-1].content for call in backend.calls) == 1


async def test_when_nothing_runs_the_tool_has_failed_and_says_why(expert, sandbox):
    outcome = await ask(expert, WORD_PROBLEM, sandbox, FakeBackend(program("print(1/0)")))
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.TOOL_FAILED
    assert "ZeroDivisionError" in outcome.message


async def test_talk_without_a_program_is_a_failed_tool(expert, sandbox):
    outcome = await ask(expert, WORD_PROBLEM, sandbox, FakeBackend("It is 178, I think."))
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.TOOL_FAILED


@pytest.mark.parametrize("question", ["How much is 17% of 2,340?", WORD_PROBLEM])
async def test_without_a_sandbox_nothing_is_run(expert, tmp_path, question):
    here = Machine.here()
    missing = Sandbox(machine=Machine(here.system, here.type, here.root, (tmp_path,)))
    for door in (missing, None):
        outcome = await ask(expert, question, door, FakeBackend(program("print(1)")))
        assert isinstance(outcome, Abstained)
        assert outcome.reason is Reason.TOOL_FAILED
    assert "bubblewrap" in (await ask(expert, question, missing, FakeBackend(program("print(1)")))).message


async def test_without_a_model_rules_still_answer_and_the_rest_is_unavailable(expert, sandbox):
    assert isinstance(await ask(expert, "12*7-5", sandbox), Answer)
    outcome = await ask(expert, WORD_PROBLEM, sandbox)
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.EXPERT_UNAVAILABLE


async def test_a_model_that_is_gone_is_passed_on(expert, sandbox):
    with pytest.raises(BackendUnavailable):
        await ask(expert, WORD_PROBLEM, sandbox, FakeBackend(BackendUnavailable("gone")))


async def test_today_is_told_only_where_it_matters(expert, sandbox):
    backend = model([program("print(1)")], [boxed("2")])
    await ask(expert, "My cat was born 3 years ago, in which year was that, roughly speaking?", sandbox, backend)
    assert all("2026-03-14" in call.messages[-1].content for call in backend.calls)
    backend.calls.clear()
    await ask(expert, WORD_PROBLEM, sandbox, backend)
    assert not any("2026" in call.messages[-1].content for call in backend.calls)


async def test_a_program_that_reads_the_clock_does_not_count(expert, sandbox):
    clock = program("from datetime import date", "print(date.today())")
    outcome = await ask(expert, WORD_PROBLEM, sandbox, FakeBackend(clock))
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.TOOL_FAILED


async def test_dates_relative_to_today_use_the_given_clock(expert, sandbox):
    answer = await ask(expert, "How many days until 1 April 2026?", sandbox)
    assert isinstance(answer, Answer)
    assert answer.text == "The answer is 18 days."


def test_the_card_offers_an_expert_with_enough_material():
    expert = create()
    assert isinstance(expert, Expert)
    assert len(expert.card.exemplars) >= 120
    rows = [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({row["question"] for row in rows}) == len(rows)
    assert sum(row["answer"] is None for row in rows) >= 30
    answers = [row["answer"] for row in rows if row["answer"] is not None]
    assert len(answers) >= 150
    assert all(parse(answer) is not None for answer in answers)
    assert not {row["question"] for row in rows} & set(expert.card.exemplars)
