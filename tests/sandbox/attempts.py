"""What tests of the sandbox share: programs that try many things, and a look at what still runs."""

import os
from pathlib import Path

from nescio.sandbox import Sandbox, Verdict


def attempts(*bodies: str) -> str:
    """A program that tries every body and prints the list of those that raised nothing."""
    lines = ["import os, sys, socket, signal, ctypes, mmap", "won = []"]
    for number, body in enumerate(bodies):
        lines += ["try:", *(f"    {line}" for line in body.splitlines()), f"    won.append({number})"]
        lines += ["except (OSError, RuntimeError, MemoryError, ImportError, KeyError, AttributeError):", "    pass"]
    return "\n".join([*lines, "print(won)"])


def system_call(number: int, *arguments: str) -> str:
    """Code that makes a raw system call and raises when the kernel refuses it."""
    given = "".join(f", {argument}" for argument in arguments)
    return (
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        f"if libc.syscall({number}{given}) < 0: raise OSError(ctypes.get_errno())"
    )


async def nothing_works(sandbox: Sandbox, *bodies: str) -> None:
    execution = await sandbox.run(attempts(*bodies))
    assert (execution.outcome, execution.result) == (Verdict.OK, "[]"), execution


def sandboxed_processes(host: int | None = None) -> list[int]:
    """Processes of the sandboxes of the process `host`, else ours: bubblewraps among its children, and theirs."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(entry.name)] = int(fields[1])
    children = {pid for pid, parent in parents.items() if parent == (host or os.getpid()) and _is_bwrap(pid)}
    while found := {pid for pid, parent in parents.items() if parent in children} - children:
        children |= found
    return sorted(children)


def _is_bwrap(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() in {"bwrap", "choom"}
    except OSError:
        return False
