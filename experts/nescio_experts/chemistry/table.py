"""The elements as the `mendeleev` package tabulates them, read straight from the SQLite file inside its wheel.

Importing the package would cost more than a second and an ORM; all that is needed is its data. Values are passed on as
they stand. What is derived (valence electrons, the phase at a temperature) follows from tabulated values alone. This
module knows no question and writes no sentence.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Phase = Literal["solid", "liquid", "gas"]

_REFERENCES = {
    "haynes2014crc": "CRC Handbook of Chemistry and Physics, 95th edition (2014)",
    "haynes2016crc": "CRC Handbook of Chemistry and Physics, 97th edition (2016)",
    "enwiki:1039678864": "theoretical estimates for elements without a measurement",
    "Meija2016": "Meija et al., Atomic weights of the elements 2013 (IUPAC, 2016)",
    "Slater1964": "Slater, Atomic Radii in Crystals (1964)",
    "Pyykko2009": "Pyykkö and Atsumi, Molecular Single-Bond Covalent Radii (2009)",
    "Cordero2008": "Cordero et al., Covalent radii revisited (2008)",
    "Schwerdtfeger2023": "Schwerdtfeger and Nagle, Table of static dipole polarizabilities (2023)",
    "Kondev2021": "Kondev et al., The NUBASE2020 evaluation (2021)",
    "iupac-masses": "IUPAC CIAAW, Atomic masses",
    "Andersen2004": "Andersen, Atomic negative ions (2004)",
    "kyleandlaby": "Kaye and Laby, Tables of Physical and Chemical Constants",
    "white2013geochemistry": "White, Geochemistry (2013)",
    "enwiki:1102394064": "Wikipedia, Oxidation state",
}
_METALS = frozenset(
    {"Alkali metals", "Alkaline earth metals", "Poor metals", "Transition metals", "Lanthanides", "Actinides"}
)
CONTRADICTED_YEARS = frozenset({60})
"""Atomic numbers whose tabulated year of discovery contradicts its discoverer: Auer von Welsbach found neodymium (with
praseodymium) in 1885, and the table says 1925."""
_UNCERTAIN = 0.1
"""Relative uncertainty of a sublimation point: for carbon, references differ by as much."""
ESTIMATED_DENSITIES = frozenset({85, 87, *range(99, 119)})
"""Atomic numbers whose tabulated density is a theoretical estimate, as the database's own annotation lists them."""


@dataclass(frozen=True, slots=True)
class Isotope:
    """One isotope: mass in u, natural abundance in per cent, half-life in `half_life_unit`."""

    mass_number: int
    mass: float
    abundance: float | None
    radioactive: bool
    half_life: float | None
    half_life_unit: str | None
    spin: str | None
    discovery_year: int | None

    @property
    def stable(self) -> bool:
        """Whether it is stable; isotopes that were never found in nature count as unstable unless measured."""
        return not self.radioactive and bool(self.abundance)


@dataclass(frozen=True, slots=True)
class Transition:
    """Melting and boiling point in K of one allotrope ("" for the only one)."""

    allotrope: str
    melting_point: float | None
    boiling_point: float | None
    sublimes: bool


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `values` holds every tabulated column that is not null."""

    number: int
    symbol: str
    name: str
    period: int
    block: str
    series: str
    group: int | None
    values: Mapping[str, float | str]
    transitions: tuple[Transition, ...]
    ionization: tuple[float | None, ...]
    oxidation_main: tuple[int, ...]
    oxidation_other: tuple[int, ...]
    isotopes: tuple[Isotope, ...]

    @property
    def metal(self) -> bool:
        """Whether its series is one of metals."""
        return self.series in _METALS

    @property
    def stable_isotopes(self) -> tuple[Isotope, ...]:
        """Its stable isotopes, lightest first."""
        return tuple(i for i in self.isotopes if i.stable)

    @property
    def most_abundant(self) -> Isotope | None:
        """Its most abundant isotope in nature, if it has one."""
        natural = [i for i in self.isotopes if i.abundance]
        return max(natural, key=lambda i: i.abundance or 0.0) if natural else None

    def phase_at(self, kelvin: float) -> Phase | None:
        """Its phase at that temperature and normal pressure; None where the table does not settle it."""
        phases = {self._phase_of(form, kelvin) for form in self.transitions}
        return phases.pop() if len(phases) == 1 else None

    def _phase_of(self, form: Transition, kelvin: float) -> Phase | None:
        melts, boils = form.melting_point, form.boiling_point
        if form.sublimes and melts is None:
            return _sublimed(kelvin, boils)
        if boils is not None and kelvin >= boils:
            return "gas"
        if melts is not None and kelvin < melts:
            return "solid"
        if boils is not None and form.sublimes:
            return "solid"
        if boils is not None and (melts is not None or self.symbol == "He"):
            return "liquid"
        return None

    def number_of(self, column: str) -> float | None:
        """The numeric value of `column`, or None."""
        value = self.values.get(column)
        return float(value) if isinstance(value, int | float) else None

    def text_of(self, column: str) -> str | None:
        """The text in `column`, or None."""
        value = self.values.get(column)
        return value.strip() if isinstance(value, str) and value.strip() else None


def _sublimed(kelvin: float, sublimes: float | None) -> Phase | None:
    """The phase of a form without a melting point; near its sublimation point, which is uncertain, none is settled."""
    if sublimes is None or abs(kelvin - sublimes) <= _UNCERTAIN * sublimes:
        return None
    return "solid" if kelvin < sublimes else "gas"


@dataclass(frozen=True, slots=True)
class Table:
    """All elements by atomic number, the data's version, and where each property was taken from."""

    elements: Mapping[int, Element]
    version: str
    references: Mapping[str, str]

    @property
    def source(self) -> str:
        """Name and version of the data."""
        return f"mendeleev {self.version}"

    def by_symbol(self, symbol: str) -> Element | None:
        """The element with exactly that symbol."""
        return next((e for e in self.elements.values() if e.symbol == symbol), None)


@cache
def load_table() -> Table:
    """Read the table. About 30 ms.

    Raises:
        FileNotFoundError: `mendeleev` is not installed, or its database is not where it was.
    """
    spec = find_spec("mendeleev")
    folder = next(iter(spec.submodule_search_locations or ()), None) if spec else None
    path = Path(folder) / "elements.db" if folder else None
    if path is None or not path.is_file():
        raise FileNotFoundError("the database of the mendeleev package was not found")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return Table(_elements(database), metadata.version("mendeleev"), _references(database))


def _elements(database: sqlite3.Connection) -> dict[int, Element]:
    series = {row["id"]: row["name"] for row in database.execute("SELECT id, name FROM series")}
    isotopes, transitions = _isotopes(database), _transitions(database)
    ionization, oxidation = _ionization(database), _oxidation(database)
    elements = {}
    for row in database.execute("SELECT * FROM elements ORDER BY atomic_number"):
        z = int(row["atomic_number"])
        phases = transitions.get(z, ())
        values = {key: row[key] for key in row.keys() if row[key] is not None}  # noqa: SIM118 - a Row iterates values
        values |= _derived(values, phases, ionization.get(z, ()))
        elements[z] = Element(
            number=z,
            symbol=row["symbol"],
            name=row["name"].lower(),
            period=row["period"],
            block=row["block"],
            series=series[row["series_id"]],
            group=row["group_id"],
            values=values,
            transitions=phases,
            ionization=ionization.get(z, ()),
            oxidation_main=oxidation.get((z, "main"), ()),
            oxidation_other=oxidation.get((z, "extended"), ()),
            isotopes=isotopes.get(z, ()),
        )
    return elements


def _derived(
    values: Mapping[str, float | str], phases: tuple[Transition, ...], ionization: tuple[float | None, ...]
) -> dict[str, float]:
    """Columns that follow from others: of several allotropes the first, which is the reference form."""
    derived: dict[str, float | None] = {
        "melting_point": phases[0].melting_point if phases else None,
        "boiling_point": phases[0].boiling_point if phases else None,
        "ionization_energy": ionization[0] if ionization else None,
        "valence": _valence(str(values["electronic_configuration"]), str(values["block"]), int(values["period"])),
    }
    if "density" in values:
        derived["atomic_volume"] = float(values["atomic_weight"]) / float(values["density"])
    return {key: value for key, value in derived.items() if value is not None}


def _valence(configuration: str, block: str, period: int) -> int:
    """Electrons of the outermost shell (s and p block), with the open d or f shells in the other blocks.

    Palladium, whose outermost s shell is empty, counts its d electrons, as mendeleev does.
    """
    shells = {
        (int(n), orbital): int(count or 1)
        for n, orbital, count in re.findall(r"(\d)([spdf])(\d*)", re.sub(r"\[\w+\]", "", configuration))
    }
    if block in "sp":
        outermost = max(n for n, _ in shells)
        return sum(count for (n, _), count in shells.items() if n == outermost)
    valence = shells.get((period, "s"), 0) + shells.get((period - 1, "d"), 0)
    if block == "f":
        valence += shells.get((period, "p"), 0) + shells.get((period - 2, "f"), 0)
    return valence


def _isotopes(database: sqlite3.Connection) -> dict[int, tuple[Isotope, ...]]:
    found: dict[int, list[Isotope]] = {}
    for row in database.execute("SELECT * FROM isotopes ORDER BY atomic_number, mass_number"):
        isotope = Isotope(
            row["mass_number"],
            row["mass"],
            row["abundance"],
            bool(row["is_radioactive"]),
            row["half_life"],
            row["half_life_unit"],
            row["spin"],
            row["discovery_year"],
        )
        found.setdefault(row["atomic_number"], []).append(isotope)
    return {z: tuple(isotopes) for z, isotopes in found.items()}


def _transitions(database: sqlite3.Connection) -> dict[int, tuple[Transition, ...]]:
    """Without the rows whose "melting point" is the change of one crystal form into another."""
    found: dict[int, list[Transition]] = {}
    rows = "SELECT * FROM phasetransitions WHERE is_transition IS NULL OR is_transition = 0 ORDER BY id"
    for row in database.execute(rows):
        allotrope = row["allotrope"] or ""
        transition = Transition(
            allotrope, row["melting_point"], row["boiling_point"], bool(row["is_sublimation_point"])
        )
        found.setdefault(row["atomic_number"], []).append(transition)
    return {z: tuple(transitions) for z, transitions in found.items()}


def _ionization(database: sqlite3.Connection) -> dict[int, tuple[float | None, ...]]:
    """The n-th energy stands at n - 1; for the heaviest elements only some higher ones are known."""
    found: dict[int, dict[int, float]] = {}
    rows = "SELECT atomic_number, ion_charge, ionization_energy FROM ionizationenergies"
    for row in database.execute(rows):
        found.setdefault(row["atomic_number"], {})[row["ion_charge"]] = row["ionization_energy"]
    return {z: tuple(known.get(charge) for charge in range(max(known) + 1)) for z, known in found.items()}


def _oxidation(database: sqlite3.Connection) -> dict[tuple[int, str], tuple[int, ...]]:
    found: dict[tuple[int, str], list[int]] = {}
    for row in database.execute("SELECT * FROM oxidationstates ORDER BY oxidation_state"):
        found.setdefault((row["atomic_number"], row["category"]), []).append(row["oxidation_state"])
    return {key: tuple(states) for key, states in found.items()}


def _references(database: sqlite3.Connection) -> dict[str, str]:
    """Column → where its values come from; an isotope's columns are named ``isotope.half_life`` and so on."""
    rows = "SELECT class_name, column_name, citation_keys FROM propertymetadata WHERE citation_keys IS NOT NULL"
    references: dict[str, str] = {}
    for row in database.execute(rows):
        named = [_REFERENCES[key] for key in row["citation_keys"].split(",") if key in _REFERENCES]
        column = f"isotope.{row['column_name']}" if row["class_name"] == "Isotope" else row["column_name"]
        if row["column_name"] and named:
            references.setdefault(column, "; ".join(named))
    return references
