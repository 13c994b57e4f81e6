import json
import math
import random
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nescio.errors import ArtefactError, DataError, InvalidRequest
from nescio.metrics import auroc
from nescio_indexes.fitted import FittedRouter
from nescio_indexes.fitting import FitOptions, fit_router
from nescio_indexes.rows import Row, assign_folds, fold_groups, prepare, read_rows, twin_groups
from nescio_indexes.scoring import FEATURES_VERSION
from nescio_indexes.threshold import Wish
from tests.indexes.bag import TOPICS, BagOfWords, rows_of


def fit(rows, dev=(), **options):
    return fit_router(rows, BagOfWords(), FitOptions(**options), dev=dev)


def decisions(fitted, texts):
    vectors = BagOfWords().encode(texts)
    raw = fitted.model.scores(vectors)
    scope = fitted.calibration.scope(raw.scope, known=raw.known, foreign=np.zeros(len(texts), np.bool_))
    return raw.routes.argmax(axis=1), scope, fitted.calibration.routes(raw.routes)


QUERIES = ["apple and melon please", "iron or zinc please", "some violin", "stapler candle wrench", ""]


@pytest.fixture(scope="module")
def fitted():
    return fit(rows_of())


def test_router_learns_what_its_rows_say(fitted):
    top, scope, routes = decisions(fitted, QUERIES)
    assert [fitted.model.labels[i] for i in top[:3]] == ["fruit", "metal", "music"]
    assert scope[:3].min() > scope[3] > scope[4] == 0.0
    assert np.allclose(routes.sum(axis=1), 1.0)
    report = fitted.report
    assert (report.rows, report.outside, report.pseudo) == (42, 14, False)
    assert report.accuracy > 0.9
    assert report.auroc > 0.9
    assert report.harmonic > 0.8
    assert fitted.rule.name == "harmonic"


@settings(max_examples=4)
@given(st.integers(0, 1000))
def test_exemplar_order_changes_no_decision(fitted, seed):
    rows = rows_of()
    random.Random(seed).shuffle(rows)
    again = fit(rows)
    assert again.data == fitted.data
    assert again.rule == fitted.rule
    for old, new in zip(decisions(fitted, QUERIES), decisions(again, QUERIES), strict=True):
        assert np.array_equal(old, new)


def test_repetitions_change_nothing(fitted):
    rows = rows_of()
    again = fit([*rows, *rows, Row(rows[0].text.upper() + "!!", rows[0].label)])
    assert again.rule.threshold == pytest.approx(fitted.rule.threshold, abs=1e-6)
    assert again.report.rows == fitted.report.rows


def test_saved_router_decides_as_before(fitted, tmp_path):
    fitted.save(tmp_path)
    again = FittedRouter.load(tmp_path, fitted.encoder)
    assert again.rule == fitted.rule
    assert json.dumps(again.facts()) == json.dumps(fitted.facts())
    for old, new in zip(decisions(fitted, QUERIES), decisions(again, QUERIES), strict=True):
        assert np.array_equal(old, new)
    assert not list(tmp_path.rglob("*.pkl"))


def test_router_of_another_encoder_or_of_other_features_is_refused(fitted, tmp_path):
    folder = fitted.save(tmp_path)
    with pytest.raises(ArtefactError, match="made with encoder bag:96"):
        FittedRouter.load(tmp_path, "other:96")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["facts"]["routing_features_version"] = 99
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtefactError, match="routing features"):
        FittedRouter.load(tmp_path, fitted.encoder)
    manifest["facts"] = {"encoder": fitted.encoder, "routing_features_version": FEATURES_VERSION}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtefactError, match="lacks"):
        FittedRouter.load(tmp_path, fitted.encoder)


def test_without_outside_rows_held_out_labels_stand_in():
    inside = [row for row in rows_of() if row.label]
    fitted = fit(inside)
    _, scope, _ = decisions(fitted, QUERIES)
    assert fitted.rule.name == "keep"
    assert fitted.report.pseudo
    assert scope[:3].min() > scope[3]
    assert fitted.calibration.oos_prior == 0.01


class Clouds:
    """A test double: "kind 3 number 7" is a point in the third of many clouds."""

    name, dims, fingerprint, words = "clouds", 48, "clouds", MappingProxyType({})

    def encode(self, texts, progress=None):
        points = [self._point(*(int(word) for word in text.split() if word.isdigit())) for text in texts]
        return np.array(points, np.float32).reshape(-1, self.dims)

    def _point(self, kind, number):
        centre = np.random.default_rng([kind]).standard_normal(self.dims)
        point = centre + 1.6 * np.random.default_rng([kind, number]).standard_normal(self.dims)
        return point / np.linalg.norm(point)


@pytest.mark.parametrize(("labels", "exemplars", "least"), [(20, 8, 0.9), (30, 20, 0.93)])
def test_without_outside_rows_kinds_that_no_label_covers_look_out_of_scope(labels, exemplars, least):
    rows = [Row(f"kind {k} number {i}", f"label {k}") for k in range(labels) for i in range(exemplars)]
    fitted = fit_router(rows, Clouds())
    queries = [f"kind {k} number {i}" for k in range(2 * labels) for i in range(100, 110)]
    raw = fitted.model.scores(Clouds().encode(queries))
    scope = fitted.calibration.scope(raw.scope, known=raw.known, foreign=np.zeros(len(queries), np.bool_))
    inside = np.arange(len(queries)) < len(queries) // 2
    assert auroc(scope, inside) > least
    assert 0.92 < (scope[inside] > fitted.rule.threshold).mean() < 1.0


def test_weights_learnt_from_stand_ins_only_rise():
    rows = [Row(f"kind {k} number {i}", f"label {k}") for k in range(20) for i in range(5)]
    fitted = fit_router(rows, Clouds())
    assert fitted.calibration.weights.min() >= 0.0
    assert fitted.calibration.weights.max() > 0.0


def test_outside_dev_rows_stand_for_themselves():
    inside = [row for row in rows_of() if row.label]
    dev = [Row(f"gravel envelope {i}", None) for i in range(4)]
    fitted = fit(inside, dev=dev)
    assert not fitted.report.pseudo
    assert fitted.calibration.oos_prior == pytest.approx(4 / fitted.report.measured)


def test_one_exemplar_a_label_beside_outside_rows_assumes_the_share_of_the_data():
    rows = [Row(f"kind {k} number 0", f"label {k}") for k in range(4)]
    fitted = fit_router([*rows, Row("kind 9 number 1", None)], Clouds())
    assert fitted.calibration.oos_prior == pytest.approx(0.2)


def test_one_exemplar_a_label_and_dev_rows_still_fit():
    rows = [Row(f"kind {k} number 0", f"label {k}") for k in range(4)]
    dev = [Row(f"kind {k} number {i}", f"label {k}") for k in range(4) for i in range(1, 4)]
    fitted = fit_router(rows, Clouds(), dev=dev)
    assert fitted.report.measured == 12
    assert fitted.rule.name == "keep"


def test_prior_moves_scope_and_nothing_else(fitted):
    wary = fit(rows_of(), oos_prior=0.9)
    (top, scope, routes), (top2, scope2, routes2) = decisions(fitted, QUERIES), decisions(wary, QUERIES)
    assert np.array_equal(top, top2)
    assert np.allclose(routes, routes2)
    assert (scope2[:4] < scope[:4]).all()
    assert wary.calibration.oos_prior == 0.9


def test_dev_rows_join_the_calibration_only(fitted):
    dev = [Row("banana and pear and plum", "fruit"), Row("gravel envelope", None), Row("mystery", "unheard label")]
    more = fit(rows_of(), dev=[*dev, rows_of()[0]])
    assert more.report.measured == fitted.report.measured + 3
    assert more.report.rows == fitted.report.rows
    assert len(more.model.inside) == len(fitted.model.inside)


def test_dev_rows_are_read_like_served_queries():
    class Knowing(BagOfWords):
        words: Mapping[str, int] = MappingProxyType({"about": 1, "please": 2})

    def calibrated(text):
        return fit_router(rows_of(6, 6), Knowing(), dev=[Row(text, "fruit")]).calibration.to_json()

    right = calibrated("banana and cherry")
    assert calibrated("Hello, bananna and chrery, plaese!") == right
    assert calibrated("violin and cherry") != right


@pytest.mark.parametrize("wish", [Wish(target=0.8), Wish(max_risk=0.3), Wish(oos_recall=0.9)])
def test_wishes_set_the_rule(wish):
    fitted = fit(rows_of(), wish=wish)
    assert fitted.rule.value in (0.8, 0.3, 0.9)
    assert fitted.rule.cut == ("scope" if wish.oos_recall else "p")


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([], DataError),
        ([Row("only one", "a")], DataError),
        ([Row("nothing in scope", None), Row("at all", None)], DataError),
        ([Row("", "a"), Row("  ", "b")], DataError),
        ([Row("twice", "a"), Row("Twice!", "a")], DataError),
    ],
)
def test_too_few_rows_are_a_clear_error(rows, error):
    with pytest.raises(error, match="too few"):
        fit(rows)


def test_prior_out_of_range_is_refused():
    with pytest.raises(InvalidRequest, match="oos-prior"):
        fit(rows_of(), oos_prior=1.0)


def finite(fitted):
    _, scope, routes = decisions(fitted, [*QUERIES, "word " * 300])
    assert ((scope >= 0) & (scope <= 1)).all()
    assert ((routes >= 0) & (routes <= 1)).all()
    assert math.isfinite(fitted.rule.threshold)
    return fitted


def test_one_label_alone_is_a_router_that_knows_its_scope():
    fitted = finite(fit([row for row in rows_of() if row.label in {"fruit", None}]))
    _, scope, routes = decisions(fitted, QUERIES)
    assert routes.shape == (5, 1)
    assert scope[0] > scope[3]


def test_one_label_without_outside_rows_still_prefers_what_is_typical():
    _, scope, _ = decisions(finite(fit([row for row in rows_of() if row.label == "fruit"])), QUERIES)
    assert scope[0] > scope[3]


@pytest.mark.parametrize("names", [("fruit", "metal"), ("metal", "fruit")])
@pytest.mark.parametrize("fast", [False, True])
def test_two_labels_alone_tell_what_is_near_from_what_is_not(names, fast):
    told = dict(zip(("fruit", "metal"), names, strict=True))
    rows = [Row(row.text, told[row.label]) for row in rows_of(outside=0) if row.label in told]
    fitted = finite(fit(rows, fast=fast))
    _, scope, _ = decisions(fitted, ["apple and melon please", "iron or zinc please", "stapler candle wrench"])
    assert fitted.report.auroc > 0.9
    assert [fitted.rule.answers(one, one) for one in scope] == [True, True, False]


def test_of_one_label_alone_no_probability_is_said_to_be_measured():
    fitted = fit([row for row in rows_of() if row.label == "fruit"])
    assert math.isnan(fitted.report.ece)
    assert math.isnan(fitted.report.auroc)


def test_one_exemplar_a_label_leaves_nothing_to_measure_and_still_routes():
    fitted = finite(fit([Row(words, label) for label, words in TOPICS.items()]))
    top, scope, _ = decisions(fitted, QUERIES)
    assert [fitted.model.labels[i] for i in top[:3]] == ["fruit", "metal", "music"]
    assert scope[:3].min() > scope[3]
    assert math.isnan(fitted.report.accuracy)


def test_where_nothing_was_measured_it_answers_at_better_than_even_odds():
    fitted = fit([Row(words, label) for label, words in TOPICS.items()])
    _, scope, _ = decisions(fitted, ["apple pear banana cherry", "iron copper zinc", "violin and piano", "stapler", ""])
    assert fitted.rule.name == "prior"
    assert [fitted.rule.answers(one, one) for one in scope] == [True, True, True, False, False]


def test_a_label_with_one_exemplar_beside_richer_ones_is_found():
    fitted = finite(fit([*rows_of(), Row("quantum entanglement photon", "physics")]))
    top, _, _ = decisions(fitted, ["quantum photon"])
    assert fitted.model.labels[top[0]] == "physics"


def test_contradictory_labels_share_the_probability():
    rows = [Row(row.text, "zinc" if row.label == "metal" else row.label) for row in rows_of()]
    fitted = finite(fit([*rows_of(), *(row for row in rows if row.label == "zinc")]))
    _, _, routes = decisions(fitted, ["iron or zinc please"])
    metal, zinc = (routes[0, fitted.model.labels.index(name)] for name in ("metal", "zinc"))
    assert metal + zinc > 0.8
    assert abs(metal - zinc) < 0.25


def test_five_hundred_labels_fit():
    rows = [Row(f"topic{i} word{i} {extra}", f"label {i}") for i in range(500) for extra in ("now", "then")]
    rows += [row for row in rows_of() if row.label is None]
    fitted = finite(fit(rows))
    top, _, _ = decisions(fitted, ["topic77 word77"])
    assert fitted.model.labels[top[0]] == "label 77"


def test_vectors_that_are_all_zero_do_no_harm():
    class Blind(BagOfWords):
        def encode(self, texts, progress=None):
            return np.zeros((len(texts), self.dims), np.float32)

    fitted = fit_router(rows_of(), Blind())
    raw = fitted.model.scores(np.zeros((2, 96), np.float32))
    assert not fitted.calibration.scope(raw.scope, known=raw.known, foreign=np.zeros(2, np.bool_)).any()


@given(st.lists(st.integers(-1, 3), min_size=1, max_size=40), st.integers(2, 6))
def test_folds_keep_twins_together_and_labels_spread(labels, folds):
    groups = np.arange(len(labels)) // 2
    found = assign_folds(np.array(labels), groups, folds)
    assert all(len(set(found[groups == group])) == 1 for group in groups)
    sizes = np.bincount(assign_folds(np.zeros(30, int), np.arange(30), folds), minlength=folds)
    assert sizes.max() - sizes.min() <= 1


def test_prepared_rows_are_sorted_clipped_and_unique():
    rows = prepare(
        [Row("B b", "x"), Row("a", "y"), Row("b  B", "x"), Row("b b", "z"), Row("", "x"), Row("q" * 9999, "x")]
    )
    assert [(row.text[:3], row.label) for row in rows] == [("a", "y"), ("B b", "x"), ("b b", "z"), ("qqq", "x")]
    assert twin_groups(rows).tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        (f'{{"text": {"9" * 5000}}}', "not JSON"),
        ("[]", "text is missing"),
        ('{"text": "a"}', "label is missing"),
        ('{"text": 3, "label": "a"}', "text is missing"),
        ('{"text": "a", "label": 3}', "non-empty string or null"),
        ('{"text": "a", "label": " "}', "non-empty string or null"),
        (f'{{"text": "a", "label": "{"x" * 201}"}}', "200 are the most"),
    ],
)
def test_broken_rows_are_named_by_line(tmp_path, line, message):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "ok", "label": null, "more": 1}\n\n' + line, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        read_rows(path)
    assert ":3" in caught.value.message


def test_files_that_cannot_be_read_are_a_clear_error(tmp_path):
    with pytest.raises(DataError, match="cannot read"):
        read_rows(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"text": "\xe9", "label": "a"}')
    with pytest.raises(DataError, match="not UTF-8"):
        read_rows(tmp_path / "latin.jsonl")


def test_rows_that_hardly_differ_share_a_group_unless_a_whole_label_does():
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((6, 32))
    vectors = np.concatenate([centre + 0.05 * rng.standard_normal((3, 32)) for centre in centres] * 2)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    rows = [Row(f"text {i}", "a" if i < 18 else "b") for i in range(36)]
    targets = np.array([0] * 18 + [1] * 18)
    groups = fold_groups(rows, vectors, targets, folds=5)
    assert len(set(groups[:18])) == 6
    assert not set(groups[:18]) & set(groups[18:])
    alike = np.ones((36, 32), np.float32) / np.float32(np.sqrt(32))
    assert len(set(fold_groups(rows, alike, targets, folds=5))) == 36
    assert fold_groups([Row("A b!", "a"), Row("a B", "b")], alike[:2], np.array([0, 1]), 5).tolist() == [0, 0]


def test_out_of_scope_rows_share_a_group_by_kind():
    rng = np.random.default_rng(0)
    kinds = np.repeat(np.arange(10), 5)
    vectors = rng.standard_normal((10, 32))[kinds] + 0.05 * rng.standard_normal((50, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    rows = [Row(f"text {i}", None) for i in range(50)]
    groups = fold_groups(rows, vectors, np.full(50, -1), folds=5)
    assert len(set(groups)) == 10
    assert all(len(set(groups[kinds == kind])) == 1 for kind in range(10))
    few = fold_groups(rows[:4], vectors[[0, 5, 10, 10]], np.full(4, -1), folds=5)
    assert len(set(few)) == 3
    assert few[2] == few[3]


def test_fast_fit_has_no_net_and_still_routes():
    quick = fit(rows_of(), fast=True)
    top, scope, _ = decisions(quick, QUERIES)
    assert quick.model.net is None
    assert [quick.model.labels[i] for i in top[:3]] == ["fruit", "metal", "music"]
    assert scope[:3].min() > scope[3]


def test_net_joins_where_labels_have_rows_enough_and_is_saved(tmp_path):
    rows = [Row(f"{row.text} number {i}", row.label) for row in rows_of() for i in range(3)]
    fitted = fit(rows)
    assert fitted.model.net is not None
    fitted.save(tmp_path)
    again = FittedRouter.load(tmp_path, fitted.encoder)
    assert again.model.fusion == fitted.model.fusion
    for old, new in zip(decisions(fitted, QUERIES), decisions(again, QUERIES), strict=True):
        assert np.array_equal(old, new)
