import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from nescio_indexes.crossfit import Data, Training, labels_held_out, out_of_fold
from nescio_indexes.rows import Row


def blobs(labels=4, each=20, outside=10, dims=8, seed=0):
    rng = np.random.default_rng(seed)
    targets = np.repeat(np.arange(-1, labels), [outside, *[each] * labels])
    vectors = rng.normal(size=(len(targets), dims)) + 3.0 * np.eye(dims)[targets]
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    names = tuple(f"label {i}" for i in range(labels))
    rows = tuple(Row(f"text {i}", names[t] if t >= 0 else None) for i, t in enumerate(targets))
    none = np.zeros(len(rows), np.bool_)
    return Data(rows, names, vectors, targets, np.arange(len(rows)), none, none, english=False)


def how(data):
    return Training.of(data, fast=False, seed=0)


def quiet(line):
    pass


def threads():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_what_is_said_does_not_depend_on_how_many_parts_are_trained_at_once():
    data = blobs()
    said = []
    for count in (1, 2):
        with threadpool_limits(count):
            said.append(out_of_fold(data, how(data), quiet))
    one, two = said
    assert np.array_equal(one.parts.logits, two.parts.logits)
    assert np.array_equal(one.parts.net, two.parts.net)
    assert np.array_equal(one.parts.relative, two.parts.relative)
    assert np.array_equal(one.targets, two.targets)


def test_every_row_is_asked_once_and_each_fold_is_told_of():
    data, told = blobs(), []
    unseen = out_of_fold(data, how(data), told.append)
    assert sorted(unseen.targets) == sorted(data.targets)
    assert told == [f"fitting on folds {turn}/5" for turn in range(1, 6)]


def test_labels_are_held_out_in_turn_and_each_row_is_then_out_of_scope_once():
    data = blobs(outside=0)
    inside, outside = labels_held_out(data, how(data), quiet)
    assert (inside.targets >= 0).all()
    assert len(outside.targets) == len(data.rows)
    assert (outside.targets == -1).all()
    # Strangers are less like what is left than the rows of its labels are.
    assert inside.parts.relative.mean() > outside.parts.relative.mean()


def test_a_row_that_the_encoder_was_tuned_on_is_never_asked():
    data = blobs()
    seen = np.arange(len(data.rows)) % 4 == 0
    known = Data(data.rows, data.labels, data.vectors, data.targets, data.groups, data.foreign, seen, english=False)
    assert len(out_of_fold(known, how(known), quiet).targets) == int((~seen).sum())


def test_a_fit_that_is_interrupted_gives_the_threads_back():
    def stop(line):
        raise KeyboardInterrupt

    before, data = threads(), blobs()
    with pytest.raises(KeyboardInterrupt):
        out_of_fold(data, how(data), stop)
    assert threads() == before
