"""Measures how much a router's figures depend on the seed of its fit. Appends one line to ``benchmarks/results.jsonl``.

CLINC150 as in ``benchmarks/routing.py``: train and validation rows fit, test rows measure. With few exemplars a seed
also draws which.

    python benchmarks/seeds.py [--labels intent|domain] [--shots N] [--seeds N]
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
from nescio_indexes.encoder import Encoder
from nescio_indexes.fitting import FitOptions, fit_router
from nescio_indexes.rows import Row

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", choices=["intent", "domain"], default="intent")
    parser.add_argument("--shots", type=int, default=0, help="exemplars a label; 0 uses all")
    parser.add_argument("--seeds", type=int, default=5)
    wish = parser.parse_args()
    settings = load_settings()
    rows = clinc150(settings)
    if rows is None:
        return
    encoder = Encoder(settings.models_dir / settings.loaded_profile.encoder, cache_size=len(rows) + 1)
    found = [of_seed(rows, encoder, wish.labels, wish.shots, seed) for seed in range(wish.seeds)]
    line = {"bench": "seeds", "when": time.strftime("%Y-%m-%d"), **vars(wish), **over(found)}
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def of_seed(rows: list[dict[str, Any]], encoder: Encoder, labels: str, shots: int, seed: int) -> dict[str, float]:
    """Figures on the test rows of a router that was fitted with `seed`."""
    named = [(row["text"], None if row["oos"] else row[labels], row["split"]) for row in rows]
    train = few([(text, label) for text, label, split in named if split != "test"], shots, seed)
    fitted = fit_router([Row(*pair) for pair in train], encoder, FitOptions(seed=seed))
    test = [Row(text, label) for text, label, split in named if split == "test"]
    return routing_report.figures(routing_report.ask(Router.of(fitted, encoder), test))


def over(found: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean, least and most of each figure."""
    values = {name: [one[name] for one in found] for name in found[0]}
    return {
        name: {"mean": round(float(np.mean(seen)), 4), "least": round(min(seen), 4), "most": round(max(seen), 4)}
        for name, seen in values.items()
    }


if __name__ == "__main__":
    main()
