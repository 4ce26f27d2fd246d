"""Headers that let somebody in: the record keeps their names and never their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})
_REDACTED = "(redacted)"


def redact(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return headers with those that let somebody in left blank."""
    return tuple((name, _REDACTED if name.lower() in _SECRET else value) for name, value in headers)
