"""Teaching a vocabulary from coded sentences: the weights, and how good they are on sentences left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.errors import TrackerError
from tracker.model.topics import TopicWeights
from tracker.text.identity import digest_text, fold
from tracker.topics.teaching.regression import apply_weights, fit_lasso, gather_features
from tracker.topics.vocabulary.matching import match_topics
from tracker.topics.vocabulary.stems import find_words
from tracker.topics.vocabulary.taught import find_runs, make_model, probability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from tracker.model.topics import TopicModel, Vocabulary
    from tracker.topics.teaching.coded import Coded
    from tracker.topics.teaching.regression import Features

    Units = tuple[tuple[str, ...], ...]
    """By unit, its features: runs of stems, and the topics that its terms name."""

FEWEST_UNITS: Final = 40
"""Coded units below which a fold would hold too few to say anything."""

# Chosen on recommendations of the Universal Periodic Review, taught on sessions 1 to 7, measured on 8 to 10:
# micro F1 .889, .890 and .891 for penalties of .6, 1 and 1.5, the fewest weights at 1.5.
PENALTY: Final = 1.5
FEWEST_HOLDERS: Final = 3
FOLDS: Final = 5
TRUST: Final = 5
"""Units that each topic's terms are worth before any is seen: so a little coding does not unlearn them."""
_THRESHOLDS: Final = tuple(step / 20 for step in range(4, 11))
"""From .2 to .5; at equal F1 the highest is taken."""
_TERM: Final = "term:"
"""No run of stems holds a colon."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How naming a topic agrees with the coding: units named, units coded, and units that are both."""

    both: int
    named: int
    coded: int

    @property
    def precision(self) -> float | None:
        """The share of what is named that is coded; nothing where nothing is named."""
        return round(self.both / self.named, 4) if self.named else None

    @property
    def recall(self) -> float | None:
        """The share of what is coded that is named; nothing where nothing is coded."""
        return round(self.both / self.coded, 4) if self.coded else None

    @property
    def f1(self) -> float:
        """The harmonic mean of both, as twice the agreement over all that is named or coded."""
        return round(2 * self.both / max(1, self.named + self.coded), 4)


@dataclass(frozen=True, slots=True)
class TopicLesson:
    """A topic's figures on units that were not learned from: by terms alone, and as taught."""

    topic: str
    label: str
    terms: Tally
    taught: Tally


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned from how many units, and the figures of each taught topic."""

    model: TopicModel
    units: int
    folds: int
    topics: tuple[TopicLesson, ...]

    @property
    def terms(self) -> Tally:
        """All topics together, by terms alone."""
        return _add(lesson.terms for lesson in self.topics)

    @property
    def taught(self) -> Tally:
        """All topics together, as taught."""
        return _add(lesson.taught for lesson in self.topics)


def learn_topics(
    coded: Sequence[Coded],
    vocabulary: Vocabulary,
    language: str,
    report: Callable[[int, int], None] | None = None,
) -> Lesson:
    """Learn from coded units which words speak for and against each topic that was given to any of them.

    One logistic regression a topic, with a lasso penalty, on runs of one to three stems and on the topics
    that the vocabulary's terms name. The figures are cross-validated: five folds told by the digest of the
    text, so that equal units are in one fold and the same units give the same answer. The threshold is the
    one that gives the best F1 over all. ``report`` is called with the number of fits done. Raises
    ``TrackerError`` for fewer than 40 units, or where none has a code.
    """
    _check_enough(coded)
    say = report or (lambda _done, _total: None)
    units = find_features([unit.text for unit in coded], vocabulary, language)
    given = {topic for unit in coded for topic in unit.topics}
    topics = [topic for topic in vocabulary.topics if topic.id in given]
    ids = [topic.id for topic in topics]
    labels = np.array([[topic in unit.topics for topic in ids] for unit in coded])
    folds = [int(digest_text(fold(unit.text))[:8], 16) % FOLDS for unit in coded]
    chances = _cross_validate(units, ids, labels, folds, say)
    threshold = max(_THRESHOLDS, key=lambda each: (_tally(chances >= each, labels).f1, each))
    model = make_model(language, threshold, _fit_topics(units, ids, labels))
    say(FOLDS + 1, FOLDS + 1)
    named = np.array([[f"{_TERM}{topic}" in unit for topic in ids] for unit in map(set, units)])
    before = [_tally(*columns) for columns in zip(named.T, labels.T, strict=True)]
    after = [_tally(*columns) for columns in zip((chances >= threshold).T, labels.T, strict=True)]
    rows = zip(topics, before, after, strict=True)
    lessons = tuple(TopicLesson(topic.id, topic.label, *tallies) for topic, *tallies in rows)
    return Lesson(model, len(coded), FOLDS, lessons)


def _check_enough(coded: Sequence[Coded]) -> None:
    if len(coded) < FEWEST_UNITS:
        raise TrackerError(f"{len(coded)} coded units are too few to learn from; code {FEWEST_UNITS} or more")
    if not any(unit.topics for unit in coded):
        raise TrackerError("none of the coded units has a code, so there is nothing to learn")


def find_features(texts: Sequence[str], vocabulary: Vocabulary, language: str) -> Units:
    """Return the features of each text: its runs of stems, and the topics its terms name."""
    rows = match_topics(texts, replace(vocabulary, recognition="terms"), language=language)
    return tuple(
        (
            *find_runs([word.stem for word in find_words(text, language)]),
            *sorted({f"{_TERM}{mention.topic}" for mention in row if mention.method == "term"}),
        )
        for text, row in zip(texts, rows, strict=True)
    )


def _cross_validate(
    units: Units,
    ids: Sequence[str],
    labels: NDArray[np.bool_],
    folds: Sequence[int],
    say: Callable[[int, int], None],
) -> NDArray[np.float64]:
    """Return the chance of each unit for each topic, from a model that has not seen the unit's fold."""
    chances = np.zeros(labels.shape)
    for fold_number in range(FOLDS):
        say(fold_number, FOLDS + 1)
        seen = [place for place, number in enumerate(folds) if number != fold_number]
        kept = [place for place, number in enumerate(folds) if number == fold_number]
        weights = _fit_topics([units[place] for place in seen], ids, labels[seen])
        chances[kept] = _estimate(gather_features([units[place] for place in kept], 1), weights)
    return chances


def _fit_topics(
    units: Sequence[Sequence[str]], ids: Sequence[str], labels: NDArray[np.bool_]
) -> tuple[TopicWeights, ...]:
    # Last come units that hold a topic's term and nothing else: what the vocabulary says before any coding.
    trusted = [(f"{_TERM}{topic}",) for topic in ids for _ in range(TRUST)]
    features = gather_features([*units, *trusted], FEWEST_HOLDERS)
    prior = np.repeat(np.eye(len(ids), dtype=np.bool_), TRUST, axis=0)
    wanted = np.concatenate((labels, prior))
    return tuple(_fit_topic(features, topic, wanted[:, place]) for place, topic in enumerate(ids))


def _fit_topic(features: Features, topic: str, labels: NDArray[np.bool_]) -> TopicWeights:
    bias, weights = fit_lasso(features, labels, PENALTY)
    rounded = {name: round(weight, 2) for name, weight in weights.items() if abs(weight) >= 0.005}  # noqa: PLR2004
    return TopicWeights(
        topic,
        round(bias, 2),
        {name: weight for name, weight in rounded.items() if not name.startswith(_TERM)},
        {name[len(_TERM) :]: weight for name, weight in rounded.items() if name.startswith(_TERM)},
    )


def _estimate(features: Features, topics: Sequence[TopicWeights]) -> NDArray[np.float64]:
    columns = []
    for topic in topics:
        terms = {f"{_TERM}{name}": weight for name, weight in topic.terms.items()}
        columns.append(apply_weights(features, topic.bias, {**topic.words, **terms}))
    chances: NDArray[np.float64] = np.vectorize(probability, otypes=[float])(np.array(columns).T)
    return chances


def _tally(named: NDArray[np.bool_], coded: NDArray[np.bool_]) -> Tally:
    return Tally(int((named & coded).sum()), int(named.sum()), int(coded.sum()))


def _add(tallies: Iterable[Tally]) -> Tally:
    rows = [(tally.both, tally.named, tally.coded) for tally in tallies]
    return Tally(*map(sum, zip(*rows, strict=True)))
