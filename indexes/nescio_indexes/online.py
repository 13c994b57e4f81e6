"""Exemplars of a fitted router added and removed without a refit: durably, and counted.

A change writes a new version that links what did not change, so that it is as cheap for a million exemplars as for a
thousand. Head, calibration and threshold stay those of the fit; `growth_of` says how far the exemplars have left them.
What changed is also kept as a list of its own (``changes.jsonl``), so that a refit of the product's router keeps it.

    {"add": "how tall is it", "label": "geography"}
    {"remove": "apple pie"}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nescio.errors import ArtefactError, DataError
from nescio_indexes import artefact
from nescio_indexes.encoder import TextEncoder
from nescio_indexes.exemplars import Exemplar
from nescio_indexes.fitted import CHANGES, FORMAT, KIND, FittedRouter, read_facts
from nescio_indexes.rows import Row, prepare
from nescio_indexes.text import bare, clip

Change = dict[str, str | None]
"""A line of the list."""

REFIT_GROWTH = 0.1
"""Past this share of exemplars added or removed since the fit, a refit is due."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did.

    Attributes:
        changed: Exemplars added, or removed.
        passed_over: Rows that were there already, or texts that no exemplar has.
        growth: Exemplars added and removed since the fit, as a share of those fitted on.
    """

    changed: int
    passed_over: int
    growth: float

    @property
    def refit_due(self) -> bool:
        """Whether the fit is too far behind the exemplars."""
        return self.growth > REFIT_GROWTH


def add_exemplars(root: Path, rows: Iterable[Row], encoder: TextEncoder) -> Changed:
    """Add `rows` to the router below `root`; when this returns they are on disk and in force.

    Args:
        root: The router's folder.
        rows: Labelled queries; label None means out of scope. Empty texts and repetitions are passed over.
        encoder: The one that the router was fitted with.

    Raises:
        DataError: A label is unknown to the router, or it was fitted without out-of-scope rows and a row is out of
            scope.
        ArtefactError: There is no usable router of this encoder, or its folder cannot be written.
    """
    wanted = list(rows)
    fresh = [Exemplar(row.text, row.label) for row in prepare(wanted)]
    vectors = encoder.encode([bare(item.text) for item in fresh])

    def change(fitted: FittedRouter) -> list[Change]:
        _check_labels(fitted, fresh)
        added = []
        for index, outside in ((fitted.model.inside, False), (fitted.model.outside, True)):
            held = index.holds([item for item in fresh if (item.label is None) == outside])
            new = [i for i, item in enumerate(fresh) if (item.label is None) == outside and item not in held]
            index.add([fresh[i] for i in new], vectors[new])
            added += [{"add": fresh[i].text, "label": fresh[i].label} for i in new]
        return added

    done, growth = _change(root, encoder, change)
    return Changed(len(done), len(wanted) - len(done), growth)


def remove_exemplars(root: Path, texts: Collection[str], encoder: TextEncoder) -> Changed:
    """Remove every exemplar of the router below `root` whose text is among `texts`, whatever its label.

    Raises:
        DataError: Nothing in scope would be left.
        ArtefactError: There is no usable router of this encoder, or its folder cannot be written.
    """
    wanted = {clip(text) for text in texts}

    def change(fitted: FittedRouter) -> list[Change]:
        removed: list[Change] = []
        for text in sorted(wanted):
            count = fitted.model.inside.remove([text]) + fitted.model.outside.remove([text])
            removed += [{"remove": text}] * count
        if not len(fitted.model.inside):
            raise DataError("this would remove every exemplar", hint="fit a router on other rows instead")
        return removed

    done, growth = _change(root, encoder, change)
    return Changed(len(done), len(wanted - {one["remove"] for one in done}), growth)


def growth_of(facts: dict[str, Any]) -> float:
    """Exemplars added and removed since the fit as a share of those fitted on; `facts` of a router."""
    report, extra = facts.get("report", {}), facts.get("extra", {})
    fitted_on = int(report.get("rows", 0)) + int(report.get("outside", 0))
    return (int(extra.get("added", 0)) + int(extra.get("removed", 0))) / max(fitted_on, 1)


def changes_of(root: Path) -> tuple[Change, ...]:
    """Everything added to and removed from the router below `root` since it was first built, oldest first."""
    name = artefact.current(root)
    try:
        lines = (root / (name or "") / CHANGES).read_text(encoding="utf-8").splitlines()
        return tuple(json.loads(line) for line in lines)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{root / (name or '') / CHANGES} is damaged: {error}", hint="build it again") from error


def with_changes(rows: Sequence[Row], changes: Iterable[Change]) -> tuple[Row, ...]:
    """`rows` as `changes` leave them; what was added under a label that `rows` no longer have is left out."""
    known = {row.label for row in rows} | {None}
    kept = list(rows)
    for change in changes:
        text = change.get("remove")
        if text is not None:
            kept = [row for row in kept if clip(row.text) != text]
        elif change["label"] in known:
            kept.append(Row(str(change["add"]), change["label"]))
    return tuple(kept)


def save_refit(root: Path, fitted: FittedRouter, known: Sequence[Change], encoder: TextEncoder) -> None:
    """Save `fitted`, a refit on rows with the changes `known`, and with what was changed meanwhile, below `root`.

    Raises:
        ArtefactError: The folder cannot be written, or its list of changes is damaged; what was there stays.
    """
    model = fitted.model

    def fill(folder: Path) -> None:
        late = changes_of(root)[len(known) :]
        for change in late:
            text = change.get("remove")
            if text is not None:
                model.inside.remove([text])
                model.outside.remove([text])
            elif change["label"] in {None, *model.labels}:
                one = Exemplar(str(change["add"]), change["label"])
                side = model.outside if one.label is None else model.inside
                side.add([one], encoder.encode([bare(one.text)]))
        fitted.write_into(folder, (*known, *late))

    fitted.save(root, fill)


def _change(
    root: Path, encoder: TextEncoder, change: Callable[[FittedRouter], list[Change]]
) -> tuple[list[Change], float]:
    done: list[Change] = []
    growth = 0.0

    def apply(folder: Path, facts: dict[str, Any]) -> tuple[dict[str, Any], artefact.Fill] | None:
        nonlocal growth
        fitted = FittedRouter.read_from(root, folder, facts, encoder.fingerprint)
        growth = growth_of(facts)
        done.extend(change(fitted))
        if not done:
            return None
        fitted.model.inside.settle()
        fitted.model.outside.settle()
        added = sum("add" in one for one in done)
        extra = dict(fitted.extra)
        extra |= {"added": extra.get("added", 0) + added, "removed": extra.get("removed", 0) + len(done) - added}
        newer = replace(fitted, extra=extra)
        growth = growth_of(newer.facts())
        log = changes_of(root) + tuple(done)
        return newer.facts(), lambda target: newer.write_into(target, log)

    artefact.change_version(root, kind=KIND, version=FORMAT, change=apply)
    return done, growth


def _check_labels(fitted: FittedRouter, fresh: Sequence[Exemplar]) -> None:
    unknown = sorted({item.label for item in fresh if item.label is not None} - set(fitted.model.labels))
    if unknown:
        raise DataError(
            f"this router knows no label {unknown[0]!r}",
            hint="a new label needs a refit: nescio fit, or nescio index build for the experts' own router",
        )
    if not fitted.report.outside and any(item.label is None for item in fresh):
        raise DataError(
            "this router was fitted without out-of-scope rows, so its calibration cannot read any",
            hint="fit it again with them",
        )


class Follower:
    """Takes exemplars that another process added or removed into a router that is being served."""

    def __init__(self, root: Path, served: FittedRouter) -> None:
        """Follow the versions below `root` of the fit that `served` is."""
        self._root = root
        self._served = served
        self._seen: str | None = None

    @property
    def exemplars(self) -> int:
        """How many are served."""
        return len(self._served.model.inside) + len(self._served.model.outside)

    def follow(self) -> bool:
        """Take the exemplars of the version in force, if it is a new one of the same fit; whether it was.

        Each of the two indexes changes in one step; who searches meanwhile is not held up. Another fit is left for the
        next start: its labels and its calibration belong together with what else was loaded.

        Raises:
            ArtefactError: The new version cannot be used; what is served stays.
        """
        name = artefact.current(self._root)
        if name is None or name == self._seen:
            return False
        served = self._served
        self._seen = name
        if read_facts(self._root).get("encoder") != served.encoder:
            return False
        newer = FittedRouter.load(self._root, served.encoder)
        if (newer.data, newer.model.labels) != (served.data, served.model.labels):
            return False
        served.model.inside.adopt(newer.model.inside)
        served.model.outside.adopt(newer.model.outside)
        return True
