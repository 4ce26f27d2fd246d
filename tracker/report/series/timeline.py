"""Topics by sessions: a heat map for the terminal, in blocks where there are more sessions than columns."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from tracker.report.comparison.topic_words import SHARE_UNSURE, STATUSES, certainty_mark
from tracker.report.comparison.words import MORE, percent, quoted
from tracker.report.document import Span
from tracker.report.layout import DIGEST, Line, columns, counted, draw, line, shorten, spread, wrap
from tracker.report.safe import one_line
from tracker.report.series.rows import TopicRow, list_decided, make_rows
from tracker.topics.statuses.decided import ABSENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.series import SessionState, Standing, Timeline, TimelineSession
    from tracker.model.topics import Level
    from tracker.report.document import Style

MARKS: Final[dict[Level, str]] = {"declared": "D", "substantive": "S", "acknowledged": "+", "mentioned": "."}
NO_STATEMENT: Final = "-"
NO_TEXT: Final = "?"
WITHDRAWN: Final = "x"

_UNREAD: Final[dict[SessionState, str]] = {
    "no statement": NO_STATEMENT,
    "withdrawn": WITHDRAWN,
    "no text": NO_TEXT,
}

ROWS: Final = 30
"""How many topics are shown where not everything is asked for."""

SHADES: Final[tuple[tuple[float, Style], ...]] = (
    (0.10, "shade4"),
    (0.05, "shade3"),
    (0.02, "shade2"),
    (0.0, "shade1"),
)
"""The share of a statement's words from which a cell has a shade."""

_PRIORITY_AT: Final = "priority at"
_COUNT: Final = " 999 "
"""The room for the number of sessions at which a topic is a priority."""

_CELLS: Final = (3, 2, 1)
_LABEL, _NARROWEST_LABEL = 32, 20
_STEPS: Final = (1, 2, 5, 10, 20, 50)


def select_rows(
    timeline: Timeline, topics: Collection[str] = (), *, everything: bool = False
) -> tuple[TopicRow, ...]:
    """Return the topics that are a priority at some session, as ``make_rows`` does."""
    standings = {session.label: session.standings for session in timeline.sessions}
    return make_rows(standings, timeline.vocabulary, topics, everything=everything)


def render_timeline(
    timeline: Timeline,
    rows: Sequence[TopicRow],
    *,
    width: int = 80,
    color: bool = False,
    everything: bool = False,
    quotes: bool = False,
) -> str:
    """Return the map of topics by sessions, with a legend; with ``quotes``, then each topic's sessions.

    A mark shows the level and, with ``color``, a shade the share; 30 topics unless ``everything``.
    """
    shown = rows if everything or quotes else rows[:ROWS]
    lines = [*_head(timeline, width)]
    if not rows:
        lines += [line(), line("No topic is a priority at any of these sessions.")]
    for kind, sessions in groupby(timeline.sessions, key=lambda session: session.kind):
        lines += [*_map(kind, tuple(sessions), shown, timeline, width)] if shown else []
    lines += [line(), *wrap([Span(_legend(timeline, color=color), "dim")], width)]
    if left := sum(bool(row.priorities) for row in rows[len(shown) :]):
        lines += wrap(f"{left} more topics are a priority somewhere: {MORE}", width)
    if quotes and timeline.unmeasured:
        words = f"Statuses with ~ are approximate, and not claimed: {timeline.unmeasured}"
        lines += wrap([Span(words, "warning")], width)
    for row in shown if quotes else ():
        lines += [line(), *_describe(row, timeline, width)]
    lines += list_decided(rows, width, everything=everything or quotes)
    return draw(lines, color=color)


def _head(timeline: Timeline, width: int) -> Iterator[Line]:
    read = [session for session in timeline.sessions if session.state == "read"]
    ends = f"{_name(read[0])} to {_name(read[-1])}" if read else "none"
    name = f"{one_line(timeline.vocabulary.name)} {timeline.vocabulary.digest[:DIGEST]}"
    text = f"{timeline.series} · {counted(len(read), 'session')}: {ends} · topics {name}"
    yield from wrap([Span(text, "bold")], width)


def _name(session: TimelineSession) -> str:
    return f"{one_line(session.label)} ({session.year})" if session.year else one_line(session.label)


def _map(
    kind: str, sessions: Sequence[TimelineSession], rows: Sequence[TopicRow], timeline: Timeline, width: int
) -> Iterator[Line]:
    labels = [one_line(row.topic.label) for row in rows]
    label, cell, most = _plan(len(sessions), max(map(columns, labels)), width)
    several = len({session.kind for session in timeline.sessions}) > 1
    for start in range(0, len(sessions), most):
        block = sessions[start : start + most]
        yield line()
        if several and kind:
            yield line(f"{kind} sessions", "bold")
        yield from _ticks(block, label, cell, width)
        for row, name in zip(rows, labels, strict=True):
            yield _row(row, name, block, label, cell)


def _plan(sessions: int, longest: int, width: int) -> tuple[int, int, int]:
    """Return the width of labels, that of a cell, and how many sessions stand in a block."""
    for wanted in (min(longest, _LABEL), min(longest, _NARROWEST_LABEL)):
        room = width - wanted - len(_COUNT)
        for cell in _CELLS:
            if sessions * cell <= room:
                return wanted, cell, sessions
    blocks = -(-sessions // room)
    return wanted, 1, -(-sessions // blocks)


def _ticks(sessions: Sequence[TimelineSession], label: int, cell: int, width: int) -> Iterator[Line]:
    """Yield a line of sessions and one of years, at every fifth, say, where there is no room for all."""
    names = [one_line(session.label) for session in sessions]
    years = [str(session.year or "") for session in sessions]
    longest = max(columns(name) for name in (*names, *years)) + 1
    step = next((step for step in _STEPS if step * cell >= longest), _STEPS[-1])
    places = [at for at, name in enumerate(names) if (int(name) if name.isdecimal() else at) % step == 0]
    start = label + len(_COUNT)
    for lead, texts in (("", names), (f"{_PRIORITY_AT:>{start - 1}}", years)):
        text = lead
        for at in places:
            if start + at * cell + columns(texts[at]) <= width:
                text = f"{text:<{start + at * cell}}{texts[at]}"
        yield line(text, "dim")


def _row(row: TopicRow, name: str, sessions: Sequence[TimelineSession], label: int, cell: int) -> Line:
    name = shorten(name, label)
    spans = [Span(f"{name}{' ' * (label - columns(name))} {len(row.priorities):>3} ")]
    for session in sessions:
        mark, style = _mark(row, session)
        spans += [Span(mark + " " * (cell - 2), style), Span(" " * min(cell - 1, 1))]
    return tuple(spans)


def _mark(row: TopicRow, session: TimelineSession) -> tuple[str, Style]:
    if session.state != "read":
        return _UNREAD[session.state], "dim"
    return mark_standing(row.cells.get(session.label))


def mark_standing(standing: Standing | None) -> tuple[str, Style]:
    """Return the mark of a level and the shade of a share; a blank for what is absent."""
    if standing is None or standing.level is None:
        return " ", "plain"
    return MARKS[standing.level], next(style for least, style in SHADES if standing.share >= least)


def _legend(timeline: Timeline, *, color: bool) -> str:
    states = {session.state for session in timeline.sessions}
    parts = [f"{mark} {level}" for level, mark in MARKS.items()]
    parts += [f"{mark} {state}" for state, mark in _UNREAD.items() if state in states]
    parts += ["shade: share"] if color else []
    return " · ".join(parts)


def _describe(row: TopicRow, timeline: Timeline, width: int) -> Iterator[Line]:
    """Yield one topic's sessions, each with counts, share, status and one quote."""
    read = [session for session in timeline.sessions if session.state == "read"]
    yield spread(
        one_line(row.topic.label), f"a priority at {len(row.priorities)} of {len(read)}", width, "bold"
    )
    label = max((columns(one_line(session.label)) for session in read), default=0)
    longest = max([8, *(len(_status(cell)) for cell in row.cells.values() if cell.level)])
    for session in read:
        cell = row.cells.get(session.label)
        if cell is None:
            continue
        name = one_line(session.label)
        lead = f"  {' ' * (label - columns(name))}{name}  {session.year or '':<4}  "
        if cell.level is None:
            yield line(f"{lead}{_status(cell) or ABSENT}", "dim")
            continue
        facts = f"{MARKS[cell.level]} {percent(cell.share):>5}  {_status(cell):<{longest}}  "
        room = width - columns(lead + facts) - 2
        yield (Span(lead, "bold"), Span(facts), Span(quoted(shorten(one_line(cell.quote), room))))


def _status(cell: Standing) -> str:
    """Return a status in words; one that is not claimed is questioned, with its certainty."""
    if cell.status:
        return STATUSES[cell.status]
    if cell.possible is None:
        return ""
    if cell.share_unsure:
        return SHARE_UNSURE
    return f"{STATUSES[cell.possible]}? {certainty_mark(cell)}".rstrip()
