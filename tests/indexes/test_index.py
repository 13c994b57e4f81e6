import json
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nescio.errors import ArtefactError
from nescio_indexes import artefact
from nescio_indexes.index import Exemplar, ExemplarIndex

DIMS = 16


def unit(n, seed=0):
    rows = np.random.default_rng(seed).standard_normal((n, DIMS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def filled(n=30, kind="auto", seed=0):
    index = ExemplarIndex(DIMS, "enc")
    if kind != "auto":
        index = ExemplarIndex(DIMS, "enc", kind=kind)
    index.add([Exemplar(f"text {i}", f"label {i % 3}" if i % 4 else None) for i in range(n)], unit(n, seed))
    return index


@pytest.fixture(params=["flat", "hnsw"])
def kind(request):
    return request.param


def test_exemplar_finds_itself_first(kind):
    index = filled(kind=kind)
    found = index.search(unit(30), 3)
    assert found.ids[:, 0].tolist() == list(range(30))
    assert np.allclose(found.scores[:, 0], 1.0, atol=1e-5)
    assert index.exemplars[4] == Exemplar("text 4", None)


def test_too_few_exemplars_are_padded_with_none(kind):
    found = filled(2, kind).search(unit(1), 5)
    assert found.ids[0].tolist()[2:] == [-1, -1, -1]
    assert found.scores[0].tolist()[2:] == [0.0, 0.0, 0.0]


def test_empty_index_finds_nothing(kind):
    found = ExemplarIndex(DIMS, "enc", kind=kind).search(unit(2), 3)
    assert (found.ids == -1).all()
    assert not found.scores.any()


def test_removed_exemplars_are_not_found(kind):
    index = filled(kind=kind)
    assert index.remove(["text 0", "text 7", "nothing"]) == 2
    assert len(index) == 28
    found, exemplars = index.snapshot_search(unit(30), 28)
    names = {exemplars[i].text for i in found.ids.ravel() if i >= 0}
    assert not names & {"text 0", "text 7"}
    assert len(index.items()) == len(index.vectors()) == 28


def test_index_of_a_graph_is_built_anew_when_much_was_removed():
    index = filled(kind="hnsw")
    index.remove([f"text {i}" for i in range(10)])
    assert len(index.exemplars) == len(index) == 20


def test_kind_follows_size(monkeypatch):
    monkeypatch.setattr("nescio_indexes.index.FLAT_LIMIT", 20)
    index = filled(18)
    assert index.kind == "flat"
    index.add([Exemplar(f"more {i}", "x") for i in range(5)], unit(5, 9))
    assert index.kind == "hnsw"
    assert index.search(unit(5, 9), 1).ids[:, 0].tolist() == list(range(18, 23))


@settings(max_examples=25)
@given(st.integers(0, 40), st.lists(st.integers(0, 39), max_size=6), st.sampled_from(["flat", "hnsw"]))
def test_saved_index_finds_what_it_found_before(tmp_path_factory, n, gone, kind):
    index = filled(n, kind) if n else ExemplarIndex(DIMS, "enc", kind=kind)
    index.remove([f"text {i}" for i in gone])
    root = tmp_path_factory.mktemp("index")
    index.save(root)
    again = ExemplarIndex.load(root, "enc")
    queries = unit(6, 3)
    (old, old_rows), (new, new_rows) = index.snapshot_search(queries, 5), again.snapshot_search(queries, 5)
    assert again.items() == index.items()
    if kind == "flat":
        assert [[old_rows[i].text for i in row if i >= 0] for row in old.ids] == [
            [new_rows[i].text for i in row if i >= 0] for row in new.ids
        ]
        assert np.allclose(old.scores, new.scores)


def test_vectors_that_do_not_fit_are_refused():
    index = ExemplarIndex(DIMS, "enc")
    with pytest.raises(ArtefactError, match="shape"):
        index.add([Exemplar("a")], unit(2))
    bad = unit(1)
    bad[0, 0] = np.nan
    with pytest.raises(ArtefactError, match="not finite"):
        index.add([Exemplar("a")], bad)
    with pytest.raises(ArtefactError, match="kind"):
        ExemplarIndex(DIMS, "enc", kind="tree")


def test_index_of_another_encoder_is_refused(tmp_path):
    filled().save(tmp_path)
    with pytest.raises(ArtefactError, match="made with encoder enc"):
        ExemplarIndex.load(tmp_path, "other")


def test_damage_missing_and_future_are_clear_errors(tmp_path):
    with pytest.raises(ArtefactError, match="holds no exemplar index"):
        ExemplarIndex.load(tmp_path / "nothing", "enc")
    folder = filled().save(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"version": 99}))
    with pytest.raises(ArtefactError, match="format 99"):
        ExemplarIndex.load(tmp_path, "enc")
    (folder / "manifest.json").write_text(json.dumps(manifest | {"kind": "cake"}))
    with pytest.raises(ArtefactError, match="a cake"):
        ExemplarIndex.load(tmp_path, "enc")
    (folder / "manifest.json").write_text(json.dumps(manifest | {"unknown": 1}))
    assert len(ExemplarIndex.load(tmp_path, "enc")) == 30
    (folder / "exemplars.json").write_text("[]")
    with pytest.raises(ArtefactError, match="checksum"):
        ExemplarIndex.load(tmp_path, "enc")
    (folder / "exemplars.json").unlink()
    with pytest.raises(ArtefactError, match="missing"):
        ExemplarIndex.load(tmp_path, "enc")


def test_write_that_fails_half_way_leaves_the_old_version_in_force(tmp_path):
    filled(10).save(tmp_path)

    def die(folder):
        (folder / "half").write_text("x")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        artefact.write_version(tmp_path, kind="exemplar index", version=1, facts={}, fill=die)
    assert len(ExemplarIndex.load(tmp_path, "enc")) == 10
    filled(12).save(tmp_path)
    assert len(ExemplarIndex.load(tmp_path, "enc")) == 12
    assert len(list(tmp_path.glob("v-*"))) == 2


def test_folder_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="cannot write"):
        filled().save(tmp_path / "file")


def test_readers_never_see_half_a_change():
    index = ExemplarIndex(DIMS, "enc", kind="flat")
    vectors = unit(60)
    wrong = []
    done = threading.Event()

    def read():
        while not done.is_set():
            found, exemplars = index.snapshot_search(vectors[:1], 8)
            wrong.extend(i for i in found.ids.ravel().tolist() if i >= len(exemplars))

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(0, 60, 4):
        index.add([Exemplar(f"t{j}", "a") for j in range(i, i + 4)], vectors[i : i + 4])
        index.remove([f"t{i}"])
    done.set()
    reader.join()
    assert not wrong
    assert len(index) == 45
