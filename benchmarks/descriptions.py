"""Measures routes from descriptions: 0, 1, 5 and 20 exemplars a route, on CLINC150's ten domains.

The names of a domain's intents are the only text. Exemplars are drawn from the train and validation rows, three times;
the test rows measure. At 20 exemplars also with 100 out-of-scope rows, and a router without descriptions beside it.
Then, on domains and on intents that are known by their own names, 20 exemplars a route but none for each fifth of the
routes in turn: how either kind of route fares, and what the fit promised. Appends one line to
``benchmarks/results.jsonl``.

    NESCIO_DATA=… python benchmarks/descriptions.py [--shots 0 1 5 20] [--synthetic ROWS.jsonl]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from clinc import clinc150

from nescio.metrics import auroc, ece
from nescio.routing import Router
from nescio.settings import load_settings
from nescio_indexes.described import Description
from nescio_indexes.describing import fit_described
from nescio_indexes.encoder import Encoder
from nescio_indexes.fitted import FittedRouter
from nescio_indexes.fitting import fit_router
from nescio_indexes.rows import Row, read_rows
from nescio_indexes.threshold import harmonic_mean

HERE = Path(__file__).resolve().parent
SEEDS = 3
TURNS = 5
TURN_SHOTS = 20


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, nargs="+", default=[0, 1, 5, 20])
    parser.add_argument("--synthetic", type=Path, help="rows of nescio index synth, joined to no other exemplar")
    wish = parser.parse_args()
    settings = load_settings()
    rows = clinc150(settings)
    if rows is None:
        print("not measured: NESCIO_DATA names no folder with clinc150.jsonl.gz")  # noqa: T201
        return
    encoder = Encoder(settings.models_dir / settings.loaded_profile.encoder, cache_size=40_000)
    covers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if not row["oos"]:
            covers[row["domain"]].add(row["intent"])
    described = [Description(label, "", tuple(sorted(names))) for label, names in sorted(covers.items())]
    train = [Row(row["text"], None if row["oos"] else row["domain"]) for row in rows if row["split"] != "test"]
    test = [Row(row["text"], None if row["oos"] else row["domain"]) for row in rows if row["split"] == "test"]
    line: dict[str, Any] = {
        "bench": "descriptions",
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "encoder": encoder.name,
        "arms": {},
    }
    for shots in wish.shots:
        drawn = [draw(train, shots, 0, seed) for seed in range(SEEDS if shots else 1)]
        line["arms"][f"{shots} described"] = mean(
            [figures(fit_described(described, encoder, rows=kept), encoder, test) for kept in drawn]
        )
        if shots >= 5:
            line["arms"][f"{shots} alone"] = mean([figures(fit_router(kept, encoder), encoder, test) for kept in drawn])
        if shots >= 20:
            both = [draw(train, shots, 100, seed) for seed in range(SEEDS)]
            line["arms"][f"{shots} described, 100 out of scope"] = mean(
                [figures(fit_described(described, encoder, rows=kept), encoder, test) for kept in both]
            )
    if wish.synthetic is not None:
        fitted = fit_described(described, encoder, rows=read_rows(wish.synthetic))
        line["arms"]["0 described, synthetic exemplars"] = figures(fitted, encoder, test)
    line["without_exemplars"] = {
        "domain": in_turn(rows, "domain", described, encoder),
        "intent": in_turn(
            rows, "intent", [Description(name) for name in sorted(set().union(*covers.values()))], encoder
        ),
    }
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def in_turn(rows: list[dict[str, Any]], key: str, described: list[Description], encoder: Encoder) -> dict[str, float]:
    """Accuracy of routes with exemplars and of those without, beside what the fits promised; means over the turns."""
    labelled = [(row["split"] == "test", Row(row["text"], row[key])) for row in rows if not row["oos"]]
    drawn = draw([row for is_test, row in labelled if not is_test], TURN_SHOTS, 0, 0)
    test = [row for is_test, row in labelled if is_test]
    found = []
    for turn in range(TURNS):
        alone = {one.label for one in described[turn::TURNS]}
        fitted = fit_described(described, encoder, rows=[row for row in drawn if row.label not in alone])
        routes = Router.of(fitted, encoder).route_many([row.text for row in test])
        right = np.array([row.label == route.candidates[0].expert for row, route in zip(test, routes, strict=True)])
        lacking = np.array([row.label in alone for row in test])
        promised = fitted.extra["accuracy"]
        found.append(
            {
                "with": float(right[~lacking].mean()),
                "without": float(right[lacking].mean()),
                "with_promised": promised["exemplars"],
                "without_promised": promised["description"],
            }
        )
    return mean(found)


def draw(rows: list[Row], shots: int, outside: int, seed: int) -> list[Row]:
    """`shots` rows a label and `outside` out-of-scope rows, at random."""
    rng = random.Random(seed)
    by_label: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        by_label[row.label].append(row)
    wanted = {label: outside if label is None else shots for label in by_label}
    return [
        row
        for label in sorted(by_label, key=str)
        for row in rng.sample(by_label[label], min(wanted[label], len(by_label[label])))
    ]


def figures(fitted: FittedRouter, encoder: Encoder, rows: list[Row]) -> dict[str, float]:
    """Accuracy, detection, both sides at the router's own rule, and the calibration of P(right | in scope)."""
    router = Router.of(fitted, encoder)
    routes = router.route_many([row.text for row in rows])
    inside = np.array([row.label is not None for row in rows])
    scope = np.array([route.scope for route in routes])
    top = np.array([route.candidates[0].p_route for route in routes])
    right = np.array([row.label == route.candidates[0].expert for row, route in zip(rows, routes, strict=True)])
    answered = np.array([router.answers(route) for route in routes])
    kept, refused = float((right & answered)[inside].mean()), float((~answered[~inside]).mean())
    return {
        "accuracy": float(right[inside].mean()),
        "auroc": auroc(scope, inside),
        "kept": kept,
        "refused": refused,
        "harmonic": harmonic_mean(kept, refused),
        "ece_of_route": ece((top / np.maximum(scope, 1e-12))[inside], right[inside], debiased=True),
    }


def mean(found: list[dict[str, float]]) -> dict[str, float]:
    """The mean of each figure."""
    return {name: round(float(np.mean([one[name] for one in found])), 4) for name in found[0]}


if __name__ == "__main__":
    main()
