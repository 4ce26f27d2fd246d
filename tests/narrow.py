"""Readers that are ended early: after a part of a second, where the system's own limit counts whole ones."""

from __future__ import annotations

import ctypes
import signal
import struct
import sys
import time

from tracker.capture.sandbox import protocol

_NANOSECONDS = 400_000_000
_MEMORY = 3 * 2**28
"""A reader is forked: it has the addresses of all libraries, and 72 MB for each thread that still runs."""


class _Narrow(protocol.Limits):
    """Whoever is kept waiting by other work is not ended for that."""

    wall = 60.0


def narrow_limits() -> None:
    """Narrow the limits of all documents; called before the command is loaded."""
    vars(protocol)["NEW_DOCUMENT"] = vars(protocol)["KEPT_DOCUMENT"] = _Narrow(processor=0, memory=_MEMORY)
    if sys.platform == "linux":
        from tracker.capture import serve  # noqa: PLC0415 (it takes over the limits as they are)
        from tracker.capture.sandbox import confine  # noqa: PLC0415 (as above)

        for machine, calls in _TIMER_CALLS.items():
            known = confine.MACHINES[machine]
            vars(confine)["MACHINES"] = {
                **confine.MACHINES,
                machine: known._replace(calls={**known.calls, **calls}),
            }
        vars(serve)["extend_processor_time"] = _Alarm().set


_TIMER_CALLS = {
    "x86_64": {"timer_create": 222, "timer_settime": 223},
    "aarch64": {"timer_create": 107, "timer_settime": 110},
}
"""What sets the timer, and no reader needs else."""


class _Alarm:
    """A timer of POSIX, which sends the signal that the limit of the processor would, and not its own."""

    def __init__(self) -> None:
        self._timer: ctypes.c_void_p | None = None

    def set(self, _limits: protocol.Limits) -> None:
        library = ctypes.CDLL(None)
        if self._timer is None:
            self._timer = ctypes.c_void_p()
            event = struct.pack("Pii48x", 0, signal.SIGXCPU, 0)
            assert not library.timer_create(time.CLOCK_PROCESS_CPUTIME_ID, event, ctypes.byref(self._timer))
        assert not library.timer_settime(self._timer, 0, struct.pack("4l", 0, 0, 0, _NANOSECONDS), None)
