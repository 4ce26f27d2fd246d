"""``tracker trace`` and ``tracker blame``: where a sentence was said, and since when."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from tracker.errors import NotInArchive, ReferenceInvalid, TrackerError
from tracker.model.tracing import Attribution, Biography, TracedStatement
from tracker.references import parse_reference, read_session, resolve_session, session_sort_key
from tracker.tracing.biography import read_query, tell, trace
from tracker.tracing.origins import REACH, find_origins
from tracker.workflows.compare.derive import derive_links
from tracker.workflows.compare.sides import earlier_sessions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.archive.reading.reader import Reader
    from tracker.archive.session import ArchiveSession
    from tracker.model.record import StatementEntry
    from tracker.model.texts import Reference, Side

LONGEST = 300
"""Words that are traced, more than the longest of 60,000 sentences has: each word of a statement may
have to be read beside each of them."""


def trace_series(
    archive: ArchiveSession, series: str, text: str, first: str | None = None, last: str | None = None
) -> Biography:
    """Trace a sentence or phrase through a series, from one session to another, both included.

    Of each statement the preferred edition is read, of the kind and language that the series may name
    (``GBR/UNGA~fr``). Raises ``ReferenceInvalid`` for what is no series or session, ``NotInArchive``
    where there are no statements, ``TrackerError`` for a text without a word, or with too many.
    """
    asked = read_query(text)
    if not asked.phrase.parts:
        raise TrackerError("nothing to trace; give a phrase or a sentence in quotation marks")
    if len(asked.phrase.parts) > LONGEST:
        raise TrackerError(
            f"{len(asked.phrase.parts)} words to trace; give one sentence or phrase, of at most {LONGEST}"
        )
    reference = parse_series(series)
    held = list_editions(archive.reader, reference, first, last)
    sides = [archive.reader.side(edition) for editions in held.values() for edition in editions]
    found = trace(asked, [side.version for side in sides])
    statements = [
        TracedStatement(side, session_kind(side.body or "", side.session or ""), occurrences)
        for side, occurrences in zip(sides, found, strict=True)
    ]
    return Biography(str(reference), asked.text, asked.unit, tell(statements))


def preferred_editions(entries: Iterable[StatementEntry], wanted: Reference) -> tuple[Reference, ...]:
    """Return one edition of each statement, the first of the wanted kind and language, in order."""
    chosen: dict[tuple[str | None, str | None], Reference] = {}
    for entry in entries:
        reference = entry.reference
        if wanted.kind in {None, reference.kind} and wanted.language in {None, reference.language}:
            chosen.setdefault((reference.session, reference.item), reference)
    return tuple(chosen.values())


def parse_series(text: str) -> Reference:
    """Return the series that a text names; raises ``ReferenceInvalid`` where it names less or more."""
    reference = parse_reference(text)
    if reference.session is not None:
        raise ReferenceInvalid(
            f"{text} is one statement; name a series, as in {reference.country}/{reference.body}"
        )
    return reference


def list_editions(
    reader: Reader, series: Reference, first: str | None = None, last: str | None = None
) -> dict[str, tuple[Reference, ...]]:
    """Return the preferred editions of a series by session, in order, within bounds."""
    held: dict[str, tuple[Reference, ...]] = {}
    for edition in preferred_editions(reader.statements(series.country, series.body), series):
        label = str(edition.session)
        held[label] = (*held.get(label, ()), edition)
    if not held:
        raise reader.missing(series)
    lowest, highest = (
        None if text is None else session_sort_key(series.body, resolve_session(series.body, text).label)
        for text in (first, last)
    )
    within = {
        label: editions
        for label, editions in held.items()
        if (lowest is None or session_sort_key(series.body, label) >= lowest)
        and (highest is None or session_sort_key(series.body, label) <= highest)
    }
    if not within:
        ends = list(held)
        raise NotInArchive(
            f"no statement of {series} from {first or 'the first'} to {last or 'the last'};"
            f" the archive holds sessions {ends[0]} to {ends[-1]}"
        )
    return within


def read_year(body: str, label: str, delivered: Iterable[str | None]) -> int | None:
    """Return the year of a session: that of its statements, else the one its label gives."""
    dates = sorted(date for date in delivered if date)
    if dates and dates[0][:4].isdecimal():
        return int(dates[0][:4])
    session = read_session(body, label)
    return session.year if session else None


def session_kind(body: str, label: str) -> str:
    """Return the kind of a session; a label that no rule reads has none."""
    session = read_session(body, label)
    return session.kind if session else ""


Through = Literal["auto", "sessions", "snapshots"]


def blame_statement(archive: ArchiveSession, text: str, through: Through = "auto") -> Attribution:
    """Attribute each segment of a statement to the session, or the snapshot, that first said it.

    Sessions are the earlier ones of the same kind; of each, the statements in the same language (and on
    the same item, where the reference names one) are read. Snapshots are those of the same edition up to
    the one named. ``auto`` takes snapshots where there is an earlier one. Raises as ``Reader.side`` does.
    """
    reference = parse_reference(text)
    if reference.session is None:
        raise ReferenceInvalid(f"{text} is a series; name a session, as in {text}/SESSION")
    side = archive.reader.side(reference)
    revised = side.snapshot is not None and side.snapshot > 1
    by_snapshots = through == "snapshots" or (through == "auto" and revised)
    find_earlier = _earlier_snapshots if by_snapshots else _earlier_statements
    sides = (*find_earlier(archive.reader, reference, side), side)
    aligner = partial(derive_links, encoder=None, derived=archive.derived)
    origins = find_origins([each.version for each in sides], revised=by_snapshots, aligner=aligner)
    return Attribution("snapshots" if by_snapshots else "sessions", sides, REACH, origins)


def _earlier_snapshots(reader: Reader, reference: Reference, side: Side) -> tuple[Side, ...]:
    entries = reader.statements(reference.country, reference.body, reference.session)
    fitting = preferred_editions(entries, reference)
    edition = next(each for each in fitting if reference.item in {None, each.item})
    return tuple(
        replace(each, name=f"{each.name}@{each.snapshot}")
        for each in (reader.side(entry.reference) for entry in reader.log(edition))
        if (each.snapshot or 0) < (side.snapshot or 0)
    )


def _earlier_statements(reader: Reader, reference: Reference, side: Side) -> tuple[Side, ...]:
    wanted = replace(reference, kind=None, language=side.version.language)
    sessions = set(earlier_sessions(reader, reference))
    editions = preferred_editions(reader.statements(reference.country, reference.body), wanted)
    return tuple(
        reader.side(edition)
        for edition in editions
        if edition.session in sessions and reference.item in {None, edition.item}
    )
