"""Measures how much a router's figures depend on the seed of its fit. Appends one line to ``benchmarks/results.jsonl``.

CLINC150 as in ``benchmarks/routing.py``: train and validation rows fit, test rows measure. With few exemplars a seed
also draws which.

    python benchmarks/seeds.py [--labels intent|domain] [--shots N] [--seeds N] [--fast] [--encoder NAME]
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from clinc import clinc150
from routing import few

from nescio.routing import Router
from nescio.settings import load_settings
from nescio_eval import routing_report
from nescio_indexes.encoder import TextEncoder, load_encoder
from nescio_indexes.fitting import FitOptions, fit_router
from nescio_indexes.rows import Row
from nescio_indexes.text import bare

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", choices=["intent", "domain"], default="intent")
    parser.add_argument("--shots", type=int, default=0, help="exemplars a label; 0 uses all")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--fast", action="store_true", help="fit the fast way")
    parser.add_argument("--encoder", help="an installed encoder's name; the profile's without it")
    wish = parser.parse_args()
    settings = load_settings()
    rows = clinc150(settings)
    if rows is None:
        return
    wish.encoder = wish.encoder or settings.loaded_profile.encoder
    # With a cache that holds everything a fit is timed apart from the embedding.
    encoder = load_encoder(settings.models_dir, wish.encoder, cache_size=len(rows) + 1)
    encoder.encode([bare(row["text"]) for row in rows])
    found = [of_seed(rows, encoder, wish, seed) for seed in range(wish.seeds)]
    line = {"bench": "seeds", "when": time.strftime("%Y-%m-%d"), **vars(wish), **over(found)}
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def of_seed(rows: list[dict[str, Any]], encoder: TextEncoder, wish: argparse.Namespace, seed: int) -> dict[str, float]:
    """Figures on the test rows of a router that was fitted with `seed`, and the seconds that the fit took."""
    named = [(row["text"], None if row["oos"] else row[wish.labels], row["split"]) for row in rows]
    train = few([(text, label) for text, label, split in named if split != "test"], wish.shots, seed)
    begun = time.perf_counter()
    fitted = fit_router([Row(*pair) for pair in train], encoder, FitOptions(seed=seed, fast=wish.fast))
    fit_s = time.perf_counter() - begun
    test = [Row(text, label) for text, label, split in named if split == "test"]
    return {**routing_report.figures(routing_report.ask(Router.of(fitted, encoder), test)), "fit_s": fit_s}


def over(found: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean, least and most of each figure."""
    values = {name: [one[name] for one in found] for name in found[0]}
    return {
        name: {"mean": round(float(np.mean(seen)), 4), "least": round(min(seen), 4), "most": round(max(seen), 4)}
        for name, seen in values.items()
    }


if __name__ == "__main__":
    main()
