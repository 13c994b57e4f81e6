"""What a run keeps: one generation per system and question, and the files they are kept in.

Append-only, a line per call, synced to disk; a line that a crash cut off is dropped and asked again. Nothing here
calls a system or grades.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from nescio.errors import DataError, OutOfDisk
from nescio.types import Reason

TEXT_LIMIT = 65_536
"""Characters of an answer; a longer one is a fault of the system."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one system gave to one question, before any decision at a target.

    Attributes:
        system: The system's name; with `id` the key of the record.
        id: The question's id.
        text: The answer, given or withheld; "" if nothing was generated.
        samples: All texts that the evidence was computed from.
        features: Evidence by name.
        expert: Who answered, or would have.
        model: The model that wrote it.
        p: Calibrated P(right) by the system itself; NaN if it has none.
        p_route: P(in scope and right route) of `expert`; NaN without routing.
        scope: P(in scope); NaN without routing.
        calibration: ``own``, ``pooled`` or ``none``.
        before: Why the gate before the answer would have abstained at `target`; None if it would have asked.
        own: Why the expert abstained of itself; None if it answered.
        target: The confidence target that `before` was evaluated at; NaN for a system that is not told one.
        prompt_tokens: Over all samples.
        completion_tokens: Over all samples.
        answer_tokens: Of the shown answer alone.
        latency_s: Seconds of the successful call.
        attempts: Calls made, failed ones included.
        fault: What went wrong in the last call, "" if it succeeded.
        code: The program that was run, if any.
    """

    system: str
    id: str
    text: str = ""
    samples: tuple[str, ...] = ()
    features: dict[str, float] = field(default_factory=dict)
    expert: str | None = None
    model: str = ""
    p: float = math.nan
    p_route: float = math.nan
    scope: float = math.nan
    calibration: str = "none"
    before: Reason | None = None
    own: Reason | None = None
    target: float = math.nan
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answer_tokens: int = 0
    latency_s: float = 0.0
    attempts: int = 1
    fault: str = ""
    code: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """System and question."""
        return self.system, self.id


def to_json(generation: Generation) -> dict[str, Any]:
    """A JSON object; NaN becomes null."""
    return {name: null_nan(value) for name, value in asdict(generation).items()}


def from_json(row: dict[str, Any]) -> Generation:
    """The inverse of `to_json`.

    Raises:
        DataError: A field is missing, unknown or of the wrong form.
    """
    try:
        values = dict(row)
        for name in ("p", "p_route", "scope", "target"):
            values[name] = math.nan if values.get(name) is None else float(values[name])
        features = values.get("features") or {}
        values["features"] = {k: math.nan if v is None else float(v) for k, v in features.items()}
        values["samples"] = tuple(values.get("samples") or ())
        for name in ("before", "own"):
            values[name] = None if values.get(name) is None else Reason(values[name])
        return Generation(**values)
    except (TypeError, ValueError) as error:
        raise DataError(f"a generation record is broken: {error}", hint="was it written by another version?") from error


def null_nan(value: Any) -> Any:
    """`value` with every NaN or infinity in it as None, tuples as lists."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: null_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [null_nan(inner) for inner in value]
    return value


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; a last line that is cut off is skipped.

    Raises:
        DataError: Another line is broken.
    """
    if not path.is_file():
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                yield json.loads(line)
            except ValueError as error:
                raise DataError(f"{path}:{number} is not JSON: {error}", hint="restore the file from a copy") from error


def read_generations(folder: Path) -> dict[tuple[str, str], Generation]:
    """All generations of a run by key; a later record replaces an earlier one of the same key."""
    rows = (from_json(row) for row in read_lines(folder / "generations.jsonl"))
    return {generation.key: generation for generation in rows}


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Replace `path` by `rows`, whole or not at all.

    Raises:
        OutOfDisk: There is no room.
    """
    text = "".join(_line(row) for row in rows)
    write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all.

    Raises:
        OutOfDisk: There is no room.
    """
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise _disk(path, error) from error


class Appender:
    """Appends records to a JSONL file, each on disk before the next call; cuts off a broken last line first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Open the file and drop what a crash left of its last line."""
        try:
            self._file = self.path.open("a+b")
            size = self._file.seek(0, os.SEEK_END)
            self._file.truncate(_end_of_last_line(self._file, size))
        except OSError as error:
            raise _disk(self.path, error) from error
        return self

    def append(self, row: dict[str, Any]) -> None:
        """Write one record and wait until it is on disk.

        Raises:
            OutOfDisk: It could not be written; the run can be resumed.
        """
        assert self._file is not None
        try:
            self._file.write(_line(row).encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _disk(self.path, error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"


def _end_of_last_line(file: IO[bytes], size: int) -> int:
    step = 1 << 16
    end = size
    while end > 0:
        start = max(0, end - step)
        file.seek(start)
        place = file.read(end - start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        end = start
    return 0


def _disk(path: Path, error: OSError) -> OutOfDisk | DataError:
    if error.errno in (28, 122):
        return OutOfDisk(f"no room to write {path}", hint="free space, then run the same command: it resumes")
    return DataError(f"cannot write {path}: {error.strerror}", hint="check the folder and its permissions")
