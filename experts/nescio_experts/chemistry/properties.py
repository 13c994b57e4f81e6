"""What can be asked of an element: each property's name, unit, column and kind. No phrases (`lexicon`), no wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["temperature", "number", "whole", "text"]
"""``whole`` is a number that is compared exactly; ``text`` cannot be compared, summed or converted."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property.

    Attributes:
        id: Its key in lexicon and parser.
        label: How a sentence calls it.
        unit: Unit of the tabulated value, "" for none.
        kind: How it may be used.
        column: Column of the table, or of the derived values, that holds it.
        note: Said after the value ("on the Pauling scale"), because a bare number would mislead.
        comparative: Words for "more of it" and "less of it".
        plural: Whether the label takes "are".
    """

    id: str
    label: str
    unit: str = ""
    kind: Kind = "number"
    column: str = ""
    note: str = ""
    comparative: tuple[str, str] = ("", "")
    plural: bool = False

    @property
    def source_column(self) -> str:
        """The column to cite."""
        return self.column or self.id

    @property
    def numeric(self) -> bool:
        """Whether values can be compared and averaged."""
        return self.kind != "text"


_ALL = (
    Property("melting_point", "melting point", "K", "temperature"),
    Property("boiling_point", "boiling point", "K", "temperature"),
    Property("critical_temperature", "critical temperature", "K", "temperature"),
    Property("critical_pressure", "critical pressure", "MPa"),
    Property("triple_point_temperature", "triple point temperature", "K", "temperature"),
    Property("triple_point_pressure", "triple point pressure", "kPa"),
    Property("density", "density", "g/cm³", comparative=("denser", "less dense")),
    Property("atomic_number", "atomic number", "", "whole"),
    Property("protons", "number of protons", "", "whole", "atomic_number"),
    Property("electrons", "number of electrons", "", "whole", "atomic_number", note="in the neutral atom"),
    Property("neutrons", "number of neutrons", "", "text"),
    Property("atomic_weight", "atomic weight", "u", comparative=("heavier", "lighter")),
    Property("molar_mass", "molar mass", "g/mol", column="atomic_weight", note="counted per mole of atoms"),
    Property("symbol", "symbol", "", "text"),
    Property("name", "name", "", "text"),
    Property("electronic_configuration", "electron configuration", "", "text"),
    Property("en_pauling", "electronegativity", "", note="on the Pauling scale"),
    Property("en_allen", "electronegativity", "eV", note="on the Allen scale"),
    Property("ionization_energy", "first ionisation energy", "eV"),
    Property("electron_affinity", "electron affinity", "eV"),
    Property("group", "group", "", "whole", "group_id"),
    Property("period", "period", "", "whole"),
    Property("block", "block", "", "text"),
    Property("series", "category", "", "text", "series_id"),
    Property("atomic_radius", "atomic radius", "pm"),
    Property("covalent_radius_pyykko", "covalent radius", "pm", note="for a single bond"),
    Property("vdw_radius", "van der Waals radius", "pm"),
    Property("metallic_radius", "metallic radius", "pm"),
    Property("discovery_year", "year of discovery", "", "whole"),
    Property("discoverers", "discoverers", "", "text"),
    Property("discovery_location", "place of discovery", "", "text"),
    Property("oxidation_states", "oxidation states", "", "text", "oxidation_state", plural=True),
    Property("abundance_crust", "abundance in the Earth's crust", "mg/kg"),
    Property("abundance_sea", "abundance in sea water", "mg/L"),
    Property("specific_heat_capacity", "specific heat capacity", "J/(g·K)", note="at 25 °C"),
    Property("molar_heat_capacity", "molar heat capacity", "J/(mol·K)", note="at 25 °C"),
    Property("thermal_conductivity", "thermal conductivity", "W/(m·K)", note="at 25 °C"),
    Property("fusion_heat", "heat of fusion", "kJ/mol"),
    Property("evaporation_heat", "heat of vaporisation", "kJ/mol"),
    Property("heat_of_formation", "heat of formation of the gaseous atom", "kJ/mol"),
    Property("valence", "number of valence electrons", "", "whole", "electronic_configuration"),
    Property("name_origin", "origin of the name", "", "text"),
    Property("phase", "state", "", "text", "melting_point"),
    Property("radioactive", "radioactivity", "", "text", "isotope.is_radioactive"),
    Property("isotopes", "stable isotopes", "", "text", "isotope.is_radioactive", plural=True),
    Property("stable_isotope_count", "number of stable isotopes", "", "whole", "isotope.is_radioactive"),
    Property("isotope_count", "number of isotopes", "", "text", "isotope.is_radioactive"),
    Property("natural_isotopes", "isotopes in nature", "", "text", "isotope.abundance", plural=True),
    Property("radioactive_isotope_count", "number of radioactive isotopes", "", "text", "isotope.is_radioactive"),
    Property("most_abundant_isotope", "most abundant isotope", "", "text", "isotope.abundance"),
    Property("half_life", "half-life", "", "text", "isotope.half_life"),
    Property("isotope_abundance", "natural abundance", "%", "text", "isotope.abundance"),
    Property("spin", "nuclear spin", "", "text", "isotope.spin"),
    Property("mass_number", "mass number", "", "text", "isotope.mass_number"),
    Property("dipole_polarizability", "dipole polarisability", "bohr³"),
    Property("lattice_structure", "crystal structure", "", "text"),
    Property("lattice_constant", "lattice constant", "Å"),
    Property("cas", "CAS number", "", "text"),
    Property("uses", "uses", "", "text", plural=True),
    Property("sources", "sources", "", "text", plural=True),
    Property("goldschmidt_class", "Goldschmidt class", "", "text"),
    Property("atomic_volume", "atomic volume", "cm³/mol", column="density"),
    Property("proton_affinity", "proton affinity", "kJ/mol"),
)
PROPERTIES = {prop.id: prop for prop in _ALL}
"""Every property by its id."""

_ISOTOPE = """
neutrons protons electrons atomic_number half_life isotope_abundance radioactive atomic_weight mass_number spin
discovery_year symbol name
"""
ISOTOPE_PROPERTIES = frozenset(_ISOTOPE.split())
"""What may be asked of one isotope; the rest belongs to the element and is not known for an isotope alone."""

ROOM_TEMPERATURE = 298.15
"""25 °C in K."""
