"""What is thought of the values that programs and solutions came to, whatever the weights that are in force."""

import math

from hypothesis import given
from hypothesis import strategies as st

from nescio_experts.math import create
from nescio_experts.math.posterior import ENOUGH, HOPELESS, evidence, evidence_of_rule, judge
from nescio_experts.math.values import Value, parse
from nescio_experts.math.vote import Ballot, count

QUESTION = "Maya reads 24 pages a day and 10 more on Sundays. How many pages does she read in a week?"


def ballot(way: str, value: str | None, logprob: float = -0.1, *, greedy: bool = True, text: str = "") -> Ballot:
    read = Value("unknown", "UNKNOWN") if value == "UNKNOWN" else parse(value)
    body = text or ("print(24 * 7 + 10)" if way == "program" else "24 * 7 + 10 = 178")
    return Ballot(way, body, "ok", read, logprob=logprob, greedy=greedy)


BALLOTS = st.lists(
    st.builds(
        ballot,
        st.sampled_from(("program", "words")),
        st.sampled_from((None, "178", "24", "3.5", "UNKNOWN")),
        st.floats(-6, 0) | st.just(math.nan),
        greedy=st.booleans(),
    ),
    max_size=7,
)


@given(BALLOTS)
def test_chances_are_chances_and_evidence_is_finite(ballots):
    vote = count(ballots)
    judged = judge(vote, QUESTION)
    assert (judged.group is None) == (not vote.groups)
    assert 0 <= judged.second <= judged.p
    assert judged.p + judged.second <= 1 + 1e-9
    if judged.group is not None:
        found = evidence(judged, vote, QUESTION)
        assert set(found) == set(create().card.features)
        assert all(math.isfinite(value) for value in found.values())


@given(BALLOTS, st.randoms())
def test_the_order_in_which_they_came_changes_nothing(ballots, random):
    shuffled = list(ballots)
    random.shuffle(shuffled)
    one, other = judge(count(ballots), QUESTION), judge(count(shuffled), QUESTION)
    assert math.isclose(one.p, other.p, abs_tol=1e-9)


def test_a_value_that_both_ways_came_to_is_likelier_than_one_that_a_program_alone_did():
    lone = judge(count([ballot("program", "178")]), QUESTION)
    both = judge(count([ballot("program", "178"), ballot("words", "178.0")]), QUESTION)
    apart = judge(count([ballot("program", "178"), ballot("words", "24")]), QUESTION)
    assert apart.p < lone.p < both.p
    assert both.p > 0.75


def test_solutions_that_miss_a_fact_speak_against_every_value():
    said = [ballot("program", "178")]
    assert judge(count([*said, ballot("words", "UNKNOWN")]), QUESTION).p < judge(count(said), QUESTION).p


def test_no_value_is_hopeless_and_agreement_with_likely_tokens_is_enough():
    nothing = judge(count([ballot("program", "UNKNOWN"), ballot("words", "UNKNOWN")]), QUESTION)
    assert nothing.p + nothing.second <= HOPELESS
    assert nothing.decided
    sure = judge(count([ballot("program", "178", -0.01), ballot("words", "178", -0.01)]), QUESTION)
    assert sure.p >= ENOUGH
    assert sure.decided
    assert not judge(count([ballot("program", "178"), ballot("words", "24")]), QUESTION).decided


def test_an_exact_rule_gives_the_same_figures_as_a_model_does():
    assert set(evidence_of_rule(QUESTION)) == set(create().card.features)
