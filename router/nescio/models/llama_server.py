"""The child process that serves one GGUF file with llama.cpp over OpenAI's wire, on loopback, behind a key.

Run as ``python -m nescio.models.llama_server`` by `nescio.models.worker`, which writes one line of JSON (`Launch`) to
its standard input and keeps that pipe open. It prints one line, its address, when it answers, and ends with the pipe.
Not for people: `nescio serve` starts it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Launch:
    """What a worker is started with. The key is in here, so it never shows in a process list.

    Attributes:
        path: The GGUF file.
        alias: The model's name on the wire.
        key: The API key that every request must carry.
        context: Tokens of prompt and answer that all parallel sequences share.
        parallel: Sequences generated at the same time.
        threads: Threads that compute.
        lora: A LoRA adapter (GGUF) to apply, or None.
        parent: Process id of whoever starts it.
    """

    path: str
    alias: str
    key: str
    context: int
    parallel: int
    threads: int
    lora: str | None
    parent: int

    def line(self) -> str:
        """This record as the line that goes down the pipe."""
        return json.dumps(asdict(self)) + "\n"


def main() -> None:
    """Serve until the parent closes the pipe or dies."""
    launch = Launch(**json.loads(sys.stdin.readline()))
    _die_with(launch.parent)
    # The terminal's Ctrl-C goes to the whole process group; the parent decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = _serve(launch)
    sys.stdout.write(server.listening_address + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    # Without the destructors: they wait for requests in flight, which nobody reads any more.
    os._exit(0)


def _die_with(parent: int) -> None:
    # The pipe's end is noticed only when Python runs; the kernel's signal also ends a worker that is loading.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _serve(launch: Launch) -> _Server:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = launch.path
    params.model_alias = {launch.alias}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    # All open by default: no key, any web page, other callers' prompts under /slots, a page of its own.
    params.api_keys = [launch.key]
    params.cors_origins = "http://127.0.0.1"
    params.endpoint_slots = False
    params.endpoint_props = False
    params.endpoint_metrics = False
    params.ui = False
    params.n_ctx = launch.context
    params.n_parallel = launch.parallel
    # One pool for all sequences: samples of one query share its tokens, and one long query may use all of it.
    params.kv_unified = True
    params.verbosity = 1
    # Both load or run the model once more before it serves, for graphics memory and caches that are not in play here.
    params.fit_params = False
    params.warmup = False
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = launch.threads
        # Spinning threads starve each other when something else runs on the machine.
        cpu.poll = 0
    if launch.lora is not None:
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(launch.lora, 1.0)]
    server: _Server = xllamacpp.Server(params)
    return server


class _Server:
    """What is used of ``xllamacpp.Server``."""

    listening_address: str


if __name__ == "__main__":
    main()
