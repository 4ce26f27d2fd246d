"""Asking whether a source has changed: what to remember of an answer, and which headers to send."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from tracker.model.watching import Validators

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_SETTLED: Final = timedelta(seconds=60)
"""A page may change twice within the second that ``Last-Modified`` counts in, and clocks differ."""

_LONGEST = 1024


def read_validators(headers: Mapping[str, str], now: datetime) -> Validators:
    """Return what an answer can be asked about by later.

    A ``Last-Modified`` of the future, or less than a minute old, tells no change apart and is left out, as
    is a validator that could not be sent back as it came.
    """
    return Validators(_plain(headers.get("etag")), _settled(headers.get("last-modified"), now))


def conditions(validators: Validators) -> dict[str, str]:
    """Return the headers of a conditional request; none where there is nothing to ask by."""
    asked = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in asked.items() if value}


def merge(earlier: Validators, later: Validators) -> Validators:
    """Return the validators after a 304, which need not repeat those it was asked by."""
    return Validators(later.etag or earlier.etag, later.last_modified or earlier.last_modified)


def _plain(value: str | None) -> str | None:
    return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST else None


def _settled(value: str | None, now: datetime) -> str | None:
    text = _plain(value)
    if text is None:
        return None
    try:
        modified = parsedate_to_datetime(text)
    except ValueError:
        return None
    return text if modified.tzinfo and modified <= now - _SETTLED else None
