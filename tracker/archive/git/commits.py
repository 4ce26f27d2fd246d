"""A commit's own bytes, read: git's commands turn dates before 1970 into 1970, the bytes keep them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(rb"> ?(-?\d+)(?: [+-]\d+)?$")
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*:\s*(.*)")
_EARLIEST = 1000
"""Years of fewer than four figures do not sort as text, and are typing errors of somebody's clock."""


@dataclass(frozen=True, slots=True)
class Commit:
    """When a commit was made and what its author says; an instant no calendar holds is None."""

    committed: str | None
    authored: str | None
    subject: str
    message: str


def read_commit(data: bytes) -> Commit:
    """Read a commit as git stores it, in the encoding that it names."""
    head, _, body = data.partition(b"\n\n")
    lines = head.split(b"\n")
    encoding = _find_header(lines, b"encoding").decode("ascii", "replace") or "utf-8"
    message = _decode(body, encoding).strip()
    return Commit(
        _read_instant(_find_header(lines, b"committer")),
        _read_instant(_find_header(lines, b"author")),
        " ".join(message.partition("\n\n")[0].split()),
        message,
    )


def read_trailers(message: str) -> dict[str, str]:
    """Return the ``Key: value`` lines of a message's last paragraph, keys in small letters."""
    last = message.rsplit("\n\n", 1)[-1]
    found = (_TRAILER.fullmatch(line.strip()) for line in last.splitlines())
    return {match[1].lower(): match[2].strip() for match in found if match}


def _find_header(lines: list[bytes], name: bytes) -> bytes:
    return next((line[len(name) + 1 :] for line in lines if line.startswith(name + b" ")), b"")


def _decode(text: bytes, encoding: str) -> str:
    try:
        return text.decode(encoding)
    except (LookupError, UnicodeError):
        return text.decode("utf-8", "replace")


def _read_instant(person: bytes) -> str | None:
    match = _TIME.search(person)
    try:
        moment = _EPOCH + timedelta(seconds=int(match[1])) if match else None
    except (OverflowError, ValueError):
        return None
    return None if moment is None or moment.year < _EARLIEST else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
