"""Measures the encoder under queries that arrive together. Appends to ``benchmarks/results.jsonl``.

Queries of many lengths (the held-out queries of ``tests/data``, no cache) are encoded one at a time, and by eight
threads at a time.

    python benchmarks/concurrency.py [--threads 8] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nescio.settings import load_settings
from nescio_indexes.encoder import Encoder, load_encoder
from nescio_indexes.rows import read_rows

HERE = Path(__file__).resolve().parent

Vectors = NDArray[np.float32]


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    wish = parser.parse_args()
    settings = load_settings()
    name = settings.loaded_profile.encoder
    if not isinstance(load_encoder(settings.models_dir, name), Encoder):
        sys.exit("the profile's encoder has no ONNX model; this measures what serves")
    encoder = Encoder(settings.models_dir / name, cache_size=0)
    texts = [row.text for row in read_rows(HERE.parent / "tests" / "data" / "routing_heldout.jsonl")]
    figures: dict[int, list[dict[str, float]]] = {}
    for _ in range(wish.rounds):
        for threads in (1, wish.threads):
            figures.setdefault(threads, []).append(crowd(encoder.encode, texts, threads))
    line = {
        "bench": "concurrency",
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "queries": len(texts),
        **{
            f"threads_{threads}": {key: round(float(np.median([one[key] for one in all_])), 2) for key in all_[0]}
            for threads, all_ in figures.items()
        },
    }
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def crowd(encode: Callable[[list[str]], Vectors], texts: list[str], threads: int) -> dict[str, float]:
    """Queries a second, processor time a query, and what one of `threads` waits."""
    waits: list[float] = []

    def one(text: str) -> None:
        started = time.perf_counter()
        encode([text])
        waits.append(1000.0 * (time.perf_counter() - started))

    started, worked = time.perf_counter(), time.process_time()
    if threads == 1:
        for text in texts:
            one(text)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, texts))
    return {
        "queries_per_s": len(texts) / (time.perf_counter() - started),
        "cpu_ms": 1000.0 * (time.process_time() - worked) / len(texts),
        "wait_ms_p50": float(np.percentile(waits, 50)),
        "wait_ms_p99": float(np.percentile(waits, 99)),
    }


if __name__ == "__main__":
    main()
