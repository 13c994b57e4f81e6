import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.errors import ArtefactError
from nescio_indexes.plan import FLAT_LIMIT, GRAPH_LIMIT, MEMORY, PLANS, Store, plan_for


@pytest.mark.parametrize(
    ("size", "kind", "dtype"),
    [
        (0, "flat", "float32"),
        (FLAT_LIMIT, "flat", "float32"),
        (FLAT_LIMIT + 1, "hnsw", "float32"),
        (GRAPH_LIMIT, "hnsw", "float32"),
        (GRAPH_LIMIT + 1, "ivf", "float16"),
        (1_000_000, "ivf", "float16"),
        (1_500_000, "ivf", "int8"),
    ],
)
def test_kind_and_width_follow_size(size, kind, dtype):
    plan = plan_for("auto", size, 384)
    assert (plan.kind, plan.dtype) == (kind, dtype)


@pytest.mark.parametrize(
    ("megabytes", "kind", "dtype"),
    [(130, "hnsw", "float32"), (80, "hnsw", "float16"), (60, "ivf", "float16"), (40, "ivf", "int8")],
)
def test_leaner_plan_is_taken_where_memory_is_short(megabytes, kind, dtype):
    plan = plan_for("auto", 50_000, 384, memory=megabytes * 2**20)
    assert (plan.kind, plan.dtype) == (kind, dtype)


def test_texts_count():
    assert plan_for("auto", 50_000, 384, beside=50 * 2**20, memory=130 * 2**20).dtype == "float16"


def test_what_fits_no_plan_is_refused_with_the_setting_that_would_help():
    with pytest.raises(ArtefactError, match="do not fit in 100 MiB") as caught:
        plan_for("auto", 1_000_000, 384, memory=100 * 2**20)
    assert "NESCIO_INDEX_MEMORY" in caught.value.hint


@given(st.integers(0, 3_000_000), st.integers(1, 1024), st.integers(0, 2**31), st.sampled_from(["auto", "ivf"]))
def test_plan_keeps_within_the_memory(size, dims, memory, kind):
    try:
        plan = plan_for(kind, size, dims, memory=memory)
    except ArtefactError:
        assert all(size * plan.bytes(dims) > memory for plan in PLANS if kind in {"auto", plan.kind})
    else:
        assert size * plan.bytes(dims) <= memory


def test_a_million_exemplars_fit_the_memory_that_is_allowed_by_default():
    assert plan_for("auto", 1_000_000, 384, beside=100_000_000).bytes(384) * 1_000_000 + 100_000_000 <= MEMORY


@pytest.mark.parametrize(("dtype", "near"), [("float32", 0.0), ("float16", 1e-3), ("int8", 6e-3)])
def test_stored_vectors_are_those_given_within_the_width(dtype, near):
    rows = np.random.default_rng(0).standard_normal((50, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    store = Store.of(dtype, rows)
    longer = store.followed(dtype, np.arange(50) % 2 == 0, rows[:3])
    assert np.abs(store[:] - rows).max() <= near
    assert np.abs(longer[:] - np.concatenate([rows[::2], rows[:3]])).max() <= near
