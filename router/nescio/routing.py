"""Stop two of a query's path: which expert it is for, and whether any expert covers it.

A scorer gives raw scores, a calibration makes probabilities of them, and a rule fitted with both says where to stop.
Loading and routing use NumPy, FAISS and ONNX Runtime alone. Nothing is decided about answers here; `decide` does that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from nescio.errors import BackendUnavailable
from nescio.observe import log
from nescio.scorers import EmbeddingScorer
from nescio.types import Candidate, Route

if TYPE_CHECKING:
    from nescio.competence import Competence
    from nescio.scorers import Scorer
    from nescio_indexes.encoder import TextEncoder
    from nescio_indexes.fitted import FittedRouter
    from nescio_indexes.scope import RouteCalibration
    from nescio_indexes.scoring import RawScores
    from nescio_indexes.threshold import Rule

BATCH = 512


class Router:
    """Routes queries. Thread-safe: routing changes nothing but the encoder's cache, which has its lock."""

    def __init__(
        self, scorer: Scorer, calibration: RouteCalibration, rule: Rule, encoder: TextEncoder, *, english: bool = True
    ) -> None:
        """Join the parts.

        Args:
            scorer: Gives raw scores.
            calibration: Makes probabilities of them.
            rule: The threshold in force.
            encoder: For callers that embed with the same encoder.
            english: Whether a query in another language is out of scope.
        """
        self.scorer = scorer
        self.calibration = calibration
        self.rule = rule
        self.encoder = encoder
        self.english = english
        self.competence: Competence | None = None
        self.costs: Mapping[str, float] = {}
        self.price = 0.0

    @classmethod
    def load(cls, folder: Path, encoder: TextEncoder) -> Self:
        """The router in force below `folder`.

        Raises:
            ArtefactError: It is missing, damaged, of the future, or was fitted with another encoder.
        """
        from nescio_indexes.fitted import FittedRouter

        return cls.of(FittedRouter.load(folder, encoder.fingerprint), encoder)

    @classmethod
    def of(cls, fitted: FittedRouter, encoder: TextEncoder) -> Self:
        """A router from what was fitted."""
        scorer = EmbeddingScorer(encoder, fitted.model)
        return cls(scorer, fitted.calibration, fitted.rule, encoder, english=fitted.english)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it ranks."""
        return self.scorer.labels

    @property
    def scope_threshold(self) -> float:
        """P(in scope) must exceed it; 0 where the rule in force cuts p instead."""
        return self.rule.threshold if self.rule.cut == "scope" else 0.0

    def route(self, text: str) -> Route:
        """Every label ranked for `text`, best first, and P(in scope).

        An empty text has scope 0. Of a long text the head and the tail are read. Equal candidates keep the labels'
        alphabetical order. A scorer that cannot be reached ranks nothing, and the route says so.
        """
        try:
            return self.route_many([text])[0]
        except BackendUnavailable as error:
            log.warning("scorer unavailable", error=error.message)
            return Route(text, (), 0.0, unavailable=True)

    def route_many(self, texts: Sequence[str]) -> tuple[Route, ...]:
        """`route` of each of `texts`, in order.

        Raises:
            BackendUnavailable: The scorer cannot be reached.
        """
        routes: list[Route] = []
        for start in range(0, len(texts), BATCH):
            routes.extend(self._routes(texts[start : start + BATCH]))
        return tuple(routes)

    def compete(self, competence: Competence, costs: Mapping[str, float], price: float) -> None:
        """From now on give p_expert with every candidate, and order experts of one domain by it.

        Args:
            competence: Knows some of the labels.
            costs: Seconds of one answer, by label.
            price: λ; see `nescio.competence.model.Competence.join`.
        """
        self.competence, self.costs, self.price = competence, costs, price

    def answers(self, route: Route) -> bool:
        """Whether the rule in force lets the top candidate of `route` be asked."""
        top = route.candidates[0].p_route if route.candidates else 0.0
        return self.rule.answers(route.scope, top)

    def close(self) -> None:
        """Close what the scorer has open."""
        self.scorer.close()

    def foreign(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Which of `texts` are in a language that this router does not read, (n,)."""
        from nescio_indexes.language import looks_foreign

        return np.array([self.english and looks_foreign(text) for text in texts], dtype=np.bool_)

    def ranked(self, texts: Sequence[str], raw: RawScores, foreign: NDArray[np.bool_]) -> list[Route]:
        """The routes of `texts` with these `raw` scores."""
        scope = self.calibration.scope(raw.scope, known=raw.known, foreign=foreign)
        p = self.calibration.routes(raw.routes) * scope[:, None]
        # At scope 0 every p is 0, and the scores still say who comes first.
        order = np.argsort(-raw.routes, axis=1, kind="stable")
        routes = [
            Route(text, self._ranked(raw.routes[row, order[row]], p[row, order[row]], order[row]), float(scope[row]))
            for row, text in enumerate(texts)
        ]
        return routes if self.competence is None else self._competing(self.competence, routes)

    def _competing(self, competence: Competence, routes: Sequence[Route]) -> list[Route]:
        vectors = self.encoder.encode([route.query for route in routes])
        pairs = zip(routes, vectors, strict=True)
        return [competence.join(route, vector, self.costs, self.price) for route, vector in pairs]

    def _routes(self, texts: Sequence[str]) -> list[Route]:
        return self.ranked(texts, self.scorer.score(texts), self.foreign(texts))

    def _ranked(
        self, scores: NDArray[np.float32], p: NDArray[np.float64], order: NDArray[np.int64]
    ) -> tuple[Candidate, ...]:
        return tuple(map(Candidate, map(self.labels.__getitem__, order.tolist()), scores.tolist(), p.tolist()))
