"""What a run would cost: from what its folder already measured, else from figures of a reference machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nescio_eval.datasets import Draw
from nescio_eval.records import read_generations
from nescio_eval.systems import PROMPTED_TARGETS, prompted_name

_ROUGH = {"router": (6.0, 350), "monolith": (22.0, 700), "prompted": (7.0, 130)}
"""Seconds and generated tokens of a question on the reference machine, for an estimate before anything is known."""


def estimate_of(out: Path, drawn: Draw, wanted: Sequence[str]) -> dict[str, Any]:
    """Calls, tokens and seconds that are still to be spent on a run."""
    have = read_generations(out)
    names: list[str] = []
    for name in wanted:
        prompted = [prompted_name(t) for t in PROMPTED_TARGETS]
        names += prompted if name == "prompted" else ["monolith", *prompted] if name.startswith("openai:") else [name]
    seconds, tokens, calls, measured = 0.0, 0.0, 0, False
    for name in names:
        done = [g for (system, _), g in have.items() if system == name and not g.fault]
        left = len({q.id for q in drawn.questions} - {g.id for g in done})
        each = _ROUGH.get(name.partition("@")[0], (10.0, 300))
        if done:
            measured = True
            each = (sum(g.latency_s for g in done) / len(done), sum(g.completion_tokens for g in done) // len(done))
        calls, seconds, tokens = calls + left, seconds + left * each[0], tokens + left * each[1]
    sets = sorted({q.dataset for q in drawn.questions})
    return {
        "questions": len(drawn.questions),
        "datasets": {name: sum(q.dataset == name for q in drawn.questions) for name in sets},
        "missing": list(drawn.missing),
        "calls": calls,
        "tokens": int(tokens),
        "seconds": round(seconds, 1),
        "basis": "measured in this run" if measured else "rough figures of a 2-core machine",
    }
