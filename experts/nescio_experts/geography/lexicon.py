"""What the words of a geography question mean, apart from names: properties, comparisons, superlatives, fillers.

The patterns stand in ``phrases.toml``, written as `nescio_experts.grounded.Phrasebook` reads them. Meanings are short
ids with a kind before the colon: ``p`` a property, ``n`` a noun, ``sup`` a superlative, ``cmp`` a comparison, ``dim``
what is compared, ``q`` a way of asking, ``agg`` an aggregate, ``u`` a unit, ``no`` something that the tables do not
hold. What a key with several ids names stands for all of them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from nescio_experts.grounded import Gazetteer, Phrasebook

_SPELLED: Final = """
capital population populations inhabitants currency currencies language languages neighbours neighbors neighbouring
bordering borders continent density country countries kilometres kilometers populous populated coordinates latitude
longitude timezone largest smallest biggest million billion square domain official spoken territory dialling located
"""


@cache
def phrasebook() -> Phrasebook:
    """The phrases, expanded once."""
    table = _table()
    pieces: dict[str, str] = table["pieces"]
    phrases: dict[str, list[str]] = table["phrases"]
    beyond: dict[str, list[str]] = table["unsupported"]
    entries = {**phrases, **{f"no:{topic}": patterns for topic, patterns in beyond.items()}}
    return Phrasebook({meaning: [_filled(text, pieces) for text in texts] for meaning, texts in entries.items()})


@cache
def respellings() -> dict[str, str]:
    """Common misspellings of ordinary words, and what is meant."""
    misspelt: dict[str, str] = _table()["misspelt"]
    return {wrong: right for right, wrongs in misspelt.items() for wrong in wrongs.split()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


def _filled(pattern: str, pieces: dict[str, str]) -> str:
    for name, piece in pieces.items():
        pattern = pattern.replace(f"<{name}>", piece)
    return pattern


@cache
def spelling() -> Gazetteer:
    """The words whose misspellings are undone."""
    # One entity for all: forms of one word must not stand in each other's way.
    return Gazetteer([(word, "word") for word in _SPELLED.split()], never=("county", "counties"))
