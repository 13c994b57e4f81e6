import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.errors import DataError
from nescio.grading import normalise, role_of
from nescio.known import gather, joined, read_further, read_source, told_of
from nescio.types import Card

NORMAL = {"id": "1", "domain": "d", "aliases": [], "answerable": True, "choices": None, "meta": {}}


def write(path: Path, *rows: object) -> Path:
    data = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def asked_of(folder: Path, *rows: object, further=()):
    folder.mkdir(exist_ok=True)
    write(folder / "questions.jsonl", *rows)
    return gather("a", {"a": Card("a", "d", "d", ("f",), ("x",), folder)}, further)


@pytest.mark.parametrize("name", ["more.jsonl", "more.jsonl.gz"])
def test_normal_form_of_evaluation_data_is_read(tmp_path, name):
    twins = [
        {**NORMAL, "question": "How old is Ann?", "answer": "7", "aliases": ["seven"], "meta": {"pair": 3}},
        {**NORMAL, "question": "How old is he?", "answer": "7", "answerable": False, "meta": {"pair": 3}},
    ]
    one, other = joined(read_further(write(tmp_path / name, *twins)).questions)
    assert (one.golds, other.golds) == (("7", "seven"), None)
    assert one.cluster == other.cluster
    assert one.role == other.role == role_of(one.cluster)


@given(st.lists(st.sampled_from(["fit", "test", None]), min_size=1, max_size=6), st.booleans())
def test_settled_role_is_kept_and_test_wins_within_twins(tmp_path_factory, roles, tied):
    rows = [{"question": f"Number {i}?", "answer": 1, "role": role} for i, role in enumerate(roles)]
    rows = [{**row, "pair": "p"} if tied else row for row in rows]
    found = joined(read_further(write(tmp_path_factory.mktemp("r") / "x.jsonl", *rows)).questions)
    for role, one in zip(roles, found, strict=True):
        settled = set(roles) - {None} if tied else {role} - {None}
        assert one.role == ("test" if "test" in settled else "fit" if settled else role_of(one.cluster))


def test_official_split_is_kept_where_both_its_sides_are_there(tmp_path):
    both = [
        {"question": f"{split} {i}?", "answer": 1, "meta": {"split": split}} for split in ("dev", "test") for i in "ab"
    ]
    assert [one.role for one in joined(read_further(write(tmp_path / "x.jsonl", *both)).questions)] == [
        *("fit", "fit", "test", "test")
    ]
    half = [{"question": f"dev {i}?", "answer": 1, "split": "dev"} for i in range(40)]
    assert {one.role for one in joined(read_further(write(tmp_path / "x.jsonl", *half)).questions)} == {"fit", "test"}
    gsm8k = {**NORMAL, "question": "How many?", "answer": "3", "dataset": "gsm8k", "meta": {"split": "train"}}
    assert joined(read_further(write(tmp_path / "x.jsonl", gsm8k)).questions)[0].role == "test"


def test_question_that_two_files_hold_is_asked_once_and_a_contradiction_not_at_all(tmp_path):
    more = write(
        tmp_path / "more.jsonl",
        {"question": "what is 1 + 1", "answer": "2"},
        {"question": "What is 2 + 2?", "answer": "5"},
        {"question": "What is 3 + 3?", "answer": "6", "aliases": ["six"]},
        {"question": "What is 3 + 3?", "answer": "six", "aliases": ["6"]},
        {"question": "Which one?", "answer": "B", "choices": ["A", "B"]},
    )
    own = [{"question": "What is 1 + 1?", "answer": "2"}, {"question": "What is 2 + 2?", "answer": "4"}]
    found = asked_of(tmp_path / "a", *own, further=[read_further(more)])
    assert [one.question for one in found.questions] == ["What is 1 + 1?", "What is 3 + 3?"]
    assert (found.duplicates, found.contradictory, found.left_out) == (2, 2, 1)
    told = told_of(found.questions, found)
    assert re.fullmatch(r"1 questions of a/questions.jsonl, 1 of more.jsonl \(blake2b [0-9a-f]{16}\)", told)


def test_twin_in_another_file_moves_to_the_side_of_the_first(tmp_path):
    more = write(tmp_path / "more.jsonl", {"question": "What is 1 + 1?", "answer": "2", "role": "test"})
    found = asked_of(tmp_path / "a", {"question": "what is 1 + 1", "answer": "2"}, further=[read_further(more)])
    assert [one.role for one in found.questions] == ["test"]


GOOD = {"question": "a", "answer": "b"}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{", "JSONDecodeError"),
        ("no json at all", "JSONDecodeError"),
        ("3", "TypeError"),
        ({"answer": "b"}, "'question'"),
        ({"question": "a"}, "'answer'"),
        ({"question": " ", "answer": "b"}, "question is not a text"),
        ({"question": "a", "answer": ""}, "the answer is empty"),
        ({"question": "a", "answer": []}, "the answer is empty"),
        ({"question": "a", "answer": None, "answerable": True}, "answerable, but without an answer"),
        ({"question": "a", "answer": "b", "answerable": "yes"}, "neither true nor false"),
        ({"question": "a", "answer": "b", "meta": [1]}, "meta is no object"),
        ({"question": "a", "answer": "b", "role": "train"}, "neither fit nor test"),
        ({"question": "a", "answer": "b", "aliases": "c"}, "aliases is not a list"),
        ({"question": "a", "tests": "assert f(1)"}, "tests is not a list of texts"),
        ({"question": "a", "tests": [1]}, "tests is not a list of texts"),
        ({"question": "a", "tests": ["assert f(1)"], "setup": 1}, "setup is not a text"),
        ({"question": "a", "tests": ["assert f("]}, "a test is no Python"),
        ({"question": "a", "meta": {"test": "def check(f): ..."}}, "test and entry_point are not both texts"),
    ],
)
def test_broken_row_names_file_line_and_fault(tmp_path, row, says):
    with pytest.raises(DataError, match=r"x.jsonl:3: ") as caught:
        read_further(write(tmp_path / "x.jsonl", GOOD, "", row))
    assert says in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "it is empty"), (b" \n\n", "it is empty"), (b"\xff\xfe", "not UTF-8"), (None, "cannot be read")],
)
def test_file_without_questions_is_a_clear_error(tmp_path, data, says):
    path = tmp_path / "x.jsonl"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DataError, match=says):
        read_further(path)


def test_torn_archive_and_folder_are_clear_errors(tmp_path):
    torn = write(tmp_path / "x.jsonl.gz", GOOD)
    torn.write_bytes(torn.read_bytes()[:-9])
    for path in (torn, tmp_path):
        with pytest.raises(DataError, match="cannot be read"):
            read_further(path)


def test_file_of_other_questions_says_how_many_it_left_out(tmp_path):
    rows = [{"question": "Which?", "answer": "A", "choices": ["A", "B"]}, {**GOOD, "meta": {"context": "A text."}}]
    with pytest.raises(DataError, match="none of its 2 rows can be asked"):
        read_further(write(tmp_path / "x.jsonl", *rows))


MBPP = {**NORMAL, "question": "Write a function to convert it.", "answer": "def convert(x): ...", "dataset": "mbpp"}
TESTS = ["assert set(convert([1])) == {1}", "assert convert([]) == []"]


def test_row_with_tests_is_asked_with_the_name_that_only_the_tests_tell(tmp_path):
    rows = [
        {**MBPP, "meta": {"tests": TESTS, "setup": "import math", "split": "train"}},
        {**MBPP, "meta": {"tests": TESTS, "split": "test"}, "question": "Write convert(x)."},
        {"question": "Write a function called convert", "tests": TESTS},
    ]
    told = joined(read_further(write(tmp_path / "x.jsonl", *rows)).questions)
    assert [one.question for one in told] == [
        "Write a function to convert it. Call it convert.",
        "Write convert(x).",
        "Write a function called convert",
    ]
    assert [one.role for one in told[:2]] == ["fit", "test"]
    assert {one.golds for one in told} == {()}
    assert told[0].cluster == normalise(MBPP["question"])
    assert told[0].tests is not None
    assert (told[0].tests.statements, told[0].tests.setup) == (tuple(TESTS), "import math")


def test_row_whose_test_is_one_text_continues_its_question(tmp_path):
    meta = {"test": "def check(candidate):\n    assert candidate(1) == 1\n", "entry_point": "f"}
    (one,) = read_further(write(tmp_path / "x.jsonl", {**NORMAL, "question": "def f(x):", "meta": meta})).questions
    assert one.question == "def f(x):"
    assert one.tests is not None
    assert (one.tests.statements, one.tests.entry_point, one.tests.name) == ((meta["test"],), "f", None)


def test_rows_of_one_text_and_different_tests_contradict_each_other(tmp_path):
    asked = {"question": "Write a function called f."}
    rows = [{**asked, "tests": ["assert f(1) == 1"]}, {**asked, "tests": ["assert f(1) == 2"]}]
    found = asked_of(tmp_path / "a", *rows)
    assert (found.questions, found.contradictory) == ((), 2)
    assert len(asked_of(tmp_path / "b", rows[0], rows[0]).questions) == 1


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("12")), max_size=12))
def test_every_row_is_asked_or_counted(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("q") / "a"
    found = asked_of(folder, *({"question": q, "answer": a} for q, a in pairs))
    assert len(found.questions) + found.duplicates + found.contradictory == len(pairs)
    assert len({normalise(one.question) for one in found.questions}) == len(found.questions)
    assert len(read_source(folder / "questions.jsonl").questions) == len(pairs)
