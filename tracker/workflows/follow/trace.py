"""``tracker trace``: a series' statements, each asked whether and how it says a sentence or a phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.reading.reader import open_reader
from tracker.errors import NotInArchive, ReferenceInvalid, TrackerError
from tracker.model.tracing import Biography, Chapter
from tracker.references import find_body, parse_reference, resolve_session, session_sort_key
from tracker.tracing.biography import read_asked, tell, trace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.archive.reading.reader import Reader
    from tracker.model.citing import Reference
    from tracker.model.record import StatementEntry
    from tracker.model.texts import Side

LONGEST = 300
"""Words that are traced, more than the longest of 60,000 sentences has: each word of a statement may
have to be read beside each of them."""


def trace_series(
    archive: Path, series: str, text: str, first: str | None = None, last: str | None = None
) -> Biography:
    """Trace a sentence or phrase through a series, from one session to another, both included.

    Of each statement the preferred edition is read, of the kind and language that the series may name
    (``GBR/UNGA~fr``). Raises ``ReferenceInvalid`` for what is no series or session, ``NotInArchive``
    where there are no statements, ``TrackerError`` for a text without a word, or with too many.
    """
    asked = read_asked(text)
    if not asked.phrase.parts:
        raise TrackerError("there is no word to trace; give a phrase or a sentence in quotation marks")
    if len(asked.phrase.parts) > LONGEST:
        raise TrackerError(
            f"{len(asked.phrase.parts)} words to trace; give one sentence or phrase, of at most {LONGEST}"
        )
    reference = parse_reference(series)
    if reference.session is not None:
        raise ReferenceInvalid(
            f"{series} is one statement; trace a series, {reference.country}/{reference.body}"
        )
    with open_reader(archive) as reader:
        sides = _read_sides(reader, reference, first, last)
    found = trace(asked, [side.version for side in sides])
    chapters = [
        Chapter(side, _session_kind(side), sayings) for side, sayings in zip(sides, found, strict=True)
    ]
    return Biography(str(reference), asked.text, asked.unit, tell(chapters))


def preferred_editions(entries: Iterable[StatementEntry], wanted: Reference) -> tuple[Reference, ...]:
    """Return one edition of each statement, the first of the wanted kind and language, in order."""
    chosen: dict[tuple[str | None, str | None], Reference] = {}
    for entry in entries:
        reference = entry.reference
        if wanted.kind in {None, reference.kind} and wanted.language in {None, reference.language}:
            chosen.setdefault((reference.session, reference.item), reference)
    return tuple(chosen.values())


def _read_sides(reader: Reader, series: Reference, first: str | None, last: str | None) -> tuple[Side, ...]:
    held = preferred_editions(reader.statements(series.country, series.body), series)
    if not held:
        raise reader.missing(series)
    lowest, highest = (_read_bound(series, text) for text in (first, last))
    within = [
        edition
        for edition in held
        if (lowest is None or _key(edition) >= session_sort_key(series.body, lowest))
        and (highest is None or _key(edition) <= session_sort_key(series.body, highest))
    ]
    if not within:
        raise NotInArchive(
            f"no statement of {series} from {lowest or 'the first'} to {highest or 'the last'};"
            f" the archive holds sessions {held[0].session} to {held[-1].session}"
        )
    return tuple(reader.side(edition) for edition in within)


def _read_bound(series: Reference, text: str | None) -> str | None:
    return None if text is None else resolve_session(find_body(series.body), text).label


def _key(edition: Reference) -> tuple[object, ...]:
    return session_sort_key(edition.body, edition.session or "")


def _session_kind(side: Side) -> str:
    """Return the kind of a side's session; a label that no rule reads is of no kind."""
    try:
        return resolve_session(side.body or "", side.session or "").kind
    except ReferenceInvalid:
        return ""
