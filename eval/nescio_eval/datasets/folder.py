"""Reads the question sets of a data folder (``NAME.jsonl`` or ``NAME.jsonl.gz``) into the normal form.

A row holds id, dataset, question, answer (null where nobody can answer), aliases, choices, gold_index, answerable and
meta. It downloads nothing.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nescio.errors import DataError
from nescio_eval.datasets.catalogue import CATALOGUE, DataSet
from nescio_eval.datasets.question import Kind, Question, Role

_LETTERS = "ABCDEFGHIJ"
_FIT_SPLITS = frozenset({"train", "validation", "dev", "prompt"})


def available(folder: Path) -> tuple[str, ...]:
    """The names of the catalogue's sets whose file is in `folder`."""
    return tuple(name for name, known in CATALOGUE.items() if known.generate is None and _file(folder, name))


def load(folder: Path, name: str) -> list[Question]:
    """The questions of set `name`, in file order; cluster and role are provisional until `join_clusters`.

    Raises:
        DataError: The set is unknown or missing, a row is broken, or an answerable row has no answer.
    """
    known = CATALOGUE.get(name)
    if known is None or known.generate is not None:
        raise DataError(f"no data set called {name!r} is read from a folder", hint="nescio eval data lists them")
    path = _file(folder, name)
    if path is None:
        raise DataError(f"{folder} has neither {name}.jsonl nor {name}.jsonl.gz", hint="set NESCIO_DATA to its folder")
    return _read(known, path, lambda _, row: row, "compare it with the row form in docs")


def load_own(path: Path) -> list[Question]:
    """A file of one's own: rows with ``question``, and ``answer`` (null or absent: nobody can answer it).

    Raises:
        DataError: The file is missing or a row is broken.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing", hint='one line a question: {"question": "…", "answer": "…"}')
    name = path.stem

    def whole(number: int, row: dict[str, Any]) -> dict[str, Any]:
        return {"id": f"{name}-{number:05d}", "answerable": row.get("answer") is not None, **row}

    return _read(DataSet(name, name, "not stated", str(path)), path, whole, 'a row needs "question" and "answer"')


def _read(
    known: DataSet, path: Path, whole: Callable[[int, dict[str, Any]], dict[str, Any]], hint: str
) -> list[Question]:
    """The questions of `path`, each row made `whole` first."""
    found = []
    for number, row in rows(path):
        try:
            question = _question(known, whole(number, row))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(f"{path}:{number}: {error!r}", hint=hint) from error
        if question is not None:
            found.append(question)
    check(found)
    return found


def check(questions: list[Question]) -> None:
    """Refuse questions that could not be graded.

    Raises:
        DataError: An id occurs twice, a text is empty, or an answerable question has no gold.
    """
    seen: set[str] = set()
    for q in questions:
        if q.id in seen:
            raise DataError(f"the id {q.id!r} occurs twice", hint="ids must be unique over all data sets of a run")
        seen.add(q.id)
        if not q.question.strip():
            raise DataError(f"{q.id}: the question is empty", hint="remove the row")
        if q.golds is not None and not any(gold.strip() for gold in q.golds):
            raise DataError(f"{q.id}: answerable, but without an answer", hint="give an answer, or null for none")


def _file(folder: Path, name: str) -> Path | None:
    places = (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz", folder / f"{name}.ci.jsonl")
    return next((place for place in places if place.is_file()), None)


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row of `path` with the number of its line.

    Raises:
        DataError: A line is not JSON.
    """
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise DataError(f"{path}:{number} is not JSON: {error}", hint="one object a line") from error


def _question(known: DataSet, row: dict[str, Any]) -> Question | None:
    meta = row.get("meta") or {}
    if meta.get("improper") or meta.get("differs") == "nothing":
        return None
    golds, aliases, kind = _golds(known, row)
    return Question(
        id=str(row["id"]),
        dataset=known.name,
        domain=known.domain,
        category=str(meta.get("category") or meta.get("source") or row.get("domain") or known.name),
        question=_text(row, meta),
        golds=golds,
        aliases=aliases,
        kind=kind,
        cluster=str(meta.get("pair") or ""),
        role=_role(meta),
        tolerance=1e-4 if kind == "number" else 0.0,
    )


def _golds(known: DataSet, row: dict[str, Any]) -> tuple[tuple[str, ...] | None, tuple[str, ...], Kind]:
    if not row["answerable"]:
        return None, (), "none"
    if row.get("choices") and row.get("gold_index") is not None:
        index = int(row["gold_index"])
        return (_LETTERS[index],), tuple(str(choice) for choice in row["choices"]), "choice"
    aliases = tuple(str(alias) for alias in row.get("aliases") or ())
    return (str(row["answer"]),), aliases, known.kind


def _text(row: dict[str, Any], meta: dict[str, Any]) -> str:
    text = str(row["question"]).strip()
    if meta.get("context"):
        text = f"{meta['context']}\n\nQuestion: {text}"
    if row.get("choices"):
        listed = "\n".join(f"{letter}. {choice}" for letter, choice in zip(_LETTERS, row["choices"], strict=False))
        text = f"{text}\n{listed}"
    return text


def _role(meta: dict[str, Any]) -> Role:
    return "fit" if meta.get("split") in _FIT_SPLITS else "test"
