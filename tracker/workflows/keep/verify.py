"""``tracker verify`` and ``tracker timestamp``: both copies checked, repaired, and confirmed."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.archive.file.lock import read_clock
from tracker.archive.mirror.proofs import keep_timestamp, read_tip
from tracker.archive.repair.repair import repair_archive
from tracker.archive.storing.store import open_store
from tracker.archive.verify.findings import Hooks, NotReadable
from tracker.archive.verify.verify import verify_archive
from tracker.capture.read.extract import extract
from tracker.capture.read.extractors import read_extractor
from tracker.capture.sandbox.limits import KEPT_DOCUMENT
from tracker.capture.web.timestamping import request_token, verify_token
from tracker.errors import DocumentUnreadable, ReaderStopped, TrackerError
from tracker.model.verifying import Timestamp
from tracker.text.identity import digest_bytes
from tracker.workflows.keep.mirror import update_mirror
from tracker.workflows.keep.sampling import recompute_kept

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.archive.verify.findings import Progress
    from tracker.model.verifying import Repaired, Verified


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


_OPEN = "whether it reads the same in the document cannot be told"
_SETTINGS = re.compile(r"(?: selector=(?P<selector>.*?))?(?P<remove>(?: remove=.*)?)", re.DOTALL)
_GUESSED = re.compile(r" by \S+ \S+")
ROOTS = "timestamp-roots.pem"
"""Certificates of the authorities whose time-stamps are trusted; yours to put there."""
_NAMES = {"text/markdown": "statement.md"}
"""What a document has to be called to be read as this media type, where the bytes leave that open."""


def verify(archive: Path, instant: str, progress: Progress, *, is_alone: bool = False) -> Verified:
    """Return what is found in the archive in a folder, at an instant; nothing is written.

    Where the record ``is_alone``, a mirror is neither looked at nor missed. Raises ``ArchiveUnusable``
    where there is no archive, or it cannot be opened for another reason than damage, and ``ArchiveLocked``
    where a run keeps writing to both copies.
    """
    means = replace(_gather_means(archive, instant, progress), is_alone=is_alone)
    verified, _ = verify_archive(archive, means)
    return verified


def repair(archive: Path, instant: str, progress: Progress) -> Repaired:
    """Repair what can be repaired, under the archive's lock, and return what was found before and after.

    Raises as ``verify`` does.
    """
    return repair_archive(archive, _gather_means(archive, instant, progress), read_clock)


def _gather_means(archive: Path, instant: str, progress: Progress) -> Hooks:
    roots = archive / ROOTS
    trusted = roots.read_bytes() if roots.is_file() else None
    token = partial(verify_token, roots=trusted)
    return Hooks(read_again, token, partial(recompute_kept, archive), instant, progress)


def read_again(data: bytes, extractor: str, media_type: str) -> str | NotReadable:
    """Return what an extractor reads in a document; why not, where another is installed, or reading fails.

    ``extractor`` is the name under which a version was kept, with the selectors of its source.
    """
    library = " ".join(extractor.split()[:2])
    other = NotReadable(f"they were read by {library}, which is not what is installed: {_OPEN}")
    selector, remove = read_settings(extractor)
    encoding = read_extractor(extractor).encoding
    try:
        extraction = extract(
            data,
            _NAMES.get(media_type),
            selector=selector,
            remove=remove,
            content_type=f"{media_type}; charset={encoding}" if encoding else None,
            limits=KEPT_DOCUMENT,
        )
    except ReaderStopped as error:
        return NotReadable(f"{error.cause}: {_OPEN}", is_own=True)
    except DocumentUnreadable:
        return other
    # An encoding that was guessed then is given now.
    is_same = extraction.extractor == _GUESSED.sub("", extractor)
    return extraction.text if is_same else other


def read_settings(extractor: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the selectors in an extractor's name: of what was read, and of what was taken out before."""
    start = re.search(r" (?:selector|remove)=", extractor)
    match = _SETTINGS.fullmatch(extractor[start.start() :] if start else "")
    if match is None:
        return None, ()
    return match["selector"], tuple(match["remove"].split(" remove=")[1:])
