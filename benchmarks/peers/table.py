"""Figures of what a system said of the test rows, the peer's best variant, and the table of them. Pure.

Every system says three things of a query: the best label, `p` that this label is right, and `scope`, which is cut at
`bar`: answered iff scope > bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.metrics import auroc, ece
from nescio_indexes.threshold import Judged, Wish, choose, harmonic_mean

SYSTEMS = {
    "nescio": "nescio",
    "peer": "semantic-router, its best variant",
    "peer_documented": "semantic-router, as documented",
    "linear": "a linear head alone",
}
COLUMNS = {
    "accuracy": ("accuracy", 3),
    "auroc": ("AUROC", 3),
    "fpr95": ("FPR95", 3),
    "kept": ("right and answered", 3),
    "refused": ("refused", 3),
    "harmonic": ("harmonic mean", 3),
    "ece": ("ECE", 3),
    "fit_s": ("fit s", 1),
    "ms_p50": ("p50 ms", 2),
    "ms_p99": ("p99 ms", 2),
    "memory_mb": ("memory MB", 0),
}
LEADS = ("accuracy", "auroc", "harmonic")
HIGHER = (*LEADS, "kept", "refused")
BEGIN, END = "<!-- peers -->", "<!-- /peers -->"
THINNINGS = 20


def best_variant(labels: Sequence[str | None], found: Mapping[str, Any]) -> tuple[str, float]:
    """The variant with the greatest out-of-fold harmonic mean, and the bar on its score that reaches it.

    Args:
        labels: Of every row of the set.
        found: What ``peer.py variants`` wrote: `places` of the rows, and `top` and `score` of each variant on them.
    """
    truth = [labels[place] for place in found["places"]]
    inside = np.array([label is not None for label in truth])
    best, reached, bar = "", -1.0, 0.0
    for name, said in found["variants"].items():
        right = inside & np.array([top == label for top, label in zip(said["top"], truth, strict=True)])
        score = np.array(said["score"])
        # The rule cuts probabilities; what is at least 0 is as good.
        lowest = float(score.min())
        judged = Judged(score - lowest, score - lowest, inside, right)
        cut = choose(judged, Wish(), oos_prior=float((~inside).mean()), pseudo=False).threshold
        mean = harmonic_mean(*judged.rates_at(cut))
        if mean > reached:
            best, reached, bar = name, mean, cut + lowest
    return best, bar


def figures(labels: Sequence[str | None], said: Mapping[str, Any], prior: float) -> dict[str, float]:
    """Accuracy, detection and calibration of `said` on rows with `labels`.

    Args:
        labels: (n,) None for out of scope.
        said: `top`, `p` and `scope`, (n,) each, and `bar`.
        prior: Share of out-of-scope rows among those that were fitted; the ECE is that of test rows thinned to it.
    """
    inside = np.array([label is not None for label in labels])
    right = inside & np.array([top == label for top, label in zip(said["top"], labels, strict=True)])
    scope, p = np.array(said["scope"], dtype=float), np.array(said["p"], dtype=float)
    judged = Judged(scope, p, inside, right)
    kept, refused = judged.rates_at(float(said["bar"]))
    return {
        "accuracy": float(right[inside].mean()),
        "auroc": auroc(scope, inside),
        "fpr95": float((scope[~inside] > np.quantile(scope[inside], 0.05)).mean()),
        "kept": kept,
        "refused": refused,
        "harmonic": harmonic_mean(kept, refused),
        "ece": fmean(ece(p[rows], right[rows], debiased=True) for rows in thinnings(inside, prior)),
    }


def thinnings(inside: NDArray[np.bool_], prior: float) -> Iterable[NDArray[np.int64]]:
    """Places of rows in which the share of out-of-scope ones is `prior`, drawn `THINNINGS` times."""
    within, without = np.flatnonzero(inside), np.flatnonzero(~inside)
    odds = prior / max(1.0 - prior, 1e-9)
    few_outside = len(without) > odds * len(within)
    for seed in range(THINNINGS):
        rng = np.random.default_rng(seed)
        if few_outside:
            drawn = within, rng.permutation(without)[: round(odds * len(within))]
        else:
            drawn = rng.permutation(within)[: max(round(len(without) / max(odds, 1e-9)), 1)], without
        yield np.sort(np.concatenate(drawn))


def averaged(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean of each figure over `runs` (seeds), with the least and the greatest harmonic mean."""
    means: dict[str, Any] = {name: round(fmean(run[name] for run in runs), 4) for name in COLUMNS}
    if len(runs) > 1:
        means["harmonic_range"] = [round(pick(run["harmonic"] for run in runs), 4) for pick in (min, max)]
    return {**means, "seeds": len(runs), "variants": sorted({run["variant"] for run in runs})}


def markdown(line: Mapping[str, Any]) -> str:
    """The tables of a line of ``benchmarks/results.jsonl``, a set each."""
    return "\n\n".join(section(name, found) for name, found in line["sets"].items()) or "Not measured yet."


def section(name: str, found: Mapping[str, Any]) -> str:
    """One set's heading, table, and what it says of the two."""
    seeds = found["nescio"]["seeds"]
    title = f"**{name}**: {found['size']}" + (f"; mean of {seeds} seeds." if seeds > 1 else ".")
    head = "| system | " + " | ".join(column for column, _ in COLUMNS.values()) + " |"
    rows = [
        f"| {words} | " + " | ".join(shown(found[system][key], places) for key, (_, places) in COLUMNS.items()) + " |"
        for system, words in SYSTEMS.items()
    ]
    return "\n".join([title, "", head, "|---" * (len(COLUMNS) + 1) + "|", *rows, "", compared(found)])


def compared(found: Mapping[str, Any]) -> str:
    """In words: its best variant, by how much nescio is ahead of it, and every figure in which it is the better one."""
    ours, peer = found["nescio"], found["peer"]
    leads = ", ".join(f"{COLUMNS[key][0]} {100 * (ours[key] - peer[key]):+.1f}" for key in LEADS)
    behind = [COLUMNS[key][0] for key in COLUMNS if better(key, peer[key], ours[key])]
    chosen = ", ".join(f"`{variant}`" for variant in peer["variants"])
    lost = (
        f"semantic-router is better in: {', '.join(behind)}." if behind else "semantic-router is better in no figure."
    )
    return f"Its best variant: {chosen}. nescio's lead over it in points: {leads}. Here {lost}"


def better(key: str, one: float, other: float) -> bool:
    """Whether `one` is better than `other` in the column `key`."""
    return one > other if key in HIGHER else one < other


def shown(value: float, places: int) -> str:
    """A number as the tables write it: shares without their zero."""
    text = f"{value:.{places}f}"
    return text.removeprefix("0") if places == 3 else text


def written(page: str, line: Mapping[str, Any]) -> str:
    """`page` with the tables of `line` between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{markdown(line)}\n{END}{rest.partition(END)[2]}"
