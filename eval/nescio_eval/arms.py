"""The arms of the comparison: what each would have answered, decided from stored generations by `nescio.decide`.

One generation pass serves every arm of a system: gates recorded and did not act. Changing the confidence target
therefore needs no model. It grades nothing; grades come in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from nescio.decide import ALWAYS_ANSWER, Demand, Policy, after_answer
from nescio.types import Abstained, Answer, Answered, Decision, Evidence, Reason
from nescio_eval.datasets.question import Question
from nescio_eval.judge import abstains
from nescio_eval.records import Generation
from nescio_eval.systems import MONOLITH, PROMPTED_TARGETS, ROUTER, prompted_name

Rule = Literal["always", "gated", "prompted", "idk"]
Outcome = Literal["correct", "incorrect", "abstained", "ungraded"]
ROUTELESS = 0.0
"""p_route of a system that does not route, in the fit of its gate and in its use alike."""


class Gate(Protocol):
    """A calibrator of one system's answers (`nescio.calibration.Calibration`)."""

    def p(self, features: Mapping[str, float], p_route: float) -> float:
        """P(right) of an answer with this evidence."""
        ...


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of deciding on one system's answers.

    Attributes:
        name: As in samples and metrics.
        system: Whose generations it reads; "" for the arm that has none.
        rule: ``always`` answers whatever there is, ``gated`` iff p > t, ``prompted`` as the model's words say.
        own_target: The only target at which a prompted arm means anything; None for the others.
    """

    name: str
    system: str
    rule: Rule
    own_target: float | None = None

    @property
    def looks_at_target(self) -> bool:
        """Whether another target would change its decisions."""
        return self.rule == "gated"


ARMS: tuple[Arm, ...] = (
    Arm("monolith-always", MONOLITH, "always"),
    *(Arm(prompted_name(t), prompted_name(t), "prompted", t) for t in PROMPTED_TARGETS),
    Arm("monolith-gated", MONOLITH, "gated"),
    Arm("router-ungated", ROUTER, "always"),
    Arm("router-gated", ROUTER, "gated"),
    Arm("always-idk", "", "idk"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One arm's outcome on one question; the fields of ``samples.jsonl``.

    Attributes:
        withheld_outcome: The grade of an answer that was generated but not given.
        p: P(right) of the answer, given or withheld; None where the arm has none.
        latency_s: None where the gate would have spared the call.
        own_outcome: The outcome before a grader's failure in another arm made the question ungraded.
    """

    arm: str
    dataset: str
    domain: str
    category: str
    id: str
    cluster: str
    decision: Literal["answered", "abstained"]
    reason: str | None
    answer: str | None
    outcome: Outcome
    withheld_answer: str | None
    withheld_outcome: Outcome | None
    p: float | None
    p_route: float | None
    confidence_target: float | None
    expert: str | None
    latency_s: float | None
    tokens: int
    own_outcome: Outcome


def arms_of(systems: Iterable[str], *, monolith_gate: bool) -> tuple[Arm, ...]:
    """The arms that these systems' generations allow."""
    there = set(systems)
    return tuple(
        arm
        for arm in ARMS
        if (arm.system in there or arm.rule == "idk") and (arm.name != "monolith-gated" or monolith_gate)
    )


def decide(arm: Arm, generation: Generation, target: float, gate: Gate | None) -> Decision:
    """What `arm` does with what its system generated.

    Args:
        arm: The arm; not the one without a system.
        generation: What was generated.
        target: The run's confidence target; an arm that answers always, or in its own words, ignores it.
        gate: The monolith's own calibrator, None for a system that comes with its own p.
    """
    if generation.fault:
        return Abstained(Reason.FAULT, generation.fault, would_have_asked=generation.expert)
    p = confidence(generation, gate)
    force = target if arm.rule == "gated" else ALWAYS_ANSWER
    stopped = _stopped_before(arm, generation, force, p)
    if stopped is not None:
        return stopped
    calibrated = gate is not None or generation.calibration != "none"
    decision = after_answer(_outcome(generation), p=p, demand=Demand(force), policy=Policy(), calibrated=calibrated)
    if isinstance(decision, Answered) and abstains(decision.answer.text):
        return Abstained(Reason.DECLINED, "it says so in words.", p, generation.expert, decision.answer)
    return decision


def confidence(generation: Generation, gate: Gate | None) -> float:
    """P(right) of what was generated: by `gate` where one is given, else the system's own; NaN if there is none."""
    if not generation.text:
        return math.nan
    if gate is None:
        return generation.p
    return gate.p(generation.features, ROUTELESS)


def _stopped_before(arm: Arm, generation: Generation, force: float, p: float) -> Abstained | None:
    if generation.before is None:
        return None
    ignored = force == ALWAYS_ANSWER and generation.before is not Reason.POLICY
    if ignored or arm.system != ROUTER:
        return None
    withheld = _answer(generation) if generation.text else None
    return Abstained(generation.before, "the gate before the answer.", p, generation.expert, withheld)


def _outcome(generation: Generation) -> Answer | Abstained:
    if generation.own is not None:
        withheld = _answer(generation) if generation.text else None
        return Abstained(generation.own, "", would_have_asked=generation.expert, withheld=withheld)
    if not generation.text:
        return Abstained(Reason.DECLINED, "it said nothing.", would_have_asked=generation.expert)
    return _answer(generation)


def _answer(generation: Generation) -> Answer:
    return Answer(generation.text, generation.expert or "", generation.model, Evidence(generation.features))


@dataclass(frozen=True, slots=True)
class Graded:
    """A run's material for the arms: questions, generations by key, and grades by key.

    Attributes:
        grades: ``correct``, ``incorrect`` or ``ungraded`` of each generation that has a text.
    """

    questions: tuple[Question, ...]
    generations: Mapping[tuple[str, str], Generation]
    grades: Mapping[tuple[str, str], Outcome] = field(default_factory=dict)


def samples_of(graded: Graded, arms: Iterable[Arm], target: float, gate: Gate | None) -> list[Sample]:
    """Every arm's outcome on every question, in order; a question ungraded in one arm is ungraded in all."""
    listed = tuple(arms)
    rows = [_sample(arm, question, graded, target, gate) for question in graded.questions for arm in listed]
    spoilt = {row.id for row in rows if row.own_outcome == "ungraded"}
    return [_ungraded(row) if row.id in spoilt else row for row in rows]


def _sample(arm: Arm, question: Question, graded: Graded, target: float, gate: Gate | None) -> Sample:
    generation = graded.generations.get((arm.system, question.id))
    own_gate = gate if arm.system == MONOLITH else None
    if arm.rule == "idk":
        decision: Decision = Abstained(Reason.DECLINED, "it always does.")
    elif generation is None:
        decision = Abstained(Reason.FAULT, "it was not asked.")
    else:
        decision = decide(arm, generation, target, own_gate)
    grade = graded.grades.get((arm.system, question.id))
    answered = isinstance(decision, Answered)
    withheld = None if isinstance(decision, Answered) else decision.withheld
    outcome: Outcome = (grade or "ungraded") if answered else "abstained"
    spared = isinstance(decision, Abstained) and decision.reason in (Reason.OUT_OF_SCOPE, Reason.LOW_ROUTING_CONFIDENCE)
    asked = generation is not None and not spared
    return Sample(
        arm=arm.name,
        dataset=question.dataset,
        domain=question.domain,
        category=question.category,
        id=question.id,
        cluster=question.cluster,
        decision="answered" if answered else "abstained",
        reason=None if isinstance(decision, Answered) else str(decision.reason),
        answer=decision.answer.text if isinstance(decision, Answered) else None,
        outcome=outcome,
        withheld_answer=withheld.text if withheld is not None else None,
        withheld_outcome=grade if withheld is not None else None,
        p=_number(decision.p) if arm.rule != "prompted" else None,
        p_route=None if generation is None else _number(generation.p_route),
        confidence_target=_target(arm, target),
        expert=None if generation is None else generation.expert,
        latency_s=generation.latency_s if generation is not None and asked else None,
        tokens=generation.completion_tokens if generation is not None and asked else 0,
        own_outcome=outcome,
    )


def _ungraded(row: Sample) -> Sample:
    return replace(row, outcome="ungraded")


def _target(arm: Arm, target: float) -> float | None:
    if arm.rule == "gated":
        return target
    return arm.own_target if arm.rule == "prompted" else 0.0 if arm.rule == "always" else None


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def sample_from_json(row: dict[str, Any]) -> Sample:
    """A sample read back from ``samples.jsonl``."""
    return Sample(**row)
