"""Wordings that are easily passed over: exceptions, modifiers, sums that stop early, and what programs leave out."""

import contextlib
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio_experts.math import cues
from nescio_experts.math.rules import is_incomplete, read
from nescio_experts.math.rules.exceptives import holds_exception
from nescio_experts.math.rules.text import plain
from nescio_experts.math.values import parse
from nescio_experts.math.vote import Ballot, count
from nescio_experts.math.wording import say

TODAY = date(2026, 3, 14)


def said(question: str) -> str:
    written = read(question, TODAY)
    assert written is not None, question
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(written.source, "program.py", "exec"), {})
    value = parse(out.getvalue())
    assert value is not None
    return say(value, written).removeprefix("The answer is ").removesuffix(".")


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("A shepherd has 17 sheep. All but 9 die. How many are left?", "9"),
        ("A shepherd owns 25 goats and all but eight run away. How many goats does he have left?", "8"),
        ("There were 20 cookies; all except 6 were eaten. How many cookies remain?", "6"),
        ("There were 20 cookies; all except 6 were eaten. How many were eaten?", "14"),
        ("All but 4 of the 30 students passed the test. How many passed?", "26"),
        ("Everyone in a choir of 30 except 4 singers came. How many came?", "26"),
        ("No one but 3 of 20 guests came. How many came?", "3"),
        ("No one but 3 of 20 pupils passed. How many did not pass?", "17"),
        ("I had 12 eggs. All but 5 broke. How many eggs do I still have?", "5"),
    ],
)
def test_an_exception_is_read_exactly(question: str, gold: str) -> None:
    assert said(question) == gold


@pytest.mark.parametrize(
    "question",
    [
        "All but 4 of the 30 students passed. How many failed?",
        "He sold all but 9 of his 17 sheep, then bought 3 more. How many does he have?",
        "All but 9 of the 17 sheep are white. How many are left?",
        "All but 9 of the sheep die. How many die?",
        "All but 40 of the 17 sheep die. How many die?",
        "All but 9 of 17 sheep die and half of the rest are sold. How many are left?",
        "All but 9 of the 17 sheep did not die. How many are left?",
    ],
)
def test_an_exception_that_is_not_plain_is_left_alone_and_no_program_is_believed(question: str) -> None:
    assert read(question, TODAY) is None
    assert holds_exception(plain(question))
    assert not cues.heeds(cues.find(question), Ballot("program", "print(17 - 9)", "ok", parse("8")))


@given(st.integers(2, 500), st.data())
def test_the_excepted_and_the_others_are_all(total: int, data: st.DataObject) -> None:
    kept = data.draw(st.integers(1, total))
    story = f"A farmer has {total} hens. All but {kept} die."
    assert int(said(f"{story} How many are left?")) + int(said(f"{story} How many died?")) == total


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("How many months have 28 days?", "12 (every month has at least 28 days)"),
        ("How many months of the year have 31 days?", "7"),
        ("How many months have 30 days?", "4 (11 have 30 days or more)"),
        ("How many months have exactly 30 days?", "4"),
        ("How many months in a year have at least 30 days?", "11"),
    ],
)
def test_months_are_counted_by_their_days(question: str, gold: str) -> None:
    assert said(question) == gold


@pytest.mark.parametrize("days", ["exactly 28", "29", "at least 29", "more than 28"])
def test_months_are_not_counted_where_leap_years_decide(days: str) -> None:
    written = read(f"How many months have {days} days?", TODAY)
    assert written is None or "print(sum" not in written.source or days == "29"


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("Subtract 5 from 3 and ignore the sign.", "2"),
        ("What is 3 minus 5, ignoring the sign?", "2"),
        ("What is 12 squared, halved?", "72"),
        ("Add 5 to 3, then multiply the result by 2", "16"),
        ("Subtract 8 from 20, then divide it by 3 and add 1", "5"),
        ("Divide 30 by half and add 10", "70"),
        ("What is 30 divided by half plus 10?", "70"),
        ("What is half of 50 plus 8?", "33"),
    ],
)
def test_what_is_done_to_a_result_is_read_in_its_order(question: str, gold: str) -> None:
    assert said(question) == gold


@pytest.mark.parametrize(
    "question",
    [
        "7 divided by 2 times 3 minus?",
        "12 plus",
        "What is 5 times?",
        "7 + 3 *",
        "What is 20% of?",
        "What is the sum of 5 and?",
        "(3 + 4 * 2",
        "5 + * 3",
        "20 - 4 x ?",
        "Multiply 5 by",
        "Convert 5 miles to?",
        "What is the square root of?",
    ],
)
def test_a_sum_that_lacks_a_number_is_seen_to_be_incomplete(question: str) -> None:
    assert read(question, TODAY) is None
    assert is_incomplete(question)


@pytest.mark.parametrize(
    "question", ["12*7-5", "What number is 20 a third of?", "5 + x = 7", "Who wrote it?", "What is minus 4 plus 9?", ""]
)
def test_what_is_no_broken_sum_is_not_incomplete(question: str) -> None:
    assert not is_incomplete(question)


@given(st.text(max_size=60))
def test_nothing_that_rules_read_is_incomplete(text: str) -> None:
    assert isinstance(is_incomplete(text), bool)


@pytest.mark.parametrize(
    ("question", "passed_over", "heeded"),
    [
        ("How far apart are the deeper, at -5 m, and the other at -9 m, without the sign?", "-9 + 5", "abs(-9 + 5)"),
        ("Share 17 marbles among 5 children, rounded up.", "17 / 5", "-(-17 // 5)"),
        ("Ben has 8 euros, and Ann doubles her 12 euros. What have they?", "8 + 1 + 9", "8 + 2 * 12"),
        ("A rectangle is 7 cm long. How large is its surface?", "7 * 7", "7 * width"),
        ("If 3 shirts dry in 2 hours on a line, how many hours do 9 shirts take?", "9 / 3 * 2", "2"),
    ],
)
def test_a_program_that_passes_over_the_wording_has_no_vote(question: str, passed_over: str, heeded: str) -> None:
    demands = cues.find(question)
    ballot = Ballot("program", f"print({passed_over})", "ok", parse("5"))
    assert not cues.heeds(demands, ballot)
    assert count([Ballot("program", ballot.text, "ok", parse("5"), heeds=False)]).groups == ()
    believed = cues.heeds(demands, Ballot("program", f"print({heeded})", "ok", parse("5")))
    assert believed == ("dry" not in question)


def test_times_of_two_who_work_together_are_not_added() -> None:
    demands = cues.find(
        "One pump empties a pool in 12 hours, another in 4 hours. How many hours do they need together?"
    )
    assert not cues.heeds(demands, Ballot("program", "print(12 + 4)", "ok", parse("16")))
    assert cues.heeds(demands, Ballot("program", "print(1 / (1 / 12 + 1 / 4))", "ok", parse("3")))


def test_the_whole_is_not_one_of_its_parts() -> None:
    demands = cues.find("The product of two consecutive whole numbers is 156. What is the smaller one?")
    assert not cues.heeds(demands, Ballot("program", "print(n * (n + 1))", "ok", parse("156")))
    assert cues.heeds(demands, Ballot("program", "print(n)", "ok", parse("12")))


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("A racket and a ball cost $1.30 in total. The racket costs $1.00 more than the ball. How much does the ball "
         "cost?", "$0.15"),
        ("Tim and Ann have 40 marbles together. Tim has 6 more than Ann. How many marbles does Ann have?", "17"),
        ("Tim and Ann have 40 marbles together. Tim has 6 marbles fewer than Ann. How many does Ann have?", "23"),
        ("If it takes 7 machines 7 minutes to make 7 widgets, how long would it take 70 machines to make 70 widgets?",
         "7 minutes"),
        ("If 4 printers print 12 posters in 6 minutes, how many minutes do 2 printers need to print 10 posters?",
         "10 minutes"),
        ("A lily patch doubles in size every day. It takes 30 days to cover the whole pond. How many days does it take "
         "to cover half the pond?", "29 days"),
        ("A frog climbs 4 m each day and slips 3 m each night. The well is 9 m deep. How many days does it need?", "6"),
        ("How many cuts are needed to saw a plank into 6 equal pieces?", "5"),
        ("A rope is cut into 4 equal pieces. How many cuts were made?", "3"),
        ("A crate holds 12 bottles. How many crates are needed for 100 bottles?", "9"),
        ("Each bus seats 40 children. How many buses are needed to transport 120 children?", "3"),
        ("If there are 8 plums in a bowl and you take away 5, how many do you have?", "5"),
        ("The sum of the ages of a mother and her daughter is 46. The mother is 24 years older. How old is the "
         "daughter?", "11"),
        ("You are in a race and overtake the runner in third place. Which place are you in now?", "3"),
    ],
)  # fmt: skip
def test_a_problem_whose_first_thought_is_wrong_is_read_exactly(question: str, gold: str) -> None:
    assert said(question) == gold


@pytest.mark.parametrize(
    "question",
    [
        "A bat and a ball cost $1.30 in total. The bat costs $1.00 more than the net. How much does the ball cost?",
        "If 3 shirts dry 3 hours in 2 hours, how long do 9 shirts take to dry 9 hours?",
        "If 5 machines make 5 parts in 5 minutes, how many minutes do 100 machines need for 100 screws?",
        "A frog climbs 2 m each day and slips 3 m each night. The well is 9 m deep. How many days does it need?",
        "A frog climbs 4 m each day and slips 3 m each night. The well is 9 m deep. It starts half way. How many days?",
        "How many cuts are needed to cut a cake into 6 equal pieces?",
        "If you overtake the runner in first place, which place are you in?",
        "If you overtake the last runner, which place are you in?",
    ],
)
def test_a_problem_that_is_not_quite_that_is_left_alone(question: str) -> None:
    assert read(question, TODAY) is None


@pytest.mark.parametrize(
    "question",
    [
        "Maya reads 24 pages a day and 10 more on Sundays. How many does she read in a week?",
        "A plumber charges 40 euros an hour and 30 euros for the way. The bill is 150. How many hours did he work?",
        "A goose roasts 15 minutes a kilogram and 20 minutes more. How many minutes does one of 4 kilograms take?",
        "A shop is open every day except Sunday, for 9 hours. How many hours is that in 2 weeks?",
    ],
)
def test_a_plain_question_demands_nothing(question: str) -> None:
    assert cues.find(question) == ()
