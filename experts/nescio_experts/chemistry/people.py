"""The discoverers that the table names: their names as they are spelled elsewhere, and which of them a name means.

The table misspells some ("Priestly" for Priestley); those are put right here, one by one, and nothing else about a
discovery is. It knows no question and no element.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from nescio_experts.grounded import fold

_SPELLINGS = {
    "Priestly": "Priestley", "Ramsey": "Ramsay", "Humphrey": "Humphry", "Fredrich": "Friedrich", "Gustov": "Gustav",
    "Kirchoff": "Kirchhoff", "Hatchet": "Hatchett", "Tenant": "Tennant", "Fourcory": "Fourcroy", "Langet": "Langlet",
    "Descoltils": "Descotils", "Aver": "Auer", "Émillo Segrè": "Emilio Segrè", "Segré": "Segrè", "Tompson": "Thompson",
    "Derey": "Perey",
}  # fmt: skip
"""Names as the table spells them → as their bearers did (Encyclopaedia Britannica, Royal Society of Chemistry)."""
_MISSPELLED = re.compile(rf"\b(?:{'|'.join(map(re.escape, _SPELLINGS))})\b")
_TITLES = frozenset("sir baron lord dr jr et al von van de".split())
_INSTITUTES = re.compile(r"(?i)laborator|institute|centre|research|riken|argonne|los alamos|calif|\bcal\b")


def spelled(text: str) -> str:
    """`text` with the names in it spelled right."""
    return _MISSPELLED.sub(lambda match: _SPELLINGS[match[0]], text)


@cache
def surnames(text: str) -> Mapping[str, frozenset[str]]:
    """The people of a "discovered by": folded surname → folded first names and initials.

    A surname of several words can be found by its first and its last ("Lecoq de Boisbaudran").
    """
    found: dict[str, frozenset[str]] = {}
    if not text or "ancients" in text or _INSTITUTES.search(text):
        return found
    for people in re.split(r"[,;]", spelled(text)):
        for name, firsts in _named(people):
            found[name] = found.get(name, frozenset()) | firsts
    return found


def _named(people: str) -> list[tuple[str, frozenset[str]]]:
    """Surnames in "Pierre and Marie Curie", each with the first names that stand before it."""
    words = [word for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", people) if fold(word) not in _TITLES | {"and"}]
    if not words:
        return []
    split = next((i for i in range(1, len(words)) if _is_double(words[i:])), len(words) - 1)
    firsts = frozenset(fold(word) for word in words[:split])
    return [(fold(name), firsts) for name in {words[split], words[-1]}]


def _is_double(words: list[str]) -> bool:
    return [fold(word) for word in words] in (
        ["lecoq", "boisbaudran"], ["muller", "reichenstein"], ["auer", "welsbach"],
    )  # fmt: skip


def respellings() -> Mapping[str, str]:
    """Folded misspelt surname → the right one, so that either is read."""
    pairs = ((fold(wrong), fold(right)) for wrong, right in _SPELLINGS.items())
    return {wrong: right for wrong, right in pairs if " " not in wrong}
