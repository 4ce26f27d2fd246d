"""Panels of countries by sessions: a text of counts, CSV and JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tracker.model.panels import PanelTable
from tracker.model.series import CountedTopic
from tracker.model.topics import VocabularyName
from tracker.references import country_name
from tracker.report.comparison.words import MORE
from tracker.report.document import Span
from tracker.report.json_text import encode_published
from tracker.report.layout import DIGEST, Line, counted, draw, line, shorten, wrap
from tracker.report.safe import one_line
from tracker.report.tables import lay_table, write_csv
from tracker.topics.levels.assess import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.panels import Panel, PanelCell, PanelEntry
    from tracker.model.topics import Topic

COLUMNS: Final = (
    "body", "country", "name", "session", "year", "state", "topic", "label", "level", "sentences", "share",
    "status", "possible", "certainty", "measured", "share_unsure", "before", "statement",
)  # fmt: skip

TOPICS: Final = 20
"""How many topics are shown where not everything is asked for."""

TAKEN_UP: Final = ("new", "returned")
DROPPED: Final = ("dropped",)

_LABEL, _NARROWEST = 34, 20
_MOVED_ROOM: Final = 14
"""Columns behind the sessions of a panel."""


def order_topics(panel: Panel, topics: Sequence[str] = ()) -> tuple[tuple[Topic, int], ...]:
    """Return the topics that some statement has, or that are asked for, with how many put each first."""
    cells = [cell for entry in panel.entries for cell in entry.cells]
    first = Counter(cell.topic for cell in cells if cell.level in PRIORITIES)
    known = set(topics) or {cell.topic for cell in cells}
    found = [(topic, first[topic.id]) for topic in panel.vocabulary.topics if topic.id in known]
    return tuple(sorted(found, key=lambda row: (-row[1], row[0].label)))


def panel_csv(panel: Panel, topics: Sequence[str] = ()) -> str:
    """Return one row for each country, session and topic; ``absent`` where it was read and is not there.

    ``status`` is what is claimed to have become of the topic since the session in ``before``, ``possible``
    what may have, with the certainty of either. A statement that was not read has one row,
    with its ``state`` and no topic. Shares are from 0 to 1.
    """
    shown = [topic for topic, _ in order_topics(panel, topics)]
    return write_csv(COLUMNS, (row for entry in panel.entries for row in _rows(panel, entry, shown)))


def _rows(panel: Panel, entry: PanelEntry, topics: Sequence[Topic]) -> Iterator[tuple[object, ...]]:
    lead = (panel.body, entry.country, country_name(entry.country), entry.session, entry.year, entry.state)
    tail = entry.before, entry.statement
    if entry.state != "read":
        yield (*lead, *[None] * (len(COLUMNS) - len(lead) - len(tail)), *tail)
        return
    cells = {cell.topic: cell for cell in entry.cells}
    for topic in topics:
        yield (*lead, topic.id, topic.label, *_facts(cells.get(topic.id)), *tail)


def _facts(cell: PanelCell | None) -> tuple[object, ...]:
    if cell is None:
        return "absent", 0, 0.0, None, None, None, None, None
    told = (cell.status, cell.possible, cell.certainty)
    flags = ("yes" if flag else "no" for flag in (cell.measured, cell.share_unsure))
    moved = (*told, *flags) if cell.status or cell.possible else (None,) * 5
    return cell.level or "absent", cell.sentences, cell.share, *moved


def panel_json(panel: Panel, topics: Sequence[str] = ()) -> str:
    """Return a panel as JSON that ``panel.schema.json`` describes."""
    shown = order_topics(panel, topics)
    known = {topic.id for topic, _ in shown}
    return encode_published(
        PanelTable(
            body=panel.body,
            sessions=panel.sessions,
            countries=panel.countries,
            vocabulary=VocabularyName(panel.vocabulary.name, panel.vocabulary.digest),
            sure=panel.sure,
            unmeasured=panel.unmeasured,
            topics=tuple(CountedTopic(topic.id, topic.label, topic.kind, first) for topic, first in shown),
            entries=tuple(
                replace(entry, cells=tuple(cell for cell in entry.cells if cell.topic in known))
                for entry in panel.entries
            ),
        )
    )


def render_panel(
    panel: Panel,
    topics: Sequence[str] = (),
    *,
    notes: Sequence[str] = (),
    width: int = 80,
    color: bool = False,
    everything: bool = False,
) -> str:
    """Return how many countries put each topic first by session, how often it was taken up and dropped."""
    rows = order_topics(panel, topics)
    rows = rows if topics else tuple(row for row in rows if row[1])
    shown = rows if everything or topics else rows[:TOPICS]
    read = [entry for entry in panel.entries if entry.state == "read"]
    lines = [*_head_panel(panel, read, width), line()]
    cells: dict[str, dict[str, list[PanelCell]]] = defaultdict(lambda: defaultdict(list))
    for entry in read:
        for cell in entry.cells:
            cells[cell.topic][entry.session].append(cell)
    spoke = Counter(entry.session for entry in read)
    column = 2 + max(len(label) for label in (*panel.sessions, *map(str, spoke.values())))
    most = max(1, (width - _NARROWEST - _MOVED_ROOM) // column)
    blocks = -(-len(panel.sessions) // most)
    size = -(-len(panel.sessions) // blocks)
    for start in range(0, len(panel.sessions), size):
        sessions = panel.sessions[start : start + size]
        room = min(_LABEL, width - _MOVED_ROOM - column * len(sessions))
        counts = ("statements read", *(str(spoke[label]) for label in sessions), "", "", "")
        table = [counts, *(_count_row(topic, cells[topic.id], sessions) for topic, _ in shown)]
        head = ("priority of, by session", *sessions, "up", "drop", "")
        head, *table = (_fit(row, room) for row in (head, *table))
        lines += [*lay_table(head, table, width, tuple(range(1, len(head)))), line()]
    lines += [
        *wrap([Span("up: newly a priority, as claimed; drop: not repeated, as claimed", "dim")], width),
    ]
    if len(shown) < len(rows):
        lines += wrap(f"{len(rows) - len(shown)} more topics are a priority of some: {MORE}", width)
    for note in filter(None, (*notes, panel.unmeasured)):
        lines += wrap([Span(note, "dim")], width)
    lines += wrap(
        "Each country: --format csv; two sessions: tracker diff BODY OLD NEW --countries ...", width
    )
    return draw(lines, color=color)


def _head_panel(panel: Panel, read: Sequence[PanelEntry], width: int) -> Iterator[Line]:
    ends = " to ".join(dict.fromkeys((panel.sessions[0], panel.sessions[-1])))
    who = panel.countries or "all countries"
    spoke = f"{counted(len(read), 'statement')} by {count_countries(len({entry.country for entry in read}))}"
    name = f"{one_line(panel.vocabulary.name)} {panel.vocabulary.digest[:DIGEST]}"
    text = f"{panel.body} {ends} · {one_line(who)} · {spoke} · topics {name}"
    yield from wrap([Span(text, "bold")], width)


def count_countries(number: int) -> str:
    """Return how many countries there are, in words."""
    return "1 country" if number == 1 else f"{number} countries"


def _count_row(
    topic: Topic, by_session: dict[str, list[PanelCell]], sessions: Sequence[str]
) -> tuple[str, ...]:
    first = (sum(cell.level in PRIORITIES for cell in by_session[label]) for label in sessions)
    every = [cell.status for cells in by_session.values() for cell in cells]
    moved = (sum(status in statuses for status in every) for statuses in (TAKEN_UP, DROPPED))
    return topic.label, *(str(number or "") for number in (*first, *moved)), ""


def _fit(row: tuple[str, ...], room: int) -> tuple[str, ...]:
    return shorten(row[0], room), *row[1:]
