"""Names that mean several places, are misspelt, or become another country by the words beside them."""

import pytest

from nescio.types import Answer, Reason
from tests.experts.geography_door import ask, refused, told


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


@pytest.mark.parametrize(
    ("question", "capital"),
    [
        ("capital of Samoa (American)", "Pago Pago"),
        ("capital of Korea, North", "Pyongyang"),
        ("capital of Korea, Republic of", "Seoul"),
        ("capital of Congo, Democratic Republic of the", "Kinshasa"),
        ("capital of Congo Democratic Republic", "Kinshasa"),
        ("capital of Sudan (South)", "Juba"),
        ("capital of Guinea Equatorial", "Ciudad de la Paz"),
        ("Federal Republic of Nigeria: capital", "Abuja"),
        ("capital of Niger Republic", "Niamey"),
        ("capital of the Republic of Guinea Bissau", "Bissau"),
        ("state Peru's capital", "Lima"),
    ],
)
def test_words_beside_a_name_are_read_with_it(question: str, capital: str) -> None:
    assert capital in told(question)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("capital of Dominica Republic", "the Dominican Republic"),
        ("population of Guinea (New)", "Papua New Guinea"),
        ("capital of People's Republic of Korea", "North Korea"),
        ("capital of the Democratic Republic of Korea", "North Korea"),
        ("capital of Ireland (Northern)", "Ireland"),
        ("capital of western Guinea", "Guinea"),
        ("currency of the country south of Sudan", "Sudan"),
        ("capital of Somalia land", "Somalia"),
    ],
)
def test_words_that_fit_no_name_are_asked_back(question: str, meant: str) -> None:
    assert meant in refused(question).message


@pytest.mark.parametrize(
    "question",
    [
        "state capital of Georgia",
        "capital of the state of Georgia",
        "Georgia state population",
        "capital of Georgia, US",
        "population of Georgia USA",
    ],
)
def test_georgia_the_state_is_not_georgia_the_country(question: str) -> None:
    assert refused(question).reason is Reason.UNANSWERABLE


def test_doubtful_misspelling_is_read_but_shows_in_the_evidence() -> None:
    slip, guess = ask("capital of Bulgaira"), ask("capital of Romonia")
    assert isinstance(slip, Answer)
    assert isinstance(guess, Answer)
    assert "I read 'Romonia' as Romania" in guess.text
    assert guess.evidence.features["entity_match"] < slip.evidence.features["entity_match"] < 1.0


@pytest.mark.parametrize(
    "question", ["how meny people live in Oman", "in wich land lies Salzburg", "mony of Mongolia?"]
)
def test_common_misspellings_of_short_words_are_undone(question: str) -> None:
    assert "I read" not in told(question)


def test_city_is_not_denied_to_a_country_that_has_one_of_a_longer_name() -> None:
    assert "Santa Cruz de la Sierra" in refused("is Santa Cruz in Bolivia").message
    assert told("is Dublin in the UK").startswith("No")
