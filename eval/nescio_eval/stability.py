"""Whether a router decides the same when a query is written another way: `nescio_indexes.variants` against a router.

A decision is a label or an abstention; that p moves a little is no change of it. Pure but for the router that is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nescio.cli.layout import aligned, wrapped
from nescio.errors import DataError
from nescio.intervals import Interval, bootstrap_interval, wilson
from nescio.types import Progress, silent
from nescio_indexes.text import clean, twin_key
from nescio_indexes.variants import VARIANTS

if TYPE_CHECKING:
    from nescio.routing import Router

RESAMPLES = 1000
WORST = 20
CHUNK = 256


@dataclass(frozen=True, slots=True)
class Decided:
    """What a router decided of a text: `label`, None for an abstention; `p` of its best label; `scope`."""

    label: str | None
    p: float
    scope: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and one variant of it, with both decisions."""

    text: str
    variant: str
    family: str
    written: str
    before: Decided
    after: Decided

    @property
    def same(self) -> bool:
        """Whether both give the same label, or both abstain."""
        return self.before.label == self.after.label

    @property
    def flips(self) -> bool:
        """Whether one is an answer and the other an abstention."""
        return (self.before.label is None) != (self.after.label is None)

    @property
    def gap(self) -> float:
        """How bad a change is: two labels with confidence are the worst, a flip is as bad as p moved."""
        low, high = sorted((self.before.p, self.after.p))
        return high - low if self.flips else 1.0 + low


def decide(router: Router, texts: Sequence[str]) -> list[Decided]:
    """The decision of `router` on each of `texts`."""
    found = []
    # A route ranks every label; a whole file of them at once would fill the memory.
    for start in range(0, len(texts), CHUNK):
        for route in router.route_many(texts[start : start + CHUNK]):
            best = route.candidates[0]
            found.append(Decided(best.expert if router.answers(route) else None, best.p_route, route.scope))
    return found


def compare(router: Router, texts: Iterable[str], *, seed: int = 0, progress: Progress = silent) -> list[Pair]:
    """Every variant of every text that differs from it, decided on; repeated and empty texts count once and never.

    Raises:
        DataError: There is no text.
    """
    distinct = [text for text in dict.fromkeys(texts) if clean(text)]
    if not distinct:
        raise DataError("there are no texts to vary", hint='a row looks like {"text": "…"}')
    progress(f"{len(distinct)} texts as they are")
    before = decide(router, distinct)
    pairs: list[Pair] = []
    for variant in VARIANTS:
        written = [variant.of(text, seed) for text in distinct]
        changed = [i for i, text in enumerate(distinct) if written[i] != text and clean(written[i])]
        progress(f"{variant.name}: {len(changed)} texts")
        after = decide(router, [written[i] for i in changed])
        pairs.extend(
            Pair(distinct[i], variant.name, variant.family, written[i], before[i], decided)
            for i, decided in zip(changed, after, strict=True)
        )
    return pairs


def report(router: Router, texts: Iterable[str], *, seed: int = 0, progress: Progress = silent) -> dict[str, Any]:
    """Everything that ``nescio eval stability`` says, as JSON.

    Raises:
        DataError: There is no text.
    """
    pairs = compare(router, texts, seed=seed, progress=progress)
    families, variants = (_grouped(pairs, name) for name in ("family", "variant"))
    changed = sorted((pair for pair in pairs if not pair.same), key=lambda pair: (-pair.gap, pair.text, pair.variant))
    return {
        "texts": len({pair.text for pair in pairs}),
        "seed": seed,
        "encoder": router.encoder.name,
        "rule": router.rule.to_json(),
        "overall": _line("overall", pairs),
        "families": [_line(name, members) for name, members in families.items()],
        "variants": [_line(name, members) for name, members in variants.items()],
        "worst": [_example(pair) for pair in changed[:WORST]],
    }


def text(found: Mapping[str, Any], width: int) -> str:
    """The report for a terminal of `width` columns."""
    head = ("variant", "n", "same", "95 % interval", "flips", "95 % interval", "other\nlabel")
    lines = [found["overall"], *found["families"], *found["variants"]]
    about = (
        f"{found['texts']} texts, seed {found['seed']}; same: the same label, or abstained both times; "
        "flips: answer to abstention or back; all in per cent."
    )
    parts = [wrapped(about, width), aligned(head, [_cells(line) for line in lines], width)]
    if found["worst"]:
        parts.append("\n".join(["The worst changes:", *(wrapped(_told(it), width, "    ") for it in found["worst"])]))
    return "\n\n".join(parts)


def _grouped(pairs: Iterable[Pair], name: str) -> dict[str, list[Pair]]:
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(getattr(pair, name), []).append(pair)
    return groups


def _line(name: str, pairs: Sequence[Pair]) -> dict[str, Any]:
    same, flips = [pair.same for pair in pairs], [pair.flips for pair in pairs]
    return {
        "name": name,
        "n": len(pairs),
        "same": float(np.mean(same)) if pairs else float("nan"),
        "same_interval": list(_interval(same, pairs)),
        "flips": float(np.mean(flips)) if pairs else float("nan"),
        "flips_interval": list(_interval(flips, pairs)),
        "to_abstained": sum(pair.flips and pair.after.label is None for pair in pairs),
        "to_answered": sum(pair.flips and pair.before.label is None for pair in pairs),
        "relabelled": sum(not pair.same and not pair.flips for pair in pairs),
    }


def _interval(hits: Sequence[bool], pairs: Sequence[Pair]) -> Interval:
    """Of a share: bootstrap that draws texts with all their variants; Wilson's where a share is 0 or 1."""
    if sum(hits) in (0, len(hits)):
        return wilson(sum(hits), len(hits))
    return bootstrap_interval(hits, clusters=[twin_key(pair.text) for pair in pairs], resamples=RESAMPLES)


def _example(pair: Pair) -> dict[str, Any]:
    ends = {
        when: {"label": decided.label, "p": decided.p, "scope": decided.scope}
        for when, decided in (("before", pair.before), ("after", pair.after))
    }
    return {"variant": pair.variant, "text": pair.text, "written": pair.written, **ends}


def _cells(line: Mapping[str, Any]) -> tuple[str, ...]:
    shares = []
    for name in ("same", "flips"):
        low, high = line[f"{name}_interval"]
        shares += [f"{100 * line[name]:.1f}", f"[{100 * low:.1f}, {100 * high:.1f}]"]
    return (line["name"], str(line["n"]), *shares, str(line["relabelled"]))


def _told(example: Mapping[str, Any]) -> str:
    ends = [f"{example[when]['label'] or 'abstained'} (p {example[when]['p']:.2f})" for when in ("before", "after")]
    return f"  {example['variant']}: {example['text']!r} → {example['written']!r}: {ends[0]} → {ends[1]}"
