"""How far the short-answer grader agrees with people, on their judgements in NESCIO_DATA.

Rules were written looking at rows of role ``fit`` alone; the figures asserted here are of role ``test``. What is left
are mostly answers that people know to be right although no gold says so.
"""

import gzip
import json
import os
from pathlib import Path

import pytest

from nescio.grading import grade, normalise, role_of

pytestmark = pytest.mark.data


def judged(name: str) -> list[dict[str, object]]:
    folder = os.environ.get("NESCIO_DATA")
    if not folder:
        pytest.skip("NESCIO_DATA names no folder of evaluation data")
    with gzip.open(Path(folder) / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [row for row in rows if role_of(normalise(row["question"])) == "test"]


def agreement(rows: list[dict[str, object]]) -> tuple[float, float]:
    """Share of equal verdicts, and Cohen's kappa."""
    ours = [grade(row["question"], row["golds"], row["candidate"], kind="text").right for row in rows]
    people = [row["human"] for row in rows]
    n = len(rows)
    observed = sum(a == b for a, b in zip(ours, people, strict=True)) / n
    a, b = sum(ours) / n, sum(people) / n
    chance = a * b + (1 - a) * (1 - b)
    return observed, (observed - chance) / (1 - chance)


@pytest.mark.parametrize(
    ("names", "least", "least_kappa"),
    [
        (("evouna", "efficientqa_judged"), 0.905, 0.81),
        (("evouna",), 0.91, 0.76),
        (("efficientqa_judged",), 0.89, 0.48),
    ],
)
def test_grader_agrees_with_people_on_rows_it_was_not_built_on(names, least, least_kappa):
    observed, kappa = agreement([row for name in names for row in judged(name)])
    assert observed >= least
    assert kappa >= least_kappa
