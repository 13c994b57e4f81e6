"""Laws that hold for every country: figures are its own, borders and comparisons symmetric, invented names unknown."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from nescio.types import Abstained, Answer
from nescio_experts.geography.atlas import atlas
from nescio_experts.geography.cities import cities
from nescio_experts.geography.trends import AREAS_APART
from tests.experts.geography_door import EXPERT, ask

COUNTRIES = sorted(atlas().countries)
SOVEREIGN = sorted(country.code for country in atlas().sovereign())
codes = st.sampled_from(COUNTRIES)


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
    if isinstance(first, Abstained) or isinstance(second, Abstained):
        # Overseas or in dispute, whichever of the two is named first.
        assert isinstance(first, Abstained)
        assert isinstance(second, Abstained)
        return
    expected = "Yes" if other in here.neighbours else "No"
    assert first.text.startswith(expected)
    assert second.text.startswith(expected)


@given(codes, codes)
def test_comparison_does_not_depend_on_the_order(one: str, other: str) -> None:
    here, there = atlas().countries[one], atlas().countries[other]
    if not here.area or not there.area or here.area == there.area:
        return
    if abs(math.log(here.area / there.area)) < math.log(AREAS_APART):
        assert isinstance(ask(f"Which is larger, {here.the} or {there.the}?"), Abstained)
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
