"""Finds what the sandbox is made of on this machine: bubblewrap, the interpreter, its libraries and its packages.

It only looks. `nescio.sandbox.command` turns what was found into a command line.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nescio.sandbox.seccomp import MACHINE

TOOL_FOLDERS = (Path("/usr/bin"), Path("/bin"), Path("/usr/local/bin"))
"""Where tools are looked for: never on the caller's PATH, which may name anybody's folder."""

PACKAGES = ("sympy", "mpmath", "numpy")
"""Packages that programs may import besides the standard library. Bound by name: the rest stays outside."""

HINT = (
    "math code is not run here: bubblewrap is missing or not allowed "
    "(apt-get install bubblewrap; in a container see docs/sandbox.md)"
)


class SandboxUnavailable(Exception):
    """There is no sandbox on this machine; the message says why in plain words."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides whether and how a sandbox can be built here.

    Attributes:
        system: Kernel name, ``Linux``.
        type: Machine type, ``x86_64``.
        root: Whether we run as root; then bubblewrap needs no user namespace and another user is taken inside.
        tool_folders: Where bubblewrap, setpriv, ldd and other languages' interpreters may lie.
    """

    system: str
    type: str
    root: bool
    tool_folders: tuple[Path, ...] = TOOL_FOLDERS

    @classmethod
    def here(cls) -> Machine:
        """The machine this process runs on."""
        host = os.uname()
        return cls(system=host.sysname, type=host.machine, root=os.geteuid() == 0)

    def tool(self, name: str) -> Path:
        """The path of the tool `name`.

        Raises:
            SandboxUnavailable: It is in none of `tool_folders`.
        """
        path = self.find(name)
        if path is None:
            raise SandboxUnavailable(HINT if name == "bwrap" else f"{HINT}; {name} is missing")
        return path

    def find(self, name: str) -> Path | None:
        """The path of the tool `name`, or None."""
        paths = (folder / name for folder in self.tool_folders)
        return next((path for path in paths if path.is_file() and os.access(path, os.X_OK)), None)


@dataclass(frozen=True, slots=True)
class Parts:
    """Host paths that the sandbox shows, read-only.

    Attributes:
        bwrap: bubblewrap.
        offer: What has the kernel end the sandbox, not a model's worker, when the whole machine runs out of memory;
            empty where that is not to be had.
        setpriv: Drops to another user inside; None when we are not root.
        interpreter: The real executable behind the running interpreter.
        stdlib: Its standard library.
        library_folders: Folders of the system's shared libraries and its loader.
        library_links: Top-level links such as ``/lib64 -> usr/lib64``.
        libraries: Shared libraries elsewhere that the interpreter needs, by the name it asks for.
        packages: Folders of the offered packages.
    """

    bwrap: Path
    offer: tuple[str, ...]
    setpriv: Path | None
    interpreter: Path
    stdlib: Path
    library_folders: tuple[Path, ...]
    library_links: tuple[tuple[str, str], ...]
    libraries: tuple[tuple[str, Path], ...]
    packages: tuple[Path, ...]


def find_parts(machine: Machine) -> Parts:
    """Everything the sandbox is made of.

    Raises:
        SandboxUnavailable: The machine type has no filter, or a part is missing.
    """
    if (machine.system, machine.type) != ("Linux", MACHINE):
        here = f"{machine.system} on {machine.type}"
        raise SandboxUnavailable(f"math code is not run here: the sandbox needs Linux on {MACHINE}, this is {here}")
    interpreter = _interpreter()
    stdlib = Path(sys.base_prefix, sys.platlibdir, _python_name())
    if not (stdlib / "os.py").is_file():
        raise SandboxUnavailable(f"math code is not run here: no standard library at {stdlib}")
    folders, libraries = shared_libraries(machine.tool("ldd"), interpreter)
    return Parts(
        bwrap=machine.tool("bwrap"),
        offer=_offer(machine.find("choom")),
        setpriv=machine.tool("setpriv") if machine.root else None,
        interpreter=interpreter,
        stdlib=stdlib.resolve(),
        library_folders=folders,
        library_links=_links(),
        libraries=libraries,
        packages=_packages(),
    )


def _offer(choom: Path | None) -> tuple[str, ...]:
    if choom is None:
        return ()
    line = (str(choom), "-n", "1000", "--")
    # Tried once: a container may keep it from us, and then it must not keep us from starting.
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run([*line, choom, "--version"], env={}, capture_output=True, timeout=10, check=True)
        return line
    return ()


def _python_name() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def _interpreter() -> Path:
    path = Path(getattr(sys, "_base_executable", "") or sys.executable or "")
    if not path.is_file():
        raise SandboxUnavailable("math code is not run here: the running interpreter has no executable")
    return path.resolve()


def shared_libraries(
    ldd: Path, interpreter: Path, *, search: Path | None = None
) -> tuple[tuple[Path, ...], tuple[tuple[str, Path], ...]]:
    """System folders to show whole, and single libraries from elsewhere (a libpython below a home, for example).

    Args:
        ldd: The tool that lists them.
        interpreter: The executable that needs them.
        search: A folder of the interpreter's own to look in first.

    Raises:
        SandboxUnavailable: They could not be listed.
    """
    environment = {} if search is None else {"LD_LIBRARY_PATH": str(search)}
    try:
        listing = subprocess.run(
            [ldd, interpreter], env=environment, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(f"math code is not run here: ldd {interpreter} failed: {error}") from error
    folders: dict[Path, None] = {}
    others: list[tuple[str, Path]] = []
    for line in listing.stdout.splitlines():
        found = re.match(r"\s*(?:(\S+) => )?(/\S+) \(0x", line)
        if found is None:
            continue
        path = Path(found[2])
        # The loader is asked for by an absolute path, so its own folder must appear under that name too.
        shown = [path.resolve().parent] + ([] if found[1] else [path.parent.resolve()])
        if all(_is_system_folder(folder) for folder in shown):
            folders.update(dict.fromkeys(shown))
        else:
            others.append((Path(found[1] or path).name, path.resolve()))
    return tuple(folders), tuple(others)


def _is_system_folder(folder: Path) -> bool:
    return any(folder.is_relative_to(top) for top in ("/usr/lib", "/usr/lib64", "/lib", "/lib64"))


def _links() -> tuple[tuple[str, str], ...]:
    return tuple((str(Path(name).readlink()), name) for name in ("/lib", "/lib64") if Path(name).is_symlink())


def _packages() -> tuple[Path, ...]:
    folders = []
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or not Path(spec.origin).is_file():
            continue
        folder = Path(spec.origin).parent
        # Wheels keep the shared libraries that they bring in a sibling folder.
        folders += [path for path in (folder, folder.with_name(f"{name}.libs")) if path.is_dir()]
    return tuple(folders)
