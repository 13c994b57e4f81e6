"""The one decision function, in two halves: whether to ask an expert, and whether to give its answer.

Pure: no I/O, no clock, no model. The rule is Kalai et al., "Why Language Models Hallucinate" (2025), section 4.2: under
the scoring right +1, "I don't know" 0, wrong −t/(1−t), answering pays iff P(right) > t. Only the final p is compared
with t; the gate before the answer merely saves work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from nescio.types import DEFAULT_TARGET, Abstained, Answer, Answered, Decision, Reason, Route

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
        refer: Experts whose queries are never answered here.
        answer_uncalibrated: Whether an expert without a usable calibration may answer, with p unknown.
        wording: Message per referred expert.
    """

    target: float = DEFAULT_TARGET
    targets: Mapping[str, float] = field(default_factory=dict)
    minimum_target: float = 0.0
    refer: frozenset[str] = frozenset()
    answer_uncalibrated: bool = False
    wording: Mapping[str, str] = field(default_factory=dict)


class Confidence(Protocol):
    """What a fitted calibration of one expert offers; see `nescio.calibration`."""

    def worth(self, p_route: float, target: float, p_expert: float = math.nan) -> float:
        """The fitted chance that the final p will exceed `target`, given P(this is the right route).

        `p_expert` is P(this expert answers rightly), NaN where nothing is known of it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """The decision to ask `expert`."""

    expert: str


def target_in_force(requested: float | None, policy: Policy, expert: str | None) -> float:
    """The confidence target that applies: the request's, else the policy's, never below its floor."""
    wished = policy.targets.get(expert or "", policy.target) if requested is None else requested
    return max(wished, policy.minimum_target)


def before_answer(
    route: Route,
    *,
    target: float,
    policy: Policy,
    scope_threshold: float,
    worth_floor: float,
    confidences: Mapping[str, Confidence],
    pinned: str | None = None,
) -> Ask | Abstained:
    """Whether any expert is asked, and which.

    Args:
        route: Candidates, best first; may be empty.
        target: The confidence target in force.
        policy: The owner's rules.
        scope_threshold: P(in scope) must exceed it.
        worth_floor: The fitted chance of passing the final gate must exceed it.
        confidences: Usable calibrations by expert; an expert that is missing is uncalibrated.
        pinned: Expert the caller named; routing confidence is then not asked.
    """
    expert = pinned or (route.candidates[0].expert if route.candidates else None)
    if route.unavailable and (expert is None or target != ALWAYS_ANSWER):
        message = "what says whom to ask is not available at the moment."
        return Abstained(Reason.EXPERT_UNAVAILABLE, message, would_have_asked=expert)
    if expert is None:
        return Abstained(Reason.OUT_OF_SCOPE, "no expert is installed that could be asked.")
    if target != ALWAYS_ANSWER and not route.scope > scope_threshold:
        message = "this does not look like a question that any of my experts covers."
        return Abstained(Reason.OUT_OF_SCOPE, message, would_have_asked=expert)
    if expert in policy.refer:
        message = policy.wording.get(expert, f"questions for {expert} are referred elsewhere by policy.")
        return Abstained(Reason.POLICY, message, would_have_asked=expert)
    if target == ALWAYS_ANSWER:
        return Ask(expert)
    confidence = confidences.get(expert)
    if confidence is None:
        return Ask(expert) if policy.answer_uncalibrated else _uncalibrated(expert)
    p_route = route.p_route(expert)
    if pinned is None and not confidence.worth(p_route, target, route.p_expert(expert)) > worth_floor:
        message = _hopeless(expert, p_route, target)
        return Abstained(Reason.LOW_ROUTING_CONFIDENCE, message, would_have_asked=expert)
    return Ask(expert)


def after_answer(outcome: Answer | Abstained, *, p: float, target: float, policy: Policy, calibrated: bool) -> Decision:
    """Whether what the expert returned is given to the caller.

    Args:
        outcome: The expert's answer, or its own abstention.
        p: Calibrated P(right | query, answer, evidence) of the answer or of the withheld attempt; NaN if unknown.
        target: The confidence target in force.
        policy: The owner's rules.
        calibrated: Whether a usable calibration stands behind p.
    """
    if isinstance(outcome, Abstained):
        return _after_abstention(outcome, p, target)
    if target == ALWAYS_ANSWER or p > target:
        return Answered(outcome, p)
    if not calibrated:
        if policy.answer_uncalibrated:
            return Answered(outcome, math.nan)
        return _uncalibrated(outcome.expert, withheld=outcome)
    message = f"the chance that I would be right ({_percent(p)}) does not exceed the {_percent(target)} asked for."
    return Abstained(Reason.LOW_ANSWER_CONFIDENCE, message, p, outcome.expert, outcome)


def _after_abstention(outcome: Abstained, p: float, target: float) -> Decision:
    promoted = target == ALWAYS_ANSWER and outcome.reason not in STILL_ABSTAIN_AT_ZERO
    if promoted and outcome.withheld is not None:
        return Answered(outcome.withheld, p)
    return Abstained(outcome.reason, outcome.message, p, outcome.would_have_asked, outcome.withheld)


def _uncalibrated(expert: str, withheld: Answer | None = None) -> Abstained:
    message = f"no calibration that fits {expert} as it is now stands behind an answer."
    return Abstained(Reason.UNCALIBRATED, message, would_have_asked=expert, withheld=withheld)


def _hopeless(expert: str, p_route: float, target: float) -> str:
    """Says which of the two is to blame: a route in doubt, or a target that hardly any answer exceeds."""
    if p_route > target:
        fits = f"this looks like a question for {expert} ({_percent(p_route)})"
        return f"{fits}, but its answers to such questions hardly ever exceed the {_percent(target)} asked for."
    doubt = f"the chance that this is a question for {expert} ({_percent(p_route)})"
    return f"{doubt} does not exceed the {_percent(target)} asked for."


def _percent(p: float) -> str:
    """Whole per cents, but no 100% for what is less."""
    return "unknown" if math.isnan(p) else f"{100 * p:.0f}%" if p < _NEARLY else f"{100 * p:.4g}%"
