"""The reading commands: what the archive holds, without writing to it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.capture.read.extract import extract
from tracker.errors import Withdrawn
from tracker.model.texts import Reference
from tracker.references import find_body, find_country, parse_reference, resolve_session, session_sort_key
from tracker.references.bodies import match_bodies
from tracker.references.countries import match_countries
from tracker.workflows.compare.sides import load_side, read_document, read_operand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.archive.session import ArchiveSession
    from tracker.model.record import Hit, SnapshotEntry, StatementEntry, VersionEntry
    from tracker.model.rights import WithdrawnEntry, WithdrawnSnapshot
    from tracker.model.texts import Side


def list_statements(
    archive: ArchiveSession, series: str | None = None, country: str | None = None, body: str | None = None
) -> tuple[tuple[StatementEntry, ...], tuple[WithdrawnEntry, ...]]:
    """Return the editions of the archive, narrowed to a series or statement, a country or a body.

    ``series`` may be a country or a body alone too. Those of which everything was withdrawn come apart.
    """
    if series and match_countries(series):
        series, country = None, series
    elif series and match_bodies(series):
        series, body = None, series
    named = parse_reference(series) if series else None
    place = (
        named.country if named else find_country(country).code if country else None,
        named.body if named else find_body(body).id if body else None,
        named.session if named else None,
    )
    return archive.reader.statements(*place), archive.reader.withdrawn(*place)


def log_snapshots(archive: ArchiveSession, reference: str) -> tuple[SnapshotEntry | WithdrawnSnapshot, ...]:
    """Return the snapshots behind a reference, oldest first, those that were withdrawn among them."""
    asked = parse_reference(reference)
    withdrawn = archive.reader.withdrawn_snapshots(asked)
    entries: tuple[SnapshotEntry, ...] = ()
    with suppress(Withdrawn):
        entries = archive.reader.log(asked)
    every: tuple[SnapshotEntry | WithdrawnSnapshot, ...] = (*entries, *withdrawn)
    editions = list(dict.fromkeys(replace(each.reference, snapshot=None) for each in every))
    editions.sort(key=lambda each: session_sort_key(each.body, str(each.session)))
    places = {edition: place for place, edition in enumerate(editions)}
    return tuple(sorted(every, key=lambda each: _place(each.reference, places)))


def _place(snapshot: Reference, places: Mapping[Reference, int]) -> tuple[int, int]:
    return places[replace(snapshot, snapshot=None)], int(snapshot.snapshot or 0)


def log_versions(archive: ArchiveSession, reference: str) -> tuple[VersionEntry, ...]:
    """Return all versions of the snapshots behind a reference, oldest first.

    Raises ``NotInArchive`` where there is none.
    """
    asked = parse_reference(reference)
    entries = archive.versions.entries(asked)
    if not entries:
        raise archive.reader.missing(asked)
    return entries


def read_statement(archive: ArchiveSession, operand: str) -> Side:
    """Return one statement as it stands in the archive, or in a file."""
    return load_side(read_operand(operand), archive)


def read_raw(archive: ArchiveSession, operand: str) -> str:
    """Return a statement's text, or a file's, as the extractor gave it, before any cleaning."""
    source = read_operand(operand)
    if not isinstance(source, Reference):
        return extract(read_document(source), str(source)).text
    return archive.reader.raw(source)


def search(
    archive: ArchiveSession,
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
    return archive.reader.search(
        query,
        country=find_country(country).code if country else None,
        body=place.id if place else None,
        session=resolve_session(place, session).label if place and session else session,
        language=language,
        limit=limit,
    )
