"""Finds what runs a language on this machine, and says what it is shown and granted inside.

Python is run by the interpreter that runs us, whose parts `nescio.sandbox.machine` finds; it starts every other
language too.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from nescio.sandbox.languages import JAVASCRIPT, PYTHON, Language
from nescio.sandbox.machine import Machine, SandboxUnavailable, shared_libraries
from nescio.sandbox.outcomes import MIB, Limits

LIBRARIES = "/opt/lib"
"""Where single shared libraries lie inside."""

_THREADS = 16
_NODE_RESERVES = 4096 * MIB
"""Address space that V8 takes and does not use; what it uses is limited by itself."""

_R_SCRATCH = MIB
"""R does not start without a folder for temporary files."""

_R_NEEDS = ("/etc/R/Renviron", "/etc/alternatives", "/usr/lib/locale/C.utf8")
"""What Debian's R reads: its own settings, the links that lead to its linear algebra, and what a letter is."""

_R_SITE = ("Rprofile.site", "Renviron.site")
"""What an administrator wrote, which may name passwords of repositories."""

_R_PROFILE = "/opt/profile.R"
_R_FIRST_WORDS = b"""unlockBinding("Sys.which", baseenv())
assign("Sys.which", function(names) structure(rep("", length(names)), names = names), envir = baseenv())
lockBinding("Sys.which", baseenv())
"""
"""R's own packages ask for the system's name at their start, by starting a shell: no program is to be found instead."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What runs one language.

    Attributes:
        language: Which one.
        command: The command line inside; empty for Python, which needs none.
        binds: Host files and folders that it needs, shown under their own names.
        library_folders: Folders of the system's shared libraries that it needs.
        libraries: Shared libraries elsewhere, by the name asked for.
        environment: Variables besides the usual ones.
        reserves: Bytes of address space beyond the memory limit.
        hidden: Files among them that it is not shown.
        files: What further files inside contain, by path.
        scratch: Bytes of a writable ``/tmp``; 0 for none.
    """

    language: Language
    command: tuple[str, ...] = ()
    binds: tuple[Path, ...] = ()
    library_folders: tuple[Path, ...] = ()
    libraries: tuple[tuple[str, Path], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    hidden: tuple[Path, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    reserves: int = 0
    scratch: int = 0

    @property
    def program(self) -> str:
        """Where a program of this language lies inside."""
        return program_path(self.language)

    def resource_limits(self, memory: int) -> dict[str, int]:
        """Limits of the kernel, by their names in the module ``resource``; `memory` in bytes."""
        return {
            "RLIMIT_AS": memory + self.reserves,
            "RLIMIT_DATA": memory,
            "RLIMIT_FSIZE": self.scratch,
            "RLIMIT_NOFILE": 256,
            "RLIMIT_CORE": 0,
            "RLIMIT_NPROC": _THREADS,
            "RLIMIT_STACK": 8 * MIB,
            "RLIMIT_MSGQUEUE": 0,
            "RLIMIT_MEMLOCK": 0,
        }


def program_path(language: Language) -> str:
    """Where a program in `language`, when that is not Python, lies inside."""
    return f"/opt/program{language.suffixes[0]}"


def is_installed(language: Language, machine: Machine) -> bool:
    """Whether this machine has what runs `language`; nothing is tried."""
    return language.tool is None or machine.find(language.tool) is not None


def find_runtime(language: Language, machine: Machine, limits: Limits) -> Runtime:
    """What runs `language` here.

    Raises:
        SandboxUnavailable: Its tool is not installed, or does not say where it lies.
    """
    if language.tool is None:
        return Runtime(PYTHON)
    tool = machine.find(language.tool)
    if tool is None:
        raise SandboxUnavailable(
            f"{language.name} is not run here: {language.tool} is not installed (apt-get install {language.package})"
        )
    return _node(tool, machine, limits) if language is JAVASCRIPT else _r(tool, language, machine)


def _node(tool: Path, machine: Machine, limits: Limits) -> Runtime:
    node = tool.resolve()
    folders, libraries = shared_libraries(machine.tool("ldd"), node)
    # Half of the memory for the heap: array buffers lie beside it. Without trap handlers a WebAssembly memory reserves
    # what it asks for and not ten gigabytes.
    heap = limits.memory // (2 * MIB)
    options = (f"--max-old-space-size={heap}", "--v8-pool-size=0", "--disable-wasm-trap-handler", "--no-addons")
    return Runtime(
        JAVASCRIPT,
        command=(str(node), *options, program_path(JAVASCRIPT)),
        binds=(node,),
        library_folders=folders,
        libraries=libraries,
        environment=(("UV_THREADPOOL_SIZE", "1"),),
        reserves=_NODE_RESERVES,
    )


def _r(tool: Path, language: Language, machine: Machine) -> Runtime:
    home = _r_home(tool.resolve().with_name("R"))
    # Not Rscript itself: it is a chain of scripts, and would need a shell and processes.
    program = home / "bin" / "exec" / "R"
    folders, libraries = shared_libraries(machine.tool("ldd"), program, search=home / "lib")
    options = ("--no-echo", "--no-restore", "--no-environ", "--no-init-file")
    return Runtime(
        language,
        command=(str(program), *options, f"--file={program_path(language)}"),
        binds=(home, *(path for path in map(Path, _R_NEEDS) if path.exists())),
        library_folders=folders,
        libraries=libraries,
        environment=(
            ("R_HOME", str(home)),
            ("R_PROFILE", _R_PROFILE),
            ("LD_LIBRARY_PATH", f"{LIBRARIES}:{home}/lib"),
            ("OMP_NUM_THREADS", "1"),
            ("TZ", "UTC"),
        ),
        hidden=tuple(
            path for path in (home / "etc" / name for name in _R_SITE) if path.is_file() and not path.is_symlink()
        ),
        files=((_R_PROFILE, _R_FIRST_WORDS),),
        scratch=_R_SCRATCH,
    )


def _r_home(tool: Path) -> Path:
    try:
        told = subprocess.run(
            [tool, "RHOME"], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(f"r is not run here: {tool} RHOME failed: {error}") from error
    home = Path(told.stdout.strip())
    if not (home / "bin" / "exec" / "R").is_file():
        raise SandboxUnavailable(f"r is not run here: there is no R in {home}")
    return home.resolve()
