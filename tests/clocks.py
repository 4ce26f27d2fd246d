"""A clock whose waiting takes no time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tracker.capture.web.pacing import Clock


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
