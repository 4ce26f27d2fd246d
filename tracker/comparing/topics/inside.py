"""What changed inside topics that stay: ``find_inside``.

Sentences in the passages on a topic that ask, promise, threaten, condemn, name or give a figure on one side,
and have no counterpart in the other side's passages. Passages are the sentences about the topic, and those in
which the speech is likely on it. A counterpart shares content with it: the cosine of stems, weighted by how
few sentences of both passages hold them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.topics.cues import load_cues, ready
from tracker.comparing.topics.mentions import find_apart
from tracker.inputs.compiled import read_packaged
from tracker.model.changes import Evidence, Inside
from tracker.model.topics import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tracker.model.changes import Act, NameChange, SideOfTwo
    from tracker.model.texts import Version
    from tracker.model.topics import TopicChange, TopicReading

_ACTS: Final[Mapping[str, Act]] = {
    "threatened": "threatens",
    "promised": "promises",
    "asked": "asks",
    "condemned": "condemns",
}
"""What a sentence does, by table of cues; the first that holds counts."""
_NO_DEEDS: Final = ("courteous", "quoted", "reported")
"""Tables of cues of what the speaker does not do, or does not mean for itself."""
_LANGUAGE: Final = "en"
"""Nothing was measured in another one, and names are compared in it alone."""
_SHORTEST, _LONGEST = 40, 700
"""Characters of a sentence that tells something, and of one that can be quoted."""
_MANY: Final = 2
"""Names, or figures, beyond which more of them say no more."""
_WORD: Final = re.compile(r"\w{4,}")
_STEM: Final = 6
"""Letters by which forms of a word are taken for one."""
_SPEAKER: Final = frozenset({"we", "i", "our", "my"})
_OTHER: Final[Mapping[SideOfTwo, SideOfTwo]] = {"old": "new", "new": "old"}


class _Weights(NamedTuple):
    """What was fitted, in log-odds, by feature."""

    certainty: Mapping[str, float]
    """Of a sentence that it says so of the topic, and has no counterpart."""
    worth: Mapping[str, float]
    """That it is among the five that a reader would name of its topic."""
    least: float
    """The certainty below which nothing is told."""
    most: int
    """Sentences of a topic that are told."""


@cache
def _load_weights() -> _Weights:
    return _Weights(**read_packaged(__package__, "inside.toml"))


def find_inside(
    old: Version,
    new: Version,
    topics: Iterable[TopicChange],
    names: Sequence[NameChange],
    own_names: Collection[str] = (),
) -> tuple[Inside, ...]:
    """Return what one side does and the other does not inside topics that are on both, the largest first.

    ``names`` are those that only one whole text
    has; figures are those that the other text has nowhere; the rest has no counterpart in the passages on the
    topic. Nothing is said but of two English texts.
    """
    if not old.language == new.language == _LANGUAGE:
        return ()
    now, before = ([each.name for each in names if each.status == status] for status in _STATUSES)
    sides: Mapping[SideOfTwo, _Side] = {
        "old": _Side(old, before, new, own_names),
        "new": _Side(new, now, old, own_names),
    }
    found = [
        each
        for topic in topics
        if topic.old and topic.new and _stays(topic)
        for each in _compare_passages(topic.topic, sides, {"old": topic.old, "new": topic.new})
    ]
    return tuple(sorted(found, key=lambda each: (-each.weight, each.topic, each.side, each.evidence.segment)))


def _stays(topic: TopicChange) -> bool:
    """Tell whether both sides have a topic as a priority, or it is not claimed that one has not."""
    levels = {side.level for side in (topic.old, topic.new) if side}
    return PRIORITIES.issuperset(levels) or not topic.claimed


_STATUSES: Final = ("named now", "no longer named")


def _find_stems(text: str) -> frozenset[str]:
    """Return the longer words of a text in small letters, by the letters that most of their forms share."""
    return frozenset([word[:_STEM] for word in _WORD.findall(text)])


class _Deed(NamedTuple):
    """What a sentence does, the words that show it, and what else tells of it."""

    act: Act
    start: int
    end: int
    features: Mapping[str, float]


class _Side:
    """A version as passages are read from it: what its sentences do and which stems they hold, once each."""

    def __init__(self, version: Version, names: Iterable[str], other: Version, own: Collection[str]) -> None:
        self.segments = version.segments
        self._apart = find_apart(version)
        self._cues = load_cues(version.language, own)
        spelled = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        self._names = re.compile(rf"(?<!\w)(?:{spelled})(?!\w)") if spelled else None
        self._other_text = other.text.lower()
        self._known = _find_stems(self._other_text)
        self._deeds: dict[int, _Deed | None] = {}
        self._stems: dict[int, frozenset[str]] = {}

    def find_passage(self, reading: TopicReading) -> list[int]:
        """Return the segments of the passages on a topic."""
        return sorted({*reading.segments, *reading.passage} - self._apart)

    def read_stems(self, place: int) -> frozenset[str]:
        """Return the stems of a segment's words with content."""
        if place not in self._stems:
            self._stems[place] = _find_stems(ready(self.segments[place].text))
        return self._stems[place]

    def read_deed(self, place: int) -> _Deed | None:
        """Return what a segment does; None where that is nothing, or it is too short or too long."""
        if place not in self._deeds:
            self._deeds[place] = self._find_deed(place)
        return self._deeds[place]

    def _find_deed(self, place: int) -> _Deed | None:
        said = self.segments[place].text
        if not _SHORTEST <= len(said) <= _LONGEST:
            return None
        text = ready(said)
        if any(self._cues.find(table, text) for table in _NO_DEEDS):
            return None
        names = [match.span() for match in self._names.finditer(said)] if self._names else []
        counted = self._cues.find_all("counted", text)
        figures = [span for span in counted if text[slice(*span)] not in self._other_text]
        features = {
            "named": float(min(len(names), _MANY)),
            "counted": float(min(len(figures), _MANY)),
            "speaks": float(not _SPEAKER.isdisjoint(text.split())),
            "novel": log(1 + len(self.read_stems(place) - self._known)),
        }
        for table, act in _ACTS.items():
            if spans := self._cues.find_all(table, text):
                return _Deed(act, *spans[0], features)
        if figures:
            return _Deed("figure", *figures[0], features)
        return _Deed("names", *names[0], features) if names else None


def _compare_passages(
    topic: str, sides: Mapping[SideOfTwo, _Side], readings: Mapping[SideOfTwo, TopicReading]
) -> list[Inside]:
    """Return what one side's passages on a topic do and the other's do not, the largest first."""
    weights = _load_weights()
    passages = {name: side.find_passage(readings[name]) for name, side in sides.items()}
    likeness = _Likeness(
        {name: [sides[name].read_stems(at) for at in passage] for name, passage in passages.items()}
    )
    share = max(reading.share for reading in readings.values())
    found = []
    for name, passage in passages.items():
        side, reading = sides[name], readings[name]
        for place in passage:
            deed = side.read_deed(place)
            if deed is None:
                continue
            features = {
                **deed.features,
                deed.act: 1.0,
                "alike": likeness.find_closest(side.read_stems(place), _OTHER[name]),
                "about": float(place in reading.segments),
                "on": float(place in reading.passage),
                "new": float(name == "new"),
                "leading": float(place == reading.leading),
            }
            certainty = _weigh(features, weights.certainty)
            if certainty >= weights.least:
                words = side.segments[place].text[deed.start : deed.end]
                evidence = Evidence(place, deed.start, deed.end, words)
                weight = round(_weigh(features, weights.worth) * share, 4)
                found.append(Inside(topic, name, deed.act, evidence, certainty, weight))
    found.sort(key=lambda each: (-each.weight, each.side, each.evidence.segment))
    return found[: weights.most]


def _weigh(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the chance that weights in log-odds give to features."""
    odds = weights["bias"] + sum(value * weights.get(name, 0.0) for name, value in features.items())
    return round(1 / (1 + exp(-odds)), 4)


class _Likeness:
    """How alike sentences of passages are, by the stems that both hold, the rarer the more."""

    def __init__(self, passages: Mapping[SideOfTwo, Sequence[frozenset[str]]]) -> None:
        rows = [stems for passage in passages.values() for stems in passage]
        held = Counter(stem for stems in rows for stem in stems)
        self._weights = {stem: log((1 + len(rows)) / count) ** 2 for stem, count in held.items()}
        self._places: dict[SideOfTwo, dict[str, list[int]]] = {}
        self._lengths: dict[SideOfTwo, list[float]] = {}
        for name, passage in passages.items():
            places: dict[str, list[int]] = defaultdict(list)
            for at, stems in enumerate(passage):
                for stem in stems:
                    places[stem].append(at)
            self._places[name] = places
            self._lengths[name] = [self._measure(stems) for stems in passage]

    def find_closest(self, stems: frozenset[str], name: SideOfTwo) -> float:
        """Return the cosine of a sentence and that of a side's which is most like it, 0 to 1."""
        shared: dict[int, float] = defaultdict(float)
        for stem in stems:
            for at in self._places[name].get(stem, ()):
                shared[at] += self._weights[stem]
        length, lengths = self._measure(stems), self._lengths[name]
        return max((both / (length * lengths[at]) for at, both in shared.items()), default=0.0)

    def _measure(self, stems: Iterable[str]) -> float:
        return sqrt(sum(self._weights[stem] for stem in stems)) or 1.0
