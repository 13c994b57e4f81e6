"""How answers are worded, and how a missing fact is: shared by the solvers. Knows no operation."""

from __future__ import annotations

from dataclasses import dataclass

from nescio.types import Citation
from nescio_experts.chemistry.facts import Facts, series_name, subject
from nescio_experts.chemistry.properties import PROPERTIES, ROOM_TEMPERATURE
from nescio_experts.chemistry.question import Ask
from nescio_experts.grounded import quantity, sentence


@dataclass(frozen=True, slots=True)
class Solved:
    """An answer in words, the facts it stands on, how many they are, and the elements that it is about."""

    text: str
    citations: tuple[Citation, ...]
    facts: int
    elements: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that the table does not have, in words for a person, and the nearest thing that can be said."""

    message: str
    instead: str = ""


class Wording:
    """Words for elements, values and sets of one table."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._table = facts.table

    def _missing(self, z: int, prop: str, known: list[str]) -> Missing:
        element = self._table.elements[z]
        instead = sentence("; ".join(known)) if known else ""
        if prop == "neutrons":
            isotope = element.most_abundant
            if isotope is not None and not instead:
                name = f"{element.name}-{isotope.mass_number}"
                instead = f"Its most abundant isotope, {name}, has {isotope.mass_number - z} neutrons."
            return Missing(f"the number of neutrons depends on the isotope of {element.name} that is meant.", instead)
        if prop == "discovery_year" and "ancients" in (element.text_of("discoverers") or ""):
            people = f"{element.name} was known to the ancients"
            return Missing(f"{people}; no year of discovery is recorded.", instead or sentence(people))
        if prop in {"half_life", "spin", "mass_number", "isotope_abundance"}:
            return Missing(f"the {PROPERTIES[prop].label} belongs to an isotope; name one, such as its mass number.")
        return Missing(f"no {PROPERTIES[prop].label} is tabulated for {element.name}.", instead)

    def _name(self, z: int) -> str:
        return self._table.elements[z].name

    def _show(self, value: float, ask: Ask) -> str:
        prop = PROPERTIES[ask.properties[0]]
        if prop.kind == "whole" and value == int(value):
            return str(int(value))
        return self._facts.show(value, prop.id, ask.units)

    def _more(self, prop: str, direction: int) -> str:
        words = PROPERTIES[prop].comparative
        if prop == "discovery_year":
            return f"was discovered {'later' if direction > 0 else 'earlier'}"
        if words[0]:
            return f"is {words[0] if direction > 0 else words[1]}"
        return f"has the {'higher' if direction > 0 else 'lower'} {PROPERTIES[prop].label}"

    def _described(self, ask: Ask, *, one: bool = False) -> str:
        """The set of `ask` in words: "halogens that are gases at 25 °C", of `one` "halogen that is a gas at 25 °C"."""
        nouns: list[str] = []
        tail: list[str] = []
        verb = "that is" if one else "that are"
        for name in ask.sets:
            kind, _, value = name.partition(":")
            if kind == "series":
                nouns.append(series_name(value))
            elif kind in {"metal", "nonmetal"}:
                nouns.append(kind)
            elif kind == "phase":
                at = quantity((ask.kelvin or ROOM_TEMPERATURE) - 273.15, "°C", decimals=6)
                gas = "a gas" if one else "gases"
                tail.append(f"{verb} {gas if value == 'gas' else value} at {at}")
            else:
                fixed = {"radioactive": f"{verb} radioactive", "stable": f"{verb} not radioactive"}
                fixed |= {"block": f"of the {value}-block", "monoisotopic": "with one stable isotope"}
                fixed |= {
                    "discoverer": f"discovered by {value.title()}",
                    "country": f"discovered in {'the ' if value.startswith('United') else ''}{value}",
                }
                tail.append(fixed.get(kind) or _numbered(kind, value))
        noun = nouns[-1] if nouns else "element"
        return " ".join((noun if one else _plural(noun), " and ".join(tail))).strip()

    def _solved(
        self, text: str, elements: tuple[int, ...], properties: tuple[str, ...], *, facts: int | None = None
    ) -> Solved:
        about = subject([self._name(z) for z in elements])
        citations = self._facts.citation(about or "periodic table", properties)
        counted = facts if facts is not None else max(1, len(elements) * len(properties))
        return Solved(text, citations, counted, elements)


def _plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def _numbered(kind: str, value: str) -> str:
    """Where elements stand: "in group 4", "in groups 3 to 11", "up to atomic number 81"."""
    first, dash, last = value.partition("-")
    if kind == "discovered":
        return f"discovered from {first} to {last}"
    if kind != "number":
        numbers = f"{first} to {last}" if dash else value.replace(",", " and ")
        return f"in {kind}{'' if value.isdigit() else 's'} {numbers}"
    if first == "1":
        return f"up to atomic number {last}"
    return f"with atomic numbers {first} to {last}"
