"""Classes of wordings that the chemistry expert reads, and near misses of each that it must decline."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from nescio.calibration import read_calibration
from nescio.types import Abstained, Answer, Context, Message, Query, Reason, Route
from nescio_experts.chemistry import create

EXPERT = create()


def no_encoder(texts):
    return np.zeros((len(texts), 384), dtype=np.float32)


def ask(question: str) -> Answer | Abstained:
    context = Context(Route(question, (), 1.0), None, None, no_encoder, Path())
    return asyncio.run(EXPERT.answer(Query("q", (Message("user", question),), question), context))


def text(question: str) -> str:
    outcome = ask(question)
    assert isinstance(outcome, Answer), f"{question}: {outcome.message}"
    return outcome.text


AMOUNTS = [
    ("How many grams are 3 moles of iron?", "3 mol of iron atoms have a mass of 167.535 g"),
    ("5 moles of ruthenium weigh how much?", "505.35 g"),
    ("Convert two moles of platinum to grams", "390.168 g"),
    ("mass of half a mole of calcium", "20.039 g"),
    ("2.5 mol of sodium: mass in kg?", "0.0574744 kg (57.4744 g)"),
    ("I have 2 moles of silver. How many grams is that?", "215.736 g"),
    ("How many moles are in 100 grams of iron?", "1.79067 mol of iron atoms"),
    ("How heavy is one mole of platinum?", "195.084 g/mol"),
]
RANGES = [
    ("Which of the elements of groups 3 to 11 in period 4 has the highest boiling point?", "Vanadium"),
    ("Which element in period 4, groups 3-11, has the lowest density?", "Scandium"),
    ("The lowest density among the elements of group 13 up to thallium belongs to which element?", "Boron"),
    ("From group 14 down to lead, which element has the lowest melting point?", "Tin"),
    ("Which alkaline earth metal from beryllium to barium has the lowest boiling point?", "Magnesium"),
    ("noble gases, helium to radon: which is the densest?", "Radon"),
    ("Which of the first 20 elements has the highest electronegativity?", "Fluorine"),
    ("Which noble gas from neon onwards has the lowest boiling point?", "Neon"),
    ("list the elements from scandium to chromium", "scandium (Sc), titanium (Ti), vanadium (V) and chromium (Cr)"),
    ("Which elements are in groups 1 and 2 of period 3?", "sodium (Na) and magnesium (Mg)"),
]
OPTIONS = [
    ("What kind of element is sodium: halogen, noble gas, alkali metal or something else?", "alkali metal"),
    ("Would you classify iodine as a halogen, a metal or a noble gas?", "halogen"),
    ("Which of these is lithium: alkali metal, halogen, noble gas?", "alkali metal"),
    ("Is chlorine an s-, p-, d- or f-block element?", "p-block"),
    ("uranium: s, p, d or f block?", "f-block"),
    ("s-block, p-block, d-block or f-block: where is lead?", "p-block"),
    ("Where is iodine: period 3, 4, 5 or 6?", "period 5"),
    ("To which of the 18 groups does cesium belong?", "group 1 "),
    ("Group of tellurium (1 to 18)?", "group 16"),
    ("Of the seven periods, which one does barium belong to?", "period 6"),
]
CHECKS = [
    ("Would you call radon a radioactive element?", "Yes:"),
    ("I wonder if silver is radioactive.", "No:"),
    ("Tell me whether thorium is radioactive.", "Yes:"),
    ("radium: radioactive?", "Yes:"),
    ("Does actinium belong to the radioactive elements?", "Yes:"),
    ("Should I regard nickel as a radioactive element?", "No:"),
    ("Hello. Is gold a metal?", "Yes:"),
]
PLACES = [
    ("At which position of the periodic table is bismuth found?", "83"),
    ("Which element sits at place 30 in the periodic table?", "zinc"),
    ("Which element comes 40th in the periodic table?", "zirconium"),
    ("19 is the atomic number of which element?", "potassium"),
    ("Periodic table block of ruthenium?", "d-block"),
    ("What is silicon's block?", "p-block"),
    ("Titanium belongs to the block with which letter?", "d-block"),
    ("How many boxes are there in row 4 of the periodic table?", "18"),
    ("Total elements in period three?", "8"),
    ("Which chemical elements share column 17?", "fluorine"),
]
FRAMES = [
    ("Tell me how heavy iron is per cubic centimetre.", "7.87 g/cm³"),
    ("How much does a litre of mercury weigh?", "13,533.6 g/L"),
    ("If I had one cubic centimetre of platinum, how many grams would it weigh?", "21.5 g/cm³"),
    ("How far apart are the melting temperatures of gold and copper?", "The difference is 20.44 K"),
    ("What separates the melting points of iron and nickel, in degrees?", "The difference is 83 K"),
    ("How many electronvolts are needed to ionise germanium once?", "7.899435 eV"),
    ("To strip one electron from neutral zinc, how much energy is needed?", "9.394197 eV"),
    ("Where does silicon go from solid to liquid, temperature-wise?", "1687.15 K"),
    ("Up to what temperature does aluminium stay solid?", "933.473 K"),
    ("Up to which temperature does bromine remain liquid?", "331.95 K"),
    ("How much do I have to heat cobalt to melt it?", "1768.15 K"),
    ("How strongly does oxygen attract bonding electrons on the Pauling scale?", "3.44"),
    ("Give copper's EN.", "1.9 on the Pauling scale"),
    ("Which abbreviation is used for magnesium?", "Mg"),
    ("How is sodium written in chemical formulas?", "Na"),
    ("In the periodic table, what does Cu mean?", "copper"),
    ("Shorthand electron configuration of lead?", "[Xe] 4f14 5d10 6s2 6p2"),
    ("Symbol plus atomic number of strontium", "Sr; the atomic number of strontium (Sr) is 38"),
    (
        "Give symbol and number for nickel.",
        "The atomic number of nickel (Ni) is 28; the chemical symbol of nickel is Ni",
    ),
    ("How many neutral particles are in the nucleus of lead-208?", "126 neutrons"),
    ("If a copper atom has mass number 63, how many neutrons does it have?", "34 neutrons"),
    ("Which of these two has the lower ionization energy: sodium or potassium?", "Potassium"),
    ("I have hydrogen and vanadium here. Which one has the lower melting point?", "Hydrogen"),
    ("copper or gold, which is lighter per cubic centimetre?", "Copper is less dense"),
]
COURTESIES = [
    ("Help me out here. What one- or two-letter symbol does vanadium have?", "is V."),
    ("My little brother asked me what the symbol for tungsten is...", "is W."),
    ("Sorry to bother you, could I get the electronegativity of iodine?", "2.66"),
    ("For a presentation tomorrow I need the boiling point of argon.", "87.302 K"),
    ("I'm doing a crossword: chemical symbol of tin?", "Sn"),
    ("Not sure if you know this, but what's the atomic mass of nickel?", "58.6934"),
    ("Next question: electron configuration of boron.", "[He] 2s2 2p"),
    ("Answer with just a number: atomic number of iron?", "26"),
]
ASIDES = [
    ("I want to cast silver jewellery. What melting temperature should I expect for pure silver?", "1234.93 K"),
    ("My grandma wears a copper bracelet. What's the symbol of copper?", "is Cu."),
    ("My kid wants to know about space rockets. What is the melting point of tungsten?", "3687.15 K"),
    ("What's the boiling point of zinc, because I'm restoring furniture", "1180.15 K"),
    ("What is the density of gold for my goldsmith course?", "19.3 g/cm³"),
    ("For my jewelry shop, what is the density of platinum?", "21.5 g/cm³"),
    ("We are at school: symbol of tin?", "is Sn."),
    ("Quiz time: the element whose symbol is Y?", "yttrium"),
]
ORDERED = [
    ("rank gold, iron and lead by density", "from the highest to the lowest: gold, 19.3 g/cm³; lead, 11.3 g/cm³; iron"),
    ("Put gold, iron and lead in order of increasing density", "lowest to the highest: iron, 7.87 g/cm³; lead"),
    ("Sort gold, silver and copper by melting point, highest first", "copper, 1357.77 K (1084.62 °C); gold"),
    ("Arrange Na, Li, K from lightest to heaviest", "from the lowest to the highest: lithium"),
]
FORMS = [
    ("ρ of titanium", "4.506 g/cm³"),
    ("Au = ?", "gold"),
    ("Xe?", "xenon"),
    ("Z(Sn)?", "50"),
    ("M(Fe)?", "55.845 g/mol"),
    ("I don't know: which is denser, gold or lead", "Gold is denser"),
    ("top 3 densest elements", "osmium"),
    ("Which atom is larger, potassium or lithium?", "Potassium has the higher atomic radius"),
    ("What is bigger, a caesium atom or a sodium atom?", "Cesium has the higher atomic radius"),
    ("Can sulfur have oxidation state +6?", "Yes: "),
    ("can S have +6", "Yes: "),
    ("Can carbon have oxidation state 5?", "No: "),
    ("Does gold have an oxidation state of -4?", "No: "),
    ("What is the noble-gas shorthand configuration of iodine?", "[Kr] 4d10 5s2 5p5"),
    ("which is radioactive: iron or radon?", "Radon: "),
    ("Which of these are metals: Na, S, Cu?", "Sodium and copper: "),
    ("which one is liquid at room temperature: gallium or bromine", "Bromine: "),
    ("when was plutonium first made", "1940"),
    ("who first synthesized americium?", "Seaborg"),
    ("In what year was technetium first produced?", "1937"),
    ("atomc weight of sulphur", "32.06 u"),
    ("how much does uranium weigh on the atomic scale, in u?", "238.02891 u"),
    ("what is the letter code of sodium?", "is Na."),
    ("The atomic number of the element with the symbol Ag", "47"),
]
LIMITS = [
    ("Does zinc boil before it reaches 1000 C?", "Yes: "),
    ("Does zinc boil by 800 C?", "No: "),
    ("Does zinc boil after it reaches 800 C?", "Yes: "),
    ("Does gallium melt past 40 C?", "No: "),
    ("Does iron melt at 1538 °C?", "Yes: "),
    ("Does iron melt at 1000 °C?", "No: "),
]
FAMILIES = [
    ("elements of the oxygen family", "Elements in group 16: oxygen"),
    ("the boron group consists of?", "Elements in group 13: boron"),
    ("nitrogen family members?", "Elements in group 15: nitrogen"),
    ("What is carbon's group?", "Carbon (C) is in group 14"),
]
BESIDE = [
    ("element above gold in its group", "Silver (Ag"),
    ("What comes below chlorine in the periodic table?", "Bromine (Br"),
    ("What is to the right of carbon in the periodic table?", "Nitrogen (N"),
    ("left neighbour of silver", "Palladium (Pd"),
    ("element right after xenon", "Cesium (Cs"),
    ("symbol of the element before krypton", "The chemical symbol of bromine is Br."),
    ("Which element lies right below carbon in group 14?", "Silicon (Si"),
    ("What is the density of the element below iron?", "The density of ruthenium (Ru) is 12.1 g/cm³."),
    ("members of gold's group", "Elements in group 11: copper"),
]
TWO_STEPS = [
    ("boiling point of the lightest halogen", "The boiling point of fluorine (F) is 85.04 K"),
    ("Who discovered the lightest noble gas?", "Helium (He) was discovered by Sir William Ramsay"),
    ("when was the lightest metal discovered?", "Lithium (Li) was discovered in 1817"),
    ("atomic number of the element with the highest melting point", "The atomic number of tungsten (W) is 74."),
    ("What is the density of the second lightest halogen?", "The density of chlorine (Cl)"),
]
DISCOVERIES = [
    ("Which elements did Humphry Davy discover?", "sodium (Na), magnesium (Mg), potassium (K), calcium (Ca)"),
    ("Which element did Priestly discover?", "discovered by Priestley: oxygen"),
    ("Elements discovered by Seborg", "(I read “Seborg” as Seaborg.)"),
    ("Did Priestley discover oxygen?", "Yes: oxygen (O) was discovered by Joseph Priestley"),
    ("Did Davy discover oxygen?", "No: oxygen"),
    ("How many elements were discovered in the United States?", "There are 17 elements discovered in the United"),
    ("Was radium discovered in Germany?", "No: radium (Ra) was discovered in France"),
    ("Which elements were discovered in the 17th century?", "Element discovered from 1601 to 1700: phosphorus"),
    ("Which elements were discovered in the 1930s?", "technetium (Tc) and francium (Fr)"),
    ("Was plutonium discovered in 1940?", "Yes: plutonium"),
    ("Was radium discovered by 1898?", "Yes: radium"),
    ("Was oxygen discovered before nitrogen?", "No: the year of discovery"),
    ("Which elements were discovered before 1750?", "Not counted: carbon, sulfur, iron"),
]
COUNTED = [
    ("how many isotopes has tin", "42 isotopes of tin (Sn) are tabulated; tin (Sn) has 10 stable isotopes"),
    ("How many naturally occurring isotopes does uranium have?", "3 isotopes that occur in nature"),
    ("what percent of natural lithium is lithium-7", "95.15%"),
    ("How many halogens are liquid at room temperature?", "There is 1 halogen that is liquid"),
    ("Which elements were discovered in 1669?", "There is 1 element that qualifies: phosphorus."),
    ("How many neutrons does heavy hydrogen have?", "1 neutron."),
    ("Which metals have a density between 7 and 8 g/cm3?", "There are 10 metals that qualify: chromium"),
    ("Does iron have a density between 7 and 8 g/cm3?", "Yes: "),
    ("What is the usual oxidation state of sodium?", "is +1"),
    ("common oxidation states of iron", "+2 and +3"),
    ("Is carbon solid at 3000 K?", "Yes: "),
    ("gold is denser than lead, right?", "Yes: "),
    ("are sodium and sulfur metals", "No: sodium (Na) is an alkali metal; sulfur (S) is a nonmetal."),
    ("is Fe iron", "Yes: "),
    ("is helium in the s or p block", "Helium (He) is in the s-block"),
    ("79 on the periodic table is?", "gold"),
    ("highest electron affinity", "Chlorine has the highest"),
    ("which elements have a melting point below room temperature", "There are 13 elements"),
    ("Is there more titanium or more copper in the Earth's crust?", "Titanium has the higher abundance"),
    ("What was the melting point of iron again?", "1811.15 K"),
    ("the element with the largest atomic number ever?", "Oganesson"),
]
READ = [*BESIDE, *TWO_STEPS, *DISCOVERIES, *COUNTED, *ASIDES, *ORDERED, *FORMS, *LIMITS, *FAMILIES]


@pytest.mark.parametrize(("question", "part"), READ)
def test_a_second_class_of_wordings_is_read(question, part):
    assert part in text(question)


@pytest.mark.parametrize(("question", "part"), [*AMOUNTS, *RANGES, *OPTIONS, *CHECKS, *PLACES, *FRAMES, *COURTESIES])
def test_a_class_of_wordings_is_read(question, part):
    assert part in text(question)


@pytest.mark.parametrize(
    "wrapper", ["{}", "Hi, {}", "Could you tell me: {}", "{} Thanks in advance!", "Quick quiz: {}"]
)
@pytest.mark.parametrize("change", [str, str.lower, lambda question: question.rstrip("?.")])
def test_courtesy_case_and_punctuation_change_no_answer(wrapper, change):
    for question in ("How many grams are 3 moles of iron?", "At what temperature does silver melt?"):
        assert text(wrapper.format(change(question))) == text(question)


OTHER_TIMES = [
    "Was gold ever liquid at room temperature?",
    "Will iron boil one day at 3000 C?",
    "Did mercury use to be solid at 20 C?",
    "Used gallium to be liquid at 25 C?",
    "Has iron been a gas?",
    "What used to be the symbol of tungsten?",
    "Is iron still solid at 2000 C?",
    "Was iron denser than gold?",
]


@pytest.mark.parametrize("question", OTHER_TIMES)
def test_a_question_of_another_time_is_declined_and_told_so(question):
    outcome = ask(question)
    assert isinstance(outcome, Abstained), f"{question}: {outcome.text}"
    assert "another time" in outcome.message


@pytest.mark.parametrize(
    ("question", "feature"),
    [
        ("melting point of zink", "entity_match"),
        ("boilling pont of lead", "property_match"),
        ("meltng point of iron", "property_match"),
    ],
)
def test_a_doubtful_reading_is_answered_with_evidence_of_its_doubt(question, feature):
    outcome = ask(question)
    assert isinstance(outcome, Answer), f"{question}: {outcome.message}"
    assert outcome.evidence.features[feature] < 1.0
    assert outcome.evidence.features["corrected"] >= 1.0


def test_mercury_with_a_capital_may_be_the_planet_where_planets_have_that_property():
    doubtful, sure = ask("radius of Mercury"), ask("boiling point of Mercury")
    assert isinstance(doubtful, Answer)
    assert isinstance(sure, Answer)
    assert doubtful.evidence.features["entity_match"] < sure.evidence.features["entity_match"] == 1.0


def test_a_word_that_was_passed_over_is_counted():
    outcome = ask("yo what's the boiling point of neon")
    assert isinstance(outcome, Answer)
    assert outcome.evidence.features["unexplained"] == 1.0
    assert outcome.evidence.features["coverage"] < 1.0


def test_the_shipped_calibration_trusts_a_doubtful_reading_less_than_a_sure_one():
    calibration, _ = read_calibration(EXPERT.card.folder / "calibration")

    def p(question: str) -> float:
        outcome = ask(question)
        assert isinstance(outcome, Answer), f"{question}: {outcome.message}"
        return calibration.p(outcome.evidence.features, 1.0)

    assert p("melting point of zinc") > 0.95
    assert p("weight of a moron") < 0.75 < p("boilling pont of lead") <= p("boiling point of lead")


NEAR_MISSES = [
    "What is the melting point of tritanium?",
    "atomic number of Tennessee",
    "density of copernicus",
    "most common oxidation state of iron",
    "the most stable oxidation state of chromium",
    "What is the boiling point of heavy hydrogen?",
    "Is carbon solid at 4000 K?",
    "is phosphorus liquid at 100 C",
    "gold members of group",
    "atomic number of gold's neighbor",
    "melting point of white tin",
    "what does carbon-14 decay into",
    "which period has the most elements",
    "what is a noble gas",
    "which has the highest density",
    "gold group elements",
    "element two places below carbon",
    "which metals are above iron",
    "color of the element below carbon",
    "What's directly above iron in the periodic table?",
    "boiling point of the smallest element",
    "density of the most expensive metal",
    "Which elements did Irène Curie discover?",
    "Which elements did Albert Einstein discover?",
    "Which elements were discovered in the 1800s?",
    "Which elements were discovered in 2050?",
    "Which elements were discovered in the UK?",
    "In which year was gold discovered by Isaac Newton?",
    "elements discovered in the 21st century",
    "gold isn't denser than lead, is it?",
    "lead the way to the boiling point",
    "how much does sodium want electrons",
    "where do the electrons of calcium live",
    "Compressed: what is the density of helium?",
    "Underwater, what is the melting point of tin?",
    "melting point of zinc, alloyed",
    "density of plutium",
    "what percent of people like gold",
    "How many grams are 3 moles of vibranium?",
    "5 moles of NaCl weigh how much?",
    "mass of 2 moles of oxygen gas",
    "mass of 2 moles of O2",
    "mass of 2 moles of carbon-14",
    "How many atoms are in 2 moles of gold?",
    "What is the volume of 2 moles of neon?",
    "How many moles are in 3 liters of mercury?",
    "How much do 3 moles of iron weigh on the Moon?",
    "5 moles of iron cost how much?",
    "3 moles of sodium and chlorine weigh how much?",
    "Which halogen from sodium to iodine is densest?",
    "Which element from lithium to cesium has the lowest melting point?",
    "Which of the elements of groups 3 to 40 in period 4 is the densest?",
    "Which element up to vibranium is the densest?",
    "second densest of iron, gold and lead",
    "How many elements does period 9 have?",
    "first 10 elements discovered",
    "What kind of element is water: halogen, noble gas, alkali metal or something else?",
    "Would you call kryptonite a radioactive element?",
    "Would you call gold a good investment?",
    "To which of the 18 clubs does iron belong?",
    "Which place has gold?",
    "What rank does iron have in density?",
    "Which position does iron occupy in the market?",
    "How heavy is steel per cubic centimetre?",
    "How much does a cubic inch of gold weigh?",
    "How far apart are iron atoms in a crystal?",
    "How much energy is needed to completely ionise lithium?",
    "ionization state of iron",
    "energy density of lithium",
    "How strongly does iron attract magnets?",
    "Does mercury expand when heated?",
    "Why is mercury not solid at room temperature?",
    "Up to what temperature is steel solid?",
    "melting point of iron in rankine",
    "the melting point of anything except iron",
    "What letter does iron start with?",
    "How many letters does iron have?",
    "How do you write the chemical formula of oxygen?",
    "What do chemists call table salt for short?",
    "Which elements form oxides?",
    "How many neutrons does a copper atom with mass number 300 have?",
    "density of copper wire",
    "How many elements have a name starting with B?",
    "How many elements start with the letter B?",
    "Elements starting with H",
    "number of elements with symbol C",
    "platinum group metals",
    "members of the silver family",
    "What percentage of elements are gases?",
    "measured density of livermorium",
    "lab value of the density of fermium",
    "rank water, iron and gold by density",
    "rank gold and silver by price",
    "sort sodium and gold by discoverer",
    "which one isn't a metal: sodium or sulfur",
    "Would gallium melt at 35 °C?",
    "what is the density of hot iron?",
    "M(NaCl)",
    "Which of copper and salt is a metal",
    "which is radioactive: bismuth or radon?",
    "Is the most common oxidation state of iron +3?",
    "Can gold have +3 in AuCl3",
    "when was steel first made",
    "When was gold first made into coins",
    "NaCl = ?",
    "Zz = ?",
    "No?",
    "I have a gold ring. What is its melting point?",
    "I live on Mars. What is the boiling point of iron?",
    "I put lead under high pressure. What's the melting point of lead?",
    "I work with gold alloys. What is the melting point of gold?",
    "I asked about the oxide. What is the melting point of zinc?",
    "I mean Mercury the planet. What is the density of mercury?",
    "price of gold for my mother",
    "how much iron is there for my blood",
    "What's the price, because I like silver",
    "my doctor says I lack iron, how much iron should I eat?",
]


@pytest.mark.parametrize("question", NEAR_MISSES)
def test_a_near_miss_is_declined(question):
    outcome = ask(question)
    assert isinstance(outcome, Abstained), f"{question}: {outcome.text}"
    assert outcome.reason is Reason.UNANSWERABLE
