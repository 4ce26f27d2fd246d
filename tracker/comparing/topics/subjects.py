"""Which subject a speech is on, sentence by sentence, and so how many of its words each topic has.

A speech announces a subject and stays with it. Each sentence is on one topic, or on none that is known: a
chain of hidden states with the weights of a conditional random field (Lafferty, McCallum and Pereira 2001,
"Conditional Random Fields"). A sentence speaks for the topics that it names, and less for those near to them;
to go on costs nothing, and to turn to another subject costs less where a paragraph begins, where the speaker
says so, and to a topic that the sentence names.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import chain
from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.inputs.compiled import read_packaged
from tracker.text.word_tables import read_by_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.topics import Vocabulary

_REACH: Final = 60
"""Sentences before and after one that names a topic in which the speech may be on it."""

_LEAST: Final = -3.0
"""Log-odds; less than so little is no less."""


class Sentence(NamedTuple):
    """What tells on which subject a sentence is."""

    named: Mapping[str, float]
    """The topics that it names by a term, with the log-odds that it shows that they are priorities."""
    hinted: Mapping[str, float]
    """Likewise those that it names by a word of wider use alone."""
    begins: bool = False
    """Whether a paragraph begins with it."""
    turns: bool = False
    """Whether the speaker says that a new subject follows."""
    apart: bool = False
    """Whether it is a title or ceremony."""


class SubjectWeights(NamedTuple):
    """What was fitted, in log-odds."""

    named: float
    """For a topic that the sentence names by a term, and likewise ..."""
    hinted: float
    shown: float
    """... for each unit of log-odds above ``_LEAST`` that it shows that the topic is a priority, and ..."""
    near: float
    """... for one that is broader, narrower or beside one that it names."""
    none: float
    """For no topic that is known, and more where nothing is named, and in titles and ceremony."""
    silent: float
    apart: float
    turn: float
    """For turning to another subject at all, and more where a paragraph begins, where the speaker says so,
    and to a topic that the sentence names."""
    turn_paragraph: float
    turn_said: float
    turn_named: float


@cache
def load_subjects() -> SubjectWeights:
    """Return the shipped weights."""
    return SubjectWeights(*read_by_name(read_packaged(__package__, "subjects.toml"), SubjectWeights._fields))


def find_subjects(
    sentences: Sequence[Sentence], vocabulary: Vocabulary, weights: SubjectWeights | None = None
) -> list[dict[str | None, float]]:
    """Return, by sentence, how likely it is on each topic, or on none: each time they sum to one.

    It may be on what is named within ``_REACH`` sentences of it, or is near to what it names. ``weights`` are
    the shipped ones unless given.
    """
    steps = _list_steps(sentences, vocabulary, weights or load_subjects())
    forward = _go_forward(steps)
    return _go_back(steps, forward)


class _Step(NamedTuple):
    """A sentence as the chain sees it, in odds."""

    speaks: Mapping[str | None, float]
    """By topic that it may be on, how much the sentence speaks for it."""
    turn: float
    """How likely it turns to a topic that it does not name, beside going on, and ..."""
    turns: Mapping[str | None, float]
    """... to those that it does."""


def _list_steps(
    sentences: Sequence[Sentence], vocabulary: Vocabulary, weights: SubjectWeights
) -> list[_Step]:
    near = _find_near(vocabulary, {topic for each in sentences for topic in (*each.named, *each.hinted)})
    steps = []
    for each, known in zip(sentences, _list_known(sentences), strict=True):
        # It speaks neither for nor against most of what is known: what it neither names nor is near to.
        speaks: dict[str | None, float] = dict.fromkeys((None, *known), 1.0)
        quiet = not (each.named or each.hinted)
        speaks[None] = exp(weights.none + weights.silent * quiet + weights.apart * each.apart)
        beside = frozenset[str]().union(*(near[topic] for topic in each.named)) & speaks.keys()
        for topic in {*each.named, *each.hinted, *beside}:
            score = weights.near * (topic not in each.named and topic in beside)
            for found, weight in ((each.named, weights.named), (each.hinted, weights.hinted)):
                if topic in found:
                    score += weight + weights.shown * max(0.0, found[topic] - _LEAST)
            speaks[topic] = exp(score)
        turn = weights.turn + weights.turn_paragraph * each.begins + weights.turn_said * each.turns
        turns: dict[str | None, float] = dict.fromkeys(each.named, exp(turn + weights.turn_named))
        steps.append(_Step(speaks, exp(turn), turns))
    return steps


def _list_known(sentences: Sequence[Sentence]) -> Iterator[list[str]]:
    """Yield, for each sentence, the topics that those around it name, in order."""
    topics = [(*each.named, *each.hinted) for each in sentences]
    around = Counter(topic for row in topics[:_REACH] for topic in row)
    for place in range(len(topics)):
        around.update(chain.from_iterable(topics[place + _REACH : place + _REACH + 1]))
        if place > _REACH:
            around.subtract(topics[place - _REACH - 1])
        yield sorted(topic for topic, number in around.items() if number)


def _find_near(vocabulary: Vocabulary, topics: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return, by topic, those of some that are broader or narrower, or have the same broader one."""
    broader = {topic.id: topic.broader for topic in vocabulary.topics}
    named = frozenset(topics)
    return {
        topic: frozenset(
            other
            for other in named
            if other != topic
            and (broader[other] == topic or broader[topic] == other or _are_beside(topic, other, broader))
        )
        for topic in named
    }


def _are_beside(topic: str, other: str, broader: Mapping[str, str | None]) -> bool:
    return broader[topic] is not None and broader[topic] == broader[other]


def _go_forward(steps: Sequence[_Step]) -> list[dict[str | None, float]]:
    """Return, by sentence, how likely it is on each topic by what was said so far."""
    rows: list[dict[str | None, float]] = []
    for place, step in enumerate(steps):
        before = rows[-1] if place else {}
        turns, turn = step.turns, step.turn
        row = {
            topic: speaks * (before.get(topic, 0.0) + turns.get(topic, turn)) if place else speaks
            for topic, speaks in step.speaks.items()
        }
        rows.append(_scale(row))
    return rows


def _go_back(
    steps: Sequence[_Step], forward: Sequence[Mapping[str | None, float]]
) -> list[dict[str | None, float]]:
    """Return the same by all that is said, from the last sentence to the first."""
    found: list[dict[str | None, float]] = []
    behind: dict[str | None, float] = dict.fromkeys(steps[-1].speaks, 1.0) if steps else {}
    for place in range(len(steps) - 1, -1, -1):
        if found:
            after = steps[place + 1]
            ahead = {topic: speaks * behind[topic] for topic, speaks in after.speaks.items()}
            turns, turn = after.turns, after.turn
            turned = sum(odds * turns.get(topic, turn) for topic, odds in ahead.items())
            behind = _scale({topic: ahead.get(topic, 0.0) + turned for topic in steps[place].speaks})
        found.append(_scale({topic: odds * behind[topic] for topic, odds in forward[place].items()}))
    return found[::-1]


def _scale(row: dict[str | None, float]) -> dict[str | None, float]:
    """Return a row that sums to one."""
    whole = sum(row.values())
    return {topic: odds / whole for topic, odds in row.items()}
