"""Both texts of a comparison, with what is said of their sentences: for a page, and as DOCX and TEI."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from tracker.model.changes import AXES
from tracker.report.comparison import sentences
from tracker.report.comparison import words as wording
from tracker.report.document import Note, Passage, Places, Texts
from tracker.report.redline import SideName, redline
from tracker.report.safe import NOT_XML, one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.model.changes import Change, Comparison
    from tracker.model.topics import TopicChange

    NoteKind = Literal["shift", "topic"]


def list_notes(comparison: Comparison, *, everything: bool = False) -> tuple[Note, ...]:
    """Return the notes, those on decisions first, then shifts, then topics.

    A topic is noted where the new text shows it best, and where the old one did if less is made of it now;
    one that kept its level, or of which nothing is told, only where ``everything`` is asked for.
    """
    places: dict[tuple[SideName, int], Change] = {}
    for change in comparison.changes:
        places |= {("old", index): change for index in change.old}
        places |= {("new", index): change for index in change.new}
    topics = [
        each for each in comparison.topics if everything or not (each.outcome == "kept" or each.unclear)
    ]
    told = (*_tell_shifts(comparison), *_tell_topics(topics, comparison.provenance.sure))
    return (
        *_note_decisions(comparison),
        *(
            Note(places[side, at].id, side, kind, text)
            for side, at, kind, text in told
            if (side, at) in places
        ),
    )


def _note_decisions(comparison: Comparison) -> Iterator[Note]:
    for change in comparison.changes:
        for decision in change.decided:
            side: SideName = "new" if change.new else "old"
            yield Note(change.id, side, "decision", wording.decision_words(decision))


def _tell_shifts(comparison: Comparison) -> Iterator[tuple[SideName, int, NoteKind, str]]:
    for row in sentences.select_shifts(comparison, AXES):
        segments = [(segment,) if segment else () for segment in (row.old, row.new)]
        source = f"{wording.places(*segments)} {one_line(row.source)}, by {one_line(row.shift.rule)}"
        text = f"{wording.tell_shift(row.shift)} ({source})"
        if row.new:
            yield "new", row.new.ordinal, "shift", text
        elif row.old:
            yield "old", row.old.ordinal, "shift", text


def _tell_topics(topics: Iterable[TopicChange], sure: float) -> Iterator[tuple[SideName, int, NoteKind, str]]:
    for topic in wording.rank_topics(topics):
        text = _tell_topic(topic, sure)
        if topic.old and topic.old.is_shown and topic.outcome in wording.OLD_SIDE:
            yield "old", topic.old.leading, "topic", text
        if topic.new and topic.new.is_shown:
            yield "new", topic.new.leading, "topic", text


def _tell_topic(topic: TopicChange, sure: float) -> str:
    facts = (
        wording.level_words(topic),
        wording.status_mark(topic),
        f"{wording.share_words(topic)}% of the words",
        wording.certainty_words(topic, sure),
    )
    return f"{one_line(topic.label)}: {', '.join(fact for fact in facts if fact)}"


def build_texts(comparison: Comparison) -> Texts:
    """Return both texts, whole, as they are shown beside a report."""
    cited = sentences.cite_changes(comparison)
    versions = comparison.old.version, comparison.new.version
    old, new = ([segment.paragraph for segment in version.segments] for version in versions)
    return Texts(
        labels=wording.side_labels(comparison),
        languages=(versions[0].language, versions[1].language),
        paragraphs=(old, new),
        runs=redline(comparison),
        passages={change.id: _show_change(change, cited[change.id]) for change in comparison.changes},
        topics={topic.topic: _place_topic(topic) for topic in wording.rank_topics(comparison.topics)},
        aligned=sentences.is_revision(comparison),
    )


def _show_change(change: Change, cited: str) -> Passage:
    return Passage(
        cited=cited,
        words=wording.change_words(change),
        old=change.old,
        new=change.new,
        moved=change.moved,
        facts=tuple(_list_facts(change)),
        kinds=sentences.kinds_of_change(change),
    )


def _list_facts(change: Change) -> Iterator[str]:
    yield from map(wording.tell_shift, change.shifts)
    yield from map(wording.decision_words, change.decided)


def _place_topic(topic: TopicChange) -> Places:
    old, new = (reading.segments if reading else () for reading in (topic.old, topic.new))
    return Places(
        label=one_line(topic.label),
        status=wording.status_mark(topic),
        levels=wording.level_names(topic),
        shares=wording.share_words(topic),
        old=old,
        new=new,
        kinds=wording.kinds_of_topic(topic),
    )


def tell_lost(comparison: Comparison) -> str:
    """Say which characters of both texts are shown by name, and how often they are there; "" for none."""
    sides = (comparison.old, comparison.new)
    found = Counter(match[0] for side in sides for match in NOT_XML.finditer(side.version.text))
    listed = ", ".join(f"U+{ord(char):04X} as {visible(char)} ({n}×)" for char, n in sorted(found.items()))
    return f"characters that no XML file can hold are shown by name: {listed}" if listed else ""
