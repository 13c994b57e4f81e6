import asyncio
import os
import signal

import pytest

from nescio.errors import BackendUnavailable, ConfigError, ModelMissing
from nescio.models import ModelManager, manager
from nescio.settings import load_settings
from nescio.types import Backend, Message

HELLO = [Message("user", "Say hello.")]
STORY = [Message("user", "Tell me a very long story about a cat.")]


@pytest.fixture
async def models(smol):
    opened = ModelManager(smol)
    yield opened
    await opened.close()


async def test_a_worker_starts_with_the_first_call(models):
    backend = models.backend("general")
    assert isinstance(backend, Backend)
    assert models.status()[0].state == "stopped"
    (completion,) = await backend.chat(HELLO, max_tokens=4)
    assert completion.text
    status = models.status()[0]
    assert (status.state, status.restarts) == ("ready", 0)
    assert status.memory_mb > 50
    assert backend.fingerprint.startswith("sha256:b179c952")


async def test_calls_at_the_same_time_start_one_worker(models):
    backend = models.backend("general")
    await asyncio.gather(*(backend.chat(HELLO, max_tokens=2) for _ in range(4)))
    assert models.status()[0].restarts == 0


async def test_a_worker_killed_in_mid_answer_fails_that_call_and_the_next_gets_a_new_one(models):
    await models.start("general")
    backend = models.backend("general")
    first = models.status()[0].pid
    call = asyncio.create_task(backend.chat(STORY, max_tokens=1500))
    await asyncio.sleep(0.3)
    assert not call.done()
    os.kill(first, signal.SIGKILL)
    with pytest.raises(BackendUnavailable):
        await call
    (completion,) = await backend.chat(HELLO, max_tokens=4)
    assert completion.text
    status = models.status()[0]
    assert (status.state, status.restarts) == ("ready", 1)
    assert status.pid != first


async def test_an_idle_worker_that_dies_is_brought_back_unasked(models, monkeypatch):
    monkeypatch.setattr(manager, "_WATCH_SECONDS", 0.01)
    await models.start()
    first = models.status()[0].pid
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(30):
        while models.status()[0].pid in (first, None):  # noqa: ASYNC110 - the manager tells nobody
            await asyncio.sleep(0.01)
    assert models.status()[0].restarts == 1


async def test_a_worker_that_keeps_dying_is_left_alone_for_a_while(models, monkeypatch):
    monkeypatch.setattr(manager, "_WATCH_SECONDS", 0.01)
    monkeypatch.setattr(manager, "_BACKOFF_SECONDS", (1000.0,))
    await models.start()
    async with asyncio.timeout(30):
        while models.status()[0].state != "failed":
            pid = models.status()[0].pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.01)
    with pytest.raises(BackendUnavailable, match="keeps dying"):
        await models.backend("general").chat(HELLO)


async def test_a_caller_that_leaves_does_not_stop_the_start_that_others_wait_for(models):
    backend = models.backend("general")
    impatient = asyncio.create_task(backend.chat(HELLO, max_tokens=2))
    patient = asyncio.create_task(backend.chat(HELLO, max_tokens=2))
    await asyncio.sleep(0.05)
    impatient.cancel()
    assert (await patient)[0].text is not None
    assert models.status()[0].restarts == 0


async def test_closing_gives_the_memory_back_and_a_later_call_starts_anew(models):
    await models.start()
    pid = models.status()[0].pid
    await models.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert models.status()[0].state == "stopped"
    await models.backend("general").chat(HELLO, max_tokens=2)


async def test_a_missing_model_fails_the_call_and_says_what_to_type():
    empty = ModelManager(load_settings(profile="cpu"))
    with pytest.raises(BackendUnavailable) as caught:
        await empty.backend("general").chat(HELLO)
    assert caught.value.hint == "nescio models pull qwen2.5-coder-1.5b-instruct-q4_k_m"
    with pytest.raises(ModelMissing):
        await empty.start("general")
    assert empty.status()[0].state == "failed"
    await empty.close()


async def test_an_unknown_role_names_the_known_ones(models):
    with pytest.raises(ConfigError) as caught:
        models.backend("poet")
    assert "general" in caught.value.hint


async def test_the_profile_decides_which_role_serves_an_expert(models):
    assert models.role_of("math", "coder") == "general"
    assert models.role_of("custom", "general") == "general"
    assert models.role_of("geography", None) is None


async def test_a_remote_model_takes_address_key_and_adapter_from_the_profile(monkeypatch):
    monkeypatch.setenv("NESCIO_EXPERTS_URL", "http://127.0.0.1:9/v1")
    remote = ModelManager(load_settings(profile="gpu"))
    backend = remote.backend("math-lora")
    assert backend.model == "Qwen/Qwen2.5-7B-Instruct+math"
    assert backend.fingerprint == "name:Qwen/Qwen2.5-7B-Instruct+math"
    with pytest.raises(BackendUnavailable):
        await backend.chat(HELLO)
    assert {status.state for status in remote.status()} == {"remote"}
    await remote.close()


async def test_a_remote_model_without_an_address_is_a_configuration_error(tmp_path):
    profile = tmp_path / "p.toml"
    profile.write_text('name = "p"\n[models.general]\nruntime = "openai"\nmodel = "m"\n')
    with pytest.raises(ConfigError, match="base_url"):
        ModelManager(load_settings(profile=str(profile))).backend("general")
