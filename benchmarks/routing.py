"""Measures routing: right, declined and how fast. Appends one line to ``benchmarks/results.jsonl``.

CLINC150 (Larson et al., 2019) is read from the folder in NESCIO_DATA; its train and validation rows fit, its test rows
measure, and nothing is chosen on them. The held-out queries of the product's own router are in ``tests/data``.

    python benchmarks/routing.py [--labels intent|domain] [--shots N] [--inside-only] [--tune]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from clinc import clinc150

from nescio.registry import discover
from nescio.routing import Router
from nescio.scorers import EmbeddingScorer
from nescio.settings import load_settings
from nescio_eval import routing_report, stability
from nescio_indexes.build import build_default_router
from nescio_indexes.encoder import Encoder, load_encoder
from nescio_indexes.fitting import FitOptions, fit_router
from nescio_indexes.rows import Row, read_rows
from nescio_indexes.text import bare
from nescio_indexes.tuning import trainable_folder, tune

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", choices=["intent", "domain"], default="intent")
    parser.add_argument("--shots", type=int, default=0, help="exemplars a label; 0 uses all")
    parser.add_argument("--inside-only", action="store_true", help="fit without out-of-scope rows")
    parser.add_argument("--tune", action="store_true", help="tune the encoder first")
    parser.add_argument("--seed", type=int, default=0)
    wish = parser.parse_args()
    settings = load_settings()
    encoder = load_encoder(settings.models_dir, settings.loaded_profile.encoder)
    if not isinstance(encoder, Encoder):
        sys.exit("the profile's encoder has no ONNX model; this measures what serves")
    line: dict[str, Any] = {
        "bench": "routing",
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "encoder": encoder.name,
        "default": default_router(settings.home, encoder),
    }
    rows = clinc150(settings)
    if rows is not None:
        line["clinc150"] = {**vars(wish), **clinc(rows, encoder, wish)}
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def clinc(rows: list[dict[str, Any]], encoder: Encoder, wish: argparse.Namespace) -> dict[str, Any]:
    """Figures on CLINC150."""
    train = [(row["text"], None if row["oos"] else row[wish.labels]) for row in rows if row["split"] != "test"]
    test = [Row(row["text"], None if row["oos"] else row[wish.labels]) for row in rows if row["split"] == "test"]
    kept = [Row(*pair) for pair in few(train, wish.shots, wish.seed) if pair[1] is not None or not wish.inside_only]
    # The fit embeds by itself; with a cache that holds everything it is timed apart from the embedding.
    roomy = Encoder(load_settings().models_dir / encoder.name, cache_size=len(kept) + 1)
    with TemporaryDirectory() as place:
        begun = time.perf_counter()
        tuned = None
        if wish.tune:
            base = trainable_folder(load_settings().models_dir, encoder.name)
            tuned = tune(kept, roomy, base, Path(place), seed=wish.seed)
            encoder = tuned.encoder
            roomy = Encoder(tuned.folder, name=encoder.name, cache_size=len(kept) + 1)
        started = time.perf_counter()
        roomy.encode([bare(row.text) for row in kept])
        embedded = time.perf_counter()
        fitted = fit_router(kept, roomy, FitOptions(seed=wish.seed), tuned=tuned)
        fit_s = time.perf_counter() - embedded
        saved = fitted.save(Path(place) / "router")
        size = sum(path.stat().st_size for path in saved.iterdir())
        router = Router.of(fitted, encoder)
        return {
            "train": len(kept),
            **({"tune_s": round(started - begun, 1)} if tuned else {}),
            "embed_s": round(embedded - started, 1),
            "fit_s": round(fit_s, 1),
            "megabytes": round(size / 2**20, 1),
            **figures(router, test),
            **latency(router, [row.text for row in test[:: max(len(test) // 400, 1)]]),
        }


def few(rows: list[tuple[str, str | None]], shots: int, seed: int) -> list[tuple[str, str | None]]:
    """At most `shots` rows a label, drawn at random; out-of-scope rows are all kept."""
    if not shots:
        return rows
    drawn = random.Random(seed).sample(rows, len(rows))
    seen: Counter[str] = Counter()
    kept = []
    for text, label in drawn:
        if label is None or seen[label] < shots:
            kept.append((text, label))
            seen[label or ""] += 1
    return kept


def default_router(home: Path, encoder: Encoder) -> dict[str, Any]:
    """Figures of the product's own router on the held-out queries, by label."""
    cards = discover(()).cards
    with TemporaryDirectory(dir=home if home.is_dir() else None) as folder:
        router = Router.of(build_default_router(cards, encoder, Path(folder)), encoder)
    rows = read_rows(HERE.parent / "tests" / "data" / "routing_heldout.jsonl")
    return {**figures(router, list(rows)), **latency(router, [row.text for row in rows])}


def figures(router: Router, rows: list[Row]) -> dict[str, Any]:
    """What ``nescio eval routing`` reports, and the whole of what ``nescio eval stability`` does; rounded."""
    found = routing_report.figures(routing_report.ask(router, rows))
    varied = stability.report(router, [row.text for row in rows])["overall"]
    found |= {"same": varied["same"], "flips": varied["flips"]}
    return {"n": len(rows), **{name: round(value, 4) for name, value in found.items()}}


def latency(router: Router, texts: list[str]) -> dict[str, float]:
    """Milliseconds of one query: encoding alone, routing with the vector at hand, and both together."""
    assert isinstance(router.encoder, Encoder)
    assert isinstance(router.scorer, EmbeddingScorer)
    uncached = Encoder(router.encoder.folder, name=router.encoder.name, cache_size=0)
    full = Router(EmbeddingScorer(uncached, router.scorer.model), router.calibration, router.rule, uncached)
    encode, route, both = [], [], []
    for text in texts:
        encode.append(timed(lambda text=text: uncached.encode([text])))
        router.scorer.vectors([text])
        route.append(timed(lambda text=text: router.route(text)))
        both.append(timed(lambda text=text: full.route(text)))
    named = {"encode": encode, "route_without_encoding": route, "route": both}
    return {
        f"{name}_ms_p{q}": round(float(np.percentile(values, q)), 2) for name, values in named.items() for q in (50, 99)
    }


def timed(work: Any) -> float:
    """Milliseconds that `work` takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000.0


if __name__ == "__main__":
    main()
