"""Measures the sandbox from program to result. Appends to ``benchmarks/results.jsonl``.

Cold: the interpreter is started for the program. Warm: it waited. Between two warm programs the next spare is left
to get ready, as it has between two questions. Languages that are not installed are left out. No deadline here is a
test's: times on a busy machine are upper bounds.

    python benchmarks/sandbox.py [--rounds 40]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np

from nescio.sandbox import JAVASCRIPT, PYTHON, Language, Machine, R, Sandbox, Verdict, is_installed

HERE = Path(__file__).resolve().parent
PAUSE = 1.0
"""Seconds between warm programs: longer than importing SymPy and NumPy takes."""

PRINT = "print(6 * 7)\n"
SYMPY = """from sympy import Eq, solve, symbols
x, y = symbols("x y")
answer = solve([Eq(2 * x + 3 * y, 12), Eq(x - y, 1)], [x, y])
total = answer[x] + answer[y]
print(total)
"""
OTHERS = {JAVASCRIPT: "console.log(6 * 7)\n", R: "cat(6 * 7)\n"}


def main() -> None:
    """Run, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    figures = asyncio.run(measure(parser.parse_args().rounds))
    line = {
        "bench": "sandbox",
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        **figures,
    }
    print(json.dumps(line, indent=1))  # noqa: T201
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


async def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds by kind of program: the median, the 99th percentile, and how many runs they are of."""
    cold, warm = Sandbox(), Sandbox(warm=True)
    figures = {}
    try:
        for door in (cold, warm):
            check = await door.check()
            if not check.ok:
                sys.exit(check.message)
        for name, program in (("print", PRINT), ("sympy", SYMPY)):
            figures[f"{name}_cold"] = await repeat(cold, program, PYTHON, rounds, pause=0.0)
            figures[f"{name}_warm"] = await repeat(warm, program, PYTHON, rounds, pause=PAUSE)
        for language, program in OTHERS.items():
            if is_installed(language, Machine.here()):
                await cold.check(language)
                figures[f"{language.name}_cold"] = await repeat(cold, program, language, rounds, pause=0.0)
    finally:
        cold.close()
        warm.close()
    return figures


async def repeat(door: Sandbox, program: str, language: Language, rounds: int, *, pause: float) -> dict[str, float]:
    """Run `program` so often, with `pause` seconds before each."""
    times = []
    for _ in range(rounds):
        await asyncio.sleep(pause)
        started = time.perf_counter()
        execution = await door.run(program, language)
        times.append(1000.0 * (time.perf_counter() - started))
        if execution.outcome is not Verdict.OK:
            sys.exit(f"{language.name} ended with {execution.outcome}: {execution.message}")
    return {"p50": round(float(np.median(times)), 1), "p99": round(float(np.quantile(times, 0.99)), 1), "n": rounds}


if __name__ == "__main__":
    main()
