import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio_indexes.text import bare, clean, twin_key
from nescio_indexes.variants import VARIANTS, variants_of

TEXT = 'I don\'t know what is 3.5 plus 12 at 10:30, or who wrote "Faust"?'
NAMED = {variant.name: variant for variant in VARIANTS}
HARMLESS = [variant for variant in VARIANTS if variant.family in {"case", "punctuation", "blanks", "characters"}]
texts = st.text(max_size=80) | st.lists(st.sampled_from(TEXT.split())).map(" ".join)


def test_names_are_unique():
    assert len(NAMED) == len(VARIANTS)


@given(texts, st.integers(0, 5), st.sampled_from(VARIANTS))
def test_the_same_text_and_seed_give_the_same_variant(text, seed, variant):
    assert variant.of(text, seed) == variant.of(text, seed)


@given(texts, st.integers(0, 5))
def test_variants_differ_from_the_text_and_hold_something(text, seed):
    for name, changed in variants_of(text, seed).items():
        assert changed != text, name
        assert changed.strip(), name


@pytest.mark.parametrize("variant", HARMLESS, ids=lambda variant: variant.name)
def test_a_router_reads_the_harmless_ones_as_the_text_itself(variant):
    assert twin_key(variant.of(TEXT)) == twin_key(TEXT)
    assert bare(variant.of(TEXT)).casefold() == bare(TEXT).casefold()


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_numbers_are_never_changed(variant):
    for seed in range(10):
        shown = clean(variant.of(TEXT, seed))
        assert re.findall(r"\d+(?:[.:]\d+)?", shown) == ["3.5", "12", "10:30"]


def test_a_slip_changes_one_long_word_and_keeps_its_first_letter():
    for name in ("letters-swapped", "letter-dropped", "letter-doubled", "key-beside"):
        changed = NAMED[name].of("my savings of 12345 at bank", 1)
        assert re.fullmatch(r"my s\w+ of 12345 at bank", changed)
        assert changed != "my savings of 12345 at bank"
        assert NAMED[name].of("my cat 123456789 a_long_name x@example", 1) == "my cat 123456789 a_long_name x@example"


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("upper", "a b", "A B"),
        ("title", "who's there", "Who's There"),
        ("no-marks", "well, is 3.5 more?", "well is 3.5 more"),
        ("question-mark", "tell me.", "tell me?"),
        ("doubled-marks", "is it?", "is it??"),
        ("please-after", "is it?", "is it please?"),
        ("contracted", "What is it", "What's it"),
        ("expanded", "I don't know", "I do not know"),
        ("expanded", "I'd go", "I'd go"),
        ("curly-quotes", 'it\'s "so"', "it’s “so”"),
        ("no-apostrophe", "it's", "its"),
        ("newlines", "a b c", "a\nb\nc"),
    ],
)
def test_variants_are_what_people_write(name, text, changed):
    assert NAMED[name].of(text) == changed


def test_a_request_leads_to_a_question_with_words_that_lead_to_one():
    openers = {NAMED["request"].of("what is it", seed).removesuffix("what is it") for seed in range(40)}
    assert "could you tell me " in openers
    assert not openers & {NAMED["request"].of("book it", seed).removesuffix("book it") for seed in range(40)}
