"""Measures nescio beside semantic-router, each in its own environment, on the same vectors. ``make bench-peers``.

Each system runs alone in a process of its own, one after the other, and what it says is kept in a folder: a run that
was stopped goes on, and what changed (a set's rows, nescio's code) is measured again. With every set done it prints the
table, appends a line to ``benchmarks/results.jsonl`` and writes ``docs/peers.md``.

    python benchmarks/peers/run.py --peer-python PYTHON [--cache DIR] [--only SET ...] [--dry]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers import data, table
from benchmarks.peers.ours import ENCODER
from nescio.settings import load_settings
from nescio_indexes.encoder import Encoder

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESULTS = ROOT / "benchmarks" / "results.jsonl"
PAGE = ROOT / "docs" / "peers.md"
PEER = "semantic-router 1.1.1"
SEEDS = range(3)


@dataclass(frozen=True)
class Bench:
    """Where things are, and who runs the peer."""

    data: Path
    cache: Path
    python: Path

    def sets(self) -> dict[str, list[tuple[str, Callable[[], list[data.Item]]]]]:
        """The sets by name: each seed's folder, and what makes its rows."""
        heldout = ROOT / "tests" / "data" / "routing_heldout.jsonl"
        return {
            "CLINC150, 150 intents": [("intents", lambda: data.intents(self.data, "intent"))],
            "CLINC150, 10 domains": [("domains", lambda: data.intents(self.data, "domain"))],
            "CLINC150, 20 exemplars an intent": [
                (f"few-{seed}", lambda seed=seed: data.few_intents(self.data, seed)) for seed in SEEDS
            ],
            "questions of 10 domains, unseen subjects out of scope": [
                (f"questions-{seed}", lambda seed=seed: data.questions(self.data, seed)) for seed in SEEDS
            ],
            "nescio's own experts": [("experts", lambda: data.experts(heldout))],
        }


def main() -> None:
    """Measure what is missing, then tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", type=Path, required=True, help="of the peer's environment")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "peers")
    parser.add_argument("--only", nargs="*", help="folders of the sets to measure; nothing is recorded then")
    parser.add_argument("--dry", action="store_true", help="print the tables, record nothing")
    wish = parser.parse_args()
    settings = load_settings()
    if settings.data is None:
        sys.exit("set NESCIO_DATA to the folder of the data sets")
    bench = Bench(settings.data, wish.cache, wish.peer_python)
    encoder = Encoder(settings.models_dir / ENCODER, cache_size=60_000)
    line: dict[str, Any] = {
        "bench": "peers",
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "encoder": encoder.name,
        "peer": PEER,
        "sets": {},
    }
    for name, seeds in bench.sets().items():
        wanted = [(folder, make) for folder, make in seeds if not wish.only or folder in wish.only]
        if wanted:
            line["sets"][name] = one_set(bench, encoder, wanted)
    print(table.markdown(line))  # noqa: T201
    if not wish.only and not wish.dry:
        with RESULTS.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
        PAGE.write_text(table.written(PAGE.read_text(encoding="utf-8"), line), encoding="utf-8")


def one_set(
    bench: Bench, encoder: Encoder, seeds: Iterable[tuple[str, Callable[[], list[data.Item]]]]
) -> dict[str, Any]:
    """Every system's figures on a set, averaged over its seeds."""
    runs: dict[str, list[dict[str, Any]]] = {system: [] for system in table.SYSTEMS}
    size = ""
    for name, make in seeds:
        folder = bench.cache / name
        data.write(folder, make(), encoder)
        rows = [json.loads(row) for row in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
        fit = [row["label"] for row in rows if row["part"] == "fit"]
        test = [row["label"] for row in rows if row["part"] == "test"]
        prior = fit.count(None) / len(fit)
        size = (
            f"{len(fit)} rows to fit, {fit.count(None)} of them out of scope; {len(test)} to test, {test.count(None)}"
        )
        for system, said in answers(bench, folder, [row["label"] for row in rows]).items():
            runs[system].append({**said, **table.figures(test, said, prior)})
    return {"size": size, **{system: table.averaged(found) for system, found in runs.items()}}


def answers(bench: Bench, folder: Path, labels: list[str | None]) -> dict[str, dict[str, Any]]:
    """What every system says of the set in `folder`; measured unless it is kept from before."""
    ours, peer = [sys.executable, str(HERE / "ours.py")], [str(bench.python), str(HERE / "peer.py")]
    of_set = digest([folder / "rows.jsonl"])
    of_code = digest([HERE / "ours.py", *code()])
    of_peer = digest([HERE / "peer.py"])
    scores = folder / "variants.json"
    said = {
        "nescio": kept(folder / "nescio.json", of_set + of_code, [*ours, "nescio", str(folder)]),
        "linear": kept(folder / "linear.json", of_set + digest([HERE / "ours.py"]), [*ours, "linear", str(folder)]),
        "peer_documented": kept(folder / "documented.json", of_set + of_peer, [*peer, "documented", str(folder)]),
    }
    found = kept(scores, of_set + of_peer, [*peer, "variants", str(folder)])
    variant, bar = table.best_variant(labels, found)
    wish = ["--scores", str(scores), "--variant", variant, "--bar", str(bar)]
    said["peer"] = kept(folder / "peer.json", f"{of_set}{of_peer}{variant}{bar}", [*peer, "final", str(folder)], wish)
    return said


def kept(out: Path, key: str, command: list[str], options: Iterable[str] = ()) -> dict[str, Any]:
    """What `command` wrote into `out`, run unless it was run before with the same `key`."""
    stamp = out.with_suffix(".key")
    if not (out.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == key):
        print(f"{out.parent.name}: {out.stem}", file=sys.stderr, flush=True)  # noqa: T201
        stamp.unlink(missing_ok=True)
        subprocess.run([*command, str(out), *options], check=True)
        stamp.write_text(key, encoding="utf-8")
    made: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return made


def code() -> list[Path]:
    """The files that decide what nescio's router says."""
    return [*sorted((ROOT / "indexes" / "nescio_indexes").glob("*.py")), ROOT / "router" / "nescio" / "routing.py"]


def digest(paths: Iterable[Path]) -> str:
    """Of the contents of `paths`."""
    made = hashlib.blake2b(digest_size=8)
    for path in paths:
        made.update(path.read_bytes())
    return made.hexdigest()


def last_line(lines: Iterable[str]) -> Mapping[str, Any]:
    """The last comparison among the lines of ``benchmarks/results.jsonl``; one of no sets where there is none."""
    found: list[Mapping[str, Any]] = [json.loads(line) for line in lines if '"bench": "peers"' in line]
    return found[-1] if found else {"sets": {}}


if __name__ == "__main__":
    main()
