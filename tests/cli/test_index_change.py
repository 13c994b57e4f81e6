import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nescio.cli import index, route
from nescio.errors import ArtefactError, DataError, InvalidRequest
from nescio_indexes.fitting import fit_router
from nescio_indexes.rows import Row
from tests.indexes.bag import BagOfWords, rows_of

PAGE = (Path(__file__).parents[2] / "docs/index.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def bag(monkeypatch):
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", lambda models_dir, name, **_: BagOfWords())


@pytest.fixture(scope="module")
def fitted():
    return fit_router(rows_of(), BagOfWords())


@pytest.fixture
def folder(fitted, tmp_path):
    fitted.save(tmp_path / "router")
    return tmp_path / "router"


def run(*words, app=index.app):
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(tmp_path, *some):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in some))
    return path


def test_added_exemplars_route_and_are_told_of(folder, tmp_path):
    source = rows(tmp_path, *({"text": f"quasar {word} nebula", "label": "music"} for word in ("old", "new", "good")))
    assert run("add", "--router", folder, "--jsonl", source).startswith("3 added in ")
    told = json.loads(run("info", "--router", folder, "--json"))
    assert told["extra"] == {"added": 3, "removed": 0}
    assert told["growth"] == 3 / 56
    assert told["exemplars"] == {"fruit": 14, "metal": 14, "music": 17}
    assert json.loads(run("quasar nebula", "--router", folder, "--json", app=route.app))["candidates"]
    shown = run("info", "--router", folder)
    assert "since    3 added, 0 removed since the fit" in shown
    assert "growth   5.4 % of the exemplars that the router was fitted on" in shown
    again = run("add", "--router", folder, "--jsonl", source)
    assert again.startswith("0 added (3 were there already or empty)")


def test_info_counts_the_exemplars_of_now(folder, tmp_path):
    outside = json.loads(run("info", "--router", folder, "--json"))["outside"]
    more = [
        {"text": "a quince", "label": "fruit"},
        {"text": "stapler lamp", "label": None},
        {"text": "lamp", "label": None},
    ]
    run("add", "--router", folder, "--jsonl", rows(tmp_path, *more))
    run("remove", "--router", folder, "--text", next(row.text for row in rows_of() if row.label == "metal"))
    shown = run("info", "--router", folder)
    assert re.search(r"fruit +15 exemplars\n +metal +13 exemplars\n +music +14 exemplars", shown)
    assert re.search(rf"out of scope +{outside + 2} exemplars", shown)


def test_removed_exemplars_are_named_by_text_or_by_file(folder, tmp_path):
    run("add", "--router", folder, "--jsonl", rows(tmp_path, {"text": "a quince", "label": "fruit"}))
    told = json.loads(run("remove", "--router", folder, "--text", "a quince", "--text", "none", "--json"))
    assert (told["removed"], told["passed_over"], told["refit_due"]) == (1, 1, False)
    gone = [{"text": row.text} for row in rows_of()[:6]]
    shown = run("remove", "--router", folder, "--jsonl", rows(tmp_path, *gone))
    assert shown.startswith("6 removed in ")
    assert "14.3 %" in shown
    assert "a refit is due" in shown


def test_commands_in_the_docs_print_what_the_docs_show(tmp_path):
    some = [Row(row.text, "geography" if row.label == "fruit" else row.label) for row in rows_of()]
    fit_router(some, BagOfWords()).save(tmp_path / "router")
    block = re.search(r"```\n\$ cat more.jsonl\n(.+?)```", PAGE, re.DOTALL)
    source, *steps = block[1].split("\n$ ")
    (tmp_path / "more.jsonl").write_text(source + "\n")
    for step in steps:
        typed, *shown = step.strip().split("\n")
        words = [tmp_path / word if word == "more.jsonl" else word for word in shlex.split(typed)[2:]]
        printed = run(*words, "--router", tmp_path / "router")
        assert masked(printed.strip()) == masked("\n".join(shown))


def masked(text):
    """`text` without figures of the fit and folders."""
    return re.sub(r"\d+\.\d+ %|in \S+", "#", text)


def test_bad_input_is_named_and_leaves_the_router(folder, tmp_path):
    before = (folder / "CURRENT").read_text()
    with pytest.raises(DataError, match="no label 'tool'"):
        run("add", "--router", folder, "--jsonl", rows(tmp_path, {"text": "hammer", "label": "tool"}))
    with pytest.raises(DataError, match=":1: label is missing"):
        run("add", "--router", folder, "--jsonl", rows(tmp_path, {"text": "hammer"}))
    with pytest.raises(DataError, match=":1: text is missing"):
        run("remove", "--router", folder, "--jsonl", rows(tmp_path, {"label": "fruit"}))
    with pytest.raises(InvalidRequest, match="name what to remove"):
        run("remove", "--router", folder)
    with pytest.raises(ArtefactError, match="holds no router"):
        run("remove", "--router", tmp_path / "none", "--text", "apple")
    assert (folder / "CURRENT").read_text() == before
