"""``tracker trace``: a series' statements, each asked whether and how it says a sentence or a phrase."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from tracker.archive.derived.store import open_derived
from tracker.archive.reading.reader import open_reader
from tracker.errors import NotInArchive, ReferenceInvalid, TrackerError
from tracker.model.tracing import Attribution, Biography, Chapter
from tracker.references import find_body, parse_reference, resolve_session, session_sort_key
from tracker.tracing.biography import read_query, tell, trace
from tracker.tracing.origins import REACH, find_origins
from tracker.workflows.compare.derive import derive_links
from tracker.workflows.compare.sides import earlier_sessions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.archive.reading.reader import Reader
    from tracker.model.record import StatementEntry
    from tracker.model.texts import Reference, Side

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
    asked = read_query(text)
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


Through = Literal["auto", "sessions", "snapshots"]


def blame_statement(archive: Path, text: str, through: Through = "auto") -> Attribution:
    """Attribute each segment of a statement to the session, or the snapshot, that first said it.

    Sessions are the earlier ones of the same kind; of each, the statements in the same language (and on
    the same item, where the reference names one) are read. Snapshots are those of the same edition up to
    the one named. ``auto`` takes snapshots where there is an earlier one. Raises as ``Reader.side`` does.
    """
    reference = parse_reference(text)
    if reference.session is None:
        raise ReferenceInvalid(f"{text} is a series; name a session, as in {text}/SESSION")
    with open_reader(archive) as reader:
        side = reader.side(reference)
        revised = side.snapshot is not None and side.snapshot > 1
        by_snapshots = through == "snapshots" or (through == "auto" and revised)
        earlier = (
            _earlier_snapshots(reader, reference, side)
            if by_snapshots
            else _earlier_statements(reader, reference, side)
        )
    sides = (*earlier, side)
    with open_derived(archive) as derived:
        aligner = partial(derive_links, encoder=None, derived=derived)
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
