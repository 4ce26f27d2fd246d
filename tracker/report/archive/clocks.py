"""How it is said that a clock was not confirmed: a mark, since short watch lists have few hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.model.ledger import CONFIRMING_HOSTS
from tracker.report.layout import counted

if TYPE_CHECKING:
    from tracker.model.ledger import ClockReading

CLOCK_UNCONFIRMED: Final = "clock not confirmed"

_DAY: Final = 24 * 60 * 60


def describe_clock(reading: ClockReading | None) -> str:
    """Return how far a clock was not confirmed; an empty text where it was, or where nobody looked."""
    if reading is None or reading.is_confirmed:
        return ""
    hosts = counted(reading.hosts, "host") if reading.hosts else "no host"
    if reading.ahead is not None and reading.is_contradicted:
        side = "ahead of" if reading.ahead > 0 else "behind"
        return f"{CLOCK_UNCONFIRMED}: {counted(abs(reading.ahead) // _DAY, 'day')} {side} {hosts}"
    return f"{CLOCK_UNCONFIRMED}: {hosts} gave a date, {CONFIRMING_HOSTS} are needed"
