"""Writes the first files of a new expert: a card alone, or a package with code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from nescio.errors import InvalidRequest

_CARD = """\
name = "{name}"
domain = "{name}"
description = "Say in one sentence what {name} answers."
licence = "Apache-2.0"
"""

_PROMPT = '''model = "general"

[prompt]
system = """You answer questions about {name} from these notes, with the shortest correct phrase.
If the notes do not say, answer: I don't know.

- Write what it must know here, a fact a line."""
samples = 4
max_tokens = 64
'''

_CODE_CARD = """features = ["known"]
"""

_EXEMPLARS = """\
{{"text": "An example question about {name}"}}
{{"text": "Another one, in other words, about {name}"}}
"""

_QUESTIONS = """\
{{"question": "A question about {name} that has an answer", "answer": "the answer"}}
{{"question": "A question about {name} that nobody can answer", "answer": null}}
"""

_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "nescio-expert-{name}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["nescio"]

[project.entry-points."nescio.experts"]
{name} = "{module}:create"

[tool.hatch.build.targets.wheel]
packages = ["{module}"]

[tool.hatch.build]
dev-mode-dirs = ["."]
"""

_MODULE = '''\
"""An expert for {name}: it looks a question up in a table of its own."""

from __future__ import annotations

from pathlib import Path

from nescio.card import load_card
from nescio.types import Abstained, Answer, Card, Citation, Context, Evidence, Query, Reason

FACTS = {{"an example question about {name}": "an example answer"}}


class Table:
    """Answers what stands in the table, and says so when a question does not."""

    def __init__(self, card: Card) -> None:
        self.card = card

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """Look the query up."""
        found = FACTS.get(query.text.strip().rstrip("?.").lower())
        evidence = Evidence({{"known": float(found is not None)}})
        attempt = Answer(found or "nothing is recorded on that.", self.card.name, "table", evidence)
        if found is None:
            return Abstained(Reason.UNANSWERABLE, "my table has nothing on that.", withheld=attempt)
        source = (Citation(title="{name} table", source="this package"),)
        return Answer(found, self.card.name, "table", evidence, citations=source)


def create() -> Table:
    """What the entry point names: an expert, ready to be asked."""
    return Table(load_card(Path(__file__).parent))
'''


def scaffold(name: str, folder: Path, kind: Literal["card", "package"]) -> tuple[Path, ...]:
    """Write a new expert called `name` into `folder`/`name`.

    Returns:
        The files written.

    Raises:
        InvalidRequest: The name does not fit, or the folder exists.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
        raise InvalidRequest(f"{name!r} is no name for an expert", hint="lower-case letters, digits, - and _")
    root = folder / name
    if root.exists():
        raise InvalidRequest(f"{root} exists already", hint="choose another name, or remove it first")
    module = f"nescio_{name.replace('-', '_')}"
    inner = root / module if kind == "package" else root
    files = {
        inner / "card.toml": _CARD + (_CODE_CARD if kind == "package" else _PROMPT),
        inner / "exemplars.jsonl": _EXEMPLARS,
        inner / "questions.jsonl": _QUESTIONS,
    }
    if kind == "package":
        files |= {root / "pyproject.toml": _PYPROJECT, inner / "__init__.py": _MODULE}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(name=name, module=module), encoding="utf-8")
    return tuple(files)
