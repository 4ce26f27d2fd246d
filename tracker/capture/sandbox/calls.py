"""A filter of system calls for Linux: what a process that reads documents never needs is refused to it."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_MACHINES: Final[Mapping[str, tuple[int, Mapping[str, int]]]] = {
    "x86_64": (0xC000003E, {
        "socket": 41, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "chmod": 90,
        "fchmod": 91, "chown": 92, "fchown": 93, "lchown": 94, "ptrace": 101, "utime": 132, "mount": 165,
        "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "utimes": 235, "add_key": 248, "keyctl": 250,
        "fchownat": 260, "futimesat": 261, "fchmodat": 268, "unshare": 272, "utimensat": 280, "setns": 308,
        "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321, "execveat": 322,
        "io_uring_setup": 425, "clone3": 435, "fchmodat2": 452,
    }),
    "aarch64": (0xC00000B7, {
        "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "mount": 40, "fchmod": 52, "fchmodat": 53,
        "fchownat": 54, "fchown": 55, "utimensat": 88, "unshare": 97, "ptrace": 117, "kill": 129,
        "socket": 198, "add_key": 217, "keyctl": 219, "clone": 220, "execve": 221, "setns": 268,
        "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "execveat": 281,
        "io_uring_setup": 425, "clone3": 435, "fchmodat2": 452,
    }),
}  # fmt: skip
"""How a machine is named to filters, and the numbers of the calls that are refused there."""
_FOREIGN: Final = 0x40000000
"""From here on x86-64 has the same calls once more, for another width of addresses."""

_SET_FILTER, _BY_FILTER = 22, 2
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""Refused with EPERM, as a user without rights is."""


def forbid_calls() -> None:
    """Have the calls refused from now on, where the machine is known; it takes no new rights beforehand."""
    known = _MACHINES.get(os.uname().machine)
    if known is None or sys.maxsize < 1 << 32:
        return
    code = _compile(*known)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(code) // 8, ctypes.addressof(buffer))
    ctypes.CDLL(None).prctl(_SET_FILTER, _BY_FILTER, ctypes.c_char_p(program), 0, 0)


def _compile(machine: int, calls: Mapping[str, int]) -> bytes:
    """Return a filter that refuses calls, in the classic Berkeley language of Linux's ``seccomp(2)``."""
    last = len(calls)
    return b"".join((
        _step(_LOAD, _MACHINE_AT),
        _step(_IF_EQUAL, machine, yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        _step(_IF_AT_LEAST, _FOREIGN, yes=last + 1),
        *(_step(_IF_EQUAL, number, yes=last - place) for place, number in enumerate(calls.values())),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE),
    ))  # fmt: skip


def _step(what: int, value: int, yes: int = 0) -> bytes:
    return struct.pack("HBBI", what, yes, 0, value)
