"""What a run may cost and how it may end. Records only; `nescio.sandbox.judge` decides which outcome a run had."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

KIB = 1024
MIB = 1024 * KIB


class Verdict(StrEnum):
    """How a run ended.

    ``ok`` is the only verdict that carries a result: the program ran to its end and printed at least one line.
    """

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT_LIMIT = "output-limit"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one run: seconds, bytes, and characters of `result`.

    Attributes:
        total: Seconds for everything: self-test at first use, start, and the program.
        wall: Seconds for the program alone.
        cpu: Processor seconds of the program.
        memory: Address space in bytes.
        stdout: Bytes it may print.
        stderr: Bytes of complaints.
        report: Bytes on the report channel.
        source: Bytes of program text.
        result: Characters of the last printed line.
    """

    total: float = 12.0
    wall: float = 10.0
    cpu: int = 8
    memory: int = 768 * MIB
    stdout: int = 64 * KIB
    stderr: int = 16 * KIB
    report: int = 8 * KIB
    source: int = 64 * KIB
    result: int = 2000


@dataclass(frozen=True, slots=True)
class Execution:
    """What running one program gave.

    Attributes:
        outcome: See `Verdict`.
        stdout: What it printed, as far as it was read; untrusted.
        result: The last non-empty line printed, when the outcome is ``ok``, else None.
        message: One line on what went wrong, empty when ``ok``.
        duration: Seconds from start to verdict.
    """

    outcome: Verdict
    stdout: str = ""
    result: str | None = None
    message: str = ""
    duration: float = 0.0
