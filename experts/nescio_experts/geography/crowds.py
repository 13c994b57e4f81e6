"""Whether people are counted whole: "how many people live in Peru" is known, how many of them do or are something not.

Looks at questions about populations only. Words that the tables cannot know at all are refused elsewhere.
"""

from __future__ import annotations

import re
from typing import Final

from nescio_experts.geography.plans import Doubt
from nescio_experts.geography.signs import Signs

_LIVE: Final = r"(?:live|lives|living|reside|residing|dwell|inhabit|be|stay|fit|go|move|populate)"
_WISHED: Final = re.compile(
    rf"\b(?:would like|would love|want|wants|wish|hope|prefer|plan|like|love|need|have|used|going|able|allowed|supposed"
    rf"|expected|likely|about) to (?:\w+ )?{_LIVE}\b"
    rf"|\b(?:would|could|can|will|might|may|should|must|did|once|formerly|no longer|still) (?:\w+ )?{_LIVE}\b"
    r"|\b(?:people|persons|inhabitants|residents|citizens) (?:were|was)\b"
    r"|\b(?:residents|inhabitants|citizens|people) (?:of|in) .* are (?:citizens|residents|inhabitants)\b"
    r"|\b(?:have|had|has) (?:\w+ )?(?:lived|resided)\b",
)
_SAYING: Final = re.compile(r"\b(?:would|could|can|will|did|do|may|should) (?:you|i|we|one|u)\b|\bmay live\b(?!.)")
"""Politeness, and "will I find": they say nothing of the people."""
_PART: Final = re.compile(
    r"\b(?:on|at|near|along|across|beside|behind) (?:the |its )?(?:\w+ )?borders?\b"
    r"|\bliv\w+ (?:together|around|alone)\b|\bliv\w+ (?:in|at) (?:a|an|one|homes?)\b"
    r"|\b(?:people|persons|folks|humans) (?:call|stay)\b(?!.*\bhome\b)"
    r"|\b(?:around|outside|near|beyond|beneath|under|off) (?:of )?[^\W\d]+[\s?.!]*$"
    r"|\b(?:live|living|lives|reside) (?:abroad|overseas|elsewhere)\b|\b(?:abroad|overseas) (?:from|of)\b"
)
_WHICH: Final = re.compile(
    r"\b(?:what|which|whose)(?: kinds? of| sorts? of)? (?:people|persons|folks?|nationals|humans)\b"
)
_ORIGIN: Final = frozenset({"natives", "locals", "nationals", "countrymen", "native", "local"})
_BETWEEN: Final = frozenset(
    "of the total different actual human living in all and other exactly roughly about approximately are is".split()
)


def restricted(signs: Signs) -> Doubt | None:
    """A doubt if people are counted, but not all who live there."""
    if not _counts_people(signs):
        return None
    text = " ".join(signs.reading.text.lower().split())
    asked = _SAYING.sub(" ", text)
    for pattern in (_WISHED, _PART, _WHICH):
        found = pattern.search(asked)
        if found is not None and not (pattern is _PART and _beside_cities(signs)):
            return Doubt(f'I know how many people live somewhere, and no more of them ("{found[0].strip(" ?.!")}").')
    return _described(signs)


def _counts_people(signs: Signs) -> bool:
    if "population" in signs.props or signs.has("diff dim:population"):
        return True
    return signs.has("q:howmany") and (signs.has("n:people") or any(place.adjective for place in signs.places))


def _beside_cities(signs: Signs) -> bool:
    """Whether a limit on cities or countries is meant, not a part of the people."""
    return signs.has("n:city", "n:cities", "n:countries", "n:country")


def _described(signs: Signs) -> Doubt | None:
    """People of a kind: "how many local people", "how many good people", "the natives"."""
    kind = next(
        (m for m in signs.marks if _ORIGIN & set(m.text.split()) and m.id in {"n:people", "p:population"}), None
    )
    if kind is not None:
        return Doubt(f'I count all inhabitants, not some of them ("{kind.text}").')
    count = signs.first("q:howmany")
    noun = signs.first("n:people")
    if count is None or noun is None or noun.start < count.end or signs.has("n:countries", "n:cities"):
        return None
    gap = set(signs.reading.folded(count.end, noun.start)) - _BETWEEN
    described = {word for word in gap if not _named_at(signs, word)}
    if described and noun.start - count.end <= 3:
        return Doubt(f'I count all inhabitants, not some of them ("{" ".join(sorted(described))} {noun.text}").')
    return None


def _named_at(signs: Signs, word: str) -> bool:
    return any(word in signs.reading.folded(place.start, place.end) for place in signs.places)
