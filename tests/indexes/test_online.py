import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from nescio.errors import ArtefactError, DataError
from nescio.types import Card
from nescio_indexes import artefact
from nescio_indexes.build import build_default_router
from nescio_indexes.fitted import FittedRouter, read_facts
from nescio_indexes.fitting import fit_router
from nescio_indexes.online import (
    Follower,
    add_exemplars,
    changes_of,
    growth_of,
    remove_exemplars,
    with_changes,
)
from nescio_indexes.rows import Row
from tests.indexes.bag import BagOfWords, rows_of

ENCODER = BagOfWords()
NEW = [Row("quince papaya", "fruit"), Row("cobalt titanium", "metal"), Row("blanket kettle", None)]


@pytest.fixture(scope="module")
def fitted():
    return fit_router(rows_of(), ENCODER)


@pytest.fixture
def root(fitted, tmp_path):
    fitted.save(tmp_path / "router")
    return tmp_path / "router"


def texts(root):
    model = FittedRouter.load(root, ENCODER.fingerprint).model
    return {item.text for index in (model.inside, model.outside) for item in index.items()}


def near(model, text):
    found, exemplars = model.inside.snapshot_search(ENCODER.encode([text]), 1)
    return exemplars[int(found.ids[0, 0])]


def test_added_exemplars_are_found_and_counted_and_nothing_else_changes(root, fitted):
    changed = add_exemplars(root, NEW, ENCODER)
    again = FittedRouter.load(root, ENCODER.fingerprint)
    assert (changed.changed, changed.passed_over, changed.refit_due) == (3, 0, False)
    assert near(again.model, "papaya").text == "quince papaya"
    assert len(again.model.outside) == len(fitted.model.outside) + 1
    assert changed.growth == growth_of(read_facts(root)) == 3 / 56
    assert (again.rule, again.data, again.calibration.to_json()) == (
        fitted.rule,
        fitted.data,
        fitted.calibration.to_json(),
    )


def test_what_is_there_or_empty_is_passed_over_and_writes_no_version(root):
    add_exemplars(root, NEW, ENCODER)
    before = artefact.current(root)
    changed = add_exemplars(root, [*NEW, Row("  ", "fruit")], ENCODER)
    assert (changed.changed, changed.passed_over) == (0, 4)
    assert remove_exemplars(root, ["never there"], ENCODER).passed_over == 1
    assert artefact.current(root) == before


def test_removed_exemplars_are_gone_whatever_their_label(root):
    add_exemplars(root, [*NEW, Row("quince papaya", "metal")], ENCODER)
    changed = remove_exemplars(root, ["quince  papaya", "blanket kettle", "never there"], ENCODER)
    assert (changed.changed, changed.passed_over) == (3, 1)
    assert not texts(root) & {"quince papaya", "blanket kettle"}
    assert growth_of(read_facts(root)) == 7 / 56


def test_growth_past_a_tenth_asks_for_a_refit(root):
    changed = add_exemplars(root, [Row(f"fruit {i}", "fruit") for i in range(6)], ENCODER)
    assert changed.refit_due
    assert not add_exemplars(root, [], BagOfWords()).changed


def test_unknown_label_is_refused_and_the_router_stays(root):
    before = artefact.current(root)
    with pytest.raises(DataError, match="no label 'tool'") as caught:
        add_exemplars(root, [*NEW, Row("hammer", "tool")], ENCODER)
    assert "refit" in caught.value.hint
    assert artefact.current(root) == before


def test_outside_exemplar_is_refused_where_none_was_fitted_on(tmp_path):
    fit_router([row for row in rows_of() if row.label], ENCODER).save(tmp_path)
    with pytest.raises(DataError, match="without out-of-scope"):
        add_exemplars(tmp_path, NEW, ENCODER)


def test_last_exemplar_is_not_removed(root):
    with pytest.raises(DataError, match="every exemplar"):
        remove_exemplars(root, texts(root), ENCODER)
    assert len(texts(root)) > 50


def test_other_encoder_and_missing_router_are_clear_errors(root, tmp_path):
    with pytest.raises(ArtefactError, match="another:96 is in use"):
        add_exemplars(root, NEW, BagOfWords("another"))
    with pytest.raises(ArtefactError, match="holds no router"):
        add_exemplars(tmp_path / "none", NEW, ENCODER)
    assert not (tmp_path / "none").exists()


def test_writers_at_the_same_time_lose_nothing(root):
    def add(number):
        add_exemplars(root, [Row(f"pear number {number}", "fruit")], ENCODER)

    writers = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {f"pear number {number}" for number in range(6)} <= texts(root)
    assert read_facts(root)["extra"]["added"] == 6


KILLED = """
import os, signal, sys
from pathlib import Path
from nescio_indexes.online import add_exemplars
from nescio_indexes.rows import Row
from tests.indexes.bag import BagOfWords
root, moment, plain = Path(sys.argv[1]), int(sys.argv[2]), os.fsync
calls = 0
def fsync(handle):
    global calls
    calls += 1
    if calls == moment:
        os.kill(os.getpid(), signal.SIGKILL)
    plain(handle)
os.fsync = fsync
add_exemplars(root, [Row("quince papaya", "fruit")], BagOfWords())
print("done", calls, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_change_leaves_the_old_version_or_the_new_one_and_the_finished_one_stays(root, tmp_path, monkeypatch):
    copy = tmp_path / "counted"
    shutil.copytree(root, copy)
    calls = []
    plain = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (calls.append(handle), plain(handle)))
    add_exemplars(copy, [Row("quince papaya", "fruit")], ENCODER)
    monkeypatch.undo()
    last = len(calls)
    # The last call is after the step that puts the new version in force, the one before it is just ahead of it.
    moments = {1: False, last // 2: False, last - 1: False, last: True, last + 1: True}
    writers = {}
    for moment in moments:
        place = tmp_path / f"killed {moment}"
        shutil.copytree(root, place)
        command = [sys.executable, "-c", KILLED, str(place), str(moment)]
        writers[moment] = (place, subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    for moment, (place, writer) in writers.items():
        out, _ = writer.communicate(timeout=60)
        assert writer.returncode == -signal.SIGKILL
        assert out == (f"done {last}\n" if moment > last else "")
        assert ("quince papaya" in texts(place)) == moments[moment]
        add_exemplars(place, NEW, ENCODER)
        assert {row.text for row in NEW} <= texts(place)
        assert len(list(place.glob("v-*"))) <= 2


def test_reader_that_writers_overtake_starts_again(root):
    seen = []

    def read(folder, facts):
        if len(seen) < 2:
            for number in range(2):
                add_exemplars(root, [Row(f"late {len(seen)} {number}", "fruit")], ENCODER)
        seen.append(folder.name)
        return FittedRouter.read_from(root, folder, facts, ENCODER.fingerprint)

    newest = artefact.read_version(root, kind="router", version=2, read=read)
    assert len(seen) == 3
    assert near(newest.model, "late 1 1").text == "late 1 1"


def test_follower_takes_changed_exemplars_into_what_is_served(root):
    served = FittedRouter.load(root, ENCODER.fingerprint)
    follower = Follower(root, served)
    follower.follow()
    assert not follower.follow()
    add_exemplars(root, NEW, ENCODER)
    assert follower.follow()
    assert near(served.model, "papaya").text == "quince papaya"
    assert follower.exemplars == 59
    assert not follower.follow()


def test_follower_leaves_another_fit_alone(root):
    served = FittedRouter.load(root, ENCODER.fingerprint)
    follower = Follower(root, served)
    fit_router([row for row in rows_of() if row.label != "music"], ENCODER).save(root)
    assert not follower.follow()
    assert len(served.model.inside) == 42


def test_damaged_new_version_is_an_error_once_and_what_is_served_stays(root):
    served = FittedRouter.load(root, ENCODER.fingerprint)
    follower = Follower(root, served)
    add_exemplars(root, NEW, ENCODER)
    (root / artefact.current(root) / "inside.json").write_text("{")
    with pytest.raises(ArtefactError, match="damaged"):
        follower.follow()
    assert not follower.follow()
    assert follower.exemplars == 56


def cards(folder):
    words = {"fruit": "apple pear plum", "metal": "iron zinc tin"}
    exemplars = {name: tuple(f"{word} {i}" for word in some.split() for i in range(5)) for name, some in words.items()}
    return [Card(name, name, name, ("agreement",), some, folder) for name, some in exemplars.items()]


def test_refit_of_the_default_router_keeps_what_was_changed_online(tmp_path):
    out, some = tmp_path / "router", cards(tmp_path)
    first = build_default_router(some, ENCODER, out)
    add_exemplars(out, [Row("quince papaya", "fruit"), Row("cobalt", "metal")], ENCODER)
    remove_exemplars(out, ["apple 0", "cobalt"], ENCODER)
    assert build_default_router(some, ENCODER, out).extra["added"] == 2
    again = build_default_router(some, ENCODER, out, force=True)
    assert again.report.rows == first.report.rows
    assert "added" not in again.extra
    assert "quince papaya" in texts(out)
    assert not {"apple 0", "cobalt"} & texts(out)
    assert len(changes_of(out)) == 4


def test_what_changes_while_a_refit_is_at_work_is_kept(tmp_path, monkeypatch):
    out, some = tmp_path / "router", cards(tmp_path)
    build_default_router(some, ENCODER, out)
    add_exemplars(out, [Row("early bird", "fruit")], ENCODER)

    def slow(*arguments):
        done = fit_router(*arguments)
        add_exemplars(out, [Row("quince papaya", "fruit"), Row("late bird", "metal"), Row("kettle", None)], ENCODER)
        remove_exemplars(out, ["late bird", "early bird"], ENCODER)
        return done

    monkeypatch.setattr("nescio_indexes.build.fit_router", slow)
    build_default_router(some, ENCODER, out, force=True)
    assert {"quince papaya", "kettle"} <= texts(out)
    assert not {"late bird", "early bird"} & texts(out)
    assert len(changes_of(out)) == 6


def test_changes_apply_in_order_and_without_labels_that_are_gone():
    rows = (Row("a", "x"), Row("b", "y"))
    changes = [
        {"add": "c", "label": "x"},
        {"remove": "a"},
        {"add": "d", "label": "gone"},
        {"remove": "c"},
        {"add": "c", "label": None},
    ]
    assert with_changes(rows, changes) == (Row("b", "y"), Row("c", None))


def test_damaged_list_of_changes_is_a_clear_error(root):
    add_exemplars(root, NEW, ENCODER)
    (root / artefact.current(root) / "changes.jsonl").write_text("{\n")
    with pytest.raises(ArtefactError, match="damaged"):
        changes_of(root)
