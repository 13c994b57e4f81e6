"""The geography expert: reads a question strictly, looks the answer up, and says what it cannot tell.

Deterministic and without a model; a question takes a few milliseconds. No encoder guesses at what is wanted: a phrase
near to "How many people live in Peru?" may as well ask for dogs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nescio.card import load_card
from nescio.types import Abstained, Answer, Card, Context, Query
from nescio_experts.geography.answering import carry_out
from nescio_experts.geography.atlas import atlas, source
from nescio_experts.geography.cities import warm
from nescio_experts.geography.grammar import understand
from nescio_experts.geography.plans import Doubt, Plan
from nescio_experts.geography.refusals import refusal, suggestion
from nescio_experts.geography.replies import Gap, Reply
from nescio_experts.geography.signs import Signs
from nescio_experts.geography.spotting import read
from nescio_experts.geography.trends import ABOUT, populations
from nescio_experts.grounded import Grounds, answer, unanswerable

_LONGEST = 1_000
"""Characters beyond which a text is no question about one fact."""


@dataclass(slots=True)
class GeographyExpert:
    """Answers questions about countries and cities from GeoNames, with dated corrections."""

    card: Card = field(default_factory=lambda: load_card(Path(__file__).parent))

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """Answer `query`, or say what is unknown, unclear or not in the tables."""
        text = query.text.strip()
        if not text or len(text) > _LONGEST:
            return unanswerable(self.card.name, "I could not find a question about a country or city in that.", None)
        signs = read(text)
        found = refusal(signs) or understand(signs)
        if not isinstance(found, Doubt):
            return self._carry_out(found, signs)
        attempt = found.attempt or suggestion(signs)
        return unanswerable(self.card.name, found.message, self._attempt(attempt, signs))

    async def warmup(self, context: Context) -> None:
        """Read the tables before the first question."""
        read("Where is Paris?")
        warm()

    def _carry_out(self, plan: Plan, signs: Signs) -> Answer | Abstained:
        reply = carry_out(plan)
        if isinstance(reply, Gap):
            return unanswerable(self.card.name, reply.message, self._attempt(suggestion(signs), signs))
        return self._say(reply, signs)

    def _attempt(self, plan: Plan | None, signs: Signs) -> Answer | None:
        reply = carry_out(plan) if plan is not None else None
        return self._say(reply, signs) if isinstance(reply, Reply) else None

    def _say(self, reply: Reply, signs: Signs) -> Answer:
        text = reply.text
        if signs.corrected:
            text += " (" + "; ".join(f"I read {typed!r} as {meant}" for typed, meant in signs.corrected) + ".)"
        grounds = Grounds(
            entity_match=_match(signs),
            property_match=1.0,
            property_margin=1.0,
            coverage=signs.coverage.share,
            unexplained=float(len(signs.unexplained)),
            operations=float(reply.operations),
            corrected=float(len(signs.corrected)),
            facts=float(reply.facts),
            length=float(len(signs.reading)),
        )
        citations = atlas().cite(*reply.countries, official=reply.official, groups=reply.groups, about=ABOUT)
        citations += populations().citations if reply.dated else ()
        return answer(self.card.name, text, grounds, citations, source=source()[0])


def _match(signs: Signs) -> float:
    """How surely the names were found: as written, after a slip of the finger, or after a guess; 0 without a name."""
    if not (signs.places or signs.named):
        return 0.0
    if not signs.corrected:
        return 1.0
    return 0.9 if signs.sure else 0.6
