"""What is unsure between two statements, topic by topic, with the levels for which each answer stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.coding.judge import judge_topic
from tracker.coding.recorded import keep_rulings
from tracker.comparing.topics.decided import ABSENT
from tracker.comparing.topics.statuses import find_closest
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.diff.diff import diff
from tracker.diff.sides import pair_operands
from tracker.errors import DecisionInvalid
from tracker.model.texts import Reference
from tracker.model.topics import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.decisions import Coder, Ruling
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import Topic, TopicChange, TopicReading, Vocabulary

SHOWN: Final = 3
"""How many passages of a side are shown, that which shows the level best first."""

_TERMS: Final = 8
"""Terms of a topic that nothing names by which the closest passage is sought; the first are the main ones."""

_Named = dict[str, dict[int, tuple[tuple[int, int], ...]]]
"""By topic and segment, the offsets of the words that name it."""

Levels = tuple[str, str]
"""The level of a topic in the old and in the new statement."""


@dataclass(frozen=True, slots=True)
class MarkedPassage:
    """A segment to read, with the offsets of the words that name the topic."""

    segment: Segment
    marks: tuple[tuple[int, int], ...]
    likeness: float | None = None
    """Of the passage closest to a topic that nothing names: how alike they are."""
    around: tuple[Segment | None, Segment | None] = (None, None)
    """The segments before and after it in its paragraph."""


@dataclass(frozen=True, slots=True)
class OpenTopic:
    """A topic of which it is unsure what became, with what there is to read on both sides."""

    change: TopicChange
    supposed: Levels
    """The levels for which its status stands, which are kept if it holds."""
    passages: tuple[tuple[MarkedPassage, ...], tuple[MarkedPassage, ...]]

    @property
    def others(self) -> Mapping[str, Levels]:
        """What else may be so of a topic, by the key that says it; words: ``list_other_words``.

        Of one supposed absent from one side: it is no priority on the other, only mentioned, or absent too;
        or this side does name it, in passing or as a priority. Of one that both have: either side only
        mentions it, or has nothing on it.
        """
        before, after = self.supposed
        if before == ABSENT:
            return {
                "1": (ABSENT, "mentioned"),
                "2": (ABSENT, ABSENT),
                "3": ("mentioned", after),
                "4": ("substantive", after),
            }
        if after == ABSENT:
            return {
                "1": ("mentioned", ABSENT),
                "2": (ABSENT, ABSENT),
                "3": (before, "mentioned"),
                "4": (before, "substantive"),
            }
        either = {
            "1": (before, "mentioned"),
            "2": (before, ABSENT),
            "3": ("mentioned", after),
            "4": (ABSENT, after),
        }
        return {key: levels for key, levels in either.items() if levels != self.supposed}


@dataclass(frozen=True, slots=True)
class OpenComparison:
    """Two statements of the archive, and the topics of which it is unsure what became."""

    old: Reference
    new: Reference
    comparison: Comparison
    topics: tuple[OpenTopic, ...]


def open_topics(
    arguments: Sequence[str],
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    *,
    everything: bool = False,
    opinions: bool = True,
    without: Collection[str] = (),
) -> OpenComparison:
    """Compare what the arguments name, as ``diff`` does, and return what is unsure and nobody decided.

    With ``everything`` each topic that may be a priority on either side is returned, however sure. Without
    ``opinions`` it is unsure by what the program and people say alone: each second reader is asked the same.
    What people named in ``without`` decided is left out.
    Raises ``DecisionInvalid`` for files, which are not judged, and as ``diff`` does.
    """
    old, new = pair_operands(list(arguments), archive)
    if not (isinstance(old, Reference) and isinstance(new, Reference)):
        raise DecisionInvalid("only statements in the archive can be judged; add the file first: tracker add")
    old, new = archive.reader.resolve(old), archive.reader.resolve(new)
    comparison = diff([str(old), str(new)], archive, vocabulary, without=without, opinions=opinions)
    return open_compared(old, new, comparison, vocabulary, everything=everything)


def open_compared(
    old: Reference,
    new: Reference,
    comparison: Comparison,
    vocabulary: Vocabulary,
    *,
    everything: bool = False,
) -> OpenComparison:
    """Return what is unsure in a comparison, as ``open_topics`` does."""
    settled = [(level.topic, level.side) for level in comparison.levels]
    unsure = [
        change
        for change in comparison.topics
        if everything
        or (change.is_open and not {(change.topic, "old"), (change.topic, "new")} <= set(settled))
    ]
    topics = {topic.id: topic for topic in vocabulary.topics}
    sides = comparison.old, comparison.new
    # By the whole vocabulary, as they were read: which of two topics' terms counts rests on both.
    named = [_match(side, vocabulary) for side in sides] if unsure else []
    found = (
        OpenTopic(
            change,
            suppose_levels(change),
            (
                tuple(_read_passages(sides[0], change.old, topics[change.topic], named[0])),
                tuple(_read_passages(sides[1], change.new, topics[change.topic], named[1])),
            ),
        )
        for change in unsure
    )
    return OpenComparison(old, new, comparison, tuple(found))


def suppose_levels(change: TopicChange) -> Levels:
    """Return the levels for which a status stands: as read, but absent or a priority where it says so.

    What is new or not repeated was perhaps read as a mere mention: as a priority it is substantive.
    """
    before, after = (reading.level if reading else ABSENT for reading in (change.old, change.new))
    if before == ABSENT and after not in PRIORITIES:
        after = "substantive"
    if after == ABSENT and before not in PRIORITIES:
        before = "substantive"
    return before, after


def settle_topic(
    compared: OpenComparison,
    topic: OpenTopic,
    levels: Levels,
    coder: Coder,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
) -> tuple[Ruling, ...]:
    """Keep the levels of a topic on both sides, as ``tracker judge REF --topic`` does; both or none.

    Returns what now counts. Raises as ``judge_topic`` and ``keep_rulings`` do.
    """
    rulings = [
        judge_topic(str(side), topic.change.topic, level, coder, archive, vocabulary)
        for side, level in zip((compared.old, compared.new), levels, strict=True)
    ]
    return keep_rulings(rulings, archive)


def _match(side: Side, vocabulary: Vocabulary) -> _Named:
    texts = [segment.text for segment in side.version.segments]
    named: _Named = defaultdict(lambda: defaultdict(tuple))
    for mentions in match_topics(texts, vocabulary, language=side.version.language):
        for each in mentions:
            named[each.topic][each.segment] += ((each.start, each.end),)
    return named


def _read_passages(
    side: Side, reading: TopicReading | None, topic: Topic, named: _Named
) -> Iterator[MarkedPassage]:
    """Yield what shows a topic: what was read as about it, else what names it, else the closest passage."""
    segments, marks = side.version.segments, named.get(topic.id, {})
    places = [*marks]
    if reading and reading.segments:
        places = list(dict.fromkeys((reading.leading, *reading.segments)))
    for place in places[:SHOWN]:
        yield MarkedPassage(segments[place], marks.get(place, ()), around=find_around(segments, place))
    if not places:
        terms = (topic.label, *topic.terms.get(side.version.language, ())[:_TERMS])
        closest = find_closest([segment.text for segment in segments], terms, side.version.language)
        if closest:
            around = find_around(segments, closest.segment)
            yield MarkedPassage(segments[closest.segment], (), closest.score, around)


def find_around(segments: Sequence[Segment], place: int) -> tuple[Segment | None, Segment | None]:
    """Return the segments before and after one in its paragraph."""
    paragraph = segments[place].paragraph
    before, after = (
        next((each for each in segments[max(at, 0) : at + 1] if each.paragraph == paragraph), None)
        for at in (place - 1, place + 1)
    )
    return before, after
