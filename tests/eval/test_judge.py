"""Answers as systems word them, and how each kind of question grades them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio_eval.datasets import Question
from nescio_eval.datasets.generated_chemistry import questions as chemistry
from nescio_eval.datasets.generated_geography import questions as geography
from nescio_eval.datasets.generated_math import questions as arithmetic
from nescio_eval.datasets.generated_python import questions as python
from nescio_eval.datasets.unanswerable import questions as unanswerable
from nescio_eval.judge import abstains, judge


def q(kind: str, *golds: str, text: str = "Well?", **more: object) -> Question:
    return Question("x", "d", "math", "c", text, golds or None, kind=kind, **more)  # type: ignore[arg-type]


TUNGSTEN = q("quantity", "5828.15 K", "5555 °C", text="Boiling point of tungsten?", tolerance=0.07)
PEOPLE = q("quantity", "51635256 people", text="Population of South Korea?", tolerance=0.15)
DENSER = q("one_of", "gold", text="Which is denser, gold or silver?", distractors=("silver",))
NEAR = q("all", "Germany", "Czechia|Czech Republic", text="Neighbours with over 10 million?", distractors=("Austria",))


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        (TUNGSTEN, "The boiling point of tungsten is 5828.15 K (5555 °C).", True),
        (TUNGSTEN, "about 5,930 °C", True),
        (TUNGSTEN, "Tungsten boils at 10,031 °F.", True),
        (TUNGSTEN, "5930 K", True),
        (TUNGSTEN, "3422 °C", False),
        (TUNGSTEN, "very hot", False),
        (PEOPLE, "51.6 million people", True),
        (PEOPLE, "About 51 million (2018).", True),
        (PEOPLE, "5.1 million", False),
        (DENSER, "Gold", True),
        (DENSER, "Gold is denser than silver.", True),
        (DENSER, "Between silver and gold, gold is denser.", True),
        (DENSER, "Silver is denser than gold.", False),
        (DENSER, "Silver", False),
        (NEAR, "Germany and the Czech Republic", True),
        (NEAR, "Germany", False),
        (NEAR, "Germany, Czechia and Austria", False),
        (q("yes_no", "yes"), "Yes, they do.", True),
        (q("yes_no", "no"), "Yes, they do.", False),
        (q("date", "2014-03-20", text="What date is 135 days after 5 November 2013?"), "March 20, 2014", True),
        (q("date", "2014-03-20", text="What date is 135 days after 2013-11-05?"), "2014-03-21", False),
        (q("compact", "[0, 4, 16]"), "It gives `[0,4,16]`", True),
        (q("compact", "[Xe] 6s2"), "[Xe] 6s²", True),
        (q("compact", "[0, 4]"), "[0, 4, 16]", False),
        (q("number", "2266.2", text="60 percent of 3,777?"), "60% of 3777 is 2266.2", True),
        (q("number", "-44201"), "−44,201", True),
        (q("number", "7"), "Let me think. 3 + 3 = 6.\nAnswer: 7", True),
        (q("number", "7"), "Let me think. It could be 7.\nAnswer: 8", False),
        (q("choice", "B", aliases=("red", "blue")), "B. blue", True),
        (q("choice", "B", aliases=("red", "blue")), "A", False),
        (q("text", "Astana", aliases=("Nur-Sultan",)), "The capital is Astana.", True),
        (q("text", "W"), "The symbol is W.", True),
        (q("one_of", "f-block", distractors=("d-block",)), "Nobelium (No) is in the f-block.", True),
        (q("one_of", "f-block", distractors=("d-block",)), "Nobelium is a d-block element.", False),
    ],
)
def test_wordings(question, answer, right):
    assert judge(question, answer).right is right


@given(st.text(max_size=80))
def test_no_answer_to_an_unanswerable_question_is_ever_correct(answer):
    for question in unanswerable(3, 12):
        assert judge(question, answer).outcome == "incorrect"


@pytest.mark.parametrize("questions", [chemistry, geography, arithmetic, python], ids=lambda f: f.__module__)
def test_every_gold_is_correct_as_an_answer_and_nonsense_never_is(questions):
    for question in questions(5, 250):
        assert question.golds is not None
        plain = ", ".join(gold.partition("|")[0] for gold in question.golds)
        answer = plain if question.kind == "all" else question.golds[0]
        assert judge(question, answer).right is True, (question.question, answer)
        assert judge(question, "Answer: " + answer).right is True, (question.question, answer)
        assert judge(question, "something else entirely").right is False, question.question


def test_a_neighbouring_figure_is_not_correct():
    for question in arithmetic(7, 200):
        if question.kind == "number" and question.golds is not None:
            gold = float(question.golds[0])
            assert judge(question, f"Answer: {gold * 1.1 + 3:.2f}").right is False, question.question


@pytest.mark.parametrize(
    "text",
    [
        "I don't know",
        "I’m not sure about that.",
        "First I tried.\nAnswer: I do not know",
        "Vibranium is a fictional metal and has no melting point.",
        "There is no such element.",
        "It cannot be determined from the given information.",
        "Unknown",
    ],
)
def test_words_that_abstain_are_recognised(text):
    assert abstains(text)


@pytest.mark.parametrize(
    "text", ["Paris", "42", "Answer: 7", "The capital is unknown to few: it is Paris.", "I know it: 12", "KeyError"]
)
def test_answers_are_not_taken_for_abstentions(text):
    assert not abstains(text)


@pytest.mark.parametrize("questions", [chemistry, geography, arithmetic, python], ids=lambda f: f.__module__)
def test_no_gold_reads_as_an_abstention(questions):
    assert not [q for q in questions(9, 200) for gold in q.golds or () if abstains(gold)]
