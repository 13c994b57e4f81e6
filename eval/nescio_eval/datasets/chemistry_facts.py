"""The elements as `mendeleev` records them, in plain Python: the gold facts of the generated chemistry questions.

Read straight from mendeleev's tables, apart from the chemistry expert. Values that are predicted, contested or given
for one of several allotropes are left out rather than graded.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import cache

KELVIN = 273.15
ROOM = 298.15
EV_TO_KJ_MOL = 96.485

_SERIES = {
    1: "nonmetal",
    2: "noble gas",
    3: "alkali metal",
    4: "alkaline earth metal",
    5: "metalloid",
    6: "halogen",
    7: "post-transition metal",
    8: "transition metal",
    9: "lanthanide",
    10: "actinide",
}
_UNSETTLED_TEMPERATURES = frozenset("C P S As Se Sn Ga Pa Bk Cf Es Fm Md No Lr At Fr Ra Ac Am Cm".split())
"""Allotropes, sublimation, or too radioactive to have been measured well."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element; None where the record is missing, predicted or contested. Temperatures in kelvin, density g/cm³."""

    number: int
    symbol: str
    name: str
    period: int
    group: int | None
    block: str
    series: str
    weight: float | None
    density: float | None
    melting: float | None
    boiling: float | None
    electronegativity: float | None
    ionization: float | None
    configuration: str
    radioactive: bool
    year: int | None

    @property
    def state(self) -> str | None:
        """``solid``, ``liquid`` or ``gas`` at 25 °C, None near a transition or unknown."""
        if self.melting is None or self.boiling is None:
            return None
        if min(abs(self.melting - ROOM), abs(self.boiling - ROOM)) < 15:
            return None
        if self.boiling < ROOM:
            return "gas"
        return "liquid" if self.melting < ROOM else "solid"


@cache
def elements() -> tuple[Element, ...]:
    """All 118 elements by atomic number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mendeleev.fetch import fetch_table

        rows = fetch_table("elements").to_dict("records")
        phases = fetch_table("phasetransitions").to_dict("records")
        energies = fetch_table("ionizationenergies").to_dict("records")
    melting, boiling = _temperatures(phases)
    first = {int(e["atomic_number"]): _number(e["ionization_energy"]) for e in energies if e["ion_charge"] == 0}
    return tuple(
        _element(row, melting.get(number), boiling.get(number), first.get(number))
        for row in sorted(rows, key=lambda r: int(r["atomic_number"]))
        for number in (int(row["atomic_number"]),)
    )


def celsius(kelvin: float) -> float:
    """`kelvin` in degrees Celsius."""
    return kelvin - KELVIN


def _temperatures(phases: list[dict[str, float]]) -> tuple[dict[int, float | None], dict[int, float | None]]:
    melting: dict[int, float | None] = {}
    boiling: dict[int, float | None] = {}
    for row in phases:
        number = int(row["atomic_number"])
        twice = number in melting
        melting[number] = None if twice else _number(row["melting_point"])
        boiling[number] = None if twice else _number(row["boiling_point"])
    return melting, boiling


def _element(row: dict[str, object], melting: float | None, boiling: float | None, ionization: float | None) -> Element:
    number = int(str(row["atomic_number"]))
    symbol = str(row["symbol"])
    radioactive = str(row["is_radioactive"]) in ("1", "True", "1.0")
    settled = symbol not in _UNSETTLED_TEMPERATURES and number < 96
    group = _number(row["group_id"])
    year = _number(row["discovery_year"])
    return Element(
        number=number,
        symbol=symbol,
        name=str(row["name"]).lower(),
        period=int(str(row["period"])),
        group=None if group is None else int(group),
        block=str(row["block"]),
        series=_SERIES[int(str(row["series_id"]))],
        weight=None if radioactive and symbol not in ("Th", "Pa", "U") else _number(row["atomic_weight"]),
        density=_number(row["density"]) if number < 93 and symbol not in ("At", "Fr", "Tc", "Pm") else None,
        melting=melting if settled else None,
        boiling=boiling if settled else None,
        electronegativity=_number(row["en_pauling"]) if number < 93 else None,
        ionization=ionization if number < 100 else None,
        configuration=str(row["electronic_configuration"]),
        radioactive=radioactive,
        year=int(year) if year is not None and symbol in _SETTLED_YEARS else None,
    )


_SETTLED_YEARS = frozenset(
    "P Ga Ge Rb Tc Fr Np Pu Ne Kr Xe Ar Ra Po Cd I In Tl Hf Re Sm Ho Tm Es Md Be Li Si Al Ru Ta".split()
)


def _number(value: object) -> float | None:
    if value is None:
        return None
    number = float(str(value))
    return None if math.isnan(number) else number
