import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio_indexes.exemplars import Exemplar, Exemplars, Rows

EXEMPLARS = st.lists(
    st.builds(Exemplar, st.text(st.characters(), max_size=8), st.none() | st.sampled_from(["a", "b", "é"])), max_size=12
)


@given(EXEMPLARS, EXEMPLARS, st.randoms())
def test_rows_are_the_list_they_were_made_of(first, second, random):
    joined = Rows.of(first).joined(Rows.of(second))
    both = [*first, *second]
    mask = np.array([random.random() < 0.5 for _ in both], dtype=np.bool_)
    assert list(joined) == both
    assert list(joined.kept(mask)) == [item for item, kept in zip(both, mask.tolist(), strict=True) if kept]
    assert list(Exemplars(Rows.of(first), Rows.of(second))) == both
    for item in both:
        assert joined.find([item.text]).tolist() == [i for i, other in enumerate(both) if other.text == item.text]


@given(EXEMPLARS, EXEMPLARS)
def test_numbers_are_those_of_the_labels(first, second):
    exemplars = Exemplars(Rows.of(first), Rows.of(second))
    places = np.array([[*range(len(exemplars)), -1]], dtype=np.int64)
    known = {"a": 7, "é": 0}
    wanted = [known.get(item.label or "", -1) for item in [*first, *second]]
    assert exemplars.numbers(places, known).tolist() == [[*wanted, -1]]


@given(EXEMPLARS)
def test_saved_rows_are_the_same(tmp_path_factory, items):
    rows = Rows.of(items)
    stem = tmp_path_factory.mktemp("rows") / "stem"
    rows.save(stem)
    assert list(Rows.load(stem, rows.names)) == items


def test_places_are_those_of_a_sequence():
    exemplars = Exemplars(Rows.of([Exemplar("a")]), Rows.of([Exemplar("b"), Exemplar("c")]))
    assert (exemplars[-1].text, exemplars[0:3:2]) == ("c", (Exemplar("a"), Exemplar("c")))
    for place in (3, -4):
        with pytest.raises(IndexError):
            exemplars[place]
        with pytest.raises(IndexError):
            exemplars.fresh[place]
