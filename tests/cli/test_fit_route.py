import json

import pytest
from typer.testing import CliRunner

from nescio.cli import fit, index, route
from nescio.errors import ArtefactError, DataError, InvalidRequest
from nescio_indexes.rows import Row
from tests.indexes.bag import BagOfWords, rows_of

FIELDS = {"id", "label", "p", "scope", "candidates"}


@pytest.fixture(autouse=True)
def bag(monkeypatch):
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", lambda models_dir, name, **_: BagOfWords())


@pytest.fixture
def train(tmp_path):
    path = tmp_path / "train.jsonl"
    lines = [json.dumps({"id": i, "text": row.text, "label": row.label}) for i, row in enumerate(rows_of())]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def folder(train, tmp_path):
    run(fit.app, "--train", train, "--out", tmp_path / "router")
    return tmp_path / "router"


def run(app, *words):
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def routed(folder, tmp_path, rows, *words):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    run(route.app, "--router", folder, "--jsonl", source, "--out", out, *words)
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_fit_reports_what_it_measured(train, tmp_path):
    shown = run(fit.app, "--train", train, "--out", tmp_path / "r")
    assert "out of fold" in shown
    assert "harmonic: answer if scope >" in shown
    facts = json.loads(run(fit.app, "--train", train, "--out", tmp_path / "r", "--json"))
    assert facts["labels"] == ["fruit", "metal", "music"]
    assert facts["rule"]["name"] == "harmonic"
    assert {"data", "encoder", "routing_features_version", "report", "calibration"} <= facts.keys()


def test_file_of_queries_is_routed_line_by_line(folder, tmp_path):
    rows = [
        {"id": "a", "text": "apple and pear", "label": "metal"},
        {"text": ""},
        {"id": 3, "text": "stapler candle wrench tunnel", "secret": "x"},
        {"id": None, "text": "¿dónde está el violin?"},
        {"id": "\ud800", "text": "iron \ud800 zinc"},
    ]
    lines = routed(folder, tmp_path, rows)
    assert [line["id"] for line in lines] == ["a", None, 3, None, "\ud800"]
    assert all(line.keys() == FIELDS for line in lines)
    assert all(isinstance(line["p"], float) and line["candidates"] for line in lines)
    assert lines[0]["label"] == "fruit"
    assert lines[1]["label"] is None
    assert lines[1]["p"] == lines[1]["scope"] == 0.0
    assert lines[2]["label"] is None
    assert lines[3]["label"] is None
    for line in lines:
        ps = [candidate["p"] for candidate in line["candidates"]]
        assert ps == sorted(ps, reverse=True)
        assert line["p"] == ps[0]
        assert line["label"] in {None, line["candidates"][0]["label"]}


def test_a_label_in_the_file_changes_nothing(folder, tmp_path):
    plain = routed(folder, tmp_path, [{"text": "apple"}])
    assert routed(folder, tmp_path, [{"text": "apple", "label": "music"}]) == plain


def test_more_rows_than_a_batch_keep_their_order(folder, tmp_path):
    lines = routed(folder, tmp_path, [{"id": i, "text": f"apple {i}"} for i in range(600)], "--top", "1")
    assert [line["id"] for line in lines] == list(range(600))
    assert {len(line["candidates"]) for line in lines} == {1}


def test_empty_file_gives_an_empty_file(folder, tmp_path):
    assert routed(folder, tmp_path, []) == []


@pytest.mark.parametrize("bad", ["{", "[]", '{"id": 1}', '{"text": null}', '{"text": 5}'])
def test_broken_row_is_named_and_leaves_no_half_file(folder, tmp_path, bad):
    with pytest.raises(DataError, match=":2"):
        routed(folder, tmp_path, [{"text": "apple"}, bad])
    assert not (tmp_path / "out.jsonl").exists()
    assert not list(tmp_path.glob(".out*"))


def test_invalid_utf8_and_missing_files_are_clear_errors(folder, tmp_path):
    source = tmp_path / "latin.jsonl"
    source.write_bytes(b'{"text": "\xe9"}\n')
    with pytest.raises(DataError, match="UTF-8"):
        run(route.app, "--router", folder, "--jsonl", source, "--out", tmp_path / "o")
    with pytest.raises(DataError, match="No such file"):
        run(route.app, "--router", folder, "--jsonl", tmp_path / "none", "--out", tmp_path / "o")
    with pytest.raises(ArtefactError, match="holds no router"):
        run(route.app, "--router", tmp_path / "none", "--jsonl", source, "--out", tmp_path / "o")


def test_one_query_is_shown_with_a_fitted_router(folder):
    assert run(route.app, "apple pear banana", "--router", folder).startswith("fruit\n")
    line = json.loads(run(route.app, "stapler candle", "--router", folder, "--json"))
    assert line["label"] is None
    assert line.keys() == FIELDS - {"id"}


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a", "--jsonl", "b"],
        ["--jsonl", "b"],
        ["--jsonl", "b", "--out", "c", "--target", "0.5"],
        ["--jsonl", "b", "--out", "c", "--explain"],
        ["x" * (256 * 1024 + 1)],
    ],
)
def test_options_that_do_not_go_together_are_refused(words):
    with pytest.raises(InvalidRequest):
        run(route.app, *words)


def test_one_query_is_explained(folder):
    shown = run(route.app, "stapler candle", "--router", folder, "--explain")
    assert shown.startswith("abstained (rule harmonic)\n")
    for part in ("does not exceed the threshold", "nearest exemplars", "scope feature", "energy", "- answered if"):
        assert part in shown
    line = json.loads(run(route.app, "stapler candle", "--router", folder, "--explain", "--json"))
    assert line["explanation"]["decision"] == "abstained"
    assert {"threshold", "features", "says", "leads_to"} <= line["explanation"]["changes"][0].keys()


def test_hostile_exemplar_is_shown_as_plain_text(folder, tmp_path):
    hostile = "apple \x1b[31mpear\x1b[0m [bold]banana[/bold]"
    rows = [*rows_of(), Row(hostile, "fruit")]
    path = tmp_path / "hostile.jsonl"
    path.write_text("".join(json.dumps({"text": row.text, "label": row.label}) + "\n" for row in rows))
    run(fit.app, "--train", path, "--out", tmp_path / "h")
    shown = run(route.app, "apple 31mpear banana", "--router", tmp_path / "h", "--explain")
    assert "[bold]banana[/bold]" in shown
    assert "\x1b" not in shown


def test_target_decides_by_p(train, tmp_path):
    folder = tmp_path / "strict"
    run(fit.app, "--train", train, "--out", folder, "--target", "0.9999")
    run(fit.app, "--train", train, "--out", tmp_path / "loose", "--target", "0")
    rows = [{"text": row.text} for row in rows_of(5, 5)]
    strict, loose = routed(folder, tmp_path, rows), routed(tmp_path / "loose", tmp_path, rows)
    assert all((line["label"] is not None) == (line["p"] > 0.9999) for line in strict)
    assert sum(bool(line["label"]) for line in loose) >= sum(bool(line["label"]) for line in strict)


def test_contradicting_wishes_are_refused_before_any_work(train, tmp_path):
    with pytest.raises(InvalidRequest, match="exclude one another"):
        run(fit.app, "--train", train, "--out", tmp_path / "r", "--target", "0.5", "--max-risk", "0.1")
    assert not (tmp_path / "r").exists()


def test_failed_fit_leaves_the_old_router_serving(folder, tmp_path):
    (tmp_path / "bad.jsonl").write_text('{"text": "a", "label": "b"}')
    with pytest.raises(DataError):
        run(fit.app, "--train", tmp_path / "bad.jsonl", "--out", folder)
    assert run(route.app, "apple pear banana", "--router", folder).startswith("fruit\n")


def test_index_is_built_from_the_installed_experts_and_described():
    built = json.loads(run(index.app, "build", "--json"))
    assert {"general", "python"} <= set(built["labels"])
    told = json.loads(run(index.app, "info", "--json"))
    assert told["fresh"] is True
    assert told["data"] == built["data"]
    assert "out of scope" in run(index.app, "info")
