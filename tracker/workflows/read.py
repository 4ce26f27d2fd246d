"""The reading commands: what the archive holds, without writing to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.reader import open_reader
from tracker.capture.extract import extract
from tracker.model.citing import Reference
from tracker.references import find_body, find_country, parse_reference, resolve_session
from tracker.workflows.sides import load_side, read_document, read_operand

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.record import Hit, SnapshotEntry, StatementEntry
    from tracker.model.texts import Side


def list_statements(
    archive: Path, series: str | None = None, country: str | None = None, body: str | None = None
) -> tuple[StatementEntry, ...]:
    """Return the editions of the archive, narrowed to a series or statement, a country or a body."""
    within = parse_reference(series) if series else None
    with open_reader(archive) as reader:
        if within:
            return reader.statements(country=within.country, body=within.body, session=within.session)
        return reader.statements(
            country=find_country(country).code if country else None, body=find_body(body).id if body else None
        )


def log_snapshots(archive: Path, reference: str) -> tuple[SnapshotEntry, ...]:
    """Return the snapshots behind a reference, oldest first."""
    with open_reader(archive) as reader:
        return reader.log(parse_reference(reference))


def read_statement(archive: Path, operand: str) -> Side:
    """Return one statement as it stands in the archive, or in a file."""
    return load_side(read_operand(operand), archive)


def read_raw(archive: Path, operand: str) -> str:
    """Return a statement's text, or a file's, as the extractor gave it, before any cleaning."""
    source = read_operand(operand)
    if not isinstance(source, Reference):
        return extract(read_document(source), str(source)).text
    with open_reader(archive) as reader:
        return reader.raw(source)


def search(
    archive: Path,
    query: str,
    *,
    country: str | None = None,
    body: str | None = None,
    session: str | None = None,
    language: str | None = None,
    limit: int = 20,
) -> tuple[Hit, ...]:
    """Return the segments of the latest snapshots that a full-text query finds, best first.

    ``session`` is a label such as ``79`` or ``S-36``; with ``body`` it may be written as people do.
    """
    place = find_body(body) if body else None
    with open_reader(archive) as reader:
        return reader.search(
            query,
            country=find_country(country).code if country else None,
            body=place.id if place else None,
            session=resolve_session(place, session).label if place and session else session,
            language=language,
            limit=limit,
        )
