import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.decide import Ask, Policy, after_answer, before_answer, target_in_force
from nescio.types import Abstained, Answer, Answered, Candidate, Evidence, Reason, Route

chances = st.floats(0, 1)
targets = st.floats(0, 0.999)


class Worth:
    def __init__(self, value: float) -> None:
        self.value = value

    def worth(self, p_route: float, target: float, p_expert: float = math.nan) -> float:
        return self.value


def route(*ranked: tuple[str, float], scope: float = 1.0) -> Route:
    return Route("q", tuple(Candidate(name, p, p) for name, p in ranked), scope)


def before(route: Route, *, target: float = 0.5, policy: Policy | None = None, worth: float = 1.0, **more: object):
    return before_answer(
        route,
        target=target,
        policy=policy or Policy(),
        scope_threshold=more.pop("scope_threshold", 0.5),
        worth_floor=0.05,
        confidences=more.pop("confidences", {"a": Worth(worth), "b": Worth(worth)}),
        **more,
    )


def answer(text: str = "42") -> Answer:
    return Answer(text, "a", "model", Evidence({}))


def after(
    outcome: Answer | Abstained, *, p: float, target: float, policy: Policy | None = None, calibrated: bool = True
):
    return after_answer(outcome, p=p, target=target, policy=policy or Policy(), calibrated=calibrated)


def test_the_top_expert_is_asked_when_every_gate_lets_it_pass():
    assert before(route(("a", 0.9), ("b", 0.1))) == Ask("a")


def test_scope_equal_to_its_threshold_is_out_of_scope():
    decision = before(route(("a", 0.9), scope=0.5))
    assert isinstance(decision, Abstained)
    assert (decision.reason, decision.would_have_asked) == (Reason.OUT_OF_SCOPE, "a")


def test_scope_that_is_nan_is_out_of_scope():
    decision = before(route(("a", 0.9), scope=math.nan))
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.OUT_OF_SCOPE


def test_worth_at_the_floor_is_too_little():
    decision = before(route(("a", 0.9)), worth=0.05)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.LOW_ROUTING_CONFIDENCE


@pytest.mark.parametrize(
    ("p_route", "target", "message"),
    [
        (0.93, 0.95, "the chance that this is a question for a (93%) does not exceed the 95% asked for."),
        (0.999, 0.999, "the chance that this is a question for a (99.9%) does not exceed the 99.9% asked for."),
        (
            0.9,
            0.85,
            "this looks like a question for a (90%), but its answers to such questions hardly ever exceed the 85% asked"
            " for.",
        ),
        (math.nan, 0.5, "the chance that this is a question for a (unknown) does not exceed the 50% asked for."),
    ],
)
def test_too_little_worth_is_said_with_the_route_and_the_target(p_route: float, target: float, message: str):
    decision = before(route(("a", p_route)), worth=0.01, target=target)
    assert isinstance(decision, Abstained)
    assert decision.message == message


def test_a_pinned_expert_skips_routing_confidence_and_keeps_the_scope_gate():
    assert before(route(("a", 0.9), ("b", 0.1)), worth=0.0, pinned="b") == Ask("b")
    decision = before(route(("a", 0.9), ("b", 0.1), scope=0.1), pinned="b")
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.OUT_OF_SCOPE


def test_an_expert_without_a_calibration_abstains_as_uncalibrated():
    decision = before(route(("a", 0.9)), confidences={})
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.UNCALIBRATED


def test_policy_lets_an_uncalibrated_expert_answer_with_p_unknown():
    policy = Policy(answer_uncalibrated=True)
    assert before(route(("a", 0.9)), confidences={}, policy=policy) == Ask("a")
    decision = after(answer(), p=math.nan, target=0.5, policy=policy, calibrated=False)
    assert isinstance(decision, Answered)
    assert math.isnan(decision.p)


def test_policy_refers_even_at_target_zero_and_never_to_the_second_best():
    policy = Policy(refer=frozenset({"a"}), wording={"a": "ask a doctor."})
    for target in (0.0, 0.5):
        decision = before(route(("a", 0.9), ("b", 0.8)), target=target, policy=policy)
        assert isinstance(decision, Abstained)
        assert (decision.reason, decision.message) == (Reason.POLICY, "ask a doctor.")


def test_target_zero_asks_the_top_expert_out_of_scope_and_uncalibrated_too():
    assert before(route(("a", 0.01), scope=0.0), target=0.0, confidences={}, worth=0.0) == Ask("a")


def test_without_any_expert_there_is_no_one_to_ask():
    decision = before(route())
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.OUT_OF_SCOPE


def test_query_abstains_when_confidence_equals_target():
    decision = after(answer(), p=0.75, target=0.75)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.LOW_ANSWER_CONFIDENCE
    assert decision.withheld == answer()


def test_nan_never_answers_above_target_zero():
    decision = after(answer(), p=math.nan, target=0.001)
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.LOW_ANSWER_CONFIDENCE


@pytest.mark.parametrize("reason", list(Reason))
def test_only_some_abstentions_of_an_expert_survive_target_zero(reason: Reason):
    survives = {Reason.POLICY, Reason.BUDGET, Reason.TOOL_FAILED, Reason.EXPERT_UNAVAILABLE, Reason.FAULT}
    decision = after(Abstained(reason, "no", withheld=answer("a try")), p=math.nan, target=0.0)
    assert isinstance(decision, Abstained) == (reason in survives)


@given(p=chances, low=targets, high=targets)
def test_a_higher_target_never_turns_an_abstention_into_an_answer(p: float, low: float, high: float):
    low, high = sorted((low, high))
    answered = [isinstance(after(answer(), p=p, target=t), Answered) for t in (low, high)]
    assert answered[0] or not answered[1]


@given(p=chances, target=st.floats(0.001, 0.999))
def test_an_answer_is_given_exactly_when_p_exceeds_the_target(p: float, target: float):
    assert isinstance(after(answer(), p=p, target=target), Answered) == (p > target)


@given(requested=st.none() | targets, default=targets, floor=targets)
def test_the_target_in_force_is_the_request_or_the_default_but_never_below_the_floor(requested, default, floor):
    force = target_in_force(requested, Policy(target=default, minimum_target=floor), "a")
    assert force == max(default if requested is None else requested, floor)


def test_a_target_for_one_expert_comes_before_the_default():
    policy = Policy(target=0.75, targets={"a": 0.9})
    assert target_in_force(None, policy, "a") == 0.9
    assert target_in_force(None, policy, "b") == 0.75
    assert target_in_force(0.0, policy, "a") == 0.0


def test_route_that_could_not_be_scored_is_an_abstention_of_its_own():
    lost = Route("q", (), 0.0, unavailable=True)
    for target, pinned in ((0.5, None), (0.0, None), (0.5, "a")):
        decision = before(lost, target=target, pinned=pinned)
        assert isinstance(decision, Abstained)
        assert (decision.reason, decision.would_have_asked) == (Reason.EXPERT_UNAVAILABLE, pinned)
    assert before(lost, target=0.0, pinned="a") == Ask("a")
