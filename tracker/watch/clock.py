"""The clock of a run: it goes on from the last run's end, and servers say whether it is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tracker.capture.web.fetch import host_of
from tracker.capture.web.pacing import steady
from tracker.capture.web.server_dates import ServerClocks
from tracker.errors import ClockWrong
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.capture.web.fetch import Result
    from tracker.capture.web.pacing import Clock
    from tracker.model.clock_readings import ClockReading
    from tracker.model.watching import Source

_NAMED = 5
"""The most hosts that are named."""


_SET_BACK = timedelta(hours=1)
"""Clocks of machines that have slept, or were moved, are set back by minutes."""


def read_instant(clock: Clock) -> str:
    """Return the instant in UTC, to the second: ``2024-05-20T10:00:00Z``."""
    return clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def keep_order(clock: Clock, last: str | None) -> Clock:
    """Return a clock by which nothing is observed before the last run's end. Raises ``ClockWrong``.

    A wrong date in the record is worse than a missed night: what was observed when is evidence, and a missed
    night is told. Where the clock was set back by less than an hour, or the last run ended in this second,
    instants go on from that end until the clock has caught up.
    """
    now = clock.now()
    since = datetime.fromisoformat(last) if last else now
    if since - now > _SET_BACK:
        raise ClockWrong(
            f"the clock of this machine says {read_instant(clock)}, before the end of the last run, {last}:"
            " set the clock; if it is right and was wrong then: tracker snapshot --clock-is-right"
        )
    return steady(clock, since + timedelta(seconds=1) if last else since)


class ClockCheck:
    """The clock of a run beside those of the hosts that answer; one that is trusted is read all the same."""

    def __init__(self, clock: Clock, started: str, listed: Iterable[Source], *, is_trusted: bool) -> None:
        """Prepare; ``listed`` are the sources of the watch list that the run asks first."""
        self.started = started
        """When the run began, by that clock."""
        self._listed = {host_of(each) for each in listed}
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
            asked = host_of(sources[result.source])
            self._servers.note(result.exchanges, is_listed=asked in self._listed)
            held.append(result)
            waiting.discard(asked)
            if waiting and not self._servers.has_confirmed:
                continue
            self._check()
            self._servers.settle()
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
