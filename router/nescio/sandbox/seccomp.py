"""Packs the system-call filters (classic BPF for seccomp) with nothing but `struct`.

Allow-lists for x86_64: what is not named fails with EPERM, which Python raises as PermissionError. A few calls are
allowed with some values of one argument only. Not a general seccomp library, and no policy for other machine types:
they have other call numbers, so nothing is run there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

MACHINE = "x86_64"

RUN_CALLS = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8,
    "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14,
    "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "readv": 19, "writev": 20, "access": 21, "select": 23,
    "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32, "dup2": 33, "nanosleep": 35, "getitimer": 36,
    "alarm": 37, "setitimer": 38, "getpid": 39, "exit": 60, "uname": 63, "fcntl": 72, "getcwd": 79,
    "readlink": 89, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98, "sysinfo": 99, "times": 100,
    "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "getgroups": 115,
    "getresuid": 118, "getresgid": 120, "rt_sigtimedwait": 128, "sigaltstack": 131, "statfs": 137,
    "fstatfs": 138, "arch_prctl": 158, "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204,
    "getdents64": 217, "set_tid_address": 218, "restart_syscall": 219, "clock_gettime": 228,
    "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "tgkill": 234, "openat": 257,
    "newfstatat": 262, "readlinkat": 267, "faccessat": 269, "pselect6": 270, "ppoll": 271,
    "set_robust_list": 273, "dup3": 292, "prlimit64": 302, "getcpu": 309, "getrandom": 318, "membarrier": 324,
    "statx": 332, "rseq": 334, "faccessat2": 439,
}  # fmt: skip
"""What a program may call: memory, time, reading files, its own descriptors and signals. No process, no socket."""

START_CALLS = {
    "execve": 59, "wait4": 61, "chdir": 80, "umask": 95, "setuid": 105, "setgid": 106, "setreuid": 113,
    "setregid": 114, "setgroups": 116, "setresuid": 117, "setresgid": 119, "setfsuid": 122, "setfsgid": 123,
    "capget": 125, "capset": 126, "prctl": 157, "setrlimit": 160, "seccomp": 317, "close_range": 436,
}  # fmt: skip
"""What is needed besides until the program is read: dropping to another user, limits, and the second filter."""

JAVASCRIPT_CALLS = {
    "clone": 56, "execve": 59, "capget": 125, "epoll_wait": 232, "epoll_ctl": 233, "epoll_pwait": 281,
    "eventfd2": 290, "epoll_create1": 291, "pipe2": 293,
}  # fmt: skip
"""What node needs besides: being started when the filter already stands, threads, and its event loop."""

R_CALLS = {"execve": 59, "mkdir": 83, "rmdir": 84, "unlink": 87, "unlinkat": 263}
"""What R needs besides: being started when the filter already stands, and a folder for temporary files."""

_FUTEX_WAIT_AND_WAKE = (0, 1, 3, 4, 5, 9, 10)
_FUTEX_FLAGS = (0, 128, 256, 384)

ARGUMENTS = {
    RUN_CALLS["ioctl"]: (1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),
    RUN_CALLS["fcntl"]: (1, (0, 1, 2, 3, 4, 1030)),
    RUN_CALLS["futex"]: (1, tuple(word + flag for word in _FUTEX_WAIT_AND_WAKE for flag in _FUTEX_FLAGS)),
    RUN_CALLS["prlimit64"]: (0, (0,)),
    JAVASCRIPT_CALLS["clone"]: (0, (0x3D0F00,)),
}
"""Calls that are allowed only when the argument at this place has one of these values (its low 32 bits).

ioctl: what a terminal is, unread bytes, blocking, closing on exec; nothing that a file system or a device answers.
fcntl: duplicates and flags; no locks, leases or signals, which would reach beyond the program. futex: waiting and
waking; not the locks that lend priority, where the kernel's holes have been. prlimit64: its own limits. clone: a
thread, with the flags of the C library; never a process or a namespace.
"""

_ARCH_X86_64 = 0xC000003E
_X32_BIT = 0x40000000
_FIRST_NEW_CALL = 403
"""Calls from here on are so new that the C library has a way without them: they fail as if the kernel were older."""

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_OFFSET_NR, _OFFSET_ARCH, _OFFSET_ARGUMENTS = 0, 4, 16
_KILL, _ALLOW, _EPERM, _ENOSYS = 0x80000000, 0x7FFF0000, 0x00050001, 0x00050026


def start_filter(extra: Iterable[int] = ()) -> bytes:
    """The filter that bubblewrap installs: `RUN_CALLS`, `START_CALLS` and those numbered `extra`."""
    return pack({*RUN_CALLS.values(), *START_CALLS.values(), *extra})


def run_filter(extra: Iterable[int] = ()) -> bytes:
    """The filter that stands when the program runs: `RUN_CALLS` and those numbered `extra`."""
    return pack({*RUN_CALLS.values(), *extra})


def pack(allowed: Iterable[int]) -> bytes:
    """BPF instructions (8 bytes each, native order) that allow the calls numbered `allowed` on x86_64."""
    code = [
        _instruction(_LOAD, _OFFSET_ARCH),
        _instruction(_JUMP_EQUAL, _ARCH_X86_64, skip_if=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _OFFSET_NR),
        _instruction(_JUMP_AT_LEAST, _X32_BIT, skip_unless=1),
        _instruction(_RETURN, _KILL),
    ]
    for number in sorted(allowed):
        verdict = _verdict(number)
        code += [_instruction(_JUMP_EQUAL, number, skip_unless=len(verdict)), *verdict]
    code += [
        _instruction(_JUMP_AT_LEAST, _FIRST_NEW_CALL, skip_unless=1),
        _instruction(_RETURN, _ENOSYS),
        _instruction(_RETURN, _EPERM),
    ]
    return b"".join(code)


def _verdict(number: int) -> list[bytes]:
    if number not in ARGUMENTS:
        return [_instruction(_RETURN, _ALLOW)]
    place, values = ARGUMENTS[number]
    code = [_instruction(_LOAD, _OFFSET_ARGUMENTS + 8 * place)]
    for value in values:
        code += [_instruction(_JUMP_EQUAL, value, skip_unless=1), _instruction(_RETURN, _ALLOW)]
    return [*code, _instruction(_RETURN, _EPERM)]


def _instruction(code: int, value: int, *, skip_if: int = 0, skip_unless: int = 0) -> bytes:
    return struct.pack("=HBBI", code, skip_if, skip_unless, value)
