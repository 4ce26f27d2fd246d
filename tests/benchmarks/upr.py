"""Score topics on recommendations of the Universal Periodic Review, beside what else a researcher could do.

Run as ``python -m tests.benchmarks.upr``; it takes some minutes. The codebook (``upr_codebook.toml``) was
written, and everything chosen, on sessions 1 to 10; measured are sessions 11 to 14. ``--taught 1-7 --measured
8-10`` is the split to develop on. Printed are the scorer's figures with 95 % intervals over countries.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from tests.benchmarks.alignment import load_scorer
from tests.shared_data import require
from tracker.comparing.topics.learning import Coded, learn_topics
from tracker.comparing.topics.vocabulary.load import load_untaught, load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.comparing.topics.vocabulary.taught import format_model, model_path, teach
from tracker.model.topics import Topic, Vocabulary
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tracker.comparing.topics.learning import Lesson

    Codes = Sequence[frozenset[str]]
    Counts = tuple[list[int], list[int], list[int], list[float]]
    Vectors = NDArray[np.float32]

Result = TypeVar("Result")

CODEBOOK = Path(__file__).parent / "upr_codebook.toml"
DATA = "priorities/upr_recommendations_s01-14.jsonl"
DRAWS = 500
PRESENT, FEWEST_UNITS = 2, 20
_SAYS_LITTLE = frozenset(
    {"rights", "right", "general", "other", "national", "international", "freedom", "human", "and", "the"}
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a state recommended at a session."""

    country: str
    session: int
    units: tuple[Coded, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Statements to learn from and, after them, those to measure on."""

    taught: tuple[Statement, ...]
    measured: tuple[Statement, ...]

    @property
    def lessons(self) -> list[Coded]:
        """The units to learn from."""
        return [unit for statement in self.taught for unit in statement.units]

    @property
    def texts(self) -> list[str]:
        """The texts of the units to measure on."""
        return [unit.text for statement in self.measured for unit in statement.units]


def main() -> None:
    """Print the figures of every method on the sessions that nothing was learned from."""
    options = argparse.ArgumentParser()
    options.add_argument("--taught", default="1-10")
    options.add_argument("--measured", default="11-14")
    chosen = options.parse_args()
    split = Split(read_statements(chosen.taught), read_statements(chosen.measured))
    print(f"{len(split.lessons)} units taught, {len(split.texts)} measured")
    ours = load_untaught(CODEBOOK)
    print_figures("keywords, the labels' words", name_topics(split.texts, label_words(ours)), split)
    vectors = DEFAULT.encode([unit.text for unit in split.lessons]), DEFAULT.encode(split.texts)
    print_figures("label names, encoder", by_labels(split, vectors, ours), split)
    print_figures("centroids of coded units, encoder", by_centroids(split, vectors, ours), split)
    print_figures("tracker, by vocabulary alone", name_topics(split.texts, ours), split)
    print_figures("tracker, taught", by_model(split), split)


def measure_quickly(*, is_whole: bool) -> dict[str, tuple[float, float]]:
    """Return units and new/dropped on sessions 8 to 10 by the codebook.

    Where it is to be whole, by labels too, that are taught on 7.
    """
    split = Split(read_statements("7-7"), read_statements("8-10"))
    ours = load_untaught(CODEBOOK)
    measured = {"codebook": ours}
    if is_whole:
        labels = label_words(ours)
        measured["labels, taught"] = teach(labels, learn_topics(split.lessons, labels, "en").model)
    figures = load_scorer(require("priorities/score.py")).figures
    return {
        name: figures(measure(name_topics(split.texts, vocabulary), split.measured))[:2]
        for name, vocabulary in measured.items()
    }


def read_statements(sessions: str) -> tuple[Statement, ...]:
    """Read the statements of the sessions from one to another, given as ``1-10``."""
    first, last = map(int, sessions.split("-"))
    rows = (json.loads(line) for line in require(DATA).read_text(encoding="utf-8").splitlines())
    return tuple(
        Statement(
            row["country_or_party"],
            row["year_or_session"],
            tuple(Coded(unit["text"], tuple(unit["codes"])) for unit in row["units"]),
        )
        for row in rows
        if first <= row["year_or_session"] <= last
    )


def name_topics(texts: Sequence[str], vocabulary: Vocabulary) -> list[frozenset[str]]:
    """Return the topics of each text as the package names them."""
    return [frozenset(mention.topic for mention in row) for row in match_topics(texts, vocabulary)]


def label_words(vocabulary: Vocabulary) -> Vocabulary:
    """Return the dictionary that the words of the labels make."""
    topics = tuple(
        Topic(topic.id, topic.label, terms={"en": (topic.label, *_words(topic.id))})
        for topic in vocabulary.topics
    )
    return Vocabulary("labels", topics, overlap=True)


def _words(label: str) -> list[str]:
    return [word for word in re.findall(r"[\w-]{3,}", label.lower()) if word not in _SAYS_LITTLE]


def by_labels(split: Split, vectors: tuple[Vectors, Vectors], vocabulary: Vocabulary) -> list[frozenset[str]]:
    """Return the topics whose label is near enough to a text; how near is chosen on what is taught."""
    return _nearest(split, vectors, vocabulary, DEFAULT.encode([topic.label for topic in vocabulary.topics]))


def by_centroids(
    split: Split, vectors: tuple[Vectors, Vectors], vocabulary: Vocabulary
) -> list[frozenset[str]]:
    """Return the topics whose coded units lie, on average, near enough to a text."""
    means = []
    for topic in vocabulary.topics:
        mean = vectors[0][[topic.id in unit.topics for unit in split.lessons]].mean(axis=0)
        means.append(mean / np.linalg.norm(mean))
    return _nearest(split, vectors, vocabulary, np.array(means))


def _nearest(
    split: Split, vectors: tuple[Vectors, Vectors], vocabulary: Vocabulary, goals: Vectors
) -> list[frozenset[str]]:
    """Take the nearest topic of each text, and all at or above the threshold that does best on the taught."""
    ids = [topic.id for topic in vocabulary.topics]
    taught, measured = (rows @ goals.T for rows in vectors)
    gold = [frozenset(unit.topics) for unit in split.lessons]
    best = max(np.arange(0.2, 0.8, 0.02), key=lambda floor: micro_f1(gold, _above(taught, ids, floor)))
    return _above(measured, ids, best)


def _above(scores: Vectors, ids: Sequence[str], floor: float) -> list[frozenset[str]]:
    return [
        frozenset(ids[place] for place in {int(row.argmax()), *map(int, np.flatnonzero(row >= floor))})
        for row in scores
    ]


def micro_f1(gold: Codes, found: Codes) -> float:
    """Return the F1 over pairs of a unit and a code."""
    both = sum(len(one & other) for one, other in zip(gold, found, strict=True))
    return 2 * both / max(1, sum(map(len, gold)) + sum(map(len, found)))


def by_model(split: Split) -> list[frozenset[str]]:
    """Return the topics as the codebook names them after ``tracker topics learn``, its file beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / CODEBOOK.name
        shutil.copy(CODEBOOK, path)
        lesson, seconds = _timed(lambda: learn_topics(split.lessons, load_untaught(path), "en"))
        print_lesson(lesson, seconds)
        model_path(path).write_text(format_model(lesson.model, load_untaught(path), {}), encoding="utf-8")
        size = model_path(path).stat().st_size
        vocabulary, opening = _timed(lambda: load_vocabulary(path))
        found, seconds = _timed(lambda: name_topics(split.texts, vocabulary))
    speed = len(found) / seconds
    print(f"  the model has {size / 1000:.0f} kB and opens in {opening:.2f} s; {speed:,.0f} texts a second")
    return found


def print_lesson(lesson: Lesson, seconds: float) -> None:
    """Print what the lesson reports of itself, by cross-validation."""
    for name, tally in (("terms", lesson.terms), ("taught", lesson.taught)):
        print(f"  cross-validated, {name}: precision {tally.precision}, recall {tally.recall}, F1 {tally.f1}")
    print(f"  learned in {seconds:.0f} s, threshold {lesson.model.threshold}")


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def measure(found: Codes, measured: Sequence[Statement]) -> list[Counts]:
    """Return the scorer's counts of each country."""
    rows = iter(found)
    gold = [
        {
            "country_or_party": statement.country,
            "year_or_session": statement.session,
            "units": [{"codes": list(unit.topics)} for unit in statement.units],
        }
        for statement in measured
    ]
    predicted = [{"units": [sorted(next(rows)) for _ in statement.units]} for statement in measured]
    scorer = load_scorer(require("priorities/score.py"))
    return list(scorer.by_country(gold, predicted, PRESENT, FEWEST_UNITS).values())


def print_figures(name: str, found: Codes, split: Split) -> None:
    """Print the four figures of a method with their intervals."""
    figures = load_scorer(require("priorities/score.py")).figures
    parts = measure(found, split.measured)
    random = Random(0)  # noqa: S311 (a seeded bootstrap)
    draws = [figures(random.choices(parts, k=len(parts))) for _ in range(DRAWS)]
    print(name)
    for place, figure in enumerate(("units", "new/dropped", "kept", "shift r")):
        values = sorted(draw[place] for draw in draws)
        low, high = values[DRAWS // 40], values[-DRAWS // 40 - 1]
        print(f"  {figure:12} {figures(parts)[place]:.3f} [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
