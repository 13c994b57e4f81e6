from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pytest

from nescio_indexes import reading
from nescio_indexes.index import Exemplar, ExemplarIndex
from nescio_indexes.reading import Reader
from tests.indexes.bag import BagOfWords


class Knowing(BagOfWords):
    words: Mapping[str, int] = MappingProxyType({"where": 1, "is": 2, "the": 3})


def add(index, texts):
    index.add([Exemplar(text, "a") for text in texts], np.zeros((len(texts), index.dims), np.float32))


@pytest.fixture
def model(monkeypatch):
    """Two indexes, each with a main part of nine exemplars."""
    monkeypatch.setattr("nescio_indexes.index.FRESH_LIMIT", 8)
    sides = []
    for kind in ("market", "station"):
        side = ExemplarIndex(4, "bag")
        add(side, [f"the {kind}"] * 9)
        side.settle()
        assert [len(part) for part in side.exemplars.parts] == [9, 0]
        sides.append(side)
    return SimpleNamespace(labels=("places",), inside=sides[0], outside=sides[1])


@pytest.fixture
def counted(monkeypatch):
    """How many texts were counted."""
    count = Counter()

    def counting(texts):
        texts = list(texts)
        count["texts"] += len(texts)
        return words_of(texts)

    words_of = reading.words_of
    monkeypatch.setattr(reading, "words_of", counting)
    return count


def test_after_a_change_only_the_words_of_what_was_added_are_counted(model, counted):
    reader = Reader(model, Knowing())
    assert reader.read("where is the merket") == "where is the market"
    assert counted["texts"] == 18 + len(model.labels)
    counted.clear()
    add(model.inside, ["the merket"])
    assert reader.read("where is the merket") == "where is the merket"
    assert counted["texts"] == 1 + len(model.labels)


def test_main_part_read_anew_from_disk_is_not_counted_again(model, counted, tmp_path):
    reader = Reader(model, Knowing())
    reader.read("where is the merket")
    model.inside.save(tmp_path)
    newer = ExemplarIndex.load(tmp_path, "bag")
    add(newer, ["the merket"])
    counted.clear()
    model.inside.adopt(newer)
    assert reader.read("where is the merket") == "where is the merket"
    assert counted["texts"] == 1 + len(model.labels)


def test_another_main_part_of_as_many_exemplars_is_counted(model):
    reader = Reader(model, Knowing())
    assert reader.read("the zyzzyvva") == "the zyzzyvva"
    other = ExemplarIndex(4, "bag")
    add(other, ["a zyzzyva"] * 9)
    other.settle()
    model.inside.adopt(other)
    assert reader.read("the zyzzyvva") == "the zyzzyva"


def test_words_of_both_indexes_and_of_the_labels_are_known(model):
    read = Reader(model, Knowing()).read
    assert read("the maarket of the sttation of plaaces") == "the market of the station of places"
