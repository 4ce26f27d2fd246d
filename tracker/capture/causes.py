"""Why a fetch failed: the fixed list of causes, what each means, and whether a retry may help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tracker.model.watching import FetchOutcome


# In a row: half of what browsers follow.
MOST_REDIRECTS: Final = 10

# Characters that a message quotes of what a server or a file says: four lines of a terminal.
LONGEST_QUOTE: Final = 300


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause, by its name in the record."""

    name: str
    means: str
    retried: bool = False
    outcome: FetchOutcome = "unreachable"


CAUSES: Final = (
    Cause("dns", "the host's name has no address, or no resolver says in time", retried=True),
    Cause("refused", "nothing listens at the address, or there is no route to it", retried=True),
    Cause("timeout", "no connection, no answer, or no complete answer in time", retried=True),
    Cause("reset", "the connection broke, or closed before any answer", retried=True),
    Cause("tls", "the certificate is not valid, or no secure connection was made"),
    Cause("truncated", "the answer is not complete", retried=True),
    Cause("wrong length", "more bytes came than were announced"),
    Cause("malformed", "the answer is not valid HTTP, such as a broken chunk or endless headers"),
    Cause("undecodable", "the body is not in its declared encoding, or in one that was not asked for"),
    Cause("too large", "the answer, or the file, is over the limit"),
    Cause("bomb", "a small body that unpacks to a huge one, or consists of thousands of empty members"),
    Cause("redirect loop", "a redirect leads back to an earlier address"),
    Cause("too many redirects", f"more than {MOST_REDIRECTS} in a row"),
    Cause("bad address", "an address, or a redirect to one, that is missing, unreadable or holds a password"),
    Cause("bad scheme", "an address, or a redirect to one, that is neither http nor https"),
    Cause("private address", "the host lies in a private network and is not among those allowed"),
    Cause("not modified", "304 to a request without conditions", retried=True),
    Cause("no content", "an answer that says it has no body (204, 205)"),
    Cause("partial", "a part of a body though the whole was asked for (206)"),
    Cause("http 404", "not found", outcome="gone"),
    Cause("http 410", "the server says that it is gone", outcome="gone"),
    Cause("http 408", "the server timed out", retried=True),
    Cause("http 429", "the server says that there are too many requests", retried=True),
    Cause("http 500", "a server error", retried=True),
    Cause("http 502", "an error behind the server", retried=True),
    Cause("http 503", "the service is not available", retried=True),
    Cause("http 504", "a timeout behind the server", retried=True),
    Cause("http NNN", "any other status, such as 401, 403 or 451"),
    Cause("robots", "robots.txt forbids it", outcome="robots-denied"),
    Cause("robots unreachable", "a server error for robots.txt, which forbids everything (RFC 9309)",
          retried=True, outcome="robots-denied"),
    Cause("no such file", "there is no file at the path"),
    Cause("not a file", "what is at the path is no regular file"),
    Cause("outside the archive", "the path leads out of the archive's folder"),
    Cause("unreadable file", "the file cannot be read: rights, or a bad disk"),
)  # fmt: skip
"""In the order in which they may occur in a fetch."""

MISSING_STATUSES: Final = frozenset(int(cause.name[5:]) for cause in CAUSES if cause.outcome == "gone")
"""By which a server says that nothing is at the address any more."""

_BY_NAME: Final = {cause.name: cause for cause in CAUSES}


class FetchFault(Exception):
    """A fetch that failed; caught in this package and turned into a value.

    Its cause is the name of one of ``CAUSES``, or ``http NNN`` with the status.
    """

    def __init__(
        self, cause: str, detail: str, *, retry_after: float | None = None, is_final: bool = False
    ) -> None:
        detail = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in detail)
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail
        """One line without control characters: a server wrote much of it."""
        self.retry_after = retry_after
        """After how many seconds the server allows the next request."""
        self.is_final = is_final
        """Whether there were enough retries already."""

    @property
    def is_retried(self) -> bool:
        """Whether a retry may help."""
        return find_cause(self.cause).retried and not self.is_final


def find_cause(name: str) -> Cause:
    """Return what is known about a cause; a status without an entry of its own is ``http NNN``.

    Raises ``KeyError`` for a name that is not on the list.
    """
    if name not in _BY_NAME and name.startswith("http ") and name[5:].isdigit():
        return _BY_NAME["http NNN"]
    return _BY_NAME[name]
