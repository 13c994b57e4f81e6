"""Deterministic systems for tests, and a program that runs them and may be killed at any call."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from nescio.types import Reason
from nescio_eval.datasets import Question
from nescio_eval.datasets.generated_math import questions as math_questions
from nescio_eval.datasets.unanswerable import questions as unanswerable_questions
from nescio_eval.records import Generation
from nescio_eval.run import Plan, run


def chance(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but `parts`."""
    return int(blake2b(repr(parts).encode(), digest_size=4).hexdigest(), 16) / 2**32


class FakeSystem:
    """Answers rightly as often as `skill` says; its p tells right from wrong, but not perfectly."""

    def __init__(self, name: str, skill: float, *, dies_at: int | None = None) -> None:
        self.name = name
        self.skill = skill
        self.dies_at = dies_at
        self.calls = 0

    def describe(self) -> Mapping[str, object]:
        return {"kind": "fake", "skill": self.skill}

    async def generate(self, question: Question, *, target: float, seed: int) -> Generation:
        self.calls += 1
        if self.calls == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        able = question.golds is not None and chance("right", self.name, question.id) < self.skill
        text = question.golds[0] if able and question.golds else "some wrong thing"
        p = 0.4 * able + 0.6 * chance("p", self.name, question.id)
        routed = self.name == "router"
        stopped = routed and chance("scope", question.id) < 0.1
        declines = chance("own", self.name, question.id) < 0.05
        return Generation(
            self.name,
            question.id,
            text=text,
            samples=(text, "another"),
            features={"mean_logprob": -1 + p, "min_logprob": -2.0, "agreement": p, "length": float(len(text.split()))},
            expert="math" if routed else "monolith",
            model="fake",
            p=p,
            p_route=chance("route", question.id) if routed else float("nan"),
            scope=chance("scope", question.id) if routed else float("nan"),
            calibration="own",
            before=Reason.OUT_OF_SCOPE if stopped else None,
            own=Reason.DECLINED if declines else None,
            target=target,
            completion_tokens=10,
            answer_tokens=2,
            latency_s=chance("seconds", question.id),
        )


def some_questions(n: int = 20, seed: int = 3) -> list[Question]:
    from nescio_eval.datasets import join_clusters

    return join_clusters([*math_questions(seed, n), *unanswerable_questions(seed, n // 2)])


def systems(dies_at: int | None = None) -> list[FakeSystem]:
    return [
        FakeSystem("router", 0.8, dies_at=dies_at),
        FakeSystem("monolith", 0.5),
        *(FakeSystem(f"prompted@{t}", 0.5) for t in ("0.5", "0.75", "0.9")),
    ]


def run_fakes(folder: Path, dies_at: int | None = None, n: int = 20, role: str = "test", seed: int = 3) -> int:
    plan = Plan("fakes", role=role, seed=seed, limit=n)
    return asyncio.run(run(folder, plan, some_questions(n, seed), systems(dies_at), lambda progress: None))


if __name__ == "__main__":
    run_fakes(Path(sys.argv[1]), int(sys.argv[2]))
