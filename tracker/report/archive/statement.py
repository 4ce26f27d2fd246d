"""One statement for programs, its sentences or its topics: tables, and JSON under published schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tracker.model.rows import StatementTopic, StatementTopicRecord, StatementTopics
from tracker.model.texts import StatementText
from tracker.model.topics import PRIORITIES, VocabularyName
from tracker.report.comparison.words import percent
from tracker.report.json_text import encode_published
from tracker.report.records import write_csv, write_records
from tracker.report.render.latex import write_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.decisions import Decision
    from tracker.model.texts import Side
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.report.records import RecordForm

SENTENCE_COLUMNS: Final = ("statement", "paragraph", "ordinal", "kind", "start", "end", "text")


def statement_json(side: Side) -> str:
    """Return a statement as JSON that ``statement.schema.json`` describes."""
    return encode_published(StatementText(side))


def statement_csv(side: Side) -> str:
    """Return one row for each sentence, heading or item; offsets are into the clean text."""
    return write_csv(
        SENTENCE_COLUMNS,
        ((side.name, s.paragraph, s.ordinal, s.kind, s.start, s.end, s.text) for s in side.version.segments),
    )


def list_topics(
    side: Side,
    readings: Sequence[TopicReading],
    vocabulary: Vocabulary,
    absences: Mapping[str, Decision],
) -> StatementTopics:
    """Return the topics of one statement, most said first, and those that somebody decided to be absent."""
    labels = {topic.id: topic.label for topic in vocabulary.topics}
    present = sorted(readings, key=lambda reading: (-reading.share, reading.topic))
    absent = (StatementTopic(id_, labels.get(id_, id_), decided=each) for id_, each in absences.items())
    return StatementTopics(
        statement=side.name,
        language=side.version.language,
        words=side.version.words,
        sha256=side.sha256,
        vocabulary=VocabularyName(vocabulary.name, vocabulary.digest),
        topics=(*(_topic(each, labels, side) for each in present), *absent),
    )


def _topic(reading: TopicReading, labels: Mapping[str, str], side: Side) -> StatementTopic:
    leading = side.version.segments[reading.leading]
    return StatementTopic(
        topic=reading.topic,
        label=labels.get(reading.topic, reading.topic),
        level=reading.level,
        sentences=len(reading.segments),
        words=reading.words,
        share=reading.share,
        rule=reading.rule,
        priority=reading.priority,
        presence=reading.presence,
        decided=reading.decided,
        paragraph=leading.paragraph,
        quote=leading.text,
    )


def topics_json(topics: StatementTopics) -> str:
    """Return a statement's topics as JSON that ``priorities.schema.json`` describes."""
    return encode_published(topics)


def topics_table(topics: StatementTopics, form: RecordForm | Literal["latex"]) -> str | bytes:
    """Return one row for each topic; ``absent`` is a level that somebody decided."""
    if form == "latex":
        return _topics_latex(topics)
    return write_records(StatementTopicRecord, _topic_rows(topics), form)


def _topics_latex(topics: StatementTopics) -> str:
    """Return the priorities alone, since a page has room for those."""
    rows = (
        (row.label, row.level, str(row.sentences), percent(row.share).removesuffix("%"), row.decided_by or "")
        for row in _topic_rows(topics)
        if row.level in PRIORITIES
    )
    rests_on = f"{topics.statement} (sha256 {(topics.sha256 or '')[:12]}), topics {topics.vocabulary.name}"
    return write_table(
        f"Priorities of {topics.statement}",
        "lrrl",
        ("Topic", "Level", "Sentences", "% of words", "Decided by"),
        rows,
        (f"{rests_on} {topics.vocabulary.digest[:12]}",),
    )


def _topic_rows(topics: StatementTopics) -> Iterator[StatementTopicRecord]:
    for each in topics.topics:
        yield StatementTopicRecord(
            topics.statement,
            each.topic,
            each.label,
            each.level or "absent",
            each.sentences,
            each.words,
            each.share,
            each.rule,
            each.priority,
            each.presence,
            each.decided.person if each.decided else None,
            each.paragraph,
            each.quote,
        )
