"""What changed inside topics that stay: ``find_inside``.

Sentences in the passages on a topic, and around them, that ask, promise, threaten, condemn, name or give a
figure on one side, and have no counterpart on the other. Passages are the sentences about the topic, and
those in which the speech is likely on it; around them are others that name it, or in which the speech may be
on it, the less surely the further from a passage. A counterpart is sought in the whole other text: a sentence
is surer to have one the fewer of its stems that text lacks, and the more it says on the topic; and has one
where a sentence of it is alike, by the cosine of stems, weighted by how few sentences of both texts hold
them. What is condemned in a topic is surer to have one where the other side condemns in it too.
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
_FAR: Final = 6
"""Sentences beyond which one is no further from a passage."""
_MANY: Final = 2
"""Names, or figures, beyond which more of them say no more."""
_WORD: Final = re.compile(r"\w{4,}")
_REST_OF_WORD: Final = re.compile(r"(?<=\w)\w+")
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
    alike: float
    """The cosine from which a sentence of the other text is a counterpart."""


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
    """Return what one side does and the other does not inside topics that both name, the largest first.

    ``names`` are those that only one whole text has, figures those that the other text has nowhere. Nothing
    is said but of two English texts.
    """
    found: list[Inside] = []
    for candidates in list_candidates(old, new, topics, names, own_names).values():
        found += _choose(candidates, {"old": old, "new": new})
    return tuple(sorted(found, key=lambda each: (-each.weight, each.topic, each.side, each.evidence.segment)))


class Candidate(NamedTuple):
    """A sentence that does something, on a topic or around it, and what tells whether it is news."""

    topic: str
    side: SideOfTwo
    place: int
    """Its segment."""
    deed: Deed
    features: Mapping[str, float]
    share: float
    """The larger share of the words of a text that its topic has."""


def list_candidates(
    old: Version,
    new: Version,
    topics: Iterable[TopicChange],
    names: Sequence[NameChange],
    own_names: Collection[str] = (),
) -> dict[str, list[Candidate]]:
    """Return what both sides do inside topics that both name, by topic, as ``find_inside`` weighs it."""
    readings: Mapping[str, Mapping[SideOfTwo, TopicReading]] = {
        topic.topic: {"old": topic.old, "new": topic.new} for topic in topics if topic.old and topic.new
    }
    if not readings or not old.language == new.language == _LANGUAGE:
        return {}
    now, before = ([each.name for each in names if each.status == status] for status in _STATUSES)
    stems = [[_find_stems(ready(segment.text)) for segment in version.segments] for version in (old, new)]
    weights = _weigh_stems([*stems[0], *stems[1]])
    first, second = _Whole(old, stems[0], weights), _Whole(new, stems[1], weights)
    sides: Mapping[SideOfTwo, _Side] = {
        "old": _Side(old, before, first, second, own_names),
        "new": _Side(new, now, second, first, own_names),
    }
    return {topic: _read_passages(topic, sides, both) for topic, both in readings.items()}


_STATUSES: Final = ("named now", "no longer named")


def _find_stems(text: str) -> frozenset[str]:
    """Return the longer words of a text in small letters, by the letters that most of their forms share."""
    return frozenset([word[:_STEM] for word in _WORD.findall(text)])


class Deed(NamedTuple):
    """What a sentence does, the words that show it, and what else tells of it."""

    act: Act
    start: int
    end: int
    features: Mapping[str, float]


def _take_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where words begin and end of which a cue is a part."""
    rest = _REST_OF_WORD.match(text, end)
    found = text[start : rest.end() if rest else end]
    return start + len(found) - len(found.lstrip()), start + len(found.rstrip())


class _Side:
    """A version as passages are read from it: what its sentences do that the other whole text does not."""

    def __init__(
        self, version: Version, names: Iterable[str], whole: _Whole, other: _Whole, own: Collection[str]
    ) -> None:
        self.segments = version.segments
        self._apart = find_apart(version)
        self._cues = load_cues(version.language, own)
        spelled = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        self._names = re.compile(rf"(?<!\w)(?:{spelled})(?!\w)") if spelled else None
        self._whole, self._other = whole, other
        self._deeds: dict[int, Deed | None] = {}
        self._closest: dict[int, float] = {}

    def find_passage(self, reading: TopicReading) -> list[int]:
        """Return the segments of the passages on a topic."""
        return sorted({*reading.segments, *reading.passage} - self._apart)

    def find_around(self, reading: TopicReading) -> list[int]:
        """Return the segments of the passages on a topic and those around them."""
        return sorted({*reading.segments, *reading.passage, *reading.around} - self._apart)

    def find_closest(self, place: int) -> float:
        """Return the cosine of a segment and the one of the other text that is most like it, 0 to 1."""
        if place not in self._closest:
            self._closest[place] = self._other.find_closest(self._whole.stems[place])
        return self._closest[place]

    def read_deed(self, place: int) -> Deed | None:
        """Return what a segment does; None where that is nothing, or it is too short or too long."""
        if place not in self._deeds:
            self._deeds[place] = self._find_deed(place)
        return self._deeds[place]

    def _find_deed(self, place: int) -> Deed | None:
        said = self.segments[place].text
        if not _SHORTEST <= len(said) <= _LONGEST:
            return None
        text = ready(said)
        if any(self._cues.find(table, text) for table in _NO_DEEDS):
            return None
        names = [match.span() for match in self._names.finditer(said)] if self._names else []
        counted = self._cues.find_all("counted", text)
        figures = [span for span in counted if text[slice(*span)] not in self._other.text]
        features = {
            "named": float(min(len(names), _MANY)),
            "counted": float(min(len(figures), _MANY)),
            "speaks": float(not _SPEAKER.isdisjoint(text.split())),
            "novel": log(1 + len(self._whole.stems[place] - self._other.known)),
        }
        for table, act in _ACTS.items():
            if spans := self._cues.find_all(table, text):
                return Deed(act, *_take_words(text, *spans[0]), features)
        if figures:
            return Deed("figure", *_take_words(text, *figures[0]), features)
        return Deed("names", *names[0], features) if names else None


def _read_passages(
    topic: str, sides: Mapping[SideOfTwo, _Side], readings: Mapping[SideOfTwo, TopicReading]
) -> list[Candidate]:
    """Return what the passages of both sides on a topic do, and what is around them."""
    passages = {name: side.find_passage(readings[name]) for name, side in sides.items()}
    deeds = {
        name: {place: deed for place in side.find_around(readings[name]) if (deed := side.read_deed(place))}
        for name, side in sides.items()
    }
    acts = {
        name: {deed.act for place, deed in each.items() if place in passages[name]}
        for name, each in deeds.items()
    }
    share = max(reading.share for reading in readings.values())
    found = []
    for name, each in deeds.items():
        reading = readings[name]
        for place, deed in each.items():
            features = {
                **deed.features,
                deed.act: 1.0,
                f"{deed.act} again": float(deed.act in acts[_OTHER[name]]),
                "about": float(place in reading.segments),
                "on": float(place in reading.passage),
                "new": float(name == "new"),
                "leading": float(place == reading.leading),
                "far": _find_distance(place, passages[name]),
                "other side": log(1 + len(passages[_OTHER[name]])),
                "closest": sides[name].find_closest(place),
            }
            found.append(Candidate(topic, name, place, deed, features, share))
    return found


def _choose(candidates: Iterable[Candidate], versions: Mapping[SideOfTwo, Version]) -> list[Inside]:
    """Return what is told of the candidates of a topic, the largest first."""
    weights = _load_weights()
    found = []
    for each in candidates:
        certainty = _weigh(each.features, weights.certainty)
        if certainty >= weights.least and each.features["closest"] < weights.alike:
            start, end = each.deed.start, each.deed.end
            words = versions[each.side].segments[each.place].text[start:end]
            weight = round(_weigh(each.features, weights.worth) * each.share, 4)
            evidence = Evidence(each.place, start, end, words)
            found.append(Inside(each.topic, each.side, each.deed.act, evidence, certainty, weight))
    found.sort(key=lambda each: (-each.weight, each.side, each.evidence.segment))
    return found[: weights.most]


def _find_distance(place: int, passage: Sequence[int]) -> float:
    """Return how far a segment is from the nearest of a passage, 0 to 1."""
    return min([_FAR, *(abs(place - other) for other in passage)]) / _FAR


def _weigh(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the chance that weights in log-odds give to features."""
    odds = weights["bias"] + sum(value * weights.get(name, 0.0) for name, value in features.items())
    return round(1 / (1 + exp(-odds)), 4)


def _weigh_stems(rows: Sequence[frozenset[str]]) -> Mapping[str, float]:
    """Return the weight of each stem: the fewer sentences hold it, the more."""
    held = Counter(stem for stems in rows for stem in stems)
    return {stem: log((1 + len(rows)) / count) ** 2 for stem, count in held.items()}


class _Whole:
    """A whole text as counterparts are sought in it: the stems of its sentences, and what each weighs."""

    def __init__(
        self, version: Version, stems: Sequence[frozenset[str]], weights: Mapping[str, float]
    ) -> None:
        self.text = version.text.lower()
        self.stems = stems
        places: dict[str, list[int]] = defaultdict(list)
        for at, held in enumerate(stems):
            for stem in held:
                places[stem].append(at)
        self._places = places
        self.known = frozenset(places)
        self._weights = weights
        self._lengths = [self._measure(held) for held in stems]

    def find_closest(self, stems: frozenset[str]) -> float:
        """Return the cosine of a sentence and the one of the text that is most like it, 0 to 1."""
        shared: dict[int, float] = defaultdict(float)
        for stem in stems & self.known:
            weight = self._weights[stem]
            for at in self._places[stem]:
                shared[at] += weight
        length, lengths = self._measure(stems), self._lengths
        # Stems come in any order, so that the last digits of a sum differ from run to run.
        return round(max((both / (length * lengths[at]) for at, both in shared.items()), default=0.0), 4)

    def _measure(self, stems: Iterable[str]) -> float:
        return sqrt(sum(self._weights[stem] for stem in stems)) or 1.0
