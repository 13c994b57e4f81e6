"""What the service measures: Prometheus metrics of its own registry, and one log line a request.

Neither carries the query's text, the answer's, or a secret.
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from nescio.drift import LIMIT, Drift
from nescio.errors import NescioError
from nescio.observe import log
from nescio.types import Abstained, Outcome

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)
_TENTHS = tuple(round(0.1 * step, 1) for step in range(1, 11))


def log_defect(error: BaseException, trace_id: str) -> None:
    """Write where an unexpected error came from. Its message may quote the query, so it is left out."""
    if isinstance(error, NescioError):
        log.warning("request failed", trace_id=trace_id, code=error.code)
        return
    frames = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    log.error("defect", trace_id=trace_id, error=type(error).__name__, frames=frames[-8:])


class Metrics:
    """The metrics of one app. Each name begins with ``nescio_``."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        here = self.registry
        self.requests = Counter(
            "nescio_requests", "HTTP requests by endpoint and status.", ["endpoint", "method", "status"], registry=here
        )
        self.request_seconds = Histogram(
            "nescio_request_seconds",
            "Seconds from first byte in to last byte out.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=here,
        )
        self.decisions = Counter(
            "nescio_decisions",
            "Decisions of chat requests.",
            ["decision", "reason", "expert"],
            registry=here,
        )
        self.decision_seconds = Histogram(
            "nescio_decision_seconds",
            "Seconds from request to decision.",
            ["expert"],
            buckets=_SECONDS,
            registry=here,
        )
        self.confidence = Histogram(
            "nescio_confidence", "Final p of what was generated.", ["decision"], buckets=_TENTHS, registry=here
        )
        self.tokens = Counter("nescio_tokens", "Tokens over all samples.", ["kind"], registry=here)
        self.cancelled = Counter("nescio_cancelled", "Requests whose client left.", registry=here)
        self.timeouts = Counter("nescio_timeouts", "Chat requests whose time passed.", registry=here)
        self.grades = Counter("nescio_grades", "Grades received as feedback.", ["grade"], registry=here)
        self.admitted = Gauge("nescio_admitted", "Requests that are routed, answered or waiting.", registry=here)
        self.waiting = Gauge(
            "nescio_queue_waiting", "Chat requests that wait for their turn at a model.", registry=here
        )
        self.inside = Gauge("nescio_generating", "Chat requests that a model works on.", registry=here)
        self.lost = Gauge("nescio_outcomes_lost", "Outcomes that could not be kept since the start.", registry=here)
        self.evidence = Gauge(
            "nescio_drift",
            "Evidence that the expert's p promises too much; it is not believed at 1.",
            ["expert"],
            registry=here,
        )
        self.shift = Gauge(
            "nescio_drift_features",
            "Largest distance of a feature's distribution from calibration, 0 to 1.",
            ["expert"],
            registry=here,
        )
        Gauge("nescio_info", "The version that runs.", ["version"], registry=here).labels(version("nescio")).set(1)

    def decided(self, outcome: Outcome) -> None:
        """Count one decision and write its log line."""
        decision = outcome.decision
        word = "abstained" if isinstance(decision, Abstained) else "answered"
        reason = decision.reason.value if isinstance(decision, Abstained) else ""
        expert = outcome.expert or ""
        self.decisions.labels(word, reason, expert).inc()
        self.decision_seconds.labels(expert).observe(outcome.latency_s)
        self.tokens.labels("prompt").inc(outcome.usage.prompt_tokens)
        self.tokens.labels("completion").inc(outcome.usage.completion_tokens)
        known = math.isfinite(decision.p)
        if known:
            self.confidence.labels(word).observe(decision.p)
        log.info(
            "decided",
            trace_id=outcome.query.id,
            decision=word,
            reason=reason or None,
            expert=outcome.expert,
            p=round(decision.p, 4) if known else None,
            confidence_target=outcome.confidence_target,
            seconds=round(outcome.latency_s, 3),
        )

    def drifted(self, found: Iterable[Drift]) -> None:
        """Take over how experts fare."""
        for one in found:
            self.evidence.labels(one.expert).set(max(0.0, math.log(max(one.evidence, 1.0)) / math.log(LIMIT)))
            if math.isfinite(one.shift):
                self.shift.labels(one.expert).set(one.shift)

    def page(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self.registry)
