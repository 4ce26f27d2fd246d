"""The clock of a run: it goes on from the last run's end, and servers say whether it is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tracker.capture.web.fetch import host_of
from tracker.capture.web.pacing import Clock
from tracker.errors import ClockWrong
from tracker.model.clock_readings import ClockReading
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.capture.web.fetch import Result
    from tracker.model.watching import Exchange, Source

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
    return _steady(clock, since + timedelta(seconds=1) if last else since)


def _steady(clock: Clock, since: datetime) -> Clock:
    """Return a clock that runs on from an instant, however the machine's is set, until that has caught up.

    It does not stand still: two nights whose checks had one instant could not be put in order again.
    """
    latest, ticked = since, clock.monotonic()

    def now() -> datetime:
        nonlocal latest, ticked
        tick = clock.monotonic()
        latest, ticked = max(latest + timedelta(seconds=tick - ticked), clock.now()), tick
        return latest

    return Clock(now, clock.monotonic, clock.sleep)


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


_MOST_AGE: Final = 30 * 24 * 60 * 60
"""Seconds in a cache after which an answer says nothing of today."""

_CACHE_MARKS: Final = frozenset(
    {"x-cache", "x-cache-status", "x-proxy-cache", "cf-cache-status", "cache-status", "cdn-cache"}
)
"""Headers in which caches say that they had the answer; RFC 9211 and what came before it."""


def read_ahead(exchange: Exchange) -> tuple[int, int] | None:
    """Return the age of an answer and the seconds by which our clock was ahead of its server's.

    The server's time is ``Date`` and ``Age`` (RFC 9111, 4.2.3), or anything in between: some caches renew
    ``Date`` and keep ``Age``. None where the answer has no date, or lay in a cache nobody knows how long.
    """
    headers: dict[str, str] = {}
    for name, value in exchange.headers:
        headers.setdefault(name.lower(), value)
    age = _read_age(headers)
    if age is None:
        return None
    try:
        date = parsedate_to_datetime(headers["date"])
        asked = datetime.fromisoformat(exchange.requested)
        ahead = round((asked - date.replace(tzinfo=date.tzinfo or UTC)).total_seconds())
    except (KeyError, ValueError, OverflowError):
        return None
    return age, max(ahead - age, 0) if ahead > 0 else ahead


def _read_age(headers: Mapping[str, str]) -> int | None:
    text = headers.get("age", "").strip()
    if text:
        is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_MOST_AGE))
        return int(text) if is_number and int(text) <= _MOST_AGE else None
    is_cached = any("hit" in headers.get(name, "").lower() for name in _CACHE_MARKS)
    return None if is_cached else 0


class ServerClocks:
    """The clocks of the hosts that answered in one run; each host counts once, by its youngest answer.

    A host that was asked leads to one that counts, however many it redirects to: one site has one voice.
    Hosts to which only links lead may be many names of one owner: they add to what those of the watch list
    say, and never outvote them.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, tuple[int, int]] = {}
        self._led: dict[str, str] = {}
        self._listed: set[str] = set()
        self._confirmed: ClockReading | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that gave their time, by name."""
        return tuple(sorted(self._hosts))

    @property
    def has_confirmed(self) -> bool:
        """Whether the clock is confirmed, whatever comes later."""
        return self._confirmed is not None

    def note(self, exchanges: Iterable[Exchange], *, is_listed: bool = True) -> None:
        """Note the last answer for one source: hosts on the way to it may be the same machine.

        ``is_listed`` tells whether the host that was asked is one of the watch list.
        """
        answers = [each for each in exchanges if each.status is not None]
        if not answers or (found := read_ahead(answers[-1])) is None:
            return
        host = _name_host(answers[-1])
        if self._led.setdefault(_name_host(answers[0]), host) != host:
            return
        self._hosts[host] = min(found, self._hosts.get(host, found))
        if is_listed:
            self._listed.add(host)
            self._keep(_read(self._list_ahead(self._listed)))

    def settle(self) -> None:
        """Keep what confirms the clock by now: every host of the watch list was asked."""
        self._keep(self.read())

    def read(self) -> ClockReading:
        """Return what they say: once they have confirmed the clock, that, whatever comes later."""
        if self._confirmed:
            return self._confirmed
        listed, everybody = self._list_ahead(self._listed), self._list_ahead(self._hosts)
        return _read(everybody if _lean(listed) * _lean(everybody) > 0 else listed)

    def _keep(self, reading: ClockReading) -> None:
        if self._confirmed is None and reading.is_confirmed:
            self._confirmed = reading

    def _list_ahead(self, hosts: Iterable[str]) -> list[int]:
        return [self._hosts[host][1] for host in hosts]


def _read(ahead: list[int]) -> ClockReading:
    return ClockReading(len(ahead), round(_find_median(ahead)) if ahead else None)


def _find_median(values: list[int]) -> float:
    # statistics takes 6 ms to import, for this alone.
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _lean(ahead: list[int]) -> int:
    """Return by how many more hosts agree with our clock than contradict it."""
    return sum(-1 if ClockReading(1, each).is_contradicted else 1 for each in ahead)


def _name_host(exchange: Exchange) -> str:
    return (urlsplit(exchange.url).hostname or "").rstrip(".")
