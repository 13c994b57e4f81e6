"""Routes from text alone: a route's description and the names of what it covers stand in for the exemplars it lacks.

Each name, in a few phrasings, is a point that queries come near to; a route scores by its nearest points and by a head
fitted on the phrasings. Exemplars, as they come in, join the points. `describing` fits; this applies, with NumPy and
FAISS alone.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError, DataError
from nescio_indexes import artefact
from nescio_indexes.encoder import Vectors
from nescio_indexes.index import ExemplarIndex
from nescio_indexes.scoring import NEIGHBOURS, Nearby, RawScores
from nescio_indexes.softmax import Linear
from nescio_indexes.text import clean, clip, twin_key

DESCRIBED_HINT = 'a row looks like {"label": "travel", "description": "…", "covers": ["book flight", "…"]}'
TEMPLATES = (
    "{}",
    "I want to {}",
    "{} ({route})",
    "tell me about {}",
    "can you {}",
    "what is my {}",
    "how do I {}",
    "{}, please",
    "I need help with {}",
    "{} question",
    "a message about {}",
    "the user wants {}",
)
"""Phrasings of a name, the most telling first."""
SHARPNESS = 30.0
"""At this, one near name outweighs several that are .1 farther; a maximum would forget the several altogether."""
FUSION = 16.0
"""Weight of the nearest names beside the head's logits."""
FEATURES = ("near", "apart")
"""Scope features: the best route's pooled similarity, and how far the three nearest out-of-scope exemplars are, as the
mean similarity below 0."""

_OUTSIDE = 3
_PIECE = re.compile(r"[,;:.()]|\band\b|\bor\b")
_CAMEL = re.compile(r"(?<=[a-z0-9])[A-Z](?=[a-z])")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a route before it has exemplars.

    Attributes:
        label: The route's label.
        text: What it is for, in words; may be empty.
        covers: Names of what belongs to it, such as its intents; may be empty.
    """

    label: str
    text: str = ""
    covers: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """The texts that stand for the route: names and parts of the description, abbreviations spelled out too."""
        told = clean(self.text) if twin_key(self.text) != twin_key(spoken(self.label)) else ""
        parts = [spoken(name) for name in self.covers] + ([told] if told and not self.covers else [])
        parts += [piece.strip() for piece in _PIECE.split(told) if len(piece.strip()) > 2]
        parts = [clip(part) for part in parts if part] or [clip(spoken(self.label))]
        return tuple(dict.fromkeys(text for part in parts for text in (part, spelled_out(part))))


def spoken(name: str) -> str:
    """A name as one would say it: ``bookFlight`` and ``book_flight`` are "book flight"."""
    return clean(_NOT_WORD.sub(" ", _CAMEL.sub(lambda start: f" {start.group(0).lower()}", clean(name)))) or clean(name)


def spelled_out(phrase: str) -> str:
    """`phrase` with the abbreviations of ``abbreviations.toml`` in full."""
    return re.sub(r"\w+", lambda word: _abbreviations().get(word.group(0).lower(), word.group(0)), phrase)


@cache
def _abbreviations() -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name("abbreviations.toml").read_text(encoding="utf-8"))


def read_descriptions(path: Path) -> tuple[Description, ...]:
    """The descriptions in a JSONL file.

    Raises:
        DataError: The file cannot be read or holds none, a line is no JSON object, a field is unknown or of the wrong
            type, or a label repeats.
    """
    try:
        # Editors on Windows mark UTF-8 with three bytes in front.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}", hint="name a JSONL file") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: {error}", hint="save it as UTF-8") from error
    found = [_description(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    check_descriptions(found, f"{path}: ")
    return tuple(found)


def check_descriptions(descriptions: Iterable[Description], where: str = "") -> None:
    """Refuse none at all, and two of one label.

    Args:
        descriptions: Those of one router.
        where: Begins the message.

    Raises:
        DataError: That is so.
    """
    labels = [description.label for description in descriptions]
    if not labels:
        raise DataError(f"{where}no description of a route", hint=DESCRIBED_HINT)
    twice = sorted(label for label, count in Counter(labels).items() if count > 1)
    if twice:
        raise DataError(f"{where}{twice[0]!r} is described twice", hint="put all of a route into one row")


def _description(line: str, where: str) -> Description:
    try:
        body = json.loads(line)
    # A number of more than 4,300 digits is a plain ValueError.
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not JSON: {error}", hint=DESCRIBED_HINT) from error
    body = body if isinstance(body, dict) else {}
    # A misspelt field would cost the route its words, and a row of exemplars is no description.
    strange = sorted(body.keys() - {"label", "description", "covers"})
    if strange:
        raise DataError(
            f"{where}: a description has no {strange[0]!r}", hint=f"{DESCRIBED_HINT}; exemplars go to --train"
        )
    label, text, covers = body.get("label"), body.get("description") or "", body.get("covers") or []
    if not isinstance(label, str) or not clean(label) or not isinstance(text, str):
        raise DataError(f"{where}: label or description is missing or no text", hint=DESCRIBED_HINT)
    if not isinstance(covers, list) or not all(isinstance(name, str) for name in covers):
        raise DataError(f"{where}: covers is no list of names", hint=DESCRIBED_HINT)
    return Description(label, text, tuple(covers))


@dataclass(frozen=True)
class DescribedModel:
    """Raw scores of routes that are known by their names, and by exemplars where there are some.

    Attributes:
        labels: The labels, sorted.
        head: Fitted on phrasings and exemplars.
        inside: Names and exemplars as points, each under its label.
        outside: Queries that are out of scope.
    """

    labels: tuple[str, ...]
    head: Linear
    inside: ExemplarIndex
    outside: ExemplarIndex

    def scores(self, vectors: Vectors) -> RawScores:
        """Raw scores of unit `vectors`, (n, d); the scope features are `FEATURES`."""
        nearby = self.nearby(vectors)
        near = pooled(nearby, len(self.labels))
        routes = np.asarray(self.head(vectors) + FUSION * near, dtype=np.float32)
        features = np.stack([near.max(axis=1), -nearby.outside.mean(axis=1)], axis=1).astype(np.float64)
        return RawScores(routes, features, np.abs(vectors).sum(axis=1) > 0)

    def nearby(self, vectors: Vectors) -> Nearby:
        """The points nearest to `vectors`; those of labels that the head does not know count for none."""
        numbers = {label: i for i, label in enumerate(self.labels)}
        return Nearby.of(self.inside, self.outside, vectors, numbers, (NEIGHBOURS, _OUTSIDE))

    def write_into(self, folder: Path) -> None:
        """Write the parts into `folder`."""
        artefact.save_arrays(folder / "described.npz", {"weights": self.head.weights, "bias": self.head.bias})
        self.inside.write_into(folder, "inside")
        self.outside.write_into(folder, "outside")

    @classmethod
    def read_from(cls, folder: Path, labels: tuple[str, ...], fingerprint: str) -> Self:
        """Read what `write_into` wrote.

        Raises:
            ArtefactError: A part is missing, damaged or not finite.
        """
        arrays: dict[str, NDArray[Any]] = artefact.load_arrays(folder / "described.npz")
        try:
            head = Linear(arrays["weights"], arrays["bias"])
        except KeyError as error:
            raise ArtefactError(f"{folder / 'described.npz'} lacks {error}", hint="fit it again") from error
        if not np.isfinite(head.weights).all() or head.weights.shape[1] != len(labels):
            raise ArtefactError(f"{folder / 'described.npz'} does not fit its labels", hint="fit it again")
        inside, outside = (ExemplarIndex.read_from(folder, fingerprint, stem) for stem in ("inside", "outside"))
        return cls(labels, head, inside, outside)


def pooled(nearby: Nearby, labels: int) -> NDArray[np.float64]:
    """(1/h)·log Σ exp(h·similarity) over a label's neighbours, (n, labels); the farthest of all stands in for none."""
    n = len(nearby.labels)
    used = nearby.labels >= 0
    floor = nearby.inside[:, -1:].astype(np.float64)
    gain = np.where(used, np.exp(SHARPNESS * (nearby.inside - floor)), 0.0)
    places = np.arange(n)[:, None] * labels + np.where(used, nearby.labels, 0)
    sums = np.bincount(places.ravel(), weights=gain.ravel(), minlength=n * labels).reshape(n, labels)
    return np.asarray(floor + np.log(np.maximum(sums, 1.0)) / SHARPNESS, dtype=np.float64)
