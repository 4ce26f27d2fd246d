"""From what a statement does with a topic, sentence by sentence, to the level it gives the topic."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.model.topics import PRIORITIES
from tracker.topics.levels.roles import treat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Level, Mention
    from tracker.topics.levels.cues import Cues
    from tracker.topics.levels.passages import Continuation
    from tracker.topics.levels.roles import Role, Treatment


def find_treatments(
    text: str, mentions: Sequence[Mention], cues: Cues, situations: frozenset[str]
) -> tuple[Treatment, ...]:
    """Return one treatment for each mention in a sentence, as ``treat`` does where none overlap.

    Of mentions that overlap the longest is treated, and the others as it was: who ratifies the Optional
    Protocol to the Convention against Torture acts on torture and on detention, which makes no list of two.
    Words that a model was taught count as terms, and so do those that similarity names by.
    """
    leading = _choose_leading(mentions)
    if len(leading) == len(mentions) and all(mention.method not in _AS_TERMS for mention in mentions):
        return treat(text, mentions, cues, situations)
    chosen = [
        replace(mentions[place], method="term") if mentions[place].method in _AS_TERMS else mentions[place]
        for place in leading
    ]
    treatments = treat(text, chosen, cues, situations)
    # Each is treated as the first of the leading ones that ends behind its start, which overlaps it.
    ends = [mention.end for mention in chosen]
    return tuple(
        treatments[bisect_right(ends, mention.start)]._replace(topic=mention.topic) for mention in mentions
    )


def _choose_leading(mentions: Sequence[Mention]) -> list[int]:
    order = sorted(range(len(mentions)), key=lambda place: mentions[place].start - mentions[place].end)
    taken = bytearray(max((mention.end for mention in mentions), default=0))
    leading: list[int] = []
    for place in order:
        start, end = mentions[place].start, mentions[place].end
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            leading.append(place)
    return sorted(leading)


ONCE: Final = "once only:"
"""What the rule of a mention begins with that one sentence more would make a priority."""

_AS_TERMS: Final = frozenset({"learned", "similar"})
_NEIGHBOURHOOD: Final = 4
"""Segments within which sentences about a topic are one treatment of it. Of 5,278 readings of topics in 123
speeches one is another with half as many, none with twice as many."""
_SENTENCES: Final = 2
_PASSAGE: Final = 3
_ABOUT: Final = frozenset[str]({"declared", "committed", "demanded", "main"})
_SHOWING: Final[tuple[Role, ...]] = ("committed", "demanded", "main", "side")


@dataclass(slots=True)
class TopicTreatments:
    """All that one statement does with one topic, in reading order."""

    treatments: list[Treatment] = field(default_factory=list)
    continued: list[Continuation] = field(default_factory=list)
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
