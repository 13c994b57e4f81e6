"""Lets calls that arrive while others are at work share the next piece of work; a lone call waits for nobody.

For encoding a few texts at a time from many threads: a batch costs less than its texts one by one. There is no timer:
whoever comes first starts at once, with those whose turn has not come yet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

AT_MOST = 16
"""Texts in a shared call."""
LONGER = 2.0
"""Texts share a call unless one is so many times longer than another: all are filled up to the longest."""
SHORT = 40
"""Characters below which a length counts as this."""


@dataclass(eq=False, slots=True)
class _Call:
    """One caller's texts; `leads` once its own thread is to work, else `vectors` or `error` once it is `ready`."""

    texts: Sequence[str]
    ready: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    vectors: Vectors | None = None
    error: BaseException | None = None

    @property
    def length(self) -> int:
        return max(SHORT, *map(len, self.texts), 0)


class Gathering:
    """`work`, called by many threads, done for several of them at a time."""

    def __init__(self, work: Callable[[Sequence[str]], Vectors], lanes: int) -> None:
        """Do `work` for texts, at most `lanes` times at once."""
        self._work = work
        self._free = lanes
        self._waiting: list[_Call] = []
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """What `work` gives for `texts`; what it raises is raised to all whose texts were in that call."""
        call = _Call(texts)
        with self._lock:
            call.leads = self._free > 0
            if call.leads:
                self._free -= 1
            else:
                self._waiting.append(call)
        if not call.leads:
            call.ready.wait()
        if call.leads:
            self._lead(call)
        if call.error is not None:
            raise call.error
        assert call.vectors is not None
        return call.vectors

    def _lead(self, call: _Call) -> None:
        with self._lock:
            group = [call, *self._like(call)]
            self._waiting = [other for other in self._waiting if other not in group]
        try:
            vectors = self._work([text for one in group for text in one.texts])
            starts = np.cumsum([0, *(len(one.texts) for one in group)])
            for one, start in zip(group, starts.tolist(), strict=False):
                one.vectors = vectors[start : start + len(one.texts)]
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of each whose texts these were
            for one in group:
                one.error = error
        finally:
            self._hand_over()
            for one in group[1:]:
                one.ready.set()

    def _like(self, call: _Call) -> list[_Call]:
        """Those who wait with texts of about the same length, the longest waiting first."""
        room = AT_MOST - len(call.texts)
        chosen: list[_Call] = []
        for other in self._waiting:
            short, long = sorted((call.length, other.length))
            if len(other.texts) <= room and long <= LONGER * short:
                chosen.append(other)
                room -= len(other.texts)
        return chosen

    def _hand_over(self) -> None:
        """Give the lane to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                heir = self._waiting.pop(0)
                heir.leads = True
                heir.ready.set()
            else:
                self._free += 1
