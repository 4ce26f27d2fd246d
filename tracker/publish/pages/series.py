"""A series: one country at one body, its map of priorities, and what became of topics session by session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.errors import NotInArchive
from tracker.follow.timeline import follow_topics
from tracker.model.topics import STATUSES
from tracker.publish.frame import cite_page, render
from tracker.publish.moves import keep_moves
from tracker.publish.routes import NotThere, address
from tracker.references import session_sort_key
from tracker.report.comparison.words import percent
from tracker.report.layout import counted
from tracker.report.series.parts import mark_level
from tracker.report.series.timeline import select_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.series import Standing, Timeline, TimelineSession
    from tracker.model.topics import Status, Topic
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.report.series.parts import TopicRow


@dataclass(frozen=True, slots=True)
class Cell:
    """What a session does with a topic: a mark, and the share of the words in per cent."""

    mark: str
    """"" where it is absent."""
    shade: str = ""
    share: str = ""
    """Without the sign; "" where it is absent."""


@dataclass(frozen=True, slots=True)
class MapRow:
    """A topic through the sessions."""

    topic: Topic
    priorities: int
    """At how many sessions it is a priority."""
    since: str
    """The label of the first of these."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Became:
    """What became of topics at a session: by status the topics, those that are claimed first."""

    session: TimelineSession
    moves: tuple[tuple[Status, tuple[Topic, ...], tuple[Topic, ...]], ...]
    """The status, the topics of which it is claimed, and those of which it is likely."""


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """What the page of a series shows."""

    country: str
    body: str
    sessions: tuple[TimelineSession, ...]
    """In order, kind by kind: those at which it spoke, and those of their kinds between."""
    rows: tuple[MapRow, ...]
    became: tuple[Became, ...]
    """The latest session first."""
    unmeasured: str | None
    statements: int

    @property
    def marks(self) -> frozenset[str]:
        """The marks that are in the map."""
        return frozenset(cell.mark for row in self.rows for cell in row.cells)


_TOLD: Final = tuple(
    sorted(
        (status for status, entry in STATUSES.items() if entry.family != "kept"),
        key=lambda status: -STATUSES[status].worth * STATUSES[status].gains,
    )
)
"""The statuses that are told of a session; *more*, *less* and *kept* are in the map and the comparison."""


def _build_series(timeline: Timeline) -> SeriesPage:
    """Return the page of a timeline."""
    country, body = timeline.series.split("/")
    sessions = timeline.sessions
    rows = tuple(_map_row(row, sessions) for row in select_rows(timeline))
    topics = {topic.id: topic for topic in timeline.vocabulary.topics}
    became = [
        Became(session, tuple(_list_moves(session, topics)))
        for session in sorted(
            (each for each in sessions if each.before),
            key=lambda each: session_sort_key(body, each.label),
            reverse=True,
        )
    ]
    return SeriesPage(
        country,
        body,
        sessions,
        rows,
        tuple(became),
        timeline.unmeasured,
        sum(len(session.statements) for session in sessions),
    )


def _map_row(row: TopicRow, sessions: tuple[TimelineSession, ...]) -> MapRow:
    first = next((each.label for each in sessions if each.label in row.priorities), "")
    return MapRow(
        row.topic,
        len(row.priorities),
        first,
        tuple(_fill(row.cells.get(each.label), each) for each in sessions),
    )


def _fill(standing: Standing | None, session: TimelineSession) -> Cell:
    if session.state != "read":
        return Cell("–")
    if standing is None or standing.level is None:
        return Cell("")
    span = mark_level(standing)
    share = percent(standing.share).removesuffix("%")
    return Cell(span.text, span.style, share)


def _list_moves(
    session: TimelineSession, topics: dict[str, Topic]
) -> Iterator[tuple[Status, tuple[Topic, ...], tuple[Topic, ...]]]:
    for status in _TOLD:
        sure = tuple(topics[each.topic] for each in session.standings if each.status == status)
        likely = tuple(topics[each.topic] for each in session.standings if each.likely == status)
        if sure or likely:
            yield status, sure, likely


def _name(parameters: Parameters) -> str:
    return f"{parameters['country']}/{parameters['body']}"


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells the statements of the series, all decisions on them and all answers from others."""
    country, body = parameters["country"], parameters["body"]
    states = [[*place, state] for place, state in shelf.states(body).items() if place[0] == country]
    if not states:
        raise NotThere(f"The archive has no open statement of {_name(parameters)}.")
    withdrawn = [str(each.reference) for each in shelf.reader.withdrawn(country, body)]
    known = sorted({str(each.reference.session) for each in shelf.reader.statements(body=body)})
    decided = shelf.reader.rulings(), shelf.reader.coded()
    return [sorted(states), withdrawn, known, decided, shelf.vocabulary.digest]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a series. Raises ``NotThere`` where it has no statement."""
    try:
        timeline = follow_topics(shelf.archive, _name(parameters), shelf.vocabulary)
    except NotInArchive as error:
        raise NotThere(f"The archive has no open statement of {_name(parameters)}.") from error
    keep_moves(shelf, timeline)
    page = _build_series(timeline)
    citation = cite_page(shelf, f"{_name(parameters)}, {counted(page.statements, 'statement')}")
    return render("series", address("series", **parameters), page=page, citation=citation)
