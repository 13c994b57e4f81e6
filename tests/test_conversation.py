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


def talk(*turns: str) -> list[Message]:
    return [Message("assistant" if place % 2 else "user", turn) for place, turn in enumerate(turns)]


CAPITAL = ("What is the capital of Chad?", "The capital of Chad is N'Djamena.")
PEOPLE = ("What is the population of Peru?", "Peru has 31,989,256 inhabitants.")


def test_a_follow_up_that_may_be_of_two_things_is_routed_with_the_turn_before_it():
    assert routed_text(talk(*CAPITAL, "and its population?")) == "What is the capital of Chad? and its population?"


def test_a_chain_of_such_follow_ups_reaches_back_to_its_subject():
    turns = talk(*CAPITAL, "and its population?", "N'Djamena has 1,605,696, Chad 15,477,751.", "and its currency?")
    assert routed_text(turns) == "What is the capital of Chad? and its currency?"


def test_a_follow_up_of_the_one_thing_that_was_named_does_not_repeat_the_question():
    assert routed_text(talk(*PEOPLE, "and its area?")) == "and Peru's area?"
    turns = talk(*PEOPLE, "and its area?", "Peru covers 1,285,220 km².", "and its currency?")
    assert routed_text(turns) == "and Peru's currency?"


@pytest.mark.parametrize("reply", ["", "I don't know: did you mean Perugia?", "Peru has more than Chile."])
def test_a_pronoun_that_may_be_another_thing_is_not_replaced(reply: str):
    replies = (reply,) if reply else ()
    turns = [Message("user", PEOPLE[0]), *(Message("assistant", r) for r in replies), Message("user", "and its area?")]
    assert routed_text(turns) == "What is the population of Peru? and its area?"


@pytest.mark.parametrize(
    ("text", "routed"),
    [
        ("And Norway?", "What is the capital of Norway?"),
        ("what about the United States?", "What is the capital of the United States?"),
        ("and of South Africa", "What is the capital of South Africa?"),
    ],
)
def test_another_name_asks_the_same_of_another_thing(text: str, routed: str):
    assert routed_text(talk(*CAPITAL, text)) == routed


def test_another_name_asks_what_was_asked_last():
    turns = talk(*CAPITAL, "and its currency?", "The currency of Chad is the CFA franc.", "And Norway?")
    assert routed_text(turns) == "and Norway's currency?"


def test_a_pronoun_is_of_the_name_that_came_last():
    turns = talk(*CAPITAL, "And Norway?", "The capital of Norway is Oslo.", "and its currency?")
    assert routed_text(turns) == "What is the capital of Norway? and its currency?"


def test_a_name_beside_two_others_replaces_neither():
    turns = talk("Does Peru border Chile?", "Yes: Peru and Chile share a land border.", "and Brazil?")
    assert routed_text(turns) == "Does Peru border Chile? and Brazil?"


@pytest.mark.parametrize(
    ("text", "routed"),
    [
        ("plus 4?", "Calculate: 31,989,256 plus 4?"),
        ("double that", "Calculate: double 31,989,256"),
        ("And multiply it by 3?", "Calculate: multiply 31,989,256 by 3?"),
        ("and 10% of that?", "Calculate: 10% of 31,989,256?"),
    ],
)
def test_a_computation_that_goes_on_is_routed_with_the_number_it_goes_on_from(text: str, routed: str):
    assert routed_text(talk(*PEOPLE, text)) == routed


def test_a_computation_on_what_was_not_answered_is_routed_with_the_question():
    turns = talk("What is 3 times my age?", "I don't know: your age is not given.", "And multiply it by 3?")
    assert routed_text(turns) == "What is 3 times my age? And multiply it by 3?"


def test_a_new_subject_forgets_the_turns_before():
    assert routed_text(user("What is the capital of Chad?", "What is 2 + 2?")) == "What is 2 + 2?"


def test_system_messages_are_not_routed():
    assert routed_text([Message("system", "Be brief."), Message("user", "What is 2 + 2?")]) == "What is 2 + 2?"


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_without_replies_the_last_message_is_part_of_what_is_routed_unless_it_only_names_another_thing(
    texts: list[str],
):
    routed = routed_text([Message("user", text) for text in texts])
    last = texts[-1].strip()
    assert last in routed or last.rstrip("?.! ").split()[-1] in routed
