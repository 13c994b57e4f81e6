import json
import random
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from nescio.errors import DataError
from nescio.known import read_further
from nescio_eval.commands import app
from nescio_eval.datasets.varied import problem_of, read_rows, varied, vary

STORY = "A baker sells 36 rolls at $3 each and 14 cakes at $9 each. He pays $45 for flour. What does he keep?"
WORK = "The rolls bring 36*3=$<<36*3=108>>108. The cakes bring <<14*9=126>>126. He keeps <<108+126-45=189>>189 dollars."
ROW = {"id": "own-1", "dataset": "own", "domain": "math", "question": STORY, "answer": "189", "meta": {"work": WORK}}


def kept(rolls, price, cakes, each, flour):
    return rolls * price + cakes * each - flour


def numbers_in(text):
    return [int(word.strip("$.?")) for word in text.split() if word.strip("$.?").isdigit()]


@given(st.integers(0, 10_000))
def test_the_answer_is_that_of_the_new_numbers(seed):
    problem = problem_of(STORY, WORK, "189")
    question, answer = varied(problem, random.Random(seed))
    new, old = numbers_in(question), numbers_in(STORY)
    assert int(answer) == kept(*new)
    assert all(one != other for one, other in zip(new, old, strict=True))
    assert sorted(range(5), key=new.__getitem__) == sorted(range(5), key=old.__getitem__)
    assert int(answer) > 0
    assert re.sub(r"\d+", "", question) == re.sub(r"\d+", "", STORY)


def test_a_problem_in_its_own_numbers_is_what_it_was():
    problem = problem_of(STORY, WORK, "189")
    assert problem.told(problem.numbers) == STORY
    assert problem.worked(problem.numbers) == (108, 126, 189)


@pytest.mark.parametrize(
    ("story", "work", "answer"),
    [
        ("Tom has 5 pens and 7 caps.", "<<5+7=12>>", "13"),  # the last step gives another answer
        ("Tom has 5 pens and 5 caps.", "<<5+5=10>>", "10"),  # which 5 is which?
        ("Tom ran 2 miles twice.", "<<2*2=4>>", "4"),  # the number, or the word?
        ("Tom ran 2 miles, and half as much again.", "<<2/2=1>><<2+1=3>>", "3"),
        ("Tom has 5 pens, 7 caps and 9 hats. How many pens and caps?", "<<5+7=12>>", "12"),  # what is the 9 for?
        ("Tom has 9 pens and gives away 4, then 4 of the 5.", "<<9-4=5>><<5-4=1>>", "1"),
        ("Tom ate 1/2 of 8 pies.", "<<8/2=4>>", "4"),
        ("Tom was born in 1990 and is 30.", "<<1990+30=2020>>", "2020"),
        ("From 5:30 on Tom ran 7 miles.", "<<7*3=21>>", "21"),
        ("Tom has 1 pen and 7 caps.", "<<1+7=8>>", "8"),
        ("Tom has 5 pens and 7 caps.", "<<5**7=78125>>", "78125"),
        ("Tom has 5 pens and 7 caps.", "<<__import__('os').getpid()=12>>", "12"),
        ("Tom has 5 pens and 7 caps.", "<<5/0=12>>", "12"),
        ("Tom ran 18 miles, and the same again less half.", "<<9+18=27>>", "27"),  # where is the 9 from?
        ("Tom has 5 pens and 7 caps.", "", "12"),
        ("Tom has pens.", "<<5+7=12>>", "12"),
    ],
)
def test_what_does_not_fit_together_without_doubt_is_left_out(story, work, answer):
    assert problem_of(story, work, answer) is None


def test_exactness_and_results_below_one_stay():
    problem = problem_of("Rope costs $1.25 a foot. What do 8 feet cost?", "<<1.25*8=10>>", "10")
    for seed in range(20):
        question, answer = varied(problem, random.Random(seed))
        price = question.split("$")[1].split()[0]
        assert len(price.partition(".")[2]) == 2
        assert Fraction(price) * int(question.split("do ")[1].split()[0]) == int(answer)


def test_rows_are_of_role_fit_and_tied_to_where_they_come_from(tmp_path):
    (row,) = vary([ROW, {**ROW, "question": "Tom has pens."}], seed=3)
    assert (row["role"], row["pair"], row["answerable"], row["dataset"]) == ("fit", "own-1", True, "own")
    assert list(vary([ROW], seed=3)) == [row]
    assert list(vary([ROW], seed=4)) != [row]
    path = tmp_path / "varied.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (known,) = read_further(path).questions
    assert (known.item.role, known.golds) == ("fit", (row["answer"],))


def test_the_command(tmp_path):
    source, out = tmp_path / "rows.jsonl", tmp_path / "varied.jsonl"
    source.write_text("".join(json.dumps({**ROW, "id": f"own-{n}"}) + "\n" for n in range(3)), encoding="utf-8")
    done = CliRunner().invoke(app, ["vary", str(source), "--out", str(out), "--limit", "2"])
    assert done.exit_code == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("content", [None, "{", '{"question": "Who?", "answer": "He"}\n'])
def test_a_file_without_calculations_is_refused(tmp_path, content):
    path = tmp_path / "rows.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError):
        read_rows(path)
