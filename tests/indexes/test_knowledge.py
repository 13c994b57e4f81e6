import pytest

from nescio.errors import ArtefactError, DataError
from nescio_indexes.knowledge import KnowledgeIndex, Passage, staleness_key
from tests.indexes.bag import BagOfWords

PASSAGES = [Passage(f"title {i}", f"words about {word}", f"source/{i}") for i, word in enumerate("ant bee cow".split())]


def build(key="k"):
    return KnowledgeIndex.build(PASSAGES, BagOfWords().encode, key=key)


def find(index, text, k=1):
    return index.search(BagOfWords().encode([text]), k)


def test_nearest_passage_comes_first_with_its_source():
    hit = find(build(), "title 1 words about bee")[0]
    assert hit.passage == PASSAGES[1]
    assert hit.score > 0.9


def test_more_passages_than_there_are_cannot_be_had():
    assert len(find(build(), "cow", 10)) == 3


def test_saved_index_finds_what_it_found_before(tmp_path):
    index = build()
    index.save(tmp_path)
    assert find(KnowledgeIndex.load(tmp_path, "k"), "bee cow", 3) == find(index, "bee cow", 3)


def test_stale_index_is_refused_and_built_anew(tmp_path):
    build("old").save(tmp_path)
    with pytest.raises(ArtefactError, match="stale"):
        KnowledgeIndex.load(tmp_path, "new")
    encoder = BagOfWords()
    for _ in range(2):
        index = KnowledgeIndex.load_or_build(tmp_path, "new", lambda: PASSAGES, encoder.encode)
    assert len(index) == 3
    assert encoder.calls == 1


def test_progress_says_how_far_it_is():
    told = []
    many = [Passage("", f"passage {i}", "s") for i in range(70)]
    KnowledgeIndex.build(many, BagOfWords().encode, progress=told.append)
    assert told == ["embedding passages 64/70", "embedding passages 70/70"]


def test_no_passages_are_an_error():
    with pytest.raises(DataError, match="at least one"):
        KnowledgeIndex.build([Passage("", " ", "s")], BagOfWords().encode)


def test_key_tells_its_parts_apart():
    assert staleness_key("ab", "c") != staleness_key("a", "bc")
    assert staleness_key("a", "b") == staleness_key("a", "b")
