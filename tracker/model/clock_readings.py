"""What the servers of a nightly run said of this machine's clock, and when that confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONFIRMING_HOSTS: Final = 3
"""The hosts that must agree with a clock before it is confirmed: one may be wrong, and is then outvoted."""

CLOCK_UNCONFIRMED: Final = "clock not confirmed"
"""What is printed where they do not agree: a mark and no warning, since short watch lists have few hosts."""

CLOCK_TOLERANCE: Final = 24 * 60 * 60
"""The seconds by which a clock may differ from the hosts'; more is another day."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the dates of servers said of this machine's clock in one run."""

    hosts: int
    """How many gave their time, each counted once."""
    ahead: int | None
    """Seconds by which this machine's clock was ahead of theirs, the median; None without a host."""

    @property
    def is_confirmed(self) -> bool:
        """Whether enough hosts agree with the clock."""
        return self.hosts >= CONFIRMING_HOSTS and not self.is_contradicted

    @property
    def is_contradicted(self) -> bool:
        """Whether the hosts that gave their time, however few, have another day."""
        return self.ahead is not None and abs(self.ahead) > CLOCK_TOLERANCE

    @property
    def is_wrong(self) -> bool:
        """Whether enough hosts have another day."""
        return self.hosts >= CONFIRMING_HOSTS and self.is_contradicted
