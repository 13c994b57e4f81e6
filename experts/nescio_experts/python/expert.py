"""Answers questions about Python: by running an expression, a program or a function, or by what the model recalls.

Names that the question claims to be in the standard library are looked up first: what does not exist is unanswerable.
A recalled answer is weighed against the documentation: whether it is given again by a model that reads the passages
nearest to the question, and how near the passage on the very name that was answered is. A function that is asked for is
tried on examples, and shown only if it runs.
"""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from nescio.evidence import agree, agreement, locate, mean_logprob, min_logprob
from nescio.types import (
    Abstained,
    Answer,
    Backend,
    Card,
    Citation,
    Completion,
    Context,
    Encode,
    Evidence,
    Execution,
    Message,
    Progress,
    Query,
    Reason,
    SandboxDoor,
    Usage,
)
from nescio_experts.python import examples, library, prompts, reading, showing, trying, writing
from nescio_experts.python.documentation import Found, consult
from nescio_experts.python.evaluating import program, value_of
from nescio_experts.python.showing import Program
from nescio_experts.python.writing import Attempt, Tried
from nescio_indexes.knowledge import KnowledgeIndex, Passage, staleness_key


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
        """Run, look up, write, show or recall."""
        known = await asyncio.to_thread(_names)
        missing = reading.missing_names(query.text, known)
        if missing:
            return self._no_such_name(missing[0], known)
        code = reading.expression_in(query.text)
        if code is not None and context.sandbox is not None:
            context.progress("running the expression")
            evaluated = self._evaluated(code, await context.sandbox.run(program(code, sys.stdlib_module_names)))
            if evaluated is not None:
                return evaluated
        if context.backend is None:
            return Abstained(Reason.EXPERT_UNAVAILABLE, "no model is configured for questions about Python.")
        if reading.asks_for_function(query.text):
            return await self._function(query, context, context.backend)
        context.progress("reading the documentation")
        found = await asyncio.to_thread(self._find, query.text, context)
        if reading.asks_how(query.text):
            return await self._show(query, context, context.backend, found)
        return await self._recall(query, context, context.backend, found, known)

    def _evaluated(self, code: str, run: Execution) -> Answer | None:
        value = value_of(code, run)
        if value is None:
            return None
        sure = ("executed", "retrieval", "entry", "named", "documented", "agreement", "confirmed")
        features = self._features(**dict.fromkeys(sure, 1.0))
        evidence = Evidence(features, code=code, stdout=run.stdout or run.message)
        source = (Citation("the expression, run", f"Python {library.version()}"),)
        return Answer(value, self.card.name, f"Python {library.version()}", evidence, citations=source)

    def _no_such_name(self, name: str, known: frozenset[str]) -> Abstained:
        from rapidfuzz import fuzz, process

        head = name.partition(".")[0]
        siblings = [other for other in known if other.startswith(f"{head}.")]
        near = process.extractOne(name, siblings, scorer=fuzz.ratio, score_cutoff=80)
        hint = f" Did you mean {near[0]}?" if near else ""
        message = f"Python {library.version()} has no {name} in its standard library.{hint}"
        return Abstained(Reason.UNANSWERABLE, message, would_have_asked=self.card.name)

    def _find(self, text: str, context: Context) -> Found:
        if self._index is None:
            self.prepare(context.encode, context.data_dir, context.progress)
        assert self._index is not None
        return consult(self._index, context.encode([text])[0], reading.names_in(text))

    async def _recall(
        self, query: Query, context: Context, backend: Backend, found: Found, known: frozenset[str]
    ) -> Answer | Abstained:
        """The most likely answer from memory, beside it others from memory and one from the documentation."""
        context.progress("asking the model")
        sent = prompts.recall(query.text, prompts.history(query.messages))
        looking = prompts.look_up(query.text, found.passages)
        limit = prompts.LINE_TOKENS
        (first,), others, (looked_up,) = await asyncio.gather(
            backend.chat(sent, max_tokens=limit, stop=("\n",), seed=context.seed, logprobs=1),
            _more(backend, sent, context, limit, ("\n",)),
            backend.chat(looking, max_tokens=limit, stop=("\n",), seed=context.seed),
        )
        line = reading.first_line(first.text)
        mentioned = reading.names_in(line) or reading.names_of(line)
        span = locate(first.tokens, line)
        features = self._features(
            retrieval=found.best,
            entry=found.similarity_of(mentioned),
            named=float(found.named),
            invented=float(len(reading.unknown_names(mentioned, known))),
            documented=float(agree(line, reading.first_line(looked_up.text), query.text)),
            mean_logprob=_or(mean_logprob(first.tokens, span), -20.0),
            min_logprob=_or(min_logprob(first.tokens, span), -20.0),
            agreement=_or(agreement(line, [reading.first_line(o.text) for o in others], query.text), 0.0),
            confirmed=await self._confirmed(prompts.confirm(query.text, line), context, backend),
        )
        drawn = (first, *others, looked_up)
        evidence = Evidence(features, samples=tuple(completion.text for completion in drawn))
        return self._outcome(line, line, evidence, drawn, found.citations(mentioned), backend)

    async def _show(self, query: Query, context: Context, backend: Backend, found: Found) -> Answer | Abstained:
        """A program that ran, with others that were written for the same question; written once more if all failed."""
        context.progress("writing programs")
        before = prompts.history(query.messages)
        written = await self._write(prompts.show(query.text, before), context, backend)
        drawn = [program.completion for program in written]
        chosen, repaired = showing.choose(written), 0.0
        if chosen.verdict < 0 and chosen.code is not None:
            context.progress("correcting the program")
            again = prompts.show_otherwise(query.text, before, chosen.code, chosen.error)
            second = await self._write(again, context, backend)
            drawn += [program.completion for program in second]
            if showing.choose(second).verdict > 0:
                written, chosen, repaired = second, showing.choose(second), 1.0
        ran, code, tokens = chosen.verdict > 0, chosen.code or "", chosen.completion.tokens
        if not ran and not chosen.line:
            message = f"none of the programs written for it ran{f': {chosen.error}' if chosen.error else ''}."
            return self._failed(message)
        shown = f"{chosen.line}\n\n```python\n{code}\n```".strip() if ran else chosen.line
        span = locate(tokens, code or chosen.line)
        mentioned = (*reading.names_in(chosen.line), *showing.uses(code))
        printed = chosen.run.stdout if ran and chosen.run is not None else None
        features = self._features(
            **showing.evidence(chosen, written),
            retrieval=found.best,
            entry=found.similarity_of(mentioned),
            named=float(found.named),
            repaired=repaired,
            mean_logprob=_or(mean_logprob(tokens, span), -20.0),
            min_logprob=_or(min_logprob(tokens, span), -20.0),
            confirmed=await self._confirmed(prompts.confirm(query.text, shown, printed), context, backend),
        )
        samples = tuple(completion.text for completion in drawn)
        evidence = Evidence(features, samples, code if ran else None, chosen.stdout if ran else None)
        return self._outcome(chosen.line, shown, evidence, drawn, found.citations(mentioned), backend)

    async def _write(self, sent: Sequence[Message], context: Context, backend: Backend) -> list[Program]:
        """The most likely program and some drawn beside it, each run."""
        limit = prompts.SHOWN_TOKENS
        first, others = await asyncio.gather(
            backend.chat(sent, max_tokens=limit, seed=context.seed, logprobs=1),
            _more(backend, sent, context, limit),
        )
        programs: list[Program] = []
        for completion in (*first, *others):
            line, code = showing.read(completion)
            run = next((p.run for p in programs if p.code == code), None)
            if run is None and code is not None and context.sandbox is not None:
                run = await context.sandbox.run(showing.runnable(code))
            programs.append(Program(completion, line, code, run))
        return programs

    async def _function(self, query: Query, context: Context, backend: Backend) -> Answer | Abstained:
        """A function that was tried, with others written for the same request; written once more if none will do."""
        if context.sandbox is None:
            return self._failed("a function is shown only after it ran, and nothing can be run here.")
        context.progress("writing a function")
        before = prompts.history(query.messages)
        sent = prompts.write(query.text, before)
        attempt, drawn = await self._attempt(sent, query.text, context, backend, context.sandbox)
        if prompts.declines(drawn[0].text):
            line = reading.first_line(drawn[0].text)
            evidence = Evidence(self._features(), tuple(completion.text for completion in drawn))
            return self._outcome(line, line, evidence, drawn, (), backend)
        chosen, failed, repaired = attempt.chosen(), attempt.to_correct(), 0.0
        if failed is not None:
            context.progress("correcting the function")
            sent = prompts.write_otherwise(query.text, before, failed.function.code, attempt.fault(failed))
            second, more = await self._attempt(sent, query.text, context, backend, context.sandbox)
            drawn += more
            better = second.chosen()
            if better is not None and (chosen is None or second.own(better) > 0.0):
                attempt, chosen, repaired = second, better, 1.0
        if chosen is None:
            return self._failed(f"none of the functions written for it will do: {attempt.why_none()}.")
        confirmed = await self._confirmed(prompts.confirm(query.text, writing.fenced(chosen)), context, backend)
        return self._written(chosen, attempt, drawn, backend, repaired=repaired, confirmed=confirmed)

    def _written(
        self, chosen: Tried, attempt: Attempt, drawn: Sequence[Completion], backend: Backend, **known: float
    ) -> Answer:
        """The answer that shows `chosen`; `known` are features beside what the trials tell."""
        completion = chosen.function.completion
        tokens, span = completion.tokens, writing.span(chosen)
        features = self._features(
            **attempt.evidence(chosen),
            mean_logprob=_or(mean_logprob(tokens, span), -20.0),
            min_logprob=_or(min_logprob(tokens, span), -20.0),
            **known,
        )
        evidence = Evidence(features, tuple(one.text for one in drawn), chosen.function.code, chosen.printed or None)
        usage = _usage([completion, *(one for one in drawn if one is not completion)])
        return Answer(writing.shown(chosen, attempt), self.card.name, backend.model, evidence, usage)

    async def _attempt(
        self, sent: Sequence[Message], text: str, context: Context, backend: Backend, sandbox: SandboxDoor
    ) -> tuple[Attempt, list[Completion]]:
        """The most likely function and some drawn beside it, all tried on the examples of all and of the request."""
        limit = prompts.WRITTEN_TOKENS
        first, others = await asyncio.gather(
            backend.chat(sent, max_tokens=limit, seed=context.seed, logprobs=1),
            _more(backend, sent, context, limit, logprobs=1),
        )
        drawn = [*first, *others]
        name, imports = reading.demanded_name(text), reading.imports_in(text)
        functions = [writing.read(completion, name, imports) for completion in drawn]
        demands = examples.demands_in(text, name) if name is not None else ()
        asked = writing.examples_of(functions, demands)
        called = examples.calls(asked)
        trials: dict[tuple[str, str], trying.Trial] = {}
        for one in functions:
            if one.name is not None and (one.code, one.name) not in trials:
                run = await sandbox.run(trying.program(one.code, one.name, asked, called))
                trials[one.code, one.name] = trying.read(run, len(asked), len(called))
        tried = tuple(Tried(one, trials.get((one.code, one.name or ""))) for one in functions)
        return Attempt(tried, asked, demands), drawn

    def _failed(self, message: str) -> Abstained:
        return Abstained(Reason.TOOL_FAILED, message, would_have_asked=self.card.name)

    async def _confirmed(self, asked: Sequence[Message], context: Context, backend: Backend) -> float:
        """P(True): how sure the model is that the answer is right when asked so (Kadavath et al. 2022, section 3)."""
        (said,) = await backend.chat(asked, max_tokens=2, seed=context.seed, logprobs=1)
        p = _or(math.exp(said.tokens[0].logprob), 0.5) if said.tokens else 0.5
        return p if said.text.strip().lower().startswith("yes") else 1.0 - p

    def _outcome(
        self,
        line: str,
        shown: str,
        evidence: Evidence,
        drawn: Sequence[Completion],
        citations: tuple[Citation, ...],
        backend: Backend,
    ) -> Answer | Abstained:
        attempt = Answer(shown, self.card.name, backend.model, evidence, _usage(drawn), citations)
        if prompts.declines(line):
            return Abstained(Reason.DECLINED, "the model says that it does not know.", withheld=attempt)
        return attempt

    def _features(self, **known: float) -> dict[str, float]:
        return dict.fromkeys(self.card.features, 0.0) | known


async def _more(
    backend: Backend,
    sent: Sequence[Message],
    context: Context,
    limit: int,
    stop: tuple[str, ...] = (),
    logprobs: int | None = None,
) -> tuple[Completion, ...]:
    """The answers that are drawn at a temperature, as evidence."""
    return await backend.chat(
        sent,
        n=prompts.SAMPLES,
        temperature=prompts.TEMPERATURE,
        max_tokens=limit,
        stop=stop,
        seed=context.seed + 1,
        logprobs=logprobs,
    )


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
