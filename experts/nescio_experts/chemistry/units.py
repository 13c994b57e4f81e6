"""Conversion between the units that people ask for and those of the table. Pure arithmetic."""

from __future__ import annotations

EV_TO_KJ_PER_MOL = 96.48533212
"""1 eV per atom in kJ/mol (CODATA 2018)."""
ZERO_CELSIUS = 273.15

UNIT_FACTORS: dict[tuple[str, str], float] = {
    ("K", "°C"): 1.0,
    ("K", "°F"): 1.8,
    ("K", "K"): 1.0,
    ("g/cm³", "kg/m³"): 1000.0,
    ("g/cm³", "g/L"): 1000.0,
    ("g/cm³", "g/cm³"): 1.0,
    ("eV", "kJ/mol"): EV_TO_KJ_PER_MOL,
    ("kJ/mol", "eV"): 1 / EV_TO_KJ_PER_MOL,
    ("pm", "Å"): 0.01,
    ("pm", "nm"): 0.001,
    ("Å", "pm"): 100.0,
    ("Å", "nm"): 0.1,
    ("mg/kg", "ppm"): 1.0,
    ("u", "g/mol"): 1.0,
    ("u", "u"): 1.0,
    ("g/mol", "g/mol"): 1.0,
}
"""(unit of the table, unit asked for) → factor; temperatures have an offset besides."""


def convert(value: float, unit: str, wanted: str) -> float | None:
    """`value` in `unit` expressed in `wanted`; None if there is no way."""
    if unit == wanted:
        return value
    if unit == "K" and wanted == "°C":
        return round(value - ZERO_CELSIUS, 9)
    if unit == "K" and wanted == "°F":
        return round((value - ZERO_CELSIUS) * 1.8 + 32, 9)
    factor = UNIT_FACTORS.get((unit, wanted))
    return None if factor is None else value * factor


def to_base(value: float, given: str, base: str, kind: str) -> float | None:
    """`value` in the unit `base`; a temperature must name its unit, other bare numbers are taken to be in `base`."""
    if kind == "temperature":
        if given == "°C":
            return value + ZERO_CELSIUS
        if given == "°F":
            return (value - 32) / 1.8 + ZERO_CELSIUS
        return value if given == "K" else None
    if given in {"", base}:
        return value
    factor = UNIT_FACTORS.get((base, given))
    return None if factor is None else value / factor
