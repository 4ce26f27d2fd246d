"""The heartbeat of a nightly run: an address that a watchdog expects to be asked for.

Nothing here makes a run fail: a heartbeat that nobody hears is returned as a warning. Its address may hold
secrets and is never printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.capture.causes import MOST_REDIRECTS
from tracker.errors import TrackerError

if TYPE_CHECKING:
    import httpx2

_SECONDS: Final = 10.0
"""Watchdogs answer at once, and the run waits meanwhile."""
_ERRORS: Final = 400
"""The first status of an error (RFC 9110)."""


def check_heartbeat(heartbeat: str | None) -> None:
    """Raise ``TrackerError`` for an address that can never be reached."""
    if heartbeat and not heartbeat.startswith(("https://", "http://")):
        raise TrackerError("--heartbeat is not an http or https address")


def send_heartbeat(heartbeat: str, *, is_well: bool) -> str | None:
    """Request the heartbeat's URL, or ``/fail`` below it; return a warning where nobody heard it."""
    import httpx2  # noqa: PLC0415 (90 ms, only where there is a heartbeat)

    try:
        url = httpx2.URL(heartbeat)
        if not is_well:
            url = url.copy_with(path=f"{url.path.rstrip('/')}/fail")
        status = _ask(url)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        return f"--heartbeat: {type(error).__name__}"
    return f"--heartbeat: HTTP {status}" if status >= _ERRORS else None


def _ask(url: httpx2.URL) -> int:
    """Return the final status of an address; no body is read, since it may be huge."""
    import httpx2  # noqa: PLC0415 (as above)

    for _ in range(MOST_REDIRECTS):
        with httpx2.stream("GET", url, timeout=_SECONDS) as answer:
            if answer.next_request is None:
                return answer.status_code
            url = answer.next_request.url
    raise httpx2.TooManyRedirects(f"more than {MOST_REDIRECTS} redirects")
