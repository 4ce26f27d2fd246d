"""The privileges that a reader process drops before it reads the first untrusted byte.

POSIX limits bound time and memory. On Linux, a filter of system calls (3.17) and Landlock (5.13), which need
no privileges, also forbid the network, other programs and processes, and changing any file. What a system
lacks is left out, and told; the limit of real time holds everywhere. The process can still read the user's
files, such as fonts, but can only put them into the text of its answer.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.capture.sandbox.protocol import FULL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.capture.sandbox.protocol import Limits

_SET_DEATH_SIGNAL, _NO_NEW_PRIVILEGES = 1, 38
_CAPABILITIES_VERSION: Final = 0x20080522
_TO_READ: Final = 0b110
"""The capabilities to read whatever has whatever mode, without which root may not find its own libraries."""
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_WRITING: Final = 0b1_1111_1111_0011
"""Rights of Landlock's first release to execute, write, remove and make files, not to read them."""
_WRITING_SINCE: Final[Mapping[int, int]] = {2: 1 << 13, 3: 1 << 14}
"""Move between folders, and truncate, by the release that has them."""
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6
_BOTH: Final = 0b11
"""To bind and to connect TCP; abstract sockets and signals of others."""

_LEVELS: Final[Mapping[tuple[bool, bool], str]] = {
    (True, True): FULL,
    (True, False): "partial: without Landlock (Linux 5.13) a reader can look into your other programs",
    (
        False,
        True,
    ): "partial: without a filter of system calls (Linux 3.17 on x86-64 or ARM of 64 bits) a reader"
    " can reach the network, and signal your other programs",
    (
        False,
        False,
    ): "none: without a filter of system calls and Landlock, which Linux has, a reader can do what"
    " you can, within its bounds of time",
}
"""What is reached where the filter is in force or not, and Landlock is or not."""


def confine(limits: Limits, parent: int) -> str:
    """Limit the memory of this process, and drop all privileges that reading does not need, for good.

    It ends with the process ``parent``. Returns the level that is reached, in words: ``full``, ``partial``
    with what is missing, or ``none``.
    """
    if sys.platform != "linux":
        _limit(limits)
        return _LEVELS[False, False]
    _offer_to_end_first()
    _end_with(parent)
    _limit(limits)
    _library().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _drop_capabilities()
    # The filter comes last, since it refuses to set up Landlock.
    has_landlock = _forbid_writing()
    return _LEVELS[_forbid_calls(), has_landlock]


def extend_processor_time(limits: Limits) -> None:
    """Give this process the time for one more document, after which SIGXCPU ends it."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        until = int(used.ru_utime + used.ru_stime) + 1 + limits.processor
        until = until if hard == resource.RLIM_INFINITY else min(until, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def measure_peak() -> int:
    """Return the largest address space that this process has had, in bytes; 0 where that is unknown."""
    with suppress(OSError, ValueError, IndexError), open("/proc/self/status", "rb") as status:  # noqa: PTH123 (a tenth of pathlib's time)
        return int(status.read().split(b"VmPeak:", 1)[1].split(maxsplit=1)[0]) * 1024
    return 0


def _limit(limits: Limits) -> None:
    with suppress(ImportError):
        import resource

        # A core would hold the document; threads and processes count as processes.
        for name, most in (("AS", limits.memory), ("CORE", 0), ("FSIZE", 0), ("NPROC", 0)):
            with suppress(AttributeError, OSError, ValueError):
                which = getattr(resource, f"RLIMIT_{name}")
                hard = resource.getrlimit(which)[1]
                held = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.setrlimit(which, (held, held))


def _offer_to_end_first() -> None:
    """Make the system end this process first, and not the command, where memory runs out."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb") as score:  # noqa: PTH123 (as above)
        score.write(b"1000")


def _end_with(parent: int) -> None:
    """End when the parent process ends, even inside a library that reads no pipe."""
    _library().prctl(_SET_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        # It had ended before the signal was set.
        os._exit(1)


def _drop_capabilities() -> None:
    """Keep no privilege of root but to read: by one of them it could read what is in other programs."""
    with suppress(AttributeError):
        _library().capset(
            struct.pack("Ii", _CAPABILITIES_VERSION, 0), struct.pack("6I", _TO_READ, _TO_READ, 0, 0, 0, 0)
        )


def _forbid_writing() -> bool:
    """Have Landlock forbid what this kernel's release of it can; return whether it does."""
    call = _library().syscall
    release = call(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if release < 1:
        return False
    files = _WRITING | sum(right for since, right in _WRITING_SINCE.items() if release >= since)
    rules = struct.pack("Q", files)
    rules += struct.pack("Q", _BOTH) if release >= _NETWORK_SINCE else b""
    rules += struct.pack("Q", _BOTH) if release >= _SCOPES_SINCE else b""
    ruleset = call(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return False
    is_set = call(_LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return bool(is_set)


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


class Machine(NamedTuple):
    """The number of a machine in filters, that of the call which sets one, and those of the allowed calls."""

    number: int
    seccomp: int
    calls: Mapping[str, int]
    """The most frequent ones first."""


MACHINES: Final[Mapping[str, Machine]] = {
    "x86_64": Machine(0xC000003E, 317, {
        "brk": 12, "mmap": 9, "munmap": 11, "read": 0, "lseek": 8, "fstat": 5, "newfstatat": 262, "close": 3,
        "openat": 257, "ioctl": 16, "mremap": 25, "prlimit64": 302, "write": 1, "getrusage": 98, "stat": 4,
        "getdents64": 217, "mprotect": 10, "futex": 202, "madvise": 28, "getpid": 39, "gettid": 186,
        "tgkill": 234, "open": 2, "lstat": 6, "readv": 19, "writev": 20, "pread64": 17, "statx": 332,
        "readlink": 89, "readlinkat": 267, "access": 21, "faccessat": 269, "faccessat2": 439, "statfs": 137,
        "fstatfs": 138, "getcwd": 79, "fcntl": 72, "dup": 32, "getppid": 110, "getuid": 102, "geteuid": 107,
        "getgid": 104, "getegid": 108, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
        "sigaltstack": 131, "tkill": 200, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230,
        "nanosleep": 35, "gettimeofday": 96, "time": 201, "times": 100, "getrlimit": 97, "setrlimit": 160,
        "uname": 63, "sysinfo": 99, "getrandom": 318, "sched_yield": 24, "sched_getaffinity": 204,
        "restart_syscall": 219, "exit": 60, "exit_group": 231,
    }),
    "aarch64": Machine(0xC00000B7, 277, {
        "brk": 214, "mmap": 222, "munmap": 215, "read": 63, "lseek": 62, "fstat": 80, "newfstatat": 79,
        "close": 57, "openat": 56, "ioctl": 29, "mremap": 216, "prlimit64": 261, "write": 64,
        "getrusage": 165, "getdents64": 61, "mprotect": 226, "futex": 98, "madvise": 233, "getpid": 172,
        "gettid": 178, "tgkill": 131, "readv": 65, "writev": 66, "pread64": 67, "statx": 291,
        "readlinkat": 78, "faccessat": 48, "faccessat2": 439, "statfs": 43, "fstatfs": 44, "getcwd": 17,
        "fcntl": 25, "dup": 23, "getppid": 173, "getuid": 174, "geteuid": 175, "getgid": 176,
        "getegid": 177, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "sigaltstack": 132,
        "tkill": 130, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "nanosleep": 101,
        "gettimeofday": 169, "times": 153, "getrlimit": 163, "setrlimit": 164, "uname": 160, "sysinfo": 179,
        "getrandom": 278, "sched_yield": 124, "sched_getaffinity": 123, "restart_syscall": 128, "exit": 93,
        "exit_group": 94,
    }),
}  # fmt: skip


class Condition(NamedTuple):
    """What holds of an argument of an allowed call: masked, it is one of these values."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


_TO_WRITE: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | 0o20000000
"""What opens a file for more than reading; the last is that of ``O_TMPFILE``."""
OWN: Final = -1
"""Stands for the number of this process."""

CONDITIONS: Final[Mapping[str, Condition]] = {
    "open": Condition(1, (0,), _TO_WRITE),
    "openat": Condition(2, (0,), _TO_WRITE),
    # The limits of this process, which is never named; those of another one are.
    "prlimit64": Condition(0, (0,)),
    # To abort. Who sends a signal to another process names it.
    "tgkill": Condition(0, (OWN,)),
    "tkill": Condition(0, (OWN,)),
    # To copy a descriptor and to read or set its flags; not to lock a file, nor to have signals sent.
    "fcntl": Condition(1, (0, 1, 2, 3, 1030)),
    # Whether something is a terminal, and how much can be read.
    "ioctl": Condition(1, (0x5401, 0x5413, 0x541B)),
    # How memory will be used, and that it will not be; not that it is broken.
    "madvise": Condition(2, (0, 1, 2, 3, 4, 8, 14, 15)),
}

_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
"""What a filter answers: REFUSE is EPERM, and UNKNOWN is ENOSYS."""
_NEW: Final = 424
"""From here on calls have one number on all machines, since Linux 5.1."""
_SET_FILTER, _EACH_THREAD = 1, 1


def _forbid_calls() -> bool:
    """Refuse all other calls from now on, in each thread; return whether that is so.

    The list is what readers were seen to call over the documents of the tests, and what their C libraries
    call in its place on other releases. A call is refused as to a user without privileges (EPERM), and one
    that came with Linux 5.1 or later as by an older kernel (ENOSYS), so that a library makes the older call.

    It is not on a machine that is not listed, and where the system refuses the filter. New privileges must be
    excluded already.
    """
    known = MACHINES.get(os.uname().machine)
    if known is None or sys.maxsize < 1 << 32:
        return False
    code = compile_filter(known, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(code) // 8, ctypes.addressof(buffer))
    number = ctypes.c_long(known.seccomp)
    return bool(ctypes.CDLL(None).syscall(number, _SET_FILTER, _EACH_THREAD, ctypes.c_char_p(program)) == 0)


def compile_filter(machine: Machine, own: int) -> bytes:
    """Return the filter of a process ``own``, in the classic Berkeley language, eight bytes a step."""
    return b"".join((
        _step(_LOAD, _MACHINE_AT),
        _step(_IF_EQUAL, machine.number, yes=1),
        _step(_RETURN, KILL),
        _step(_LOAD, _NUMBER_AT),
        *(_allow(number, CONDITIONS.get(name), own) for name, number in machine.calls.items()),
        _step(_IF_AT_LEAST, _NEW, no=1),
        _step(_RETURN, UNKNOWN),
        _step(_RETURN, REFUSE),
    ))  # fmt: skip


def _allow(number: int, condition: Condition | None, own: int) -> bytes:
    """Return the steps that decide on one call, and are passed over for all others."""
    decide = [_step(_RETURN, ALLOW)]
    if condition:
        decide = [_step(_LOAD, _ARGUMENTS_AT + 8 * condition.argument), _step(_AND, condition.mask)]
        for value in condition.values:
            decide += [_step(_IF_EQUAL, own if value == OWN else value, no=1), _step(_RETURN, ALLOW)]
        decide.append(_step(_RETURN, REFUSE))
    return b"".join((_step(_IF_EQUAL, number, no=len(decide)), *decide))


def _step(what: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", what, yes, no, value)
