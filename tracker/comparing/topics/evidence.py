"""What speaks for a topic in a text, named there or not: the features from which certainties are computed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from functools import cached_property, lru_cache, partial
from itertools import chain
from math import log, log1p
from typing import TYPE_CHECKING, Final

from tracker.comparing.topics.associations import PmiScores
from tracker.comparing.topics.certainty import (
    SENTENCE_FEATURES,
    TOPIC_FEATURES,
    TopicEvidence,
    find_measured,
    name_term,
)
from tracker.comparing.topics.cues import load_cues, plain, ready
from tracker.comparing.topics.levels import TopicTreatments, assess_level
from tracker.comparing.topics.roles import WIDER_USE
from tracker.comparing.topics.vocabulary.load import digested, keep_made
from tracker.comparing.topics.vocabulary.matching import HINT, find_lexicon
from tracker.comparing.topics.vocabulary.stems import count_words, read_reach, read_sentence
from tracker.model.topics import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.comparing.topics.cues import Cues
    from tracker.comparing.topics.levels import Analysis
    from tracker.comparing.topics.roles import Treatment
    from tracker.comparing.topics.vocabulary.load import Digested
    from tracker.model.texts import Version
    from tracker.model.topics import Mention, Vocabulary


_ROLES: Final = ("declared", "committed", "demanded", "main", "side", "aside")
_NEAR: Final = 3
_FOLLOWING: Final = 4
"""Segments in which others go on about the topic of one."""
_MEAN_LENGTH: Final = 3.2
_MEAN_WORDS: Final = 7.5
"""The logarithms of a sentence's and a speech's usual number of words."""
_FEWEST: Final = 900
"""Words: a shorter text is taken for one of so many, as the fitted speeches are no shorter."""
_NAME: Final = r"(?:the )?[A-Z][\w’-]+(?: (?:of |the )?[A-Z][\w’-]+)*"
_NAMES_BEFORE: Final = re.compile(rf"(?:{_NAME}(?:, | and |, and ))+$")
_NAMES_AFTER: Final = re.compile(rf"[\w’-]*(?:,? (?:and |or )?{_NAME})+")
_REACH: Final = 200
"""Characters a list of names is looked for in; of 5,278 readings none is another with 100 or 400."""
_LIST: Final = 2
"""Names beside a topic's own that make it one item of a list of countries or bodies."""
_BESIDE: Final = 4
"""Words on either side of a term that are close to it."""
_POSSESSED: Final = "s"
_POSSESSIVE: Final = re.compile(rf"’{_POSSESSED}(?![^\W_])")
_SHORTEST: Final = 4
_CLOSE: Final = 1.1
"""Of topics unnamed in the fitted speeches readers found 4 % below this likeness, and a quarter above it."""
_MOST: Final = 2.0


def describe_topics(
    version: Version,
    vocabulary: Vocabulary,
    met: Analysis,
    words: int,
    measured: Collection[str],
    only: Collection[str] = (),
) -> dict[str, TopicEvidence]:
    """Return the evidence for each topic that a text names, or of which it names a narrower one.

    Of ``only`` some topics, for those among them.
    Of topics that are not ``measured``, nothing that was learned of single topics is used.
    """
    text, hierarchy = _Text(version, vocabulary, met), _Hierarchy(vocabulary, met.bundles)
    found = {}
    for topic in (each for each in (*met.bundles, *hierarchy.above()) if not only or each in only):
        bundle = met.bundles.get(topic, TopicTreatments())
        name = topic if topic in measured else ""
        named = {item.segment for item in bundle.treatments if item.rule != WIDER_USE}
        rows: dict[int, list[Treatment]] = {}
        for item in bundle.treatments:
            rows.setdefault(item.segment, []).append(item)
        sentences = (text.describe(place, row, named, bundle, name) for place, row in rows.items())
        narrower, broader = hierarchy.describe(topic)
        whole = {
            "terms": log1p(text.count_terms(topic, rows)),
            "sentences": log1p(len(named)),
            "words": _measure_text(words),
            "narrower": narrower,
            "broader": broader,
        }
        found[topic] = TopicEvidence(
            tuple(tuple(map(row.__getitem__, SENTENCE_FEATURES)) for row in sentences),
            _put_in_order(whole),
            tuple(text.find_used(place, topic) for place in rows),
            name,
            tuple(rows),
            tuple(text.find_terms(place, topic) for place in rows) if name else (),
        )
    return found


def _put_in_order(features: Mapping[str, float]) -> tuple[float, ...]:
    """Return a topic's features in the order of their names, nothing for those that are not given."""
    return tuple(features.get(name, 0.0) for name in TOPIC_FEATURES)


def _measure_text(words: int) -> float:
    """Return the length of a text of so many words, beside a usual one."""
    return log(max(_FEWEST, words)) - _MEAN_WORDS


class _Text:
    """A text's sentences, as far as what is said of one topic depends on them and on the others."""

    def __init__(self, version: Version, vocabulary: Vocabulary, met: Analysis) -> None:
        self._segments = version.segments
        self._mentions: dict[tuple[str, int], list[Mention]] = defaultdict(list)
        for mention in chain.from_iterable(met.mentions):
            self._mentions[mention.topic, mention.segment].append(mention)
        self._situations = {topic.id for topic in vocabulary.topics if topic.kind == "situation"}
        named = ((item.topic for item in row if item.rule != WIDER_USE) for row in met.treatments)
        self._topics = [tuple(dict.fromkeys(row)) for row in named]
        self._sentences = [_Sentence(each.text, version.language, met.cues) for each in version.segments]
        self._lengths = Counter(segment.paragraph for segment in version.segments)
        rows = ((segment.paragraph, self._topics[segment.ordinal]) for segment in version.segments)
        self._about = Counter((paragraph, topic) for paragraph, row in rows for topic in row)
        self._pmi = PmiScores([sentence.stems for sentence in self._sentences])

    def count_terms(self, topic: str, places: Iterable[int]) -> int:
        """Return how many terms name a topic, words of wider use apart."""
        mentions = chain.from_iterable(self._mentions[topic, place] for place in places)
        return len({mention.term.casefold() for mention in mentions if mention.confidence > HINT})

    def find_used(self, place: int, topic: str) -> frozenset[str]:
        """Return the stems of a sentence's words, and those close before and after the topic's terms."""
        sentence = self._sentences[place]
        return sentence.stems.union(*map(sentence.find_beside, self._mentions[topic, place]))

    def find_terms(self, place: int, topic: str) -> frozenset[str]:
        """Return the terms by which a sentence names a topic."""
        stems = map(self._sentences[place].find_within, self._mentions[topic, place])
        return frozenset(name_term(topic, each) for each in stems)

    def describe(
        self, place: int, items: Sequence[Treatment], named: set[int], bundle: TopicTreatments, name: str
    ) -> dict[str, float]:
        """Return the features of one sentence, by the names that ``SENTENCE_FEATURES`` explains.

        ``items`` is what it does with the topic, ``named`` the sentences that name it, and ``name`` the
        topic's id if it is one of those measured.
        """
        sentence, topics, topic = self._sentences[place], self._topics[place], items[0].topic
        met = self._mentions[topic, place]
        roles = {item.role for item in items}
        best = next((role for role in _ROLES if role in roles), None)
        near = len(named.intersection(range(place - _NEAR, place + _NEAR + 1)) - {place})
        start = min((mention.start for mention in met), default=0)
        bound = bundle.going_on(place, _FOLLOWING)
        paragraph = self._segments[place].paragraph
        gap = sentence.find_gap(start)
        pmi, before, after = self._pmi.find_near(name, place)
        return {
            "declared": float(best == "declared"),
            "committed": float(best == "committed"),
            "demanded": float(best == "demanded"),
            "main": float(best == "main"),
            "hint": float(best is None and items[0].rule == WIDER_USE),
            "names": float(any(_is_among_names(sentence.plain, mention) for mention in met)),
            "repeated": log(len(met) or 1),
            "long_term": float(any(count_words(mention.term) > 1 for mention in met)),
            "acts": float(sentence.commits),
            "stance": log1p(sentence.stances),
            "length": log(sentence.reach.length or 1) - _MEAN_LENGTH,
            "topics": log(max(1, len(topics))),
            "position": start / max(1, len(sentence.text)),
            "place": place / len(self._segments),
            "near": log1p(near),
            "own": float(place in bundle.own),
            "bound": log1p(sum(bound)),
            "drift": log1p(len(bound) - sum(bound)),
            "situation": float(topic in self._situations),
            "only": float(topics == (topic,)),
            "first": float(topics[:1] == (topic,)),
            "share": self._about[paragraph, topic] / self._lengths[paragraph],
            "acted": float(gap is not None),
            "gap": log1p(gap or 0),
            "pmi": pmi,
            "pmi_before": before,
            "pmi_after": after,
        }


class _Sentence:
    """A sentence, read once however many topics it names."""

    def __init__(self, text: str, language: str, cues: Cues) -> None:
        self.plain = plain(text)
        self.text = ready(text)
        self._cues = cues
        self.reach = read_reach(self.text)
        self._words = read_sentence(self.plain, language)
        self.stems = frozenset(word.stem for word in self._words)

    @cached_property
    def commits(self) -> bool:
        """Whether the speaker commits, calls for, welcomes or condemns."""
        return bool(self._cues.find_all("commit", self.text))

    @cached_property
    def stances(self) -> int:
        """How many words take a stance."""
        return len(self._cues.find_all("stance", self.text))

    @cached_property
    def _acts(self) -> list[int]:
        spans = (*self._cues.find_all("commit", self.text), *self._cues.find_all("demand", self.text))
        return sorted(end for _, end in spans)

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self._words]

    @cached_property
    def _ends(self) -> list[int]:
        return [word.end for word in self._words]

    def find_within(self, mention: Mention) -> Iterator[str]:
        """Yield the stems of a mention's words."""
        first, behind = (bisect_left(self._starts, at) for at in (mention.start, mention.end))
        return (word.stem for word in self._words[first:behind])

    def find_beside(self, mention: Mention) -> set[str]:
        """Return the stems of the words close before and after a mention."""
        at, behind = bisect_right(self._ends, mention.start), bisect_left(self._starts, mention.end)
        after = [word.stem for word in self._words[behind : behind + _BESIDE]]
        if _POSSESSIVE.match(self.plain, mention.end):
            # Outside the words of a sentence, it was one where the weights were fitted.
            after = [_POSSESSED, *after[: _BESIDE - 1]]
        return {
            *(f"before {word.stem}" for word in self._words[max(0, at - _BESIDE) : at]),
            *(f"after {stem}" for stem in after),
        }

    def find_gap(self, start: int) -> int | None:
        """Return the words between the last cue of an act before a topic and the topic."""
        before = bisect_right(self._acts, start)
        return self.reach.count(self._acts[before - 1], start) if before else None


def _is_among_names(text: str, mention: Mention) -> bool:
    """Whether a mention is one of three names or more in a row: of countries, or of bodies."""
    around = text[max(0, mention.start - _REACH) : mention.start], text[mention.end : mention.end + _REACH]
    if sum(map(_count_links, around)) < _LIST:
        return False
    found = _NAMES_BEFORE.search(around[0]), _NAMES_AFTER.match(around[1])
    return sum(_count_links(match[0]) for match in found if match) >= _LIST


def _count_links(names: str) -> int:
    return names.count(",") + names.count(" and ")


class _Hierarchy:
    """Which topics of a vocabulary are broader and narrower, among those that a text names."""

    def __init__(self, vocabulary: Vocabulary, bundles: Mapping[str, TopicTreatments]) -> None:
        self._broader = {topic.id: topic.broader for topic in vocabulary.topics}
        self._with_narrower = {above for topic in bundles for above in self._climb(topic)}
        self._named = frozenset(bundles)
        self._priorities = {
            topic for topic, bundle in bundles.items() if assess_level(bundle).level in PRIORITIES
        }

    def _climb(self, topic: str) -> Iterator[str]:
        above = self._broader[topic]
        while above is not None:
            yield above
            above = self._broader[above]

    def above(self) -> list[str]:
        """Return the broader topics that are named by a narrower one alone."""
        return sorted(self._with_narrower - self._named)

    def describe(self, topic: str) -> tuple[float, float]:
        """Return whether a narrower topic is named, and whether the broader one is a priority."""
        return float(topic in self._with_narrower), float(self._broader[topic] in self._priorities)


class Absences:
    """The evidence for topics that one text, of so many words outside ceremony, does not name."""

    def __init__(self, version: Version, vocabulary: Vocabulary, words: int) -> None:
        self._version = version
        self._words = weigh_words(vocabulary, version.language)
        self._length = _measure_text(words)
        self._measured = find_measured(vocabulary, version.language)

    @cached_property
    def _pmi(self) -> PmiScores:
        language = self._version.language
        rows = (read_sentence(segment.text, language) for segment in self._version.segments)
        return PmiScores([frozenset(word.stem for word in row) for row in rows])

    def describe(self, topic: str) -> TopicEvidence:
        """Return the evidence for a topic that the text does not name."""
        likeness = self._find_likeness(topic)
        name = topic if topic in self._measured else ""
        most, mean = self._pmi.find_highest(name)
        whole = {
            "words": self._length,
            "likeness": likeness,
            "close": float(likeness > _CLOSE),
            "pmi_most": most,
            "pmi_mean": mean,
        }
        return TopicEvidence((), _put_in_order(whole), name=name)

    def _find_likeness(self, topic: str) -> float:
        """Return how much of a topic's words the most similar sentence holds, by the heaviest word."""
        weights = self._words.get(topic)
        if not weights:
            return 0.0
        sums: dict[int, float] = defaultdict(float)
        for stem in sorted(weights.keys() & self._pmi.places.keys()):
            for place in self._pmi.places[stem]:
                sums[place] += weights[stem]
        return min(_MOST, max(sums.values(), default=0.0) / max(weights.values()))


def weigh_words(vocabulary: Vocabulary, language: str) -> Mapping[str, Mapping[str, float]]:
    """Return by topic the weights of its terms' words: how often they are in them, and in few topics'."""
    return _weigh_words(digested(vocabulary, language))


RESTS_ON: Final = tuple(f"comparing/topics/{name}" for name in ("cues.py", "cues.toml", "evidence.py"))
"""The files that weights of words rest on, beside those of vocabularies."""


@lru_cache(maxsize=4)
def _weigh_words(key: Digested) -> Mapping[str, Mapping[str, float]]:
    # Of the shipped vocabulary 100 ms to weigh, and 2 to read as its installation compiled them.
    make = partial(_weigh_terms, key)
    weights: Mapping[str, Mapping[str, float]] = keep_made(key, f"words.{key.language}", make, *RESTS_ON)
    return weights


def _weigh_terms(key: Digested) -> dict[str, dict[str, float]]:
    generic = load_cues(key.language).generic
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in find_lexicon(key).values():
        for phrase in row:
            if phrase.sense != "near miss":
                stems = {stem for stem in phrase.stems if len(stem) >= _SHORTEST} - generic
                counts[phrase.topic].update(stems)
    spread = Counter(stem for held in counts.values() for stem in held)
    return {
        topic: {stem: count * log(len(counts) / spread[stem]) for stem, count in held.items()}
        for topic, held in counts.items()
        if any(spread[stem] < len(counts) for stem in held)
    }
