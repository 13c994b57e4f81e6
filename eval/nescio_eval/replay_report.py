"""Shows the figures of a replay as text. It computes none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nescio.cli.layout import aligned, wrapped

MOST_POINTS = 12
"""Points of the front that are shown; --json has them all."""


def text(report: Mapping[str, Any], width: int) -> str:
    """The tables of one replay, and what they say in words."""
    parts = [
        f"{report['table']}: {report['rows']} rows, {len(report['models'])} models, "
        f"{len(report['folds'])} folds grouped by question",
        _strategies(report["strategies"], width),
        *(_pair(pair, width) for pair in report["pairs"]),
    ]
    if "front" in report:
        parts.append(_front(report["front"], width))
    parts.append("\n".join(wrapped(line, width) for line in notes(report)))
    return "\n\n".join(parts)


def notes(report: Mapping[str, Any]) -> list[str]:
    """Differences and shares of the gap, a sentence each."""
    said = [
        f"{one['first']} against {one['second']}: {100 * one['gain']:+.2f} points {_interval(one['interval'], 100, 2)}"
        for one in report["differences"]
    ]
    gap = report["gap"]
    for name, shares in gap.items():
        if isinstance(shares, Mapping):
            ends = " and ".join(
                f"{100 * share:.1f} % to the {end}" for end, share in shares.items() if share is not None
            )
            said.append(f"{name} goes {ends}, from the best single model ({gap['best_single']:.3f})")
    if "ceiling" in gap:
        said.append(
            f"ceiling {gap['ceiling']:.3f}: routing by the true P(right), by a model of {gap['dimensions']} dimensions "
            f"whose simulated oracle is {gap['simulated_oracle']:.3f}; the table's is {gap['oracle']:.3f}"
        )
    return said


def _strategies(rows: Mapping[str, Mapping[str, Any]], width: int) -> str:
    columns = [name for name in ("s@0.5", "s@0.75", "s@0.9", "coverage@0.75", "ece", "cost") if _any(rows, name)]
    cells = [
        (name, f"{row['accuracy']:.3f}", _interval(row["interval"]), *(_number(row.get(one)) for one in columns))
        for name, row in rows.items()
    ]
    return aligned(("strategy", "accuracy", "95 %", *columns), cells, width)


def _pair(pair: Mapping[str, Any], width: int) -> str:
    rows = []
    for name, row in pair["apgr"].items():
        gains = [
            f"{one['gain']:+.3f} {_interval(one['interval'])}" for key, one in row.items() if key.startswith("gain")
        ]
        against = [key.removeprefix("gain over ") for key in row if key.startswith("gain")]
        told = "; ".join(f"{gain} over {other}" for gain, other in zip(gains, against, strict=True))
        rows.append((name, f"{row['apgr']:.3f}", _interval(row["interval"]), told))
    head = f"APGR, {pair['strong']} (strong) and {pair['weak']} (weak), {pair['rows']} rows; random is .5"
    return head + "\n" + aligned(("ordered by", "APGR", "95 %", "paired gain"), rows, width)


def _front(points: Sequence[Mapping[str, float]], width: int) -> str:
    step = max(1, -(-len(points) // MOST_POINTS))
    shown = [*points[: len(points) - 1 : step], points[-1]]
    rows = [(f"{p['lambda']:.4g}", f"{p['cost']:.4g}", f"{p['accuracy']:.3f}") for p in shown]
    return "quality against cost, greatest p − λ · cost\n" + aligned(("λ", "cost", "accuracy"), rows, width)


def _any(rows: Mapping[str, Mapping[str, Any]], name: str) -> bool:
    return any(name in row for row in rows.values())


def _interval(ends: Sequence[float], scale: float = 1.0, decimals: int = 3) -> str:
    return f"[{scale * ends[0]:.{decimals}f}, {scale * ends[1]:.{decimals}f}]"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
