"""Measures the exemplar index from a thousand to a million exemplars. Appends one line to ``benchmarks/results.jsonl``.

The vectors are real ones, of the experts' exemplars and of the train and validation rows of CLINC150 where NESCIO_DATA
is set, perturbed: v = unit(b + s·g/√d) with b a real vector and g standard normal, so that the noise has length s and
two perturbations of one text have a cosine of about 1/(1 + s²). Queries are further perturbations. Times and memory of
an index are those of a process that has done nothing but load it. Half-way results are kept below ``--work``: started
again, it goes on with what is missing.

``tools/growth_table.py`` puts the latest line into docs/index.md.

    python benchmarks/growth.py [--sizes 1000 10000 100000 1000000] [--noise 0.4] [--work DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from clinc import clinc150
from numpy.typing import NDArray

from nescio.registry import discover
from nescio.settings import Settings, load_settings
from nescio_indexes.encoder import load_encoder
from nescio_indexes.index import Exemplar, ExemplarIndex

HERE = Path(__file__).resolve().parent
SIZES = (1_000, 10_000, 100_000, 1_000_000)
BESIDE = {10_000: ("flat", "ivf"), 100_000: ("flat", "hnsw")}
"""Kinds measured beside the one that is chosen, to see why it is."""
NOISES = {100_000: (0.2, 0.8)}
"""Further noise levels."""
QUERIES, K, CHANGES = 1_000, 10, 20
Vectors = NDArray[np.float32]


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--noise", type=float, default=0.4)
    parser.add_argument("--work", type=Path, help="folder for what is kept between runs")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.measure is not None:
        print(json.dumps(measured(wish.measure)))  # noqa: T201
        return
    settings = load_settings()
    work = wish.work or settings.home / "growth"
    work.mkdir(parents=True, exist_ok=True)
    texts, base = real(settings, work)
    rows = []
    for size in wish.sizes:
        for noise in (wish.noise, *NOISES.get(size, ())):
            kinds = ("auto", *(BESIDE.get(size, ()) if noise == wish.noise else ()))
            rows += cells(size, noise, kinds, work, (texts, base))
    line = {
        "bench": "growth",
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "real_vectors": len(base),
        "dims": base.shape[1],
        "rows": rows,
    }
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
    shutil.rmtree(work)


def real(settings: Settings, work: Path) -> tuple[list[str], Vectors]:
    """Real texts and their vectors."""
    texts = [text for card in discover(()).cards for text in card.exemplars]
    texts += [row["text"] for row in clinc150(settings) or () if row["split"] != "test"]
    kept = work / "real.npy"
    if not kept.is_file():
        encoder = load_encoder(settings.models_dir, settings.loaded_profile.encoder)
        np.save(kept, encoder.encode(texts))
    return texts, np.load(kept)


def cells(
    size: int, noise: float, kinds: tuple[str, ...], work: Path, source: tuple[list[str], Vectors]
) -> list[dict[str, Any]]:
    """Figures of each of `kinds` at one size and noise; those that an earlier run has are not measured again."""
    kept = {kind: work / f"{size}-{noise}-{kind}.json" for kind in kinds}
    if not all(path.is_file() for path in kept.values()):
        texts, base = source
        places, vectors = perturbed(base, size, noise, seed=1)
        queries = perturbed(base, QUERIES, noise, seed=2)[1]
        floor = tenth(queries, vectors)
        exemplars = [
            Exemplar(f"{texts[place]} ({i})", f"label {place % 150}") for i, place in enumerate(places.tolist())
        ]
        for kind, path in kept.items():
            if not path.is_file():
                found = cell(exemplars, vectors, queries, kind, work / "index")
                hits = np.einsum("qd,qkd->qk", queries, vectors[found.pop("ids")]) >= floor[:, None]
                path.write_text(json.dumps({"noise": noise, **found, "recall": round(float(hits.mean()), 4)}))
    return [json.loads(path.read_text()) for path in kept.values()]


def cell(exemplars: list[Exemplar], vectors: Vectors, queries: Vectors, kind: str, folder: Path) -> dict[str, Any]:
    """Build and save one index, then have a fresh process measure it; with the ids that it found."""
    shutil.rmtree(folder, ignore_errors=True)
    told = {**built(exemplars, vectors, kind, folder / "index"), "chosen": kind == "auto"}
    np.save(folder / "queries.npy", queries)
    command = [sys.executable, str(HERE / "growth.py"), "--measure", str(folder)]
    told |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    ids = np.load(folder / "ids.npy")
    shutil.rmtree(folder)
    return {**told, "ids": ids}


def built(exemplars: list[Exemplar], vectors: Vectors, kind: str, root: Path) -> dict[str, Any]:
    """Build an index and save it below `root`."""
    index = ExemplarIndex(vectors.shape[1], "growth", kind=kind, memory=2**34 if kind != "auto" else 1536 * 2**20)
    build_s = timed(lambda: index.add(exemplars, vectors)) / 1000
    save_s = timed(lambda: index.save(root)) / 1000
    disk = sum(path.stat().st_size for path in next(root.glob("v-*")).iterdir())
    facts = index.facts()
    return {
        **{name: facts[name] for name in ("exemplars", "kind", "dtype", "effort")},
        "build_s": round(build_s, 2),
        "save_s": round(save_s, 2),
        "disk_mb": round(disk / 2**20, 1),
    }


def measured(folder: Path) -> dict[str, float]:
    """What a fresh process sees: loading, memory, searching one query at a time, changing."""
    import faiss  # noqa: F401 - so that loading is told apart from importing

    queries = np.load(folder / "queries.npy")
    before = resident()
    loaded: list[ExemplarIndex] = []
    load_s = timed(lambda: loaded.append(ExemplarIndex.load(folder / "index", "growth"))) / 1000
    index = loaded[0]
    found: list[Any] = []
    for query in queries:
        index.search(query[None], K)
    search = [timed(lambda query=query: found.append(index.search(query[None], K))) for query in queries]
    np.save(folder / "ids.npy", np.concatenate([one.ids for one in found]))
    after = resident()
    news = [Exemplar(f"new {i}", "label 0") for i in range(CHANGES)]
    add = [timed(lambda i=i: index.add([news[i]], queries[i : i + 1])) for i in range(CHANGES)]
    remove = [timed(lambda i=i: index.remove([news[i].text])) for i in range(CHANGES)]
    durable = [timed(lambda i=i: changed(index, folder / "index", queries[i : i + 1], i)) for i in range(5)]
    return {
        "load_s": round(load_s, 3),
        "resident_mb": round(after, 1),
        "of_it_index_mb": round(after - before, 1),
        "search_ms_p50": round(float(np.percentile(search, 50)), 3),
        "search_ms_p99": round(float(np.percentile(search, 99)), 3),
        "add_ms": round(float(np.median(add)), 2),
        "remove_ms": round(float(np.median(remove)), 2),
        "durable_ms": round(float(np.median(durable)), 1),
    }


def changed(index: ExemplarIndex, root: Path, vector: Vectors, number: int) -> None:
    """Add an exemplar and have it on disk and in force."""
    index.add([Exemplar(f"durable {number}", "label 0")], vector)
    index.save(root)


def perturbed(base: Vectors, size: int, noise: float, seed: int) -> tuple[NDArray[np.int64], Vectors]:
    """`size` perturbations of rows of `base`, and which rows those are."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, len(base), size)
    vectors = np.empty((size, base.shape[1]), dtype=np.float32)
    for start in range(0, size, 50_000):
        part = base[places[start : start + 50_000]]
        part = part + noise / np.sqrt(base.shape[1]) * rng.standard_normal(part.shape, dtype=np.float32)
        vectors[start : start + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
    return places, vectors


def tenth(queries: Vectors, vectors: Vectors) -> Vectors:
    """The exact score of each query's tenth nearest, less what rounding may take."""
    best = np.full((len(queries), K), -np.inf, dtype=np.float32)
    for start in range(0, len(vectors), 20_000):
        scores = np.concatenate([best, queries @ vectors[start : start + 20_000].T], axis=1)
        best = -np.partition(-scores, K - 1, axis=1)[:, :K]
    return np.asarray(best.min(axis=1) - 1e-6)


def resident() -> float:
    """Megabytes of memory that this process has resident, mapped files included."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that `work` takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000.0


if __name__ == "__main__":
    main()
