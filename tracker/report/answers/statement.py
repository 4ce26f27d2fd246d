"""One statement: its text and its topics, on a terminal, as JSON under published schemas, and as tables."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from tracker.comparing.topics.reading import NARROWER
from tracker.model.rows import StatementTopic, StatementTopicRecord, StatementTopics
from tracker.model.texts import StatementText
from tracker.model.topics import PRIORITIES, Level, VocabularyName
from tracker.report.comparison.words import decision_words, percent, place, quoted, side_facts
from tracker.report.document import Span
from tracker.report.layout import Line, counted, draw, line, shorten, spread, wrap
from tracker.report.records import encode_json, write_csv, write_records
from tracker.report.render.latex import write_table
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.decisions import Decision
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.report.document import Style
    from tracker.report.records import RecordForm

_GAP = "  "

_LEVEL_NOTES: dict[Level, str] = {
    "declared": "named as the speaker's own priority, focus or task",
    "substantive": "argued, or acted on",
    "acknowledged": "named and not pursued",
    "mentioned": "in passing",
}

_NOBODY: Mapping[str, Decision] = MappingProxyType({})

_SENTENCE_COLUMNS: Final = ("statement", "paragraph", "ordinal", "kind", "start", "end", "text")


def render_statement(side: Side, *, width: int = 80, color: bool = False) -> str:
    """Return what is known about a statement, then its clean text in numbered paragraphs."""
    head = wrap([Span(" · ".join(side_facts(side)), "bold")], width)
    title = wrap(one_line(side.title), width) if side.title and side.speaker else ()
    paragraphs: dict[int, list[Segment]] = {}
    for segment in side.version.segments:
        paragraphs.setdefault(segment.paragraph, []).append(segment)
    gutter = max(map(len, map(str, paragraphs)), default=1)
    body = (
        row for number, some in paragraphs.items() for row in _paragraph(side, number, some, gutter, width)
    )
    return draw([*head, *title, *body], color=color)


def _paragraph(
    side: Side, number: int, segments: Sequence[Segment], gutter: int, width: int
) -> Iterator[Line]:
    """Yield a numbered paragraph; its own line breaks, of lists and verse, stay."""
    yield line()
    style: Style = "bold" if all(segment.kind == "heading" for segment in segments) else "plain"
    lead, rest = f"{number:>{gutter}}{_GAP}", " " * (gutter + len(_GAP))
    for text in side.version.text[segments[0].start : segments[-1].end].splitlines():
        yield from wrap([Span(text, style)], width, lead, rest)
        lead = rest


def render_priorities(
    side: Side,
    readings: Sequence[TopicReading],
    vocabulary: Vocabulary,
    absences: Mapping[str, Decision] = _NOBODY,
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the topics of one statement by level, each with its share of the words and a quote.

    Where a statement names no topic of the vocabulary the answer says so. ``absences`` are decisions that a
    topic is absent; they close the list.
    """
    labels = {topic.id: topic.label for topic in vocabulary.topics}
    return draw(
        [*_lay_topics(side, readings, labels, width), *_lay_absent(absences, labels, width)], color=color
    )


def _lay_absent(absences: Mapping[str, Decision], labels: Mapping[str, str], width: int) -> Iterator[Line]:
    if absences:
        yield line()
        yield line("absent: by human decision", "bold")
    for topic, decision in absences.items():
        yield line(f"  {labels.get(topic, one_line(topic))}")
        yield from wrap(decision_words(decision), width, "      ", "      ")


def _lay_topics(
    side: Side, readings: Sequence[TopicReading], labels: dict[str, str], width: int
) -> Iterator[Line]:
    yield from wrap([Span(" · ".join(side_facts(side)), "bold")], width)
    if not readings:
        yield line("No topic of the vocabulary is named.")
    for level in get_args(Level):
        found = [reading for reading in readings if reading.level == level]
        if found:
            yield line()
            yield line(f"{level}: {_LEVEL_NOTES[level]}", "bold")
        for reading in sorted(found, key=lambda reading: (-reading.share, reading.topic)):
            yield from _lay_topic(reading, labels, side, width)


def _lay_topic(reading: TopicReading, labels: dict[str, str], side: Side, width: int) -> Iterator[Line]:
    counts = f"{counted(len(reading.segments), 'sentence')}, {percent(reading.share)}"
    counts = reading.rule if reading.rule == NARROWER else counts
    yield from spread(f"  {labels.get(reading.topic, reading.topic)}", counts, width)
    if reading.decided:
        yield from wrap(decision_words(reading.decided), width, "      ", "      ")
    if reading.is_shown:
        segment = side.version.segments[reading.leading]
        yield line(f"      {place(segment)} {quoted(shorten(segment.text, width - 14))}", "dim")


def statement_json(side: Side) -> str:
    """Return a statement as JSON that ``statement.schema.json`` describes."""
    return encode_json(StatementText(side))


def statement_csv(side: Side) -> str:
    """Return one row for each sentence, heading or item; offsets are into the clean text."""
    return write_csv(
        _SENTENCE_COLUMNS,
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
        topics=(*(_make_topic(each, labels, side) for each in present), *absent),
    )


def _make_topic(reading: TopicReading, labels: Mapping[str, str], side: Side) -> StatementTopic:
    leading = side.version.segments[reading.leading] if reading.is_shown else None
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
        paragraph=leading.paragraph if leading else None,
        quote=leading.text if leading else None,
    )


def topics_json(topics: StatementTopics) -> str:
    """Return a statement's topics as JSON that ``priorities.schema.json`` describes."""
    return encode_json(topics)


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
            statement=topics.statement,
            topic=each.topic,
            label=each.label,
            level=each.level or "absent",
            sentences=each.sentences,
            words=each.words,
            share=each.share,
            rule=each.rule,
            priority=each.priority,
            presence=each.presence,
            decided_by=each.decided.person if each.decided else None,
            paragraph=each.paragraph,
            quote=each.quote,
        )
