"""Draws a run's questions: the mix of domains, fixed before the run by suite, seed, role and limit.

Every domain gets the same number of questions, and within it every set the same share. What is drawn from a set does
not depend on how much is drawn: a larger limit only adds questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from nescio.errors import DataError
from nescio_eval.datasets.catalogue import CATALOGUE
from nescio_eval.datasets.folder import available, check, load, load_own
from nescio_eval.datasets.question import Question, Role, join_clusters

SUITES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "core": {
        "math": ("gsm8k", "gsm8k_train", "umwp", "generated_math"),
        "general-knowledge": ("nq_open", "simpleqa", "selfaware"),
        "code": ("generated_python",),
        "chemistry": ("generated_chemistry",),
        "geography": ("generated_geography",),
        "unanswerable": ("unanswerable",),
    },
    "generated": {
        "math": ("generated_math",),
        "code": ("generated_python",),
        "chemistry": ("generated_chemistry",),
        "geography": ("generated_geography",),
        "unanswerable": ("unanswerable",),
    },
    "wide": {
        "math": ("gsm8k", "gsm8k_train", "umwp", "generated_math"),
        "general-knowledge": ("nq_open", "simpleqa", "selfaware", "efficientqa"),
        "medicine": ("pubmedqa",),
        "academic": ("mmlu",),
        "code": ("generated_python",),
        "chemistry": ("generated_chemistry",),
        "geography": ("generated_geography",),
        "unanswerable": ("unanswerable",),
    },
}
"""Domain → data sets, for each suite. Fixed: a run's mix is never chosen after its answers are seen."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A run's questions, and the sets that had to be left out because their data is not here."""

    questions: tuple[Question, ...]
    missing: tuple[str, ...]


def draw(suite: str, *, limit: int, seed: int, role: Role = "test", folder: Path | None = None) -> Draw:
    """Draw about `limit` questions of `suite`, all of one role, domains interleaved.

    Raises:
        DataError: No such suite, or a data file is broken.
    """
    domains = SUITES.get(suite)
    if domains is None:
        raise DataError(f"no suite called {suite!r}", hint=f"there are: {', '.join(SUITES)}")
    names = [name for sets in domains.values() for name in sets]
    pools = _pools(names, folder, limit, seed, role)
    per_domain = [-(-(limit - i) // len(domains)) for i in range(len(domains))]
    chosen = [
        _from_domain([pools[name] for name in sets if pools.get(name)], count, seed)
        for sets, count in zip(domains.values(), per_domain, strict=True)
    ]
    expected = [name for name in names if not _belongs_to_other_role(name, role)]
    missing = tuple(name for name in expected if not pools.get(name))
    return Draw(tuple(_interleave(chosen)), missing)


def only(name: str, *, limit: int, seed: int, role: Role = "test", folder: Path | None = None) -> Draw:
    """Draw about `limit` questions of one data set.

    Raises:
        DataError: The set is unknown or its file is missing.
    """
    if name not in CATALOGUE:
        raise DataError(f"no data set called {name!r}", hint=f"there are: {', '.join(CATALOGUE)}")
    if CATALOGUE[name].generate is None and (folder is None or name not in available(folder)):
        raise DataError(f"the data set {name} is not here", hint="set NESCIO_DATA to the folder that holds it")
    pool = _pools([name], folder, limit, seed, role).get(name, [])
    return Draw(tuple(_shuffled(pool, seed)[:limit]), ())


def own(path: Path, *, limit: int, seed: int, role: Role = "test") -> Draw:
    """Draw about `limit` questions of a file of one's own; all of them are of `role`.

    Raises:
        DataError: The file is missing, has no question, or a row is broken.
    """
    pool = [replace(question, role=role) for question in join_clusters(load_own(path))]
    if not pool:
        raise DataError(f"{path} holds no question", hint='one line a question: {"question": "…", "answer": "…"}')
    return Draw(tuple(_by_hash(pool, seed)[:limit]), ())


def generator_seed(seed: int, role: Role) -> int:
    """The generators' seed for a run's seed: even for ``fit``, odd for ``test``."""
    return 2 * seed + (role == "test")


def _pools(names: list[str], folder: Path | None, limit: int, seed: int, role: Role) -> dict[str, list[Question]]:
    """Questions of `role` by set. Roles come from clusters over everything in the folder, so all of it is read."""
    read = (
        [question for name in (available(folder) if folder else ()) for question in load(folder, name)]
        if folder
        else []
    )
    made = [
        question
        for name in names
        if (generate := CATALOGUE[name].generate) is not None
        for question in generate(generator_seed(seed, role), _room(name, limit))
    ]
    joined = join_clusters([*read, *made])
    check(joined)
    pools: dict[str, list[Question]] = {}
    for question in joined:
        if question.dataset in names and question.role == role:
            pools.setdefault(question.dataset, []).append(question)
    return pools


def _room(name: str, limit: int) -> int:
    """How many to generate: never more than asked for, nor than the smaller generators can give."""
    return max(1, min(limit, {"unanswerable": 400, "generated_python": 300}.get(name, 2_000)))


def _belongs_to_other_role(name: str, role: Role) -> bool:
    return name == ("gsm8k" if role == "fit" else "gsm8k_train")


def _from_domain(pools: list[list[Question]], count: int, seed: int) -> list[Question]:
    """`count` questions, the same number from each pool as far as it reaches, one a cluster first."""
    queues = [_shuffled(pool, seed) for pool in pools]
    chosen: list[Question] = []
    while len(chosen) < count and any(queues):
        for queue in queues:
            if queue and len(chosen) < count:
                chosen.append(queue.pop(0))
    return chosen


def _shuffled(pool: list[Question], seed: int) -> list[Question]:
    """By a hash of seed and id: the same order whatever else is in the pool. Generated sets are shuffled as made."""
    if pool and CATALOGUE[pool[0].dataset].generate is not None:
        return list(pool)
    return _by_hash(pool, seed)


def _by_hash(pool: list[Question], seed: int) -> list[Question]:
    return sorted(pool, key=lambda q: blake2b(f"{seed} {q.id}".encode()).digest())


def _interleave(columns: list[list[Question]]) -> Iterable[Question]:
    for place in range(max((len(column) for column in columns), default=0)):
        for column in columns:
            if place < len(column):
                yield column[place]
