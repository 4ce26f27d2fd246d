"""``tracker trace`` and ``tracker blame``: where sentences and phrases were said, and since when."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from tracker.diff.derive import derive_links
from tracker.diff.sides import earlier_sessions
from tracker.errors import ReferenceInvalid, TrackerError
from tracker.follow.groups import choose_countries, narrow_editions
from tracker.follow.series import EVER, Within, list_editions, preferred_editions, session_kind
from tracker.follow.tracing.origins import REACH, find_origins
from tracker.follow.tracing.search import (
    count_near,
    find_beginnings,
    find_words,
    make_spread,
    number_wordings,
    read_query,
    trace,
)
from tracker.model.tracing import Attribution, Biography, SpreadStatement, TracedStatement
from tracker.references import parse_reference, read_year
from tracker.references.names import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.archive import ArchiveSession
    from tracker.follow.tracing.matching import Near
    from tracker.follow.tracing.search import TraceQuery
    from tracker.model.texts import Reference, Segment, Side
    from tracker.model.topics import Vocabulary
    from tracker.model.tracing import Spread
    from tracker.record.reading.reader import Reader

LONGEST = 300
"""Words that are traced, more than any sentence has: each may be read beside each word of a statement."""
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
    within: Within = EVER,
) -> Biography:
    """Trace sentences and phrases through a series, within bounds.

    Of each statement the preferred edition is read, of the kind and language that the series may name
    (``GBR/UNGA~fr``). Raises ``ReferenceInvalid`` for no session, ``NotInArchive`` for no statements.
    """
    held = list_editions(archive.reader, series, within)
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
        number_wordings(statements),
        tuple(phrase.text for phrase in asked.phrases),
        asked.topics,
        count_near((words, side.name) for side, some in zip(sides, near, strict=True) for words in some),
    )


def trace_body(
    archive: ArchiveSession,
    place: Reference,
    asked: TraceQuery,
    within: Within = EVER,
    countries: str | None = None,
) -> Spread:
    """Trace sentences and phrases, by their words, through what all countries said at a body, or some.

    A group's members are those at the date of each session. Of each statement the preferred edition counts.
    Only segments that the full-text index finds for the words are read. Raises as ``trace_series`` does.
    """
    held = list_editions(archive.reader, place, within)
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
