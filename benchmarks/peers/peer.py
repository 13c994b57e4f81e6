"""Runs semantic-router 1.1.1 on one set. Needs its environment alone (NumPy and semantic-router), nothing of nescio.

Everything goes through its public interface: routes, `IndexedRouter`, `fit`, a call a query. Vectors are looked up by
an encoder class of its kind, so nothing is spent on embedding. It chooses nothing: `run` reads what this writes.

    python peer.py documented SET OUT          its documentation's way: held-out rows, `fit`, threshold .5
    python peer.py variants SET OUT            out-of-fold scores of every variant
    python peer.py final SET OUT --scores WHAT_VARIANTS_WROTE --variant NAME --bar P
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from semantic_router import IndexedRouter, Route
from semantic_router.calibration import Calibrator
from semantic_router.encoders import DenseEncoder, TfidfEncoder
from semantic_router.index import HybridLocalIndex, LocalIndex

FOLDS = 5
OUTSIDE = "(out of scope)"
"""Name of the route that holds the out-of-scope rows, in the variants that have one."""
DEEPEST = 50
BAR = 0.5
"""The threshold of its own quickstart: act only when more likely right than wrong."""
HYBRID_ROWS = 6000
"""Its hybrid index compares word by word in Python, and takes too long on more rows than this."""
ASKED = 4000
"""So many in-scope rows tell variants and thresholds apart; a query of its index takes milliseconds."""
TIMED = 400
"""So many calls are timed."""
ALL = -1e9


@dataclass(frozen=True)
class Variant:
    """Settings of an `IndexedRouter`; `alpha` is the dense share beside TF-IDF, None without it."""

    top_k: int = 5
    aggregation: str = "mean"
    outside: bool = False
    alpha: float | None = None

    @property
    def name(self) -> str:
        """How tables call it."""
        words = [f"top_k={self.top_k}", self.aggregation]
        words += [f"alpha={self.alpha}"] if self.alpha is not None else []
        return " ".join([*words, "outside"] if self.outside else words)

    @property
    def limit(self) -> int | None:
        """How many choices to ask for: all of them where the out-of-scope route's score is wanted too."""
        return None if self.outside else 1


Depths = Sequence[tuple[int, str]]
PLAIN: Depths = ((5, "mean"), (1, "max"), (5, "sum"), (10, "mean"), (10, "sum"), (20, "sum"))
WITH_OUTSIDE: Depths = ((5, "mean"), (5, "sum"), (10, "max"), (20, "max"), (50, "max"))
DENSE = tuple(Variant(k, how) for k, how in PLAIN)
GUARDED = tuple(Variant(k, how, outside=True) for k, how in WITH_OUTSIDE)
HYBRID = tuple(
    tuple(Variant(k, how, alpha=share) for k, how in ((5, "mean"), (1, "max"), (10, "sum"))) for share in (0.7, 0.9)
)


class LookUp(DenseEncoder):
    """An encoder that knows its vectors: as lists, like every encoder of the package, or as rows of an array."""

    table: dict[str, Any] = {}  # noqa: RUF012
    lists: bool = True

    def __call__(self, docs: list[Any]) -> list[Any]:
        """The vectors of `docs`."""
        return [self.table[doc].tolist() if self.lists else self.table[doc] for doc in docs]

    async def acall(self, docs: list[Any]) -> list[Any]:
        """The same."""
        return self(docs)


def remembering(kind: type[LocalIndex]) -> LocalIndex:
    """An empty index of its own `kind` that searches once for variants which differ in the neighbours they read."""

    class Remembering(kind):  # type: ignore[misc, valid-type]
        found: dict[bytes, Any] = {}  # noqa: RUF012

        def query(self, vector: Any, top_k: int = 5, **kwargs: Any) -> Any:
            key = vector.tobytes()
            if key not in self.found:
                scores, names = super().query(vector, top_k=DEEPEST, **kwargs)
                order = np.argsort(scores, kind="stable")
                self.found[key] = scores[order], [names[i] for i in order]
            scores, names = self.found[key]
            return scores[-top_k:], names[-top_k:]

    return Remembering()


@dataclass(frozen=True)
class Rows:
    """One set, as `data` wrote it: (n,) texts, labels and marks, (n, dims) vectors."""

    text: list[str]
    label: list[str | None]
    fit: NDArray[np.bool_]
    held: NDArray[np.bool_]
    fold: NDArray[np.int64]
    vectors: NDArray[np.float32]

    @classmethod
    def read(cls, folder: Path) -> Rows:
        """The set in `folder`."""
        lines = [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
        return cls(
            [line["text"] for line in lines],
            [line["label"] for line in lines],
            np.array([line["part"] == "fit" for line in lines]),
            np.array([line["held"] for line in lines]),
            np.array([line["fold"] for line in lines]),
            np.load(folder / "vectors.npy"),
        )

    def asked(self) -> NDArray[np.bool_]:
        """Rows to fit that variants are asked about: those out of scope, and at most `ASKED` others drawn at random."""
        outside = np.array([label is None for label in self.label])
        inside = np.flatnonzero(self.fit & ~outside)
        drawn = np.zeros(len(outside), np.bool_)
        drawn[np.random.default_rng(0).permutation(inside)[:ASKED]] = True
        return drawn | (self.fit & outside)

    def at_share(self, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of `places` to keep for the share of out-of-scope rows that all rows to fit have."""
        outside = np.array([self.label[place] is None for place in places])
        inside = sum(label is not None for label, fit in zip(self.label, self.fit, strict=True) if fit)
        step = max(round(inside / max(int((~outside).sum()), 1)), 1)
        return ~outside | (np.cumsum(outside) % step == 0)

    def routes(self, mask: NDArray[np.bool_], *, outside: bool) -> list[Route]:
        """A route a label of the rows in `mask`."""
        utterances: dict[str, list[str]] = defaultdict(list)
        for i in np.flatnonzero(mask):
            name = self.label[i]
            if name is not None or outside:
                utterances[name or OUTSIDE].append(self.text[i])
        return [Route(name=name, utterances=texts) for name, texts in sorted(utterances.items())]

    def router(self, mask: NDArray[np.bool_], variant: Variant, *, lists: bool, index: Any = None) -> IndexedRouter:
        """A router of the rows in `mask`; an `index` that is filled is used as it is."""
        filled = index is not None and index.is_ready()
        sparse = {"sparse_encoder": TfidfEncoder(), "alpha": variant.alpha} if variant.alpha is not None else {}
        return IndexedRouter(
            encoder=LookUp(name="look-up", table=dict(zip(self.text, self.vectors, strict=True)), lists=lists),
            routes=[] if filled else self.routes(mask, outside=variant.outside),
            index=index,
            top_k=variant.top_k,
            aggregation=variant.aggregation,
            **sparse,
        )


@dataclass
class Found:
    """The best label in scope of each query, and its score less that of the out-of-scope route."""

    top: list[str] = field(default_factory=list)
    score: list[float] = field(default_factory=list)

    def add(self, choices: Any) -> None:
        """Read one query's choice, or all of its choices."""
        ranked = choices if isinstance(choices, list) else [choices]
        best = next(choice for choice in ranked if choice.name != OUTSIDE)
        against = next((choice.confidence for choice in ranked if choice.name == OUTSIDE), 0.0)
        self.top.append(best.name)
        self.score.append(float(best.confidence - against))


def documented(rows: Rows) -> dict[str, Any]:
    """The documentation's way: rows that are not held out are utterances, `fit` reads those that are."""
    started = time.perf_counter()
    router = rows.router(rows.fit & ~rows.held, Variant(), lists=True)
    held = np.flatnonzero(rows.fit & rows.held)
    router.fit(X=[rows.text[i] for i in held], y=[rows.label[i] for i in held])
    router.confidence_threshold = BAR
    fit_s = time.perf_counter() - started
    return {"variant": Variant().name, "bar": BAR, "fit_s": fit_s} | measured(rows, router, Variant(), float)


def variants(rows: Rows) -> dict[str, Any]:
    """Out-of-fold scores of every variant on the rows to fit, in the order `places`."""
    groups: list[tuple[Variant, ...]] = [DENSE, GUARDED]
    if rows.fit.sum() <= HYBRID_ROWS:
        groups += HYBRID
    asked = rows.asked()
    folds = [np.flatnonzero(asked & (rows.fold == fold)) for fold in range(FOLDS)]
    places = np.concatenate(folds)
    found: dict[str, Any] = {}
    for group in groups:
        seconds, said = cross_fitted(rows, folds, group)
        for variant, out in said.items():
            found[variant.name] = {"top": out.top, "score": out.score, "seconds": seconds}
    return {"places": places.tolist(), "variants": found}


def cross_fitted(
    rows: Rows, folds: Sequence[NDArray[np.int64]], group: Sequence[Variant]
) -> tuple[float, dict[Variant, Found]]:
    """Seconds that the first variant of `group` took over all folds, and what each says of rows it has not seen."""
    said = {variant: Found() for variant in group}
    seconds = 0.0
    for number, fold in enumerate(folds):
        train = rows.fit & (rows.fold != number)
        index = remembering(LocalIndex if group[0].alpha is None else HybridLocalIndex)
        for variant in group:
            started = time.perf_counter()
            router = rows.router(train, variant, lists=False, index=index)
            asyncio.run(ask(router, [rows.text[i] for i in fold], variant, said[variant]))
            seconds += time.perf_counter() - started if variant is group[0] else 0.0
    return seconds, said


async def ask(router: IndexedRouter, texts: Iterable[str], variant: Variant, found: Found) -> None:
    """Add to `found` what `router` says of each of `texts`."""
    for text in texts:
        found.add(await router.acall(text, limit=variant.limit, threshold=ALL))


def final(rows: Rows, variant: Variant, bar: float, before: dict[str, Any]) -> dict[str, Any]:
    """`variant` with all rows to fit; its calibration and the seconds of its cross-fitting are those of `before`."""
    seen, places = before["variants"][variant.name], np.array(before["places"])
    right = np.array([label == rows.label[i] for label, i in zip(seen["top"], places, strict=True)])
    fair = rows.at_share(places)
    started = time.perf_counter()
    router = rows.router(rows.fit, variant, lists=False)
    calibrator = calibrated(np.array(seen["score"])[fair], right[fair], rows.fold[places[fair]])
    fit_s = time.perf_counter() - started + seen["seconds"]
    made = measured(rows, router, variant, lambda score: float(calibrator(score)))
    return {"variant": variant.name, "bar": bar, "fit_s": fit_s} | made


def calibrated(score: NDArray[np.float64], right: NDArray[np.bool_], fold: NDArray[np.int64]) -> Calibrator:
    """Its calibrator of `right` from `score`, by the method with the lesser Brier score on folds it has not seen."""
    missed = {}
    for method in ("platt", "isotonic"):
        p = np.zeros(len(score))
        for ask in (fold == number for number in range(FOLDS)):
            p[ask] = Calibrator.fit(score[~ask], right[~ask], method)(score[ask])
        missed[method] = float(((p - right) ** 2).mean())
    return Calibrator.fit(score, right, min(missed, key=missed.__getitem__))


def measured(
    rows: Rows, router: IndexedRouter, variant: Variant, confidence: Callable[[float], float]
) -> dict[str, Any]:
    """What `router` says of the test rows, and the milliseconds of a call as its users make it."""
    texts = [rows.text[i] for i in np.flatnonzero(~rows.fit)]
    spent = []
    router(texts[0], limit=variant.limit)
    for text in texts[:: max(len(texts) // TIMED, 1)]:
        begun = time.perf_counter()
        router(text, limit=variant.limit)
        spent.append((time.perf_counter() - begun) * 1000.0)
    found = Found()
    asyncio.run(ask(router, texts, variant, found))
    return {
        "top": found.top,
        "p": [confidence(score) for score in found.score],
        "scope": found.score,
        "ms_p50": float(np.percentile(spent, 50)),
        "ms_p99": float(np.percentile(spent, 99)),
        "memory_mb": peak_memory(),
    }


def peak_memory() -> float:
    """The most that this process has held, in MB; its parent's is not counted, as ``getrusage`` would."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024.0


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["documented", "variants", "final"])
    parser.add_argument("set", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--variant")
    parser.add_argument("--bar", type=float)
    wish = parser.parse_args()
    rows = Rows.read(wish.set)
    if wish.what == "documented":
        made = documented(rows)
    elif wish.what == "variants":
        made = variants(rows)
    else:
        known = {variant.name: variant for group in (DENSE, GUARDED, *HYBRID) for variant in group}
        made = final(rows, known[wish.variant], wish.bar, json.loads(wish.scores.read_text(encoding="utf-8")))
    wish.out.write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main()
