"""Labelled queries for fitting: reading them, dropping what says nothing, and folds that keep twins together.

Everything here is in a canonical order, so that the order of a file changes no decision.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.errors import DataError
from nescio_indexes.text import clean, clip, twin_key

ROW_HINT = 'a row looks like {"text": "…", "label": "…"}, with label null for out of scope'
NEAR = (0.85, 0.9, 0.95)
"""Cosines from which two rows of one label hardly differ, widest first."""

LABEL_CHARS = 200
"""Longest label."""

KINDS = 2
"""Kinds of out-of-scope rows a fold."""

_COMPARED = 6000
"""Rows of larger labels are not compared with one another; their twins still stay together."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """A labelled query; label None means out of scope."""

    text: str
    label: str | None


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of a JSONL file; fields other than ``text`` and ``label`` are ignored.

    Raises:
        DataError: The file cannot be read, a line is no JSON object, or a field is missing or of the wrong type.
    """
    rows = []
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            rows.append(_row(line, f"{path}:{number}"))
    return tuple(rows)


def read_texts(path: Path) -> tuple[str, ...]:
    """The texts of a JSONL file of rows ``{"text"}``; other fields are ignored.

    Raises:
        DataError: The file cannot be read, or a line is no JSON object with a text.
    """
    lines = enumerate(_lines(path), start=1)
    return tuple(str(_object(line, f"{path}:{number}")["text"]) for number, line in lines if line.strip())


def prepare(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows in canonical order, clipped, without empty texts and without repetitions of a text under one label.

    Two labels for one text stay: the contradiction is in the data, and the probabilities should know of it.
    """
    kept: dict[tuple[str, str | None], Row] = {}
    for row in sorted(rows, key=lambda row: (row.label is None, row.label or "", row.text)):
        text = clip(row.text)
        if text:
            kept.setdefault((twin_key(text), row.label), Row(text, row.label))
    return tuple(sorted(kept.values(), key=_canonical))


def labels_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """The labels, sorted."""
    return tuple(sorted({row.label for row in rows if row.label is not None}))


def targets_of(rows: Iterable[Row], labels: Sequence[str]) -> NDArray[np.int64]:
    """The numbers of the rows' labels among `labels`, (n,); −1 for out of scope."""
    number = {label: i for i, label in enumerate(labels)}
    return np.array([-1 if row.label is None else number[row.label] for row in rows], dtype=np.int64)


def twin_groups(rows: Sequence[Row]) -> NDArray[np.int64]:
    """A number for each row, (n,), equal for twins."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(twin_key(row.text), len(numbers)) for row in rows], dtype=np.int64)


def fold_groups(
    rows: Sequence[Row], vectors: NDArray[np.float32], targets: NDArray[np.int64], folds: int
) -> NDArray[np.int64]:
    """A number for each row, (n,), equal for rows that must not be asked about one another.

    Twins go together. So do rows of one label that hardly differ: people write many of a label's rows after one
    pattern, and folds that split such rows ask each part about what it has almost seen, and promise more than new
    queries will keep. They are joined at the widest cosine of `NEAR` that leaves no group larger than a fold's share of
    the label, so that an encoder to which everything is similar joins nothing. Out-of-scope rows go together by kind,
    `KINDS` clusters a fold: what will be asked out of scope is seldom of a kind that was foreseen, and folds that split
    a kind would teach that it is.

    Args:
        rows: n rows.
        vectors: (n, d) unit vectors.
        targets: (n,) labels' numbers, −1 for out of scope.
        folds: How many folds the groups will be spread over.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    twins = twin_groups(rows)
    edges = [np.stack([np.unique(twins, return_index=True)[1][twins], np.arange(len(rows))])]
    for target in np.unique(targets):
        places = np.flatnonzero(targets == target)
        if target < 0:
            edges.append(_kinds(vectors[places], places, KINDS * folds))
        elif 1 < len(places) <= _COMPARED:
            edges.extend(_near_pairs(vectors[places], places, max(len(places) // folds, 2)))
    ends = np.concatenate(edges, axis=1)
    joined = coo_array((np.ones(ends.shape[1], np.int8), (ends[0], ends[1])), shape=(len(rows), len(rows)))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _kinds(vectors: NDArray[np.float32], places: NDArray[np.int64], kinds: int) -> NDArray[np.int64]:
    """Pairs (2, n) that join each of `places` to the first of its cluster."""
    distinct, clusters = np.unique(vectors, axis=0, return_inverse=True)
    if len(distinct) > kinds:
        from sklearn.cluster import KMeans

        clusters = KMeans(kinds, n_init=3, random_state=0).fit_predict(vectors)
    _, first, of = np.unique(clusters.ravel(), return_index=True, return_inverse=True)
    return np.stack([places[first[of]], places])


def _near_pairs(vectors: NDArray[np.float32], places: NDArray[np.int64], most: int) -> Iterator[NDArray[np.int64]]:
    """Pairs (2, m) of `places` in groups of at most `most`, from the widest cosine to the narrowest."""
    from scipy.sparse.csgraph import connected_components

    for near in NEAR:
        if not len(places):
            return
        close = vectors @ vectors.T > near
        _, groups = connected_components(close, directed=False)
        small = np.bincount(groups)[groups] <= most
        first, second = np.nonzero(close & small[:, None])
        yield np.stack([places[first], places[second]])
        vectors, places = vectors[~small], places[~small]


def assign_folds(targets: NDArray[np.int64], groups: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """A fold for each row, (n,): labels spread evenly over the folds, groups never split.

    Args:
        targets: (n,) labels' numbers, −1 for out of scope.
        groups: (n,) rows with one number go together; the first of them decides the label they count for.
        folds: How many.
    """
    first: dict[int, int] = {}
    for place, group in enumerate(groups.tolist()):
        first.setdefault(group, place)
    by_label: dict[int, list[int]] = defaultdict(list)
    for group, place in first.items():
        by_label[int(targets[place])].append(group)
    fold_of: dict[int, int] = {}
    start = 0
    for label in sorted(by_label):
        for step, group in enumerate(sorted(by_label[label], key=_shuffled)):
            fold_of[group] = (start + step) % folds
        start += len(by_label[label])
    return np.array([fold_of[group] for group in groups.tolist()], dtype=np.int64)


def data_hash(rows: Iterable[Row]) -> str:
    """A digest of what a router is fitted on."""
    digest = hashlib.blake2b(digest_size=16)
    for row in rows:
        digest.update(json.dumps([row.text, row.label]).encode() + b"\n")
    return digest.hexdigest()


def _lines(path: Path) -> list[str]:
    try:
        # Editors on Windows mark UTF-8 with three bytes in front.
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}", hint="name a JSONL file") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: {error}", hint="save it as UTF-8") from error


def _row(line: str, where: str) -> Row:
    body = _object(line, where)
    if "label" not in body:
        raise DataError(f"{where}: label is missing", hint=ROW_HINT)
    label = body["label"]
    if label is not None and (not isinstance(label, str) or not clean(label)):
        raise DataError(f"{where}: a label is a non-empty string or null, not {label!r}", hint=ROW_HINT)
    if label is not None and len(label) > LABEL_CHARS:
        hint = "a label names a route; what is long is a text"
        raise DataError(f"{where}: a label of {len(label)} characters, {LABEL_CHARS} are the most", hint=hint)
    return Row(body["text"], label)


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        body = json.loads(line)
    # A number of thousands of digits is a ValueError of another kind.
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not JSON: {error}", hint=ROW_HINT) from error
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        raise DataError(f"{where}: text is missing", hint=ROW_HINT)
    return body


def _canonical(row: Row) -> tuple[str, str, str]:
    return twin_key(row.text), row.label or "", row.text


def _shuffled(group: int) -> str:
    return hashlib.blake2b(str(group).encode(), digest_size=8).hexdigest()
