"""What one sentence does with each topic it names, read from cues in that sentence alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tracker.topics.cues import ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model import Mention
    from tracker.topics.cues import Cues

Role = Literal["declared", "committed", "demanded", "main", "side", "aside", "weak"]
"""From named as a priority, over acted on, called for, mainly about and beside the point, to set aside and in
passing."""

WIDER_USE: Final = "a word of wider use"
"""The rule for a hint that no term near it settles."""

_REACH: Final = 14
"""Words a commitment reaches over to its object; a longer way round is another clause's."""
_DECLARED_REACH: Final = 10
_BEFORE_REACH: Final = 8
_LONGEST_OBJECT: Final = 3
"""Topics one commitment can be about; more are a list."""
_BEFORE_SUBJECT: Final = 4
_LIST: Final = 3
_CROWD: Final = 5
"""From this many topics on, a sentence is a list whatever its form."""
_SUBJECTS: Final = 3
_QUOTED_WORDS: Final = 5
_SHORTEST: Final = 5
"""Words; a shorter sentence is a fragment, and mainly about nothing."""
_OTHERS_WORDS: Final = frozenset({"quotation", "reported speech"})
_ACTED_ON: Final = frozenset[str]({"committed", "demanded", "declared"})
_RULES: Final[dict[Role, str]] = {
    "committed": "commits, calls for, welcomes or condemns",
    "demanded": "says that something must be done",
    "main": "mainly about it",
    "side": "named beside another topic",
}

_ENUMERATING: Final = re.compile(
    r"[,;،、]|\b(?:and|or|et|ou|y|e|o|nor|и|или|و)\b|&|[和及与、]", re.IGNORECASE
)
_PARALLEL: Final = re.compile(r"(?:\band|,)\s+\w+ing\b", re.IGNORECASE)
_QUOTATION: Final = re.compile(r"[“\"«][^”\"»]+[”\"»]?")
_ATTACHING: Final = re.compile(
    r"^\W*(?:in|of|for|to|on|with|between|within|against|towards?|by|at|en|au|aux|à|de|du)\s+(?:the\s+|la\s+|l’)?(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a sentence does with one topic, and the rule that says so."""

    segment: int
    topic: str
    start: int
    role: Role
    rule: str
    alone: bool = False
    """Whether the sentence names no other topic by a term."""


def treat(
    text: str, mentions: Sequence[Mention], cues: Cues, situations: frozenset[str]
) -> tuple[Treatment, ...]:
    """Return one treatment for each mention in a sentence, in order.

    ``situations`` holds the ids of topics that are named situations, which a commitment reaches through
    its object: support *for* one, a ceasefire *in* one.
    """
    if not mentions:
        return ()
    sentence = _Sentence(ready(text), mentions, cues)
    rules: dict[int, tuple[Role, str]] = {}
    for place, rule in sentence.weak(situations):
        rules.setdefault(place, ("weak", rule))
    if not cues.find("aside", sentence.text):
        for place, rule in sentence.declared():
            if place not in rules or rules[place][1] not in _OTHERS_WORDS:
                rules[place] = ("declared", rule)
    for place in sentence.committed():
        rules.setdefault(place, ("committed", _RULES["committed"]))
    for place in sentence.demanded():
        rules.setdefault(place, ("demanded", _RULES["demanded"]))
    for place in sentence.attached(rules, situations):
        rules.setdefault(place, ("main", _RULES["main"]))
    for place, role in sentence.remaining(rules):
        rules[place] = (role, _RULES[role])
    alone = len({mention.topic for mention in mentions if mention.method == "term"}) == 1
    return tuple(
        Treatment(mention.segment, mention.topic, mention.start, *rules[place], alone)
        for place, mention in enumerate(mentions)
    )


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    mentions: Sequence[Mention]
    cues: Cues

    def weak(self, situations: frozenset[str]) -> Iterator[tuple[int, str]]:
        """Yield the places of mentions in passing: quoted, reported, examples, background, travels, lists."""
        quoted = [
            match.span() for match in _QUOTATION.finditer(self.text) if len(match[0].split()) >= _QUOTED_WORDS
        ]
        reported = self.cues.find("reported", self.text)
        for place, mention in enumerate(self.mentions):
            if any(start <= mention.start < end for start, end in quoted):
                yield place, "quotation"
            elif reported:
                yield place, "reported speech"
            elif self.cues.find("example", self.text[: mention.start]):
                yield place, "example"
            elif self.cues.find("background", self.text[: mention.start]):
                yield place, "background"
            elif mention.method == "hint":
                yield place, WIDER_USE
            elif mention.topic in situations and self.cues.find("visited", self.text[: mention.start]):
                yield place, "a place visited"
        for run in self._runs():
            topics = {self.mentions[place].topic for place in run}
            if len(topics) > _LIST or self._topics() >= _CROWD:
                yield from ((place, "list") for place in run)

    def declared(self) -> Iterator[tuple[int, str]]:
        """Yield the places of mentions that are named as the speaker's own priority."""
        for end in self.cues.ends("declare_after", self.text):
            for place in self._object(end, _DECLARED_REACH, len(self.mentions)):
                yield place, "named as own priority or focus"
        for match in self.cues.patterns["declare_before"].finditer(self.text):
            for place in self._before(match.start()):
                yield place, "called a priority"

    def committed(self) -> Iterator[int]:
        """Yield the places of mentions that the speaker commits to, calls for, welcomes or condemns.

        A topic that is itself the subject of a demand counts: corruption must end.
        """
        for end in self.cues.ends("commit", self.text):
            yield from self._object(end, _REACH, _LONGEST_OBJECT)
        subject = self.mentions[0]
        leads = len(self.text[: subject.start].split()) <= _BEFORE_SUBJECT
        if leads and self.cues.find("demanded", self.text[subject.end :]):
            yield 0

    def demanded(self) -> Iterator[int]:
        """Yield the places of mentions that anybody must or should do something about."""
        for end in self.cues.ends("demand", self.text):
            yield from self._object(end, _REACH, _LONGEST_OBJECT)

    def attached(self, rules: dict[int, tuple[Role, str]], situations: frozenset[str]) -> Iterator[int]:
        """Yield the places of situations that what is committed to is in, for or about."""
        for place in range(1, len(self.mentions)):
            before, mention = self.mentions[place - 1], self.mentions[place]
            acted_on = place - 1 in rules and rules[place - 1][0] in _ACTED_ON
            if mention.topic in situations and acted_on and self._attaches(before, mention):
                yield place

    def _attaches(self, before: Mention, mention: Mention) -> bool:
        return _ATTACHING.match(self.text[before.end : mention.start]) is not None

    def remaining(self, rules: dict[int, tuple[Role, str]]) -> list[tuple[int, Role]]:
        """Return the rest: a sentence is mainly about the first of a few topics, or one named twice."""
        named = [mention.topic for mention in self.mentions]
        few = self._topics() <= _SUBJECTS and len(self.text.split()) >= _SHORTEST
        first = next(
            (named[place] for place in range(len(named)) if rules.get(place, ("",))[0] != "weak"), None
        )
        return [
            (place, "main" if few and (topic == first or named.count(topic) > 1) else "side")
            for place, topic in enumerate(named)
            if place not in rules
        ]

    def _topics(self) -> int:
        return len({mention.topic for mention in self.mentions})

    def _object(self, end: int, reach: int, most: int) -> list[int]:
        """Return the first mention within reach after a cue, and those enumerated with it."""
        for place, mention in enumerate(self.mentions):
            if mention.start < end:
                continue
            gap = self.text[end : mention.start]
            if len(gap.split()) > reach or self.cues.find("barrier", gap):
                return []
            run = [place]
            for later in range(place + 1, len(self.mentions)):
                if self._enumerated(later - 1) and (later - 1 in run or self._parallel(later)):
                    run.append(later)
            return run if len({self.mentions[place].topic for place in run}) <= most else []
        return []

    def _before(self, start: int) -> list[int]:
        places = [place for place, mention in enumerate(self.mentions) if mention.end <= start]
        if not places:
            return []
        gap = self.text[self.mentions[places[-1]].end : start]
        if len(gap.split()) > _BEFORE_REACH or self.cues.find("barrier", gap):
            return []
        run = [places[-1]]
        while run[-1] > 0 and self._enumerated(run[-1] - 1):
            run.append(run[-1] - 1)
        return run

    def _parallel(self, place: int) -> bool:
        """Whether a mention is the object of one more verb: strengthening A in B *and countering C*."""
        return (
            _PARALLEL.search(self.text[self.mentions[place - 1].end : self.mentions[place].start]) is not None
        )

    def _enumerated(self, place: int) -> bool:
        """Whether a mention and the next are items of one enumeration."""
        gap = self.text[self.mentions[place].end : self.mentions[place + 1].start]
        return (
            len(gap.split()) <= _DECLARED_REACH - 2
            and _ENUMERATING.search(gap) is not None
            and not self.cues.find("barrier", gap)
            and not self.cues.find("commit", gap)
        )

    def _runs(self) -> Iterator[list[int]]:
        run = [0]
        for place in range(len(self.mentions) - 1):
            if self._enumerated(place):
                run.append(place + 1)
            else:
                yield run
                run = [place + 1]
        yield run
