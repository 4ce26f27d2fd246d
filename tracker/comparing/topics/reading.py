"""Readings: the level a statement gives each topic, with the segments, words and share it takes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from tracker.comparing.topics.certainty import find_measured, load_certainty
from tracker.comparing.topics.cues import ready
from tracker.comparing.topics.evidence import describe_topics
from tracker.comparing.topics.levels import ONCE, analyse, assess_level
from tracker.comparing.topics.mentions import count_substance, find_apart, find_term
from tracker.comparing.topics.subjects import Sentence, find_subjects
from tracker.comparing.topics.vocabulary.matching import HINT
from tracker.model.topics import TopicReading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tracker.comparing.topics.certainty import Likelihood, TopicEvidence
    from tracker.comparing.topics.levels import Analysis, TopicTreatments
    from tracker.comparing.topics.mentions import Mentions
    from tracker.model.texts import Version
    from tracker.model.topics import Vocabulary

NARROWER: Final = "a narrower topic is named"
"""The rule of a reading whose topic no term names."""

LIKELY: Final = "likely a priority:"
"""What the rule of a reading begins with whose level its probability gave."""

_LIKELY: Final = 0.6
_SURE: Final = 0.7
"""The probabilities that make a priority of what is mainly about a topic once, and of any other mention."""

_WANTING: Final = ("asked", "promised")
_ACTS_ON_IT, _WANTS, _SHORT, _LEANS = 1.5, 1.8, 3.0, 1.0
"""What speaks for quoting a sentence, and against it: it acts on the topic; it asks or promises; it is short;
it leans on what was said before, asks a question or announces. Fitted to what a reader chose blind."""
_LONG: Final = 0.02
"""What each character beyond ``_FITTING`` speaks against a sentence, since it has to be cut: of 45 readings
that it decides, a reader who saw both cut, blind, preferred its choice 27 times, the other 10 times."""
_FITTING: Final = 140
"""Characters of a sentence that a report shows whole."""
_WITHIN: Final = 120
"""Characters in which what is acted on is named."""
_SHORTEST: Final = 50
"""Characters of a short sentence."""
_ON: Final = 0.4
"""The probability from which a sentence is of the passages on a topic: of 199 marks of readers 94 are on
sentences about their topic, and 112 on these or those; of 0.3 and 0.5, as many, give or take four."""
_NEAR: Final = 0.05
"""That from which it may be on it: 43 marks more are on such sentences, or on others that name the topic."""


class TopicReader(Protocol):
    """What finds the topics of a version; a comparison may be given another one than ``RULES``."""

    @property
    def name(self) -> str:
        """What it is called, with its release: in provenance, and in the key of what is derived."""

    def read(
        self, version: Version, vocabulary: Vocabulary, own_names: Collection[str] = ()
    ) -> tuple[TopicReading, ...]:
        """Return a reading of each topic present, in the vocabulary's order, as ``read_topics`` does."""


class RuleReader:
    """The rules and weights of this package."""

    name = "rules"

    def read(
        self, version: Version, vocabulary: Vocabulary, own_names: Collection[str] = ()
    ) -> tuple[TopicReading, ...]:
        """Return what ``read_topics`` returns."""
        return read_topics(version, vocabulary, own_names=own_names)


RULES: Final[TopicReader] = RuleReader()


def read_topics(
    version: Version, vocabulary: Vocabulary, *, own_names: Collection[str] = ()
) -> tuple[TopicReading, ...]:
    """Return a reading of each topic present in a version, in the vocabulary's order.

    ``own_names`` are the names of the speaker's own country: they are never a topic, and they speak as *we*
    does, as does the name in the statement's title. Shares are of the words outside titles and ceremony. No
    word counts for two topics: a share is the words of the topic's passages, each sentence by how likely it
    is that the speech is on the topic there. A topic of which only a narrower one is named counts as
    mentioned, and has no words.
    """
    weights = load_certainty()
    return tuple(
        weigh_reading(reading, weights.estimate(evidence), measured=bool(evidence.name))
        for reading, evidence in read_evidence(version, vocabulary, own_names=own_names)
    )


def read_levels(
    version: Version, vocabulary: Vocabulary, topics: Collection[str], *, own_names: Collection[str] = ()
) -> tuple[TopicReading, ...]:
    """Return the readings of some topics as ``read_topics`` does, but for words, shares and passages.

    On which topic each sentence is rests on what is said of all of them; a level does not: half the work.
    """
    met = analyse(version, vocabulary, own_names)
    words = sum(count_substance(version))
    measured = find_measured(vocabulary, version.language)
    evidence = describe_topics(version, vocabulary, met, words, measured, topics)
    readings = {
        topic: _read(topic, bundle, (0.0, words), _Passages([], []), met.mentions)
        for topic, bundle in met.bundles.items()
    }
    readings |= _read_broader(readings, vocabulary)
    weights = load_certainty()
    return tuple(
        weigh_reading(readings[topic], weights.estimate(each), measured=bool(each.name))
        for topic, each in evidence.items()
        if topic in readings
    )


def read_evidence(
    version: Version, vocabulary: Vocabulary, *, own_names: Collection[str] = ()
) -> list[tuple[TopicReading, TopicEvidence]]:
    """Return each reading as the rules alone give it, and what its probabilities rest on."""
    met = analyse(version, vocabulary, own_names)
    words = count_substance(version)
    evidence = describe_topics(
        version, vocabulary, met, sum(words), find_measured(vocabulary, version.language)
    )
    shown = score_sentences(evidence)
    subjects = find_subjects(list_sentences(version, met, shown), vocabulary)
    spoken, passages = _count_spoken(words, subjects), _find_passages(subjects, met.mentions)
    readings = {
        topic: _read(topic, bundle, (spoken.get(topic, 0.0), sum(words)), passages[topic], met.mentions)
        for topic, bundle in met.bundles.items()
    }
    readings |= _read_broader(readings, vocabulary)
    known = (topic.id for topic in vocabulary.topics if topic.id in readings)
    return [
        (
            _lead(readings[topic], shown[topic], met, version) if evidence[topic].name else readings[topic],
            evidence[topic],
        )
        for topic in known
    ]


def _lead(
    reading: TopicReading, scores: Mapping[int, float], met: Analysis, version: Version
) -> TopicReading:
    """Return a reading led by the sentence that shows it best; ``scores`` are those of its sentences.

    What declares a priority is led by a sentence that does. Of others any that is about the topic may lead:
    by how likely it shows a priority, how plainly it speaks of the topic, and whether it stands by itself.
    """
    bundle = met.bundles.get(reading.topic)
    if bundle is None:
        return reading
    assessed = assess_level(bundle)
    among = assessed.shown
    if assessed.level == "substantive":
        among = tuple(dict.fromkeys((*among, *bundle.about())))
    if len(among) == 1:
        return reading
    clear = {
        place: scores[place] + _weigh_quotation(version, reading, met, place)
        for place in among
        if place in scores
    }
    leading = max(clear, key=clear.__getitem__, default=reading.leading)
    if leading == reading.leading:
        return reading
    return replace(reading, leading=leading, term=find_term(reading.topic, met.mentions[leading]))


def _weigh_quotation(version: Version, reading: TopicReading, met: Analysis, place: int) -> float:
    """Return how well a sentence can be quoted on a topic, beside others, in log-odds."""
    text, topic = version.segments[place].text, reading.topic
    said = ready(text)
    term = find_term(topic, met.mentions[place])
    start = term.start if term else len(text)
    near = any(end <= start <= end + _WITHIN for _, end in met.cues.find_all("commit", said))
    wants = any(met.cues.find(table, said) for table in _WANTING)
    leans = met.cues.find("leaning", said) or text.rstrip().endswith((":", "：", "?"))
    long = _LONG * max(0, len(text) - _FITTING)
    return _ACTS_ON_IT * near + _WANTS * wants - _SHORT * (len(text) < _SHORTEST) - _LEANS * leans - long


def weigh_reading(reading: TopicReading, likelihood: Likelihood, *, measured: bool) -> TopicReading:
    """Return a reading with its probabilities; a mention that is more likely a priority than not is one.

    Where the probabilities were not measured, the rules alone give the level.
    """
    weighed = replace(
        reading,
        priority=likelihood.priority,
        presence=likelihood.presence,
        declaration=likelihood.declared,
        measured=measured,
    )
    is_mention = reading.level == "mentioned" and reading.rule != NARROWER
    least = _LIKELY if reading.rule.startswith(ONCE) else _SURE
    if measured and is_mention and likelihood.priority >= least:
        return replace(weighed, level="substantive", rule=f"{LIKELY} {reading.rule}")
    return weighed


def score_sentences(evidence: Mapping[str, TopicEvidence]) -> dict[str, dict[int, float]]:
    """Return, by topic and segment, the log-odds that the sentence by itself shows that it is a priority."""
    priority = load_certainty().priority
    return {topic: priority.score_sentences(each) for topic, each in evidence.items()}


def list_sentences(
    version: Version, met: Analysis, shown: Mapping[str, Mapping[int, float]]
) -> list[Sentence]:
    """Return what tells, by sentence, on which subject a text is; ``shown`` by ``score_sentences``."""
    apart, paragraph, found = find_apart(version), -1, []
    for segment, mentions in zip(version.segments, met.mentions, strict=True):
        place = segment.ordinal
        named = {each.topic: shown[each.topic][place] for each in mentions if each.confidence > HINT}
        hinted = {each.topic: shown[each.topic][place] for each in mentions if each.topic not in named}
        turns = met.cues.find("turn", ready(segment.text))
        begins, paragraph = segment.paragraph != paragraph, segment.paragraph
        found.append(Sentence(named, hinted, begins, turns, place in apart))
    return found


def _count_spoken(words: Sequence[int], subjects: Sequence[Mapping[str | None, float]]) -> dict[str, float]:
    """Return how many words outside titles and ceremony are expected to be on each topic."""
    counts: dict[str, float] = defaultdict(float)
    for count, chances in zip(words, subjects, strict=True):
        for topic, chance in chances.items():
            if topic is not None:
                counts[topic] += count * chance
    return counts


class _Passages(NamedTuple):
    """Segments of a topic, as ``TopicReading`` has them."""

    passage: list[int]
    around: list[int]


def _find_passages(
    subjects: Sequence[Mapping[str | None, float]], mentions: Mentions
) -> defaultdict[str, _Passages]:
    """Return, by topic, the segments in which the speech is likely on it, and others where it may be."""
    found = defaultdict[str, _Passages](lambda: _Passages([], []))
    for place, (chances, met) in enumerate(zip(subjects, mentions, strict=True)):
        named = {each.topic for each in met if each.confidence > HINT}
        for topic, chance in chances.items():
            if topic is not None and (chance >= _NEAR or topic in named):
                passages = found[topic]
                (passages.passage if chance >= _ON else passages.around).append(place)
    return found


def _read(
    topic: str,
    bundle: TopicTreatments,
    words: tuple[float, int],
    passages: _Passages,
    mentions: Mentions,
) -> TopicReading:
    """Return a reading by the rules; ``words`` are those spoken on the topic, and all."""
    assessment = assess_level(bundle)
    spoken, every = words
    return TopicReading(
        topic,
        assessment.level,
        bundle.segments(assessment.level),
        round(spoken),
        round(spoken / (every or 1), 4),
        assessment.shown[0],
        assessment.rule,
        term=find_term(topic, mentions[assessment.shown[0]]),
        passage=tuple(passages.passage),
        around=tuple(passages.around),
    )


def _read_broader(readings: Mapping[str, TopicReading], vocabulary: Vocabulary) -> dict[str, TopicReading]:
    """Return readings of the broader topics that have terms and are named by none of them."""
    topics = {topic.id: topic for topic in vocabulary.topics}
    found: dict[str, TopicReading] = {}
    for reading in readings.values():
        above = topics[reading.topic].broader
        while above is not None:
            if above not in readings and topics[above].terms:
                found.setdefault(
                    above, replace(reading, topic=above, level="mentioned", rule=NARROWER, words=0, share=0.0)
                )
            above = topics[above].broader
    return found
