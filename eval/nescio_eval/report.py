"""Shows the metrics of a run: as text for a terminal, as Markdown, as one HTML page. Computes nothing itself."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nescio.cli.layout import aligned, fits, wrapped
from nescio_eval.pairs import PRIMARY_TARGET
from nescio_eval.tables import html_table, markdown_table

Row = tuple[str, ...]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class _Column:
    """One figure of an arm.

    Attributes:
        title: As it is headed; a line break, and the hyphen before it, are for narrow tables alone.
        key: Its name in an arm's figures.
        shown: How a number of it is written.
        part: The entry, where the figure has several.
        brief: Whether it is in the text for a terminal too.
    """

    title: str
    key: str
    shown: Callable[[float | None], str]
    part: str = ""
    brief: bool = True

    def value(self, figures: Mapping[str, Any]) -> float | None:
        """The figure itself; None if it is unknown."""
        found: float | None = figures[self.key][self.part] if self.part else figures[self.key]
        return found

    def interval(self, figures: Mapping[str, Any]) -> str:
        """Its interval in brackets; a dash if it is unknown."""
        found: Any = figures["intervals"][self.key]
        if isinstance(found, Mapping):
            found = found[self.part]
        if self.value(figures) is None or found is None or found[0] is None:
            return "–"
        return f"[{self.shown(found[0])}, {self.shown(found[1])}]"

    def both(self, figures: Mapping[str, Any]) -> str:
        """The figure and, if it is known, its interval."""
        known = self.interval(figures)
        return self.shown(self.value(figures)) + ("" if known == "–" else f" {known}")


_TARGETS = ("0.5", "0.75", "0.9")
_COLUMNS = (
    _Column("halluci-\nnation", "hallucination_rate", _percent),
    _Column("absten-\ntion", "abstention_rate", _percent),
    _Column("accuracy", "accuracy", _percent),
    _Column("coverage", "coverage", _percent, brief=False),
    _Column("selective risk", "selective_risk", _percent, brief=False),
    *(_Column(f"S({t})", "s", _points, t) for t in _TARGETS),
    _Column("seconds", "latency_s", _seconds, "mean"),
)
_BRIEF = tuple(column for column in _COLUMNS if column.brief)
_NOTE = (
    "Shares in per cent, S_t in points per question (right 1, abstained 0, wrong −t/(1−t)), seconds as mean; "
    "in brackets 95 % intervals (bootstrap over clusters; Wilson at 0 and 100 %)."
)


def header() -> Row:
    """Titles of the columns of `rows`."""
    return ("arm", "n", *_titles(_COLUMNS))


def rows(metrics: Mapping[str, Any]) -> list[Row]:
    """One row an arm, every figure with its interval."""
    return [_row(name, figures) for name, figures in metrics["arms"].items()]


def domain_rows(metrics: Mapping[str, Any]) -> list[Row]:
    """Hallucination rate, abstention rate and accuracy of each arm in each domain, in per cent."""
    found = []
    for arm, figures in metrics["arms"].items():
        for domain, part in figures["by_domain"].items():
            shares = (_percent(part[name]) for name in ("hallucination_rate", "abstention_rate", "accuracy"))
            found.append((arm, domain, str(part["n"]), *shares, _points(part["s"]["0.75"])))
    return found


def domain_header() -> Row:
    """Titles of the columns of `domain_rows`."""
    return ("arm", "domain", "n", "hallucination", "abstention", "accuracy", "S(0.75)")


def verdict(metrics: Mapping[str, Any]) -> list[str]:
    """What the primary comparisons say, a sentence each; with what makes them doubtful."""
    said = []
    for pair in metrics["pairs"]:
        if pair["family"] == "primary":
            said.append(_sentence(pair))
    if not metrics["valid"]:
        said.append("More than 1 % of the questions are ungraded: this run is not valid.")
    if metrics.get("missing"):
        lacking = ", ".join(f"{number} of {name}" for name, number in metrics["missing"].items())
        said.append(f"This run is not finished; answers are missing: {lacking}.")
    if not said:
        said.append("No primary comparison is possible: an arm is missing.")
    return said


def text(metrics: Mapping[str, Any], width: int) -> str:
    """The arms for a terminal of `width` columns: each figure beside its interval, or above it, if too wide."""
    arms = metrics["arms"].items()
    about = wrapped(f"{metrics['questions']} questions, confidence target t = {metrics['confidence_target']:g}", width)
    head, whole = ("arm", *_titles(_BRIEF)), [(name, *(c.both(f) for c in _BRIEF)) for name, f in arms]
    if fits(head, whole, width):
        return f"{about}\n\n{aligned(head, whole, width)}"
    head = ("arm", *(column.title for column in _BRIEF))
    figures = aligned(head, [(name, *(c.shown(c.value(f)) for c in _BRIEF)) for name, f in arms], width)
    intervals = aligned(head, [(name, *(c.interval(f) for c in _BRIEF)) for name, f in arms], width)
    return f"{about}\n\n{figures}\n\n95 % intervals\n\n{intervals}"


def notes(metrics: Mapping[str, Any]) -> list[str]:
    """What to know beside `text`: how to read it, what the comparisons say, and where there is more."""
    return [_NOTE, *verdict(metrics), "Coverage, selective risk and each domain: --markdown."]


def markdown(metrics: Mapping[str, Any]) -> str:
    """The whole report in Markdown."""
    parts = [
        f"{metrics['questions']} questions, confidence target t = {metrics['confidence_target']:g}.",
        "\n".join(f"- {sentence}" for sentence in verdict(metrics)),
        markdown_table(header(), rows(metrics)),
        _NOTE,
        "By domain:",
        markdown_table(domain_header(), domain_rows(metrics)),
    ]
    for label in _subsets(metrics):
        narrowed = [_row(name, figures["subsets"][label]) for name, figures in metrics["arms"].items()]
        parts += [f"The same {label}:", markdown_table(header(), narrowed)]
    return "\n\n".join(parts) + "\n"


def page(metrics: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """One HTML page that needs nothing else: works offline, and prints."""
    sentences = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in verdict(metrics))
    plan = manifest.get("plan", {})
    about = ", ".join(f"{name} {value}" for name, value in plan.items())
    subsets = "".join(
        f"<h2>The same {html.escape(label)}</h2>"
        + html_table(header(), [_row(name, f["subsets"][label]) for name, f in metrics["arms"].items()])
        for label in _subsets(metrics)
    )
    return _PAGE.format(
        title=f"nescio: {metrics['questions']} questions at t = {metrics['confidence_target']:g}",
        sentences=sentences,
        table=html_table(header(), rows(metrics)),
        note=html.escape(_NOTE),
        domains=html_table(domain_header(), domain_rows(metrics)),
        subsets=subsets,
        about=html.escape(about),
    )


def _subsets(metrics: Mapping[str, Any]) -> list[str]:
    return list(next(iter(metrics["arms"].values()), {"subsets": {}})["subsets"])


def _titles(columns: Sequence[_Column]) -> list[str]:
    return [column.title.replace("-\n", "") for column in columns]


def _row(name: str, figures: Mapping[str, Any]) -> Row:
    return (name, str(figures["n"]), *(column.both(figures) for column in _COLUMNS))


def _sentence(pair: Mapping[str, Any]) -> str:
    low, high = pair["interval"]
    certain = "" if low > 0 or high < 0 else " No difference is shown."
    against = f"{pair['first']} against {pair['second']}"
    holm = f"Holm-corrected p = {pair['p_holm']:.2g}"
    if pair["metric"] == "hallucination_rate":
        fewer = -100 * pair["difference"]
        word = "fewer" if fewer >= 0 else "more"
        # Adding zero turns −0.0 into 0.0.
        bounds = [0.0 + 100 * end for end in ((-high, -low) if fewer >= 0 else (low, high))]
        return (
            f"{against}: {abs(fewer):.1f} ({bounds[0]:.1f} to {bounds[1]:.1f}) {word} wrong answers per hundred "
            f"questions, {holm}.{certain}"
        )
    return (
        f"{against}: S({PRIMARY_TARGET:g}) differs by {pair['difference']:+.3f} ({low:+.3f} to {high:+.3f}), "
        f"{holm}.{certain}"
    )


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #8884; }}
th:first-child {{ text-align: left; }}
td {{ white-space: nowrap; }}
</style></head><body>
<h1>{title}</h1>
<ul>{sentences}</ul>
{table}
<p>{note}</p>
<h2>By domain</h2>
{domains}
{subsets}
<p><small>{about}</small></p>
</body></html>
"""
