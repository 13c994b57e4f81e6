"""Joins the five stops of a query as a LangGraph ``StateGraph``. Nodes are thin: each calls one function.

What is computed (route, reply, decision) lives for one run only; the conversation's messages are what a checkpointer
keeps. Heavy imports stay inside `build_graph`.
"""

from __future__ import annotations

import math
import operator
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, TypedDict

from nescio.calibration.model import with_competence
from nescio.conversation import routed_text
from nescio.decide import ALWAYS_ANSWER, Ask, Demand, Policy, after_answer, before_answer, demand_in_force
from nescio.errors import BackendUnavailable, BudgetSpent, ContextExceeded
from nescio.metering import Meter
from nescio.observe import log
from nescio.risk import Sample
from nescio.types import (
    Abstained,
    Answer,
    Card,
    Context,
    Decision,
    Expert,
    Message,
    Progress,
    Query,
    Reason,
    Route,
    Usage,
    silent,
)

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

MONOLITH = "monolith"
"""The name under which the one general model sits among the experts; it is never routed to."""


class Confidence(Protocol):
    """A fitted calibration of one expert (`nescio.calibration.Calibration`)."""

    @property
    def status(self) -> Literal["own", "pooled"]:
        """Whether it was fitted on the expert's own rows."""
        ...

    @property
    def sample(self) -> Sample:
        """The graded questions behind it."""
        ...

    def p(self, features: Mapping[str, float], p_route: float) -> float:
        """P(right) of an answer with this evidence."""
        ...

    @property
    def mark(self) -> str:
        """Digest of the expert's state that it fits."""
        ...

    def interval(self, p: float) -> tuple[float, float] | None:
        """What graded answers say of such a `p`; None if it is unknown, or they are too few."""
        ...

    def worth(self, p_route: float, target: float, p_expert: float = math.nan) -> float:
        """The fitted chance that the final p will exceed `target`."""
        ...


class Routes(Protocol):
    """What the graph needs of a router (`nescio.routing.Router`)."""

    @property
    def scope_threshold(self) -> float:
        """P(in scope) must exceed it."""
        ...

    def route(self, text: str) -> Route:
        """Rank the experts for `text`."""
        ...


ContextFor = Callable[[str, Query, Route, Progress], Awaitable[Context]]
Slot = Callable[[Card], AbstractAsyncContextManager[object]]
"""Entered before the expert of a card is asked, left when it is done: who serves many lets them wait for it."""


def at_once(_: Card) -> AbstractAsyncContextManager[object]:
    """The slot of a caller who is alone."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the nodes call.

    Attributes:
        experts: By name, the monolith among them under `MONOLITH`.
        router: Ranks them.
        confidences: Usable calibrations by expert.
        policy: The owner's rules.
        worth_floor: See `nescio.decide.before_answer`.
        context_for: Makes the context in which an expert answers; may start its model.
    """

    experts: Mapping[str, Expert]
    router: Routes
    confidences: Mapping[str, Confidence]
    policy: Policy
    worth_floor: float
    context_for: ContextFor


@dataclass(frozen=True, slots=True)
class Reply:
    """What one expert returned, and what it cost."""

    expert: str
    outcome: Answer | Abstained
    usage: Usage = field(default_factory=Usage)


def gate(
    parts: Parts, query: Query, route: Route, scope_threshold: float | None = None
) -> tuple[Ask | Abstained, Demand]:
    """The decision before the answer, and what is demanded of one; with the router's scope threshold if None."""
    if query.monolith and not query.gate:
        return Ask(MONOLITH), Demand(ALWAYS_ANSWER)
    pinned = MONOLITH if query.monolith else query.expert
    top = pinned or (route.candidates[0].expert if route.candidates else None)
    demand = demand_in_force(query, parts.policy, top, parts.confidences.get(top or ""))
    decision = before_answer(
        route,
        demand=demand,
        policy=parts.policy,
        scope_threshold=parts.router.scope_threshold if scope_threshold is None else scope_threshold,
        worth_floor=parts.worth_floor,
        confidences=parts.confidences,
        pinned=pinned,
    )
    return decision, demand


async def ask(parts: Parts, name: str, query: Query, route: Route, progress: Progress = silent) -> Reply:
    """Ask the expert `name`; whatever goes wrong becomes a typed abstention."""
    meter: Meter | None = None

    def doubt(reason: Reason, message: str) -> Reply:
        return Reply(name, Abstained(reason, message, would_have_asked=name), meter.spent if meter else Usage())

    try:
        progress(f"asking {name}")
        context = await parts.context_for(name, query, route, progress)
        if context.backend is not None:
            meter = Meter(context.backend, query.max_samples)
        outcome = await parts.experts[name].answer(query, replace(context, backend=meter))
    except BudgetSpent as error:
        return doubt(Reason.BUDGET, f"{error.message}.")
    except ContextExceeded:
        return doubt(Reason.BUDGET, f"this is more text than the model behind {name} reads at once.")
    except BackendUnavailable as error:
        log.warning("expert unavailable", expert=name, error=error.message)
        return doubt(Reason.EXPERT_UNAVAILABLE, f"the model behind {name} is not available at the moment.")
    except Exception as error:  # noqa: BLE001 - an expert is a plugin: a defect of one must not end the service
        log.exception("expert failed", expert=name)
        return doubt(Reason.TOOL_FAILED, f"{name} failed while it worked on this ({type(error).__name__}).")
    answer = outcome if isinstance(outcome, Answer) else outcome.withheld
    spent = meter.spent if meter else Usage()
    return Reply(name, outcome, replace(spent, answer_tokens=answer.usage.answer_tokens if answer else 0))


def confidence_of(parts: Parts, reply: Reply, route: Route) -> float:
    """Calibrated P(right) of an answer; NaN if nothing fits, and for an expert's own doubt.

    Calibrations are fitted on answers. Of an attempt that the expert itself withholds they say nothing.
    """
    confidence = parts.confidences.get(reply.expert)
    if confidence is None or not isinstance(reply.outcome, Answer):
        return math.nan
    features = with_competence(reply.outcome.evidence.features, route.p_expert(reply.expert))
    return confidence.p(features, route.p_route(reply.expert))


def weigh(parts: Parts, reply: Reply, route: Route, demand: Demand) -> Decision:
    """The decision after the answer."""
    outcome = reply.outcome
    if isinstance(outcome, Abstained):
        outcome = replace(outcome, would_have_asked=reply.expert)
    return after_answer(
        outcome,
        p=confidence_of(parts, reply, route),
        demand=demand,
        policy=parts.policy,
        calibrated=reply.expert in parts.confidences,
    )


def spoken(decision: Decision) -> str:
    """The text a person reads: the answer, or "I don't know: " and why."""
    return f"I don't know: {decision.message}" if isinstance(decision, Abstained) else decision.answer.text


class Turn(TypedDict):
    """One message, as a checkpointer keeps it."""

    role: Literal["system", "user", "assistant"]
    content: str


class State(TypedDict, total=False):
    """What travels through the graph; only ``messages`` outlives a run."""

    messages: list[Turn]
    query: Query
    route: Route
    demand: Demand
    progress: Progress
    slot: Slot
    stop: Abstained | Ask
    reply: Reply
    decision: Decision


def build_graph(parts: Parts, checkpointer: object | None = None) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the graph.

    Input: ``messages`` (new turns), and optionally ``query`` (a `Query` whose other fields apply). Output: ``query``,
    ``route``, ``demand``, ``reply``, ``decision``. With a `checkpointer`, earlier turns of the thread come first.
    """
    from langgraph.channels.untracked_value import UntrackedValue
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import Send

    channels = dict.fromkeys(State.__annotations__, Annotated[Any, UntrackedValue]) | {
        "messages": Annotated[list[Turn], operator.add]
    }
    schema: Any = TypedDict("schema", channels, total=False)  # type: ignore[misc]

    def read(state: State) -> dict[str, object]:
        messages = tuple(Message(turn["role"], turn["content"]) for turn in state["messages"])
        query = state.get("query") or Query(id=f"chatcmpl-{uuid.uuid4().hex}", messages=(), text="")
        return {"query": replace(query, messages=messages, text=routed_text(messages))}

    def rank(state: State) -> dict[str, object]:
        return {"route": parts.router.route(state["query"].text)}

    def decide_before(state: State) -> dict[str, object]:
        decision, demand = gate(parts, state["query"], state["route"])
        return {"stop": decision, "demand": demand}

    def fan_out(state: State) -> Any:
        return [Send("ask", state)] if isinstance(state["stop"], Ask) else "abstain"

    async def answer(state: State) -> dict[str, object]:
        asked = state["stop"]
        assert isinstance(asked, Ask)
        progress, slot = state.get("progress", silent), state.get("slot", at_once)
        async with slot(parts.experts[asked.expert].card):
            return {"reply": await ask(parts, asked.expert, state["query"], state["route"], progress)}

    def decide_after(state: State) -> dict[str, object]:
        decision = weigh(parts, state["reply"], state["route"], state["demand"])
        return {"decision": decision, "messages": [Turn(role="assistant", content=spoken(decision))]}

    def abstain(state: State) -> dict[str, object]:
        decision = state["stop"]
        assert isinstance(decision, Abstained)
        return {"decision": decision, "messages": [Turn(role="assistant", content=spoken(decision))]}

    graph = StateGraph(schema)
    for name, node in (("read", read), ("route", rank), ("gate", decide_before), ("ask", answer)):
        graph.add_node(name, node)
    graph.add_node("weigh", decide_after)
    graph.add_node("abstain", abstain)
    graph.add_edge(START, "read")
    graph.add_edge("read", "route")
    graph.add_edge("route", "gate")
    graph.add_conditional_edges("gate", fan_out, ["ask", "abstain"])
    graph.add_edge("ask", "weigh")
    graph.add_edge("weigh", END)
    graph.add_edge("abstain", END)
    return graph.compile(checkpointer=checkpointer)  # type: ignore[arg-type]
