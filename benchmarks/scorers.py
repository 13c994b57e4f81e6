"""Measures scorers on CLINC150's ten domains: accuracy, AUROC, ECE before and after calibration, latency.

The train rows fit the embedding model, the validation rows calibrate every scorer and every pair with it, the test rows
measure. Decision models know the names of a domain's intents and nothing else. ``sparrow-decider serve`` is started
here; a language model is asked only for ``--logprobs N`` rows of either kind, beside the embedding score on the same
rows. Appends one line to ``benchmarks/results.jsonl``.

    NESCIO_DATA=… python benchmarks/scorers.py [--rows N] [--logprobs N]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from clinc import clinc150

from nescio.metrics import auroc, ece
from nescio.models.manager import ModelManager
from nescio.scorers import DecisionScorer, EmbeddingScorer, FusedScorer, Scorer
from nescio.scorers.decision import HttpDecisions, OptionLogprobs
from nescio.settings import Settings, load_settings
from nescio_indexes.encoder import Encoder
from nescio_indexes.fitting import fit_router
from nescio_indexes.rows import Row
from nescio_indexes.scoring import RawScores
from nescio_indexes.softmax import softmax
from nescio_indexes.stacking import fit_stack, joined

HERE = Path(__file__).resolve().parent
TIMED = 100
"""Queries asked one by one, a tenth of that for a language model."""


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=0, help="rows of either kind at most; 0 takes all")
    parser.add_argument("--logprobs", type=int, default=0, help="rows of either kind for the profile's language model")
    wish = parser.parse_args()
    settings = load_settings()
    found = clinc150(settings)
    if found is None:
        print("not measured: NESCIO_DATA names no folder with clinc150.jsonl.gz")  # noqa: T201
        return
    rows = {split: thinned(found, split, wish.rows) for split in ("train", "val", "test")}
    covers: dict[str, set[str]] = defaultdict(set)
    for row in found:
        if not row["oos"]:
            covers[row["domain"]].add(row["intent"].replace("_", " "))
    options = {label: ", ".join(sorted(names)) for label, names in covers.items()}
    encoder = Encoder(settings.models_dir / settings.loaded_profile.encoder, cache_size=20_000)
    embedding = EmbeddingScorer(encoder, fit_router(rows["train"], encoder).model)
    arms: dict[str, Any] = {}
    with sparrow() as url:
        scorer = DecisionScorer(options, HttpDecisions(url, "systemone"))
        arms |= measured("sparrow", scorer, embedding, settings, rows["val"], rows["test"])
        scorer.close()
    if wish.logprobs:
        arms |= by_logprobs(options, embedding, settings, wish.logprobs, rows)
    line = {
        "bench": "scorers",
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "rows": {split: len(kept) for split, kept in rows.items()},
        "arms": arms,
    }
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def by_logprobs(
    options: dict[str, str], embedding: EmbeddingScorer, settings: Settings, limit: int, rows: dict[str, list[Row]]
) -> dict[str, Any]:
    """Figures of the profile's monolith, asked for option letters on `limit` rows of either split."""
    manager = ModelManager(settings)
    backend = manager.monolith()
    scorer = DecisionScorer(options, OptionLogprobs(backend, timeout=settings.model_timeout), concurrency=1)
    try:
        some = {split: random.Random(0).sample(rows[split], min(limit, len(rows[split]))) for split in ("val", "test")}
        name = f"log-probabilities of {backend.model}, {limit} rows"
        return measured(name, scorer, embedding, settings, some["val"], some["test"], TIMED // 10)
    finally:
        scorer.run(manager.close())
        scorer.close()


def measured(
    name: str,
    scorer: Scorer,
    embedding: EmbeddingScorer,
    settings: Settings,
    fit: list[Row],
    test: list[Row],
    timed: int = TIMED,
) -> dict[str, Any]:
    """Figures of `scorer`, of the embedding score on the same rows, and of both together."""
    raws = {kind: [one.score([row.text for row in kept]) for one in (embedding, scorer)]
            for kind, kept in (("fit", fit), ("test", test))}  # fmt: skip
    bare = Encoder(settings.models_dir / settings.loaded_profile.encoder, cache_size=0)
    times = {
        "embedding": latency(EmbeddingScorer(bare, embedding.model), test, timed),
        name: latency(scorer, test, timed),
    }
    fused = FusedScorer(EmbeddingScorer(bare, embedding.model), scorer, 1.0)
    arms = {
        f"embedding beside {name}": figures([raws["fit"][0]], [raws["test"][0]], embedding, fit, test),
        name: figures([raws["fit"][1]], [raws["test"][1]], embedding, fit, test),
        f"embedding and {name}": figures(raws["fit"], raws["test"], embedding, fit, test),
    }
    for arm, ms in zip(arms, (times["embedding"], times[name], latency(fused, test, timed)), strict=True):
        arms[arm] |= {"ms_p50": round(float(np.median(ms)), 2), "ms_p99": round(float(np.percentile(ms, 99)), 2)}
    return arms


def figures(
    fit_raws: list[RawScores], test_raws: list[RawScores], scorer: Scorer, fit: list[Row], test: list[Row]
) -> dict[str, float]:
    """Calibrate on `fit`, measure on `test`."""
    number = {label: i for i, label in enumerate(scorer.labels)}
    fit_targets, targets = (
        np.array([-1 if row.label is None else number[row.label] for row in kept], dtype=np.int64)
        for kept in (fit, test)
    )
    stack = fit_stack(fit_raws, fit_targets)
    raw = joined(test_raws, stack.weight)
    inside = targets >= 0
    right = inside & (raw.routes.argmax(axis=1) == targets)
    scope = stack.calibration.scope(raw.scope, known=raw.known, foreign=np.zeros(len(test), np.bool_))
    p = stack.calibration.routes(raw.routes).max(axis=1)
    answered = np.array([stack.rule.answers(s, s * q) for s, q in zip(scope, p, strict=True)])
    before = softmax(joined(test_raws, 1.0).routes.astype(np.float64)).max(axis=1)
    return {
        "n": len(test),
        "accuracy": round(float(right[inside].mean()), 4),
        "auroc": round(auroc(scope, inside), 4),
        "ece_in_scope_before": round(ece(before[inside], right[inside], debiased=True), 4),
        "ece_in_scope_after": round(ece(p[inside], right[inside], debiased=True), 4),
        "ece_of_p_after": round(ece(scope * p, right, debiased=True), 4),
        "kept": round(float((right & answered)[inside].mean()), 4),
        "refused": round(float((~answered[~inside]).mean()), 4),
        "weight": round(stack.weight, 3),
    }


def latency(scorer: Scorer, rows: list[Row], timed: int) -> list[float]:
    """Milliseconds of one query each, for `timed` of `rows`."""
    found = []
    for row in rows[:: max(len(rows) // timed, 1)][:timed]:
        started = time.perf_counter()
        scorer.score([row.text])
        found.append((time.perf_counter() - started) * 1000.0)
    return found


def thinned(rows: list[dict[str, Any]], split: str, most: int) -> list[Row]:
    """The rows of `split`, at most `most` of them drawn at random."""
    kept = [Row(row["text"], None if row["oos"] else row["domain"]) for row in rows if row["split"] == split]
    return random.Random(0).sample(kept, min(most or len(kept), len(kept)))


@contextmanager
def sparrow() -> Iterator[str]:
    """The address of a running ``sparrow-decider serve``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sparrow_decider.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until and process.poll() is None:
                with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=5):
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


if __name__ == "__main__":
    main()
