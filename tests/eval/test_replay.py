"""Replay on made-up tables whose truth is known, with an encoder of words, and the command as a user calls it."""

import gzip
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from nescio.calibration.model import logistic
from nescio.errors import DataError, InvalidRequest, NescioError
from nescio_eval import commands
from nescio_eval.ceiling import ceiling
from nescio_eval.replay import BEST, COMPETENCE, DOMAIN, ORACLE, RANDOM, WITH_DOMAIN, best_of, replay
from nescio_eval.replay_command import pairs_of, replayed, rounded
from nescio_eval.replay_figures import figures, front
from nescio_eval.replay_report import text as shown
from nescio_eval.replay_table import read_costs, read_table
from nescio_eval.vectors import vectors_of
from tests.indexes.bag import BagOfWords

WORDS = {"fruit": "apple pear plum cherry", "metal": "iron copper zinc nickel", "music": "violin drum flute harp"}


def rows(n=240, seed=0):
    """Model `a` knows fruit and metal, `b` music; `c` knows little of either."""
    rng = np.random.default_rng(seed)
    for i in range(n):
        domain = list(WORDS)[i % 3]
        words = rng.choice(WORDS[domain].split(), 2)
        chance = {"a": 0.15 if domain == "music" else 0.9, "b": 0.9 if domain == "music" else 0.3, "c": 0.2}
        outcomes = {name: int(rng.random() < p) for name, p in chance.items()}
        if i % 20 == 0:
            outcomes["a"] = None
        yield {"question": f"{' '.join(words)} {i}", "domain": domain, "outcomes": outcomes}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    found = tmp_path_factory.mktemp("replay") / "made_up.jsonl.gz"
    found.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows()).encode()))
    return found


@pytest.fixture(scope="module")
def table(path):
    return read_table(path)


def quiet(done, total):
    pass


@pytest.fixture(scope="module")
def run(table):
    vectors = {"question": BagOfWords().encode(table.questions)}
    return replay(table, vectors, folds=3, progress=quiet)


@pytest.fixture(scope="module")
def report(run):
    return figures(run, costs=np.array([5.0, 1.0, 0.1]), pairs=[("a", "c")])


def test_routing_by_text_finds_who_knows_what(run):
    right = {name: one.right.mean() for name, one in run.strategies.items()}
    assert list(right) == [RANDOM, BEST, DOMAIN, COMPETENCE, WITH_DOMAIN, ORACLE]
    assert right[RANDOM] < right[BEST] < right[COMPETENCE] <= right[ORACLE]
    assert right[COMPETENCE] > right[BEST] + 0.1
    assert right[COMPETENCE] > right[DOMAIN] - 0.06


def test_a_model_without_an_outcome_is_never_chosen(run):
    for one in run.strategies.values():
        chosen = one.choice >= 0
        assert not np.isnan(run.table.right[np.flatnonzero(chosen), one.choice[chosen]]).any()
    assert best_of(np.array([[0.9, 0.1]]), np.array([[np.nan, 0.0]])).tolist() == [1]


def test_gate_behind_a_strategy_is_calibrated(report):
    one = report["strategies"][COMPETENCE]
    assert one["ece"] < 0.1
    assert one["s@0.75"] > 2 * one["accuracy"] / 1 - 3 * (1 - one["accuracy"]) - 1
    assert "s@0.75" not in report["strategies"][ORACLE]


def test_same_seed_gives_the_same_replay(table, run):
    vectors = {"question": BagOfWords().encode(table.questions)}
    again = replay(table, vectors, folds=3, progress=quiet, with_domain=False)
    assert (again.strategies[COMPETENCE].choice == run.strategies[COMPETENCE].choice).all()
    assert WITH_DOMAIN not in again.strategies


def test_figures_compare_in_pairs_and_with_the_gap(report):
    gain = next(one for one in report["differences"] if (one["first"], one["second"]) == (COMPETENCE, BEST))
    assert gain["interval"][0] > 0
    assert 0 < report["gap"][COMPETENCE]["oracle"] <= 1
    apgr = report["pairs"][0]["apgr"]
    assert apgr["competence"]["apgr"] > 0.6 > apgr["characters"]["apgr"]
    assert "gain over characters" in apgr["competence"]
    json.dumps(rounded(report), allow_nan=False)


def test_front_rises_in_cost_and_in_accuracy(report):
    points = report["front"]
    assert [p["cost"] for p in points] == sorted(p["cost"] for p in points)
    assert [p["accuracy"] for p in points] == sorted(p["accuracy"] for p in points)
    dearest = front(np.array([[0.9, 0.8]]), np.array([[1.0, 0.0]]), np.array([1.0, 0.0]))
    assert dearest[0]["cost"] == 0.0
    assert dearest[-1]["accuracy"] == 1.0


def test_report_is_readable_text(report):
    told = shown(report, 100)
    for piece in (
        "made_up: 240 rows, 3 models",
        "competence against best single",
        "APGR, a (strong) and c (weak)",
        "λ",
    ):
        assert piece in told


def test_ceiling_comes_near_what_routing_by_the_true_p_reaches():
    rng = np.random.default_rng(0)
    theta, load = rng.normal(size=(1500, 2)), rng.normal(size=(12, 2)) * 1.2
    true = logistic(theta @ load.T + rng.normal(size=12) * 0.5)
    outcomes = (rng.random(true.shape) < true).astype(float)
    outcomes[rng.random(true.shape) < 0.02] = np.nan
    found = ceiling(outcomes)
    reachable = true.max(axis=1).mean()
    assert found.accuracy == pytest.approx(reachable, abs=0.02)
    assert found.observed_oracle > reachable + 0.03
    assert found.simulated_oracle == pytest.approx(found.observed_oracle, abs=0.01)
    assert ceiling(outcomes[:, :3]) is None


def test_vectors_are_made_once(tmp_path, monkeypatch):
    encoder, told = BagOfWords(), []
    first = vectors_of(["apple", "iron", "apple"], encoder, tmp_path, lambda *done: told.append(done))
    monkeypatch.setattr(encoder, "encode", None, raising=False)
    again = vectors_of(["iron", "apple"], encoder, tmp_path, quiet)
    assert (again == first[[1, 0]]).all()
    assert told == [(2, 2)]
    assert not any(b"apple" in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"question": 1, "outcomes": {}}', '{"outcomes": {"a": 1}}', '{"question": "q", "outcomes": {"a": 2}}'],
)
def test_a_broken_row_is_named(tmp_path, line):
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(next(rows(1))) + "\n" + line + "\n")
    with pytest.raises(DataError, match=r"t\.jsonl:2"):
        read_table(path)


def test_tables_that_hold_nothing_to_compare_are_errors(tmp_path):
    path = tmp_path / "t.jsonl"
    for content in (b"", b"\x1f\x8bbroken", b"\xff\xfe", (json.dumps(next(rows(1))) + "\n").encode()):
        path.write_bytes(content)
        with pytest.raises(DataError):
            read_table(path)
    with pytest.raises(DataError):
        read_table(tmp_path / "nowhere")


def test_costs_must_be_there_and_be_numbers(tmp_path):
    path = tmp_path / "cost.json"
    path.write_text('{"a": 1, "b": 2.5}')
    assert read_costs(path, ("b", "a")).tolist() == [2.5, 1.0]
    for content in ('{"a": 1}', '{"a": 1, "b": -1}', '{"a": 1, "b": "x"}', "["):
        path.write_text(content)
        with pytest.raises(DataError):
            read_costs(path, ("b", "a"))


def test_pairs_and_folds_that_cannot_be_are_errors(table, tmp_path):
    assert pairs_of(["a,c"], table) == [("a", "c")]
    assert pairs_of([], table) == []
    for wrong in ("a", "a,a", "a,z", "a,b,c"):
        with pytest.raises(InvalidRequest):
            pairs_of([wrong], table)
    with pytest.raises(InvalidRequest):
        replayed(table, BagOfWords(), tmp_path, 121, 0, "auto", True, None, [])
    with pytest.raises(InvalidRequest):
        replayed(table, BagOfWords(), tmp_path, 3, 0, "all", True, None, [])


def test_the_command_replays_a_table(path, with_models, tmp_path):
    cost = tmp_path / "cost.json"
    cost.write_text('{"a": 5, "b": 1, "c": 0.1}')
    arguments = ["replay", str(path), "--folds", "2", "--limit", "90", "--no-domain", "--cost", str(cost), "--json"]
    ran = CliRunner().invoke(commands.app, arguments, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert found["rows"] == 90
    assert found["front"]
    assert "fold 2 of 2" in ran.stderr
    with pytest.raises(NescioError):
        CliRunner().invoke(commands.app, ["replay", str(tmp_path / "no")], catch_exceptions=False)
