"""What the embedding scorer reads of a query."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pytest

from nescio.scorers import EmbeddingScorer
from nescio_indexes.exemplars import Exemplar
from nescio_indexes.fitting import fit_router
from nescio_indexes.rows import Row
from tests.indexes.bag import BagOfWords, rows_of


class Knowing(BagOfWords):
    """Knows a few English words, so that others can be told to be unknown."""

    words: Mapping[str, int] = MappingProxyType(
        {word: len(word) for word in "please about banana market where".split()}
    )


@pytest.fixture
def scorer():
    encoder = Knowing()
    return EmbeddingScorer(encoder, fit_router(rows_of(6, 6), encoder).model)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Hi, tell me about the bananna, please!", "tell me about the banana"),
        ("plaese tell me about the cherrry", "tell me about the cherry"),
        ("the muisc", "the music"),
        ("violin", "violin"),
        ("", ""),
        ("thanks", "thanks"),
    ],
)
def test_a_query_is_read_bare_and_mended_to_words_of_encoder_exemplars_and_labels(scorer, written, read):
    assert scorer.read(written) == read


def test_however_a_query_is_dressed_its_scores_are_the_same(scorer):
    raw = scorer.score(["apple and banana?", "Hello, please APPLE and bannana!! thanks", "  apple\nand banana"])
    assert np.ptp(raw.routes, axis=0).max() < 1e-4
    assert np.ptp(raw.scope, axis=0).max() < 1e-4


def test_words_of_an_exemplar_added_since_are_known(scorer):
    assert scorer.read("where is the merket") == "where is the market"
    text = "where is the merket"
    scorer.model.inside.add([Exemplar(text, "fruit")], scorer.encoder.encode([text]))
    assert scorer.read("where is the merket") == "where is the merket"


def test_as_many_exemplars_as_before_with_other_words_are_learnt_anew(scorer):
    assert scorer.read("the zyzzyvva") == "the zyzzyvva"
    other = fit_router([*rows_of(6, 6)[1:], Row("the zyzzyva", rows_of(6, 6)[0].label)], scorer.encoder).model.inside
    assert len(other) == len(scorer.model.inside)
    scorer.model.inside.adopt(other)
    assert scorer.read("the zyzzyvva") == "the zyzzyva"
