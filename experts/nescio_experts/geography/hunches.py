"""A second opinion on what is asked, by the encoder: for paraphrases of a property that the lexicon does not hold.

It is asked only when exactly one place is named and no known phrase says what is wanted. The question, with the place
masked, is compared with prototypes of each property and with prototypes of topics that the tables lack; the best
property must be near, and ahead of everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from nescio_experts.geography.atlas import atlas
from nescio_experts.geography.plans import Lookup, Plan
from nescio_experts.geography.signs import Signs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nescio.types import Context, Encode

NEAR: Final = 0.72
"""Least similarity to a property's prototype."""
AHEAD: Final = 0.08
"""Least lead over the best other property or topic."""

_PROTOTYPES: Final = {
    "capital": ("What is the capital of Peru?", "Which city is the seat of the national government of Peru?"),
    "population": ("How many people live in Peru?", "What is the population of Peru?"),
    "area": ("How large is Peru in square kilometres?", "What is the area of Peru?"),
    "currency": ("What is the currency of Peru?", "What money do I need to buy things in Peru?"),
    "languages": ("What language is spoken in Peru?", "What do locals speak in Peru?"),
    "neighbours": ("Which countries border Peru?", "What countries are next to Peru?"),
    "continent": ("Which continent is Peru in?", "In what part of the world is Peru?"),
    "tld": ("What is the internet domain of Peru?", "How do web addresses from Peru end?"),
    "phone": ("What is the calling code of Peru?", "What prefix do I dial to phone Peru?"),
    "": (
        "Who is the president of Peru?", "What is the GDP of Peru?", "What is the weather like in Peru?",
        "What is the highest mountain in Peru?", "What is the national dish of Peru?", "What is Peru famous for?",
        "When did Peru become independent?", "What religion do people follow in Peru?", "How do I get a visa for Peru?",
        "What does the flag of Peru look like?", "What is the history of Peru?", "How far is Peru?",
        "What sports are popular in Peru?", "Which airline flies to Peru?", "What should I see in Peru?",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hunch:
    """What is probably asked, how near it is to a prototype, and its lead."""

    plan: Plan
    similarity: float
    margin: float


def guess(signs: Signs, context: Context) -> Hunch | None:
    """The property that the encoder takes a question about one country to ask for, or None."""
    countries = [place for place in signs.countries if len(place.codes) == 1]
    if len(countries) != 1 or len(signs.places) != 1 or signs.named or signs.props or signs.numbers:
        return None
    if any(mark.id.startswith(("cmp", "sup", "diff", "ratio", "agg", "neg")) for mark in signs.marks):
        return None
    place = countries[0]
    words = signs.reading.words
    text = signs.reading.text
    masked = text[: words[place.start].start] + "Peru" + text[words[place.end - 1].end :]
    owners, vectors = _prototypes(context.encode)
    similarity = vectors @ context.encode([masked])[0]
    best: dict[str, float] = {}
    for owner, value in zip(owners, similarity, strict=True):
        best[owner] = max(best.get(owner, -1.0), float(value))
    ranked = sorted(best.items(), key=lambda pair: -pair[1])
    (prop, first), (_, second) = ranked[0], ranked[1]
    if not prop or not first > NEAR or not first - second > AHEAD:
        return None
    return Hunch(Lookup((atlas().countries[place.codes[0]],), (prop,)), first, first - second)


@cache
def _prototypes(encode: Encode) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    pairs = [(owner, text) for owner, texts in _PROTOTYPES.items() for text in texts]
    return tuple(owner for owner, _ in pairs), encode([text for _, text in pairs])
