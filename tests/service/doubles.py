"""A double of the engine, named as one: it decides what a question's first word tells it to, and remembers."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from nescio.decide import Ask
from nescio.drift import Drift
from nescio.errors import NotFound
from nescio.explaining import Explanation, LabelScores
from nescio.graph import Slot, at_once
from nescio.risk import BOUNDS, Sample
from nescio.service.doors import CalibrationStatus, Grade
from nescio.types import (
    Abstained,
    Answer,
    Answered,
    Candidate,
    Card,
    Citation,
    Decision,
    Evidence,
    Outcome,
    Progress,
    Query,
    Reason,
    Route,
    Usage,
    silent,
)
from nescio.what_if import Change, FeatureShare, NearExemplar

HOSTILE = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"

PROGRAM = "price = 2340\nshare = 17\nprint(price * share / 100)"


def card(name: str, domain: str, *exemplars: str, model: str | None = None) -> Card:
    return Card(
        name=name,
        domain=domain,
        description=f"Answers questions about {domain.lower()}.",
        features=("f",),
        exemplars=exemplars or (f"a question about {name}",),
        folder=Path("nowhere"),
        model=model,
        cost=0.5,
        memory_mb=10,
    )


CARDS = (
    card("chemistry", "Chemistry", "What is the boiling point of tungsten?"),
    card("geography", "Geography", "What is the capital of Burkina Faso?"),
    card("math", "Mathematics", "How much is 17% of 2,340?", model="general"),
    card("general", "General knowledge", model="general"),
)


def route(text: str, *ranked: tuple[str, float], scope: float = 0.97) -> Route:
    return Route(text, tuple(Candidate(name, 2 * p, p) for name, p in ranked), scope)


MATH = Answered(
    Answer(
        text="17% of 2,340 is 397.8.",
        expert="math",
        model="double-1b",
        evidence=Evidence(
            features={"agreement": 1.0, "ran": 1.0, "mean_logprob": -0.08},
            samples=("397.8", "397.8", "397.8", "397.80"),
            code=PROGRAM,
            stdout="397.8\n",
        ),
        usage=Usage(prompt_tokens=410, completion_tokens=164, answer_tokens=41, samples=4),
    ),
    p=0.962,
)
CHEMISTRY = Answered(
    Answer(
        text="The boiling point of tungsten is 6,203 K (5,930 °C).",
        expert="chemistry",
        model="none",
        evidence=Evidence(features={"entity_score": 100.0, "property_score": 0.98}),
        citations=(Citation("Tungsten (W)", "mendeleev 1.3.0", "2025-05-01", "boiling_point = 6203.0 K"),),
    ),
    p=0.991,
)
UNSURE = Abstained(
    Reason.LOW_ANSWER_CONFIDENCE,
    "the chance that I would be right (41%) does not exceed the 75% asked for.",
    0.41,
    "general",
    Answer(
        "WITHHELD-ANSWER", "general", "double-1b", Evidence({"agreement": 0.5}, ("WITHHELD-SAMPLE",), "WITHHELD-CODE")
    ),
)
OUT_OF_SCOPE = Abstained(
    Reason.OUT_OF_SCOPE,
    "this does not look like a question that any of my experts covers.",
    would_have_asked="general",
)
UNANSWERABLE = Abstained(
    Reason.UNANSWERABLE, 'there is no element called "vibranium". Did you mean vanadium?', math.nan, "chemistry"
)
XSS = Answered(
    Answer(
        text=HOSTILE + "\n```html\n" + HOSTILE + "\n```",
        expert="general",
        model=HOSTILE,
        evidence=Evidence({"agreement": math.nan}, (HOSTILE,), HOSTILE, HOSTILE),
        citations=(Citation(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "javascript:document.title='pwned'"),),
    ),
    p=0.9,
)


GRADED = Sample(tuple(1 - i / 100 for i in range(100)), tuple(i > 90 for i in range(100)), "100 questions of a double")


@dataclass(frozen=True)
class Reply:
    """What one kind of question leads to."""

    decision: Decision
    route: Route
    calibration: CalibrationStatus = "own"
    progress: tuple[str, ...] = ()


EXPLAINED = Explanation(
    decision="abstained",
    summary=("Abstained: P(in scope) 0.120 does not exceed the threshold 0.500 (rule harmonic).",),
    rule="harmonic",
    cut="scope",
    value=0.12,
    threshold=0.5,
    empty=False,
    foreign=False,
    nearest=(NearExemplar("What is 2 + 2?", "math", 0.31),),
    nearest_outside=(NearExemplar("asdf", None, 0.44),),
    typical=0.55,
    labels=(
        LabelScores("general", 0.4, 0.2, 1.5, 0.25, 0.65, 0.06),
        LabelScores(None, 1.4, 0.8, None, None, None, None),
    ),
    features=(FeatureShare("energy", 0.5, 1.5, -2.0), FeatureShare("near", math.nan, 0.4, math.nan)),
    constant=0.01,
    scope_logit=-1.99,
    changes=(
        Change("threshold", "answered", "answered if the threshold were below 0.120", 0.12),
        Change("features", "answered", "answered if energy were 1.50, not 0.50", features=("energy",)),
        Change("add_exemplar", "answered", "answered if this query were an exemplar of general", label="general"),
        Change("remove_exemplars", "answered", "answered without the nearest exemplar", exemplars=("asdf",)),
    ),
)


REPLIES: Mapping[str, Reply] = {
    "math": Reply(
        MATH,
        route("", ("math", 0.941), ("general", 0.031), ("chemistry", 0.008)),
        progress=("asking math", "writing a program", "running it"),
    ),
    "chemistry": Reply(CHEMISTRY, route("", ("chemistry", 0.966), ("general", 0.02)), "pooled"),
    "unsure": Reply(UNSURE, route("", ("general", 0.48), ("geography", 0.33)), progress=("asking general",)),
    "nonsense": Reply(OUT_OF_SCOPE, route("", ("general", 0.06), ("math", 0.05), scope=0.12)),
    "vibranium": Reply(UNANSWERABLE, route("", ("chemistry", 0.93), ("general", 0.03)), "none"),
    "hostile": Reply(XSS, route("", ("general", 0.8), (HOSTILE, 0.1))),
    "nan": Reply(replace(CHEMISTRY, p=math.nan), route("", ("chemistry", math.nan), scope=math.nan), "none"),
}


@dataclass
class RegistryDouble:
    cards: tuple[Card, ...] = CARDS
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Problem:
    name: str
    message: str


@dataclass(frozen=True)
class PreviewDouble:
    route: Route
    decision: Ask | Abstained
    confidence_target: float
    scope_threshold: float = 0.5
    explanation: Explanation | None = None


@dataclass(frozen=True)
class ReadinessDouble:
    ready: bool
    parts: Mapping[str, str]


@dataclass
class EngineDouble:
    """Decides by the first word of the query: a key of `REPLIES`, ``wait`` and, without a model, ``linger`` (until
    cancelled or released), ``boom``.
    """

    registry: RegistryDouble = field(
        default_factory=lambda: RegistryDouble(problems=(Problem("broken", "no card.toml"),))
    )
    asked: list[tuple[Query, str | None]] = field(default_factory=list)
    grades: list[tuple[str, str, str | None]] = field(default_factory=list)
    recorded: list[Outcome] = field(default_factory=list)
    lost: int = 0
    drift: Mapping[str, Drift] = field(default_factory=lambda: {"math": Drift("math", 80, 9, 2.0, 1e5, 0.25, "ran")})
    entered: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    ready: bool = True
    loop: asyncio.AbstractEventLoop | None = None

    async def ask(
        self,
        query: Query,
        *,
        progress: Progress = silent,
        conversation_id: str | None = None,
        slot: Slot = at_once,
    ) -> Outcome:
        self.loop = asyncio.get_running_loop()
        word = _first_word(query.messages[-1].content)
        reply = REPLIES.get(word, REPLIES["chemistry"])
        asked = _asked(word, reply)
        async with nullcontext() if asked is None else slot(asked):
            self.asked.append((query, conversation_id))
            if word == "boom":
                raise RuntimeError(f"a defect that quotes {query.text}")
            if word in {"wait", "linger"}:
                await self._wait(progress)
            for step in reply.progress:
                progress(step)
                await asyncio.sleep(0)
        return _outcome(query, reply)

    async def _wait(self, progress: Progress) -> None:
        progress("asking general")
        self.entered.set()
        try:
            await asyncio.to_thread(self.released.wait)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def preview(self, text: str, target: float | None, *, explain: bool = False) -> PreviewDouble:
        reply = REPLIES.get(_first_word(text), REPLIES["chemistry"])
        stopped = isinstance(reply.decision, Abstained) and reply.decision.reason is Reason.OUT_OF_SCOPE
        decision = reply.decision if stopped else Ask(reply.route.candidates[0].expert)
        assert isinstance(decision, Ask | Abstained)
        told = EXPLAINED if explain else None
        return PreviewDouble(
            replace(reply.route, query=text), decision, 0.75 if target is None else target, explanation=told
        )

    def calibration_status(self, expert: str) -> CalibrationStatus:
        return {"math": "own", "chemistry": "pooled"}.get(expert, "none")  # type: ignore[return-value]

    async def grade(self, completion_id: str, grade: Grade, answer: str | None) -> None:
        if completion_id not in {query.id for query, _ in self.asked}:
            raise NotFound(
                f"no completion has the id {completion_id!r}.", hint="use the id of a completion", param="id"
            )
        self.grades.append((completion_id, grade, answer))

    async def record(self, outcome: Outcome) -> None:
        self.recorded.append(outcome)

    async def readiness(self) -> ReadinessDouble:
        return ReadinessDouble(self.ready, {"router": "4 experts", "model general": "ready" if self.ready else "died"})


def _asked(word: str, reply: Reply) -> Card | None:
    """Who works on it; None if the gate lets nobody."""
    if isinstance(reply.decision, Abstained) and reply.decision.reason is Reason.OUT_OF_SCOPE:
        return None
    name = "general" if word in {"wait", "boom"} else reply.route.candidates[0].expert
    return next(card for card in CARDS if card.name == name)


def _first_word(text: str) -> str:
    return text.split()[0].lower().strip(":,?")


def _outcome(query: Query, reply: Reply) -> Outcome:
    decision = reply.decision
    answer = decision.answer if isinstance(decision, Answered) else decision.withheld
    expert = answer.expert if answer is not None else getattr(decision, "would_have_asked", None)
    return Outcome(
        query=query,
        route=replace(reply.route, query=query.text),
        decision=decision,
        confidence_target=_target(query),
        expert=expert,
        calibration=reply.calibration,
        evidence=None if answer is None else answer.evidence,
        usage=Usage() if answer is None else answer.usage,
        latency_s=0.25,
        p_interval=(0.931, 0.984) if reply.decision is MATH else None,
        guarantees=tuple(GRADED.guarantee(bound, at_most) for bound in BOUNDS if (at_most := getattr(query, bound))),
    )


def _target(query: Query) -> float:
    bounded = any(getattr(query, bound) for bound in BOUNDS)
    return query.confidence_target if query.confidence_target is not None else 0.0 if bounded else 0.75
