"""What was read again out of kept bytes, written: another version, or that another extractor reads alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.record.recording import write_version
from tracker.archive.record.statements import insert
from tracker.archive.rights.refusals import refuse
from tracker.archive.schema.connection import translate
from tracker.text.digest import digest_text

if TYPE_CHECKING:
    from tracker.archive.storing.store import Store
    from tracker.model.rereading import Capture
    from tracker.model.texts import Version


def add_version(
    store: Store, capture: Capture, data: bytes, version: Version, raw: str, instant: str
) -> None:
    """Add another version of a snapshot, which counts from now on; ``instant`` is one in UTC.

    Raises ``Withdrawn`` where its text was withdrawn.
    """
    with store.batch(), translate(store.path):
        refuse(store.writing, capture.reference, capture.document, digest_text(version.text))
        run = store.writing.begin_run(instant)
        write_version(store.writing.connection, capture.id, data, version, raw, run=run)


def add_confirmation(store: Store, version: int, extractor: str, instant: str) -> None:
    """Note that another extractor reads exactly what a version, by its number, holds."""
    with store.batch(), translate(store.path):
        insert(
            store.writing.connection,
            "INSERT INTO confirmations (version, extractor, run) VALUES (?, ?, ?)",
            (version, extractor, store.writing.begin_run(instant)),
        )
