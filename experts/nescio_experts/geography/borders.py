"""Land borders: who borders whom, through which part overseas, and where the tables leave it open."""

from __future__ import annotations

from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.grounded import join


def neighbour_names(country: Country) -> list[str]:
    """Names of the neighbours with their articles, in alphabetical order."""
    found = [atlas().countries[code] for code in country.neighbours or () if code in atlas().countries]
    return [other.the for other in sorted(found, key=lambda other: other.name)]


def neighbours(country: Country) -> str | None:
    """Such as "Chad borders 6 countries: …"; "Japan has no land borders"."""
    if country.neighbours is None:
        return None
    names = neighbour_names(country)
    note = f"; {country.notes['neighbours']}" if "neighbours" in country.notes else ""
    note += "".join(f"; {told}" for told in _overseas(country))
    if not names:
        return f"{country.the} borders 0 countries: it has no land border{note}"
    if len(names) == 1:
        return f"{country.the} borders 1 country: {names[0]}{note}"
    return f"{country.the} borders {len(names)} countries: {join(names)}{note}"


def _overseas(country: Country) -> list[str]:
    """Such as "overseas, French Guiana borders Brazil and Suriname", one for each part that borders anything."""
    parts = [atlas().countries[code] for code in atlas().overseas.get(country.code, ())]
    return [f"overseas, {part.the} borders {join(neighbour_names(part))}" for part in parts if part.neighbours]


def open_border(one: Country, other: Country) -> str:
    """Why neither yes nor no says whether two countries share a border, "" if one of them does."""
    for here in (one.code, *atlas().overseas.get(one.code, ())):
        for there in (other.code, *atlas().overseas.get(other.code, ())):
            told = _between(atlas().countries[here], atlas().countries[there], (here, there) == (one.code, other.code))
            if told:
                return told
    return ""


def _between(one: Country, other: Country, themselves: bool) -> str:
    doubtful = atlas().doubtful_borders.get(frozenset({one.code, other.code}))
    if doubtful is not None:
        return f"it depends on what counts for {one.the} and {other.the}: {doubtful}."
    if themselves or other.code not in (one.neighbours or ()):
        return ""
    return f"my tables count parts overseas apart: {one.the} borders {other.the}."
