import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio import evidence
from nescio.types import Token

SENTENCE = (
    Token("The", -0.1),
    Token(" capital", -0.2),
    Token(" is", -0.05),
    Token(" **", -3.0),
    Token("Ouaga", -1.5),
    Token("dougou", -0.5),
    Token("**.", -2.0),
)
texts = st.text(alphabet="abc 123.-%", max_size=12)
sample_lists = st.lists(texts, min_size=1, max_size=6)


def test_mean_and_minimum_count_words_and_not_punctuation():
    assert evidence.mean_logprob(SENTENCE) == pytest.approx((0.1 + 0.2 + 0.05 + 1.5 + 0.5) / -5)
    assert evidence.min_logprob(SENTENCE) == -1.5


def test_span_restricts_features_to_the_answer():
    span = evidence.locate(SENTENCE, "Ouagadougou")
    assert evidence.span_logprobs(SENTENCE, span) == (-1.5, -0.5)
    assert evidence.sum_logprob(SENTENCE, span) == -2.0


def test_answer_that_does_not_occur_has_no_span():
    assert evidence.locate(SENTENCE, "Bamako") is None
    assert evidence.locate(SENTENCE, "") is None


def test_no_tokens_give_nan():
    assert math.isnan(evidence.mean_logprob(()))
    assert math.isnan(evidence.min_logprob((), (0, 3)))
    assert math.isnan(evidence.sum_logprob(()))


def test_infinite_and_nan_logprobs_are_floored():
    tokens = (Token("a", -math.inf), Token("b", math.nan), Token("c", 0.5))
    assert evidence.span_logprobs(tokens) == (evidence.LOGPROB_FLOOR, evidence.LOGPROB_FLOOR, 0.0)


@pytest.mark.parametrize(
    ("first", "second", "question", "same"),
    [
        ("Paris", "The capital of France is Paris.", "What is the capital of France?", True),
        ("Lyon", "The capital of France is Paris.", "What is the capital of France?", False),
        ("12", "12.0 apples", "", True),
        ("12", "The answer is 13", "", False),
        ("-5", "5", "", False),
        ("São Tomé", "sao tome!", "", True),
        ("1,234.5", "1234.50", "", True),
        ("", "Paris", "", False),
    ],
)
def test_texts_agree_when_they_state_the_same_answer(first, second, question, same):
    assert evidence.agree(first, second, question) is same


@given(texts, texts)
def test_agreement_is_reflexive_and_symmetric(first, second):
    assert evidence.agree(first, first)
    assert evidence.agree(first, second) == evidence.agree(second, first)


@given(texts, sample_lists)
def test_agreement_is_a_share(text, samples):
    assert 0.0 <= evidence.agreement(text, samples) <= 1.0
    assert evidence.agreement(text, [text, *samples]) >= evidence.agreement(text, samples)


@given(sample_lists)
def test_groups_partition_the_samples_and_entropy_is_bounded(samples):
    found = evidence.groups(samples)
    assert sorted(index for group in found for index in group) == list(range(len(samples)))
    assert 0.0 <= evidence.semantic_entropy(samples) <= math.log(len(samples)) + 1e-9


def test_entropy_is_zero_in_unison_and_log_n_in_discord():
    assert evidence.semantic_entropy(["red", "Red.", "RED"]) == 0.0
    assert evidence.semantic_entropy(["red", "blue", "green"]) == pytest.approx(math.log(3))


def test_without_samples_agreement_is_nan():
    assert math.isnan(evidence.agreement("x", ()))
    assert math.isnan(evidence.pairwise_agreement(("x",)))
    assert math.isnan(evidence.semantic_entropy(()))


def test_feature_vector_follows_the_order_of_the_names_and_ends_with_the_route():
    vector = evidence.feature_vector({"b": 2.0, "a": 1.0, "other": 9.0}, ("a", "b"), 0.5)
    assert vector == (1.0, 2.0, 0.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_feature_that_is_not_finite_becomes_nan(value):
    assert math.isnan(evidence.feature_vector({"a": value}, ("a",), 0.5)[0])
    assert math.isnan(evidence.feature_vector({}, ("a",), 0.5)[0])


@given(st.floats(0, 1), st.floats(0, 1))
def test_route_logit_is_finite_and_keeps_order(one, two):
    low, high = sorted((one, two))
    assert math.isfinite(evidence.route_logit(low))
    assert evidence.route_logit(low) <= evidence.route_logit(high)
