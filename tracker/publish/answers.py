"""What a page comes to: its bytes, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

HTML = "text/html; charset=utf-8"


class NotThere(Exception):
    """What is asked for is not in the open copy; its text says what is, in one sentence."""


class Gone(Exception):
    """What is asked for was withdrawn; its text says by whose authority, and for which reason."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A page, a feed or a table, as it is served and as it is written to a file."""

    body: bytes
    media_type: str = HTML
    status: int = 200
    rests_on: str = ""
    """The digest of all that it was made from: it is the same until that is another."""
