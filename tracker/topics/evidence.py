"""What speaks for a topic in a text, in numbers: the features that the certainty of a claim rests on."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from math import log, log1p
from typing import TYPE_CHECKING, Final

from tracker.topics.cues import ready
from tracker.topics.judging import PRIORITIES, judge
from tracker.topics.matching import HINT
from tracker.topics.roles import WIDER_USE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.texts import Segment, Version
    from tracker.model.topics import Mention, Vocabulary
    from tracker.topics.context import Treatments
    from tracker.topics.cues import Cues
    from tracker.topics.judging import Bundle
    from tracker.topics.roles import Treatment

SENTENCE_FEATURES: Final = (
    *("declared", "committed", "demanded", "main"),
    *("hint", "names", "repeated", "long_term", "acts", "stance"),
    *("length", "topics", "position", "place", "near"),
)
"""Of a sentence that names the topic: what it does with it, by what words, and where it stands."""

TOPIC_FEATURES: Final = ("terms", "sentences", "words", "narrower", "broader")
"""Of the topic in the whole text: terms that name it, sentences, the text's length, and its kin."""

_ROLES: Final = ("declared", "committed", "demanded", "main", "side", "aside")
_NEAR: Final = 3
_MEAN_LENGTH: Final = 3.2
_MEAN_WORDS: Final = 7.5
"""The logarithms of a sentence's and a speech's usual number of words."""
_FEWEST: Final = 900
"""Words: a shorter text is taken for one of so many, as the fitted speeches are no shorter."""
_NAME: Final = r"(?:the )?[A-Z][\w’-]+(?: (?:of |the )?[A-Z][\w’-]+)*"
_NAMES_BEFORE: Final = re.compile(rf"(?:{_NAME}(?:, | and |, and ))+$")
_NAMES_AFTER: Final = re.compile(rf"[\w’-]*(?:,? (?:and |or )?{_NAME})+")
_REACH: Final = 200
"""Characters that a list of names is looked for in."""
_LIST: Final = 2
"""Names beside a topic's own that make it one item of a list of countries or bodies."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features of each sentence that names a topic, and of the topic in the whole text."""

    sentences: tuple[tuple[float, ...], ...]
    topic: tuple[float, ...]


def describe_absence(words: int) -> Evidence:
    """Return the evidence for a topic that a text of so many words does not name."""
    return Evidence((), (0.0, 0.0, _text_length(words), 0.0, 0.0))


def describe_topics(
    version: Version,
    vocabulary: Vocabulary,
    mentions: Sequence[Sequence[Mention]],
    treatments: Treatments,
    bundles: Mapping[str, Bundle],
    cues: Cues,
    words: int,
) -> dict[str, Evidence]:
    """Return the evidence for each topic that a text names, or of which it names a narrower one."""
    met = _meet(mentions)
    crowds = [len({item.topic for item in row if item.rule != WIDER_USE}) for row in treatments]
    kin = _Kin(vocabulary, bundles)
    found = {}
    for topic in [*bundles, *kin.above()]:
        items = bundles[topic].treatments if topic in bundles else []
        named = {item.segment for item in items if item.rule != WIDER_USE}
        rows = _by_segment(items)
        sentences = tuple(
            _describe(version.segments, place, row, met[topic, place], crowds[place], cues, named)
            for place, row in rows.items()
        )
        sure = {m.term.casefold() for place in rows for m in met[topic, place] if m.confidence > HINT}
        whole = (log1p(len(sure)), log1p(len(named)), _text_length(words), *kin.describe(topic))
        found[topic] = Evidence(sentences, whole)
    return found


def _text_length(words: int) -> float:
    return log(max(_FEWEST, words)) - _MEAN_WORDS


def _meet(mentions: Sequence[Sequence[Mention]]) -> dict[tuple[str, int], list[Mention]]:
    met: dict[tuple[str, int], list[Mention]] = defaultdict(list)
    for place, row in enumerate(mentions):
        for mention in row:
            met[mention.topic, place].append(mention)
    return met


def _by_segment(items: Sequence[Treatment]) -> dict[int, list[Treatment]]:
    rows: dict[int, list[Treatment]] = {}
    for item in items:
        rows.setdefault(item.segment, []).append(item)
    return rows


def _describe(
    segments: Sequence[Segment],
    place: int,
    items: Sequence[Treatment],
    met: Sequence[Mention],
    crowd: int,
    cues: Cues,
    named: set[int],
) -> tuple[float, ...]:
    """Return the features of one sentence, in the order of ``SENTENCE_FEATURES``."""
    text = ready(segments[place].text)
    roles = {item.role for item in items}
    best = next((role for role in _ROLES if role in roles), None)
    near = sum(other in named for other in range(place - _NEAR, place + _NEAR + 1) if other != place)
    return (
        *(float(best == role) for role in ("declared", "committed", "demanded", "main")),
        float(best is None and items[0].rule == WIDER_USE),
        float(any(_is_among_names(text, mention) for mention in met)),
        log(len(met) or 1),
        float(any(len(mention.term.split()) > 1 for mention in met)),
        float(cues.find("commit", text) is not None),
        log1p(len(cues.ends("stance", text))),
        log(len(text.split()) or 1) - _MEAN_LENGTH,
        log(max(1, crowd)),
        min((mention.start for mention in met), default=0) / max(1, len(text)),
        place / len(segments),
        log1p(near),
    )


def _is_among_names(text: str, mention: Mention) -> bool:
    """Whether a mention is one of three names or more in a row: of countries, or of bodies."""
    before = _NAMES_BEFORE.search(text[max(0, mention.start - _REACH) : mention.start])
    after = _NAMES_AFTER.match(text[mention.end : mention.end + _REACH])
    beside = sum(_count_joints(match[0]) for match in (before, after) if match)
    return beside >= _LIST


def _count_joints(names: str) -> int:
    return names.count(",") + names.count(" and ")


class _Kin:
    """Which topics of a vocabulary are broader and narrower, among those that a text names."""

    def __init__(self, vocabulary: Vocabulary, bundles: Mapping[str, Bundle]) -> None:
        self._broader = {topic.id: topic.broader for topic in vocabulary.topics}
        self._with_narrower = {above for topic in bundles for above in self._climb(topic)}
        self._named = frozenset(bundles)
        self._priorities = {topic for topic, held in bundles.items() if judge(held).level in PRIORITIES}

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
