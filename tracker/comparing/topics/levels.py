"""From what sentences do with each topic, and those around them, to the level that a statement gives it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.topics.cues import load_cues, plain, ready
from tracker.comparing.topics.mentions import find_apart, find_mentions, find_speaker
from tracker.comparing.topics.roles import WIDER_USE, find_treatments
from tracker.comparing.topics.vocabulary.stems import find_content
from tracker.model.topics import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tracker.comparing.topics.cues import Cues
    from tracker.comparing.topics.mentions import Mentions
    from tracker.comparing.topics.roles import Role, Treatment
    from tracker.model.texts import Segment, Version
    from tracker.model.topics import Level, Mention, Vocabulary


ONCE: Final = "once only:"
"""What the rule of a mention begins with that one sentence more would make a priority."""


_ANNOUNCED: Final = 8
"""Ordinals an announcement of several subjects can be followed by. Of 5,278 readings of topics in 123
speeches one is another with half as many, none with twice as many."""
_LOOK_AHEAD: Final = 12
"""Sentences in which a subject announced without its name is looked for; of these readings none is another
with half or twice as many."""
_LONGEST_DRIFT: Final = 3
"""Sentences that merely follow in the paragraph; beyond, a passage needs words that hold it together."""
_SUBJECTS: Final = 2
"""Topics a passage can be on; a sentence about more is a list, and nothing follows from it."""
_NEIGHBOURHOOD: Final = 4
"""Segments within which sentences about a topic are one treatment of it. Of 5,278 readings of topics in 123
speeches one is another with half as many, none with twice as many."""
_SENTENCES: Final = 2
_PASSAGE: Final = 3
_ABOUT: Final = frozenset[str]({"declared", "committed", "demanded", "main"})
_CARRYING: Final = _ABOUT | {"aside"}
_SHOWING: Final[tuple[Role, ...]] = ("committed", "demanded", "main", "side")


Treatments = tuple[tuple["Treatment", ...], ...]
"""By segment, what it does with each topic it names."""


class Analysis(NamedTuple):
    """The topics of a version as its sentences treat them."""

    cues: Cues
    mentions: Mentions
    treatments: Treatments
    bundles: Mapping[str, TopicTreatments]


def analyse(version: Version, vocabulary: Vocabulary, own_names: Collection[str]) -> Analysis:
    """Return what a version does with each topic it names; ``own_names`` as in ``find_mentions``."""
    cues = load_cues(version.language, (*own_names, *find_speaker(version, own_names)))
    mentions = find_mentions(version, vocabulary, own_names)
    situations = frozenset(topic.id for topic in vocabulary.topics if topic.kind == "situation")
    treatments = _treat_all(version, mentions, cues, situations)
    reader = _PassageReader(cues, version.language, situations)
    return Analysis(cues, mentions, treatments, _bundle(version, mentions, treatments, reader))


def _treat_all(version: Version, mentions: Mentions, cues: Cues, situations: frozenset[str]) -> Treatments:
    headings = {segment.ordinal for segment in version.segments if segment.kind == "heading"}
    apart = find_apart(version) | headings
    treatments: Treatments = tuple(
        find_treatments(segment.text, found, cues, situations)
        for segment, found in zip(version.segments, mentions, strict=True)
    )
    treatments = _declare_announced(version.segments, treatments, cues)
    treatments = _set_asides(version.segments, treatments, cues)
    return tuple(
        tuple(item._replace(role="weak", rule="heading or ceremony") for item in row)
        if place in apart
        else row
        for place, row in enumerate(treatments)
    )


def _bundle(
    version: Version, mentions: Mentions, treatments: Treatments, reader: _PassageReader
) -> dict[str, TopicTreatments]:
    bundles: dict[str, TopicTreatments] = defaultdict(TopicTreatments)
    for item in chain.from_iterable(treatments):
        bundles[item.topic].treatments.append(item)
    apart = find_apart(version)
    for continuation in _find_continuations(version.segments, mentions, treatments, reader):
        if continuation.topic in bundles and continuation.segment not in apart:
            bundles[continuation.topic].continued.append(continuation)
    for topic, places in _find_own_paragraphs(version.segments, treatments, apart).items():
        bundles[topic].own = places
    return bundles


def _set_asides(segments: Sequence[Segment], treatments: Treatments, cues: Cues) -> Treatments:
    """Return the treatments with those in an aside, and in what follows on it, marked as aside.

    An aside goes on within its paragraph while sentences open with a connective.
    """
    marked = list(treatments)
    paragraph = -1
    for place, segment in enumerate(segments):
        text = ready(segment.text)
        if treatments[place] and cues.find_all("aside", text):
            paragraph = segment.paragraph
        elif segment.paragraph != paragraph or not cues.find("connective", text):
            paragraph = -1
        if paragraph >= 0:
            marked[place] = tuple(item._replace(role="aside", rule="set aside") for item in treatments[place])
    return tuple(marked)


def _declare_announced(segments: Sequence[Segment], treatments: Treatments, cues: Cues) -> Treatments:
    """Return the treatments with the subjects that the speaker announced marked as declared.

    "I will address three issues" makes the main topics of the items or of the sentences that begin with an
    ordinal declared; "I want to focus on another challenge" the topic named most in the sentences after.
    """
    marked = list(treatments)
    expected = 0
    for place, segment in enumerate(segments):
        text = ready(segment.text)
        if cues.find("announce_one", text):
            _declare(marked, place, _most_named(treatments[place + 1 : place + 1 + _LOOK_AHEAD]))
        if expected and (segment.kind == "item" or cues.find("ordinal", text)):
            expected -= 1
            _declare_first(marked, place, whole=segment.kind == "item")
        if cues.find("announce", text):
            expected = _ANNOUNCED
    return tuple(marked)


def _most_named(treatments: Treatments) -> str | None:
    counts = Counter(
        item.topic for items in treatments for item in items if item.role not in {"weak", "aside"}
    )
    best = max(counts, key=lambda topic: counts[topic], default=None)
    return best if best is not None and counts[best] > 1 else None


def _declare(marked: list[tuple[Treatment, ...]], after: int, topic: str | None) -> None:
    for place in range(after + 1, min(after + 1 + _LOOK_AHEAD, len(marked))):
        if any(item.topic == topic for item in marked[place]):
            marked[place] = _mark_declared(marked[place], {topic}, "announced as the subject")
            return


def _declare_first(marked: list[tuple[Treatment, ...]], place: int, *, whole: bool) -> None:
    """Mark the first main topic of a sentence as declared, or all that an item of a list is about.

    A fragment has no main topic, but may have only one: *First, corruption.*
    """
    named = [item.topic for item in marked[place] if item.role not in {"weak", "aside"}]
    main = [item.topic for item in marked[place] if item.role not in {"weak", "aside", "side"}]
    declared = named if whole or len({*named}) == 1 else main[:1]
    marked[place] = _mark_declared(marked[place], declared, "one of the subjects announced")


def _mark_declared(
    items: Sequence[Treatment], topics: Collection[str | None], rule: str
) -> tuple[Treatment, ...]:
    return tuple(
        item._replace(role="declared", rule=rule) if item.topic in topics else item for item in items
    )


class _Continuation(NamedTuple):
    """A segment that carries a topic on; ``bound`` when words or a reference back tie it to the topic."""

    segment: int
    topic: str
    bound: bool


def _find_own_paragraphs(
    segments: Sequence[Segment], treatments: Treatments, apart: Collection[int]
) -> dict[str, tuple[int, ...]]:
    """Return, by topic, the sentences of paragraphs that open with it and name no other.

    Segments in ``apart`` are left out; a paragraph of one sentence does not count.
    """
    found: dict[str, list[int]] = {}
    for _, group in groupby(segments, key=lambda segment: segment.paragraph):
        places = [segment.ordinal for segment in group if segment.ordinal not in apart]
        topics = {item.topic for place in places for item in treatments[place] if item.rule != WIDER_USE}
        first = {item.topic for place in places[:1] for item in treatments[place] if item.role in _ABOUT}
        if len(places) > 1 and len(topics) == 1 and topics == first:
            (topic,) = topics
            found.setdefault(topic, []).extend(places)
    return {topic: tuple(places) for topic, places in found.items()}


@dataclass(slots=True)
class _OpenTopics:
    """The topics that the text is on at one point of reading, with the words that name them."""

    topics: dict[str, frozenset[str]]
    paragraph: int = -1
    drifted: int = 0


def _find_continuations(
    segments: Sequence[Segment],
    mentions: Sequence[Sequence[Mention]],
    treatments: Treatments,
    reader: _PassageReader,
) -> tuple[_Continuation, ...]:
    """Return the segments that carry on a topic they do not name, in reading order.

    A topic carries over a paragraph break only by a reference back or by a content word of its term; inside
    a paragraph also by default for three sentences, while no other topic comes up. A reference back is to
    the first topic of the sentence before; one to a war or a country, to a named situation.
    """
    passage = _OpenTopics({})
    found: list[_Continuation] = []
    for place, segment in enumerate(segments):
        if reader.turns(segment):
            passage.topics = {}
        named = reader.name(segment, mentions[place], treatments[place])
        carried = reader.carry(passage, segment, named)
        found += carried
        _move_on(passage, segment, named, carried)
    return tuple(found)


def _move_on(
    passage: _OpenTopics, segment: Segment, named: dict[str, frozenset[str]], carried: Sequence[_Continuation]
) -> None:
    # Names one or two topics: the passage is on these now, beside those that words or a reference tie it to.
    # Names more: a list, from which nothing follows but what it is tied to.
    # Names none and goes on: the passage stays as it is. Names none and does not: the passage is over.
    if named:
        kept = {item.topic: passage.topics[item.topic] for item in carried if item.bound}
        passage.topics = {**(named if len(named) <= _SUBJECTS else {}), **kept}
    elif not carried:
        passage.topics = {}
    bound = bool(named) or any(item.bound for item in carried)
    passage.drifted = 0 if bound else passage.drifted + 1
    passage.paragraph = segment.paragraph


class _PassageReader(NamedTuple):
    """What it takes to see that a sentence goes on about something: cues, language, named situations."""

    cues: Cues
    language: str
    situations: frozenset[str]

    def turns(self, segment: Segment) -> bool:
        """Whether a segment turns to a new subject."""
        return self.cues.find("turn", ready(segment.text))

    def name(
        self, segment: Segment, mentions: Sequence[Mention], treatments: Sequence[Treatment]
    ) -> dict[str, frozenset[str]]:
        """Return the topics a segment is about, with the content words of the terms that name them."""
        named: dict[str, frozenset[str]] = {}
        for mention, treatment in zip(mentions, treatments, strict=True):
            if treatment.role in _CARRYING or segment.kind == "heading":
                named[mention.topic] = named.get(mention.topic, frozenset()) | self._content(mention.term)
        return named

    def carry(
        self, passage: _OpenTopics, segment: Segment, named: dict[str, frozenset[str]]
    ) -> list[_Continuation]:
        """Return what a segment carries on of the passage before it."""
        if not passage.topics or segment.kind == "heading":
            return []
        text = ready(segment.text)
        stems = find_content(plain(segment.text), self.language)
        drift = not named and segment.paragraph == passage.paragraph and passage.drifted < _LONGEST_DRIFT
        back = None if named else self._refer(text, tuple(passage.topics))
        near = segment.paragraph - passage.paragraph <= 1
        return [
            _Continuation(segment.ordinal, topic, bound)
            for topic, words in passage.topics.items()
            if topic not in named and ((bound := near and (topic == back or bool(words & stems))) or drift)
        ]

    def _content(self, term: str) -> frozenset[str]:
        return find_content(term, self.language) - self.cues.generic

    def _refer(self, text: str, topics: Sequence[str]) -> str | None:
        """Return the topic that a text refers back to."""
        if self.cues.find("anaphora_situation", text):
            return next((topic for topic in topics if topic in self.situations), None)
        return topics[0] if self.cues.find("anaphora", text) else None


@dataclass(slots=True)
class TopicTreatments:
    """All that one statement does with one topic, in reading order."""

    treatments: list[Treatment] = field(default_factory=list)
    continued: list[_Continuation] = field(default_factory=list)
    own: tuple[int, ...] = ()
    """The segments of paragraphs that are about the topic alone."""

    def with_role(self, role: Role) -> list[Treatment]:
        """Return the treatments with a role."""
        return [item for item in self.treatments if item.role == role]

    def about(self) -> list[int]:
        """Return the segments that are about the topic by name."""
        return sorted({item.segment for item in self.treatments if item.role in _ABOUT})

    def bound(self) -> list[int]:
        """Return the segments about the topic by name, or tied to it by words or a reference back."""
        return sorted({*self.about(), *(item.segment for item in self.continued if item.bound)})

    def count(self) -> Counter[int]:
        """Return how often each segment names the topic."""
        return Counter(item.segment for item in self.treatments)

    def going_on(self, place: int, most: int) -> list[bool]:
        """Return the continuations in so many segments behind a place: whether each is bound."""
        first, last = (
            bisect_right(self.continued, end, key=lambda item: item.segment) for end in (place, place + most)
        )
        return [item.bound for item in self.continued[first:last]]

    def segments(self, level: Level) -> tuple[int, ...]:
        """Return the segments to be counted: those about a priority, those that name anything else."""
        if level in PRIORITIES:
            return tuple(sorted({*self.about(), *self.own, *(item.segment for item in self.continued)}))
        return tuple(sorted({item.segment for item in self.treatments}))


class Assessment(NamedTuple):
    """A level, the segments each of which shows it, and the rule that gave it."""

    level: Level
    shown: tuple[int, ...]
    rule: str


def assess_level(bundle: TopicTreatments) -> Assessment:
    """Return the level of a topic.

    One sentence that commits to it, or demands, welcomes or condemns something about it, makes it
    substantive; so do two that are mainly about it.
    """
    return (
        _shown("declared", bundle.with_role("declared"))
        or _shown("substantive", bundle.with_role("committed"))
        or _shown("substantive", bundle.with_role("demanded"))
        or _assess_sentences(bundle)
        or _shown("acknowledged", bundle.with_role("aside"))
        or _assess_mention(bundle)
    )


def _shown(level: Level, items: Sequence[Treatment]) -> Assessment | None:
    if not items:
        return None
    return Assessment(level, _find_alike(items[0], items), items[0].rule)


def _assess_sentences(bundle: TopicTreatments) -> Assessment | None:
    # Two sentences name it, or it has a paragraph, or one names it and others near go on about it.
    named = bundle.about()
    going_on = bool(bundle.own) or _are_close(bundle.bound(), _PASSAGE)
    if len(named) >= _SENTENCES or (named and going_on):
        often = bundle.count()
        ranked = sorted(named, key=lambda place: -often[place])
        return Assessment("substantive", tuple(ranked), "two sentences or more mainly about it")
    return None


def _are_close(segments: Sequence[int], count: int) -> bool:
    """Whether so many of the segments are in a row, each near the next."""
    run = 1
    for place, later in pairwise(segments):
        run = run + 1 if later - place <= _NEIGHBOURHOOD else 1
        if run >= count:
            return True
    return False


def _assess_mention(bundle: TopicTreatments) -> Assessment:
    first = next((item for role in _SHOWING for item in bundle.with_role(role)), bundle.treatments[0])
    rule = f"{ONCE} {first.rule}" if first.role in _ABOUT else first.rule
    return Assessment("mentioned", _find_alike(first, bundle.treatments), rule)


def _find_alike(first: Treatment, items: Sequence[Treatment]) -> tuple[int, ...]:
    """Return the segments that show the same by the same rule."""
    return tuple(
        dict.fromkeys(item.segment for item in items if (item.role, item.rule) == (first.role, first.rule))
    )
