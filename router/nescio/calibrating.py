"""Calibrates an expert: asks it its questions, grades the answers, fits, and writes the artefact.

Graded answers are appended to a file one line at a time, so that a killed run goes on where it stopped. The fitting
itself is `nescio.calibration`, the grading `nescio.grading`.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
from nescio.calibration.rows import hashed
from nescio.errors import ArtefactError, BackendUnavailable, DataError
from nescio.grading import Grade, grade, grade_code
from nescio.graph import MONOLITH
from nescio.known import OWN, ROW_HINT, KnownQuestion, Source, gather, told_of
from nescio.types import Abstained, Answer, Card, Expert, Message, Progress, Query, Reason, Route, SandboxDoor, silent

if TYPE_CHECKING:
    from nescio.competence import Judge
    from nescio.settings import Settings

GROWTH = 0.10
"""Share by which the exemplars may grow before a refit is proposed."""


class Seen(Protocol):
    """What asking an expert without gates gave (`nescio.engine.Observation`)."""

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

    @property
    def sandbox(self) -> SandboxDoor:
        """Where the tests of answers that are programs run."""
        ...

    def fingerprint_of(self, expert: str) -> Fingerprint:
        """What determines the expert's features now."""
        ...

    async def observe(self, query: Query, *, progress: Progress = silent) -> Seen:
        """Ask the pinned expert, whatever the gates say."""
        ...

    async def route(self, text: str) -> Route:
        """Where `text` goes now."""
        ...


async def ask_and_grade(
    desk: Desk,
    expert: str,
    questions: Sequence[KnownQuestion],
    journal: Path,
    progress: Progress = silent,
    concurrency: int = 1,
) -> tuple[GradedRow, ...]:
    """Ask `expert` each of `questions` that `journal` does not hold yet, and append what came of it.

    Lines that another state of the expert wrote (another fingerprint) stay, but count as not asked. The route of each
    question is today's: a router that changed asks no expert again. At most `concurrency` questions, one or more, are
    under way, so that a model's server can compute them together.

    Raises:
        BackendUnavailable: The expert's model is not there; what was graded so far is kept.
        DataError: The journal cannot be written.
    """
    mark = desk.fingerprint_of(expert).evidence
    known = _read_journal(journal, mark)
    keyed = {hashed(question.question): question for question in questions}
    waiting = iter([one for one in enumerate(keyed.items(), start=1) if one[1][0] not in known])

    async def ask_the_next() -> None:
        for number, (key, question) in waiting:
            progress(f"{expert}: question {number} of {len(keyed)}")
            known[key] = {"fingerprint": mark, "key": key, **await _ask(desk, expert, question, progress)}
            _append(journal, known[key])

    asking = [asyncio.create_task(ask_the_next()) for _ in range(concurrency)]
    try:
        await asyncio.gather(*asking)
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    rows = []
    for key, question in keyed.items():
        p_route = (await desk.route(question.question)).p_route(expert)
        right, features = await _right(desk, question, known[key]), _features(known[key]["features"])
        rows.append(row(question.question, right, p_route, features, question.role, question.cluster))
    return tuple(rows)


async def calibrate(
    desk: Desk,
    expert: str,
    *,
    today: str,
    further: Sequence[Source] = (),
    limit: int | None = None,
    out: Path | None = None,
    judged: Judge | None = None,
    progress: Progress = silent,
    concurrency: int = 1,
) -> Fitted:
    """Ask, grade, fit and write the calibration of `expert`.

    Args:
        desk: The engine.
        expert: Whose.
        today: ISO date for the artefact.
        further: Files of questions beside its own.
        limit: Ask the first so many questions only.
        out: Folder of the artefact; by default the machine's own, which is looked at first.
        judged: The competence model in force; where it covers the expert, p_expert becomes a feature.
        progress: Told of each question.
        concurrency: Questions under way at a time.

    Raises:
        DataError: It has no questions, or none of its answers could be graded.
        BackendUnavailable: Its model is not there.
        ArtefactError: The artefact cannot be written.
    """
    cards = {name: one.card for name, one in desk.experts.items()}
    gathered = gather(expert, cards, further)
    questions = gathered.questions[:limit]
    card = cards[expert]
    if not questions:
        raise DataError(f"{expert} has no questions: {card.folder / OWN} is missing", hint=ROW_HINT)
    home = desk.settings.calibration_dir / expert
    rows = await ask_and_grade(desk, expert, questions, home / "graded.jsonl", progress, concurrency)
    progress(f"{expert}: fitting")
    features, mark = card.features, None
    if judged is not None and expert in judged.experts:
        rows = judged.add(expert, rows, questions)
        features, mark = (*features, COMPETENCE), judged.mark
    fitted = fit_calibration(expert, features, rows, pool_for(desk, expert))
    if fitted is None:
        hint = f"{MINIMUM} graded answers or more make a calibration of its own; unanswered questions make none"
        raise DataError(f"{expert} gave no answer that could be graded and fitted on", hint=hint)
    left_out = {"contradictory": gathered.contradictory, "left_out": gathered.left_out}
    duplicates = fitted.report["duplicates"] + gathered.duplicates
    fitted = replace(fitted, report={**fitted.report, "duplicates": duplicates, **left_out})
    fingerprint = desk.fingerprint_of(expert)
    save_calibration(out or home, fitted, told_of(questions, gathered), today, fingerprint, _exemplars(desk), mark)
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
    message = f"fitted on {document['date']}, {document['fitted_on']}"
    if "log" in document["report"]:
        message += (
            f", and above {document['report']['log']['above']:g} on {document['report']['log']['used']} logged grades"
        )
    return Checked(name, document["status"], message, (), report)


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
    line: dict[str, Any] = {"question": question.question, "role": question.role}
    if isinstance(outcome, Abstained):
        if outcome.reason is Reason.EXPERT_UNAVAILABLE:
            raise BackendUnavailable(f"{expert}: {outcome.message}", hint="start its model, then calibrate again")
        return line | {"right": None, "features": {}, "reason": str(outcome.reason), "message": outcome.message}
    graded = await _grade(desk, question, outcome.text)
    told = {"answer": outcome.text, "golds": question.golds, "tests": _told(question), "rule": graded.method}
    return line | {"right": graded.right, "features": dict(outcome.evidence.features)} | told


async def _grade(desk: Desk, question: KnownQuestion, answer: str) -> Grade:
    tests = question.tests
    if tests is None:
        return grade(question.question, question.golds, answer, kind="list" if question.every else "auto")
    begun = question.item.text if tests.entry_point is not None else ""
    return await grade_code(
        answer, tests.statements, desk.sandbox, setup=tests.setup, prompt=begun, entry_point=tests.entry_point
    )


async def _right(desk: Desk, question: KnownQuestion, line: Mapping[str, Any]) -> bool | None:
    """The grade that was kept, or a new one where the right answers have changed since, or tests could not be run."""
    kept: bool | None = line["right"]
    if "answer" not in line:
        return kept
    golds = line.get("golds")
    same = (None if golds is None else tuple(golds)) == question.golds and line.get("tests") == _told(question)
    if same and (question.tests is None or kept is not None):
        return kept
    return (await _grade(desk, question, line["answer"])).right


def _told(question: KnownQuestion) -> dict[str, Any] | None:
    """The tests of `question` as JSON holds them."""
    found: dict[str, Any] | None = None if question.tests is None else json.loads(json.dumps(asdict(question.tests)))
    return found


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
