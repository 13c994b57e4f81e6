"""Questions that nobody can answer: the right reaction is always to abstain.

Ten sorts: things that do not exist, private matters, the future, missing facts, false premises and noise. Names of
invented things are built from syllables and a seed, so that no one can have learnt them. Fixed sentences alternate
between ``fit`` and ``test`` like every other wording.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from nescio_eval.datasets.question import Question
from nescio_eval.datasets.template import Family, Fill, generate
from nescio_eval.datasets.unanswerable_wordings import FIXED, WORDINGS

NAME = "unanswerable"

_ELEMENT_START = ("Zor", "Quel", "Brax", "Velt", "Mon", "Drak", "Ophi", "Tarn", "Ylm", "Cresc", "Gorv", "Xan", "Plov")
_ELEMENT_END = ("andium", "ovium", "ithium", "elium", "arium", "onite", "orium", "avium", "uxium")
_FICTION = ("vibranium", "adamantium", "unobtainium", "mithril", "kryptonite", "dilithium", "octiron", "eternium")
_PLACE_START = ("Bal", "Kor", "Vesk", "Tal", "Ond", "Mur", "Zhel", "Quar", "Lom", "Fen", "Sard", "Yev", "Drom")
_PLACE_END = ("oravia", "estan", "uvia", "andor", "imbria", "ovenia", "aland", "egonia", "arique", "umbo")
_FIRST = ("Marlow", "Ilsabet", "Torvin", "Quenna", "Brasko", "Odelle", "Fenwick", "Zarina", "Hollis", "Petrik")
_LAST = ("Vanterpool", "Kresnik", "Aldershaw", "Mbulaye", "Ostrakov", "Quillfeather", "Dunmarrow", "Yamatelli")


def questions(seed: int, count: int) -> list[Question]:
    """`count` unanswerable questions of all sorts, a third of them fixed sentences."""
    return generate(NAME, "unanswerable", FAMILIES, seed, count)


def _nobody_knows(**slots: str) -> Fill:
    return Fill(slots, None, "none")


def _element(rng: random.Random) -> Fill:
    invented = rng.choice(_ELEMENT_START) + rng.choice(_ELEMENT_END)
    return _nobody_knows(e=rng.choice(_FICTION) if rng.random() < 0.3 else invented.lower())


def _country(rng: random.Random) -> Fill:
    invented = rng.choice(_PLACE_START) + rng.choice(_PLACE_END)
    return _nobody_knows(c=invented)


def _person(rng: random.Random) -> Fill:
    place = rng.choice(_PLACE_START) + rng.choice(_PLACE_END)
    return _nobody_knows(p=f"{rng.choice(_FIRST)} {rng.choice(_LAST)}", c=place, y=str(rng.randint(1820, 1990)))


def _library(rng: random.Random) -> Fill:
    stem = "".join(rng.choice(("qua", "ziv", "tro", "ple", "mok", "fli", "wex")) for _ in range(2))
    return _nobody_knows(
        m=stem + rng.choice(("lib", "tools", "io", "x")), f=f"{stem}_{rng.choice(('all', 'map', 'fit'))}"
    )


def _missing_number(rng: random.Random) -> Fill:
    return _nobody_knows(
        p=rng.choice(_FIRST), q=rng.choice(_FIRST), n=str(rng.randint(3, 60)), m=str(rng.randint(3, 60))
    )


def _future(rng: random.Random) -> Fill:
    return _nobody_knows(y=str(rng.randint(2041, 2120)), n=str(rng.randint(2, 31)))


def _gibberish(rng: random.Random) -> Fill:
    letters = "bcdfghjklmnpqrstvwxzaeiou"
    words = ("".join(rng.choice(letters) for _ in range(rng.randint(3, 8))) for _ in range(rng.randint(2, 4)))
    return _nobody_knows(g=" ".join(words))


def _record(rng: random.Random) -> Fill:
    town = rng.choice(("Tirana", "Brno", "Cork", "Maribor", "Gdynia", "Oulu", "Split", "Plovdiv", "Aarhus", "Varna"))
    sport = rng.choice(("checkers", "tug-of-war", "skittles", "kite-flying", "sack-race", "whistling", "yodelling"))
    return _nobody_knows(t=town, s=sport, y=str(rng.randint(1890, 1960)))


def _fixed(sort: str) -> Callable[[random.Random], Fill]:
    def make(rng: random.Random) -> Fill:
        return _nobody_knows()

    return make


FAMILIES: tuple[Family, ...] = (
    Family("invented_element", _element, WORDINGS["invented_element"], 2),
    Family("invented_country", _country, WORDINGS["invented_country"], 2),
    Family("invented_person", _person, WORDINGS["invented_person"], 2),
    Family("invented_library", _library, WORDINGS["invented_library"], 1),
    Family("missing_number", _missing_number, WORDINGS["missing_number"], 2),
    Family("future", _future, WORDINGS["future"], 2),
    Family("gibberish", _gibberish, WORDINGS["gibberish"], 1),
    Family("unrecorded", _record, WORDINGS["unrecorded"], 2),
    *(Family(sort, _fixed(sort), sentences, 1) for sort, sentences in FIXED.items()),
)
