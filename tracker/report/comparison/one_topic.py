"""Everything a comparison has on topics: what became of each, and its sentences on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.references import own_names
from tracker.report.comparison import words as wording
from tracker.report.comparison.findings import show_finding
from tracker.report.comparison.passages import quote
from tracker.report.document import Column, Entry, Section, Span
from tracker.report.layout import counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.topics import Topic, TopicChange, TopicReading, Vocabulary
    from tracker.report.redline import SideName
    from tracker.topics.certainty.claims import WeighedSentence
    from tracker.topics.mentions import Mentions

    SideWeights = tuple[TopicReading | None, tuple[WeighedSentence, ...]]

_FIGURES = (Column("% of words"),)
_FIGURES_NOTE = (
    "before each sentence, how likely it alone shows a priority, then what weighs most in that:"
    " + for it, − against it"
)
_SIDES: Final[tuple[SideName, SideName]] = ("old", "new")


def show_topics(
    comparison: Comparison,
    topics: Sequence[Topic],
    vocabulary: Vocabulary,
    reasons: Sequence[tuple[SideWeights, SideWeights]],
    *,
    explain: bool,
) -> Iterator[Section]:
    """Yield what became of topics, and of each the sentences of either side that count for it or name it.

    ``reasons`` are, for each topic by side, its reading and the likeliest sentences with their probabilities;
    to ``explain`` is to show these instead: level, rule, and what weighs in them. Of several topics those
    that neither side names are told in a line.
    """
    mentions = _find_all_mentions(comparison, vocabulary)
    changes = {each.topic: each for each in comparison.topics}
    silent: list[str] = []
    for topic, sides in zip(topics, reasons, strict=True):
        change = changes.get(topic.id)
        if len(topics) > 1 and not change and not any(reading for reading, _ in sides):
            silent.append(one_line(topic.label))
            continue
        described = _describe(comparison, topic, change, vocabulary)
        yield Section(one_line(topic.label), (described,), columns=_FIGURES)
        for name, held, (reading, sentences) in zip(_SIDES, mentions, sides, strict=True):
            if explain:
                yield _explain_side(comparison, name, reading, sentences)
            else:
                held_one = (change.old if name == "old" else change.new) if change else reading
                yield _list_sentences(comparison, topic, held_one, name, held)
    if silent:
        yield Section(
            f"named on neither side ({len(silent)})", (Entry((), names=tuple(silent)),), inline=True
        )
    if explain:
        yield Section("how to read the figures", (), note=_FIGURES_NOTE)


def _find_all_mentions(comparison: Comparison, vocabulary: Vocabulary) -> list[Mentions]:
    from tracker.topics.mentions import find_mentions  # noqa: PLC0415 (10 ms, for one topic alone)

    sides = (comparison.old, comparison.new)
    names = (own_names(side.country) if side.country else () for side in sides)
    return [find_mentions(side.version, vocabulary, own) for side, own in zip(sides, names, strict=True)]


def _describe(
    comparison: Comparison, topic: Topic, change: TopicChange | None, vocabulary: Vocabulary
) -> Entry:
    if change is None:
        from tracker.topics.mentions import find_own_situations  # noqa: PLC0415 (as above)

        codes = filter(None, (comparison.old.country, comparison.new.country))
        own = any(topic.id in find_own_situations(vocabulary, own_names(code)) for code in codes)
        said = wording.OWN_SITUATION if own else "no priority on either side"
        return Entry((Span(f"{one_line(topic.label)}, {said}"),), ("",))
    found = show_finding(comparison, change, told=True, everything=True)
    claim = (*found.claim[:2], Span(f", {wording.status_mark(change, comparison.provenance.sure)}"))
    why = wording.unclaimed_words(change, comparison.provenance.sure)
    return Entry(claim, (wording.share_words(change),), notes=(*found.notes, *((Span(why),) if why else ())))


def _list_sentences(
    comparison: Comparison, topic: Topic, reading: TopicReading | None, name: SideName, mentions: Mentions
) -> Section:
    """Return the sentences that count for a topic, as many as everywhere, and those that only name it."""
    about = set(reading.segments) if reading else set()
    places = {
        place: next(((each.start, each.end) for each in row if each.topic == topic.id), None)
        for place, row in enumerate(mentions)
    }
    naming = {place for place, at in places.items() if at} - about
    more = f", {len(naming)} more {'names' if len(naming) == 1 else 'name'} it" if naming else ""
    return Section(
        f"{wording.side_labels(comparison)[name == 'new']}, {counted(len(about), 'sentence')} counted{more}",
        tuple(
            Entry((), evidence=(quote(comparison, name, place, places[place]),))
            for place in sorted(about | naming)
        ),
    )


def _explain_side(
    comparison: Comparison,
    name: SideName,
    reading: TopicReading | None,
    sentences: Sequence[WeighedSentence],
) -> Section:
    label = wording.side_labels(comparison)[name == "new"]
    if reading is None:
        return Section(f"{label}: not named", ())
    chances = f"a priority with probability {reading.priority:.2f}, finds it at all with"
    said = f"{one_line(reading.rule)}; a careful reader calls it {chances} {reading.presence:.2f}"
    number = Entry((Span(counted(len(reading.segments), "sentence")),), notes=(Span(f"rule: {said}"),))
    shown = (_show_weighed(comparison, name, each) for each in sentences)
    return Section(f"{label}: {reading.level}", (number, *shown))


def _show_weighed(comparison: Comparison, name: SideName, weighed: WeighedSentence) -> Entry:
    reasons = ", ".join(f"{part} {weight:+.2f}".replace("-", "−") for part, weight in weighed.reasons)
    claim = (Span(f"{weighed.probability:.2f}", "bold"), Span(f"  {reasons}", "dim"))
    return Entry(claim, evidence=(quote(comparison, name, weighed.segment),))
