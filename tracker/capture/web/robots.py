"""What robots.txt allows (RFC 9309), requested once per run for each scheme, host and port."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Final

from tracker.capture.causes import LONGEST_QUOTE, FetchFault
from tracker.capture.web.answer import send_request
from tracker.capture.web.pacing import ATTEMPTS, LONGEST_CRAWL_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx2
    from protego import Protego

    from tracker.capture.web.answer import RequestContext
    from tracker.model.watching import Exchange

_PRODUCT: Final = "tracker"
"""The name of this program in a robots.txt."""

# RFC 9309, 2.5: at least 500 KiB must be parsed.
_MOST_BYTES = 512 * 1024
_SERVER_ERRORS = range(500, 600)
_UNAVAILABLE = ("http ", "redirect loop", "too many redirects", "bad address", "no content")
"""Causes that RFC 9309 treats as having no robots.txt, except server errors."""

_OF_THE_HOST = frozenset({"dns", "refused", "tls", "private address"})
"""Causes that do not depend on what is requested of a host."""


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What one robots.txt says, or why it could not be read; with the exchanges that showed it."""

    allowed: Protego | None
    fault: FetchFault | None = None
    exchanges: tuple[Exchange, ...] = ()
    attempts: int = 1

    @property
    def is_settled(self) -> bool:
        """Whether asking again would not help."""
        return self.fault is None or not self.fault.is_retried or self.attempts >= ATTEMPTS

    def crawl_delay(self) -> float:
        """Return the seconds that it requires between requests, two minutes at most."""
        asked = self.allowed.crawl_delay(_PRODUCT) if self.allowed else None
        return min(float(asked or 0), LONGEST_CRAWL_DELAY)

    def check(self, url: httpx2.URL) -> None:
        """Raise ``FetchFault`` where the address must not be requested."""
        if self.fault:
            raise FetchFault(self.fault.cause, self.fault.detail, is_final=self.is_settled)
        if self.allowed and not self.allowed.can_fetch(str(url), _PRODUCT):
            raise FetchFault("robots", f"robots.txt of {url.host} forbids {url.path}"[:LONGEST_QUOTE])


@dataclass(slots=True)
class Robots:
    """The robots.txt of every host met in one run."""

    rules: dict[str, RobotsRules] = field(default_factory=dict)
    locks: dict[str, Lock] = field(default_factory=dict)
    guard: Lock = field(default_factory=Lock)

    def find(
        self,
        context: RequestContext,
        url: httpx2.URL,
        headers: Mapping[str, str],
        before: Callable[[httpx2.URL], None],
    ) -> RobotsRules:
        """Return the rules for an address; threads that need the same host wait for one answer.

        A host that cannot be reached is tried three times in a run, for any number of sources.
        """
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        with self.guard:
            lock = self.locks.setdefault(origin, Lock())
        with lock:
            known = self.rules.get(origin)
            if known is None or not known.is_settled:
                found = _read_rules(context, f"{origin}/robots.txt", headers, before)
                known = replace(found, attempts=known.attempts + 1 if known else 1)
                self.rules[origin] = known
            return known


def _read_rules(
    context: RequestContext, url: str, headers: Mapping[str, str], before: Callable[[httpx2.URL], None]
) -> RobotsRules:
    trail: list[Exchange] = []
    try:
        answer = send_request(context, url, headers, trail, before)
    except FetchFault as fault:
        return RobotsRules(None, _classify_fault(fault), tuple(trail))
    from protego import Protego

    text = (answer.data or b"")[:_MOST_BYTES].decode("utf-8", "replace")
    return RobotsRules(Protego.parse(text), None, tuple(trail))


def _classify_fault(fault: FetchFault) -> FetchFault | None:
    """Return the fault that forbids everything; None where there is no robots.txt."""
    if fault.cause.startswith("http ") and int(fault.cause[5:]) in _SERVER_ERRORS:
        return FetchFault("robots unreachable", f"robots.txt: {fault.detail}")
    if fault.cause.startswith(_UNAVAILABLE):
        return None
    about = "" if fault.cause in _OF_THE_HOST else "robots.txt: "
    return FetchFault(fault.cause, f"{about}{fault.detail}")
