"""How long the program waits in tests: for a server that failed, and for who holds an archive."""

from __future__ import annotations

from typing import Final

from tests.thorough import IS_THOROUGH
from tracker.capture.web import fetch, pacing
from tracker.coding import asking
from tracker.preservation.repair import repair
from tracker.record.schema import connection
from tracker.record.storing import writing

_SHARE: Final = 0.01


def ask_again_soon() -> None:
    """Have the program ask a server again after a hundredth of the seconds; the long checks wait for all."""
    if not IS_THOROUGH:
        vars(fetch)["backoff"] = lambda attempt, key: _SHARE * pacing.backoff(attempt, key)
        vars(asking)["_PAUSE"] = _SHARE


def wait_at_most(seconds: float) -> None:
    """Have the program wait for who holds an archive no longer than this."""
    for module in (writing, repair):
        vars(module)["LOCK_TIMEOUT"] = seconds
    connection.BUSY_SECONDS = seconds
