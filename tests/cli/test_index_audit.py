import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nescio.cli import fit, index
from nescio.errors import ArtefactError, DataError, InvalidRequest
from nescio_indexes.audit import KINDS
from nescio_indexes.rows import Row
from tests.indexes.bag import BagOfWords, rows_of

PAGE = Path(__file__).parents[2] / "docs/explain.md"
WRONG = Row("copper zinc iron please", "music")


@pytest.fixture(autouse=True)
def bag(monkeypatch):
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", lambda models_dir, name, **_: BagOfWords())


@pytest.fixture
def train(tmp_path):
    path = tmp_path / "train.jsonl"
    rows = [*rows_of(), WRONG, Row("apple!", "fruit"), Row("Apple", "metal")]
    path.write_text("".join(json.dumps({"text": row.text, "label": row.label}) + "\n" for row in rows))
    return path


def run(*words):
    return CliRunner().invoke(index.app, ["audit", *map(str, words)], catch_exceptions=False)


def test_rows_are_looked_at_before_a_fit(train):
    shown = run("--train", train)
    assert shown.exit_code == 0
    assert shown.stdout.index("contradictory (1)") < shown.stdout.index("mislabelled (")
    assert "labelled music, looks like metal" in shown.stdout
    assert WRONG.text in shown.stdout


def test_fitted_router_is_looked_at_without_its_rows(train, tmp_path):
    CliRunner().invoke(fit.app, ["--train", str(train), "--out", str(tmp_path / "r")], catch_exceptions=False)
    told = json.loads(run("--router", tmp_path / "r", "--json").stdout)
    assert told["counts"].keys() == set(KINDS)
    assert told["counts"]["contradictory"] == 1
    assert WRONG.text in [f["texts"][0] for f in told["findings"] if f["kind"] == "mislabelled"]
    assert {"kind", "score", "labels", "texts", "says"} == told["findings"][0].keys()


def test_installed_experts_are_looked_at_without_an_option():
    told = json.loads(run("--json").stdout)
    assert told["rows"] > 1000
    assert told["counts"]["contradictory"] == told["counts"]["empty"] == 0


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (["contradictory"], 1),
        (["contradictory:1"], 0),
        (["thin"], 0),
        (["thin", "contradictory"], 1),
        (["any:100"], 0),
        (["any"], 1),
    ],
)
def test_exit_code_follows_what_ci_must_not_let_pass(train, wishes, code):
    words = [word for wish in wishes for word in ("--fail-if", wish)]
    done = run("--train", train, *words)
    assert done.exit_code == code
    assert ("failed: " in done.stderr) == bool(code)


@pytest.mark.parametrize(
    "words",
    [
        ["--fail-if", "nonsense"],
        ["--fail-if", "thin:many"],
        ["--fail-if", "thin:-1"],
        ["--similar", "0"],
        ["--overlap", "1.5"],
        ["--few", "-1"],
        ["--router", "a", "--train", "b"],
    ],
)
def test_wrong_options_are_refused(words):
    with pytest.raises(InvalidRequest):
        run(*words)


def test_missing_router_and_missing_file_are_clear_errors(tmp_path):
    with pytest.raises(ArtefactError, match="holds no router"):
        run("--router", tmp_path / "none")
    with pytest.raises(DataError, match="cannot read"):
        run("--train", tmp_path / "none.jsonl")


def test_long_lists_are_cut_and_told_to_be(train):
    rows = [json.dumps({"text": f"apple {word}", "label": "fruit"}) + "\n" for word in "abcdef" for _ in range(2)]
    train.write_text("".join(rows))
    shown = run("--train", train, "--top", "2").stdout
    assert "duplicate (6)" in shown
    assert "… and 4 more" in shown
    assert "more" not in run("--train", train, "--top", "0").stdout


def test_hostile_text_is_shown_as_plain_text(train):
    train.write_text(json.dumps({"text": "[red]apple\x1b[31m", "label": "[link=x]fruit"}) + "\n")
    shown = run("--train", train).stdout
    assert "[red]apple" in shown
    assert "\x1b" not in shown


def test_every_kind_of_finding_is_documented():
    page = PAGE.read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []
