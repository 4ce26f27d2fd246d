"""Whether a run's clock is right, by the dates of the servers it asks: settled before anything is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tracker.capture.web.fetch import host_of
from tracker.capture.web.server_dates import ServerClocks
from tracker.errors import ClockWrong
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.capture.web.fetch import Result
    from tracker.capture.web.pacing import Clock
    from tracker.model.ledger import ClockReading
    from tracker.model.watching import Source

_NAMED = 5
"""The most hosts that are named."""


class ClockCheck:
    """The clock of a run beside those of the hosts that answer; one that is trusted is read all the same."""

    def __init__(self, clock: Clock, started: str, *, is_trusted: bool) -> None:
        self.started = started
        """When the run began, by that clock."""
        self._clock = clock
        self._is_trusted = is_trusted
        self._servers = ServerClocks()

    def read(self) -> ClockReading:
        """Return what the hosts say so far, or said when they confirmed the clock."""
        return self._servers.read()

    @property
    def is_doubtful(self) -> bool:
        """Whether hosts contradict the clock, too few so far to say that it is wrong."""
        return self.read().is_contradicted and not self._is_trusted

    def settle(self, results: Iterable[Result], sources: Mapping[str, Source]) -> Iterator[Result]:
        """Yield results, held back until hosts have confirmed the clock or each host was asked once.

        So nothing is dated by a clock that turns out to be wrong. Raises ``ClockWrong`` where it is.
        """
        waiting = {host_of(each) for each in sources.values()}
        held: list[Result] = []
        for result in results:
            self._servers.note(result.exchanges)
            held.append(result)
            waiting.discard(host_of(sources[result.source]))
            if waiting and not self.read().is_confirmed:
                continue
            self._check()
            yield from held
            held.clear()

    def _check(self) -> None:
        reading = self.read()
        if not reading.is_wrong or self._is_trusted:
            return
        now = self._clock.now()
        theirs = now - timedelta(seconds=reading.ahead or 0)
        hosts = self._servers.hosts
        more = f" and {len(hosts) - _NAMED} more" if hosts[_NAMED:] else ""
        raise ClockWrong(
            f"the clock of this machine says {now:%Y-%m-%dT%H:%MZ}, and those of"
            f" {counted(len(hosts), 'host')} {theirs:%Y-%m-%dT%H:%MZ} ({', '.join(hosts[:_NAMED])}{more});"
            " the run was stopped: set the clock; if it is right: tracker snapshot --clock-is-right"
        )
