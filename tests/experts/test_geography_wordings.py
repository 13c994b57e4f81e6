"""Terse, roundabout and joined wordings of questions that the geography expert can answer."""

import pytest

from nescio.types import Reason
from tests.experts.geography_door import refused, told


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("Capitals of the Baltic states: Estonia, Latvia, Lithuania?", "Riga"),
        ("tel country code Greece", "+30"),
        ("What city governs Brazil as its capital?", "Brasilia"),
        ("UK vs Italy, population wise, who wins?", "United Kingdom"),
        ("Peru vs Chile, area wise, which is ahead?", "Peru"),
        ("which country lies between Spain and France", "Andorra"),
        ("How many people call Nairobi home?", "4,397,073"),
        ("Where in the world is Vanuatu?", "Oceania"),
        ("Peru ccy", "PEN"),
        ("langs Peru", "Quechua"),
        ("pop Peru", "31,989,256"),
        ("Peru: capital", "Lima"),
        ("Which currency do shops in Kenya take?", "KES"),
        ("What currency do stores in Chad accept?", "XAF"),
        ("What are banknotes in Yemen denominated in?", "YER"),
        ("if i change money for a trip to eritrea, what do i get", "ERN"),
        ("What does the top-level domain for Nauru look like", ".nr"),
        ("What is the internet country domain of Nepal?", ".np"),
        ("How do phone numbers from Poland start, after the plus sign?", "+48"),
        ("What do I dial before a number in Italy from abroad?", "+39"),
        ("How many different countries can you enter by land from Finland?", "3"),
        ("Which countries can you cross into by land from Laos?", "Cambodia"),
        ("Can you cross directly by land from Uganda into the DR Congo", "Yes"),
        ("Can you cross directly by land from Ghana into Rwanda?", "No"),
    ],
)
def test_terse_and_roundabout_wordings_are_answered(question: str, gold: str) -> None:
    assert gold in told(question)


@pytest.mark.parametrize(
    "question",
    [
        "Ghana plus Togo: how many people altogether?",
        "Ghana and Togo: combined population?",
        "How many people live in Ghana plus Togo?",
        "Population of Ghana + Togo?",
    ],
)
def test_sum_of_two_countries_is_added_up(question: str) -> None:
    assert "37,656,202 inhabitants" in told(question)


@pytest.mark.parametrize(
    "question",
    [
        "Is the population of France plus Spain larger than that of Germany?",
        "Do Peru and Chile together have more people than Argentina?",
        "Which has more people, Peru and Chile together or Argentina?",
        "Which is larger: France plus Spain, or Germany?",
        "total population of the three largest countries in Africa",
        "average population of the five biggest countries",
        "Is the sum of the populations of Peru and Chile above 40 million?",
        "Population of Peru and Chile combined compared with Argentina",
        "How many neighbours do Peru and Chile have together?",
        "largest and smallest country in Africa",
    ],
)
def test_sum_that_is_compared_or_ranked_is_refused(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    ("question", "continent"),
    [
        ("Which continent has the country that uses the forint?", "Europe"),
        ("In what continent do people pay with the baht?", "Asia"),
        ("Which continent has the country where Hungarian is spoken?", "Hungary is in Europe"),
        ("What continent is the country whose capital is Lima on?", "South America"),
    ],
)
def test_continent_of_a_country_that_is_only_described_is_told(question: str, continent: str) -> None:
    assert continent in told(question)


def test_continent_of_too_many_countries_is_refused() -> None:
    assert refused("which continent uses the euro").reason is Reason.UNANSWERABLE


def test_country_that_borders_nothing_else_is_not_any_neighbour() -> None:
    assert refused("What is the capital of the country that borders only Portugal?").reason is Reason.UNANSWERABLE


def test_countries_that_tie_are_all_named_and_no_other_is() -> None:
    assert "Brazil has the most neighbours: 10" in told("Which country borders the most countries in South America?")
    assert "China and Russia have the most neighbours: 14 neighbours each" in told(
        "Which country borders the most countries?"
    )
    assert "Serbia with 9 neighbours" in told("Which five countries have the most neighbours?")
    assert refused("which country has the third most neighbours in South America").reason is Reason.UNANSWERABLE
