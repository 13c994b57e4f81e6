import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.decide import Ask, Demand, Policy, after_answer, before_answer, demand_in_force
from nescio.risk import NOTHING, Cut, Guarantee, Sample
from nescio.types import Abstained, Answer, Answered, Candidate, Evidence, Query, Reason, Route

chances = st.floats(0, 1)
targets = st.floats(0, 0.999)


class Worth:
    def __init__(self, value: float, sample: Sample | None = None) -> None:
        self.value = value
        self.sample = sample or Sample()

    def worth(self, p_route: float, target: float, p_expert: float = math.nan) -> float:
        return self.value


def route(*ranked: tuple[str, float], scope: float = 1.0) -> Route:
    return Route("q", tuple(Candidate(name, p, p) for name, p in ranked), scope)


def before(route: Route, *, target: float = 0.5, policy: Policy | None = None, worth: float = 1.0, **more: object):
    return before_answer(
        route,
        demand=Demand(target),
        policy=policy or Policy(),
        scope_threshold=more.pop("scope_threshold", 0.5),
        worth_floor=0.05,
        confidences=more.pop("confidences", {"a": Worth(worth), "b": Worth(worth)}),
        **more,
    )


def asked(target: float | None = None, **bounds: float) -> Query:
    return Query("q", (), "q", confidence_target=target, **bounds)


def answer(text: str = "42") -> Answer:
    return Answer(text, "a", "model", Evidence({}))


def after(
    outcome: Answer | Abstained, *, p: float, target: float, policy: Policy | None = None, calibrated: bool = True
):
    return after_answer(outcome, p=p, demand=Demand(target), policy=policy or Policy(), calibrated=calibrated)


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
    policy = Policy(target=default, minimum_target=floor)
    assert demand_in_force(asked(requested), policy, "a", None).target == max(
        default if requested is None else requested, floor
    )


def test_a_target_for_one_expert_comes_before_the_default():
    policy = Policy(target=0.75, targets={"a": 0.9})
    assert demand_in_force(asked(), policy, "a", None).target == 0.9
    assert demand_in_force(asked(), policy, "b", None).target == 0.75
    assert demand_in_force(asked(0.0), policy, "a", None).target == 0.0


def test_route_that_could_not_be_scored_is_an_abstention_of_its_own():
    lost = Route("q", (), 0.0, unavailable=True)
    for target, pinned in ((0.5, None), (0.0, None), (0.5, "a")):
        decision = before(lost, target=target, pinned=pinned)
        assert isinstance(decision, Abstained)
        assert (decision.reason, decision.would_have_asked) == (Reason.EXPERT_UNAVAILABLE, pinned)
    assert before(lost, target=0.0, pinned="a") == Ask("a")


GOOD = Sample(tuple(1 - i / 1000 for i in range(200)), tuple(i > 150 for i in range(200)), "200 questions of a test")
shares = st.floats(0.001, 0.999)


def bounded(threshold: float, bound: str = "max_risk", at_most: float = 0.05) -> Guarantee:
    return Guarantee(bound, at_most, Cut(threshold, 100, 60, 2, 45), "100 questions")


def test_a_request_for_a_bound_has_it_in_place_of_the_default_target():
    demand = demand_in_force(asked(max_risk=0.1), Policy(target=0.999), "a", Worth(1.0, GOOD))
    (only,) = demand.guarantees
    assert (only.bound, only.at_most, only.delta, only.population) == ("max_risk", 0.1, 0.1, "200 questions of a test")
    assert (demand.target, demand.threshold) == (0.0, only.cut.threshold)
    assert 0 < only.cut.threshold < 0.999


def test_a_target_and_a_bound_both_hold_and_so_does_the_policys_floor():
    both = demand_in_force(asked(0.99, max_risk=0.1), Policy(), "a", Worth(1.0, GOOD))
    assert both.threshold == 0.99
    floored = demand_in_force(asked(max_risk=0.1), Policy(minimum_target=0.97), "a", Worth(1.0, GOOD))
    assert (floored.target, floored.threshold) == (0.97, 0.97)


def test_a_bound_of_the_policy_stands_beside_its_target():
    demand = demand_in_force(asked(), Policy(target=0.6, bounds={"max_risk": 0.1}), "a", Worth(1.0, GOOD))
    assert demand.target == 0.6
    assert [one.at_most for one in demand.guarantees] == [0.1]


@given(own=st.none() | shares, general=st.none() | shares, special=st.none() | shares)
def test_a_request_tightens_a_bound_of_the_policy_and_never_loosens_it(own, general, special):
    policy = Policy(
        bounds={} if general is None else {"max_hallucination_rate": general},
        expert_bounds={} if special is None else {"a": {"max_hallucination_rate": special}},
    )
    demand = demand_in_force(asked(max_hallucination_rate=own), policy, "a", Worth(1.0, GOOD))
    held = [one for one in (own, general if special is None else special) if one is not None]
    assert [one.at_most for one in demand.guarantees] == ([min(held)] if held else [])


@given(p=chances | st.just(math.nan), target=targets, thresholds=st.lists(chances, min_size=1, max_size=2))
def test_with_bounds_an_answer_exceeds_every_threshold(p: float, target: float, thresholds: list[float]):
    demand = Demand(target, tuple(map(bounded, thresholds)))
    policy = Policy(answer_uncalibrated=True)
    decision = after_answer(answer(), p=p, demand=demand, policy=policy, calibrated=not math.isnan(p))
    assert isinstance(decision, Answered) == (p > target and all(p > one for one in thresholds))


def test_a_bound_keeps_the_gates_at_target_zero():
    demand = Demand(0.0, (bounded(0.0),))
    assert not demand.waived
    decision = before_answer(
        route(("a", 0.9), scope=0.1),
        demand=demand,
        policy=Policy(),
        scope_threshold=0.5,
        worth_floor=0.05,
        confidences={"a": Worth(1.0)},
    )
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.OUT_OF_SCOPE


@pytest.mark.parametrize("pinned", [None, "a"])
@pytest.mark.parametrize(
    ("cut", "says"),
    [
        (
            Cut(NOTHING, 91, 0, 0, 230),
            "the 91 graded questions behind a cannot vouch for a risk of at most 1%: that"
            " takes at least 230, none of them wrong.",
        ),
        (
            Cut(NOTHING, 400, 0, 0, 230),
            "the 400 graded questions behind a cannot vouch for a risk of at most 1%: too"
            " many of the answers it was surest of were wrong.",
        ),
    ],
)
def test_a_bound_that_nothing_vouches_for_is_said_before_anybody_is_asked(pinned, cut: Cut, says: str):
    decision = before_answer(
        route(("a", 0.9)),
        demand=Demand(0.0, (Guarantee("max_risk", 0.01, cut, "q"),)),
        policy=Policy(answer_uncalibrated=True),
        scope_threshold=0.5,
        worth_floor=0.05,
        confidences={"a": Worth(1.0)},
        pinned=pinned,
    )
    assert isinstance(decision, Abstained)
    assert (decision.reason, decision.message, decision.would_have_asked) == (Reason.UNCALIBRATED, says, "a")


def test_an_uncalibrated_expert_answers_under_no_bound_whatever_the_policy_says():
    policy = Policy(answer_uncalibrated=True)
    demand = demand_in_force(asked(max_risk=0.5), policy, "a", None)
    assert demand.threshold == NOTHING
    decision = before_answer(
        route(("a", 0.9)), demand=demand, policy=policy, scope_threshold=0.5, worth_floor=0.05, confidences={}
    )
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.UNCALIBRATED


def test_what_a_bound_takes_is_said_with_the_bound():
    told = after_answer(answer(), p=0.8, demand=Demand(0.5, (bounded(0.87),)), policy=Policy(), calibrated=True)
    assert isinstance(told, Abstained)
    assert told.message == (
        "the chance that I would be right (80%) does not exceed the 87% that a risk of at most 5% takes."
    )
    rate = Demand(0.5, (bounded(0.87, "max_hallucination_rate", 0.015),))
    assert str(rate) == "87% that a hallucination rate of at most 1.5% takes"
    assert str(Demand(0.9, (bounded(0.87),))) == "90% asked for"


def test_only_allowed_experts_answer_and_never_the_second_best_instead():
    decision = before(route(("a", 0.9), ("b", 0.8)), policy=Policy(allowed=frozenset({"b"})), target=0.0)
    assert isinstance(decision, Abstained)
    assert (decision.reason, decision.would_have_asked) == (Reason.POLICY, "a")
    assert before(route(("b", 0.9)), policy=Policy(allowed=frozenset({"b"}))) == Ask("b")
