"""Where a shown text ends, and what the caller is told of wishes that had no effect."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.service.wishes import Shown, Wishes, before_stop, shown, within
from tests.service.doubles import CHEMISTRY, MATH, UNSURE

TEXTS = st.text(alphabet="ab5 .,-°K\n\u0301é€", max_size=60) | st.text(max_size=60)
TUNGSTEN = "The boiling point of tungsten is 6,203 K (5,930 °C)."


@given(TEXTS, st.lists(st.text(alphabet="ab5 .,K", min_size=1, max_size=2), max_size=4))
def test_text_before_a_stop_is_the_beginning_of_the_text(text: str, stop: list[str]) -> None:
    kept = before_stop(text, stop)
    assert text.startswith(kept)
    assert kept == text or any(text[len(kept) :].startswith(one) for one in stop)


@given(TEXTS, st.integers(1, 70))
def test_text_within_a_length_is_a_beginning_that_fits(text: str, characters: int) -> None:
    kept = within(text, characters)
    assert text.startswith(kept)
    assert len(kept) <= characters
    assert kept == text or len(text) > characters


@given(TEXTS, st.integers(1, 70), st.lists(st.text(alphabet="ab5 .,K", min_size=1, max_size=2), max_size=4))
def test_no_cut_goes_through_a_word_or_a_number(text: str, characters: int, stop: list[str]) -> None:
    for kept in (within(text, characters), before_stop(text, stop)):
        around = text[max(0, len(kept) - 1) : len(kept) + 1]
        assert kept in ("", text) or not re.fullmatch(r"\w\w", around)


@pytest.mark.parametrize(
    ("stop", "kept"),
    [
        ([" ("], "The boiling point of tungsten is 6,203 K"),
        (["("], "The boiling point of tungsten is 6,203 K "),
        (["."], TUNGSTEN[:-1]),
        ([","], TUNGSTEN),
        (["03"], TUNGSTEN),
        ([" K"], TUNGSTEN),
        (["ing"], TUNGSTEN),
        ([" "], "The"),
        (["K", "of"], "The boiling point "),
        (["\n"], TUNGSTEN),
        (["The"], ""),
        ([], TUNGSTEN),
    ],
)
def test_stop_sequence_ends_the_text_where_that_leaves_no_half(stop: list[str], kept: str) -> None:
    assert before_stop(TUNGSTEN, stop) == kept


@pytest.mark.parametrize(
    ("text", "characters", "kept"),
    [
        (TUNGSTEN, 36, "The boiling point of tungsten is"),
        (TUNGSTEN, 38, "The boiling point of tungsten is"),
        (TUNGSTEN, 40, "The boiling point of tungsten is 6,203 K"),
        (TUNGSTEN, 4, "The"),
        ("Ouagadougou", 4, ""),
        ("It has 2.3 million people.", 12, "It has"),
        ("It is -40 °C there.", 10, "It is"),
        ("It costs $1,299.99 here.", 12, "It costs"),
        ("At 397.8 km/h it flies.", 10, "At"),
        ("Guinea-Bissau borders it.", 8, ""),
        ("It doesn't melt.", 8, "It"),
        ("In 3\u00a0456,7 km² of land.", 8, "In"),
        ("It has 10 000 000 people.", 14, "It has"),
    ],
)
def test_length_never_leaves_half_a_value(text: str, characters: int, kept: str) -> None:
    assert within(text, characters) == kept


def test_answer_that_fits_is_shown_whole() -> None:
    assert shown(MATH, Wishes(max_tokens=500, stop=("§",), cutting=("max_tokens", "stop"))) == Shown(
        "17% of 2,340 is 397.8.", "stop", ()
    )


def test_answer_that_is_cut_says_length_and_one_that_stops_says_stop() -> None:
    assert shown(CHEMISTRY, Wishes(max_tokens=9)) == Shown("The boiling point of tungsten is", "length", ())
    assert shown(CHEMISTRY, Wishes(stop=(" (",))) == Shown("The boiling point of tungsten is 6,203 K", "stop", ())


def test_abstention_is_whole_and_names_what_did_not_cut_it() -> None:
    wishes = Wishes(max_tokens=1, stop=(" ",), cutting=("max_completion_tokens", "stop"), unheeded=("temperature",))
    seen = shown(UNSURE, wishes)
    assert (seen.text, seen.finish_reason) == (f"I don't know: {UNSURE.message}", "stop")
    assert seen.ignored == ("max_completion_tokens", "stop", "temperature")
