"""The features of a topic in a text from which the certainty of a claim is computed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import chain
from math import log, log1p
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.model.topics import PRIORITIES
from tracker.topics.certainty.associations import PmiScores
from tracker.topics.certainty.sentences import Sentence
from tracker.topics.levels import TopicTreatments, assess_level
from tracker.topics.roles import WIDER_USE
from tracker.topics.vocabulary.matching import HINT
from tracker.topics.vocabulary.stems import count_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.model.texts import Version
    from tracker.model.topics import Mention, Vocabulary
    from tracker.topics.cues import Cues
    from tracker.topics.levels import Analysis, Treatments
    from tracker.topics.roles import Treatment

SENTENCE_FEATURES: Final = {
    "declared": "named as a priority",
    "committed": "acted on",
    "demanded": "called for",
    "main": "what the sentence is about",
    "hint": "named by a word of wider use",
    "names": "one of a list of names",
    "repeated": "how often it is named here",
    "long_term": "named by several words",
    "acts": "the speaker acts, calls, welcomes or condemns",
    "stance": "words that take a stance",
    "length": "length of the sentence",
    "topics": "number of topics here",
    "position": "how late in the sentence",
    "place": "how late in the text",
    "near": "named in sentences near it",
    "own": "a paragraph on it alone",
    "bound": "how long the next sentences go on about it",
    "drift": "how long they go on without a tie to it",
    "situation": "a country or conflict",
    "only": "the only topic here",
    "first": "the first topic here",
    "share": "share of its paragraph",
    "acted": "an act comes before it",
    "gap": "words between act and topic",
    "pmi": "words often found with it",
    "pmi_before": "such words in the sentence before",
    "pmi_after": "such words in the sentence after",
}
"""Of a sentence that names the topic, each in words: what it does with it, by what words, and where it is;
how the sentences around it go on, and how far before the topic the last cue of an act ends; how far its
words, and those of its neighbours, often stand beside the topic (pointwise mutual information)."""

TOPIC_FEATURES: Final = (
    *("terms", "sentences", "words", "narrower", "broader", "likeness", "close"),
    *("pmi_most", "pmi_mean"),
)
"""Of the topic in the whole text: terms that name it, sentences, the text's length, narrower and broader
topics, and, where no sentence names it, how similar the most similar one is, and its highest associations."""

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
_NAMED: Final = (0.0, 0.0, 0.0, 0.0)
"""In place of the last four features, for a topic that is named."""
_LIST: Final = 2
"""Names beside a topic's own that make it one item of a list of countries or bodies."""


class TopicEvidence(NamedTuple):
    """The features of each sentence that names a topic, with its words, and of the topic in the whole."""

    sentences: tuple[tuple[float, ...], ...]
    topic: tuple[float, ...]
    words: tuple[frozenset[str], ...] = ()
    """The stems of each sentence, and of those close to the topic's terms: ``before war``, ``after war``."""
    name: str = ""
    """The topic's id, if it is one of those measured: some are easily overlooked, some seldom named without a
    claim."""
    places: tuple[int, ...] = ()
    """The segments that the sentences are."""


def describe_topics(
    version: Version,
    vocabulary: Vocabulary,
    met: Analysis,
    words: int,
    measured: Collection[str],
) -> dict[str, TopicEvidence]:
    """Return the evidence for each topic that a text names, or of which it names a narrower one.

    Of topics that are not ``measured``, nothing that was learned of single topics is used.
    """
    mentions: dict[tuple[str, int], list[Mention]] = defaultdict(list)
    for mention in chain.from_iterable(met.mentions):
        mentions[mention.topic, mention.segment].append(mention)
    text = _Text(version, met.treatments, met.cues)
    hierarchy = _Hierarchy(vocabulary, met.bundles)
    situations = frozenset(topic.id for topic in vocabulary.topics if topic.kind == "situation")
    found = {}
    for topic in [*met.bundles, *hierarchy.above()]:
        bundle = met.bundles.get(topic, TopicTreatments())
        name = topic if topic in measured else ""
        named = {item.segment for item in bundle.treatments if item.rule != WIDER_USE}
        rows: dict[int, list[Treatment]] = {}
        for item in bundle.treatments:
            rows.setdefault(item.segment, []).append(item)
        sentences = tuple(
            (
                *text.describe(place, row, mentions[topic, place], named, bundle, situations),
                *text.pmi.find_near(name, place),
            )
            for place, row in rows.items()
        )
        sure = {m.term.casefold() for place in rows for m in mentions[topic, place] if m.confidence > HINT}
        counts = (log1p(len(sure)), log1p(len(named)), measure_text(words))
        whole = (*counts, *hierarchy.describe(topic), *_NAMED)
        used = tuple(text.find_used(place, mentions[topic, place]) for place in rows)
        found[topic] = TopicEvidence(sentences, whole, used, name, tuple(rows))
    return found


def measure_text(words: int) -> float:
    """Return the length of a text of so many words, beside a usual one."""
    return log(max(_FEWEST, words)) - _MEAN_WORDS


class _Text:
    """A text's sentences, as far as what is said of one topic depends on them and on the others."""

    def __init__(self, version: Version, treatments: Treatments, cues: Cues) -> None:
        self._segments = version.segments
        named = ((item.topic for item in row if item.rule != WIDER_USE) for row in treatments)
        self._topics = [tuple(dict.fromkeys(row)) for row in named]
        self._sentences = [Sentence(segment.text, version.language, cues) for segment in version.segments]
        self._lengths = Counter(segment.paragraph for segment in version.segments)
        rows = ((segment.paragraph, self._topics[segment.ordinal]) for segment in version.segments)
        self._about = Counter((paragraph, topic) for paragraph, row in rows for topic in row)
        self.pmi = PmiScores([sentence.stems for sentence in self._sentences])

    def find_used(self, place: int, met: Sequence[Mention]) -> frozenset[str]:
        """Return the stems of a sentence's words, and those close before and after the topic's terms."""
        sentence = self._sentences[place]
        return sentence.stems.union(*(sentence.find_beside(mention) for mention in met))

    def describe(
        self,
        place: int,
        items: Sequence[Treatment],
        met: Sequence[Mention],
        named: set[int],
        bundle: TopicTreatments,
        situations: Collection[str],
    ) -> tuple[float, ...]:
        """Return the features of one sentence, in the order of ``SENTENCE_FEATURES``, but for the PMI."""
        sentence, topics, topic = self._sentences[place], self._topics[place], items[0].topic
        roles = {item.role for item in items}
        best = next((role for role in _ROLES if role in roles), None)
        near = sum(other in named for other in range(place - _NEAR, place + _NEAR + 1) if other != place)
        start = min((mention.start for mention in met), default=0)
        bound = bundle.going_on(place, _FOLLOWING)
        paragraph = self._segments[place].paragraph
        gap = sentence.find_gap(start)
        return (
            *(float(best == role) for role in ("declared", "committed", "demanded", "main")),
            float(best is None and items[0].rule == WIDER_USE),
            float(any(_is_among_names(sentence.plain, mention) for mention in met)),
            log(len(met) or 1),
            float(any(count_words(mention.term) > 1 for mention in met)),
            float(sentence.commits),
            log1p(sentence.stances),
            log(sentence.length or 1) - _MEAN_LENGTH,
            log(max(1, len(topics))),
            start / max(1, len(sentence.text)),
            place / len(self._segments),
            log1p(near),
            float(place in bundle.own),
            log1p(sum(bound)),
            log1p(len(bound) - sum(bound)),
            float(topic in situations),
            float(topics == (topic,)),
            float(topics[:1] == (topic,)),
            self._about[paragraph, topic] / self._lengths[paragraph],
            float(gap is not None),
            log1p(gap or 0),
        )


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
            topic for topic, held in bundles.items() if assess_level(held).level in PRIORITIES
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
