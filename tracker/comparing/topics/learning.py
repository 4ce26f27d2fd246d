"""Teaching a vocabulary: coded sentences, the weights learned from them, and how good these are on others."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.comparing.decisions.rulings import settle_rulings
from tracker.comparing.topics.regression import apply_weights, fit_lasso, gather_features
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.comparing.topics.vocabulary.stems import find_words
from tracker.comparing.topics.vocabulary.taught import find_runs, make_model, probability
from tracker.errors import TrackerError, VocabularyInvalid
from tracker.inputs.formats import parse_json, unguard
from tracker.model.topics import TopicWeights
from tracker.text.identity import digest_text, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from tracker.comparing.topics.regression import Features
    from tracker.model.decisions import Ruling
    from tracker.model.topics import TopicModel, Vocabulary

    _Units = tuple[tuple[str, ...], ...]
    """By unit, its features: runs of stems, and the topics that its terms name."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A unit of text and the ids of the topics it was coded with: several, or none."""

    text: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodedRow:
    """A coded unit as a file has it, before its codes are looked up, and its place."""

    text: str
    codes: tuple[str, ...]
    place: str


def read_jsonl(text: str, source: str) -> tuple[CodedRow, ...]:
    """Read one JSON object a line, with ``text`` and ``codes``, a list; other keys are ignored.

    Raises ``TrackerError`` with source and line.
    """
    lines = ((f"{source}, line {number}", line) for number, line in enumerate(text.split("\n"), start=1))
    return tuple(_read_object(line, place) for place, line in lines if line.strip())


def _read_object(line: str, place: str) -> CodedRow:
    try:
        content = parse_json(line)
    except ValueError as error:
        raise TrackerError(f"{place}: not valid JSON: {error}") from error
    unit, codes = (content.get("text"), content.get("codes")) if isinstance(content, dict) else (None, None)
    if not isinstance(unit, str) or not isinstance(codes, list):
        raise TrackerError(f'{place}: expected {{"text": "...", "codes": ["..."]}}')
    return CodedRow(unit, tuple(str(code).strip() for code in codes), place)


def read_csv(text: str, source: str) -> tuple[CodedRow, ...]:
    """Read CSV with the columns ``text`` and ``codes``, separated by semicolons; others are ignored.

    Raises ``TrackerError`` with source and line.
    """
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    found: list[CodedRow] = []
    try:
        for row in rows:
            place = f"{source}, line {rows.line_num}"
            unit, codes = row.get("text"), row.get("codes")
            if unit is None or codes is None:
                raise TrackerError(f"{place}: expected the columns text and codes")
            named = tuple(filter(None, map(str.strip, unguard(codes).split(";"))))
            found.append(CodedRow(unguard(unit), named, place))
    except csv.Error as error:
        raise TrackerError(f"{source}, line {rows.line_num}: not valid CSV: {error}") from error
    return tuple(found)


def resolve_codes(rows: Iterable[CodedRow], vocabulary: Vocabulary) -> tuple[Coded, ...]:
    """Return the units with the ids of the topics that their codes name, by id or by label.

    Raises ``VocabularyInvalid`` at the first code that is no topic of the vocabulary.
    """
    named = {fold(topic.label): topic.id for topic in reversed(vocabulary.topics)}
    named |= {topic.id: topic.id for topic in vocabulary.topics}
    return tuple(
        Coded(row.text, tuple(dict.fromkeys(_look_up(code, named, row, vocabulary) for code in row.codes)))
        for row in rows
    )


def code_rulings(rulings: Iterable[Ruling], vocabulary: Vocabulary, language: str) -> tuple[Coded, ...]:
    """Return the sentences behind decisions on topics, each with the topics that its terms name.

    Topics that a decision gave a level are added to its sentences, those that it called absent are taken
    away; what nobody decided on stays with the terms. Decisions on topics of other vocabularies are left out.
    """
    known = {topic.id for topic in vocabulary.topics}
    answers: dict[str, dict[str, bool]] = defaultdict(dict)
    for ruling in settle_rulings(rulings):
        if ruling.decision.question == "level" and ruling.unit.name in known:
            for quote in ruling.unit.new_quotes:
                answers[quote.text][ruling.unit.name] = ruling.decision.label != "absent"
    named = match_topics(tuple(answers), vocabulary, language=language)
    coded = []
    for (text, said), mentions in zip(answers.items(), named, strict=True):
        topics = dict.fromkeys((*(mention.topic for mention in mentions), *said))
        coded.append(Coded(text, tuple(topic for topic in topics if said.get(topic, True))))
    return tuple(coded)


def _look_up(code: str, named: Mapping[str, str], row: CodedRow, vocabulary: Vocabulary) -> str:
    topic = named.get(code) or named.get(fold(code))
    if topic is None:
        raise VocabularyInvalid(
            f"{row.place}: {code!r} is no topic of the vocabulary {vocabulary.name};"
            " add it there, or take it out of the coded units"
        )
    return topic


_FEWEST: Final = 40
"""Coded units below which a fold would hold too few to say anything."""

# Chosen on recommendations of the Universal Periodic Review, taught on sessions 1 to 7, measured on 8 to 10:
# micro F1 .889, .890 and .891 for penalties of .6, 1 and 1.5, the fewest weights at 1.5.
_PENALTY: Final = 1.5
_FEWEST_HOLDERS: Final = 3
_FOLDS: Final = 5
_TRUST: Final = 5
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
    units = _find_features([unit.text for unit in coded], vocabulary, language)
    given = {topic for unit in coded for topic in unit.topics}
    topics = [topic for topic in vocabulary.topics if topic.id in given]
    ids = [topic.id for topic in topics]
    labels = np.array([[topic in unit.topics for topic in ids] for unit in coded])
    folds = [int(digest_text(fold(unit.text))[:8], 16) % _FOLDS for unit in coded]
    chances = _cross_validate(units, ids, labels, folds, say)
    threshold = max(_THRESHOLDS, key=lambda each: (_tally(chances >= each, labels).f1, each))
    model = make_model(language, threshold, _fit_topics(units, ids, labels))
    say(_FOLDS + 1, _FOLDS + 1)
    named = np.array([[f"{_TERM}{topic}" in unit for topic in ids] for unit in map(set, units)])
    before = [_tally(*columns) for columns in zip(named.T, labels.T, strict=True)]
    after = [_tally(*columns) for columns in zip((chances >= threshold).T, labels.T, strict=True)]
    rows = zip(topics, before, after, strict=True)
    lessons = tuple(TopicLesson(topic.id, topic.label, *tallies) for topic, *tallies in rows)
    return Lesson(model, len(coded), _FOLDS, lessons)


def _check_enough(coded: Sequence[Coded]) -> None:
    if len(coded) < _FEWEST:
        raise TrackerError(f"{len(coded)} coded units are too few to learn from; code {_FEWEST} or more")
    if not any(unit.topics for unit in coded):
        raise TrackerError("none of the coded units has a code, so there is nothing to learn")


def _find_features(texts: Sequence[str], vocabulary: Vocabulary, language: str) -> _Units:
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
    units: _Units,
    ids: Sequence[str],
    labels: NDArray[np.bool_],
    folds: Sequence[int],
    say: Callable[[int, int], None],
) -> NDArray[np.float64]:
    """Return the chance of each unit for each topic, from a model that has not seen the unit's fold."""
    chances = np.zeros(labels.shape)
    for fold_number in range(_FOLDS):
        say(fold_number, _FOLDS + 1)
        seen = [place for place, number in enumerate(folds) if number != fold_number]
        kept = [place for place, number in enumerate(folds) if number == fold_number]
        weights = _fit_topics([units[place] for place in seen], ids, labels[seen])
        chances[kept] = _estimate(gather_features([units[place] for place in kept], 1), weights)
    return chances


def _fit_topics(
    units: Sequence[Sequence[str]], ids: Sequence[str], labels: NDArray[np.bool_]
) -> tuple[TopicWeights, ...]:
    # Last come units that hold a topic's term and nothing else: what the vocabulary says before any coding.
    trusted = [(f"{_TERM}{topic}",) for topic in ids for _ in range(_TRUST)]
    features = gather_features([*units, *trusted], _FEWEST_HOLDERS)
    prior = np.repeat(np.eye(len(ids), dtype=np.bool_), _TRUST, axis=0)
    wanted = np.concatenate((labels, prior))
    return tuple(_fit_topic(features, topic, wanted[:, place]) for place, topic in enumerate(ids))


def _fit_topic(features: Features, topic: str, labels: NDArray[np.bool_]) -> TopicWeights:
    bias, weights = fit_lasso(features, labels, _PENALTY)
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
