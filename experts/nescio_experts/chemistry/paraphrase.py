"""A second opinion on the property from sentence vectors, for wordings that the phrases miss.

It may name the property, but it may not silence a word: a word that nothing explained counts as explained only if the
question comes nearer to the property with it than without it. "On Mars" moves a question away from every property;
"runny" moves it towards melting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nescio_experts.chemistry.found import Scan
from nescio_experts.chemistry.scan import CHEMISTRY_FILLERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nescio.types import Context

_LEAST_SIMILARITY = 0.45
_LEAST_MARGIN = 0.03
_MOST_WORDS = 3
"""More unexplained words than that are another question."""

_WORDINGS: dict[str, tuple[str, ...]] = {
    "melting_point": (
        "the temperature at which it changes from solid to liquid",
        "how hot it must get before it turns runny",
        "when does it stop being solid and start to flow",
    ),
    "boiling_point": (
        "the temperature at which the liquid turns to vapour",
        "how hot it must get before it bubbles away as steam",
        "when does it boil off into a gas",
    ),
    "density": ("how much mass is packed into a given volume", "how tightly packed its matter is"),
    "atomic_weight": ("how much one atom of it weighs", "the average mass of its atoms"),
    "electronic_configuration": ("how its electrons are arranged in shells and orbitals",),
    "en_pauling": ("how strongly its atoms pull on shared electrons in a bond",),
    "ionization_energy": ("the energy needed to remove an electron from its atom",),
    "electron_affinity": ("the energy released when its atom gains an electron",),
    "discoverers": ("the scientist who first identified it", "whose discovery it was"),
    "discovery_year": ("the year in which it was first identified", "how long ago it was first identified"),
    "thermal_conductivity": ("how well it lets heat pass through",),
    "specific_heat_capacity": ("how much energy warms a gram of it by one degree",),
    "fusion_heat": ("the energy needed to melt a mole of it",),
    "evaporation_heat": ("the energy needed to vaporise a mole of it",),
    "atomic_radius": ("how big one of its atoms is across",),
    "name_origin": ("where its name comes from and what it was named after",),
    "symbol": ("the letters by which it is written in the periodic table",),
    "phase": ("whether it is solid, liquid or gas in everyday conditions",),
    "oxidation_states": ("which charges its atoms take in compounds",),
    "group": ("the column of the periodic table that it stands in",),
    "period": ("the row of the periodic table that it stands in",),
    "other": (
        "what colour it has",
        "how much it costs",
        "whether it is poisonous and dangerous",
        "how to make it in a laboratory",
        "where to buy it",
        "what compounds and reactions it forms",
        "how hard and strong the material is",
        "how well it conducts electricity",
        "who sells it and which companies mine it",
        "what it tastes and smells like",
        "why it behaves like this",
        "on another planet",
    ),
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A property that the wording comes near to.

    Attributes:
        property: The property.
        similarity: Cosine to its nearest wording.
        margin: Cosine by which it is ahead of the next property.
        explained: Words that bring the question nearer to it.
    """

    property: str
    similarity: float
    margin: float
    explained: tuple[int, ...]


@dataclass(slots=True)
class Paraphrases:
    """Vectors of a few wordings a property, made on first use."""

    _vectors: NDArray[np.float32] | None = None
    _owners: list[str] = field(default_factory=list)

    def warm(self, context: Context) -> None:
        """Make the vectors now, so that no question waits for them."""
        if self._vectors is None:
            pairs = [(prop, text) for prop, texts in _WORDINGS.items() for text in texts]
            self._owners = [prop for prop, _ in pairs]
            self._vectors = context.encode([text for _, text in pairs])

    def guess(self, scan: Scan, context: Context) -> Guess | None:
        """The property that the question's wording comes nearest to, if it is near and clear enough."""
        open_words = _unexplained(scan)
        if not scan.named or scan.of("p:") or not 0 < len(open_words) <= _MOST_WORDS:
            return None
        if any(n.index in open_words for n in scan.numbers):
            return None
        whole, *without = self._scores(scan, open_words, context)
        ranked = sorted(whole, key=lambda prop: -whole[prop])
        best, second = ranked[0], ranked[1]
        margin = whole[best] - whole[second]
        if best == "other" or whole[best] < _LEAST_SIMILARITY or margin < _LEAST_MARGIN:
            return None
        helped = tuple(i for i, scores in zip(open_words, without, strict=True) if scores[best] < whole[best])
        return Guess(best, whole[best], margin, helped)

    def _scores(self, scan: Scan, open_words: list[int], context: Context) -> list[dict[str, float]]:
        """Best cosine by property: of the whole question, and of it without each open word."""
        self.warm(context)
        assert self._vectors is not None
        texts = [_neutral(scan, None), *(_neutral(scan, i) for i in open_words)]
        similarities = context.encode(texts) @ self._vectors.T
        scored = []
        for row in similarities:
            best: dict[str, float] = {}
            for owner, value in zip(self._owners, row, strict=True):
                best[owner] = max(best.get(owner, -1.0), float(value))
            scored.append(best)
        return scored


def _unexplained(scan: Scan) -> list[int]:
    by = scan.claims.by
    words = enumerate(scan.reading.words)
    return [i for i, word in words if i not in by and word.folded not in CHEMISTRY_FILLERS]


def _neutral(scan: Scan, without: int | None) -> str:
    """The question with "it" for the element, as the wordings are written."""
    named = {i for n in scan.named for i in n.indexes}
    words = ("it" if i in named else w.text for i, w in enumerate(scan.reading.words) if i != without)
    return " ".join(words)
