"""Laws of the machinery that grounded experts share."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.types import Citation, Reason
from nescio_experts.grounded import (
    FEATURES,
    Claims,
    Gazetteer,
    Grounds,
    Phrasebook,
    Reading,
    answer,
    expand,
    fold,
    join,
    number,
    ordinal,
    quantity,
    sentence,
    unanswerable,
)

NAMES = ("tungsten", "vanadium", "lithium", "thallium", "thulium", "chlorine", "boron", "silver", "Côte d'Ivoire")
GAZETTEER = Gazetteer(
    [(name, name) for name in NAMES] + [("Georgia", "country"), ("Georgia", "state")],
    cased=[("As", "arsenic"), ("US", "usa")],
    never=["chloride"],
)


def corrected(word: str) -> str | None:
    found = GAZETTEER.correct(Reading.of(word), 0, len(Reading.of(word)))
    return found.name if found else None


def test_names_are_found_whatever_their_case_diacritics_and_punctuation():
    found = GAZETTEER.find(Reading.of("Is COTE D’IVOIRE's export tungsten?"))
    assert [m.entities for m in found] == [("Côte d'Ivoire",), ("tungsten",)]
    assert found[0].surface == "COTE D’IVOIRE"


def test_a_name_that_is_a_word_matches_only_as_written():
    assert [m.entities for m in GAZETTEER.find(Reading.of("As dense as As, us and US"))] == [
        ("arsenic",),
        ("arsenic",),
        ("usa",),
    ]


def test_an_ambiguous_name_keeps_all_its_meanings():
    assert GAZETTEER.entities("georgia") == ("country", "state")
    assert GAZETTEER.entities("Atlantis") == ()


def test_taken_words_are_no_names():
    reading = Reading.of("silver or boron")
    assert [m.start for m in GAZETTEER.find(reading, {0})] == [2]


@pytest.mark.parametrize(("typed", "name"), [("tungstem", "tungsten"), ("tungstn", "tungsten"), ("lithuim", "lithium")])
def test_one_typing_error_in_a_long_name_is_corrected(typed, name):
    assert corrected(typed) == name


@pytest.mark.parametrize(
    "typed",
    ["vibranium", "dilithium", "thalium", "chloride", "boson", "dungsten", "kryptonite", "unobtainium", "li7hium"],
)
def test_no_doubtful_name_is_corrected(typed):
    assert corrected(typed) is None


def test_a_doubtful_name_is_suggested_only():
    assert set(GAZETTEER.suggest("thalium")) == {"thallium", "thulium"}
    assert GAZETTEER.suggest("unobtainium") == ()


@given(st.sampled_from(NAMES[:6]), st.data())
def test_a_correction_is_one_edit_away_and_never_crosses_to_another_name(name, data):
    at = data.draw(st.integers(1, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typed = data.draw(st.sampled_from([name[:at] + name[at + 1 :], name[:at] + letter + name[at:]]))
    assert corrected(typed) in {name, None} or typed in NAMES


def test_patterns_expand_to_every_choice():
    assert expand("{boil,melt}s {at ,}x") == ("boils at x", "boils x", "melts at x", "melts x")
    assert expand("a{b{c,d},}") == ("abc", "abd", "a")
    with pytest.raises(ValueError, match="not closed"):
        expand("a{b")


def test_longer_phrases_win_and_gaps_are_bridged():
    book = Phrasebook({"point": ["boiling point"], "boil": ["boil{s,ing,}"], "melt": ["turn{s,} .. liquid"]})
    assert [h.id for h in book.find(Reading.of("its boiling point?"))] == ["point"]
    hits = book.find(Reading.of("what turns gallium into a liquid that boils"))
    assert [(h.id, h.indexes) for h in hits] == [("melt", (1, 5)), ("boil", (7,))]


def test_a_phrase_with_two_meanings_is_found_twice():
    book = Phrasebook({"one": ["weight"], "two": ["weight"]})
    assert {h.id for h in book.find(Reading.of("weight"))} == {"one", "two"}


def test_coverage_names_the_content_words_that_nothing_explained():
    claims = Claims(Reading.of("What is the boiling point of tungsten carbide on Mars?"))
    claims.claim((3, 4), "property")
    claims.claim((6,), "entity")
    assert claims.coverage().unexplained == ("carbide", "Mars")
    assert claims.coverage().share == pytest.approx(3 / 5)


@given(st.text(max_size=60))
def test_any_text_can_be_read(text):
    reading = Reading.of(text)
    assert len(reading.folded()) == len(reading)
    assert 0.0 <= Claims(reading).coverage().share <= 1.0
    assert fold(fold(text)) == fold(text) or not text.isascii()


@given(st.floats(min_value=-1e15, max_value=1e15, allow_nan=False))
def test_numbers_are_ascii_digits_that_read_back(value):
    text = number(value)
    assert re.fullmatch(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?", text)
    assert math.isclose(float(text.replace(",", "")), value, rel_tol=1e-11, abs_tol=1e-300)


def test_binary_rounding_is_not_shown():
    assert number(20.270999999999987) == "20.271"
    assert number(8.2e-05) == "0.000082"
    assert quantity(461000.0, "mg/kg") == "461,000 mg/kg"
    assert quantity(78.5, "%") == "78.5%"
    assert [ordinal(n) for n in (1, 2, 3, 11, 13, 21)] == ["1st", "2nd", "3rd", "11th", "13th", "21st"]
    assert join(["a", "b", "c"]) == "a, b and c"
    assert sentence("iron melts") == "Iron melts."


def test_evidence_has_the_fixed_finite_features():
    given_answer = answer("chemistry", "Text.", Grounds(coverage=0.5), [Citation("t", "s")], source="table-1")
    assert tuple(given_answer.evidence.features) == FEATURES
    assert all(math.isfinite(v) for v in given_answer.evidence.features.values())
    abstained = unanswerable("chemistry", "no such element.", given_answer)
    assert abstained.reason is Reason.UNANSWERABLE
    assert abstained.withheld is given_answer
