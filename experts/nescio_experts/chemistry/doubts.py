"""Doubtful readings: what a question may well ask although its words do not say so surely.

They become answers whose evidence says how doubtful they are (a name or a word that is less like the one read, a word
that was passed over), so that the calibrated confidence tells them from sure readings. What is no more than a
resemblance ("plutium" is near to plutonium and to platinum) is no reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nescio_experts.chemistry.found import Scan
from nescio_experts.chemistry.pieces import unexplained
from nescio_experts.chemistry.question import Ask, Misfit
from nescio_experts.chemistry.scan import Scanner, respell, stem
from nescio_experts.chemistry.spelling import NO_TYPOS

_MOST_WORDS = 2
"""More words than that are not misspelt but unknown."""
_SHORTEST = 4
_SHORTEST_MEANT = 5
_LONG = 8
"""Words of that length are hardly anything else misspelt, even fillers ("tempreture")."""
_NAME_EDITS, _WORD_EDITS = 1, 2
"""How far off a name and a word may be: two edits make an element's name of an invented one ("einsteium")."""
_LIKE = 0.8
"""Least similarity of a word that is two edits off."""
_TELLING = frozenset("not no none never why without except unless neither nor hardly barely against anti".split())
"""Words that turn a question round, so that they may not be passed over."""
_SETS_A_STATE = re.compile(r".*ed\Z|(?:under|over|inside|outside|out|mid|pre|post|non|super|sub)[a-z]+")
"""Participles and words of place, which set a condition ("Compressed, …", "Underwater, …")."""
_OPENINGS = frozenset(
    "what whats which who how when where is are does do did can could tell give show name list find at in".split()
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """How doubtful a reading is.

    Attributes:
        entity: Similarity of the name read to the one typed, 1 if it was typed so.
        property: Similarity of the worst phrase word read, 1 if all were typed so.
        passed_over: Number of words that were passed over.
    """

    entity: float = 1.0
    property: float = 1.0
    passed_over: int = 0


SURE = Doubt()
AMBIGUOUS = 0.5
"""How like a name with two bearers is to the one read."""
_OF_PLANETS = frozenset(
    "atomic_radius density atomic_weight heavy discovery_year discoverers name_origin phase".split()
)
_OF_ELEMENTS = frozenset(
    "atomic atom element chemical metal liquid solid gas room periodic table hg molar mole".split()
)
"""Words beside which Mercury is the metal."""


def ambiguous(scan: Scan, ask: Ask | Misfit) -> bool:
    """Whether the one element named may as well be the planet: "the radius of Mercury", but "of mercury", "Hg"."""
    if len(scan.named) != 1 or not isinstance(ask, Ask) or not set(ask.properties) & _OF_PLANETS:
        return False
    (index, *more) = scan.named[0].indexes
    if more or index == 0 or index >= len(scan.reading) or scan.reading.words[index].text != "Mercury":
        return False
    return not _OF_ELEMENTS & set(scan.reading.folded()) and not scan.of("u:")


def respelled(scan: Scan, scanner: Scanner) -> tuple[Scan, Doubt] | None:
    """Another scan with each word that nothing explained read as the one it resembles, if each resembles but one."""
    left = [i for i, word in enumerate(scan.reading.words) if word.text in set(unexplained(scan).unexplained)]
    left = [i for i in left if i not in scan.claims.by]
    if not 0 < len(left) <= _MOST_WORDS:
        return None
    fixes: dict[int, str] = {}
    doubts = {"name": 1.0, "word": 1.0}
    for i in left:
        found = _meant(scan.reading.words[i].folded, scanner)
        if found is None:
            return None
        kind, fixes[i], similarity = found
        doubts[kind] = min(doubts[kind], similarity)
    again = scanner.scan(respell(scan.reading, fixes).text)
    if any(len(fix) < _LONG and fix not in scanner.names and not _means(again, fix) for fix in fixes.values()):
        return None
    again.respelled += sum(1 for _ in fixes)
    again.read += [(scan.reading.words[i].text, fix) for i, fix in fixes.items()]
    return again, Doubt(entity=doubts["name"], property=doubts["word"])


def _means(scan: Scan, word: str) -> bool:
    """Whether `word` is part of a phrase there, and no mere filler ("white" read as "write")."""
    indexes = [i for i, one in enumerate(scan.reading.words) if one.folded == word]
    return any(scan.claims.by.get(i, "x:").partition(":")[0] != "x" for i in indexes)


def _meant(typed: str, scanner: Scanner) -> tuple[str, str, float] | None:
    """What a misspelt word is, a "name" or a "word", and how like it; None if it is nothing, or may be two things."""
    if len(typed) < _SHORTEST or not typed.isalpha() or typed in NO_TYPOS:
        return None
    name = _near(typed, (n for n in scanner.names if len(n) >= _SHORTEST), _NAME_EDITS)
    words = (w for w in scanner.words if len(w) >= _SHORTEST_MEANT and w[0] == typed[0])
    word = _near(typed, words, _WORD_EDITS)
    if (name is None) == (word is None):
        return None
    return ("name", *name) if name is not None else ("word", *(word or ("", 0.0)))


def _near(typed: str, known: Iterable[str], edits: int) -> tuple[str, float] | None:
    """The one word that is an edit off, or at most `edits` if it is long; None if there is none, or more than one."""
    from rapidfuzz.distance import OSA

    near: dict[int, set[str]] = {1: set(), 2: set()}
    for word in known:
        distance = OSA.distance(typed, word, score_cutoff=edits)
        if 0 < distance <= edits and (distance == 1 or OSA.normalized_similarity(typed, word) >= _LIKE):
            near[distance].add(word)
    best = near[1] or near[2]
    if len({stem(word) for word in best}) != 1:
        return None
    chosen = min(best)
    similarity = OSA.normalized_similarity(typed, chosen)
    # Few misspell the first letter: it counts as two edits more.
    return chosen, similarity if typed[0] == chosen[0] else similarity - 2 / max(len(typed), len(chosen))


def passed_over(scan: Scan) -> tuple[int, ...]:
    """The one word that may be an interjection: first or last, set off from what is asked, and no word that turns it.

    Nothing is known of such a word; it may set a condition as well ("Underwater, what is …?").
    """
    left = [i for i, word in enumerate(scan.reading.words) if word.text in set(unexplained(scan).unexplained)]
    left = [i for i in left if i not in scan.claims.by]
    if len(left) != 1 or len(scan.reading) < _SHORTEST_MEANT:
        return ()
    word, last = scan.reading.words[left[0]], len(scan.reading) - 1
    if not word.text.isalpha() or word.folded in _TELLING or _SETS_A_STATE.match(word.folded):
        return ()
    opens = left[0] == 0 and (_apart(scan, 0) or scan.reading.words[1].folded in _OPENINGS)
    closes = left[0] == last and _apart(scan, last - 1)
    return (left[0],) if opens or closes else ()


def _apart(scan: Scan, i: int) -> bool:
    """Whether punctuation stands between word `i` and the next."""
    return bool(set(scan.between(i, i + 1)) & set(",;:!?.–—"))
