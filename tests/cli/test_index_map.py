import json
import re
import shutil
import stat

import pytest
from typer.testing import CliRunner

from nescio.cli import fit, index
from nescio.errors import ArtefactError, DataError, InvalidRequest
from nescio.settings import load_settings
from nescio.store import OutcomeLog
from nescio.types import Abstained, Candidate, Outcome, Query, Reason, Route, Usage
from tests.indexes.bag import BagOfWords, rows_of


@pytest.fixture(autouse=True)
def bag(monkeypatch):
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", lambda models_dir, name, **_: BagOfWords())


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps({"text": row.text, "label": row.label}) + "\n" for row in rows_of()))
    done = CliRunner().invoke(
        fit.app, ["--train", str(path), "--out", str(tmp_path / "router")], catch_exceptions=False
    )
    assert done.exit_code == 0
    return tmp_path / "router"


def run(*words):
    return CliRunner().invoke(index.app, ["map", *map(str, words)], catch_exceptions=False)


def drawn(path):
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text(), re.DOTALL)[1])


def keep(log, name, text, reason, role="live"):
    decision = Abstained(reason, "no") if reason else Abstained(Reason.POLICY, "no")
    route = Route(text, (Candidate("fruit", 0.1, 0.1),), 0.1)
    query = Query(id=name, messages=(), text=text)
    assert log.record(Outcome(query, route, decision, 0.75, None, "none", None, Usage(), 0.1), role)


def fill(path):
    with OutcomeLog(path) as log:
        keep(log, "a", "stapler please", Reason.OUT_OF_SCOPE)
        keep(log, "b", "apple perhaps", Reason.LOW_ROUTING_CONFIDENCE)
        keep(log, "c", "stapler please", Reason.OUT_OF_SCOPE)
        keep(log, "d", "iron referred", Reason.POLICY)
        keep(log, "e", "tested tunnel", Reason.OUT_OF_SCOPE, "test")
    return path


def test_exemplars_and_refused_queries_of_a_file_are_drawn(folder, tmp_path):
    refused = tmp_path / "refused.jsonl"
    refused.write_text('{"text": "stapler please", "label": "x"}\n{"text": " "}\n{"text": "stapler please"}\n')
    done = run("--router", folder, "--refused", refused, "--out", tmp_path / "m.html")
    assert "56 exemplars and 1 refused queries drawn" in done.stderr
    data = drawn(tmp_path / "m.html")
    assert data["labels"] == ["fruit", "metal", "music"]
    assert sorted(set(data["classes"])) == [-2, -1, 0, 1, 2]
    assert stat.S_IMODE((tmp_path / "m.html").stat().st_mode) == 0o600


def test_refused_queries_of_a_log_are_the_live_ones_without_an_expert(folder, tmp_path):
    log = fill(tmp_path / "some.sqlite")
    run("--router", folder, "--refused", log, "--out", tmp_path / "m.html")
    data = drawn(tmp_path / "m.html")
    refused = [text for text, k in zip(data["texts"], data["classes"], strict=True) if k == -2]
    assert refused == ["apple perhaps", "stapler please"]


def test_own_log_is_read_for_the_own_router_alone(folder, tmp_path):
    shutil.copytree(folder, load_settings().router_dir)
    fill(load_settings().home / "outcomes.sqlite")
    own, other, bare = (tmp_path / name for name in ("own.html", "other.html", "bare.html"))
    run("--out", own)
    run("--router", folder, "--out", other)
    run("--exemplars-only", "--out", bare)
    assert [drawn(path)["classes"].count(-2) for path in (own, other, bare)] == [2, 0, 0]


def test_what_cannot_be_drawn_is_a_clear_error_and_leaves_the_old_map(folder, tmp_path):
    out = tmp_path / "m.html"
    out.write_text("old")
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b'{"text": "\xff"}\n')
    cases = [
        (DataError, "UTF-8", ["--router", folder, "--refused", bad]),
        (DataError, "cannot read", ["--router", folder, "--refused", tmp_path / "none"]),
        (ArtefactError, "holds no router", ["--router", tmp_path / "none"]),
        (InvalidRequest, "exclude", ["--router", folder, "--refused", bad, "--exemplars-only"]),
    ]
    for error, message, words in cases:
        with pytest.raises(error, match=message):
            run(*words, "--out", out)
    assert out.read_text() == "old"
    with pytest.raises(DataError, match="cannot write"):
        run("--router", folder, "--out", tmp_path / "no" / "m.html")
    assert [path.name for path in tmp_path.glob(".*")] == []
