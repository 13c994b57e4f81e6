import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.competence import Competence, fit_competence
from nescio.competence.features import NAMES, text_features
from nescio.competence.fit import Graded
from nescio.competence.report import report
from nescio.errors import DataError
from nescio.metrics import auroc, ece, log_loss
from nescio.types import Candidate, Route
from nescio_indexes.encoder import Encoder
from tests.competence.population import population


@pytest.fixture(scope="module")
def table():
    return population()[0]


@pytest.fixture(scope="module")
def model(table):
    return fit_competence(table, "e")


@given(st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_features_of_any_text_are_finite_numbers(texts):
    found = text_features(texts)
    assert found.shape == (len(texts), len(NAMES))
    assert np.isfinite(found).all()


def test_p_of_unseen_queries_follows_the_true_one(model):
    fresh, true = population(600, seed=9)
    p = model.p(fresh.texts, fresh.vectors)
    for expert in range(2):
        right = fresh.right[:, expert]
        assert auroc(p[:, expert], right) > 0.8 * auroc(true[:, expert], right)
        assert log_loss(p[:, expert], right) < log_loss(np.full(600, right.mean()), right) - 0.1
        assert ece(p[:, expert], right, debiased=True) < 0.08
    better = true.argmax(axis=1)
    assert (p.argmax(axis=1) == better).mean() > 0.85


def test_held_out_p_is_not_that_of_a_model_that_saw_the_answer(table):
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 2, table.right.shape).astype(float)
    found = fit_competence(Graded(table.experts, noise, table.texts, table.vectors, table.groups, table.keys), "e")
    assert abs(auroc(found.held_out[:, 0], noise[:, 0]) - 0.5) < 0.1


def test_twins_in_one_group_do_not_tell_on_each_other():
    table, _ = population(150, seed=4)
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 2, (150, 2)).astype(float)
    twins = Graded(
        table.experts,
        np.vstack([noise, noise]),
        table.texts * 2,
        np.vstack([table.vectors, table.vectors]),
        np.tile(np.arange(150), 2),
        np.arange(300).astype(str),
    )
    assert auroc(fit_competence(twins, "e").held_out[:, 0], twins.right[:, 0]) < 0.6


def test_order_of_rows_changes_nothing(table, model):
    order = np.random.default_rng(1).permutation(len(table.texts))
    shuffled = Graded(
        table.experts,
        table.right[order],
        tuple(table.texts[i] for i in order),
        table.vectors[order],
        table.groups[order],
        table.keys[order],
    )
    fresh, _ = population(40, seed=2)
    again = fit_competence(shuffled, "e").p(fresh.texts, fresh.vectors)
    assert again == pytest.approx(model.p(fresh.texts, fresh.vectors), abs=1e-4)


def test_one_expert_a_query_suffices_as_in_a_log():
    sparse, _ = population(600, seed=6, asked=0.5)
    fresh, true = population(400, seed=7)
    p = fit_competence(sparse, "e").p(fresh.texts, fresh.vectors)
    assert (p.argmax(axis=1) == true.argmax(axis=1)).mean() > 0.8


def test_n_rows_never_support_certainty(table):
    sure = Graded(table.experts, np.ones(table.right.shape), table.texts, table.vectors, table.groups, table.keys)
    p = fit_competence(sure, "e").p(table.texts, table.vectors)
    assert p.max() <= 1 - 1 / 302
    assert p.min() > 0.9


def test_too_few_grades_are_an_error(table):
    few = table.take(np.arange(len(table.texts)) < 15)
    with pytest.raises(DataError, match="too few"):
        fit_competence(few, "e")


def test_report_tells_held_out_figures(table, model):
    rows = report(table, model)
    assert [row["expert"] for row in rows] == list(table.experts)
    assert all(row["auroc"] > 0.7 and row["log_loss"] < row["log_loss_of_rate"] for row in rows)


def route(*ranked: tuple[str, float]) -> Route:
    return Route("a query", tuple(Candidate(name, p, p) for name, p in ranked), 1.0)


def names(found: Route) -> list[str]:
    return [one.expert for one in found.candidates]


RECKONING = np.eye(8)[0]


def test_of_two_experts_of_one_domain_the_more_competent_comes_first(model):
    found = model.join(route(("surveyor", 0.5), ("reckoner", 0.45), ("poet", 0.05)), RECKONING, {}, 0.0)
    assert names(found) == ["reckoner", "surveyor", "poet"]
    assert [one.p_route for one in found.candidates] == [0.45, 0.5, 0.05]
    assert found.p_expert("reckoner") > 0.7 > found.p_expert("surveyor")
    assert np.isnan(found.p_expert("poet"))


def test_a_price_turns_the_order_where_the_better_expert_costs_more(model):
    ranked = route(("surveyor", 0.5), ("reckoner", 0.45))
    costs = {"reckoner": 60.0, "surveyor": 1.0}
    assert names(model.join(ranked, RECKONING, costs, 0.0))[0] == "reckoner"
    assert names(model.join(ranked, RECKONING, costs, 0.05))[0] == "surveyor"


def test_experts_of_different_domains_keep_their_places(table):
    apart = fit_competence(population(domains=("sums", "shapes"))[0], "e")
    found = apart.join(route(("surveyor", 0.5), ("reckoner", 0.45)), RECKONING, {}, 0.0)
    assert names(found) == ["surveyor", "reckoner"]
    assert found.p_expert("reckoner") > found.p_expert("surveyor")


def test_a_rival_takes_only_the_places_of_its_domain(model):
    found = model.join(route(("poet", 0.4), ("surveyor", 0.3), ("cook", 0.2), ("reckoner", 0.1)), RECKONING, {}, 0.0)
    assert set(names(found)[1::2]) == {"surveyor", "reckoner"}
    assert names(found)[::2] == ["poet", "cook"]


@pytest.fixture(scope="module")
def encoder(models_dir):
    return Encoder(models_dir / "all-minilm-l6-v2-int8", threads=1)


SUMS = [
    "What is {a} plus {b}?",
    "A farmer has {a} apples and buys {b} more: how many apples are there now?",
    "Take {b} away from {a}.",
    "There were {a} birds on a wire and {b} flew away: how many are left?",
]
SHAPES = [
    "What is the area of a circle with radius {a}?",
    "A rectangle has sides {a} and {b}: what is its perimeter?",
    "What is the volume of a cube with edge {a}?",
    "A triangle has base {a} and height {b}: what is its area?",
]


def test_real_queries_on_subtopics_go_to_the_expert_that_is_right_on_them(encoder):
    texts = [form.format(a=3 + n, b=2 + n % 5) for n in range(12) for form in (*SUMS, *SHAPES)]
    sums = np.array([n % 8 < 4 for n in range(96)])
    rng = np.random.default_rng(0)
    true = np.column_stack([np.where(sums, 0.95, 0.1), np.where(sums, 0.1, 0.95)])
    right = (rng.random((96, 2)) < true).astype(float)
    groups, keys = np.arange(96), np.arange(96).astype(str)
    domains = {"reckoner": "math", "surveyor": "math"}
    vectors = encoder.encode(texts).astype(float)
    table = Graded(("reckoner", "surveyor"), right, tuple(texts), vectors, groups, keys, None, domains)
    model = fit_competence(table, encoder.fingerprint)
    asked = {
        "If I have 14 marbles and get 9 more, how many do I have?": "reckoner",
        "Subtract 17 from 40.": "reckoner",
        "How large is the surface of a sphere of radius 6?": "surveyor",
        "What is the circumference of a round table 2 m across?": "surveyor",
    }
    for text, expert in asked.items():
        ranked = Route(text, (Candidate("surveyor", 0.5, 0.5), Candidate("reckoner", 0.49, 0.49)), 1.0)
        found = model.join(ranked, encoder.encode([text])[0], {}, 0.0)
        assert found.candidates[0].expert == expert, text


def test_a_router_gives_p_expert_once_it_has_a_competence_model():
    from nescio.routing import Router
    from nescio_indexes.fitting import fit_router
    from tests.indexes.bag import BagOfWords, rows_of

    encoder = BagOfWords()
    router = Router.of(fit_router(rows_of(), encoder), encoder)
    before = router.route("apple pear")
    rows = [row.text for row in rows_of() if row.label is not None][:60]
    right = (np.arange(len(rows)) % 3 > 0).astype(float)[:, None]
    keys = np.arange(len(rows)).astype(str)
    table = Graded(("fruit",), right, tuple(rows), encoder.encode(rows).astype(float), np.arange(len(rows)), keys)
    model: Competence = fit_competence(table, encoder.fingerprint)
    router.compete(model, {}, 0.0)
    after = router.route("apple pear")
    assert 0.0 < after.p_expert("fruit") < 1.0
    assert np.isnan(after.p_expert("metal"))
    ranked = [[(one.expert, one.p_route) for one in found.candidates] for found in (before, after)]
    assert ranked[0] == ranked[1]
    assert np.isnan(before.p_expert("fruit"))
