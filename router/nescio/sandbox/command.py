"""Writes bubblewrap's command line: everything read-only, no /proc, no network, no writable folder at all.

As root: no user namespace, since its users would still be root to the kernel; the program's own user is taken inside,
by setpriv. As a plain user: a user namespace, which must then be allowed on this machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from nescio.sandbox.machine import Parts
from nescio.sandbox.outcomes import Limits

PROGRAM_USER = "61234"
"""A user that owns nothing, for programs started by root."""

PLAIN_USER = "65534"

BOOT = Path(__file__).with_name("boot.py")

_PYTHON = "/opt/py"
_SITE = "/opt/site"
_FILTER = "/opt/filter.bpf"
_LIBRARIES = "/opt/lib"
_FOREIGN_PACKAGES = ("site-packages", "dist-packages")
_ENVIRONMENT = {
    "HOME": "/",
    "LC_ALL": "C.UTF-8",
    "LD_LIBRARY_PATH": _LIBRARIES,
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}


def bwrap_command(
    parts: Parts, limits: Limits, *, start_filter_fd: int, run_filter_fd: int, report_fd: int
) -> list[str]:
    """The whole command line; the three descriptors must be inherited by bubblewrap."""
    line = [str(parts.bwrap), *_isolation(parts.setpriv), "--seccomp", str(start_filter_fd)]
    line += [*_folders(parts), *_binds(parts)]
    line += ["--perms", "0444", "--file", str(run_filter_fd), _FILTER]
    line += ["--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"]
    for name, value in _ENVIRONMENT.items():
        line += ["--setenv", name, value]
    line += ["--remount-ro", "/", "--chdir", "/", "--"]
    if parts.setpriv is not None:
        line += [str(parts.setpriv), "--reuid", PROGRAM_USER, "--regid", PROGRAM_USER, "--clear-groups"]
        line += ["--bounding-set", "-all", "--inh-caps", "-all"]
    # Not -I: it would ignore PYTHONHASHSEED, and the environment is ours from the first word. -u: a program that fails
    # or is ended takes an unwritten buffer with it, and with that what it had printed.
    line += [f"{_PYTHON}/bin/{parts.interpreter.name}", "-u", "-P", "-s", "-S", "-B", "-X", "utf8", "/opt/boot.py"]
    line += [str(report_fd), _FILTER, _SITE, str(limits.memory), str(limits.cpu), str(limits.source)]
    return line


def _isolation(setpriv: Path | None) -> Iterator[str]:
    if setpriv is None:
        yield from ("--unshare-user", "--disable-userns", "--uid", PLAIN_USER, "--gid", PLAIN_USER)
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL")
    if setpriv is not None:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            yield from ("--cap-add", capability)


def _folders(parts: Parts) -> Iterator[str]:
    """Every parent folder by name: those that bubblewrap makes by itself are closed to the program's user."""
    inside = [f"{_PYTHON}/bin", f"{_PYTHON}/{parts.stdlib.parent.name}", _SITE, _LIBRARIES, "/dev"]
    for path in (*parts.library_folders, *([parts.setpriv] if parts.setpriv else [])):
        inside.append(str(path.parent))
    folders = {parent for name in inside for parent in _with_parents(name)}
    for folder in sorted(folders):
        yield from ("--perms", "0755", "--dir", folder)


def _with_parents(name: str) -> Iterable[str]:
    path = PurePosixPath(name)
    return [str(step) for step in (path, *path.parents) if str(step) != "/"]


def _binds(parts: Parts) -> Iterator[str]:
    for folder in parts.library_folders:
        yield from ("--ro-bind", str(folder), str(folder))
    for target, name in parts.library_links:
        yield from ("--symlink", target, name)
    if parts.setpriv is not None:
        yield from ("--ro-bind", str(parts.setpriv), str(parts.setpriv))
    for name, library in parts.libraries:
        yield from ("--ro-bind", str(library), f"{_LIBRARIES}/{name}")
    yield from ("--ro-bind", str(parts.interpreter), f"{_PYTHON}/bin/{parts.interpreter.name}")
    stdlib = f"{_PYTHON}/{parts.stdlib.parent.name}/{parts.stdlib.name}"
    yield from ("--ro-bind", str(parts.stdlib), stdlib)
    for name in _FOREIGN_PACKAGES:
        if (parts.stdlib / name).is_dir():
            yield from ("--tmpfs", f"{stdlib}/{name}", "--remount-ro", f"{stdlib}/{name}")
    for package in parts.packages:
        yield from ("--ro-bind", str(package), f"{_SITE}/{package.name}")
    yield from ("--ro-bind", str(BOOT), "/opt/boot.py")
