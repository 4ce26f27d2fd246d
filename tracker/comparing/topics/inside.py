"""What changed inside topics that stay: ``find_inside``.

Sentences in the passages on a topic, and around them, that ask, promise, threaten, condemn, name or give a
figure on one side, and have no counterpart on the other. Passages are the sentences about the topic, and
those in which the speech is likely on it; around them are others that name it, or in which the speech may be
on it. How sure a sentence is news was fitted on sentences that a strict reader judged: the more, the fewer of
its words the other side has in one sentence, or anywhere on the topic, the more it names, and the less other
topics lay claim to it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from math import exp, log
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.topics.cues import load_cues, ready
from tracker.comparing.topics.mentions import find_apart
from tracker.inputs.compiled import read_packaged
from tracker.model.changes import Evidence, Inside
from tracker.model.languages import has

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
_SHORTEST, _LONGEST = 40, 700
"""Characters of a sentence that tells something, and of one that can be quoted."""
_MOST: Final[Mapping[str, int]] = {"named": 2, "counted": 2, "capitals": 5, "ideals": 4, "others": 3}
"""Beyond which more of them say no more: names, figures, words in capitals and of ideals, other topics."""
_WORD: Final = re.compile(r"\w{4,}")
_WORDS: Final = re.compile(r"\w+")
_REST_OF_WORD: Final = re.compile(r"(?<=\w)\w+")
_STEM: Final = 6
"""Letters by which forms of a word are taken for one."""
_SPEAKER: Final = frozenset({"we", "i", "our", "my"})
_CAPITAL: Final = re.compile(r"(?<=[a-z,;:’'-] )[A-Z][\w’'-]+")
"""A word in capitals that does not begin a sentence."""
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
    ideals: frozenset[str]
    """Words of what everybody wishes."""


@cache
def _load_weights() -> _Weights:
    table = read_packaged(__package__, "inside.toml")
    return _Weights(**{**table, "ideals": frozenset(table["ideals"])})


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
    topics = tuple(topics)
    readings: Mapping[str, Mapping[SideOfTwo, TopicReading]] = {
        topic.topic: {"old": topic.old, "new": topic.new} for topic in topics if topic.old and topic.new
    }
    if not readings or old.language != new.language or not has(old.language, "inside"):
        return {}
    now, before = ([each.name for each in names if each.status == status] for status in _STATUSES)
    stems = [[_find_stems(ready(segment.text)) for segment in version.segments] for version in (old, new)]
    weights = _weigh_stems([*stems[0], *stems[1]])
    first, second = _Whole(old, stems[0], weights), _Whole(new, stems[1], weights)
    sides: Mapping[SideOfTwo, _Side] = {
        "old": _Side(old, before, first, second, own_names, [topic.old for topic in topics if topic.old]),
        "new": _Side(new, now, second, first, own_names, [topic.new for topic in topics if topic.new]),
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
        self,
        version: Version,
        names: Iterable[str],
        whole: _Whole,
        other: _Whole,
        own: Collection[str],
        readings: Sequence[TopicReading],
    ) -> None:
        self.segments = version.segments
        self._apart = find_apart(version)
        self._cues = load_cues(version.language, own)
        spelled = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        self._names = re.compile(rf"(?<!\w)(?:{spelled})(?!\w)") if spelled else None
        self.whole, self._other = whole, other
        self._about: dict[int, list[TopicReading]] = defaultdict(list)
        for reading in readings:
            for place in reading.segments:
                self._about[place].append(reading)
        self._deeds: dict[int, Deed | None] = {}
        self._closest: dict[int, float] = {}

    def find_passage(self, reading: TopicReading) -> list[int]:
        """Return the segments of the passages on a topic."""
        return sorted({*reading.segments, *reading.passage} - self._apart)

    def find_around(self, reading: TopicReading) -> list[int]:
        """Return the segments of the passages on a topic and those around them."""
        return sorted({*reading.segments, *reading.passage, *reading.around} - self._apart)

    def find_closest(self, place: int) -> float:
        """Return how much of a segment the one of the other text that has most of it has, 0 to 1."""
        if place not in self._closest:
            self._closest[place] = self._other.find_closest(self.whole.stems[place])
        return self._closest[place]

    def read_claims(self, place: int, reading: TopicReading) -> Mapping[str, float]:
        """Return how many other topics a segment is about, and whether one has a larger share."""
        others = [each for each in self._about.get(place, ()) if each.topic != reading.topic]
        return {
            "others": _cap("others", len(others)),
            "larger": float(any(each.share > reading.share for each in others)),
        }

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
        words, ideals = _WORDS.findall(text), _load_weights().ideals
        features = {
            "named": _cap("named", len(names)),
            "counted": _cap("counted", len(figures)),
            "speaks": float(not _SPEAKER.isdisjoint(text.split())),
            "novel": log(1 + len(self.whole.stems[place] - self._other.known)),
            "capitals": _cap("capitals", len(_CAPITAL.findall(said))),
            "ideals": _cap("ideals", sum(word in ideals for word in words)),
            "question": float(said.rstrip().endswith("?")),
        }
        for table, act in _ACTS.items():
            if spans := self._cues.find_all(table, text):
                return _make_deed(act, *_take_words(text, *spans[0]), features, len(said))
        if figures:
            return _make_deed("figure", *_take_words(text, *figures[0]), features, len(said))
        return _make_deed("names", *names[0], features, len(said)) if names else None


def _cap(name: str, count: int) -> float:
    return float(min(count, _MOST[name]))


def _make_deed(act: Act, start: int, end: int, features: Mapping[str, float], length: int) -> Deed:
    return Deed(act, start, end, {**features, act: 1.0, "late": start / length})


def _read_passages(
    topic: str, sides: Mapping[SideOfTwo, _Side], readings: Mapping[SideOfTwo, TopicReading]
) -> list[Candidate]:
    """Return what the passages of both sides on a topic do, and what is around them."""
    passages = {name: side.find_passage(readings[name]) for name, side in sides.items()}
    around = {name: side.find_around(readings[name]) for name, side in sides.items()}
    share = max(reading.share for reading in readings.values())
    found = []
    for name, side in sides.items():
        reading, other = readings[name], sides[_OTHER[name]]
        said = other.whole.gather(around[_OTHER[name]])
        for place in around[name]:
            if not (deed := side.read_deed(place)):
                continue
            stems, on = side.whole.stems[place], place in passages[name]
            features = {
                **deed.features,
                **side.read_claims(place, reading),
                "about": float(place in reading.segments),
                "on": float(place in reading.passage),
                "new": float(name == "new"),
                "leading": float(place == reading.leading),
                "between": float((place - 1 in passages[name]) + (place + 1 in passages[name])),
                "unsaid": on * len(stems - said) / max(1, len(stems)),
                "said": round(side.whole.weigh(stems & said) / side.whole.weigh(stems), 4),
                "closest": side.find_closest(place),
            }
            found.append(Candidate(topic, name, place, deed, features, share))
    return found


def _choose(candidates: Iterable[Candidate], versions: Mapping[SideOfTwo, Version]) -> list[Inside]:
    """Return what is told of the candidates of a topic, the largest first."""
    weights = _load_weights()
    found = []
    for each in candidates:
        certainty = _weigh(each.features, weights.certainty)
        if certainty >= weights.least:
            start, end = each.deed.start, each.deed.end
            words = versions[each.side].segments[each.place].text[start:end]
            weight = round(certainty * _weigh(each.features, weights.worth) * each.share, 4)
            evidence = Evidence(each.place, start, end, words)
            found.append(Inside(each.topic, each.side, each.deed.act, evidence, certainty, weight))
    found.sort(key=lambda each: (-each.weight, each.side, each.evidence.segment))
    return found[: weights.most]


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

    def find_closest(self, stems: frozenset[str]) -> float:
        """Return how much of a sentence the one of the text that has most of it has, by weight, 0 to 1."""
        shared: dict[int, float] = defaultdict(float)
        for stem in stems & self.known:
            weight = self._weights[stem]
            for at in self._places[stem]:
                shared[at] += weight
        # Stems come in any order, so that the last digits of a sum differ from run to run.
        return round(max(shared.values(), default=0.0) / self.weigh(stems), 4)

    def gather(self, places: Iterable[int]) -> frozenset[str]:
        """Return the stems of some segments."""
        return frozenset().union(*(self.stems[place] for place in places))

    def weigh(self, stems: Iterable[str]) -> float:
        """Return what stems weigh together, 1 if they are none."""
        return sum(self._weights[stem] for stem in stems) or 1.0
