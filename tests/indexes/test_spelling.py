import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio_indexes.encoder import whole_words
from nescio_indexes.spelling import MOST, Speller, words_of
from nescio_indexes.variants import VARIANTS

WORDS = {word: rank for rank, word in enumerate("what the fight weather money many capital of is then".split())}
SPELLER = Speller(words_of(["book a flight to Lima", "the balance of my savings"]), WORDS)
TYPOS = [variant for variant in VARIANTS if variant.family == "typo" and variant.name != "no-apostrophe"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("what is the captial", "what is the capital"),
        ("my savngs balnce", "my savings balance"),
        ("the weaather", "the weather"),
        ("Savinhs", "savings"),
        ("waht is it", "what is it"),
        ("mony", "money"),
        ("teh mxney", "the money"),
        ("wgat", "what"),
    ],
)
def test_one_slip_in_a_word_is_mended(written, meant):
    assert SPELLER.mend(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "book a flight to Lima",
        "ulysses",
        "see me@savngs.com",
        "the savngs-plan",
        "savngs_2",
        "a/savngs",
        "día savngſ",
        "xhe wos",
        "si fo",
        "",
    ],
)
def test_what_is_known_or_no_word_by_itself_stays(text):
    assert SPELLER.mend(text) == text


def test_words_of_the_exemplars_are_preferred_and_never_touched():
    assert SPELLER.mend("a flght") == "a flight"
    assert Speller(words_of([]), WORDS).mend("a flght") == "a fight"
    assert Speller(words_of(["flght"]), WORDS).mend("a flght") == "a flght"


def test_many_unknown_words_are_another_language_and_stay():
    few, many = " ".join(["savngs"] * MOST), " ".join(["savngs"] * (MOST + 1))
    assert SPELLER.mend(few) == " ".join(["savings"] * MOST)
    assert SPELLER.mend(many) == many


def test_nothing_is_mended_where_it_is_not_known_what_the_encoder_knows():
    assert Speller(words_of(["the balance"]), {}).mend("the balnce") == "the balnce"


@given(st.text(max_size=40))
def test_mending_twice_changes_nothing_more(text):
    once = SPELLER.mend(text)
    assert SPELLER.mend(once) == once


@given(st.lists(st.sampled_from([*WORDS, "savings", "lima", "balance"]), min_size=1).map(" ".join))
def test_a_text_of_known_words_stays(text):
    assert SPELLER.mend(text) == text


@pytest.mark.parametrize("variant", TYPOS, ids=lambda variant: variant.name)
def test_every_slip_that_the_suite_makes_in_a_long_word_is_mended(variant):
    for seed in range(20):
        assert SPELLER.mend(variant.of("savings", seed)) == "savings"


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        ({"[PAD]": 0, "the": 1, "##ing": 2, "7": 3, "Cat": 4, "naïve": 5}, {"the": 1, "cat": 4}),
        ({"▁the": 0, "ing": 1, "▁The": 2, "▁": 3}, {"the": 0}),
        ({"Ġcat": 7, "ing": 1}, {"cat": 7}),
        ({}, {}),
    ],
)
def test_whole_words_of_a_vocabulary_are_found_by_its_marks(vocabulary, words):
    assert whole_words(vocabulary) == words
