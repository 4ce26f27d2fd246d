"""The privileges that a reader process drops before it reads the first untrusted byte.

POSIX limits bound time and memory. On Linux, Landlock (5.13) and a filter of system calls (3.17), which need
no privileges, also forbid the network, other programs and processes, and changing any file. What a system
lacks is left out; the limit of real time holds everywhere. The process can still read the user's files, such
as fonts, but can only put them into the text of its answer.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.capture.sandbox.limits import Limits

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
"""The number of a machine in filters, and the numbers of the calls that are refused there."""
_FOREIGN: Final = 0x40000000
"""From here on x86-64 has the same calls again, for another width of addresses."""

_SET_FILTER, _BY_FILTER = 22, 2
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""Refused with EPERM, as for a user without privileges."""


def forbid_calls() -> None:
    """Refuse the calls from now on, where the machine is known; new privileges are already excluded."""
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


_SET_DEATH_SIGNAL, _NO_NEW_PRIVILEGES = 1, 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_WRITING: Final = 0b1_1111_1111_0011
"""Rights of Landlock's first release to execute, write, remove and make files, not to read them."""
_WRITING_SINCE: Final[Mapping[int, int]] = {2: 1 << 13, 3: 1 << 14}
"""Move between folders, and truncate, by the release that has them."""
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6
_BOTH: Final = 0b11
"""To bind and to connect TCP; abstract sockets and signals of others."""


def confine(limits: Limits, parent: int) -> None:
    """Limit the memory of this process, and drop all privileges that reading does not need, for good.

    It ends with the process ``parent``.
    """
    if sys.platform == "linux":
        _offer_to_end_first()
        _end_with(parent)
    _limit(limits)
    if sys.platform == "linux":
        _library().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        _forbid_writing()
        forbid_calls()


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


def _forbid_writing() -> None:
    call = _library().syscall
    release = call(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if release < 1:
        return
    files = _WRITING | sum(right for since, right in _WRITING_SINCE.items() if release >= since)
    rules = struct.pack("Q", files)
    rules += struct.pack("Q", _BOTH) if release >= _NETWORK_SINCE else b""
    rules += struct.pack("Q", _BOTH) if release >= _SCOPES_SINCE else b""
    ruleset = call(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset >= 0:
        call(_LANDLOCK_RESTRICT, ruleset, 0)
        os.close(ruleset)


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
