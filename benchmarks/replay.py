"""Replays routing over three public tables of outcomes. Appends one line to ``benchmarks/results.jsonl``.

RouteLLM's MMLU and GSM8K tables (two models, 10 folds) and the MMLU-Pro logs (29 models, 5 folds), read from the folder
in NESCIO_DATA. Prints what ``nescio eval replay`` prints. Vectors are kept below NESCIO_HOME: the first run embeds some
30,000 texts, which takes most of its time.

    python benchmarks/replay.py [--limit N] [--only NAME]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

from nescio.settings import load_settings
from nescio_eval.replay_command import pairs_of, replayed, rounded
from nescio_eval.replay_report import text as shown
from nescio_eval.replay_table import read_table
from nescio_indexes.encoder import load_encoder

HERE = Path(__file__).resolve().parent
TABLES = (("routellm_mmlu.jsonl.gz", 10), ("routellm_gsm8k.jsonl", 10), ("mmlu_pro_outcomes.jsonl.gz", 5))
KEPT = ("rows", "strategies", "differences", "gap", "pairs")
WIDTH = 120


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=None, help="rows of each table")
    parser.add_argument("--only", default="", help="tables whose file name holds this")
    wish = parser.parse_args()
    settings = load_settings()
    if settings.data is None:
        sys.exit("NESCIO_DATA names no folder")
    encoder = load_encoder(settings.models_dir, settings.loaded_profile.encoder)
    line: dict[str, Any] = {
        "bench": "replay",
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "encoder": encoder.name,
        "limit": wish.limit,
    }
    for name, folds in TABLES:
        if wish.only not in name or not (settings.data / name).is_file():
            continue
        started = time.perf_counter()
        table = read_table(settings.data / name, wish.limit)
        pairs = pairs_of((), table)
        report = replayed(table, encoder, settings.home / "vectors", folds, 0, "auto", True, None, pairs)
        seconds = round(time.perf_counter() - started, 1)
        print(shown(report, WIDTH), end=f"\n\n{seconds} s\n\n")  # noqa: T201
        line[table.name] = {"seconds": seconds, "folds": folds, **{key: rounded(report[key]) for key in KEPT}}
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
