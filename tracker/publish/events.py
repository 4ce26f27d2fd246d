"""What happened in an archive, as a reader of news wants it: from the rows of the record alone.

First the edits, above all those that nobody announced, then new statements, then what they took up and no
longer say. What we caused is none: other rules, another release of an extractor, a text read again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args
from uuid import NAMESPACE_URL, uuid5

from markupsafe import Markup

from tracker.diff.cells import compare_cells
from tracker.diff.diff import diff
from tracker.errors import ReferenceInvalid
from tracker.model.topics import DROPPED, SURE, TAKEN_UP
from tracker.model.watching import CHALLENGE
from tracker.publish.pairs import list_neighbours
from tracker.references import read_year
from tracker.report.answers.news import name_statement
from tracker.report.comparison.build import build_report
from tracker.report.comparison.provenance import session_words
from tracker.report.comparison.sentences import is_revision
from tracker.report.comparison.words import ARROW, is_unchanged
from tracker.report.layout import counted
from tracker.report.render.html import render_brief
from tracker.report.safe import one_line
from tracker.watch.examine import OTHER_SOURCE, RESTLESS
from tracker.watch.news import describe_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.record import Appearance
    from tracker.model.texts import Reference
    from tracker.model.topics import Status, Vocabulary
    from tracker.record.reading.reader import Reader
    from tracker.report.document import Entry

EventKind = Literal[
    "silent edit", "corrigendum", "edit", "text replaced", "other address", "new statement", "further text",
    "priorities",
]  # fmt: skip
"""In the order in which those of one night are told."""

_ORDER: Final[tuple[EventKind, ...]] = get_args(EventKind)
_EDITS: Final = frozenset[EventKind]({"silent edit", "corrigendum", "edit", "other address"})
_ANNOUNCED: Final[dict[str | None, EventKind]] = {"silent": "silent edit", "corrigendum": "corrigendum"}
_BY_CAUSE: Final[dict[str, EventKind]] = {CHALLENGE: "text replaced", OTHER_SOURCE: "other address"}
_TOLD: Final = (*TAKEN_UP, *DROPPED)
"""What becomes of a priority that is told."""
_NAMED: Final = 3
"""Topics of each status that a title names."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, known without reading a text."""

    id: str
    """A URN of what it is about, the same in each copy of the archive."""
    kind: EventKind
    updated: str
    """When the run began that recorded it, or the later of two texts that are compared; UTC."""
    new: Reference
    """A snapshot; of priorities a statement, whatever its latest snapshot is."""
    old: Reference | None = None
    note: str = ""
    """How it was announced, and when it was observed."""


class Told(NamedTuple):
    """An event in words."""

    title: str
    content: Markup
    topics: tuple[str, ...] = ()
    """The ids of topics that became a priority, or are one no more."""


def list_events(reader: Reader) -> tuple[Event, ...]:
    """Return all events, the latest first; of one run those that nobody announced before all others."""
    appearances = reader.appearances()
    events = [*_list_texts(appearances), *_list_priorities(reader, appearances)]
    events.sort(key=_rank)
    events.sort(key=lambda each: each.updated, reverse=True)
    return tuple(events)


def _rank(event: Event) -> tuple[int, int, str]:
    """Return the order within one run: of an import of many sessions, the latest are the first."""
    year = read_year(event.new.body, str(event.new.session), ())
    return _ORDER.index(event.kind), -(year or 0), str(event.new)


def _list_texts(appearances: Sequence[Appearance]) -> Iterator[Event]:
    firsts: dict[Reference, Appearance] = {}
    for each in appearances:
        statement = each.reference.statement
        firsts[statement] = min(firsts.get(statement, each), each, key=lambda one: one.recorded)
    known = set(firsts.values())
    for before, now in zip((None, *appearances), appearances, strict=False):
        if before and before.reference.edition == now.reference.edition:
            if before.document != now.document and not _goes_on(before, now):
                yield _describe_edit(before, now)
        else:
            kind: EventKind = "new statement" if now in known else "further text"
            yield _describe(kind, now, now.document)


def _goes_on(before: Appearance, now: Appearance) -> bool:
    """Return whether a source that changes every night was told to do so before."""
    return before.cause == now.cause == RESTLESS


def _describe_edit(before: Appearance, now: Appearance) -> Event:
    kind = _BY_CAUSE.get(now.cause) or _ANNOUNCED.get(now.announced, "edit")
    event = _describe(kind, now, before.document, now.document)
    announced = (
        f"Announced: {one_line(now.detail)}. " if now.announced not in {None, "silent"} and now.detail else ""
    )
    return replace(event, old=before.reference, note=f"{announced}{event.note}")


def _describe(kind: EventKind, now: Appearance, *documents: str) -> Event:
    identity = name_event(_of_text(kind), str(now.reference), *documents)
    return Event(identity, kind, _later(now), now.reference, note=f"Observed {now.observed}.")


def _of_text(kind: EventKind) -> str:
    """Return what an event is to its id: what is told of a text may change by what is recorded later."""
    return "edit" if kind in {*_EDITS, "text replaced"} else "text"


def _list_priorities(reader: Reader, appearances: Iterable[Appearance]) -> Iterator[Event]:
    latest: dict[Reference, str] = {}
    for each in appearances:
        session = replace(each.reference.statement, item=None)
        latest[session] = max(latest.get(session, ""), _later(each))
    for old, new in list_neighbours(reader):
        if new.item:
            # Titles name sessions: they would not say which of several statements is meant.
            continue
        updated = max(latest[old], latest[new])
        yield Event(name_event("priorities", str(old), str(new)), "priorities", updated, new, old)


def _later(appearance: Appearance) -> str:
    """Return when the archive learned of a text: an import brings what was observed long ago."""
    return max(appearance.recorded, appearance.observed)


def name_event(*parts: str) -> str:
    """Return a URN (RFC 9562, version 5) that is made of what it names and of nothing else."""
    return uuid5(NAMESPACE_URL, "\n".join(("tracker", *parts))).urn


def tell(event: Event, archive: ArchiveSession, vocabulary: Vocabulary) -> Told | None:
    """Return an event in words; None where, looked at closely, nothing of it is the doing of others."""
    if event.kind == "priorities":
        return _tell_priorities(event, archive, vocabulary)
    if event.kind in _EDITS:
        return _tell_edit(event, archive, vocabulary)
    return _tell_first(event, archive)


def _tell_edit(event: Event, archive: ArchiveSession, vocabulary: Vocabulary) -> Told | None:
    comparison = diff([str(event.old), str(event.new)], archive, vocabulary)
    if is_unchanged(comparison):
        return None
    sides = comparison.old.version.words, comparison.new.version.words
    words = f"{sides[0]:,} {ARROW} {counted(sides[1], 'word')}. {event.note}"
    notes = (*comparison.caveats, words)
    return Told(_title(event), _draw(comparison, vocabulary) + _write_notes(notes))


def _tell_first(event: Event, archive: ArchiveSession) -> Told:
    side = archive.reader.side(event.new)
    first = describe_first(side, is_titled=event.kind != "text replaced")
    content = Markup("<p><b>{}</b></p>").format(one_line(first.title)) if first.title else Markup()
    content += Markup("<blockquote><p>{}</p></blockquote>").format(one_line(first.sentence))
    return Told(_title(event), content + _write_notes((f"{counted(first.words, 'word')}. {event.note}",)))


def _tell_priorities(event: Event, archive: ArchiveSession, vocabulary: Vocabulary) -> Told | None:
    topics = list_topics(event, archive, vocabulary)
    if not topics:
        return None
    comparison = diff([str(event.old), str(event.new)], archive, vocabulary)
    labels = {topic.id: one_line(topic.label) for topic in vocabulary.topics}
    told = [
        f"{status}: {_name_some([labels[topic] for topic, became in topics if became == status])}"
        for status in _TOLD
        if status in dict(topics).values()
    ]
    title = f"{_title(event)}: {'; '.join(told)}"
    return Told(title, _draw(comparison, vocabulary), tuple(topic for topic, _ in topics))


def list_topics(
    event: Event, archive: ArchiveSession, vocabulary: Vocabulary
) -> tuple[tuple[str, Status], ...]:
    """Return the topics that became a priority between two statements, or are one no more, and which it is.

    It is what comparing the two says, and takes no alignment. Nothing is told where that refuses.
    """
    if event.kind != "priorities" or event.old is None:
        return ()
    try:
        cells = compare_cells(event.old, event.new, archive, vocabulary, SURE)
    except ReferenceInvalid:
        # One of the sessions looked back on has several statements.
        return ()
    return tuple((cell.topic, cell.status) for cell in cells if cell.status in _TOLD)


def _name_some(labels: Sequence[str]) -> str:
    left = len(labels) - _NAMED
    return f"{', '.join(labels[:_NAMED])}{f' and {left} more' if left > 0 else ''}"


def _title(event: Event) -> str:
    if event.kind == "priorities" and event.old:
        series = name_statement(replace(event.new, session=None))
        labels = (session_words(each.body, str(each.session)) for each in (event.old, event.new))
        return f"{series} {f' {ARROW} '.join(labels)}"
    edition = ".".join(filter(None, (event.new.kind, event.new.language)))
    which = f" ({edition})" if event.kind == "further text" else ""
    return f"{event.kind[:1].upper()}{event.kind[1:]}: {name_statement(event.new)}{which}"


def _draw(comparison: Comparison, vocabulary: Vocabulary) -> Markup:
    """Return the lead and the difference itself: of a revision the edits, else what became of priorities."""
    report = build_report(comparison, vocabulary)
    is_edited = is_revision(comparison)

    def is_shown(entry: Entry) -> bool:
        told = (is_edited and entry.change) or not set(_TOLD).isdisjoint(entry.kinds)
        return bool(told and entry.evidence)

    narrowed = (each._replace(entries=tuple(filter(is_shown, each.entries))) for each in report.sections)
    return render_brief(report._replace(sections=tuple(each for each in narrowed if each.entries)))


def _write_notes(notes: Iterable[str]) -> Markup:
    return Markup().join(Markup("<p>{}</p>").format(one_line(note)) for note in notes)
