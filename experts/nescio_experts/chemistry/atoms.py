"""Rules of `interpret` for isotopes and for amounts of substance."""

from __future__ import annotations

from nescio_experts.chemistry.pieces import Pieces
from nescio_experts.chemistry.question import Ask, Misfit, Operation
from nescio_experts.chemistry.table import Table

_OTHER_OPERATIONS = frozenset({"ratio", "mean", "median", "compare", "same"})
"""Operations that a conversion of an amount does not go with."""
_SHARES = frozenset("percent percentage fraction share proportion part".split())


def amount_of(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """The mass of some moles of an element, and the other way round."""
    given = pieces.scan.amount
    if given is None:
        return None
    weighed = set(pieces.properties) <= {"atomic_weight", "molar_mass", "heavy"}
    other = pieces.sets or pieces.comparatives or pieces.superlatives or pieces.scan.isotopes
    asked = pieces.properties or given.unit == "g" or {"g", "kg"} & set(pieces.units)
    if not weighed or not asked or other or len(pieces.elements) != 1 or _OTHER_OPERATIONS & pieces.ops:
        return Misfit("shape")
    operation: Operation = "mass_of_amount" if given.unit == "mol" else "amount_of_mass"
    return Ask(operation, ("molar_mass",), tuple(pieces.elements), value=given.value, operations=1)


def isotope_of(pieces: Pieces, table: Table) -> Ask | Misfit | None:
    """A fact of one isotope or several, or its share of its element."""
    isotopes = tuple(dict.fromkeys(pieces.scan.isotopes))
    if not isotopes:
        return None
    properties = ["half_life" if p == "isotopes" else p for p in pieces.properties]
    properties = ["isotope_abundance" if p in {"abundance", "abundance_crust"} else p for p in properties]
    asked = [name for name in pieces.sets if name in {"radioactive", "stable"}]
    of_element = {z for z, _ in isotopes} == set(pieces.elements)
    if of_element and not set(properties) - {"isotope_abundance"} and _share(pieces):
        return Ask("lookup", ("isotope_abundance",), isotopes=isotopes)
    if asked and not properties and len(isotopes) == 1:
        return Ask("check_set", ("radioactive",), isotopes=isotopes, sets=(asked[0],), operations=1)
    if not properties or pieces.superlatives or pieces.comparatives or pieces.elements:
        return Misfit("no_property")
    return Ask("lookup", tuple(properties), isotopes=isotopes)


def _share(pieces: Pieces) -> bool:
    """Whether a share of the whole is asked for ("how much of natural copper is 63Cu")."""
    words = pieces.scan.reading.folded()
    shares = {i for i, word in enumerate(words) if word in _SHARES or word in {"how", "much", "natural"}}
    pieces.used.update(shares)
    return bool(_SHARES & set(words)) or ("how", "much", "of") in zip(words, words[1:], words[2:], strict=False)
