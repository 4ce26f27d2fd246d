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
from typing import TYPE_CHECKING, Final

from tracker.capture.sandbox.calls import forbid_calls
from tracker.capture.sandbox.wire import FULL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.capture.sandbox.limits import Limits

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
    return _LEVELS[forbid_calls(), has_landlock]


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
