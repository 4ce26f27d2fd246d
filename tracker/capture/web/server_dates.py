"""What the dates of servers' answers say of this machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from statistics import median
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tracker.model.clock_readings import ClockReading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.model.watching import Exchange

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
    return ClockReading(len(ahead), round(median(ahead)) if ahead else None)


def _lean(ahead: list[int]) -> int:
    """Return by how many more hosts agree with our clock than contradict it."""
    return sum(-1 if ClockReading(1, each).is_contradicted else 1 for each in ahead)


def _name_host(exchange: Exchange) -> str:
    return (urlsplit(exchange.url).hostname or "").rstrip(".")
