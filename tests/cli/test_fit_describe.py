"""``nescio fit --describe``: what it reports, what every command makes of its router, and what it refuses."""

import json
import re
import shutil

import pytest

from nescio_indexes.described import Description
from nescio_indexes.describing import fit_described
from tests.indexes.bag import TOPICS, BagOfWords, rows_of

DESCRIPTIONS = [{"label": label, "covers": words.split()} for label, words in TOPICS.items()]
ROWS = [{"text": row.text, "label": row.label} for row in rows_of(per_label=20, outside=0)]
SOME = [row for row in ROWS if row["label"] != "music"]
OUTSIDE = [{"text": row.text, "label": None} for row in rows_of(per_label=0, outside=40)]
ERROR = re.compile(r"error\[(\w+)\]: .+\n  hint: .+\n")
TEST = [{"text": row.text, "label": row.label} for row in rows_of(per_label=4, outside=4)]


@pytest.fixture(autouse=True)
def bag(monkeypatch, tmp_path):
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", lambda models_dir, name, **_: BagOfWords())
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def fit(nescio, tmp_path):
    """Fit a router in ``r`` on descriptions and rows; its exit code, output and error."""

    def run(descriptions, rows=None, *words):
        train = () if rows is None else ("--train", written(tmp_path / "t.jsonl", rows))
        return nescio("fit", "--describe", written(tmp_path / "d.jsonl", descriptions), *train, "--out", "r", *words)

    return run


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """The folder of a router on descriptions alone."""
    folder = tmp_path_factory.mktemp("fitted") / "r"
    fit_described([Description(one["label"], "", tuple(one["covers"])) for one in DESCRIPTIONS], BagOfWords()).save(
        folder
    )
    return folder


def written(path, rows):
    body = rows if isinstance(rows, bytes) else "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(body)
    return path


def figure(shown, name):
    """What stands beside `name` in a report."""
    return re.search(rf"^  {re.escape(name)}  +(.+)$", shown, re.MULTILINE)[1]


def test_low_similarity_speaks_against_a_query_where_scope_rests_on_the_prior(nescio, fitted):
    _, out, _ = nescio("route", "stapler candle", "--router", fitted, "--explain", "--json")
    near = next(one for one in json.loads(out)["explanation"]["features"] if one["name"] == "near")
    assert near["value"] < near["average"]
    assert near["contribution"] < 0


def test_fit_on_descriptions_alone_says_that_nothing_is_measured(fit):
    code, shown, _ = fit(DESCRIPTIONS)
    assert code == 0
    assert shown.startswith("Fitted r; nothing could be measured: nescio eval routing measures it")
    assert figure(shown, "in-scope accuracy without abstention") == "not measurable"
    assert figure(shown, "routes without exemplars") == "3 (fruit, metal, music)"
    assert figure(shown, "calibration of routes, of scope") == "prior, prior"
    assert figure(shown, "rule").startswith("prior: answer if scope >")


def test_router_from_descriptions_serves_every_command(fit, nescio, tmp_path):
    fit(DESCRIPTIONS)
    assert nescio("route", "a ripe banana", "--router", "r")[1].startswith("fruit\n")
    assert nescio("route", "stapler candle wrench", "--router", "r")[1].startswith("abstained (rule prior)\n")
    assert "nearest exemplars" in nescio("route", "copper", "--router", "r", "--explain")[1]
    test = written(tmp_path / "test.jsonl", TEST)
    assert nescio("route", "--router", "r", "--jsonl", test, "--out", "o.jsonl")[0] == 0
    assert len((tmp_path / "o.jsonl").read_text().splitlines()) == len(TEST)
    code, shown, _ = nescio("eval", "routing", "r", test, "--out", "e", "--json")
    assert code == 0
    assert json.loads(shown)["figures"]["accuracy"]["value"] > 0.8
    assert nescio("eval", "stability", written(tmp_path / "two.jsonl", TEST[:2]), "--router", "r")[0] == 0
    assert nescio("index", "audit", "--router", "r")[0] == 0
    assert nescio("index", "map", "--router", "r", "--out", "m.html")[0] == 0
    odd = written(tmp_path / "more.jsonl", [{"text": "rocket lagoon whisper", "label": "metal"}])
    assert nescio("index", "add", "--router", "r", "--jsonl", odd)[0] == 0
    assert nescio("route", "rocket lagoon whisper", "--router", "r")[1].startswith("metal\n")


def test_routes_with_and_without_exemplars_are_told_apart(fit, nescio):
    code, shown, _ = fit(DESCRIPTIONS, SOME)
    assert code == 0
    assert "all figures are out of fold" in shown
    assert figure(shown, "routes without exemplars") == "1 (music)"
    assert figure(shown, "calibration of routes, of scope") == "fitted, prior"
    facts = json.loads(fit(DESCRIPTIONS, SOME, "--json")[1])
    assert facts["extra"]["without_exemplars"] == ["music"]
    for kind, name in (
        ("exemplars", "of routes with exemplars"),
        ("description", "of routes without, held-out labels"),
    ):
        assert f"{facts['extra']['accuracy'][kind]:.4f}" == figure(shown, f"  {name}")
    assert nescio("route", "violin flute", "--router", "r")[1].startswith("music\n")


def test_where_every_route_has_exemplars_no_kind_is_told_apart(fit):
    shown = fit(DESCRIPTIONS, ROWS)[1]
    assert figure(shown, "routes without exemplars") == "0"
    assert "held-out labels" not in shown


def test_out_of_scope_rows_fit_scope_and_threshold(fit):
    shown = fit(DESCRIPTIONS, ROWS + OUTSIDE)[1]
    assert figure(shown, "calibration of routes, of scope") == "fitted, fitted"
    assert figure(shown, "rule").startswith("harmonic:")
    assert float(figure(shown, "out-of-scope refused")) > 0.5


def test_file_without_exemplars_is_as_good_as_none(fit):
    assert fit(DESCRIPTIONS, [])[1] == fit(DESCRIPTIONS)[1]


def test_labels_reach_no_terminal_as_they_are(fit):
    shown = fit([{"label": "\x1b[31mred"}, {"label": "[bold]b"}, *({"label": f"l{i}"} for i in range(9))])[1]
    assert figure(shown, "routes without exemplars").startswith("11 ([31mred, [bold]b, l0, l1, l2, …)")
    assert "\x1b" not in shown


def refused(done, code="data_error"):
    exit_code, out, err = done
    assert (exit_code, out) == (2, "")
    told = ERROR.fullmatch(err)
    assert told, err
    assert told[1] == code
    return err


LINE = json.dumps(DESCRIPTIONS[0]).encode() + b"\n"
BAD_DESCRIPTIONS = {
    "nothing": (b"", "d.jsonl: no description"),
    "blank lines": (b"\n \n", "d.jsonl: no description"),
    "half a line": (LINE + b'{"label": "a', ":2: not JSON"),
    "TOML": (b'[[route]]\nlabel = "a"\n', ":1: not JSON"),
    "one list of all": ([DESCRIPTIONS], ":1: label"),
    "deep nesting": (LINE + b"[" * 100_000, ":2: not JSON"),
    "no label": ([{"description": "x"}], ":1: label"),
    "a label of blanks": ([{"label": " \t"}], ":1: label"),
    "a number for a label": ([{"label": 3}], ":1: label"),
    "a list for a description": ([{"label": "a", "description": ["x"]}], ":1: label or description"),
    "one text of names": ([{"label": "a", "covers": "x, y"}], ":1: covers"),
    "numbers for names": ([{"label": "a", "covers": [1]}], ":1: covers"),
    "a label twice": ([*DESCRIPTIONS, {"label": "fruit"}], "d.jsonl: 'fruit' is described twice"),
    "a misspelt field": ([{"label": "a", "cover": ["x"]}], ":1: a description has no 'cover'"),
    "exemplars": (ROWS, ":1: a description has no 'text'"),
    "latin-1": (LINE + b'{"label": "caf\xe9"}\n', "not UTF-8"),
}


@pytest.mark.parametrize("name", BAD_DESCRIPTIONS)
def test_bad_descriptions_are_refused_and_the_router_stays(fit, nescio, fitted, name):
    rows, message = BAD_DESCRIPTIONS[name]
    shutil.copytree(fitted, "r")
    before = nescio("route", "banana", "--router", "r")
    assert message in refused(fit(rows))
    assert nescio("route", "banana", "--router", "r") == before


def test_exemplars_of_labels_that_are_not_described_are_refused(fit):
    told = refused(fit(DESCRIPTIONS[:1], ROWS))
    assert "'metal' has exemplars but no description, and so have 1 more labels" in told
    assert '{"label": "metal"}' in told


def test_descriptions_that_are_not_there_are_told(nescio):
    assert "cannot read none.jsonl" in refused(nescio("fit", "--describe", "none.jsonl", "--out", "r"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dev", "t.jsonl"], "--dev does not go with --describe"),
        (["--fast"], "--fast does not go with --describe"),
        (["--target", "0.5", "--max-risk", "0.1"], "exclude one another"),
        (["--target", "1.5"], "out of range"),
        (["--oos-prior", "1"], "out of range"),
    ],
)
def test_options_that_do_not_go_with_descriptions_are_refused(fit, words, message):
    assert message in refused(fit(DESCRIPTIONS, ROWS, *words), "invalid_request")


def test_fit_on_nothing_is_refused(nescio):
    assert "--train, --describe or both" in refused(nescio("fit", "--out", "r"), "invalid_request")


@pytest.mark.parametrize(
    ("rows", "words", "message"),
    [
        (None, ["--max-risk", "0.1"], "--max-risk needs 30 exemplars"),
        (SOME[:20], ["--max-risk", "0.1"], "--max-risk needs 30 exemplars"),
        (None, ["--oos-recall", "0.9"], "--oos-recall needs 30 exemplars and 30 rows with label null"),
        (ROWS + OUTSIDE[:9], ["--oos-recall", "0.9"], "30 rows with label null"),
    ],
)
def test_bound_that_no_row_can_hold_is_refused(fit, rows, words, message):
    assert message in refused(fit(DESCRIPTIONS, rows, *words))


@pytest.mark.parametrize(
    ("rows", "words", "rule"),
    [
        (None, ["--target", "0.5"], "target: answer if p > 0.5000"),
        (ROWS, ["--max-risk", "0.3"], "max-risk: answer if p >"),
        (ROWS + OUTSIDE, ["--oos-recall", "0.9"], "oos-recall: answer if scope >"),
    ],
)
def test_bound_that_rows_can_hold_is_kept(fit, rows, words, rule):
    assert figure(fit(DESCRIPTIONS, rows, *words)[1], "rule").startswith(rule)


GOOD_DESCRIPTIONS = {
    "labels alone": [{"label": "apples"}, {"label": "violins"}],
    "one route": DESCRIPTIONS[:1],
    "null for what is missing": [{"label": "a", "description": None, "covers": None}, DESCRIPTIONS[1]],
    "a byte order mark": b"\xef\xbb\xbf" + LINE,
    "two labels of the same words": [{"label": "red wine"}, {"label": "red_wine"}],
    "names without words": [{"label": "+"}, {"label": "?", "covers": ["", "…"]}],
    "half a surrogate pair": [{"label": "fru\ud800it", "covers": ["\udfffapple"]}, DESCRIPTIONS[1]],
    "braces": [{"label": "{}", "covers": ["{route}", "{0}"]}, DESCRIPTIONS[1]],
    "a long description": [{"label": "a", "description": "apple pear " * 20_000}, DESCRIPTIONS[1]],
}


@pytest.mark.parametrize("name", GOOD_DESCRIPTIONS)
def test_strange_descriptions_that_say_something_are_fitted_and_routed(fit, nescio, name):
    assert fit(GOOD_DESCRIPTIONS[name])[0] == 0
    code, out, _ = nescio("route", "apple", "--router", "r", "--explain", "--json")
    assert code == 0
    assert 0 <= json.loads(out)["p"] <= 1
