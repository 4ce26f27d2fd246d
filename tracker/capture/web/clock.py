"""The clock that fetching is given: it reads no other, so that a test may turn it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Clock:
    """Three functions: the instant in UTC, seconds that never run back, and waiting for some."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


def system_clock() -> Clock:
    """Return the machine's own clock."""
    return Clock(lambda: datetime.now(UTC), time.monotonic, time.sleep)


def stamp(instant: datetime) -> str:
    """Return an instant as it is kept: ``2024-05-20T01:02:03.456Z``."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
