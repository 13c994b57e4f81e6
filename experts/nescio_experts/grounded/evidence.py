"""What a grounded expert hands back: an answer with its evidence, or "unanswerable" with the best attempt withheld.

The evidence says how well the question was understood, not how good the table is. A calibrator turns it into p;
nothing here does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from nescio.types import Abstained, Answer, Citation, Evidence, Reason


@dataclass(frozen=True, slots=True)
class Grounds:
    """How well a question was understood. All finite.

    Attributes:
        entity_match: 1 if every name was found as written, the similarity of the worst corrected one, 0 without a name.
        property_match: 1 if the property was named by a known phrase, else the encoder's similarity, 0 without one.
        property_margin: Similarity by which the property was ahead of the next one; 1 for a known phrase.
        coverage: Share of content words that something explained.
        unexplained: Number of content words that nothing explained.
        operations: Number of operations on facts (comparison, superlative, list, mean, conversion).
        corrected: Number of corrected names.
        facts: Number of facts looked up.
        length: Number of words of the question.
    """

    entity_match: float = 1.0
    property_match: float = 1.0
    property_margin: float = 1.0
    coverage: float = 1.0
    unexplained: float = 0.0
    operations: float = 0.0
    corrected: float = 0.0
    facts: float = 1.0
    length: float = 0.0

    def evidence(self) -> Evidence:
        """As features, named as in `FEATURES`."""
        return Evidence({name: float(getattr(self, name)) for name in FEATURES})


FEATURES = tuple(field.name for field in fields(Grounds))
"""The features that every grounded expert gives; list them in its ``card.toml``."""


def answer(expert: str, text: str, grounds: Grounds, citations: Sequence[Citation], *, source: str) -> Answer:
    """An answer of `expert` drawn from `source` (shown as its model, e.g. ``mendeleev-1.1.0``)."""
    return Answer(text, expert, source, grounds.evidence(), citations=tuple(citations))


def unanswerable(expert: str, message: str, withheld: Answer | None) -> Abstained:
    """The typed abstention for an unknown name, a missing fact or a question that the table does not cover.

    Args:
        expert: The expert's name.
        message: One or two sentences, shown after "I don't know: ".
        withheld: The best attempt, given only at confidence target 0.
    """
    return Abstained(Reason.UNANSWERABLE, message, would_have_asked=expert, withheld=withheld)
