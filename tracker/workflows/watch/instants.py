"""Instants as the record keeps them, from the clock that a workflow is given."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.capture.web.clock import Clock


def read_instant(clock: Clock) -> str:
    """Return the instant in UTC, to the second: ``2024-05-20T10:00:00Z``."""
    return clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
