"""The grades of a run: each generation is judged, and its grade kept beside it. Computes no figure, decides nothing.

A frozen run has no golds: its stored grades are used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nescio_eval.arms import Graded, Outcome
from nescio_eval.datasets.question import Question
from nescio_eval.judge import judge
from nescio_eval.records import Generation, read_generations, read_lines, write_lines
from nescio_eval.run import read_manifest, read_questions

GRADES = "grades.jsonl"


def graded_run(folder: Path) -> Graded:
    """Questions, generations and grades of a run; grades are written to its ``grades.jsonl``.

    In a frozen run the stored grades are read instead.
    """
    questions = read_questions(folder)
    generations = read_generations(folder)
    if read_manifest(folder).get("frozen"):
        stored: dict[tuple[str, str], Outcome] = {
            (row["system"], row["id"]): row["outcome"] for row in read_lines(folder / GRADES)
        }
        return Graded(questions, generations, stored)
    by_id = {q.id: q for q in questions}
    rows = [_grade(by_id[g.id], g) for g in generations.values() if g.id in by_id and g.text]
    write_lines(folder / GRADES, rows)
    return Graded(questions, generations, {(row["system"], row["id"]): row["outcome"] for row in rows})


def _grade(question: Question, generation: Generation) -> dict[str, Any]:
    try:
        found = judge(question, generation.text)
        outcome, method, detail = found.outcome, found.method, found.detail
    except Exception as error:  # noqa: BLE001 - a grader's failure is no verdict on the answer: it is ungraded
        outcome, method, detail = "ungraded", "error", repr(error)[:200]
    return {"system": generation.system, "id": question.id, "outcome": outcome, "method": method, "detail": detail}
