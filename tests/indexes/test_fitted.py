import numpy as np
import pytest

from nescio.errors import ArtefactError
from nescio_indexes.described import Description
from nescio_indexes.describing import fit_described
from nescio_indexes.fitted import FittedRouter
from nescio_indexes.fitting import fit_router
from tests.indexes.bag import TOPICS, BagOfWords, rows_of

SHORTER, TWICE = (lambda array: array[:-1]), (lambda array: np.concatenate([array, array]))
WORDS, UNKNOWN = (lambda array: np.array(["x"])), (lambda array: array * np.nan)


def refuses(fitted, root, file, part, change):
    folder = fitted.save(root)
    with np.load(folder / file) as stored:
        arrays = dict(stored)
    np.savez(folder / file, **(arrays | {part: change(arrays[part])}))
    with pytest.raises(ArtefactError, match=r"do not fit|does not fit|not finite"):
        FittedRouter.read_from(root, folder, fitted.facts(), fitted.encoder)


@pytest.fixture(scope="module")
def fitted():
    return fit_router(rows_of(), BagOfWords())


@pytest.mark.parametrize(
    ("part", "change"),
    [("shared", SHORTER), ("offsets", TWICE), ("weights", WORDS), ("bias", TWICE), ("fusion", UNKNOWN)],
)
def test_parts_that_do_not_fit_each_other_are_found_before_a_query_is_asked(fitted, tmp_path, part, change):
    refuses(fitted, tmp_path, "model.npz", part, change)


@pytest.mark.parametrize(
    ("part", "change"), [("weights", WORDS), ("weights", SHORTER), ("bias", TWICE), ("bias", UNKNOWN)]
)
def test_so_are_those_of_a_router_from_descriptions(tmp_path, part, change):
    described = fit_described([Description(label, text) for label, text in TOPICS.items()], BagOfWords())
    refuses(described, tmp_path, "described.npz", part, change)
