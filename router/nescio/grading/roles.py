"""Which questions belong together, and which of them a fit may see. Fixed for good by the question's text.

A cluster is a connected component of questions that share a normal form or a link (a twin's pair, a generator's
template). All of a cluster has one role, so that nothing a fit has seen comes back, reworded, as a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from nescio.grading.text import normalise

KnownRole = Literal["fit", "test"]
_TEST_DATASETS = frozenset({"gsm8k"})
_FIT_DATASETS = frozenset({"gsm8k_train"})


@dataclass(frozen=True, slots=True)
class Item:
    """What a question's cluster and role depend on.

    Attributes:
        text: The question.
        links: Names that tie it to others: the pair of a twin, the template of a generated question.
        dataset: Where it comes from.
        role: Its role where an official split or a generator's seed settles it; None to derive it.
    """

    text: str
    links: tuple[str, ...] = ()
    dataset: str = ""
    role: KnownRole | None = None


def role_of(key: str) -> KnownRole:
    """The role of the cluster called `key`: the first 8 hex digits of its BLAKE2b, modulo 10; below 5 is ``fit``."""
    return "fit" if int(blake2b(key.encode("utf-8", "surrogatepass")).hexdigest()[:8], 16) % 10 < 5 else "test"


def clusters(items: Sequence[Item]) -> tuple[str, ...]:
    """Each item's cluster key: the smallest normal form among all that are connected to it."""
    texts = [normalise(item.text) for item in items]
    parent = list(range(len(items)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[tuple[str, str], int] = {}
    for i, (item, text) in enumerate(zip(items, texts, strict=True)):
        for name in (("text", text), *(("link", link) for link in item.links)):
            parent[root(i)] = root(first.setdefault(name, i))
    smallest: dict[int, str] = {}
    for i, text in enumerate(texts):
        home = root(i)
        smallest[home] = min(text, smallest.get(home, text))
    return tuple(smallest[root(i)] for i in range(len(items)))


def roles(items: Sequence[Item]) -> tuple[KnownRole, ...]:
    """Each item's role: its cluster's, by data set first, then by a settled role, then by `role_of` its key.

    A cluster holding a ``gsm8k`` row is ``test``; otherwise one holding a ``gsm8k_train`` row is ``fit``. Where settled
    roles within a cluster disagree, ``test`` wins: a test row that was fitted on is worth nothing.
    """
    keys = clusters(items)
    settled: dict[str, set[KnownRole]] = {}
    by_dataset: dict[str, set[KnownRole]] = {}
    for item, key in zip(items, keys, strict=True):
        if item.dataset in _TEST_DATASETS:
            by_dataset.setdefault(key, set()).add("test")
        elif item.dataset in _FIT_DATASETS:
            by_dataset.setdefault(key, set()).add("fit")
        elif item.role is not None:
            settled.setdefault(key, set()).add(item.role)
    found: list[KnownRole] = []
    for key in keys:
        known = by_dataset.get(key) or settled.get(key) or {role_of(key)}
        found.append("test" if "test" in known else "fit")
    return tuple(found)
