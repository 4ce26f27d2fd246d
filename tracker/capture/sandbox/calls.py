"""The system calls that a reader process may still make: a filter of ``seccomp(2)`` refuses all others.

The list is what readers were seen to call over the documents of the tests, and what their C libraries call in
its place on other releases. A call is refused as to a user without privileges (EPERM), and one that came with
Linux 5.1 or later as by an older kernel (ENOSYS), so that a library makes the older call.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def forbid_calls() -> bool:
    """Refuse all other calls from now on, in each thread; return whether that is so.

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
