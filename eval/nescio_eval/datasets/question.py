"""The one normal form of an evaluation question, and the clusters that decide which questions belong together.

Data only: it loads nothing (`folder`), generates nothing (`generated_*`) and grades nothing (`nescio_eval.judge`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Literal

from nescio.grading.roles import Item, clusters, roles

Kind = Literal["text", "number", "quantity", "all", "one_of", "yes_no", "date", "compact", "choice", "none"]
"""How the answer is compared with the golds; see `nescio_eval.judge`."""

Role = Literal["fit", "test"]

DOMAINS = (
    "math",
    "code",
    "general-knowledge",
    "medicine",
    "law",
    "chemistry",
    "geography",
    "academic",
    "unanswerable",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an evaluation.

    Attributes:
        id: Unique over all data sets; never reused for another text.
        dataset: Name in the catalogue.
        domain: One of `DOMAINS`; what the mix weighs.
        category: The data set's own subject, or the generator's family.
        question: What the system is asked, verbatim.
        golds: Right answers, the first one canonical; None when nobody can answer. For kind ``all`` each gold must
            occur, and ``|`` separates spellings of one gold.
        aliases: Further accepted spellings of the answer.
        kind: How an answer is graded.
        cluster: Questions with one key stand or fall together: twins, equal texts, one template.
        role: ``fit`` may be learnt from, ``test`` never.
        tolerance: Relative error at which a number still counts as the gold.
        distractors: Answers that are wrong where they are given (the other side of a comparison).
    """

    id: str
    dataset: str
    domain: str
    category: str
    question: str
    golds: tuple[str, ...] | None
    aliases: tuple[str, ...] = ()
    kind: Kind = "text"
    cluster: str = ""
    role: Role = "test"
    tolerance: float = 0.0
    distractors: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether a right answer exists."""
        return self.golds is not None


OFFICIAL_SPLIT = frozenset({"mbpp", "efficientqa", "pubmedqa"})
"""Sets that come with both sides of a split, which is kept; their loader sets `Question.role` from it."""

GENERATED = "generated_"
"""How the names of generated sets begin; their seed settles the role."""


def join_clusters(questions: Iterable[Question]) -> list[Question]:
    """Merge clusters that share a normalised text or a link, and set roles by cluster; see `nescio.grading.roles`.

    A cluster is named by a hash of its key, so that a run's records can be published without the questions' text.
    """
    rows = list(questions)
    items = [Item(q.question, (q.cluster,) if q.cluster else (), q.dataset, _settled(q)) for q in rows]
    keys, sides = clusters(items), roles(items)
    return [replace(q, cluster=_hashed(key), role=side) for q, key, side in zip(rows, keys, sides, strict=True)]


def _settled(question: Question) -> Role | None:
    generated = question.dataset.startswith(GENERATED) or question.dataset == "unanswerable"
    return question.role if generated or question.dataset in OFFICIAL_SPLIT else None


def _hashed(key: str) -> str:
    return blake2b(key.encode(), digest_size=8).hexdigest()
