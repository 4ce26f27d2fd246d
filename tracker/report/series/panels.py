"""Panels of countries by sessions: a report of counts, and JSON."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.model.panels import PanelTable
from tracker.model.series import CountedTopic
from tracker.model.topics import PRIORITIES, VocabularyName
from tracker.report.comparison.provenance import name_body
from tracker.report.document import Document, Span, Tick
from tracker.report.json_text import encode_published
from tracker.report.layout import counted
from tracker.report.safe import one_line
from tracker.report.series.moves import DROPPED, TAKEN_UP, count_sure
from tracker.report.series.parts import (
    close_report,
    count_countries,
    count_halves,
    halve,
    name_most,
    show_map,
    show_moves,
    warn_approximate,
)
from tracker.report.series.rows import SURE_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.panels import Panel, PanelCell, PanelEntry
    from tracker.model.topics import Topic
    from tracker.report.document import Section
    from tracker.report.series.parts import MapRow


def order_topics(panel: Panel, topics: Sequence[str] = ()) -> tuple[tuple[Topic, int], ...]:
    """Return the topics that some statement has, or that are asked for, with how many put each first."""
    cells = [cell for entry in panel.entries for cell in entry.cells]
    first = Counter(cell.topic for cell in cells if cell.level in PRIORITIES)
    known = set(topics) or {cell.topic for cell in cells}
    found = [(topic, first[topic.id]) for topic in panel.vocabulary.topics if topic.id in known]
    return tuple(sorted(found, key=lambda row: (-row[1], row[0].label)))


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


def build_panel(
    panel: Panel, topics: Sequence[str] = (), *, notes: Sequence[str] = (), everything: bool = False
) -> Document:
    """Return the report of a panel: what moved most, then how many have each topic as a priority."""
    rows = order_topics(panel, topics)
    rows = rows if topics else tuple(row for row in rows if row[1])
    read = [entry for entry in panel.entries if entry.state == "read"]
    whole = everything or bool(topics)
    statements = counted(len(read), "statement")
    sure = _count_sure(read)
    counts = ((one_line(topic.label), number, f", {sure[topic.id]} sure") for topic, number in rows)
    return Document(
        title=_name_panel(panel, read),
        sides=(),
        cautions=warn_approximate(panel.unmeasured),
        verdict=name_most(counts, statements),
        sections=(
            *_show_moves(panel, rows, read, whole=whole),
            *([_show_counts(panel, rows, read)] if rows else []),
        ),
        closing=(
            "New or back, not repeated: since each one's session before; + 3?: three more, less sure.",
            *map(one_line, notes),
            *close_report(
                _lead_on(panel),
                f"{panel.body} {_span(panel.sessions)}{_whose(panel)}, {statements}",
                panel.vocabulary,
                topics=[topic.id for topic, _ in rows],
                whole=whole,
                sure=panel.sure,
            ),
        ),
        whole=whole,
    )


def _span(labels: Sequence[str]) -> str:
    return "–".join(dict.fromkeys((labels[0], labels[-1])))


def _whose(panel: Panel) -> str:
    return f", {one_line(panel.countries)}" if panel.countries else ""


def _lead_on(panel: Panel) -> list[str]:
    """Return commands that show who it is."""
    hints = ["each country: --format csv"]
    if len(panel.sessions) > 1 and panel.countries:
        pair = shlex.join(panel.sessions[-2:])
        hints.insert(0, f"who: tracker diff {panel.body} {pair} --countries {shlex.quote(panel.countries)}")
    return hints


def _name_panel(panel: Panel, read: Sequence[PanelEntry]) -> str:
    years = {entry.session: entry.year for entry in panel.entries}
    ends = (
        f"{label} ({years[label]})" if years.get(label) else label
        for label in (panel.sessions[0], panel.sessions[-1])
    )
    who = count_countries(len({entry.country for entry in read}))
    named = f"{one_line(panel.countries)} ({who})" if panel.countries else who
    return f"{named} at the {name_body(panel.body)}, {' to '.join(dict.fromkeys(ends))}"


def _show_moves(
    panel: Panel, rows: Sequence[tuple[Topic, int]], read: Sequence[PanelEntry], *, whole: bool
) -> Iterator[Section]:
    """Yield the topics that the statements of the earlier and the later sessions differ in most."""
    by_session = [[entry for entry in read if entry.session == label] for label in panel.sessions]
    spoken = [entries for entries in by_session if entries]
    if len(spoken) < 2:  # noqa: PLR2004 (an earlier and a later one)
        return
    halves = [[entry for entries in half for entry in entries] for half in halve(spoken)]
    firsts, sizes = [_count_first(half) for half in halves], [len(half) for half in halves]
    cells: dict[str, list[PanelCell]] = defaultdict(list)
    for entry in read:
        for cell in entry.cells:
            cells[cell.topic].append(cell)
    moved = []
    for topic, _ in rows:
        counts = [first[topic.id] for first in firsts]
        changed = (_count_moved(cells[topic.id], statuses) for statuses in (TAKEN_UP, DROPPED))
        figures = (count_halves(counts, sizes), *changed)
        moved.append(((counts[0] / sizes[0], counts[1] / sizes[1]), one_line(topic.label), figures))
    labels = [[entry.session for entry in half] for half in halves]
    heads = ("a priority of", "new or back", "not repeated")
    yield from show_moves(labels, moved, heads, unit="% of statements", whole=whole)


def _count_first(entries: Sequence[PanelEntry]) -> Counter[str]:
    """Return by topic how many statements have it as a priority."""
    return Counter(cell.topic for entry in entries for cell in entry.cells if cell.level in PRIORITIES)


def _count_moved(cells: Sequence[PanelCell], statuses: Sequence[str]) -> str:
    likely = sum(cell.possible in statuses for cell in cells)
    return count_sure(sum(cell.status in statuses for cell in cells), likely)


def _count_sure(read: Sequence[PanelEntry]) -> Counter[str]:
    """Return by topic how many statements surely have it as a priority, as a timeline calls it sure."""
    cells = (cell for entry in read for cell in entry.cells if cell.level in PRIORITIES)
    return Counter(cell.topic for cell in cells if cell.priority is None or cell.priority >= SURE_FROM)


def _show_counts(panel: Panel, rows: Sequence[tuple[Topic, int]], read: Sequence[PanelEntry]) -> Section:
    by_session = [[entry for entry in read if entry.session == label] for label in panel.sessions]
    sure = _count_sure(read)
    spoke = [len(entries) for entries in by_session]
    shown: list[MapRow] = [("statements read", (str(len(read)), ""), _write(spoke), ())]
    firsts = [_count_first(each) for each in by_session]
    for topic, number in rows:
        numbers = [first[topic.id] for first in firsts]
        parts = tuple(each / of if of else None for each, of in zip(numbers, spoke, strict=True))
        figures = str(number), str(sure[topic.id])
        shown.append((one_line(topic.label), figures, _write(numbers), parts))
    ticks = [Tick(one_line(label)) for label in panel.sessions]
    note = "statements that have each as a priority, those of them that are sure, then by session"
    return show_map("priorities by session", shown, ticks, heads=("all", "sure"), note=note)


def _write(numbers: Sequence[int]) -> list[Span]:
    return [Span(str(each or "")) for each in numbers]
