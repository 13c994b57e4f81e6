import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nescio.errors import ArtefactError, DataError, InvalidRequest
from nescio_indexes.described import (
    SHARPNESS,
    Description,
    pooled,
    read_descriptions,
    spelled_out,
    spoken,
)
from nescio_indexes.describing import MEASURED, fit_described
from nescio_indexes.fitted import FittedRouter
from nescio_indexes.fitting import FitOptions
from nescio_indexes.rows import Row
from nescio_indexes.scoring import NEIGHBOURS, Nearby
from nescio_indexes.threshold import Wish
from tests.indexes.bag import TOPICS, BagOfWords, rows_of

DESCRIPTIONS = tuple(Description(label, "", tuple(words.split())) for label, words in TOPICS.items())


def fit(rows=(), descriptions=DESCRIPTIONS, **options):
    return fit_described(descriptions, BagOfWords(), FitOptions(**options), rows=rows)


def judged(fitted, texts):
    raw = fitted.model.scores(BagOfWords().encode(texts))
    scope = fitted.calibration.scope(raw.scope, known=raw.known, foreign=np.zeros(len(texts), np.bool_))
    return [fitted.model.labels[i] for i in raw.routes.argmax(axis=1)], scope, fitted.calibration.routes(raw.routes)


@pytest.fixture(scope="module")
def bare():
    return fit()


def test_names_alone_make_a_router(bare):
    top, scope, routes = judged(bare, ["a ripe banana", "copper", "some violin", "stapler candle wrench", ""])
    assert top[:3] == ["fruit", "metal", "music"]
    assert scope[:3].min() > bare.rule.threshold > scope[3]
    assert scope[4] == 0.0
    assert np.allclose(routes.sum(axis=1), 1.0)


def test_router_without_rows_says_that_its_probabilities_are_a_prior(bare):
    assert bare.extra["calibration"] == {"routes": "prior", "scope": "prior"}
    assert bare.rule.name == "prior"
    assert bare.report.measured == 0
    assert np.isnan(bare.report.accuracy)


def test_calibration_is_fitted_where_rows_can_measure_it():
    few = fit([row for row in rows_of(per_label=14) if row.label is not None])
    assert few.extra["calibration"] == {"routes": "fitted", "scope": "prior"}
    assert few.report.measured >= MEASURED
    both = fit(rows_of(per_label=14, outside=40))
    assert both.extra["calibration"] == {"routes": "fitted", "scope": "fitted"}
    assert both.rule.name == "harmonic"
    assert both.report.auroc > 0.9


LACKING = [row for row in rows_of(per_label=20, outside=0) if row.label != "music"]


def test_queries_of_a_route_without_exemplars_are_not_drawn_away_by_those_that_have_some(monkeypatch):
    mixed = " ".join
    asked = [mixed((own, *others)) for own in ("violin", "drum", "cello") for others in (("please", "about"), ("old",))]
    evened = fit(LACKING)
    monkeypatch.setattr(
        "nescio_indexes.describing.fit_fusion", lambda own, others, targets: (1.1, (0.0,) * len(others))
    )
    plain = fit(LACKING)
    number = evened.model.labels.index("music")
    vectors = BagOfWords().encode(asked)
    gain = evened.model.scores(vectors).routes - plain.model.scores(vectors).routes
    assert gain[:, number].min() > 0.1
    assert np.allclose(np.delete(gain, number, axis=1), 0.0, atol=1e-4)


def test_each_kind_of_route_is_measured_on_rows_that_its_models_have_not_seen():
    extra = fit(LACKING).extra
    assert extra["without_exemplars"] == ["music"]
    assert all(0.5 < value <= 1.0 for value in extra["accuracy"].values())
    names_say_nothing = tuple(Description(label, "", (f"x{i}",)) for i, label in enumerate(TOPICS))
    blind = fit(LACKING, names_say_nothing).extra["accuracy"]
    assert blind["exemplars"] > 0.8 > blind["description"]


def test_where_every_route_has_exemplars_or_none_the_kinds_are_not_told_apart(bare):
    unknown = {"exemplars": None, "description": None}
    assert bare.extra["accuracy"] == unknown
    assert bare.extra["without_exemplars"] == sorted(TOPICS)
    full = fit([row for row in rows_of() if row.label is not None])
    assert (full.extra["accuracy"], full.extra["without_exemplars"]) == (unknown, [])


@pytest.mark.parametrize(
    "rows",
    [
        [row for row in rows_of(per_label=40, outside=40) if row.label in {"fruit", None}],
        [row for row in rows_of(per_label=40, outside=0) if row.label == "fruit"],
        [row for row in rows_of(per_label=1, outside=40) if row.label is None],
    ],
)
def test_rows_of_one_side_or_one_route_are_enough(rows):
    top, _, routes = judged(fit(rows), ["a ripe banana", "copper", "some violin"])
    assert top == ["fruit", "metal", "music"]
    assert np.isfinite(routes).all()


def test_p_assumes_the_share_out_of_scope_of_rows_that_calibrate_it():
    rows = rows_of(per_label=14, outside=40)
    assert fit(rows).calibration.oos_prior == pytest.approx(40 / len(rows))
    assert fit(rows, oos_prior=0.2).calibration.oos_prior == 0.2
    assert fit(rows[:42]).calibration.oos_prior == 0.5


def test_exemplars_in_another_language_open_the_router_to_it(bare):
    assert bare.english
    foreign = [Row(f"¿dónde está el {word}?", "music") for word in TOPICS["music"].split()]
    assert not fit(foreign).english


def test_an_exemplar_teaches_what_no_name_says(bare):
    odd = "rocket lagoon whisper"
    assert judged(bare, [odd])[1][0] < 0.5
    taught = fit([Row(odd, "metal")])
    top, scope, _ = judged(taught, [odd])
    assert top == ["metal"]
    assert scope[0] > 0.9


def test_saved_router_decides_as_before(bare, tmp_path):
    bare.save(tmp_path)
    again = FittedRouter.load(tmp_path, BagOfWords().fingerprint)
    texts = ["plum", "trumpet", "gravel"]
    for old, new in zip(judged(bare, texts), judged(again, texts), strict=True):
        assert np.array_equal(old, new)
    assert again.extra == bare.extra


def test_saved_router_of_other_labels_is_refused(bare, tmp_path):
    bare.model.write_into(tmp_path)
    with pytest.raises(ArtefactError, match="does not fit its labels"):
        type(bare.model).read_from(tmp_path, ("fruit",), BagOfWords().fingerprint)


@settings(max_examples=4)
@given(st.floats(0.0, 0.99))
def test_prior_rule_answers_the_same_queries_whatever_prior_is_assumed(bare, prior):
    fitted = fit(oos_prior=prior)
    texts = ["a ripe banana", "copper", "stapler candle wrench"]
    assert (judged(fitted, texts)[1] > fitted.rule.threshold).tolist() == [True, True, False]


def test_bound_without_rows_is_refused():
    with pytest.raises(DataError, match="from descriptions alone"):
        fit(wish=Wish(max_risk=0.1))
    assert fit(wish=Wish(target=0.6)).rule.name == "target"


@pytest.mark.parametrize(
    ("descriptions", "rows", "message"),
    [
        ((), (), "no description"),
        ((Description("a"), Description("a")), (), "described twice"),
        ((Description("a"),), (Row("x", "b"),), "exemplars but no description"),
    ],
)
def test_bad_descriptions_are_told(descriptions, rows, message):
    with pytest.raises(DataError, match=message):
        fit(rows, descriptions)


def test_prior_out_of_range_is_told():
    with pytest.raises(InvalidRequest, match="out of range"):
        fit(oos_prior=1.5)


def test_one_route_is_enough():
    top, scope, _ = judged(fit(descriptions=DESCRIPTIONS[:1]), ["banana", "wrench"])
    assert top == ["fruit", "fruit"]
    assert scope[0] > 0.5 > scope[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [("book_flight", "book flight"), ("bookFlight", "book flight"), ("order-status", "order status"), ("+", "+")],
)
def test_name_is_read_as_one_would_say_it(name, said):
    assert spoken(name) == said


def test_phrases_are_names_parts_of_the_description_and_abbreviations_in_full():
    assert spelled_out("apr and mpg") == "annual percentage rate and miles per gallon"
    assert Description("work", "", ("pto_balance",)).phrases == (
        "pto balance",
        "paid time off, vacation balance",
    )
    told = Description("geo", "Countries and cities: capitals, rivers.")
    assert told.phrases == ("Countries and cities: capitals, rivers.", "Countries", "cities", "capitals", "rivers")
    assert Description("auto_and_commute", "Auto and commute").phrases == ("auto and commute",)


@given(st.lists(st.floats(0.0, 0.9), min_size=1, max_size=8))
def test_pooled_similarity_is_at_least_the_nearest_and_little_more(found):
    near = np.zeros((1, NEIGHBOURS), np.float32)
    near[0, : len(found)] = sorted(found, reverse=True)
    labels = np.full((1, NEIGHBOURS), -1)
    labels[0, : len(found)] = 0
    value = pooled(Nearby(near, labels, np.zeros((1, 3), np.float32)), 2)
    assert near.max() - 1e-6 <= value[0, 0] <= near.max() + np.log(NEIGHBOURS) / SHARPNESS + 1e-6
    assert value[0, 1] == 0.0


def test_descriptions_are_read_from_a_file(tmp_path):
    path = tmp_path / "d.jsonl"
    body = json.dumps({"label": "a", "covers": ["x_y"]}) + "\n\n" + json.dumps({"label": "b"})
    path.write_text("\ufeff" + body, "utf-8")
    assert read_descriptions(path) == (Description("a", "", ("x_y",)), Description("b"))


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"label": ""}',
        '{"label": "a", "description": 3}',
        '{"label": "a", "covers": "x"}',
        '{"label": ' + "9" * 5000 + "}",
        "[" * 100_000,
    ],
    ids=range(7),
)
def test_broken_description_is_told_with_its_line(tmp_path, line):
    path = tmp_path / "d.jsonl"
    path.write_text(line, "utf-8")
    with pytest.raises(DataError, match=r"d\.jsonl:1"):
        read_descriptions(path)


def test_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot read"):
        read_descriptions(tmp_path / "none.jsonl")
    (tmp_path / "latin").write_bytes(b"\xff")
    with pytest.raises(DataError, match="not UTF-8"):
        read_descriptions(tmp_path / "latin")
