import os
import stat

import pytest

from nescio.cli.whole import written_whole
from nescio.errors import DataError


def write(path, text="new", **how):
    with written_whole(path, **how) as stream:
        stream.write(text)


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "a.txt"
    with written_whole(path) as stream:
        stream.write("né")
        assert not path.exists()
    assert path.read_bytes() == "né".encode()
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


def test_what_was_there_stays_where_writing_fails(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(TypeError):
        write(path, b"no text")
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(DataError, match=r"cannot write .*b: Not a directory"):
        write(tmp_path / "a.txt" / "b")


def test_a_pipe_a_device_and_a_folder_are_refused_and_stay(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", tmp_path):
        with pytest.raises(DataError, match="no file"):
            write(path)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert (tmp_path / "link").is_symlink()


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "a.txt")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "a.txt").read_text() == "new"


def test_what_is_private_is_so_whatever_a_crash_left(tmp_path):
    (tmp_path / ".a.txt.part").write_text("left")
    write(tmp_path / "a.txt", private=True)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o600
