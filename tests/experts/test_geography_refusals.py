"""Questions that the geography expert must leave unanswered: what its tables lack, and words it would pass over."""

import pytest

from nescio.types import Reason
from tests.experts.geography_door import refused


@pytest.mark.parametrize(
    "question",
    [
        "capital of Freedonia",
        "What is the capital of Wakanda?",
        "population of Atlantis",
        "currency of the Ottoman Empire",
        "capital of Yugoslavia",
        "Which neighbours of Freedonia use the euro?",
        "population of France in 1900",
        "capital of Brazil in 1950",
        "What will the population of India be in 2050?",
        "who is the president of France",
        "GDP of Chile",
        "highest mountain in Nepal",
        "What's the weather in Lima?",
        "What is the area of Paris?",
        "Capital of Texas?",
        "What is the capital of Scotland?",
        "Sydney is the capital of which country?",
        "Which country uses the drachma?",
        "Which country has the internet domain .zz?",
        "How many people speak Quechua in Peru?",
        "Capital of New Peru",
        "What is the second capital of Peru?",
        "Which countries have capitals with over 10 million people?",
        "Which country has the most cities?",
        "What is the most common language in South America?",
        "How many people live in European Russia?",
        "What is the elevation of the capital of Bolivia?",
        "asdf qwer",
        "",
        "x" * 5_000,
    ],
)
def test_question_without_an_answer_in_the_tables_is_refused(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


TRAPS = {
    "nouns that are not all inhabitants": (
        "dogs cats sheep kangaroos millionaires billionaires nurses vegetarians orphans twins families tribes "
        "customers teachers pupils locals natives Turks Poles Americans Chinese Germans Swedes Russians"
    ),
    "restrictions": (
        "people under 18|people over 65|people between 20 and 30|Chinese people|foreign people|single people|"
        "registered citizens|dual citizens|people of Ireland"
    ),
}


@pytest.mark.parametrize(
    "kind", [*TRAPS["nouns that are not all inhabitants"].split(), *TRAPS["restrictions"].split("|")]
)
@pytest.mark.parametrize(
    "question", ["How many {} live in Peru?", "number of {} living in Peru", "how many {} in Peru"]
)
def test_part_of_the_inhabitants_is_not_counted_as_all(kind: str, question: str) -> None:
    assert refused(question.format(kind)).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    "question",
    [
        "How many people used to live in Detroit?",
        "How many people lived in Vienna?",
        "How many people would like to live in Canada?",
        "How many people want to live in Norway?",
        "How many people can live in Singapore?",
        "How many people will live in Nigeria?",
        "How many people live abroad from Ireland?",
        "How many Canadians live abroad?",
        "How many people live at home in Italy?",
        "How many people live in a house in Peru?",
        "How many people live around Lima?",
        "How many people live on the border of Spain?",
        "How many people call Peru?",
        "How many people work for the EU?",
        "what people live in Peru",
    ],
)
def test_people_who_do_or_did_something_else_are_not_counted(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    "question",
    [
        "the planned capital of Egypt",
        "capital letter of Germany",
        "phone number of the government of Peru",
        "computer language from Japan",
        "How big is the average house in Peru?",
        "where is my friend in Peru",
        "What do people pay for bread in Peru?",
        "Which country has the biggest houses?",
        "largest shop in London",
    ],
)
def test_harmless_word_between_property_and_place_is_not_passed_over(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    "question",
    [
        "the Turkish population in Germany",
        "French population of Canada",
        "what language do Turks speak in Germany",
        "where do Poles live in Norway",
        "How big is the Niger delta?",
        "where is Berlin Street in Paris",
        "The biggest Polish city in America",
        "Do Peruvians use euros in Spain?",
        "How many Indian states border Nepal?",
        "Where do Peruvians live?",
        "metro population of Paris",
    ],
)
def test_demonym_or_name_that_only_describes_is_not_read_as_a_second_country(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    "question",
    [
        "largest kingdom in the world",
        "how many republics are in Africa",
        "how many countries start with A",
        "how many countries speak Spanish as a second language",
        "how many Spanish speakers are there",
        "which country first used the euro",
        "which countries could border Peru",
        "who made Canberra the capital of Australia",
        "wages in Peru",
        "what is on the Peruvian banknote",
        "what does a coin of Peru look like",
        "Which shops accept cash in Peru?",
        "how much space do people have in Peru",
        "Which country has the smallest people?",
        "Which country has the most people over 100?",
        "largest Spanish-speaking city in the US",
        "which city in Switzerland speaks French",
        "total population of all cities of Peru",
        "How many people live in cities in Japan?",
        "how many people live in the five biggest countries",
        "Largest country in Africa with fewer than 5 million people",
        "how big is the German-speaking part of Belgium",
        "Is Lima bigger than all other cities in Peru combined?",
        "largest neighbour of the EU",
        "where is the border between Peru and Chile",
        "Does Switzerland border five countries that use the euro?",
        "how many countries are smaller than my house",
        "how wide is Chile",
        "area code for Peru",
        "Is Peru a member of the UN?",
        "Does anyone in Peru speak English?",
        "who borders Chile's neighbours",
        "Do shops in Switzerland take euros?",
        "largest country using +1",
        "neighbours of Austria's capital",
        "how many territories are there",
        "Which country is between Peru and Chile?",
    ],
)
def test_form_that_the_tables_cannot_answer_is_refused(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    "question",
    [
        "Which foreign currency do shops in Kenya take?",
        "How many shops in Kenya take cash?",
        "What do shops in Kenya sell?",
        "what do banknotes in Yemen look like",
        "Where can I change money in Eritrea?",
        "how do I exchange money in Peru",
        "Which merchants in Kenya take shillings?",
        "How many people enter Finland by land?",
        "Can you enter Finland by land?",
        "what currency do I need if I enter Finland by land from Sweden",
        "How many phone numbers are there in Poland?",
        "When do phone numbers in Poland start?",
        "What is my phone number in Poland?",
    ],
)
def test_words_of_money_crossing_and_dialling_ask_nothing_else(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    "question",
    [
        "smallest continent by number of countries",
        "largest continent by number of countries",
        "size of the German language area",
        "German language area",
        "who speaks Spanish in my class",
        "who speaks Spanish in Peru",
        "who uses the euro in my town",
        "what does my class in Peru speak",
        "France area including overseas",
    ],
)
def test_continents_language_areas_and_people_of_the_asker_are_refused(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    "question",
    [
        "Was Bonn ever the capital of Germany?",
        "Was Rio de Janeiro the capital of Brazil?",
        "Did Kolkata use to be the capital of India?",
        "Did Croatia always use the euro?",
        "Has Turkey always been in Asia?",
        "Will Croatia use the euro?",
    ],
)
def test_the_past_and_the_future_are_not_answered_from_todays_table(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE
