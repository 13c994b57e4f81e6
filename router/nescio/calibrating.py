"""Calibrates an expert: asks it its questions, grades the answers, fits, and writes the artefact.

Graded answers are appended to a file one line at a time, so that a killed run goes on where it stopped. The fitting
itself is `nescio.calibration`, the grading `nescio.grading`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from nescio.calibration import (
    MINIMUM,
    Fingerprint,
    Fitted,
    GradedRow,
    Pool,
    Problem,
    fit_calibration,
    read_calibration,
    read_pool,
    row,
    save_calibration,
)
from nescio.calibration.model import COMPETENCE
from nescio.errors import ArtefactError, BackendUnavailable, DataError
from nescio.grading import Item, clusters, grade, role_of
from nescio.graph import MONOLITH
from nescio.types import Abstained, Answer, Card, Expert, Message, Progress, Query, Reason, Route, silent

if TYPE_CHECKING:
    from nescio.competence import Judge
    from nescio.settings import Settings

GROWTH = 0.10
"""Share by which the exemplars may grow before a refit is proposed."""

_ROW_HINT = (
    'a row looks like {"question": "…", "answer": "…"}; answer null: nobody can answer it; a list: all are needed'
)


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """One row of a ``questions.jsonl``.

    Attributes:
        question: What the expert is asked.
        golds: Right answers; one suffices unless `every`. None if nobody can answer.
        every: Whether all golds are needed.
        cluster: The normal form that settles its role.
    """

    question: str
    golds: tuple[str, ...] | None
    every: bool
    cluster: str


class Seen(Protocol):
    """What asking an expert without gates gave (`nescio.engine.Observation`)."""

    @property
    def route(self) -> Route:
        """The query's route."""
        ...

    @property
    def outcome(self) -> Answer | Abstained:
        """What the expert returned."""
        ...


class Desk(Protocol):
    """What calibrating needs of an engine."""

    @property
    def settings(self) -> Settings:
        """Where artefacts go."""
        ...

    @property
    def experts(self) -> Mapping[str, Expert]:
        """Every expert that can be asked, the monolith among them."""
        ...

    @property
    def stale(self) -> Mapping[str, Problem]:
        """Experts without a usable calibration, and why."""
        ...

    def fingerprint_of(self, expert: str) -> Fingerprint:
        """What determines the expert's features now."""
        ...

    async def observe(self, query: Query, *, progress: Progress = silent) -> Seen:
        """Ask the pinned expert, whatever the gates say."""
        ...


def read_known_questions(path: Path) -> tuple[KnownQuestion, ...]:
    """The rows of `path`; none if there is no such file. An optional ``pair`` ties twins into one cluster.

    Raises:
        DataError: A line is not JSON or lacks a field; the message names file and line.
    """
    if not path.is_file():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: {error}", hint="save it as UTF-8") from error
    found: list[tuple[str, tuple[str, ...] | None, bool, str | None]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_read_row(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise DataError(f"{path}:{number}: {error!r}", hint=_ROW_HINT) from error
    keys = clusters([Item(question, () if pair is None else (pair,)) for question, _, _, pair in found])
    return tuple(KnownQuestion(*one[:3], key) for one, key in zip(found, keys, strict=True))


def questions_for(expert: str, cards: Mapping[str, Card]) -> tuple[KnownQuestion, ...]:
    """The expert's own questions; the monolith, where it has none, is asked those of every expert, one of each in turn.

    Raises:
        DataError: A file of questions is broken.
    """
    own = read_known_questions(cards[expert].folder / "questions.jsonl")
    if own or expert != MONOLITH:
        return own
    asked = [read_known_questions(cards[name].folder / "questions.jsonl") for name in sorted(cards)]
    # Shuffled by what never changes, so that the first so many are as mixed as all, and the same on every machine.
    shuffled = [sorted(one, key=lambda q: blake2b(q.cluster.encode()).digest()) for one in asked]
    return tuple(q for turn in zip_longest(*shuffled) for q in turn if q is not None)


async def ask_and_grade(
    desk: Desk,
    expert: str,
    questions: Sequence[KnownQuestion],
    journal: Path,
    progress: Progress = silent,
) -> tuple[GradedRow, ...]:
    """Ask `expert` each of `questions` that `journal` does not hold yet, and append what came of it.

    Lines that another state of the expert wrote (another fingerprint) stay, but count as not asked.

    Raises:
        BackendUnavailable: The expert's model is not there; what was graded so far is kept.
        DataError: The journal cannot be written.
    """
    mark = _digest(desk.fingerprint_of(expert))
    known = _read_journal(journal, mark)
    rows: dict[str, GradedRow] = {}
    for number, question in enumerate(questions, start=1):
        blank = row(question.question, None, 0.0, {}, cluster=question.cluster)
        line = known.get(blank.key)
        if line is None:
            progress(f"{expert}: question {number} of {len(questions)}")
            line = {"fingerprint": mark, "key": blank.key, **await _ask(desk, expert, question, progress)}
            _append(journal, line)
        rows[blank.key] = row(
            question.question, line["right"], line["p_route"], _features(line["features"]), cluster=question.cluster
        )
    return tuple(rows.values())


async def calibrate(
    desk: Desk,
    expert: str,
    *,
    today: str,
    limit: int | None = None,
    out: Path | None = None,
    judged: Judge | None = None,
    progress: Progress = silent,
) -> Fitted:
    """Ask, grade, fit and write the calibration of `expert`.

    Args:
        desk: The engine.
        expert: Whose.
        today: ISO date for the artefact.
        limit: Ask the first so many questions only.
        out: Folder of the artefact; by default the machine's own, which is looked at first.
        judged: The competence model in force; where it covers the expert, p_expert becomes a feature.
        progress: Told of each question.

    Raises:
        DataError: It has no questions, or none of its answers could be graded.
        BackendUnavailable: Its model is not there.
        ArtefactError: The artefact cannot be written.
    """
    cards = {name: one.card for name, one in desk.experts.items()}
    questions = questions_for(expert, cards)[:limit]
    card = cards[expert]
    if not questions:
        raise DataError(f"{expert} has no questions: {card.folder / 'questions.jsonl'} is missing", hint=_ROW_HINT)
    home = desk.settings.calibration_dir / expert
    rows = await ask_and_grade(desk, expert, questions, home / "graded.jsonl", progress)
    progress(f"{expert}: fitting")
    features, mark = card.features, None
    if judged is not None and expert in judged.experts:
        rows = judged.add(expert, rows, questions)
        features, mark = (*features, COMPETENCE), judged.mark
    fitted = fit_calibration(expert, features, rows, pool_for(desk, expert))
    if fitted is None:
        hint = f"{MINIMUM} graded answers or more make a calibration of its own; unanswered questions make none"
        raise DataError(f"{expert} gave no answer that could be graded and fitted on", hint=hint)
    own = (card.folder / "questions.jsonl").is_file()
    told = f"{len(rows)} questions of {f'{card.folder.name}/questions.jsonl' if own else 'all experts'}"
    fingerprint = desk.fingerprint_of(expert)
    save_calibration(out or home, fitted, told, today, fingerprint, _exemplars(desk), mark)
    return fitted


def pool_for(desk: Desk, expert: str) -> tuple[Pool, ...]:
    """The graded rows of every other expert; a damaged artefact lends none."""
    found: list[Pool] = []
    for name, other in sorted(desk.experts.items()):
        if name in (expert, MONOLITH):
            continue
        for folder in _folders(desk.settings, other.card):
            try:
                found.append(read_pool(folder))
            except ArtefactError:
                continue
            break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Checked:
    """How the calibration of one expert stands.

    Attributes:
        expert: Whose.
        state: ``own`` or ``pooled``: it fits; ``stale``: something changed; ``missing``; ``grown``: it fits, but the
            exemplars have grown so much that a refit is due.
        message: Why, in words.
        changed: The parts of the fingerprint that differ.
        report: Figures of the artefact, where there is one.
    """

    expert: str
    state: Literal["own", "pooled", "stale", "missing", "grown"]
    message: str
    changed: tuple[str, ...] = ()
    report: Mapping[str, Any] | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing needs to be done."""
        return self.state in ("own", "pooled")


def check(desk: Desk) -> tuple[Checked, ...]:
    """How the calibration of each expert stands; no expert is asked."""
    exemplars = _exemplars(desk)
    return tuple(_check(desk, name, exemplars) for name in sorted(desk.experts))


def _exemplars(desk: Desk) -> int:
    """How many the experts have, with those added to the router online and without those removed."""
    from nescio_indexes.online import changes_of

    changes = changes_of(desk.settings.router_dir)
    online = sum(1 if "add" in change else -1 for change in changes)
    return sum(len(one.card.exemplars) for one in desk.experts.values()) + online


def _check(desk: Desk, name: str, exemplars: int) -> Checked:
    document = _document(desk, name)
    problem = desk.stale.get(name)
    report = None if document is None else document["report"]
    if problem is not None:
        state: Literal["stale", "missing"] = "missing" if document is None else "stale"
        return Checked(name, state, problem.message, problem.changed, report)
    assert document is not None
    before = int(document.get("exemplars", 0))
    if before and exemplars > before * (1.0 + GROWTH):
        message = f"the exemplars have grown from {before} to {exemplars} since {document['date']}: a refit is due"
        return Checked(name, "grown", message, (), report)
    return Checked(name, document["status"], f"fitted on {document['date']}, {document['fitted_on']}", (), report)


def _document(desk: Desk, name: str) -> Mapping[str, Any] | None:
    """The document of the artefact in use; where none fits, of the first that can be read."""
    readable: list[Mapping[str, Any]] = []
    now = desk.fingerprint_of(name)
    for folder in _folders(desk.settings, desk.experts[name].card):
        try:
            _, document = read_calibration(folder)
        except ArtefactError:
            continue
        if not now.changed(document["fingerprint"]):
            return document
        readable.append(document)
    return readable[0] if readable else None


def _folders(settings: Settings, card: Card) -> tuple[Path, Path]:
    return settings.calibration_dir / card.name, card.folder / "calibration"


def _read_row(found: Mapping[str, Any]) -> tuple[str, tuple[str, ...] | None, bool, str | None]:
    question, answer, aliases = found["question"], found["answer"], found.get("aliases") or []
    if not isinstance(question, str) or not question.strip():
        raise ValueError("question is not a text")
    pair = None if found.get("pair") is None else str(found["pair"])
    if answer is None:
        return question, None, False, pair
    if isinstance(answer, list):
        return question, tuple(str(one) for one in answer), True, pair
    if not isinstance(aliases, list):
        raise ValueError("aliases is not a list")
    return question, (str(answer), *(str(alias) for alias in aliases)), False, pair


async def _ask(desk: Desk, expert: str, question: KnownQuestion, progress: Progress) -> dict[str, Any]:
    query = Query(
        id=f"calibrate-{uuid.uuid4().hex}",
        messages=(Message("user", question.question),),
        text=question.question,
        confidence_target=0.0,
        expert=None if expert == MONOLITH else expert,
        monolith=expert == MONOLITH,
    )
    seen = await desk.observe(query, progress=progress)
    outcome = seen.outcome
    line: dict[str, Any] = {
        "question": question.question,
        "role": role_of(question.cluster),
        "p_route": seen.route.p_route(expert),
    }
    if isinstance(outcome, Abstained):
        if outcome.reason is Reason.EXPERT_UNAVAILABLE:
            raise BackendUnavailable(f"{expert}: {outcome.message}", hint="start its model, then calibrate again")
        return line | {"right": None, "features": {}, "reason": str(outcome.reason), "message": outcome.message}
    kind: Literal["list", "auto"] = "list" if question.every else "auto"
    graded = grade(question.question, question.golds, outcome.text, kind=kind)
    told = {"answer": outcome.text, "golds": question.golds, "rule": graded.method}
    return line | {"right": graded.right, "features": dict(outcome.evidence.features)} | told


def _read_journal(journal: Path, mark: str) -> dict[str, dict[str, Any]]:
    """Lines of this state of the expert, by key. A last line that a killed run left torn is cut off."""
    if not journal.is_file():
        return {}
    data = journal.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        journal.write_bytes(whole)
    lines = [json.loads(line) for line in whole.decode("utf-8").splitlines() if line.strip()]
    return {line["key"]: line for line in lines if line["fingerprint"] == mark}


def _append(journal: Path, line: Mapping[str, Any]) -> None:
    try:
        journal.parent.mkdir(parents=True, exist_ok=True)
        with journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(_plain(line), ensure_ascii=True) + "\n")
    except OSError as error:
        raise DataError(
            f"{journal} cannot be written: {error.strerror}", hint="free some room and run again"
        ) from error


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    # JSON has no NaN: a feature that is unknown is null.
    features = {name: value if abs(value) < float("inf") else None for name, value in line["features"].items()}
    return {**line, "features": features}


def _features(found: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float("nan") if value is None else float(value) for name, value in found.items()}


def _digest(mark: Fingerprint) -> str:
    return blake2b(json.dumps(dict(mark.parts), sort_keys=True).encode(), digest_size=8).hexdigest()
