"""Python interpreters that have started before there is a program: each is used once, at most one of a kind waits.

What is saved is starting (40 ms) and, for symbolic and numerical programs, importing SymPy and NumPy (half a second).
Which kind a program gets decides how fast it is, never what it may do or import.
"""

from __future__ import annotations

from nescio.sandbox.machine import Parts
from nescio.sandbox.outcomes import Limits
from nescio.sandbox.runner import Guest
from nescio.sandbox.runtimes import Runtime

_PLAIN: tuple[str, ...] = ()
_SCIENCE = ("sympy", "numpy")
_SIGNS = (b"sympy", b"numpy", b"mpmath")


class Spares:
    """For the one thread that starts sandboxes: the kernel ends a sandbox with the thread that started it."""

    def __init__(self, parts: Parts, runtime: Runtime, limits: Limits) -> None:
        self._parts = parts
        self._runtime = runtime
        self._limits = limits
        installed = {path.name for path in parts.packages}
        self._kinds = (_PLAIN, tuple(name for name in _SCIENCE if name in installed))
        self._waiting: dict[tuple[str, ...], Guest] = {}

    def take(self, source: bytes) -> Guest | None:
        """The spare that suits `source`, no longer ours; None if there is none."""
        return self._waiting.pop(self._kinds[any(sign in source for sign in _SIGNS)], None)

    def refill(self) -> None:
        """Start what is missing, without waiting for it.

        Raises:
            OSError: The machine has no room for another process.
        """
        for kind in self._kinds:
            if kind not in self._waiting:
                self._waiting[kind] = Guest(self._parts, self._runtime, self._limits, modules=kind)

    def end(self) -> None:
        """End them all."""
        while self._waiting:
            self._waiting.popitem()[1].end()
