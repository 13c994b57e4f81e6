"""Writes bubblewrap's command line: everything read-only, no /proc, no network, no writable folder at all.

R alone has a small /tmp: it does not start without one. As root: no user namespace, since its users would still be
root to the kernel; the program's own user is taken inside, by setpriv. As a plain user: a user namespace, which must
then be allowed on this machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from nescio.sandbox.languages import PYTHON
from nescio.sandbox.machine import Parts
from nescio.sandbox.outcomes import Limits
from nescio.sandbox.runtimes import LIBRARIES, Runtime

PROGRAM_USERS = range(60706, 61184)
"""Users that own nothing, for programs started by root: numbers that Debian and systemd leave alone. Each program gets
one by chance, since the kernel counts processes and signals by user."""

PLAIN_USER = "65534"

FILTER = "/opt/filter.bpf"
"""Where the second filter lies inside."""

BOOT = Path(__file__).with_name("boot.py")

_PYTHON = "/opt/py"
_SITE = "/opt/site"
_FOREIGN_PACKAGES = ("site-packages", "dist-packages")
_ENVIRONMENT = {
    "HOME": "/",
    "LC_ALL": "C.UTF-8",
    "LD_LIBRARY_PATH": LIBRARIES,
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}


def bwrap_command(
    parts: Parts,
    runtime: Runtime,
    plan: Mapping[str, object],
    *,
    user: int,
    start_filter: int,
    files: Mapping[str, int],
) -> list[str]:
    """The whole command line.

    Args:
        parts: What the sandbox is made of.
        runtime: What runs the language.
        plan: What `boot` is told, see `boot_plan`.
        user: Who the program is, when we are root.
        start_filter: Descriptor of the filter that bubblewrap installs; it must inherit all descriptors.
        files: Descriptors of the files to make inside, by path.
    """
    line = [*parts.offer, str(parts.bwrap), *_isolation(parts.setpriv), "--seccomp", str(start_filter)]
    line += [*_folders(parts, runtime), *_binds(parts, runtime)]
    for path, descriptor in files.items():
        line += ["--perms", "0444", "--file", str(descriptor), path]
    if runtime.scratch:
        line += ["--size", str(runtime.scratch), "--perms", "1777", "--tmpfs", "/tmp"]
    line += ["--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"]
    for name, value in (*_ENVIRONMENT.items(), *runtime.environment):
        line += ["--setenv", name, value]
    line += ["--remount-ro", "/", "--chdir", "/", "--"]
    if parts.setpriv is not None:
        line += [str(parts.setpriv), "--reuid", str(user), "--regid", str(user), "--clear-groups"]
        line += ["--bounding-set", "-all", "--inh-caps", "-all"]
    # Not -I: it would ignore PYTHONHASHSEED, and the environment is ours from the first word. -u: a program that fails
    # or is ended takes an unwritten buffer with it, and with that what it had printed.
    line += [f"{_PYTHON}/bin/{parts.interpreter.name}", "-u", "-P", "-s", "-S", "-B", "-X", "utf8", "/opt/boot.py"]
    return [*line, json.dumps(plan)]


def boot_plan(runtime: Runtime, limits: Limits, *, report: int, modules: Sequence[str] = ()) -> dict[str, object]:
    """What `boot` is told: the descriptor `report` to speak on, limits, and the `modules` to have ready."""
    return {
        "report": report,
        "filter": FILTER,
        "site": _SITE,
        "limits": runtime.resource_limits(limits.memory),
        "cpu": limits.cpu,
        "source": limits.source,
        "modules": list(modules),
        "command": list(runtime.command),
    }


def _isolation(setpriv: Path | None) -> Iterator[str]:
    if setpriv is None:
        yield from ("--unshare-user", "--disable-userns", "--uid", PLAIN_USER, "--gid", PLAIN_USER)
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL")
    if setpriv is not None:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            yield from ("--cap-add", capability)


def _folders(parts: Parts, runtime: Runtime) -> Iterator[str]:
    """Every parent folder by name: those that bubblewrap makes by itself are closed to the program's user."""
    inside = [f"{_PYTHON}/bin", f"{_PYTHON}/{parts.stdlib.parent.name}", _SITE, LIBRARIES, "/dev"]
    shown = (*parts.library_folders, *runtime.library_folders, *runtime.binds)
    inside += [str(path.parent) for path in (*shown, *([parts.setpriv] if parts.setpriv else []))]
    folders = {parent for name in inside for parent in _with_parents(name)}
    for folder in sorted(folders):
        yield from ("--perms", "0755", "--dir", folder)


def _with_parents(name: str) -> Iterable[str]:
    path = PurePosixPath(name)
    return [str(step) for step in (path, *path.parents) if str(step) != "/"]


def _binds(parts: Parts, runtime: Runtime) -> Iterator[str]:
    for folder in dict.fromkeys((*parts.library_folders, *runtime.library_folders, *runtime.binds)):
        yield from ("--ro-bind", str(folder), str(folder))
    for path in runtime.hidden:
        yield from ("--ro-bind", "/dev/null", str(path.resolve()))
    for target, name in parts.library_links:
        yield from ("--symlink", target, name)
    if parts.setpriv is not None:
        yield from ("--ro-bind", str(parts.setpriv), str(parts.setpriv))
    for name, library in {**dict(parts.libraries), **dict(runtime.libraries)}.items():
        yield from ("--ro-bind", str(library), f"{LIBRARIES}/{name}")
    yield from ("--ro-bind", str(parts.interpreter), f"{_PYTHON}/bin/{parts.interpreter.name}")
    stdlib = f"{_PYTHON}/{parts.stdlib.parent.name}/{parts.stdlib.name}"
    yield from ("--ro-bind", str(parts.stdlib), stdlib)
    for name in _FOREIGN_PACKAGES:
        if (parts.stdlib / name).is_dir():
            yield from ("--tmpfs", f"{stdlib}/{name}", "--remount-ro", f"{stdlib}/{name}")
    for package in parts.packages if runtime.language is PYTHON else ():
        yield from ("--ro-bind", str(package), f"{_SITE}/{package.name}")
    yield from ("--ro-bind", str(BOOT), "/opt/boot.py")
