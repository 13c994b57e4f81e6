"""Sets of elements that a question chooses from ("group:17", "group:3-11", "phase:liquid"): who belongs to one."""

from __future__ import annotations

from nescio_experts.chemistry.people import surnames
from nescio_experts.chemistry.table import CONTRADICTED_YEARS, Element, Table

SET_PROPERTIES = {
    "series": "series",
    "group": "group",
    "period": "period",
    "block": "block",
    "number": "atomic_number",
    "metal": "series",
    "nonmetal": "series",
    "phase": "phase",
    "radioactive": "radioactive",
    "stable": "radioactive",
    "monoisotopic": "isotopes",
    "discoverer": "discoverers",
    "country": "discovery_location",
    "discovered": "discovery_year",
}
"""Set → the property that decides membership."""


def in_set(table: Table, z: int, name: str, kelvin: float = 298.15) -> bool | None:
    """Whether element `z` belongs to the set `name`; None where the table does not settle it."""
    element = table.elements[z]
    kind, _, value = name.partition(":")
    if kind == "phase":
        phase = element.phase_at(kelvin)
        return None if phase is None else phase == value
    if kind in {"discoverer", "country", "discovered"}:
        return _discovered(element, kind, value)
    facts: dict[str, bool] = {
        "series": element.series == value,
        "group": _among(element.group, value),
        "period": _among(element.period, value),
        "number": _among(element.number, value),
        "block": element.block == value,
        "metal": element.metal,
        "nonmetal": not element.metal and element.series != "Metalloids",
        "radioactive": bool(element.values["is_radioactive"]),
        "stable": not element.values["is_radioactive"],
        "monoisotopic": len(element.stable_isotopes) == 1,
    }
    decays_slowly = not element.stable_isotopes and not element.values["is_radioactive"]
    if (kind in {"radioactive", "stable"} and decays_slowly) or (kind == "group" and element.group is None):
        return None
    return facts[kind]


def _discovered(element: Element, kind: str, value: str) -> bool | None:
    """Whether its discovery is by that person, in that country or in those years; None where none is recorded."""
    if kind == "discoverer":
        return value in surnames(element.text_of("discoverers") or "")
    if kind == "country":
        country = element.text_of("discovery_location")
        return None if country is None else value in [one.strip() for one in country.split("/")]
    year = None if element.number in CONTRADICTED_YEARS else element.number_of("discovery_year")
    return None if year is None else _among(int(year), value)


def _among(number: int | None, value: str) -> bool:
    """Whether `number` is one of `value`: "4", "3-11" or "1,2"."""
    first, dash, last = value.partition("-")
    if dash:
        return number is not None and int(first) <= number <= int(last)
    return str(number) in value.split(",")
