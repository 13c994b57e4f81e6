import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nescio_indexes.net import Recipe, fit_net
from nescio_indexes.softmax import fit_softmax

QUICK = Recipe(hidden=32, least_steps=300, batch=64)


def rings(seed=0, n=400):
    """Two labels that no line tells apart: one inside the other's ring."""
    rng = np.random.default_rng(seed)
    angle, far = rng.uniform(0, 2 * np.pi, n), rng.random(n) < 0.5
    flat = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.where(far, 0.9, 0.2)[:, None]
    vectors = np.concatenate([flat, np.sqrt(1 - (flat**2).sum(axis=1, keepdims=True))], axis=1)
    # A half of the ring on each side of a plane, so that height alone tells nothing.
    vectors[:, 2] *= np.where(rng.random(n) < 0.5, 1, -1)
    return vectors.astype(np.float32), far.astype(np.int64)


def test_net_tells_apart_what_no_line_can():
    vectors, targets = rings()
    unseen, truth = rings(seed=1)
    line = fit_softmax(vectors, targets, 2)(unseen).argmax(axis=1)
    bent = fit_net(vectors, targets, 2, QUICK)(unseen).argmax(axis=1)
    assert (line == truth).mean() < 0.7
    assert (bent == truth).mean() > 0.95


def test_same_rows_and_seed_give_the_same_net():
    vectors, targets = rings(n=80)
    first, again = fit_net(vectors, targets, 2, QUICK, seed=3), fit_net(vectors, targets, 2, QUICK, seed=3)
    other = fit_net(vectors, targets, 2, QUICK, seed=4)
    assert np.array_equal(first(vectors), again(vectors))
    assert not np.array_equal(first(vectors), other(vectors))


def test_out_of_scope_rows_get_a_class_of_their_own_and_few_of_them_are_heard():
    vectors, targets = rings()
    outside = np.tile(np.array([[0.0, 0.0, 1.0]], np.float32), (3, 1))
    net = fit_net(np.concatenate([vectors, outside]), np.concatenate([targets, [-1] * 3]), 2, QUICK)
    assert net(vectors).shape == (len(vectors), 3)
    assert net(outside).argmax(axis=1).tolist() == [2, 2, 2]


@settings(max_examples=8)
@given(st.integers(1, 40), st.integers(1, 5), st.booleans())
def test_any_rows_give_finite_logits(n, labels, outside):
    rng = np.random.default_rng(n)
    vectors = rng.standard_normal((n, 6)).astype(np.float32)
    vectors[0] = 0.0
    targets = rng.integers(-1 if outside else 0, labels, n)
    net = fit_net(vectors, targets, labels, Recipe(hidden=8, least_steps=20))
    assert np.isfinite(net(vectors)).all()
    assert net(vectors).shape == (n, labels + bool((targets < 0).any()))


def test_exposure_moves_the_border_towards_the_labels():
    vectors, targets = rings()
    targets = np.where(np.arange(len(targets)) < 8, -1, targets)

    def outside(exposure):
        recipe = Recipe(hidden=32, least_steps=300, exposure=exposure)
        return (fit_net(vectors, targets, 2, recipe)(vectors).argmax(axis=1) == 2).mean()

    assert outside(0.0) < outside(0.2)
