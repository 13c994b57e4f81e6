"""Whether the guarantees hold, and what they cost: known populations, then real answers. Appends to ``results.jsonl``.

Each population is drawn 1,000 times, n = 2,000. Told are the share of draws whose certified threshold has a true risk
above the bound (at most δ = .1 is promised), and coverage, as a share of the oracle's, who knows the population. "One
test" is the coverage of a rule that spends all of δ on one size, chosen knowing the population: where that is small,
so many rows do not hold what would be needed. "Plain" starts at the strictest cut that could pass with no error.

Real answers are split 1,000 times: the models of MMLU-Pro's public logs (from the folder in NESCIO_DATA), with the
share of other models that agree as the score, and the rows behind the shipped calibrations, those of role ``fit``.

    python benchmarks/risk.py [--draws 1000]
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.risk import DELTA, allowed_errors, conformal, learn_then_test
from nescio.settings import load_settings

Floats = NDArray[np.float64]
HERE = Path(__file__).resolve().parent
BOUNDS = (0.05, 0.1, 0.2)
RATES = (0.02, 0.05, 0.1)
N = 2000
LARGE = 1_000_000


def spread(centre: float, width: float) -> Callable[[np.random.Generator, int], Floats]:
    """Draws p whose log-odds are normal."""
    return lambda rng, n: 1.0 / (1.0 + np.exp(-centre - width * rng.standard_normal(n)))


def beta(a: float, b: float) -> Callable[[np.random.Generator, int], Floats]:
    """Draws p of a beta distribution."""
    return lambda rng, n: rng.beta(a, b, n)


POPULATIONS: dict[str, tuple[Callable[[np.random.Generator, int], Floats], float]] = {
    "beta(2, 1)": (beta(2, 1), 1.0),
    "beta(.5, .5)": (beta(0.5, 0.5), 1.0),
    "log-odds N(1, 2.5)": (spread(1.0, 2.5), 1.0),
    "uniform": (beta(1, 1), 1.0),
    "pilot: log-odds N(0, 1.45)": (spread(0.0, 1.45), 1.0),
    "pilot, overconfident": (spread(0.0, 2.2), 0.65),
}
"""How p is distributed, and the slope of the true log-odds on those of p; 1 is a calibrated p."""


def drawn(name: str, rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    """The p and the true chance of being wrong of `n` rows of a population, the highest p first."""
    make, slope = POPULATIONS[name]
    p = -np.sort(-make(rng, n))
    odds = np.exp(slope * (np.log(np.clip(p, 1e-12, 1.0)) - np.log(np.clip(1.0 - p, 1e-12, 1.0))))
    return p, 1.0 / (1.0 + odds)


class Known:
    """A population, as its oracle knows it."""

    def __init__(self, name: str, size: int = LARGE) -> None:
        """Draw it once, at length."""
        self.name = name
        self.p, chance = drawn(name, np.random.default_rng(1), size)
        self.wrong = np.cumsum(chance)
        self.risk = self.wrong / np.arange(1, size + 1)

    def at(self, threshold: float) -> tuple[float, float, float]:
        """Coverage, wrong / answered and wrong / asked at a threshold."""
        size = int(np.searchsorted(-self.p, -threshold, side="left"))
        if not size:
            return 0.0, 0.0, 0.0
        return size / self.p.size, float(self.risk[size - 1]), float(self.wrong[size - 1]) / self.p.size

    def oracle(self, at_most: float) -> float:
        """The greatest coverage at which wrong / answered is at most `at_most`."""
        held = np.flatnonzero(self.risk <= at_most)
        return (int(held[-1]) + 1) / self.p.size if held.size else 0.0


def samples(name: str, draws: int, n: int) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    """Independent draws of n graded rows, the highest p first."""
    for seed in range(draws):
        rng = np.random.default_rng((7, seed))
        p, chance = drawn(name, rng, n)
        yield p, rng.random(n) < chance


def plain(p: Floats, wrong: NDArray[np.bool_], at_most: float, allowed: NDArray[np.int64]) -> float:
    """The threshold of a plain fixed sequence: 200 sizes from the strictest that could pass with no error."""
    errors = np.cumsum(wrong)
    sizes = np.unique(np.linspace(0, p.size, 200).astype(int))
    sizes = sizes[sizes >= np.argmax(allowed >= 0)]
    passed = np.logical_and.accumulate(errors[sizes - 1] <= allowed[sizes])
    if not passed[0]:
        return 1.0
    size = int(sizes[passed][-1])
    return float(p[size]) if size < p.size else 0.0


def of_population(name: str, draws: int, n: int = N) -> dict[str, Any]:
    """How both guarantees fare on one population."""
    known = Known(name)
    rows = list(samples(name, draws, n))
    errors = np.cumsum([wrong for _, wrong in rows], axis=1)
    told: dict[str, Any] = {"accuracy": round(1.0 - float(known.risk[-1]), 3)}
    for bound in BOUNDS:
        oracle, allowed = known.oracle(bound), allowed_errors(n, bound, DELTA)
        ours = np.array([known.at(learn_then_test(p, wrong, bound).threshold) for p, wrong in rows])
        theirs = np.array([known.at(plain(p, wrong, bound, allowed)) for p, wrong in rows])
        one = (errors <= allowed[1:]).mean(axis=0) * np.arange(1, n + 1) / n
        told[f"risk {bound:g}"] = {
            "oracle": round(oracle, 3),
            "coverage": round(float(ours[:, 0].mean()) / oracle, 3),
            "plain": round(float(theirs[:, 0].mean()) / oracle, 3),
            "one_test": round(float(one.max()) / oracle, 3),
            "broken": round(float((ours[:, 1] > bound).mean()), 3),
        }
    for rate in RATES:
        cuts = np.array([known.at(conformal(p, wrong, rate).threshold) for p, wrong in rows])
        told[f"rate {rate:g}"] = {"mean_rate": round(float(cuts[:, 2].mean()), 4)}
    return told


def resplit(score: Floats, wrong: NDArray[np.bool_], size: int, draws: int) -> dict[str, Any]:
    """Certify on `size` of the rows, measure on the rest, `draws` times."""
    told: dict[str, Any] = {"rows": int(score.size), "accuracy": round(1.0 - float(wrong.mean()), 3)}
    for bound in BOUNDS:
        covered, over, surely, cut_none = [], 0, 0, 0
        slack = allowed_errors(score.size, 1.0 - bound, 0.05)
        for seed in range(draws):
            order = np.random.default_rng((11, seed)).permutation(score.size)
            seen, rest = order[:size], order[size:]
            cut = learn_then_test(score[seen], wrong[seen], bound)
            answered = score[rest] > cut.threshold
            total, errors = int(answered.sum()), int(wrong[rest][answered].sum())
            covered.append(float(answered.mean()))
            over += errors > bound * total
            # So few right ones that a true risk within the bound has a chance of at most .05 to give them.
            surely += total - errors <= slack[total]
            cut_none += not cut.holds
        told[f"risk {bound:g}"] = {
            "coverage": round(float(np.mean(covered)), 3),
            "above": round(over / draws, 3),
            "above_with_slack": round(surely / draws, 3),
            "nothing": round(cut_none / draws, 3),
        }
    return told


def agreements(path: Path) -> Iterator[tuple[str, Floats, NDArray[np.bool_]]]:
    """For three models of MMLU-Pro's logs: the share of the others that agree with it, and whether it is wrong."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    names = sorted(rows[0]["outcomes"], key=lambda name: sum(row["outcomes"].get(name) or 0 for row in rows))
    for model in (names[len(names) // 4], names[len(names) // 2], names[-1]):
        score, wrong = [], []
        for row in rows:
            given, grade = row["preds"].get(model), row["outcomes"].get(model)
            others = [text for name, text in row["preds"].items() if name != model]
            if given and grade is not None:
                score.append(sum(text == given for text in others) / len(others))
                wrong.append(grade == 0)
        # Ties are parted by chance, as a finer score would: 28 others give 29 values.
        jitter = np.random.default_rng(0).random(len(score)) * 1e-6
        yield model, np.array(score) * (1.0 - 1e-5) + jitter, np.array(wrong)


def real(draws: int) -> dict[str, Any]:
    """How max_risk fares on real answers."""
    told: dict[str, Any] = {}
    data = load_settings().data
    logs = None if data is None else data / "mmlu_pro_outcomes.jsonl.gz"
    if logs is not None and logs.is_file():
        told |= {model: resplit(score, wrong, N, draws) for model, score, wrong in agreements(logs)}
    for path in sorted((HERE.parent / "experts/nescio_experts").glob("*/calibration/rows.npz")):
        with np.load(path) as rows:
            kept = (rows["role"] == "fit") & ~np.isnan(rows["p"]) & ~np.isnan(rows["y"])
            p, wrong = rows["p"][kept], rows["y"][kept] == 0
        told[path.parts[-3]] = resplit(p, wrong, p.size // 2, draws)
    return told


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    draws = parser.parse_args().draws
    started = time.perf_counter()
    line: dict[str, Any] = {"bench": "risk", "when": time.strftime("%Y-%m-%d"), "draws": draws, "n": N, "delta": DELTA}
    line["populations"] = {name: of_population(name, draws) for name in POPULATIONS}
    line["real"] = real(draws)
    line["seconds"] = round(time.perf_counter() - started, 1)
    for part in ("populations", "real"):
        for name, told in line[part].items():
            print(name, json.dumps(told))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
