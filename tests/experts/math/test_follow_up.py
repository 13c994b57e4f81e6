"""Messages that go on from the turn before."""

import pytest

from nescio.types import Message
from nescio_experts.math import cues
from nescio_experts.math.follow_up import FollowUp, read
from nescio_experts.math.values import parse
from nescio_experts.math.vote import Ballot


def follow(*turns: str) -> FollowUp | None:
    roles = ("user", "assistant")
    return read([Message(roles[place % 2], turn) for place, turn in enumerate(turns)])  # type: ignore[arg-type]


def whole(*turns: str) -> str | None:
    found = follow(*turns)
    return found.whole if found is not None else None


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("And multiply it by 3?", "multiply 21 by 3"),
        ("plus 4?", "21 plus 4"),
        ("and add 4", "add 4 to 21"),
        ("now halve it", "halve 21"),
        ("and 10% of that?", "10% of 21"),
        ("what is its square?", "the square of 21"),
        ("Subtract it from 100.", "subtract 21 from 100"),
        ("is it prime?", "is 21 prime"),
        ("and 5 + 6?", "5 + 6"),
    ],
)
def test_it_is_the_last_answer(text: str, full: str) -> None:
    assert whole("What is 3 times 7?", "The answer is 21.", text) == full


@pytest.mark.parametrize("text", ["What is 5 + 6?", "What is the sum of 5 and 7?", "How many days has a week?"])
def test_a_question_that_stands_alone_is_no_follow_up(text: str) -> None:
    assert follow("What is 3 times 7?", "The answer is 21.", text) is None
    assert follow(text) is None


def test_a_chain_goes_on_from_the_latest_answer() -> None:
    chain = ("What is 3 times 7?", "The answer is 21.", "Add 4 to it.", "The answer is 25.")
    assert whole(*chain, "And multiply it by 3?") == "multiply 25 by 3"


@pytest.mark.parametrize("answer", ["I don't know: the question lacks a number.", "Peru has 31,989,256 inhabitants."])
def test_nothing_goes_on_from_what_was_not_answered_here(answer: str) -> None:
    chain = ("What is 3 times 7?", "The answer is 21.", "Add my age to it.", answer)
    found = follow(*chain, "And multiply it by 3?")
    assert found is not None
    assert found.lost
    assert found.whole is None


@pytest.mark.parametrize(
    ("question", "answer", "text", "full", "unit"),
    [
        ("What is 10 / 3?", "The answer is 3.333333333 (exactly 10/3).", "times 3?", "(10/3) times 3", ""),
        ("What is 2 - 5?", "The answer is -3.", "squared?", "(-3) squared", ""),
        ("What is 20% of $80?", "The answer is $16.", "and multiply it by 3", "multiply $16 by 3", ""),
        ("2 hours in minutes?", "The answer is 120 minutes.", "double that", "double 120", "minutes"),
        ("2 hours in minutes?", "The answer is 120 minutes.", "and in seconds?", "120 minutes in seconds", ""),
        ("How much is 1,000 * 12?", "The answer is 12,000.", "minus 1?", "12000 minus 1", ""),
    ],
)
def test_a_value_is_taken_exactly_and_with_its_unit(
    question: str, answer: str, text: str, full: str, unit: str
) -> None:
    found = follow(question, answer, text)
    assert found is not None
    assert (found.whole, found.unit) == (full, unit)


def test_a_number_of_the_same_sort_is_replaced() -> None:
    turns = ("What is 17% of 2340?", "The answer is 397.8.", "and 18%?")
    assert whole(*turns) == "What is 18% of 2340?"
    assert whole(*turns, "The answer is 421.2.", "and of 500?") == "What is 18% of 500?"
    assert whole("What is 3 times 7?", "The answer is 21.", "and 8?") is None


def test_a_program_for_a_follow_up_must_use_the_last_answer() -> None:
    found = follow("What is 3 times 7?", "The answer is 21.", "then subtract 1 and multiply by 2")
    assert found is not None
    assert (found.whole, found.value) == (None, "21")
    demands = cues.find(found.told, found.value)
    assert cues.heeds(demands, Ballot("program", "print((21 - 1) * 2)", "ok", parse("40")))
    assert not cues.heeds(demands, Ballot("program", "print((3 * 7 - 1) * 2)", "ok", parse("40")))
