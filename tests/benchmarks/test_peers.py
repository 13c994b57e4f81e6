"""The comparison with another router: what it does without that router, which is not installed here."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.peers import data, run, table
from benchmarks.peers.ours import LookUp
from nescio_indexes.rows import Row
from nescio_indexes.text import clip

ROOT = Path(__file__).parents[2]


def fit_rows(labels: int = 3, each: int = 10, outside: int = 10) -> list[Row]:
    inside = [Row(f"query {i} about subject {label}", f"l{label}") for label in range(labels) for i in range(each)]
    return inside + [Row(f"nothing of note {i}", None) for i in range(outside)]


class Counting:
    """An encoder that counts what it embeds."""

    name, fingerprint, dims = "counting", "counting", 2

    def __init__(self):
        self.embedded = 0

    def encode(self, texts, progress=None):
        self.embedded += len(texts)
        return np.ones((len(texts), 2), np.float32)


def test_a_fifth_of_each_label_is_held_out_and_folds_spread_labels():
    rows = data.items(fit_rows(), [Row("x", None)], data.holding(fit_rows()))
    fit = [row for row in rows if row.part == "fit"]
    for label in ("l0", "l1", "l2", None):
        mine = [row for row in fit if row.label == label]
        assert sum(row.held for row in mine) == 2
        assert sorted(np.bincount([row.fold for row in mine])) == [2] * 5


def test_a_held_out_row_has_no_twin_among_the_exemplars():
    rows = [Row("Book a table.", "book"), Row("book a table", "book"), Row("call mum", "call")]
    made = data.items(rows, [], [False, True, True])
    assert [row.held for row in made] == [False, False, True]
    assert made[0].fold == made[1].fold


def test_exemplars_are_capped_by_label_and_out_of_scope_rows_are_not():
    rows = data.items(fit_rows(), [], [False] * 40)
    kept = data.capped(rows, 4, seed=1)
    assert sum(row.label is None for row in kept) == 10
    assert sum(row.label == "l1" for row in kept) == 4
    assert data.capped(rows, 4, seed=1) == kept
    assert data.capped(rows, 4, seed=2) != kept


def test_test_rows_with_a_twin_among_the_rows_to_fit_are_dropped():
    assert data.unseen([Row("Hello!", "a"), Row("bye", "b")], [Row("hello", "a")]) == [Row("bye", "b")]
    assert data.distinct(["One.", "two", "one"]) == ["One.", "two"]


def test_a_long_text_is_clipped_to_what_routers_read_of_it():
    long = Row("… " * 2000, "a")
    assert {item.text for item in data.items([long], [long], [False])} == {clip(long.text)}


def test_a_set_is_embedded_once(tmp_path: Path):
    encoder = Counting()
    rows = data.items(fit_rows(), [Row("x", None)], [False] * 40)
    data.write(tmp_path / "set", rows, encoder)
    data.write(tmp_path / "set", rows, encoder)
    assert encoder.embedded == 41
    data.write(tmp_path / "set", rows[:-1], encoder)
    assert encoder.embedded == 81


def test_what_is_looked_up_is_not_embedded_again_and_what_is_new_is_counted():
    real = Counting()
    known = LookUp(["a", "b"], np.array([[1, 0], [0, 1]], np.float32), real)
    assert known.encode(["b", "a"]).tolist() == [[0, 1], [1, 0]]
    assert real.embedded == 0
    assert known.encode(["c", "a", "c"]).shape == (3, 2)
    known.encode(["c"])
    assert real.embedded == 2
    assert known.spent > 0


def test_the_best_variant_is_the_one_with_the_greatest_harmonic_mean():
    labels = ["a"] * 20 + ["b"] * 20 + [None] * 20
    sure, unsure = [0.2] * 40 + [-3.0] * 20, [0.5, 0.6] * 30
    found = {
        "places": list(range(60)),
        "variants": {
            "unsure": {"top": ["a"] * 20 + ["b"] * 40, "score": unsure},
            "sure": {"top": ["a"] * 20 + ["b"] * 40, "score": sure},
            "wrong": {"top": ["a"] * 60, "score": sure},
        },
    }
    best, bar = table.best_variant(labels, found)
    assert best == "sure"
    assert -3.0 < bar < 0.2


def test_figures_of_a_router_that_errs_once_on_each_side():
    labels = ["a"] * 9 + ["b"] + [None] * 10
    said = {"top": ["a"] * 20, "p": [0.9] * 20, "scope": [0.9] * 10 + [0.1] * 9 + [0.95], "bar": 0.5}
    found = table.figures(labels, said, prior=0.5)
    assert found["accuracy"] == pytest.approx(0.9)
    assert found["kept"] == pytest.approx(0.9)
    assert found["refused"] == pytest.approx(0.9)
    assert found["harmonic"] == pytest.approx(0.9)
    assert found["auroc"] == pytest.approx(0.9)
    assert found["fpr95"] == pytest.approx(0.1)
    assert found["ece"] == pytest.approx(0.45, abs=0.05)


@given(st.integers(1, 200), st.integers(1, 200), st.floats(0.01, 0.9))
def test_thinned_rows_have_the_share_that_was_asked_for(inside: int, outside: int, prior: float):
    marks = np.array([True] * inside + [False] * outside)
    rows = next(iter(table.thinnings(marks, prior)))
    kept_inside, kept_outside = int(marks[rows].sum()), int((~marks[rows]).sum())
    assert kept_inside == inside or kept_outside == outside
    assert abs(kept_outside - prior / (1 - prior) * kept_inside) <= max(1.0, prior / (1 - prior))


def run_of(harmonic: float, **others: float) -> dict:
    return {**dict.fromkeys(table.COLUMNS, 0.5), "harmonic": harmonic, "variant": "v", **others}


def test_seeds_are_averaged_and_keep_their_range():
    found = table.averaged([run_of(0.8), run_of(0.9)])
    assert found["harmonic"] == pytest.approx(0.85)
    assert found["harmonic_range"] == [0.8, 0.9]
    assert found["seeds"] == 2


def test_every_figure_in_which_the_peer_is_better_is_named():
    ours = table.averaged([run_of(0.9, accuracy=0.4, fit_s=3.0)])
    found = {"size": "few", "nescio": ours, "peer": table.averaged([run_of(0.8)])}
    told = table.compared(found)
    assert "accuracy -10.0" in told
    assert "harmonic mean +10.0" in told
    assert told.endswith("semantic-router is better in: accuracy, fit s.")
    found["peer"] = ours
    assert "better in no figure" in table.compared(found)


def test_the_page_keeps_what_surrounds_the_tables():
    systems = {system: table.averaged([run_of(0.9)]) for system in table.SYSTEMS}
    line = {"sets": {"a set": {"size": "2 rows", **systems}}}
    page = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    once = table.written(page, line)
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "old" not in once
    assert "| nescio | .500 |" in once
    assert table.written(once, line) == once


def test_what_was_measured_is_not_measured_again_until_its_key_changes(tmp_path: Path):
    out = tmp_path / "said.json"
    script = (
        "import pathlib, sys; p = pathlib.Path(sys.argv[1]); n = int(p.read_text()) if p.exists() else 0;"
        "p.write_text(str(n + 1))"
    )
    command = [run.sys.executable, "-c", script]
    assert [run.kept(out, key, command) for key in ("a", "a", "b", "b")] == [1, 1, 2, 2]


def test_the_tables_in_the_docs_are_those_of_the_last_measurement():
    lines = (ROOT / "benchmarks" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    page = run.PAGE.read_text(encoding="utf-8")
    assert table.written(page, run.last_line(lines)) == page


def test_the_peer_is_pinned_and_no_dependency():
    pinned = (run.HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert run.PEER.replace(" ", "==") in pinned
    assert all("==" in line for line in pinned if not line.startswith("#"))
    assert "semantic-router" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_sets_are_told_apart_by_folder(tmp_path: Path):
    folders = [folder for seeds in run.Bench(tmp_path, tmp_path, tmp_path).sets().values() for folder, _ in seeds]
    assert len(set(folders)) == len(folders) == 9


def test_readme_tells_what_was_measured_last():
    sets = run.last_line(run.RESULTS.read_text(encoding="utf-8").splitlines())["sets"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, found in sets.items():
        told = [table.shown(found[system]["harmonic"], 3) for system in ("nescio", "peer", "linear")]
        assert f"| {name} | {' | '.join(told)} |" in readme
