"""Both texts of a comparison, with what is told of their sentences and where they speak of each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.comparison import selection, topic_words
from tracker.report.comparison import words as wording
from tracker.report.document import Passage, Places, Texts
from tracker.report.redline import redline
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.changes import Change, Comparison
    from tracker.model.topics import TopicChange


def build_texts(comparison: Comparison) -> Texts:
    """Return both texts, whole, as they are shown beside a report."""
    cited = selection.cite_changes(comparison)
    versions = comparison.old.version, comparison.new.version
    old, new = ([segment.paragraph for segment in version.segments] for version in versions)
    return Texts(
        labels=wording.side_labels(comparison),
        languages=(versions[0].language, versions[1].language),
        paragraphs=(old, new),
        runs=redline(comparison),
        passages={change.id: _show_change(change, cited[change.id]) for change in comparison.changes},
        topics={
            topic.topic: _place_topic(topic, comparison.provenance.sure)
            for topic in topic_words.rank_topics(comparison.topics)
        },
        aligned=selection.is_revision(comparison),
    )


def _show_change(change: Change, cited: str) -> Passage:
    return Passage(
        cited=cited,
        words=wording.change_words(change),
        old=change.old,
        new=change.new,
        moved=change.moved,
        facts=tuple(_tell(change)),
        kinds=selection.kinds_of_change(change),
    )


def _tell(change: Change) -> Iterator[str]:
    yield from map(wording.tell_shift, change.shifts)
    yield from map(wording.decision_words, change.decided)


def _place_topic(topic: TopicChange, sure: float) -> Places:
    old, new = (reading.segments if reading else () for reading in (topic.old, topic.new))
    return Places(
        label=one_line(topic.label),
        status=topic_words.status_mark(topic, sure),
        levels=topic_words.level_names(topic),
        shares=topic_words.share_words(topic),
        old=old,
        new=new,
        kinds=topic_words.kinds_of_topic(topic),
    )
