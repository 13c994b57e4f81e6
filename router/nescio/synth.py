"""Exemplars that a language model proposes from an expert's description, for a person to review.

Proposals are screened: repetitions go, and what the present router clearly gives to another expert is flagged. Nothing
is written here but what `append` is told to write, and that is marked as synthetic.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nescio.errors import CardError, DataError, InvalidRequest
from nescio.types import Backend, Encode, Message

if TYPE_CHECKING:
    from nescio.routing import Router
    from nescio_indexes.described import Description

NEAR = 0.93
"""Texts that are more similar than this say the same."""
CLEAR = 0.5
"""P(another expert's route) from which a proposal is flagged."""
LONGEST = 200
"""Characters of a proposal; what is longer is no query but a story."""
MOST = 500
"""Proposals in one run."""

_SPARE = 1.5
_TEMPERATURE = 0.9
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,3}[.):])\s*")
_TALK = re.compile(r"^(?:sure|certainly|of course|here (?:are|is)|okay)\b.*|.*:$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed exemplar; `other` is the expert that the present router clearly gives it to, if it is another."""

    text: str
    other: str | None = None

    def row(self, label: str) -> dict[str, object]:
        """A line of a JSONL file."""
        return {"text": self.text, "label": label, "synthetic": True, "other": self.other}


def describe_card(path: Path) -> Description:
    """The description in a ``card.toml``; exemplars need not be there yet.

    Raises:
        CardError: It cannot be read, or lacks name or description.
    """
    from nescio_indexes.described import Description

    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
        name, told = body["name"], body["description"]
    except OSError as error:
        raise CardError(f"cannot read {path}: {error.strerror}", hint="name a card.toml") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CardError(f"{path} is not TOML: {error}", hint="check quotes and brackets at that line") from error
    except KeyError as error:
        raise CardError(f"{path}: {error} is missing", hint="docs/write-an-expert.md lists the fields") from error
    if not isinstance(name, str) or not isinstance(told, str):
        raise CardError(f"{path}: name and description are texts", hint="docs/write-an-expert.md lists the fields")
    return Description(name, told)


async def propose(
    description: Description, backend: Backend, count: int, *, seed: int = 0, timeout: float = 120.0
) -> tuple[str, ...]:
    """What the model writes for each phrase of `description`, at most `MOST` lines in all.

    Raises:
        InvalidRequest: `count` is not between 1 and `MOST`.
        BackendUnavailable: The model cannot be reached.
    """
    if not 1 <= count <= MOST:
        raise InvalidRequest(f"--count {count} is out of range", hint=f"between 1 and {MOST}")
    # The whole description comes first among its phrases, and is told to the model with each of the others anyway.
    phrases = description.phrases[1:] or description.phrases
    each = max(3, round(_SPARE * count / len(phrases)))
    lines: list[str] = []
    for place, phrase in enumerate(phrases):
        if len(lines) >= _SPARE * count:
            break
        asked = (
            f"Topic: {description.text or phrase}\n"
            f"Write {each} different short questions or requests that a person might type about: {phrase}.\n"
            "One a line, in the person's own words. No numbers, no quotes, nothing else."
        )
        said = await backend.chat(
            [Message("user", asked)],
            temperature=_TEMPERATURE,
            max_tokens=24 * each,
            seed=seed + place,
            timeout=timeout,
        )
        lines += _lines(said[0].text) if said else ()
    return tuple(lines[:MOST])


def screen(
    texts: Iterable[str], label: str, known: Sequence[str], encode: Encode, router: Router | None, count: int
) -> tuple[Proposal, ...]:
    """The first `count` of `texts` that repeat neither `known` nor one another; others' are flagged."""
    from nescio_indexes.text import clean, twin_key

    seen = {twin_key(text) for text in known}
    fresh: list[str] = []
    for text in (clean(text) for text in texts):
        if text and twin_key(text) not in seen:
            seen.add(twin_key(text))
            fresh.append(text)
    kept = _apart(fresh, known, encode)[:count]
    if router is None or not kept:
        return tuple(Proposal(text) for text in kept)
    best = [route.candidates[0] if route.candidates else None for route in router.route_many(kept)]
    return tuple(
        Proposal(text, top.expert if top is not None and top.expert != label and top.p_route > CLEAR else None)
        for text, top in zip(kept, best, strict=True)
    )


def append(path: Path, proposals: Iterable[Proposal]) -> int:
    """Add the unflagged `proposals` to the exemplars in `path`, marked as synthetic; how many.

    Raises:
        DataError: The file cannot be written.
    """
    rows = [{"text": proposal.text, "synthetic": True} for proposal in proposals if proposal.other is None]
    try:
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        start = "" if not before or before.endswith("\n") else "\n"
        with path.open("a", encoding="utf-8") as stream:
            stream.write(start + "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot write {path}: {error}", hint="name a file that can be written") from error
    return len(rows)


def _lines(text: str) -> list[str]:
    """The messages in a model's reply; its last line may have been cut off in the middle, and a title is none."""
    found = []
    for line in text.splitlines():
        message = _BULLET.sub("", line).strip().strip("\"'“”").strip()
        if 3 <= len(message) <= LONGEST and not _TALK.fullmatch(message):
            found.append(message)
    return found


def _apart(texts: Sequence[str], known: Sequence[str], encode: Encode) -> list[str]:
    """`texts` without those that say what an earlier one, or a known one, says."""
    import numpy as np

    if not texts:
        return []
    vectors = encode([*known, *texts])
    taken = vectors[: len(known)]
    kept = []
    for text, vector in zip(texts, vectors[len(known) :], strict=True):
        if not len(taken) or float((taken @ vector).max()) < NEAR:
            kept.append(text)
            taken = np.concatenate([taken, vector[None]])
    return kept
