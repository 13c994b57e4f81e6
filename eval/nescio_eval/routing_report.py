"""How good a fitted router is on labelled queries that it has not seen: right, declined, calibrated; with intervals.

Pure but for the router that is asked. `routing_page` shows what is found here. It compares no systems and chooses
nothing: the threshold is the one in force.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nescio.errors import DataError
from nescio.intervals import Interval, bootstrap_interval, wilson
from nescio.metrics import aurc, auroc, ece, fpr_at_recall, reliability_bins, risk_coverage_curve
from nescio_indexes.rows import Row
from nescio_indexes.scope import PRIOR_FLOOR
from nescio_indexes.text import twin_key
from nescio_indexes.threshold import harmonic_mean

if TYPE_CHECKING:
    from nescio.routing import Router

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
RESAMPLES = 400
DRAWS = 20
"""Draws of rows whose share of out-of-scope ones is what p assumes; their mean is reported."""
CURVE_POINTS = 200
BINS = 15


@dataclass(frozen=True, slots=True)
class Table:
    """What every figure is a function of: what a router said of n rows, and what is true.

    Attributes:
        scope: (n,) P(in scope).
        p: (n,) P(in scope and the best label right).
        inside: (n,) whether in scope.
        right: (n,) whether in scope and the best label right.
        answered: (n,) whether the rule in force answers.
        oos_prior: Share of out-of-scope queries that `scope` and `p` assume.
    """

    scope: Floats
    p: Floats
    inside: Flags
    right: Flags
    answered: Flags
    oos_prior: float

    def taken(self, places: NDArray[np.int64]) -> Table:
        """The rows at `places`."""
        flags = (self.inside[places], self.right[places], self.answered[places])
        return Table(self.scope[places], self.p[places], *flags, self.oos_prior)


@dataclass(frozen=True, slots=True)
class Asked:
    """The rows behind a table.

    Attributes:
        labels: (n,) the right label, None for out of scope and for labels that the router does not have.
        top: (n,) its best label.
        groups: (n,) a key that twins share.
        table: The rest.
    """

    labels: tuple[str | None, ...]
    top: tuple[str, ...]
    groups: tuple[str, ...]
    table: Table


def ask(router: Router, rows: Sequence[Row]) -> Asked:
    """What `router` says of `rows`.

    Raises:
        DataError: There is no row, or not one label that the router has.
    """
    known = set(router.labels)
    if not rows:
        raise DataError("there are no rows to measure", hint='a row looks like {"text": "…", "label": "…"}')
    named = {row.label for row in rows} - {None}
    if named and not named & known:
        some, have = ", ".join(sorted(map(str, named))[:3]), ", ".join(sorted(known)[:3])
        raise DataError(
            f"the router has none of the labels of these rows ({some}, …)", hint=f"its labels are {have}, …"
        )
    routes = router.route_many([row.text for row in rows])
    labels = tuple(row.label if row.label in known else None for row in rows)
    top = tuple(route.candidates[0].expert for route in routes)
    table = Table(
        scope=np.array([route.scope for route in routes]),
        p=np.array([route.candidates[0].p_route for route in routes]),
        inside=np.array([label is not None for label in labels], dtype=np.bool_),
        right=np.array([label == best for label, best in zip(labels, top, strict=True)], dtype=np.bool_),
        answered=np.array([router.answers(route) for route in routes], dtype=np.bool_),
        oos_prior=router.calibration.oos_prior,
    )
    return Asked(labels, top, tuple(twin_key(row.text) for row in rows), table)


def unknown_labels(router: Router, rows: Sequence[Row]) -> dict[str, int]:
    """Labels of `rows` that the router does not have, with how many rows carry each: they count as out of scope."""
    known = set(router.labels)
    return dict(sorted(Counter(row.label for row in rows if row.label is not None and row.label not in known).items()))


def _share(rows: Flags) -> float:
    return float(rows.mean()) if rows.size else math.nan


def _kept(t: Table) -> float:
    return _share((t.right & t.answered)[t.inside])


def _refused(t: Table) -> float:
    return _share(~t.answered[~t.inside])


def _harmonic(t: Table) -> float:
    kept, refused = _kept(t), _refused(t)
    return math.nan if math.isnan(kept + refused) else harmonic_mean(kept, refused)


def _ece_at_share(t: Table) -> float:
    return ece(p_at_share(t), t.right, BINS, debiased=True)


def _ece_at_prior(t: Table) -> float:
    drawn = [thinned(t, seed) for seed in range(DRAWS)]
    return float(np.mean([ece(part.p, part.right, BINS, debiased=True) for part in drawn]))


FIGURES: Mapping[str, Callable[[Table], float]] = {
    "accuracy": lambda t: _share(t.right[t.inside]),
    "auroc": lambda t: auroc(t.scope, t.inside),
    "fpr95": lambda t: fpr_at_recall(t.scope, t.inside),
    "kept": _kept,
    "refused": _refused,
    "harmonic": _harmonic,
    "coverage": lambda t: _share(t.answered),
    "selective_risk": lambda t: _share(~t.right[t.answered]),
    "aurc": lambda t: aurc(t.p, t.right),
    "ece": lambda t: ece(t.p, t.right, BINS, debiased=True),
    "ece_at_share": _ece_at_share,
    "ece_at_prior": _ece_at_prior,
    "ece_in_scope": lambda t: ece(t.p[t.inside], t.right[t.inside], BINS, debiased=True),
}
"""Every figure of a router, each a function of the rows."""

MEANING = {
    "accuracy": "in-scope rows whose best label is right, without abstention",
    "auroc": "of scope: in-scope against out-of-scope rows",
    "fpr95": "out-of-scope rows that pass the cut of scope which 95 % of the in-scope rows pass",
    "kept": "in-scope rows right and answered",
    "refused": "out-of-scope rows refused",
    "harmonic": "harmonic mean of those two",
    "coverage": "rows answered",
    "selective_risk": "answered rows that are wrong",
    "aurc": "area under the risk-coverage curve of p",
    "ece": "ECE of p as given, rows as they are",
    "ece_at_share": "ECE of p when told the rows' share out of scope",
    "ece_at_prior": "ECE of p on rows drawn at the share that p assumes",
    "ece_in_scope": "ECE of p as given, in-scope rows alone",
}


def figures(asked: Asked) -> dict[str, float]:
    """Every figure of `FIGURES`; NaN where the rows cannot tell."""
    return {name: figure(asked.table) for name, figure in FIGURES.items()}


def intervals(asked: Asked, *, seed: int = 0) -> dict[str, Interval]:
    """95 % intervals: bootstrap over groups of twins; Wilson's where a share is 0 or 1, which no draw can widen."""
    table = asked.table
    places = np.arange(len(asked.labels), dtype=float)
    found = {}
    for name, figure in FIGURES.items():
        known = _wilson(table, name)
        found[name] = known or bootstrap_interval(
            places,
            clusters=asked.groups,
            statistic=lambda drawn, figure=figure: figure(table.taken(drawn.astype(np.int64))),  # type: ignore[misc]
            resamples=RESAMPLES,
            seed=seed,
        )
    return found


def _wilson(t: Table, name: str) -> Interval | None:
    of = {
        "accuracy": t.right[t.inside],
        "kept": (t.right & t.answered)[t.inside],
        "refused": ~t.answered[~t.inside],
        "coverage": t.answered,
        "selective_risk": ~t.right[t.answered],
    }.get(name)
    if of is None or not of.size or 0 < int(of.sum()) < of.size:
        return None
    return wilson(int(of.sum()), of.size)


def p_at_share(t: Table) -> Floats:
    """`p`, (n,), had the router been told the rows' own share out of scope: the odds of `scope` move, no more."""
    share = min(max(float((~t.inside).mean()), PRIOR_FLOOR), 1.0 - PRIOR_FLOOR)
    safe = np.maximum(t.scope, 1e-12)
    odds = safe / np.maximum(1.0 - safe, 1e-12) * t.oos_prior / (1.0 - t.oos_prior) * (1.0 - share) / share
    return np.asarray(t.p / safe * (odds / (1.0 + odds)))


def thinned(t: Table, seed: int) -> Table:
    """As many rows as can be had with `oos_prior` of them out of scope, drawn by `seed`."""
    inside, outside = np.flatnonzero(t.inside), np.flatnonzero(~t.inside)
    if not len(inside) or not len(outside):
        return t
    rng = np.random.default_rng(seed)
    odds = t.oos_prior / (1.0 - t.oos_prior)
    if len(outside) > odds * len(inside):
        outside = rng.permutation(outside)[: max(round(odds * len(inside)), 1)]
    else:
        inside = rng.permutation(inside)[: max(round(len(outside) / odds), 1)]
    return t.taken(np.sort(np.concatenate([inside, outside])))


def reliability(asked: Asked) -> list[dict[str, float]]:
    """The bins of the reliability diagram of `p`: rows, mean p, share right, and Wilson's interval of the share."""
    n = len(asked.labels)
    bins = []
    for weight, p, share in zip(*reliability_bins(asked.table.p, asked.table.right, BINS), strict=True):
        size = round(float(weight) * n)
        low, high = wilson(round(float(share) * size), size)
        bins.append({"n": size, "p": float(p), "right": float(share), "low": low, "high": high})
    return bins


def risk_coverage(asked: Asked) -> list[dict[str, float]]:
    """At most `CURVE_POINTS` of the risk-coverage curve of `p`, by rising coverage."""
    thresholds, coverages, risks = risk_coverage_curve(asked.table.p, asked.table.right)
    some = np.unique(np.linspace(0, len(thresholds) - 1, min(CURVE_POINTS, len(thresholds))).astype(np.int64))
    return [{"p": float(thresholds[i]), "coverage": float(coverages[i]), "risk": float(risks[i])} for i in some]


def by_label(asked: Asked) -> list[dict[str, Any]]:
    """Every label, worst first: its rows, how many are right, answered wrongly, abstained, and what they went to.

    Rows out of scope come under label None, where every answer is wrong.
    """
    found: dict[str | None, list[int]] = {}
    for place, label in enumerate(asked.labels):
        found.setdefault(label, []).append(place)
    lines = [_label_line(asked, label, places) for label, places in found.items()]
    return sorted(lines, key=lambda line: (-line["wrong"] / line["n"], -line["abstained"] / line["n"], str(line)))


def _label_line(asked: Asked, label: str | None, places: Sequence[int]) -> dict[str, Any]:
    answered = [place for place in places if asked.table.answered[place]]
    wrong = Counter(asked.top[place] for place in answered if asked.top[place] != label)
    return {
        "label": label,
        "n": len(places),
        "right": len(answered) - wrong.total(),
        "wrong": wrong.total(),
        "abstained": len(places) - len(answered),
        "taken_for": [{"label": other, "n": n} for other, n in sorted(wrong.items(), key=lambda it: (-it[1], it[0]))],
    }


def report(router: Router, rows: Sequence[Row]) -> dict[str, Any]:
    """Everything that ``nescio eval routing`` says, as JSON.

    Raises:
        DataError: There is no row, or not one label that the router has.
    """
    asked = ask(router, rows)
    values, ends = figures(asked), intervals(asked)
    return {
        "n": len(rows),
        "inside": int(asked.table.inside.sum()),
        "outside": int((~asked.table.inside).sum()),
        "unknown_labels": unknown_labels(router, rows),
        "labels": len(router.labels),
        "encoder": router.encoder.name,
        "rule": router.rule.to_json(),
        "oos_prior": router.calibration.oos_prior,
        "figures": {name: {"value": values[name], "interval": list(ends[name])} for name in FIGURES},
        "reliability": reliability(asked),
        "risk_coverage": risk_coverage(asked),
        "by_label": by_label(asked),
    }
