from hypothesis import given
from hypothesis import strategies as st

from nescio.cli.layout import aligned, fits, listed, wrapped

CELLS = st.text(st.characters(codec="ascii", exclude_characters="\n", categories=("L", "N")), min_size=1, max_size=12)
TABLES = st.integers(1, 6).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=5))


@given(TABLES, st.integers(1, 120))
def test_a_table_is_as_wide_as_asked_unless_two_columns_are_wider(rows, width):
    head, *body = rows
    least = max(len(row[0]) for row in rows) + 2 + max((len(cell) for row in rows for cell in row[1:]), default=0)
    assert max(map(len, aligned(head, body, width).splitlines())) <= max(width, least)


@given(TABLES, st.integers(1, 120))
def test_every_cell_is_shown_and_a_table_that_fits_is_one(rows, width):
    head, *body = rows
    shown = aligned(head, body, width)
    assert all(cell in shown for row in rows for cell in row)
    assert fits(head, body, width) is ("\n\n" not in shown)


def test_a_title_may_be_stacked_and_numbers_are_set_to_the_right():
    shown = aligned(("arm", "absten-\ntion"), [("a", "1.0"), ("long", "100.0")], 80)
    assert shown == "      absten-\narm      tion\na         1.0\nlong    100.0"


def test_running_text_is_wrapped_within_its_column_and_whole_when_piped():
    rows = [("tea", "Kinds of tea, and how they are brewed.")]
    narrow = listed(("expert", "description"), rows, 30)
    assert max(map(len, narrow.splitlines())) <= 30
    assert narrow.splitlines()[2].startswith("        ")
    assert listed(("expert", "description"), rows, None).splitlines()[1] == f"tea     {rows[0][1]}"


def test_running_text_with_too_little_room_stands_below():
    shown = listed(("expert", "description"), [("an-expert-with-a-name", "what it knows")], 30).splitlines()
    assert shown[-1] == "    what it knows"
    assert max(map(len, shown)) <= 30


@given(st.text("ab ", max_size=200), st.integers(20, 90))
def test_wrapping_loses_no_word(text, width):
    assert wrapped(text, width, "  ").split() == text.split()
