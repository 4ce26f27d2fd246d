"""Everything a comparison has on one topic: what became of it, and each sentence about it on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tracker.report.comparison.findings import show_finding
from tracker.report.comparison.passages import quote
from tracker.report.comparison.topic_words import share_words, status_mark, unclaimed_words
from tracker.report.comparison.words import side_labels
from tracker.report.document import Column, Entry, Section, Span
from tracker.report.layout import counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.changes import Comparison
    from tracker.model.topics import Topic, TopicChange, TopicReading, Vocabulary
    from tracker.topics.certainty.claims import WeighedSentence

    SideWeights = tuple[TopicReading | None, tuple[WeighedSentence, ...]]

_FIGURES = (Column("% of words"),)
_FIGURES_NOTE = (
    "before each sentence, how likely it alone shows a priority, then what weighs most in that:"
    " + for it, − against it"
)


def show_topic(comparison: Comparison, topic: Topic, vocabulary: Vocabulary) -> Iterator[Section]:
    """Yield what became of a topic, then the sentences of either side that are about it or name it."""
    change = next((each for each in comparison.topics if each.topic == topic.id), None)
    yield Section(one_line(topic.label), (_describe(comparison, topic, change),), columns=_FIGURES)
    for name in ("old", "new"):
        yield _list_sentences(comparison, topic, vocabulary, change, name)


def _describe(comparison: Comparison, topic: Topic, change: TopicChange | None) -> Entry:
    if change is None:
        return Entry((Span(f"{one_line(topic.label)}, no priority on either side"),), ("",))
    found = show_finding(comparison, change, told=True, everything=True)
    claim = (*found.claim[:2], Span(f", {status_mark(change, comparison.provenance.sure)}"))
    why = unclaimed_words(change, comparison.provenance.sure)
    return Entry(claim, (share_words(change),), notes=(*found.notes, *((Span(why),) if why else ())))


def _list_sentences(
    comparison: Comparison,
    topic: Topic,
    vocabulary: Vocabulary,
    change: TopicChange | None,
    name: Literal["old", "new"],
) -> Section:
    side = comparison.old if name == "old" else comparison.new
    reading = change and (change.old if name == "old" else change.new)
    segments = side.version.segments
    from tracker.topics.vocabulary.matching import match_topics  # noqa: PLC0415 (10 ms, for one topic alone)

    rows = match_topics([each.text for each in segments], vocabulary, language=side.version.language)
    named = {
        place: next(((each.start, each.end) for each in row if each.topic == topic.id), None)
        for place, row in enumerate(rows)
    }
    about = {place for place, at in named.items() if at} | set(reading.segments if reading else ())
    label = side_labels(comparison)[name == "new"]
    return Section(
        f"{label}, {counted(len(about), 'sentence')}",
        tuple(Entry((), evidence=(quote(comparison, name, place, named[place]),)) for place in sorted(about)),
    )


def explain_topic(
    comparison: Comparison, topic: Topic, reasons: tuple[SideWeights, SideWeights]
) -> Iterator[Section]:
    """Yield what became of a topic, and by side its level, the rule, and what weighs in its sentences.

    ``reasons`` are, by side, its reading and the likeliest sentences with their probabilities.
    """
    change = next((each for each in comparison.topics if each.topic == topic.id), None)
    yield Section(one_line(topic.label), (_describe(comparison, topic, change),), columns=_FIGURES)
    for name, label, (reading, sentences) in zip(
        ("old", "new"), side_labels(comparison), reasons, strict=True
    ):
        if reading is None:
            yield Section(f"{label}: not named", ())
            continue
        chances = f"a priority with probability {reading.priority:.2f}, finds it at all with"
        said = f"{one_line(reading.rule)}; a careful reader calls it {chances} {reading.presence:.2f}"
        notes = (Span(f"rule: {said}"),)
        about: Literal["old", "new"] = "old" if name == "old" else "new"
        yield Section(
            f"{label}: {reading.level}",
            (
                Entry((Span(counted(len(reading.segments), "sentence")),), notes=notes),
                *(_show_weighed(comparison, about, each) for each in sentences),
            ),
        )
    yield Section("how to read the figures", (), note=_FIGURES_NOTE)


def _show_weighed(comparison: Comparison, name: Literal["old", "new"], weighed: WeighedSentence) -> Entry:
    reasons = ", ".join(f"{part} {weight:+.2f}".replace("-", "−") for part, weight in weighed.reasons)
    claim = (Span(f"{weighed.probability:.2f}", "bold"), Span(f"  {reasons}", "dim"))
    return Entry(claim, evidence=(quote(comparison, name, weighed.segment),))
