"""Runs nescio's router, or a bare linear head, on one set, with the vectors that `data` wrote.

python ours.py nescio|linear SET OUT
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.routing import Router
from nescio.settings import load_settings
from nescio_indexes.encoder import TextEncoder, Vectors, load_encoder
from nescio_indexes.fitting import fit_router
from nescio_indexes.rows import Row
from nescio_indexes.threshold import Judged, Wish, choose

ENCODER = "all-minilm-l6-v2-int8"


class LookUp:
    """An encoder that knows its vectors; what it is asked beyond them it embeds, and counts the seconds."""

    def __init__(self, texts: Sequence[str], vectors: Vectors, encoder: TextEncoder) -> None:
        """Know the rows of `vectors` by `texts`; `encoder` made them."""
        self.name, self.dims, self.fingerprint = encoder.name, encoder.dims, encoder.fingerprint
        self.spent = 0.0
        self._encoder = encoder
        self._table = dict(zip(texts, vectors, strict=True))

    @property
    def words(self) -> Mapping[str, int]:
        """The encoder's."""
        return self._encoder.words

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Their vectors, (n, dims)."""
        missing = [text for text in texts if text not in self._table]
        if missing:
            started = time.perf_counter()
            self._table.update(zip(missing, self._encoder.encode(missing), strict=True))
            self.spent += time.perf_counter() - started
        return np.stack([self._table[text] for text in texts]) if len(texts) else np.zeros((0, self.dims), np.float32)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", choices=["nescio", "linear"])
    parser.add_argument("set", type=Path)
    parser.add_argument("out", type=Path)
    wish = parser.parse_args()
    lines = [json.loads(line) for line in (wish.set / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    made = (nescio if wish.system == "nescio" else linear)(lines, np.load(wish.set / "vectors.npy"))
    made["memory_mb"] = peak_memory()
    wish.out.write_text(json.dumps(made), encoding="utf-8")


def nescio(lines: Sequence[dict[str, Any]], vectors: Vectors) -> dict[str, Any]:
    """The router as ``nescio fit`` makes it, its threshold by the default rule."""
    settings = load_settings()
    real = load_encoder(settings.models_dir, ENCODER)
    encoder = LookUp([line["text"] for line in lines], vectors, real)
    started = time.perf_counter()
    fitted = fit_router([Row(line["text"], line["label"]) for line in lines if line["part"] == "fit"], encoder)
    fit_s = time.perf_counter() - started - encoder.spent
    router = Router.of(fitted, encoder)
    texts = [line["text"] for line in lines if line["part"] == "test"]
    # nescio embeds a text without courtesies and with slips mended: those vectors are looked up in the timed calls too.
    router.route_many(texts)
    routes, spent = timed(router.route, texts)
    return {
        "variant": "as fitted",
        "bar": router.rule.threshold,
        "fit_s": fit_s,
        "top": [route.candidates[0].expert for route in routes],
        "p": [route.candidates[0].p_route for route in routes],
        "scope": [route.scope for route in routes],
        **quantiles(spent),
    }


def linear(lines: Sequence[dict[str, Any]], vectors: Vectors) -> dict[str, Any]:
    """Multinomial logistic regression with a class for out of scope; its best label's probability is cut."""
    fit, held = (np.array([line[key] == value for line in lines]) for key, value in (("part", "fit"), ("held", True)))
    names = np.array([line["label"] or "" for line in lines])
    started = time.perf_counter()
    top, p = said(head(vectors[fit & ~held], names[fit & ~held]), vectors[held])
    inside = names[held] != ""
    judged = Judged(p, p, inside, inside & (top == names[held]))
    rule = choose(judged, Wish(), oos_prior=float((~inside).mean()), pseudo=False)
    final = head(vectors[fit], names[fit])
    fit_s = time.perf_counter() - started
    answers, spent = timed(lambda vector: said(final, vector[None]), vectors[~fit])
    return {
        "variant": "C=10",
        "bar": rule.threshold,
        "fit_s": fit_s,
        "top": [str(label[0]) for label, _ in answers],
        "p": [float(chance[0]) for _, chance in answers],
        "scope": [float(chance[0]) for _, chance in answers],
        **quantiles(spent),
    }


def peak_memory() -> float:
    """The most that this process has held, in MB; its parent's is not counted, as ``getrusage`` would."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024.0


def head(vectors: Vectors, names: NDArray[np.str_]) -> Any:
    """A fitted head."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10.0, max_iter=100, tol=1e-3).fit(vectors, names)


def said(fitted: Any, vectors: Vectors) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """The best label in scope of each row, and its probability."""
    inside = fitted.classes_ != ""
    p = fitted.predict_proba(vectors)[:, inside]
    return fitted.classes_[inside][p.argmax(axis=1)], p.max(axis=1)


def timed(work: Callable[[Any], Any], queries: Sequence[Any]) -> tuple[list[Any], list[float]]:
    """What `work` gives for each query, one call each, and the milliseconds that each call took."""
    made, spent = [], []
    for query in queries:
        begun = time.perf_counter()
        made.append(work(query))
        spent.append((time.perf_counter() - begun) * 1000.0)
    return made, spent


def quantiles(spent: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile of milliseconds."""
    return {"ms_p50": float(np.percentile(spent, 50)), "ms_p99": float(np.percentile(spent, 99))}


if __name__ == "__main__":
    main()
