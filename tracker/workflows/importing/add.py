"""``tracker add``: documents become snapshots of one statement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.archive.storing.store import open_store
from tracker.capture.read.extract import extract
from tracker.errors import ReferenceInvalid
from tracker.text.digest import digest_bytes
from tracker.text.kind import infer_kind
from tracker.text.reading import read_text
from tracker.workflows.compare.sides import read_document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.archive.storing.store import Store
    from tracker.model.record import Declaration, Recorded


def add(
    paths: Sequence[Path], declaration: Declaration, archive: Path, observed: str
) -> tuple[Recorded, ...]:
    """Record each file, in the order given, as the next snapshot of the statement declared.

    All are recorded, or none: a file that cannot be read raises ``DocumentUnreadable`` before anything
    is written. ``observed`` is the instant of the snapshots, ISO 8601 in UTC.
    """
    if declaration.reference.session is None:
        raise ReferenceInvalid(
            f"{declaration.reference} names no session; write {declaration.reference}/SESSION"
        )
    with open_store(archive, "add") as store, store.batch():
        return tuple(record_document(store, path, declaration, observed) for path in paths)


def record_document(store: Store, path: Path, declaration: Declaration, observed: str) -> Recorded:
    """Record one file under a declaration, inferring the kind and language that it leaves open.

    Bytes that are already the edition's latest snapshot are told by their digest and not read again.
    """
    return record_bytes(store, read_document(path), declaration, observed, str(path), str(path))


def record_bytes(
    store: Store, data: bytes, declaration: Declaration, observed: str, name: str, source: str
) -> Recorded:
    """Record bytes as ``record_document`` does; ``name`` tells of what type they may be."""
    known = store.known(declaration, digest_bytes(data))
    if known:
        return known
    extraction = extract(data, name)
    version = read_text(
        extraction.text,
        extractor=extraction.extractor,
        media_type=extraction.media_type,
        language=declaration.reference.language,
    )
    reference = declaration.reference
    declaration = replace(
        declaration,
        reference=replace(reference, kind=reference.kind or infer_kind(version), language=version.language),
        kind_inferred=reference.kind is None,
        language_inferred=reference.language is None,
        title=declaration.title or extraction.title,
        title_inferred=declaration.title is None,
    )
    return store.record(declaration, data, version, observed, raw=extraction.text, source=source)
