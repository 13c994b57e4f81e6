"""What a program printed, read as a value, and values said as sentences."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio_experts.math import prompt
from nescio_experts.math.posterior import evidence, is_sane, judge
from nescio_experts.math.rules import read
from nescio_experts.math.values import parse
from nescio_experts.math.vote import Ballot, count
from nescio_experts.math.wording import say, show_number


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("397.8", "number 1989/5"),
        ("397.80000000000001", "number 1989/5"),
        ("0.30000000000000004", "number 3/10"),
        ("1,234", "number 1234"),
        ("17/3", "number 566666667/100000000"),
        ("5.666666666666667", "number 566666667/100000000"),
        ("1e-05", "number 1/100000"),
        ("1.5E+3", "number 1500"),
        ("25%", "number 25"),
        ("$12.50", "number 25/2"),
        ("-$3", "number -3"),
        ("12 km", "number 12"),
        ("45 days, 0:00:00", "number 45"),
        ("Answer: 42", "number 42"),
        ("x = 5", "number 5"),
        ("[2]", "number 2"),
        ("{x: 7}", "number 7"),
        ("[2, 3]", "list 2 3"),
        ("{3, 2}", "list 2 3"),
        ("x = 2, x = 3", "list 2 3"),
        ("sqrt(16)", "number 4"),
        ("3*sqrt(4)/2", "number 3"),
        ("[-sqrt(9), sqrt(9)]", "list -3 3"),
        ("True", "word yes"),
        ("no", "word no"),
        ("Sunday", "word sunday"),
        ("2024-05-30", f"date {date(2024, 5, 30).toordinal()}"),
        ("2024-05-30 00:00:00", f"date {date(2024, 5, 30).toordinal()}"),
        ("May 30, 2024", f"date {date(2024, 5, 30).toordinal()}"),
        ("16:15", "time 975"),
        ("4:15 PM", "time 975"),
        ("UNKNOWN", "unknown unknown"),
        ("x**2 + 1", "text x**2+1"),
    ],
)
def test_printed_values_have_a_key(printed: str, key: str) -> None:
    value = parse(printed)
    assert value is not None
    assert value.key == key


@pytest.mark.parametrize(
    "printed", ["", None, "nan", "inf", "zoo", "None", "[]", "EmptySet", "<function f at 0x1>", "1/0", "…", "x" * 400]
)
def test_what_cannot_be_an_answer_is_no_value(printed: str | None) -> None:
    assert parse(printed) is None


@given(st.text(max_size=60))
def test_reading_never_fails(printed: str) -> None:
    value = parse(printed)
    if value is not None:
        assert value.key
        assert say(value).startswith("The answer is ")


@given(st.fractions(min_value=-(10**12), max_value=10**12))
def test_a_number_is_said_without_exponent_and_read_back(number: Fraction) -> None:
    said = show_number(number)
    assert "e" not in said.lower()
    back = parse(said)
    assert back is not None
    assert back.number is not None
    assert abs(back.number - number) <= Fraction(1, 10**9) * max(abs(number), Fraction(1, 10**9))


@given(st.integers(-(10**40), 10**40))
def test_a_whole_number_is_said_exactly(number: int) -> None:
    assert int(show_number(Fraction(number)).replace(",", "")) == number


@given(st.dates(date(1, 1, 2), date(9999, 12, 30)))
def test_a_date_is_said_with_its_weekday(day: date) -> None:
    value = parse(day.isoformat())
    assert value is not None
    assert f"{day:%A}" in say(value)
    assert day + timedelta(0) == date.fromordinal(int(value.number or 0))


def ballot(printed: str | None, **changes: object) -> Ballot:
    return Ballot("program", "print(1)", "ok" if printed else "error", parse(printed), **changes)  # type: ignore[arg-type]


def test_values_that_are_equal_are_one_group_and_the_largest_comes_first() -> None:
    counted = count([ballot("5", greedy=True), ballot("7"), ballot("7.0"), ballot(None), ballot("UNKNOWN")])
    assert [(group.value.number, len(group.ballots)) for group in counted.groups] == [(7, 2), (5, 1)]
    assert counted.unknown == 1


def test_a_value_is_said_as_the_program_gave_it() -> None:
    worked = Ballot("words", "…", "worked", parse("7.0"), greedy=True)
    (group,) = count([worked, ballot("7")]).groups
    assert group.both_ways
    assert group.shown.way == "program"


def test_no_value_means_no_group() -> None:
    for ballots in ([], [ballot(None)], [ballot("UNKNOWN")], [ballot("7", heeds=False)]):
        assert count(ballots).groups == ()


@given(st.lists(st.sampled_from(["1", "2", "3", "UNKNOWN", "nan", "no"]), max_size=8))
def test_every_ballot_that_counts_is_in_one_group(printed: list[str]) -> None:
    counted = count([ballot(text, greedy=index == 0) for index, text in enumerate(printed)])
    grouped = [one for group in counted.groups for one in group.ballots]
    assert sorted(map(id, grouped)) == sorted(id(one) for one in counted.ballots if one.counts)
    assert all(
        one.value is not None and one.value.key == group.value.key for group in counted.groups for one in group.ballots
    )


def test_figures_see_numbers_that_were_left_out_or_invented() -> None:
    question = "A box holds 12 eggs. How many boxes are needed for 150 eggs?"

    def told(code: str, printed: str) -> dict[str, float]:
        vote = count([Ballot("program", code, "ok", parse(printed), logprob=-0.1, greedy=True)])
        return evidence(judge(vote, question), vote, question)

    honest, invented = told("print(-(-150 // 12))", "13"), told("print(150 // 37)", "4.5")
    assert (honest["numbers_used"], invented["numbers_used"]) == (1, 0.5)
    assert invented["numbers_given"] < honest["numbers_given"]
    assert honest["posterior"] > invented["posterior"]
    assert not is_sane(parse("13"), "On which day was that?")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```python\nprint(1)\n```", "print(1)"),
        ("Here you are:\n```py\nx = 2\nprint(x)", "x = 2\nprint(x)"),
        ("print(3)", "print(3)"),
        ("The answer is 4.", None),
        ("```python\nx = 2\n```", None),
    ],
)
def test_a_program_is_found_in_what_the_model_says(text: str, code: str | None) -> None:
    assert prompt.extract(text) == code


def test_the_clock_is_noticed() -> None:
    assert prompt.reads_the_clock("from datetime import date\nprint(date.today())")
    assert prompt.reads_the_clock("import time\nprint(time.time())")
    assert not prompt.reads_the_clock("from datetime import date\nprint(date(2020, 1, 1))")


def test_division_by_zero_and_false_dates_are_read_as_programs_that_fail() -> None:
    assert read("5/0", date(2026, 1, 1)) is not None
    assert read("What day of the week was 31 February 2019?", date(2026, 1, 1)) is not None
