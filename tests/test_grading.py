import string
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio import grading
from nescio.grading import Item, grade, grade_choice, grade_code, normalise
from nescio.grading.code import build, program_of
from nescio.grading.dates import Date, dates
from nescio.grading.numbers import Quantity, digits_for_words, quantities

RIGHT = [
    ("Which is larger, Paris or Lyon?", "Paris", "Paris is larger than Lyon."),
    ("Which is larger, Lyon or Paris?", "Paris", "It is not Lyon but Paris."),
    ("Where did they land?", "Plymouth, Massachusetts", "in Plymouth"),
    ("Where are the dead kept?", "morgue or mortuary", "the mortuary"),
    ("Who plays him?", 'James "Jamie" Dornan', "Jamie Dornan"),
    ("Which Russian composed it?", "Dimitri Shostakovitch", "Shostakovich"),
    ("How much memory has it?", "4Â\xa0GB", "4 GB"),
    ("Which is the capital of France?", "Paris", "Paris"),
    ("Which is the capital of France?", "Paris", "The capital of France is **Paris**."),
    ("What is the boiling point of tungsten?", "5828 K", "5828 K (5554.85 °C)"),
    ("What is the boiling point of tungsten?", "5828 K", "Tungsten boils at 5,828 kelvin."),
    ("What is the boiling point of tungsten?", "5828 K", "5554.85 °C"),
    ("How much is 17% of 2,340?", "397.8", "397.80"),
    ("How much is 17% of 2,340?", "397.8", "17% of 2,340 is 397.8"),
    ("What is 1/3 of 10?", "3.3333333333", "3.333"),
    ("How many apples are left?", "7", "He had 12 and ate 5, so 12 - 5 = 7. The answer is 7."),
    ("How many apples are left?", "7", "seven"),
    ("How many people live there?", "1400000", "1.4 million"),
    ("What is the debt?", "-5", "It is −5."),
    ("Who founded Ubuntu?", "Mark Richard Shuttleworth", "Mark Shuttleworth"),
    ("Who is the speaker of the essay?", "George Orwell", "Orwell"),
    ("Which three colours are on the flag?", "Green, White, Orange", "They are orange, green and white."),
    ("When did the war begin?", "April 1917", "On April 6, 1917."),
    ("When did the war begin?", "April 6, 1917", "1917"),
    ("When did the war begin?", "1917-04-06", "6 April 1917"),
    ("How often is a census?", "Every ten years", "Every 10 years"),
    ("What is at 5th place?", "5", "It is the 5th."),
    ("Who composed it?", "Dimitri Shostakovitch", "It was Dmitri Shostakovich."),
    ("What do plants make?", "thylakoid membranes", "the thylakoid membrane"),
    ("Which musical?", "Guys & Dolls", "Guys and Dolls"),
    ("How is Q written in Morse?", "--.-", "Q is --.- in Morse code."),
    ("How is Q written in Morse?", "--.-", "It is `--.-`"),
    ("Is it a metal?", "yes", "Yes, tungsten is a metal."),
    ("Is it a metal?", "no", "No."),
    ("Is it a metal?", "false", "no"),
]
WRONG = [
    ("Which is larger, Paris or Lyon?", "Paris", "Lyon is larger than Paris."),
    ("Which is larger, Lyon or Paris?", "Paris", "Lyon"),
    ("Where did they land?", "Plymouth, Massachusetts", "Plymouth, England"),
    ("How costly is it?", "O(n)", "O(log n)"),
    ("Who scored most?", "Manchester United", "Manchester"),
    ("How is G written in Morse?", "--.", "Q is --.- in Morse code."),
    ("How is Q written in Morse?", "--.-", "Q is -- .- in Morse code."),
    ("Which is the capital of France?", "Paris", "Lyon"),
    ("Which is the capital of France?", "Paris", "It is not Paris, it is Lyon."),
    ("Which is the capital of Australia?", "Canberra", "Sydney rather than Canberra"),
    ("What is the boiling point of tungsten?", "5828 K", "5828 °C"),
    ("What is the boiling point of tungsten?", "5828 K", "3695 K"),
    ("How many apples are left?", "7", "He had 7 and ate 5, so the answer is 2."),
    ("How many apples are left?", "17", "7"),
    ("How many are there?", "9", "99"),
    ("How many are there?", "1938", "1940"),
    ("What is the debt?", "-5", "5"),
    ("When did the war begin?", "April 6, 1917", "April 7, 1917"),
    ("When did the war begin?", "1917", "1918"),
    ("Which country?", "Iceland", "Ireland"),
    ("Which country?", "Austria", "Australia"),
    ("Which continent?", "South Africa", "Africa"),
    ("Which vitamin?", "vitamin A", "vitamin K"),
    ("Which language?", "C++", "C"),
    ("Which three colours are on the flag?", "Green, White, Orange", "Green and white."),
    ("Is it a metal?", "yes", "No, it is not."),
    ("Is it a metal?", "no", "I do not want to say yes or no."),
    ("Which is the capital of France?", "Paris", "   "),
]


@pytest.mark.parametrize(("question", "gold", "answer"), RIGHT)
def test_answer_that_states_the_gold_is_correct(question, gold, answer):
    assert grade(question, [gold], answer).outcome == "correct"


@pytest.mark.parametrize(("question", "gold", "answer"), WRONG)
def test_answer_that_states_something_else_is_incorrect(question, gold, answer):
    assert grade(question, [gold], answer).outcome == "incorrect"


@given(st.text(max_size=60))
def test_any_answer_to_an_unanswerable_question_is_incorrect(answer):
    assert grade("Who?", None, answer).outcome == "incorrect"


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=60))
def test_no_text_breaks_the_grader(question, gold, answer):
    assert grade(question, [gold], answer).outcome in ("correct", "incorrect")


@given(st.text(string.ascii_letters + string.digits + " -.,'", min_size=1, max_size=30))
def test_a_gold_states_itself(gold):
    if normalise(gold):
        assert grade("", [gold], gold).outcome == "correct"


@given(st.lists(st.sampled_from(["Paris", "Lyon", "Nice", "Lille"]), min_size=1, unique=True), st.sampled_from("PLNx"))
def test_more_golds_never_turn_right_into_wrong(golds, answer):
    fewer = grade("Where?", golds[:1], answer).outcome
    more = grade("Where?", golds, answer).outcome
    assert not (fewer == "correct" and more == "incorrect")


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_whole_numbers_are_right_only_if_equal_or_almost_so_in_the_millions(gold, given_):
    right = grade("How many?", [str(gold)], f"{given_:,}").outcome == "correct"
    if gold == given_:
        assert right
    elif abs(gold) < 10**6:
        assert not right


def test_year_alone_does_not_excuse_a_wrong_day():
    golds = ["1979", "21 July 1979"]
    assert grade("When was it released?", golds, "in 1979").outcome == "correct"
    assert grade("When was it released?", golds, "21 July 1979").outcome == "correct"
    assert grade("When was it released?", golds, "on 13 July 1979").outcome == "incorrect"


def test_endless_answer_is_read_at_both_ends():
    babble = "word " * 2_000_000
    assert grade("Which city?", ["Paris"], f"Paris. {babble}").outcome == "correct"
    assert grade("Which city?", ["Paris"], f"{babble} The answer is Paris.").outcome == "correct"
    assert grade("Which city?", ["Paris"], babble).outcome == "incorrect"


def test_answer_in_words_only_is_declined():
    assert grade("Who?", ["Ada"], "I'm not sure who that is.").method == "declined"


def test_a_list_needs_every_member_and_no_other():
    golds = ["Germany", "Italy"]
    question = "Which neighbours of Austria have more than fifty million people?"
    assert grade(question, golds, "Italy and Germany", kind="list").outcome == "correct"
    assert grade(question, golds, "They are Germany and Italy.", kind="list").outcome == "correct"
    assert grade(question, golds, "Germany", kind="list").outcome == "incorrect"
    assert grade(question, golds, "Germany, Italy, Hungary", kind="list").outcome == "incorrect"
    assert grade(question, golds, "Hungary, Germany and Italy", kind="list").outcome == "incorrect"


CHOICES = ("5 cm", "5", "Both of them", "None")


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        ("B", 1),
        ("(c)", 2),
        ("The answer is (A).", 0),
        ("**D**", 3),
        ("B. 5", 1),
        ("\\boxed{C}", 2),
        ("Both of them", 2),
        ("It must be 5 cm", 0),
        ("5", 1),
        ("I think A or B", None),
        ("no idea", None),
        ("", None),
    ],
)
def test_choice_is_read_from_its_letter_or_its_text(answer, chosen):
    from nescio.grading.short import choice_of

    assert choice_of(CHOICES, answer) == chosen
    if chosen is not None:
        assert grade_choice(CHOICES, chosen, answer).outcome == "correct"
        assert grade_choice(CHOICES, (chosen + 1) % 4, answer).outcome == "incorrect"


def test_choice_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError):
        grade_choice(CHOICES, 4, "A")


@dataclass
class Ran:
    outcome: str
    stdout: str
    result: str | None
    message: str


class InProcess:
    """Runs programs right here: for tests whose programs are the test's own."""

    def __init__(self, broken: bool = False) -> None:
        self.broken = broken

    async def run(self, source: str) -> Ran:
        if self.broken:
            return Ran("unavailable", "", None, "no bwrap")
        printed: list[str] = []
        try:
            exec(source, {"print": lambda *a: printed.append(" ".join(map(str, a))), "__name__": "__main__"})
        except SystemExit:
            pass
        except AssertionError as error:
            return Ran("error", "", None, repr(error))
        return Ran("ok", "\n".join(printed), printed[-1] if printed else None, "")


TESTS = ["assert double(2) == 4", "assert double(0) == 0"]


async def test_program_that_passes_its_tests_is_correct():
    answer = "Here it is:\n```python\ndef double(x):\n    return 2 * x\n```\nIt doubles."
    assert (await grade_code(answer, TESTS, InProcess())).outcome == "correct"


async def test_program_that_fails_a_test_is_incorrect_and_says_why():
    found = await grade_code("def double(x):\n    return x", TESTS, InProcess())
    assert found.outcome == "incorrect"
    assert "AssertionError" in found.detail


async def test_program_that_ends_before_the_tests_is_incorrect():
    for answer in ("raise SystemExit", "print('ok')\nraise SystemExit(0)"):
        assert (await grade_code(answer, TESTS, InProcess())).outcome == "incorrect"


async def test_without_a_sandbox_code_is_ungraded():
    found = await grade_code("def double(x): ...", TESTS, InProcess(broken=True))
    assert (found.outcome, found.right, found.detail) == ("ungraded", None, "no bwrap")


PROMPT = 'def below(xs):\n    """Whether a sum is negative."""\n'
CHECK = "def check(candidate):\n    assert candidate([1, -2]) is True\n    assert candidate([1]) is False\n"


@pytest.mark.parametrize(
    "answer",
    ["    return sum(xs) < 0\n", "return sum(xs) < 0", "```python\ndef below(xs):\n    return sum(xs) < 0\n```"],
)
async def test_body_or_whole_function_continues_a_prompt(answer):
    found = await grade_code(answer, [CHECK], InProcess(), prompt=PROMPT, entry_point="below")
    assert found.outcome == "correct"


def test_only_defining_blocks_of_an_answer_are_run():
    answer = "```python\ndef f():\n    return 1\n```\nUse it:\n```python\nf(1, 2)\n```"
    assert program_of(answer) == "def f():\n    return 1\n"
    assert build(answer, [], "x").endswith("print('x')\n")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  capital, of São Tomé!", "capital of sao tome"),
        ("J. K. Rowling", "jk rowling"),
        ("the U.S.A.", "usa"),
        ("1,234.50", "1234.50"),
        ("−5 °C", "-5 c"),
        ("5 per cent", "5%"),
        ("3/4 and 3 * 4", "3 / 4 and 3 * 4"),
        ("Vitamin A", "vitamin a"),
        ("C++, C#", "c++ c#"),
        ("?!", "?!"),
        ("A", "a"),
    ],
)
def test_normal_form_keeps_what_carries_meaning(text, normal):
    assert normalise(text) == normal


@given(st.text(max_size=80))
def test_normal_form_ignores_case_and_blanks(text):
    assert normalise(f"  {text}\t\n") == normalise(text)


@given(st.text(string.ascii_letters + string.digits + " .,-%'/*+", max_size=40))
def test_normal_form_of_plain_text_is_a_fixed_point_in_words(text):
    once = normalise(text)
    assert normalise(once).replace(" ", "") == normalise(normalise(once)).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5,828 K", 5828, "k"),
        ("1.5 million", 1.5e6, ""),
        ("twenty-one", 21, ""),
        ("two hundred and five", 205, ""),
        ("3.2e-5", 3.2e-5, ""),
        ("6.02 x 10^23", 6.02e23, ""),
        ("$1,200", 1200, "$"),
        ("-40 °F", -40, "f"),
        ("½", 0.5, ""),
        ("603,628 km²", 603628, "km2"),
        ("50 square kilometres", 50, "km2"),
        ("12 %", 12, "%"),
        ("3rd", 3, ""),
        ("1 234 567", 1234567, ""),
    ],
)
def test_quantity_is_read_with_its_unit(text, value, unit):
    (found,) = quantities(text)
    assert found.value == pytest.approx(value)
    assert found.unit == unit


@pytest.mark.parametrize("text", ["1e999999", "1/0", "9" * 400])
def test_absurd_numbers_are_no_quantity(text):
    assert all(isinstance(found, Quantity) and abs(found.value) < float("inf") for found in quantities(text))


def test_one_of_is_no_number():
    assert digits_for_words("one of the two") == "one of the 2"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("July 4, 1776", Date(1776, 7, 4)),
        ("4th of July 1776", Date(1776, 7, 4)),
        ("1776-07-04", Date(1776, 7, 4)),
        ("July 1776", Date(1776, 7)),
        ("4 July", Date(None, 7, 4)),
        ("in 1776", Date(1776)),
    ],
)
def test_date_is_read_as_precisely_as_it_is_given(text, date):
    assert dates(text) == (date,)


def test_role_is_fixed_by_the_key():
    from hashlib import blake2b

    for key in ("capital of france", "", "x" * 1000):
        bucket = int(blake2b(key.encode()).hexdigest()[:8], 16) % 10
        assert grading.role_of(key) == ("fit" if bucket < 5 else "test")


def test_about_half_of_all_keys_fit():
    assert 450 < sum(grading.role_of(f"question {i}") == "fit" for i in range(1000)) < 550


items = st.builds(
    Item,
    text=st.sampled_from(["One?", "one", "Two?", "Three?", "Four?"]),
    links=st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
    dataset=st.sampled_from(["", "gsm8k", "gsm8k_train"]),
    role=st.sampled_from([None, "fit", "test"]),
)


@given(st.lists(items, max_size=12), st.randoms(use_true_random=False))
def test_clusters_and_roles_ignore_order_and_hold_what_is_linked_together(rows, random):
    keys, roles = grading.clusters(rows), grading.roles(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = [rows[i] for i in order]
    assert grading.clusters(shuffled) == tuple(keys[i] for i in order)
    assert grading.roles(shuffled) == tuple(roles[i] for i in order)
    for i, one in enumerate(rows):
        for j, two in enumerate(rows):
            if normalise(one.text) == normalise(two.text) or set(one.links) & set(two.links):
                assert keys[i] == keys[j]
            if keys[i] == keys[j]:
                assert roles[i] == roles[j]
        if one.dataset == "gsm8k":
            assert roles[i] == "test"


def test_twins_share_the_smallest_text_as_key():
    rows = [Item("How many apples are left?", ("pair-1",)), Item("How many apples?", ("pair-1",)), Item("Who?")]
    assert grading.clusters(rows) == ("how many apples", "how many apples", "who")


def test_cluster_with_a_training_row_of_gsm8k_is_for_fitting_and_an_official_split_is_kept():
    assert grading.roles([Item("a", ("x",), "gsm8k_train"), Item("b", ("x",), role="test")]) == ("fit", "fit")
    assert grading.roles([Item("a", role="fit"), Item("b", role="test")]) == ("fit", "test")


@pytest.mark.parametrize(
    ("gold", "answer", "outcome"),
    [
        ("8860 kg/m³", "The density of cobalt is 8860 kg/m³ (8.86 g/cm³).", "correct"),
        ("8.86 g/cm3", "It is 8860 kg/m^3.", "correct"),
        ("7.134 g/cm³", "The density of zinc (Zn) is 7.134 g/cm³.", "correct"),
        ("19.3 g/cm³", "20.3 g/cm³", "incorrect"),
        ("9 g/cm³", "9 kg", "incorrect"),
    ],
)
def test_densities_are_compared_across_their_units(gold: str, answer: str, outcome: str):
    assert grade("How dense is it?", (gold,), answer).outcome == outcome
