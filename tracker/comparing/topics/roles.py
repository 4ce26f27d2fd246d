"""What one sentence does with each topic it names, read from its cues and its enumerations alone."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tracker.comparing.topics.cues import ready
from tracker.comparing.topics.vocabulary.matching import HINT
from tracker.comparing.topics.vocabulary.stems import Reach, count_words, read_reach

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.comparing.topics.cues import Cues
    from tracker.model.topics import Mention

Role = Literal["declared", "committed", "demanded", "main", "side", "aside", "weak"]
"""Named as a priority, acted on, called for, mainly about, named beside another, set aside, in passing."""

WIDER_USE: Final = "a word of wider use"
"""The rule for a hint that no term near it settles."""

_REACH: Final = 14
"""Words a commitment reaches over to its object; a longer way round is another clause's."""
_DECLARED_REACH: Final = 10
_BEFORE_REACH: Final = 8
"""Words between a subject and what calls it a priority."""
_LONGEST_OBJECT: Final = 3
"""Topics one commitment can be about; more are a list."""
_BEFORE_SUBJECT: Final = 4
_LEADING: Final = 64
"""Words in which what leads into a mention is looked for; the cues and what may follow them take 30.
What is said behind it is looked for in as many characters."""
_LIST: Final = 3
_CROWD: Final = 5
"""From this many topics on, a sentence is a list whatever its form."""
_SUBJECTS: Final = 3
_QUOTED_WORDS: Final = 5
_OTHERS_WORDS: Final = frozenset({"quotation", "reported speech"})
_AS_TERMS: Final = frozenset({"learned", "similar"})
_RULES: Final[dict[Role, str]] = {
    "committed": "commits, calls for, welcomes or condemns",
    "demanded": "says that something must be done",
    "main": "mainly about it",
    "side": "named beside another topic",
}
_PASSING: Final = {
    "example": "example",
    "background": "background",
    "manner": "a standard for something else",
}
"""The rules for mentions in passing, by the table of cues that leads into them."""
_PRESENT: Final = {"visited": "a place visited or a partner"}
"""The same for named situations alone."""
_FRAME_END: Final = re.compile(r"[^,;:.]{0,60},")
_QUOTATION: Final = re.compile(r"„[^“”]+[“”]?|[“\"«「『][^”\"»」』]+[”\"»」』]?")
_ATTACHING: Final = re.compile(
    r"^\W*(?:(?:in|of|for|to|on|with|between|within|against|towards?|by|at|en|au|aux|à|de|du|del|a|para|por|sobre"
    r"|entre|contra|con|в|во|на|для|с|к|по|о|об|между|против|في|من|على|إلى|بين|ضد|مع)\s+"
    r"(?:the\s+|la\s+|el\s+|l’)?(?:\w+\s+){0,3}|[的在对于与])$",
    re.IGNORECASE,
)


class Treatment(NamedTuple):
    """What a sentence does with one topic, and the rule for it."""

    segment: int
    topic: str
    role: Role
    rule: str


def find_treatments(
    text: str, mentions: Sequence[Mention], cues: Cues, situations: frozenset[str]
) -> tuple[Treatment, ...]:
    """Return one treatment for each mention in a sentence, as ``_treat`` does where none overlap.

    Of mentions that overlap the longest is treated, and the others as it was: who ratifies the Optional
    Protocol to the Convention against Torture acts on torture and on detention, which makes no list of two.
    Words that a model was taught count as terms, and so do those that similarity names by.
    """
    leading = _choose_leading(mentions)
    if len(leading) == len(mentions) and all(mention.method not in _AS_TERMS for mention in mentions):
        return _treat(text, mentions, cues, situations)
    chosen = [
        replace(mentions[place], method="term") if mentions[place].method in _AS_TERMS else mentions[place]
        for place in leading
    ]
    treatments = _treat(text, chosen, cues, situations)
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


def _treat(
    text: str, mentions: Sequence[Mention], cues: Cues, situations: frozenset[str]
) -> tuple[Treatment, ...]:
    """Return one treatment for each mention in a sentence, in order.

    ``situations`` holds the ids of topics that are named situations, which a commitment reaches through
    its object: support *for* one, a ceasefire *in* one.
    """
    if not mentions:
        return ()
    sentence = _Sentence(ready(text), mentions, cues)
    # The first that holds of a mention counts:
    #   in passing     "... the report says that crime rises": quoted, reported, an example, one of a list
    #   declared       "Our priority is crime", were it in a list or an example, but not in another's words
    #   acted on       "We condemn crime", "Crime must end", and a situation it is in: "crime in Haiti"
    #   the main one   the first of three topics at most, or one named twice; the others are beside it
    rules: dict[int, tuple[Role, str]] = {}
    for place, rule in sentence.weak(situations):
        rules.setdefault(place, ("weak", rule))
    if not cues.find_all("aside", sentence.text):
        for place, rule in sentence.declared():
            if place not in rules or rules[place][1] not in _OTHERS_WORDS:
                rules[place] = ("declared", rule)
    for place, role in sentence.acted_on(situations):
        rules.setdefault(place, (role, _RULES[role]))
    for place, role in sentence.remaining(rules):
        rules[place] = (role, _RULES[role])
    return tuple(
        Treatment(mention.segment, mention.topic, *rules[place]) for place, mention in enumerate(mentions)
    )


def _is_sure(mention: Mention) -> bool:
    """Whether the words alone settle the topic: a hint near a term stays a hint."""
    return mention.confidence > HINT


@dataclass(frozen=True)
class _Sentence:
    """A sentence made ready, and the topics that it names."""

    text: str
    mentions: Sequence[Mention]
    cues: Cues

    @cached_property
    def _reach(self) -> Reach:
        return read_reach(self.text)

    @cached_property
    def _lists(self) -> _Lists:
        return _Lists(self.text, self.mentions, self.cues)

    def weak(self, situations: frozenset[str]) -> Iterator[tuple[int, str]]:
        """Yield the places of mentions in passing: quoted, reported, examples, background, travels, lists."""
        quoted = [
            match.span() for match in _QUOTATION.finditer(self.text) if count_words(match[0]) >= _QUOTED_WORDS
        ]
        opened = [start for start, _ in quoted]
        reported = self.cues.find("reported", self.text)
        for place, mention in enumerate(self.mentions):
            around = bisect_right(opened, mention.start) - 1
            if around >= 0 and mention.start < quoted[around][1]:
                yield place, "quotation"
            elif reported:
                yield place, "reported speech"
            elif rule := self._led_into(mention.start, _PASSING):
                yield place, rule
            elif self.cues.find("background_after", self.text[mention.end : mention.end + _LEADING]):
                yield place, _PASSING["background"]
            elif mention.method == "hint":
                yield place, WIDER_USE
            elif mention.topic in situations and (rule := self._led_into(mention.start, _PRESENT)):
                yield place, rule
        for run in self._lists.runs():
            topics = {self.mentions[place].topic for place in run if self.mentions[place].method == "term"}
            if len(topics) > _LIST or self._topics >= _CROWD:
                yield from ((place, "list") for place in run)

    def _led_into(self, start: int, rules: Mapping[str, str]) -> str | None:
        """Return the rule of the first table of cues that the text before a mention ends with."""
        near = self._reach.find_start(start, _LEADING)
        return next(
            (rule for table, rule in rules.items() if self.cues.find(table, self.text, near, start)), None
        )

    def declared(self) -> Iterator[tuple[int, str]]:
        """Yield the places of mentions that are named as the speaker's own priority."""
        objects = self._objects("declare_after", _DECLARED_REACH, len(self.mentions))
        yield from ((place, "named as own priority or focus") for place in objects)
        for start, _ in self.cues.find_all("declare_before", self.text):
            yield from ((place, "called a priority") for place in self._before(start))

    def acted_on(self, situations: frozenset[str]) -> list[tuple[int, Role]]:
        """Return the places of mentions that are acted on, and whether the speaker does or anybody should.

        What a hint names is not acted on by it alone, but leads on to the situation it is in or for.
        """
        acts: list[tuple[int, Role]] = [(place, "committed") for place in self._committed()]
        acts += [(place, "demanded") for place in self._objects("demand", _REACH, _LONGEST_OBJECT)]
        reached = {place for place, _ in acts}
        further = (*self._attached(reached, situations), *self._framed())
        sure = [(place, role) for place, role in acts if _is_sure(self.mentions[place])]
        return [*sure, *((place, "committed") for place in further)]

    def _committed(self) -> Iterator[int]:
        """Yield what the speaker commits to, calls for, welcomes or condemns, and the subject of a demand."""
        yield from self._objects("commit", _REACH, _LONGEST_OBJECT)
        subject = self.mentions[0]
        leads = self._reach.count(0, subject.start) <= _BEFORE_SUBJECT
        if leads and self.cues.find("demanded", self.text[subject.end :]):
            yield 0

    def _attached(self, reached: Collection[int], situations: frozenset[str]) -> Iterator[int]:
        """Yield the situations that what is acted on is in, for or about."""
        for place, (before, mention) in enumerate(pairwise(self.mentions), start=1):
            between = self.text[before.end : mention.start]
            if mention.topic in situations and place - 1 in reached and _ATTACHING.match(between):
                yield place

    def _framed(self) -> Iterator[int]:
        """Yield what a sentence opens with before it acts: *on A, we call for B*."""
        for place, mention in enumerate(self.mentions[:_LEADING]):
            if self._reach.find_start(mention.start, _LEADING):
                return
            if not (_is_sure(mention) and _FRAME_END.match(self.text, mention.end)):
                continue
            before, rest = self.text[: mention.start], self.text[mention.end :]
            opens = self.cues.find("frame", before)
            if opens and (self.cues.find("commit", rest) or self.cues.find("demand", rest)):
                yield place

    def remaining(self, rules: dict[int, tuple[Role, str]]) -> list[tuple[int, Role]]:
        """Return the rest: a sentence is mainly about the first of a few topics, or one named twice."""
        named = [mention.topic for mention in self.mentions]
        often = Counter(named)
        few = self._topics <= _SUBJECTS and self._reach.length >= self.cues.shortest
        first = next((topic for at, topic in enumerate(named) if rules.get(at, ("",))[0] != "weak"), None)
        return [
            (place, "main" if few and (topic == first or often[topic] > 1) else "side")
            for place, topic in enumerate(named)
            if place not in rules
        ]

    @cached_property
    def _topics(self) -> int:
        """Return how many topics are named by a term; words of wider use make no list."""
        return len({mention.topic for mention in self.mentions if mention.method == "term"})

    def _objects(self, table: str, reach: int, most: int) -> Iterator[int]:
        """Yield the objects of a table's cues, in order."""
        for _, end in self.cues.find_all(table, self.text):
            yield from self._find_object(end, reach, most)

    def _find_object(self, end: int, reach: int, most: int) -> list[int]:
        """Return the first term within reach after a cue, those enumerated with it and hints on the way."""
        passed: list[int] = []
        for place in range(bisect_left(self.mentions, end, key=attrgetter("start")), len(self.mentions)):
            mention = self.mentions[place]
            far = len(passed) > _LONGEST or self._reach.count(end, mention.start) > reach
            if far or self.cues.find("barrier", self.text[end : mention.start]):
                break
            passed.append(place)
            if _is_sure(mention):
                run = self._lists.follow(place)
                topics = {self.mentions[item].topic for item in run if _is_sure(self.mentions[item])}
                return [*passed[:-1], *run] if len(topics) <= most else passed[:-1]
        return passed

    def _before(self, start: int) -> list[int]:
        last = bisect_right(self.mentions, start, key=attrgetter("end")) - 1
        if last < 0:
            return []
        end = self.mentions[last].end
        far = self._reach.count(end, start) > _BEFORE_REACH
        return [] if far or self.cues.find("barrier", self.text[end:start]) else self._lists.follow_back(last)


_LONGEST: Final = 200
"""Mentions beyond which no enumeration is followed; of 60,000 sentences none has more than 24 in all."""

_MOST_BETWEEN: Final = 8
"""Words between two items."""

_ENUMERATING: Final = re.compile(
    r"[,;、]|\b(?:and|or|et|ou|y|e|o|u|nor|ni|и|или|أو|أم)\b|\bو|&|[和及与或、]|以及", re.IGNORECASE
)

_PARALLEL: Final = re.compile(r"(?:\band|,)\s+\w+ing\b", re.IGNORECASE)


class _Lists:
    """The enumerations of a sentence."""

    def __init__(self, text: str, mentions: Sequence[Mention], cues: Cues) -> None:
        self._text = text
        self._mentions = mentions
        self._cues = cues

    def follow(self, place: int) -> list[int]:
        """Return a mention and those enumerated with it behind it."""
        run = [place]
        for later in range(place + 1, min(place + _LONGEST, len(self._mentions))):
            if self._enumerated[later - 1] and (run[-1] == later - 1 or self._parallel[later]):
                run.append(later)
        return run

    def follow_back(self, place: int) -> list[int]:
        """Return a mention and those before it in its enumeration, the nearest first."""
        run = [place]
        while run[-1] > 0 and self._enumerated[run[-1] - 1] and len(run) < _LONGEST:
            run.append(run[-1] - 1)
        return run

    def runs(self) -> Iterator[list[int]]:
        """Yield all mentions, those of one enumeration together."""
        run = [0]
        for place in range(len(self._mentions) - 1):
            if self._enumerated[place]:
                run.append(place + 1)
            else:
                yield run
                run = [place + 1]
        yield run

    @cached_property
    def _gaps(self) -> list[str]:
        """The text between each mention and the next, with the Arabic *and* that is written with it."""
        return [
            self._text[one.end : other.start] + "و" * self._text.startswith("و", other.start)
            for one, other in pairwise(self._mentions)
        ]

    @cached_property
    def _parallel(self) -> list[bool]:
        """Whether each mention is the object of one more verb: strengthening A in B *and countering C*."""
        return [False, *(_PARALLEL.search(gap) is not None for gap in self._gaps)]

    @cached_property
    def _enumerated(self) -> list[bool]:
        """Whether each mention and the next are items of one enumeration."""
        return [self._enumerates(gap) for gap in self._gaps]

    def _enumerates(self, gap: str) -> bool:
        return (
            count_words(gap) <= _MOST_BETWEEN
            and _ENUMERATING.search(gap) is not None
            and not self._cues.find("barrier", gap)
            and not self._cues.find("commit", gap)
        )
