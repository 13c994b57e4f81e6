"""Shows what `routing_report` found: as text for a terminal, as Markdown, as one HTML page that needs nothing else."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from nescio.cli.layout import listed, wrapped
from nescio_eval.routing_report import MEANING
from nescio_eval.tables import html_table, markdown_table
from nescio_indexes.text import clean

SHOWN_LABELS = 20
"""Labels in the table of the worst; report.json holds all."""

_POINTS = frozenset({"auroc", "aurc", "ece", "ece_at_share", "ece_at_prior", "ece_in_scope"})
_SIDE, _EDGE, _HEAD = 300, 56, 16
"""Of a chart: the square's side, the room for its axes left and below, and above it and to its right."""
_TOPS = (0.02, 0.04, 0.08, 0.2, 0.4, 0.8, 1.0)
"""Where the axis of risk may end, so that its quarters are round."""
_NOTE = "In brackets 95 % intervals: bootstrap over groups of twins, Wilson's where a share is 0 or 1."


def text(report: Mapping[str, Any], width: int) -> str:
    """The figures for a terminal of `width` columns."""
    body = [(*line[:3], MEANING[name]) for name, line in zip(MEANING, figure_rows(report), strict=True)]
    parts = [wrapped(sentence, width) for sentence in sentences(report)]
    return "\n".join([*parts, "", listed(("figure", "value", "95 % interval", "what it is"), body, width), ""])


def markdown(report: Mapping[str, Any]) -> str:
    """The whole report in Markdown."""
    return "\n\n".join(
        [
            "\n".join(f"- {sentence}" for sentence in sentences(report)),
            markdown_table(("figure", "value", "95 % interval", "what it is"), figure_rows(report)),
            _NOTE,
            "Reliability of p:",
            markdown_table(*_reliability_table(report)),
            f"The labels that went worst, {SHOWN_LABELS} at most:",
            markdown_table(*_label_table(report)),
            "",
        ]
    )


def page(report: Mapping[str, Any]) -> str:
    """One HTML page that works offline, on a phone, and on paper."""
    return _PAGE.format(
        sentences="".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences(report)),
        figures=html_table(("figure", "value", "95 % interval", "what it is"), figure_rows(report)),
        note=html.escape(_NOTE),
        reliability=_reliability_svg(report["reliability"]),
        risk=_risk_svg(report["risk_coverage"], report["figures"]),
        bins=html_table(*_reliability_table(report)),
        labels=html_table(*_label_table(report)),
        shown=SHOWN_LABELS,
    )


def sentences(report: Mapping[str, Any]) -> list[str]:
    """What was measured, by which rule, and what is doubtful."""
    rule = report["rule"]
    said = [
        f"{report['n']} queries, {report['inside']} in scope and {report['outside']} out of scope; "
        f"{report['labels']} labels; encoder {report['encoder']}.",
        f"Rule {rule['name']}: answer if {rule['cut']} > {rule['threshold']:.4f}. "
        f"p assumes {100 * report['oos_prior']:.1f} % of the queries out of scope.",
    ]
    if report["unknown_labels"]:
        unknown = ", ".join(f"{clean(name)} ({n})" for name, n in list(report["unknown_labels"].items())[:5])
        more = "" if len(report["unknown_labels"]) <= 5 else ", …"
        said.append(f"The router does not have these labels, so their rows count as out of scope: {unknown}{more}.")
    return said


def figure_rows(report: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each figure: name, value, interval, what it is."""
    return [_figure_row(name, report["figures"][name]) for name in MEANING]


def _figure_row(name: str, figure: Mapping[str, Any]) -> tuple[str, ...]:
    shown = _points if name in _POINTS else _percent
    low, high = figure["interval"]
    ends = "–" if _nothing(figure["value"]) or _nothing(low) else f"[{shown(low)}, {shown(high)}]"
    return name, shown(figure["value"]), ends, MEANING[name]


def _reliability_table(report: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    head = ("mean p", "right", "95 % interval", "n")
    return head, [
        (_points(b["p"]), _points(b["right"]), f"[{_points(b['low'])}, {_points(b['high'])}]", str(b["n"]))
        for b in report["reliability"]
    ]


def _label_table(report: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    body = []
    for line in report["by_label"][:SHOWN_LABELS]:
        taken = ", ".join(f"{clean(other['label'])} {other['n']}" for other in line["taken_for"][:3])
        name = "(out of scope)" if line["label"] is None else clean(line["label"])
        body.append((name, *(str(line[column]) for column in ("n", "right", "wrong", "abstained")), taken or "–"))
    return ("label", "n", "right", "wrong", "abstained", "taken for"), body


def _reliability_svg(bins: Sequence[Mapping[str, float]]) -> str:
    drawn = [f"<line class=faint x1={_x(0)} y1={_y(0)} x2={_x(1)} y2={_y(1)} />"]
    for b in bins:
        told = f"{b['n']} queries: mean p {b['p']:.3f}, right {b['right']:.3f}"
        drawn.append(
            f"<line class=bar x1={_x(b['p'])} y1={_y(b['low'])} x2={_x(b['p'])} y2={_y(b['high'])} />"
            f"<circle cx={_x(b['p'])} cy={_y(b['right'])} r=4><title>{told}</title></circle>"
        )
    return _chart("Reliability of p: share right against p", "mean p of the bin", "share right", "".join(drawn))


def _risk_svg(curve: Sequence[Mapping[str, float]], figures: Mapping[str, Any]) -> str:
    top = next(end for end in _TOPS if all(point["risk"] <= end for point in curve))
    points = " ".join(f"{_x(point['coverage'])},{_y(point['risk'] / top)}" for point in curve)
    drawn = f"<polyline class=curve points='{points}' />"
    coverage, risk = figures["coverage"]["value"], figures["selective_risk"]["value"]
    if not _nothing(coverage) and not _nothing(risk) and risk <= top:
        told = f"the rule in force: coverage {coverage:.3f}, risk {risk:.3f}"
        drawn += f"<circle cx={_x(coverage)} cy={_y(risk / top)} r=5><title>{told}</title></circle>"
    return _chart("Risk against coverage, by p", "coverage", "selective risk", drawn, top)


def _chart(title: str, across: str, up: str, drawn: str, top: float = 1.0) -> str:
    width = _SIDE + _EDGE + _HEAD
    ticks = "".join(
        f"<line class=grid x1={_x(t)} y1={_y(0)} x2={_x(t)} y2={_y(1)} />"
        f"<line class=grid x1={_x(0)} y1={_y(t)} x2={_x(1)} y2={_y(t)} />"
        f"<text x={_x(t)} y={_y(0) + 16} text-anchor=middle>{t:g}</text>"
        f"<text x={_x(0) - 6} y={_y(t) + 4} text-anchor=end>{t * top:g}</text>"
        for t in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return (
        f"<figure><figcaption>{html.escape(title)}</figcaption>"
        f"<svg viewBox='0 0 {width} {width}' role=img aria-label='{html.escape(title)}'>{ticks}{drawn}"
        f"<text x={_x(0.5)} y={width - 20} text-anchor=middle>{html.escape(across)}</text>"
        f"<text x=12 y={_y(0.5)} text-anchor=middle transform='rotate(-90 12 {_y(0.5)})'>{html.escape(up)}</text>"
        "</svg></figure>"
    )


def _x(value: float) -> float:
    return round(_EDGE + _SIDE * value, 2)


def _y(value: float) -> float:
    return round(_HEAD + _SIDE * (1.0 - value), 2)


def _nothing(value: float | None) -> bool:
    return value is None or value != value


def _percent(value: float | None) -> str:
    return "–" if value is None or value != value else f"{100 * value:.1f} %"


def _points(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.3f}"


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>nescio: a router on labelled queries</title>
<style>
:root {{ color-scheme: light dark; --mark: light-dark(#0b62c4, #7ab7ff); }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }}
.wide {{ overflow-x: auto; }}
.charts {{ display: flex; flex-wrap: wrap; gap: 1rem; }}
figure {{ flex: 1 1 18rem; max-width: 30rem; margin: 0; }}
figcaption {{ font-weight: 600; }}
svg {{ width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: currentColor; }}
.grid {{ stroke: #8883; }}
.faint {{ stroke: currentColor; stroke-dasharray: 4 4; }}
.bar {{ stroke: var(--mark); stroke-width: 2; }}
.curve {{ fill: none; stroke: var(--mark); stroke-width: 2; }}
circle {{ fill: var(--mark); }}
table {{ border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #8884; }}
th:first-child, th:last-child, td:last-child {{ text-align: left; }}
td:not(:last-child) {{ white-space: nowrap; }}
td:last-child {{ min-width: 8rem; }}
@media print {{ body {{ margin: 0; max-width: none; }} figure, tr {{ break-inside: avoid; }} }}
</style></head><body>
<h1>A router on labelled queries</h1>
<ul>{sentences}</ul>
{figures}
<p>{note}</p>
<div class=charts>{reliability}{risk}</div>
<h2>The labels that went worst, {shown} at most</h2>
{labels}
<h2>The bins of the reliability diagram</h2>
{bins}
</body></html>
"""
