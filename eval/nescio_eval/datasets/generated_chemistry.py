"""Questions about the elements, generated from a seed; gold facts from `chemistry_facts`.

The wordings were written apart from the chemistry expert and share no sentence with its exemplars. Tolerances are wide
enough for the spread between reference works (boiling points of refractory metals differ by 6 %), and no wider.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from nescio_eval.datasets.chemistry_facts import EV_TO_KJ_MOL, Element, celsius, elements
from nescio_eval.datasets.generated_chemistry_wordings import WORDINGS
from nescio_eval.datasets.question import Question
from nescio_eval.datasets.template import Family, Fill, generate

NAME = "generated_chemistry"
TOLERANCE = {"melting": 0.01, "boiling": 0.07, "density": 0.04, "weight": 0.003, "negativity": 0.02, "ionization": 0.01}
"""Relative; temperatures in kelvin."""

_BRITISH = {"aluminum": "aluminium", "sulfur": "sulphur", "cesium": "caesium"}
_PLURAL = {
    "noble gas": "noble gases",
    "alkali metal": "alkali metals",
    "alkaline earth metal": "alkaline earth metals",
    "halogen": "halogens",
    "lanthanide": "lanthanides",
}
_WELL_KNOWN = frozenset(range(1, 57)) | frozenset(range(72, 84)) | {86, 88, 90, 92, 94}
_Pick = Callable[[Element], bool]


def questions(seed: int, count: int) -> list[Question]:
    """`count` questions; even seeds give the ``fit`` wordings, odd ones the ``test`` wordings."""
    return generate(NAME, "chemistry", FAMILIES, seed, count)


def _pick(rng: random.Random, wanted: _Pick) -> Element:
    known = [e for e in elements() if wanted(e)]
    common = [e for e in known if e.number in _WELL_KNOWN]
    return rng.choice(common if common and rng.random() < 0.75 else known)


def _spelt(rng: random.Random, element: Element) -> str:
    british = _BRITISH.get(element.name)
    return british if british and rng.random() < 0.5 else element.name


def _names(element: Element) -> tuple[str, ...]:
    british = _BRITISH.get(element.name)
    return (element.name, british) if british else (element.name,)


def _symbol(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: True)
    return Fill({"e": _spelt(rng, e)}, (e.symbol,), "text")


def _by_symbol(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: True)
    return Fill({"s": e.symbol}, (e.name,), "text", aliases=_names(e)[1:], cased=True)


def _by_number(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: True)
    return Fill({"n": str(e.number)}, (e.name,), "text", aliases=_names(e)[1:])


def _number(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: True)
    return Fill({"e": _spelt(rng, e)}, (str(e.number),), "number")


def _weight(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.weight is not None)
    return Fill({"e": _spelt(rng, e)}, (f"{e.weight:.6g} g/mol",), "quantity", tolerance=TOLERANCE["weight"])


def _kelvin(value: float) -> tuple[str, ...]:
    return (f"{value:.6g} K", f"{celsius(value):.6g} °C")


def _melting(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.melting is not None)
    return Fill({"e": _spelt(rng, e)}, _kelvin(e.melting or 0.0), "quantity", tolerance=TOLERANCE["melting"])


def _boiling(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.boiling is not None)
    return Fill({"e": _spelt(rng, e)}, _kelvin(e.boiling or 0.0), "quantity", tolerance=TOLERANCE["boiling"])


def _condensed(e: Element) -> bool:
    return e.density is not None and e.state in ("solid", "liquid")


def _density(rng: random.Random) -> Fill:
    e = _pick(rng, _condensed)
    return Fill({"e": _spelt(rng, e)}, (f"{e.density:.6g} g/cm³",), "quantity", tolerance=TOLERANCE["density"])


def _negativity(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.electronegativity is not None and e.number < 84)
    return Fill({"e": _spelt(rng, e)}, (f"{e.electronegativity}",), "number", tolerance=TOLERANCE["negativity"])


def _group(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.group is not None and e.number < 84)
    return Fill({"e": _spelt(rng, e)}, (str(e.group),), "number")


def _period(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: True)
    return Fill({"e": _spelt(rng, e)}, (str(e.period),), "number")


def _block(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.number < 103 and e.symbol not in ("La", "Ac", "Lu"))
    others = tuple(f"{block}-block" for block in "spdf" if block != e.block)
    # By place, not by words: in "Nobelium (No) is in the f-block" the symbol reads as a denial.
    return Fill({"e": _spelt(rng, e)}, (f"{e.block}-block",), "one_of", aliases=(e.block,), distractors=others)


def _ionization(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.ionization is not None and e.number < 93)
    volts = e.ionization or 0.0
    golds = (f"{volts:.5g} eV", f"{volts * EV_TO_KJ_MOL:.5g} kJ/mol")
    return Fill({"e": _spelt(rng, e)}, golds, "quantity", tolerance=TOLERANCE["ionization"])


def _configuration(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: 2 < e.number < 90)
    return Fill({"e": _spelt(rng, e)}, (e.configuration,), "compact", aliases=(_explicit(e.configuration),))


def _explicit(configuration: str) -> str:
    """With the exponent 1 written out: ``[Ar] 3d 4s2`` → ``[Ar] 3d1 4s2``."""
    return " ".join(part + "1" if part[-1] in "spdf" else part for part in configuration.split())


def _state(rng: random.Random) -> Fill:
    wanted = rng.choice(("solid", "liquid", "gas", "gas"))
    e = _pick(rng, lambda e: e.state == wanted)
    others = tuple(s for s in ("solid", "liquid", "gas") if s != e.state)
    return Fill({"e": _spelt(rng, e)}, (wanted,), "one_of", distractors=others)


def _series(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.series in _PLURAL and e.number < 90)
    return Fill({"e": _spelt(rng, e)}, (e.series,), "text", aliases=(_PLURAL[e.series],))


def _year(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.year is not None)
    return Fill({"e": _spelt(rng, e)}, (str(e.year),), "number")


def _radioactive(rng: random.Random) -> Fill:
    wanted = rng.random() < 0.5
    e = _pick(rng, lambda e: e.radioactive is wanted and e.symbol not in ("Bi", "Th", "U", "Pa"))
    return Fill({"e": _spelt(rng, e)}, ("yes" if wanted else "no",), "yes_no")


_COMPARED: tuple[tuple[str, Callable[[Element], float | None], _Pick, float], ...] = (
    ("melting", lambda e: e.melting, lambda e: e.melting is not None, 1.08),
    ("boiling", lambda e: e.boiling, lambda e: e.boiling is not None, 1.15),
    ("density", lambda e: e.density, _condensed, 1.1),
    ("electronegativity", lambda e: e.electronegativity, lambda e: e.electronegativity is not None, 1.08),
    ("weight", lambda e: e.weight, lambda e: e.weight is not None, 1.03),
)
_HIGHER = {
    "melting": ("has the higher melting point", "melts at a higher temperature"),
    "boiling": ("has the higher boiling point", "boils at a higher temperature"),
    "density": ("is denser", "has the greater density"),
    "electronegativity": ("is more electronegative", "has the higher electronegativity"),
    "weight": ("has the larger atomic weight", "has heavier atoms"),
}
_LOWER = {
    "melting": ("has the lower melting point", "melts first when both are heated"),
    "boiling": ("has the lower boiling point", "boils at a lower temperature"),
    "density": ("is less dense", "has the smaller density"),
    "electronegativity": ("is less electronegative", "has the lower electronegativity"),
    "weight": ("has the smaller atomic weight", "has lighter atoms"),
}


def _compare(rng: random.Random) -> Fill:
    name, value, known, margin = rng.choice(_COMPARED)
    first, second = _pair(rng, value, known, margin)
    upper = rng.random() < 0.65
    phrase = rng.choice((_HIGHER if upper else _LOWER)[name])
    right, wrong = sorted((first, second), key=lambda e: value(e) or 0.0, reverse=upper)
    slots = {"a": _spelt(rng, first), "b": _spelt(rng, second), "p": phrase}
    return Fill(slots, (right.name,), "one_of", aliases=_names(right)[1:], distractors=_names(wrong))


def _pair(
    rng: random.Random, value: Callable[[Element], float | None], known: _Pick, margin: float
) -> tuple[Element, Element]:
    first = _pick(rng, known)

    def apart(other: Element) -> bool:
        a, b = value(first), value(other)
        return known(other) and a is not None and b is not None and max(a, b) > margin * min(a, b)

    return first, _pick(rng, apart)


_SUPERLATIVES = {
    "melting": (("highest melting point", "lowest melting point"), lambda e: e.melting),
    "boiling": (("highest boiling point", "lowest boiling point"), lambda e: e.boiling),
    "density": (("highest density", "lowest density"), lambda e: e.density),
    "electronegativity": (("highest electronegativity", "lowest electronegativity"), lambda e: e.electronegativity),
}
_SETS: tuple[tuple[str, _Pick], ...] = (
    ("the elements of period 3", lambda e: e.period == 3),
    ("the elements of period 4", lambda e: e.period == 4),
    ("the elements of period 5", lambda e: e.period == 5),
    ("the elements of groups 3 to 11 in period 4", lambda e: e.period == 4 and 3 <= (e.group or 0) <= 11),
    ("the elements of groups 4 to 11 in period 6", lambda e: e.period == 6 and 4 <= (e.group or 0) <= 11),
    ("the elements of group 1", lambda e: e.group == 1),
    ("the elements of group 2", lambda e: e.group == 2),
    ("the elements of group 17", lambda e: e.group == 17 and e.number < 117),
    ("the noble gases from helium to radon", lambda e: e.group == 18 and e.number < 87),
    ("copper, silver and gold", lambda e: e.group == 11 and e.number < 80),
    ("the elements of group 13 up to thallium", lambda e: e.group == 13 and e.number < 82),
)
"""Sets without a doubtful member: what is a transition metal or a lanthanide at the edge is not agreed upon."""


def _superlative(rng: random.Random) -> Fill:
    choices = []
    for label, member in _SETS:
        for phrases, value in _SUPERLATIVES.values():
            for upper, phrase in zip((True, False), phrases, strict=True):
                winner = _clear_winner([e for e in elements() if member(e) and e.number < 95], value, upper)
                if winner is not None:
                    choices.append((label, phrase, winner))
    label, phrase, winner = rng.choice(choices)
    return Fill({"g": label, "p": phrase}, (winner.name,), "text", aliases=_names(winner)[1:])


def _clear_winner(members: list[Element], value: Callable[[Element], float | None], upper: bool) -> Element | None:
    """The extreme member, None if a value is unknown or the runner-up is within 3 %."""
    values = [(value(e), e) for e in members]
    known = sorted(((v, e) for v, e in values if v is not None), key=lambda pair: pair[0], reverse=upper)
    if len(known) < len(members) or len(known) < 3:
        return None
    best, second = known[0][0], known[1][0]
    return known[0][1] if abs(best - second) > 0.03 * max(abs(best), abs(second)) else None


def _members(rng: random.Random) -> Fill:
    groups = {1: 1, 2: 2, 11: 11, 17: 17}
    group = rng.choice(sorted(groups))
    found = [e for e in elements() if e.group == group and e.number < 85]
    return Fill({"n": str(group)}, tuple("|".join((*_names(e), e.symbol)) for e in found), "all")


def _count_period(rng: random.Random) -> Fill:
    period = rng.randint(1, 7)
    return Fill({"n": str(period)}, (str(sum(e.period == period for e in elements())),), "number")


def _difference(rng: random.Random) -> Fill:
    first, second = _pair(rng, lambda e: e.melting, lambda e: e.melting is not None and e.number < 84, 1.3)
    gap = abs((first.melting or 0.0) - (second.melting or 0.0))
    return Fill({"a": first.name, "b": second.name}, (f"{gap:.6g} degrees",), "quantity", tolerance=0.03)


def _moles(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: e.weight is not None and e.number < 84 and e.state == "solid")
    moles = rng.choice((2, 3, 5, 10, 4))
    return Fill({"n": str(moles), "e": e.name}, (f"{moles * (e.weight or 0):.5g} g",), "quantity", tolerance=0.005)


def _two_facts(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: True)
    return Fill({"e": _spelt(rng, e)}, (e.symbol, str(e.number)), "all", cased=False)


def _neutrons(rng: random.Random) -> Fill:
    e = _pick(rng, lambda e: 6 < e.number < 84 and e.weight is not None)
    mass = round(e.weight or 0) + rng.choice((0, 1, 2))
    return Fill({"i": f"{e.name}-{mass}"}, (str(mass - e.number),), "number")


_MAKERS: tuple[tuple[str, Callable[[random.Random], Fill], int], ...] = (
    ("symbol", _symbol, 2),
    ("element_by_symbol", _by_symbol, 2),
    ("element_by_number", _by_number, 2),
    ("atomic_number", _number, 2),
    ("atomic_weight", _weight, 2),
    ("melting_point", _melting, 2),
    ("boiling_point", _boiling, 2),
    ("density", _density, 2),
    ("electronegativity", _negativity, 2),
    ("group", _group, 1),
    ("period", _period, 1),
    ("block", _block, 1),
    ("ionization_energy", _ionization, 1),
    ("configuration", _configuration, 1),
    ("state", _state, 1),
    ("series", _series, 1),
    ("discovery_year", _year, 1),
    ("radioactive", _radioactive, 1),
    ("comparison", _compare, 4),
    ("superlative", _superlative, 3),
    ("group_members", _members, 1),
    ("period_count", _count_period, 1),
    ("difference", _difference, 1),
    ("moles", _moles, 1),
    ("symbol_and_number", _two_facts, 1),
    ("neutrons", _neutrons, 1),
)
FAMILIES = tuple(Family(name, make, WORDINGS[name], weight) for name, make, weight in _MAKERS)
