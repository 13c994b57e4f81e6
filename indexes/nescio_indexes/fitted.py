"""A fitted router: model, calibration, rule and report, as one folder. Applied with NumPy and FAISS alone.

`fitting` makes one, `nescio.routing` serves it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from nescio.errors import ArtefactError
from nescio_indexes import artefact
from nescio_indexes import encoder as encoders
from nescio_indexes.described import DescribedModel
from nescio_indexes.encoder import ENCODER_FILES, Encoder, TorchEncoder, check_fingerprint
from nescio_indexes.scope import RouteCalibration
from nescio_indexes.scoring import FEATURES_VERSION, EmbeddingModel
from nescio_indexes.threshold import Rule

KIND = "router"
FORMAT = 2
CHANGES = "changes.jsonl"
"""What was added and removed online, one line each."""
_COUNTS = {"rows", "outside", "measured"}
_READ = {"added": int, "removed": int}


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a router, all of it measured on out-of-fold rows; NaN where it cannot be measured.

    Attributes:
        rows: Rows fitted on, in scope.
        outside: Rows fitted on, out of scope.
        measured: Out-of-fold rows behind the figures.
        pseudo: Whether labels that were held out stood in for out-of-scope rows.
        accuracy: In-scope rows whose top label is right, without abstention.
        auroc: Of `scope`, in against out.
        ece: Of `p`, 15 equal-mass bins, debiased, at the share of out-of-scope queries that p assumes.
        kept: In-scope rows right and answered at the threshold.
        refused: Out-of-scope rows refused at the threshold.
        harmonic: Harmonic mean of the two.
    """

    rows: int
    outside: int
    measured: int
    pseudo: bool
    accuracy: float
    auroc: float
    ece: float
    kept: float
    refused: float
    harmonic: float


@dataclass(frozen=True)
class FittedRouter:
    """Everything that routing needs beside the encoder.

    Attributes:
        model: Raw scores.
        calibration: Raw scores to probabilities.
        rule: Where it stops answering.
        report: Figures from the fit.
        encoder: Fingerprint of the encoder.
        encoder_name: Its name, to load it by.
        data: Hash of the rows it was fitted on.
        english: Whether the exemplars are English, so that a query in another language is out of scope.
        extra: Further facts kept with it.
        tuned: Folder of the encoder's files, where it was tuned for this router; they are kept with it.
    """

    model: EmbeddingModel | DescribedModel
    calibration: RouteCalibration
    rule: Rule
    report: Report
    encoder: str
    encoder_name: str
    data: str
    english: bool
    extra: Mapping[str, Any] = field(default_factory=dict)
    tuned: Path | None = None

    def facts(self) -> dict[str, Any]:
        """What a person may want to know, as JSON."""
        return {
            "encoder": self.encoder,
            "encoder_name": self.encoder_name,
            "tuned": self.tuned is not None,
            "described": isinstance(self.model, DescribedModel),
            "data": self.data,
            "routing_features_version": FEATURES_VERSION,
            "labels": list(self.model.labels),
            "english": self.english,
            "calibration": self.calibration.to_json(),
            "rule": self.rule.to_json(),
            "report": {name: _plain(value) for name, value in asdict(self.report).items()},
            "extra": dict(self.extra),
        }

    def save(self, root: Path, fill: Callable[[Path], None] | None = None) -> Path:
        """Write a new version below `root` and let it take the old one's place.

        Args:
            root: The router's folder.
            fill: Writes everything but the facts; `write_into` unless more is to be done while no one else writes.

        Raises:
            ArtefactError: The folder cannot be written; the old router stays.
        """
        facts = json.loads(json.dumps(self.facts()))
        return artefact.write_version(root, kind=KIND, version=FORMAT, facts=facts, fill=fill or self.write_into)

    def write_into(self, folder: Path, changes: Iterable[Mapping[str, Any]] = ()) -> None:
        """Write everything but the facts into `folder`; `changes` were made online, and `online` explains them."""
        self.model.write_into(folder)
        if self.tuned is not None:
            for name in ENCODER_FILES:
                artefact.link_or_copy(self.tuned / name, folder / name)
        log = "".join(json.dumps(change) + "\n" for change in changes)
        if log:
            (folder / CHANGES).write_text(log, encoding="utf-8")

    @classmethod
    def load(cls, root: Path, fingerprint: str) -> Self:
        """Read the router in force below `root`, for the encoder of `fingerprint`.

        Raises:
            ArtefactError: It is missing, damaged, of the future, or was fitted with another encoder.
        """
        return artefact.read_version(
            root,
            kind=KIND,
            version=FORMAT,
            read=lambda folder, facts: cls.read_from(root, folder, facts, fingerprint),
        )

    @classmethod
    def read_from(cls, root: Path, folder: Path, facts: Mapping[str, Any], fingerprint: str) -> Self:
        """The router in `folder`, a version below `root` with these `facts`.

        Raises:
            ArtefactError: It is damaged, or was fitted with another encoder.
        """
        check_fingerprint(str(facts.get("encoder")), fingerprint, f"the router in {root}")
        if facts.get("routing_features_version") != FEATURES_VERSION:
            raise ArtefactError(f"the router in {root} uses other routing features", hint="fit it again")
        parts = _parts(root, facts)
        labels = parts.pop("labels")
        kind = DescribedModel if facts.get("described") else EmbeddingModel
        try:
            tuned = folder if facts.get("tuned") else None
            router = cls(model=kind.read_from(folder, labels, fingerprint), tuned=tuned, **parts)
            fits = router._decides()
        except (IndexError, TypeError, ValueError) as error:
            raise ArtefactError(
                f"the parts of the router in {root} do not fit: {error}", hint="fit it again"
            ) from error
        if not fits:
            raise ArtefactError(f"the router in {root} holds a number that is not finite", hint="fit it again")
        return router

    def _decides(self) -> bool:
        """Whether the parts give numbers for a query: those that do not fit are found before one is asked."""
        raw = self.model.scores(np.ones((1, self.model.inside.dims), np.float32) / np.float32(self.model.inside.dims))
        scope = self.calibration.scope(raw.scope, known=raw.known, foreign=np.zeros(1, np.bool_))
        return bool(np.isfinite(raw.routes).all() and np.isfinite(raw.scope).all() and np.isfinite(scope).all())


def read_facts(root: Path) -> dict[str, Any]:
    """The facts of the router below `root`, without loading it.

    Raises:
        ArtefactError: There is none, or it is damaged.
    """
    facts = artefact.open_version(root, kind=KIND, version=FORMAT)[1]
    _parts(root, facts)
    return facts


def encoder_of(root: Path, models_dir: Path) -> Encoder | TorchEncoder:
    """The encoder that the router below `root` was fitted with: its own if it was tuned, else one of the models.

    Raises:
        ArtefactError: There is no usable router.
        ModelMissing: The encoder is not there.
    """

    def read(folder: Path, facts: Mapping[str, Any]) -> Encoder | TorchEncoder:
        name = _parts(root, facts)["encoder_name"]
        return Encoder(folder, name=name) if facts.get("tuned") else encoders.load_encoder(models_dir, name)

    return artefact.read_version(root, kind=KIND, version=FORMAT, read=read)


def _parts(root: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What `facts` hold of a router, and its labels."""
    try:
        return {
            "encoder": str(facts["encoder"]),
            "labels": tuple(str(label) for label in facts["labels"]),
            "calibration": RouteCalibration.from_json(facts["calibration"]),
            "rule": Rule.from_json(facts["rule"]),
            "report": Report(**{name: _number(name, facts["report"][name]) for name in Report.__slots__}),
            "encoder_name": str(facts["encoder_name"]),
            "data": str(facts["data"]),
            "english": bool(facts["english"]),
            "extra": _extra(facts.get("extra", {})),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"the router in {root} lacks {error}", hint="fit it again") from error


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value


def _number(name: str, value: Any) -> Any:
    """The figure `name` of a report; None stands for NaN where no count is meant."""
    counts = name in _COUNTS
    if value is None and not counts:
        return float("nan")
    if not isinstance(value, int if counts else (int, float)):
        raise TypeError(f"a number for {name}, but has {value!r}")
    return value


def _extra(value: Any) -> dict[str, Any]:
    """Any facts; of those that are read again the kind is checked."""
    if not isinstance(value, dict) or any(
        not isinstance(value.get(name, kind()), kind) for name, kind in _READ.items()
    ):
        raise TypeError(f"counts, but has {value!r}")
    return value
