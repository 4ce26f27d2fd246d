"""Notifications on a nightly run: messages through apprise, and a heartbeat for a watchdog.

Nothing here makes a run fail: an undelivered message is returned as a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.capture.causes import MOST_REDIRECTS
from tracker.capture.read.extract import quiet_libraries
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from apprise import Apprise

    from tracker.model.ledger import Severity

# Watchdogs answer at once, and the run waits meanwhile.
_SECONDS = 10.0
# What apprise calls each severity.
_TYPES: Final = {"failure": "failure", "warning": "warning", "note": "info"}
# The first status of an error (RFC 9110).
_ERRORS = 400


@dataclass(frozen=True, slots=True)
class Recipients:
    """Addresses of apprise, and the URL of a heartbeat; both may hold secrets and are never printed."""

    notify: tuple[str, ...] = ()
    heartbeat: str | None = None


def check_recipients(recipients: Recipients) -> None:
    """Raise ``TrackerError`` for an address that can never be reached."""
    if recipients.notify:
        _open_apprise(recipients.notify)
    if recipients.heartbeat and not recipients.heartbeat.startswith(("https://", "http://")):
        raise TrackerError("--heartbeat is not an http or https address")


def send_message(
    recipients: Recipients, title: str, text: str, severity: Severity = "note"
) -> tuple[str, ...]:
    """Send a message to all addresses, marked by how much it matters, and return warnings."""
    if not recipients.notify:
        return ()
    opened = _open_apprise(recipients.notify)
    try:
        # What it logs names addresses, and they have passwords.
        with quiet_libraries("apprise"):
            is_sent = opened.notify(title=title, body=text, notify_type=_TYPES[severity])
    except Exception as error:  # noqa: BLE001 (a plug-in of apprise may raise anything)
        return (f"--notify: {type(error).__name__}",)
    return () if is_sent else ("--notify: the message did not reach every address",)


def send_heartbeat(recipients: Recipients, *, is_well: bool) -> tuple[str, ...]:
    """Request the heartbeat's URL, or ``/fail`` below it, and return warnings."""
    return tuple(_beat(recipients.heartbeat, is_well)) if recipients.heartbeat else ()


def _beat(heartbeat: str, is_well: bool) -> Iterator[str]:
    import httpx  # noqa: PLC0415 (90 ms, only where there is a heartbeat)

    try:
        url = httpx.URL(heartbeat)
        if not is_well:
            url = url.copy_with(path=f"{url.path.rstrip('/')}/fail")
        status = _ask(url)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        yield f"--heartbeat: {type(error).__name__}"
        return
    if status >= _ERRORS:
        yield f"--heartbeat: HTTP {status}"


def _ask(url: httpx.URL) -> int:
    """Return the final status of an address; no body is read, since it may be huge."""
    import httpx  # noqa: PLC0415 (as above)

    for _ in range(MOST_REDIRECTS):
        with httpx.stream("GET", url, timeout=_SECONDS) as answer:
            if answer.next_request is None:
                return answer.status_code
            url = answer.next_request.url
    raise httpx.TooManyRedirects(f"more than {MOST_REDIRECTS} redirects")


def _open_apprise(addresses: tuple[str, ...]) -> Apprise:
    try:
        with quiet_libraries("apprise"):
            from apprise import Apprise  # noqa: PLC0415 (an extra, 200 ms)

            opened = Apprise()
            taken = [opened.add(address) for address in addresses]
    except ModuleNotFoundError:
        raise TrackerError(
            "--notify needs apprise; install it, in a clone of tracker: pip install '.[notify]'"
        ) from None
    if not all(taken):
        number = taken.index(False) + 1
        raise TrackerError(f"--notify: apprise does not know address {number}; see its documentation")
    return opened
