"""Answers questions about Python: by running an expression, or by the model with the interpreter's documentation.

Names that the question claims to be in the standard library are looked up first: what does not exist is unanswerable.
"""

from __future__ import annotations

import asyncio
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nescio.evidence import agreement, locate, mean_logprob, min_logprob
from nescio.types import (
    Abstained,
    Answer,
    Card,
    Citation,
    Completion,
    Context,
    Encode,
    Evidence,
    Execution,
    Progress,
    Query,
    Reason,
    Usage,
)
from nescio_experts.python import library, prompts, reading
from nescio_experts.python.evaluating import program, value_of
from nescio_indexes.knowledge import Hit, KnowledgeIndex, Passage, staleness_key

RETRIEVED = 8
SHOWN = 3
SOURCE = "Python's own documentation"


@dataclass(frozen=True, slots=True)
class Found:
    """What the documentation holds on a question: passages to show, best first, and the best similarity."""

    hits: tuple[Hit, ...]
    named: bool

    @property
    def passages(self) -> list[str]:
        """The texts to show."""
        return [hit.passage.text for hit in self.hits[:SHOWN]]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where they stand."""
        return tuple(
            Citation(hit.passage.title, SOURCE, hit.passage.source, hit.passage.text) for hit in self.hits[:SHOWN]
        )


class PythonExpert:
    """See the module's docstring."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self._index: KnowledgeIndex | None = None

    async def warmup(self, context: Context) -> None:
        """Have the knowledge index, built if it must be, before the first question."""
        await asyncio.to_thread(self.prepare, context.encode, context.data_dir, context.progress)
        await asyncio.to_thread(_names)

    def prepare(self, encode: Encode, data_dir: Path, progress: Progress) -> None:
        """Build the knowledge index, or load it if it is there and fresh."""
        rules = Path(library.__file__).read_text(encoding="utf-8")
        key = staleness_key(library.version(), rules, str(encode(["key"])[0, :4].round(1)))
        self._index = KnowledgeIndex.load_or_build(data_dir, key, _passages, encode, progress)

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """Run, look up, or ask the model with the documentation."""
        known = await asyncio.to_thread(_names)
        code = reading.expression_in(query.text)
        if code is not None and context.sandbox is not None:
            context.progress("running the expression")
            evaluated = self._evaluated(code, await context.sandbox.run(program(code, sys.stdlib_module_names)))
            if evaluated is not None:
                return evaluated
        mentioned = reading.names_in(query.text)
        missing = reading.unknown_names(mentioned, known)
        if missing:
            return self._no_such_name(missing[0], known)
        context.progress("reading the documentation")
        found = await asyncio.to_thread(self._find, query.text, mentioned, context)
        return await self._from_model(query, context, found, known)

    def _evaluated(self, code: str, run: Execution) -> Answer | None:
        value = value_of(run)
        if value is None:
            return None
        features = dict.fromkeys(self.card.features, 0.0) | {
            "executed": 1.0,
            "retrieval": 1.0,
            "named": 1.0,
            "grounded": 1.0,
            "ran": 1.0,
            "agreement": 1.0,
        }
        evidence = Evidence(features, code=code, stdout=run.stdout or run.message)
        source = (Citation("the expression, run", f"Python {library.version()}"),)
        return Answer(value, self.card.name, f"Python {library.version()}", evidence, citations=source)

    def _no_such_name(self, name: str, known: frozenset[str]) -> Abstained:
        from rapidfuzz import process

        head = name.partition(".")[0]
        near = process.extractOne(name, [k for k in known if k.startswith(f"{head}.")], score_cutoff=80)
        hint = f" Did you mean {near[0]}?" if near else ""
        message = f"Python {library.version()} has no {name} in its standard library.{hint}"
        features = dict.fromkeys(self.card.features, 0.0) | {"invented": 1.0}
        attempt = Answer(message, self.card.name, f"Python {library.version()}", Evidence(features))
        return Abstained(Reason.UNANSWERABLE, message, withheld=attempt)

    def _find(self, text: str, mentioned: Sequence[str], context: Context) -> Found:
        if self._index is None:
            self.prepare(context.encode, context.data_dir, context.progress)
        assert self._index is not None
        hits = self._index.search(context.encode([text])[0], RETRIEVED)
        exact = [
            Hit(passage, 1.0)
            for passage in self._index.passages
            if any(passage.title == name or passage.title.endswith(f".{name}") for name in mentioned)
        ]
        merged = {hit.passage.title: hit for hit in (*exact[:SHOWN], *hits)}
        return Found(tuple(merged.values()), named=bool(exact))

    async def _from_model(
        self, query: Query, context: Context, found: Found, known: frozenset[str]
    ) -> Answer | Abstained:
        if context.backend is None:
            return Abstained(Reason.EXPERT_UNAVAILABLE, "no model is configured for questions about Python.")
        context.progress("asking the model")
        drawn = await self._draw(query, context, found)
        text = drawn[0].text
        line = reading.first_line(text)
        code = reading.code_block(text)
        run = await context.sandbox.run(code) if code and context.sandbox is not None else None
        features = self._features(line, drawn, found, run, known, query.text)
        ran = run is not None and run.outcome == "ok"
        shown = f"{line}\n\n```python\n{code}\n```" if ran else line
        evidence = Evidence(
            features,
            samples=tuple(sample.text for sample in drawn),
            code=code if ran else None,
            stdout=run.stdout if ran and run is not None else None,
        )
        attempt = Answer(shown, self.card.name, context.backend.model, evidence, _usage(drawn), found.citations)
        if prompts.declines(line):
            return Abstained(Reason.DECLINED, "the model says that it does not know.", withheld=attempt)
        return attempt

    async def _draw(self, query: Query, context: Context, found: Found) -> tuple[Completion, ...]:
        assert context.backend is not None
        sent = prompts.messages(query.text, found.passages)
        greedy = await context.backend.chat(sent, max_tokens=prompts.MAX_TOKENS, seed=context.seed, logprobs=1)
        more = prompts.SAMPLES if context.samples is None else context.samples - 1
        if more <= 0:
            return greedy
        return greedy + await context.backend.chat(
            sent,
            n=more,
            temperature=prompts.TEMPERATURE,
            max_tokens=prompts.MAX_TOKENS,
            stop=("\n",),
            seed=context.seed + 1,
        )

    def _features(
        self,
        line: str,
        drawn: Sequence[Completion],
        found: Found,
        run: Execution | None,
        known: frozenset[str],
        question: str,
    ) -> dict[str, float]:
        tokens = drawn[0].tokens
        span = locate(tokens, line)
        others = [reading.first_line(sample.text) for sample in drawn[1:]]
        words = set(re.findall(r"[A-Za-z_]\w{2,}", line)) - set(re.findall(r"[A-Za-z_]\w{2,}", question))
        seen = " ".join(found.passages)
        invented = reading.unknown_names(reading.names_in(line), known)
        agreed = agreement(line, others, question) if others else 0.0
        return {
            "executed": 0.0,
            "retrieval": max((hit.score for hit in found.hits), default=0.0),
            "named": float(found.named),
            "grounded": sum(word in seen for word in words) / len(words) if words else 0.0,
            "invented": float(len(invented)),
            "ran": 0.0 if run is None else 1.0 if run.outcome == "ok" else -1.0,
            "mean_logprob": _or(mean_logprob(tokens, span), -20.0),
            "min_logprob": _or(min_logprob(tokens, span), -20.0),
            "agreement": agreed,
        }


def _or(value: float, otherwise: float) -> float:
    """A server without log-probabilities counts as the least certain one."""
    return otherwise if math.isnan(value) else value


def _usage(drawn: Sequence[Completion]) -> Usage:
    return Usage(
        prompt_tokens=sum(sample.prompt_tokens for sample in drawn),
        completion_tokens=sum(sample.completion_tokens for sample in drawn),
        answer_tokens=drawn[0].completion_tokens,
        samples=len(drawn),
    )


def _passages() -> list[Passage]:
    return [Passage(entry.name, entry.passage, f"Python {library.version()}") for entry in library.entries()]


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return library.names()
