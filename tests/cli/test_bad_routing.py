"""Bad input for the routing commands, through the real entry point: one line, a hint, the old router in force."""

import hashlib
import json
import re
import shutil

import numpy as np
import pytest

from nescio_indexes.scoring import FEATURES_VERSION
from tests.indexes.bag import BagOfWords, rows_of

ROWS = [{"text": row.text, "label": row.label} for row in rows_of()]
INSIDE = [row for row in ROWS if row["label"] is not None]
ERROR = re.compile(r"error\[(\w+)\]: .+\n  hint: .+\n")


@pytest.fixture(autouse=True)
def bag(monkeypatch):
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", lambda models_dir, name, **_: BagOfWords())


def written(path, rows):
    body = rows if isinstance(rows, bytes) else "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(body)
    return path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    from nescio_indexes.fitting import fit_router

    folder = tmp_path_factory.mktemp("fitted") / "router"
    fit_router(rows_of(), BagOfWords()).save(folder)
    return folder


@pytest.fixture
def router(fitted, tmp_path):
    return shutil.copytree(fitted, tmp_path / "router")


def refused(done, code="data_error"):
    exit_code, out, err = done
    assert exit_code == 2
    assert out == ""
    told = ERROR.fullmatch(err)
    assert told, err
    assert told[1] == code
    return err


LINE = json.dumps(ROWS[0]).encode() + b"\n"
BAD_ROWS = {
    "nothing": ([], "0 in-scope rows"),
    "one row": (INSIDE[:1], "1 in-scope rows"),
    "one row again and again": (INSIDE[:1] * 30, "1 in-scope rows"),
    "out of scope alone": ([row for row in ROWS if row["label"] is None], "0 in-scope rows"),
    "empty texts": ([{"text": text, "label": "a"} for text in ("", " \n", "\x00", "\u200b")], "0 in-scope rows"),
    "no text": ([*ROWS, {"label": "a"}], ":57: text"),
    "no label": ([*ROWS, {"text": "a"}], ":57: "),
    "a number for a label": ([*ROWS, {"text": "a", "label": 3}], "not 3"),
    "an empty label": ([*ROWS, {"text": "a", "label": " "}], "non-empty"),
    "a label that is not a number": (LINE + b'{"text": "a", "label": NaN}\n', "not nan"),
    "a list": ([[ROWS]], ":1: "),
    "half a line": (LINE + b'{"text": "a', ":2: not JSON"),
    "deep nesting": (LINE + b'{"text": "a", "label": ' + b"[" * 100_000 + b"}\n", ":2: not JSON"),
    "latin-1": (LINE + b'{"text": "caf\xe9", "label": "a"}\n', "not UTF-8"),
    "UTF-16": (json.dumps(ROWS[0]).encode("utf-16"), "not UTF-8"),
    "binary": (bytes(range(256)), "not UTF-8"),
    "zeros": (bytes(1000), ":1: not JSON"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_fit_refuses_bad_rows_and_leaves_the_router_in_force(nescio, router, tmp_path, name):
    rows, message = BAD_ROWS[name]
    before = nescio("route", "apple pear banana", "--router", router)
    assert message in refused(nescio("fit", "--train", written(tmp_path / "t.jsonl", rows), "--out", router))
    assert nescio("route", "apple pear banana", "--router", router) == before


GOOD_ROWS = {
    "two rows": [INSIDE[0], INSIDE[-1]],
    "one label": INSIDE[:14],
    "one label and out of scope": [*INSIDE[:14], *ROWS[len(INSIDE) :]],
    "one exemplar a label": [{"text": f"word{i}", "label": f"label{i}"} for i in range(12)],
    "an empty text among others": [*ROWS, {"text": "", "label": "fruit"}],
    "a million characters": [*ROWS, {"text": "apple " * 170_000, "label": "fruit"}],
    "contradictions": [*ROWS, *({"text": row["text"], "label": "metal"} for row in INSIDE[:14])],
    "a byte order mark": b"\xef\xbb\xbf" + b"".join(json.dumps(row).encode() + b"\n" for row in ROWS),
    "half a surrogate pair": [*ROWS, {"text": "\ud800 apple", "label": "fru\ud800it"}],
}


@pytest.mark.parametrize("name", GOOD_ROWS)
def test_strange_rows_that_say_something_are_fitted_routed_explained_audited_and_drawn(nescio, tmp_path, name):
    train, folder = written(tmp_path / "t.jsonl", GOOD_ROWS[name]), tmp_path / "r"
    assert nescio("fit", "--train", train, "--out", folder)[0] == 0
    code, out, _ = nescio("route", "apple", "--router", folder, "--explain", "--json")
    assert code == 0
    assert 0 <= json.loads(out)["p"] <= 1
    assert nescio("index", "audit", "--train", train)[0] == 0
    assert nescio("index", "audit", "--router", folder)[0] == 0
    assert nescio("index", "map", "--router", folder, "--out", tmp_path / "m.html")[0] == 0


@pytest.mark.parametrize("text", ["", "  \n", "\x00\x07", "x" * 200_000, "\ud800\udfff", "\u202e\u200b", "🦆" * 500])
def test_strange_queries_are_decided_and_explained(nescio, router, text):
    code, out, _ = nescio("route", text, "--router", router, "--explain", "--json")
    assert code == 0
    line = json.loads(out)
    assert line["label"] is None
    assert line["explanation"]["decision"] == "abstained"


def test_file_of_strange_queries_is_routed_line_by_line(nescio, router, tmp_path):
    body = b'\xef\xbb\xbf{"text": "apple"}\n{"text": ""}\n' + json.dumps({"text": "é" * 1_000_000}).encode() + b"\n"
    source = written(tmp_path / "in.jsonl", body)
    assert nescio("route", "--router", router, "--jsonl", source, "--out", tmp_path / "o.jsonl")[0] == 0
    assert len((tmp_path / "o.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize("out", [".", "..", "/", "missing/o.jsonl", "/proc/o.jsonl"])
def test_place_that_cannot_be_written_is_told(nescio, router, tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    source = written(tmp_path / "in.jsonl", ROWS)
    refused(nescio("route", "--router", router, "--jsonl", source, "--out", out))
    refused(nescio("index", "map", "--router", router, "--out", out))


def test_routes_do_not_take_the_place_of_their_queries(nescio, router, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = written(tmp_path / "in.jsonl", ROWS)
    before = source.read_bytes()
    (tmp_path / "link.jsonl").symlink_to(source)
    (tmp_path / "twin.jsonl").hardlink_to(source)
    for out in ("in.jsonl", "../" + tmp_path.name + "/in.jsonl", "link.jsonl", "twin.jsonl"):
        assert "the file of the queries" in refused(
            nescio("route", "--router", router, "--jsonl", source, "--out", out)
        )
    assert source.read_bytes() == before


@pytest.mark.parametrize(("row", "message"), [({"id": 1}, "text is missing"), ({"text": 5}, "text is no string")])
def test_row_without_a_text_says_what_is_wrong_with_it(nescio, router, tmp_path, row, message):
    source = written(tmp_path / "in.jsonl", [row])
    assert message in refused(nescio("route", "--router", router, "--jsonl", source, "--out", tmp_path / "o"))


@pytest.mark.parametrize("out", ["/proc/router", "/dev/null", "t.jsonl", "t.jsonl/router"])
def test_router_is_not_written_where_none_can_be(nescio, tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    train = written(tmp_path / "t.jsonl", ROWS)
    assert "cannot write" in refused(nescio("fit", "--train", train, "--out", out), "artefact_error")


@pytest.mark.parametrize("out", ["t.jsonl", "t.jsonl/router", "closed/router"])
def test_place_of_a_router_is_looked_at_before_any_work(nescio, tmp_path, monkeypatch, out):
    def work(*args, **more):
        raise AssertionError("rows were embedded")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", work)
    monkeypatch.setattr("os.access", lambda place, mode: not str(place).endswith("closed"))
    (tmp_path / "closed").mkdir()
    train = written(tmp_path / "t.jsonl", ROWS)
    assert "cannot write" in refused(nescio("fit", "--train", train, "--out", out), "artefact_error")


@pytest.mark.parametrize("words", [["--target", "2"], ["--target", "nan"], ["--target", "-0.5"], ["--target", "1"]])
def test_target_out_of_range_is_refused(nescio, words):
    assert "not in [0, 1)" in refused(nescio("route", "apple", *words), "invalid_request")


@pytest.mark.parametrize(
    "words",
    [
        ["fit", "--train", "t.jsonl", "--out", "r", "--seed", "-1"],
        ["route", "a", "--top", "-1"],
        ["index", "audit", "--top", "-1"],
        ["index", "map", "--seed", "-1"],
    ],
)
def test_negative_counts_are_usage_errors(nescio, words):
    code, _, err = nescio(*words)
    assert code == 2
    assert "Usage" in err


def test_labels_with_controls_reach_no_terminal_as_they_are(nescio, tmp_path):
    rows = [dict(row, label=row["label"] and f"\x1b[31m{row['label']}\x00\n!") for row in ROWS]
    nescio("fit", "--train", written(tmp_path / "t.jsonl", rows), "--out", tmp_path / "r")
    shown = nescio("route", "apple pear", "--router", tmp_path / "r", "--explain")[1]
    assert shown.startswith("[31mfruit !\n")
    assert not set(shown) & {"\x1b", "\x00"}


def test_explanation_keeps_its_columns_apart_under_long_labels(nescio, tmp_path):
    long = "a_label_of_thirty_one_characters"
    rows = [dict(row, label=long if row["label"] == "fruit" else row["label"]) for row in ROWS]
    nescio("fit", "--train", written(tmp_path / "t.jsonl", rows), "--out", tmp_path / "r")
    shown = nescio("route", "apple pear", "--router", tmp_path / "r", "--explain")[1].splitlines()
    head = next(line for line in shown if line.startswith("label "))
    assert [line[head.index("head") :][:2] for line in shown if line.startswith(f"  {long}")] == ["0."]


def manifest_of(router):
    return router / (router / "CURRENT").read_text().strip() / "manifest.json"


def changed(router, change):
    path = manifest_of(router)
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))


FORGED = {
    "future": (lambda body: body.update(version=99), "format 99"),
    "another kind": (lambda body: body.update(kind="cake"), "holds a cake"),
    "another encoder": (lambda body: body["facts"].update(encoder="other:3"), "made with encoder other:3"),
    "other features": (lambda body: body["facts"].update(routing_features_version=0), "other routing features"),
    "no facts": (lambda body: body.update(facts=[]), "encoder"),
    "no files": (lambda body: body.update(files=[1]), "lists its files"),
    "a file that is missing": (lambda body: body["files"].update(none="0"), "missing"),
    "labels that do not fit": (lambda body: body["facts"].update(labels=["a"]), "fit"),
    "labels that are none": (lambda body: body["facts"].update(labels=5), "lacks"),
    "no report": (lambda body: body["facts"].update(report={}), "lacks"),
    "NaN": (lambda body: body["facts"]["calibration"].update(bias=float("nan")), "not finite"),
    "words for numbers": (lambda body: body["facts"]["calibration"].update(centre=["x"]), "damaged"),
    "too few weights": (lambda body: body["facts"]["calibration"].update(weights=[1.0]), "none can hold"),
    "temperature 0": (lambda body: body["facts"]["calibration"].update(temperature=0.0), "none can hold"),
    "certainty": (lambda body: body["facts"]["calibration"].update(oos_prior=0.0), "none can hold"),
    "a threshold in words": (lambda body: body["facts"]["rule"].update(threshold="x"), "damaged"),
    "a rule of the future": (lambda body: body["facts"]["rule"].update(name="of-2030"), "called 'of-2030'"),
    "facts that are none": (
        lambda body: body.update(facts={"encoder": "bag:96", "routing_features_version": FEATURES_VERSION}),
        "lacks",
    ),
    "a report in words": (lambda body: body["facts"]["report"].update(accuracy="x"), "a number for accuracy"),
    "half a row": (lambda body: body["facts"]["report"].update(rows=0.5), "a number for rows"),
    "extra that is none": (lambda body: body["facts"].update(extra=[]), "lacks counts"),
    "changes in words": (lambda body: body["facts"].update(extra={"added": "x"}), "lacks counts"),
    "fewer features": (
        lambda body: body["facts"]["calibration"].update(centre=[0.0], scale=[1.0], weights=[1.0]),
        "do not fit",
    ),
    "a cut of nothing": (lambda body: body["facts"]["rule"].update(cut="z"), "damaged"),
}


@pytest.mark.parametrize("name", FORGED)
def test_artefact_that_does_not_fit_is_refused_by_every_command(nescio, router, tmp_path, name):
    change, message = FORGED[name]
    changed(router, change)
    assert message in refused(nescio("route", "apple", "--router", router), "artefact_error")
    add = ("index", "add", "--jsonl", written(tmp_path / "t.jsonl", INSIDE[:1]), "--router", router)
    assert message in refused(nescio(*add), "artefact_error")
    refused(nescio("index", "map", "--router", router, "--out", tmp_path / "m.html"), "artefact_error")
    assert "internal_error" not in nescio("index", "info", "--router", router)[2]
    if name != "another encoder":  # the audit asks no encoder for vectors that are there
        refused(nescio("index", "audit", "--router", router), "artefact_error")


def test_manifest_nested_without_end_is_damaged(nescio, router):
    manifest_of(router).write_text("[" * 100_000)
    assert "damaged" in refused(nescio("route", "apple", "--router", router), "artefact_error")


@pytest.mark.parametrize("pointer", ["", "none", "../router", "/etc", "."])
def test_pointer_that_leads_nowhere_is_no_router(nescio, router, pointer):
    (router / "CURRENT").write_text(pointer)
    assert "holds no router" in refused(nescio("route", "apple", "--router", router), "artefact_error")


def test_every_file_of_a_router_is_checked(nescio, router):
    files = sorted(path for path in manifest_of(router).parent.iterdir() if path.name != "manifest.json")
    assert len(files) > 3
    for path in files:
        kept = path.read_bytes()
        path.unlink()
        path.write_bytes(kept[:-1] + b"\xff")
        assert "checksum" in refused(nescio("route", "apple", "--router", router), "artefact_error")
        path.unlink()
        assert "missing" in refused(nescio("route", "apple", "--router", router), "artefact_error")
        path.write_bytes(kept)
    assert nescio("route", "apple", "--router", router)[0] == 0


@pytest.mark.parametrize("file", ["inside.vectors.npy", "outside.vectors.npy"])
def test_vectors_that_are_not_finite_are_refused_though_their_checksum_is_right(nescio, tmp_path, monkeypatch, file):
    monkeypatch.setattr("nescio_indexes.index.FRESH_LIMIT", 4)
    router = tmp_path / "router"
    nescio("fit", "--train", written(tmp_path / "t.jsonl", ROWS), "--out", router)
    path = manifest_of(router).with_name(file)
    vectors = np.load(path)
    vectors[len(vectors) // 2] = np.nan
    np.save(path, vectors)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    changed(router, lambda body: body["files"].update({file: digest}))
    assert "not finite" in refused(nescio("route", "apple", "--router", router), "artefact_error")
