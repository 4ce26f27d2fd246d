"""``tracker backup``: the record is copied while others may write."""

from __future__ import annotations

from tracker.archive.backup import back_up as backup

__all__ = ["backup"]
