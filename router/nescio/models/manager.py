"""The models of a profile as backends: starts llama.cpp workers when they are needed, restarts one that died, ends all.

`ModelManager.backend` never blocks and never fails for a model that cannot run: the call that needs it does, with
`BackendUnavailable`. It fetches nothing; a model that is missing says how to get it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nescio.backends.openai_http import OpenAIBackend
from nescio.errors import BackendUnavailable, ConfigError, ModelError
from nescio.models.catalogue import find_model
from nescio.models.provision import locate
from nescio.models.worker import START_SECONDS, Worker, WorkerSpec, default_threads, start_worker
from nescio.settings import ModelProfile, Settings
from nescio.types import Backend, Completion, Message

RoleState = Literal["stopped", "starting", "ready", "failed", "remote"]

_WATCH_SECONDS = 0.5
_BACKOFF_SECONDS = (0.0, 1.0, 4.0, 15.0, 60.0)
_STABLE_SECONDS = 60.0
"""A worker that lived so long has no history."""


_LLAMA_CPP = {"cache_prompt": True, "top_k": 40, "min_p": 0.05}
"""llama.cpp's own defaults, written down: they shape samples, so they must not change with its version."""


@dataclass(frozen=True, slots=True)
class RoleStatus:
    """One role's model: what it is and how it does. `memory_mb` is resident memory, 0 unless ready."""

    role: str
    model: str
    runtime: str
    state: RoleState
    pid: int | None = None
    restarts: int = 0
    memory_mb: int = 0
    started_in_s: float | None = None
    problem: str = ""


class ModelManager:
    """Every model of the settings' profile, by role. One object belongs to one event loop.

    Args:
        settings: Where models lie and which profile is in force.
        start_timeout: Seconds a worker may take until it answers.
    """

    def __init__(self, settings: Settings, *, start_timeout: float = START_SECONDS) -> None:
        self._settings = settings
        self._start_timeout = start_timeout
        self._backends: dict[str, _LocalBackend | OpenAIBackend] = {}

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the profile fills."""
        return tuple(self._settings.loaded_profile.models)

    def role_of(self, expert: str, wished: str | None) -> str | None:
        """The role that serves `expert`, whose card wishes for the role `wished`; None if it needs no model."""
        return None if wished is None else self._settings.loaded_profile.experts.get(expert, wished)

    def backend(self, role: str) -> Backend:
        """The backend of `role`; a local worker starts with the first call of it.

        Raises:
            ConfigError: The profile has no such role, or lacks what the role's runtime needs.
        """
        if role not in self._backends:
            self._backends[role] = self._open(role, self._profile(role))
        return self._backends[role]

    def monolith(self) -> Backend:
        """The backend of the one general model that nescio is compared with."""
        return self.backend(self._settings.loaded_profile.monolith)

    async def start(self, *roles: str) -> None:
        """Start the workers of `roles` (all of them if none is named) and wait until they answer.

        Raises:
            BackendUnavailable: A worker does not become ready.
            ModelError: A model file is missing or damaged, or does not fit into memory.
        """
        for role in roles or self.roles:
            backend = self.backend(role)
            if isinstance(backend, _LocalBackend):
                await backend.start()

    def status(self) -> tuple[RoleStatus, ...]:
        """How every role does; starts nothing."""
        profile = self._settings.loaded_profile
        return tuple(self._status(role, model) for role, model in profile.models.items())

    async def close(self) -> None:
        """End all workers and close all connections; the manager may be used again afterwards."""
        backends, self._backends = tuple(self._backends.values()), {}
        for backend in backends:
            await backend.close()

    def _profile(self, role: str) -> ModelProfile:
        profile = self._settings.loaded_profile
        if role not in profile.models:
            known = ", ".join(sorted(profile.models))
            raise ConfigError(f"profile {profile.name} has no model for {role!r}", hint=f"its roles: {known}")
        return profile.models[role]

    def _open(self, role: str, model: ModelProfile) -> _LocalBackend | OpenAIBackend:
        if model.runtime == "llamacpp":
            return _LocalBackend(role, model, self._settings, self._start_timeout)
        return _remote(role, model)

    def _status(self, role: str, model: ModelProfile) -> RoleStatus:
        backend = self._backends.get(role)
        if isinstance(backend, _LocalBackend):
            return backend.status()
        state: RoleState = "remote" if model.runtime == "openai" else "stopped"
        return RoleStatus(role, model.model, model.runtime, state)


def _remote(role: str, model: ModelProfile) -> OpenAIBackend:
    base_url = os.environ.get(model.base_url_env or "", "") or model.base_url
    if base_url is None:
        raise ConfigError(f"models.{role}: runtime openai needs a base_url", hint="e.g. http://127.0.0.1:8000/v1")
    # A server with LoRA adapters offers each as a model of its own.
    served = model.lora or model.model
    name = f"{model.model}+{model.lora}" if model.lora else model.model
    return OpenAIBackend(
        base_url,
        served,
        name=name,
        api_key=os.environ.get(model.api_key_env or "") or None,
        fingerprint=f"name:{name}",
        max_n=model.parallel,
    )


class _LocalBackend:
    """A worker and its client as one backend: starts it when needed, restarts it after a death, backing off."""

    def __init__(self, role: str, profile: ModelProfile, settings: Settings, start_timeout: float) -> None:
        self._role = role
        self._profile = profile
        self._settings = settings
        self._start_timeout = start_timeout
        self._entry = find_model(profile.model)
        self._worker: Worker | None = None
        self._client: OpenAIBackend | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._start: asyncio.Task[OpenAIBackend] | None = None
        self._deaths = 0
        self._failed = 0
        self._born = 0.0
        self._not_before = 0.0
        self._problem = ""

    @property
    def model(self) -> str:
        return self._entry.name

    @property
    def fingerprint(self) -> str:
        lora = f"+lora:{self._profile.lora}" if self._profile.lora else ""
        return self._entry.fingerprint + lora

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        n: int = 1,
        temperature: float = 0.0,
        top_p: float = 1.0,
        max_tokens: int = 512,
        stop: Sequence[str] = (),
        seed: int | None = None,
        logprobs: int | None = None,
        timeout: float = 120.0,
    ) -> tuple[Completion, ...]:
        client = await self._ready_client()
        try:
            return await client.chat(
                messages,
                n=n,
                temperature=temperature,
                top_p=top_p,
                max_tokens=max_tokens,
                stop=stop,
                seed=seed,
                # Without log-probabilities llama.cpp counts the tokens of the first sample only, and 0 turns them off.
                logprobs=max(1, logprobs or 0),
                timeout=timeout,
            )
        except BackendUnavailable:
            await self._bury()
            raise

    async def start(self) -> None:
        """Have a worker that answers; the error of a failed start is the caller's to see, whatever its kind."""
        if self._living() is None:
            await asyncio.shield(self._begin())

    async def close(self) -> None:
        for task in (self._watcher, self._start):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, BackendUnavailable, ModelError):
                    await task
        self._watcher, self._start = None, None
        await self._end()

    def status(self) -> RoleStatus:
        worker = self._worker
        base = (self._role, self.model, self._profile.runtime)
        if worker is not None and worker.alive:
            memory = worker.resident_bytes() // 1_000_000
            return RoleStatus(*base, "ready", worker.pid, self._deaths, memory, round(worker.started_in, 2))
        if self._is_starting():
            return RoleStatus(*base, "starting", restarts=self._deaths)
        state: RoleState = "failed" if self._problem else "stopped"
        return RoleStatus(*base, state, restarts=self._deaths, problem=self._problem)

    async def _ready_client(self) -> OpenAIBackend:
        """The client of a living worker.

        Raises:
            BackendUnavailable: There is none, and the next attempt is not due or failed.
        """
        living = self._living()
        if living is not None:
            return living
        wait = self._not_before - time.monotonic()
        if wait > 0 and not self._is_starting():
            message = f"the worker for {self.model} fails; next attempt in {wait:.0f} s: {self._problem}"
            raise BackendUnavailable(message, hint="nescio doctor says what is wrong")
        try:
            # Shielded: who stops waiting, because a client left, does not stop the start that others wait for.
            return await asyncio.shield(self._begin())
        except ModelError as error:
            raise BackendUnavailable(error.message, hint=error.hint) from error

    async def _bury(self) -> None:
        """End a worker that responds no more, so that the next call does not meet it dying."""
        worker = self._worker
        if worker is not None and not await worker.responds():
            await worker.close()

    def _living(self) -> OpenAIBackend | None:
        return self._client if self._worker is not None and self._worker.alive else None

    def _is_starting(self) -> bool:
        return self._start is not None and not self._start.done()

    def _begin(self) -> asyncio.Task[OpenAIBackend]:
        """The start that runs, or a new one."""
        if self._start is None or self._start.done():
            self._start = asyncio.create_task(self._restart(), name=f"start-{self._role}")
            self._start.add_done_callback(_heed)
        return self._start

    async def _restart(self) -> OpenAIBackend:
        """Replace a worker that is not there or not alive."""
        if self._worker is not None:
            self._deaths += 1
        if self._born and time.monotonic() - self._born > _STABLE_SECONDS:
            self._failed = 0
        await self._end()
        try:
            self._worker = await start_worker(self._spec(), timeout=self._start_timeout)
        except (BackendUnavailable, ModelError) as error:
            self._back_off(error.message)
            raise
        self._problem, self._born = "", time.monotonic()
        self._client = OpenAIBackend(
            f"{self._worker.address}/v1",
            self.model,
            api_key=self._worker.key,
            fingerprint=self.fingerprint,
            max_n=self._profile.parallel,
            extra_body=_LLAMA_CPP,
            local=True,
        )
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch(), name=f"watch-{self._role}")
        return self._client

    def _back_off(self, problem: str) -> None:
        self._problem = problem
        self._not_before = time.monotonic() + _BACKOFF_SECONDS[min(self._failed, len(_BACKOFF_SECONDS) - 1)]
        self._failed += 1

    async def _end(self) -> None:
        client, self._client = self._client, None
        worker, self._worker = self._worker, None
        if client is not None:
            await client.close()
        if worker is not None:
            await worker.close()

    async def _watch(self) -> None:
        """Bring a worker that died back before somebody asks; one that dies again at once is left to the callers."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            worker = self._worker
            if worker is None or worker.alive or self._is_starting():
                continue
            if self._deaths and time.monotonic() - self._born < _STABLE_SECONDS:
                self._deaths += 1
                self._back_off(f"it keeps dying (last exit code {worker.process.returncode})")
                await self._end()
                continue
            with contextlib.suppress(BackendUnavailable, ModelError):
                await self._begin()

    def _spec(self) -> WorkerSpec:
        profile = self._profile
        return WorkerSpec(
            path=locate(profile.model, self._settings),
            model=self.model,
            context=profile.context,
            parallel=profile.parallel,
            threads=profile.threads or default_threads(),
            lora=Path(profile.lora) if profile.lora else None,
        )


def _heed(task: asyncio.Task[OpenAIBackend]) -> None:
    """Take the outcome of a start that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
