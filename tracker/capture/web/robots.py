"""What robots.txt allows, after RFC 9309; asked once a run for each scheme, host and port."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Final

from protego import Protego

from tracker.capture.causes import Fault
from tracker.capture.web.exchange import ask
from tracker.capture.web.pace import ATTEMPTS, LONGEST_CRAWL_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from tracker.capture.web.exchange import Asking
    from tracker.model.watching import Exchange

PRODUCT: Final = "tracker"
"""The name by which a robots.txt may speak of us."""

_MOST_BYTES = 512 * 1024
_SERVER_ERRORS = range(500, 600)
_UNAVAILABLE = ("http ", "redirect loop", "too many redirects", "bad address", "no content")
"""Causes that RFC 9309 counts as having no robots.txt, server errors apart."""

_OF_THE_HOST = frozenset({"dns", "refused", "tls", "private address"})
"""Causes that are met whatever a host is asked for."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says, or why it could not be read; with the exchanges that showed it."""

    allowed: Protego | None
    fault: Fault | None = None
    exchanges: tuple[Exchange, ...] = ()
    attempts: int = 1

    @property
    def is_settled(self) -> bool:
        """Whether asking again would not help."""
        return self.fault is None or not self.fault.is_retried or self.attempts >= ATTEMPTS

    def crawl_delay(self) -> float:
        """Return the seconds that it asks to leave between requests, two minutes at most."""
        asked = self.allowed.crawl_delay(PRODUCT) if self.allowed else None
        return min(float(asked or 0), LONGEST_CRAWL_DELAY)

    def check(self, url: httpx.URL) -> None:
        """Raise ``Fault`` where the address must not be asked for."""
        if self.fault:
            raise Fault(self.fault.cause, self.fault.detail, is_final=self.is_settled)
        if self.allowed and not self.allowed.can_fetch(str(url), PRODUCT):
            raise Fault("robots", f"robots.txt of {url.host} forbids {url.path}"[:300])


@dataclass(slots=True)
class Robots:
    """The robots.txt of every host met in one run."""

    rules: dict[str, Rules] = field(default_factory=dict)
    locks: dict[str, Lock] = field(default_factory=dict)
    guard: Lock = field(default_factory=Lock)

    def find(
        self,
        asking: Asking,
        url: httpx.URL,
        headers: Mapping[str, str],
        before: Callable[[httpx.URL], None],
    ) -> Rules:
        """Return the rules for an address; threads that ask for the same host wait for one answer.

        A host that cannot be reached is asked three times in a run and then no more, whatever number of
        sources it has.
        """
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        with self.guard:
            lock = self.locks.setdefault(origin, Lock())
        with lock:
            known = self.rules.get(origin)
            if known is None or not known.is_settled:
                found = _read_rules(asking, f"{origin}/robots.txt", headers, before)
                known = replace(found, attempts=known.attempts + 1 if known else 1)
                self.rules[origin] = known
            return known


def _read_rules(
    asking: Asking, url: str, headers: Mapping[str, str], before: Callable[[httpx.URL], None]
) -> Rules:
    trail: list[Exchange] = []
    try:
        answer = ask(asking, url, headers, trail, before)
    except Fault as fault:
        return Rules(None, _judge_fault(fault), tuple(trail))
    text = (answer.data or b"")[:_MOST_BYTES].decode("utf-8", "replace")
    return Rules(Protego.parse(text), None, tuple(trail))


def _judge_fault(fault: Fault) -> Fault | None:
    """Return what forbids everything; None where there is no robots.txt, which allows everything."""
    if fault.cause.startswith("http ") and int(fault.cause[5:]) in _SERVER_ERRORS:
        return Fault("robots unreachable", f"robots.txt: {fault.detail}")
    if fault.cause.startswith(_UNAVAILABLE):
        return None
    about = "" if fault.cause in _OF_THE_HOST else "robots.txt: "
    return Fault(fault.cause, f"{about}{fault.detail}")
