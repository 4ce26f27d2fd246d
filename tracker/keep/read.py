"""The reading commands: what the archive holds, without writing to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker import references
from tracker.errors import NotInArchive, TrackerError, Withdrawn
from tracker.model.record import SearchScope
from tracker.model.texts import Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.archive import ArchiveSession
    from tracker.model.record import SearchOrder, SearchPage, SnapshotEntry, StatementEntry, VersionEntry
    from tracker.model.rights import WithdrawnEntry, WithdrawnSnapshot
    from tracker.model.texts import Side
    from tracker.record.reading.reader import Reader


def list_statements(
    archive: ArchiveSession, named: str | None = None
) -> tuple[tuple[StatementEntry, ...], tuple[WithdrawnEntry, ...]]:
    """Return the editions of the archive, or those of a series, a statement, a country or a body.

    Those of which everything was withdrawn come apart.
    """
    place = _read_listed(named) if named else (None, None, None)
    entries = archive.reader.statements(*place)
    archive.note_shown(entry.reference for entry in entries)
    return entries, archive.reader.withdrawn(*place)


def _read_listed(text: str) -> tuple[str | None, str | None, str | None]:
    """Return the country, the body and the session that a text names, each None where it names none."""
    if references.match_countries(text):
        return references.find_country(text).code, None, None
    if references.match_bodies(text):
        return None, references.find_body(text).id, None
    named = references.parse_reference(text)
    return named.country, named.body, named.session


def log_snapshots(archive: ArchiveSession, reference: str) -> tuple[SnapshotEntry | WithdrawnSnapshot, ...]:
    """Return the snapshots behind a reference, oldest first, those that were withdrawn among them."""
    asked = references.parse_reference(reference)
    withdrawn = archive.reader.withdrawn_snapshots(asked)
    entries: tuple[SnapshotEntry, ...] = ()
    try:
        entries = archive.reader.log(asked)
    except Withdrawn:
        if not withdrawn:  # a public copy has no row of it
            raise
    every: tuple[SnapshotEntry | WithdrawnSnapshot, ...] = (*entries, *withdrawn)
    editions = list(dict.fromkeys(each.reference.edition for each in every))
    editions.sort(key=lambda each: references.session_sort_key(each.body, str(each.session)))
    places = {edition: place for place, edition in enumerate(editions)}
    return tuple(sorted(every, key=lambda each: _place(each.reference, places)))


def _place(snapshot: Reference, places: Mapping[Reference, int]) -> tuple[int, int]:
    return places[snapshot.edition], int(snapshot.snapshot or 0)


def log_versions(archive: ArchiveSession, reference: str) -> tuple[VersionEntry, ...]:
    """Return all versions of the snapshots behind a reference, oldest first.

    Raises ``NotInArchive`` where there is none.
    """
    asked = references.parse_reference(reference)
    entries = archive.versions.entries(asked)
    if not entries:
        raise archive.reader.missing(asked)
    return entries


def read_statement(archive: ArchiveSession, operand: str) -> Side:
    """Return one statement as it stands in the archive, or in a file."""
    # To list and to search needs nothing that reads documents: 19 ms.
    from tracker.diff.sides import load_side, read_operand  # noqa: PLC0415

    return load_side(read_operand(operand), archive)


def read_raw(archive: ArchiveSession, operand: str) -> str:
    """Return a statement's text, or a file's, as the extractor gave it, before any cleaning."""
    from tracker.capture.read.extract import extract  # noqa: PLC0415 (as above)
    from tracker.capture.read.files import read_document  # noqa: PLC0415
    from tracker.diff.sides import read_operand  # noqa: PLC0415

    source = read_operand(operand)
    if not isinstance(source, Reference):
        return extract(read_document(source), str(source)).text
    return archive.reader.raw(source)


def search(
    archive: ArchiveSession, query: str, scope: SearchScope, *, order: SearchOrder, limit: int, page: int
) -> SearchPage:
    """Return a page of the segments of the latest snapshots that a full-text query finds.

    Raises ``NotInArchive`` where there is nothing to search in, with what there is, and ``TrackerError``
    for a page behind the last one.
    """
    found = archive.reader.search(query, scope, order=order, limit=limit, page=page)
    if not found.passages:
        _refuse_absent(archive.reader, scope)
    elif not found.hits:
        pages = -(-found.passages // limit)
        raise TrackerError(f"no page {page}: {found.passages:,} passages found, the last page is {pages}")
    return found


def read_scope(
    country: str | None = None,
    body: str | None = None,
    session: str | None = None,
    language: str | None = None,
    first: str | None = None,
    last: str | None = None,
) -> SearchScope:
    """Return where to search, from what a person named; the bounds are years, or sessions of the body.

    ``session`` is a label such as ``79`` or ``S-36``; with ``body`` it may be written as people do. Raises
    ``ReferenceInvalid`` for an unknown name, and for a bound that is no year without a body.
    """
    place = references.find_body(body) if body else None
    bounds = [references.read_bound(place, bound) if bound else None for bound in (first, last)]
    years = [bound if isinstance(bound, int) else None for bound in bounds]
    labels = [bound if isinstance(bound, str) else None for bound in bounds]
    return SearchScope(
        country=references.find_country(country).code if country else None,
        body=place.id if place else None,
        session=references.resolve_session(place, session).label if place and session else session,
        language=language,
        years=(years[0], years[1]),
        sessions=(labels[0], labels[1]),
    )


def _refuse_absent(reader: Reader, scope: SearchScope) -> None:
    """Raise ``NotInArchive`` where the archive holds no statement in a scope, with what it holds nearest."""
    place = Reference(scope.country or "", scope.body or "", scope.session)
    there = str(place) or "the archive"
    anytime = replace(scope, years=(None, None), sessions=(None, None), language=None)
    held = reader.searchable(anytime)
    if not held and anytime != SearchScope():
        raise reader.missing(place)
    within = reader.searchable(replace(scope, language=None))
    if held and not within:
        labels = list(dict.fromkeys(label for label, _, _ in held))
        years = sorted({year for _, year, _ in held if year})
        ends, what = (labels, "sessions") if any(scope.sessions) or not years else (years, "years")
        bounds = (year or label for year, label in zip(scope.years, scope.sessions, strict=True))
        none = " ".join(f"{word} {end}" for word, end in zip(("from", "to"), bounds, strict=True) if end)
        raise NotInArchive(f"{there} has statements of the {what} {ends[0]} to {ends[-1]}; none {none}")
    languages = sorted({language for _, _, language in within})
    if within and scope.language not in {None, *languages}:
        raise NotInArchive(f"{there} has statements in {', '.join(languages)}; none in {scope.language}")
