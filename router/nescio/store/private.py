"""Keeps files that hold people's questions from the other users of the machine. It never fails: what cannot be changed
is warned of, since a file system without such permissions must not keep nescio from starting.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from nescio.observe import log

_OTHERS = 0o077
_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps next to a database; new ones take the database's own permissions."""


def make_private(database: Path) -> None:
    """Let only its owner read the SQLite file `database` and what lies beside it; it is made if it is not there yet."""
    try:
        # Never opened when it exists: closing it would drop the locks that this process holds on it.
        os.close(os.open(database, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        _close_to_others(database)
    except OSError as error:
        log.warning("file cannot be made private", path=str(database), error=error.strerror)
    for ending in _BESIDE:
        beside = database.with_name(database.name + ending)
        if beside.exists():
            _close_to_others(beside)


def make_folder_private(folder: Path) -> None:
    """Let only its owner enter `folder`, which is made if it is not there yet. A shared one (sticky) stays as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not folder.stat().st_mode & stat.S_ISVTX:
        _close_to_others(folder)


def _close_to_others(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & _OTHERS:
        return
    try:
        path.chmod(mode & ~_OTHERS)
    except OSError as error:
        log.warning("file cannot be made private", path=str(path), error=error.strerror)
