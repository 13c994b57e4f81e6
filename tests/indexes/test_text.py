import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio_indexes.courtesy import without_courtesy
from nescio_indexes.text import HEAD_CHARS, TAIL_CHARS, bare, clean, clip, twin_key

BARE = "what is the capital of Peru"


@pytest.mark.parametrize(
    "written",
    [
        "what is the capital of Peru?",
        "what is the capital of Peru ?!",
        "What is the capital of Peru...",
        '"what is the capital of Peru?"',
        "“what is the capital of Peru”",
        "'what is the capital of Peru'",
        "  what\tis the\ncapital of\u00a0Peru 🙂",
        "please what is the capital of Peru",
        "Hi, what is the capital of Peru?",
        "hello there what is the capital of Peru",
        "Good morning! Could you please tell me what is the capital of Peru, thanks!",
        "excuse me, do you know what is the capital of Peru?",
        "i was wondering what is the capital of Peru. Thank you so much",
        "I'd like to know: what is the capital of Peru? Thanks in advance.",
        "can you help me with something? what is the capital of Peru, please",
        "what is the capital of Peru, if you don't mind",
        "ｗｈａｔ ｉｓ ｔｈｅ ｃａｐｉｔａｌ ｏｆ Ｐｅｒｕ？",
    ],
)
def test_the_bare_query_is_the_same_however_it_is_dressed(written):
    assert bare(written).casefold() == BARE.casefold()
    assert twin_key(written) == twin_key(BARE)


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "please",
        "hello there",
        "thank you",
        "?!",
        "😀",
        "how do i say thank you",
        "hello world in python",
        "good morning america",
        "is 3.5 more than 1,209",
        "who's there",
        "print('hi')",
        "¿dónde está",
        "C++ vs C#",
    ],
)
def test_what_is_meaning_stays(text):
    assert bare(text) == text


def test_a_courtesy_is_the_query_where_nothing_else_is_left():
    assert without_courtesy("thank you, please") == "thank you"
    assert bare("Thanks!!") == "Thanks"


@given(
    st.text(max_size=60) | st.lists(st.sampled_from("hi please , what is ? thanks so “ 🙂 a's".split())).map(" ".join)
)
def test_baring_twice_changes_nothing_more_and_never_empties_a_text(text):
    once = bare(text)
    assert bare(once) == once
    assert bool(once) == bool(clip(text))


@given(st.text(max_size=8) | st.text("ﷺ㍿ﬃ¨ é\u0301\u200b \u3000한a", max_size=8), st.integers(1, 1200))
def test_clipping_twice_changes_nothing_more_and_a_clipped_text_is_clean_and_short(piece, times):
    once = clip(piece * times)
    assert clip(once) == once == clean(once)
    assert len(once) <= HEAD_CHARS + 1 + TAIL_CHARS


def test_a_long_text_keeps_its_ends_and_one_that_grows_when_cleaned_is_long():
    assert clip("a" * 5000 + "b" * 5000) == "a" * HEAD_CHARS + " " + "b" * TAIL_CHARS
    grown = clip("㍿" * 400)
    assert grown == clip("株式会社" * 400)
    assert len(grown) == HEAD_CHARS + 1 + TAIL_CHARS


@pytest.mark.parametrize("piece", ["hi,", "please ", "- ", "-", "?", "a", " ,", "thanks "])
def test_long_courtesies_and_marks_are_read_through(piece):
    # A pattern that went back and forth would take minutes for this.
    assert len(bare(piece * 20_000)) <= 20_000 * len(piece)
