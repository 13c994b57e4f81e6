"""One fact of one element, as a value and as a clause of a sentence. Knows the table and the units, no questions."""

from __future__ import annotations

from dataclasses import dataclass

from nescio.types import Citation
from nescio_experts.chemistry.people import spelled
from nescio_experts.chemistry.properties import PROPERTIES, ROOM_TEMPERATURE, Property
from nescio_experts.chemistry.table import CONTRADICTED_YEARS, ESTIMATED_DENSITIES, Element, Isotope, Table
from nescio_experts.chemistry.units import convert
from nescio_experts.grounded import join, number, ordinal, quantity

_HALF_LIFE_UNITS = {
    "sec": "seconds", "minute": "minutes", "hour": "hours", "day": "days", "year": "years",
    "msec": "milliseconds", "usec": "microseconds", "nsec": "nanoseconds", "psec": "picoseconds",
    "asec": "attoseconds", "zsec": "zeptoseconds", "ysec": "yoctoseconds",
}  # fmt: skip
_YEARS = {"kyear": 1e3, "Myear": 1e6, "Gyear": 1e9, "Tyear": 1e12, "Pyear": 1e15, "Eyear": 1e18, "Zyear": 1e21}
_SHOWN = {"K": ("K", "°C"), "u": ("u", "g/mol"), "eV": ("eV", "kJ/mol")}
"""Units that are always given beside the table's own."""
_STRUCTURES = {
    "BCC": "body-centred cubic", "FCC": "face-centred cubic", "HEX": "hexagonal", "DIA": "diamond cubic",
    "RHL": "rhombohedral", "TET": "tetragonal", "ORC": "orthorhombic", "MCL": "monoclinic", "CUB": "cubic",
    "SC": "simple cubic",
}  # fmt: skip
_SERIES = {
    "Nonmetals": "nonmetal", "Noble gases": "noble gas", "Alkali metals": "alkali metal",
    "Alkaline earth metals": "alkaline earth metal", "Metalloids": "metalloid", "Halogens": "halogen",
    "Poor metals": "post-transition (poor) metal", "Transition metals": "transition metal",
    "Lanthanides": "lanthanide", "Actinides": "actinide",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """The table, asked for single facts."""

    table: Table

    def value(self, z: int, prop: str, nth: int = 1) -> float | None:
        """The number behind a numeric property in its own unit; None if the table has none, or contradicts itself."""
        element = self.table.elements[z]
        if prop == "ionization_energy":
            return element.ionization[nth - 1] if 0 < nth <= len(element.ionization) else None
        if prop in {"protons", "electrons", "atomic_number"}:
            return float(z)
        if prop == "discovery_year" and z in CONTRADICTED_YEARS:
            return None
        if prop == "stable_isotope_count":
            return float(len(element.stable_isotopes))
        if prop in {"fusion_heat", "evaporation_heat"} and self._contradicts(element):
            return None
        return element.number_of(PROPERTIES[prop].source_column if prop != "valence" else "valence")

    @staticmethod
    def _contradicts(element: Element) -> bool:
        """Whether melting is said to take more energy than vaporising, which cannot be: two columns were swapped."""
        fusion, evaporation = element.number_of("fusion_heat"), element.number_of("evaporation_heat")
        return fusion is not None and evaporation is not None and fusion > evaporation

    def estimated(self, z: int, prop: str) -> bool:
        """Whether the tabulated value is an estimate rather than a measurement."""
        return prop == "density" and z in ESTIMATED_DENSITIES

    def show(self, value: float, prop: str, units: tuple[str, ...] = ()) -> str:
        """`value` with its unit, first in the units asked for; temperatures in K and °C, energies in eV and kJ/mol."""
        unit = PROPERTIES[prop].unit
        usual = _SHOWN.get(unit, (unit,)) if prop != "en_allen" else (unit,)
        shown = []
        for wanted in dict.fromkeys((*units, *usual)):
            converted = convert(value, unit, wanted)
            if converted is not None:
                exact = wanted in {unit, "°C"}
                shown.append(quantity(converted, wanted, decimals=None if exact else _decimals(wanted)))
        first, rest = shown[0], shown[1:]
        return f"{first} ({', '.join(rest)})" if rest else first

    def show_difference(self, value: float, prop: str, units: tuple[str, ...] = ()) -> str:
        """A difference of two values: a kelvin is as large as a degree Celsius."""
        unit = PROPERTIES[prop].unit
        if unit == "K":
            if "°F" in units:
                return f"{quantity(value * 1.8, '°F', decimals=6)} ({quantity(value, 'K', decimals=6)})"
            return f"{quantity(value, 'K', decimals=6)} (the same number of °C)"
        wanted = next((u for u in units if convert(1.0, unit, u) is not None), unit)
        return quantity(convert(value, unit, wanted) or 0.0, wanted, digits=9)

    def clause(
        self, z: int, prop: str, *, units: tuple[str, ...] = (), nth: int = 1, kelvin: float | None = None
    ) -> str | None:
        """The fact as a clause ("the density of gold is 19.3 g/cm³"); None if the table does not have it."""
        element, known = self.table.elements[z], PROPERTIES[prop]
        special = getattr(self, f"_{prop}", None)
        if prop == "phase":
            return self._state(element, ROOM_TEMPERATURE if kelvin is None else kelvin)
        if special is not None:
            clause: str | None = special(element)
            return clause
        if not known.numeric:
            text = element.text_of(known.source_column)
            return None if text is None else f"the {known.label} of {_name(element)} {_verb(known)} {text.rstrip('.')}"
        value = self.value(z, prop, nth)
        if value is None:
            return None
        if prop in {"melting_point", "boiling_point"} and element.transitions:
            return self._transition(element, prop, units)
        label = f"{ordinal(nth)} ionisation energy" if prop == "ionization_energy" and nth > 1 else known.label
        note = f" {known.note}" if known.note else ""
        if self.estimated(z, prop):
            note += " (a theoretical estimate, not a measurement)"
        shown = str(int(value)) if known.kind == "whole" else self.show(value, prop, units)
        return f"the {label} of {_name(element)} {_verb(known)} {shown}{note}"

    def _transition(self, element: Element, prop: str, units: tuple[str, ...]) -> str:
        parts = []
        for one in element.transitions:
            value = one.melting_point if prop == "melting_point" else one.boiling_point
            if value is None:
                continue
            sublimes = " (it sublimes)" if one.sublimes and prop == "boiling_point" else ""
            form = f"{one.allotrope} " if one.allotrope and len(element.transitions) > 1 else ""
            parts.append((form, f"{self.show(value, prop, units)}{sublimes}"))
        if len(parts) == 1:
            return f"the {PROPERTIES[prop].label} of {_name(element)} is {parts[0][1]}"
        listed = join([f"{shown} for {form}{element.name}" for form, shown in parts])
        return f"the {PROPERTIES[prop].label} of {_name(element)} is {listed}"

    # -- properties with words of their own -----------------------------------------------------------------------

    def _symbol(self, element: Element) -> str:
        return f"the chemical symbol of {element.name} is {element.symbol}"

    def _name(self, element: Element) -> str:
        return f"the element with the symbol {element.symbol} and the atomic number {element.number} is {element.name}"

    def _electronic_configuration(self, element: Element) -> str:
        configuration = element.text_of("electronic_configuration")
        return f"the electron configuration of {_name(element)} is {configuration}"

    def _group(self, element: Element) -> str | None:
        return None if element.group is None else f"{_name(element)} is in group {element.group} of the periodic table"

    def _period(self, element: Element) -> str:
        return f"{_name(element)} is in period {element.period} of the periodic table"

    def _block(self, element: Element) -> str:
        return f"{_name(element)} is in the {element.block}-block of the periodic table"

    def _series(self, element: Element) -> str:
        return f"{_name(element)} is {_article(_SERIES[element.series])}"

    def _discovery_year(self, element: Element) -> str | None:
        year = self.value(element.number, "discovery_year")
        return None if year is None else f"{_name(element)} was discovered in {int(year)}"

    def _discoverers(self, element: Element) -> str | None:
        people = spelled(element.text_of("discoverers") or "").rstrip(".")
        if not people:
            return None
        if "ancients" in people:
            return f"{_name(element)} was known to the ancients; no discoverer is recorded"
        return f"{_name(element)} was discovered by {people}"

    def _discovery_location(self, element: Element) -> str | None:
        place = element.text_of("discovery_location")
        return None if place is None else f"{_name(element)} was discovered in {place.replace('/', ' / ')}"

    def _name_origin(self, element: Element) -> str | None:
        origin = element.text_of("name_origin")
        return None if origin is None else f"the origin of the name of {_name(element)}: {origin.rstrip('.')}"

    def _oxidation_states(self, element: Element) -> str | None:
        if not element.oxidation_main:
            return None
        main = join([signed(state) for state in element.oxidation_main])
        rare = [signed(state) for state in element.oxidation_other if state != 0]
        verb = "state of {0} is" if len(element.oxidation_main) == 1 else "states of {0} are"
        tail = f" (less common: {', '.join(rare)})" if rare else ""
        return f"the main oxidation {verb.format(_name(element))} {main}{tail}"

    def _radioactive(self, element: Element) -> str | None:
        count = len(element.stable_isotopes)
        if element.values["is_radioactive"]:
            return f"{_name(element)} is radioactive: it has no stable isotope"
        if not count:
            return None
        return f"{_name(element)} is not radioactive: it has {count} stable {'isotope' if count == 1 else 'isotopes'}"

    def _protons(self, element: Element) -> str:
        return f"an atom of {_name(element)} has {_count(element.number, 'proton')}"

    def _electrons(self, element: Element) -> str:
        return f"a neutral atom of {_name(element)} has {_count(element.number, 'electron')}"

    def _valence(self, element: Element) -> str:
        count = int(self.value(element.number, "valence") or 0)
        counted = {"d": " (outer s and d electrons)", "f": " (outer s, d and f electrons)"}.get(element.block, "")
        return f"an atom of {_name(element)} has {count} valence {'electron' if count == 1 else 'electrons'}{counted}"

    def _isotopes(self, element: Element) -> str:
        if not element.stable_isotopes:
            return f"{_name(element)} has no stable isotopes; {len(element.isotopes)} radioactive ones are tabulated"
        named = join([f"{element.name}-{i.mass_number}" for i in element.stable_isotopes])
        count = len(element.stable_isotopes)
        return f"{_name(element)} has {count} stable {'isotope' if count == 1 else 'isotopes'}: {named}"

    def _stable_isotope_count(self, element: Element) -> str:
        return self._isotopes(element)

    def _isotope_count(self, element: Element) -> str:
        """The number of all isotopes that are tabulated, and of the stable ones among them."""
        return f"{len(element.isotopes)} isotopes of {_name(element)} are tabulated; {self._isotopes(element)}"

    def _natural_isotopes(self, element: Element) -> str:
        natural = [f"{element.name}-{i.mass_number}" for i in element.isotopes if i.abundance]
        if not natural:
            return f"{_name(element)} has 0 isotopes with a natural abundance in the table"
        noun = "isotope that occurs" if len(natural) == 1 else "isotopes that occur"
        return f"{_name(element)} has {len(natural)} {noun} in nature: {join(natural)}"

    def _radioactive_isotope_count(self, element: Element) -> str:
        count = sum(isotope.radioactive for isotope in element.isotopes)
        return f"{count} radioactive isotopes of {_name(element)} are tabulated"

    def _most_abundant_isotope(self, element: Element) -> str | None:
        isotope = element.most_abundant
        if isotope is None or isotope.abundance is None:
            return None
        name = f"{element.name}-{isotope.mass_number}"
        share = quantity(isotope.abundance, "%")
        return f"the most abundant isotope of {_name(element)} is {name}, {share} of it in nature"

    def _uses(self, element: Element) -> str | None:
        text = element.text_of("uses")
        return None if text is None else f"uses of {_name(element)}: {text.rstrip('.')}"

    def _sources(self, element: Element) -> str | None:
        text = element.text_of("sources")
        return None if text is None else f"sources of {_name(element)}: {text.rstrip('.')}"

    def _lattice_structure(self, element: Element) -> str | None:
        code = element.text_of("lattice_structure")
        return None if code is None else f"the crystal structure of {_name(element)} is {_STRUCTURES[code]} ({code})"

    def _neutrons(self, element: Element) -> None:
        """An element has no number of neutrons; its isotopes do."""

    _half_life = _mass_number = _isotope_abundance = _spin = _neutrons

    def _state(self, element: Element, kelvin: float) -> str | None:
        phase = element.phase_at(kelvin)
        if phase is None:
            return None
        shown = self.show(kelvin, "melting_point", ("°C",))
        where = f"at room temperature, {shown}" if kelvin == ROOM_TEMPERATURE else f"at {shown} and normal pressure"
        return f"{_name(element)} is {'a gas' if phase == 'gas' else phase} {where}"

    # -- isotopes -----------------------------------------------------------------------------------------------------

    def isotope(self, z: int, mass_number: int) -> Isotope | None:
        """The tabulated isotope, or None."""
        return next((i for i in self.table.elements[z].isotopes if i.mass_number == mass_number), None)

    def isotope_clause(self, z: int, mass_number: int, prop: str) -> str | None:
        """A fact of one isotope as a clause; None if it is not tabulated or is a fact of elements only."""
        isotope, element = self.isotope(z, mass_number), self.table.elements[z]
        if isotope is None:
            return None
        name = f"{element.name}-{mass_number}"
        if prop in {"protons", "electrons", "neutrons"}:
            return f"an atom of {name} has {_count(mass_number - z if prop == 'neutrons' else z, prop[:-1])}"
        if prop == "atomic_number":
            return f"the atomic number of {name} is {z}"
        if prop in {"symbol", "name"}:
            return f"{element.symbol}-{mass_number} is {name}"
        if prop == "radioactive":
            return f"{name} is {'radioactive' if isotope.radioactive else 'not radioactive'}"
        value = _isotope_value(isotope, prop)
        return None if value is None else f"the {_isotope_label(prop)} of {name} is {value}"

    # -- sources ------------------------------------------------------------------------------------------------------

    def citation(self, subject: str, props: tuple[str, ...], *, isotope: bool = False) -> tuple[Citation, ...]:
        """Where the facts come from: the table with its version, and each property's own reference in it."""
        cited = []
        for prop in dict.fromkeys(props):
            known = PROPERTIES[prop]
            column = f"isotope.{_ISOTOPE_COLUMNS.get(prop, prop)}" if isotope else known.source_column
            reference = self.table.references.get(column, "")
            cited.append(Citation(f"{subject}: {known.label}", self.table.source, "", reference))
        return tuple(cited)


_ISOTOPE_COLUMNS = {"atomic_weight": "mass", "isotope_abundance": "abundance", "radioactive": "is_radioactive"}


def _isotope_label(prop: str) -> str:
    return {"atomic_weight": "atomic mass", "discovery_year": "year of discovery"}.get(prop, PROPERTIES[prop].label)


def _isotope_value(isotope: Isotope, prop: str) -> str | None:
    if prop == "mass_number":
        return str(isotope.mass_number)
    if prop == "atomic_weight":
        return quantity(isotope.mass, "u")
    if prop == "isotope_abundance":
        return None if not isotope.abundance else quantity(isotope.abundance, "%")
    if prop == "half_life":
        return half_life(isotope)
    if prop == "spin":
        return isotope.spin
    if prop == "discovery_year" and isotope.discovery_year is not None:
        return str(isotope.discovery_year)
    return None


def half_life(isotope: Isotope) -> str | None:
    """The half-life in words and digits ("5,700 years"), or None if it is stable or not tabulated."""
    if isotope.half_life is None or isotope.half_life_unit is None:
        return None
    if isotope.half_life_unit in _YEARS:
        return f"{number(isotope.half_life * _YEARS[isotope.half_life_unit])} years"
    unit = _HALF_LIFE_UNITS.get(isotope.half_life_unit)
    return None if unit is None else quantity(isotope.half_life, unit)


def signed(value: int) -> str:
    """An oxidation state: "+2", "-1", "0"."""
    return f"{value:+d}" if value else "0"


def subject(names: list[str]) -> str:
    """The names of what a citation is about, shortened past five."""
    return join(names) if len(names) <= 5 else f"{len(names)} elements"


def series_name(series: str) -> str:
    """What one element of a series is called."""
    return _SERIES[series]


def _decimals(unit: str) -> int:
    return {"°F": 4, "kJ/mol": 2, "eV": 4}.get(unit, 9)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _name(element: Element) -> str:
    return f"{element.name} ({element.symbol})"


def _verb(prop: Property) -> str:
    return "are" if prop.plural else "is"


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
