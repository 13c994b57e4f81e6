"""Checks what stands beside a question's demand: units, a temperature, and wording that goes only with some demands.

`interpret` has read the demand; here it is completed, or declined because something beside it does not fit.
"""

from __future__ import annotations

import re
from dataclasses import replace

from nescio_experts.chemistry.pieces import Pieces
from nescio_experts.chemistry.properties import PROPERTIES
from nescio_experts.chemistry.question import Ask, Misfit
from nescio_experts.chemistry.units import UNIT_FACTORS, to_base

_NEGATION = re.compile(r"(?i)(?<!\bi )(?<!\bwe )\b(?:is|are|was|were|does|did|has|have)(?:n['’]?t| not)\b")
_DENIED = re.compile(
    r"(?i)(?<![,.;:?!] )(?<=\w )(?<!\bi )(?<!\bwe )(?:is|are|was|were|does|do|did|has|have|can|will)n['’]?t\b"
)
"""A denial within a statement ("gold isn't denser, is it?"): yes may then affirm or contradict it."""
_UNCOUNTED = frozenset("much where why when how".split())
"""Words that ask of electrons something else than their number, unless they are asked how many."""
_RELATIONS = frozenset(
    "before after below above under beneath beyond near beside except without unlike besides".split()
)
_NEIGHBOURS = frozenset("neighbor neighbors neighbour neighbours predecessor successor".split())
_HEATED = frozenset("hot heated heating warm warmed cold cooled chilled".split())
"""Words of a temperature other than that at which densities are tabulated."""
_MEASURED = frozenset("measured measurement experimental experimentally empirical observed lab laboratory".split())
"""Words that ask for a measurement where an estimate will not do."""
_ENERGIES = frozenset("ionization_energy electron_affinity fusion_heat evaporation_heat heat_of_formation".split())
_GOES_WITH = {
    "x:energy": _ENERGIES,
    "x:strength": frozenset({"en_pauling"}),
    "x:nature": frozenset({"isotope_abundance", "natural_isotopes", "most_abundant_isotope", "isotopes"}),
    "x:once": frozenset({"ionization_energy"}),
    "x:heating": frozenset({"melting_point", "boiling_point"}),
}
"""Wording → properties of which alone it is part."""


def conditioned(ask: Ask, pieces: Pieces) -> Ask | Misfit:
    """`ask` with the temperature and the units that were asked for; bare units of a given value do not count."""
    kelvin: float | None = None
    about_phase = ask.properties == ("phase",) or any(name.startswith("phase:") for name in ask.sets)
    measured = pieces.value() if about_phase else None
    if measured is not None:
        kelvin = to_base(measured[0], measured[1], "K", "temperature")
        if kelvin is None:
            return Misfit("shape")
    valued = {h.id[2:] for h in pieces.scan.of("u:") if any(n.index + 1 == h.indexes[0] for n in pieces.scan.numbers)}
    units = (*(unit for unit in pieces.units if unit not in valued), *_by_volume(ask, pieces))
    if any(not _fits(unit, ask) for unit in units):
        return Misfit("shape")
    measured_only = bool(_MEASURED & set(pieces.scan.reading.folded()))
    return replace(ask, units=units, kelvin=kelvin, measured=measured_only)


def _by_volume(ask: Ask, pieces: Pieces) -> tuple[str, ...]:
    """The unit that goes with a volume of which the mass is asked ("what does a litre of mercury weigh")."""
    words = set(pieces.scan.reading.folded())
    if ask.properties != ("density",) or pieces.units:
        return ()
    if words & {"meter", "metre", "m3"}:
        return ("kg/m³",)
    return ("g/L",) if words & {"liter", "litre"} else ()


def worded(ask: Ask, pieces: Pieces) -> Ask | Misfit:
    """`ask`, if the wording beside it is of the kind that goes with it."""
    scan = pieces.scan
    heated = "density" in ask.properties and _HEATED & set(scan.reading.folded())
    words = set(scan.reading.folded())
    uncounted = "electrons" in ask.properties and _UNCOUNTED & words and "many" not in words
    declined = uncounted or scan.of("x:unclear") or scan.of("n:") or _negated(ask, pieces) or heated
    misplaced = any(scan.of(word) and not set(ask.properties) & allowed for word, allowed in _GOES_WITH.items())
    if ask.operation == "lookup" and not (ask.direction or ask.inner) and _related(pieces):
        return Misfit("shape")
    members = bool(ask.sets) and not ask.elements
    offers = len(pieces.sets) > 1 and len(ask.elements) == 1
    alone = (scan.of("x:members") and not members) or (scan.of("x:else") and not offers)
    if declined or misplaced or alone:
        return Misfit("shape")
    return ask


def _related(pieces: Pieces) -> bool:
    """Whether a fact is asked of something that only stands in a relation to the element ("the one before krypton")."""
    scan = pieces.scan
    firsts = [named.indexes[0] for named in scan.named]
    before = {scan.reading.words[first - 1].folded for first in firsts if 0 < first <= len(scan.reading)}
    return bool(before & _RELATIONS) or any(
        word.folded in _NEIGHBOURS and scan.claims.by.get(i) != "x:courtesy"
        for i, word in enumerate(scan.reading.words)
    )


def _negated(ask: Ask, pieces: Pieces) -> bool:
    """Whether the choice asked for is of what does not hold ("which one isn't a metal")."""
    chooses = ask.operation in {"choose", "choose_member", "extreme", "filter", "count", "list"}
    if ask.operation.startswith("check") and _DENIED.search(pieces.scan.reading.text):
        return True
    return chooses and not pieces.yes_no and _NEGATION.search(pieces.scan.reading.text) is not None


def _fits(unit: str, ask: Ask) -> bool:
    if unit in {"g", "kg"}:
        return "amount" in ask.operation or (unit == "g" and set(ask.properties) <= {"molar_mass", "density"})
    return any(
        (PROPERTIES[p].unit, unit) in UNIT_FACTORS or PROPERTIES[p].unit == unit for p in ask.properties if p != "heavy"
    )
