"""The first thing that runs inside the sandbox: closes the last doors, then runs one program.

It is started as a script by a bare interpreter, so it imports nothing of nescio. If any door cannot be closed it exits
before it says that it is ready. A Python program it runs itself, and shares its process with it: its report says that
the program ended, and how; never that what was printed is right. For another language it becomes that language's
interpreter, which has no channel to report on.
"""

import builtins
import ctypes
import errno
import importlib
import json
import os
import resource
import struct
import sys
from typing import Any

_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_FORBIDDEN = (errno.EPERM, errno.EACCES, errno.EROFS)


class _FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def main(plan: dict[str, Any]) -> None:
    """Close the doors, then run what `plan` says: a program that arrives on standard input, or another interpreter."""
    channel = plan["report"]
    os.closerange(3, channel)
    os.closerange(channel + 1, 1024)
    run_filter = _read_file(plan["filter"])
    for name, value in plan["limits"].items():
        _limit(getattr(resource, name), value, value)
    _lock(ctypes.CDLL(None, use_errno=True), run_filter)
    if plan["command"]:
        _become(plan["command"], channel, plan["cpu"])
    sys.path.append(plan["site"])
    for name in plan["modules"]:
        importlib.import_module(name)
    os.write(channel, b"R\n")
    nonce, source = _read_program(plan["source"])
    _prepare(plan["cpu"])
    sys.argv = ["program.py"]
    # What the site module would have given: programs end themselves with exit().
    builtins.exit = builtins.quit = sys.exit  # type: ignore[assignment]
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    # Taken now: what the program puts in their place must not be what ends it.
    write, leave, dumps, untrace = os.write, os._exit, json.dumps, sys.settrace
    report = _run(source)
    untrace(None)
    write(channel, dumps([nonce, *report]).encode("ascii") + b"\n")
    # Straight out: what the program left for the end (exit handlers, finalisers) must not speak after the report.
    leave(0)


def _become(command: list[str], channel: int, cpu: int) -> None:
    """Turn into another language's interpreter, when told to, with nothing but output and complaints open."""
    os.write(channel, b"R\n")
    _read_program(0)
    _prepare(cpu)
    os.closerange(3, 1024)
    os.execv(command[0], command)


def _prepare(cpu: int) -> None:
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    used = resource.getrusage(resource.RUSAGE_SELF)
    start = int(used.ru_utime + used.ru_stime) + 1
    _limit(resource.RLIMIT_CPU, start + cpu, start + cpu + 1)


def _limit(which: int, soft: int, hard: int) -> None:
    # What the caller lives under may be tighter already, and cannot be raised.
    most = resource.getrlimit(which)[1]
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(which, (soft, hard))


def _read_file(path: str) -> bytes:
    # pathlib would cost every start some milliseconds.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 65536)
    finally:
        os.close(descriptor)


def _read_program(limit: int) -> tuple[str, bytes]:
    (length,) = struct.unpack(">I", _read_exactly(4))
    if length > limit:
        sys.exit("the program is too long")
    return _read_exactly(16).hex(), _read_exactly(length)


def _read_exactly(count: int) -> bytes:
    parts = []
    while count:
        part = os.read(0, count)
        if not part:
            sys.exit("the program did not arrive")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _lock(libc: ctypes.CDLL, run_filter: bytes) -> None:
    instructions = ctypes.create_string_buffer(run_filter, len(run_filter))
    program = _FilterProgram(len(run_filter) // 8, ctypes.addressof(instructions))
    for call in (
        (_PR_SET_DUMPABLE, 0, 0, 0, 0),
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0),
    ):
        if libc.prctl(*call) != 0:
            sys.exit(f"prctl {call[0]} failed: {os.strerror(ctypes.get_errno())}")


def _run(source: bytes) -> tuple[str, str, str]:
    """Status, name of the exception, its message."""
    try:
        code = compile(source, "program.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        # A MemoryError here is the parser's word for nesting that is too deep.
        return "source", type(error).__name__, _short(error)
    try:
        exec(code, {"__name__": "__main__", "__builtins__": builtins})
        sys.stdout.flush()
    except SystemExit as error:
        return _after_exit(error)
    except BaseException as error:  # noqa: BLE001 - whatever the program raises is reported, not handled
        return _status(error), type(error).__name__, _short(error)
    return "ok", "", ""


def _after_exit(error: SystemExit) -> tuple[str, str, str]:
    if error.code not in (None, 0):
        return "error", "SystemExit", _short(error)
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as failure:
        return "error", type(failure).__name__, _short(failure)
    return "ok", "", ""


def _status(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "memory"
    refused = isinstance(error, OSError) and error.errno in _FORBIDDEN
    if refused or (isinstance(error, RuntimeError) and "can't start new thread" in str(error)):
        return "forbidden"
    return "error"


def _short(error: BaseException) -> str:
    try:
        return str(error)[:300]
    except Exception:  # noqa: BLE001 - the program's own exception may fail to describe itself
        return ""


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
