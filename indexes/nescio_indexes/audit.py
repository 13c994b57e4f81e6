"""What is wrong with labelled queries, in the order in which an owner should fix it. It changes nothing.

Labels are judged by parts that have not seen the row: a head fitted on other folds, and neighbours without twins. Their
mean is compared with how sure they are of each class on average, after Northcutt, Jiang and Chuang, "Confident
Learning: Estimating Uncertainty in Dataset Labels" (2021), equation 2, made a margin so that findings can be ranked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nescio.errors import DataError
from nescio.types import Progress, silent
from nescio_indexes.encoder import Vectors
from nescio_indexes.rows import Row, assign_folds, twin_groups
from nescio_indexes.scoring import fit_head
from nescio_indexes.softmax import Floats, softmax
from nescio_indexes.text import clean, twin_key

Kind = Literal[
    "contradictory",
    "mislabelled",
    "near_duplicate",
    "near_outside",
    "overlapping",
    "thin",
    "scattered",
    "duplicate",
    "empty",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of fixing:

- contradictory: one text under several labels, of which at most one can be right;
- mislabelled: head and neighbours that have not seen the exemplar agree on another label;
- near_duplicate: two exemplars of different routes that hardly differ;
- near_outside: an exemplar that hardly differs from one that is out of scope;
- overlapping: two routes whose exemplars are mistaken for one another;
- thin: a route with few exemplars;
- scattered: a route none of whose exemplars has another one of it nearby;
- duplicate: one text several times under one label;
- empty: nothing in the text.
"""

LIMIT = 100_000
"""Every pair of rows is compared: more rows than this would take hours."""

_FOLDS = 5
_ITERATIONS = 40
_NEIGHBOURS = 10
_CLOSE = 5
_FEWEST = 3
_DOUBT = 0.7
_SELF = 0.05
_CHUNK = 512
_OVERLAP_ROWS = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is a finding.

    Attributes:
        similar: Cosine from which two exemplars hardly differ.
        overlap: Share of two routes' exemplars that are mistaken for the other route.
        few: A route with fewer exemplars is thin.
    """

    similar: float = 0.9
    overlap: float = 0.1
    few: int = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    Attributes:
        kind: See `KINDS`.
        score: How bad it is among findings of its kind, higher is worse.
        labels: The labels concerned, None for out of scope; of a mislabelled exemplar its own, then the likelier one.
        texts: The exemplars concerned.
        says: The finding in words.
    """

    kind: Kind
    score: float
    labels: tuple[str | None, ...]
    texts: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """Rows with text, each text once a label, and what unseen parts say of them.

    Attributes:
        rows: The rows, n.
        vectors: (n, d).
        targets: (n,) numbers of labels, `len(labels)` for out of scope.
        labels: By number, None for out of scope.
        chances: (n, classes) mean of head and neighbours.
        pairs: (m, 2) places of rows of different classes that hardly differ, twins left out.
        close: (n,) whether another row of the class is among the nearest.
    """

    rows: tuple[Row, ...]
    vectors: Vectors
    targets: NDArray[np.int64]
    labels: tuple[str | None, ...]
    chances: Floats
    pairs: NDArray[np.int64]
    close: NDArray[np.bool_]


def audit(
    rows: Sequence[Row], vectors: Vectors, limits: Limits | None = None, progress: Progress = silent
) -> tuple[Finding, ...]:
    """What is wrong with `rows`, worst first.

    Args:
        rows: As they were written, with repetitions and empty texts.
        vectors: Their unit vectors, (n, d).
        limits: From where on something is a finding.
        progress: Told what happens next.

    Raises:
        DataError: There are more rows than can be compared.
    """
    chosen = limits or Limits()
    if len(rows) > LIMIT:
        raise DataError(f"{len(rows)} exemplars are too many to compare each with each", hint="audit a part of them")
    found = [*_empty(rows), *_repeated(rows)]
    judged = _judge(rows, vectors, chosen.similar, progress)
    if judged is not None:
        found += [*_mislabelled(judged), *_near(judged), *_overlapping(judged, chosen.overlap)]
        found += [*_thin(judged, chosen.few), *_scattered(judged)]
    return tuple(sorted(found, key=lambda finding: (KINDS.index(finding.kind), -finding.score, finding.texts)))


def counts(findings: Sequence[Finding]) -> dict[Kind, int]:
    """How many of each kind, in the order of fixing."""
    seen = Counter(finding.kind for finding in findings)
    return {kind: seen[kind] for kind in KINDS}


def _empty(rows: Sequence[Row]) -> Iterator[Finding]:
    for row in rows:
        if not clean(row.text):
            yield Finding("empty", 0.0, (row.label,), (row.text,), f"a text of {named(row.label)} has nothing in it")


def _repeated(rows: Sequence[Row]) -> Iterator[Finding]:
    """Duplicates under one label, and contradictions between several."""
    twins: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if clean(row.text):
            twins[twin_key(row.text)].append(row)
    for same in twins.values():
        by_label = Counter(row.label for row in same)
        labels = tuple(sorted(by_label, key=lambda label: (label is None, label or "")))
        texts = tuple(dict.fromkeys(row.text for row in same))
        if len(labels) > 1:
            under = ", ".join(map(named, labels))
            yield Finding("contradictory", float(len(same)), labels, texts, f"one text stands under {under}")
        for label in labels:
            if by_label[label] > 1:
                own = tuple(dict.fromkeys(row.text for row in same if row.label == label))
                says = f"{by_label[label]} times under {named(label)}"
                yield Finding("duplicate", float(by_label[label]), (label,), own, says)


def _judge(rows: Sequence[Row], vectors: Vectors, similar: float, progress: Progress) -> _Judged | None:
    first: dict[tuple[str, str | None], int] = {}
    for place, row in enumerate(rows):
        if clean(row.text):
            first.setdefault((twin_key(row.text), row.label), place)
    # The order of a file changes no finding.
    places = [first[key] for key in sorted(first, key=lambda key: (key[0], key[1] is None, key[1] or ""))]
    if not places:
        return None
    kept = tuple(rows[place] for place in places)
    inside = sorted({row.label for row in kept if row.label is not None})
    labels: tuple[str | None, ...] = (*inside, None) if any(row.label is None for row in kept) else tuple(inside)
    number = {label: i for i, label in enumerate(labels)}
    targets = np.array([number[row.label] for row in kept], dtype=np.int64)
    own = np.ascontiguousarray(vectors[places])
    groups = twin_groups(kept)
    near, pairs, close = _sweep(own, targets, groups, len(labels), similar, progress)
    head = _unseen_head(own, targets, groups, labels, progress)
    return _Judged(kept, own, targets, labels, (near + head) / 2.0, pairs, close)


def _sweep(
    vectors: Vectors,
    targets: NDArray[np.int64],
    groups: NDArray[np.int64],
    classes: int,
    similar: float,
    progress: Progress,
) -> tuple[Floats, NDArray[np.int64], NDArray[np.bool_]]:
    """Each row against all others but twins: classes of the neighbours, near pairs, and whether its class is close."""
    n = len(vectors)
    near = np.zeros((n, classes))
    close = np.zeros(n, np.bool_)
    pairs = [np.zeros((0, 2), np.int64)]
    k = min(_NEIGHBOURS, n)
    for start in range(0, n, _CHUNK):
        progress(f"comparing exemplars {start}/{n}")
        here = np.arange(start, min(start + _CHUNK, n))
        cosine = vectors[here] @ vectors.T
        cosine[groups[here][:, None] == groups[None, :]] = -np.inf
        best = np.argpartition(-cosine, k - 1, axis=1)[:, :k]
        best = np.take_along_axis(best, np.argsort(-np.take_along_axis(cosine, best, axis=1), axis=1), axis=1)
        weight = np.maximum(np.take_along_axis(cosine, best, axis=1), 0.0)
        np.add.at(near, (here[:, None], targets[best]), weight)
        close[here] = ((targets[best] == targets[here][:, None]) & (weight > 0))[:, :_CLOSE].any(axis=1)
        left, right = np.nonzero(cosine >= similar)
        ahead = (here[left] < right) & (targets[here[left]] != targets[right])
        pairs.append(np.stack([here[left][ahead], right[ahead]], axis=1))
    near /= np.maximum(near.sum(axis=1, keepdims=True), 1e-9)
    return near, np.concatenate(pairs), close


def _unseen_head(
    vectors: Vectors,
    targets: NDArray[np.int64],
    groups: NDArray[np.int64],
    labels: tuple[str | None, ...],
    progress: Progress,
) -> Floats:
    """(n, classes) probabilities of heads that were fitted on the other folds."""
    chances = np.zeros((len(targets), len(labels)))
    inside = sum(label is not None for label in labels)
    marked = np.where(targets == inside, -1, targets)
    folds = assign_folds(marked, groups, _FOLDS)
    for fold in range(_FOLDS):
        progress(f"judging labels {fold + 1}/{_FOLDS}")
        held = folds == fold
        if held.any() and not held.all():
            logits = fit_head(vectors[~held], marked[~held], inside, iterations=_ITERATIONS)(vectors[held])
            chances[np.ix_(held, np.arange(logits.shape[1]))] = softmax(logits)
    return chances


def _mislabelled(judged: _Judged) -> Iterator[Finding]:
    if len(judged.labels) < 2:
        return
    rows = np.arange(len(judged.rows))
    sizes = np.bincount(judged.targets, minlength=len(judged.labels))
    own = judged.chances[rows, judged.targets]
    sure = np.bincount(judged.targets, weights=own, minlength=len(judged.labels)) / np.maximum(sizes, 1)
    relative = judged.chances / np.maximum(sure, _SELF)
    given = relative[rows, judged.targets].copy()
    relative[rows, judged.targets] = -1.0
    likelier = relative.argmax(axis=1)
    margin = relative[rows, likelier] - given
    # Of a class with next to no rows nothing is learnt that could speak for its own label.
    doubted = (margin > _DOUBT) & (sizes[judged.targets] >= _FEWEST)
    for place in np.flatnonzero(doubted).tolist():
        other = int(likelier[place])
        same = np.flatnonzero(judged.targets == other)
        nearest = int(same[(judged.vectors[same] @ judged.vectors[place]).argmax()])
        row, labels = judged.rows[place], (judged.rows[place].label, judged.labels[other])
        says = f"labelled {named(labels[0])}, looks like {named(labels[1])}"
        yield Finding("mislabelled", float(margin[place]), labels, (row.text, judged.rows[nearest].text), says)


def _near(judged: _Judged) -> Iterator[Finding]:
    for left, right in judged.pairs.tolist():
        one, two = sorted((judged.rows[left], judged.rows[right]), key=lambda row: row.label is None)
        score = float(judged.vectors[left] @ judged.vectors[right])
        kind: Kind = "near_outside" if two.label is None else "near_duplicate"
        says = f"one of {named(one.label)} and one of {named(two.label)} at {score:.2f}"
        yield Finding(kind, score, (one.label, two.label), (one.text, two.text), says)


def _overlapping(judged: _Judged, overlap: float) -> Iterator[Finding]:
    classes = len(judged.labels)
    guessed = judged.chances.argmax(axis=1)
    mistaken = np.zeros((classes, classes), np.int64)
    np.add.at(mistaken, (judged.targets, guessed), 1)
    sizes = np.bincount(judged.targets, minlength=classes)
    both = mistaken + mistaken.T
    for one, two in np.argwhere(np.triu(both, 1) >= _OVERLAP_ROWS).tolist():
        share = float(both[one, two]) / float(sizes[one] + sizes[two])
        if share < overlap:
            continue
        names = (judged.labels[one], judged.labels[two])
        cosine = _centroid_cosine(judged, one, two)
        says = (
            f"{both[one, two]} of {sizes[one] + sizes[two]} exemplars of {named(names[0])} and {named(names[1])} "
            f"({share:.0%}) are taken for the other; centroids at {cosine:.2f}"
        )
        swapped = (judged.targets == one) & (guessed == two) | (judged.targets == two) & (guessed == one)
        texts = tuple(judged.rows[place].text for place in np.flatnonzero(swapped)[:_CLOSE].tolist())
        yield Finding("overlapping", share, names, texts, says)


def _centroid_cosine(judged: _Judged, one: int, two: int) -> float:
    centres = [judged.vectors[judged.targets == label].mean(axis=0) for label in (one, two)]
    norms = float(np.linalg.norm(centres[0]) * np.linalg.norm(centres[1]))
    return float(centres[0] @ centres[1]) / max(norms, 1e-9)


def _thin(judged: _Judged, few: int) -> Iterator[Finding]:
    for number, label in enumerate(judged.labels):
        own = np.flatnonzero(judged.targets == number)
        if label is not None and len(own) < few:
            texts = tuple(judged.rows[place].text for place in own[:_CLOSE].tolist())
            yield Finding(
                "thin", float(few - len(own)), (label,), texts, f"{label} has {len(own)} exemplars, not {few}"
            )


def _scattered(judged: _Judged) -> Iterator[Finding]:
    for number, label in enumerate(judged.labels):
        own = np.flatnonzero(judged.targets == number)
        if label is not None and len(own) > 1 and not judged.close[own].any():
            texts = tuple(judged.rows[place].text for place in own[:_CLOSE].tolist())
            says = f"no exemplar of {label} has another one of it among the {_CLOSE} nearest"
            yield Finding("scattered", float(len(own)), (label,), texts, says)


def named(label: str | None) -> str:
    """A label in words."""
    return "out of scope" if label is None else label
