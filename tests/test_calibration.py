import dataclasses
import json
import math
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio import metrics
from nescio.calibration import (
    Calibration,
    GradedRow,
    Pool,
    Problem,
    fingerprint,
    fit_calibration,
    load_calibration,
    read_calibration,
    read_pool,
    read_sample,
    row,
    save_calibration,
)
from nescio.calibration.fingerprint import Fingerprint, canonical
from nescio.calibration.model import Line, Stage, logistic
from nescio.calibration.rows import table
from nescio.errors import ArtefactError
from nescio.evidence import route_logit
from nescio.types import Card

NAMES = ("a", "b")


def population(n, seed=0, intercept=0.3, slope=1.5):
    """Rows whose true P(right) is known: logistic in two features and the route."""
    rng = np.random.default_rng(seed)
    a, b, p_route = rng.normal(size=n), rng.uniform(size=n), rng.uniform(0.5, 1, size=n)
    logits = intercept + slope * a + 2 * (b - 0.5) + 0.3 * np.array([route_logit(p) for p in p_route])
    true = logistic(logits)
    right = rng.uniform(size=n) < true
    rows = [
        GradedRow(f"{seed}-{i}", bool(right[i]), float(p_route[i]), {"a": float(a[i]), "b": float(b[i])})
        for i in range(n)
    ]
    return rows, true


def ps(calibration, rows):
    return np.array([calibration.p(one.features, one.p_route) for one in rows])


def rights(rows):
    return np.array([bool(one.right) for one in rows])


@pytest.fixture(scope="module")
def fitted():
    return fit_calibration("double", NAMES, population(400, seed=1)[0])


def test_p_is_calibrated_on_rows_that_no_fit_has_seen(fitted):
    rows, true = population(4000, seed=2)
    p = ps(fitted.calibration, rows)
    assert metrics.ece(p, rights(rows), debiased=True) < 0.03
    assert np.abs(p - true).mean() < 0.04
    assert metrics.auroc(p, rights(rows)) > metrics.auroc(true, rights(rows)) - 0.01


def test_reported_figures_are_out_of_fold_and_near_the_truth(fitted):
    report = fitted.report["fit"]
    rows, true = population(20_000, seed=3)
    assert report["auroc"] == pytest.approx(metrics.auroc(true, rights(rows)), abs=0.06)
    assert report["brier"] == pytest.approx(metrics.brier(true, rights(rows)), abs=0.03)
    assert report["graded"] == 400
    assert 0 < report["at_target"]["0.9"]["coverage"] < report["at_target"]["0.5"]["coverage"] < 1


def test_answering_above_t_scores_above_nothing_on_fresh_rows(fitted):
    rows, _ = population(4000, seed=4)
    p = ps(fitted.calibration, rows)
    for target in (0.5, 0.75, 0.9):
        outcomes = metrics.outcomes_at(p, rights(rows), target)
        assert metrics.score_at_target(outcomes, target) > 0
        assert metrics.selective_risk(outcomes) < 1 - target


def test_out_of_fold_p_differs_from_the_fitted_one():
    rows, _ = population(60, seed=5)
    found = fit_calibration("double", NAMES, rows)
    assert not np.allclose(found.p, ps(found.calibration, rows))


finite = st.floats(-1e6, 1e6)
probability = st.floats(0, 1)


@given(finite, finite, probability)
def test_p_is_a_probability_within_what_the_rows_support(fitted, a, b, p_route):
    p = fitted.calibration.p({"a": a, "b": b}, p_route)
    assert 0 < 1 / 402 <= p <= 401 / 402 < 1


@given(finite, finite, finite, probability)
def test_order_in_a_helpful_feature_is_kept(fitted, one, two, b, p_route):
    low, high = sorted((one, two))
    p = [fitted.calibration.p({"a": a, "b": b}, p_route) for a in (low, high)]
    assert p[0] <= p[1] + 1e-12


@given(probability, probability, st.floats(0, 0.999), st.floats(0, 0.999))
def test_worth_never_rises_with_the_target_and_never_falls_with_the_route(fitted, one, two, t_one, t_two):
    low, high = sorted((one, two))
    t_low, t_high = sorted((t_one, t_two))
    worth = fitted.calibration.worth
    assert worth(low, t_low) <= worth(high, t_low) + 1e-12
    assert worth(low, t_high) <= worth(low, t_low) + 1e-12
    assert 0 <= worth(low, t_low) <= low + 1e-12


def test_worth_is_the_share_of_answers_that_pass(fitted):
    rows, _ = population(4000, seed=6)
    share = np.mean(ps(fitted.calibration, rows) > 0.75)
    assert fitted.calibration.worth(1.0, 0.75) == pytest.approx(share, abs=0.06)
    assert fitted.calibration.worth(math.nan, 0.75) == 0


def test_abstaining_rows_make_asking_worth_less():
    rows, _ = population(200, seed=7)
    abstained = [GradedRow(f"x{i}", None, 0.9) for i in range(200)]
    plain = fit_calibration("double", NAMES, rows).calibration
    shy = fit_calibration("double", NAMES, rows + abstained).calibration
    assert shy.worth(1.0, 0.5) == pytest.approx(plain.worth(1.0, 0.5) / 2, rel=0.03)
    assert shy.p({"a": 1.0, "b": 0.5}, 0.9) == plain.p({"a": 1.0, "b": 0.5}, 0.9)


@pytest.mark.parametrize("features", [{}, {"a": 1.0}, {"a": math.nan, "b": 1.0}, {"a": math.inf, "b": 1.0}])
def test_missing_or_unknown_feature_makes_p_unknown(fitted, features):
    assert math.isnan(fitted.calibration.p(features, 0.9))


def test_unknown_route_makes_p_unknown(fitted):
    assert math.isnan(fitted.calibration.p({"a": 0.0, "b": 0.5}, math.nan))


def test_expert_that_was_always_right_stays_below_one():
    rows = [dataclasses.replace(one, right=True) for one in population(200, seed=8)[0]]
    found = fit_calibration("double", NAMES, rows).calibration
    p = ps(found, rows)
    assert p.max() <= 201 / 202
    assert p.min() > 0.98


def test_expert_that_was_always_wrong_is_never_trusted():
    rows = [dataclasses.replace(one, right=False) for one in population(40, seed=9)[0]]
    found = fit_calibration("double", NAMES, rows).calibration
    assert 0 < ps(found, rows).max() < 0.1


def test_separable_evidence_is_not_believed_beyond_the_rows():
    rows = [GradedRow(f"k{i}", i >= 20, 0.9, {"a": float(i >= 20), "b": 0.0}) for i in range(60)]
    found = fit_calibration("double", NAMES, rows).calibration
    assert found.p({"a": 1e9, "b": 0.0}, 0.9) == found.p({"a": 1.0, "b": 0.0}, 0.9) <= 61 / 62
    assert found.p({"a": 0.0, "b": 0.0}, 0.9) < 0.2


def test_duplicates_count_once_and_conflicts_are_reported():
    rows, _ = population(60, seed=10)
    twice = fit_calibration("double", NAMES, rows + rows)
    once = fit_calibration("double", NAMES, rows)
    assert twice.calibration == once.calibration
    assert twice.report["duplicates"] == 60
    conflicting = [*rows, dataclasses.replace(rows[0], right=not rows[0].right)]
    assert fit_calibration("double", NAMES, conflicting).report["conflicts"] == 1


def test_order_of_rows_does_not_matter():
    rows, _ = population(80, seed=11)
    one = fit_calibration("double", NAMES, rows).calibration
    two = fit_calibration("double", NAMES, rows[::-1]).calibration
    probe = {"a": 0.4, "b": 0.6}
    assert one.p(probe, 0.8) == pytest.approx(two.p(probe, 0.8), abs=1e-6)


def test_rows_of_role_test_are_reported_and_never_fitted():
    rows, _ = population(100, seed=12)
    held = [dataclasses.replace(one, role="test") for one in population(50, seed=13)[0]]
    wrong = [dataclasses.replace(one, right=not one.right) for one in held]
    one, two = (fit_calibration("double", NAMES, rows + extra) for extra in (held, wrong))
    assert one.calibration == two.calibration
    assert one.report["test"]["graded"] == 50
    assert one.report["test"]["auroc"] == pytest.approx(1 - two.report["test"]["auroc"])


def test_copies_in_one_cluster_are_never_on_both_sides_of_a_fold():
    """Thirty copies of a lucky guess look like knowledge unless the fold leaves all of them out."""
    rng = np.random.default_rng(0)
    rows = []
    for cluster in range(12):
        value, right = float(rng.normal()), bool(rng.uniform() < 0.5)
        rows += [
            GradedRow(f"{cluster}-{i}", right, 0.9, {"a": value, "b": 0.0}, cluster=str(cluster)) for i in range(10)
        ]
    found = fit_calibration("double", NAMES, rows)
    assert found.report["fit"]["auroc"] < 0.8


@pytest.mark.parametrize("rows", [[], [GradedRow("k", None, 0.9)], [GradedRow("k", True, 0.9, {"a": 1.0})]])
def test_without_a_graded_complete_row_there_is_no_calibration(rows):
    assert fit_calibration("double", NAMES, rows) is None


def pool_of(rows, names=NAMES):
    return Pool(names, table(rows, names))


def test_few_rows_give_a_pooled_calibration_that_borrows_the_slope():
    pool = [pool_of(population(300, seed=14)[0])]
    few, _ = population(12, seed=15)
    found = fit_calibration("new", NAMES, few, pool)
    assert found.calibration.status == "pooled"
    rows, true = population(3000, seed=16)
    p = ps(found.calibration, rows)
    assert metrics.auroc(p, rights(rows)) > metrics.auroc(true, rights(rows)) - 0.02
    assert p.max() <= 13 / 14


def test_pooled_calibration_moves_towards_the_experts_own_grades():
    pool = [pool_of(population(300, seed=17)[0])]
    few, _ = population(20, seed=18)
    probe = {"a": 0.0, "b": 0.5}
    p = [
        fit_calibration("new", NAMES, [dataclasses.replace(one, right=right) for one in few], pool).calibration.p(
            probe, 0.8
        )
        for right in (False, True)
    ]
    neutral = fit_calibration("old", NAMES, population(300, seed=17)[0]).calibration.p(probe, 0.8)
    assert p[0] < neutral < p[1]


def test_experts_with_other_features_lend_only_the_route():
    pool = [pool_of(population(300, seed=19)[0])]
    few = [GradedRow(f"k{i}", i % 4 > 0, 0.5 + i / 40, {"z": float(i)}) for i in range(16)]
    found = fit_calibration("new", ("z",), few, pool)
    assert found.calibration.status == "pooled"
    assert found.calibration.line.weights[0] == 0
    assert found.calibration.p({"z": 99.0}, 0.9) >= found.calibration.p({"z": -99.0}, 0.6)
    assert "routes" in found.report["source"]


def test_first_expert_of_all_with_few_rows_starts_from_even_odds():
    few = [GradedRow(f"k{i}", True, 0.9, {"a": 0.0, "b": 0.0}) for i in range(10)]
    found = fit_calibration("new", NAMES, few).calibration
    assert found.status == "pooled"
    assert 0.75 < found.p({"a": 0.0, "b": 0.0}, 0.9) < 11 / 12


@pytest.mark.parametrize("kind", ["beta", "isotonic"])
def test_a_stage_is_chosen_where_the_line_does_not_fit(kind):
    rng = np.random.default_rng(20)
    x = rng.uniform(-3, 3, 1500)
    true = np.where(x > 1, 0.95, np.where(x > -1, 0.5, 0.45)) if kind == "isotonic" else logistic(0.3 * x + 2 * (x > 0))
    rows = [GradedRow(f"k{i}", bool(rng.uniform() < true[i]), 0.9, {"a": float(x[i])}) for i in range(x.size)]
    found = fit_calibration("double", ("a",), rows).calibration
    assert found.stage.kind != "none"
    p = ps(found, rows)
    assert np.abs(p - true).mean() < 0.07


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=20), st.floats(0, 5), st.floats(0, 5), st.floats(-5, 5))
def test_stages_keep_order_and_stay_probabilities(logits, a, b, c):
    logits = np.sort(np.array(logits))
    knots = Stage("isotonic", (-1.0, 0.0, 2.0), (0.1, 0.1, 0.9))
    for stage in (Stage(), Stage("beta", (a, b, c)), knots):
        p = stage.p(logits)
        assert (np.diff(p) >= -1e-12).all()
        assert ((p >= 0) & (p <= 1)).all()


@pytest.mark.parametrize("strength", [1e-3, 0.1, 10.0])
def test_logistic_regression_agrees_with_scikit_learn(strength):
    from sklearn.linear_model import LogisticRegression

    from nescio.calibration.fit import logistic_regression

    data = table(population(300, seed=21)[0], NAMES)
    weight = np.random.default_rng(0).uniform(0.2, 1, 300)
    theirs = LogisticRegression(C=strength, tol=1e-10, max_iter=10_000).fit(data.x, data.y, weight)
    ours = logistic_regression(data.x, data.y, weight, strength)
    assert ours == pytest.approx([*theirs.coef_[0], theirs.intercept_[0]], abs=1e-4)


def test_row_never_carries_the_question():
    found = row("What is the capital of France?", True, 0.9, {"a": 1.0})
    assert "france" not in repr(found).lower()
    assert found.role in ("fit", "test")
    assert found.key == row("what is  the capital of FRANCE", True, 0.9, {}).key


MARK = Fingerprint({"code": "1", "card": "2"})


def card(folder, **changes):
    values = {
        "name": "double",
        "domain": "d",
        "description": "d",
        "features": NAMES,
        "exemplars": ("x",),
        "folder": folder,
    }
    return Card(**(values | changes))


def test_saved_artefact_gives_the_same_p_and_worth(fitted, tmp_path):
    save_calibration(tmp_path, fitted, "a test", "2026-11-22", MARK)
    loaded = load_calibration([tmp_path / "nowhere", tmp_path], card(tmp_path), MARK)
    assert isinstance(loaded, Calibration)
    for one in population(50, seed=22)[0]:
        assert loaded.p(one.features, one.p_route) == fitted.calibration.p(one.features, one.p_route)
    assert loaded.worth(0.7, 0.75) == fitted.calibration.worth(0.7, 0.75)
    pool = read_pool(tmp_path)
    assert pool.rows.x.shape == (400, 3)
    document = json.loads((tmp_path / "calibration.json").read_text())
    assert document["report"]["fit"]["graded"] == 400


def test_changed_expert_has_no_calibration_and_the_message_says_what_changed(fitted, tmp_path):
    save_calibration(tmp_path, fitted, "a test", "2026-11-22", MARK)
    found = load_calibration([tmp_path], card(tmp_path), Fingerprint({"code": "9", "card": "2"}))
    assert isinstance(found, Problem)
    assert found.changed == ("code",)
    assert "the expert's code" in found.message
    assert "2026-11-22" in found.message
    other = load_calibration([tmp_path], card(tmp_path, features=("b", "a")), MARK)
    assert isinstance(other, Problem)


def test_an_artefact_that_fits_is_found_behind_one_that_does_not(fitted, tmp_path):
    save_calibration(tmp_path / "home", fitted, "old", "2026-01-01", Fingerprint({"code": "0", "card": "2"}))
    save_calibration(tmp_path / "card", fitted, "new", "2026-11-22", MARK)
    found = load_calibration([tmp_path / "home", tmp_path / "card"], card(tmp_path), MARK)
    assert isinstance(found, Calibration)


def test_never_calibrated_is_a_problem_with_a_next_step(tmp_path):
    found = load_calibration([tmp_path], card(tmp_path), MARK)
    assert isinstance(found, Problem)
    assert "not been calibrated" in found.message
    assert found.hint == "nescio calibrate --expert double"


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: "{",
        lambda d: json.dumps([1]),
        lambda d: json.dumps(d | {"format": 2}),
        lambda d: json.dumps({k: v for k, v in d.items() if k != "line"}),
        lambda d: json.dumps(d | {"ceiling": 1.0}),
        lambda d: json.dumps(d | {"status": "best"}),
        lambda d: json.dumps(d | {"features": ["a"]}),
        lambda d: json.dumps(d | {"line": d["line"] | {"intercept": math.nan}}),
    ],
)
def test_damaged_artefact_is_a_clear_error_and_never_used(fitted, tmp_path, damage):
    save_calibration(tmp_path, fitted, "a test", "2026-11-22", MARK)
    path = tmp_path / "calibration.json"
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(ArtefactError):
        read_calibration(tmp_path)
    assert isinstance(load_calibration([tmp_path], card(tmp_path), MARK), Problem)


def test_graded_questions_come_back_out_of_fold_one_a_cluster(fitted, tmp_path):
    save_calibration(tmp_path, fitted, "400 questions of a test", "2026-11-22", MARK)
    sample = load_calibration([tmp_path], card(tmp_path), MARK).sample
    seen = fitted.rows.role == "fit"
    assert len(sample.p) == len(sample.wrong) == np.unique(fitted.rows.cluster[seen]).size
    assert set(sample.p) <= set(fitted.p[seen].tolist())
    assert sum(sample.wrong) == (fitted.rows.y[seen] == 0).sum()
    assert sample.population == f"{len(sample.p)} questions, out of fold, of the 400 questions of a test"


def test_abstentions_count_as_asked_and_answers_without_a_grade_do_not(fitted, tmp_path):
    rows = fitted.rows
    rows.y[:7], rows.x[:3], fitted.p[:7] = math.nan, math.nan, math.nan
    save_calibration(tmp_path, fitted, "a test", "2026-11-22", MARK)
    sample = read_sample(tmp_path, "a test")
    kept = (rows.role == "fit") & ~(np.isnan(rows.y) & ~np.isnan(rows.x).any(axis=1))
    assert len(sample.p) == kept.sum()
    assert np.isnan(sample.p).sum() == (kept[:3]).sum()


def test_a_calibration_whose_rows_are_gone_serves_and_vouches_for_nothing(fitted, tmp_path):
    save_calibration(tmp_path, fitted, "a test", "2026-11-22", MARK)
    (tmp_path / "rows.npz").write_bytes(b"no zip")
    loaded = load_calibration([tmp_path], card(tmp_path), MARK)
    assert loaded.worth(0.7, 0.75) == fitted.calibration.worth(0.7, 0.75)
    assert not loaded.sample.guarantee("max_risk", 0.5).cut.holds


def test_damaged_rows_are_a_clear_error(fitted, tmp_path):
    save_calibration(tmp_path, fitted, "a test", "2026-11-22", MARK)
    (tmp_path / "rows.npz").write_bytes(b"no zip")
    with pytest.raises(ArtefactError):
        read_pool(tmp_path)


CODE = '''
"""Docs."""
def answer(x):
    """More docs."""
    return x + 1  # why
'''


@pytest.fixture
def package(tmp_path):
    """A package with an expert in it and a module that its experts share."""
    folder = tmp_path / "shelf" / "expert"
    folder.mkdir(parents=True)
    for place in (folder.parent, folder):
        (place / "__init__.py").write_text("")
    (folder.parent / "shared.py").write_text("def help(x): return x\n")
    (folder.parent / "unused.py").write_text("y = 1\n")
    (folder / "logic.py").write_text("from shelf.shared import help\n" + CODE)
    return folder


def mark_modules(folder):
    return tuple(sorted(folder.rglob("*.py")))


def mark(folder, encoder="minilm-int8", weights="sha256:1", **changes):
    values = {"model": "general", "modules": mark_modules(folder)}
    return fingerprint(card(folder, **(values | changes)), encoder, weights)


def test_formatting_comments_docstrings_and_exemplars_leave_the_fingerprint(package):
    before = mark(package)
    source = (package / "logic.py").read_text().replace("# why", "# because").replace("More docs.", "Else.")
    (package / "logic.py").write_text("# top\n" + source.replace("x + 1", "(x\n     + 1)"))
    (package.parent / "unused.py").write_text("y = 2\n")
    assert mark(package, exemplars=("other",)).changed(before.parts) == ()
    assert mark(package, encoder="MiniLM-torch").changed(before.parts) == ()


@pytest.mark.parametrize(
    ("file", "old", "new"), [("logic.py", "x + 1", "x + 2"), ("../shared.py", "return x", "return -x")]
)
def test_changed_code_changes_the_fingerprint_shared_code_too(package, file, old, new):
    before = mark(package)
    path = package / file
    path.write_text(path.read_text().replace(old, new))
    assert mark(package).changed(before.parts) == ("code",)


@pytest.mark.parametrize("name", ["names.toml", "tables/names.json"])
def test_changed_data_changes_the_fingerprint_and_its_formatting_does_not(package, name):
    path = package / name
    path.parent.mkdir(exist_ok=True)
    shapes = (
        ("a = 1 # one", "a=1", "a = 2", "a = ") if name.endswith("toml") else ('{"a": 1}', '{"a":1}', '{"a": 2}', "{")
    )
    marks = []
    for text in shapes:
        path.write_text(text)
        marks.append(mark(package))
    first, reformatted, changed, broken = marks
    assert reformatted.changed(first.parts) == ()
    assert changed.changed(first.parts) == broken.changed(first.parts) == broken.changed(changed.parts) == ("code",)


def test_files_beside_the_code_that_are_no_data_leave_the_fingerprint(package):
    before = mark(package)
    (package / "calibration").mkdir()
    for name in ("card.toml", "calibration/calibration.json", "exemplars.jsonl", "questions.jsonl", "notes.md"):
        (package / name).write_text("x = 1")
    assert mark(package).changed(before.parts) == ()


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"features": ("b", "a")}, "card"),
        ({"prompt": "Be brief."}, "code"),
        ({"model": None}, "model"),
    ],
)
def test_changed_card_changes_the_fingerprint(package, changes, part):
    assert part in mark(package, **changes).changed(mark(package).parts)


def test_model_and_encoder_are_part_of_the_fingerprint(package):
    before = mark(package)
    assert mark(package, weights="sha256:2").changed(before.parts) == ("model",)
    assert mark(package, encoder="bge-small").changed(before.parts) == ("encoder",)


def test_what_p_route_means_counts_and_evidence_does_not_depend_on_it(package, monkeypatch):
    before = mark(package)
    monkeypatch.setattr(sys.modules[Fingerprint.__module__], "FEATURES_VERSION", 99)
    after = mark(package)
    assert after.changed(before.parts) == ("routing",)
    assert after.evidence == before.evidence
    assert mark(package, weights="sha256:2").evidence != before.evidence


def test_model_of_an_expert_that_uses_none_does_not_count(package):
    assert (
        mark(package, model=None).parts
        == fingerprint(card(package, modules=mark_modules(package)), "minilm", "other").parts
    )


def test_prompt_samples_and_length_count_for_an_expert_without_code(tmp_path):
    base = card(tmp_path, prompt="Be brief.")
    before = fingerprint(base, "e", "m")
    for changes in ({"prompt": "Be long."}, {"samples": 5}, {"max_tokens": 9}):
        assert fingerprint(dataclasses.replace(base, **changes), "e", "m").changed(before.parts) == ("card",)


def test_place_on_disk_does_not_matter(package, tmp_path):
    import shutil

    shutil.copytree(package.parent, tmp_path / "elsewhere" / "shelf")
    assert mark(tmp_path / "elsewhere" / "shelf" / "expert").changed(mark(package).parts) == ()


def test_source_that_does_not_parse_stands_for_itself():
    assert canonical("def") == "def"
    assert canonical("x=1") == canonical("x  =  1")
    assert canonical("x=1") != canonical("x=1.0")


def test_serving_imports_neither_scikit_learn_nor_scipy():
    import subprocess

    code = """
    import sys
    import nescio.calibration, nescio.evidence, nescio.metrics, nescio.grading
    print([name for name in ("sklearn", "scipy", "torch", "sympy") if name in sys.modules])
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_line_clips_to_the_range_it_has_seen():
    line = Line((0.0,), (1.0,), (-1.0,), (2.0,), (1.0,), 0.5)
    assert line.logit(np.array([[-9.0], [0.0], [9.0]])).tolist() == [-0.5, 0.5, 2.5]


def test_folder_that_cannot_be_written_is_a_clear_error(fitted, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError):
        save_calibration(Path(tmp_path / "file" / "below"), fitted, "a test", "2026-11-22", MARK)


def judged(n=300, seed=30):
    """Rows with p_expert among their features, on which alone P(right) depends; hard ones are abstained from."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(0.0, 2.0, n)
    right = rng.uniform(size=n) < logistic(logit)
    return [
        GradedRow(f"j{i}", None if logit[i] < -2.5 else bool(right[i]), 0.9, {"a": 0.0, "p_expert": float(logit[i])})
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def with_competence():
    return fit_calibration("double", ("a", "p_expert"), judged())


def test_worth_of_asking_knows_the_hard_questions(with_competence):
    calibration = with_competence.calibration
    hard, easy = (calibration.worth(0.9, 0.75, p_expert) for p_expert in (0.05, 0.97))
    assert hard < 0.1 < 0.6 < easy
    assert calibration.worth(0.9, 0.75) == calibration.worth(0.9, 0.75, math.nan)
    assert hard < calibration.worth(0.9, 0.75) < easy


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.99), st.floats(0, 0.99), st.floats(0.001, 0.999))
def test_worth_with_competence_never_rises_with_the_target_nor_falls_with_p_route(
    with_competence, one, two, first, second, p_expert
):
    def worth(p_route, target):
        return with_competence.calibration.worth(p_route, target, p_expert)

    low, high = sorted((one, two))
    t_low, t_high = sorted((first, second))
    assert 0 <= worth(low, t_low) <= worth(high, t_low) + 1e-12
    assert worth(low, t_high) <= worth(low, t_low) + 1e-12


def test_without_a_competence_model_worth_ignores_p_expert(fitted):
    assert fitted.calibration.worth(0.8, 0.75, 0.01) == fitted.calibration.worth(0.8, 0.75)


def test_a_calibration_fits_only_the_competence_model_it_was_fitted_with(with_competence, tmp_path):
    one = card(tmp_path, features=("a",))
    save_calibration(tmp_path, with_competence, "a test", "2026-11-23", MARK, competence="abc")
    loaded = load_calibration([tmp_path], one, MARK, "abc")
    assert isinstance(loaded, Calibration)
    assert loaded.worth(0.9, 0.75, 0.2) == pytest.approx(with_competence.calibration.worth(0.9, 0.75, 0.2), abs=1e-4)
    for other in (None, "def"):
        found = load_calibration([tmp_path], one, MARK, other)
        assert isinstance(found, Problem)
        assert found.changed == ("competence",)
        assert "competence model" in found.message


def test_a_calibration_without_competence_fits_whatever_model_is_there(fitted, tmp_path):
    save_calibration(tmp_path, fitted, "a test", "2026-11-23", MARK)
    assert "competence" not in json.loads((tmp_path / "calibration.json").read_text())
    assert isinstance(load_calibration([tmp_path], card(tmp_path), MARK, "abc"), Calibration)


def test_behind_a_stale_competence_the_shipped_calibration_serves(with_competence, fitted, tmp_path):
    save_calibration(tmp_path / "home", with_competence, "own", "2026-11-23", MARK, competence="abc")
    save_calibration(tmp_path / "card", fitted, "shipped", "2026-11-23", MARK)
    found = load_calibration([tmp_path / "home", tmp_path / "card"], card(tmp_path), MARK, "def")
    assert isinstance(found, Calibration)
    assert found.features == NAMES
