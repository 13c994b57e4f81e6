import numpy as np
import pytest

from nescio_indexes.edited import EditedIndex
from nescio_indexes.index import Exemplar, ExemplarIndex
from tests.indexes.bag import BagOfWords

TEXTS = ["apple pear", "apple plum", "iron zinc", "gold tin", "apple pear", "piano harp"]


@pytest.fixture(params=["flat", "hnsw"])
def index(request):
    made = ExemplarIndex(96, "bag:96", kind=request.param)
    made.add([Exemplar(text, str(i)) for i, text in enumerate(TEXTS)], BagOfWords().encode(TEXTS))
    return made


def found(index, query, k=4):
    near, exemplars = index.snapshot_search(BagOfWords().encode([query]), k)
    pairs = zip(near.ids[0].tolist(), near.scores[0].tolist(), strict=True)
    return [(exemplars[i] if i >= 0 else None, round(score, 5)) for i, score in pairs]


@pytest.mark.parametrize("query", ["apple", "iron gold", "", "apple pear", "harp cello"])
@pytest.mark.parametrize("removed", [set(), {"apple pear"}, {"gold tin", "iron zinc"}, set(TEXTS)])
def test_edited_index_finds_what_the_index_would_find_after_the_edit(index, query, removed):
    edited = EditedIndex(index, frozenset(removed))
    seen, size = found(edited, query), len(edited)
    index.remove(removed)
    assert [score for _, score in seen] == [score for _, score in found(index, query)]
    assert size == len(index)


def test_added_exemplar_is_found_first_by_its_own_text(index):
    vector = BagOfWords().encode(["cello drum"])
    edited = EditedIndex(index, added=Exemplar("cello drum", "music"), at=vector)
    seen = found(edited, "cello drum")
    assert seen[0] == (Exemplar("cello drum", "music"), 1.0)
    assert len(edited) == len(TEXTS) + 1
    assert len(index) == len(TEXTS)


def test_edited_empty_index_still_answers_in_shape():
    edited = EditedIndex(ExemplarIndex(96, "bag:96"), frozenset({"x"}))
    near = edited.search(np.zeros((2, 96), np.float32), 3)
    assert near.ids.tolist() == [[-1] * 3] * 2
    assert near.scores.tolist() == [[0.0] * 3] * 2
