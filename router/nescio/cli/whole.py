"""Files that appear when they are complete, so that no one ever reads half of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from nescio.errors import DataError


@contextmanager
def written_whole(path: Path, *, private: bool = False) -> Iterator[TextIO]:
    """A stream into `path`, which appears or is replaced when the block ends, and stays as it was if that fails.

    Args:
        path: A file, a link to one, or a name that is free.
        private: Let its owner alone read it.

    Raises:
        DataError: It is a folder, a device or a pipe, or cannot be written.
    """
    try:
        if not path.name or (path.exists() and not path.is_file()):
            raise DataError(f"cannot write {path}: it is no file", hint="name a file")
        place = path.resolve()
        part = place.with_name(f".{uuid4().hex}.part")
        try:
            part.touch(mode=0o600 if private else 0o666, exist_ok=False)
            with part.open("w", encoding="utf-8") as stream:
                yield stream
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(
            f"cannot write {path}: {error.strerror}", hint="name a place that can be written, with room"
        ) from error
