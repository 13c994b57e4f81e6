"""What the commands share: a query from words, an engine for one command, and a decision shown to a person."""

from __future__ import annotations

import json
import math
import sys
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nescio.types import Abstained, Message, Outcome, Query, Reason

if TYPE_CHECKING:
    from rich.console import Console

    from nescio.engine import Engine
    from nescio.risk import Guarantee


def console(*, stderr: bool = False) -> Console:
    """A console that is plain when piped."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """One JSON document on standard output; NaN becomes null."""
    sys.stdout.write(json.dumps(finite(value), ensure_ascii=False, indent=2 if sys.stdout.isatty() else None) + "\n")


def finite(value: Any) -> Any:
    """`value` with null for every number that JSON cannot say."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    return [finite(inner) for inner in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class Wish:
    """What the options of a command ask for: a target, bounds on wrong answers, who answers, and at what cost."""

    target: float | None = None
    max_risk: float | None = None
    max_hallucination_rate: float | None = None
    model: str | None = None
    max_samples: int | None = None
    max_seconds: float | None = None


def new_query(messages: Sequence[Message], wish: Wish) -> Query:
    """A query as the API would make it from `messages`; the wish's model is an expert's name, ``monolith`` or None.

    Raises:
        InvalidRequest: The text is empty or too long, or target or bounds are out of range.
    """
    from nescio.errors import InvalidRequest, QueryTooLong

    text = messages[-1].content.strip()
    if not text:
        raise InvalidRequest("the question is empty", hint='nescio ask "How much is 17% of 2,340?"')
    if len(text.encode()) > 256 * 1024:
        raise QueryTooLong("the question is longer than 256 KiB", hint="ask about a part of it")
    _check(wish)
    name = None if wish.model is None else wish.model.removeprefix("nescio/")
    return Query(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        messages=tuple(messages),
        text=text,
        confidence_target=wish.target,
        max_risk=wish.max_risk,
        max_hallucination_rate=wish.max_hallucination_rate,
        expert=None if name == "monolith" else name,
        monolith=name == "monolith",
        max_samples=wish.max_samples,
        max_seconds=wish.max_seconds,
    )


def _check(wish: Wish) -> None:
    from nescio.errors import InvalidRequest
    from nescio.risk import BOUNDS

    if wish.target is not None and not 0 <= wish.target < 1:
        hint = "0 gives whatever is attempted"
        raise InvalidRequest(f"the confidence target {wish.target} is not in [0, 1)", hint=hint)
    if wish.max_seconds is not None and not 0 < wish.max_seconds < math.inf:
        raise InvalidRequest(f"--max-seconds {wish.max_seconds:g} is no time", hint="name some seconds, above 0")
    for bound in BOUNDS:
        value, option = getattr(wish, bound), f"--{bound.replace('_', '-')}"
        if value is not None and not 0 < value < 1:
            hint = "no graded questions can show that nothing is ever wrong; 0.05 is 5%"
            raise InvalidRequest(f"{option} {value:g} is not between 0 and 1", hint=hint)
        if value is not None and wish.model is not None and wish.model.removeprefix("nescio/") == "monolith":
            raise InvalidRequest(f"{option} needs a gate, and the monolith has none", hint="leave --model out")


@contextmanager
def resumable(kept: str) -> Iterator[None]:
    """Has Ctrl-C end a long command with what was `kept` and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write(f"\nstopped: {kept}\n")
        raise


@asynccontextmanager
async def engine_for_one_command(*, models: bool = False) -> AsyncIterator[Engine]:
    """An engine whose models start at their first question; logs only what went wrong."""
    from nescio.engine import Engine
    from nescio.observe import configure_logs
    from nescio.settings import load_settings

    configure_logs("error", json=not sys.stderr.isatty())
    status = console(stderr=True).status("starting")
    with status:
        engine = await Engine.start(load_settings(), progress=status.update, models=models)
    async with engine:
        yield engine


def show(outcome: Outcome, out: Console) -> None:
    """Print the decision: text first, then who, p against the target, evidence and sources."""
    from rich.markup import escape
    from rich.syntax import Syntax

    from nescio.graph import spoken

    decision = outcome.decision
    out.print(escape(spoken(decision)), style="yellow" if isinstance(decision, Abstained) else "bold")
    who = outcome.expert or "nobody"
    p = "unknown" if math.isnan(decision.p) else f"{decision.p:.2f}{_spread(outcome)}"
    reason = f" · {decision.reason}" if isinstance(decision, Abstained) else ""
    hurdle = "threshold" if outcome.threshold > outcome.confidence_target else "target"
    line = f"{who}{reason} · p {p} against {hurdle} {outcome.threshold:.2f} · {outcome.latency_s:.1f} s"
    out.print(line, style="dim")
    for one in outcome.guarantees:
        out.print(escape(vouched(one)), style="dim")
    if isinstance(decision, Abstained):
        step = next_step(decision)
        if step:
            out.print(escape(f"  hint: {step}"), style="dim")
        return
    if outcome.evidence is None:
        return
    if outcome.evidence.code and outcome.evidence.code not in decision.answer.text:
        out.print(Syntax(outcome.evidence.code, "python", background_color="default"))
        out.print(escape(f"→ {(outcome.evidence.stdout or '').strip()}"), style="dim")
    for citation in decision.answer.citations:
        dated = f", {citation.date}" if citation.date else ""
        out.print(escape(f"source: {citation.title} ({citation.source}{dated})"), style="dim")


def _spread(outcome: Outcome) -> str:
    return "" if outcome.p_interval is None else " ({:.2f}–{:.2f})".format(*outcome.p_interval)


def vouched(one: Guarantee) -> str:
    """A bound in words: what it rests on, and on what condition."""
    told = f"{one.bound} {one.at_most:g}"
    if not one.cut.holds:
        return f"{told} is not known to hold: {one.cut.rows} graded questions, {one.cut.needed} needed at least"
    chance = "on average" if one.delta is None else f"with probability {1 - one.delta:g}"
    found = f"{one.cut.wrong} wrong of {one.cut.answered} answered; {one.population}"
    return f"{told} holds {chance} at p above {one.cut.threshold:.3f} ({found})\n  if {one.assumptions}"


def next_step(decision: Abstained) -> str:
    """What to type so that questions like this one are not declined for want of set-up; "" where nothing is wanting."""
    steps = {
        Reason.UNCALIBRATED: f"nescio calibrate --expert {decision.would_have_asked}",
        Reason.EXPERT_UNAVAILABLE: "nescio doctor says what its model lacks",
        Reason.TOOL_FAILED: "nescio sandbox check says whether programs can be run here",
    }
    return steps.get(decision.reason, "") if decision.would_have_asked else ""


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The decision as the API gives it, with the text as ``answer``."""
    from nescio.graph import spoken
    from nescio.service.render import nescio_object

    return {"answer": spoken(outcome.decision), "nescio": nescio_object(outcome).model_dump(mode="json")}
