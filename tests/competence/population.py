"""Graded outcomes whose true P(right) is known: two topics, two experts, each good at one."""

import numpy as np

from nescio.calibration.model import logistic
from nescio.competence import Graded

EXPERTS = ("reckoner", "surveyor")


def population(n=300, seed=0, asked=1.0, domains=("maths", "maths")):
    """(Graded, true P): topic is the sign of the first direction, difficulty the second one."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    topic, hard = np.sign(vectors[:, 0]), 3.0 * vectors[:, 1]
    true = logistic(np.column_stack([1.5 * topic - hard, -1.5 * topic - hard]))
    right = (rng.random((n, 2)) < true).astype(float)
    if asked < 1.0:
        unseen = rng.integers(0, 2, n)
        right[np.arange(n), unseen] = np.nan
    texts = tuple(f"query {i} of {n}" for i in range(n))
    keys = np.array([str(i) for i in range(n)])
    table = Graded(EXPERTS, right, texts, vectors, np.arange(n), keys, None, dict(zip(EXPERTS, domains, strict=True)))
    return table, true
