"""Programs that speak to the kernel past Python: machine code, raw calls, what an allowed call can be asked."""

import pytest

from nescio.sandbox import Sandbox, Verdict
from nescio.sandbox.seccomp import ARGUMENTS, RUN_CALLS, pack
from tests.sandbox.attempts import nothing_works, system_call

MACHINE_CODE = """
import ctypes, mmap
memory = mmap.mmap(-1, 4096, prot=7)
memory.write(bytes.fromhex({code!r}))
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
print(ctypes.CFUNCTYPE(ctypes.c_long)(address)())
"""
GETPID_OF_32_BIT = "b814000000cd80c3"
SOCKET_OF_X32 = "b829000040bf02000000be0100000031d20f05c3"
SOCKET = "b829000000bf02000000be0100000031d20f05c3"


@pytest.mark.parametrize("code", [GETPID_OF_32_BIT, SOCKET_OF_X32])
async def test_machine_code_that_calls_through_another_table_ends_the_program(sandbox: Sandbox, code: str) -> None:
    assert (await sandbox.run(MACHINE_CODE.format(code=code))).outcome is Verdict.FORBIDDEN


async def test_machine_code_runs_and_gets_no_socket(sandbox: Sandbox) -> None:
    execution = await sandbox.run(MACHINE_CODE.format(code=SOCKET))
    assert (execution.outcome, execution.result) == (Verdict.OK, "-1"), "-EPERM"


PASSED_BY_THE_KERNEL = {335, 336}
"""uretprobe and uprobe: newer kernels ask no filter about them, and end whoever calls them from elsewhere."""


async def test_no_call_outside_the_list_gets_through(sandbox: Sandbox) -> None:
    allowed = {*RUN_CALLS.values(), *PASSED_BY_THE_KERNEL}
    program = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"others = sorted(set(range(512)) - {allowed})\n"
        "won = [n for n in others if libc.syscall(n, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (1, 38)]\n"
        "print(len(others), won)"
    )
    assert (await sandbox.run(program)).result == f"{512 - len(allowed)} []"


async def test_no_call_newer_than_the_list_is_even_there(sandbox: Sandbox) -> None:
    numbers = {"io_uring_setup": 425, "pidfd_open": 434, "pidfd_getfd": 438, "landlock": 444, "memfd_secret": 447}
    await nothing_works(sandbox, *(system_call(number, "0", "0", "0") for number in numbers.values()))


async def test_files_of_the_host_can_be_read_and_not_locked_leased_or_questioned(sandbox: Sandbox) -> None:
    opened = "import fcntl\nfile = open(ctypes.__file__)\n"
    await nothing_works(
        sandbox,
        opened + "fcntl.lockf(file, fcntl.LOCK_SH)",
        opened + "fcntl.flock(file, fcntl.LOCK_SH)",
        opened + "fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
        opened + "fcntl.fcntl(file, fcntl.F_NOTIFY, 1)",
        opened + "fcntl.fcntl(1, fcntl.F_SETOWN, 1)",
        opened + "fcntl.fcntl(1, 1031, 1 << 20)",
        opened + "fcntl.ioctl(file, 0x80086601, bytearray(8))",
        opened + "fcntl.ioctl(file, 0xC020660B, bytearray(64))",
        "import fcntl\nfcntl.ioctl(open('/dev/urandom'), 0x80045200, bytearray(4))",
        "import fcntl\nfcntl.ioctl(0, 0x5412, b'x')",
        "os.posix_fadvise(os.open(ctypes.__file__, 0), 0, 0, os.POSIX_FADV_DONTNEED)",
    )


async def test_no_other_process_is_limited_or_ended(sandbox: Sandbox) -> None:
    await nothing_works(
        sandbox,
        "import resource\nresource.prlimit(1, resource.RLIMIT_CPU, (1, 1))",
        "import resource\nresource.prlimit(3, resource.RLIMIT_CPU)",
        system_call(200, "1", "9"),
        system_call(129, "1", "9", "0"),
    )
    unharmed = f"import ctypes\nctypes.CDLL(None).syscall({RUN_CALLS['tgkill']}, 1, 1, 9)\nprint(1)"
    assert (await sandbox.run(unharmed)).result == "1", "the first process of the sandbox takes no signal from inside"


async def test_locks_that_lend_priority_are_refused(sandbox: Sandbox) -> None:
    word = "ctypes.create_string_buffer(64)"
    await nothing_works(sandbox, *(system_call(202, word, str(6 + flag), "0", "0") for flag in (0, 128, 5, 133)))


@pytest.mark.parametrize("number", ARGUMENTS)
def test_a_call_with_a_limited_argument_is_refused_with_any_other_value(number: int) -> None:
    place, values = ARGUMENTS[number]
    program = pack({number})
    for value in values:
        assert verdict_of(program, number, place, value) == 0x7FFF0000
    for value in {*range(32), 2**32 - 1} - set(values):
        assert verdict_of(program, number, place, value) == 0x00050001


def verdict_of(program: bytes, number: int, place: int, value: int) -> int:
    """What the filter says of a call, by the rules of classic BPF."""
    words = {0: number, 4: 0xC000003E, 16 + 8 * place: value}
    accumulator = at = 0
    while True:
        code = int.from_bytes(program[at : at + 2], "little")
        yes, no = program[at + 2], program[at + 3]
        constant = int.from_bytes(program[at + 4 : at + 8], "little")
        at += 8
        if code == 0x06:
            return constant
        if code == 0x20:
            accumulator = words[constant]
        else:
            at += 8 * (yes if (accumulator == constant if code == 0x15 else accumulator >= constant) else no)
