"""A statement: its text with topics marked on demand, its editions, snapshots, silent edits and evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from tracker.comparing.topics.statuses import counts_as_named
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.diff.diff import diff
from tracker.diff.priorities import read_priorities
from tracker.diff.sides import earlier_sessions
from tracker.errors import NotInArchive, ReferenceInvalid, Withdrawn
from tracker.keep.read import log_snapshots
from tracker.model.citations import Citation
from tracker.model.facts import tell_facts
from tracker.model.record import SnapshotEntry
from tracker.model.topics import SURE
from tracker.publish.frame import render
from tracker.publish.pairs import name_pair
from tracker.publish.routes import NotThere, address
from tracker.references import parse_reference, same_kind
from tracker.report.answers import citing
from tracker.report.comparison.words import change_words, tell_shift
from tracker.report.redline import redline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.citations import CitedText
    from tracker.model.record import StatementEntry
    from tracker.model.rights import WithdrawnSnapshot
    from tracker.model.texts import Reference, Segment, Side
    from tracker.model.topics import Topic, TopicReading, Vocabulary
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.report.redline import Run

EDITS: Final = 5
"""Changes between snapshots that are shown with their redline; all others are one link away."""
PASSAGES: Final = 40
"""Passages of one change that are shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence, and the topics that it names."""

    text: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A segment of the text, the topics it is about, and its stretches."""

    ordinal: int
    topics: tuple[str, ...]
    pieces: tuple[Piece, ...]
    gap: str = " "
    """What stands behind it in its paragraph."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph by our count."""

    number: int
    heading: bool
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A topic that the statement speaks of."""

    topic: Topic
    reading: TopicReading
    paragraphs: tuple[int, ...]
    """Where it does."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that was edited between two snapshots."""

    words: str
    """What happened to it."""
    runs: tuple[Run, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """What changed between one snapshot of an edition and the next."""

    old: SnapshotEntry
    new: SnapshotEntry
    pair: str
    """What the comparison of both is called."""
    passages: tuple[Passage, ...]
    more: int
    """Passages that are not shown."""
    same: bool
    """Whether both say the same in the same words."""
    caveats: tuple[str, ...] = ()
    """In which respects both cannot be compared, such as another extractor that read them."""


@dataclass(frozen=True, slots=True)
class StatementPage:
    """What the page of a statement shows."""

    side: Side
    reference: Reference
    """In full: with edition and snapshot."""
    paragraphs: tuple[Paragraph, ...]
    topics: tuple[Spoken, ...]
    editions: tuple[StatementEntry, ...]
    """All of the statement, its own among them."""
    snapshots: tuple[SnapshotEntry | WithdrawnSnapshot, ...]
    """Of its edition, the latest first."""
    edits: tuple[Edit, ...]
    """The latest first."""
    later: int
    """Changes between snapshots that are not shown."""
    cited: CitedText
    citation: str
    bibtex: str
    csl: str
    ris: str
    before: Reference | None
    """The statement before it in its series."""
    after: Reference | None

    @property
    def facts(self) -> tuple[str, ...]:
        """What was declared of it and has no place of its own."""
        return tell_facts(self.cited)

    @property
    def is_latest(self) -> bool:
        """Whether no later snapshot of its edition can be read."""
        read = [each for each in self.snapshots if isinstance(each, SnapshotEntry)]
        return not read or read[0].reference == self.reference


def _build_paragraphs(
    side: Side, readings: Sequence[TopicReading], vocabulary: Vocabulary
) -> tuple[Paragraph, ...]:
    """Return a text with the topics that each sentence is about, and the words that name them."""
    about: dict[int, list[str]] = {}
    for reading in readings:
        for ordinal in dict.fromkeys((*reading.segments, *reading.passage)):
            about.setdefault(ordinal, []).append(reading.topic)
    shown = {reading.topic for reading in readings}
    version = side.version
    met = match_topics([segment.text for segment in version.segments], vocabulary, language=version.language)
    paragraphs = []
    for number, some in groupby(version.segments, key=lambda each: each.paragraph):
        segments = list(some)
        sentences = []
        for segment in segments:
            named = [
                (each.start, each.end, each.topic) for each in met[segment.ordinal] if each.topic in shown
            ]
            end = version.segments[segment.ordinal + 1].start if segment is not segments[-1] else segment.end
            sentences.append(
                Sentence(
                    segment.ordinal,
                    tuple(about.get(segment.ordinal, ())),
                    tuple(_cut(segment, named)),
                    version.text[segment.end : end],
                )
            )
        heading = all(segment.kind == "heading" for segment in segments)
        paragraphs.append(Paragraph(number, heading, tuple(sentences)))
    return tuple(paragraphs)


def _cut(segment: Segment, named: Iterable[tuple[int, int, str]]) -> Iterator[Piece]:
    """Yield a sentence cut where words that name topics begin and end."""
    places = [*named]
    ends = sorted({0, len(segment.text), *(at for start, end, _ in places for at in (start, end))})
    for start, end in pairwise(ends):
        topics = dict.fromkeys(topic for first, last, topic in places if first <= start and end <= last)
        yield Piece(segment.text[start:end], tuple(topics))


def list_topics(side: Side, readings: Iterable[TopicReading], vocabulary: Vocabulary) -> tuple[Spoken, ...]:
    """Return the topics of a statement and where it speaks of each; those with most of its words first.

    Those that a careful reader may well not find in it come last.
    """
    by_id = {topic.id: topic for topic in vocabulary.topics}
    segments = side.version.segments
    found = [
        Spoken(
            by_id[reading.topic],
            reading,
            tuple(dict.fromkeys(segments[ordinal].paragraph for ordinal in reading.segments)),
        )
        for reading in readings
    ]
    return tuple(
        sorted(
            found,
            key=lambda each: (
                not counts_as_named(each.reading),
                -each.reading.share,
                each.topic.label,
            ),
        )
    )


def list_edits(
    archive: ArchiveSession, vocabulary: Vocabulary, snapshots: Sequence[SnapshotEntry]
) -> Iterator[Edit]:
    """Yield what changed between one snapshot and the next, oldest first."""
    for old, new in pairwise(snapshots):
        found = diff([str(old.reference), str(new.reference)], archive, vocabulary, sure=SURE)
        passages = [*_list_passages(found)]
        yield Edit(
            old,
            new,
            name_pair(old.reference, new.reference),
            tuple(passages[:PASSAGES]),
            max(0, len(passages) - PASSAGES),
            not passages,
            found.caveats,
        )


def _list_passages(comparison: Comparison) -> Iterator[Passage]:
    """Yield the passages that differ, in the order of the new text; one that moved stands where it is now."""
    runs = [run for run in redline(comparison) if run.change]
    changes = {change.id: change for change in comparison.changes}
    for name, some in groupby(runs, key=lambda run: run.change):
        change = changes[name]
        own = tuple(some)
        is_edited = any(run.kind != "kept" for run in own)
        if is_edited and not (change.moved and all(run.kind == "moved from" for run in own)):
            yield Passage(change_words(change), own, tuple(map(tell_shift, change.shifts)))


def _find_beside(archive: ArchiveSession, reference: Reference) -> tuple[Reference | None, Reference | None]:
    """Return the statements before and after one in its series, of its kind of session."""
    own = replace(reference.statement, item=None)
    labels = archive.reader.sessions(reference.country, reference.body)
    before = next(iter(earlier_sessions(archive.reader, own)), None)
    later = labels[labels.index(own.session) + 1 :] if own.session in labels else ()
    after = next((label for label in later if same_kind(own.body, label, str(own.session))), None)
    return _resolve(archive, own, before), _resolve(archive, own, after)


def _resolve(archive: ArchiveSession, own: Reference, session: str | None) -> Reference | None:
    """Return a statement of a series that can be shown; None where there is none, or it is one of several."""
    if session is None:
        return None
    statement = replace(own, session=session)
    try:
        archive.reader.resolve(statement)
    except (NotInArchive, ReferenceInvalid, Withdrawn):
        return None
    return statement


def _find(parameters: Parameters) -> Reference:
    reference = parse_reference(parameters["reference"])
    if reference.session is None:
        raise NotThere(f"{reference} is a series, not a statement.")
    return reference


def _log(shelf: Shelf, reference: Reference) -> list[SnapshotEntry | WithdrawnSnapshot]:
    """Return the snapshots of the edition that a reference means, the latest first.

    How often each was checked is another after each night, and in no file.
    """
    own = shelf.reader.resolve(reference).edition
    found = log_snapshots(shelf.archive, str(own))
    return [
        replace(each, checked=None) if shelf.is_frozen and isinstance(each, SnapshotEntry) else each
        for each in reversed(found)
        if each.reference.edition == own
    ]


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells the text, its editions and snapshots, and its neighbours from all others."""
    reference = _find(parameters)
    full = shelf.reader.resolve(reference)
    named = full.country, full.body, full.session
    return [
        shelf.reader.identify(reference),
        [repr(each) for each in _log(shelf, reference)],
        [repr(each) for each in shelf.reader.statements(*named)],
        [str(each) for each in _find_beside(shelf.archive, full)],
        list(shelf.reader.rulings()),
        repr(shelf.reader.cited(reference)),
        shelf.vocabulary.digest,
    ]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a statement, an edition or a snapshot of one.

    Raises ``NotThere`` for what names none, and as ``Reader.side`` does.
    """
    reference = _find(parameters)
    archive, vocabulary = shelf.archive, shelf.vocabulary
    side, readings, _ = read_priorities(archive, str(reference), vocabulary)
    full = archive.reader.resolve(reference)
    snapshots = _log(shelf, reference)
    held = [each for each in reversed(snapshots) if isinstance(each, SnapshotEntry)]
    edits = list_edits(archive, vocabulary, held[-EDITS - 1 :])
    cited = archive.reader.cited(reference)
    own = archive.reader.statements(full.country, full.body, full.session)
    before, after = _find_beside(archive, full)
    citations = [Citation(cited)]
    page = StatementPage(
        side=side,
        reference=full,
        paragraphs=_build_paragraphs(side, readings, vocabulary),
        topics=list_topics(side, readings, vocabulary),
        editions=tuple(each for each in own if each.reference.item == full.item),
        snapshots=tuple(snapshots),
        edits=tuple(reversed([*edits])),
        later=max(0, len(held) - 1 - EDITS),
        cited=cited,
        citation=citing.render_citations(citations),
        bibtex=citing.render_bibtex(citations),
        csl=citing.citations_csl(citations),
        ris=citing.render_ris(citations),
        before=before,
        after=after,
    )
    return render("statement", address("statement", **parameters), page=page)
