"""Clocks whose waiting takes no time, and one that commands are given from outside."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tracker.capture.web import pacing
from tracker.capture.web.pacing import Clock

NOW = "TRACKER_TESTS_NOW"
"""A variable with the instant at which a command runs, where ``SIMULATE`` was run before it was loaded."""
SIMULATE = "from tests.clocks import simulate\nsimulate()"


@dataclass(slots=True)
class Warp:
    """Runs as the machine's clock does, and jumps over every wait; the waits are remembered."""

    waits: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(self.now, self.monotonic, self.waits.append)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=sum(self.waits))

    def monotonic(self) -> float:
        return time.monotonic() + sum(self.waits)


def simulate() -> None:
    """Let commands take the instant of their environment for the present; called before they are loaded."""
    from tracker.cli import options  # noqa: PLC0415
    from tracker.record import lock  # noqa: PLC0415 (in no other test)

    clock = Clock(lambda: datetime.fromisoformat(os.environ[NOW]), time.monotonic, lambda _seconds: None)
    vars(pacing)["system_clock"] = lambda: clock
    vars(options)["now"] = vars(lock)["read_clock"] = lambda: os.environ[NOW]
