"""Finds experts: by the entry point ``nescio.experts``, and as folders with a card in ``NESCIO_EXPERTS``.

A broken expert is reported and skipped; it never stops the others. Nothing is started here.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from nescio.card import load_card
from nescio.errors import CardError, NescioError
from nescio.prompt_expert import PromptExpert
from nescio.types import Card, Expert

GROUP = "nescio.experts"


@dataclass(frozen=True, slots=True)
class Problem:
    """An expert that was skipped, and why."""

    name: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """The experts at hand, by name, and those that were skipped."""

    experts: Mapping[str, Expert]
    problems: tuple[Problem, ...] = ()

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards of all experts, by name."""
        return tuple(expert.card for _, expert in sorted(self.experts.items()))


def discover(folders: Iterable[Path] = (), points: Iterable[EntryPoint] | None = None) -> Registry:
    """Load every expert that is installed or lies in `folders`.

    Args:
        folders: Each a folder with a ``card.toml``, or a folder of such folders.
        points: Entry points to load; all installed ones by default.
    """
    experts: dict[str, Expert] = {}
    problems: list[Problem] = []
    for found in (*_installed(entry_points(group=GROUP) if points is None else points), *_in_folders(folders)):
        if isinstance(found, Problem):
            problems.append(found)
        elif found.card.name in experts:
            hint = "rename one of them in its card.toml"
            problems.append(Problem(found.card.name, f"{found.card.folder}: the name is taken already", hint))
        else:
            experts[found.card.name] = found
    return Registry(experts, tuple(problems))


def conforms(expert: object) -> Expert:
    """`expert` itself, if it honours the `Expert` protocol.

    Raises:
        CardError: It lacks a card, exemplars, or an async ``answer``.
    """
    if not isinstance(getattr(expert, "card", None), Card):
        raise CardError("the expert has no `card` of type nescio.types.Card", hint="nescio.card.load_card reads one")
    if not inspect.iscoroutinefunction(getattr(expert, "answer", None)):
        raise CardError("the expert has no `async def answer(query, context)`", hint="docs/write-an-expert.md")
    assert isinstance(expert, Expert)
    if not expert.card.exemplars:
        raise CardError("the expert has no exemplars, so no query can reach it", hint="add rows to exemplars.jsonl")
    return expert


def _installed(points: Iterable[EntryPoint]) -> Iterator[Expert | Problem]:
    for point in sorted(points, key=lambda p: (not p.value.startswith("nescio_experts."), p.name)):
        try:
            yield conforms(point.load()())
        except NescioError as error:
            yield Problem(point.name, error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - a foreign plugin may fail in any way; it must not be fatal
            yield Problem(point.name, f"{point.value}: {type(error).__name__}: {error}", "see the plugin's own docs")


def _in_folders(folders: Iterable[Path]) -> Iterator[Expert | Problem]:
    for folder in folders:
        if not folder.is_dir():
            yield Problem(folder.name, f"{folder} is not a folder", "NESCIO_EXPERTS lists folders, as PATH does")
            continue
        inner = [folder] if (folder / "card.toml").is_file() else sorted(p for p in folder.iterdir() if p.is_dir())
        for place in inner:
            try:
                yield conforms(_from_card(load_card(place)))
            except NescioError as error:
                yield Problem(place.name, error.message, error.hint)


def _from_card(card: Card) -> Expert:
    if card.prompt is None:
        raise CardError(f"{card.folder}: no [prompt] and no code", hint="an expert with code is installed as a package")
    return PromptExpert(card)
