"""The chemistry expert through its public door: right where the table speaks, silent where it does not."""

from __future__ import annotations

import asyncio
import json
import math
import re
import sqlite3
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from nescio.conversation import routed_text
from nescio.decide import Demand, Policy, after_answer
from nescio.types import Abstained, Answer, Context, Message, Query, Reason, Route
from nescio_experts.chemistry import create
from nescio_experts.chemistry.spelling import ALIASES
from nescio_experts.grounded import number

EXPERT = create()
FOLDER = EXPERT.card.folder


def no_encoder(texts):
    return np.zeros((len(texts), 384), dtype=np.float32)


def ask(question: str, *before: str, encode=no_encoder) -> Answer | Abstained:
    messages = tuple(Message("user", text) for text in (*before, question))
    context = Context(Route(question, (), 1.0), None, None, encode, Path())
    return asyncio.run(EXPERT.answer(Query("q", messages, routed_text(messages)), context))


def text(question: str, *before: str) -> str:
    outcome = ask(question, *before)
    assert isinstance(outcome, Answer), f"{question}: {outcome.message}"
    return outcome.text


def refusal(question: str) -> Abstained:
    outcome = ask(question)
    assert isinstance(outcome, Abstained), f"{question}: {outcome.text}"
    assert outcome.reason is Reason.UNANSWERABLE
    assert outcome.message
    return outcome


@cache
def elements() -> tuple[sqlite3.Row, ...]:
    """The rows of the elements, read without the expert."""
    folder = Path(next(iter(find_spec("mendeleev").submodule_search_locations)))
    database = sqlite3.connect(folder / "elements.db")
    database.row_factory = sqlite3.Row
    rows = tuple(database.execute("SELECT * FROM elements ORDER BY atomic_number"))
    database.close()
    return rows


COLUMNS = {
    "density": ("How dense is {}?", "density of {}", "what does {} weigh per cubic centimetre"),
    "atomic_number": ("What is the atomic number of {}?", "number of {} in the periodic table"),
    "atomic_weight": ("atomic mass of {}", "What does an atom of {} weigh?"),
    "symbol": ("What is the chemical symbol of {}?", "How is {} abbreviated?"),
    "period": ("Which period is {} in?", "What row of the periodic table holds {}?"),
    "group_id": ("Which group does {} belong to?",),
    "electronic_configuration": ("electron configuration of {}", "How are the electrons of {} arranged?"),
    "en_pauling": ("How electronegative is {}?", "Pauling electronegativity of {}"),
    "electron_affinity": ("What is the electron affinity of {}?",),
    "atomic_radius": ("atomic radius of {}", "How big is an atom of {}?"),
    "covalent_radius_pyykko": ("covalent radius of {}",),
    "vdw_radius": ("What is the van der Waals radius of {}?",),
    "specific_heat_capacity": ("specific heat of {}",),
    "thermal_conductivity": ("How well does {} conduct heat?",),
    "abundance_crust": ("How abundant is {} in the Earth's crust?",),
    "abundance_sea": ("How much {} is dissolved in sea water?",),
    "discovery_year": ("When was {} discovered?", "In which year did someone discover {}?"),
    "discovery_location": ("Where was {} discovered?",),
}


CONTRADICTED = {(60, "discovery_year")}
"""Values that the table contradicts itself: praseodymium and neodymium were found together, in 1885."""


@given(st.sampled_from(range(118)), st.sampled_from(sorted(COLUMNS)), st.data())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_every_tabulated_property_is_answered_with_its_exact_value_and_no_other_is(index, column, data):
    row = elements()[index]
    value = row[column]
    question = data.draw(st.sampled_from(COLUMNS[column])).format(row["name"].lower())
    if value is None or (row["atomic_number"], column) in CONTRADICTED:
        assert refusal(question).message
        return
    shown = text(question)
    expected = number(value) if isinstance(value, float) else str(value).replace("/", " / ")
    assert expected in shown
    assert row["name"].lower() in shown.lower()


@pytest.mark.parametrize("index", range(0, 118, 3))
def test_symbol_and_number_lead_back_to_the_name(index):
    row = elements()[index]
    assert row["name"].lower() in text(f"Which element has the symbol {row['symbol']}?")
    assert row["name"].lower() in text(f"Name the element with atomic number {index + 1}.")


SYLLABLES = (
    "va",
    "bra",
    "ni",
    "kry",
    "ton",
    "un",
    "ob",
    "tai",
    "mith",
    "ril",
    "ad",
    "aman",
    "zor",
    "quel",
    "dra",
    "plu",
)


@given(
    st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=4),
    st.sampled_from(("ium", "ite", "on", "ine", "anium", "")),
    st.sampled_from(
        (
            "What is the melting point of {}?",
            "density of {}",
            "{}: atomic number?",
            "Who discovered {}?",
            "How hot must {} get before it boils?",
            "Is {} denser than gold?",
            "which is heavier, {} or lead",
            "symbol for {}",
        )
    ),
)
@settings(max_examples=300, deadline=None, derandomize=True)
@example(["vi", "bra"], "nium", "What is the melting point of {}?")
@example(["di", "li"], "thium", "What is the boiling point of {}?")
def test_an_invented_element_is_never_answered(syllables, ending, question):
    name = "".join(syllables) + ending
    known = [row["name"].lower() for row in elements()] + list(ALIASES)
    assume(all(OSA.distance(name, real) > 1 for real in known))
    outcome = ask(question.format(name))
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.UNANSWERABLE
    assert outcome.withheld is None or "I " not in outcome.withheld.text


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_text_gives_an_answer_or_a_typed_abstention(question):
    outcome = ask(question)
    if isinstance(outcome, Answer):
        assert all(math.isfinite(value) for value in outcome.evidence.features.values())
    else:
        assert outcome.reason is Reason.UNANSWERABLE


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("What is the boiling point of tungsten?", "5828.15 K (5555 °C)"),
        ("how hot must tungsten get before it boils?", "5828.15 K"),
        ("at what temperature does Fe melt?", "1811.15 K (1538 °C)"),
        ("W's boiling point", "5828.15 K"),
        ("what's the Tb of W", "5828.15 K"),
        ("what temperature turns gallium liquid", "29.7646 °C"),
        ("At what temperature does nitrogen liquefy?", "77.355 K"),
        ("give me the melting point of aluminum in fahrenheit", "1220.5814 °F"),
        ("boiling point of K in K", "1032.15 K"),
        ("density of osmium in kg/m3", "22,587.2 kg/m³"),
        ("melting point of white-hot nothing, I mean tin", None),
        ("second ionisation energy of magnesium", "15.035271 eV"),
        ("who found radium", "Pierre and Marie Curie"),
        ("Who discovered oxygen and when?", "1774"),
        ("What is the density of He?", "0.000164 g/cm³"),
        ("melting point of In please", "indium"),
        ("how many neutrons in carbon-14?", "8 neutrons"),
        ("half-life of U-235", "704,000,000 years"),
        ("most common isotope of chlorine", "chlorine-35"),
        ("What is the abundance of deuterium?", "%"),
        ("How many valence electrons does phosphorus have?", "5 valence electrons"),
        ("melting point of phosphorus", "852.35 K (579.2 °C) for red phosphorus"),
        ("tungstem melting point", "3687.15 K"),
        ("electronegativty of fluorine", "3.98 on the Pauling scale"),
    ],
)
def test_paraphrases_of_one_fact(question, part):
    if part is None:
        assert refusal(question).message
    else:
        assert part in text(question)


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("which is denser, lead or gold?", "Gold is denser"),
        ("Which melts first, tin or lead?", "Tin has the lower melting point"),
        ("does iron melt at a higher temperature than copper?", "Yes:"),
        ("Is tin's melting point lower than lead's?", "Yes:"),
        ("Is the density of lead greater than 20 g/cm3?", "No:"),
        ("Is Ag the symbol for gold?", "No:"),
        ("Does carbon have 6 protons?", "Yes:"),
        ("is mercury liquid at room temperature?", "Yes:"),
        ("At 100 K, is oxygen a gas?", "Yes:"),
        ("Is gold radioactive?", "No:"),
        ("Is iron a noble gas?", "No:"),
        ("Is gold the densest element?", "No: osmium"),
        ("which noble gas has the lowest boiling point?", "Helium"),
        ("densest element", "Osmium"),
        ("second lightest noble gas", "Neon"),
        ("most abundant metal in the Earth's crust", "Aluminum"),
        ("What element has the highest first ionization energy?", "Helium"),
        ("how many elements in period 4?", "There are 18"),
        (
            "which elements are liquid at room temperature",
            "Elements that are liquid at 25 °C: bromine (Br) and mercury (Hg).",
        ),
        ("list the halogens", "Halogens: fluorine (F), chlorine (Cl)"),
        ("Which elements boil below 30 K?", "There are 3 elements that qualify: hydrogen, helium and neon"),
        ("difference between the melting points of iron and nickel", "The difference is 83 K"),
        ("How many times denser is gold than aluminium?", "The density of gold is 7.1481 times"),
        ("average of the boiling points of neon and argon", "The average boiling point of neon and argon is 57.203 K"),
        ("What elements are in the same group as oxygen?", "Elements in group 16: oxygen (O), sulfur (S)"),
        ("Do iron and cobalt have the same density?", "No: the density of iron"),
        ("Is radium an alkaline earth metal or a noble gas?", "Radium (Ra) is an alkaline earth metal."),
        ("Which element comes after cobalt in the periodic table?", "Nickel"),
    ],
)
def test_operations_on_facts(question, begins):
    assert text(question).startswith(begins)


@pytest.mark.parametrize(
    "question",
    [
        "boiling point of water",
        "melting point of NaCl",
        "density of tungsten carbide",
        "melting point of steel",
        "what colour is the boiling point of iron?",
        "Who discovered the boiling point of iron?",
        "boiling point of tungsten in 1850",
        "melting point of iron on Mars",
        "melting point of tungsten at 10 GPa",
        "why is gold yellow",
        "how do I make gold",
        "hardest element",
        "Which element has atomic number 250?",
        "boiling point of oganesson",
        "electronegativity of helium",
        "melting point of carbon-14",
        "how many neutrons does iron have",
        "When was gold discovered?",
        "heat of fusion of potassium",
        "Is bismuth radioactive?",
        "Is the noble gas iron dense?",
        "what leads to tin melting?",
        "Which is heavier, lead or gold?",
        "Are all halogens gases?",
        "Is mercury (the planet) bigger than Earth?",
        "In 2010 he found a job",
        "How many electrons does Cl- have?",
        "ionization energy of Na+",
        "density of liquid iron",
        "boiling point of O2",
        "Who found the boiling point of iron?",
        "",
    ],
)
def test_what_the_table_does_not_say_is_not_answered(question):
    assert refusal(question).message


@pytest.mark.parametrize(
    "question", ["melting point of vibranium", "boiling point of water", "boiling point of oganesson", ""]
)
def test_a_refusal_withholds_nothing_where_nothing_was_attempted(question):
    outcome = refusal(question)
    assert outcome.withheld is None
    assert isinstance(
        after_answer(outcome, p=math.nan, demand=Demand(0.0), policy=Policy(), calibrated=True), Abstained
    )


def test_a_refusal_withholds_the_nearest_fact_and_no_words_about_itself():
    outcome = refusal("density of kryptonite")
    assert outcome.withheld is not None
    assert outcome.withheld.text.startswith("The density of krypton (Kr)")


def test_the_message_names_the_unknown_and_what_may_have_been_meant():
    assert "vibranium" in refusal("melting point of vibranium").message
    assert "Did you mean krypton?" in refusal("density of kryptonite").message


def test_compound_names_that_resemble_an_element_are_not_corrected_to_it():
    for word in ("chloride", "silicone", "bromide", "dilithium", "cooper"):
        assert "I know no chemical element" in refusal(f"boiling point of {word}").message


def test_a_follow_up_takes_its_element_from_the_turn_before():
    assert "19.3 g/cm³" in text("And its density?", "What is the boiling point of tungsten?")
    assert refusal("And its density?").message


@pytest.mark.parametrize(
    ("before", "question", "fact"),
    [
        ("What is the melting point of iron?", "and of copper?", "1357.77 K"),
        ("What is the melting point of iron?", "what about gold", "1337.33 K"),
        ("What is the symbol of sodium?", "And potassium?", "is K"),
        ("What is the boiling point of tungsten?", "in fahrenheit?", "10,031 °F"),
    ],
)
def test_a_follow_up_takes_its_property_from_the_turn_before(before: str, question: str, fact: str):
    assert fact in text(question, before)


def test_answers_cite_the_table_its_version_and_the_property_s_own_reference():
    outcome = ask("boiling point of iron")
    assert isinstance(outcome, Answer)
    (citation,) = outcome.citations
    assert re.fullmatch(r"mendeleev \d+\.\d+\.\d+", citation.source)
    assert not citation.date
    assert "CRC Handbook" in citation.text
    assert tuple(outcome.evidence.features) == EXPERT.card.features


def test_numbers_never_carry_exponents_and_quantities_always_a_unit():
    for row in elements()[:30]:
        for question in ("density of {}", "abundance of {} in the sea", "atomic radius of {}"):
            outcome = ask(question.format(row["name"]))
            if isinstance(outcome, Answer):
                assert not re.search(r"\d[eE][-+]?\d", outcome.text)
                assert re.search(r"\d (g/cm³|mg/L|pm)", outcome.text)


def test_a_second_opinion_may_name_the_property_but_silences_no_word():
    def encode(texts):
        """Vectors of which the first axis is "melting", and words on Mars turn a text away from it."""
        rows = []
        for one in texts:
            melting = 1.0 if re.search(r"runny|solid to liquid", one) else 0.0
            away = 0.5 if "Mars" in one else 0.0
            other = 1.0 if not melting else 0.0
            row = np.array([melting, away, other], dtype=np.float32)
            rows.append(row / np.linalg.norm(row))
        return np.stack(rows)

    outcome = ask("At what point does tungsten get runny?", encode=encode)
    assert isinstance(outcome, Answer)
    assert "3687.15 K" in outcome.text
    assert outcome.evidence.features["property_match"] == pytest.approx(1.0)
    assert isinstance(ask("At what point does tungsten get runny on Mars?", encode=encode), Abstained)


def test_without_its_table_the_expert_starts_and_says_that_a_tool_failed(monkeypatch):
    def missing():
        raise FileNotFoundError("the database of the mendeleev package was not found")

    monkeypatch.setattr("nescio_experts.chemistry.expert.load_table", missing)
    expert = create()
    context = Context(Route("", (), 1.0), None, None, no_encoder, Path())
    asyncio.run(expert.warmup(context))
    outcome = asyncio.run(expert.answer(Query("q", (Message("user", "density of gold"),), "density of gold"), context))
    assert isinstance(outcome, Abstained)
    assert outcome.reason is Reason.TOOL_FAILED


def test_known_questions_and_exemplars_are_many_and_apart():
    exemplars = set(EXPERT.card.exemplars)
    rows = [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(exemplars) >= 150
    assert sum(row["answer"] is not None for row in rows) >= 200
    assert sum(row["answer"] is None for row in rows) >= 60
    assert not exemplars & {row["question"] for row in rows}


def sure(outcome: Answer) -> bool:
    features = outcome.evidence.features
    return min(features["entity_match"], features["property_match"]) == 1.0 and features["unexplained"] == 0.0


def test_questions_that_nobody_can_answer_are_declined_or_answered_in_doubt():
    rows = [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        outcome = ask(row["question"])
        assert row["answer"] is not None or isinstance(outcome, Abstained) or not sure(outcome), row["question"]
