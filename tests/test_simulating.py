import dataclasses
import itertools
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nescio.decide import Ask, Policy
from nescio.graph import MONOLITH, Parts, Reply, gate, weigh
from nescio.risk import Sample
from nescio.simulating import as_logged, figures, replay, transitions
from nescio.store import OutcomeLog
from nescio.types import Abstained, Answer, Answered, Candidate, Evidence, Outcome, Query, Reason, Route, Usage
from tests.doubles import DoubleCalibration, DoubleRouter, context

COUNT = itertools.count()
NAMES = ("a", "b", "c")
GRADED = Sample(tuple(1 - i / 200 for i in range(200)), tuple(i > 120 for i in range(200)), "200 questions")
shares = st.sampled_from([0.0, 0.3, 0.5, 0.75, 0.9])
bounds = st.sampled_from([0.05, 0.2, 0.5])


class Calibrated(DoubleCalibration):
    @property
    def sample(self) -> Sample:
        return GRADED


def parts(policy: Policy | None = None) -> Parts:
    """Of the experts a, b and c the last is uncalibrated."""
    confidences = {name: Calibrated() for name in (*NAMES[:2], MONOLITH)}
    return Parts({}, DoubleRouter({}), confidences, policy or Policy(), 0.05, context)


def named(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.dictionaries(st.sampled_from(NAMES), values, max_size=2)


policies = st.builds(
    Policy,
    target=shares,
    targets=named(shares),
    minimum_target=st.sampled_from([0.0, 0.0, 0.5]),
    bounds=st.dictionaries(st.sampled_from(["max_risk", "max_hallucination_rate"]), bounds, max_size=1),
    expert_bounds=named(st.fixed_dictionaries({"max_risk": bounds})),
    refer=st.frozensets(st.sampled_from(NAMES), max_size=1),
    allowed=st.none() | st.just(frozenset({"a", "b"})),
    answer_uncalibrated=st.booleans(),
)


@st.composite
def asked(draw) -> tuple[Query, Route, Answer | Abstained]:
    """A question, its route, and what whoever is asked returns."""
    ranked = draw(st.permutations(NAMES))
    odds = sorted(draw(st.lists(shares, min_size=3, max_size=3)), reverse=True)
    route = Route("q", tuple(map(Candidate, ranked, odds, odds)), draw(st.sampled_from([0.2, 0.9])))
    query = Query(
        f"q{next(COUNT)}",
        (),
        "q",
        confidence_target=draw(st.none() | shares),
        max_risk=draw(st.none() | st.none() | bounds),
        expert=draw(st.none() | st.none() | st.sampled_from(NAMES)),
        monolith=draw(st.sampled_from([False, False, True])),
        gate=draw(st.booleans()),
    )
    answer = Answer("42", "", "m", Evidence({"f": draw(shares)}), Usage(10, 5, 2, 1))
    doubt = draw(st.sampled_from([None, None, Reason.DECLINED, Reason.UNANSWERABLE, Reason.TOOL_FAILED]))
    tried = draw(st.none() | st.just(answer))
    return query, route, answer if doubt is None else Abstained(doubt, "no.", withheld=tried)


def by(returned: Answer | Abstained, expert: str) -> Answer | Abstained:
    if isinstance(returned, Answer):
        return dataclasses.replace(returned, expert=expert)
    tried = returned.withheld and dataclasses.replace(returned.withheld, expert=expert)
    return dataclasses.replace(returned, withheld=tried)


def decided(here: Parts, query: Query, route: Route, returned: Answer | Abstained) -> Outcome:
    """As the graph decides it."""
    before, demand = gate(here, query, route)
    if isinstance(before, Ask):
        decision = weigh(here, Reply(before.expert, by(returned, before.expert)), route, demand)
    else:
        decision = before
    answer = decision.answer if isinstance(decision, Answered) else decision.withheld
    expert = answer.expert if answer else decision.would_have_asked
    status = "own" if expert in here.confidences else "none"
    evidence, usage = (answer.evidence, answer.usage) if answer else (None, Usage())
    return Outcome(query, route, decision, demand.target, expert, status, evidence, usage, 0.5, demand.guarantees)


@pytest.fixture
def log(tmp_path):
    with OutcomeLog(tmp_path / "outcomes.sqlite") as log:
        yield log


ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


@ANY
@given(asked(), policies)
def test_replay_under_the_policy_that_decided_changes_nothing(log, one, policy: Policy):
    here = parts(policy)
    assert log.record(decided(here, *one))
    (again,) = replay(here, policy, log.rows()[-1:])
    assert not again.changed
    assert again.asked == as_logged(log.rows()[-1:])[0].asked


@ANY
@given(asked(), policies, policies)
def test_replay_is_what_another_policy_would_have_decided_or_is_not_known(log, one, policy: Policy, other: Policy):
    log.record(decided(parts(policy), *one))
    (again,) = replay(parts(policy), other, log.rows()[-1:])
    live = decided(parts(other), *one).decision
    if again.status == "unknown":
        assert isinstance(gate(parts(other), *one[:2])[0], Ask)
        assert not again.asked
    elif isinstance(live, Answered):
        assert again.status == "answered"
    else:
        assert again.status == "abstained"


def row(log: OutcomeLog, number: int, p: float, grade: str | None = None, expert: str = "a") -> None:
    route = Route("q", (Candidate(expert, 1.0, 1.0),), 1.0)
    answer = Answer("42", "", "m", Evidence({"f": p}), Usage(10, 5, 2, 1))
    log.record(decided(parts(Policy(target=0.5)), Query(f"q{number}", (), "q"), route, answer))
    if grade is not None:
        log.grade(f"q{number}", grade)


def test_figures_tell_coverage_hallucinations_and_cost(log):
    for number, (p, grade) in enumerate([(0.95, "right"), (0.9, "right"), (0.7, "wrong"), (0.6, None), (0.3, None)]):
        row(log, number, p, grade)
    rows = log.rows()
    then = figures(as_logged(rows))
    assert (then.rows, then.answered, then.graded, then.right, then.wrong) == (5, 4, 3, 2, 1)
    assert (then.coverage, then.hallucination_rate, then.tokens, then.seconds) == (0.8, 1 / 3, 75, 2.5)
    stricter = replay(parts(Policy(target=0.5)), Policy(target=0.8), rows)
    now = figures(stricter)
    assert (now.answered, now.right, now.wrong, now.tokens) == (2, 2, 0, 75)
    (moved,) = transitions(stricter)
    assert (moved.before, moved.after, moved.count, moved.wrong) == ("answered", "low_answer_confidence", 2, 1)


def test_what_is_referred_elsewhere_costs_nothing(log):
    row(log, 1, 0.9)
    found = figures(replay(parts(), Policy(refer=frozenset({"a"})), log.rows()))
    assert (found.answered, found.tokens, found.seconds) == (0, 0, 0.0)


def test_an_expert_that_was_not_asked_leaves_the_outcome_unknown(log):
    strict = Policy(refer=frozenset({"a"}))
    route = Route("q", (Candidate("a", 1.0, 1.0),), 1.0)
    log.record(decided(parts(strict), Query("q", (), "q"), route, Answer("42", "", "m", Evidence({"f": 0.9}))))
    (found,) = replay(parts(strict), Policy(), log.rows())
    assert (found.status, found.reason, found.asked) == ("unknown", None, False)
    assert figures([found]).unknown == 1
    assert [one.after for one in transitions([found])] == ["unknown"]


def test_an_old_row_had_asked_for_the_default_or_for_what_it_got(log):
    row(log, 1, 0.6)
    (kept,) = log.rows()
    old = dataclasses.replace(kept, wished=None)
    assert replay(parts(Policy(target=0.5)), Policy(target=0.8), [old])[0].status == "abstained"
    named = dataclasses.replace(old, confidence_target=0.55)
    assert replay(parts(Policy(target=0.5)), Policy(target=0.8), [named])[0].status == "answered"


def test_nothing_at_all_has_no_rates():
    assert math.isnan(figures([]).coverage)
    assert math.isnan(figures([]).hallucination_rate)
