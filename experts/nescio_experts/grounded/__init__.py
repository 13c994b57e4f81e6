"""What experts that look facts up have in common: reading a question strictly and answering only what was asked.

A grounded expert answers from a table. It goes wrong in two ways only: it takes a question for another one, or it takes
a name for another one. So the machinery here is strict about both. `Reading` cuts the question into words, `Gazetteer`
finds the names in it, `Phrasebook` the phrases that mean something, and `coverage` says which content words nobody
explained: a question with such words asks for something that the table does not hold.

This package knows no domain, reads no table and decides nothing; `nescio_experts.chemistry` and
`nescio_experts.geography` do.
"""

from nescio_experts.grounded.evidence import FEATURES, Grounds, answer, unanswerable
from nescio_experts.grounded.names import Correction, Gazetteer, Mention
from nescio_experts.grounded.phrases import Hit, Phrasebook, expand
from nescio_experts.grounded.reading import FILLERS, Claims, Coverage, Reading, Word, fold
from nescio_experts.grounded.render import join, number, ordinal, quantity, sentence

__all__ = [
    "FEATURES",
    "FILLERS",
    "Claims",
    "Correction",
    "Coverage",
    "Gazetteer",
    "Grounds",
    "Hit",
    "Mention",
    "Phrasebook",
    "Reading",
    "Word",
    "answer",
    "expand",
    "fold",
    "join",
    "number",
    "ordinal",
    "quantity",
    "sentence",
    "unanswerable",
]
