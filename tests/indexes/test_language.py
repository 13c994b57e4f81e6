import json

import pytest

from nescio_indexes.build import OUTSIDE
from nescio_indexes.language import looks_foreign
from nescio_indexes.text import clip, twin_key


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuál es la capital de Perú?",
        "Was ist der Siedepunkt von Wolfram?",
        "Wo liegt Wien?",
        "Quelle est la population du Burkina Faso ?",
        "Qual è il punto di fusione del ferro?",
        "Какова столица России?",
        "水的沸点是多少？",
        "ما هي عاصمة مصر؟",
        "Türkiye'nin başkenti neresidir?",
        "Jaka jest stolica Polski?",
    ],
)
def test_other_languages_look_foreign(text):
    assert looks_foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2 + 2",
        "asdf qwer",
        "El Paso and La Paz: which is larger?",
        "capital of São Tomé and Príncipe",
        "what does 'je ne sais quoi' mean?",
        "boiling point of α-iron",
        "Los Angeles population",
        r"\frac{1}{\cos^2 10^\circ} + \sin 20",
        "how do you say good night in Spanish",
        "for i in range(3): print(i)",
        "Who was Antonín Dvořák?",
    ],
)
def test_english_with_foreign_names_and_formulas_does_not(text):
    assert not looks_foreign(text)


def test_most_foreign_exemplars_are_noticed_and_no_english_one():
    rows = [json.loads(line) for line in OUTSIDE.read_text(encoding="utf-8").splitlines()]
    foreign = [row for row in rows if row["kind"] == "foreign"]
    assert sum(looks_foreign(row["text"]) for row in foreign) >= 0.9 * len(foreign)
    assert not [r for r in rows if r["kind"] not in {"foreign", "gibberish"} and looks_foreign(r["text"])]


def test_long_text_is_read_at_both_ends():
    shown = clip("first question " + "filler " * 40_000 + "last question")
    assert shown.startswith("first question")
    assert shown.endswith("last question")
    assert len(shown) <= 1001


def test_twins_share_a_key():
    assert twin_key("What's  the Time?") == twin_key("what's the time")
    assert twin_key("???") != twin_key("!!!")
