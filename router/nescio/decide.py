"""The one decision function, in two halves: whether to ask an expert, and whether to give its answer.

Pure: no I/O, no clock, no model. The rule is Kalai et al., "Why Language Models Hallucinate" (2025), section 4.2: under
the scoring right +1, "I don't know" 0, wrong −t/(1−t), answering pays iff P(right) > t. Only the final p is compared
with t; the gate before the answer merely saves work.

A bound on wrong answers stands beside t or in its place: graded questions say what p must exceed for it to hold
(`nescio.risk`), and where they cannot, nothing is answered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from nescio.risk import BOUNDS, Bound, Guarantee, Sample
from nescio.types import DEFAULT_TARGET, Abstained, Answer, Answered, Decision, Query, Reason, Route

ALWAYS_ANSWER = 0.0
"""The target at which neither rule nor gates are evaluated: whatever was attempted is given."""

_NEARLY = 0.99

STILL_ABSTAIN_AT_ZERO = frozenset(
    {Reason.POLICY, Reason.BUDGET, Reason.TOOL_FAILED, Reason.EXPERT_UNAVAILABLE, Reason.FAULT}
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an owner decides beforehand.

    Attributes:
        target: Default confidence target.
        targets: Default per expert, before `target`.
        minimum_target: A floor under every request's target.
        bounds: Bounds on wrong answers; a request can only tighten them.
        expert_bounds: The same per expert, each before its like in `bounds`.
        refer: Experts whose queries are never answered here.
        allowed: The only experts that answer here; None for all.
        answer_uncalibrated: Whether an expert without a usable calibration may answer, with p unknown.
        wording: Message per referred expert.
    """

    target: float = DEFAULT_TARGET
    targets: Mapping[str, float] = field(default_factory=dict)
    minimum_target: float = 0.0
    bounds: Mapping[Bound, float] = field(default_factory=dict)
    expert_bounds: Mapping[str, Mapping[Bound, float]] = field(default_factory=dict)
    refer: frozenset[str] = frozenset()
    allowed: frozenset[str] | None = None
    answer_uncalibrated: bool = False
    wording: Mapping[str, str] = field(default_factory=dict)

    def bound(self, bound: Bound, expert: str | None) -> float | None:
        """The bound that an owner sets on the answers of `expert`."""
        return self.expert_bounds.get(expert or "", {}).get(bound, self.bounds.get(bound))

    @property
    def experts_named(self) -> frozenset[str]:
        """Every expert that a rule is about."""
        return frozenset({*self.targets, *self.expert_bounds, *self.refer, *self.wording, *(self.allowed or ())})

    def refers(self, expert: str) -> bool:
        """Whether queries for `expert` are never answered here."""
        return expert in self.refer or (self.allowed is not None and expert not in self.allowed)


class Confidence(Protocol):
    """What a fitted calibration of one expert offers; see `nescio.calibration`."""

    @property
    def sample(self) -> Sample:
        """The graded questions behind it."""
        ...

    def worth(self, p_route: float, target: float, p_expert: float = math.nan) -> float:
        """The fitted chance that the final p will exceed `target`, given P(this is the right route).

        `p_expert` is P(this expert answers rightly), NaN where nothing is known of it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """The decision to ask `expert`."""

    expert: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What is demanded of an answer.

    Attributes:
        target: The confidence target; 0 where bounds take its place.
        guarantees: The bounds, each with what the expert's graded questions make of it.
    """

    target: float
    guarantees: tuple[Guarantee, ...] = ()

    @property
    def threshold(self) -> float:
        """What the final p must exceed."""
        return max((self.target, *(one.cut.threshold for one in self.guarantees)))

    @property
    def waived(self) -> bool:
        """Whether rule and gates are not evaluated."""
        return self.target == ALWAYS_ANSWER and not self.guarantees

    @property
    def unproven(self) -> Guarantee | None:
        """A bound that no threshold is known to keep."""
        return next((one for one in self.guarantees if not one.cut.holds), None)

    def __str__(self) -> str:
        """What p must exceed, as the end of a sentence."""
        hardest = max(self.guarantees, key=lambda one: one.cut.threshold, default=None)
        if hardest is None or hardest.cut.threshold <= self.target:
            return f"{_percent(self.target)} asked for"
        return f"{_percent(hardest.cut.threshold)} that {_told(hardest)} takes"


def demand_in_force(query: Query, policy: Policy, expert: str | None, confidence: Confidence | None) -> Demand:
    """What is demanded of an answer of `expert` to `query`.

    The target is the request's, else the policy's, never below its floor; a request that names a bound and no target
    has the bound in place of the policy's default. Of each bound the tighter of the request's and the policy's holds.

    Args:
        query: The request.
        policy: The owner's rules.
        expert: Who would answer.
        confidence: Its calibration; None if it has none that fits.
    """
    wished = {bound: getattr(query, bound) for bound in BOUNDS}
    target = query.confidence_target
    if target is None:
        bounded = any(one is not None for one in wished.values())
        target = ALWAYS_ANSWER if bounded else policy.targets.get(expert or "", policy.target)
    guarantees = []
    for bound, own in wished.items():
        both = [one for one in (own, policy.bound(bound, expert)) if one is not None]
        if both:
            sample = Sample() if confidence is None else confidence.sample
            guarantees.append(sample.guarantee(bound, min(both)))
    return Demand(max(target, policy.minimum_target), tuple(guarantees))


def before_answer(
    route: Route,
    *,
    demand: Demand,
    policy: Policy,
    scope_threshold: float,
    worth_floor: float,
    confidences: Mapping[str, Confidence],
    pinned: str | None = None,
) -> Ask | Abstained:
    """Whether any expert is asked, and which.

    Args:
        route: Candidates, best first; may be empty.
        demand: What is demanded of the answer.
        policy: The owner's rules.
        scope_threshold: P(in scope) must exceed it.
        worth_floor: The fitted chance of passing the final gate must exceed it.
        confidences: Usable calibrations by expert; an expert that is missing is uncalibrated.
        pinned: Expert the caller named; routing confidence is then not asked.
    """
    expert = pinned or (route.candidates[0].expert if route.candidates else None)
    if route.unavailable and (expert is None or not demand.waived):
        message = "what says whom to ask is not available at the moment."
        return Abstained(Reason.EXPERT_UNAVAILABLE, message, would_have_asked=expert)
    if expert is None:
        return Abstained(Reason.OUT_OF_SCOPE, "no expert is installed that could be asked.")
    if not demand.waived and not route.scope > scope_threshold:
        message = "this does not look like a question that any of my experts covers."
        return Abstained(Reason.OUT_OF_SCOPE, message, would_have_asked=expert)
    if policy.refers(expert):
        message = policy.wording.get(expert, f"questions for {expert} are referred elsewhere by policy.")
        return Abstained(Reason.POLICY, message, would_have_asked=expert)
    if demand.waived:
        return Ask(expert)
    return _worth_asking(route, expert, demand, policy, confidences.get(expert), None if pinned else worth_floor)


def _worth_asking(
    route: Route,
    expert: str,
    demand: Demand,
    policy: Policy,
    confidence: Confidence | None,
    floor: float | None,
) -> Ask | Abstained:
    """Whether any answer of `expert` could be given; without a `floor`, however unlikely that is."""
    if confidence is None:
        return Ask(expert) if policy.answer_uncalibrated and not demand.guarantees else _uncalibrated(expert)
    if demand.unproven is not None:
        return Abstained(Reason.UNCALIBRATED, _unproven(expert, demand.unproven), would_have_asked=expert)
    p_route = route.p_route(expert)
    if floor is not None and not confidence.worth(p_route, demand.threshold, route.p_expert(expert)) > floor:
        message = _hopeless(expert, p_route, demand)
        return Abstained(Reason.LOW_ROUTING_CONFIDENCE, message, would_have_asked=expert)
    return Ask(expert)


def after_answer(
    outcome: Answer | Abstained, *, p: float, demand: Demand, policy: Policy, calibrated: bool
) -> Decision:
    """Whether what the expert returned is given to the caller.

    Args:
        outcome: The expert's answer, or its own abstention.
        p: Calibrated P(right | query, answer, evidence) of the answer or of the withheld attempt; NaN if unknown.
        demand: What is demanded of the answer.
        policy: The owner's rules.
        calibrated: Whether a usable calibration stands behind p.
    """
    if isinstance(outcome, Abstained):
        return _after_abstention(outcome, p, demand)
    if demand.waived or p > demand.threshold:
        return Answered(outcome, p)
    if not calibrated:
        if policy.answer_uncalibrated and not demand.guarantees:
            return Answered(outcome, math.nan)
        return _uncalibrated(outcome.expert, withheld=outcome)
    message = f"the chance that I would be right ({_percent(p)}) does not exceed the {demand}."
    return Abstained(Reason.LOW_ANSWER_CONFIDENCE, message, p, outcome.expert, outcome)


def _after_abstention(outcome: Abstained, p: float, demand: Demand) -> Decision:
    promoted = demand.waived and outcome.reason not in STILL_ABSTAIN_AT_ZERO
    if promoted and outcome.withheld is not None:
        return Answered(outcome.withheld, p)
    return Abstained(outcome.reason, outcome.message, p, outcome.would_have_asked, outcome.withheld)


def _uncalibrated(expert: str, withheld: Answer | None = None) -> Abstained:
    message = f"no calibration that fits {expert} as it is now stands behind an answer."
    return Abstained(Reason.UNCALIBRATED, message, would_have_asked=expert, withheld=withheld)


def _unproven(expert: str, bound: Guarantee) -> str:
    """Why no threshold is known to keep `bound`: too few graded questions, or too many of them wrong."""
    cut = bound.cut
    message = f"the {cut.rows} graded questions behind {expert} cannot vouch for {_told(bound)}"
    if cut.rows < cut.needed:
        return f"{message}: that takes at least {cut.needed}, none of them wrong."
    return f"{message}: too many of the answers it was surest of were wrong."


def _hopeless(expert: str, p_route: float, demand: Demand) -> str:
    """Says which of the two is to blame: a route in doubt, or a threshold that hardly any answer exceeds."""
    if p_route > demand.threshold:
        fits = f"this looks like a question for {expert} ({_percent(p_route)})"
        return f"{fits}, but its answers to such questions hardly ever exceed the {demand}."
    return f"the chance that this is a question for {expert} ({_percent(p_route)}) does not exceed the {demand}."


def _told(bound: Guarantee) -> str:
    name = "risk" if bound.bound == "max_risk" else "hallucination rate"
    return f"a {name} of at most {100 * bound.at_most:.4g}%"


def _percent(p: float) -> str:
    """Whole per cents, but no 100% for what is less."""
    return "unknown" if math.isnan(p) else f"{100 * p:.0f}%" if p < _NEARLY else f"{100 * p:.4g}%"
