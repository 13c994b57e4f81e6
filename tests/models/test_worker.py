import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from nescio.errors import BackendUnavailable, ModelError, OutOfMemory
from nescio.models import worker as workers
from nescio.models.provision import locate
from nescio.models.worker import WorkerSpec, default_threads, start_worker

SMOL = "smollm2-135m-instruct-q4_1"


def read(path):
    return Path(path).read_text()


@pytest.fixture
def spec(smol):
    return WorkerSpec(locate(SMOL, smol), SMOL, context=1024, parallel=2, threads=1)


@pytest.fixture
async def worker(spec):
    running = await start_worker(spec)
    yield running
    await running.close()


@pytest.fixture
async def wire(worker):
    async with httpx.AsyncClient(base_url=worker.address, trust_env=False) as client:
        yield client


@pytest.fixture
def keyed(worker):
    return {"Authorization": f"Bearer {worker.key}"}


@pytest.mark.parametrize("path", ["/v1/models", "/props", "/metrics", "/v1/chat/completions"])
async def test_nothing_is_told_without_the_key(wire, path):
    response = await (wire.post(path, json={}) if "chat" in path else wire.get(path))
    assert response.status_code == 401


async def test_a_wrong_key_is_refused(wire):
    response = await wire.get("/props", headers={"Authorization": "Bearer guess"})
    assert response.status_code == 401


async def test_the_key_opens_the_door(wire, keyed):
    body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2}
    response = await wire.post("/v1/chat/completions", json=body, headers=keyed, timeout=60)
    assert response.status_code == 200
    assert response.json()["model"] == SMOL


async def test_no_web_page_may_call_it(wire, keyed):
    headers = {**keyed, "Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for response in (
        await wire.options("/v1/chat/completions", headers=headers),
        await wire.get("/v1/models", headers=headers),
    ):
        assert response.headers.get("access-control-allow-origin") not in ("*", "https://evil.example")


async def test_slots_are_closed_even_with_the_key(wire, keyed):
    response = await wire.get("/slots", headers=keyed)
    assert response.status_code in (403, 404, 501)
    assert "prompt" not in response.text


async def test_there_is_no_page(wire):
    assert (await wire.get("/")).status_code in (401, 404)


async def test_it_listens_on_loopback_only(worker):
    port = int(worker.address.rsplit(":", 1)[1])
    listening = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in read(table).splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]
    assert listening == [f"0100007F:{port:04X}"]


async def test_the_key_shows_neither_in_the_process_list_nor_in_its_representation(worker):
    assert worker.key not in read(f"/proc/{worker.pid}/cmdline")
    assert worker.key not in read(f"/proc/{worker.pid}/environ")
    assert worker.key not in repr(worker)


async def test_closing_ends_the_process(spec):
    running = await start_worker(spec)
    assert running.alive
    assert await running.responds()
    assert running.resident_bytes() > 50e6
    await running.close()
    assert not running.alive
    assert not await running.responds()
    assert running.resident_bytes() == 0


async def test_a_worker_ends_with_its_parent(spec):
    program = (
        "import asyncio, sys, os\n"
        "from pathlib import Path\n"
        "from nescio.models.worker import WorkerSpec, start_worker\n"
        "async def main():\n"
        f"    worker = await start_worker(WorkerSpec(Path({str(spec.path)!r}), 'm', 512, 1, 1))\n"
        "    print(worker.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=subprocess.PIPE)
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 60))
    watched = os.pidfd_open(pid)
    ended = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_reader(watched, lambda: ended.done() or ended.set_result(None))
    try:
        parent.kill()
        await parent.wait()
        await asyncio.wait_for(ended, 10)
    finally:
        asyncio.get_running_loop().remove_reader(watched)
        os.close(watched)


async def test_a_file_that_is_no_model_is_a_clear_error(tmp_path):
    path = tmp_path / "a.gguf"
    path.write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="not a GGUF model"):
        await start_worker(WorkerSpec(path, "a", 512, 1, 1))


async def test_a_damaged_model_says_that_it_did_not_become_ready(spec, tmp_path, monkeypatch):
    path = tmp_path / "half.gguf"
    with spec.path.open("rb") as read:
        path.write_bytes(read.read(4_000_000))
    with pytest.raises(BackendUnavailable, match="did not become ready") as caught:
        await start_worker(WorkerSpec(path, "half", 512, 1, 1))
    assert caught.value.hint == "nescio models check half"


async def test_a_worker_that_is_late_is_ended(spec):
    with pytest.raises(BackendUnavailable, match="within 0 s"):
        await start_worker(spec, timeout=0.0)


async def test_a_start_that_is_cancelled_leaves_no_process(spec, monkeypatch):
    spawned = []
    original = workers._spawn
    monkeypatch.setattr(workers, "_spawn", lambda said: spawned.append(original(said)) or spawned[-1])
    task = asyncio.create_task(start_worker(spec))
    while not spawned:  # noqa: ASYNC110 - one turn of the loop starts the process
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert spawned[0].poll() == -signal.SIGKILL


async def test_a_model_that_does_not_fit_into_memory_is_refused(spec, monkeypatch):
    monkeypatch.setattr(workers, "free_memory", lambda: 100_000_000)
    with pytest.raises(OutOfMemory, match=r"0\.1 GB are free"):
        await start_worker(spec)


def test_one_core_is_left_to_everything_else():
    assert default_threads() == max(1, len(os.sched_getaffinity(0)) - 1)
