"""``tracker trace`` and ``tracker blame``: where sentences and phrases were said, and since when."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from tracker.errors import NotInArchive, ReferenceInvalid, TrackerError
from tracker.follow.members import choose_countries, narrow_editions
from tracker.follow.tracing.biography import tell, trace
from tracker.follow.tracing.origins import REACH, find_origins
from tracker.follow.tracing.search import count_near, find_beginnings, find_words, read_query
from tracker.follow.tracing.summaries import make_spread
from tracker.model.spread import SpreadStatement
from tracker.model.tracing import Attribution, Biography, TracedStatement
from tracker.references import parse_reference, read_session, resolve_session, session_sort_key
from tracker.references.bodies import match_bodies
from tracker.references.names import show
from tracker.workflows.compare.derive import derive_links
from tracker.workflows.compare.sides import earlier_sessions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.archive.reading.reader import Reader
    from tracker.archive.session import ArchiveSession
    from tracker.follow.tracing.near import Near
    from tracker.follow.tracing.search import TraceQuery
    from tracker.model.record import StatementEntry
    from tracker.model.spread import Spread
    from tracker.model.texts import Reference, Segment, Side
    from tracker.model.topics import Vocabulary

LONGEST = 300
"""Words that are traced, more than any sentence has: each may be read beside each word of a statement."""
ANYBODY = "XZZ"
"""A user-assigned code, put before a body alone so that the rest is read as that of any series."""
_STRAY = re.compile(r"\*\w")
_TOO_OPEN = re.compile(r"(?<!\w)[^\W\u2e80-\U0003fffd]{1,2}\*")


def read_asked(
    texts: Sequence[str], topics: tuple[str, ...] = (), vocabulary: Vocabulary | None = None
) -> TraceQuery:
    """Return what is traced: phrases or one sentence, and the terms of topics of a vocabulary.

    Raises ``TrackerError`` where there is nothing or no topic has terms, for a text without a word or with
    too many, and for an asterisk that is not the open ending of a word.
    """
    known = {topic.id: topic for topic in vocabulary.topics} if vocabulary else {}
    termed = tuple(topic for topic in topics if any(known[topic].terms.values()))
    if topics and not termed:
        raise TrackerError(f"{topics[0]}: neither it nor a topic below it has terms to trace")
    asked = read_query(*texts, topics=termed, vocabulary=vocabulary)
    if not (asked.phrases or topics) or not all(phrase.parts for phrase in asked.phrases):
        raise TrackerError("nothing to trace; give a phrase or a sentence in quotation marks, or --topic")
    for phrase in asked.phrases:
        if len(phrase.parts) > LONGEST:
            raise TrackerError(
                f"{len(phrase.parts)} words to trace; give one sentence or phrase, of at most {LONGEST}"
            )
        if _STRAY.search(phrase.text) or _TOO_OPEN.search(phrase.text):
            raise TrackerError(
                f"{show(phrase.text)}: an asterisk stands for the ending of a word, behind three letters or"
                " more, as in 'climat*'"
            )
    return asked


def trace_series(
    archive: ArchiveSession,
    series: Reference,
    asked: TraceQuery,
    first: str | None = None,
    last: str | None = None,
) -> Biography:
    """Trace sentences and phrases through a series, from one session to another, both included.

    Of each statement the preferred edition is read, of the kind and language that the series may name
    (``GBR/UNGA~fr``). Raises ``ReferenceInvalid`` for no session, ``NotInArchive`` for no statements.
    """
    held = list_editions(archive.reader, series, first, last)
    sides = [archive.reader.side(edition) for editions in held.values() for edition in editions]
    found, near = trace(asked, [side.version for side in sides])
    statements = [
        TracedStatement(side, session_kind(side.body or "", side.session or ""), occurrences)
        for side, occurrences in zip(sides, found, strict=True)
    ]
    return Biography(
        str(series),
        asked.text,
        asked.unit,
        tell(statements),
        tuple(phrase.text for phrase in asked.phrases),
        asked.topics,
        count_near((words, side.name) for side, some in zip(sides, near, strict=True) for words in some),
    )


def trace_body(
    archive: ArchiveSession,
    place: Reference,
    asked: TraceQuery,
    first: str | None = None,
    last: str | None = None,
    countries: str | None = None,
) -> Spread:
    """Trace sentences and phrases, by their words, through what all countries said at a body, or some.

    A group's members are those at the date of each session. Of each statement the preferred edition counts.
    Only segments that the full-text index finds for the words are read. Raises as ``trace_series`` does.
    """
    held = list_editions(archive.reader, place, first, last)
    dates = {entry.reference: entry.delivered for entry in archive.reader.statements(body=place.body)}
    if countries:
        held = narrow_editions(held, choose_countries(archive, countries), place.body, dates)
    wanted = {edition: label for label, editions in held.items() for edition in editions}
    found: dict[Reference, list[Segment]] = {}
    for language in sorted({str(edition.language) for edition in wanted}):
        beginnings = find_beginnings(asked, language)
        for edition, segment in archive.reader.segments(place.body, language, beginnings):
            if edition in wanted:
                found.setdefault(edition, []).append(segment)
    statements: list[SpreadStatement] = []
    near: list[tuple[Near, str]] = []
    for edition, label in wanted.items():
        said, close = find_words(asked, found.get(edition, ()), str(edition.language))
        name, year = str(edition), read_year(place.body, label, [dates[edition]])
        statements.append(SpreadStatement(name, edition.country, label, year, str(edition.language), said))
        near += ((words, name) for words in close)
    return make_spread(asked, place.body, statements, count_near(near), countries)


def parse_place(text: str) -> Reference:
    """Return the series, or the body, without a country, that a text names; raises as ``parse_series``."""
    if match_bodies(re.split("[~@]", text)[0].strip()):
        return replace(parse_series(f"{ANYBODY}/{text}"), country="")
    return parse_series(text)


def preferred_editions(entries: Iterable[StatementEntry], wanted: Reference) -> tuple[Reference, ...]:
    """Return one edition of each statement, the first of the wanted kind and language, in order."""
    chosen: dict[tuple[str | None, ...], Reference] = {}
    for entry in entries:
        reference = entry.reference
        if wanted.kind in {None, reference.kind} and wanted.language in {None, reference.language}:
            chosen.setdefault((reference.country, reference.session, reference.item), reference)
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
    """Return the preferred editions of a series, or of a body, by session, in order, within bounds."""
    held: dict[str, tuple[Reference, ...]] = {}
    for edition in preferred_editions(reader.statements(series.country, series.body), series):
        label = str(edition.session)
        held[label] = (*held.get(label, ()), edition)
    if not held:
        raise reader.missing(series)
    low, high = (
        None if text is None else session_sort_key(series.body, resolve_session(series.body, text).label)
        for text in (first, last)
    )
    if low and high and low > high:
        raise ReferenceInvalid(f"--from {first} comes after --to {last}; change them round")
    keys = {label: session_sort_key(series.body, label) for label in held}
    ends = sorted(held, key=keys.__getitem__)
    within = [
        label for label in ends if (not low or keys[label] >= low) and (not high or keys[label] <= high)
    ]
    if not within:
        raise NotInArchive(
            f"no statement of {series} from {first or 'the first'} to {last or 'the last'};"
            f" the archive holds sessions {ends[0]} to {ends[-1]}"
        )
    return {label: held[label] for label in within}


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
