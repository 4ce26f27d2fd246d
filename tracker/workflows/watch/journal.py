"""What checks came to, written as they arrive; nobody is told of a check before it is safe on disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.archive.storing.store import name_snapshot
from tracker.workflows.watch.examine import declare_arrival

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.archive.storing.store import Store
    from tracker.model.ledger import Check
    from tracker.workflows.watch.examine import Examined

_MOST, _SECONDS = 250, 1.0
"""At most so many checks that found nothing to keep, and of so long, share a transaction.

On loopback 1,000 of them are done in half a second; each by itself they would wait 1,000 times for the disk.
"""


class Journal:
    """Writes what checks came to, and then tells of it; without a store it only tells."""

    def __init__(
        self, store: Store | None, tell: Callable[[Check], None], monotonic: Callable[[], float]
    ) -> None:
        self.checks: list[Check] = []
        """All that are safe on disk, in the order in which they came to be."""
        self._store = store
        self._tell = tell
        self._monotonic = monotonic
        self._pending: list[Check] = []
        self._flushed = monotonic()

    def write(self, examined: Examined) -> None:
        """Keep a check: with its snapshot or its quarantined document at once, without one by and by."""
        if examined.arrival or examined.quarantined:
            self.flush()
            self._acknowledge([self._keep(examined)])
            return
        self._pending.append(examined.check)
        if len(self._pending) >= _MOST or self._monotonic() - self._flushed >= _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is pending, in one transaction."""
        pending, self._pending = self._pending, []
        self._flushed = self._monotonic()
        if self._store and pending:
            self._store.note(*pending)
        self._acknowledge(pending)

    def _acknowledge(self, checks: list[Check]) -> None:
        for check in checks:
            self.checks.append(check)
            self._tell(check)

    def _keep(self, examined: Examined) -> Check:
        if self._store is None:
            return examined.check
        if examined.quarantined:
            return self._quarantine(self._store, examined)
        return self._record(self._store, examined)

    def _quarantine(self, store: Store, examined: Examined) -> Check:
        fetched = examined.quarantined
        media_type = (fetched.media_type if fetched else None) or "application/octet-stream"
        data = (fetched.data if fetched else None) or b""
        store.quarantine(examined.check, data, media_type.partition(";")[0].strip())
        return examined.check

    def _record(self, store: Store, examined: Examined) -> Check:
        arrival, check = examined.arrival, examined.check
        if arrival is None or arrival.source.reference is None:
            raise ValueError(f"{check.source} has nothing to record")
        with store.batch():
            recorded = store.record(
                declare_arrival(arrival, arrival.source.reference),
                arrival.fetched.data or b"",
                arrival.version,
                check.observed,
                raw=arrival.extraction.text,
                source=arrival.fetched.url,
            )
            is_change = recorded.outcome == "changed"
            check = replace(
                check,
                outcome=recorded.outcome,
                snapshot=name_snapshot(recorded),
                announced=(check.announced or "silent") if is_change else None,
            )
            store.note(check)
        return check
