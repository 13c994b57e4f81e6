"""Solutions in words: the value in the box, and calculations that do not hold."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio_experts.math.values import parse
from nescio_experts.math.working import final, is_open, misses, plain, slips


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (r"So the answer is \(\boxed{42}\).", "42"),
        (r"\boxed{7} was wrong, so \[ \boxed{ 8 } \]", "8"),
        (r"\boxed{\$1{,}200.50}", "1200.5"),
        (r"\boxed{\dfrac{3}{4}\text{ kg}}", "3/4 kg"),
        (r"\boxed{2\frac{1}{2}}", "5/2"),
        (r"\boxed{x = 5}", "5"),
        (r"\boxed{12\,\text{feet}}", "12 feet"),
        (r"\boxed{25\%}", "25%"),
        (r"\boxed{3\sqrt{5}}", "3sqrt(5)"),
        (r"\boxed{\text{UNKNOWN}}", "UNKNOWN"),
        (r"\boxed{\frac{a}{b}}", "a/b"),
        ("Therefore,\n**Answer:** 17 apples", "17 apples"),
    ],
)
def test_the_last_box_is_the_answer(text, printed):
    value, wanted = final(text), parse(printed)
    assert value is not None
    assert wanted is not None
    assert value.key == wanted.key


@pytest.mark.parametrize("text", ["", "The answer is 5.", r"\boxed{", r"\boxed{12", r"\boxed{}", "Answer:"])
def test_without_a_box_that_closes_there_is_no_answer(text):
    assert final(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("First 12 * 18 = 216, then 216 - 170 = 46.", (0, 2)),
        (r"\[ 3 \times 4 + 2 = 14 \]", (0, 1)),
        (r"\( \$1{,}200 \div 4 = \$300 \)", (0, 1)),
        ("10 / 3 = 3.33, and 10 / 4 = 2.6", (1, 2)),
        ("20% * 50 = 10", (0, 1)),
        ("5 - 8 = -3", (0, 1)),
        ("2 + 2 = 5 and 7 - 2 = 4", (2, 2)),
        ("4 / 0 = 0", (1, 1)),
        ("3 * 4 = 4 + 8 = 12", (0, 1)),
        ("x = 5, and 2 cows", (0, 0)),
    ],
)
def test_calculations_that_do_not_hold_are_counted(text, found):
    assert slips(text) == found


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("The question does not specify how many apples Ann has.", True),
        ("Let us assume that each bag weighs 5 kg.", True),
        ("So the total in terms of \\( x \\) is \\( x + 3 \\).", True),
        ("How long it took is not given.", True),
        ("He gave 5 of them away, so \\boxed{3} are left.", False),
        ("Let \\( x \\) be the number of sheep that Mary buys.", False),
    ],
)
def test_a_solution_that_misses_a_fact_says_so(text, missing):
    assert misses(text) is missing


@pytest.mark.parametrize(
    ("value", "question", "open_"),
    [
        ("x - 32", "How many goldfish are left?", True),
        ("8/p", "How many games can he buy with 8 dollars?", True),
        ("2*x + 3", "Simplify x + x + 3.", False),
        ("5", "How many?", False),
        ("Tuesday", "Which day?", False),
        ("3 apples", "How many apples?", False),
    ],
)
def test_a_value_with_a_variable_of_its_own_is_open(value, question, open_):
    parsed = parse(value)
    assert parsed is not None
    assert is_open(parsed, question) is open_


numbers = st.integers(min_value=0, max_value=10**6)


@given(numbers, numbers, st.sampled_from("+-*"), st.integers(min_value=-3, max_value=3))
def test_a_calculation_holds_exactly_when_it_is_right(left, right, sign, off):
    value = {"+": left + right, "-": left - right, "*": left * right}[sign]
    assert slips(f"so {left} {sign} {right} = {value + off} of them") == (int(off != 0), 1)


@given(numbers, st.integers(min_value=1, max_value=999), st.integers(min_value=0, max_value=4))
def test_a_rounded_quotient_holds(over, under, places):
    quotient = Fraction(over, under)
    told = f"{float(quotient):.{places}f}"
    assert slips(f"{over} / {under} = {told}")[0] == 0


@given(st.text(max_size=60))
def test_any_text_can_be_read(text):
    final(text)
    final(rf"\boxed{{{text}}}")
    bad, every = slips(text)
    assert 0 <= bad <= every
    assert isinstance(plain(text), str)
