import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.conversation import routed_text, stands_alone
from nescio.types import Message


def user(*texts: str) -> list[Message]:
    return [turn for text in texts for turn in (Message("user", text), Message("assistant", "…"))][:-1]


@pytest.mark.parametrize(
    "text", ["And its population?", "what about gold?", "How many people live there and in it?", "why?"]
)
def test_a_follow_up_does_not_stand_alone(text: str):
    assert not stands_alone(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is the boiling point of tungsten?",
        "Capital of Burkina Faso and its population?",
        "Is it true that Peru borders Chile?",
        "Who was the first person on the moon?",
        "How many people are there in Peru?",
    ],
)
def test_a_question_that_names_its_subject_stands_alone(text: str):
    assert stands_alone(text)


def test_a_follow_up_is_routed_with_the_turn_before_it():
    turns = user("What is the capital of Chad?", "and its population?")
    assert routed_text(turns) == "What is the capital of Chad? and its population?"


def test_a_chain_of_follow_ups_reaches_back_to_its_subject():
    turns = user("What is the capital of Chad?", "and its population?", "and its currency?")
    assert routed_text(turns) == "What is the capital of Chad? and its currency?"


def test_a_new_subject_forgets_the_turns_before():
    assert routed_text(user("What is the capital of Chad?", "What is 2 + 2?")) == "What is 2 + 2?"


def test_system_messages_are_not_routed():
    assert routed_text([Message("system", "Be brief."), Message("user", "What is 2 + 2?")]) == "What is 2 + 2?"


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_the_last_message_is_always_part_of_what_is_routed(texts: list[str]):
    assert texts[-1].strip() in routed_text([Message("user", text) for text in texts])
