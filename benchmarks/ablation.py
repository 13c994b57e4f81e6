"""What each part of the router earns, on out-of-fold rows of CLINC150's train and validation splits alone.

Appends one line to ``benchmarks/results.jsonl``. Heads are compared by accuracy and log loss, scores of scope by AUROC,
by false positives at 95 % recall, and by the best harmonic mean of in-scope right and answered and out-of-scope refused
that any threshold gives. Weights of the few parameters that join the parts are fitted on other folds.

    python benchmarks/ablation.py [--labels intent|domain]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from clinc import clinc150
from numpy.typing import NDArray

from nescio.metrics import auroc
from nescio.settings import load_settings
from nescio_indexes.crossfit import FOLDS, Data, Training, Unseen, out_of_fold
from nescio_indexes.encoder import Encoder
from nescio_indexes.fitting import embedded
from nescio_indexes.rows import Row, assign_folds, prepare
from nescio_indexes.scope import fit_fusion, fit_scope
from nescio_indexes.scoring import SCOPE_FEATURES, Fusion, Geometry, evidence, fuse
from nescio_indexes.softmax import log_sum_exp, softmax
from nescio_indexes.threshold import harmonic_mean

Floats = NDArray[np.float64]


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", choices=["intent", "domain"], default="intent")
    wish = parser.parse_args()
    settings = load_settings()
    source = clinc150(settings)
    if source is None:
        sys.exit("NESCIO_DATA names no folder with clinc150.jsonl.gz")
    known = (row for row in source if row["split"] != "test")
    rows = prepare(Row(row["text"], None if row["oos"] else row[wish.labels]) for row in known)
    encoder = Encoder(settings.models_dir / settings.loaded_profile.encoder, cache_size=len(rows))
    data = embedded(rows, encoder)
    how = Training.of(data, fast=False, seed=0)
    unseen = out_of_fold(data, how, lambda line: None)
    heads, routes = head_table(unseen, len(data.labels))
    line: dict[str, Any] = {
        "bench": "ablation",
        "when": time.strftime("%Y-%m-%d"),
        "labels": wish.labels,
        "rows": len(rows),
        "outside": int((unseen.targets < 0).sum()),
        "heads": heads,
        "scope": scope_table(data, unseen, routes),
    }
    show(line)
    with (Path(__file__).parent / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def head_table(unseen: Unseen, labels: int) -> tuple[dict[str, list[float]], NDArray[np.float32]]:
    """Accuracy and log loss of each way to join the heads, and the route scores of all of them joined."""
    inside = unseen.targets >= 0
    linear, net = unseen.parts.logits[:, :labels], unseen.parts.net[:, :labels]
    near = evidence(unseen.parts.nearby, labels)
    ways = {
        "nearest exemplars": (near, ()),
        "linear": (linear, ()),
        "net": (net, ()),
        "linear + nearest": (linear, (near,)),
        "net + nearest": (net, (near,)),
        "linear + net": (linear, (net,)),
        "linear + net + nearest": (linear, (net, near)),
    }
    table = {name: _head(first, rest, unseen, inside) for name, (first, rest) in ways.items()}
    fusion = Fusion(*fit_fusion(linear[inside], [net[inside], near[inside]], unseen.targets[inside])[1])
    return table, fuse(unseen.parts, labels, fusion)[0]


def _head(first: NDArray[Any], rest: Sequence[NDArray[Any]], unseen: Unseen, inside: NDArray[np.bool_]) -> list[float]:
    right, loss = 0.0, 0.0
    for fold in range(FOLDS):
        ask, known = inside & (unseen.folds == fold), inside & (unseen.folds != fold)
        temperature, weights = fit_fusion(first[known], [part[known] for part in rest], unseen.targets[known])
        scores = first[ask] + sum((w * part[ask] for w, part in zip(weights, rest, strict=True)), 0.0)
        logits, truth = np.asarray(scores, np.float64) / temperature, unseen.targets[ask]
        right += float((logits.argmax(axis=1) == truth).sum())
        loss += float((log_sum_exp(logits) - logits[np.arange(len(truth)), truth]).sum())
    return [round(right / inside.sum(), 4), round(loss / float(inside.sum()), 4)]


def scope_table(data: Data, unseen: Unseen, routes: NDArray[np.float32]) -> dict[str, list[float]]:
    """AUROC, FPR95 and best harmonic mean of single scores, and of the logistic over several."""
    labels, inside = len(data.labels), unseen.targets >= 0
    features = fuse(unseen.parts, labels, Fusion())[1]
    logits, net = unseen.parts.logits[:, :labels], unseen.parts.net[:, :labels]
    right = inside & (routes.argmax(axis=1) == unseen.targets)
    singles = {
        "max softmax": softmax(logits).max(axis=1),
        "max logit": logits.max(axis=1),
        "max softmax, net": softmax(net).max(axis=1),
        "Mahalanobis": mahalanobis(data, unseen),
        "kNN distance": unseen.parts.nearby.inside[:, -1],
        "1 - P(out of scope), linear": -softmax(unseen.parts.logits)[:, -1],
        "1 - P(out of scope), net": -softmax(unseen.parts.net)[:, -1],
    }
    singles |= {name: features[:, i] for i, name in enumerate(SCOPE_FEATURES)}
    table = {name: figures(np.asarray(score, np.float64), inside, right) for name, score in singles.items()}
    blind = ("outside", "contrast", "exposed")
    sets = {
        "all": SCOPE_FEATURES,
        "all without the net's": tuple(name for name in SCOPE_FEATURES if name not in {"peak", "exposed"}),
        "all without geometry": tuple(name for name in SCOPE_FEATURES if name != "relative"),
        "all without neighbours": ("energy", "outside", "relative", "margin", "peak", "exposed"),
        "all that need no out-of-scope exemplar": tuple(name for name in SCOPE_FEATURES if name not in blind),
    }
    for name, chosen in sets.items():
        table[name] = figures(
            stacked(features[:, [SCOPE_FEATURES.index(one) for one in chosen]], unseen), inside, right
        )
    return table


def stacked(features: Floats, unseen: Unseen) -> Floats:
    """P(in scope) by the logistic fitted on other folds, (n,)."""
    inside, scope = unseen.targets >= 0, np.zeros(len(unseen.targets))
    everything = np.ones(len(inside), np.bool_)
    for fold in range(FOLDS):
        ask = unseen.folds == fold
        fitted = fit_scope(features[~ask], inside[~ask], temperature=1.0, oos_prior=0.5)
        scope[ask] = fitted.scope(features[ask], known=everything[ask], foreign=~everything[ask])
    return scope


def mahalanobis(data: Data, unseen: Unseen) -> Floats:
    """Minus the squared distance to the nearest label, geometry from other folds, in the order of `unseen`."""
    folds, found = assign_folds(data.targets, data.groups, FOLDS), []
    for fold in range(FOLDS):
        train = (folds != fold) & (data.targets >= 0)
        geometry = Geometry.fit(data.vectors[train], data.targets[train], len(data.labels))
        found.append(-geometry.nearest(data.vectors[folds == fold]))
    scores = np.concatenate(found)
    assert len(scores) == len(unseen.targets)
    return scores


def figures(score: Floats, inside: NDArray[np.bool_], right: NDArray[np.bool_]) -> list[float]:
    """AUROC, FPR at 95 % recall, best harmonic mean over all thresholds."""
    order = np.argsort(score)
    lost = np.concatenate([[0], np.cumsum(right[order])])
    refused = np.concatenate([[0], np.cumsum(~inside[order])]) / (~inside).sum()
    kept = (lost[-1] - lost) / inside.sum()
    best = max(harmonic_mean(k, r) for k, r in zip(kept.tolist(), refused.tolist(), strict=True))
    fpr = float((score[~inside] > np.quantile(score[inside], 0.05)).mean())
    return [round(value, 4) for value in (auroc(score, inside), fpr, best)]


def show(line: dict[str, Any]) -> None:
    """Print both tables as Markdown."""
    out = [f"| head ({line['labels']}s) | accuracy | log loss |", "|---|---|---|"]
    out += [f"| {name} | {a:.4f} | {b:.4f} |" for name, (a, b) in line["heads"].items()]
    out += ["", "| score of scope | AUROC | FPR95 | best harmonic mean |", "|---|---|---|---|"]
    out += [f"| {name} | {a:.4f} | {b:.3f} | {c:.4f} |" for name, (a, b, c) in line["scope"].items()]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
