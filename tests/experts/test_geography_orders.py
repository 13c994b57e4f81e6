"""Comparisons, rankings and borders: how old the figures are, what later ones leave open, and what is overseas."""

from itertools import pairwise

import pytest

from nescio.types import Answer, Reason
from nescio_experts.geography.atlas import atlas
from nescio_experts.geography.trends import ahead, passes, populations, year_of
from tests.experts.geography_door import ask, refused, told


def test_population_is_told_with_its_year() -> None:
    assert told("population of Peru") == "Peru has 31,989,256 inhabitants (figure of 2018)."
    assert "figure of 2020" in told("population of China")
    assert "figure of an unknown year" in told("population of Ukraine")


def test_citation_tells_the_date_of_the_figures_from_that_of_the_package() -> None:
    outcome = ask("population of Peru")
    assert isinstance(outcome, Answer)
    assert "mostly of 2018" in outcome.citations[0].text
    assert any("CLDR" in citation.source for citation in outcome.citations)


def test_known_order_of_today_comes_before_that_of_the_figures() -> None:
    assert "India" in told("Which country has the most people?")
    assert "2023-04" in told("Which country has the most people?")
    assert told("Is China more populous than India?").startswith("No")
    assert told("second most populous country in the world").startswith("The 2nd most populous country")
    assert "China" in told("second most populous country in the world")


@pytest.mark.parametrize(
    "question",
    [
        "Which has more people, Nigeria or Brazil?",
        "Is Tanzania more populous than Thailand?",
        "third most populous country in Europe",
        "Does Egypt have more than 100 million people?",
        "How many countries have more than 100 million people?",
        "Which neighbours of Kenya have more than 50 million people?",
        "how many more people does Norway have than Finland?",
    ],
)
def test_order_that_later_figures_leave_open_is_refused(question: str) -> None:
    assert "2018" in refused(question).message


@pytest.mark.parametrize(
    ("question", "winner"),
    [
        ("Which has more people, Germany or France?", "Germany"),
        ("Norway or Denmark: who has more people?", "Denmark"),
        ("Is DR Congo more populous than Germany?", "Yes"),
        ("which neighbours of Austria have more than ten million people?", "Czechia"),
        ("biggest city of Australia?", "Sydney"),
    ],
)
def test_order_that_later_figures_confirm_is_told(question: str, winner: str) -> None:
    assert winner in told(question)


@pytest.mark.parametrize("question", ["Is the US larger than China?", "third largest country in the world"])
def test_areas_that_differ_by_what_is_measured_are_not_ranked(question: str) -> None:
    assert "measure areas" in refused(question).message


def test_city_figures_too_close_are_not_ranked() -> None:
    assert "too close" in refused("largest city in Ecuador").message
    assert "Mumbai" in told("largest city in India")


def test_ahead_is_antisymmetric_and_open_between_equals() -> None:
    countries = [country for country in atlas().sovereign() if country.population]
    for one, other in pairwise(countries):
        first, second = ahead(one, other, "population"), ahead(other, one, "population")
        assert (first is None and second is None) or first is not second
        assert ahead(one, one, "population") is None


def test_every_later_figure_is_of_a_country_and_every_year_is_known_or_said_unknown() -> None:
    known = populations()
    assert set(known.later) <= set(atlas().countries)
    assert all(year_of(atlas().countries[code]) is None for code in known.undated)
    assert passes(atlas().countries["PE"], 10e6, None, "population") is True
    assert passes(atlas().countries["PE"], None, 10e6, "population") is False
    assert passes(atlas().countries["EG"], 100e6, None, "population") is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is Peru bigger than Chile and smaller than Brazil?", "Yes"),
        ("Is Chad bigger than Niger and smaller than Egypt?", "No"),
        ("Is Germany more populous than Spain but less populous than Russia?", "Yes"),
        ("Is Peru larger than Chile and Brazil?", "No"),
        ("Is Lyon bigger than Nice and smaller than Marseille?", "Yes"),
    ],
)
def test_thing_compared_with_several_gets_yes_or_no(question: str, answer: str) -> None:
    assert told(question).startswith(f"{answer}:")


@pytest.mark.parametrize(
    "question",
    [
        "Is Peru larger than Chile or Ecuador?",
        "Which country is bigger than Chile and smaller than Peru?",
        "Is Peru bigger than Chile and more populous than Ecuador?",
    ],
)
def test_chain_that_asks_something_else_is_refused(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Does France border Brazil?", "French Guiana"),
        ("Does Suriname border France?", "French Guiana"),
        ("Does the UK border Spain?", "Gibraltar"),
        ("Does the Netherlands border France?", "Saint Martin"),
        ("Does Denmark border Canada?", "Hans Island"),
        ("Does Morocco border Mauritania?", "Western Sahara"),
        ("Does Serbia border Albania?", "Kosovo"),
        ("Does Cyprus border the UK?", "Akrotiri"),
    ],
)
def test_border_overseas_or_in_dispute_gets_neither_yes_nor_no(question: str, why: str) -> None:
    assert why in refused(question).message


def test_border_of_the_tables_is_told_with_what_lies_overseas() -> None:
    assert told("Does Spain border Gibraltar?").startswith("Yes")
    assert told("Does Spain border Morocco?").startswith("Yes")
    assert told("Does French Guiana border Brazil?").startswith("Yes")
    assert "overseas, French Guiana borders Brazil and Suriname" in told("Which countries border France?")
    assert "Ceuta" in told("Which countries border Spain?")


@pytest.mark.parametrize(
    "question",
    [
        "capital of Chile's neighbour Peru",
        "Nigeria Republic's neighbour Niger",
        "neighbours of the neighbours of Portugal",
        "neighbours of Portugal's neighbours",
        "most populous city's capital",
        "population of the capital of the largest country in South America",
        "total number of languages of the neighbours of Peru",
        "where does Peru rank in area",
        "rest of the population of South America",
        "first letter of the capital of France",
        "what is 20% of Peru's population",
    ],
)
def test_word_that_changes_what_is_asked_is_not_passed_over(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is Toronto in the US or Canada?", "Toronto is in Canada."),
        ("Is Paris in the US or France?", "Paris is in France."),
        ("Does Peru use the sol or the peso?", "The currency of Peru is the Peruvian sol (PEN)."),
        ("Is Suriname in South America or Africa?", "Suriname is in South America."),
    ],
)
def test_choice_is_answered_with_the_fact(question: str, answer: str) -> None:
    assert told(question) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Do any countries border both Peru and Argentina?", "Yes: there are 3 countries"),
        ("Does any country border both Spain and Portugal?", "No: there are 0 countries"),
        ("Does +49 belong to Germany?", "Yes"),
        ("Is .ch the domain of China?", "No"),
        ("Doesn't Peru border Brazil?", "Yes"),
        ("The capital of Ecuador is Quito, isn't it?", "Yes"),
    ],
)
def test_yes_or_no_is_said_first(question: str, answer: str) -> None:
    assert told(question).startswith(answer)


@pytest.mark.parametrize(
    "question",
    [
        "Peru does not border Argentina, right?",
        "Is it true that Peru borders Chile but not Argentina?",
        "Is Lesotho surrounded by South Africa?",
    ],
)
def test_denial_gets_neither_yes_nor_no(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


def test_country_surrounded_by_another_borders_nothing_else() -> None:
    assert "Lesotho" in told("Which country is surrounded by South Africa?")
    assert "Namibia" not in told("Which country is surrounded by South Africa?")
    assert "Germany" in told("What is the only country bordering Denmark?")


def test_country_is_found_by_its_code() -> None:
    assert "Switzerland" in told("Which country has the ISO code CH?")
    assert "Paris" in told("capital of the country with ISO code FR")


def test_list_of_no_given_length_ends_where_the_order_is_open() -> None:
    assert told("which are the most populous countries in Africa").startswith("The 4 most populous countries in Africa")
    assert "open" in refused("the five most populous countries in Africa").message


@pytest.mark.parametrize(
    "question",
    [
        "Which country is larger, Peru or Chile, and what is its capital?",
        "Is Peru bigger than Chile and what is its capital?",
        "Does Peru border Chile and what is its capital?",
        "What is the capital of Peru and the currency of Chile?",
        "How many people live in Peru and how big is Chile?",
        "largest city in Peru and capital of Chile",
        "Is Spain larger than Germany in area and population?",
        "Is Lima bigger than Chile?",
        "Which countries border Peru or Chile?",
        "Do Peru, Chile and Bolivia share a border?",
        "Are Lima and Quito capitals?",
        "do most neighbours of France use the euro",
    ],
)
def test_two_questions_in_one_are_refused(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Does Peru border Chile and Brazil?", "Yes: Peru shares a land border with Chile and Brazil."),
        ("Do Chile and Ecuador border Peru?", "Yes: Peru shares a land border with Chile and Ecuador."),
        ("Is Lima the largest city in Peru?", "Yes, the largest city in Peru is Lima with 7,737,002 inhabitants."),
        (
            "common neighbours of Peru and Bolivia",
            "There are 2 countries that border Peru and Bolivia: Brazil and Chile.",
        ),
    ],
)
def test_each_of_several_is_read_where_it_stands(question: str, answer: str) -> None:
    assert told(question) == answer


def test_money_that_is_legal_tender_beside_another_is_named() -> None:
    assert told("Is the US dollar used in Panama?").startswith("Yes")
    assert "rand" in told("currency of Lesotho")
