"""Topics by sessions: what moved most, a map of levels, of one topic each session; in every form."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tracker.comparing.topics.mentions import find_own_situations
from tracker.model import series
from tracker.model.series_rows import TimelineRecord
from tracker.references import own_names, parse_reference
from tracker.report.comparison.provenance import name_body, name_country
from tracker.report.comparison.words import ARROW, OWN_SITUATION, likely_words, percent
from tracker.report.document import Column, Document, Section, Span, Tick
from tracker.report.layout import counted
from tracker.report.records import encode_json, write_records
from tracker.report.safe import one_line
from tracker.report.series.parts import (
    NO_STATEMENT,
    NO_TEXT,
    WITHDRAWN,
    close_report,
    count_halves,
    count_topic,
    halve,
    list_decision,
    list_standing,
    list_status,
    make_rows,
    mark_level,
    name_rows,
    name_vocabulary,
    show_decided,
    show_map,
    show_moves,
    show_standing,
    warn_approximate,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.series import SessionState, Standing, Timeline, TimelineSession
    from tracker.report.records import RecordForm
    from tracker.report.series.parts import TopicRow

_UNREAD: Final[dict[SessionState, str]] = {
    "no statement": NO_STATEMENT,
    "withdrawn": WITHDRAWN,
    "no text": NO_TEXT,
}
_FEWEST: Final = 4
"""Sessions from which their earlier half is held against the later one."""
_LEAST_MOVE: Final = 0.005
"""Of the words, on average: a smaller change is no move."""


def select_rows(
    timeline: Timeline, topics: Collection[str] = (), *, everything: bool = False
) -> tuple[TopicRow, ...]:
    """Return the topics that are a priority at some session, as ``make_rows`` does."""
    standings = {session.label: session.standings for session in timeline.sessions}
    return make_rows(standings, timeline.vocabulary, topics, everything=everything)


def build_timeline(
    timeline: Timeline, rows: Sequence[TopicRow], *, everything: bool = False, quotes: bool = False
) -> Document:
    """Return the report of a series: the largest moves, the map of topics by sessions, what people decided.

    With ``quotes`` the map is followed by each topic's sessions with their words, and shown whole.
    """
    read = [session for session in timeline.sessions if session.state == "read"]
    if all(session.year for session in read):
        read.sort(key=lambda session: session.year or 0)
    sections = [] if quotes else [*_show_moves(read, rows, everything=everything)]
    kinds = len({session.kind for session in timeline.sessions})
    for kind, sessions in groupby(timeline.sessions, key=lambda session: session.kind):
        title = f"priorities by session, {kind}" if kinds > 1 and kind else "priorities by session"
        sections += [_show_sessions(title, tuple(sessions), rows)] if rows else []
    sections += (
        [_show_topic(row, read, timeline) for row in rows if row.cells] if quotes else show_decided(rows)
    )
    total = counted(len(read), "session")
    verdict = (
        " ".join(_tell_topic(row, read) for row in rows) if quotes else name_rows(rows, len(read), total)
    )
    span = " to ".join(dict.fromkeys(_name(each) for each in (read[0], read[-1]))) if read else "none"
    last = next((session for session in reversed(read) if session.before), None)
    labels = [str(last.before), last.label] if last else []
    pair = [f"two sessions: tracker diff {timeline.series} {shlex.join(labels)}"] if last else []
    country, body = timeline.series.partition("~")[0].split("/")
    return Document(
        title=f"{name_country(country)} at the {name_body(body)}, {span}",
        sides=(),
        cautions=(*warn_approximate(timeline.unmeasured), *_tell_own(rows, timeline, country, quotes=quotes)),
        verdict=verdict,
        sections=tuple(sections),
        closing=tuple(
            close_report(
                [*pair, "all figures: --format csv"],
                f"{timeline.series} {span}, {total}",
                timeline.vocabulary,
                topics=[row.topic.id for row in rows],
                whole=everything or quotes,
                sure=timeline.sure,
            )
        ),
        whole=everything or quotes,
    )


def _name(session: TimelineSession) -> str:
    return f"{one_line(session.label)} ({session.year})" if session.year else one_line(session.label)


def _show_moves(
    read: Sequence[TimelineSession], rows: Sequence[TopicRow], *, everything: bool
) -> Iterator[Section]:
    """Yield the topics whose share of the words differs most between the earlier and the later sessions."""
    kinds = Counter(session.kind for session in read)
    same = [session for session in read if session.kind == max(kinds, key=lambda kind: kinds[kind])]
    if len(same) < _FEWEST:
        return
    halves = halve(same)
    moved = []
    for row in rows:
        old, new = (sum(_share(row, each) for each in half) / len(half) for half in halves)
        if everything or abs(new - old) >= _LEAST_MOVE:
            counts = [sum(each.label in row.priorities for each in half) for half in halves]
            shares = f" {ARROW} ".join(percent(share).removesuffix("%") for share in (old, new))
            figures = (shares, count_halves(counts, [len(half) for half in halves]))
            moved.append(((old, new), row.label, figures))
    labels = [[session.label for session in half] for half in halves]
    yield from show_moves(labels, moved, ("% of words, mean", "a priority at"), whole=everything)


def _share(row: TopicRow, session: TimelineSession) -> float:
    cell = row.cells.get(session.label)
    return cell.share if cell else 0.0


def _show_sessions(title: str, sessions: Sequence[TimelineSession], rows: Sequence[TopicRow]) -> Section:
    ticks = [Tick(one_line(each.label), str(each.year or "")) for each in sessions]
    shown = (
        (
            row.label,
            (str(len(row.priorities)),),
            [_mark(row, session) for session in sessions],
            tuple(_share(row, session) if session.state == "read" else None for session in sessions),
        )
        for row in rows
    )
    return show_map(title, shown, ticks, heads=("a priority at",), sparse=True)


def _mark(row: TopicRow, session: TimelineSession) -> Span:
    if session.state != "read":
        return Span(_UNREAD[session.state], "dim")
    return mark_level(row.cells.get(session.label))


def _tell_own(rows: Sequence[TopicRow], timeline: Timeline, country: str, *, quotes: bool) -> Iterator[str]:
    own = find_own_situations(timeline.vocabulary, own_names(country)) if quotes else ()
    yield from (f"{row.label}, {OWN_SITUATION}." for row in rows if row.topic.id in own)


def _tell_topic(row: TopicRow, read: Sequence[TimelineSession]) -> str:
    first = [session for session in read if session.label in row.priorities]
    said = sum(cell.level is not None for cell in row.cells.values())
    total = counted(len(read), "session")
    if not first:
        return f"{row.label}: a priority at none of {total}, named at {said or 'none'}."
    counts = f"{row.label}: a priority at {len(first)} of {total}, {row.sure} of them sure"
    return f"{counts}, the first of these {_name(first[0])}, the last {_name(first[-1])}; named at {said}."


def _show_topic(row: TopicRow, read: Sequence[TimelineSession], timeline: Timeline) -> Section:
    """Return one topic's sessions, each with its level, share, status and the words that show it."""
    entries = []
    for session in read:
        if cell := row.cells.get(session.label):
            figures = str(cell.sentences), _tell_status(cell)
            language = str(parse_reference(session.statements[0]).language)
            place = _name(session)
            entries.append(show_standing(place, row.topic, cell, figures, timeline.vocabulary, language))
    columns = (Column("% of words"), Column("sentences"), Column("", right=False, unit="status"))
    return Section(row.label, tuple(entries), columns=columns)


def _tell_status(cell: Standing) -> str:
    """Return a status in words; one that is not claimed is likely, with its certainty."""
    if cell.status or cell.likely is None:
        return cell.status or ""
    return likely_words(cell.likely, cell.certainty)


def timeline_json(timeline: Timeline, rows: Sequence[TopicRow]) -> str:
    """Return a timeline as JSON that ``timeline.schema.json`` describes; topics in the order of the rows."""
    known = {row.topic.id for row in rows}
    sessions = (
        replace(each, standings=tuple(cell for cell in each.standings if cell.topic in known))
        for each in timeline.sessions
    )
    return encode_json(
        series.TimelineTable(
            series=timeline.series,
            vocabulary=name_vocabulary(timeline.vocabulary),
            topics=tuple(count_topic(row) for row in rows),
            unmeasured=timeline.unmeasured,
            sure=timeline.sure,
            sessions=tuple(sessions),
        )
    )


def timeline_table(timeline: Timeline, rows: Sequence[TopicRow], form: RecordForm) -> str | bytes:
    """Return what ``list_timeline`` yields as a table."""
    return write_records(TimelineRecord, list_timeline(timeline, rows), form)


def list_timeline(timeline: Timeline, rows: Sequence[TopicRow]) -> Iterator[TimelineRecord]:
    """Yield one row for each topic and session, by topic; ``absent`` where it was read and is not there.

    Sessions that were not read have their ``state`` and nothing else.
    """
    for row in rows:
        for session in timeline.sessions:
            record = partial(
                TimelineRecord,
                series=timeline.series,
                session=session.label,
                kind=session.kind,
                year=session.year,
                state=session.state,
                topic=row.topic.id,
                label=row.topic.label,
            )
            if session.state != "read":
                yield record()
                continue
            cell = row.cells.get(session.label)
            yield record(
                **list_standing(cell),
                **list_status(cell),
                before=session.before,
                **list_decision(cell.decided if cell else None),
            )
