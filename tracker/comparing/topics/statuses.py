"""Statuses: what became of each topic that is a priority on either side, and how sure that is."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache, lru_cache
from math import log, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.decisions.opinions import weigh_levels
from tracker.comparing.topics.certainty import Likelihood, choose_ranks, find_measured, load_certainty
from tracker.comparing.topics.cues import plain
from tracker.comparing.topics.evidence import Absences
from tracker.comparing.topics.mentions import count_substance
from tracker.comparing.topics.reading import NARROWER
from tracker.comparing.topics.shares import Chances, Occupancy, compare_shares, find_least, find_likeliest
from tracker.comparing.topics.vocabulary.stems import read_sentence
from tracker.model.languages import has
from tracker.model.topics import (
    MOVES,
    PRIORITIES,
    STATUSES,
    SURE,
    Counterpart,
    Level,
    Passage,
    Status,
    Topic,
    TopicChange,
    TopicReading,
)
from tracker.text.identity import fold_sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.comparing.topics.certainty import CertaintyWeights
    from tracker.model.changes import Evidence
    from tracker.model.decisions import Odds, Opinion
    from tracker.model.texts import Version
    from tracker.model.topics import Vocabulary


_IN_DOUBT: Final = 0.5
"""The probability of being there at all below which a mention does not keep a topic from being absent."""
CODER: Final = "coder: "
"""What the rule of a reading begins with whose level is that after what a second reader answered."""
_SURE_BEFORE: Final = 0.7
"""The probability from which a topic was a priority of another session, to which it is back: of 6,551
readings from there on, readers found 92 % to be one."""
_ALIKE: Final = 0.8
"""The likeness of their words from which two sentences say the same of a topic."""
_ORDER: Final = tuple(STATUSES)
_RANKS: Final[Mapping[Level, int]] = {"mentioned": 0, "acknowledged": 0, "substantive": 1, "declared": 2}
_LEVELS: Final[tuple[Level, ...]] = ("mentioned", "substantive", "declared")
_UNTOLD: Final = frozenset({"mentioned", "substantive"})
"""Levels that a text does not say itself, as it does what it declares and what it sets aside."""
_TERMS: Final = 8
"""Terms of an absent topic that the closest passage is sought by; the first are the main ones."""
_SHORTEST_WORD: Final = 4
"""Letters; shorter words are mostly grammar, except in Chinese, where a word is a character."""


_Readings = tuple["TopicReading | None", "TopicReading | None"]
"""A topic's readings in the old and in the new text; None where it counts as absent."""


class ReadText(NamedTuple):
    """A text, and the readings of its topics."""

    version: Version
    readings: Sequence[TopicReading]
    opinions: Mapping[str, Opinion] = MappingProxyType({})
    """By topic what a second reader answered of it here, where that weighs."""


class OtherSessions(NamedTuple):
    """The topics that were priorities at other sessions of a series, by session, the latest first."""

    earlier: Mapping[str, frozenset[str]] = MappingProxyType({})
    """Those before the old text: a topic that is new but was one there is back."""
    between: Mapping[str, frozenset[str]] = MappingProxyType({})
    """Those from there to the new one, which tell when a topic last was one."""


ALONE: Final = OtherSessions()
"""Two texts without a series around them."""


def compare_topics(
    old: ReadText,
    new: ReadText,
    vocabulary: Vocabulary,
    others: OtherSessions = ALONE,
    *,
    own: Collection[str] = (),
    sure: float = SURE,
    weights: CertaintyWeights | None = None,
    disputed: Collection[str] = (),
) -> tuple[tuple[TopicChange, ...], tuple[Counterpart, ...]]:
    """Return what became of each topic that is a priority on either side, and the counterparts.

    Changes are in the order of ``Status``, within one the strongest first: declared before substantive, then
    by share. A topic that was a priority at an earlier one of ``others`` and is absent from the old text is
    back, not new. ``own`` are situations of the speaker's own country, of which nothing is told but what
    people decided. A topic that is mentioned on one side is neither new nor not repeated, unless a careful
    reader would hardly count the mention; one of which the old text names only a narrower topic is new, while
    a narrower topic in the new text keeps a broader one from being dropped. Levels of both texts are those
    that are likeliest together. Each topic has a certainty, and is claimed from the threshold at which a
    share of ``sure`` of such claims were true. Of one level on both sides, it is more, kept or less, as
    readers most likely call the change of its share; that is claimed where both the levels and this are sure.
    Where certainty was not measured it is approximate, and nothing is claimed but what people decided on both
    sides. Counterparts pair the leading segments of topics that are priorities on both sides. ``weights`` are
    the shipped ones unless given. What a second reader answered weighs as evidence for a level; of what is
    ``disputed`` among such readers nothing is claimed that people did not decide on both sides.
    """
    texts, readings = (old.version, new.version), (_weigh_readings(old), _weigh_readings(new))
    before, after = (
        Occupancy(
            count_substance(side.version),
            {each.topic: each.words for each in side.readings},
            {each.topic: each.segments for each in side.readings},
        )
        for side in (old, new)
    )
    lengths = sum(before.words), sum(after.words)
    evidence = _Evidence((old.opinions, new.opinions), frozenset(disputed))
    doubts = _Doubts(texts, lengths, readings, vocabulary, sure, weights or load_certainty(), evidence)
    pairs = {
        topic: doubts.settle(topic, pair)
        for topic, pair in _pair(*readings, doubts).items()
        if topic not in own or any(side and side.decided for side in pair)
    }
    known = {**others.between, **others.earlier}
    returning = frozenset[str]().union(*others.earlier.values())
    last = {
        topic: label for label, topics in reversed(known.items()) for topic in topics if topic in returning
    }
    both = tuple(topic for topic, pair in pairs.items() if all(map(_is_measured, pair)))
    level = [topic for topic in both if len({_RANKS[side.level] for side in pairs[topic] if side}) == 1]
    chances = compare_shares(pairs, before, after, level)
    topics = {topic.id: topic for topic in vocabulary.topics}
    changes = [
        replace(
            _change(topics[topic], pair, chances[topic], texts, last=last.get(topic)),
            passing=_find_passing(topic, pair, readings),
        )
        for topic, pair in pairs.items()
        if topic in topics
    ]
    weighed = (doubts.weigh(change, chances[change.topic]) for change in changes)
    return tuple(sorted(weighed, key=_strength)), _counterparts(both, pairs)


def find_priorities(readings: Iterable[TopicReading]) -> frozenset[str]:
    """Return the ids of the topics that are surely priorities, as far as probabilities were measured."""
    return frozenset(reading.topic for reading in readings if _is_priority(reading) and _is_sure(reading))


def _is_sure(reading: TopicReading) -> bool:
    weighed = reading.measured and reading.decided is None
    return not weighed or (reading.priority or 0.0) >= _SURE_BEFORE


def find_arrived(old: ReadText, new: ReadText) -> frozenset[str]:
    """Return the topics that count as absent from the old text alone: what is new, or back, is among them."""
    before, after = _counted(_weigh_readings(old), _weigh_readings(new))
    return frozenset(after.keys() - before.keys())


def decide_status(
    before: Level | None, after: Level | None, chances: Chances, *, returning: bool = False
) -> Status:
    """Return the status of a topic with these levels; None is absent. One of them is a priority's."""
    if before is None:
        return "back" if returning else "new"
    if after is None:
        return "not repeated"
    if _RANKS[after] != _RANKS[before]:
        return "moved up" if _RANKS[after] > _RANKS[before] else "moved down"
    return find_likeliest(chances)


def _pair(old: Iterable[TopicReading], new: Iterable[TopicReading], doubts: _Doubts) -> dict[str, _Readings]:
    """Return both readings of each topic that is a priority on either side, or may be on one alone."""
    before, after = _counted(old, new)
    pairs = {topic: (before.get(topic), after.get(topic)) for topic in sorted(before.keys() | after.keys())}
    return {
        topic: pair
        for topic, pair in pairs.items()
        if any(map(_is_priority, pair)) or doubts.may_differ(topic, pair)
    }


def _counted(
    old: Iterable[TopicReading], new: Iterable[TopicReading]
) -> tuple[dict[str, TopicReading], dict[str, TopicReading]]:
    """Return by topic the readings of both texts that keep a topic from being absent."""
    before = {reading.topic: reading for reading in old if counts_as_named(reading)}
    return before, {reading.topic: reading for reading in new if _counts(reading)}


def _find_passing(
    topic: str, pair: _Readings, readings: tuple[Sequence[TopicReading], Sequence[TopicReading]]
) -> Evidence | None:
    """Return where a side names a topic that counts as absent from it."""
    for kept, side in zip(pair, readings, strict=True):
        if kept is None:
            for reading in side:
                if reading.topic == topic and reading.rule != NARROWER:
                    return reading.term
    return None


def counts_as_named(reading: TopicReading) -> bool:
    """Return whether a statement names a topic itself, and so that a careful reader most likely finds it."""
    return reading.rule != NARROWER and _counts(reading)


def _counts(reading: TopicReading) -> bool:
    """Whether a reading keeps its topic from being absent; what people decided, and priorities, always do."""
    weighed = reading.presence is not None and reading.decided is None and reading.rule != NARROWER
    return not weighed or reading.level in PRIORITIES or (reading.presence or 0.0) >= _IN_DOUBT


def _is_measured(reading: TopicReading | None) -> bool:
    """Whether a topic is a priority by segments; one that people alone saw has none to count or compare."""
    return reading is not None and bool(reading.segments) and _is_priority(reading)


def _change(
    topic: Topic,
    pair: _Readings,
    chances: Chances,
    texts: tuple[Version, Version],
    *,
    last: str | None,
) -> TopicChange:
    (before, after), (old, new) = pair, texts
    levels = before.level if before else None, after.level if after else None
    status = decide_status(*levels, chances, returning=last is not None)
    closest = None
    if before and status == "not repeated":
        terms = (*topic.terms.get(new.language, ()), *topic.terms.get("und", ()))[:_TERMS]
        sought = (old.segments[before.leading].text, *terms)
        closest = find_closest([segment.text for segment in new.segments], sought, new.language)
    return TopicChange(
        topic=topic.id,
        label=topic.label,
        kind=topic.kind,
        outcome=status,
        old=before,
        new=after,
        closest=closest,
        last=last if status == "back" else None,
    )


def _strength(change: TopicChange) -> tuple[int, int, float, str]:
    shown = max(
        (reading for reading in (change.old, change.new) if reading is not None),
        key=lambda reading: (_RANKS[reading.level], reading.share),
    )
    return _ORDER.index(change.outcome), -_RANKS[shown.level], -shown.share, change.topic


def _counterparts(topics: Sequence[str], pairs: Mapping[str, _Readings]) -> tuple[Counterpart, ...]:
    return tuple(
        Counterpart(topic, before.leading, after.leading)
        for topic in topics
        for before, after in [pairs[topic]]
        if before is not None and after is not None
    )


class _Evidence(NamedTuple):
    """What second readers answered that weighs, by side and topic, and the topics that they dispute."""

    opinions: tuple[Mapping[str, Opinion], Mapping[str, Opinion]]
    disputed: frozenset[str]


def _weigh_readings(text: ReadText) -> Sequence[TopicReading]:
    """Return the readings with the probabilities that they have after what a second reader answered."""
    if not text.opinions:
        return text.readings
    return [_weigh_reading(each, text.opinions.get(each.topic)) for each in text.readings]


def _weigh_reading(reading: TopicReading, opinion: Opinion | None) -> TopicReading:
    likely = _estimate_reading(reading)
    if opinion is None or opinion.odds is None or reading.decided or likely is None:
        return reading
    weighed = _weigh(likely, opinion.odds)
    level: Level = reading.level if reading.level not in PRIORITIES else "mentioned"
    if weighed.priority >= _IN_DOUBT:
        level = "declared" if weighed.declared >= weighed.priority / 2 else "substantive"
    return replace(
        reading,
        level=level,
        rule=f"{CODER}{opinion.coder}",
        priority=weighed.priority,
        presence=weighed.presence,
        declaration=weighed.declared,
    )


def _weigh(likely: Likelihood, odds: Odds) -> Likelihood:
    absent, _, substantive, declared = weigh_levels(likely.levels, odds)
    return Likelihood(round(substantive + declared, 4), round(1 - absent, 4), round(declared, 4))


def _estimate_reading(reading: TopicReading) -> Likelihood | None:
    if reading.priority is None or reading.presence is None or reading.declaration is None:
        return None
    return Likelihood(reading.priority, reading.presence, reading.declaration)


class _Doubts:
    """What is known of both sides that makes a claim more certain or less; lengths are without ceremony."""

    def __init__(
        self,
        sides: tuple[Version, Version],
        lengths: tuple[int, int],
        readings: Iterable[Iterable[TopicReading]],
        vocabulary: Vocabulary,
        sure: float,
        weights: CertaintyWeights,
        evidence: _Evidence,
    ) -> None:
        self._sides = sides
        self._readings = [{reading.topic: reading for reading in side} for side in readings]
        self._absences = [
            Absences(side, vocabulary, length) for side, length in zip(sides, lengths, strict=True)
        ]
        self._aligned = find_aligned(sides[1])
        old, new = (find_measured(vocabulary, side.language) for side in sides)
        self._measured = old & new
        self._sure = sure
        self._weights = weights
        self._evidence = evidence

    def weigh(self, change: TopicChange, chances: Chances) -> TopicChange:
        """Return a change with its certainty, and with the group that may have spoken for the country.

        Of a topic of one level on both sides, which readers may call more, less or the same, that is claimed
        where it is likely enough, unless people gave a level.
        """
        sides = change.old, change.new
        decided = [side is not None and side.decided is not None for side in sides]
        certainty = 1.0 if all(decided) else self._rate(change.topic, change.outcome, sides)
        known = all(side is None or side.measured or side.decided is not None for side in sides)
        measured = known and change.topic in self._measured
        least = self._weights.find_threshold(change.outcome, self._sure)
        settled = change.topic not in self._evidence.disputed
        sure = all(decided) or (measured and settled and certainty is not None and certainty >= least)
        if None in sides:
            sure &= any(map(_is_priority, sides))
        chance = None if any(decided) else chances.get(change.outcome)
        if chance is not None:
            same = self._share(sides)
            chance = round((1 - same) * chance + same * (change.outcome == "kept"), 4)
        doubted = False
        if sure and chance is not None:
            doubted = change.goes_against_share or chance < find_least(change.outcome, self._sure)
        return replace(
            change,
            outcome_certainty=certainty,
            share_certainty=chance,
            measured=measured,
            claimed=sure and not doubted,
            share_unsure=doubted,
            covered=self._aligned if change.outcome == "not repeated" else None,
        )

    def may_differ(self, topic: str, pair: _Readings) -> bool:
        """Tell whether what one side alone mentions may well be a priority there, and absent elsewhere."""
        if topic not in self._measured or (pair[0] is None) == (pair[1] is None):
            return False
        certainty = self._rate(topic, "new" if pair[0] is None else "not repeated", pair)
        return certainty is not None and certainty >= self._weights.perhaps

    def _rate(self, topic: str, status: Status, pair: _Readings) -> float | None:
        """Return how sure a status is; None where a reader of topics gives no probabilities."""
        old, new = (self._estimate(topic, reading, side) for side, reading in enumerate(pair))
        if old is None or new is None:
            return None
        unnamed = None in pair and not self._is_named(topic, pair.index(None))
        return self._weights.rate(status, old, new, unnamed=unnamed, same=self._share(pair))

    def settle(self, topic: str, pair: _Readings) -> _Readings:
        """Return both readings with the levels that are likeliest together, where both texts name the topic.

        Where nothing else is clearly likelier than what the levels say, these stay, as does what a text
        itself declares or sets aside.
        """
        before, after = pair
        if before is None or after is None or not (self._is_weighed(before) and self._is_weighed(after)):
            return pair
        old, new = (self._estimate(topic, reading, side) for side, reading in enumerate(pair))
        if old is None or new is None:
            return pair
        status = MOVES[_compare(_RANKS[before.level], _RANKS[after.level])]
        ranks = choose_ranks(status, old, new, self._share(pair))
        if ranks is None:
            return pair
        return _set_rank(before, ranks[0]), _set_rank(after, ranks[1])

    def _is_weighed(self, reading: TopicReading) -> bool:
        weighed = reading.topic in self._measured and reading.measured and reading.decided is None
        return weighed and reading.level in _UNTOLD

    def _share(self, pair: _Readings) -> float:
        """Return how far both sides say the same of a topic, sentence by sentence, from 0 to 1."""
        old, new = (
            [_split(side.segments[place].text) for place in reading.segments] if reading else []
            for side, reading in zip(self._sides, pair, strict=True)
        )
        return 2 * sum(_match(old, new)) / ((len(old) + len(new)) or 1)

    def _estimate(self, topic: str, counted: TopicReading | None, side: int) -> Likelihood | None:
        """Return what a side makes of a topic; ``counted`` is None where a mention counts for nothing."""
        reading = counted or self._readings[side].get(topic)
        if reading is None:
            likely = self._weights.estimate(self._absences[side].describe(topic))
            opinion = self._evidence.opinions[side].get(topic)
            return _weigh(likely, opinion.odds) if opinion and opinion.odds else likely
        if reading.decided is not None:
            return Likelihood(float(_is_priority(reading)), 1.0, float(reading.level == "declared"))
        return _estimate_reading(reading)

    def _is_named(self, topic: str, side: int) -> bool:
        """Tell whether a sentence of a side names a topic, were it in passing.

        Where a second reader read the sentences, the words that they hold tell nothing more.
        """
        reading = self._readings[side].get(topic)
        return reading is not None and reading.rule != NARROWER and not reading.rule.startswith(CODER)


@lru_cache(maxsize=1024)
def _split(text: str) -> frozenset[str]:
    return frozenset(fold_sentence(text).split())


def _compare(old: int, new: int) -> int:
    """Return 0 for one rank on both sides, 1 for a higher one now and -1 for a lower."""
    return (new > old) - (new < old)


def _set_rank(reading: TopicReading, rank: int) -> TopicReading:
    """Return a reading with the level of a rank."""
    if _RANKS[reading.level] == rank:
        return reading
    return replace(reading, level=_LEVELS[rank], rule=f"likely {_LEVELS[rank]}: {reading.rule}")


def _match(old: Sequence[frozenset[str]], new: Sequence[frozenset[str]]) -> Iterator[float]:
    """Yield how alike those sentences are, by their words, of which each side has one much like the other's.

    The likeness is Dice's: twice the shared words, of all.
    """
    left = list(new)
    for words in old:
        likeness, at = max(
            ((2 * len(words & other) / (len(words) + len(other) or 1), at) for at, other in enumerate(left)),
            default=(0.0, 0),
        )
        if likeness >= _ALIKE:
            del left[at]
            yield likeness


def _is_priority(reading: TopicReading | None) -> bool:
    """Tell whether a topic is declared or substantive."""
    return reading is not None and reading.level in PRIORITIES


_WITHIN: Final = r"[^.;]{0,80}?"
_GROUP: Final = r"(?P<group>(?:(?-i:[A-ZÉÀ])|\d)[^,;.()]{2,80}?(?: (?:and|et|y) (?:la )?Chin[ae])?)"
_END: Final = r"(?=\s*(?:[,;.()]|$|\b(?:and|as well|in its capacity|y|et|así|ainsi)\b))"
ALIGNS: Final[dict[str, tuple[str, str, str]]] = {
    "en": (
        r"\b(?:align|associate)s? (?:(?:it|my|him|her)self |(?:our|them)selves )?(?:fully )?with\b",
        r"\b(?:statement|intervention|remarks|declaration)s?\b",
        r"\b(?:on behalf of|of|by)\s+(?:the )?(?:[^,]{3,40} on behalf of (?:the )?)?",
    ),
    "fr": (
        r"\b(?:s’associe|nous associons|m’associe|s’aligne|fait sienne|souscrit)\b",
        r"\b(?:déclaration|intervention)\b",
        r"(?:\bau nom (?:de la |de l’|du |des |de )|\b(?:de la |de l’|du |des ))\s*",
    ),
    "es": (
        r"\b(?:se adhiere|nos adherimos|se suma|nos sumamos|se asocia|hace suya|se alinea)\b",
        r"\b(?:declaración|intervención)\b",
        r"\b(?:en nombre (?:de la|del|de los|de)|de la|del|de los)\s+",
    ),
}
"""By language: who aligns with, what is aligned with, and whose it is."""


@cache
def _compile_aligned(language: str) -> re.Pattern[str]:
    aligns, what, whose = ALIGNS[language]
    return re.compile(_WITHIN.join((aligns, what, whose + _GROUP + _END)), re.IGNORECASE)


def find_aligned(version: Version) -> str | None:
    """Return the group whose statement the speaker aligns with, as named; in English, French and Spanish."""
    language = "en" if version.language == "und" else version.language
    if not has(language, "joined"):
        return None
    pattern = _compile_aligned(language)
    matches = (pattern.search(plain(segment.text)) for segment in version.segments)
    return next((match["group"].strip() for match in matches if match), None)


def find_closest(
    texts: Sequence[str], sought: Sequence[str], language: str, apart: Collection[int] = ()
) -> Passage | None:
    """Return the segment of ``texts`` most like the sought ones taken together, or None where none is at all.

    The score is the cosine, 0 to 1, of stem counts weighted by how few of ``texts`` hold the stem, rounded
    to four decimals; the first of equals wins. Segments in ``apart`` are not looked at.
    """
    rows, weights = _weigh_texts(tuple(texts), language)
    # A stem that the texts lack is as rare as can be: it counts against the likeness.
    rarest = max(weights.values(), default=1.0)
    counts = sum((_stems(text, language) for text in sought), Counter[str]())
    goal = _Weighed({stem: count * weights.get(stem, rarest) for stem, count in counts.items()})
    best: Passage | None = None
    for place, row in enumerate(rows):
        score = 0.0 if place in apart else round(row.find_cosine(goal), 4)
        if score > (best.score if best else 0):
            best = Passage(place, score)
    return best


class _Weighed:
    """The weights of a text's stems, and their length as a vector."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._length = sqrt(sum(weight * weight for weight in weights.values()))

    def find_cosine(self, other: _Weighed) -> float:
        theirs = other._weights
        shared = sum(weight * theirs[stem] for stem, weight in self._weights.items() if stem in theirs)
        lengths = self._length * other._length
        return shared / lengths if lengths else 0.0


@lru_cache(maxsize=8)
def _weigh_texts(texts: tuple[str, ...], language: str) -> tuple[list[_Weighed], dict[str, float]]:
    """Return each text with its stems weighed, and the weights: the rarer in these texts the more."""
    rows = [_stems(text, language) for text in texts]
    held = Counter(stem for row in rows for stem in row)
    weights = {stem: log((1 + len(rows)) / (1 + count)) for stem, count in held.items()}
    return [_Weighed({stem: count * weights[stem] for stem, count in row.items()}) for row in rows], weights


def _stems(text: str, language: str) -> Counter[str]:
    shortest = 1 if language == "zh" else _SHORTEST_WORD
    return Counter(word.stem for word in read_sentence(text, language) if len(word.text) >= shortest)
