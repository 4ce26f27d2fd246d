"""``tracker timestamp``: an authority confirms that the archive's history is there by now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.archive.mirror.timestamps import keep_timestamp, read_tip
from tracker.archive.storing.store import open_store
from tracker.capture.web.timestamping import request_token
from tracker.errors import TrackerError
from tracker.model.verifying import Timestamp
from tracker.text.digest import digest_bytes
from tracker.workflows.keep.mirror import update_mirror

if TYPE_CHECKING:
    from pathlib import Path


def timestamp(archive: Path, authority: str, instant: str, seconds: float) -> Timestamp:
    """Bring the mirror up to date, have its latest commit confirmed, and note what came of that.

    An authority that does not answer in so many seconds is noted as well, and nothing fails. The archive is
    free meanwhile. Raises as ``update_mirror`` does.
    """
    update_mirror(archive)
    tip, content = read_tip(archive)
    asked = Timestamp(tip, digest_bytes(content), _name(authority), instant, None, None, None)
    kept = _ask(asked, content, authority, seconds)
    with open_store(archive, "timestamp") as store:
        keep_timestamp(store, kept)
    return kept


def _ask(asked: Timestamp, content: bytes, authority: str, seconds: float) -> Timestamp:
    try:
        token, confirmed = request_token(content, authority, seconds)
    except TrackerError as error:
        return replace(asked, failure=str(error))
    return replace(asked, token=token, confirmed=confirmed)


def _name(authority: str) -> str:
    """Return an address without what may be secret in it. Raises ``TrackerError`` for what is none."""
    try:
        parts = urlsplit(authority)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        raise TrackerError("the authority is not an http or https address")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"
