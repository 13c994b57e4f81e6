"""Finds what a text says beside its question: a clause about the asker that names no property, limit or condition.

"I want to cast silver jewellery. At what temperature does silver melt?" asks the same as its second sentence alone. A
clause counts as an aside only if nothing in it could change the demand: no element that the rest does not name, no
property, comparison, number, unit or set, and none of the words that set conditions ("on Mars", "under vacuum").
"""

from __future__ import annotations

import re
from itertools import pairwise

from nescio_experts.chemistry.found import Scan

_END = re.compile(r"[.!?;:,\n–—]|\s-\s")
_ABOUT_ASKER = re.compile(
    r"(?:(?:and|but|so|well|hi|hello|hey|because|since|as|today|yesterday) )*"
    r"(?:i|we|my|our|his|her|their|someone|somebody)(?!\S)(?! (?:mean|meant))"
)
_REASON = re.compile(r"(?<!\S)(?:because (?:i|we|my|our)|so (?:that )?(?:i|we)|for (?:my|our|his|her|their))(?!\S)")
_CONDITIONS = frozenset(
    "on at in under above below within inside outside beyond with without mean means meant assume suppose imagine say "
    "if unless except not instead than after before until while made of form forms isotope ion ions planet "
    "compound compounds alloy alloys molecule molecules salt salts mixture mixtures vacuum pressure".split()
)
"""Words that tie what follows to the demand, so that it may not be passed over."""
_COMPOUND = re.compile(r"\w+(?:ide|ides|ate|ates|ite|ites)\Z")
_NEUTRAL_PLACES = re.compile(
    r"(?<!\S)(?:at|in|on|over) (?:\w+ )?(?:school|class|work|home|university|college|car|house|kitchen|garage"
    r"|garden|shop|store|museum|library|bus|train|bag|pocket|desk|table|shelf|drawer|weekend|morning|afternoon|evening|monday"
    r"|tuesday|wednesday|thursday|friday|saturday|sunday)(?!\S)"
)
_DEMANDS = ("p:", "c+", "c-", "s+", "s-", "o:", "u:", "n:", "g:")
_NOT_EXPLAINED_AWAY = frozenset({"p:uses", "p:sources", "p:abundance", "p:abundance_crust", "p:finding"})
"""Demands that a purpose belongs to: "how much iron is there for my blood"."""


def set_aside(scan: Scan) -> None:
    """Claim the words of the clauses that say nothing about the demand, and forget the elements repeated there."""
    demands = [hit for hit in (*scan.hits, *scan.sets) if hit.id.startswith(_DEMANDS)]
    if not any(hit.id.startswith(("p:", "c", "s")) for hit in demands):
        return
    if any(hit.id in _NOT_EXPLAINED_AWAY for hit in demands):
        return
    taken = {i for hit in demands for i in hit.indexes} | {number.index for number in scan.numbers}
    for clause in _clauses(scan):
        if not taken & set(clause) and _says_nothing(scan, clause):
            scan.named = [n for n in scan.named if not set(n.indexes) <= set(clause)]
            scan.claims.claim([i for i in clause if i not in scan.claims.by], "aside")


def _clauses(scan: Scan) -> list[range]:
    """The clauses about the asker, as word indexes: whole ones, and reasons to the end of theirs."""
    count = len(scan.reading)
    starts = [0, *(i for i in range(1, count) if _END.search(scan.between(i - 1, i))), count]
    found = []
    for start, end in pairwise(starts):
        line = " ".join(scan.reading.folded(start, end))
        reason = _REASON.search(line)
        if _ABOUT_ASKER.match(line):
            found.append(range(start, end))
        elif reason is not None:
            found.append(range(start + line[: reason.start()].count(" "), end))
    return found


def _says_nothing(scan: Scan, clause: range) -> bool:
    words = _NEUTRAL_PLACES.sub("", " ".join(scan.reading.folded(clause.start, clause.stop))).split()
    inside = {n.number for n in scan.named if set(n.indexes) <= set(clause)}
    outside = {n.number for n in scan.named if not set(n.indexes) <= set(clause)}
    isotopes = any(scan.claims.by.get(i) == "isotope" for i in clause)
    tied = bool(_CONDITIONS & set(words)) or any(_COMPOUND.match(word) for word in words)
    return not (tied or isotopes or inside - outside or not (outside or scan.sets))
