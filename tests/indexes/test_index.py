import json
import os
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nescio.errors import ArtefactError
from nescio_indexes import artefact
from nescio_indexes.index import Exemplar, ExemplarIndex
from nescio_indexes.snapshot import Snapshot

DIMS = 16
KINDS = ["flat", "hnsw", "ivf"]


def unit(n, seed=0, dims=DIMS):
    rows = np.random.default_rng(seed).standard_normal((n, dims)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clustered(n, seed=0, dims=32, centres=40):
    """Unit vectors around few centres, as texts of few kinds have them."""
    rng = np.random.default_rng(seed)
    rows = unit(centres, 99, dims)[rng.integers(0, centres, n)] + 0.1 * rng.standard_normal((n, dims))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def named(n, prefix="text"):
    return [Exemplar(f"{prefix} {i}", f"label {i % 3}" if i % 4 else None) for i in range(n)]


def filled(n=30, kind="auto", seed=0):
    """An index whose exemplars are all in the main part."""
    index = ExemplarIndex(DIMS, "enc", kind=kind)
    index.add(named(n), unit(n, seed))
    index._compact()
    return index


def found_texts(index, queries, k):
    found, exemplars = index.snapshot_search(queries, k)
    return [[exemplars[i].text for i in row if i >= 0] for row in found.ids.tolist()]


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def test_exemplar_finds_itself_first(kind):
    index = filled(kind=kind)
    found = index.search(unit(30), 3)
    assert found.ids[:, 0].tolist() == list(range(30))
    assert np.allclose(found.scores[:, 0], 1.0, atol=1e-3)
    assert index.exemplars[4] == Exemplar("text 4", None)


def test_too_few_exemplars_are_padded_with_none(kind):
    found = filled(2, kind).search(unit(1), 5)
    assert found.ids[0].tolist()[2:] == [-1, -1, -1]
    assert found.scores[0].tolist()[2:] == [0.0, 0.0, 0.0]


def test_empty_index_finds_nothing(kind):
    found = ExemplarIndex(DIMS, "enc", kind=kind).search(unit(2), 3)
    assert (found.ids == -1).all()
    assert not found.scores.any()
    assert filled(5, kind).search(unit(0), 3).ids.shape == (0, 3)


def test_index_emptied_by_removal_finds_nothing_and_fills_again(kind, tmp_path):
    index = filled(5, kind)
    assert index.remove([item.text for item in index.items()]) == 5
    index.settle()
    assert (len(index), found_texts(index, unit(1), 3)) == (0, [[]])
    index.save(tmp_path)
    again = ExemplarIndex.load(tmp_path, "enc")
    again.add(named(2, "more"), unit(2, 5))
    assert found_texts(again, unit(2, 5), 1) == [["more 0"], ["more 1"]]


def test_removed_exemplars_are_not_found(kind):
    index = filled(kind=kind)
    assert index.remove(["text 0", "text 7", "nothing"]) == 2
    assert len(index) == 28
    names = {text for row in found_texts(index, unit(30), 28) for text in row}
    assert len(names) == 28
    assert not names & {"text 0", "text 7"}
    assert len(index.items()) == len(index.vectors()) == 28


def test_marks_go_when_much_was_removed(kind):
    index = filled(kind=kind)
    index.remove([f"text {i}" for i in range(10)])
    index.settle()
    assert len(index.exemplars) == len(index) == 20
    assert found_texts(index, unit(30)[10:], 1) == [[f"text {i}"] for i in range(10, 30)]


def test_duplicates_and_zero_vectors_are_exemplars_like_others(kind):
    index = ExemplarIndex(DIMS, "enc", kind=kind)
    vectors = np.concatenate([np.repeat(unit(1), 40, axis=0), np.zeros((40, DIMS), np.float32)])
    index.add([Exemplar("same", "a")] * 40 + [Exemplar("", "b")] * 40, vectors)
    index._compact()
    assert found_texts(index, unit(1), 40) == [["same"] * 40]
    assert np.allclose(index.search(np.zeros((1, DIMS), np.float32), 3).scores, 0.0)
    assert (index.remove(["same"]), len(index)) == (40, 40)


def test_what_is_added_is_found_at_once_and_after_a_new_main_part(kind):
    index = filled(30, kind)
    index.add(named(5, "more"), unit(5, 9))
    for _ in range(2):
        assert found_texts(index, unit(5, 9), 1) == [[f"more {i}"] for i in range(5)]
        assert len(index) == 35
        index._compact()


def test_new_main_part_is_built_when_much_was_added(monkeypatch, kind):
    monkeypatch.setattr("nescio_indexes.index.FRESH_LIMIT", 20)
    index = filled(18, kind)
    for start in range(0, 24, 6):
        index.add(named(6, f"more {start}"), unit(6, start + 1))
    index.settle()
    assert index.facts()["fresh"] < 24
    assert found_texts(index, unit(6, 1), 1) == [[f"more 0 {i}"] for i in range(6)]


def test_changes_made_while_a_main_part_is_built_are_taken_along(monkeypatch):
    index = filled(60)
    rebuilt = Snapshot.rebuilt

    def slow(*arguments):
        main = rebuilt(*arguments)
        index.add(named(3, "late"), unit(3, 7))
        index.remove(["text 3", "late 1", "early 0"])
        return main

    index.add(named(2, "early"), unit(2, 8))
    index.remove(["text 1"])
    monkeypatch.setattr(Snapshot, "rebuilt", slow)
    index._compact()
    texts = {item.text for item in index.items()}
    assert texts == {f"text {i}" for i in range(60)} - {"text 1", "text 3"} | {"early 1", "late 0", "late 2"}
    assert found_texts(index, unit(3, 7)[2:], 1) == [["late 2"]]


@pytest.mark.parametrize("kind", ["hnsw", "ivf"])
def test_most_of_the_nearest_are_found(kind):
    vectors, queries = clustered(4000), clustered(100, 1)
    index = ExemplarIndex(32, "enc", kind=kind)
    index.add([Exemplar(str(i)) for i in range(4000)], vectors)
    index.remove([str(i) for i in range(0, 4000, 11)])
    index.add([Exemplar(str(i)) for i in range(4000, 4100)], clustered(100, 2))
    index.settle()
    everything = np.concatenate([vectors, clustered(100, 2)])
    scores = queries @ everything.T
    scores[:, np.arange(0, 4000, 11)] = -1
    true = np.argsort(-scores, axis=1)[:, :10]
    found = found_texts(index, queries, 10)
    hits = [len({str(i) for i in row} & set(texts)) for row, texts in zip(true.tolist(), found, strict=True)]
    assert index.kind == kind
    assert np.mean(hits) / 10 >= 0.95


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 12)),
        st.tuples(st.just("remove"), st.integers(0, 40)),
        st.tuples(st.just("save"), st.just(0)),
        st.tuples(st.just("build"), st.just(0)),
    ),
    max_size=10,
)


@settings(max_examples=40, deadline=None)
@given(CHANGES, st.integers(1, 12), st.sampled_from(KINDS))
def test_any_changes_leave_an_index_that_searches_like_a_list(tmp_path_factory, changes, k, kind):
    index, kept, made = ExemplarIndex(DIMS, "enc", kind=kind), {}, 0
    root = tmp_path_factory.mktemp("index")
    for change, number in changes:
        if change == "add":
            fresh = unit(number, 100 + made)
            index.add([Exemplar(f"text {made + i}", "a") for i in range(number)], fresh)
            kept |= {f"text {made + i}": fresh[i] for i in range(number)}
            made += number
        elif change == "remove":
            assert index.remove([f"text {number}"]) == (kept.pop(f"text {number}", None) is not None)
        elif change == "save":
            index.save(root)
            index = ExemplarIndex.load(root, "enc")
        else:
            index._compact()
    index.settle()
    queries = unit(4, 3)
    found, exemplars = index.snapshot_search(queries, k)
    scores = queries @ np.array(list(kept.values()), dtype=np.float32).reshape(-1, DIMS).T
    wanted = -np.sort(-scores, axis=1)[:, :k]
    assert {item.text for item in index.items()} == set(kept)
    assert np.allclose(
        index.vectors(), np.array([kept[item.text] for item in index.items()]).reshape(-1, DIMS), atol=2e-3
    )
    # Of so few exemplars lists and graph find all, up to the width of the stored numbers.
    assert np.allclose(found.scores[:, : wanted.shape[1]], wanted, atol=4e-3)
    assert (found.ids[:, wanted.shape[1] :] == -1).all()
    for row, query in enumerate(queries):
        for place, score in zip(found.ids[row].tolist(), found.scores[row].tolist(), strict=True):
            assert place < 0 or abs(float(kept[exemplars[place].text] @ query) - score) < 4e-3


def test_saved_index_finds_exactly_what_it_found_before(tmp_path, kind):
    index = filled(40, kind)
    index.add(named(5, "more"), unit(5, 9))
    index.remove(["text 3", "more 1"])
    index.save(tmp_path)
    again = ExemplarIndex.load(tmp_path, "enc")
    before, after = index.search(unit(6, 3), 5), again.search(unit(6, 3), 5)
    assert (before.ids == after.ids).all()
    assert (before.scores == after.scores).all()
    assert again.items() == index.items()
    assert again.facts() == index.facts()


def test_small_change_of_a_saved_index_writes_the_main_part_no_second_time(tmp_path, kind):
    first = filled(40, kind).save(tmp_path)
    index = ExemplarIndex.load(tmp_path, "enc")
    index.add(named(1, "more"), unit(1, 9))
    index.remove(["text 5"])
    second = index.save(tmp_path)
    same = {path.name for path in second.iterdir() if (first / path.name).stat().st_ino == path.stat().st_ino}
    assert {"exemplars.vectors.npy", "exemplars.texts.npy"} <= same
    assert not {"exemplars.json", "exemplars.fresh.npz", "manifest.json"} & same
    again = ExemplarIndex.load(tmp_path, "enc")
    assert (len(again), found_texts(again, unit(1, 9), 1)) == (40, [["more 0"]])


def test_index_whose_files_are_gone_is_saved_from_what_is_mapped(tmp_path, kind):
    filled(40, kind).save(tmp_path / "a")
    index = ExemplarIndex.load(tmp_path / "a", "enc")
    for seed in range(3):
        filled(10, kind, seed).save(tmp_path / "a")
    index.save(tmp_path / "b")
    assert ExemplarIndex.load(tmp_path / "b", "enc").items() == index.items()
    assert len(index.search(unit(40), 1).ids) == 40


def test_index_where_files_cannot_be_linked_is_copied(tmp_path, monkeypatch):
    filled(40).save(tmp_path)
    index = ExemplarIndex.load(tmp_path, "enc")

    def refuse(*_):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    index.save(tmp_path)
    assert ExemplarIndex.load(tmp_path, "enc").items() == index.items()


def test_adopted_index_searches_as_the_other(kind):
    index, other = filled(10, kind), filled(20, kind, 4)
    index.adopt(other)
    assert found_texts(index, unit(20, 4), 1) == [[f"text {i}"] for i in range(20)]


def test_index_tells_texts_of_a_label_spread_over_all_of_them():
    index = filled(30)
    index.add([Exemplar("new", "label 1")], unit(1, 5))
    index.remove(["text 1"])
    own = [item.text for item in index.items() if item.label == "label 1"]
    assert index.texts("label 1", 99) == tuple(own)
    assert index.texts("label 1", 3) == (own[0], own[(len(own) - 1) // 2], own[-1])
    assert index.texts("none", 3) == ()
    assert index.texts(None, 99) == tuple(item.text for item in index.items() if item.label is None)
    assert index.count(["text 1", "text 2", "new"]) == 2


def test_index_tells_which_exemplars_it_holds():
    index = filled(10)
    index.add([Exemplar("new", "a")], unit(1, 5))
    index.remove(["text 2"])
    asked = [
        Exemplar("text 1", "label 1"),
        Exemplar("text 1", "other"),
        Exemplar("text 2", "label 2"),
        Exemplar("new", "a"),
    ]
    assert index.holds(asked) == {asked[0], asked[3]}


def test_vectors_that_do_not_fit_are_refused():
    index = ExemplarIndex(DIMS, "enc")
    with pytest.raises(ArtefactError, match="shape"):
        index.add([Exemplar("a")], unit(2))
    bad = unit(1)
    bad[0, 0] = np.nan
    with pytest.raises(ArtefactError, match="not finite"):
        index.add([Exemplar("a")], bad)
    with pytest.raises(ArtefactError, match="not finite"):
        filled().search(bad, 1)
    with pytest.raises(ArtefactError, match="shape"):
        filled().search(unit(1, dims=DIMS + 1), 1)
    with pytest.raises(ArtefactError, match="kind"):
        ExemplarIndex(DIMS, "enc", kind="tree")


@pytest.mark.parametrize("kind", ["flat", "hnsw", "ivf"])
def test_vector_that_is_not_finite_and_was_not_read_on_opening_gives_no_neighbours(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("nescio_indexes.index.FRESH_LIMIT", 8)
    monkeypatch.setattr("nescio_indexes.plan.FLAT_LIMIT", 8)
    monkeypatch.setattr("nescio_indexes.plan.PROBED", 2)
    folder = filled(64, kind).save(tmp_path)
    path = folder / "exemplars.vectors.npy"
    vectors = np.load(path)
    asked = vectors[30:31].astype(np.float32)
    vectors[30] = np.nan
    np.save(path, vectors)
    with pytest.raises(ArtefactError, match="not finite"):
        ExemplarIndex.read_from(folder, "f").search(asked, 3)


def test_exemplars_beyond_the_memory_are_refused_and_the_rest_still_serves():
    index = ExemplarIndex(DIMS, "enc", memory=8000)
    index.add(named(30), unit(30))
    with pytest.raises(ArtefactError, match="do not fit"):
        index.add(named(300, "more"), unit(300, 1))
    assert len(index) == 30


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


def test_folders_of_others_stay(tmp_path):
    for name in ("v-1.0", "v-next", "v-0123456789ab-notes", "data"):
        (tmp_path / name).mkdir()
    for _ in range(3):
        filled(10).save(tmp_path)
    assert len(list(tmp_path.glob("v-*"))) == 3 + 2
    assert (tmp_path / "data").is_dir()


def test_graph_that_cannot_be_written_whole_leaves_the_old_version_in_force(tmp_path):
    filled(10, "hnsw").save(tmp_path)

    def fill(folder):
        # What FAISS says of a full disk it says of a folder, too.
        (folder / "exemplars.faiss").mkdir()
        filled(20, "hnsw").write_into(folder)

    with pytest.raises(ArtefactError, match="could not be written whole"):
        artefact.write_version(tmp_path, kind="exemplar index", version=1, facts={}, fill=fill)
    assert len(ExemplarIndex.load(tmp_path, "enc")) == 10


def test_folder_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="cannot write"):
        filled().save(tmp_path / "file")


@pytest.mark.parametrize(
    "ending", [".vectors.npy", ".texts.npy", ".ends.npy", ".labels.npy", ".faiss", ".json", ".fresh.npz"]
)
def test_truncated_file_is_a_clear_error_even_where_no_checksum_is_asked(tmp_path, ending):
    folder = filled(40, "ivf").save(tmp_path)
    path = folder / f"exemplars{ending}"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ArtefactError, match=r"damaged|exemplars\."):
        ExemplarIndex.read_from(folder, "enc")


@pytest.mark.parametrize("ending", [".vectors.npy", ".texts.npy", ".ends.npy", ".labels.npy", ".keys.npy", ".json"])
def test_empty_file_is_a_clear_error(tmp_path, ending):
    folder = filled().save(tmp_path)
    (folder / f"exemplars{ending}").write_bytes(b"")
    with pytest.raises(ArtefactError, match="damaged"):
        ExemplarIndex.read_from(folder, "enc")


@pytest.mark.parametrize("change", [{"fresh": [[3, "a"]]}, {"fresh": [["a"]]}, {"dims": 1e400}, {"plan": ["flat"]}])
def test_list_of_parts_that_none_can_read_is_a_clear_error(tmp_path, change):
    folder = filled().save(tmp_path)
    body = json.loads((folder / "exemplars.json").read_text())
    (folder / "exemplars.json").write_text(json.dumps(body | change))
    with pytest.raises(ArtefactError, match="damaged"):
        ExemplarIndex.read_from(folder, "enc")


def test_index_of_an_older_format_asks_to_be_built_again(tmp_path):
    folder = filled().save(tmp_path)
    body = json.loads((folder / "exemplars.json").read_text())
    (folder / "exemplars.json").write_text(json.dumps(body | {"format": 1}))
    with pytest.raises(ArtefactError, match="another format"):
        ExemplarIndex.read_from(folder, "enc")


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_readers_never_see_half_a_change(kind):
    index = filled(30, kind)
    vectors, query = np.repeat(unit(1, 5), 4, axis=0), unit(1, 5)
    wrong, done = [], threading.Event()

    def read():
        while not done.is_set():
            found, exemplars = index.snapshot_search(query, 8)
            group = [exemplars[i].text for i in found.ids[0].tolist() if exemplars[i].text.startswith("group")]
            if len(group) not in {0, 4} or len(set(group)) > 1:
                wrong.append(group)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for i in range(60):
        index.add([Exemplar(f"group {i}", "a")] * 4, vectors)
        index.remove([f"group {i}"])
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert len(index) == 30
