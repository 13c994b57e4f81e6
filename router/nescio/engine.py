"""Assembles the parts from settings: the one object behind the service, the command line and the evaluation.

It owns what must be closed (model workers, databases) and decides nothing: `nescio.graph` does.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from nescio.decide import Ask
from nescio.errors import BackendUnavailable, NescioError, OutOfDisk, UnknownModel
from nescio.graph import MONOLITH, Parts, Slot, ask, at_once, build_graph, confidence_of, gate
from nescio.observe import log
from nescio.policy import load_policy
from nescio.types import (
    Abstained,
    Answer,
    Answered,
    Card,
    Context,
    Expert,
    Message,
    Outcome,
    Progress,
    Query,
    Reason,
    Route,
    SandboxDoor,
    Usage,
    silent,
)
from nescio.watching import Watch

if TYPE_CHECKING:
    from pathlib import Path

    from nescio.assembly import Assembled
    from nescio.calibration import Fingerprint, Problem
    from nescio.competence import PastOutcome
    from nescio.drift import Drift
    from nescio.explaining import Explanation
    from nescio.settings import Settings
    from nescio.store import LoggedRow

Status = Literal["own", "pooled", "none"]

FOLLOW_SECONDS = 1.0
"""How often a router that is served looks for exemplars that were added or removed."""

WATCH_TICKS = 60
"""Each so many of those it looks whether experts have drifted."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Where a query would go: its route, and the decision before the answer. Nothing was generated."""

    route: Route
    decision: Ask | Abstained
    confidence_target: float
    scope_threshold: float
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One query, asked without gates: what evaluation and calibration derive decisions from.

    Attributes:
        route: Its route.
        asked: The expert that was asked: the pinned one, or the top-ranked.
        before: The decision before the answer at the query's target; recorded, not acted upon.
        outcome: What the expert returned.
        p: The calibrated P(right) of what it returned, NaN if there is none.
        calibration: What stands behind p.
        latency_s: Seconds from the text to the outcome.
    """

    route: Route
    asked: str
    before: Ask | Abstained
    outcome: Answer | Abstained
    p: float
    calibration: Status
    latency_s: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a chat request would be served now, and the state of each part in words."""

    ready: bool
    parts: Mapping[str, str]


class Engine:
    """nescio, started. Use as an async context manager, or call `close`."""

    def __init__(self, settings: Settings, assembled: Assembled) -> None:
        self.settings = settings
        self.registry = assembled.registry
        self.router = assembled.router
        self._models = assembled.models
        self._sandbox = assembled.sandbox
        self._outcomes = assembled.outcomes
        self._watch = Watch(assembled.calibrations, assembled.stale, assembled.outcomes)
        self._stack = AsyncExitStack()
        self._follower = assembled.follower
        self._following: asyncio.Task[None] | None = None
        self._conversations: Any = None
        self._opening = asyncio.Lock()
        self.parts = Parts(
            experts=assembled.experts,
            router=assembled.router,
            confidences=self._watch.confidences,
            policy=load_policy(settings.policy, settings.confidence_target),
            worth_floor=settings.worth_floor,
            context_for=self._context_for,
        )
        self.graph = build_graph(self.parts)

    @classmethod
    async def start(cls, settings: Settings, *, progress: Progress = silent, models: bool = True) -> Self:
        """Load everything, telling `progress` of each step.

        Args:
            settings: What to load.
            progress: Told each step's name as it begins.
            models: Start the models and warm up the experts now, not at their first question.

        Raises:
            NescioError: A part that nothing works without is missing or broken.
        """
        from nescio.assembly import assemble, warm_up

        engine = cls(settings, await asyncio.to_thread(assemble, settings, progress))
        try:
            await asyncio.to_thread(engine._watch.look)
            for role in engine.roles if models else ():
                progress(f"starting the model {settings.loaded_profile.models[role].model}")
                await engine._start_model(role)
            if models:
                await warm_up(engine.registry.experts, engine.router.encoder.encode, settings, progress)
                engine._following = asyncio.create_task(engine._follow())
        except BaseException:
            # Told to stop while it starts: nobody has the engine yet who could close it.
            await engine.close()
            raise
        return engine

    @property
    def experts(self) -> Mapping[str, Expert]:
        """Every expert that can be asked, the monolith among them."""
        return self.parts.experts

    @property
    def stale(self) -> Mapping[str, Problem]:
        """Experts without a usable calibration, and why."""
        return self._watch.stale

    @property
    def sandbox(self) -> SandboxDoor:
        """Where untrusted programs run."""
        return self._sandbox

    @property
    def drift(self) -> Mapping[str, Drift]:
        """How each calibrated expert fared when it was last looked at."""
        return self._watch.drift

    @property
    def roles(self) -> tuple[str, ...]:
        """The model roles that experts and monolith use, each once."""
        profile = self.settings.loaded_profile
        named = [self._models.role_of(name, expert.card.model) for name, expert in self.parts.experts.items()]
        return tuple(dict.fromkeys(role for role in named if role is not None and role in profile.models))

    async def ask(
        self,
        query: Query,
        *,
        progress: Progress = silent,
        conversation_id: str | None = None,
        slot: Slot = at_once,
    ) -> Outcome:
        """Decide on `query`. Cancelling the call ends generation.

        Args:
            query: What is asked.
            progress: Told in a few words what happens next.
            conversation_id: The conversation that is remembered here, if any.
            slot: Where this call waits before an expert is asked; the time counts. What it raises is raised.

        Raises:
            UnknownModel: The query pins an expert that is not here.
            OutOfDisk: The conversation cannot be kept.
        """
        self._check_pinned(query)
        started = time.perf_counter()
        turns = [{"role": message.role, "content": message.content} for message in query.messages]
        state: dict[str, Any] = {"messages": turns, "query": query, "progress": progress, "slot": slot}
        try:
            async with asyncio.timeout(self._seconds(query)):
                if conversation_id is None:
                    end = await self.graph.ainvoke(state)
                else:
                    end = await self._converse(state, conversation_id)
        except TimeoutError:
            end = await self._out_of_time(query)
        outcome = self._outcome(end, time.perf_counter() - started)
        await self.record(outcome)
        return outcome

    async def preview(self, text: str, target: float | None = None, *, explain: bool = False) -> Preview:
        """Where `text` would go, and with `explain` why. Nothing is generated."""
        query = Query(id="preview", messages=(), text=text, confidence_target=target)
        told = None
        if explain:
            from nescio.explaining import explain_gate

            route, told = await asyncio.to_thread(explain_gate, self.parts, self.router, query)
        else:
            route = await asyncio.to_thread(self.router.route, text)
        decision, demand = gate(self.parts, query, route)
        return Preview(route, decision, demand.target, self.router.scope_threshold, told)

    async def route(self, text: str) -> Route:
        """Where `text` goes."""
        return await asyncio.to_thread(self.router.route, text)

    async def observe(self, query: Query, *, progress: Progress = silent) -> Observation:
        """Ask the pinned or the top-ranked expert whatever the gates say, and record what they say."""
        self._check_pinned(query)
        started = time.perf_counter()
        route = await asyncio.to_thread(self.router.route, query.text)
        before, _ = gate(self.parts, query, route)
        asked = MONOLITH if query.monolith else query.expert or (route.candidates[0].expert if route.candidates else "")
        if not asked:
            raise BackendUnavailable("nothing could be routed", hint="nescio doctor says what is missing")
        reply = await ask(self.parts, asked, query, route, progress)
        p = confidence_of(self.parts, reply, route)
        seconds = time.perf_counter() - started
        return Observation(route, asked, before, reply.outcome, p, self.calibration_status(asked), seconds)

    def calibration_status(self, expert: str) -> Status:
        """What stands behind the p of `expert`."""
        calibration = self.parts.confidences.get(expert)
        return calibration.status if calibration is not None else "none"

    def fingerprint_of(self, expert: str) -> Fingerprint:
        """What determines the features of `expert` as it is now."""
        from nescio.assembly import fingerprint_now

        return fingerprint_now(self.parts.experts[expert].card, self._models, self.router.encoder.name)

    async def context_for_check(self, card: Card) -> Context:
        """The context that the expert of `card` would get for its own first exemplar."""
        text = card.exemplars[0]
        query = Query(id="check", messages=(Message("user", text),), text=text, expert=card.name)
        return await self._context_for(card.name, query, await asyncio.to_thread(self.router.route, text), silent)

    async def grade(self, completion_id: str, grade: Literal["right", "wrong"], answer: str | None = None) -> None:
        """Keep a person's grade of an earlier answer.

        Raises:
            NotFound: No completion has that id.
            InvalidRequest: It was an abstention; only answers are graded.
        """
        await asyncio.to_thread(self._outcomes.grade, completion_id, grade, answer)
        await asyncio.to_thread(self._watch.look)

    async def record(self, outcome: Outcome) -> None:
        """Keep `outcome`; one that cannot be kept is counted in `lost`, never raised."""
        await asyncio.to_thread(self._outcomes.record, outcome, "live")

    def past(self) -> list[PastOutcome]:
        """Every graded answer that a competence model may learn from; never a row of role ``test``."""
        from nescio.competence.history import from_journal, from_log

        journals = ((name, self.settings.calibration_dir / name / "graded.jsonl") for name in sorted(self.experts))
        asked = [one for name, path in journals if name != MONOLITH for one in from_journal(name, path)]
        return asked + from_log(self._outcomes.rows(graded=True))

    def decided(self, role: Literal["live", "fit"]) -> tuple[LoggedRow, ...]:
        """Every decision of that role in the outcome log, oldest first."""
        return self._outcomes.rows(role)

    @property
    def lost(self) -> int:
        """How many outcomes could not be kept since the start."""
        return self._outcomes.lost

    async def readiness(self) -> Readiness:
        """Whether a chat request would be served now."""
        wanted = [status for status in self._models.status() if status.role in self.roles]
        parts = {"router": f"{len(self.registry.cards)} experts"}
        parts |= {f"model {status.model}": status.problem or status.state for status in wanted}
        return Readiness(all(status.state in {"ready", "remote"} for status in wanted), parts)

    async def close(self) -> None:
        """End model workers and what runs in the sandbox, and close databases."""
        if self._following is not None:
            self._following.cancel()
        await self._stack.aclose()
        await self._models.close()
        await asyncio.to_thread(self._sandbox.close)
        await asyncio.to_thread(self.router.close)
        self._outcomes.close()

    async def __aenter__(self) -> Self:
        """The engine itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    async def _start_model(self, role: str) -> None:
        try:
            await self._models.start(role)
        except NescioError as error:
            log.error("model did not start", role=role, error=error.message, hint=error.hint)

    async def _follow(self) -> None:
        for tick in itertools.count(1):
            await asyncio.sleep(FOLLOW_SECONDS)
            if tick % WATCH_TICKS == 0:
                await asyncio.to_thread(self._watch.look)
            try:
                if await asyncio.to_thread(self._follower.follow):
                    log.info("exemplars changed", exemplars=self._follower.exemplars)
            except NescioError as error:
                log.error("changed exemplars cannot be used", error=error.message, hint=error.hint)

    async def _context_for(self, name: str, query: Query, route: Route, progress: Progress) -> Context:
        role = self._models.role_of(name, self.parts.experts[name].card.model)
        return Context(
            route=route,
            backend=None if role is None else self._models.backend(role),
            sandbox=self._sandbox,
            encode=self.router.encoder.encode,
            data_dir=self.settings.home / "experts" / name,
            seed=query.sampling.seed or 0,
            progress=progress,
        )

    def _check_pinned(self, query: Query) -> None:
        if query.expert is not None and query.expert not in self.registry.experts:
            known = ", ".join(sorted(self.registry.experts))
            raise UnknownModel(f"there is no expert called {query.expert!r}", hint=f"there are: {known}", param="model")

    async def _converse(self, state: Mapping[str, Any], conversation_id: str) -> Any:
        import sqlite3

        path = self.settings.home / "conversations.sqlite"
        try:
            kept = await self._conversation_graph(path)
            thread = {"configurable": {"thread_id": conversation_id}}
            earlier = (await kept.aget_state(thread)).values.get("messages", [])
            end = await self.graph.ainvoke({**state, "messages": [*earlier, *state["messages"]]})
            # Kept once, at the end: a run that was cancelled or turned away leaves no question without its answer.
            await kept.aupdate_state(thread, {"messages": end["messages"][len(earlier) :]}, as_node="weigh")
        except sqlite3.Error as error:
            hint = f"free some room, move {path.name} away, or send the whole conversation in messages"
            raise OutOfDisk(f"{path} cannot keep the conversation: {error}", hint=hint) from error
        return end

    async def _conversation_graph(self, path: Path) -> Any:
        async with self._opening:
            if self._conversations is None:
                from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

                from nescio.store import make_private

                make_private(path)
                saver = await self._stack.enter_async_context(AsyncSqliteSaver.from_conn_string(str(path)))
                self._conversations = build_graph(self.parts, saver)
        return self._conversations

    async def _out_of_time(self, query: Query) -> dict[str, Any]:
        route = await asyncio.to_thread(self.router.route, query.text)
        before, demand = gate(self.parts, query, route)
        expert = before.expert if isinstance(before, Ask) else before.would_have_asked
        seconds = self._seconds(query)
        reason, message = Reason.BUDGET, f"this took longer than the {seconds:g} seconds that max_seconds allows."
        if seconds != query.max_seconds:
            reason = Reason.EXPERT_UNAVAILABLE
            message = f"this took longer than the {seconds:.0f} seconds that a request may take."
        decision = Abstained(reason, message, would_have_asked=expert)
        return {"query": query, "route": route, "demand": demand, "decision": decision}

    def _seconds(self, query: Query) -> float:
        """The longest that `query` may take: the caller's wish, where that is less than the server's limit."""
        limit = self.settings.request_timeout
        return limit if query.max_seconds is None else min(limit, query.max_seconds)

    def _outcome(self, end: Mapping[str, Any], seconds: float) -> Outcome:
        decision = end["decision"]
        answer = decision.answer if isinstance(decision, Answered) else decision.withheld
        expert = answer.expert if answer is not None else decision.would_have_asked
        confidence = self.parts.confidences.get(expert or "")
        return Outcome(
            query=end["query"],
            route=end["route"],
            decision=decision,
            confidence_target=end["demand"].target,
            expert=expert,
            calibration=self.calibration_status(expert or ""),
            evidence=None if answer is None else answer.evidence,
            usage=end["reply"].usage if "reply" in end else Usage(),
            latency_s=seconds,
            guarantees=end["demand"].guarantees,
            p_interval=None if confidence is None else confidence.interval(decision.p),
            mark="" if confidence is None else confidence.mark,
        )
