"""Whether chemistry and geography answer about what does not exist. Appends to ``results.jsonl``.

Names are joined of the first half of one real name and the second half of another, so that they look like elements and
countries; only those at least two edits away from every real name are asked about, since one edit may be a slip of the
finger. Half of them are a real name with two letters changed, which invites a correction: near misses are to be asked
about ("did you mean …?"), not answered. Every question is put to its expert by name, so that no router protects it.

    python benchmarks/invented.py [--count 200] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import string
import time
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from rapidfuzz.distance import DamerauLevenshtein

from nescio.engine import Engine
from nescio.graph import at_once
from nescio.settings import load_settings
from nescio.types import Abstained, Answered, Message, Query, silent
from nescio_experts.chemistry.table import load_table
from nescio_experts.geography.atlas import atlas

HERE = Path(__file__).resolve().parent
FARTHEST = 2
"""Edits within which a name counts as a slip of a real one, less one."""

WORDINGS = {
    "chemistry": (
        "What is the melting point of {}?",
        "What is the atomic number of {}?",
        "Which group is {} in?",
        "How dense is {}?",
        "What is the symbol for {}?",
        "Is {} a metal?",
        "Who discovered {}?",
        "What is heavier, {} or iron?",
    ),
    "geography": (
        "What is the capital of {}?",
        "How many people live in {}?",
        "Which currency is used in {}?",
        "Which countries border {}?",
        "What languages are spoken in {}?",
        "Is {} in Europe?",
        "Which continent is {} on?",
        "Which is larger, {} or France?",
    ),
}


def real_names() -> dict[str, tuple[str, ...]]:
    """What chemistry and geography know, in single words."""
    elements = tuple(element.name for element in load_table().elements.values())
    countries = tuple(country.name for country in atlas().countries.values() if country.name.isalpha())
    return {"chemistry": elements, "geography": countries}


def known_words() -> dict[str, frozenset[str]]:
    """Every word that is, or is part of, a name that either expert resolves."""
    facts = atlas()
    spelled = (alias for aliases in (*facts.aliases.values(), *facts.demonyms.values()) for alias in aliases)
    cities = {word.casefold() for name in spelled for word in (name, *name.split())}
    return {"chemistry": frozenset(real_names()["chemistry"]), "geography": frozenset(cities)}


def invented(real: Sequence[str], known: Collection[str], count: int, rng: random.Random) -> list[str]:
    """`count` names that nothing in `known` is within `FARTHEST` − 1 edits of, each once."""
    found: dict[str, None] = {}
    while len(found) < count:
        name = _joined(real, rng) if len(found) % 2 else _misspelt(rng.choice(real), rng)
        near = min(DamerauLevenshtein.distance(name.casefold(), one) for one in known)
        if len(name) >= 5 and near >= FARTHEST:
            found[name] = None
    return list(found)


def _joined(real: Sequence[str], rng: random.Random) -> str:
    first, second = rng.sample(real, 2)
    return first[: (len(first) + 1) // 2] + second[len(second) // 2 :].lower()


def _misspelt(name: str, rng: random.Random) -> str:
    letters = list(name)
    for place in rng.sample(range(1, len(letters)), min(2, len(letters) - 1)):
        letters[place] = rng.choice(string.ascii_lowercase)
    return "".join(letters)


async def asked(engine: Engine, expert: str, text: str, target: float) -> Answered | Abstained:
    """What `expert` makes of `text` at `target`; nothing is recorded in the outcome log."""
    query = Query("invented", (Message("user", text),), text, confidence_target=target, expert=expert)
    turns = [{"role": "user", "content": text}]
    end = await engine.graph.ainvoke({"messages": turns, "query": query, "progress": silent, "slot": at_once})
    decision: Answered | Abstained = end["decision"]
    return decision


async def measured(count: int, seed: int) -> list[dict[str, object]]:
    """For each expert and target: how many were answered, why not, and how often a real name was offered."""
    found: list[dict[str, object]] = []
    async with await Engine.start(load_settings(), models=False) as engine:
        for expert, real in real_names().items():
            rng = random.Random(f"{seed} {expert}")
            names = invented(real, known_words()[expert], count // 2, rng)
            questions = [rng.choice(WORDINGS[expert]).format(name) for name in names]
            for target in (0.75, 0.0):
                decided = [await asked(engine, expert, text, target) for text in questions]
                given = [text for text, one in zip(questions, decided, strict=True) if isinstance(one, Answered)]
                refused = [one for one in decided if isinstance(one, Abstained)]
                offered = sum("did you mean" in one.message.lower() for one in refused)
                reasons = dict(Counter(str(one.reason) for one in refused))
                line = {"expert": expert, "target": target, "asked": len(questions), "answered": len(given)}
                found.append(line | {"reasons": reasons, "did_you_mean": offered, "given": given[:10]})
    return found


def main() -> None:
    """Ask, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    figures = asyncio.run(measured(wish.count, wish.seed))
    for one in figures:
        print(one)  # noqa: T201
    line = {"bench": "invented", "when": time.strftime("%Y-%m-%d"), "seed": wish.seed, "figures": figures}
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as results:
        results.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
