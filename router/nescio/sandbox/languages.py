"""The languages that programs may be written in. Records only; `nescio.sandbox.runtimes` finds what runs them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from nescio.sandbox.seccomp import JAVASCRIPT_CALLS, R_CALLS


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        name: As the command line and the door call it.
        suffixes: Endings of its files, lower case.
        tool: Program of the machine that runs it; None: the interpreter that runs us, which reports on a channel of
            its own. A tool's report is its exit status.
        package: What to install where the tool is missing.
        calls: System calls that it needs besides those of a Python program.
        memory_words: What its interpreter complains of when memory runs out.
        forbidden_words: What it complains of when the kernel refuses a call.
    """

    name: str
    suffixes: tuple[str, ...]
    tool: str | None = None
    package: str = ""
    calls: frozenset[int] = frozenset()
    memory_words: tuple[str, ...] = ()
    forbidden_words: tuple[str, ...] = ()


PYTHON = Language("python", (".py",))
JAVASCRIPT = Language(
    "javascript",
    (".js", ".cjs"),
    tool="node",
    package="nodejs",
    calls=frozenset(JAVASCRIPT_CALLS.values()),
    memory_words=("out of memory", "Array buffer allocation failed", "allocate memory"),
    forbidden_words=("EPERM", "EACCES", "EROFS"),
)
R = Language(
    "r",
    (".r",),
    tool="Rscript",
    package="r-base-core",
    calls=frozenset(R_CALLS.values()),
    memory_words=("cannot allocate vector of size", "cannot allocate memory", "memory exhausted"),
    forbidden_words=("Operation not permitted", "Permission denied", "Read-only file system"),
)
LANGUAGES = (PYTHON, JAVASCRIPT, R)


def language_of(file: str) -> Language:
    """The language of a file called `file`, by its ending; Python where the ending says nothing."""
    suffix = PurePath(file).suffix.lower()
    return next((language for language in LANGUAGES if suffix in language.suffixes), PYTHON)
