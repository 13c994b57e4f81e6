"""Who may read what people asked: the owner of the process and nobody else."""

import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from nescio.settings import load_settings
from nescio.store import OutcomeLog, make_private
from nescio.store.private import make_folder_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def generous():
    """A process whose new files anyone may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_new_log_and_its_folder_are_the_owners_alone(tmp_path, generous):
    home = tmp_path / "new" / "home"
    with OutcomeLog.open(load_settings(home=home)) as log:
        assert log.counts().answered == 0
        assert mode(home) == 0o700
        found = {path.name: mode(path) for path in home.iterdir()}
    assert found == dict.fromkeys(("outcomes.sqlite", "outcomes.sqlite-wal", "outcomes.sqlite-shm"), 0o600)


def test_log_that_others_could_read_is_closed_to_them(tmp_path, generous):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    OutcomeLog(home / "outcomes.sqlite").close()
    for name in ("outcomes.sqlite", "outcomes.sqlite-wal", "outcomes.sqlite-shm"):
        (home / name).touch()
        (home / name).chmod(0o644)
    with OutcomeLog.open(load_settings(home=home)):
        assert mode(home) == 0o700
        assert {mode(path) for path in home.iterdir()} == {0o600}


def test_private_file_stays_as_it_is(tmp_path):
    kept = tmp_path / "kept.sqlite"
    kept.write_bytes(b"content")
    kept.chmod(0o400)
    make_private(kept)
    assert (mode(kept), kept.read_bytes()) == (0o400, b"content")


def test_folder_that_all_users_share_stays_shared(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    make_folder_private(shared)
    assert mode(shared) == 0o1777


def test_file_that_cannot_be_made_private_is_warned_of(tmp_path):
    with capture_logs() as logs:
        make_private(tmp_path / "nowhere" / "x.sqlite")
    assert [entry["event"] for entry in logs] == ["file cannot be made private"]


def test_process_killed_while_it_writes_keeps_what_it_said_it_kept(tmp_path):
    path = tmp_path / "killed.sqlite"
    code = f"""
    import itertools, sys
    from pathlib import Path
    sys.path.insert(0, {str(Path(__file__).parent)!r})
    from nescio.store import OutcomeLog
    from test_outcome_log import answered
    log = OutcomeLog(Path({str(path)!r}))
    for i in itertools.count():
        assert log.record(answered(str(i)))
        log.grade(str(i), "right")
        print(i, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(15)]
        process.kill()
        said += process.stdout.readlines()
    kept = [line.strip() for line in said if line.endswith("\n")]
    with OutcomeLog(path) as log:
        rows = {row.id: row.grade for row in log.rows()}
    assert len(kept) >= 15
    assert {name: rows[name] for name in kept} == dict.fromkeys(kept, "right")
